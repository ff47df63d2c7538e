//! OptEx: several steps ahead with predicted gradients, then all true gradients at once, as if in parallel.

use iterscope_core::{BuildError, Outcome, ParamInfo, SeriesInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::dense::{cholesky, cholesky_solve};
use iterscope_kernels::reduce::{axpy, norm2, norm2_diff};

use crate::algorithm::{Algorithm, not_live, outcome};
use crate::curvature;
use crate::first_order::FirstOrder;
use crate::fosi::{Base, base};
pub use crate::fosi::{MOMENTUM, STEP};
use crate::objective::{Objective, Sample};
use crate::params;
use crate::rule::{Options, Unit};

/// LaTeX.
pub const MATH: &str = r"\begin{aligned} & \hat g(x) = k(x)^{\top} (K + \sigma^2 I)^{-1} [g_1, \dots, g_{T_0}]^{\top}, \quad k \text{ Matérn } 5/2, \\ & x_1 = x, \quad x_{j+1} = \operatorname{rule}(x_j, \hat g(x_j)), \qquad g_j = \nabla f(x_j), \ j = 1, \dots, N \text{ at once}, \qquad x \leftarrow \operatorname{rule}(x_N, g_N) \end{aligned}";
/// Source.
pub const CITATION: &str = "Y. Shu, J. Fang, Y. T. He, F. R. Yu: OptEx: expediting first-order optimization with approximately parallelized iterations. \
     NeurIPS 2024, arXiv:2402.11427.";
/// What to expect of it.
pub const LIMITS: &str = "Saves rounds, not work: each round takes N gradients, one after the other here. Predictions are good \
                          where steps are short; they are those of a Gaussian process through the last points, and far steps leave it.";

/// `base`.
pub const BASE: ParamInfo = ParamInfo::choice(
    "base",
    "base rule",
    "What steps.",
    &[("plain", "plain"), ("heavy-ball", "heavy ball"), ("adam", "Adam")],
    "adam",
);
/// `ahead`.
pub const AHEAD: ParamInfo = ParamInfo::int(
    "ahead",
    "gradients a round N",
    "Points whose gradients are taken in one round; 1 is the base rule.",
    [1, 16],
    4,
);
/// `history`.
pub const HISTORY: ParamInfo =
    ParamInfo::int("history", "history T₀", "Points with gradients that predictions are made from.", [2, 64], 20);
/// All of them.
pub const PARAMS: &[ParamInfo] = &[BASE, STEP, MOMENTUM, AHEAD, HISTORY];
/// What it tells about itself.
pub const DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "prediction.rel",
    "prediction error",
    "Distance of the last predicted gradient of the round from the true one there, relative to the true one.",
)];

/// Added to the diagonal of the kernel matrix.
const NOISE: f64 = 1e-6;
/// Length scale of the kernel, in median distances of the history.
const REACH: f64 = 5.0;

/// The algorithm. A round is one step.
pub struct OptEx {
    base: Base,
    options: Options,
    x: Vec<f64>,
    memory: Vec<f64>,
    /// The points of the round and the states of the rule there.
    points: Vec<f64>,
    memories: Vec<f64>,
    /// The last points with their gradients; the next one goes to place `next`.
    past: Vec<f64>,
    slopes: Vec<f64>,
    filled: usize,
    next: usize,
    predicted: Vec<f64>,
    true_gradient: Vec<f64>,
    along: Vec<f64>,
    kernel: Vec<f64>,
    weights: Vec<f64>,
    distances: Vec<f64>,
    ahead: usize,
    history: usize,
    unit: f64,
    step: f64,
    error: f64,
}

/// Matérn's kernel of order 5/2 at a distance measured in length scales.
fn matern(distance: f64) -> f64 {
    let q = 5.0f64.sqrt() * distance;
    (1.0 + q + q * q / 3.0) * libm::exp(-q)
}

impl OptEx {
    /// Starts at `start`.
    pub fn new(f: &mut dyn Objective, start: &[f64], values: &Values) -> OptEx {
        let base = base(values.text("base"));
        let (n, ahead, history) = (start.len(), values.size("ahead"), values.size("history"));
        let unit = match base.unit {
            Unit::Size => curvature::typical_size(start),
            _ => 1.0 / curvature::largest(f, Sample::Whole, start),
        };
        let memory = base.direction.memory(n);
        OptEx {
            options: params::base_options(values.real("momentum")),
            x: start.to_vec(),
            points: vec![0.0; ahead * n],
            memories: vec![0.0; ahead * memory.len()],
            memory,
            past: vec![0.0; history * n],
            slopes: vec![0.0; history * n],
            filled: 0,
            next: 0,
            predicted: vec![0.0; n],
            true_gradient: vec![0.0; n],
            along: vec![0.0; n],
            kernel: vec![0.0; history * history],
            weights: vec![0.0; history],
            distances: Vec::with_capacity(history * history),
            ahead,
            history,
            unit,
            step: values.real("step"),
            error: f64::NAN,
            base,
        }
    }

    /// Sets the step in absolute length.
    pub fn set_length(&mut self, length: f64) {
        self.step = length / self.unit;
    }

    /// Factorises the kernel matrix of the history; its length scale, or none where no prediction can be made.
    fn fit(&mut self) -> Option<f64> {
        let (h, n) = (self.filled, self.x.len());
        if h < 2 {
            return None;
        }
        self.distances.clear();
        for i in 0..h {
            for j in 0..i {
                let d = norm2_diff(&self.past[i * n..][..n], &self.past[j * n..][..n]);
                self.kernel[i * h + j] = d;
                if d > 0.0 {
                    self.distances.push(d);
                }
            }
        }
        self.distances.sort_unstable_by(f64::total_cmp);
        let (count, middle) = (self.distances.len(), self.distances.len() / 2);
        if count == 0 {
            return None;
        }
        let median = if count % 2 == 1 {
            self.distances[middle]
        } else {
            0.5 * (self.distances[middle - 1] + self.distances[middle])
        };
        let length = REACH * median;
        for i in 0..h {
            for j in 0..i {
                self.kernel[i * h + j] = matern(self.kernel[i * h + j] / length);
            }
            self.kernel[i * h + i] = 1.0 + NOISE;
        }
        (length.is_finite() && cholesky(&mut self.kernel[..h * h], h).is_ok()).then_some(length)
    }

    /// The predicted gradient at point `j` of the round.
    fn predict(&mut self, j: usize, length: f64) {
        let (h, n) = (self.filled, self.x.len());
        let at = &self.points[j * n..][..n];
        for (weight, past) in self.weights.iter_mut().zip(self.past.chunks_exact(n)).take(h) {
            *weight = matern(norm2_diff(past, at) / length);
        }
        cholesky_solve(&self.kernel[..h * h], h, &mut self.weights[..h]);
        self.predicted.fill(0.0);
        for (weight, slope) in self.weights.iter().zip(self.slopes.chunks_exact(n)).take(h) {
            axpy(*weight, slope, &mut self.predicted);
        }
    }
}

impl FirstOrder for OptEx {
    const PARAMS: &'static [ParamInfo] = PARAMS;
    const DIAGNOSTICS: &'static [SeriesInfo] = DIAGNOSTICS;
    const MATH: &'static str = MATH;
    const CITATION: &'static str = CITATION;
    const LIMITS: &'static str = LIMITS;

    fn make(
        f: &mut dyn Objective,
        start: &[f64],
        values: &Values,
        _seed: u64,
    ) -> Result<Box<dyn Algorithm>, BuildError> {
        Ok(Box::new(OptEx::new(f, start, values)))
    }
}

impl Algorithm for OptEx {
    fn step(&mut self, f: &mut dyn Objective, work: &mut Work) -> Outcome {
        let (n, m) = (self.x.len(), self.memory.len());
        let eta = self.unit * if self.step > 0.0 { self.step } else { self.base.step };
        self.points[..n].copy_from_slice(&self.x);
        self.memories[..m].copy_from_slice(&self.memory);
        let mut made = 1;
        if self.ahead > 1
            && let Some(length) = self.fit()
        {
            while made < self.ahead {
                let j = made - 1;
                self.predict(j, length);
                self.memories.copy_within(j * m..(j + 1) * m, made * m);
                self.points.copy_within(j * n..(j + 1) * n, made * n);
                let memory = &mut self.memories[made * m..][..m];
                self.base.direction.next(memory, &self.options, &self.predicted, &mut self.along);
                axpy(-eta, &self.along, &mut self.points[made * n..][..n]);
                made += 1;
                work.inner += 1;
            }
            // How far off the prediction at the last point is.
            self.predict(made - 1, length);
            let (h, n) = (self.filled as u64, n as u64);
            work.flops += 3 * n * h * h / 2 + made as u64 * (5 * n * h + 2 * h * h) + h * h * h / 3;
        }
        for j in 0..made {
            let at = &self.points[j * n..][..n];
            f.gradient(Sample::Whole, at, &mut self.true_gradient, work);
            self.past[self.next * n..][..n].copy_from_slice(at);
            self.slopes[self.next * n..][..n].copy_from_slice(&self.true_gradient);
            self.next = (self.next + 1) % self.history;
            self.filled = (self.filled + 1).min(self.history);
        }
        if made > 1 {
            let size = norm2(&self.true_gradient);
            self.error = if size > 0.0 { norm2_diff(&self.predicted, &self.true_gradient) / size } else { f64::NAN };
        }
        // Of the true steps from all points the last one is kept.
        self.memory.copy_from_slice(&self.memories[(made - 1) * m..][..m]);
        self.x.copy_from_slice(&self.points[(made - 1) * n..][..n]);
        self.base.direction.next(&mut self.memory, &self.options, &self.true_gradient, &mut self.along);
        axpy(-eta, &self.along, &mut self.x);
        work.flops += made as u64 * self.base.direction.flops * n as u64;
        outcome(f, &self.x)
    }

    fn result(&self) -> &[f64] {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.error;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "step" {
            return not_live(key);
        }
        params::set(&mut self.step, &STEP, value)
    }

    fn save(&self, out: &mut StateWriter) {
        for part in [&self.x, &self.memory, &self.past, &self.slopes] {
            out.slice(part);
        }
        out.slice(&[self.filled as f64, self.next as f64, self.step, self.error]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for part in [&mut self.x, &mut self.memory, &mut self.past, &mut self.slopes] {
            from.slice(part);
        }
        self.filled = (from.real() as usize).min(self.history);
        self.next = (from.real() as usize).min(self.history - 1);
        self.step = from.real();
        self.error = from.real();
    }
}
