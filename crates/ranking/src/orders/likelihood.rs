//! The likelihood of orders, contest by contest, in log-strengths: the referee's own route to it.

use iterscope_kernels::reduce;

use super::model::{Contest, Contests, OrderModel};
use crate::model::likelihood::shares;

/// Memory for the contest with most members.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// Logarithms of the sums of strengths from each stage on, and of what is left after the last.
    ahead: Vec<f64>,
}

impl Scratch {
    /// Memory for `contests`.
    pub fn new(contests: &Contests) -> Scratch {
        let most = contests.all().map(|r| r.members.len()).max().unwrap_or(0);
        Scratch { ahead: vec![0.0; most] }
    }

    /// Fills in the logarithms for one contest at log-strengths `log`.
    fn fill(&mut self, contest: &Contest<'_>, log: &[f64]) {
        let stages = contest.stages;
        let mut sum = f64::NEG_INFINITY;
        for &i in &contest.members[stages..] {
            sum = log_add(sum, log[i as usize]);
        }
        self.ahead[stages] = sum;
        for v in (0..stages).rev() {
            sum = log_add(sum, log[contest.members[v] as usize]);
            self.ahead[v] = sum;
        }
    }
}

/// Logarithm of the sum of two numbers that are given by their logarithms.
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + libm::log1p(libm::exp(low - high)) }
}

/// Log-likelihood (with the prior, where there is one) and its gradient by log-strength.
pub fn gradient(model: &OrderModel, log: &[f64], gradient: &mut [f64], scratch: &mut Scratch) -> f64 {
    gradient.fill(0.0);
    let mut total = 0.0;
    for contest in model.contests.all() {
        scratch.fill(&contest, log);
        let ahead = &scratch.ahead;
        // Logarithm of the sum of the inverse sums so far.
        let mut passed = f64::NEG_INFINITY;
        let mut value = 0.0;
        for (q, &i) in contest.members.iter().enumerate() {
            let i = i as usize;
            // Choices won beyond expectation, in the chances of the others: a sum of small numbers stays exact.
            let mut surplus = -libm::exp(log[i] + passed);
            if q < contest.stages {
                surplus += libm::exp(ahead[q + 1] - ahead[q]);
                value += log[i] - ahead[q];
                passed = log_add(passed, -ahead[q]);
            }
            gradient[i] += contest.count * surplus;
        }
        total += contest.count * value;
    }
    if model.has_prior() {
        for (s, g) in log.iter().zip(gradient.iter_mut()) {
            let q = shares(*s, f64::NEG_INFINITY);
            *g += q.second - q.first;
            total += q.log_first + q.log_second;
        }
    }
    total
}

/// Euclidean norm of the numbers of contests of the items: what the gradient is measured against.
pub fn gradient_scale(model: &OrderModel) -> f64 {
    reduce::norm2(&model.contests.played)
}

/// Strengths relative to their sum in each contest, and the inverse sums from each stage on: all that the chances of the choices
/// are made of. Log-strengths within [`crate::solvers::LOG_LIMIT`] neither overflow nor vanish here.
#[derive(Clone, Debug)]
pub struct ChoiceProbabilities {
    /// By place, contest after contest.
    pub weight: Vec<f64>,
    /// By stage, contest after contest.
    pub inverse: Vec<f64>,
}

impl ChoiceProbabilities {
    /// Memory for `contests`.
    pub fn new(contests: &Contests) -> ChoiceProbabilities {
        let stages = contests.all().map(|r| r.stages).sum();
        ChoiceProbabilities { weight: vec![0.0; contests.places()], inverse: vec![0.0; stages] }
    }

    /// Evaluates them at log-strengths `log`.
    pub fn fill(&mut self, contests: &Contests, log: &[f64]) {
        let (mut place, mut stage) = (0, 0);
        for contest in contests.all() {
            let best = contest.members.iter().fold(f64::NEG_INFINITY, |m, i| m.max(log[*i as usize]));
            let weights = &mut self.weight[place..place + contest.members.len()];
            for (w, i) in weights.iter_mut().zip(contest.members) {
                *w = libm::exp(log[*i as usize] - best);
            }
            let mut sum = weights[contest.stages..].iter().fold(0.0, |sum, w| sum + w);
            for v in (0..contest.stages).rev() {
                sum += weights[v];
                self.inverse[stage + v] = 1.0 / sum;
            }
            place += contest.members.len();
            stage += contest.stages;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Estimate;
    use iterscope_core::{Order, Orders};

    fn model(orders: &[(&[u32], &[u32], f64)], estimate: Estimate) -> OrderModel {
        let one =
            |(p, b, count): &(&[u32], &[u32], f64)| Order { placed: p.to_vec(), behind: b.to_vec(), count: *count };
        let items = (0..4).map(|i| format!("p{i}")).collect();
        let data = Orders { items, orders: orders.iter().map(one).collect(), ..Orders::default() };
        OrderModel { contests: Contests::read(&data).unwrap(), estimate }
    }

    #[test]
    fn the_likelihood_is_the_product_of_the_choices() {
        let model = model(&[(&[2, 0], &[3, 1], 3.0), (&[1, 3, 2], &[], 1.0)], Estimate::Likelihood);
        let pi: [f64; 4] = [1.5, 0.25, 3.0, 0.5];
        let log = pi.map(libm::log);
        let first = pi[2] / 5.25 * (pi[0] / 2.25);
        let second = pi[1] / 3.75 * (pi[3] / 3.5);
        let expected = 3.0 * libm::log(first) + libm::log(second);
        let mut slope = [0.0; 4];
        let found = gradient(&model, &log, &mut slope, &mut Scratch::new(&model.contests));
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        // By hand, for item 1: it came behind twice in the first contest, and won the second.
        let by_hand = 3.0 * (-0.25 / 5.25 - 0.25 / 2.25) + (1.0 - 0.25 / 3.75);
        assert!((slope[1] - by_hand).abs() < 1e-14);
        assert!(slope.iter().sum::<f64>().abs() < 1e-14, "the common level is free");
    }

    #[test]
    fn extreme_strengths_stay_finite() {
        let model = model(&[(&[2, 0], &[3, 1], 3.0), (&[1, 3, 2], &[], 1.0)], Estimate::Posterior);
        let mut slope = [0.0; 4];
        let value = gradient(&model, &[800.0, -800.0, 0.0, 1.0], &mut slope, &mut Scratch::new(&model.contests));
        assert!(value.is_finite() && slope.iter().all(|g| g.is_finite()));
    }

    #[test]
    fn chances_agree_with_the_logarithms() {
        let model = model(&[(&[2, 0], &[3, 1], 3.0), (&[1, 3, 2], &[], 1.0)], Estimate::Likelihood);
        let log = [0.4, -1.0, 2.0, 0.1];
        let mut chances = ChoiceProbabilities::new(&model.contests);
        chances.fill(&model.contests, &log);
        let mut scratch = Scratch::new(&model.contests);
        scratch.fill(&model.contests.contest(0), &log);
        let (contest, first) = (model.contests.contest(0), chances.weight[0] * chances.inverse[0]);
        let expected = libm::exp(log[contest.members[0] as usize] - scratch.ahead[0]);
        assert!((first - expected).abs() < 1e-15);
    }
}
