//! Richardson's iteration with a preconditioner, `x += M^-1 (b - A x)`: what makes Jacobi, Gauss-Seidel, Schwarz and multigrid
//! methods of their own (L. F. Richardson, The approximate arithmetical solution by finite differences of physical problems,
//! Philosophical Transactions of the Royal Society A 210, 1911).

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Value, Work};
use iterscope_kernels::compiled;

use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The iteration.
pub struct Richardson<T> {
    omega: T,
    x: Vec<T>,
    scratch: [Vec<T>; 2],
}

impl<T: Scalar> Richardson<T> {
    /// For `n` unknowns with the weight `omega`; with 1 the preconditioner may sweep in place.
    pub fn new(n: usize, omega: f64) -> Self {
        let zeros = || vec![T::ZERO; n];
        Richardson { omega: T::from_f64(omega), x: zeros(), scratch: [zeros(), zeros()] }
    }
}

impl<T: Scalar> LinearSolver<T> for Richardson<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.omega == T::ONE {
            m.relax(a, b, &mut self.x, &mut self.scratch, work);
            return Outcome::Continue;
        }
        let [r, z] = &mut self.scratch;
        a.residual(b, &self.x, r);
        a.cost().count(work);
        m.apply(r, z, work);
        compiled::axpy(self.omega, z, &mut self.x);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match value.as_real().filter(|_| key == "omega") {
            Some(omega) => self.omega = T::from_f64(omega),
            None => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &Many(&self.scratch)])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &self.x);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        get(from, &mut self.x);
    }
}
