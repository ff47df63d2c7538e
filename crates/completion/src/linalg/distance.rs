//! The Frobenius norm of the difference of two products of factors.

use iterscope_kernels::dense::{a_bt, thin_qr};
use iterscope_kernels::reduce::norm2;

use crate::model::factors::Factors;

/// Computes `||U V' - U0 V0'||_F` from the factors in O((rows + cols) (k + k0)^2), with an absolute error of the order of
/// rounding in the products: the triangular factors of `[U U0]` and `[V -V0]` have the same product norm. Gram matrices
/// would square the condition and lose half of the digits.
pub(crate) struct Distance {
    width: usize,
    left: Vec<f64>,
    right: Vec<f64>,
    triangle: Vec<f64>,
    core: Vec<f64>,
    work: Vec<f64>,
}

impl Distance {
    /// Work space for two matrices of this size with the ranks `k` and `k0`.
    pub fn new(rows: usize, cols: usize, k: usize, k0: usize) -> Distance {
        let width = k + k0;
        let core = rows.min(width) * cols.min(width);
        Distance {
            width,
            left: vec![0.0; rows * width],
            right: vec![0.0; cols * width],
            triangle: vec![0.0; width * width],
            core: vec![0.0; core],
            work: vec![0.0; 2 * width],
        }
    }

    /// The norm of the difference of the two products.
    pub fn between(&mut self, a: &Factors, b: &Factors) -> f64 {
        let w = self.width;
        join(&a.u, a.rank, &b.u, b.rank, 1.0, &mut self.left);
        join(&a.v, a.rank, &b.v, b.rank, -1.0, &mut self.right);
        let p = reduce(&mut self.left, w, &mut self.triangle, &mut self.work);
        let q = reduce(&mut self.right, w, &mut self.triangle, &mut self.work);
        a_bt(&self.left[..p * w], &self.right[..q * w], &mut self.core, p, q, w);
        norm2(&self.core)
    }
}

/// `||U V' - sum of w (U_t V_t')||_F / ||U V'||_F` over a weighted list of iterates, 0 where all is zero; by a route that
/// allocates, for what is measured now and then.
pub(crate) fn relative_change(x: &Factors, from: &[(f64, &Factors)]) -> f64 {
    let width: usize = from.iter().map(|(_, f)| f.rank).sum();
    let (rows, cols) = (x.u.len() / x.rank, x.v.len() / x.rank);
    let mut joined = Factors::zero(rows, cols, width);
    let mut at = 0;
    for (weight, f) in from {
        for (to, row) in joined.u.chunks_exact_mut(width).zip(f.u.chunks_exact(f.rank)) {
            to[at..][..f.rank].iter_mut().zip(row).for_each(|(to, x)| *to = weight * x);
        }
        for (to, row) in joined.v.chunks_exact_mut(width).zip(f.v.chunks_exact(f.rank)) {
            to[at..][..f.rank].copy_from_slice(row);
        }
        at += f.rank;
    }
    let change = Distance::new(rows, cols, x.rank, width).between(x, &joined);
    let size = Distance::new(rows, cols, x.rank, 1).between(x, &Factors::zero(rows, cols, 1));
    if change == 0.0 { 0.0 } else { change / size }
}

/// out = [a, sign b], row by row.
fn join(a: &[f64], k: usize, b: &[f64], k0: usize, sign: f64, out: &mut [f64]) {
    for ((row, a), b) in out.chunks_exact_mut(k + k0).zip(a.chunks_exact(k)).zip(b.chunks_exact(k0)) {
        row[..k].copy_from_slice(a);
        for (o, &x) in row[k..].iter_mut().zip(b) {
            *o = sign * x;
        }
    }
}

/// Replaces a tall matrix by its triangular factor; returns the number of rows that count.
fn reduce(a: &mut [f64], width: usize, triangle: &mut [f64], work: &mut [f64]) -> usize {
    let rows = a.len() / width;
    if rows <= width {
        return rows;
    }
    thin_qr(a, rows, width, triangle, work);
    a[..width * width].copy_from_slice(triangle);
    width
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    fn random(rows: usize, cols: usize, rank: usize, seed: u64) -> Factors {
        let mut f = Factors::zero(rows, cols, rank);
        let mut rng = Rng::new(seed);
        rng.normal_fill(&mut f.u);
        rng.normal_fill(&mut f.v);
        f
    }

    #[test]
    fn distance_agrees_with_the_dense_difference() {
        for (m, n, k, k0) in [(30, 20, 3, 4), (4, 50, 3, 2), (5, 3, 3, 3), (1, 1, 1, 1)] {
            let (a, b) = (random(m, n, k, 1), random(m, n, k0, 2));
            let dense: Vec<f64> = (0..m * n).map(|e| a.at(e / n, e % n) - b.at(e / n, e % n)).collect();
            let expected = norm2(&dense);
            let found = Distance::new(m, n, k, k0).between(&a, &b);
            assert!((found - expected).abs() < 1e-12 * expected, "{found} {expected}");
        }
    }

    #[test]
    fn a_change_is_that_from_a_weighted_sum() {
        let (x, a, b) = (random(9, 7, 2, 1), random(9, 7, 2, 2), random(9, 7, 3, 3));
        let all = |f: &dyn Fn(usize, usize) -> f64| norm2(&(0..63).map(|e| f(e / 7, e % 7)).collect::<Vec<_>>());
        let expected = all(&|i, j| x.at(i, j) - 1.5 * a.at(i, j) + 0.5 * b.at(i, j)) / all(&|i, j| x.at(i, j));
        let found = relative_change(&x, &[(1.5, &a), (-0.5, &b)]);
        assert!((found - expected).abs() < 1e-12 * expected, "{found} {expected}");
        assert_eq!(relative_change(&Factors::zero(3, 4, 2), &[(1.0, &Factors::zero(3, 4, 2))]), 0.0);
    }

    #[test]
    fn distance_resolves_differences_near_rounding() {
        let a = random(60, 50, 3, 1);
        let mut b = a.clone();
        b.u[7] += 1e-12;
        let expected = 1e-12 * norm2(a.v.iter().skip(1).step_by(3).copied().collect::<Vec<_>>().as_slice());
        let found = Distance::new(60, 50, 3, 3).between(&a, &b);
        assert!((found - expected).abs() < 0.02 * expected, "{found} {expected}");
    }
}
