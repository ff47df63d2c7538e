//! Races one at a time, for stochastic gradient ascent.

use std::rc::Rc;

use super::model::OrderModel;
use crate::likelihood::shares;
use crate::methods::sgd::Terms;
use crate::model::Strengths;

/// The races.
pub struct RaceTerms {
    model: Rc<OrderModel>,
    /// By member of one race: strength relative to the best, and the sum of those from it on.
    weight: Vec<f64>,
    sum: Vec<f64>,
}

impl RaceTerms {
    /// Those of `model`.
    pub fn new(model: Rc<OrderModel>) -> RaceTerms {
        let most = model.races.all().map(|r| r.members.len()).max().unwrap_or(0);
        RaceTerms { weight: vec![0.0; most], sum: vec![0.0; most], model }
    }
}

impl Terms for RaceTerms {
    fn len(&self) -> usize {
        self.model.races.len()
    }

    /// Gershgorin's discs, as for all races together: one race bends by at most half of its choices.
    fn longest(&self) -> f64 {
        let most = self.model.races.all().fold(0.0, |most: f64, r| most.max(r.count * r.stages as f64));
        2.0 / (most + f64::from(u8::from(self.model.prior())))
    }

    fn level_is_free(&self) -> bool {
        !self.model.prior()
    }

    fn cost(&self) -> [u64; 2] {
        let places = self.model.races.places() as u64;
        [40 * places, 60 * places]
    }

    fn visit(&mut self, k: usize, length: f64, now: &mut Strengths, _log_nu: &mut f64) {
        let RaceTerms { model, weight, sum } = self;
        let race = model.races.race(k);
        let best = race.members.iter().fold(f64::NEG_INFINITY, |m, i| m.max(now.log[*i as usize]));
        let mut rest = 0.0;
        for (q, i) in race.members.iter().enumerate().rev() {
            weight[q] = libm::exp(now.log[*i as usize] - best);
            rest += weight[q];
            sum[q] = rest;
        }
        let mut passed = 0.0;
        for (q, &i) in race.members.iter().enumerate() {
            let i = i as usize;
            let mut surplus = -weight[q] * passed;
            if q < race.stages {
                surplus += sum[q + 1] / sum[q];
                passed += 1.0 / sum[q];
            }
            let mut step = race.count * surplus;
            if model.prior() {
                let q = shares(now.log[i], f64::NEG_INFINITY);
                step += (q.second - q.first) / model.races.of_item(i).len() as f64;
            }
            now.log[i] += length * step;
        }
    }
}
