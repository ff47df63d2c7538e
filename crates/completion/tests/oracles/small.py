# Reference values of src/oracle_tests.rs: dense, direct implementations on a 12 x 10 matrix given by a formula.
# Run with: python3 tests/oracles/small.py (Python 3.11.7, numpy 2.4.6).
import numpy as np
m, n = 12, 10
i, j = np.mgrid[0:m, 0:n]
M = ((3*i+1) % 7 - 3)*((2*j+1) % 5 - 2)/4 + ((i*i+2*j) % 3 - 1)*((j*j+i) % 4 - 1.5)/3 + ((5*i+11*j) % 13 - 6)/40
W = ((3*i*i + 7*j + i*j*j + 2*i) % 11 < 7).astype(float)
P = W*M; p = W.mean(); s1 = np.linalg.norm(P, 2)
svd = lambda X: np.linalg.svd(X, full_matrices=False)
def D(X, t):
    U, s, V = svd(X); s = np.maximum(s-t, 0); return U*s@V, s
def H(X, r):
    U, s, V = svd(X); return U[:, :r]*s[:r]@V[:r]
pr = lambda *a: print(*[repr(float(x)) for x in a])
print(int(W.sum()), p); pr(s1)
# nuclear norm, lambda = 0.1 s1
lam = 0.1*s1; X = 0*M
for _ in range(20000): X, s = D(X + W*(M-X), lam)
F = 0.5*np.sum((W*(X-M))**2) + lam*s.sum()
print('nuclear'); pr(F/(0.5*np.sum(P**2)), np.linalg.norm(X), (s > 1e-10).sum(), X[0,0], X[5,7], X[11,9])
# svt 25 steps: tau = 2*s1/p, delta=0.8/p
tau = 2*s1/p; d = 0.8/p; Y = np.ceil(tau/(d*s1))*d*P
for _ in range(25): X, s = D(Y, tau); Y = Y + d*W*(M-X)
print('svt'); pr(np.linalg.norm(X), X[0,0], X[5,7], np.linalg.norm(W*(M-X))/np.linalg.norm(P))
# iht fixed .75/p and normalised, rank 2, from H(P/p)
for norm in (False, True):
    X = H(P/p, 2)
    for _ in range(4):
        R = W*(M-X)
        if norm:
            U = svd(X)[0][:, :2]; G = U@(U.T@R); mu = np.sum(G**2)/np.sum((W*G)**2)
        else: mu = 0.75/p
        X = H(X+mu*R, 2)
    print('iht', norm); pr(np.linalg.norm(X), X[0,0], X[5,7], np.linalg.norm(W*(M-X))/np.linalg.norm(P))
# irls rank 2, p=0.5: 8 steps, one-sided, only rank-2 weights beyond eps
for q in (0.0, 0.5):
    X = P.copy(); eps = np.inf
    for t in range(5):
        U, s, V = svd(X); eps = min(eps, s[2])
        if t == 4: break
        w = np.r_[np.maximum(s[:2], eps)**(2-q), np.full(len(s)-2, eps**(2-q))]
        Wi = (U*w)@U.T + eps**(2-q)*(np.eye(m)-U@U.T)
        for c in range(n):
            o = W[:, c] > 0
            X[:, c] = Wi[:, o]@np.linalg.solve(Wi[np.ix_(o, o)], M[o, c])
    Z = H(X, 2)
    print('irls', q); pr(np.linalg.norm(Z), Z[0,0], Z[5,7], eps)
# rpca: weight 1/sqrt(p max) * 1.5, mu fixed, dense ADMM
w = 1.5/np.sqrt(p*max(m, n)); mu = W.sum()/(4*np.abs(P).sum())
L = 0*M; S = 0*M; Y = 0*M
for _ in range(20000):
    A = np.where(W > 0, M-S+Y/mu, L)
    L, s = D(A, 1/mu)
    T = W*(M-L+Y/mu); S = np.sign(T)*np.maximum(np.abs(T)-w/mu, 0)
    Y = Y + mu*W*(M-L-S)
print('rpca'); pr(s.sum() + w*np.abs(S).sum(), np.linalg.norm(L), L[0,0], L[5,7], (np.abs(S) > 1e-9).sum(), np.linalg.norm(W*(M-L-S)))
# als rank 2 ridge .3 fixed point & ccd same objective: minimum over starts
lam = 0.3; best = None
for seed in range(3):
    g = np.random.default_rng(seed); U = g.normal(size=(m, 2)); V = g.normal(size=(n, 2))
    for _ in range(1500):
        for c in range(n): o = W[:, c] > 0; V[c] = np.linalg.solve(U[o].T@U[o]+lam*np.eye(2), U[o].T@M[o, c])
        for r in range(m): o = W[r] > 0; U[r] = np.linalg.solve(V[o].T@V[o]+lam*np.eye(2), V[o].T@M[r, o])
    X = U@V.T; f = 0.5*np.sum((W*(X-M))**2)+0.5*lam*(np.sum(U**2)+np.sum(V**2))
    print('als', seed); pr(f, np.linalg.norm(X), X[0,0], X[5,7])
