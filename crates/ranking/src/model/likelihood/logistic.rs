//! The logistic distribution: Bradley and Terry's model, and Davidson's with ties.

use super::{GameLikelihood, OutcomeProbabilities, SecondDerivatives};
use crate::data::games::Results;

/// Outcomes of a game at difference `d` of the log-strengths; `log_tie` is log(2 nu), minus infinity for no ties.
pub fn shares(d: f64, log_tie: f64) -> OutcomeProbabilities {
    // Relative to the stronger side nothing overflows, however far apart the two are.
    let weaker = libm::exp(-d.abs());
    let tie = if log_tie == f64::NEG_INFINITY { 0.0 } else { libm::exp(log_tie - 0.5 * d.abs()) };
    let norm = 1.0 + (weaker + tie);
    let log_norm = libm::log1p(weaker + tie);
    let (strong, weak) = (1.0 / norm, weaker / norm);
    let (log_strong, log_weak) = (-log_norm, -d.abs() - log_norm);
    let (first, second, log_first, log_second) =
        if d >= 0.0 { (strong, weak, log_strong, log_weak) } else { (weak, strong, log_weak, log_strong) };
    OutcomeProbabilities {
        first,
        second,
        tie: tie / norm,
        log_first,
        log_second,
        log_tie: log_tie - 0.5 * d.abs() - log_norm,
    }
}

/// The chance against an item of strength 1: pi/(1 + pi).
pub fn chance(log_strength: f64) -> f64 {
    shares(log_strength, f64::NEG_INFINITY).first
}

/// The law: ties count as half a win to each, or are outcomes of their own by Davidson's model.
#[derive(Clone, Copy, Debug)]
pub struct Logistic {
    davidson: bool,
    log_tie: f64,
}

impl Logistic {
    /// With the tie strength `nu` of Davidson's model, if it is that.
    pub fn new(davidson: bool, nu: f64) -> Logistic {
        let log_tie = if davidson && nu > 0.0 { libm::log(2.0 * nu) } else { f64::NEG_INFINITY };
        Logistic { davidson, log_tie }
    }
}

impl Logistic {
    /// First derivatives of the log-likelihood, from the chances `q`. Points beyond expectation are written in the chances of
    /// the other side: a sum of small numbers stays exact.
    fn slope_of(q: &OutcomeProbabilities, r: &Results) -> [f64; 2] {
        let (points, against) = (r.won + 0.5 * r.tied, r.lost + 0.5 * r.tied);
        let surplus = points * (q.second + 0.5 * q.tie) - against * (q.first + 0.5 * q.tie);
        [surplus, r.tied * (q.first + q.second) - (r.won + r.lost) * q.tie]
    }

    /// Second derivatives: the covariance of an outcome's gradient, in a form in which nothing cancels.
    fn bend_of(q: &OutcomeProbabilities, r: &Results) -> SecondDerivatives {
        let games = r.won + r.lost + r.tied;
        SecondDerivatives {
            link: games * (q.first * q.second + 0.25 * q.tie * (q.first + q.second)),
            border: -0.5 * games * (q.first - q.second) * q.tie,
            corner: games * q.tie * (q.first + q.second),
            excess: 0.0,
        }
    }
}

impl GameLikelihood for Logistic {
    fn shares(&self, d: f64) -> OutcomeProbabilities {
        shares(d, self.log_tie)
    }

    fn slope(&self, r: &Results, d: f64, total: &mut f64) -> [f64; 2] {
        let q = shares(d, self.log_tie);
        if self.davidson {
            *total += r.won * q.log_first + r.lost * q.log_second;
            if r.tied > 0.0 {
                *total += r.tied * q.log_tie;
            }
        } else {
            *total += (r.won + 0.5 * r.tied) * q.log_first + (r.lost + 0.5 * r.tied) * q.log_second;
        }
        Logistic::slope_of(&q, r)
    }

    fn bend(&self, r: &Results, d: f64) -> SecondDerivatives {
        Logistic::bend_of(&shares(d, self.log_tie), r)
    }

    fn turn(&self, r: &Results, d: f64) -> ([f64; 2], SecondDerivatives) {
        let q = shares(d, self.log_tie);
        (Logistic::slope_of(&q, r), Logistic::bend_of(&q, r))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_agree_with_their_logarithms() {
        for d in [-40.0, -1.5, 0.0, 0.3, 7.0] {
            for log_tie in [f64::NEG_INFINITY, -2.0, 0.5, 30.0] {
                let q = shares(d, log_tie);
                assert!((q.first + q.second + q.tie - 1.0).abs() < 1e-15);
                assert!((libm::exp(q.log_first) - q.first).abs() <= 1e-14 * q.first);
                assert!((libm::exp(q.log_second) - q.second).abs() <= 1e-14 * q.second);
                assert!((libm::exp(q.log_tie) - q.tie).abs() <= 1e-14 * q.tie);
            }
        }
        // Davidson's own form at pi = (4, 1), nu = 1/2: D = 4 + 1 + 2.
        let q = shares(libm::log(4.0), 0.0);
        assert!((q.first - 4.0 / 7.0).abs() < 1e-15 && (q.tie - 2.0 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn extreme_differences_stay_finite() {
        let q = shares(900.0, 300.0);
        assert!(q.log_second.is_finite() && q.first > 0.0 && q.second == 0.0);
    }
}
