//! The optimum over orders, found before the runs where that is cheap.

use std::rc::Rc;

use iterscope_core::{Iteration, Outcome, Work};
use iterscope_kernels::graph::Components;
use iterscope_kernels::reduce::norm2;

use super::likelihood::{ChoiceProbabilities, Scratch, gradient, gradient_scale};
use super::model::OrderModel;
use super::objective::OrderLikelihood;
use crate::data::parts::level_groups;
use crate::model::Strengths;
use crate::model::likelihood::chance;
use crate::solvers::newton::Newton;

/// ChoiceProbabilities that a measurement may visit; beyond, the wait is not worth it.
const MOST_VISITS: usize = 2_000_000;
const MOST_STEPS: usize = 100;
/// Visits of a place that may be spent.
const MOST_WORK: u64 = 100_000_000;
/// Relative gradient that counts as stationary; what a sum over contests in double precision allows.
const STATIONARY: f64 = 1e-12;

/// Where the likelihood (or the posterior) is largest.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// The strengths there.
    pub at: Strengths,
    /// p = pi/(1 + pi) of each item.
    pub p: Vec<f64>,
    /// Log-likelihood, with the prior where there is one.
    pub value: f64,
    chances: ChoiceProbabilities,
}

impl Optimum {
    /// Damped Newton to rounding level, accepted only if the gradient vanishes there. None where it does not exist, is too
    /// dear, or was not reached.
    pub fn find(model: &Rc<OrderModel>, groups: &Components) -> Option<Optimum> {
        if model.contests.visits() > MOST_VISITS {
            return None;
        }
        let mut newton = Newton::new(Box::new(OrderLikelihood::new(Rc::clone(model))), true, 1e-12);
        let mut work = Work::default();
        let mut last = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            let spent = work.operator * model.contests.places() as u64;
            if spent > MOST_WORK || newton.step(&mut work) != Outcome::Continue {
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
        if groups.sizes.len() > 1 && !model.has_prior() {
            level_groups(groups, &mut at.log);
        }
        let mut slope = vec![0.0; at.log.len()];
        let value = gradient(model, &at.log, &mut slope, &mut Scratch::new(&model.contests));
        let rest = norm2(&slope) / gradient_scale(model);
        if rest > STATIONARY || rest.is_nan() {
            return None;
        }
        let mut chances = ChoiceProbabilities::new(&model.contests);
        chances.fill(&model.contests, &at.log);
        Some(Optimum { p: at.log.iter().map(|s| chance(*s)).collect(), at, value, chances })
    }

    /// How far the log-likelihood at `log` is below the optimum.
    ///
    /// By stationarity the gap is a sum of Kullback-Leibler divergences, one for each choice. Unlike a difference of two
    /// large log-likelihoods, that keeps its digits down to the smallest gaps.
    pub fn gap(&self, model: &OrderModel, log: &[f64]) -> f64 {
        let change = |i: u32| log[i as usize] - self.at.log[i as usize];
        let (mut place, mut stage) = (0, 0);
        let mut total = 0.0;
        for contest in model.contests.all() {
            let weights = &self.chances.weight[place..place + contest.members.len()];
            for v in 0..contest.stages {
                let inverse = self.chances.inverse[stage + v];
                let choice = weights[v..].iter().zip(&contest.members[v..]).map(|(w, i)| (w * inverse, change(*i)));
                total += contest.count * divergence(choice);
            }
            place += contest.members.len();
            stage += contest.stages;
        }
        if model.has_prior() {
            for (i, p) in self.p.iter().enumerate() {
                let half = 0.5 * change(i as u32);
                total += 2.0 * divergence([(*p, half), (1.0 - p, -half)].into_iter());
            }
        }
        total
    }
}

/// Kullback-Leibler divergence of chances p from those whose log-weights differ by d, given as pairs (p, d):
/// `log sum p exp(d) - sum p d`.
fn divergence(choice: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let mean = choice.clone().fold(0.0, |sum, (p, d)| sum + p * d);
    let far = choice.clone().any(|(_, d)| (d - mean).abs() > 1e-3);
    if far {
        return libm::log1p(choice.fold(0.0, |sum, (p, d)| sum + p * libm::expm1(d - mean)));
    }
    // The first cumulants; what is left out is of order (d - mean)^5.
    let (mut second, mut third, mut fourth) = (0.0, 0.0, 0.0);
    for (p, d) in choice {
        let c = d - mean;
        second += p * c * c;
        third += p * c * c * c;
        fourth += p * (c * c) * (c * c);
    }
    second / 2.0 + third / 6.0 + (fourth - 3.0 * second * second) / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergences_agree_with_the_definition_and_meet_at_the_seam() {
        let p = [0.5, 0.3, 0.15, 0.05];
        let d = [0.9, -0.4, 0.2, 1.5];
        let found = |scale: f64| divergence(p.into_iter().zip(d.map(|d| d * scale)));
        for scale in [1.5, 0.1, 2e-3] {
            let weights: Vec<f64> = p.iter().zip(&d).map(|(p, d)| p * libm::exp(d * scale)).collect();
            let total: f64 = weights.iter().sum();
            let plain: f64 = p.iter().zip(&weights).map(|(p, w)| p * libm::log(p / (w / total))).sum();
            assert!((found(scale) - plain).abs() <= 1e-15 + 1e-12 * plain, "{} {plain}", found(scale));
        }
        // The largest deviation from the mean is about 1.1 times the scale.
        let (below, above) = (found(8.8e-4) / 8.8e-4 / 8.8e-4, found(9.2e-4) / 9.2e-4 / 9.2e-4);
        assert!((below - above).abs() < 1e-4 * below);
    }
}
