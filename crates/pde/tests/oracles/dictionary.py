"""A dictionary of reduced models by a program of its own: snapshots of a hump that is carried along are clustered by k-medoids in the sine of the angle
between them, each cluster gets singular vectors of its own, and RK4 on the projected equations changes the basis where another medoid is
nearer. What tests/family/reduced.rs asks of pde.dictionary-rom; random numbers are SplitMix64, so that the clusters are the same.

python3 dictionary.py > dictionary.json        (made with Python 3.11.7, numpy 2.4.6)
"""
import json
import math
import numpy as np

M = (1 << 64) - 1


class Rng:
    def __init__(self, seed):
        self.s = seed

    def below(self, n):
        self.s = (self.s + 0x9E3779B97F4A7C15) & M
        z = self.s
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & M
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & M
        return int(((z ^ z >> 31) >> 11) * 2.0 ** -53 * n)


def medoids(D, K, seed, restarts=20):
    rng, best = Rng(seed), None
    for _ in range(restarts):
        p = list(range(len(D)))
        for k in range(K):
            j = k + rng.below(len(D) - k)
            p[k], p[j] = p[j], p[k]
        m = np.array(p[:K])
        for _ in range(100):
            label, old = D[:, m].argmin(1), m.copy()
            for k in range(K):
                J = np.flatnonzero(label == k)
                if len(J):
                    m[k] = J[D[np.ix_(J, J)].sum(0).argmin()]
            if (m == old).all():
                break
        label = D[:, m].argmin(1)
        cost = D[np.arange(len(D)), m[label]].sum()
        if best is None or cost < best[0]:
            best = cost, m, label
    return best


n, nu, dt, span, until = 100, 0.0005, 0.005, 0.5, 0.6
h = 1 / n
x = np.arange(n) * h


def rate(u):
    a, b = np.roll(u, 1), np.roll(u, -1)
    return -(b - a) / (2 * h) + nu * (a - 2 * u + b) / h ** 2


def rk4(f, u):
    a = f(u)
    b = f(u + 0.5 * dt * a)
    c = f(u + 0.5 * dt * b)
    d = f(u + dt * c)
    return u + dt / 6 * (a + 2 * b + 2 * c + d)


u0 = np.exp(-((x - 0.2) / 0.05) ** 2)
S, u = [u0], u0
for k in range(round(span / dt)):
    u = rk4(rate, u)
    S.append(u)
S = np.array(S).T
unit = S / np.linalg.norm(S, axis=0)
D = np.sqrt(np.maximum(0, 1 - (unit.T @ unit) ** 2))
out = {"provenance": __doc__, "runs": []}
for K, r, overlap, end in [(1, 4, 0, .5), (1, 10, 0, .5), (8, 4, 0, .5), (8, 4, .5, .5), (8, 6, .5, .5), (16, 4, .5, .5), (16, 4, 1, .5), (8, 8, 1, .5), (8, 8, 1, .6)]:
    cost, m, label = medoids(D, K, 0)
    V, errors = [], []
    for k in range(K):
        own = list(np.flatnonzero(label == k))
        others = [i for i in np.argsort(D[:, m[k]], kind="stable") if label[i] != k]
        own += others[:math.ceil(overlap * len(own))]
        U, s, _ = np.linalg.svd(S[:, own], full_matrices=False)
        V.append(U[:, :min(r, int((s > 1e-13 * s[0]).sum()))])
    for i in range(S.shape[1]):
        W = V[label[i]]
        errors.append(np.linalg.norm(S[:, i] - W @ (W.T @ S[:, i])) / np.linalg.norm(S[:, i]))
    u, full, most, course = u0, u0, 0, []
    for _ in range(round(end / dt)):
        k = int(np.sqrt(np.maximum(0, 1 - (unit[:, m].T @ u / np.linalg.norm(u)) ** 2)).argmin())
        course.append(k)
        W = V[k]
        u = W @ rk4(lambda z: W.T @ rate(W @ z), W.T @ u)
        full = rk4(rate, full)
        most = max(most, np.linalg.norm(u - full) / np.linalg.norm(full))
    out["runs"].append({"clusters": K, "modes": r, "overlap": overlap, "until": end, "cost": cost, "projection": max(errors), "largest_error": most,
                        "changes": sum(a != b for a, b in zip(course, course[1:])), "last": u.tolist()})
print(json.dumps(out, indent=1))
