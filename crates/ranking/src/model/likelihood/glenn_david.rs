//! The normal distribution with a threshold of ties (W. A. Glenn, H. A. David, Biometrics 16, 1960): a difference of the
//! performances within `eta` of 0 is a tie.
//!
//! The log-likelihood is concave in the log-strengths and eta. It is written in `tau` with `eta = log(1 + exp(tau))`, which
//! keeps the threshold positive; the small part of the curvature that is due to this is kept apart.

use super::normal::{Below, below, log_density};
use super::{GameLikelihood, OutcomeProbabilities, SecondDerivatives};
use crate::data::games::Results;

/// The law at one threshold.
#[derive(Clone, Copy, Debug)]
pub struct GlennDavid {
    /// The threshold, and its derivatives by tau.
    eta: [f64; 3],
}

/// The logarithm of the chance of a tie, and the two densities at the ends of the interval over that chance.
struct Tie {
    log: f64,
    upper: f64,
    lower: f64,
}

impl GlennDavid {
    /// With the threshold `nu`, positive.
    pub fn new(nu: f64) -> GlennDavid {
        let rest = libm::exp(-nu);
        let slope = -libm::expm1(-nu);
        GlennDavid { eta: [nu, slope, rest * slope] }
    }

    fn wins(&self, d: f64) -> (Below, Below) {
        (below(d - self.eta[0]), below(-d - self.eta[0]))
    }

    /// `first` and `second` are the logarithms of the chances of the wins.
    fn tie(&self, d: f64, first: f64, second: f64) -> Tie {
        let eta = self.eta[0];
        let log = if d.abs() < eta {
            // The chances of the wins are small enough to be taken from 1.
            libm::log1p(-(libm::exp(first) + libm::exp(second)))
        } else {
            let high = below(eta - d.abs()).log;
            let ratio = first.min(second) - high;
            high + if ratio < -core::f64::consts::LN_2 {
                libm::log1p(-libm::exp(ratio))
            } else {
                libm::log(-libm::expm1(ratio))
            }
        };
        let at = |x: f64| libm::exp(log_density(x) - log);
        Tie { log, upper: at(d + eta), lower: at(d - eta) }
    }
}

impl GameLikelihood for GlennDavid {
    fn shares(&self, d: f64) -> OutcomeProbabilities {
        let (a, b) = self.wins(d);
        let tie = self.tie(d, a.log, b.log);
        OutcomeProbabilities {
            first: libm::exp(a.log),
            second: libm::exp(b.log),
            tie: libm::exp(tie.log),
            log_first: a.log,
            log_second: b.log,
            log_tie: tie.log,
        }
    }

    fn slope(&self, r: &Results, d: f64, total: &mut f64) -> [f64; 2] {
        let (a, b) = self.wins(d);
        *total += r.won * a.log + r.lost * b.log;
        let (up, down) = (r.won * a.slope, r.lost * b.slope);
        let (mut by_d, mut by_eta) = (up - down, -(up + down));
        if r.tied > 0.0 {
            let tie = self.tie(d, a.log, b.log);
            *total += r.tied * tie.log;
            by_d += r.tied * (tie.upper - tie.lower);
            by_eta += r.tied * (tie.upper + tie.lower);
        }
        [by_d, by_eta * self.eta[1]]
    }

    fn bend(&self, r: &Results, d: f64) -> SecondDerivatives {
        let (a, b) = self.wins(d);
        let [eta, slope, bend] = self.eta;
        let (up, down) = (r.won * a.bend, r.lost * b.bend);
        let (mut link, mut border, mut corner) = (up + down, down - up, up + down);
        let mut by_eta = -(r.won * a.slope + r.lost * b.slope);
        if r.tied > 0.0 {
            let tie = self.tie(d, a.log, b.log);
            let (upper, lower) = ((d + eta) * tie.upper, (d - eta) * tie.lower);
            let (difference, sum) = (tie.upper - tie.lower, tie.upper + tie.lower);
            link += r.tied * (upper - lower + difference * difference).max(0.0);
            border += r.tied * (upper + lower + difference * sum);
            corner += r.tied * (upper - lower + sum * sum).max(0.0);
            by_eta += r.tied * sum;
        }
        SecondDerivatives { link, border: border * slope, corner: corner * slope * slope, excess: -by_eta * bend }
    }
}
