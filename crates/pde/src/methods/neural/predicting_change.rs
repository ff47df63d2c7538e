//! A step that is learned from courses of other starts: either the state after it, or the rate of change, which any integrator may then advance.
//!
//! What is learned is a stencil, the same at all nodes: the rate is a sum of the values of neighbours, and of their products with the node's own where
//! that is asked for, with the factors that fit examples best by least squares. Examples are courses of random waves under the same equation, computed
//! with derivatives of trigonometric interpolation at the nodes.

use std::f64::consts::TAU;

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper,
    Stop, Str, Work, words,
};
use iterscope_expr::system::Symbol;
use iterscope_kernels::dense::{a_x, cholesky, cholesky_solve};
use iterscope_kernels::rng::Rng;

use super::law::{Law, one_field};
use crate::methods::time::BACKENDS;
use crate::system::System;
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// The most nodes: derivatives of examples are by dense matrices.
const MOST: usize = 256;
/// The most products that examples may take: some seconds.
const MOST_PRODUCTS: f64 = 1e10;
/// Examples are advanced by steps of at most this part of the fastest rate's time.
const FAST: f64 = 0.4;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "target",
        "Learned",
        "The next state, or the rate of change from differences of examples in time: forward of first, central of second, Richardson's of fourth order",
        &[("state", "state"), ("forward", "forward"), ("central", "central"), ("richardson", "Richardson")],
        "richardson",
    ),
    ParamInfo::choice(
        "integrator",
        "Integrator",
        "What advances a learned rate",
        &[("euler", "Euler"), ("ab2", "Adams-Bashforth"), ("heun", "Heun"), ("rk4", "RK4")],
        "rk4",
    )
    .when("target", &["forward", "central", "richardson"]),
    ParamInfo::int("substeps", "Substeps", "Steps of the integrator in one step of time", [1, 100], 1)
        .when("target", &["forward", "central", "richardson"]),
    ParamInfo::int("reach", "Reach", "Neighbours on each side whose values count: 2 makes five taps", [1, 4], 2),
    ParamInfo::switch(
        "products",
        "Products",
        "Products of the node's value with those of its neighbours count too, as equations such as Burgers' need",
        false,
    ),
    ParamInfo::real(
        "spacing",
        "Time between examples",
        "Simulated time from one example to the next",
        [1e-9, 1e3],
        0.05,
    )
    .log(),
    ParamInfo::int("courses", "Courses", "Random starts that examples come from", [1, 200], 16).log(),
    ParamInfo::int("snapshots", "Examples of a course", "Moments of each course", [5, 200], 20),
    ParamInfo::int("modes", "Modes", "Waves of random size in a random start", [1, 16], 5),
];

static DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "learned.misfit",
    "Left of the examples",
    "Root mean square of what the stencil misses of the examples, as a part of theirs",
)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.predicting-change"),
        label: Str::Borrowed("Predicting change"),
        summary: words(
            "A step that is learned from examples: what five neighbours say about the next state, or about the rate of change. A learned state is good for the one \
             time step of its examples; a learned rate for any, if differences and integrator are of matching order. The stencil that comes out is better than \
             differences of Taylor's series for waves as long as those it learned from, and worse for others.",
        ),
        math: words(
            r"\dot u_i \approx \sum_{|j| \le r} w_j u_{i+j} + \sum_{|j| \le r} v_j u_i u_{i+j}, \qquad w, v = \arg\min \sum \left( \dot u_i - \frac{-u^{n+2} + 8 u^{n+1} - 8 u^{n-1} + u^{n-2}}{12\, \Delta t} \right)_i^2",
        ),
        citation: words(
            "A. Zhou and A. Barati Farimani, Predicting change, not states: An alternate framework for neural PDE surrogates, arXiv 2412.13074, 2024",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.advection"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words("one to four sums over the stencil at all nodes, for each substep"),
        limits: words(
            "One field on a line whose ends are joined, at most 256 nodes, derivatives up to order 2, coefficients that do not depend on place or time. A stencil in place of the source's \
             networks, which are not for a page; what it cannot know from examples it does not know.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let system = one_field(problem, 1)?;
        let mesh = system.mesh();
        let refused = |why: String| BuildError::new("method", why);
        if !mesh.periodic[0] {
            return Err(refused("needs a line whose ends are joined: one stencil is to hold at all nodes".to_owned()));
        }
        let n = mesh.len();
        if n > MOST {
            return Err(refused(format!(
                "differentiates examples by dense matrices: {n} nodes are too many, {MOST} the most"
            )));
        }
        let reach = input.values.size("reach");
        if 2 * reach >= n {
            return Err(BuildError::new("reach", format!("reaches around all of the {n} nodes")));
        }
        let law = Law::new(&system)?;
        if law.depends_on(|s| matches!(s, Symbol::Coordinate(_) | Symbol::Time)) {
            return Err(refused(
                "needs coefficients that do not depend on place or time: one stencil is to hold at all nodes"
                    .to_owned(),
            ));
        }
        let taps = (2 * reach + 1) * if input.values.bool("products") { 2 } else { 1 };
        let snapshots = input.values.size("snapshots");
        let learner = Learner {
            seed: input.seed,
            courses: input.values.size("courses"),
            modes: input.values.size("modes"),
            spacing: input.values.real("spacing"),
            label: match input.values.text("target") {
                "state" => Label::State,
                "forward" => Label::Forward,
                "central" => Label::Central,
                _ => Label::Richardson,
            },
            start: problem.start.to_vec(),
            slopes: vec![0.0; law.derivatives.len()],
            sizes: law
                .derivatives
                .iter()
                .map(|o| libm::pow(0.5 * n as f64 * TAU / (mesh.spacing[0] * n as f64), f64::from(o[0])))
                .collect(),
            matrices: law.derivatives.iter().map(|o| differentiation(n, mesh.spacing[0] * n as f64, o[0])).collect(),
            jets: vec![vec![0.0; n]; law.derivatives.len()],
            at_node: vec![0.0; law.derivatives.len()],
            law,
            course: vec![0.0; snapshots * n],
            stages: std::array::from_fn(|_| vec![0.0; n]),
            gram: vec![0.0; taps * taps],
            right: vec![0.0; taps],
            row: vec![0.0; taps],
        };
        let method = PredictingChange {
            stencil: Stencil { reach, weights: vec![0.0; taps] },
            integrator: match input.values.text("integrator") {
                "euler" => Integrator::Euler,
                "ab2" => Integrator::AdamsBashforth,
                "heun" => Integrator::Heun,
                _ => Integrator::Rk4,
            },
            substeps: input.values.size("substeps"),
            stages: std::array::from_fn(|_| vec![0.0; n]),
            former: vec![0.0; n],
            has_former: false,
            learned: Vec::new(),
            misfit: f64::NAN,
            learner,
        };
        build(Box::new(Fixed::new(method, input.values.real("dt"))), input)
    },
    predict: None,
};

/// Row by row the derivative of trigonometric interpolation of `n` values on a circle of some length (L. N. Trefethen, Spectral methods in MATLAB,
/// 2000, chapter 3); nothing for order 0.
fn differentiation(n: usize, length: f64, order: u8) -> Vec<f64> {
    let (h, even) = (TAU / n as f64, n.is_multiple_of(2));
    let factor = TAU / length;
    let entry = |i: usize, j: usize| {
        let k = (i + n - j) % n;
        let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let half = 0.5 * k as f64 * h;
        let (sin, cos) = (libm::sin(half), libm::cos(half));
        match (order, k) {
            (1, 0) => 0.0,
            (1, _) => factor * 0.5 * sign * if even { cos / sin } else { 1.0 / sin },
            (_, 0) if even => -factor * factor * ((n * n) as f64 / 12.0 + 1.0 / 6.0),
            (_, 0) => -factor * factor * ((n * n) as f64 / 12.0 - 1.0 / 12.0),
            _ => -factor * factor * 0.5 * sign / (sin * sin) * if even { 1.0 } else { cos },
        }
    };
    if order == 0 { Vec::new() } else { (0..n * n).map(|at| entry(at / n, at % n)).collect() }
}

/// What is learned.
#[derive(Clone, Copy, PartialEq)]
enum Label {
    State,
    Forward,
    Central,
    Richardson,
}

impl Label {
    /// Moments on each side of one that its label needs.
    fn margins(self) -> [usize; 2] {
        match self {
            Label::State | Label::Forward => [0, 1],
            Label::Central => [1, 1],
            Label::Richardson => [2, 2],
        }
    }
}

/// Courses of random starts, and what is learned from them.
struct Learner {
    seed: u64,
    courses: usize,
    modes: usize,
    spacing: f64,
    label: Label,
    start: Vec<f64>,
    law: Law,
    matrices: Vec<Vec<f64>>,
    /// How much each derivative grows at most, roughly.
    sizes: Vec<f64>,
    jets: Vec<Vec<f64>>,
    at_node: Vec<f64>,
    slopes: Vec<f64>,
    course: Vec<f64>,
    stages: [Vec<f64>; 6],
    gram: Vec<f64>,
    right: Vec<f64>,
    row: Vec<f64>,
}

impl Learner {
    /// Writes the rate of a state, and returns the fastest rate of a mode about it, roughly.
    fn rate(&mut self, u: &[f64], out: &mut [f64]) -> f64 {
        for (jet, matrix) in self.jets.iter_mut().zip(&self.matrices) {
            if matrix.is_empty() {
                jet.copy_from_slice(u);
            } else {
                a_x(matrix, u, jet);
            }
        }
        let mut fastest = 0.0f64;
        for (i, out) in out.iter_mut().enumerate() {
            self.at_node.iter_mut().zip(&self.jets).for_each(|(at, jet)| *at = jet[i]);
            *out = self.law.at(&[0.0; 3], 0.0, &self.at_node, &mut self.slopes);
            fastest = fastest.max(self.slopes.iter().zip(&self.sizes).map(|(s, size)| s.abs() * size).sum());
        }
        fastest
    }

    /// Writes one course of a random start.
    fn run(&mut self, rng: &mut Rng) {
        let n = self.start.len();
        let mean = self.start.iter().sum::<f64>() / n as f64;
        let deviation = (self.start.iter().map(|u| (u - mean) * (u - mean)).sum::<f64>() / n as f64).sqrt();
        // As large as the start that the run begins with.
        let size = if deviation > 0.0 { deviation } else { 1.0 } / (self.modes as f64).sqrt();
        let mut course = std::mem::take(&mut self.course);
        course[..n].fill(mean);
        for k in 1..=self.modes {
            let (cosine, sine) = (size * rng.normal(), size * rng.normal());
            for (i, u) in course[..n].iter_mut().enumerate() {
                let angle = TAU * (k * i % n) as f64 / n as f64;
                *u += cosine * libm::cos(angle) + sine * libm::sin(angle);
            }
        }
        let mut stages = std::mem::take(&mut self.stages);
        for s in 1..course.len() / n {
            let (before, after) = course.split_at_mut(s * n);
            let (before, u) = (&before[(s - 1) * n..], &mut after[..n]);
            u.copy_from_slice(before);
            let fastest = self.rate(u, &mut stages[0]);
            let steps = (self.spacing * fastest / FAST).ceil().clamp(1.0, 1000.0);
            for _ in 0..steps as usize {
                rk4(u, self.spacing / steps, &mut stages, |u, out| {
                    self.rate(u, out);
                });
            }
        }
        (self.course, self.stages) = (course, stages);
    }

    /// Refuses what would take long.
    fn afford(&mut self) -> Result<(), BuildError> {
        let (start, mut stages) = (std::mem::take(&mut self.start), std::mem::take(&mut self.stages));
        let fastest = self.rate(&start, &mut stages[0]);
        (self.start, self.stages) = (start, stages);
        let steps = (self.spacing * fastest / FAST).ceil().max(1.0);
        let products = steps * (4 * self.courses * self.course.len() * self.start.len() * self.matrices.len()) as f64;
        if products.is_nan() || products > MOST_PRODUCTS {
            let why = format!(
                "examples would take {steps} steps of the equation from one to the next, too many for so many nodes, courses and examples"
            );
            return Err(BuildError::new("spacing", why));
        }
        Ok(())
    }

    /// Learns, and returns what is left of the examples.
    fn learn(&mut self, stencil: &mut Stencil) -> Result<f64, BuildError> {
        self.afford()?;
        let (n, taps, dt) = (self.start.len(), stencil.weights.len(), self.spacing);
        let mut rng = Rng::new(self.seed ^ 0x5eed_0f0c_0a25_e500);
        self.gram.fill(0.0);
        self.right.fill(0.0);
        let (mut squares, mut count) = (0.0, 0.0);
        for _ in 0..self.courses {
            self.run(&mut rng);
            let [before, after] = self.label.margins();
            for s in before..self.course.len() / n - after {
                let moment = |k: usize| &self.course[(s + k - before) * n..][..n];
                for i in 0..n {
                    let label = match self.label {
                        Label::State => moment(1)[i],
                        Label::Forward => (moment(1)[i] - moment(0)[i]) / dt,
                        Label::Central => (moment(2)[i] - moment(0)[i]) / (2.0 * dt),
                        Label::Richardson => {
                            (8.0 * (moment(3)[i] - moment(1)[i]) - (moment(4)[i] - moment(0)[i])) / (12.0 * dt)
                        }
                    };
                    stencil.row(moment(before), i, &mut self.row);
                    for (a, &left) in self.row.iter().enumerate() {
                        self.right[a] += left * label;
                        for (gram, &right) in self.gram[a * taps..][..taps].iter_mut().zip(&self.row) {
                            *gram += left * right;
                        }
                    }
                    squares += label * label;
                    count += 1.0;
                }
            }
        }
        let refused = || {
            let why = "examples do not tell so many neighbours apart: take fewer of them, or more modes";
            BuildError::new("reach", why)
        };
        let factor = &mut self.gram;
        // What examples leave open is what rounding would decide.
        let largest = (0..taps).map(|a| factor[a * taps + a]).fold(0.0, f64::max);
        stencil.weights.copy_from_slice(&self.right);
        cholesky(factor, taps).map_err(|_| refused())?;
        if (0..taps).any(|a| factor[a * taps + a] * factor[a * taps + a] <= 1e-13 * largest) {
            return Err(refused());
        }
        cholesky_solve(factor, taps, &mut stencil.weights);
        if !(count > 0.0 && stencil.weights.iter().all(|w| w.is_finite())) {
            return Err(BuildError::new("spacing", "examples grow beyond all numbers: take less time between them"));
        }
        let explained: f64 = self.right.iter().zip(&stencil.weights).map(|(r, w)| r * w).sum();
        Ok(((squares - explained).max(0.0) / squares).sqrt())
    }
}

/// The learned stencil: factors of neighbours from left to right, then of products.
struct Stencil {
    reach: usize,
    weights: Vec<f64>,
}

impl Stencil {
    fn row(&self, u: &[f64], i: usize, out: &mut [f64]) {
        let (n, taps) = (u.len(), 2 * self.reach + 1);
        for (k, out) in out.iter_mut().enumerate() {
            let neighbour = u[(i + n + k % taps - self.reach) % n];
            *out = if k < taps { neighbour } else { u[i] * neighbour };
        }
    }

    fn apply(&self, u: &[f64], out: &mut [f64]) {
        let (n, taps) = (u.len(), 2 * self.reach + 1);
        for (i, out) in out.iter_mut().enumerate() {
            let sum = |weights: &[f64]| -> f64 {
                weights.iter().enumerate().map(|(k, w)| w * u[(i + n + k - self.reach) % n]).sum()
            };
            *out = sum(&self.weights[..taps]);
            if self.weights.len() > taps {
                *out += u[i] * sum(&self.weights[taps..]);
            }
        }
    }
}

/// One step of the classical method of C. Runge and W. Kutta; the stages are four rates, and a state.
fn rk4(u: &mut [f64], dt: f64, stages: &mut [Vec<f64>; 6], mut rate: impl FnMut(&[f64], &mut [f64])) {
    let [k1, k2, k3, k4, at, _] = stages;
    let set = |at: &mut [f64], u: &[f64], h: f64, k: &[f64]| {
        at.iter_mut().zip(u.iter().zip(k)).for_each(|(at, (u, k))| *at = u + h * k);
    };
    rate(u, k1);
    set(at, u, 0.5 * dt, k1);
    rate(at, k2);
    set(at, u, 0.5 * dt, k2);
    rate(at, k3);
    set(at, u, dt, k3);
    rate(at, k4);
    for (i, u) in u.iter_mut().enumerate() {
        *u += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
    }
}

/// What advances a rate.
#[derive(Clone, Copy, PartialEq)]
enum Integrator {
    Euler,
    AdamsBashforth,
    Heun,
    Rk4,
}

struct PredictingChange {
    learner: Learner,
    stencil: Stencil,
    integrator: Integrator,
    substeps: usize,
    stages: [Vec<f64>; 6],
    /// The rate of the last step, if there was one.
    former: Vec<f64>,
    has_former: bool,
    /// Parameters of the equation that was learned.
    learned: Vec<f64>,
    misfit: f64,
}

impl PredictingChange {
    fn learn(&mut self, system: &mut dyn System) -> Result<(), BuildError> {
        let Some(system) = system.as_typed() else { return Ok(()) };
        if self.learned.len() != system.parameters().len() {
            self.learned = system.parameters().to_vec();
        }
        self.learned.copy_from_slice(system.parameters());
        self.learner.law.set_parameters(&self.learned);
        self.misfit = self.learner.learn(&mut self.stencil)?;
        Ok(())
    }
}

impl FixedStep for PredictingChange {
    fn prepare(&mut self, system: &mut dyn System, _: &[f64]) -> Result<(), BuildError> {
        self.learn(system)
    }

    fn step(&mut self, system: &mut dyn System, _: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        if system.as_typed().is_some_and(|typed| typed.parameters() != self.learned) && self.learn(system).is_err() {
            return Err(Stop::Diverged);
        }
        let n = u.len();
        let flops = (2 * n * self.stencil.weights.len()) as u64;
        if self.learner.label == Label::State {
            self.stencil.apply(u, &mut self.stages[0]);
            u.copy_from_slice(&self.stages[0]);
            work.operator += 1;
            work.flops += flops;
            return Ok(());
        }
        let dt = dt / self.substeps as f64;
        let stencil = &self.stencil;
        for _ in 0..self.substeps {
            let evaluations = match self.integrator {
                Integrator::Euler | Integrator::AdamsBashforth => 1,
                Integrator::Heun => 2,
                Integrator::Rk4 => 4,
            };
            match self.integrator {
                Integrator::Rk4 => rk4(u, dt, &mut self.stages, |u, out| stencil.apply(u, out)),
                Integrator::Heun => {
                    let [first, second, at, ..] = &mut self.stages;
                    stencil.apply(u, first);
                    at.iter_mut().zip(u.iter().zip(&*first)).for_each(|(at, (u, k))| *at = u + dt * k);
                    stencil.apply(at, second);
                    for (u, (a, b)) in u.iter_mut().zip(first.iter().zip(&*second)) {
                        *u += 0.5 * dt * (a + b);
                    }
                }
                Integrator::Euler | Integrator::AdamsBashforth => {
                    let rate = &mut self.stages[0];
                    stencil.apply(u, rate);
                    let before = self.integrator == Integrator::AdamsBashforth && self.has_former;
                    let [now, then] = if before { [1.5, 0.5] } else { [1.0, 0.0] };
                    for (u, (a, b)) in u.iter_mut().zip(rate.iter().zip(&self.former)) {
                        *u += dt * (now * a - then * b);
                    }
                    self.former.copy_from_slice(rate);
                    self.has_former = true;
                }
            }
            work.operator += evaluations;
            work.flops += evaluations * (flops + 3 * n as u64);
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.misfit;
    }

    fn forget(&mut self) {
        self.has_former = false;
        self.former.fill(0.0);
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.stencil.weights);
        if !self.learned.is_empty() {
            out.slice(&self.learned);
        }
        out.slice(&self.former);
        out.real(self.misfit);
        out.bits(u64::from(self.has_former));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.stencil.weights);
        if !self.learned.is_empty() {
            from.slice(&mut self.learned);
        }
        from.slice(&mut self.former);
        self.misfit = from.real();
        self.has_former = from.bits() != 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_differentiated_exactly() {
        for n in [8, 9] {
            let at = |i: usize| 3.0 * i as f64 / n as f64;
            let wave = |order: usize, x: f64| {
                let k = 2.0 * TAU / 3.0;
                [libm::sin(k * x), k * libm::cos(k * x), -k * k * libm::sin(k * x)][order]
            };
            let u: Vec<f64> = (0..n).map(|i| wave(0, at(i))).collect();
            for order in [1, 2] {
                let mut out = vec![0.0; n];
                a_x(&differentiation(n, 3.0, order), &u, &mut out);
                let off = (0..n).map(|i| (out[i] - wave(order.into(), at(i))).abs()).fold(0.0, f64::max);
                assert!(off < 1e-12, "{n} {order}: {off}");
            }
        }
    }
}
