//! Explicit Runge-Kutta methods with a fixed step, from their tableaux.

use iterscope_core::{BuildError, MethodInput, Prediction, Stepper, Stop, Work};
use iterscope_kernels::compiled::{accumulate, axpy};

use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stability::{self, Region, polynomial};
use crate::time::stepper::{Fixed, FixedStep, build};

/// A tableau: `a` row by row below the diagonal, weights `b`, nodes `c`.
#[derive(Clone, Copy, Debug)]
pub struct Tableau {
    /// Coefficients of former stages; row `i` has `i` of them.
    pub a: &'static [&'static [f64]],
    /// Weights.
    pub b: &'static [f64],
    /// Times of the stages.
    pub c: &'static [f64],
}

impl Tableau {
    /// Coefficients of the stability polynomial `R(z) = 1 + b_1 z + b_2 z^2 + ...`: what one step multiplies a mode of rate `z / dt` by.
    pub fn polynomial(&self) -> Vec<f64> {
        let stages = self.b.len();
        let mut out = vec![1.0];
        // b^T A^k 1
        let mut power = vec![1.0; stages];
        for _ in 0..stages {
            out.push(self.b.iter().zip(&power).map(|(b, p)| b * p).sum());
            power = (0..stages).map(|i| self.a[i].iter().zip(&power).map(|(a, p)| a * p).sum()).collect();
        }
        out
    }

    /// What is expected of the method with steps `dt`.
    pub fn predict(&self, input: &MethodInput<'_>) -> Option<Prediction> {
        let (coefficients, stages) = (self.polynomial(), self.b.len() as f64);
        // No polynomial of this degree is stable farther out on the real axis.
        let region = Region::Upto(2.0 * stages * stages + 1.0);
        stability::predict(input, &|z| polynomial(&coefficients, z).abs(), region, Part::All)
    }
}

/// A run of a tableau's method with fixed steps.
///
/// # Errors
/// The problem is not one in time.
pub fn build_fixed(tableau: Tableau, input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let n = input.downcast::<Evolution>()?.start.len();
    build(Box::new(Fixed::new(RungeKutta::new(tableau, n), input.values.real("dt"))), input)
}

/// The method of a tableau.
pub struct RungeKutta {
    tableau: Tableau,
    stages: Vec<Vec<f64>>,
    at: Vec<f64>,
}

impl RungeKutta {
    /// For states of `n` values.
    pub fn new(tableau: Tableau, n: usize) -> RungeKutta {
        RungeKutta { tableau, stages: vec![vec![0.0; n]; tableau.b.len()], at: vec![0.0; n] }
    }
}

impl FixedStep for RungeKutta {
    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let Tableau { a, b, c } = self.tableau;
        for (i, row) in a.iter().enumerate() {
            let at = if row.is_empty() {
                &*u
            } else {
                self.at.copy_from_slice(u);
                accumulate(&mut self.at, dt, row, &self.stages);
                &self.at
            };
            system.rate(Part::All, t + c[i] * dt, at, &mut self.stages[i]);
        }
        accumulate(u, dt, b, &self.stages);
        count(work, system, b.len() as u64, u.len());
        Ok(())
    }
}

/// `x += factor y`
pub(crate) fn add(x: &mut [f64], factor: f64, y: &[f64]) {
    axpy(factor, y, x);
}

/// Counts evaluations of the rate, each with an update of the state.
pub(crate) fn count(work: &mut Work, system: &dyn System, evaluations: u64, n: usize) {
    work.operator += evaluations;
    work.flops += evaluations * (system.flops() + 4 * n as u64);
    work.bytes += evaluations * 48 * n as u64;
}
