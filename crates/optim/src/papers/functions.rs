//! Test functions that are not convex.

use iterscope_core::Work;
use iterscope_kernels::reduce::dot;

use crate::objective::{Block, Differences, Objective, Sample};

/// A function of a few variables with a gradient by hand.
pub trait Formula {
    /// Number of variables.
    fn size(&self) -> usize;
    /// The value at `x`; its gradient goes into `gradient`.
    fn at(&self, x: &[f64], gradient: &mut [f64]) -> f64;
}

/// Beale's function of two variables, minimum 0 at (3, 1/2).
pub struct Beale;

/// sum of 100 (x_(k+1) - x_k^2)^2 + (1 - x_k)^2, minimum 0 at ones.
pub struct Rosenbrock(pub usize);

impl Formula for Beale {
    fn size(&self) -> usize {
        2
    }
    fn at(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (x, y) = (x[0], x[1]);
        let (a, b, c) = (1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y);
        gradient[0] = 2.0 * (a * (y - 1.0) + b * (y * y - 1.0) + c * (y * y * y - 1.0));
        gradient[1] = 2.0 * a * x + 4.0 * b * x * y + 6.0 * c * x * y * y;
        a * a + b * b + c * c
    }
}

impl Formula for Rosenbrock {
    fn size(&self) -> usize {
        self.0
    }
    fn at(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for k in 0..x.len() - 1 {
            let (t, s) = (x[k + 1] - x[k] * x[k], 1.0 - x[k]);
            sum += 100.0 * t * t + s * s;
            gradient[k] += -400.0 * x[k] * t - 2.0 * s;
            gradient[k + 1] += 200.0 * t;
        }
        sum
    }
}

/// A formula as an objective.
pub struct Function<F> {
    formula: F,
    gradient: Vec<f64>,
    differences: Differences,
    block: [Block; 1],
}

impl<F: Formula> Function<F> {
    /// The objective of a formula.
    pub fn new(formula: F) -> Self {
        let n = formula.size();
        Function {
            formula,
            gradient: vec![0.0; n],
            differences: Differences::new(n),
            block: [Block { rows: n, cols: 1 }],
        }
    }

    /// The value at `x`.
    pub fn value(&mut self, x: &[f64]) -> f64 {
        self.formula.at(x, &mut self.gradient)
    }
}

impl<F: Formula> Objective for Function<F> {
    fn size(&self) -> usize {
        self.formula.size()
    }

    fn blocks(&self) -> &[Block] {
        &self.block
    }

    fn parts(&self) -> usize {
        1
    }

    fn gradient(&mut self, _: Sample, x: &[f64], gradient: &mut [f64], _: &mut Work) -> f64 {
        self.formula.at(x, gradient)
    }

    fn slope(&mut self, _: Sample, x: &[f64], v: &[f64], _: &mut Work) -> f64 {
        self.formula.at(x, &mut self.gradient);
        dot(&self.gradient, v)
    }

    fn hessian_times(&mut self, _: Sample, x: &[f64], v: &[f64], out: &mut [f64], _: &mut Work) {
        let Function { formula, differences, .. } = self;
        differences.hessian_times(x, v, out, |x, g| {
            formula.at(x, g);
        });
    }
}
