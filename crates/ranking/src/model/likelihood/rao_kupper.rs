//! The logistic distribution with a threshold of ties (P. V. Rao, L. L. Kupper, J. Amer. Statist. Assoc. 62, 1967).
//!
//! A side wins with chance `pi_i / (pi_i + theta pi_j)`, and what is left is the chance of a tie. It is written in
//! `tau = log(theta^2 - 1)`, in which the log-likelihood is jointly concave with the log-strengths: a tie has the chance
//! `exp(tau)` times those of the two wins, and `log theta = log(1 + exp(tau)) / 2` is convex.

use super::{GameLikelihood, OutcomeProbabilities, SecondDerivatives, shares};
use crate::data::games::Results;

/// The law at one threshold.
#[derive(Clone, Copy, Debug)]
pub struct RaoKupper {
    tau: f64,
    /// Logarithm of theta, and its derivatives by tau.
    eta: [f64; 3],
}

impl RaoKupper {
    /// With `nu = theta^2 - 1`, positive.
    pub fn new(nu: f64) -> RaoKupper {
        // exp(tau)/(1 + exp(tau)).
        let (part, rest) = (nu / (1.0 + nu), 1.0 / (1.0 + nu));
        let (part, rest) = if nu.is_finite() { (part, rest) } else { (1.0, 0.0) };
        RaoKupper { tau: libm::log(nu), eta: [0.5 * libm::log1p(nu), 0.5 * part, 0.5 * part * rest] }
    }

    /// The duels behind the two wins: of the first against theta times the second, and the other way round.
    fn duels(&self, d: f64) -> (OutcomeProbabilities, OutcomeProbabilities) {
        (shares(d - self.eta[0], f64::NEG_INFINITY), shares(-d - self.eta[0], f64::NEG_INFINITY))
    }
}

impl GameLikelihood for RaoKupper {
    fn shares(&self, d: f64) -> OutcomeProbabilities {
        let (a, b) = self.duels(d);
        let log_tie = self.tau + a.log_first + b.log_first;
        let tie = libm::exp(log_tie);
        OutcomeProbabilities {
            first: a.first,
            second: b.first,
            tie,
            log_first: a.log_first,
            log_second: b.log_first,
            log_tie,
        }
    }

    fn slope(&self, r: &Results, d: f64, total: &mut f64) -> [f64; 2] {
        let (a, b) = self.duels(d);
        let (first, second) = (r.won + r.tied, r.lost + r.tied);
        *total += first * a.log_first + second * b.log_first + r.tied * self.tau;
        let (up, down) = (first * a.second, second * b.second);
        [up - down, r.tied - (up + down) * self.eta[1]]
    }

    fn bend(&self, r: &Results, d: f64) -> SecondDerivatives {
        let (a, b) = self.duels(d);
        let (first, second) = (r.won + r.tied, r.lost + r.tied);
        let (up, down) = (first * a.first * a.second, second * b.first * b.second);
        let [_, slope, bend] = self.eta;
        SecondDerivatives {
            link: up + down,
            border: -(up - down) * slope,
            corner: (up + down) * slope * slope + (first * a.second + second * b.second) * bend,
            excess: 0.0,
        }
    }
}
