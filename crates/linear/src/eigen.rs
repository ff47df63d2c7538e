//! Eigenvalues of symmetric matrices, as iterations of their own, one file each.
//!
//! Each holds a few orthonormal vectors with their Ritz values, rising; for the lowest modes that is what they converge to. The shifted matrix is
//! factorised once where a method wants the inverse; Sylvester's law of inertia then counts the eigenvalues below the shift, so that none is
//! overlooked ([`crate::factors::Factors::negative`]).

pub mod inverse;
pub mod lanczos;
pub mod lobpcg;
pub mod rayleigh;
mod small;
pub mod subspace;

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use crate::factors::{Factors, Refused};
use crate::solvers::norm;
use crate::{Matrix, Operator, Preconditioner};

/// An iteration for eigenvectors of a symmetric matrix. Everything is allocated when it is made.
pub trait EigenSolver {
    /// Does one step. Only LOBPCG uses the preconditioner.
    fn step(&mut self, a: &dyn Operator<f64>, m: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome;

    /// The Ritz values of the wanted vectors, rising; fewer at the very start.
    fn values(&self) -> &[f64];

    /// The wanted Ritz vectors, orthonormal, in the order of [`EigenSolver::values`].
    fn vectors(&mut self) -> &[Vec<f64>];

    /// All Ritz values that the method has, rising: what a picture of the spectrum shows.
    fn ritz(&self) -> &[f64] {
        self.values()
    }

    /// Writes everything that the next steps depend on.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>);
}

/// `||A v - value v||` for a vector of length one; `scratch` has the same length. The distance of `value` to the nearest eigenvalue is at most this.
pub fn residual(a: &dyn Operator<f64>, value: f64, v: &[f64], scratch: &mut [f64]) -> f64 {
    a.apply(v, scratch);
    compiled::axpy(-value, v, scratch);
    norm(scratch)
}

/// Factors of `A - shift I`.
///
/// # Errors
/// The shift is an eigenvalue to working precision, or the factors are too large.
pub fn shifted(a: &Matrix<f64>, shift: f64) -> Result<Factors<f64>, Refused> {
    let mut rows = a.rows().clone();
    if shift != 0.0 {
        for i in 0..rows.rows {
            let from = rows.indptr[i] as usize;
            if let Ok(at) = rows.row(i).0.binary_search(&(i as u32)) {
                rows.values[from + at] -= shift;
            }
        }
    }
    Factors::affordable(&rows)
}

/// Makes vector `at` orthogonal to those before it and of length one, by Gram and Schmidt's process twice. False where nothing is left.
pub(crate) fn orthonormalise(vectors: &mut [Vec<f64>], at: usize) -> bool {
    let (before, own) = vectors.split_at_mut(at);
    let own = &mut own[0];
    let size = norm(own);
    for _ in 0..2 {
        for v in &*before {
            let along = compiled::dot(v, own);
            compiled::axpy(-along, v, own);
        }
    }
    let left = norm(own);
    if !left.is_finite() || left <= 1e-12 * size || left == 0.0 {
        own.fill(0.0);
        return false;
    }
    let scale = 1.0 / left;
    own.iter_mut().for_each(|x| *x *= scale);
    true
}

/// Random orthonormal vectors.
pub(crate) fn random(n: usize, count: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = Rng::new(seed);
    let mut vectors = vec![vec![0.0; n]; count.min(n)];
    for i in 0..vectors.len() {
        rng.normal_fill(&mut vectors[i]);
        orthonormalise(&mut vectors, i);
    }
    vectors
}

/// `out[l] = sum over i of s[i, l] v[i]` for the columns l of the matrix `s` with rows of length `stride`.
pub(crate) fn rotate(v: &[Vec<f64>], s: &[f64], stride: usize, out: &mut [Vec<f64>]) {
    for (l, out) in out.iter_mut().enumerate() {
        out.fill(0.0);
        for (i, v) in v.iter().enumerate() {
            compiled::axpy(s[i * stride + l], v, out);
        }
    }
}
