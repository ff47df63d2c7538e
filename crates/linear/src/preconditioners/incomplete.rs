//! Incomplete LU factorisation on the pattern of the matrix, which [`super::ic0`] and [`super::ilu0`] share.

use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use crate::memory::held;
use crate::solvers::norm;
use crate::{Matrix, Operator, Scalar};

/// The shifts that are tried to find one that helps.
const SHIFTS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The factors on the pattern of A: L below the diagonal (its own diagonal is one), U above, and the inverse of the diagonal of U.
pub(crate) struct Incomplete<T> {
    factors: Csr<T>,
    /// Where the diagonal entry of each row stands.
    diagonal: Vec<u32>,
    inverse: Vec<T>,
    /// Pivots that are not positive.
    pub not_positive: usize,
    /// Pivots that are zero or not finite.
    pub unusable: usize,
}

impl<T: Scalar> Incomplete<T> {
    /// Bytes that it holds.
    pub fn memory(&self) -> usize {
        held(&[&self.factors, &self.diagonal, &self.inverse])
    }

    /// Factorises `A + shift diag(A)`. `None` where a diagonal entry is not stored.
    pub fn new(matrix: &Matrix<T>, shift: f64) -> Option<Self> {
        let mut factors = matrix.rows().clone();
        let n = factors.rows;
        let mut diagonal = Vec::with_capacity(n);
        let more = T::from_f64(1.0 + shift);
        for i in 0..n {
            let at = factors.row(i).0.binary_search(&(i as u32)).ok()?;
            let at = factors.indptr[i] + at as u32;
            if shift != 0.0 {
                factors.values[at as usize] *= more;
            }
            diagonal.push(at);
        }
        let mut place = vec![u32::MAX; n];
        let (mut inverse, mut not_positive, mut unusable) = (Vec::with_capacity(n), 0, 0);
        for i in 0..n {
            let row = factors.indptr[i] as usize..factors.indptr[i + 1] as usize;
            for at in row.clone() {
                place[factors.indices[at] as usize] = at as u32;
            }
            for at in row.start..diagonal[i] as usize {
                let j = factors.indices[at] as usize;
                let l = factors.values[at] * inverse[j];
                factors.values[at] = l;
                for other in diagonal[j] as usize + 1..factors.indptr[j + 1] as usize {
                    let to = place[factors.indices[other] as usize];
                    if to != u32::MAX {
                        let update = l * factors.values[other];
                        factors.values[to as usize] -= update;
                    }
                }
            }
            for at in row {
                place[factors.indices[at] as usize] = u32::MAX;
            }
            let pivot = factors.values[diagonal[i] as usize];
            not_positive += usize::from(pivot.to_f64().is_nan() || pivot <= T::ZERO);
            let one_over = T::ONE / pivot;
            unusable += usize::from(!one_over.is_finite() || !pivot.is_finite());
            inverse.push(one_over);
        }
        Some(Incomplete { factors, diagonal, inverse, not_positive, unusable })
    }

    /// The shift of a few with which `good` holds and the factors come nearest to the matrix, on a random vector: with the least one some
    /// pivots are only just positive, and the factors may be further from it than without any.
    pub fn helpful_shift(matrix: &Matrix<T>, good: impl Fn(&Self) -> bool) -> Option<f64> {
        let n = matrix.len();
        let mut draw = vec![0.0; n];
        Rng::new(1).normal_fill(&mut draw);
        let r: Vec<T> = draw.iter().map(|&x| T::from_f64(x)).collect();
        let (mut z, mut left) = (vec![T::ZERO; n], vec![T::ZERO; n]);
        let mut best = None;
        for shift in SHIFTS {
            let Some(factors) = Self::new(matrix, shift).filter(&good) else { continue };
            factors.solve(&r, &mut z);
            matrix.residual(&r, &z, &mut left);
            let off = norm(&left).to_f64();
            if off.is_finite() && best.is_none_or(|(_, least)| off < least) {
                best = Some((shift, off));
            }
        }
        best.map(|(shift, _)| shift)
    }

    /// `z = (L U)^-1 r`.
    pub fn solve(&self, r: &[T], z: &mut [T]) {
        let n = z.len();
        let f = &self.factors;
        for i in 0..n {
            let (from, to) = (f.indptr[i] as usize, self.diagonal[i] as usize);
            let mut sum = r[i];
            for (&j, &l) in f.indices[from..to].iter().zip(&f.values[from..to]) {
                sum -= l * z[j as usize];
            }
            z[i] = sum;
        }
        for i in (0..n).rev() {
            let (from, to) = (self.diagonal[i] as usize + 1, f.indptr[i + 1] as usize);
            let mut sum = z[i];
            for (&j, &u) in f.indices[from..to].iter().zip(&f.values[from..to]) {
                sum -= u * z[j as usize];
            }
            z[i] = sum * self.inverse[i];
        }
    }

    /// Operations and bytes of [`Incomplete::solve`].
    pub fn cost(&self) -> (u64, u64) {
        let (entries, n, scalar) = (self.factors.nnz() as u64, self.inverse.len() as u64, size_of::<T>() as u64);
        (2 * entries, entries * (scalar + 4) + 4 * n * scalar)
    }
}
