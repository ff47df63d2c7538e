//! What the smooth methods climb: a concave log-likelihood, with its prior, whatever it is of. Pairs and orders each have
//! theirs, so that a method is written once for both.

use std::rc::Rc;

use iterscope_core::Work;

use crate::hessian::Hessian;
use crate::likelihood::{gradient, gradient_scale};
use crate::methods::point::{center, curvature_bound, follow};
use crate::model::{Model, Strengths};

/// How many variables there are, and which. Their order is that of [`crate::model`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Items.
    pub items: usize,
    /// Whether the tie strength is a variable.
    pub has_nu: bool,
    /// Variables beside log-strengths and tie strength.
    pub extras: usize,
    /// Length of a gradient; places beyond the variables are 0.
    pub width: usize,
    /// Whether the common level of the strengths is free, and is set to mean 0.
    pub level_is_free: bool,
    /// Whether the strengths are a function of covariates and no variables of their own.
    pub strengths_follow: bool,
    /// Games or races.
    pub total: f64,
}

impl Shape {
    /// Where the variables begin that are neither log-strengths nor the tie strength.
    pub fn first_extra(&self) -> usize {
        self.items + usize::from(self.has_nu)
    }

    /// Number of variables.
    pub fn order(&self) -> usize {
        self.first_extra() + self.extras
    }

    /// All strengths 1, and `nu` for the tie strength.
    pub fn equal(&self, nu: f64) -> Strengths {
        Strengths { log: vec![0.0; self.items], nu, extra: vec![0.0; self.extras] }
    }
}

/// A log-likelihood with its prior, where there is one. It owns what memory its evaluation needs.
pub trait Objective {
    /// Its variables.
    fn shape(&self) -> Shape;
    /// Where every method starts.
    fn start(&self) -> Strengths {
        self.shape().equal(0.0)
    }
    /// The tie strength at the variable `tau` behind it.
    fn nu_at(&self, tau: f64) -> f64 {
        libm::exp(tau)
    }
    /// The variable behind a positive tie strength.
    fn tau_of(&self, nu: f64) -> f64 {
        libm::log(nu)
    }
    /// Sets the strengths that follow from other variables.
    fn follow(&self, _at: &mut Strengths) {}
    /// Value and gradient; `slope` has [`Shape::width`] places.
    fn gradient(&mut self, at: &Strengths, slope: &mut [f64]) -> f64;
    /// What the gradient is measured against.
    fn gradient_scale(&self) -> f64;
    /// An upper bound on the largest eigenvalue of the Hessian.
    fn curvature_bound(&self) -> f64;
    /// Memory for its second derivatives.
    fn curvature(&self) -> Box<dyn Curvature>;
    /// Operations and bytes of one gradient, without those by item.
    fn cost(&self) -> [u64; 2];
    /// Terms of the sum that it is: pairs, or races.
    fn terms(&self) -> usize;
    /// The sum of some of the terms, with the whole prior. Only its value and gradient are to be asked for.
    fn part(&self, terms: &[u32]) -> Box<dyn Objective>;

    /// Counts one gradient.
    fn count(&self, work: &mut Work) {
        let ([flops, bytes], items) = (self.cost(), self.shape().items as u64);
        work.operator += 1;
        work.flops += flops + 2 * items;
        work.bytes += bytes + 16 * items;
    }
}

/// Second derivatives of the negative objective: a symmetric matrix, by its action.
pub trait Curvature {
    /// Evaluates them.
    fn assemble(&mut self, at: &Strengths);
    /// The diagonal; as long as there are variables.
    fn diagonal(&self) -> &[f64];
    /// `y` becomes the product with `x`.
    fn apply(&mut self, x: &[f64], y: &mut [f64]);
    /// Takes from a residual what the matrix cannot reach, exactly 0 but for rounding, which is all there is close to the
    /// optimum.
    fn level(&self, residual: &mut [f64]);
    /// Counts one evaluation.
    fn count_assembly(&self, work: &mut Work);
    /// Counts one product and `more` other operations.
    fn count_product(&self, more: u64, work: &mut Work);
}

/// The likelihood of pairwise games.
pub struct OfPairs(pub Rc<Model>);

impl Objective for OfPairs {
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
    fn part(&self, terms: &[u32]) -> Box<dyn Objective> {
        let games = self.0.games.summands(terms);
        Box::new(OfPairs(Rc::new(self.0.with(games))))
    }
}

/// The Hessian of pairwise games.
struct PairCurvature {
    model: Rc<Model>,
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
