#!/usr/bin/env python3
"""Shares of the cyclic part of HodgeRank, its parts pair by pair, and sums around triangles, by dense least squares of numpy: pip install numpy && python3 hodge.py.

The games are those of the test in src/methods/hodge.rs; smoothing is 0.5.
"""
import itertools

import numpy as np

GAMES = [(0, 1, 4), (1, 2, 3), (2, 1, 1), (2, 3, 2), (3, 4, 5), (4, 3, 2), (4, 5, 1), (5, 6, 2), (6, 7, 3), (7, 8, 1),
         (8, 0, 2), (2, 0, 3), (3, 5, 1), (5, 3, 4), (0, 7, 2)]
won = np.zeros((9, 9))
for a, b, count in GAMES:
    won[a, b] += count
pairs = [(i, j) for i in range(9) for j in range(i + 1, 9) if won[i, j] + won[j, i] > 0]
flow = np.array([np.log((won[i, j] + 0.5) / (won[j, i] + 0.5)) for i, j in pairs])
gradient = np.zeros((len(pairs), 9))
for e, (i, j) in enumerate(pairs):
    gradient[e, i], gradient[e, j] = 1, -1
triangles = [t for t in itertools.combinations(range(9), 3) if all(p in pairs for p in itertools.combinations(t, 2))]
curl = np.zeros((len(triangles), len(pairs)))
for t, (i, j, k) in enumerate(triangles):
    curl[t, pairs.index((i, j))] = curl[t, pairs.index((j, k))] = 1
    curl[t, pairs.index((i, k))] = -1
for name in ("games", "variance"):
    def weight(i, j):
        a, b = won[i, j] + 0.5, won[j, i] + 0.5
        return won[i, j] + won[j, i] if name == "games" else a * b / (a + b)

    root = np.sqrt([weight(i, j) for i, j in pairs])
    # Projections in the coordinates root * flow, in which the weighed product is the plain one.
    target = root * flow
    along = lambda basis: basis @ np.linalg.lstsq(basis, target, rcond=None)[0]
    total, potential = target @ target, along(root[:, None] * gradient)
    local = along((curl / root).T)
    print(name, len(triangles), "triangles; cyclic", 1 - potential @ potential / total, "local", local @ local / total,
          "harmonic", 1 - (potential @ potential + local @ local) / total)
    for (i, j), y, p, l in zip(pairs, flow, potential / root, local / root):
        print("  pair", i, j, y, p, l, y - p - l)
for (i, j, k), c in zip(triangles, curl @ flow):
    variance = sum(1 / (won[a, b] + 0.5) + 1 / (won[b, a] + 0.5) for a, b in ((i, j), (j, k), (i, k)))
    print("triangle", i, j, k, c, c / np.sqrt(variance))
