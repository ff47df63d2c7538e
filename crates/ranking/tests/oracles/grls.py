#!/usr/bin/env python3
"""Newton's method with the length by the search GRLS, in 60 digits: pip install mpmath && python3 grls.py.

The length is searched on a grid of 1/1000, which is then refined around its best point; the inverse of the Hessian is that on
strengths with sum 0. The games are those of the test in src/methods/root_newton.rs.
"""
from mpmath import exp, log, lu_solve, matrix, mp, mpf

mp.dps = 60
WON = [[0, 98, 3, 1, 100], [2, 0, 96, 0, 0], [0, 4, 0, 72, 0], [99, 1, 28, 0, 0], [0, 1, 10, 10, 0]]
N = len(WON)
TOTAL = sum(map(sum, WON))


def value(s):
    return sum(WON[i][j] * log(1 + exp(s[j] - s[i])) for i in range(N) for j in range(N)) / TOTAL


def slope(s):
    chance = lambda i, j: 1 / (1 + exp(s[j] - s[i]))
    return [sum((WON[i][j] + WON[j][i]) * chance(i, j) - WON[i][j] for j in range(N)) / TOTAL for i in range(N)]


def inverse(s):
    """H + 1 1^T: on vectors with sum 0 its inverse is that of H."""
    h = matrix(N, N)
    for i in range(N):
        for j in range(N):
            h[i, j] += 1
            if i != j:
                p = 1 / (1 + exp(s[j] - s[i]))
                w = (WON[i][j] + WON[j][i]) * p * (1 - p) / TOTAL
                h[i, i] += w
                h[i, j] -= w
    return lambda v: [*lu_solve(h, matrix(v))]


s = [mpf(0)] * N
for step in range(1, 7):
    solve, old = inverse(s), value(s)
    n = solve(slope(s))
    moved = lambda a: [x - a * y for x, y in zip(s, n)]

    def merit(a):
        g = slope(moved(a))
        return (value(moved(a)) - old) / sum(x * y for x, y in zip(g, solve(g)))

    width, best = mpf(1) / 50, None
    grid = [k * width for k in range(1, 51)]
    while width > mpf(10) ** -9:
        best = min(grid, key=merit)
        grid = [x for k in range(-10, 11) if 0 < (x := best + k * width / 10) <= 1]
        width /= 10
    s = moved(best)
    print(step, "length", mp.nstr(best, 8), "nll", mp.nstr(value(s), 20), "gradient", mp.nstr(max(map(abs, slope(s))), 3))
