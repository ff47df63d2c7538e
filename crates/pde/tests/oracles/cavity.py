"""The driven cavity in velocities and pressure on a staggered grid, as sparse saddle-point systems: an independent route to what
tests/family/flow.rs and the paper checks ask of pde.navier-stokes, which knows a stream function only.

python3 cavity.py > cavity.json        (made with Python 3.11.7, numpy 2.4.6, scipy 1.17.1)
"""
import json
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla


class Mac:
    def __init__(self, n, re):
        self.n, self.h, self.nu = n, 1.0 / n, 1.0 / re
        self.iu = -np.ones((n + 1, n), int)      # u[i, j] at (i h, (j + 1/2) h)
        self.iv = -np.ones((n, n + 1), int)      # v[i, j] at ((i + 1/2) h, j h)
        k = 0
        for j in range(n):
            for i in range(1, n):
                self.iu[i, j] = k
                k += 1
        for j in range(1, n):
            for i in range(n):
                self.iv[i, j] = k
                k += 1
        self.nf = k
        rows, cols, vals = [], [], []            # gradient of pressure: cells -> faces
        cell = lambda i, j: j * n + i
        for j in range(n):
            for i in range(1, n):
                rows += [self.iu[i, j]] * 2
                cols += [cell(i, j), cell(i - 1, j)]
                vals += [1 / self.h, -1 / self.h]
        for j in range(1, n):
            for i in range(n):
                rows += [self.iv[i, j]] * 2
                cols += [cell(i, j), cell(i, j - 1)]
                vals += [1 / self.h, -1 / self.h]
        self.grad = sp.csr_matrix((vals, (rows, cols)), (self.nf, n * n))

    def split(self, w):
        n = self.n
        u, v = np.zeros((n + 1, n)), np.zeros((n, n + 1))
        u[self.iu >= 0] = w[self.iu[self.iu >= 0]]
        v[self.iv >= 0] = w[self.iv[self.iv >= 0]]
        return u, v

    def forces(self, w, lid=1.0):
        """Accelerations without pressure."""
        n, h, nu = self.n, self.h, self.nu
        u, v = self.split(w)
        ue = np.zeros((n + 1, n + 2))
        ue[:, 1:-1] = u
        ue[:, 0] = -u[:, 0]
        ue[:, -1] = 2 * lid - u[:, -1]
        ve = np.zeros((n + 2, n + 1))
        ve[1:-1] = v
        ve[0] = -v[0]
        ve[-1] = -v[-1]
        un = 0.5 * (ue[:, 1:] + ue[:, :-1])      # at nodes
        vn = 0.5 * (ve[1:] + ve[:-1])
        uc = 0.5 * (u[1:] + u[:-1])              # at centres
        vc = 0.5 * (v[:, 1:] + v[:, :-1])
        a = np.zeros(self.nf)
        lap_u = (u[2:] - 2 * u[1:-1] + u[:-2] + ue[1:-1, 2:] - 2 * u[1:-1] + ue[1:-1, :-2]) / h**2
        adv_u = (uc[1:]**2 - uc[:-1]**2) / h + ((un * vn)[1:-1, 1:] - (un * vn)[1:-1, :-1]) / h
        lap_v = (v[:, 2:] - 2 * v[:, 1:-1] + v[:, :-2] + ve[2:, 1:-1] - 2 * v[:, 1:-1] + ve[:-2, 1:-1]) / h**2
        adv_v = (vc[:, 1:]**2 - vc[:, :-1]**2) / h + ((un * vn)[1:, 1:-1] - (un * vn)[:-1, 1:-1]) / h
        a[self.iu[1:-1]] = nu * lap_u - adv_u
        a[self.iv[:, 1:-1]] = nu * lap_v - adv_v
        return a

    def project(self, a):
        lap = (self.grad.T @ self.grad).tolil()
        rhs = self.grad.T @ a
        lap[0, :] = 0
        lap[0, 0] = 1
        rhs[0] = 0
        return a - self.grad @ sla.spsolve(lap.tocsc(), rhs)

    def jacobian(self, w):
        cols = []
        base = np.zeros(self.nf)
        size = 1.0                               # quadratic: central differences are exact
        for k in range(self.nf):
            base[:] = w
            base[k] += size
            plus = self.forces(base)
            base[k] -= 2 * size
            cols.append(sp.csr_matrix((plus - self.forces(base)) / (2 * size)))
        return sp.vstack(cols).T.tocsr()

    def steady(self):
        w, p = np.zeros(self.nf), np.zeros(self.n**2)
        pin = sp.lil_matrix((self.n**2, self.n**2))
        pin[0, 0] = 1.0
        for it in range(20):
            f = self.forces(w) - self.grad @ p
            g = -(self.grad.T @ w)
            g[0] += p[0]
            m = sp.bmat([[self.jacobian(w), -self.grad], [-self.grad.T, pin]]).tocsc()
            d = sla.spsolve(m, np.concatenate([f, g]))
            w -= d[:self.nf]
            p -= d[self.nf:]
            if np.abs(d[:self.nf]).max() < 1e-13:
                break
        return w

    def psi_min(self, w):
        u, _ = self.split(w)
        return (np.cumsum(u, axis=1) * self.h).min()


out = {"provenance": __doc__}
for n in (16, 24):
    m = Mac(n, 100.0)
    w = m.steady()
    u, v = m.split(w)
    out[f"steady-{n}"] = {
        "u_middle": list(u[n // 2]),
        "v_min": v.min(),
        "psi_node_min": m.psi_min(w),
        "energy": 0.5 * m.h**2 * float((u**2).sum() + (v**2).sum()),
    }
m = Mac(12, 100.0)
w = np.zeros(m.nf)
for k in range(20):
    w = w + 0.01 * m.project(m.forces(w))
u, v = m.split(w)
out["euler-12"] = {"dt": 0.01, "steps": 20, "energy": 0.5 * m.h**2 * float((u**2).sum() + (v**2).sum()), "u_middle": list(u[6])}
jac = m.jacobian(w).toarray()
proj = np.array([m.project(c) for c in jac.T]).T
out["euler-12"]["trace"] = float(np.trace(proj))
print(json.dumps(out, indent=1))
