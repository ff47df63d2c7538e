#!/usr/bin/env python3
"""Figures for rankings from orders, by an independent program: numpy, and L. Maystre's choix 0.4.1 (MIT licence).

    pip install numpy choix && python3 orders.py

The races are those of `ranking.synthetic-orders` with seed 77 and default parameters (20 competitors, 300 races of 5), drawn
here anew from the same random numbers; the partial orders are the same races with the first two places known. What is printed
stands in crates/ranking/src/papers/orders.rs, crates/ranking/src/orders/tests.rs and crates/ranking/src/analyses/tests.rs.
"""
import choix
import numpy as np

MASK = (1 << 64) - 1


class Rng:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53

    def below(self, n):
        return int(self.uniform() * n)

    def permutation(self, n):
        p = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            p[i], p[j] = p[j], p[i]
        return p


def draw(seed, n=20, races=300, field=5, spread=1.0):
    rng = Rng(seed)
    u = np.array([rng.uniform() for _ in range(n)])
    weight = np.exp(spread * np.log(u / (1 - u)))
    orders = []
    for _ in range(races):
        pool, order = rng.permutation(n)[:field], []
        while pool:
            ahead = np.cumsum(weight[pool])
            at = rng.uniform() * ahead[-1]
            order.append(pool.pop(min(int(np.searchsorted(ahead, at, side="right")), len(pool) - 1)))
        orders.append(order)
    return orders


def choices(orders, known=None):
    """Every order as choices of one out of several."""
    return [(o[v], o[v + 1:]) for o in orders for v in range(min(known or len(o), len(o) - 1))]


def likelihood(log, list_of_choices):
    return sum(log[w] - np.logaddexp.reduce(log[[w, *rest]]) for w, rest in list_of_choices)


def passes(list_of_choices, n, newman, tolerance=1e-6, prior=False):
    """Hunter's MM (2004), or the rearrangement after Newman (2023), item by item."""
    pi, trace = np.ones(n), []
    for k in range(1, 20001):
        old = pi.copy()
        for i in range(n):
            above, below = 0.0, 0.0
            for w, rest in list_of_choices:
                if w == i or i in rest:
                    total = pi[w] + pi[rest].sum()
                    if w == i:
                        above += (total - pi[i]) / total if newman else 1.0
                    if w != i or not newman:
                        below += 1.0 / total
            if prior:
                above += 1.0 / (1.0 + pi[i]) if newman else 1.0
                below += (1.0 if newman else 2.0) / (1.0 + pi[i])
            pi[i] = above / below
        if not prior:
            pi /= np.exp(np.log(pi).mean())
        trace.append(likelihood(np.log(pi), list_of_choices))
        if np.sqrt(np.mean((pi / (1 + pi) - old / (1 + old)) ** 2)) < tolerance:
            return k, np.log(pi), trace
    raise RuntimeError("no end")


def show(words, log):
    print(f"{words}: {[float(x) for x in log[:5]]}")


full = draw(77)
n = 20
every = choices(full)
for newman in (False, True):
    k, log, trace = passes(every, n, newman)
    print("Newman" if newman else "MM", k, "passes, log-likelihood", trace[-1], "after 1, 2, 3:", trace[:3])
show("choix lsr_rankings", choix.lsr_rankings(n, full))
show("choix ilsr_rankings", choix.ilsr_rankings(n, full, tol=1e-13, max_iter=1000))
show("choix opt_rankings", choix.opt_rankings(n, full, method="Newton-CG", tol=1e-14))
show("choix mm_rankings", choix.mm_rankings(n, full, tol=1e-13, max_iter=100000))
k, log, trace = passes(every, n, True, 1e-15)
show("numpy optimum", log)
print("log-likelihood", repr(trace[-1]))
k, log, trace = passes(every, n, True, 1e-15, prior=True)
show("numpy MAP", log)

partial = choices(full, 2)
top = [(w, list(rest)) for w, rest in partial]
show("choix lsr_top1, two places known", choix.lsr_top1(n, top))
show("choix ilsr_top1, two places known", choix.ilsr_top1(n, top, tol=1e-13, max_iter=1000))
k, log, trace = passes(partial, n, True, 1e-15)
show("numpy optimum, two places known", log)
print("log-likelihood", repr(trace[-1]))


def information(log, list_of_choices, prior=False):
    """The sum of the covariance matrices of the choices, written out."""
    total = np.zeros((n, n))
    for w, rest in list_of_choices:
        members = [w, *rest]
        q = np.exp(log[members] - np.logaddexp.reduce(log[members]))
        total[np.ix_(members, members)] += np.diag(q) - np.outer(q, q)
    if prior:
        p = 1 / (1 + np.exp(-log))
        total += np.diag(2 * p * (1 - p))
    return total


def answers(words, log, list_of_choices, prior=False):
    inverse = np.linalg.pinv(information(log, list_of_choices, prior), rcond=1e-12)
    show(words + ": standard errors", np.sqrt(np.diag(inverse)))
    d = log[0] - log[1]
    error = np.sqrt(inverse[0, 0] + inverse[1, 1] - 2 * inverse[0, 1])
    ends = [d, d - 1.959963984540054 * error, d + 1.959963984540054 * error]
    print(words + ": chance that the first comes ahead of the second:", [float(1 / (1 + np.exp(-x))) for x in ends])
    surplus, spread = [], []
    for place in range(4):
        seen = expected = variance = strongest = 0.0
        own = [c for c in list_of_choices if len(c[1]) == 4 - place]
        for w, rest in own:
            members = np.array([w, *rest])
            l = log[members] - np.logaddexp.reduce(log[members])
            q = np.exp(l)
            seen += l[0]
            expected += q @ l
            variance += q @ l**2 - (q @ l) ** 2
            strongest += log[members].argmax() == 0
        if own:
            surplus.append(seen - expected)
            spread.append(variance)
            print(words, "place", place + 1, [float(x) for x in (seen / len(own), expected / len(own), (seen - expected) / np.sqrt(variance), strongest / len(own))])
    # The score of a scale that changes with the place, orthogonal to the common scale (Hausman and Ruud, 1987).
    surplus, spread = np.array(surplus), np.array(spread)
    x = np.arange(len(surplus)) - np.arange(len(surplus)) @ spread / spread.sum()
    print(words, "trend", float(x @ surplus / np.sqrt(x**2 @ spread)))
    first = [c for c in list_of_choices if len(c[1]) == 4]
    for item in (0, 1):
        chance = [np.exp(log[item] - np.logaddexp.reduce(log[[w, *rest]])) for w, rest in first if item in [w, *rest]]
        won = sum(w == item for w, _ in first)
        print(words, "first places of item", item, won, float(sum(chance)), float((won - sum(chance)) / np.sqrt(sum(p * (1 - p) for p in chance))))


k, log, trace = passes(every, n, True, 1e-15)
answers("full orders", log, every)
k, log, trace = passes(every, n, True, 1e-15, prior=True)
answers("full orders, MAP", log, every, prior=True)
k, log, trace = passes(partial, n, True, 1e-15)
answers("two places known", log, partial)
