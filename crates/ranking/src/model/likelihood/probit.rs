//! The normal distribution: Thurstone's model, case V (L. L. Thurstone, "A law of comparative judgment", Psychological Review
//! 34, 1927; F. Mosteller, Psychometrika 16, 1951). The difference of two performances has variance 1; ties count as half a
//! win to each.

use super::normal::below;
use super::{GameLikelihood, OutcomeProbabilities, SecondDerivatives};
use crate::data::games::Results;

/// The law.
#[derive(Clone, Copy, Debug)]
pub struct Probit;

impl GameLikelihood for Probit {
    fn shares(&self, d: f64) -> OutcomeProbabilities {
        let (log_first, log_second) = (below(d).log, below(-d).log);
        let (first, second) = (libm::exp(log_first), libm::exp(log_second));
        OutcomeProbabilities { first, second, tie: 0.0, log_first, log_second, log_tie: f64::NEG_INFINITY }
    }

    fn slope(&self, r: &Results, d: f64, total: &mut f64) -> [f64; 2] {
        let (points, against) = (r.won + 0.5 * r.tied, r.lost + 0.5 * r.tied);
        let (a, b) = (below(d), below(-d));
        *total += points * a.log + against * b.log;
        [points * a.slope - against * b.slope, 0.0]
    }

    fn bend(&self, r: &Results, d: f64) -> SecondDerivatives {
        let (points, against) = (r.won + 0.5 * r.tied, r.lost + 0.5 * r.tied);
        SecondDerivatives { link: points * below(d).bend + against * below(-d).bend, ..SecondDerivatives::default() }
    }
}
