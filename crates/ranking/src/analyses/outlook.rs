//! Chances of one game, with their errors by the delta method. All that the answers know of how a model turns strengths
//! into chances stands here.

use crate::likelihood::{Shares, log_tie, shares};
use crate::model::{Model, Strengths, Ties};

/// A chance and how sure it is.
pub struct Chance {
    /// Its value.
    pub value: f64,
    /// Its standard error on the scale of log-odds.
    pub error: f64,
}

impl Chance {
    /// From `z` standard errors below to `z` above, on the scale of log-odds: it stays between 0 and 1.
    pub fn interval(&self, z: f64) -> (f64, f64) {
        let odds = libm::log(self.value / (1.0 - self.value));
        let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        (back(odds - z * self.error), back(odds + z * self.error))
    }
}

/// Chances of the results of one game.
pub struct Chances {
    /// Under which circumstances, to follow "A wins"; empty where there are none.
    pub words: String,
    /// Standard error of the difference of log-strengths.
    pub error: f64,
    /// The first wins.
    pub first: Chance,
    /// The second wins.
    pub second: Chance,
    /// Neither, where the model has ties.
    pub tie: Option<Chance>,
}

/// The chances of pair `k` of the games at `at`.
pub fn of_pair(model: &Model, at: &Strengths, k: usize) -> Shares {
    let p = &model.games.pairs[k];
    shares(at.log[p.i as usize] - at.log[p.j as usize], log_tie(model, at.nu))
}

/// The chances of a game between two items on equal terms.
pub fn between(model: &Model, at: &Strengths, a: usize, b: usize) -> Shares {
    shares(at.log[a] - at.log[b], log_tie(model, at.nu))
}

/// Expected share of the points of the first.
pub fn points(q: &Shares) -> f64 {
    q.first + 0.5 * q.tie
}

/// How a game ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first won.
    First,
    /// The second won.
    Second,
    /// Neither.
    Tie,
}

/// Loss (minus the logarithm of the chance) of one game at difference `d`, and its first and second derivative by `d`.
pub fn loss(model: &Model, at: &Strengths, d: f64, outcome: Outcome) -> [f64; 3] {
    let q = shares(d, log_tie(model, at.nu));
    let curvature = q.first * q.second + 0.25 * q.tie * (q.first + q.second);
    // Expected points of the first, less those that it got.
    let expected = q.first + 0.5 * q.tie;
    match outcome {
        Outcome::First => [-q.log_first, -(q.second + 0.5 * q.tie), curvature],
        Outcome::Second => [-q.log_second, expected, curvature],
        Outcome::Tie if model.ties == Ties::Half => [-0.5 * (q.log_first + q.log_second), expected - 0.5, curvature],
        Outcome::Tie => [-q.log_tie, expected - 0.5, curvature],
    }
}

/// What may happen between two items, the usual circumstances first. `covariance` is that of all that is estimated with the
/// difference of their log-strengths, `extras` that of what else is estimated.
pub fn chances(
    model: &Model,
    at: &Strengths,
    (a, b): (usize, usize),
    covariance: &[f64],
    extras: &[f64],
) -> Vec<Chances> {
    let n = at.log.len();
    let variance = (covariance[a] - covariance[b]).max(0.0);
    let with: &[f64] = &covariance[n..];
    let d = at.log[a] - at.log[b];
    let tie = log_tie(model, at.nu);
    let all = |d: f64, tie: f64| {
        let q = shares(d, tie);
        [q.first, q.second, q.tie]
    };
    let now = all(d, tie);
    // Derivatives by differences: their error is far below that of the delta method.
    let step = 1e-5;
    let by_d: [f64; 3] = std::array::from_fn(|k| (all(d + step, tie)[k] - all(d - step, tie)[k]) / (2.0 * step));
    let by_tie: [f64; 3] = std::array::from_fn(|k| {
        if with.is_empty() { 0.0 } else { (all(d, tie + step)[k] - all(d, tie - step)[k]) / (2.0 * step) }
    });
    let chance = |k: usize| {
        let mut square = by_d[k] * by_d[k] * variance;
        if let (Some(both), Some(own)) = (with.first(), extras.first()) {
            square += 2.0 * by_d[k] * by_tie[k] * both + by_tie[k] * by_tie[k] * own;
        }
        Chance { value: now[k], error: square.max(0.0).sqrt() / (now[k] * (1.0 - now[k])) }
    };
    let tie = (now[2] > 0.0).then(|| chance(2));
    vec![Chances { words: String::new(), error: variance.sqrt(), first: chance(0), second: chance(1), tie }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyses::trial::{Asked, WORLD_CUP};
    use crate::instance::Ranking;
    use crate::trial::choice;

    #[test]
    fn derivatives_of_the_loss_are_those_of_differences() {
        for ties in ["half", "davidson"] {
            let asked = Asked::sample(WORLD_CUP, &[choice("estimate", "map"), choice("ties", ties)]);
            let ranking: &Ranking = asked.set.as_any().downcast_ref().unwrap();
            let (model, at) = (ranking.model(), &ranking.optimum().unwrap().at);
            for outcome in [Outcome::First, Outcome::Second, Outcome::Tie] {
                for d in [-2.0, 0.0, 0.7] {
                    let of = |d: f64| loss(&model, at, d, outcome);
                    let (h, now) = (1e-5, of(d));
                    for k in 0..2 {
                        let slope = (of(d + h)[k] - of(d - h)[k]) / (2.0 * h);
                        assert!((slope - now[k + 1]).abs() < 1e-9, "{ties} {outcome:?} {d} {k}");
                    }
                }
            }
        }
    }
}
