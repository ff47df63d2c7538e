//! The likelihood of orders as what methods climb.

use std::rc::Rc;

use super::hessian::Hessian;
use super::likelihood::{Scratch, gradient, gradient_scale};
use super::model::OrderModel;
use crate::model::Strengths;
use crate::objective::{Curvature, Objective, Shape};

/// The likelihood of orders.
pub struct OfOrders {
    model: Rc<OrderModel>,
    scratch: Scratch,
}

impl OfOrders {
    /// With its memory.
    pub fn new(model: Rc<OrderModel>) -> OfOrders {
        OfOrders { scratch: Scratch::new(&model.races), model }
    }
}

impl Objective for OfOrders {
    fn shape(&self) -> Shape {
        Shape {
            items: self.model.races.items,
            has_nu: false,
            extras: 0,
            width: self.model.races.items,
            level_is_free: !self.model.prior(),
            strengths_follow: false,
            total: self.model.races.total,
        }
    }
    fn gradient(&mut self, at: &Strengths, slope: &mut [f64]) -> f64 {
        gradient(&self.model, &at.log, slope, &mut self.scratch)
    }
    fn gradient_scale(&self) -> f64 {
        gradient_scale(&self.model)
    }
    /// The covariance of a choice has row sums of absolute values of at most 2 q (1 - q), so 1/2; an item is up for choice once
    /// in each stage of its races. Gershgorin's discs of all choices together give the bound.
    fn curvature_bound(&self) -> f64 {
        let mut choices = vec![0.0; self.model.races.items];
        for race in self.model.races.all() {
            for (q, &i) in race.members.iter().enumerate() {
                choices[i as usize] += race.count * (q + 1).min(race.stages) as f64;
            }
        }
        let prior = if self.model.prior() { 0.5 } else { 0.0 };
        0.5 * choices.iter().fold(0.0, |most: f64, c| most.max(*c)) + prior
    }
    fn curvature(&self) -> Box<dyn Curvature> {
        Box::new(Hessian::new(Rc::clone(&self.model)))
    }
    fn cost(&self) -> [u64; 2] {
        let places = self.model.races.places() as u64;
        [160 * places, 40 * places]
    }
    fn terms(&self) -> usize {
        self.model.races.len()
    }
    fn part(&self, terms: &[u32]) -> Box<dyn Objective> {
        let (races, estimate) = (self.model.races.summands(terms), self.model.estimate);
        Box::new(OfOrders::new(Rc::new(OrderModel { races, estimate })))
    }
}
