"""Networks that are moved in time, written again in NumPy from the formulas: random numbers, starts, fits and steps. Derivatives with respect to parameters are by
complex steps (exact up to rounding), so that none of the program's backward passes is taken over. Writes networks.json.

Run: python networks.py > networks.json (NumPy 2.4.6, Python 3.12)
"""

import json

import numpy as np

MASK = (1 << 64) - 1


class Rng:
    """SplitMix64, uniform numbers, and normal ones by Box and Muller, the second of a pair dropped."""

    def __init__(self, seed):
        self.state = seed & MASK

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.bits() >> 11) / (1 << 53)

    def normal(self):
        first, second = 1.0 - self.uniform(), self.uniform()
        return np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)


class Network:
    """coordinates: (begin, length, periodic); tanh or sine."""

    def __init__(self, coordinates, features, hidden, bend="tanh"):
        self.coordinates, self.features, self.bend = coordinates, features, bend
        self.sizes = [len(coordinates) * features, *hidden, 1]

    def start(self, seed):
        rng, theta = Rng(seed), []
        for _, _, periodic in self.coordinates:
            for _ in range(self.features):
                if periodic:
                    theta += [rng.normal(), 2 * np.pi * rng.uniform(), 0.3 * rng.normal()]
                else:
                    theta += [2.0 * rng.normal(), rng.normal()]
        for inputs, outputs in zip(self.sizes, self.sizes[1:]):
            for _ in range(outputs):
                theta += [rng.normal() / np.sqrt(inputs) for _ in range(inputs)] + [0.0]
        return np.array(theta)

    def jet(self, theta, places, *axes):
        """Values, first and second derivatives along the sum of axes, at places row by row."""
        at, columns = 0, []
        for k, (begin, length, periodic) in enumerate(self.coordinates):
            slope = (2 * np.pi if periodic else 2.0) / length
            x, moves = (places[:, k] - begin) * slope, slope if k in axes else 0.0
            for _ in range(self.features):
                if periodic:
                    a, phase, c = theta[at : at + 3]
                    wave = np.cos(x + phase)
                    columns.append((a * wave + c, -a * moves * np.sin(x + phase), -a * moves**2 * wave))
                    at += 3
                else:
                    a, c = theta[at : at + 2]
                    columns.append((a * (x - 1) + c, a * moves + 0 * x, 0 * a * x))
                    at += 2
        z = [np.stack([column[d] for column in columns], axis=1) for d in range(3)]
        for inputs, outputs in zip(self.sizes, self.sizes[1:]):
            if self.bend == "tanh":
                s = np.tanh(z[0])
                s1 = 1 - s * s
                s2 = -2 * s * s1
            else:
                s, s1, s2 = np.sin(z[0]), np.cos(z[0]), -np.sin(z[0])
            h = [s, s1 * z[1], s2 * z[1] ** 2 + s1 * z[2]]
            w = theta[at : at + outputs * (inputs + 1)].reshape(outputs, inputs + 1)
            at += outputs * (inputs + 1)
            z = [h[0] @ w[:, :-1].T + w[:, -1], h[1] @ w[:, :-1].T, h[2] @ w[:, :-1].T]
        return [part[:, 0] for part in z]


def jacobian(residual, theta):
    columns = []
    for k in range(len(theta)):
        moved = theta.astype(complex)
        moved[k] += 1e-30j
        columns.append(residual(moved).imag / 1e-30)
    return np.stack(columns, axis=1)


def rms(v):
    return np.sqrt(np.mean(v * v))


def ridge_step(j, r, ridge):
    m, p = j.shape
    gram = j @ j.T if m <= p else j.T @ j
    shifted = gram + ridge * np.trace(gram) / len(gram) * np.eye(len(gram))
    return j.T @ np.linalg.solve(shifted, r) if m <= p else np.linalg.solve(shifted, j.T @ r)


def levenberg(residual, theta, damping):
    """One step that is better: parameters, errors before and behind, the next damping."""
    r, j = residual(theta), jacobian(residual, theta)
    error = rms(r)
    while damping <= 1e6:
        moved = theta - ridge_step(j, r, damping)
        found = rms(residual(moved))
        if found < error:
            return moved, error, found, max(damping / 3, 1e-15)
        damping *= 4
    return theta, error, error, 1e-2


def fit(network, places, target, seed):
    theta, damping = network.start(seed), 1e-2
    good = 1e-6 * np.max(np.abs(target))
    for _ in range(300):
        theta, before, after, damping = levenberg(lambda t: network.jet(t, places, 0)[0] - target, theta, damping)
        if after <= good or after >= before:
            break
    return theta


NODES = 24
LENGTH = 2 * np.pi
X = LENGTH * np.arange(NODES) / NODES
PERIODIC = Network([(0.0, LENGTH, True)], 4, [5, 5])


def burgers(u, u_x, u_xx):
    return 0.1 * u_xx - u * u_x


def on_grid(u):
    h = LENGTH / NODES
    over, under = np.roll(u, -1), np.roll(u, 1)
    return burgers(u, (over - under) / (2 * h), (over - 2 * u + under) / h**2)


def teng(order, dt, steps, seed=4):
    places, value = X[:, None], lambda t: PERIODIC.jet(t, X[:, None], 0)[0]
    theta = fit(PERIODIC, places, 1 + np.sin(X) / 2, seed)

    def project(theta, target, iterations):
        for _ in range(iterations):
            residual = lambda t: value(t) - target
            theta = theta - ridge_step(jacobian(residual, theta), residual(theta), 1e-12)
        return theta

    for _ in range(steps):
        u = value(theta)
        rate = on_grid(u)
        theta = project(theta, u + dt * rate, 7)
        if order == 2:
            theta = project(theta, u + dt / 2 * rate + dt / 2 * on_grid(value(theta)), 5)
    return value(theta)


def insr(implicit, dt, steps, points, seed=4):
    theta = fit(PERIODIC, X[:, None], 1 + np.sin(X) / 2, seed)
    rng = Rng(seed ^ 0x1A5E0F5EED5A17E5)
    for _ in range(steps):
        places = np.array([[LENGTH * rng.uniform()] for _ in range(points)])
        old = PERIODIC.jet(theta, places, 0)
        known = old[0] + dt * (1 - implicit) * burgers(*old)

        def residual(t):
            jet = PERIODIC.jet(t, places, 0)
            return jet[0] - dt * implicit * burgers(*jet) - known

        damping, size = 1e-9, np.max(np.abs(PERIODIC.jet(theta, X[:, None], 0)[0]))
        for _ in range(10):
            theta, before, after, damping = levenberg(residual, theta, damping)
            if after <= 1e-10 * size or before - after <= 1e-3 * before:
                break
    return PERIODIC.jet(theta, X[:, None], 0)[0]


def trained(residual, scatter, theta, iterations, seed):
    """Steps of least squares, each at other places."""
    rng, damping = Rng(seed ^ 0x701AC350FF71E5), 1e-2
    for _ in range(iterations):
        places = scatter(rng)
        theta, _, _, damping = levenberg(lambda t: residual(t, *places), theta, damping)
    return theta


def scattered(rng, dimension, span, nodes, start, counts):
    inside = [[LENGTH * rng.uniform() for _ in range(dimension)] + [span * rng.uniform()] for _ in range(counts[0])]
    drawn = [int(rng.uniform() * len(nodes)) for _ in range(counts[1])]
    return np.array(inside), np.hstack([nodes[drawn], np.zeros((counts[1], 1))]), start[drawn]


def standing(iterations=4, span=0.5, counts=(60, 20), seed=4):
    """Viscous Burgers, one network at places that stand still."""
    network = Network([(0.0, LENGTH, True), (0.0, span, False)], 3, [6])
    start, weight = 1 + np.sin(X) / 2, np.sqrt(1000 * counts[0] / counts[1])

    def residual(t, inside, at_start, values):
        equation = network.jet(t, inside, 1)[1] - burgers(*network.jet(t, inside, 0))
        return np.concatenate([equation, weight * (network.jet(t, at_start, 0)[0] - values)])

    scatter = lambda rng: scattered(rng, 1, span, X[:, None], start, counts)
    theta = trained(residual, scatter, network.start(seed), iterations, seed)
    return network.jet(theta, np.stack([X, span + 0 * X], axis=1), 0)[0]


def carried(along_places, iterations=8, span=0.5, counts=(60, 20), seed=4):
    """Viscous Burgers, networks of labels for values and displacements."""
    network = Network([(0.0, LENGTH, True), (0.0, span, False)], 3, [6])
    start, weight = 1 + np.sin(X) / 2, np.sqrt(1000 * counts[0] / counts[1])
    first = network.start(seed)
    cut = len(first)

    def residual(t, inside, at_start, values):
        u, d = network.jet(t[:cut], inside, 0), network.jet(t[cut:], inside, 0)
        stretch, bend = (1 + d[1], d[2]) if along_places else (1, 0)
        u_xx = (u[2] * stretch - u[1] * bend) / stretch**3
        equation = network.jet(t[:cut], inside, 1)[1] - 0.1 * u_xx
        moved = np.sqrt(10) * (network.jet(t[cut:], inside, 1)[1] - u[0])
        own = weight * (network.jet(t[:cut], at_start, 0)[0] - values)
        return np.concatenate([equation, moved, own, weight * network.jet(t[cut:], at_start, 0)[0]])

    scatter = lambda rng: scattered(rng, 1, span, X[:, None], start, counts)
    theta = trained(residual, scatter, np.concatenate([first, network.start(seed + 1)]), iterations, seed)
    at = lambda part, label: network.jet(part, np.stack([label, span + 0 * label], axis=1), 0)
    low, high = X - 2.0, X + 1.0
    for _ in range(80):
        middle = (low + high) / 2
        before = middle + at(theta[cut:], middle)[0] < X
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return at(theta[:cut], low)[0]


def level_set(iterations=4, span=0.5, counts=(60, 30), seed=4):
    """Motion by curvature of the zero set of cos x + cos y + 0.8, a network of sines."""
    n = 12
    network = Network([(0.0, LENGTH, True), (0.0, LENGTH, True), (0.0, span, False)], 3, [6], "sine")
    line = LENGTH * np.arange(n) / n
    nodes = np.stack([np.tile(line, n), np.repeat(line, n)], axis=1)
    start, weight = np.cos(nodes[:, 0]) + np.cos(nodes[:, 1]) + 0.8, np.sqrt(5 * counts[0] / counts[1])

    def residual(t, inside, at_start, values):
        x, y, both, time = (network.jet(t, inside, *axes) for axes in ((0,), (1,), (0, 1), (2,)))
        u_xy = (both[2] - x[2] - y[2]) / 2
        squares = x[1] ** 2 + y[1] ** 2
        rate = 0.2 * (x[2] * y[1] ** 2 - 2 * x[1] * y[1] * u_xy + y[2] * x[1] ** 2) / (squares + 1e-3)
        return np.concatenate([time[1] - rate, weight * (network.jet(t, at_start, 0)[0] - values)])

    scatter = lambda rng: scattered(rng, 2, span, nodes, start, counts)
    theta = trained(residual, scatter, network.start(seed), iterations, seed)
    return network.jet(theta, np.hstack([nodes, np.full((n * n, 1), span)]), 0)[0]


if __name__ == "__main__":
    out = {
        "teng-1": list(teng(1, 0.05, 5)),
        "teng-2": list(teng(2, 0.05, 5)),
        "insr-trapezoidal": list(insr(0.5, 0.1, 4, 80)),
        "insr-implicit-euler": list(insr(1.0, 0.1, 4, 80)),
        "standing": list(standing()),
        "carried-places": list(carried(True)),
        "carried-labels": list(carried(False)),
        "level-set": list(level_set()),
    }
    print(json.dumps(out, indent=1))
