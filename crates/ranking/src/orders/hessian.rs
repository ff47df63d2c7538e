//! Second derivatives of the negative log-likelihood of orders: one covariance matrix for each choice, never written out.

use std::rc::Rc;

use iterscope_core::Work;

use super::likelihood::ChoiceProbabilities;
use super::model::OrderModel;
use crate::model::Strengths;
use crate::model::likelihood::shares;
use crate::model::objective::Curvature;
use crate::solvers::ascent::center;

/// The Hessian by log-strength.
pub struct Hessian {
    model: Rc<OrderModel>,
    chances: ChoiceProbabilities,
    diagonal: Vec<f64>,
    /// The prior's part of the diagonal.
    prior: Vec<f64>,
    /// Means of a direction over those still to be chosen, by stage of one contest.
    means: Vec<f64>,
}

impl Hessian {
    /// Memory for the Hessian of `model`.
    pub fn new(model: Rc<OrderModel>) -> Hessian {
        let n = model.contests.items;
        let most = model.contests.all().map(|r| r.stages).max().unwrap_or(0);
        let chances = ChoiceProbabilities::new(&model.contests);
        Hessian { chances, diagonal: vec![0.0; n], prior: vec![0.0; n], means: vec![0.0; most], model }
    }

    fn count(&self, more: u64, work: &mut Work) {
        let places = self.model.contests.places() as u64;
        work.operator += 1;
        work.flops += 11 * places + more;
        work.bytes += 48 * places + 8 * more;
    }
}

impl Curvature for Hessian {
    fn assemble(&mut self, at: &Strengths) {
        let Hessian { model, chances, diagonal, prior, .. } = self;
        chances.fill(&model.contests, &at.log);
        if model.has_prior() {
            for (p, s) in prior.iter_mut().zip(&at.log) {
                let q = shares(*s, f64::NEG_INFINITY);
                *p = 2.0 * q.first * q.second;
            }
        }
        diagonal.copy_from_slice(prior);
        let (mut place, mut stage) = (0, 0);
        for contest in model.contests.all() {
            let (mut first, mut second) = (0.0, 0.0);
            for (q, &i) in contest.members.iter().enumerate() {
                if q < contest.stages {
                    let inverse = chances.inverse[stage + q];
                    first += inverse;
                    second += inverse * inverse;
                }
                let weight = chances.weight[place + q];
                diagonal[i as usize] += contest.count * (weight * first - weight * weight * second).max(0.0);
            }
            place += contest.members.len();
            stage += contest.stages;
        }
    }

    fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        let Hessian { model, chances, prior, means, .. } = self;
        for ((y, x), p) in y.iter_mut().zip(x).zip(prior.iter()) {
            *y = p * x;
        }
        let (mut place, mut stage) = (0, 0);
        for contest in model.contests.all() {
            let weights = &chances.weight[place..place + contest.members.len()];
            let inverses = &chances.inverse[stage..stage + contest.stages];
            let mut sum = 0.0;
            for (q, &i) in contest.members.iter().enumerate().rev() {
                sum += weights[q] * x[i as usize];
                if q < contest.stages {
                    means[q] = sum * inverses[q];
                }
            }
            let (mut rate, mut mean) = (0.0, 0.0);
            for (q, &i) in contest.members.iter().enumerate() {
                if q < contest.stages {
                    rate += inverses[q];
                    mean += inverses[q] * means[q];
                }
                y[i as usize] += contest.count * weights[q] * (rate * x[i as usize] - mean);
            }
            place += contest.members.len();
            stage += contest.stages;
        }
    }

    fn level(&self, residual: &mut [f64]) {
        if !self.model.has_prior() {
            center(residual);
        }
    }

    fn count_assembly(&self, work: &mut Work) {
        self.count(12 * self.diagonal.len() as u64, work);
    }

    fn count_product(&self, more: u64, work: &mut Work) {
        self.count(more, work);
    }
}
