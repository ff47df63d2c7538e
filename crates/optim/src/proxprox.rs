//! ProxProx: each gradient of the objective corrects a cheap proxy of it, which is then minimised close by.

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::reduce::norm2;

use crate::algorithm::{Algorithm, not_live, outcome};
use crate::curvature;
use crate::first_order::FirstOrder;
use crate::objective::{Objective, Sample};
use crate::params;

/// LaTeX.
pub const MATH: &str = r"c = \nabla F(x_t) - \nabla \hat F(x_t), \qquad x_{t+1} \approx \operatorname*{arg\,min}_x\ \hat F(x) + c^{\top} x + \frac{\lVert x - x_t \rVert^2}{2\eta}, \quad \eta = \frac{\text{step}}{\delta}, \quad \delta = \lVert \nabla^2 F - \nabla^2 \hat F \rVert";
/// Source.
pub const CITATION: &str = "B. Woodworth, K. Mishchenko, F. Bach: Two losses are better than one: faster optimization using a cheaper proxy. ICML 2023, \
     arXiv:2302.03542.";
/// What to expect of it.
pub const LIMITS: &str = "Gains as much as the proxy is closer to the objective than a multiple of |x|² is: where a part of the data says \
                          little about the rest, nothing. The inner problem is solved by a fixed number of accelerated gradient \
                          steps on the proxy, which are not free. δ is measured at the start only.";

/// `step`.
pub const STEP: ParamInfo = ParamInfo::real(
    "step",
    "step",
    "Step length η, in units of 1/δ, with δ the largest difference of curvature between objective and proxy at the start.",
    [1e-3, 100.0],
    1.0,
)
.log()
.live();
/// `parts`.
pub const PARTS: ParamInfo = ParamInfo::int(
    "parts",
    "parts",
    "The data are dealt out at random into this many parts of equal size; the first is the proxy.",
    [2, 1000],
    4,
)
.log();
/// `inner`.
pub const INNER: ParamInfo =
    ParamInfo::int("inner", "inner steps", "Accelerated gradient steps on the proxy in each step.", [1, 1000], 20)
        .log();
/// All of them.
pub const PARAMS: &[ParamInfo] = &[STEP, PARTS, INNER];
/// What it tells about itself.
pub const DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "inner.rel",
    "inner residual",
    "Norm of the inner problem's gradient after the inner steps, relative to that before them.",
)];

/// The algorithm.
pub struct ProxProx {
    x: Vec<f64>,
    correction: Vec<f64>,
    gradient: Vec<f64>,
    /// Inner iterate, the one before, and the point between them.
    inner: Vec<f64>,
    last: Vec<f64>,
    ahead: Vec<f64>,
    steps: u64,
    /// Curvature of the proxy.
    steepness: f64,
    /// The largest difference of curvatures.
    difference: f64,
    step: f64,
    residual: f64,
}

impl ProxProx {
    /// Starts at `start`; the proxy is the first part.
    pub fn new(f: &mut dyn Objective, start: &[f64], values: &Values) -> ProxProx {
        let zero = || vec![0.0; start.len()];
        ProxProx {
            x: start.to_vec(),
            correction: zero(),
            gradient: zero(),
            inner: zero(),
            last: zero(),
            ahead: zero(),
            steps: values.size("inner") as u64,
            steepness: curvature::largest(f, Sample::Part(0), start),
            difference: curvature::largest_difference(f, [Sample::Whole, Sample::Part(0)], start),
            step: values.real("step"),
            residual: f64::NAN,
        }
    }

    /// Sets η itself.
    pub fn set_length(&mut self, eta: f64) {
        self.step = eta * self.difference;
    }

    /// The largest difference of curvature between objective and proxy at the start.
    pub fn difference(&self) -> f64 {
        self.difference
    }
}

impl FirstOrder for ProxProx {
    const PARAMS: &'static [ParamInfo] = PARAMS;
    const DIAGNOSTICS: &'static [SeriesInfo] = DIAGNOSTICS;
    const MATH: &'static str = MATH;
    const CITATION: &'static str = CITATION;
    const LIMITS: &'static str = LIMITS;

    fn parts(values: &Values) -> usize {
        values.size("parts")
    }

    fn make(
        f: &mut dyn Objective,
        start: &[f64],
        values: &Values,
        _seed: u64,
    ) -> Result<Box<dyn Algorithm>, BuildError> {
        Ok(Box::new(ProxProx::new(f, start, values)))
    }
}

impl Algorithm for ProxProx {
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome {
        let pull = self.difference / self.step;
        let largest = self.steepness + pull;
        let ratio = (pull / largest).sqrt();
        let momentum = (1.0 - ratio) / (1.0 + ratio);
        f.gradient(Sample::Whole, &self.x, &mut self.gradient, work);
        f.gradient(Sample::Part(0), &self.x, &mut self.correction, work);
        for (c, g) in self.correction.iter_mut().zip(&self.gradient) {
            *c = g - *c;
        }
        // At x itself the inner gradient is that of the objective.
        let before = norm2(&self.gradient);
        self.inner.copy_from_slice(&self.x);
        self.ahead.copy_from_slice(&self.x);
        for _ in 0..self.steps {
            f.gradient(Sample::Part(0), &self.ahead, &mut self.gradient, work);
            std::mem::swap(&mut self.inner, &mut self.last);
            for k in 0..self.x.len() {
                self.gradient[k] += self.correction[k] + pull * (self.ahead[k] - self.x[k]);
                self.inner[k] = self.ahead[k] - self.gradient[k] / largest;
                self.ahead[k] = self.inner[k] + momentum * (self.inner[k] - self.last[k]);
            }
            work.inner += 1;
            work.flops += 10 * self.x.len() as u64;
        }
        self.residual = if before > 0.0 { norm2(&self.gradient) / before } else { f64::NAN };
        self.x.copy_from_slice(&self.inner);
        outcome(f, &self.x)
    }

    fn result(&self) -> &[f64] {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.residual;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "step" {
            return not_live(key);
        }
        params::set(&mut self.step, &STEP, value)
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x);
        out.slice(&[self.step, self.residual]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x);
        self.step = from.real();
        self.residual = from.real();
    }
}
