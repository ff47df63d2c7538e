//! The likelihood from the list of pairs, in log-strengths: the referee's own route to it.

use iterscope_kernels::reduce;

use crate::model::{Model, Strengths, Ties};

/// Probabilities of the outcomes of one game.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// The first wins.
    pub first: f64,
    /// The second wins.
    pub second: f64,
    /// They tie.
    pub tie: f64,
    /// Logarithm of `first`.
    pub log_first: f64,
    /// Logarithm of `second`.
    pub log_second: f64,
    /// Logarithm of `tie`; minus infinity where ties are no outcome of their own.
    pub log_tie: f64,
}

/// Outcomes of a game at difference `d` of the log-strengths; `log_tie` is log(2 nu), minus infinity for no ties.
pub fn shares(d: f64, log_tie: f64) -> Shares {
    // Relative to the stronger side nothing overflows, however far apart the two are.
    let weaker = libm::exp(-d.abs());
    let tie = if log_tie == f64::NEG_INFINITY { 0.0 } else { libm::exp(log_tie - 0.5 * d.abs()) };
    let norm = 1.0 + (weaker + tie);
    let log_norm = libm::log1p(weaker + tie);
    let (strong, weak) = (1.0 / norm, weaker / norm);
    let (log_strong, log_weak) = (-log_norm, -d.abs() - log_norm);
    let (first, second, log_first, log_second) =
        if d >= 0.0 { (strong, weak, log_strong, log_weak) } else { (weak, strong, log_weak, log_strong) };
    Shares { first, second, tie: tie / norm, log_first, log_second, log_tie: log_tie - 0.5 * d.abs() - log_norm }
}

/// log(2 nu) where ties are outcomes of their own.
pub fn log_tie(model: &Model, nu: f64) -> f64 {
    match model.ties {
        Ties::Half => f64::NEG_INFINITY,
        Ties::Davidson if nu > 0.0 => libm::log(2.0 * nu),
        Ties::Davidson => f64::NEG_INFINITY,
    }
}

/// Log-likelihood (with the prior, where there is one) and its gradient by log-strength, then by log(nu).
///
/// `gradient` has one place more than there are items; the last is 0 unless nu is a variable.
pub fn gradient(model: &Model, at: &Strengths, gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let n = model.games.items;
    let tie_weight = log_tie(model, at.nu);
    let davidson = model.ties == Ties::Davidson;
    let mut total = 0.0;
    for p in &model.games.pairs {
        let (i, j) = (p.i as usize, p.j as usize);
        let q = shares(at.log[i] - at.log[j], tie_weight);
        // Points beyond expectation. Written in the chances of the other side, a sum of small numbers stays exact.
        let surplus = p.points() * (q.second + 0.5 * q.tie) - p.points_against() * (q.first + 0.5 * q.tie);
        gradient[i] += surplus;
        gradient[j] -= surplus;
        if davidson {
            total += p.won * q.log_first + p.lost * q.log_second;
            if p.tied > 0.0 {
                total += p.tied * q.log_tie;
            }
            gradient[n] += p.tied * (q.first + q.second) - (p.won + p.lost) * q.tie;
        } else {
            total += p.points() * q.log_first + p.points_against() * q.log_second;
        }
    }
    if model.prior() {
        for (s, g) in at.log.iter().zip(gradient.iter_mut()) {
            let q = shares(*s, f64::NEG_INFINITY);
            *g += q.second - q.first;
            total += q.log_first + q.log_second;
        }
    }
    if !model.has_nu() {
        gradient[n] = 0.0;
    }
    total
}

/// Euclidean norm of the numbers of games of the items: what the gradient is measured against.
pub fn gradient_scale(model: &Model) -> f64 {
    reduce::norm2(&model.games.played)
}

/// The chance against an item of strength 1: pi/(1 + pi).
pub fn chance(log_strength: f64) -> f64 {
    shares(log_strength, f64::NEG_INFINITY).first
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
