//! Cholesky factorisation of symmetric positive definite matrices, in place.

use core::fmt;

use crate::real::Real;
use crate::reduce::dot;

/// The matrix is not positive definite to working precision, or holds a NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotPositiveDefinite {
    /// The row at which the factorisation broke down, from 0.
    pub pivot: usize,
}

impl fmt::Display for NotPositiveDefinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the matrix is not positive definite: pivot {} is not positive", self.pivot + 1)
    }
}

impl core::error::Error for NotPositiveDefinite {}

/// Overwrites the lower triangle of the n x n matrix `a` by L with a = L L'. Neither reads nor writes the part above
/// the diagonal. After an error the rows before the pivot hold their part of L.
pub fn cholesky<T: Real>(a: &mut [T], n: usize) -> Result<(), NotPositiveDefinite> {
    assert_eq!(a.len(), n * n, "the matrix is n x n");
    for i in 0..n {
        let (above, rest) = a.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let other = &above[j * n..][..n];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        // Written so that a NaN is refused, too.
        if !(pivot > T::ZERO && pivot.is_finite()) {
            return Err(NotPositiveDefinite { pivot: i });
        }
        row[i] = pivot.sqrt();
    }
    Ok(())
}

/// Solves L L' x = b in place, with L from [`cholesky`].
pub fn cholesky_solve<T: Real>(l: &[T], n: usize, b: &mut [T]) {
    super::solve_lower(l, n, b);
    super::solve_lower_transposed(l, n, b);
}

/// Solves X L L' = B in place, where each row of the matrix `b` (n columns) is one right-hand side.
pub fn cholesky_solve_rows<T: Real>(l: &[T], n: usize, b: &mut [T]) {
    if n == 0 {
        return;
    }
    assert_eq!(b.len() % n, 0, "the rows of the right-hand side have n entries");
    for row in b.chunks_exact_mut(n) {
        cholesky_solve(l, n, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::{a_x, at_b};
    use crate::rng::Rng;

    #[test]
    fn solves_systems() {
        for n in [0, 1, 2, 9, 20] {
            let mut rng = Rng::new(11);
            let mut f = vec![0.0; (n + 5) * n];
            rng.normal_fill(&mut f);
            let mut a = vec![0.0; n * n];
            at_b(&f, &f, &mut a, n + 5, n, n);
            let mut l = a.clone();
            for i in 0..n {
                l[i * n + i + 1..(i + 1) * n].fill(f64::NAN);
            }
            cholesky(&mut l, n).expect("positive definite");
            let mut x = vec![0.0; 2 * n];
            rng.normal_fill(&mut x);
            let mut b = vec![0.0; 2 * n];
            for r in 0..2 {
                a_x(&a, &x[r * n..][..n], &mut b[r * n..][..n]);
            }
            cholesky_solve_rows(&l, n, &mut b);
            assert!(b.iter().zip(&x).all(|(p, q)| (p - q).abs() < 1e-9), "n = {n}");
        }
    }

    #[test]
    fn names_the_pivot_of_a_breakdown() {
        assert_eq!(cholesky(&mut [1.0, 0.0, 0.0, 0.0], 2), Err(NotPositiveDefinite { pivot: 1 }));
        assert_eq!(cholesky(&mut [f32::NAN], 1), Err(NotPositiveDefinite { pivot: 0 }));
        assert_eq!(cholesky(&mut [4.0, 2.0, 2.0, 0.5], 2), Err(NotPositiveDefinite { pivot: 1 }));
    }
}
