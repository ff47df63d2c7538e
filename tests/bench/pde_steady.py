"""Iterscope's linear solvers against SciPy and PyAMG on Poisson's equation, in one run, to equal residuals.

    cargo build --release -p iterscope-linear --example poisson
    pip install -r tests/bench/requirements.txt
    python3 tests/bench/pde_steady.py [ROUNDS]

-Δu = 1 on the unit square, zero on the rim, five-point differences, from zero to a relative residual of 1e-8 in the Euclidean norm. All programs
get the assembled matrix; what they make of it is the set-up, and counts. One thread, double precision. Seconds are those of the processor; programs
take turns, and the best of the rounds counts. IC(0) for SciPy is computed here by its recurrence and applied by the two triangular solves of SuperLU, so that both
programs apply the same map.
"""

import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import pyamg  # noqa: E402
import scipy.sparse as sp  # noqa: E402
import scipy.sparse.linalg as spla  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POISSON = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release/examples/poisson")
TOLERANCE = 1e-8
# A copy beyond the caches; then the loops, with one row for all and with coefficients that vary, in two and three dimensions.
SPEEDS = ["4096 copy", "2048 apply", "2048 apply varied", "192 apply solid"]
SPEEDS += ["2048 red-black", "2048 red-black varied", "192 red-black solid", "2048 gauss-seidel"]


def iterscope(n, *how):
    return json.loads(subprocess.run([POISSON, str(n), *how], check=True, capture_output=True).stdout)


def poisson(n):
    line = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n - 1, n - 1)) * float(n * n)
    eye = sp.eye_array(n - 1)
    return sp.csr_array(sp.kron(eye, line) + sp.kron(line, eye))


def counted(solve):
    """Calls `solve` with a callback; its result, the seconds and the steps."""
    steps = [0]

    def step(*_):
        steps[0] += 1

    begun = time.process_time()
    x = solve(step)
    return x, time.process_time() - begun, steps[0]


def ic0(n):
    """L D L' on the pattern of the five-point matrix: off the diagonal L has -1/d of the unknown before."""
    m = n - 1
    d = np.empty(m * m)
    for k in range(m * m):
        d[k] = 4.0 - (1.0 / d[k - 1] if k % m else 0.0) - (1.0 / d[k - m] if k >= m else 0.0)
    k = np.arange(m * m)
    west, south = k[k % m > 0], k[k >= m]
    rows, cols = np.concatenate([k, west, south]), np.concatenate([k, west - 1, south - m])
    values = np.concatenate([np.ones(m * m), -1.0 / d[west - 1], -1.0 / d[south - m]])
    lower = sp.csc_array((values, (rows, cols)))
    solver = {"permc_spec": "NATURAL", "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    factor = spla.splu(lower, **solver)
    scale = 1.0 / (d * n * n)
    return spla.LinearOperator(lower.shape, lambda r: factor.solve(factor.solve(r) * scale, trans="T"))


def main(rounds):
    best = {}

    def note(what, setup, solve, steps, extra=""):
        total = setup + solve
        if what not in best or total < best[what][0] + best[what][1]:
            best[what] = (setup, solve, steps, extra)

    problems = {n: poisson(n) for n in (512, 1024)}
    incomplete = ic0(512)
    for _ in range(rounds):
        for n, a in problems.items():
            b = np.ones(a.shape[0])
            amg = {
                "pyamg Ruge-Stueben + CG": pyamg.ruge_stuben_solver,
                "pyamg smoothed aggregation + CG": pyamg.smoothed_aggregation_solver,
            }
            for name, make in amg.items():
                begun = time.process_time()
                levels = make(sp.csr_matrix(a))
                setup = time.process_time() - begun
                residuals = []
                run = lambda step: levels.solve(b, tol=TOLERANCE, accel="cg", residuals=residuals)  # noqa: E731
                x, seconds, _ = counted(run)
                note((n, name), setup, seconds, len(residuals) - 1, f"{np.linalg.norm(b - a @ x) / np.linalg.norm(b):.1e}")
            own = [("full multigrid", ["full-multigrid"]), ("CG, aggregation", ["cg", "aggregation"])]
            own += [("CG, multigrid", ["cg", "multigrid"])]
            if n == 512:
                own += [("CG", ["cg", "none"]), ("CG, IC(0)", ["cg", "ic0"])]
                for name, m in (("scipy CG", None), ("scipy CG, IC(0)", incomplete)):
                    run = lambda step: spla.cg(a, b, rtol=TOLERANCE, M=m, callback=step)[0]  # noqa: E731
                    x, seconds, steps = counted(run)
                    note((n, name), 0.0, seconds, steps, f"{np.linalg.norm(b - a @ x) / np.linalg.norm(b):.1e}")
            for name, how in own:
                said = iterscope(n, *how)
                extra = f"{said['residual']:.1e}, {said['units']:.1f} work units, {said['vectors']:.1f} vectors"
                note((n, "Iterscope " + name), said["setup"], said["solve"], said["steps"], extra)
        for what in SPEEDS:
            n, *how = what.split()
            said = iterscope(n, *how)
            note((int(n), "speed of " + what), 0.0, said["seconds"] / said["bytes"], 0, f"{1e3 * said['seconds']:.2f}")
    print("| cells | program | set-up (s) | solve (s) | steps | residual |")
    print("|---|---|---|---|---|---|")
    for (n, name), (setup, solve, steps, extra) in sorted(best.items()):
        if not name.startswith("speed"):
            print(f"| {n}² | {name} | {setup:.4f} | {solve:.4f} | {steps} | {extra} |")
    total = {key: value[0] + value[1] for key, value in best.items()}
    amg = lambda n: min(total[n, f"pyamg {m} + CG"] for m in ("Ruge-Stueben", "smoothed aggregation"))  # noqa: E731
    copy = best[4096, "speed of 4096 copy"][1]
    print("\n| goal | asked | measured |\n|---|---|---|")
    full = best[1024, "Iterscope full multigrid"]
    print(f"| full multigrid 1023², times pyamg's best, set-up and solve | 30 | {amg(1024) / (full[0] + full[1]):.1f} |")
    print(f"| its work and memory | 15 units, 12 vectors | {full[3]} |")
    for what in SPEEDS[1:]:
        n, own = int(what.split()[0]), "speed of " + what
        print(f"| {what}, of a copy of the same bytes | 80 % | {100 * copy / best[n, own][1]:.0f} % ({best[n, own][3]} ms) |")
    ratio = best[512, "scipy CG, IC(0)"][1] / best[512, "Iterscope CG, IC(0)"][1]
    print(f"| CG with IC(0) 511², times scipy's | 2 | {ratio:.1f} |")
    print(f"| CG 511², times scipy's | | {best[512, 'scipy CG'][1] / best[512, 'Iterscope CG'][1]:.1f} |")
    for n in (512, 1024):
        ratio = total[n, "pyamg smoothed aggregation + CG"] / total[n, "Iterscope CG, aggregation"]
        print(f"| smoothed aggregation {n - 1}², set-up and solve, times pyamg's | 3 | {ratio:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
