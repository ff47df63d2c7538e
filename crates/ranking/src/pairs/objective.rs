//! The log-likelihood of pairwise games as what methods climb.

use std::rc::Rc;

use iterscope_core::Work;

use crate::model::hessian::Hessian;
use crate::model::likelihood::{gradient, gradient_scale};
use crate::model::objective::{Curvature, LogLikelihood, Shape};
use crate::model::{Link, Pair, PairModel, Prior, Strengths, Ties};
use crate::solvers::ascent::center;

/// The likelihood of pairwise games.
pub struct PairLikelihood(pub Rc<PairModel>);

impl LogLikelihood for PairLikelihood {
    fn shape(&self) -> Shape {
        let model = &self.0;
        Shape {
            items: model.games.items,
            has_nu: model.has_nu(),
            extras: model.extras(),
            width: model.width(),
            level_is_free: model.level_is_free(),
            strengths_follow: model.strengths_follow(),
            total: model.games.total,
        }
    }
    fn start(&self) -> Strengths {
        Strengths::equal(&self.0)
    }
    fn nu_at(&self, tau: f64) -> f64 {
        self.0.nu_at(tau)
    }
    fn tau_of(&self, nu: f64) -> f64 {
        self.0.tau_of(nu)
    }
    fn follow(&self, at: &mut Strengths) {
        follow(&self.0, at);
    }
    fn gradient(&mut self, at: &Strengths, slope: &mut [f64]) -> f64 {
        gradient(&self.0, at, slope)
    }
    fn gradient_scale(&self) -> f64 {
        gradient_scale(&self.0)
    }
    fn curvature_bound(&self) -> f64 {
        curvature_bound(&self.0)
    }
    fn curvature(&self) -> Box<dyn Curvature> {
        Box::new(PairCurvature { hessian: Hessian::new(&self.0), model: Rc::clone(&self.0) })
    }
    fn cost(&self) -> [u64; 2] {
        [40 * self.terms() as u64; 2]
    }
    fn terms(&self) -> usize {
        self.0.games.pairs.len()
    }
    fn part(&self, terms: &[u32]) -> Box<dyn LogLikelihood> {
        let games = self.0.games.summands(terms);
        Box::new(PairLikelihood(Rc::new(self.0.with(games))))
    }
}

/// The Hessian of pairwise games.
struct PairCurvature {
    model: Rc<PairModel>,
    hessian: Hessian,
}

impl PairCurvature {
    fn count(&self, per_pair: u64, more: u64, work: &mut Work) {
        let pairs = self.model.games.pairs.len() as u64;
        work.operator += 1;
        work.flops += per_pair * pairs + more;
        work.bytes += 40 * pairs + 8 * more;
    }
}

impl Curvature for PairCurvature {
    fn assemble(&mut self, at: &Strengths) {
        self.hessian.assemble(&self.model, at);
    }
    fn diagonal(&self) -> &[f64] {
        &self.hessian.diagonal
    }
    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        self.hessian.apply(&self.model, x, y);
    }
    fn level(&self, residual: &mut [f64]) {
        if self.model.level_is_free() {
            center(&mut residual[..self.model.games.items]);
        }
    }
    fn count_assembly(&self, work: &mut Work) {
        self.count(30, 0, work);
    }
    fn count_product(&self, more: u64, work: &mut Work) {
        self.count(6, more, work);
    }
}

/// Where covariates explain all of the strengths, sets these to what the coefficients say.
pub fn follow(model: &PairModel, at: &mut Strengths) {
    if let Some(covariates) = model.covariates.as_deref().filter(|c| !c.effects) {
        let beta = &at.extra[usize::from(model.advantage)..];
        for (i, s) in at.log.iter_mut().enumerate() {
            *s = covariates.explained(i, beta);
        }
    }
}

/// An upper bound on the largest eigenvalue of the Hessian: the sum of those of its diagonal blocks.
///
/// A game bends the log-likelihood by at most `c` along its difference, so by twice that along its two items and `c` along the
/// advantage: 1/4 for the logistic distribution, 1/2 with a threshold of ties, 1 for the normal distribution. The curvature by
/// the tie strength is at most 1/4 for each game; with a threshold in the normal distribution it has no bound, and 2 holds near
/// any estimate.
pub fn curvature_bound(model: &PairModel) -> f64 {
    let games = model.games.played.iter().fold(0.0, |most: f64, n| most.max(*n));
    let twice = match (model.link, model.ties) {
        (Link::Logistic, Ties::Threshold) if model.has_nu() => 1.0,
        (Link::Logistic, _) => 0.5,
        (Link::Probit, _) => 2.0,
    };
    let prior = match (model.has_prior(), model.prior) {
        (false, _) => 0.0,
        (true, Prior::Logistic) => 0.5,
        (true, Prior::Gaussian(scale)) => 1.0 / (scale * scale),
    };
    let by_nu = if model.link == Link::Probit { 2.0 } else { 0.25 };
    let nu = if model.has_nu() { by_nu * model.games.total } else { 0.0 };
    let strengths = twice * games + prior + nu;
    if model.extras() == 0 {
        return strengths;
    }
    let at_a_place = |(p, side): (&Pair, &i8)| p.games() * f64::from(side * side);
    let home: f64 = model.games.pairs.iter().zip(&model.games.sides).map(at_a_place).sum();
    let home = if model.advantage { 0.5 * twice * home } else { 0.0 };
    let Some(covariates) = &model.covariates else { return strengths + home };
    let square = |x: &[f64], y: Option<&[f64]>| {
        x.iter().enumerate().fold(0.0, |sum, (c, x)| {
            let d = x - y.map_or(0.0, |y| y[c]);
            sum + d * d
        })
    };
    let pull: f64 = (0..model.games.items).map(|i| prior * square(covariates.of(i), None)).sum();
    if covariates.effects {
        return strengths + home + pull;
    }
    let of = |p: &Pair| p.games() * square(covariates.of(p.i as usize), Some(covariates.of(p.j as usize)));
    let explained: f64 = model.games.pairs.iter().map(of).sum();
    nu + home + pull + 0.5 * twice * explained
}
