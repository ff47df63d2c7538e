//! Contests one at a time, for stochastic gradient ascent.

use std::rc::Rc;

use super::model::OrderModel;
use crate::model::Strengths;
use crate::model::likelihood::shares;
use crate::solvers::stochastic::Terms;

/// The contests.
pub struct ContestTerms {
    model: Rc<OrderModel>,
    /// By member of one contest: strength relative to the best, and the sum of those from it on.
    weight: Vec<f64>,
    sum: Vec<f64>,
}

impl ContestTerms {
    /// Those of `model`.
    pub fn new(model: Rc<OrderModel>) -> ContestTerms {
        let most = model.contests.all().map(|r| r.members.len()).max().unwrap_or(0);
        ContestTerms { weight: vec![0.0; most], sum: vec![0.0; most], model }
    }
}

impl Terms for ContestTerms {
    fn len(&self) -> usize {
        self.model.contests.len()
    }

    /// Gershgorin's discs, as for all contests together: one contest bends by at most half of its choices.
    fn longest(&self) -> f64 {
        let most = self.model.contests.all().fold(0.0, |most: f64, r| most.max(r.count * r.stages as f64));
        2.0 / (most + f64::from(u8::from(self.model.has_prior())))
    }

    fn level_is_free(&self) -> bool {
        !self.model.has_prior()
    }

    fn cost(&self) -> [u64; 2] {
        let places = self.model.contests.places() as u64;
        [40 * places, 60 * places]
    }

    fn visit(&mut self, k: usize, length: f64, now: &mut Strengths, _log_nu: &mut f64) {
        let ContestTerms { model, weight, sum } = self;
        let contest = model.contests.contest(k);
        let best = contest.members.iter().fold(f64::NEG_INFINITY, |m, i| m.max(now.log[*i as usize]));
        let mut rest = 0.0;
        for (q, i) in contest.members.iter().enumerate().rev() {
            weight[q] = libm::exp(now.log[*i as usize] - best);
            rest += weight[q];
            sum[q] = rest;
        }
        let mut passed = 0.0;
        for (q, &i) in contest.members.iter().enumerate() {
            let i = i as usize;
            let mut surplus = -weight[q] * passed;
            if q < contest.stages {
                surplus += sum[q + 1] / sum[q];
                passed += 1.0 / sum[q];
            }
            let mut step = contest.count * surplus;
            if model.has_prior() {
                let q = shares(now.log[i], f64::NEG_INFINITY);
                step += (q.second - q.first) / model.contests.of_item(i).len() as f64;
            }
            now.log[i] += length * step;
        }
    }
}
