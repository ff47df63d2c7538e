# Reference values of src/dense/roots.rs: relative errors (Frobenius norm) of square roots of rho^|i-j|, n = 32.
# Run with: python3 tests/oracles/roots.py (Python 3.11.7, numpy 2.4.6).
import numpy as np
from math import comb

n = 32
I = np.eye(n)
for rho in (0.3, 0.9, 0.99):
    A = rho**np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    w, Q = np.linalg.eigh(A)
    exact = (Q*np.sqrt(w))@Q.T
    size = np.linalg.norm(A)
    z = 1 - w/size                       # every route is a function of the eigenvalues of I - A/|A|
    error = lambda f: np.linalg.norm((Q*(np.sqrt(size)*f))@Q.T - exact)/np.linalg.norm(exact)
    def newton(steps):
        y, x = 1 - z, np.ones(n)
        for _ in range(steps):
            t = (3 - x*y)/2
            y, x = y*t, t*x
        return y
    def taylor(degree):                  # sqrt(1 - z) = 1 - sum 2/k C(2k-2, k-1) (z/4)^k
        return 1 - sum(2/k*comb(2*k - 2, k - 1)*(z/4)**k for k in range(1, degree + 1))
    def pade(m):                         # r ((1 + r)^(2m+1) + (1 - r)^(2m+1))/((1 + r)^(2m+1) - (1 - r)^(2m+1)), r = sqrt(1 - z)
        r = np.sqrt(1 - z)
        a, b = (1 + r)**(2*m + 1), (1 - r)**(2*m + 1)
        return r*(a + b)/(a - b)
    print(rho, f"condition {w[-1]/w[0]:.1f}")
    print("  Newton-Schulz", *[f"{s}: {error(newton(s)):.3g}" for s in (3, 5, 8, 12, 20)])
    print("  Taylor       ", *[f"{s}: {error(taylor(s)):.3g}" for s in (6, 11)])
    print("  Pade         ", *[f"{s}: {error(pade(s)):.3g}" for s in (2, 5, 10)])
