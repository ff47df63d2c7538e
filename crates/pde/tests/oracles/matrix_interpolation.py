"""Matrices of a parameter from a few complete ones, by a program of its own, with dense matrices and interpolation systems solved anew: what the
tests of pde.matrix-interpolation ask.

python3 matrix_interpolation.py > matrix_interpolation.json        (made with Python 3.11.7, numpy 2.4.6)
"""
import json
import numpy as np

n, low, high, training, tests, most = 40, 1.0, 10.0, 60, 12, 8
h = 1 / n


def diffusion(mu):
    a = np.exp(-mu * (np.arange(n) + 0.5) * h)
    return (np.diag(a[:-1] + a[1:]) - np.diag(a[1:-1], 1) - np.diag(a[1:-1], -1)) / h ** 2


def reaction(mu):
    x = np.arange(1, n) * h
    return (2 * np.eye(n - 1) - np.eye(n - 1, k=1) - np.eye(n - 1, k=-1)) / h ** 2 + np.diag(200 * np.exp(-mu * x))


def lagrange(points, at):
    return [np.prod([(at - q) / (p - q) for j, q in enumerate(points) if j != k]) for k, p in enumerate(points)]


out = {"provenance": __doc__}
for name, A in [("diffusion", diffusion), ("reaction", reaction)]:
    mus = np.linspace(low, high, training)
    # Entries of the tridiagonal matrix, row by row.
    keep = np.abs(np.subtract.outer(np.arange(n - 1), np.arange(n - 1))) <= 1
    G = np.array([A(mu)[keep] for mu in mus]).T
    b = np.ones(n - 1)
    J, I, missed = [], [], []
    R = G
    while True:
        j = np.abs(R).max(0).argmax()
        i = np.abs(R[:, j]).argmax()
        missed.append(abs(R[i, j]))
        if len(J) == most or missed[-1] <= 1e-14 * missed[0]:
            break
        J.append(j)
        I.append(i)
        R = G - G[:, J] @ np.linalg.solve(G[np.ix_(I, J)], G[I])
    rows = []
    for d in range(1, len(J) + 1):
        cheb = 0.5 * (low + high) + 0.5 * (high - low) * np.cos(np.pi * (2 * np.arange(d) + 1) / (2 * d))
        worst = np.zeros(5)
        for k in range(tests):
            mu = low + (high - low) * (k + 0.5) / tests
            T = A(mu)
            u = np.linalg.solve(T, b)
            beta = np.linalg.solve(G[np.ix_(I[:d], J[:d])], T[keep][I[:d]])
            e = []
            for w, at in [(beta, mus[J[:d]]), (lagrange(cheb, mu), cheb)]:
                M = sum(c * A(m) for c, m in zip(w, at))
                e += [np.linalg.norm(M - T) / np.linalg.norm(T), np.linalg.norm(np.linalg.solve(M, b) - u) / np.linalg.norm(u)]
            both = sum(c * np.linalg.solve(A(m), b) for c, m in zip(lagrange(mus[J[:d]], mu), mus[J[:d]]))
            e.append(np.linalg.norm(both - u) / np.linalg.norm(u))
            worst = np.maximum(worst, e)
        rows.append(dict(zip(["mu", "missed", "matrix", "solution", "matrix_cheb", "solution_cheb", "combined"],
                             [float(mus[J[d - 1]]), float(missed[d] / missed[0]), *map(float, worst)])))
    out[name] = rows
print(json.dumps(out, indent=1))
