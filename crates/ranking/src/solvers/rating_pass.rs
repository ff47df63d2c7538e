//! What the methods share that go through the results one after another, pass after pass: how a pass ends.

use iterscope_core::{BuildError, Outcome, StateReader, StateWriter, Stop, Value};

use super::ascent::ChangeTracker;
use super::{share_nu, tolerance};
use crate::model::{PairModel, Strengths};

/// A run of passes.
pub struct RatingPasses {
    tolerance: f64,
    /// How far the last pass moved the ratings, in the method's own units; NaN before the first.
    pub change: f64,
    tracker: ChangeTracker,
    /// The ratings as strengths.
    pub view: Strengths,
}

impl RatingPasses {
    /// All strengths 1, and the tie strength by the share of ties.
    pub fn new(model: &PairModel, tolerance: f64) -> RatingPasses {
        let mut view = Strengths::equal(model);
        view.nu = share_nu(model);
        RatingPasses { tolerance, change: f64::NAN, tracker: ChangeTracker::new(&view), view }
    }

    /// Ends a pass, after `change` and `view` were set: `in_range` is whether all ratings are sensible numbers.
    pub fn end(&mut self, in_range: bool) -> Outcome {
        self.tracker.moved(&self.view);
        if !in_range {
            Outcome::Stop(Stop::Diverged)
        } else if self.change <= self.tolerance {
            Outcome::Stop(Stop::Converged)
        } else {
            Outcome::Continue
        }
    }

    /// How far the last pass moved the chances p of the items, and the ratings.
    pub fn changes(&self) -> [f64; 2] {
        [self.tracker.change, self.change]
    }

    /// The change at which the run ends.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Changes `tolerance`.
    ///
    /// # Errors
    /// Another parameter, or a number out of range.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        self.tracker.save(out);
        out.real(self.change);
        out.real(self.tolerance);
    }

    /// Reads what `save` wrote; the view is the method's to set.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.tracker.load(from);
        self.change = from.real();
        self.tolerance = from.real();
    }
}
