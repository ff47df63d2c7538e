"""Trajectories of every rule and algorithm, written from their formulas: the figures of rules.json.

Run as `python3 rules.py > rules.json`; the file was made with Python 3.11.7 and numpy 2.4.6. The problems are rebuilt from
seeds: SplitMix64, uniform numbers as multiples of 2^-53, normal numbers by Box-Muller in pairs, rows first.
"""
import json
import sys

import numpy as np

M64 = (1 << 64) - 1


class Rng:
    def __init__(self, seed):
        self.s = seed

    def bits(self):
        self.s = (self.s + 0x9E3779B97F4A7C15) & M64
        z = self.s
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
        return z ^ (z >> 31)

    def uniform(self):
        return (self.bits() >> 11) * 2.0**-53

    def normal(self, *shape):
        k = int(np.prod(shape))
        out = []
        while len(out) < k:
            u, v = 1.0 - self.uniform(), self.uniform()
            r = np.sqrt(-2 * np.log(u))
            out += [r * np.cos(2 * np.pi * v), r * np.sin(2 * np.pi * v)]
        return np.array(out[:k]).reshape(shape)


class Logistic:
    """12 rows of 6, columns of falling size, in 3 runs of 4 rows."""

    def __init__(self):
        n, d = 12, 6
        r = Rng(7)
        self.X = r.normal(n, d) * 0.5 ** np.arange(d)
        w = r.normal(d)
        z = self.X @ w
        self.y = np.array([1.0 if r.uniform() < 1 / (1 + np.exp(-t)) else -1.0 for t in z])
        self.lam, self.parts, self.n, self.d = 0.05, 3, n, d

    def rows(self, k):
        return slice(0, self.n) if k is None else slice(4 * k, 4 * k + 4)

    def g(self, w, k=None):
        X, y = self.X[self.rows(k)], self.y[self.rows(k)]
        s = -y / (1 + np.exp(y * (X @ w)))
        return X.T @ s / len(y) + self.lam * w

    def H(self, w, k=None):
        X = self.X[self.rows(k)]
        p = 1 / (1 + np.exp(-(X @ w)))
        return (X.T * (p * (1 - p))) @ X / len(X) + self.lam * np.eye(self.d)


class Matrix:
    """1/2 |A (X - C) B|^2, 5 x 4, condition numbers 10."""

    def __init__(self):
        r = Rng(9)
        self.C = r.normal(5, 4)
        self.A, self.B = (self.sym(r, n) for n in (5, 4))
        self.parts, self.d = 1, 20

    @staticmethod
    def sym(r, n):
        q = np.linalg.qr(r.normal(n, n))[0]
        return (q * 10.0 ** (-np.arange(n) / (n - 1))) @ q.T

    def g(self, x, k=None):
        return (self.A @ self.A @ (x.reshape(5, 4) - self.C) @ self.B @ self.B).ravel()


P, Q = Logistic(), Matrix()
out = {}
eta = 0.7
EPOCHS = 8


def visits(f, epochs=EPOCHS):
    return [(k if f.parts > 1 else None) for _ in range(epochs) for k in range(f.parts)]


def note(name, x):
    out[name] = [float(v) for v in x]


# gradient, momentum, Adam
x = np.zeros(6)
for k in visits(P):
    x = x - eta * P.g(x, k)
note("plain", x)
for name in ("heavy-ball", "nesterov"):
    x, v = np.zeros(6), np.zeros(6)
    for k in visits(P):
        g = P.g(x, k)
        v = 0.9 * v + g
        x = x - eta * (v if name == "heavy-ball" else g + 0.9 * v)
    note(name, x)
x, m, v = np.zeros(6), np.zeros(6), np.zeros(6)
for t, k in enumerate(visits(P), 1):
    g = P.g(x, k)
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    x = x - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
note("adam", x)

# schedule-free, warm-up over 5 updates
for name in ("schedule-free", "schedule-free-adam"):
    x = z = np.zeros(6)
    v, W, top = np.zeros(6), 0.0, 0.0
    for t, k in enumerate(visits(P), 1):
        y = 0.1 * z + 0.9 * x
        g = P.g(y, k)
        gamma = eta * min(1, t / 5)
        top = max(top, gamma)
        W += top * top
        c = top * top / W
        if name == "schedule-free-adam":
            v = 0.999 * v + 0.001 * g * g
            g = g / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        z = z - gamma * g
        x = (1 - c) * x + c * z
    note(name, x)

# linear decay over 4 epochs, and refined by a first run; the window's half is 5 % of 12 updates, so none: a plain median
T = 12
x = np.zeros(6)
norms = []
for t, k in enumerate(visits(P, 4)):
    g = P.g(x, k)
    norms.append(np.linalg.norm(g))
    x = x - eta * (1 - t / T) * g
note("linear-decay", x)
w = np.array(norms) ** -2.0
s = np.array([w[t] * w[t + 1:].sum() for t in range(T)])
s /= s.max()
x = np.zeros(6)
# The 13th visit of the first part only ends the first run.
for t, k in enumerate((visits(P, 9)[13:])[:T]):
    x = x - eta * s[t] * P.g(x, k)
note("refined-decay", x)

# DoG and, on whole gradients, U-DoG
x, av, G, r, sw = np.zeros(6), np.zeros(6), 1e-8, 1e-6, 0.0
for k in visits(P, 40):
    g = P.g(x, k)
    G += g @ g
    r = max(r, np.linalg.norm(x))
    x = x - r / np.sqrt(G) * g
    sw += r
    av = av + (x - av) * r / sw
note("dog", av)
y, r, rs, S, A, G = np.zeros(6), 1e-6, 0.0, np.zeros(6), 0.0, 1e-8
for _ in range(25):
    rs += r
    al = rs / r
    A += al
    m = P.g((al * y + S) / A)
    x = y - r / np.sqrt(G) * al * m
    xb = (al * x + S) / A
    g = P.g(xb)
    G += al * al * ((g - m) @ (g - m))
    y = y - r / np.sqrt(G) * al * g
    S = S + al * x
    r = max(r, np.linalg.norm(x), np.linalg.norm(y))
note("u-dog", xb)

# adaptive scaling, 4 probes, seed 5, truncation 0.02
for name, f, order in (("scaling", P, visits(P)), ("scaling-whole", P, [None] * 20)):
    rr = Rng(5)
    sign = lambda: np.array([-1.0 if rr.uniform() < 0.5 else 1.0 for _ in range(6)])
    w, D, e, th, prev = np.zeros(6), np.zeros(6), 1e-3, 1e9, None
    for k in order:
        g = f.g(w, k)
        if prev is None:
            for _ in range(4):
                z = sign()
                D = D + z * (f.H(w, k) @ z) / 4
            Dh = np.maximum(abs(D), 0.02)
        else:
            z = sign()
            D = 0.99 * D + 0.01 * z * (f.H(w, k) @ z)
            Dh = np.maximum(abs(D), 0.02)
            dx, dg = w - prev, g - f.g(prev, k)
            new = min(np.sqrt(1 + th) * e, 0.5 * np.sqrt((dx * dx * Dh).sum()) / np.sqrt((dg * dg / Dh).sum()))
            th, e = new / e, new
        prev = w
        w = w - e * g / Dh
    note(name, w)

# Shampoo on the vector (full-matrix AdaGrad) and on the matrix, roots every 3 updates; in four bits
cb = np.array([0.0 if k == 7 else (2 * k - 15) / 15 * abs((2 * k - 15) / 15) for k in range(16)])


def q4(V):
    v = V.ravel()
    res = np.empty_like(v)
    for b in range(0, len(v), 64):
        s = abs(v[b:b + 64]).max()
        for i in range(b, min(b + 64, len(v))):
            res[i] = cb[abs(cb - (v[i] / s if s > 0 else 0.0)).argmin()] * s
    return res.reshape(V.shape)


def qr(A):
    q, r = np.linalg.qr(A)
    s = np.where(np.diag(r) < 0, -1.0, 1.0)
    return q * s


def root(L, p):
    w, V = np.linalg.eigh(L)
    return (V * (np.maximum(w, 0) + 1e-6 * w[-1]) ** (-1 / p)) @ V.T


class Side:
    def __init__(self, n, p, bits):
        self.p, self.bits, self.V, self.w, self.L = p, bits, np.eye(n), np.full(n, 1e-6), 1e-6 * np.eye(n)

    def learn(self, G):
        if not self.bits:
            self.L = 0.95 * self.L + 0.05 * G
            return
        V = 1.5 * self.V - 0.5 * (self.V @ self.V.T) @ self.V          # rows are eigenvectors
        L = 0.95 * (V.T * self.w) @ V + 0.05 * G
        W = qr(L @ V.T)
        self.w = np.einsum("ij,ij->j", W, L @ W)
        self.V = q4(W.T)

    def renew(self):
        if not self.bits:
            self.R = root(self.L, self.p)
            return
        V = self.V
        for _ in range(4):
            V = 1.5 * V - 0.5 * (V @ V.T) @ V
        self.R = (V.T * (np.maximum(self.w, 0) + 1e-6 * self.w.max()) ** (-1 / self.p)) @ V


def shampoo(f, m, n, bits, step, order, every=3):
    sides = [Side(k, 4 if min(m, n) > 1 else 2, bits) if k > 1 else None for k in (m, n)]
    X = np.zeros((m, n))
    for t, k in enumerate(order):
        G = f.g(X.ravel(), k).reshape(m, n)
        D = G
        for i, s in enumerate(sides):
            if s:
                if t % every == 0 or not bits:
                    s.learn(G @ G.T if i == 0 else G.T @ G)
                if t % every == 0:
                    s.renew()
                D = s.R @ D if i == 0 else D @ s.R
        X = X - step * np.linalg.norm(G) / np.linalg.norm(D) * D
    return X.ravel()


note("shampoo", shampoo(P, 6, 1, False, eta, visits(P)))
note("shampoo-matrix", shampoo(Q, 5, 4, False, eta, [None] * 12))
note("shampoo-4bit", shampoo(Q, 5, 4, True, eta, [None] * 12))


# FOSI on whole gradients, exact eigenvectors, 2 of them, renewed every 5 steps
def base(name, st, g):
    m, v, t = st
    if name == "plain":
        return st, g
    if name == "heavy-ball":
        m = 0.9 * m + g
        return (m, v, t), m
    t, m, v = t + 1, 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return (m, v, t), (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


for name in ("plain", "heavy-ball", "adam"):
    x, st, mom = np.zeros(6), (np.zeros(6), np.zeros(6), 0), np.zeros(6)
    for t in range(12):
        if t % 5 == 0:
            w, V = np.linalg.eigh(P.H(x))
            w, V = w[::-1][:2], V[:, ::-1][:, :2]
        g = P.g(x)
        g1 = V @ (V.T @ g)
        mom = {"plain": g1, "heavy-ball": 0.9 * mom + g1, "adam": 0.9 * mom + 0.1 * g1}[name]
        st, d = base(name, st, g - g1)
        d = d - V @ (V.T @ d)
        s = 1.0 if name == "adam" else min(max(w[0] / w[1], 1), 3)
        x = x - s * 0.05 * d - 0.1 * V @ ((V.T @ mom) / abs(w))
    note("fosi-" + name, x)

# OptEx, history of 6, 3 gradients a round, 9 rounds
matern = lambda D: (1 + np.sqrt(5) * D + 5 * D * D / 3) * np.exp(-np.sqrt(5) * D)
for name in ("plain", "heavy-ball", "adam"):
    x, st, X, G = np.zeros(6), (np.zeros(6), np.zeros(6), 0), [], []
    for _ in range(9):
        cand = [(x, st)]
        if len(X) >= 2:
            XX, GG = np.array(X[-6:]), np.array(G[-6:])
            D = np.sqrt(((XX[:, None] - XX[None]) ** 2).sum(-1))
            l = 5 * np.median(D[np.tril_indices(len(XX), -1)])
            C = np.linalg.solve(matern(D / l) + 1e-6 * np.eye(len(XX)), GG)
            xx, ss = x, st
            for _ in range(2):
                ss, d = base(name, ss, matern(np.sqrt(((XX - xx) ** 2).sum(1)) / l) @ C)
                xx = xx - 0.05 * d
                cand.append((xx, ss))
        for xx, ss in cand:
            X.append(xx)
            G.append(P.g(xx))
        st, d = base(name, cand[-1][1], G[-1])
        x = cand[-1][0] - 0.05 * d
    note("optex-" + name, x)

# ProxProx: the first part is the proxy, inner problem solved by Newton's method, 6 steps of 1/0.3
x = np.zeros(6)
for _ in range(6):
    c, v = P.g(x) - P.g(x, 0), x
    for _ in range(30):
        v = v - np.linalg.solve(P.H(v, 0) + 0.3 * np.eye(6), P.g(v, 0) + c + 0.3 * (v - x))
    x = v
note("proxprox", x)

# forward gradient, 30 moves
x, rr = np.zeros(6), Rng(3)
for _ in range(30):
    v = rr.normal(6)
    x = x - 0.05 * (P.g(x) @ v) * v
note("forward", x)

# gradients balanced: visits of GraB for 7 parts with gradients (k, 1 - k^2 mod 5), from the order 0..6 shuffled by seed 5
def perm(r, n):
    p = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(r.uniform() * (i + 1))
        p[i], p[j] = p[j], p[i]
    return p


for pair in (False, True):
    p, mean, seen = perm(Rng(5), 7), np.zeros(2), []
    grad = lambda k: np.array([float(k), 1.0 - (k * k) % 5])
    for _ in range(4):
        s, new, front, back, open_ = np.zeros(2), np.zeros(2), [], [], None
        for k in p:
            seen.append(k)
            new += grad(k) / 7
            if not pair:
                v, ahead, behind = grad(k) - mean, k, None
            elif open_ is None:
                open_ = k
                continue
            else:
                v, ahead, behind = grad(open_) - grad(k), open_, k
                open_ = None
            plus = np.linalg.norm(s + v) <= np.linalg.norm(s - v)
            s = s + v if plus else s - v
            if pair:
                front.append(ahead if plus else behind)
                back.append(behind if plus else ahead)
            else:
                (front if plus else back).append(ahead)
        p = front + ([open_] if open_ is not None else []) + back[::-1]
        mean = new
    note("grab-pair" if pair else "grab", seen)

if __name__ == "__main__":
    json.dump(out, sys.stdout, indent=0)
