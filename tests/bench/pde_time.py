"""Iterscope's problems in time against scipy's solve_ivp and py-pde, and its own steps against each other.

    cargo build --release -p iterscope-cli
    pip install -r tests/bench/requirements.txt
    python3 tests/bench/pde_time.py [ROUNDS]

The same semi-discrete systems: the same mesh, second differences, conditions, start, and for methods that adapt the same
tolerances. Programs take turns, and the best of the rounds counts. One thread, double precision. Of Iterscope the seconds of
its steps are taken, which the command line prints; of the others the seconds around the call, compilation left out by a call
before. That both solve the same is checked: the fields at the end must agree. ITERSCOPE names the command line program where it is elsewhere.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import scipy.sparse as sparse  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELEASE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release")
PROGRAM = os.environ.get("ITERSCOPE", os.path.join(RELEASE, "iterscope"))


def iterscope(problem, method, params, until, steps=10_000_000, fields=1):
    """Seconds in steps, number of steps, and the fields at the end, one row each."""
    run = {"schema": 1, "problem": problem, "runs": [{"method": method, "params": params}],
           "stop": {"until": until, "max_steps": steps}}
    with tempfile.TemporaryDirectory() as folder:
        experiment, result = os.path.join(folder, "run.json"), os.path.join(folder, "result.npy")
        with open(experiment, "w") as file:
            json.dump(run, file)
        done = subprocess.run([PROGRAM, "run", experiment, "--json", "--result", result], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        report = json.loads(done.stdout)
        table = np.load(result)
    columns = table[:, -fields:] if table.dtype.names is None else np.stack([table[n] for n in table.dtype.names[-fields:]], 1)
    own = report["runs"][0]
    return own["seconds"]["run"], own["steps"], columns.T


def timed(call):
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def rounds(count, *calls):
    """The best seconds of each call, taking turns, with what the last turn gave."""
    best, values = [float("inf")] * len(calls), [None] * len(calls)
    for _ in range(count):
        for k, call in enumerate(calls):
            seconds, value = call()
            best[k], values[k] = min(best[k], seconds), value
    return best, values


def row(what, peer, theirs, ours, off, note=""):
    print(f"| {what} | {peer} | {theirs:.3g} | {ours:.3g} | {theirs / ours:.1f} | {off:.1e} | {note} |", flush=True)


def second_difference(n, h):
    """On the inner nodes of a side, with the value 0 at both ends."""
    return sparse.diags([1.0, -2.0, 1.0], [-1, 0, 1], shape=(n, n)) / (h * h)


def allen_cahn(count):
    """u_t = u_xx + 20 (u - u^3) on 511 inner nodes: adaptive methods to equal tolerances."""
    n, until = 512, 0.1
    x = np.linspace(0, 1, n + 1)[1:-1]
    matrix = second_difference(n - 1, 1 / n).tocsc()
    start = np.sin(np.pi * x) + 0.3 * np.sin(4 * np.pi * x)
    text = "u_t = u_xx + 20*(u - u^3)\nu(0) = sin(pi*x) + 0.3*sin(4*pi*x)\nall: u = 0"
    problem = {"id": "pde.system", "params": {"dimension": "1", "n": n, "equations": text}}
    rate = lambda t, u: matrix @ u + 20 * (u - u**3)
    jacobian = lambda t, u: matrix + sparse.diags(20 - 60 * u * u)
    for ours, theirs, more in [("pde.dopri5", "RK45", {}), ("pde.radau5", "Radau", {"jac": jacobian})]:
        params = {"rtol": 1e-5, "atol": 1e-8}
        def own():
            seconds, steps, fields = iterscope(problem, ours, params, until)
            return seconds, (steps, fields[0][1:-1])
        def peer():
            return timed(lambda: solve_ivp(rate, (0, until), start, method=theirs, rtol=1e-5, atol=1e-8, **more))
        (a, b), (mine, other) = rounds(count, own, peer)
        off = np.abs(mine[1] - other.y[:, -1]).max()
        row(f"Allen-Cahn, 511 nodes, {ours}", f"scipy {theirs}", b, a, off, f"{mine[0]} and {len(other.t) - 1} steps")


def heat(count):
    """u_t = lap(u) on 127^2 inner nodes by RK45 to equal tolerances, Laplacian as a sparse matrix."""
    n, until = 128, 0.01
    one, eye = second_difference(n - 1, 1 / n), sparse.identity(n - 1)
    matrix = (sparse.kron(one, eye) + sparse.kron(eye, one)).tocsr()
    x = np.linspace(0, 1, n + 1)[1:-1]
    start = np.outer(np.sin(3 * np.pi * x), np.sin(np.pi * x)).ravel()
    text = "u_t = lap(u)\nu(0) = sin(pi*x)*sin(3*pi*y)\nall: u = 0"
    problem = {"id": "pde.system", "params": {"n": n, "equations": text}}
    def own():
        seconds, steps, fields = iterscope(problem, "pde.dopri5", {"rtol": 1e-5, "atol": 1e-8}, until)
        return seconds, (steps, fields[0])
    def peer():
        return timed(lambda: solve_ivp(lambda t, u: matrix @ u, (0, until), start, rtol=1e-5, atol=1e-8))
    (a, b), (mine, other) = rounds(count, own, peer)
    grid = mine[1].reshape(n + 1, n + 1)[1:-1, 1:-1]
    found = other.y[:, -1].reshape(n - 1, n - 1)
    off = min(np.abs(grid - found).max(), np.abs(grid.T - found).max(), np.abs(grid[::-1] - found).max())
    row("heat, 127^2 nodes, pde.dopri5", "scipy RK45", b, a, off, f"{mine[0]} and {len(other.t) - 1} steps")


def gray_scott(count):
    """Gray-Scott on 256^2 nodes by Euler's method: py-pde compiles the same right-hand side with numba."""
    import pde

    n, steps = 256, 400
    grid = pde.CartesianGrid([[0, n], [0, n]], [n, n], periodic=True)
    x, y = grid.cell_coords[..., 0] - 0.5, grid.cell_coords[..., 1] - 0.5
    inside = (x - n / 2) ** 2 + (y - n / 2) ** 2 < 100
    u0, v0 = np.where(inside, 0.5, 1.0), np.where(inside, 0.25, 0.0)
    state = pde.FieldCollection([pde.ScalarField(grid, u0), pde.ScalarField(grid, v0)])
    equations = pde.PDE({"u": "0.16*laplace(u) - u*v**2 + 0.035*(1 - u)", "v": "0.08*laplace(v) + u*v**2 - 0.1*v"})
    inner = f"(x - {n // 2})^2 + (y - {n // 2})^2 < 100"
    text = ("u_t = 0.16*lap(u) - u*v^2 + 0.035*(1 - u)\nv_t = 0.08*lap(v) + u*v^2 - 0.1*v\n"
            f"u(0) = where({inner}, 0.5, 1)\nv(0) = where({inner}, 0.25, 0)\nperiodic")
    problem = {"id": "pde.system", "params": {"n": n, "x_max": n, "y_max": n, "equations": text}}
    solver = pde.EulerSolver(equations, backend="numba")
    stepper = solver.make_stepper(state, dt=1.0)
    stepper(state.copy(), 0.0, 2.0)
    def own():
        seconds, done, fields = iterscope(problem, "pde.euler", {"dt": 1}, steps, fields=2)
        return seconds / done, fields[0]
    def peer():
        now = state.copy()
        seconds, _ = timed(lambda: stepper(now, 0.0, float(steps)))
        return seconds / steps, now[0].data
    (a, b), (mine, other) = rounds(count, own, peer)
    # Of periodic axes one end is written as well in some files.
    side = int(round(len(mine) ** 0.5))
    off = np.abs(np.sort(mine.reshape(side, side)[:n, :n].ravel()) - np.sort(other.ravel())).max()
    row(f"Gray-Scott, {n}^2 nodes, a step of Euler's method", "py-pde (numba)", b, a, off)


def own_ratios(count):
    """Steps of Iterscope against each other and against moving memory, at 512^2."""
    n = 512
    text = "u_t = lap(u)\nu(0) = sin(pi*x)*sin(pi*y)\nall: u = 0"
    problem = {"id": "pde.system", "params": {"n": n, "equations": text}}
    def explicit():
        seconds, steps, _ = iterscope(problem, "pde.euler", {"dt": 8e-7}, 400 * 8e-7)
        return seconds / steps, None
    def implicit():
        params = {"dt": 1e-4, "solver": "cg", "solver.preconditioner": "multigrid", "solver.tolerance": 1e-6}
        seconds, steps, _ = iterscope(problem, "pde.implicit-euler", params, 20 * 1e-4)
        return seconds / steps, None
    def copy():
        a, b = np.zeros((n + 1) ** 2 * 8), np.zeros((n + 1) ** 2 * 8)
        seconds, _ = timed(lambda: [np.copyto(b, a) for _ in range(20)])
        return seconds / 20 / 8, None
    (e, i, c), _ = rounds(count, explicit, implicit, copy)
    print(f"| heat, 513^2, one explicit step | moving one field | {c:.3g} | {e:.3g} | {c / e:.2f} | | reads and writes of one field |")
    print(f"| heat, 513^2, one implicit step by multigrid | one explicit step | {e:.3g} | {i:.3g} | {i / e:.1f} | | explicit steps that one implicit takes |")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| what | peer | its time (s) | Iterscope's (s) | ratio | difference | |\n|---|---|---|---|---|---|---|")
    for part in (allen_cahn, heat, gray_scott, own_ratios):
        try:
            part(count)
        except ImportError as error:
            print(f"| {part.__name__} | {error} | | | | | |")


if __name__ == "__main__":
    main()
