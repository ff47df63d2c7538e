//! What the power iterations share: a distribution over the items.

use iterscope_core::{Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::reduce::sum;

use super::LOG_LIMIT;
use super::point::center;
use crate::model::{Model, Strengths};

/// `smoothing`: points added to both sides of each pair.
pub const SMOOTHING: ParamInfo = ParamInfo::real(
    "smoothing",
    "Smoothing",
    "Points added to both sides of each pair that met, so that no share is 0 or 1; the source has 0.",
    [0.0, 100.0],
    0.5,
);

/// How far the last step moved the distribution.
pub const L1: SeriesInfo = SeriesInfo::new(
    "walk.l1.change",
    "change of the walk",
    "Sum over the items of the last step's change of the chances to be there, which add up to 1; the run ends when it is at \
     most the tolerance.",
);

/// A distribution on its way.
pub struct Walk {
    /// Chances of being at each item; they add up to 1.
    pub at: Vec<f64>,
    /// The next ones.
    pub next: Vec<f64>,
    /// Sum of the absolute changes of the last step.
    pub moved: f64,
}

impl Walk {
    /// Equal chances.
    pub fn new(items: usize) -> Walk {
        Walk { at: vec![1.0 / items as f64; items], next: vec![0.0; items], moved: f64::NAN }
    }

    /// Takes over the next distribution, brought to sum 1.
    pub fn arrive(&mut self, tolerance: f64) -> Outcome {
        let total = sum(&self.next);
        self.next.iter_mut().for_each(|x| *x /= total);
        self.moved = self.at.iter().zip(&self.next).fold(0.0, |sum, (a, b)| sum + (a - b).abs());
        std::mem::swap(&mut self.at, &mut self.next);
        if self.moved <= tolerance { Outcome::Stop(Stop::Converged) } else { Outcome::Continue }
    }

    /// The chances as strengths of geometric mean 1; what the walk has left for good is as weak as can be.
    pub fn show(&self, view: &mut Strengths) {
        for (s, x) in view.log.iter_mut().zip(&self.at) {
            *s = if *x > 0.0 { libm::log(*x).max(-LOG_LIMIT) } else { -LOG_LIMIT };
        }
        center(&mut view.log);
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.at);
        out.real(self.moved);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>, view: &mut Strengths) {
        from.slice(&mut self.at);
        self.moved = from.real();
        self.show(view);
    }
}

/// Counts one pass over the pairs.
pub fn count(model: &Model, work: &mut Work) {
    let (pairs, items) = (model.games.pairs.len() as u64, model.games.items as u64);
    work.operator += 1;
    work.flops += 6 * pairs + 4 * items;
    work.bytes += 40 * pairs + 24 * items;
}
