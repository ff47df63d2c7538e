//! TENG: a network is the state, and is moved to where an explicit step wants it by a few least-squares problems.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper,
    Stop, Str, Work, words,
};

use super::state::{FEATURES, FITTED, HIDDEN, NeuralState, PARAMETERS, WIDTH, shape};
use crate::methods::time::BACKENDS;
use crate::methods::time::runge_kutta::{add, count};
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// Projections of the second stage of Heun's method, which begins near its end.
const FEWER: usize = 2;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice("order", "Order", "Euler's step, or Heun's", &[("1", "Euler"), ("2", "Heun")], "2"),
    FEATURES,
    WIDTH,
    HIDDEN,
    ParamInfo::int(
        "iterations",
        "Projections",
        "Least-squares problems for a stage; the second stage of Heun's takes two fewer",
        [1, 50],
        7,
    ),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "neural.residual",
        "Left after projection",
        "Root mean square of what the network misses of the last step's target",
    ),
    FITTED,
    PARAMETERS,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.teng"),
        label: Str::Borrowed("TENG"),
        summary: words(
            "The state is a small network. Each step computes where Euler's or Heun's method would go, and moves the network there by a few Gauss-Newton steps. Its \
             error is that of the step, as for the method without a network, which does the same in a thousandth of the time: what the network adds \
             is that it smooths what is too rough for it, so that dt may be longer than the limit.",
        ),
        math: words(
            r"u_\theta(x): \quad u^\ast = u_{\theta_k} + \Delta t\, F(u_{\theta_k}), \qquad \theta \leftarrow \theta + \arg\min_d \| J_\theta d - (u^\ast - u_\theta) \|^2 + \lambda \|d\|^2, \quad J_\theta = \partial u_\theta / \partial \theta",
        ),
        citation: words(
            "Z. Chen, J. McCarran, E. Vizcaino, M. Soljačić and D. Luo, TENG: Time-evolving natural gradient for solving PDEs with deep neural nets toward machine \
             precision, International Conference on Machine Learning, 2024",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.system", "pde.burgers", "pde.advection", "pde.kuramoto-sivashinsky"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "one or two evaluations of the rate, and 7 or 12 least-squares problems with as many rows as nodes",
        ),
        limits: words(
            "One field of at most a thousand nodes. The rate is that of the grid, by differences, so that the error can be compared with that of the same step without a \
             network; the source differentiates the network. Before the first step the network is fitted to the start, which corners make hard.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let (shape, places) = shape(problem, input.values)?;
        let n = problem.start.len();
        let zero = || vec![0.0; n];
        let teng = Teng {
            state: NeuralState::new(shape, places, input.seed),
            second: input.values.text("order") == "2",
            iterations: input.values.size("iterations"),
            rate: zero(),
            other: zero(),
            target: zero(),
            left: f64::NAN,
            outdated: false,
        };
        build(Box::new(Fixed::new(teng, input.values.real("dt"))), input)
    },
    predict: None,
};

struct Teng {
    state: NeuralState,
    second: bool,
    iterations: usize,
    rate: Vec<f64>,
    other: Vec<f64>,
    target: Vec<f64>,
    /// What was missed of the last target.
    left: f64,
    /// The state was changed from outside.
    outdated: bool,
}

impl FixedStep for Teng {
    fn prepare(&mut self, _: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.state.prepare(start)
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        if std::mem::take(&mut self.outdated) {
            self.state.fit(u);
        }
        u.copy_from_slice(self.state.values());
        system.rate(Part::All, t, u, &mut self.rate);
        count(work, system, 1, u.len());
        self.target.copy_from_slice(u);
        add(&mut self.target, dt, &self.rate);
        let mut left = self.state.project(&self.target, self.iterations, work);
        if self.second {
            system.rate(Part::All, t + dt, self.state.values(), &mut self.other);
            count(work, system, 1, u.len());
            self.target.copy_from_slice(u);
            add(&mut self.target, 0.5 * dt, &self.rate);
            add(&mut self.target, 0.5 * dt, &self.other);
            left = self.state.project(&self.target, self.iterations.saturating_sub(FEWER).max(1), work);
        }
        self.left = left;
        u.copy_from_slice(self.state.values());
        if left.is_finite() { Ok(()) } else { Err(Stop::Diverged) }
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.left, self.state.fitted, self.state.theta.len() as f64]);
    }

    fn forget(&mut self) {
        self.outdated = true;
    }

    fn save(&self, out: &mut StateWriter) {
        self.state.save(out);
        out.real(self.left);
        out.bits(u64::from(self.outdated));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.state.load(from);
        self.left = from.real();
        self.outdated = from.bits() != 0;
    }
}
