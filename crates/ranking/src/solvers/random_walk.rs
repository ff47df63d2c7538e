//! What the methods share that look for the equilibrium of a walk: a distribution over the items.

use std::rc::Rc;

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Value, Work};
use iterscope_kernels::reduce::sum;

use super::{LOG_LIMIT, share_nu, tolerance};
use crate::model::{PairModel, Strengths};
use crate::solvers::ascent::{ChangeTracker, center};

/// `smoothing`: points added to both sides of each pair.
pub const SMOOTHING: ParamInfo = ParamInfo::real(
    "smoothing",
    "Smoothing",
    "Points added to both sides of each pair that met, so that no share is 0 or 1; the source has 0.",
    [0.0, 100.0],
    0.5,
);

/// How far a step moves the distribution.
pub const L1: SeriesInfo = SeriesInfo::new(
    "walk.l1.change",
    "change of the walk",
    "Sum over the items of what one step of the walk changes in the chances to be there, which add up to 1; the run ends when it \
     is at most the tolerance.",
);

/// A distribution on its way, as a run.
pub struct Walk {
    model: Rc<PairModel>,
    /// Chances of being at each item; they add up to 1.
    pub at: Vec<f64>,
    /// The next ones.
    pub next: Vec<f64>,
    /// Sum of the absolute changes of a step.
    moved: f64,
    tolerance: f64,
    track: ChangeTracker,
    view: Strengths,
}

impl Walk {
    /// Equal chances.
    pub fn new(model: Rc<PairModel>, tolerance: f64) -> Walk {
        let n = model.games.items;
        let mut view = Strengths::equal(&model);
        view.nu = share_nu(&model);
        let track = ChangeTracker::new(&view);
        Walk { at: vec![1.0 / n as f64; n], next: vec![0.0; n], moved: f64::NAN, tolerance, track, view, model }
    }

    /// Takes over the next distribution after one step of the walk, brought to sum 1.
    pub fn arrive(&mut self, work: &mut Work) -> Outcome {
        let total = sum(&self.next);
        self.next.iter_mut().for_each(|x| *x /= total);
        let moved = self.at.iter().zip(&self.next).fold(0.0, |sum, (a, b)| sum + (a - b).abs());
        self.land(moved, work)
    }

    /// Takes over the next distribution, which one more step of the walk moves by `moved`; one pass over the pairs was spent.
    pub fn land(&mut self, moved: f64, work: &mut Work) -> Outcome {
        self.moved = moved;
        std::mem::swap(&mut self.at, &mut self.next);
        self.show();
        self.track.moved(&self.view);
        count(&self.model, work);
        if self.moved <= self.tolerance { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    /// The chances as strengths of geometric mean 1; what the walk has left for good is as weak as can be.
    fn show(&mut self) {
        for (s, x) in self.view.log.iter_mut().zip(&self.at) {
            *s = if *x > 0.0 { libm::log(*x).max(-LOG_LIMIT) } else { -LOG_LIMIT };
        }
        center(&mut self.view.log);
    }

    /// For the referee.
    pub fn view(&self) -> &Strengths {
        &self.view
    }

    /// How far the chances p of the items moved, and [`L1`].
    pub fn diagnostics(&self) -> [f64; 2] {
        [self.track.change, self.moved]
    }

    /// The change at which the run ends.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Changes `tolerance`.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        tolerance(&mut self.tolerance, key, value)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.at);
        self.track.save(out);
        out.real(self.moved);
        out.real(self.tolerance);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.at);
        self.track.load(from);
        self.moved = from.real();
        self.tolerance = from.real();
        self.show();
    }
}

/// Counts one pass over the pairs.
pub fn count(model: &PairModel, work: &mut Work) {
    let (pairs, items) = (model.games.pairs.len() as u64, model.games.items as u64);
    work.operator += 1;
    work.flops += 6 * pairs + 4 * items;
    work.bytes += 40 * pairs + 24 * items;
}
