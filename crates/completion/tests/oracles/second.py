# More reference values of src/oracle_tests.rs: dense, direct implementations on the matrix of small.py.
# Run with: python3 tests/oracles/second.py (Python 3.11.7, numpy 2.4.6).
import numpy as np
m, n = 12, 10
i, j = np.mgrid[0:m, 0:n]
M = ((3*i+1) % 7 - 3)*((2*j+1) % 5 - 2)/4 + ((i*i+2*j) % 3 - 1)*((j*j+i) % 4 - 1.5)/3 + ((5*i+11*j) % 13 - 6)/40
W = ((3*i*i + 7*j + i*j*j + 2*i) % 11 < 7)
P = np.where(W, M, 0.0)
pr = lambda *a: print(*[repr(float(x)) for x in a])
def H(X, r):
    U, s, V = np.linalg.svd(X, full_matrices=False); return U[:, :r]*s[:r]@V[:r]
# harmonic-mean IRLS, rank 2: the full dense system of the seen entries, all singular directions, weights cut at eps
seen = np.flatnonzero(W.ravel())
for q in (0.0, 0.5):
    X = P.copy(); eps = np.inf
    for t in range(5):
        U, s, Vt = np.linalg.svd(X, full_matrices=True); eps = min(eps, s[2])
        if t == 4: break
        wl = np.full(m, eps**(2-q)); wr = np.full(n, eps**(2-q))
        wl[:2] = wr[:2] = np.maximum(s[:2], eps)**(2-q)
        inverse = (wl[:, None] + wr[None, :])/2
        B = np.einsum('ia,jb->ijab', U, Vt.T).reshape(m*n, m*n)   # column (a, b) is u_a v_b'
        Wi = (B*inverse.ravel())@B.T
        z = np.linalg.solve(Wi[np.ix_(seen, seen)], M.ravel()[seen])
        X = (Wi[:, seen]@z).reshape(m, n)
    Z = H(X, 2)
    print('hm-irls', q); pr(np.linalg.norm(Z), Z[0,0], Z[5,7], eps)
# ALS with weighted lambda, rank 2, .05 times the entries of the row: minimum over starts
def als(lam, weighted, biases, seed, sweeps=3000):
    g = np.random.default_rng(seed); U = g.normal(size=(m, 2)); V = g.normal(size=(n, 2)); b = np.zeros(m); c = np.zeros(n)
    mu = M[W].mean() if biases else 0.0
    for _ in range(sweeps):
        for k in range(n):
            o = W[:, k]; l = lam*(o.sum() if weighted else 1); A = U[o]
            if biases: A = np.c_[A, np.ones(o.sum())]
            x = np.linalg.solve(A.T@A+l*np.eye(A.shape[1]), A.T@(M[o, k]-mu-b[o])); V[k] = x[:2]
            if biases: c[k] = x[2]
        for r in range(m):
            o = W[r]; l = lam*(o.sum() if weighted else 1); A = V[o]
            if biases: A = np.c_[A, np.ones(o.sum())]
            x = np.linalg.solve(A.T@A+l*np.eye(A.shape[1]), A.T@(M[r, o]-mu-c[o])); U[r] = x[:2]
            if biases: b[r] = x[2]
    X = U@V.T + mu + b[:, None] + c
    wu = W.sum(1) if weighted else np.ones(m); wv = W.sum(0) if weighted else np.ones(n)
    f = 0.5*np.sum((X-M)[W]**2) + 0.5*lam*(wu@(np.sum(U**2, 1)+b**2) + wv@(np.sum(V**2, 1)+c**2))
    return f, X
for weighted, biases, lam in ((True, False, 0.05), (False, True, 0.3), (True, True, 0.05)):
    f, X = min((als(lam, weighted, biases, s) for s in range(4)), key=lambda r: r[0])
    print('als', weighted, biases); pr(f, np.linalg.norm(X), X[0,0], X[5,7])
# least squares of rank 2 without regularisation: two of its local minima, by alternation from random starts
for seed in (1, 2):
    U = np.random.default_rng(seed).normal(size=(m, 2)); V = np.zeros((n, 2))
    for _ in range(5000):
        for k in range(n): V[k] = np.linalg.lstsq(U[W[:, k]], M[W[:, k], k], rcond=None)[0]
        for r in range(m): U[r] = np.linalg.lstsq(V[W[r]], M[r, W[r]], rcond=None)[0]
    X = U@V.T
    print('rank 2', seed); pr(np.linalg.norm(X), X[0,0], X[5,7], np.linalg.norm((X-M)[W])/np.linalg.norm(P))
