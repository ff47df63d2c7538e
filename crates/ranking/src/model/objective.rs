//! What the smooth methods climb: a concave log-likelihood, with its prior, whatever it is of. Pairs and orders each have
//! theirs, so that a method is written once for both.

use iterscope_core::Work;

use crate::model::Strengths;

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
pub trait LogLikelihood {
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
    fn part(&self, terms: &[u32]) -> Box<dyn LogLikelihood>;

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
