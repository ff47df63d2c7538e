//! Forward gradient: random directions times the slope along them, which forward differentiation gives without a gradient.

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::reduce::axpy;
use iterscope_kernels::rng::Rng;

use crate::algorithm::{Algorithm, not_live, outcome};
use crate::curvature;
use crate::first_order::FirstOrder;
use crate::objective::{Objective, Sample};
use crate::params;

/// LaTeX.
pub const MATH: &str = r"v \sim \mathcal N(0, I), \quad x \leftarrow x - \eta\, \big(\nabla f(x)^{\top} v\big)\, v, \qquad \mathbb E\big[(\nabla f^{\top} v)\, v\big] = \nabla f, \quad \eta = \frac{\text{step}}{L (d+2)}";
/// Source.
pub const CITATION: &str = "A. G. Baydin, B. A. Pearlmutter, D. Syme, F. Wood, P. Torr: Gradients without backpropagation. 2022, arXiv:2202.08587.";
/// What to expect of it.
pub const LIMITS: &str = "Unbiased, but its variance grows like the number d of parameters, and the step has to shrink like 1/d: it \
                          needs about d moves where descent needs one step, and a move costs more than a third of a gradient.";

/// `step`.
pub const STEP: ParamInfo = ParamInfo::real(
    "step",
    "step",
    "Step length, in units of 1/(L (d + 2)) with L the largest curvature at the start and d the number of parameters: \
     about 1 is best, 2 diverges on a quadratic whose curvatures are equal.",
    [1e-3, 100.0],
    1.0,
)
.log()
.live();
/// `moves`.
pub const MOVES: ParamInfo = ParamInfo::int(
    "moves",
    "moves a step",
    "Directions that are drawn in one step, each followed by its move.",
    [1, 10_000],
    32,
)
.log();
/// All of them.
pub const PARAMS: &[ParamInfo] = &[STEP, MOVES];
/// What it tells about itself.
pub const DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("slope.along", "slope", "Magnitude of the last derivative along a random direction.")];

/// The algorithm.
pub struct Forward {
    x: Vec<f64>,
    v: Vec<f64>,
    rng: Rng,
    moves: u64,
    unit: f64,
    step: f64,
    slope: f64,
}

impl Forward {
    /// Starts at `start`.
    pub fn new(f: &mut dyn Objective, start: &[f64], values: &Values, seed: u64) -> Forward {
        let curvature = curvature::largest(f, Sample::Whole, start);
        Forward {
            x: start.to_vec(),
            v: vec![0.0; start.len()],
            rng: Rng::new(seed),
            moves: values.size("moves") as u64,
            unit: 1.0 / (curvature * (start.len() + 2) as f64),
            step: values.real("step"),
            slope: 0.0,
        }
    }

    /// Sets the step in absolute length.
    pub fn set_length(&mut self, length: f64) {
        self.step = length / self.unit;
    }
}

impl FirstOrder for Forward {
    const PARAMS: &'static [ParamInfo] = PARAMS;
    const DIAGNOSTICS: &'static [SeriesInfo] = DIAGNOSTICS;
    const MATH: &'static str = MATH;
    const CITATION: &'static str = CITATION;
    const LIMITS: &'static str = LIMITS;

    fn make(
        f: &mut dyn Objective,
        start: &[f64],
        values: &Values,
        seed: u64,
    ) -> Result<Box<dyn Algorithm>, BuildError> {
        Ok(Box::new(Forward::new(f, start, values, seed)))
    }
}

impl Algorithm for Forward {
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome {
        for _ in 0..self.moves {
            self.rng.normal_fill(&mut self.v);
            self.slope = f.slope(Sample::Whole, &self.x, &self.v, work);
            axpy(-self.step * self.unit * self.slope, &self.v, &mut self.x);
            work.flops += 12 * self.x.len() as u64;
        }
        outcome(f, &self.x)
    }

    fn result(&self) -> &[f64] {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.slope.abs();
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "step" {
            return not_live(key);
        }
        params::set(&mut self.step, &STEP, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&[self.step, self.slope]);
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        self.step = from.real();
        self.slope = from.real();
        self.rng = Rng::from_state(from.bits());
    }
}
