//! Implicit neural time stepping: a network is the state, and each step solves an implicit step's equation for its parameters at random places, with
//! the network's own derivatives. No mesh takes part.

use iterscope_core::{
    BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, SeriesInfo, StateReader, StateWriter, Stepper,
    Stop, Str, Work, words,
};
use iterscope_kernels::rng::Rng;
use iterscope_neural::{Field, LeastSquares, Network, Residuals};
use iterscope_optim::direction::Direction;
use iterscope_optim::rule::{Options, Root};
use iterscope_optim::rules::adam;

use super::law::{Edge, Law, edges, one_field};
use super::state::{FEATURES, FITTED, HIDDEN, NeuralState, PARAMETERS, WIDTH, shape, sides};
use crate::methods::time::BACKENDS;
use crate::system::System;
use crate::time::problem::Evolution;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// The most points.
const MOST: i64 = 2000;
/// The ridge that Gauss-Newton steps begin with: the last parameters are near.
const WARM: f64 = 1e-9;
/// Gauss-Newton steps end where the residual is this part of the largest value, or falls by less than this part of itself.
const GOOD: f64 = 1e-10;
const WORTH: f64 = 1e-3;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::choice(
        "scheme",
        "Scheme",
        "The step whose equation is solved",
        &[("trapezoidal", "trapezoidal rule"), ("implicit-euler", "implicit Euler")],
        "trapezoidal",
    ),
    FEATURES,
    WIDTH,
    HIDDEN,
    ParamInfo::int("points", "Points", "Random places at which the equation is to hold", [4, MOST], 100).log(),
    ParamInfo::choice(
        "optimiser",
        "Optimiser",
        "Gauss-Newton steps on the places of a time step, or Adam with other places for each of its updates, as in the source",
        &[("gauss-newton", "Gauss-Newton"), ("adam", "Adam")],
        "gauss-newton",
    ),
    ParamInfo::int("iterations", "Iterations", "The most Gauss-Newton steps for one of time", [1, 100], 10)
        .when("optimiser", &["gauss-newton"]),
    ParamInfo::int(
        "updates",
        "Updates",
        "Updates of Adam for one step of time; the source takes up to 20,000",
        [1, 100_000],
        300,
    )
    .log()
    .when("optimiser", &["adam"]),
    ParamInfo::real("rate", "Learning rate", "How far one update of Adam goes", [1e-7, 1.0], 1e-4)
        .log()
        .when("optimiser", &["adam"]),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "neural.residual",
        "Left of the step's equation",
        "Root mean square at the places of what is left of the last step's equation",
    ),
    FITTED,
    PARAMETERS,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.insr"),
        label: Str::Borrowed("INSR"),
        summary: words(
            "The state is a small network and no mesh takes part: each step solves an implicit step's equation for the parameters, at random places and with exact \
             derivatives of the network. With Gauss-Newton steps what is left is the error of the step in time alone: on equal nodes it is below that of the same step on \
             the grid, which has the mesh's error too, and takes a thousandth of the time, so that a finer grid wins. With Adam, as in the source, what the \
             optimiser leaves is larger than either.",
        ),
        math: words(
            r"\theta_{n+1} = \arg\min_\theta \frac{1}{M} \sum_{m=1}^M \left( u_\theta - u_{\theta_n} - \tfrac{\Delta t}{2} \left( F(u_\theta) + F(u_{\theta_n}) \right) \right)^2 (x_m) + \frac{1}{B} \sum_{b=1}^B (u_\theta - g)^2 (x_b)",
        ),
        citation: words(
            "H. Chen, R. Wu, E. Grinspun, C. Zheng and P. Y. Chen, Implicit neural spatial representations for time-dependent PDEs, International Conference on \
             Machine Learning, 2023",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.system", "pde.burgers"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "up to 10 least-squares problems with as many rows as places, or as many gradients as Adam has updates; each gradient goes forward and back once \
             for each direction in which the equation differentiates, at all places",
        ),
        limits: words(
            "One field in one or two dimensions on a box, derivatives up to order 2, formulas that can be differentiated, sides that are joined or where u or du/dn is given; \
             a start of at most a thousand nodes, to which the network is fitted before the first step. Places are uniform; the source crowds some of them \
             near the sides.",
        ),
        plateaus: false,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let system = one_field(problem, 2)?;
        let (shape, nodes) = shape(problem, input.values)?;
        let law = Law::new(&system)?;
        let sides = sides(system.mesh());
        let edges = edges(system.typed(), &sides)?;
        let orders = |o: &[u8; 3]| [o[0], o[1], o[2], 0];
        let derivatives: Vec<[u8; 4]> = law.derivatives.iter().map(orders).collect();
        let network = Network::new(shape.clone());
        let (parameters, count) = (network.parameters(), input.values.size("points"));
        let equation = Equation {
            field: Field::new(network, &derivatives),
            jets: vec![0.0; derivatives.len()],
            slopes: vec![0.0; derivatives.len()],
            law,
            weight: (count as f64 / (edges.len() * ON_EDGE).max(1) as f64).sqrt(),
            inside: vec![[0.0; 2]; count],
            on_edges: vec![[0.0; 2]; edges.len() * ON_EDGE],
            edges,
            sides,
            known: vec![0.0; count],
            implicit: if input.values.text("scheme") == "trapezoidal" { 0.5 } else { 1.0 },
            time: 0.0,
            dt: 0.0,
        };
        let rows = count + equation.on_edges.len();
        let with_adam = input.values.text("optimiser") == "adam";
        let insr = Insr {
            state: NeuralState::new(shape, nodes, input.seed),
            solver: LeastSquares::new(rows, parameters),
            equation,
            before: vec![0.0; parameters],
            adam: with_adam.then(|| Adam {
                updates: input.values.size("updates"),
                rate: input.values.real("rate"),
                memory: adam::DIRECTION.memory(parameters),
                gradient: vec![0.0; parameters],
                along: vec![0.0; parameters],
            }),
            iterations: if with_adam { 0 } else { input.values.size("iterations") },
            rng: Rng::new(input.seed ^ 0x1a5e_0f5e_ed5a_17e5),
            size: 1.0,
            left: f64::NAN,
            outdated: false,
        };
        build(Box::new(Fixed::new(insr, input.values.real("dt"))), input)
    },
    predict: None,
};

/// Places on each side that is not joined with the one opposite.
const ON_EDGE: usize = 4;

/// The equation of one step at random places.
struct Equation {
    field: Field,
    law: Law,
    edges: Vec<Edge>,
    sides: Vec<([f64; 2], bool)>,
    inside: Vec<[f64; 2]>,
    on_edges: Vec<[f64; 2]>,
    /// What the state at the beginning gives to the equation.
    known: Vec<f64>,
    /// The part of the new state in the rate.
    implicit: f64,
    /// How much a side weighs against a place inside.
    weight: f64,
    /// The end of the step, and its length.
    time: f64,
    dt: f64,
    jets: Vec<f64>,
    slopes: Vec<f64>,
}

impl Equation {
    /// Takes other places.
    fn scatter(&mut self, rng: &mut Rng) {
        for place in &mut self.inside {
            for (x, ([begin, length], _)) in place.iter_mut().zip(&self.sides) {
                *x = begin + length * rng.uniform();
            }
        }
        for (edge, places) in self.edges.iter().zip(self.on_edges.chunks_exact_mut(ON_EDGE)) {
            for place in places {
                for (axis, (x, ([begin, length], _))) in place.iter_mut().zip(&self.sides).enumerate() {
                    *x = if axis == edge.axis { edge.at } else { begin + length * rng.uniform() };
                }
            }
        }
    }

    /// Computes what the state before, with parameters `theta`, gives at the places.
    fn look_back(&mut self, theta: &[f64]) {
        let explicit = self.dt * (1.0 - self.implicit);
        for (known, place) in self.known.iter_mut().zip(&self.inside) {
            self.field.evaluate(theta, place, &mut self.jets);
            *known = self.jets[0];
            if explicit != 0.0 {
                *known += explicit * self.law.at(place, self.time - self.dt, &self.jets, &mut self.slopes);
            }
        }
    }

    /// The residual at a place inside; its derivatives with respect to those of the field are left in `slopes`.
    fn at(&mut self, theta: &[f64], m: usize) -> f64 {
        let place = self.inside[m];
        self.field.evaluate(theta, &place, &mut self.jets);
        let implicit = self.dt * self.implicit;
        let rate = self.law.at(&place, self.time, &self.jets, &mut self.slopes);
        self.slopes.iter_mut().for_each(|s| *s *= -implicit);
        self.slopes[0] += 1.0;
        self.jets[0] - implicit * rate - self.known[m]
    }

    fn on_edge(&mut self, theta: &[f64], b: usize) -> f64 {
        let place = (&self.on_edges[b][..], self.time);
        self.weight * self.edges[b / ON_EDGE].miss(&mut self.field.network, &mut self.law, theta, place)
    }
}

impl Residuals for Equation {
    fn residuals(&mut self, theta: &[f64], out: &mut [f64]) {
        let (inside, on_edges) = out.split_at_mut(self.inside.len());
        inside.iter_mut().enumerate().for_each(|(m, out)| *out = self.at(theta, m));
        on_edges.iter_mut().enumerate().for_each(|(b, out)| *out = self.on_edge(theta, b));
    }

    fn linearise(&mut self, theta: &[f64], out: &mut [f64], jacobian: &mut [f64]) {
        jacobian.fill(0.0);
        let count = self.inside.len();
        for (k, (out, row)) in out.iter_mut().zip(jacobian.chunks_exact_mut(theta.len())).enumerate() {
            if k < count {
                *out = self.at(theta, k);
                self.field.add_gradient(theta, &self.inside[k], &self.slopes, row);
            } else {
                let b = k - count;
                *out = self.on_edge(theta, b);
                let (edge, place) = (&self.edges[b / ON_EDGE], &self.on_edges[b]);
                edge.add_gradient(&mut self.field.network, theta, place, self.weight, row);
            }
        }
    }
}

/// Adam and its memory.
struct Adam {
    updates: usize,
    rate: f64,
    memory: Vec<f64>,
    gradient: Vec<f64>,
    along: Vec<f64>,
}

/// What Adam's direction reads of them are the two decay rates.
const OPTIONS: Options = Options {
    momentum: 0.9,
    beta2: 0.999,
    warmup: 0,
    horizon: 0,
    every: 1,
    root: Root::Spectral,
    truncation: 0.0,
    probes: 0,
};
const ADAM: Direction = adam::DIRECTION;

struct Insr {
    state: NeuralState,
    equation: Equation,
    solver: LeastSquares,
    /// The parameters at the beginning of a step.
    before: Vec<f64>,
    adam: Option<Adam>,
    iterations: usize,
    rng: Rng,
    /// The largest value at the beginning of a step.
    size: f64,
    /// What was left of the last step's equation.
    left: f64,
    /// The state was changed from outside.
    outdated: bool,
}

impl Insr {
    fn gauss_newton(&mut self, work: &mut Work) -> bool {
        self.equation.scatter(&mut self.rng);
        self.equation.look_back(&self.before);
        self.solver.damping = WARM;
        for _ in 0..self.iterations {
            let Some([before, after]) = self.solver.levenberg(&mut self.equation, &mut self.state.theta) else {
                return false;
            };
            work.inner += 1;
            work.flops += self.solver.flops() + self.gradient_flops();
            self.left = after;
            if after <= GOOD * self.size || before - after <= WORTH * before {
                break;
            }
        }
        true
    }

    /// Floating-point operations of the gradients at all places, about.
    fn gradient_flops(&self) -> u64 {
        let rows = self.equation.inside.len() + self.equation.on_edges.len();
        (18 * self.equation.field.passes() * rows * self.state.theta.len()) as u64
    }

    fn descend(&mut self, work: &mut Work) {
        let flops = self.gradient_flops();
        let Some(adam) = &mut self.adam else { return };
        adam.memory.fill(0.0);
        for _ in 0..adam.updates {
            self.equation.scatter(&mut self.rng);
            self.equation.look_back(&self.before);
            let square = self.solver.gradient(&mut self.equation, &self.state.theta, &mut adam.gradient);
            self.left = square.sqrt();
            ADAM.next(&mut adam.memory, &OPTIONS, &adam.gradient, &mut adam.along);
            for (theta, along) in self.state.theta.iter_mut().zip(&adam.along) {
                *theta -= adam.rate * along;
            }
            work.inner += 1;
            work.flops += flops;
        }
    }
}

impl FixedStep for Insr {
    fn prepare(&mut self, _: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        self.state.prepare(start)
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        if std::mem::take(&mut self.outdated) {
            self.state.fit(u);
        }
        if let Some(system) = system.as_typed() {
            self.equation.law.set_parameters(system.parameters());
        }
        (self.equation.time, self.equation.dt) = (t + dt, dt);
        self.size = u.iter().fold(f64::MIN_POSITIVE, |m, x| m.max(x.abs()));
        self.before.copy_from_slice(&self.state.theta);
        let found = if self.adam.is_some() {
            self.descend(work);
            true
        } else {
            self.gauss_newton(work)
        };
        self.state.evaluate();
        u.copy_from_slice(self.state.values());
        if found && self.left.is_finite() { Ok(()) } else { Err(Stop::Diverged) }
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
        out.bits(self.rng.state());
        out.bits(u64::from(self.outdated));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.state.load(from);
        self.left = from.real();
        self.rng = Rng::from_state(from.bits());
        self.outdated = from.bits() != 0;
    }
}
