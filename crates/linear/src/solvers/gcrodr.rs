//! GCRO-DR: restarted GMRES that keeps a few approximate eigenvectors from cycle to cycle and from one system to the next (M. L. Parks,
//! E. de Sturler, G. Mackey, D. D. Johnson and S. Maiti, Recycling Krylov subspaces for sequences of linear systems, SIAM Journal on Scientific
//! Computing 28, 2006).
//!
//! The space `U` with `C = A M^-1 U` orthonormal is what a restart would forget, mostly the slowest modes; Arnoldi's process runs orthogonally to
//! C, and the residual is least over both. After each cycle U becomes the space of harmonic Ritz vectors with the smallest values. Within a
//! system the residual never grows. [`GcroDr::start`] keeps U: for another matrix its image is made anew at the cost of k products.
//!
//! One step is one vector of the basis: one product with A, one application of the preconditioner (which must stay the same) and k + j + 1
//! inner products and updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::dense::{a_b, at_b, solve_upper, thin_qr};

use super::{count, norm};
use crate::memory::{Held, Many, held};
use crate::state::{get, get_count, put, put_count};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// Names of the diagnostics: the step within the cycle, finished cycles, and the dimension of the recycled space.
pub const DIAGNOSTICS: [&str; 3] = ["cycle-step", "cycles", "recycled"];

/// Steps of orthogonal iteration for the space of harmonic Ritz vectors; each costs m^2 k operations on small matrices.
const POWERS: usize = 60;

/// Cycles and the recycled space.
pub struct GcroDr<T> {
    m: usize,
    k: usize,
    /// The iterate at the start of the cycle, and as it is shown.
    x: Vec<T>,
    shown: Vec<T>,
    is_shown: bool,
    /// The residual at the start of the cycle.
    r: Vec<T>,
    /// The recycled space in the variables before the preconditioner, and its image, orthonormal; `kept` of them are in use.
    u: Vec<Vec<T>>,
    c: Vec<Vec<T>>,
    kept: usize,
    basis: Vec<Vec<T>>,
    /// What the preconditioner makes of U and of the basis; empty without one.
    made_u: Vec<Vec<T>>,
    made: Vec<Vec<T>>,
    /// The images of the basis: rows 0..k on C, below on the basis; by rows, m + 1 x m, the recycled columns first.
    g: Vec<T>,
    /// The triangle of the part below, by columns of m + 1, with its rotations and right-hand side.
    triangle: Vec<T>,
    rotations: Vec<[T; 2]>,
    rhs: Vec<T>,
    y: Vec<T>,
    done: usize,
    norm: T,
    cycles: usize,
    /// U, C and the preconditioned U of the next cycle.
    fresh: [Vec<Vec<T>>; 3],
    small: Small<T>,
}

/// Work space for the small dense problem of a cycle's end.
struct Small<T> {
    q: Vec<T>,
    r: Vec<T>,
    work: Vec<T>,
    wv: Vec<T>,
    b: Vec<T>,
    p: Vec<T>,
    t: Vec<T>,
    rk: Vec<T>,
    g: Vec<T>,
    column: Vec<T>,
}

/// `out` is the combination of the vectors with the coefficients, every `stride`-th of `by`.
fn combine<'a, T: Scalar>(out: &mut [T], by: &[T], stride: usize, vectors: impl Iterator<Item = &'a Vec<T>>) {
    out.fill(T::ZERO);
    for (&c, v) in by.iter().step_by(stride).zip(vectors) {
        compiled::axpy(c, v, out);
    }
}

/// Column `l` of `V R^-1`, whose columns before it are done.
fn back<T: Scalar>(v: &mut [Vec<T>], r: &[T], k: usize, l: usize) {
    let (before, own) = v.split_at_mut(l);
    for (i, u) in before.iter().enumerate() {
        compiled::axpy(-r[i * k + l], u, &mut own[0]);
    }
    scale(&mut own[0], T::ONE / r[l * k + l]);
}

fn scale<T: Scalar>(v: &mut [T], by: T) {
    v.iter_mut().for_each(|x| *x *= by);
}

impl<T: Scalar> GcroDr<T> {
    /// For `n` unknowns, with cycles over spaces of dimension `m`, of which `k` are recycled.
    ///
    /// # Panics
    /// Where not 0 < k < m.
    pub fn new(n: usize, m: usize, k: usize) -> Self {
        assert!(0 < k && k < m, "fewer vectors are recycled than a cycle has");
        let zeros = || vec![T::ZERO; n];
        let small = |size: usize| vec![T::ZERO; size];
        GcroDr {
            m,
            k,
            x: zeros(),
            shown: zeros(),
            is_shown: true,
            r: zeros(),
            u: vec![zeros(); k],
            c: vec![zeros(); k],
            kept: 0,
            basis: vec![zeros(); m + 1],
            made_u: Vec::new(),
            made: Vec::new(),
            g: small((m + 1) * m),
            triangle: small(m * (m + 1)),
            rotations: vec![[T::ZERO; 2]; m],
            rhs: small(m + 1),
            y: small(m),
            done: 0,
            norm: T::ZERO,
            cycles: 0,
            fresh: [vec![zeros(); k], vec![zeros(); k], Vec::new()],
            small: Small {
                q: small((m + 1) * m),
                r: small(m * m),
                work: small(2 * m),
                wv: small((m + 1) * m),
                b: small(m * m),
                p: small(m * k),
                t: small((m + 1) * k),
                rk: small(k * k),
                g: small((m + 1) * m),
                column: small(m),
            },
        }
    }

    /// The dimension of the recycled space now.
    pub fn recycled(&self) -> usize {
        self.kept
    }

    /// The recycled vectors, in the variables before the preconditioner.
    pub fn space(&self) -> &[Vec<T>] {
        &self.u[..self.kept]
    }

    /// Forgets the recycled space.
    pub fn forget(&mut self) {
        self.kept = 0;
    }

    /// Makes C of U for this matrix; vectors whose image depends on the ones before are dropped.
    fn renew(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, work: &mut Work) {
        let mut kept = 0;
        for i in 0..self.kept {
            self.u.swap(kept, i);
            if self.made_u.is_empty() {
                a.apply(&self.u[kept], &mut self.c[kept]);
            } else {
                m.apply(&self.u[kept], &mut self.made_u[kept], work);
                a.apply(&self.made_u[kept], &mut self.c[kept]);
            }
            a.cost().count(work);
            let before = norm(&self.c[kept]);
            for j in 0..kept {
                let (c, own) = self.c.split_at_mut(kept);
                let along = compiled::dot(&c[j], &own[0]);
                compiled::axpy(-along, &c[j], &mut own[0]);
                for u in [&mut self.u, &mut self.made_u] {
                    if !u.is_empty() {
                        let (u, own) = u.split_at_mut(kept);
                        compiled::axpy(-along, &u[j], &mut own[0]);
                    }
                }
            }
            let size = norm(&self.c[kept]);
            if size > T::from_f64(100.0) * T::EPSILON * before {
                for v in [&mut self.c, &mut self.u, &mut self.made_u] {
                    if let Some(v) = v.get_mut(kept) {
                        scale(v, T::ONE / size);
                    }
                }
                kept += 1;
            }
        }
        self.kept = kept;
    }

    /// Begins a cycle from the residual `r`, orthogonal to C.
    fn begin(&mut self) {
        self.norm = norm(&self.r);
        self.basis[0].copy_from_slice(&self.r);
        if self.norm != T::ZERO {
            let by = T::ONE / self.norm;
            scale(&mut self.basis[0], by);
        }
        self.rhs.fill(T::ZERO);
        self.rhs[0] = self.norm;
        self.g.fill(T::ZERO);
        self.done = 0;
    }

    /// `shown = x + M^-1 (U y_u + V y_v)` with the y of least residual.
    fn show(&mut self) {
        let (j, kept, stride) = (self.done, self.kept, self.m + 1);
        for i in (0..j).rev() {
            let mut sum = self.rhs[i];
            for l in i + 1..j {
                sum -= self.triangle[l * stride + i] * self.y[l];
            }
            self.y[i] = sum / self.triangle[i * stride + i];
        }
        self.shown.copy_from_slice(&self.x);
        let plain = self.made.is_empty();
        for (&y, v) in self.y[..j].iter().zip(if plain { &self.basis } else { &self.made }) {
            compiled::axpy(y, v, &mut self.shown);
        }
        for (i, u) in (if plain { &self.u } else { &self.made_u })[..kept].iter().enumerate() {
            // The residual is orthogonal to C: what the basis brings along C is taken back.
            let mut back = T::ZERO;
            for l in 0..j {
                back -= self.g[i * self.m + kept + l] * self.y[l];
            }
            compiled::axpy(back, u, &mut self.shown);
        }
        self.is_shown = true;
    }

    /// Ends a cycle: the iterate and the residual, and the space for the next.
    fn finish(&mut self, a: &dyn Operator<T>, b: &[T], work: &mut Work) {
        self.show();
        self.x.copy_from_slice(&self.shown);
        self.recycle(work);
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        self.cycles += 1;
    }

    /// Makes U and C of the harmonic Ritz vectors with the smallest values of this cycle.
    fn recycle(&mut self, work: &mut Work) {
        let (kept, j) = (self.kept, self.done);
        let columns = kept + j;
        let k = self.k.min(columns);
        if j == 0 {
            return;
        }
        // G, columns x (columns + 1), dense by rows: the recycled vectors scaled to length one, so that the small problem is well scaled.
        let s = &mut self.small;
        let rows = columns + 1;
        let q = &mut s.q[..rows * columns];
        q.fill(T::ZERO);
        for i in 0..kept {
            let by = T::ONE / norm(&self.u[i]);
            scale(&mut self.u[i], by);
            if let Some(u) = self.made_u.get_mut(i) {
                scale(u, by);
            }
            q[i * columns + i] = by;
        }
        for i in 0..rows {
            for l in 0..j {
                if i < kept || l + 1 >= i - kept {
                    q[i * columns + kept + l] = self.g[i * self.m + kept + l];
                }
            }
        }
        // W'V: C'U and V'U for the recycled columns, a unit matrix for the others.
        let wv = &mut s.wv[..rows * columns];
        wv.fill(T::ZERO);
        for i in 0..rows {
            let w = if i < kept { &self.c[i] } else { &self.basis[i - kept] };
            for l in 0..kept {
                wv[i * columns + l] = compiled::dot(w, &self.u[l]);
            }
            if i >= kept && i - kept < j {
                wv[i * columns + i] = T::ONE;
            }
        }
        let g = &mut s.g[..rows * columns];
        g.copy_from_slice(q);
        let r = &mut s.r[..columns * columns];
        thin_qr(q, rows, columns, r, &mut s.work);
        // (G'G)^-1 G'W'V = R^-1 Q'W'V has the inverses of the harmonic Ritz values: the space of the largest is wanted.
        let t = &mut s.b[..columns * columns];
        at_b(q, wv, t, rows, columns, columns);
        let column = &mut s.column[..columns];
        for l in 0..columns {
            for i in 0..columns {
                column[i] = t[i * columns + l];
            }
            solve_upper(r, columns, column);
            for i in 0..columns {
                t[i * columns + l] = column[i];
            }
        }
        let p = &mut s.p[..columns * k];
        p.fill(T::ZERO);
        (0..k).for_each(|i| p[i * k + i] = T::ONE);
        let next = &mut s.t[..columns * k];
        for _ in 0..POWERS {
            a_b(t, p, next, columns, columns, k);
            thin_qr(next, columns, k, &mut s.rk[..k * k], &mut s.work);
            p.copy_from_slice(next);
        }
        // [Q, R] = qr(G P), C = W Q, U = V P R^-1.
        let gp = &mut s.t[..rows * k];
        a_b(g, p, gp, rows, columns, k);
        thin_qr(gp, rows, k, &mut s.rk[..k * k], &mut s.work);
        let rk = &s.rk[..k * k];
        let [new_u, new_c, new_made] = &mut self.fresh;
        for l in 0..k {
            combine(&mut new_c[l], &gp[l..], k, self.c[..kept].iter().chain(&self.basis[..=j]));
            combine(&mut new_u[l], &p[l..], k, self.u[..kept].iter().chain(&self.basis[..j]));
            back(new_u, rk, k, l);
            if !self.made.is_empty() {
                combine(&mut new_made[l], &p[l..], k, self.made_u[..kept].iter().chain(&self.made[..j]));
                back(new_made, rk, k, l);
            }
        }
        count::<T>(work, self.x.len(), (4 * k * (rows + columns)) as u64, (3 * k * (rows + columns)) as u64);
        std::mem::swap(&mut self.c, new_c);
        std::mem::swap(&mut self.u, new_u);
        std::mem::swap(&mut self.made_u, new_made);
        self.kept = k;
        // A vector that rounding spoilt takes no further part.
        if let Some(bad) = (0..k).find(|&l| !norm(&self.u[l]).is_finite()) {
            self.kept = bad;
        }
    }
}

impl<T: Scalar> LinearSolver<T> for GcroDr<T> {
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        let n = x.len();
        if self.made.is_empty() && !m.is_identity() {
            self.made = vec![vec![T::ZERO; n]; self.m];
            self.made_u = vec![vec![T::ZERO; n]; self.k];
            self.fresh[2] = vec![vec![T::ZERO; n]; self.k];
        }
        self.x.copy_from_slice(x);
        super::first_residual(a, b, x, &mut self.r, work);
        if self.kept > 0 {
            self.renew(a, m, work);
            // The best step within the recycled space.
            let made = if self.made_u.is_empty() { &self.u } else { &self.made_u };
            for (u, c) in made[..self.kept].iter().zip(&self.c) {
                let along = compiled::dot(c, &self.r);
                compiled::axpy(along, u, &mut self.x);
                compiled::axpy(-along, c, &mut self.r);
            }
        }
        self.shown.copy_from_slice(&self.x);
        (self.is_shown, self.cycles) = (true, 0);
        self.begin();
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.norm == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        if self.kept + self.done == self.m {
            let before = norm(&self.r);
            self.finish(a, b, work);
            self.begin();
            if self.norm == T::ZERO {
                return Outcome::Stop(Stop::Converged);
            }
            if self.norm >= (T::ONE - T::from_f64(1e3) * T::EPSILON) * before {
                return Outcome::Stop(Stop::Stagnated);
            }
        }
        let (j, kept, stride) = (self.done, self.kept, self.m + 1);
        let (known, rest) = self.basis.split_at_mut(j + 1);
        let w = &mut rest[0];
        if self.made.is_empty() {
            a.apply(&known[j], w);
        } else {
            m.apply(&known[j], &mut self.made[j], work);
            a.apply(&self.made[j], w);
        }
        a.cost().count(work);
        count::<T>(work, w.len(), 4 * (j + kept) as u64 + 7, 5 * (j + kept) as u64 + 9);
        let size = norm(w);
        for (i, c) in self.c[..kept].iter().enumerate() {
            let along = compiled::dot(c, w);
            self.g[i * self.m + kept + j] = along;
            compiled::axpy(-along, c, w);
        }
        let column = &mut self.triangle[j * stride..(j + 1) * stride];
        for (i, v) in known.iter().enumerate() {
            column[i] = compiled::dot(w, v);
            self.g[(kept + i) * self.m + kept + j] = column[i];
            compiled::axpy(-column[i], v, w);
        }
        let mut below = norm(w);
        if below <= T::from_f64(4.0) * T::EPSILON * size {
            below = T::ZERO;
        } else {
            scale(w, T::ONE / below);
        }
        self.g[(kept + j + 1) * self.m + kept + j] = below;
        for (i, &[c, s]) in self.rotations[..j].iter().enumerate() {
            let (upper, lower) = (column[i], column[i + 1]);
            column[i] = c * upper + s * lower;
            column[i + 1] = c * lower - s * upper;
        }
        let length = (column[j] * column[j] + below * below).sqrt();
        if length <= T::EPSILON * size || !length.is_finite() {
            return Outcome::Stop(if length.is_finite() {
                Stop::Breakdown(Breakdown::Singular)
            } else {
                Stop::Diverged
            });
        }
        let (c, s) = (column[j] / length, below / length);
        column[j] = length;
        self.rotations[j] = [c, s];
        self.rhs[j + 1] = -s * self.rhs[j];
        self.rhs[j] = c * self.rhs[j];
        self.norm = self.rhs[j + 1].abs();
        self.done += 1;
        self.is_shown = false;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        if !self.is_shown {
            self.show();
        }
        &self.shown
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        for (out, value) in out.iter_mut().zip([self.done, self.cycles, self.kept]) {
            *out = value as f64;
        }
    }

    fn memory(&self) -> usize {
        let fresh: usize = self.fresh.iter().map(|v| Many(v).held()).sum();
        held(&[
            &self.x,
            &self.shown,
            &self.r,
            &Many(&self.u),
            &Many(&self.c),
            &Many(&self.basis),
            &Many(&self.made_u),
            &Many(&self.made),
            &self.g,
            &self.triangle,
            &fresh,
        ])
    }

    fn save(&self, out: &mut StateWriter) {
        for n in [self.done, self.cycles, self.kept] {
            put_count(out, n);
        }
        put(out, &[self.norm]);
        for v in [&self.x, &self.r, &self.g, &self.triangle, &self.rhs] {
            put(out, v);
        }
        self.rotations.iter().for_each(|r| put(out, r));
        self.u[..self.kept].iter().chain(&self.c[..self.kept]).for_each(|v| put(out, v));
        self.basis[..=self.done].iter().for_each(|v| put(out, v));
        self.made_u.iter().take(self.kept).chain(self.made.iter().take(self.done)).for_each(|v| put(out, v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.done = get_count(from, self.m);
        self.cycles = get_count(from, usize::MAX);
        self.kept = get_count(from, self.k);
        self.norm = T::from_f64(from.real());
        for v in [&mut self.x, &mut self.r, &mut self.g, &mut self.triangle, &mut self.rhs] {
            get(from, v);
        }
        self.rotations.iter_mut().for_each(|r| get(from, r));
        self.u[..self.kept].iter_mut().chain(&mut self.c[..self.kept]).for_each(|v| get(from, v));
        self.basis[..=self.done].iter_mut().for_each(|v| get(from, v));
        self.made_u.iter_mut().take(self.kept).chain(self.made.iter_mut().take(self.done)).for_each(|v| get(from, v));
        self.is_shown = false;
    }
}
