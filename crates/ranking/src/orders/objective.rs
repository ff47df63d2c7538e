//! The likelihood of orders as what methods climb.

use std::rc::Rc;

use super::hessian::Hessian;
use super::likelihood::{Scratch, gradient, gradient_scale};
use super::model::OrderModel;
use crate::model::Strengths;
use crate::model::objective::{Curvature, LogLikelihood, Shape};

/// The likelihood of orders.
pub struct OrderLikelihood {
    model: Rc<OrderModel>,
    scratch: Scratch,
}

impl OrderLikelihood {
    /// With its memory.
    pub fn new(model: Rc<OrderModel>) -> OrderLikelihood {
        OrderLikelihood { scratch: Scratch::new(&model.contests), model }
    }
}

impl LogLikelihood for OrderLikelihood {
    fn shape(&self) -> Shape {
        Shape {
            items: self.model.contests.items,
            has_nu: false,
            extras: 0,
            width: self.model.contests.items,
            level_is_free: !self.model.has_prior(),
            strengths_follow: false,
            total: self.model.contests.total,
        }
    }
    fn gradient(&mut self, at: &Strengths, slope: &mut [f64]) -> f64 {
        gradient(&self.model, &at.log, slope, &mut self.scratch)
    }
    fn gradient_scale(&self) -> f64 {
        gradient_scale(&self.model)
    }
    /// The covariance of a choice has row sums of absolute values of at most 2 q (1 - q), so 1/2; an item is up for choice once
    /// in each stage of its contests. Gershgorin's discs of all choices together give the bound.
    fn curvature_bound(&self) -> f64 {
        let mut choices = vec![0.0; self.model.contests.items];
        for contest in self.model.contests.all() {
            for (q, &i) in contest.members.iter().enumerate() {
                choices[i as usize] += contest.count * (q + 1).min(contest.stages) as f64;
            }
        }
        let prior = if self.model.has_prior() { 0.5 } else { 0.0 };
        0.5 * choices.iter().fold(0.0, |most: f64, c| most.max(*c)) + prior
    }
    fn curvature(&self) -> Box<dyn Curvature> {
        Box::new(Hessian::new(Rc::clone(&self.model)))
    }
    fn cost(&self) -> [u64; 2] {
        let places = self.model.contests.places() as u64;
        [160 * places, 40 * places]
    }
    fn terms(&self) -> usize {
        self.model.contests.len()
    }
    fn part(&self, terms: &[u32]) -> Box<dyn LogLikelihood> {
        let (contests, estimate) = (self.model.contests.summands(terms), self.model.estimate);
        Box::new(OrderLikelihood::new(Rc::new(OrderModel { contests, estimate })))
    }
}
