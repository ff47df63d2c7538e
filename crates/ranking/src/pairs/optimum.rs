//! The optimum, found before the runs where that is cheap, so that they can be measured against it.

use std::rc::Rc;

use iterscope_core::{Iteration, Outcome, Work};
use iterscope_kernels::graph::Components;
use iterscope_kernels::reduce::norm2;

use crate::data::parts::level_groups;
use crate::model::likelihood::{GameLikelihood, gradient, gradient_scale, log_tie, shares};
use crate::model::{PairModel, Strengths};
use crate::pairs::objective::PairLikelihood;
use crate::solvers::newton::Newton;

/// Pairs beyond this are not worth the wait.
pub const MOST_PAIRS: usize = 200_000;
const MOST_STEPS: usize = 100;
/// Visits of a pair that may be spent.
const MOST_VISITS: u64 = 200_000_000;
/// Relative gradient that counts as stationary; what a sum over games in double precision allows.
const STATIONARY: f64 = 1e-12;

/// Where the likelihood (or the posterior) is largest.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// The strengths there.
    pub at: Strengths,
    /// Its p = pi/(1 + pi) of each item.
    pub p: Vec<f64>,
    /// Chances of the first, of the second and of a tie, for each pair, in a plain model.
    pub outcomes: Vec<[f64; 3]>,
    /// Log-likelihood, with the prior where there is one.
    pub value: f64,
    /// log(2 nu).
    pub log_tie: f64,
}

impl Optimum {
    /// Damped Newton to rounding level, accepted only if the gradient from the list of pairs vanishes there. None where it
    /// does not exist, is too expensive, or was not reached. Where groups of items never met, each has the mean 0.
    pub fn find(model: &Rc<PairModel>, groups: &Components) -> Option<Optimum> {
        let pairs = model.games.pairs.len();
        if pairs > MOST_PAIRS {
            return None;
        }
        let mut newton = Newton::new(Box::new(PairLikelihood(Rc::clone(model))), true, 1e-12);
        let mut work = Work::default();
        let mut last = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            if work.operator * (pairs as u64) > MOST_VISITS || newton.step(&mut work) != Outcome::Continue {
                break;
            }
            // Below this Newton's steps only stir the rounding.
            let settled = newton.decrement <= 1e-9 && newton.decrement >= 0.5 * last;
            last = newton.decrement;
            if settled || newton.decrement == 0.0 {
                break;
            }
        }
        let mut at = newton.iterate().clone();
        if groups.sizes.len() > 1 && model.level_is_free() {
            level_groups(groups, &mut at.log);
        }
        let mut slope = vec![0.0; model.width()];
        let value = gradient(model, &at, &mut slope);
        // A step that does not get shorter is on its way to infinity, however small the gradient.
        if model.covariates.is_some() && newton.longest() > 1e-4 {
            return None;
        }
        let rest = norm2(&slope) / gradient_scale(model);
        if rest > STATIONARY || rest.is_nan() {
            return None;
        }
        let log_tie = log_tie(model, at.nu);
        let outcomes = |p: &crate::model::Pair| {
            let q = shares(at.log[p.i as usize] - at.log[p.j as usize], log_tie);
            [q.first, q.second, q.tie]
        };
        let outcomes = if model.is_plain() { model.games.pairs.iter().map(outcomes).collect() } else { Vec::new() };
        let p = at.log.iter().map(|s| model.chance(*s)).collect();
        Some(Optimum { at, p, outcomes, value, log_tie })
    }

    /// How far the log-likelihood at `now` is below the optimum.
    ///
    /// By stationarity the gap is a sum of Kullback-Leibler divergences, one for each game. Unlike a difference of two
    /// large log-likelihoods, that keeps its digits down to the smallest gaps.
    pub fn gap(&self, model: &PairModel, now: &Strengths) -> f64 {
        if !model.is_plain() {
            return self.gap_by_curvature(model, now);
        }
        let change = |i: u32| now.log[i as usize] - self.at.log[i as usize];
        let tie = log_tie(model, now.nu) - self.log_tie;
        let tie = if tie.is_finite() { tie } else { 0.0 };
        let mut total = 0.0;
        for (p, outcomes) in model.games.pairs.iter().zip(&self.outcomes) {
            let half = 0.5 * (change(p.i) - change(p.j));
            total += p.games() * divergence(outcomes, &[half, -half, tie]);
        }
        if model.has_prior() {
            for (i, p) in self.p.iter().enumerate() {
                let half = 0.5 * change(i as u32);
                total += 2.0 * divergence(&[*p, 1.0 - p, 0.0], &[half, -half, 0.0]);
            }
        }
        total
    }

    /// The same for any model: the log-likelihood of each game is a concave function of its difference and the tie parameter,
    /// and its fall below the tangent at the optimum, which by stationarity adds up to the gap, is an integral of the
    /// curvature.
    fn gap_by_curvature(&self, model: &PairModel, now: &Strengths) -> f64 {
        let tau = |nu: f64| if model.has_nu() { model.tau_of(nu) } else { 0.0 };
        let (from, to) = (tau(self.at.nu), tau(now.nu));
        let game_likelihood = |tau: f64| model.game_likelihood(if model.has_nu() { model.nu_at(tau) } else { 0.0 });
        let laws = NODES.map(|(t, _)| game_likelihood(from + t * (to - from)));
        let (here, there) = (model.game_likelihood(self.at.nu), model.game_likelihood(now.nu));
        let mut total = 0.0;
        for (k, p) in model.games.pairs.iter().enumerate() {
            let (old, new) = (model.difference(&self.at, k), model.difference(now, k));
            let (step, turn, results) = (new - old, to - from, p.results());
            if step.abs().max(turn.abs()) > SEAM {
                let (mut before, mut after) = (0.0, 0.0);
                let [by_d, by_tau] = here.slope(&results, old, &mut before);
                there.slope(&results, new, &mut after);
                total += (before - after) + (by_d * step + by_tau * turn);
                continue;
            }
            for ((t, weight), law) in NODES.into_iter().zip(&laws) {
                let bend = law.bend(&results, old + t * step);
                let corner = bend.corner + bend.excess;
                total += weight * (bend.link * step * step + 2.0 * bend.border * step * turn + corner * turn * turn);
            }
        }
        if model.has_prior() {
            for i in 0..model.games.items {
                let (old, new) = (model.effect(&self.at, i), model.effect(now, i));
                let step = new - old;
                if step.abs() > SEAM {
                    let (before, slope) = model.prior_at(old);
                    total += before - model.prior_at(new).0 + slope * step;
                    continue;
                }
                for (t, weight) in NODES {
                    total += weight * model.prior_curvature(old + t * step) * step * step;
                }
            }
        }
        total
    }
}

/// Changes up to this are taken by the curvature, larger ones by the difference of the values.
const SEAM: f64 = 0.02;
/// Gauss's quadrature of a function times 1 - t over [0, 1]: nodes (4 -+ sqrt 6)/10 and weights.
const NODES: [(f64, f64); 2] =
    [(0.155_051_025_721_682_2, 0.318_041_381_743_977_2), (0.644_948_974_278_317_8, 0.181_958_618_256_022_8)];

/// Kullback-Leibler divergence of the outcome chances `p` from those whose log-weights differ by `d`:
/// `log sum p exp(d) - sum p d`.
fn divergence(p: &[f64; 3], d: &[f64; 3]) -> f64 {
    let mean = p[0] * d[0] + p[1] * d[1] + p[2] * d[2];
    let c = [d[0] - mean, d[1] - mean, d[2] - mean];
    let moment = |f: fn(f64) -> f64| p[0] * f(c[0]) + p[1] * f(c[1]) + p[2] * f(c[2]);
    let far = (0..3).any(|k| p[k] > 0.0 && c[k].abs() > 1e-3);
    if far {
        return libm::log1p(moment(libm::expm1));
    }
    // The first cumulants; what is left out is of order c^5.
    let (second, third, fourth) = (moment(|x| x * x), moment(|x| x * x * x), moment(|x| x * x * (x * x)));
    second / 2.0 + third / 6.0 + (fourth - 3.0 * second * second) / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergences_agree_with_the_definition_and_meet_at_the_seam() {
        let p = [0.6, 0.3, 0.1];
        for scale in [1.5, 0.1, 2e-3] {
            let d = [0.9 * scale, -0.4 * scale, 0.2 * scale];
            let weights: Vec<f64> = p.iter().zip(&d).map(|(p, d)| p * libm::exp(*d)).collect();
            let total: f64 = weights.iter().sum();
            let plain: f64 = p.iter().zip(&weights).map(|(p, w)| p * libm::log(p / (w / total))).sum();
            let found = divergence(&p, &d);
            assert!((found - plain).abs() <= 1e-15 + 1e-12 * plain, "{found} {plain}");
        }
        // Just below and just above the seam the value goes with the square of the scale.
        let at = |scale: f64| divergence(&p, &[0.9 * scale, -0.4 * scale, 0.2 * scale]) / (scale * scale);
        let (below, above) = (at(0.0017), at(0.0019));
        assert!((below - above).abs() < 1e-4 * below);
        assert!(divergence(&p, &[1e-12, 0.0, 0.0]) > 1e-26);
    }
}
