//! A network that solves a steady equation: its parameters go down the square of its residual, or its energy.
//!
//! `u = lift + D N`, where `D` vanishes on the sides, so that what is given there holds exactly. Both are quadratic functions of `u`: the second derivative there, pulled
//! back to the parameters, makes the step (energy natural gradient, J. Müller and M. Zeinhofer, Achieving high accuracy with PINNs via energy natural gradient descent, 2023).
//! Without hidden layers `N` is linear in its parameters, the method is Galerkin's with cubic splines, and one step solves.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::dense::at_x;
use iterscope_kernels::reduce;
use iterscope_neural::{Activation, Ansatz, Network, Ridge, Shape, SplineNetwork, SplineShape};

use super::state::PARAMETERS;
use crate::boundary::Condition;
use crate::flux::Equation;
use crate::layout::{Layout, Source};
use crate::linear::{self, LinearProblem, Origin};
use crate::problems::poisson;

/// The most nodes at which the network is looked at.
const MOST: usize = 20_000;
/// Ridges: to begin with, where the problem is linear in the parameters, the smallest, the largest.
const RIDGES: [f64; 4] = [1e-2, 1e-14, 1e-15, 1e6];
/// With a ridge below the first, a step that promises less than the second part of what makes up the objective ends the run.
const SETTLED: [f64; 2] = [1e-3, 1e-14];

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "network",
        "Network",
        "Splines on the edges, or a dense network with the hyperbolic tangent in its neurons",
        &[("splines", "splines on edges"), ("dense", "dense")],
        "splines",
    ),
    ParamInfo::choice(
        "form",
        "Form",
        "The mean square of the residual at points, or the energy of the equation on an interval, which asks for first derivatives only",
        &[("strong", "residual at points"), ("energy", "energy")],
        "strong",
    ),
    ParamInfo::int(
        "layers",
        "Hidden layers",
        "Rows of neurons; none is one sum of splines, a linear method",
        [0, 3],
        1,
    ),
    ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 30], 4),
    ParamInfo::int("cells", "Cells", "Cells of the splines' grid on each edge", [1, 128], 8)
        .log()
        .when("network", &["splines"]),
    ParamInfo::int(
        "points",
        "Points",
        "Points of the quadrature, two by Gauss in each cell of a grid of its own along every axis",
        [4, 4000],
        400,
    )
    .log(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[OBJECTIVE, PARAMETERS];

const OBJECTIVE: SeriesInfo = SeriesInfo::new(
    "neural.objective",
    "Objective",
    "Half the integral of the squared residual, or the energy, 1/2 ∫ a |u'|² + c u² - ∫ f u",
)
.linear();

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.kinn"),
        label: Str::Borrowed("KINN"),
        summary: words(
            "The solution is a network with splines on its edges, which goes down the residual at points or the energy of the equation. Without hidden layers that is a linear method, \
             solved by one step; with them the space itself is moved. The energy needs no second derivatives, so that a jump of the diffusion costs no more than the smoothness of the \
             network; the residual at points does not see the jump and goes somewhere else. Elimination on a grid is a thousand times as fast.",
        ),
        math: words(
            r"u = g + D N_\theta, \quad N: y_j = \sum_i s_{ij} \operatorname{silu}(x_i) + \sum_m c_{ijm} B_m(x_i), \quad \theta \leftarrow \theta - (J^T A J + \lambda I)^{-1} \nabla_\theta E, \quad E = \tfrac12 \int (-\nabla \cdot (a \nabla u) + c u - f)^2 \text{ or } \tfrac12 \int a |u'|^2 + c u^2 - \int f u",
        ),
        citation: words(
            "Y. Wang et al., Kolmogorov-Arnold-informed neural network: A physics-informed deep learning framework for solving forward and inverse problems based on \
             Kolmogorov-Arnold networks, Computer Methods in Applied Mechanics and Engineering 433, 2025; J. Müller and M. Zeinhofer, Achieving high accuracy with PINNs via energy \
             natural gradient descent, International Conference on Machine Learning, 2023",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[poisson::ID]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one damped natural-gradient step, with as many tries of its length as it takes"),
        limits: words(
            "One or two dimensions, a whole box with u given on all sides, in two dimensions the same value everywhere. The energy is for an interval: in the plane an affordable \
             quadrature is so coarse that the network goes below the energy between its points. The source trains by Adam; its form with integrals over the boundary is not here. It ends \
             where a step promises nothing more, which for a network may be a local minimum.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let problem = linear::of(input)?;
    Ok(CpuStepper::boxed(Kinn::new(problem, input)?, problem.referee()))
}

/// A point of the quadrature: derivatives of the lift and of what vanishes on the sides along both axes, and the equation there.
struct Point {
    place: [f64; 3],
    weight: f64,
    lift: [f64; 3],
    bump: [[f64; 3]; 2],
    diffusion: f64,
    gradient: [f64; 2],
    reaction: f64,
    source: f64,
}

/// What lies on the box whatever the network says.
struct Sides {
    lower: [f64; 3],
    length: [f64; 3],
    /// The value at the lower end, and its slope along the first axis.
    lift: [f64; 2],
    dimension: usize,
}

impl Sides {
    /// The lift and its slopes.
    fn lift(&self, place: &[f64; 3]) -> [f64; 3] {
        [self.lift[0] + self.lift[1] * (place[0] - self.lower[0]), self.lift[1], 0.0]
    }

    /// What vanishes on the sides, with its first two derivatives along each axis: 1 in the middle.
    fn bump(&self, place: &[f64; 3]) -> [[f64; 3]; 2] {
        let one = |axis: usize| {
            let (h, t) = (self.length[axis], (place[axis] - self.lower[axis]) / self.length[axis]);
            [4.0 * t * (1.0 - t), 4.0 * (1.0 - 2.0 * t) / h, -8.0 / (h * h)]
        };
        if self.dimension == 1 {
            return [one(0), [0.0; 3]];
        }
        let (x, y) = (one(0), one(1));
        [[x[0] * y[0], x[1] * y[0], x[2] * y[0]], [x[0] * y[0], x[0] * y[1], x[0] * y[2]]]
    }
}

const AXES: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// A network between the sides, with the equation at points: what is to become small is `1/2 |rows|^2 - load`.
struct Objective {
    network: Box<dyn Ansatz>,
    points: Vec<Point>,
    dimension: usize,
    strong: bool,
    /// Whether a row of the energy for the reaction follows that of the slope.
    reacts: bool,
}

impl Objective {
    /// Rows of a point.
    fn width(&self) -> usize {
        1 + usize::from(self.reacts)
    }

    /// Writes the rows, and where asked for their derivatives and those of the load; returns the load.
    fn at(&mut self, theta: &[f64], rows: &mut [f64], mut slopes: Option<(&mut [f64], &mut [f64])>) -> f64 {
        if let Some((jacobian, load)) = &mut slopes {
            jacobian.fill(0.0);
            load.fill(0.0);
        }
        let (width, count, mut sum) = (self.width(), theta.len(), 0.0);
        for (k, (point, rows)) in self.points.iter().zip(rows.chunks_exact_mut(width)).enumerate() {
            let row = |r: usize| (k * width + r) * count..(k * width + r + 1) * count;
            let [value, lift_slopes @ ..] = point.lift;
            let bump = point.bump[0][0];
            let mut u = f64::NAN;
            let scale = if self.strong { point.weight.sqrt() } else { (point.weight * point.diffusion).sqrt() };
            let mut residual = -point.source;
            for axis in 0..self.dimension {
                let ([_, b1, b2], a, a1) = (point.bump[axis], point.diffusion, point.gradient[axis]);
                let seeds = if self.strong {
                    let reaction = if axis == 0 { point.reaction * bump } else { 0.0 };
                    [reaction - a * b2 - a1 * b1, -2.0 * a * b1 - a1 * bump, -a * bump].map(|s| scale * s)
                } else {
                    [scale * b1, scale * bump, 0.0]
                };
                let jet = match &mut slopes {
                    Some((jacobian, _)) => {
                        self.network.add_gradient(theta, &point.place, &AXES[axis], seeds, &mut jacobian[row(0)])
                    }
                    None => self.network.jet(theta, &point.place, &AXES[axis]),
                };
                u = value + bump * jet[0];
                let slope = lift_slopes[axis] + b1 * jet[0] + bump * jet[1];
                if self.strong {
                    let second = b2 * jet[0] + 2.0 * b1 * jet[1] + bump * jet[2];
                    residual -= a * second + a1 * slope;
                } else {
                    rows[0] = scale * slope;
                }
            }
            if self.strong {
                rows[0] = scale * (residual + point.reaction * u);
                continue;
            }
            let (reacts, pulls) = ((point.weight * point.reaction).sqrt(), point.weight * point.source);
            if self.reacts {
                rows[1] = reacts * u;
            }
            sum += pulls * u;
            if let Some((jacobian, load)) = &mut slopes {
                if self.reacts {
                    let own = &mut jacobian[row(1)];
                    self.network.add_gradient(theta, &point.place, &[], [reacts * bump, 0.0, 0.0], own);
                }
                self.network.add_gradient(theta, &point.place, &[], [pulls * bump, 0.0, 0.0], load);
            }
        }
        sum
    }
}

/// The iteration.
pub struct Kinn {
    objective: Objective,
    sides: Sides,
    nodes: Vec<[f64; 3]>,
    theta: Vec<f64>,
    damping: f64,
    value: f64,
    begin: f64,
    rows: Vec<f64>,
    trial: Vec<f64>,
    jacobian: Vec<f64>,
    load: Vec<f64>,
    gradient: Vec<f64>,
    step: Vec<f64>,
    before: Vec<f64>,
    ridge: Ridge,
    values: Vec<f64>,
    /// Whether `values` belong to the parameters.
    fresh: bool,
}

impl Kinn {
    /// The network at its start.
    ///
    /// # Errors
    /// The problem or a pairing of parameters does not fit.
    pub fn new(problem: &LinearProblem, input: &MethodInput<'_>) -> Result<Kinn, BuildError> {
        let Some((equation, layout)) = whole_box(problem) else {
            let why = "needs a whole interval or rectangle: take one or two dimensions, no domain and `u = EXPR` on all sides";
            return Err(BuildError::new("method", why));
        };
        let values = input.values;
        let (dimension, layers) = (equation.grid.dimension, values.size("layers"));
        let sides = sides(equation, layout)?;
        let hidden = vec![values.size("width"); layers];
        let extents = (0..dimension).map(|axis| [sides.lower[axis], sides.length[axis]]);
        let dense = values.text("network") == "dense";
        let network: Box<dyn Ansatz> = if dense {
            let Some((&features, hidden)) = hidden.split_first() else {
                return Err(BuildError::new(
                    "layers",
                    "a dense network without hidden layers is a plane: take 1 or more, or splines",
                ));
            };
            let coordinates = extents.map(|e| (e, false)).collect();
            Box::new(Network::new(Shape { coordinates, features, hidden: hidden.into(), activation: Activation::Tanh }))
        } else {
            let coordinates = extents.collect();
            Box::new(SplineNetwork::new(SplineShape { coordinates, hidden, cells: values.size("cells") }))
        };
        let strong = values.text("form") == "strong";
        let points = points(equation, &sides, values.size("points"), strong)?;
        if !strong && dimension > 1 {
            return Err(BuildError::new("form", "the energy is for one dimension: take the residual at points"));
        }
        let reacts = !strong && points.iter().any(|p| p.reaction != 0.0);
        if let Some(point) = points.iter().find(|p| p.reaction < 0.0 && !strong) {
            let why = format!(
                "the energy has no minimum where the reaction is negative, {} here: take the residual at points",
                point.reaction
            );
            return Err(BuildError::new("form", why));
        }
        let objective = Objective { network, points, dimension, strong, reacts };
        let (rows, parameters) = (objective.width() * objective.points.len(), objective.network.parameters());
        if rows <= parameters {
            let why = format!(
                "{rows} equations do not determine {parameters} parameters: take more points, or fewer cells, neurons or layers"
            );
            return Err(BuildError::new("points", why));
        }
        let mut theta = vec![0.0; parameters];
        objective.network.start(input.seed, &mut theta);
        let begin = if layers == 0 { RIDGES[1] } else { RIDGES[0] };
        let zeros = || vec![0.0; parameters];
        let mut method = Kinn {
            objective,
            sides,
            nodes: layout.nodes.iter().map(|&node| layout.grid.coordinates(node)).collect(),
            theta,
            damping: begin,
            value: f64::NAN,
            begin,
            rows: vec![0.0; rows],
            trial: vec![0.0; rows],
            jacobian: vec![0.0; rows * parameters],
            load: zeros(),
            gradient: zeros(),
            step: zeros(),
            before: zeros(),
            ridge: Ridge::new(rows, parameters),
            values: vec![0.0; layout.nodes.len()],
            fresh: false,
        };
        method.value = method.evaluate();
        Ok(method)
    }

    /// The objective of the present parameters.
    fn evaluate(&mut self) -> f64 {
        let load = self.objective.at(&self.theta, &mut self.trial, None);
        0.5 * reduce::dot(&self.trial, &self.trial) - load
    }

    fn flops(&self) -> u64 {
        let (rows, n) = (self.rows.len() as u64, self.theta.len() as u64);
        rows * n * (n + 36) + n * n * n / 3
    }
}

/// The equation, where it is on a whole box with values given on its sides.
fn whole_box(problem: &LinearProblem) -> Option<(&Equation, &Layout)> {
    let Origin::Flux(equation) = &problem.origin else { return None };
    let layout: &Layout = problem.nodes.as_ref()?;
    let given = |side: &Condition| matches!(side, Condition::Dirichlet(_));
    let fits = equation.grid.dimension <= 2
        && equation.bounds.domain.is_none()
        && equation.bounds.sides.iter().all(given)
        && layout.nodes.len() <= MOST;
    fits.then_some((equation, layout))
}

/// What lies on the sides.
fn sides(equation: &Equation, layout: &Layout) -> Result<Sides, BuildError> {
    let grid = &equation.grid;
    let length: [f64; 3] = std::array::from_fn(|axis| grid.upper[axis] - grid.lower[axis]);
    let lower = std::array::from_fn(|axis| grid.lower[axis]);
    let first = layout.known[0];
    let slope = if grid.dimension == 1 {
        (layout.known[grid.intervals[0]] - first) / length[0]
    } else {
        let on_side = (0..grid.nodes()).filter(|&node| layout.unknown[node] == crate::layout::KNOWN);
        let mut others = on_side.filter(|&node| (layout.known[node] - first).abs() > 1e-12 * (1.0 + first.abs()));
        if let Some(node) = others.next() {
            let why = format!(
                "in two dimensions it needs one and the same value on all sides, but there are {first} and {}",
                layout.known[node]
            );
            return Err(BuildError::new("method", why));
        }
        0.0
    };
    Ok(Sides { lower, length, lift: [first, slope], dimension: grid.dimension })
}

/// The points of the quadrature, about so many.
fn points(equation: &Equation, sides: &Sides, count: usize, strong: bool) -> Result<Vec<Point>, BuildError> {
    let dimension = sides.dimension;
    let along = if dimension == 1 { count / 2 } else { ((count as f64).sqrt() / 2.0).round() as usize }.max(1);
    let gauss = 0.5 / 3.0f64.sqrt();
    let gradient = if strong {
        (0..dimension).map(|axis| equation.diffusion.derivative(axis)).collect::<Result<Vec<_>, _>>()?
    } else {
        Vec::new()
    };
    let (line, rows) = (2 * along, if dimension == 1 { 1 } else { 2 * along });
    let mut found = Vec::with_capacity(line * rows);
    for k in 0..line * rows {
        let (mut place, mut weight) = ([0.0; 3], 1.0);
        for (axis, step) in [k % line, k / line].into_iter().enumerate().take(dimension) {
            let middle = (step / 2) as f64 + 0.5;
            let offset = if step.is_multiple_of(2) { -gauss } else { gauss };
            place[axis] = sides.lower[axis] + sides.length[axis] * (middle + offset) / along as f64;
            weight *= sides.length[axis] / line as f64;
        }
        let (diffusion, reaction) = (equation.diffusion.positive(&place)?, equation.reaction.finite(&place)?);
        let source = match &equation.source {
            Source::Typed(f) => f.finite(&place)?,
            Source::Exact(exact) => {
                let mut f = reaction * exact.u.finite(&place)?;
                for axis in 0..dimension {
                    let slope =
                        equation.diffusion_gradient[axis].finite(&place)? * exact.gradient[axis].finite(&place)?;
                    f -= slope + diffusion * exact.second[axis].finite(&place)?;
                }
                f
            }
        };
        let mut slopes = [0.0; 2];
        for (slope, typed) in slopes.iter_mut().zip(&gradient) {
            *slope = typed.finite(&place)?;
        }
        let (lift, bump) = (sides.lift(&place), sides.bump(&place));
        found.push(Point { place, weight, lift, bump, diffusion, gradient: slopes, reaction, source });
    }
    Ok(found)
}

impl Iteration for Kinn {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        work.inner += 1;
        work.flops += self.flops();
        let slopes = Some((&mut self.jacobian[..], &mut self.load[..]));
        let load = self.objective.at(&self.theta, &mut self.rows, slopes);
        at_x(&self.jacobian, &self.rows, &mut self.gradient);
        reduce::axpy(-1.0, &self.load, &mut self.gradient);
        let half = 0.5 * reduce::dot(&self.rows, &self.rows);
        self.ridge.set(&self.jacobian);
        self.before.copy_from_slice(&self.theta);
        while self.damping <= RIDGES[3] {
            let Some(taken) = self.ridge.solve_for(&self.gradient, self.damping, &mut self.step) else {
                return Outcome::Stop(Stop::Diverged);
            };
            let promised = reduce::dot(&self.gradient, &self.step);
            if taken <= SETTLED[0] && promised <= SETTLED[1] * (half + load.abs()) {
                return Outcome::Stop(Stop::Converged);
            }
            for (theta, (before, step)) in self.theta.iter_mut().zip(self.before.iter().zip(&self.step)) {
                *theta = before - step;
            }
            let found = self.evaluate();
            if found < self.value {
                self.value = found;
                self.damping = (self.damping / 3.0).max(RIDGES[2]);
                self.fresh = false;
                return Outcome::Continue;
            }
            self.damping *= 4.0;
        }
        self.theta.copy_from_slice(&self.before);
        self.damping = self.begin;
        Outcome::Stop(Stop::Stagnated)
    }

    fn iterate(&mut self) -> &[f64] {
        if !self.fresh {
            for (value, place) in self.values.iter_mut().zip(&self.nodes) {
                let bump = self.sides.bump(place)[0][0];
                let network = self.objective.network.jet(&self.theta, place, &[])[0];
                *value = self.sides.lift(place)[0] + bump * network;
            }
            self.fresh = true;
        }
        &self.values
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.value;
        out[1] = self.theta.len() as f64;
    }

    fn memory(&self) -> Option<usize> {
        let n = self.theta.len();
        Some(8 * (self.jacobian.len() + 2 * self.rows.len() + 2 * n * n + 5 * n + 4 * self.nodes.len()))
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.theta);
        out.real(self.damping);
        out.real(self.value);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.theta);
        self.damping = from.real();
        self.value = from.real();
        self.fresh = false;
    }
}
