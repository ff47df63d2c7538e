"""Heads that settle on the graph of a matrix, by a program of its own, with dense matrices: what the tests of pde.graph-solver ask.

python3 graph_solver.py > graph_solver.json        (made with Python 3.11.7, numpy 2.4.6)
"""
import json
import numpy as np

n = 16
I = np.eye(n - 1)
T = 2 * I - np.eye(n - 1, k=1) - np.eye(n - 1, k=-1)
M = (np.kron(I, T) + np.kron(T, I)) * n * n
f = np.ones(len(M))
d = np.diag(M)
A = np.diag(d) - M
A = A / np.abs(A).sum(1, keepdims=True)
out = {"provenance": __doc__, "runs": []}
for heads, gamma, settled in [(1, 0.9, 0.01), (4, 0.9, 0.3)]:
    g = [1 - (1 - gamma) ** ((h + 1) / heads) for h in range(heads)]
    x, residuals, rests = np.zeros(len(M)), [], [True] * heads
    while not residuals or residuals[-1] > 1e-8:
        if all(rests):
            base, left = x, f - M @ x
            b, Z, rests = left / d, np.zeros((heads, len(M))), [False] * heads
        for h in range(heads):
            if not rests[h]:
                z = g[h] * (A @ Z[h]) + b
                rests[h] = bool(np.abs(z - Z[h]).max() <= settled * np.abs(b).max())
                Z[h] = z
        c = np.linalg.lstsq(Z @ M @ Z.T, Z @ left, rcond=1e-13)[0]
        x = base + c @ Z
        residuals.append(np.linalg.norm(f - M @ x) / np.linalg.norm(f))
    out["runs"].append({"heads": heads, "gamma": gamma, "settled": settled, "steps": len(residuals), "residuals": residuals[:40]})
print(json.dumps(out, indent=1))
