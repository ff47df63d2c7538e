# Reference values of src/papers.rs and src/papers/altmin.rs that hold digit for digit: the completion of a 60 x 50 matrix of
# rank 3 by alternation with solves by QR, and the modes of gradient descent from a small start.
# Run with: python3 tests/oracles/published.py (Python 3.11.7, numpy 2.4.6).
import numpy as np
from portable import SplitMix

m, n, k, rate = 60, 50, 3, 0.4
g = SplitMix(60)
M = g.fill(m, k) @ g.fill(n, k).T
seen = g.below(rate, m, n)
U = np.linalg.svd(np.where(seen, M, 0))[0][:, :k]
most = 2*2*np.sqrt(k/m)
length = np.linalg.norm(U, axis=1, keepdims=True)
U = np.linalg.qr(U*np.minimum(1, most/length))[0]
V = np.zeros((n, k))
for sweep in range(1, 21):
    for j in range(n): V[j] = np.linalg.lstsq(U[seen[:, j]], M[seen[:, j], j], rcond=None)[0]
    V = np.linalg.qr(V)[0]
    for i in range(m): U[i] = np.linalg.lstsq(V[seen[i]], M[i, seen[i]], rcond=None)[0]
    if sweep in (1, 2, 5, 10, 20):
        print(f"sweep {sweep}: {np.linalg.norm(U@V.T - M)/np.linalg.norm(M):.6e}")
    U, R = np.linalg.qr(U)

d, sigma, eta = 20, np.array([5.0, 2.0, 1.0]), 0.01
Q = np.linalg.qr(SplitMix(7).fill(d, d))[0][:, :3]
Z = (Q*sigma)@Q.T
for count, alpha in ((0, 1e-3), (0, 1e-6), (2000, 1e-3)):
    g = SplitMix(11)
    U = alpha*g.fill(d, d)/np.sqrt(d)
    if count:
        A = g.fill(count, d*d).reshape(count, d, d)
        A = ((A + A.transpose(0, 2, 1))/2).reshape(count, d*d)
    at = {}
    for step in range(1, 1500):
        R = U@U.T - Z
        if count: R = (A.T@(A@R.ravel())/count).reshape(d, d)
        U = U - eta*R@U
        s = np.linalg.eigvalsh(U@U.T)[::-1]
        for c in range(3):
            if c not in at and s[c] > sigma[c]/2: at[c] = step
    print(f"{count} measurements, start {alpha:g}: modes at {at}")
