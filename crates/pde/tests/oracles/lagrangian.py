"""Proper orthogonal decomposition in a frame that moves with the flow, by a program of its own: positions and values of nodes are
integrated with RK4, projected and integrated again, and brought to the grid by cubic interpolation. What tests/family/reduced.rs and the
paper checks ask of pde.lagrangian-basis.

python3 lagrangian.py > lagrangian.json        (made with Python 3.11.7, numpy 2.4.6)
"""
import json
import numpy as np


def rk4(f, z, t, dt):
    a = f(z)
    b = f(z + 0.5 * dt * a)
    c = f(z + 0.5 * dt * b)
    d = f(z + dt * c)
    return z + dt / 6 * (a + 2 * b + 2 * c + d)


def rate(speed, nu):
    def f(z):
        n = len(z) // 2
        X, w = z[:n], z[n:]
        Xr = np.r_[X[1:], X[0] + 1]
        wr = np.r_[w[1:], w[0]]
        slope = (wr - w) / (Xr - X)
        gap = Xr - X
        second = 2 * (slope - np.roll(slope, 1)) / (gap + np.roll(gap, 1))
        return np.r_[speed(w), nu * second]
    return f


def to_grid(z, x):
    n = len(z) // 2
    X, w = z[:n], z[n:]
    order = np.argsort(X % 1, kind="stable")
    Xs, ws = (X % 1)[order], w[order]
    Xe = np.r_[Xs[-3:] - 1, Xs, Xs[:3] + 1]
    we = np.r_[ws[-3:], ws, ws[:3]]
    out = []
    for p in x:
        i = np.searchsorted(Xe, p, side="right") - 1
        a, b = Xe[i - 1:i + 3], we[i - 1:i + 3]
        out.append(sum(b[k] * np.prod([(p - a[j]) / (a[k] - a[j]) for j in range(4) if j != k]) for k in range(4)))
    return np.array(out)


def case(u0, speed, nu, n, dt, span, until, snapshots, modes):
    x = np.arange(n) / n
    z0 = np.r_[x, u0(x)]
    f = rate(speed, nu)
    steps = int(round(span / dt))
    stride = -(-steps // snapshots)
    z, rows = z0, [z0 - z0]
    for k in range(steps):
        z = rk4(f, z, k * dt, dt)
        if (k + 1) % stride == 0 or k + 1 == steps:
            rows.append(z - z0)
    S = np.array(rows).T
    (U, s, _), (W, q, _) = (np.linalg.svd(S[:n], full_matrices=False), np.linalg.svd(S[n:], full_matrices=False))
    out = {"positions": (s[:6] / s[0]).tolist(), "values": (q[:6] / q[0]).tolist(), "runs": []}
    for r in modes:
        V = np.zeros((2 * n, 2 * r))
        V[:n, :r], V[n:, r:] = U[:, :r], W[:, :r]
        c, full, most = np.zeros(2 * r), z0, 0
        for k in range(int(round(until / dt))):
            c = rk4(lambda c: V.T @ f(z0 + V @ c), c, k * dt, dt)
            full = rk4(f, full, k * dt, dt)
            a, b = to_grid(z0 + V @ c, x), to_grid(full, x)
            most = max(most, np.linalg.norm(a - b) / np.linalg.norm(b))
        out["runs"].append({"modes": r, "largest_error": most, "last": a.tolist()})
    return out


x = np.linspace(0, 1, 400)
t = np.linspace(0, 0.5, 101)
E = np.array([np.exp(-((x - 0.2 - a) / 0.03) ** 2) for a in t]).T
s = np.linalg.svd(E, compute_uv=False)
X = np.array([x + (0.5 + 0.2 * np.sin(2 * np.pi * x)) * a for a in t]).T
p = np.linalg.svd(X, compute_uv=False)
print(json.dumps({
    "provenance": __doc__,
    "eulerian": {"ratios": (s[:5] / s[0]).tolist(), "modes_999": int(np.argmax(np.cumsum(s**2) / np.sum(s**2) >= .999)) + 1},
    "positions_rank": int((p > 1e-12 * p[0]).sum()),
    "burgers": case(lambda x: 0.5 + 0.2 * np.sin(2 * np.pi * x), lambda w: w, 0.002, 80, 0.0025, 0.5, 0.6, 50, [1, 2, 3, 5]),
    "hump": case(lambda x: np.exp(-((x - 0.2) / 0.05) ** 2), lambda w: 1 + 0 * w, 0.0005, 100, 0.005, 0.5, 0.8, 50, [1, 2, 3]),
}, indent=1))
