//! The iterate of every method: two factors, and the norms that are taken of their product without forming it.

use iterscope_kernels::reduce::norm2;

/// The matrix U V' held as its factors, both row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// Number of columns of both factors.
    pub rank: usize,
    /// Left factor, `rows x rank`.
    pub u: Vec<f64>,
    /// Right factor, `cols x rank`; equal to `u` where the matrix is symmetric.
    pub v: Vec<f64>,
}

impl Factors {
    /// Zero factors of a `rows x cols` matrix.
    pub fn zero(rows: usize, cols: usize, rank: usize) -> Factors {
        Factors { rank, u: vec![0.0; rows * rank], v: vec![0.0; cols * rank] }
    }

    /// Entry (i, j) of U V'.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        inner(self.row(i), self.col(j))
    }

    /// Row i of U.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.u[i * self.rank..][..self.rank]
    }

    /// Row j of V.
    pub fn col(&self, j: usize) -> &[f64] {
        &self.v[j * self.rank..][..self.rank]
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        // One sum per factor: NaN and infinity both survive it.
        norm2(&self.u).is_finite() && norm2(&self.v).is_finite()
    }
}

/// Inner product of short vectors, summed from the left.
pub(crate) fn inner(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}
