//! Systems with the small Gram matrix of a factor, A'A + ridge I.

use iterscope_kernels::dense::{at_b, cholesky, cholesky_solve_rows};

/// The diagonal is shifted by this much relative to its mean, so that a singular matrix stays solvable.
const SHIFT: f64 = 1e-14;

/// Work space, and the Cholesky factor of the current matrix.
pub(crate) struct Gram {
    k: usize,
    gram: Vec<f64>,
    factor: Vec<f64>,
}

impl Gram {
    /// For factors with `k` columns.
    pub fn new(k: usize) -> Gram {
        Gram { k, gram: vec![0.0; k * k], factor: vec![0.0; k * k] }
    }

    /// Takes the matrix of `a`. A singular one is shifted by as little as makes it definite; a zero one counts as the
    /// identity; where it is not finite, all solutions will be NaN.
    pub fn factorise(&mut self, a: &[f64], ridge: f64) {
        let k = self.k;
        at_b(a, a, &mut self.gram, a.len() / k, k, k);
        let mean = (0..k).map(|i| self.gram[i * k + i]).sum::<f64>() / k as f64;
        let mut relative = SHIFT;
        while relative < 1.0 && mean > 0.0 {
            self.factor.copy_from_slice(&self.gram);
            for i in 0..k {
                self.factor[i * k + i] += ridge + relative * mean;
            }
            if cholesky(&mut self.factor, k).is_ok() {
                return;
            }
            relative *= 100.0;
        }
        self.factor.fill(0.0);
        for i in 0..k {
            self.factor[i * k + i] = if mean == 0.0 { 1.0 } else { f64::NAN };
        }
    }

    /// Every row b of `b` becomes the solution x of (A'A + ridge I) x = b.
    pub fn solve_rows(&self, b: &mut [f64]) {
        cholesky_solve_rows(&self.factor, self.k, b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_and_zero_matrices_stay_solvable() {
        let mut gram = Gram::new(2);
        let mut x = [2.0, 2.0];
        gram.factorise(&[1.0, 1.0, 1.0, 1.0], 0.0);
        gram.solve_rows(&mut x);
        assert!((x[0] - 0.5).abs() < 1e-2 && (x[1] - 0.5).abs() < 1e-2, "{x:?}");
        gram.factorise(&[1.0, 0.0, 0.0, 2.0], 1.0);
        let mut x = [2.0, 5.0];
        gram.solve_rows(&mut x);
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12);
        gram.factorise(&[0.0; 4], 0.0);
        gram.solve_rows(&mut x);
        assert!((x[0] - 1.0).abs() < 1e-12);
        gram.factorise(&[f64::NAN; 4], 0.0);
        gram.solve_rows(&mut x);
        assert!(x[0].is_nan());
    }
}
