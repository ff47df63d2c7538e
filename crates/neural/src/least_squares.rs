//! Nonlinear least squares in the parameters of a network: C. F. Gauss's steps, with a ridge that follows their success (K. Levenberg 1944; D. W.
//! Marquardt 1963) or without.

use iterscope_kernels::dense::at_x;

use crate::ridge::Ridge;

/// What is to become small.
pub trait Residuals {
    /// Writes the residuals for parameters.
    fn residuals(&mut self, theta: &[f64], out: &mut [f64]);

    /// The same, and their derivatives row by row in `jacobian`, which holds anything.
    fn linearise(&mut self, theta: &[f64], out: &mut [f64], jacobian: &mut [f64]);
}

/// The smallest ridge, and that beyond which nothing is better.
const RIDGES: [f64; 2] = [1e-15, 1e6];
/// The ridge to begin with, as a part of the mean square of singular values.
const FIRST: f64 = 1e-2;

/// The solver, with memory for one number of residuals and parameters.
pub struct LeastSquares {
    residual: Vec<f64>,
    jacobian: Vec<f64>,
    step: Vec<f64>,
    before: Vec<f64>,
    trial: Vec<f64>,
    ridge: Ridge,
    /// The ridge of the next step; see [`LeastSquares::begin`].
    pub damping: f64,
}

/// The root mean square.
pub fn mean_square(v: &[f64]) -> f64 {
    (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt()
}

impl LeastSquares {
    /// For so many residuals and parameters.
    pub fn new(rows: usize, columns: usize) -> LeastSquares {
        LeastSquares {
            residual: vec![0.0; rows],
            jacobian: vec![0.0; rows * columns],
            step: vec![0.0; columns],
            before: vec![0.0; columns],
            trial: vec![0.0; rows],
            ridge: Ridge::new(rows, columns),
            damping: FIRST,
        }
    }

    /// Forgets how large a ridge was good.
    pub fn begin(&mut self) {
        self.damping = FIRST;
    }

    /// The root mean square of the residuals.
    pub fn error(&mut self, problem: &mut dyn Residuals, theta: &[f64]) -> f64 {
        problem.residuals(theta, &mut self.trial);
        mean_square(&self.trial)
    }

    /// Floating-point operations of one step's linear algebra, about.
    pub fn flops(&self) -> u64 {
        let (m, p) = (self.residual.len() as u64, self.step.len() as u64);
        let small = m.min(p);
        2 * m * p * small + small * small * small / 3
    }

    fn linearise(&mut self, problem: &mut dyn Residuals, theta: &[f64]) {
        problem.linearise(theta, &mut self.residual, &mut self.jacobian);
        self.ridge.set(&self.jacobian);
    }

    fn move_by(&mut self, ridge: f64, theta: &mut [f64]) -> bool {
        if self.ridge.solve(&self.jacobian, &self.residual, ridge, &mut self.step).is_none() {
            return false;
        }
        theta.iter_mut().zip(&self.step).for_each(|(t, d)| *t -= d);
        true
    }

    /// One step with a ridge, whatever becomes of it; false where it found no numbers.
    pub fn gauss_newton(&mut self, problem: &mut dyn Residuals, theta: &mut [f64], ridge: f64) -> bool {
        self.linearise(problem, theta);
        self.move_by(ridge, theta)
    }

    /// One step that makes the residuals smaller, with larger ridges until it does. Returns their root mean square before and behind it, equal
    /// where nothing was better; none where it found no numbers.
    pub fn levenberg(&mut self, problem: &mut dyn Residuals, theta: &mut [f64]) -> Option<[f64; 2]> {
        self.linearise(problem, theta);
        let error = mean_square(&self.residual);
        self.before.copy_from_slice(theta);
        // The same matrix with larger ridges, until one step is a good one.
        while self.damping <= RIDGES[1] {
            if !self.move_by(self.damping, theta) {
                return None;
            }
            let found = self.error(problem, theta);
            if found < error {
                self.damping = (self.damping / 3.0).max(RIDGES[0]);
                return Some([error, found]);
            }
            theta.copy_from_slice(&self.before);
            self.damping *= 4.0;
        }
        self.begin();
        error.is_finite().then_some([error, error])
    }

    /// Writes the gradient of the mean square of the residuals, and returns that.
    pub fn gradient(&mut self, problem: &mut dyn Residuals, theta: &[f64], out: &mut [f64]) -> f64 {
        problem.linearise(theta, &mut self.residual, &mut self.jacobian);
        at_x(&self.jacobian, &self.residual, out);
        let count = self.residual.len() as f64;
        out.iter_mut().for_each(|g| *g *= 2.0 / count);
        self.residual.iter().map(|r| r * r).sum::<f64>() / count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H. H. Rosenbrock's valley.
    struct Valley;

    impl Residuals for Valley {
        fn residuals(&mut self, x: &[f64], out: &mut [f64]) {
            out.copy_from_slice(&[10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]);
        }
        fn linearise(&mut self, x: &[f64], out: &mut [f64], jacobian: &mut [f64]) {
            self.residuals(x, out);
            jacobian.copy_from_slice(&[-20.0 * x[0], 10.0, -1.0, 0.0]);
        }
    }

    #[test]
    fn every_step_is_better_until_the_minimum() {
        let (mut solver, mut x) = (LeastSquares::new(2, 2), [-1.2, 1.0]);
        let mut last = f64::INFINITY;
        for _ in 0..200 {
            let [before, after] = solver.levenberg(&mut Valley, &mut x).unwrap();
            assert!(after <= before && before <= last);
            last = after;
        }
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12, "{x:?}");
        // Without a ridge the second of Gauss's steps is exact here.
        let mut x = [-1.2, 1.0];
        assert!(solver.gauss_newton(&mut Valley, &mut x, 0.0) && solver.gauss_newton(&mut Valley, &mut x, 0.0));
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12, "{x:?}");
    }

    #[test]
    fn the_gradient_is_that_of_the_mean_square() {
        let (mut solver, mut gradient) = (LeastSquares::new(2, 2), [0.0; 2]);
        let value = solver.gradient(&mut Valley, &[0.5, 0.75], &mut gradient);
        // Half of 100 (y - x^2)^2 + (1 - x)^2 and its slopes, by hand.
        assert!((value - 12.625).abs() < 1e-13, "{value}");
        assert!((gradient[0] + 50.5).abs() < 1e-12 && (gradient[1] - 50.0).abs() < 1e-12, "{gradient:?}");
    }
}
