"""Least squares with the nuclear norm on tests/fixtures/nuclear_cap.csv, dense, by accelerated proximal gradient with a full
decomposition in every step, until the objective rests. Prints the objective relative to that at zero, the rank, and the
solution at some cells. Python 3.11, numpy 2: python3 tests/oracles/convex.py"""
import csv
import numpy as np

with open("tests/fixtures/nuclear_cap.csv") as f:
    rows = list(csv.reader(f))[1:]
m = np.array([[float(c) if c else np.nan for c in row[1:]] for row in rows])
seen = ~np.isnan(m)
data = np.where(seen, m, 0.0)
lam = 0.02 * np.linalg.svd(data, compute_uv=False)[0]


def shrink(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    s = np.maximum(s - lam, 0.0)
    return (u * s) @ vt, s


x = y = np.zeros_like(data)
t = 1.0
for step in range(20000):
    new, s = shrink(y + seen * (data - y))
    after = (1 + np.sqrt(1 + 4 * t * t)) / 2
    y = new + (t - 1) / after * (new - x)
    moved = np.linalg.norm(new - x)
    x, t = new, after
    if moved < 1e-14 * np.linalg.norm(x):
        break
fit = 0.5 * np.sum((seen * (x - data)) ** 2)
print("steps", step, "objective", (fit + lam * s.sum()) / (0.5 * np.sum(data**2)), "rank", int((s > 0).sum()))
holes = np.argwhere(~seen)
print("norm of the filled cells", repr(float(np.linalg.norm(x[~seen]))))
for i, j in holes[[0, 100, 300]]:
    print(i, j, repr(float(x[i, j])))
