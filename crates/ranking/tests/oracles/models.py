#!/usr/bin/env python3
"""Estimates of the models of pairs by an independent program, to 15 digits: scipy's BFGS, then Newton's method with gradients
by finite differences in 40 digits.

    pip install numpy scipy mpmath && python3 models.py > models.txt

Nothing is shared with the crate but the sample files. A line of models.txt: the name of the model, its negative log-likelihood
(minus the log-prior), the tie parameter (Davidson's nu, Rao and Kupper's theta, Glenn and David's threshold; nan without), the
advantage (nan without), the coefficients of the covariates, a bar, and the log-strengths in the order of first appearance.
"""
import csv
import datetime
import pathlib
import re

import mpmath
import numpy as np
from scipy.optimize import minimize
from scipy.special import log_expit, log_ndtr, logsumexp

SAMPLES = pathlib.Path(__file__).parents[3] / "data" / "samples"
mpmath.mp.dps = 40


def scotland():
    """Games (winner, loser, tie, side of the first, weight 1, margin, day), and names."""
    games, names = [], []
    for row in csv.DictReader(open(SAMPLES / "scotland-1994.csv")):
        i, j = (names.index(n) if n in names else names.append(n) or len(names) - 1 for n in (row["home"], row["away"]))
        h, a = int(row["home_goals"]), int(row["away_goals"])
        day = datetime.date.fromisoformat(row["date"]).toordinal()
        games.append((i, j, h == a, 1, 1.0, 0, day) if h >= a else (j, i, False, -1, 1.0, a - h, day))
        if h > a:
            games[-1] = (i, j, False, 1, 1.0, h - a, day)
    return games, names


def baseball():
    games, names = [], []
    for row in csv.DictReader(open(SAMPLES / "baseball-1987.csv")):
        i, j = (names.index(n) if n in names else names.append(n) or len(names) - 1 for n in (row["home"], row["away"]))
        count = float(row["count"])
        games.append((i, j, False, 1, count, 0, 0) if row["outcome"] == "home" else (j, i, False, -1, count, 0, 0))
    return games, names


def flavours():
    games, names = [], []
    for row in csv.DictReader(open(SAMPLES / "flavours.csv")):
        i, j = (names.index(n) if n in names else names.append(n) or len(names) - 1 for n in (row["item1"], row["item2"]))
        for w, l, tie, count in ((i, j, False, row["wins1"]), (i, j, True, row["ties"]), (j, i, False, row["wins2"])):
            if float(count) > 0:
                games.append((w, l, tie, 0, float(count), 0, 0))
    return games, names


class Fit:
    def __init__(self, games, names, law, prior=None, advantage=False, table=None, effects=False):
        self.law, self.prior, self.advantage, self.effects = law, prior, advantage, effects
        self.n = len(names)
        if table is not None:
            table = np.array(table, float)
            table = (table - table.mean(0)) / table.std(0)
        self.x = table
        # Equal games are added up.
        cells = {}
        for w, l, tie, side, weight, *_ in games:
            key = (w, l, tie, side if advantage else 0)
            cells[key] = cells.get(key, 0.0) + weight
        self.cells = sorted(cells.items())

    def split(self, theta):
        theta = list(theta)
        k = 0 if self.x is None else self.x.shape[1]
        items = 0 if k and not self.effects else self.n
        s, theta = theta[:items], theta[items:]
        tau = theta.pop(0) if self.law in ("davidson", "rao-kupper", "glenn-david") else None
        home = theta.pop(0) if self.advantage else 0
        explained = [sum(x * b for x, b in zip(row, theta)) for row in self.x.tolist()] if k else [0] * self.n
        if not items:
            return explained, explained, explained, tau, home, theta, True
        return s, [a - b for a, b in zip(s, explained)], explained, tau, home, theta, False

    def nll(self, theta, m):
        """Minus the log-posterior; m is the arithmetic."""
        s, effect, explained, tau, home, beta, follow = self.split(theta)
        total = 0
        for (w, l, tie, side), weight in self.cells:
            d = s[w] - s[l] + side * home
            total += weight * m.outcome(self.law, d, tau, tie)
        if self.prior == "logistic":
            total += sum(m.logistic(e) + m.logistic(-e) for e in effect)
        elif self.prior is not None:
            total += sum(-e * e / (2 * self.prior**2) - m.log(self.prior) - m.log(2 * m.pi) / 2 for e in effect)
        elif not follow:
            # The level is free: mean 0.
            total -= sum(s) ** 2 / 2
        return -total

    def solve(self):
        k = 0 if self.x is None else self.x.shape[1]
        size = (0 if k and not self.effects else self.n) + (self.law not in ("logistic", "probit")) + self.advantage + k
        low = minimize(lambda t: float(self.nll(t, Double)), np.zeros(size), method="BFGS", options={"gtol": 1e-7})
        theta = [mpmath.mpf(float(t)) for t in low.x]
        hessian = None
        for _ in range(30):
            h = mpmath.mpf(10) ** -13
            gradient = []
            for i in range(size):
                up, down = list(theta), list(theta)
                up[i] += h
                down[i] -= h
                gradient.append((self.nll(up, Exact) - self.nll(down, Exact)) / (2 * h))
            if hessian is None:
                hessian = self.hessian(np.array([float(t) for t in theta]))
            if max(abs(g) for g in gradient) < 1e-18:
                break
            step = np.linalg.solve(hessian, np.array([float(g) for g in gradient]))
            theta = [t - mpmath.mpf(float(d)) for t, d in zip(theta, step)]
        return theta

    def hessian(self, at):
        size, h = len(at), 1e-4
        out = np.zeros((size, size))
        f = lambda *moves: float(self.nll(at + sum(s * h * np.eye(size)[i] for i, s in moves), Double))
        for i in range(size):
            for j in range(i + 1):
                value = (f((i, 1), (j, 1)) - f((i, 1), (j, -1)) - f((i, -1), (j, 1)) + f((i, -1), (j, -1))) / (4 * h * h)
                out[i, j] = out[j, i] = value
        return out

    def report(self, name):
        theta = self.solve()
        s, _, _, tau, home, beta, _ = self.split(theta)
        value = self.nll(theta, Exact) - (0 if self.prior or self.x is not None else sum(s) ** 2 / 2)
        shown = {"davidson": lambda t: mpmath.exp(t), "rao-kupper": lambda t: mpmath.sqrt(1 + mpmath.exp(t)),
                 "glenn-david": lambda t: mpmath.exp(t)}
        tie = shown[self.law](tau) if tau is not None else "nan"
        numbers = [value, tie, home if self.advantage else "nan", *beta]
        text = lambda xs: " ".join(x if x == "nan" else mpmath.nstr(x, 17) for x in xs)
        print(name, text(numbers), "|", text(s))


class Double:
    log, pi = staticmethod(np.log), np.pi
    logistic = staticmethod(log_expit)

    @staticmethod
    def outcome(law, d, tau, tie):
        if law in ("logistic", "probit"):
            below = log_expit if law == "logistic" else log_ndtr
            return (below(d) + below(-d)) / 2 if tie else below(d)
        if law == "davidson":
            drawn = np.log(2) + tau
            norm = logsumexp([d / 2, -d / 2, drawn])
            return (drawn if tie else d / 2) - norm
        if law == "rao-kupper":
            eta = np.log1p(np.exp(tau)) / 2
            return tau + log_expit(d - eta) + log_expit(-d - eta) if tie else log_expit(d - eta)
        eta = np.exp(tau)
        if tie:
            upper, lower = log_ndtr(-abs(d) + eta), log_ndtr(-abs(d) - eta)
            return upper + np.log(-np.expm1(lower - upper))
        return log_ndtr(d - eta)


class Exact:
    log, pi = staticmethod(mpmath.log), mpmath.pi

    @staticmethod
    def logistic(x):
        return -mpmath.log(1 + mpmath.exp(-x))

    @staticmethod
    def outcome(law, d, tau, tie):
        if law in ("logistic", "probit"):
            below = Exact.logistic if law == "logistic" else lambda x: mpmath.log(mpmath.ncdf(x))
            return (below(d) + below(-d)) / 2 if tie else below(d)
        if law == "davidson":
            weights = mpmath.exp(d / 2), mpmath.exp(-d / 2), 2 * mpmath.exp(tau)
            return mpmath.log(weights[2 if tie else 0] / sum(weights))
        if law == "rao-kupper":
            theta = mpmath.sqrt(1 + mpmath.exp(tau))
            first, second = 1 / (1 + theta * mpmath.exp(-d)), 1 / (1 + theta * mpmath.exp(d))
            return mpmath.log(1 - first - second if tie else first)
        eta = mpmath.exp(tau)
        return mpmath.log(mpmath.ncdf(d + eta) - mpmath.ncdf(d - eta) if tie else mpmath.ncdf(d - eta))


games, names = scotland()
for law in ("logistic", "davidson", "rao-kupper", "probit", "glenn-david"):
    Fit(games, names, law, advantage=True).report(f"scotland-{law}")
Fit(games, names, "rao-kupper", prior=0.5, advantage=True).report("scotland-gaussian")
Fit(games, names, "glenn-david", prior="logistic", advantage=True).report("scotland-logistic-prior")
heavier = [(w, l, tie, side, np.log2(1 + max(margin, 1)), 0, 0) for w, l, tie, side, _, margin, _ in games]
Fit(heavier, names, "logistic", advantage=True).report("scotland-margin")
last = max(g[6] for g in games)
fading = [(w, l, tie, side, 2.0 ** ((day - last) / 90), 0, 0) for w, l, tie, side, _, _, day in games]
Fit(fading, names, "rao-kupper", advantage=True).report("scotland-half-life")
Fit(*baseball(), "logistic", advantage=True).report("baseball")
games, names = flavours()
table = [[float(x) for x in re.findall(r"[\d.]+", name)] for name in names]
Fit(games, names, "rao-kupper", table=table).report("flavours-only")
Fit(games, names, "glenn-david", table=table).report("flavours-only-probit")
Fit(games, names, "davidson", prior=0.3, table=table).report("flavours-only-prior")
Fit(games, names, "davidson", prior=0.3, table=table, effects=True).report("flavours-effects")
