//! Inverse iteration (H. Wielandt, Beiträge zur mathematischen Behandlung komplexer Eigenwertprobleme, 1944): the mode nearest to a shift.
//!
//! The error of the vector falls by `|lambda_1 - shift| / |lambda_2 - shift|` per step, that of the Rayleigh quotient by the square, with the
//! two eigenvalues nearest to the shift. One step costs a solve and a product.

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::compiled;

use super::{EigenSolver, orthonormalise, random};
use crate::factors::Factors;
use crate::state::{get_count, put_count};
use crate::{Operator, Preconditioner};

/// The iteration.
pub struct Inverse {
    factors: Factors<f64>,
    x: Vec<Vec<f64>>,
    image: Vec<f64>,
    value: Vec<f64>,
}

impl Inverse {
    /// For `n` unknowns with factors of `A - shift I`.
    pub fn new(n: usize, factors: Factors<f64>, seed: u64) -> Self {
        Inverse { factors, x: random(n, 1, seed), image: vec![0.0; n], value: Vec::with_capacity(1) }
    }
}

impl EigenSolver for Inverse {
    fn step(&mut self, a: &dyn Operator<f64>, _: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome {
        self.factors.solve(&mut self.x[0]);
        orthonormalise(&mut self.x, 0);
        a.apply(&self.x[0], &mut self.image);
        a.cost().count(work);
        work.flops += self.factors.flops();
        crate::solvers::count::<f64>(work, self.image.len(), 5, 6);
        self.value.clear();
        self.value.push(compiled::dot(&self.x[0], &self.image));
        Outcome::Continue
    }

    fn values(&self) -> &[f64] {
        &self.value
    }

    fn vectors(&mut self) -> &[Vec<f64>] {
        &self.x
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.value.len());
        out.slice(&self.value);
        out.slice(&self.x[0]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let count = get_count(from, 1);
        self.value.resize(count, 0.0);
        from.slice(&mut self.value);
        from.slice(&mut self.x[0]);
    }
}
