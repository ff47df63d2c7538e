//! Least squares with a ridge (A. N. Tikhonov 1963; A. E. Hoerl and R. W. Kennard 1970): `min |J d - r|^2 + lambda |d|^2`, through the smaller of
//! `J J'` and `J' J`.

use iterscope_kernels::dense::{a_bt, a_x, at_b, at_x, cholesky, cholesky_solve};

/// The solver, with memory for matrices of one shape.
pub struct Ridge {
    rows: usize,
    columns: usize,
    gram: Vec<f64>,
    factor: Vec<f64>,
    right: Vec<f64>,
}

impl Ridge {
    /// For J with so many rows and columns.
    pub fn new(rows: usize, columns: usize) -> Ridge {
        let n = rows.min(columns);
        Ridge { rows, columns, gram: vec![0.0; n * n], factor: vec![0.0; n * n], right: vec![0.0; n] }
    }

    /// Takes J, row by row.
    pub fn set(&mut self, j: &[f64]) {
        let (m, p) = (self.rows, self.columns);
        if m <= p {
            a_bt(j, j, &mut self.gram, m, m, p);
        } else {
            at_b(j, j, &mut self.gram, m, p, p);
        }
    }

    /// Writes d for the J that was set, with lambda `ridge` times the mean square of J's singular values; where rounding makes the matrix indefinite,
    /// with more. Returns the ridge that was taken, or none where J is no number.
    pub fn solve(&mut self, j: &[f64], r: &[f64], ridge: f64, d: &mut [f64]) -> Option<f64> {
        let taken = self.factorise(ridge)?;
        let (m, p) = (self.rows, self.columns);
        let n = m.min(p);
        if m <= p {
            self.right.copy_from_slice(r);
            cholesky_solve(&self.factor, n, &mut self.right);
            at_x(j, &self.right, d);
        } else {
            at_x(j, r, d);
            cholesky_solve(&self.factor, n, d);
        }
        Some(taken)
    }

    /// Writes `(J'J + lambda)^-1 g` for the J that was set, of more rows than columns; otherwise as [`Ridge::solve`].
    ///
    /// # Panics
    /// J has as many rows or fewer.
    pub fn solve_for(&mut self, g: &[f64], ridge: f64, d: &mut [f64]) -> Option<f64> {
        assert!(self.rows > self.columns, "J'J is at hand where there are more rows than columns");
        let taken = self.factorise(ridge)?;
        d.copy_from_slice(g);
        cholesky_solve(&self.factor, self.columns, d);
        Some(taken)
    }

    fn factorise(&mut self, ridge: f64) -> Option<f64> {
        let n = self.rows.min(self.columns);
        let mean = (0..n).map(|i| self.gram[i * n + i]).sum::<f64>() / n as f64;
        if !(mean > 0.0 && mean.is_finite()) {
            return None;
        }
        let mut ridge = ridge;
        loop {
            self.factor.copy_from_slice(&self.gram);
            (0..n).for_each(|i| self.factor[i * n + i] += ridge * mean);
            if cholesky(&mut self.factor, n).is_ok() {
                break;
            }
            ridge *= 10.0;
        }
        Some(ridge)
    }

    /// Writes `J d`.
    pub fn apply(&self, j: &[f64], d: &[f64], out: &mut [f64]) {
        a_x(j, d, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    #[test]
    fn both_ways_solve_the_same_equations() {
        for (m, p) in [(7, 4), (4, 7), (5, 5)] {
            let (mut j, mut r, mut d) = (vec![0.0; m * p], vec![0.0; m], vec![0.0; p]);
            let mut rng = Rng::new(3);
            rng.normal_fill(&mut j);
            rng.normal_fill(&mut r);
            let mut ridge = Ridge::new(m, p);
            ridge.set(&j);
            let taken = ridge.solve(&j, &r, 0.01, &mut d).expect("numbers");
            assert_eq!(taken, 0.01);
            // (J'J + lambda) d = J'r
            let squares: f64 = j.iter().map(|x| x * x).sum();
            let lambda = 0.01 * squares / m.min(p) as f64;
            let mut fit = vec![0.0; m];
            ridge.apply(&j, &d, &mut fit);
            for k in 0..p {
                let left = (0..m).map(|i| j[i * p + k] * (fit[i] - r[i])).sum::<f64>() + lambda * d[k];
                assert!(left.abs() < 1e-12, "{m} {p}: {left}");
            }
        }
    }
}
