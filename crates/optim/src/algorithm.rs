//! What steps on an objective.

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Stop, Value, Work};

use crate::objective::Objective;

/// One optimiser at some step. Built for an objective of one size; the objective is lent for each step.
pub trait Algorithm {
    /// Does one step and adds its cost to `work`. Does not allocate.
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome;

    /// The point that is reported, which need not be where gradients are taken.
    fn result(&self) -> &[f64];

    /// What it tells about its last step, in the order of its `DIAGNOSTICS`.
    fn diagnostics(&self, out: &mut [f64]);

    /// Changes a live parameter.
    ///
    /// # Errors
    /// The parameter is unknown, not live, or out of range.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError>;

    /// Writes all that the next steps depend on.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>);
}

/// Goes on as long as the point is in range.
pub(crate) fn outcome(f: &dyn Objective, x: &[f64]) -> Outcome {
    if f.in_range(x) { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
}

/// The answer to a key that is not live.
pub(crate) fn not_live(key: &str) -> Result<(), BuildError> {
    Err(BuildError::new(key, "cannot change while running"))
}
