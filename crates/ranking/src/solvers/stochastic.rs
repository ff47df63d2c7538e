//! Stochastic gradient ascent on a sum of terms, whatever they are of.

use crate::model::Strengths;

/// A log-likelihood as a sum whose terms are climbed one at a time.
pub trait Terms {
    /// How many there are.
    fn len(&self) -> usize;
    /// The longest step that cannot overshoot on any of them.
    fn longest(&self) -> f64;
    /// Whether the common level of the strengths is free.
    fn level_is_free(&self) -> bool;
    /// Operations and bytes of a pass over all.
    fn cost(&self) -> [u64; 2];
    /// One gradient step for term `k`; `log_nu` is the variable behind the tie strength.
    fn visit(&mut self, k: usize, length: f64, now: &mut Strengths, log_nu: &mut f64);
}
