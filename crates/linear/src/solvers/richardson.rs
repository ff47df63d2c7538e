//! Richardson's iteration with a preconditioner, `x += M^-1 (b - A x)`: what makes Jacobi, Gauss-Seidel, Schwarz and multigrid
//! methods of their own (L. F. Richardson, The approximate arithmetical solution by finite differences of physical problems,
//! Philosophical Transactions of the Royal Society A 210, 1911).

use iterscope_core::{Outcome, StateReader, StateWriter, Work};

use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The iteration; its weight is the preconditioner's.
pub struct Richardson<T> {
    x: Vec<T>,
    scratch: [Vec<T>; 2],
}

impl<T: Scalar> Richardson<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        Richardson { x: zeros(), scratch: [zeros(), zeros()] }
    }
}

impl<T: Scalar> LinearSolver<T> for Richardson<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        m.relax(a, b, &mut self.x, &mut self.scratch, work);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &self.x);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        get(from, &mut self.x);
    }
}
