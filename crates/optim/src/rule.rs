//! Rules: what to do with one gradient after the other. [`crate::rules::ALL`] is the one list of them.

use iterscope_core::{BuildError, StateReader, StateWriter, Work};

use crate::direction::{Along, Direction};
use crate::objective::{Block, Objective, Sample};

/// One rule at some update.
pub trait Rule {
    /// Where the next gradient is wanted.
    fn at(&self) -> &[f64];

    /// The point that is reported.
    fn result(&self) -> &[f64] {
        self.at()
    }

    /// Moves on, given the gradient at [`Rule::at`] and the step length `eta`, which rules that find their own disregard.
    fn update(&mut self, gradient: &[f64], eta: f64, probe: &mut Probe<'_>);

    /// The length of the last step, as a factor of what was stepped along.
    fn length(&self) -> f64;

    /// Whether the rule's schedule is over.
    fn is_over(&self) -> bool {
        false
    }

    /// Writes all that the next updates depend on.
    fn save(&self, out: &mut StateWriter);

    /// Reads what `save` wrote.
    fn load(&mut self, from: &mut StateReader<'_>);
}

/// What a rule may ask about the sample whose gradient it was given.
pub struct Probe<'a> {
    /// The objective.
    pub objective: &'a mut dyn Objective,
    /// The sample.
    pub of: Sample,
    /// Where costs are added.
    pub work: &'a mut Work,
}

impl Probe<'_> {
    /// The same sample's gradient at another point.
    pub fn gradient(&mut self, x: &[f64], out: &mut [f64]) {
        self.objective.gradient(self.of, x, out, self.work);
    }

    /// The same sample's Hessian at another point, times `v`.
    pub fn hessian_times(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) {
        self.objective.hessian_times(self.of, x, v, out, self.work);
    }
}

/// Numbers that rules read; see [`crate::params`] for what they mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Momentum, or the first decay rate of Adam, or the interpolation of schedule-free.
    pub momentum: f64,
    /// Decay rate of squares.
    pub beta2: f64,
    /// Updates over which the step grows to its length.
    pub warmup: u64,
    /// Updates after which a schedule is over.
    pub horizon: usize,
    /// Updates between two computations of matrix roots.
    pub every: u64,
    /// How matrix roots are computed.
    pub root: Root,
    /// Smallest diagonal, as a share of the largest curvature.
    pub truncation: f64,
    /// Vectors from which the first diagonal is estimated.
    pub probes: u64,
}

/// How the inverse root of a matrix is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// By eigenvalues.
    Spectral,
    /// By the coupled Newton iteration.
    Newton,
    /// By square roots of Newton and Schulz.
    Schulz,
    /// By square roots of Padé's approximant of order [5, 5], then inverted.
    Pade,
}

/// What a rule is built from.
pub struct Setup<'a> {
    /// The first point.
    pub start: &'a [f64],
    /// The shapes of the parameters.
    pub blocks: &'a [Block],
    /// Parts of the objective: 1 where gradients are exact.
    pub parts: usize,
    /// The largest curvature at the first point.
    pub curvature: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Numbers.
    pub options: Options,
}

/// What step lengths are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One over the largest curvature at the start.
    Curvature,
    /// The root mean square of the parameters at the start (1 where they are zero): for rules that take the size out of
    /// the gradient.
    Size,
    /// The rule finds its own.
    Own,
}

/// How a rule is made.
#[derive(Clone, Copy)]
pub enum Make {
    /// From a direction.
    Direction(Direction),
    /// By a function.
    Build(fn(&Setup<'_>) -> Result<Box<dyn Rule>, BuildError>),
}

/// A rule in the list.
#[derive(Clone, Copy)]
pub struct RuleInfo {
    /// Value of the parameter.
    pub key: &'static str,
    /// Short label.
    pub label: &'static str,
    /// LaTeX.
    pub math: &'static str,
    /// Authors, title, venue, year.
    pub citation: &'static str,
    /// What it does not do.
    pub limits: &'static str,
    /// What its step is a multiple of.
    pub unit: Unit,
    /// Its step where none is given.
    pub step: f64,
    /// How it is made.
    pub make: Make,
}

impl RuleInfo {
    /// Builds it.
    ///
    /// # Errors
    /// The rule does not work on such an objective; names `rule`.
    pub fn build(&self, setup: &Setup<'_>) -> Result<Box<dyn Rule>, BuildError> {
        match self.make {
            Make::Direction(direction) => Ok(Along::boxed(direction, setup)),
            Make::Build(build) => build(setup),
        }
    }
}
