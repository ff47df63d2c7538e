//! What every linear solver offers.

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Value, Work};

use crate::spectrum::Coefficients;
use crate::{Operator, Preconditioner, Scalar};

/// An iteration for `A x = b`. Everything is allocated when it is made; [`LinearSolver::step`] allocates nothing.
///
/// The preconditioner is handed in anew at each call, so that its owner can change it while the solver runs; a solver that takes none
/// ignores it.
pub trait LinearSolver<T: Scalar> {
    /// Begins anew from the iterate `x`.
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work);

    /// Does one step.
    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome;

    /// The current iterate. A method that carries it in another form brings it into this one here.
    fn iterate(&mut self) -> &[T];

    /// The method's own cheap estimate of `||b - A x||` in the Euclidean norm, not preconditioned; NaN where it has none.
    fn residual(&self) -> T;

    /// Bytes that it holds, the matrix and the right-hand side left out.
    fn memory(&self) -> usize;

    /// What its coefficients tell of the eigenvalues of `M^-1 A`, where they do.
    fn coefficients(&self) -> Option<&Coefficients> {
        None
    }

    /// Values of the method's own diagnostics.
    fn diagnostics(&self, out: &mut [f64]) {
        let _ = out;
    }

    /// Changes a live parameter.
    ///
    /// # Errors
    /// It is unknown or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let _ = value;
        Err(BuildError::new(key, "cannot change while running"))
    }

    /// Writes everything that the next steps depend on.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>);
}
