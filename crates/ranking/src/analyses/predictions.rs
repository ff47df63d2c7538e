//! Chances of one game, with their errors by the delta method. All that the answers know of how a model turns strengths
//! into chances stands here.

use crate::data::games::Results;
use crate::model::likelihood::{GameLikelihood, OutcomeProbabilities};
use crate::model::{Link, PairModel, Strengths};

/// A chance and how sure it is.
pub struct PredictedProbability {
    /// Its value.
    pub value: f64,
    /// Its standard error on the scale of log-odds.
    pub error: f64,
}

impl PredictedProbability {
    /// From `z` standard errors below to `z` above, on the scale of log-odds: it stays between 0 and 1.
    pub fn interval(&self, z: f64) -> (f64, f64) {
        let odds = libm::log(self.value / (1.0 - self.value));
        let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        (back(odds - z * self.error), back(odds + z * self.error))
    }
}

/// Chances of the results of one game.
pub struct GamePrediction {
    /// Under which circumstances, to follow "A wins"; empty where there are none.
    pub words: String,
    /// Standard error of the difference of log-strengths.
    pub error: f64,
    /// The first wins.
    pub first: PredictedProbability,
    /// The second wins.
    pub second: PredictedProbability,
    /// Neither, where the model has ties.
    pub tie: Option<PredictedProbability>,
}

/// The chances of pair `k` of the games at `at`.
pub fn of_pair(model: &PairModel, at: &Strengths, k: usize) -> OutcomeProbabilities {
    model.game_likelihood(at.nu).shares(model.difference(at, k))
}

/// The chances of a game between two items on equal terms.
pub fn between(model: &PairModel, at: &Strengths, a: usize, b: usize) -> OutcomeProbabilities {
    model.outcomes(at, a, b, 0)
}

/// Information of one game at these chances about its difference.
pub fn per_game(model: &PairModel, at: &Strengths, d: f64) -> f64 {
    let law = model.game_likelihood(at.nu);
    let q = law.shares(d);
    law.bend(&Results { won: q.first, lost: q.second, tied: q.tie }, d).link
}

/// The variable behind a tie strength: see [`PairModel::nu_at`].
pub fn tau(model: &PairModel, nu: f64) -> f64 {
    match model.link {
        Link::Logistic => libm::log(nu),
        Link::Probit if nu > 37.0 => nu,
        Link::Probit => libm::log(libm::expm1(nu)),
    }
}

/// Expected share of the points of the first.
pub fn points(q: &OutcomeProbabilities) -> f64 {
    q.first + 0.5 * q.tie
}

/// How a game ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GameResult {
    /// The first won.
    First,
    /// The second won.
    Second,
    /// Neither.
    Tie,
}

/// Loss (minus the logarithm of the chance) of one game at difference `d`, and its first and second derivative by `d`.
pub fn loss(model: &PairModel, at: &Strengths, d: f64, outcome: GameResult) -> [f64; 3] {
    let of = |wanted: GameResult| f64::from(u8::from(outcome == wanted));
    let one = Results { won: of(GameResult::First), lost: of(GameResult::Second), tied: of(GameResult::Tie) };
    let law = model.game_likelihood(at.nu);
    let mut value = 0.0;
    let [slope, _] = law.slope(&one, d, &mut value);
    [-value, -slope, law.bend(&one, d).link]
}

/// What may happen between two items, the usual circumstances first. `covariance` is that of all that is estimated with the
/// difference of their log-strengths, `extras` that of what else is estimated.
pub fn chances(
    model: &PairModel,
    at: &Strengths,
    (a, b): (usize, usize),
    covariance: &[f64],
    extras: &[f64],
) -> Vec<GamePrediction> {
    let n = at.log.len();
    let variance = (covariance[a] - covariance[b]).max(0.0);
    let with: &[f64] = &covariance[n..];
    let m = with.len();
    let tied = model.has_nu();
    // Where the tie strength and the advantage stand among what else is estimated.
    let (tie_at, home_at) = (tied.then_some(0), model.advantage.then_some(usize::from(tied)));
    let sides: &[(f64, &str)] = if model.advantage {
        &[(0.0, ""), (1.0, " with the advantage"), (-1.0, " without the advantage")]
    } else {
        &[(0.0, "")]
    };
    let (d, tau) = (at.log[a] - at.log[b], if tied { tau(model, at.nu) } else { 0.0 });
    let home = model.advantage_at(at);
    let step = 1e-5;
    let one = |(side, words): &(f64, &str)| {
        let all = |d: f64, tau: f64, home: f64| {
            let q = model.game_likelihood(if tied { model.nu_at(tau) } else { at.nu }).shares(d + side * home);
            [q.first, q.second, q.tie]
        };
        let now = all(d, tau, home);
        let chance = |k: usize| {
            // Derivatives by differences: their error is far below that of the delta method.
            let slope = |up: [f64; 3], down: [f64; 3]| (up[k] - down[k]) / (2.0 * step);
            let by_d = slope(all(d + step, tau, home), all(d - step, tau, home));
            let mut by = vec![0.0; m];
            if let Some(t) = tie_at {
                by[t] = slope(all(d, tau + step, home), all(d, tau - step, home));
            }
            if let Some(h) = home_at {
                by[h] = slope(all(d, tau, home + step), all(d, tau, home - step));
            }
            let mut square = by_d * by_d * variance;
            for (x, own) in by.iter().enumerate() {
                square += 2.0 * by_d * own * with[x];
                square += (0..m).map(|y| own * by[y] * extras[x * m + y]).sum::<f64>();
            }
            PredictedProbability { value: now[k], error: square.max(0.0).sqrt() / (now[k] * (1.0 - now[k])) }
        };
        let tie = (now[2] > 0.0).then(|| chance(2));
        GamePrediction { words: (*words).into(), error: variance.sqrt(), first: chance(0), second: chance(1), tie }
    };
    sides.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::instance::PairInstance;
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, WORLD_CUP};

    #[test]
    fn derivatives_of_the_loss_are_those_of_differences() {
        for ties in ["half", "davidson"] {
            let asked = AnalysisCase::sample(WORLD_CUP, &[choice("estimate", "map"), choice("ties", ties)]);
            let ranking: &PairInstance = asked.set.as_any().downcast_ref().unwrap();
            let (model, at) = (ranking.model(), &ranking.optimum().unwrap().at);
            for outcome in [GameResult::First, GameResult::Second, GameResult::Tie] {
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
