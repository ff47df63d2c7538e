"""Networks with splines on their edges that go down an energy or a residual, written again in NumPy: splines by de Boor's recursion with derivatives by differences of lower
orders, gradients by complex steps, the quadrature and the energy from their definitions. Also errors without hidden layers.
Writes kinn.json.

Run: python kinn.py > kinn.json (Python and NumPy as in the field "versions")
"""

import json
import sys

import numpy as np

from networks import Network, Rng, jacobian


def silu(t):
    s = 1 / (1 + np.exp(-t))
    s1 = s * (1 - s)
    return [t * s, s + t * s1, 2 * s1 + t * s1 * (1 - 2 * s)]


def de_boor(t, cells, degree=3):
    """All splines of a degree at t, and their first two derivatives, on uniform knots beyond -1 to 1."""
    h = 2 / cells
    knots = -1 + h * np.arange(-3, cells + 4)
    place = np.clip(np.floor((t.real + 1) / h), 0, cells - 1)
    b = [(place == k - 3) + 0 * t for k in range(cells + 6)]
    rows = [b]
    for d in range(1, 4):
        b = [(t - knots[k]) / (d * h) * b[k] + (knots[k + d + 1] - t) / (d * h) * b[k + 1] for k in range(len(b) - 1)]
        rows.append(b)
    square, line = rows[2], rows[1]
    first = [(square[k] - square[k + 1]) / h for k in range(cells + 3)]
    second = [(line[k] - 2 * line[k + 1] + line[k + 2]) / h**2 for k in range(cells + 3)]
    return [np.stack(v, axis=-1) for v in (rows[3], first, second)]


class Splines:
    def __init__(self, coordinates, hidden, cells):
        self.coordinates, self.cells = coordinates, cells
        self.sizes = [len(coordinates), *hidden, 1]

    def start(self, seed):
        rng, theta = Rng(seed), []
        for inputs, outputs in zip(self.sizes, self.sizes[1:]):
            for _ in range(inputs * outputs):
                theta.append(rng.normal() / np.sqrt(inputs))
                theta += [0.1 / np.sqrt(inputs) * rng.normal() for _ in range(self.cells + 3)]
        return np.array(theta)

    def jet(self, theta, places, *axes):
        length, at = self.cells + 4, 0
        z = []
        for k, (begin, extent) in enumerate(self.coordinates):
            t = 2 * (places[:, k] - begin) / extent - 1
            z.append((t + 0j, (2 / extent if k in axes else 0.0) + 0 * t, 0 * t))
        for layer, (inputs, outputs) in enumerate(zip(self.sizes, self.sizes[1:])):
            if layer:
                squashed = []
                for v, first, second in z:
                    s = np.tanh(v)
                    squashed.append((s, (1 - s * s) * first, -2 * s * (1 - s * s) * first**2 + (1 - s * s) * second))
                z = squashed
            made = [([f[:, None] for f in silu(v)], de_boor(v, self.cells)) for v, _, _ in z]
            made = [[np.hstack([bend, spline]) for bend, spline in zip(*pair)] for pair in made]
            out = []
            for to in range(outputs):
                sums = [0, 0, 0]
                for k, (_, first, second) in enumerate(z):
                    own = theta[at + (to * inputs + k) * length :][:length]
                    f = [basis @ own for basis in made[k]]
                    sums = [sums[0] + f[0], sums[1] + f[1] * first, sums[2] + f[2] * first**2 + f[1] * second]
                out.append(sums)
            at += inputs * outputs * length
            z = out
        return z[0]


def gauss(cells, begin, end):
    h = (end - begin) / cells
    middles = begin + h * (np.arange(cells) + 0.5)
    return np.sort(np.concatenate([middles - h / np.sqrt(12), middles + h / np.sqrt(12)])), h / 2


def solve(network, box, cells, a, slopes, c, f, strong, steps, seed, at, ends=(0.0, 0.0)):
    """Steps down the objective; the values behind each at the places `at`, and the objective."""
    lines = [gauss(cells, *ends) for ends in box]
    grids = np.meshgrid(*[line for line, _ in lines], indexing="ij")
    places, w = np.stack([g.ravel() for g in grids], axis=1), np.prod([w for _, w in lines])
    axes = range(len(box))

    def lifted(t, p, k):
        """The function and its derivatives along axis k: lift plus the product with what vanishes on the sides."""
        n = network.jet(t, p, k)
        parts = []
        for axis, (begin, end) in enumerate(box):
            s, h = (p[:, axis] - begin) / (end - begin), end - begin
            parts.append([4 * s * (1 - s), 4 * (1 - 2 * s) / h, -8 / h**2 + 0 * s])
        others = np.prod([part[0] for axis, part in enumerate(parts) if axis != k], axis=0)
        d = [others * v for v in parts[k]]
        u = [d[0] * n[0], d[1] * n[0] + d[0] * n[1], d[2] * n[0] + 2 * d[1] * n[1] + d[0] * n[2]]
        if len(box) == 1:
            begin, end = box[0]
            u[0] = u[0] + ends[0] + (ends[1] - ends[0]) * (p[:, 0] - begin) / (end - begin)
            u[1] = u[1] + (ends[1] - ends[0]) / (end - begin)
        return u

    av, cv, fv = a(*places.T), c(*places.T), f(*places.T)

    def rows(t):
        us = [lifted(t, places, k) for k in axes]
        if strong:
            residual = cv * us[0][0] - fv - sum(av * u[2] + s(*places.T) * u[1] for u, s in zip(us, slopes))
            return np.sqrt(w) * residual
        parts = [np.sqrt(w * av) * u[1] for u in us] + ([np.sqrt(w * cv) * us[0][0]] if np.any(cv) else [])
        return np.concatenate(parts)

    def load(t):
        return 0.0 if strong else np.sum(w * fv * lifted(t, places, 0)[0])

    value = lambda t: (0.5 * np.sum(rows(t) ** 2) - load(t)).real
    theta, damping = network.start(seed), 1e-2 if len(network.sizes) > 2 or isinstance(network, Network) else 1e-14
    found, objectives = [], []
    for _ in range(steps):
        r, j = rows(theta).real, jacobian(rows, theta)
        g = j.T @ r - jacobian(lambda t: np.array([load(t)]) + 0j, theta)[0]
        gram, before, old = j.T @ j, value(theta), theta
        while True:
            theta = old - np.linalg.solve(gram + damping * np.trace(gram) / len(g) * np.eye(len(g)), g)
            if value(theta) < before:
                damping = max(damping / 3, 1e-15)
                break
            damping *= 4
        found.append(lifted(theta, at, 0)[0].real.tolist())
        objectives.append(value(theta))
    return {"values": found[-1], "objectives": objectives}


def linear(cells):
    """The error without hidden layers for -u'' = f with u = sin(5 pi x), at 59 nodes and relative."""
    places = np.arange(1, 60)[:, None] / 60
    exact, f = np.sin(5 * np.pi * places[:, 0]), lambda x: 25 * np.pi**2 * np.sin(5 * np.pi * x)
    found = solve(Splines(first, [], cells), [unit], 960, one, [none], none, f, False, 1, 0, places)["values"]
    return np.linalg.norm(found - exact) / np.linalg.norm(exact)


n = 16
line = np.arange(1, n)[:, None] / n
square = np.array([[x / 8, y / 8] for y in range(1, 8) for x in range(1, 8)])
one, none = lambda *p: 1 + 0 * p[0], lambda *p: 0 * p[0]
stepped = lambda x: np.where(x < 0.5, 1.0, 10.0)
smooth = lambda x, y: 1 + x * y
unit = (0.0, 1.0)
first = [(0.0, 1.0)]
runs = {
    "line-energy": solve(Splines(first, [3], 4), [unit], 30, stepped, [none], none, one, False, 6, 4, line, (1.0, -0.5)),
    "line-linear": solve(Splines(first, [], 6), [unit], 30, one, [none], lambda x: 3 + 0 * x, one, False, 1, 4, line),
    "line-strong": solve(Splines(first, [3], 4), [unit], 30, lambda x: 1 + x, [one], one, one, True, 6, 4, line),
    "line-dense": solve(Network([(0.0, 1.0, False)], 4, [4]), [unit], 30, one, [none], none, one, False, 6, 4, line),
    "plane-strong": solve(
        Splines(first * 2, [2], 3), [unit] * 2, 5, smooth, [lambda x, y: y, lambda x, y: x], none, one, True, 5, 4, square
    ),
}
versions = f"Python {sys.version.split()[0]}, NumPy {np.__version__}"
errors = {str(cells): linear(cells) for cells in (8, 16, 32, 64)}
print(json.dumps({"provenance": __doc__, "versions": versions, "runs": runs, "linear": errors}, indent=1))
