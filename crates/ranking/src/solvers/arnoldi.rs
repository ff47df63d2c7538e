//! The equilibrium of a walk as the best mixture of its last steps (G. H. Golub, C. Greif, An Arnoldi-type algorithm for
//! computing PageRank, BIT 46, 2006): the eigenvalue is known to be 1, so no eigenvalue problem is solved; of the mixtures of
//! unit length the one that the walk moves least is a singular vector of a small matrix.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{axpy, dot, norm2, scale, sum};

/// Sweeps of inverse iteration for the singular vector; each costs `memory^2`.
const SWEEPS: usize = 30;

/// The process.
pub struct Arnoldi {
    n: usize,
    most: usize,
    /// Basis vectors made since the last start, less one.
    kept: usize,
    /// `most + 1` vectors of length n.
    basis: Vec<f64>,
    /// Column k holds the walk's image of basis vector k, less the vector, in the basis; `most + 1` rows.
    shifted: Vec<f64>,
    /// The same, made triangular.
    triangle: Vec<f64>,
    mixture: Vec<f64>,
    image: Vec<f64>,
}

impl Arnoldi {
    /// Memory for `n` items and `most` steps.
    pub fn new(n: usize, most: usize) -> Arnoldi {
        let most = most.min(n);
        let small = || vec![0.0; (most + 1) * most];
        Arnoldi {
            n,
            most,
            kept: 0,
            basis: vec![0.0; (most + 1) * n],
            shifted: small(),
            triangle: small(),
            mixture: vec![0.0; most],
            image: vec![0.0; n],
        }
    }

    /// One step from the present distribution `at`, which is where the process starts after it was full; the new one goes to
    /// `next`. Returns by how much, in sum, `walk` moves the new one.
    pub fn step(
        &mut self,
        at: &[f64],
        next: &mut [f64],
        walk: impl FnOnce(&[f64], &mut [f64]),
        work: &mut Work,
    ) -> f64 {
        let (n, k, rows) = (self.n, self.kept, self.most + 1);
        if k == 0 {
            self.basis[..n].copy_from_slice(at);
            scale(1.0 / norm2(at), &mut self.basis[..n]);
        }
        let (known, rest) = self.basis.split_at_mut((k + 1) * n);
        let new = &mut rest[..n];
        walk(&known[k * n..], new);
        let length = norm2(new);
        let column = &mut self.shifted[k * rows..(k + 1) * rows];
        column.fill(0.0);
        // Twice is enough (W. Kahan; B. N. Parlett).
        for _ in 0..2 {
            for (j, known) in known.chunks_exact(n).enumerate() {
                let part = dot(known, new);
                axpy(-part, known, new);
                column[j] += part;
            }
        }
        let rest = norm2(new);
        column[k] -= 1.0;
        // What is left of a vector within those known is rounding, and no direction.
        let complete = rest <= 1e-14 * length;
        if !complete {
            column[k + 1] = rest;
            scale(1.0 / rest, new);
        } else {
            new.fill(0.0);
        }
        self.least(k + 1);
        self.mix(k + 1, next);
        let moved = self.residual(k + 1) / norm_of(next);
        self.kept = if complete || k + 1 == self.most { 0 } else { k + 1 };
        work.inner += 1;
        work.flops += ((8 * (k + 1) + 2 * (k + 2)) * n + SWEEPS * 2 * (k + 1) * (k + 1)) as u64;
        work.bytes += (40 * (k + 1) * n) as u64;
        moved
    }

    /// The unit mixture of `k` basis vectors that the walk moves least: the singular vector of the smallest singular value of
    /// the shifted matrix, by inverse iteration on its triangular factor.
    fn least(&mut self, k: usize) {
        let rows = self.most + 1;
        self.triangle[..k * rows].copy_from_slice(&self.shifted[..k * rows]);
        let r = &mut self.triangle;
        for j in 0..k {
            // The one entry below the diagonal, by a rotation of rows j and j + 1.
            let (a, b) = (r[j * rows + j], r[j * rows + j + 1]);
            let length = (a * a + b * b).sqrt();
            if length == 0.0 {
                continue;
            }
            let (c, s) = (a / length, b / length);
            for column in j..k {
                let (x, y) = (r[column * rows + j], r[column * rows + j + 1]);
                r[column * rows + j] = c * x + s * y;
                r[column * rows + j + 1] = c * y - s * x;
            }
        }
        // An exact equilibrium has a zero here, which would divide.
        for j in 0..k {
            let d = &mut r[j * rows + j];
            if d.abs() < 1e-18 {
                *d = 1e-18;
            }
        }
        let y = &mut self.mixture[..k];
        y.fill(1.0);
        for _ in 0..SWEEPS {
            for i in 0..k {
                let sum = (0..i).fold(y[i], |sum, j| sum - r[i * rows + j] * y[j]);
                y[i] = sum / r[i * rows + i];
            }
            let length = norm2(y);
            scale(1.0 / length, y);
            for i in (0..k).rev() {
                let sum = (i + 1..k).fold(y[i], |sum, j| sum - r[j * rows + i] * y[j]);
                y[i] = sum / r[i * rows + i];
            }
            let length = norm2(y);
            scale(1.0 / length, y);
        }
    }

    /// The mixture itself, brought to sum 1; and the coefficients with it.
    fn mix(&mut self, k: usize, next: &mut [f64]) {
        next.fill(0.0);
        for (basis, y) in self.basis.chunks_exact(self.n).zip(&self.mixture[..k]) {
            axpy(*y, basis, next);
        }
        let total = sum(next);
        // A mixture of sum 0 is no distribution; it does not occur near an equilibrium.
        let factor = if total == 0.0 { 1.0 } else { 1.0 / total };
        scale(factor, next);
        scale(factor, &mut self.mixture[..k]);
    }

    /// Sum of the absolute changes that the walk makes to the mixture.
    fn residual(&mut self, k: usize) -> f64 {
        let rows = self.most + 1;
        self.image.fill(0.0);
        for (row, basis) in self.basis.chunks_exact(self.n).enumerate().take(k + 1) {
            let part = (0..k).fold(0.0, |sum, j| sum + self.shifted[j * rows + row] * self.mixture[j]);
            axpy(part, basis, &mut self.image);
        }
        norm_of(&self.image)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.basis);
        out.slice(&self.shifted);
        out.real(self.kept as f64);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.basis);
        from.slice(&mut self.shifted);
        self.kept = (from.real() as usize).min(self.most - 1);
    }
}

/// Sum of absolute values.
fn norm_of(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum, x| sum + x.abs())
}
