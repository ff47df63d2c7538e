//! Second derivatives of the negative log-likelihood of orders: one covariance matrix for each choice, never written out.

use iterscope_core::Work;

use super::likelihood::Chances;
use super::model::OrderModel;
use crate::likelihood::shares;
use crate::methods::point::center;
use crate::methods::solve::Curvature;

/// The Hessian by log-strength.
pub struct Hessian<'a> {
    model: &'a OrderModel,
    parts: &'a mut Parts,
}

/// What it is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    chances: Chances,
    diagonal: Vec<f64>,
    /// The prior's part of the diagonal.
    prior: Vec<f64>,
    /// Means of a direction over those still to be chosen, by stage of one race.
    means: Vec<f64>,
}

impl Parts {
    /// Memory for the Hessian of `model`.
    pub fn new(model: &OrderModel) -> Parts {
        let n = model.races.items;
        let most = model.races.all().map(|r| r.stages).max().unwrap_or(0);
        let chances = Chances::new(&model.races);
        Parts { chances, diagonal: vec![0.0; n], prior: vec![0.0; n], means: vec![0.0; most] }
    }
}

impl<'a> Hessian<'a> {
    /// Evaluates it at log-strengths `log`.
    pub fn at(model: &'a OrderModel, parts: &'a mut Parts, log: &[f64]) -> Hessian<'a> {
        let Parts { chances, diagonal, prior, .. } = &mut *parts;
        chances.fill(&model.races, log);
        if model.prior() {
            for (p, s) in prior.iter_mut().zip(log) {
                let q = shares(*s, f64::NEG_INFINITY);
                *p = 2.0 * q.first * q.second;
            }
        }
        diagonal.copy_from_slice(prior);
        let (mut place, mut stage) = (0, 0);
        for race in model.races.all() {
            let (mut first, mut second) = (0.0, 0.0);
            for (q, &i) in race.members.iter().enumerate() {
                if q < race.stages {
                    let inverse = chances.inverse[stage + q];
                    first += inverse;
                    second += inverse * inverse;
                }
                let weight = chances.weight[place + q];
                diagonal[i as usize] += race.count * (weight * first - weight * weight * second).max(0.0);
            }
            place += race.members.len();
            stage += race.stages;
        }
        Hessian { model, parts }
    }
}

impl Curvature for Hessian<'_> {
    fn diagonal(&self) -> &[f64] {
        &self.parts.diagonal
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        let Parts { chances, prior, means, .. } = &mut *self.parts;
        for ((y, x), p) in y.iter_mut().zip(x).zip(prior.iter()) {
            *y = p * x;
        }
        let (mut place, mut stage) = (0, 0);
        for race in self.model.races.all() {
            let weights = &chances.weight[place..place + race.members.len()];
            let inverses = &chances.inverse[stage..stage + race.stages];
            let mut sum = 0.0;
            for (q, &i) in race.members.iter().enumerate().rev() {
                sum += weights[q] * x[i as usize];
                if q < race.stages {
                    means[q] = sum * inverses[q];
                }
            }
            let (mut rate, mut mean) = (0.0, 0.0);
            for (q, &i) in race.members.iter().enumerate() {
                if q < race.stages {
                    rate += inverses[q];
                    mean += inverses[q] * means[q];
                }
                y[i as usize] += race.count * weights[q] * (rate * x[i as usize] - mean);
            }
            place += race.members.len();
            stage += race.stages;
        }
    }

    fn level(&self, residual: &mut [f64]) {
        if !self.model.prior() {
            center(residual);
        }
    }

    fn count(&self, work: &mut Work) {
        let (places, items) = (self.model.races.places() as u64, self.model.races.items as u64);
        work.operator += 1;
        work.flops += 11 * places + 12 * items;
        work.bytes += 48 * places + 96 * items;
    }
}
