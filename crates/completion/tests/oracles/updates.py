# Reference values of src/stream_tests.rs and src/papers/updates.rs: Rayleigh-Ritz updates of a truncated singular value
# decomposition with dense matrices and explicit bases, on the matrix that completion.stream draws from seed 21.
# Run with: python3 tests/oracles/updates.py (Python 3.11.7, numpy 2.4.6).
import numpy as np
from portable import SplitMix

m, n, k, first = 400, 300, 10, 200
g = SplitMix(21)
base = g.fill(m, k) @ g.fill(k, n)
seen = g.below(0.05, m, n)

def updated(A, batch):
    U, s, Vt = np.linalg.svd(A[:first], full_matrices=False)
    U, s, V = U[:, :k], s[:k], Vt[:k].T
    for start in range(first, m, batch):
        E = A[start:start+batch]
        # The whole projected matrix: new rows beside the old basis, columns in the span of V and of what E adds.
        Q, _ = np.linalg.qr(np.hstack([V, (E - (E@V)@V.T).T]))
        small = np.vstack([np.diag(s)@(V.T@Q), E@Q])
        F, t, Gt = np.linalg.svd(small, full_matrices=False)
        U = np.vstack([U@F[:k, :k], F[k:, :k]])
        s, V = t[:k], Q@Gt[:k].T
    return U, s, V

A = np.where(seen, base, 0.0)
t = np.linalg.svd(A, compute_uv=False)
best = np.sqrt(np.sum(t[k:]**2))
print(f"best residual {best:.6f}, sigma_1 {t[0]:.6f}, sigma_k {t[k-1]:.6f}")
for batch in (1, 10, 50):
    U, s, V = updated(A, batch)
    r = np.linalg.norm(A - (U*s)@V.T)
    drift = max(np.linalg.norm(U.T@U - np.eye(k)), np.linalg.norm(V.T@V - np.eye(k)))
    print(f"batch {batch}: residual {r:.6f} ({r/best:.5f}), sigma_1 {s[0]:.6f}, sigma_k {s[-1]:.6f}, drift {drift:.1e}")
U, s, V = updated(base, 10)
print(f"rank {k}: relative residual {np.linalg.norm(base - (U*s)@V.T)/np.linalg.norm(base):.1e}")
