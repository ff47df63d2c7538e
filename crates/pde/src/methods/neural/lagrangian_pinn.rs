//! Networks of space and time that move with what is carried along: one for the values, one for where they are.
//!
//! Labels are the places at time 0. The place of a label is `X = xi + D(xi, t)`, which moves with the speed of the equation, `X_t = a(X, t, u)`; there
//! `u_t` is what the equation says without the term in `u_x`. A network at places that stand still has to bend along all of the characteristics.

use iterscope_core::{BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words};
use iterscope_expr::system::Symbol;
use iterscope_kernels::rng::Rng;
use iterscope_neural::{Activation, Field, Network, Residuals, Shape};

use super::law::{Law, one_field};
use super::space_time::{Course, DIAGNOSTICS, HIDDEN, POINTS, Places, START_POINTS, Trained, eulerian};
use super::state::sides;
use crate::methods::time::BACKENDS;
use crate::methods::time::slab::{self, FINE, FINE_STEPS, INTERVALS, SPAN};
use crate::time::problem::Evolution;

/// The most nodes.
const MOST: usize = 1000;
/// Newton steps that find the label at a node.
const NEWTON: usize = 4;
/// Derivatives of a network of labels and time: the value, along labels, twice, and in time.
const WANTED: [[u8; 4]; 4] = [[0; 4], [1, 0, 0, 0], [2, 0, 0, 0], [0, 1, 0, 0]];

static PARAMS: &[ParamInfo] = &[
    SPAN,
    INTERVALS,
    ParamInfo::choice(
        "frame",
        "Frame",
        "Labels that are carried along, or places that stand still, as networks have it otherwise",
        &[("labels", "labels"), ("places", "places")],
        "labels",
    ),
    ParamInfo::choice(
        "diffusion",
        "Second derivatives",
        "Along places, by the chain rule, or along labels, as the source has it, which is the same only where all labels move alike",
        &[("places", "along places"), ("labels", "along labels")],
        "places",
    )
    .when("frame", &["labels"]),
    ParamInfo::int("features", "Features", "Waves of labels, and lines of time, that go into each network", [1, 40], 4),
    ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 40], 8),
    HIDDEN,
    POINTS,
    START_POINTS,
    ParamInfo::real(
        "weight",
        "Weight of the start",
        "Of the mean square of what is missed of the start against that of the equation",
        [1e-3, 1e6],
        1000.0,
    )
    .log(),
    FINE,
    FINE_STEPS,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.lagrangian-pinn"),
        label: Str::Borrowed("Lagrangian PINN"),
        summary: words(
            "Two networks of space and time: values, and the places to which they are carried. Where something moves far, a network at places that stand still has to bend along \
             every characteristic and comes to a flat and wrong course; in labels that move along almost nothing changes, and few steps of least squares are enough. Marching on a grid is thousands \
             of times as fast as either.",
        ),
        math: words(
            r"X_t = a(X, t, u), \quad \partial_t u|_\xi = F(X, t, u, u_{XX})|_{u_X = 0}, \quad u_X = \frac{u_\xi}{X_\xi}, \quad X(\xi, 0) = \xi, \quad u(\xi, 0) = u_0(\xi)",
        ),
        citation: words(
            "R. Mojgani, M. Balajewicz and P. Hassanzadeh, Lagrangian PINNs: A causality-conforming solution to failure modes of physics-informed neural networks, arXiv 2205.02902, \
             2022",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.advection"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "one least-squares problem with two rows for each place; both networks go forward and back twice at all places",
        ),
        limits: words(
            "One field on a line whose ends are joined, an equation that u_x occurs in linearly, coefficients that do not depend on the place, derivatives up to order 2; characteristics must not cross. Least squares in place of the source's \
             Adam with a million updates. Weights are those of the source: the equation of places counts ten times that of values.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let system = one_field(problem, 1)?;
        let mesh = system.mesh();
        let refused = |why: String| BuildError::new("method", why);
        if !mesh.periodic[0] {
            return Err(refused("needs a line whose ends are joined, so that labels stay within it".to_owned()));
        }
        if mesh.len() > MOST {
            return Err(refused(format!(
                "finds the label at each node: {} nodes are too many, {MOST} the most",
                mesh.len()
            )));
        }
        let law = Law::new(&system)?;
        if law.depends_on(|s| matches!(s, Symbol::Coordinate(_))) {
            return Err(refused("needs coefficients that do not depend on the place".to_owned()));
        }
        let speed = law.speed()?;
        if input.values.text("frame") == "places" {
            let course = eulerian(input, Activation::Tanh)?;
            return slab::build(Box::new(Trained::new(course, input.seed)), input);
        }
        let values = input.values;
        let sides = sides(mesh);
        let shape = Shape {
            coordinates: vec![sides[0], ([0.0, values.real("span")], false)],
            features: values.size("features"),
            hidden: vec![values.size("width"); values.size("layers")],
            activation: Activation::Tanh,
        };
        let field = || Field::new(Network::new(shape.clone()), &WANTED);
        let nodes: Vec<[f64; 3]> = (0..mesh.len()).map(|node| mesh.coordinates(node)).collect();
        let own = |orders: [u8; 3]| law.derivatives.iter().position(|o| *o == orders);
        let counts = [values.size("points"), values.size("start_points")];
        let course = Lagrangian {
            slope: own([1, 0, 0]),
            curvature: own([2, 0, 0]),
            along_places: values.text("diffusion") == "places",
            weights: [10.0f64.sqrt(), (values.real("weight") * counts[0] as f64 / counts[1] as f64).sqrt()],
            jets: vec![0.0; law.derivatives.len()],
            slopes: [vec![0.0; law.derivatives.len()], vec![0.0; law.derivatives.len()]],
            fields: [field(), field()],
            extent: sides[0].0,
            labels: vec![0.0; nodes.len()],
            at_labels: vec![0.0; nodes.len()],
            nodes: nodes.iter().map(|node| node[0]).collect(),
            places: Places::new(sides, nodes, counts),
            law,
            speed,
        };
        slab::build(Box::new(Trained::new(course, input.seed)), input)
    },
    predict: None,
};

struct Lagrangian {
    /// Of values and of displacements.
    fields: [Field; 2],
    law: Law,
    speed: Law,
    /// Where the law has `u_x` and `u_xx`.
    slope: Option<usize>,
    curvature: Option<usize>,
    along_places: bool,
    /// Roots of the weights of the equation of places, and of the start.
    weights: [f64; 2],
    places: Places,
    /// Where the line begins, and its length.
    extent: [f64; 2],
    nodes: Vec<f64>,
    labels: Vec<f64>,
    at_labels: Vec<f64>,
    jets: Vec<f64>,
    slopes: [Vec<f64>; 2],
}

/// The residuals of both equations at a place, and their derivatives with respect to those of both networks.
struct At {
    missed: [f64; 2],
    seeds: [[[f64; 4]; 2]; 2],
}

impl Lagrangian {
    fn at(&mut self, theta: &[f64], k: usize) -> At {
        let place = &self.places.inside[k];
        let (own, carried) = theta.split_at(self.fields[0].network.parameters());
        let (mut u, mut d) = ([0.0; 4], [0.0; 4]);
        self.fields[0].evaluate(own, place, &mut u);
        self.fields[1].evaluate(carried, place, &mut d);
        let t = place[1];
        let x = [place[0] + d[0], 0.0, 0.0];
        let (p, q) = if self.along_places { (1.0 + d[1], d[2]) } else { (1.0, 0.0) };
        let bent = (u[2] * p - u[1] * q) / (p * p * p);
        self.jets[0] = u[0];
        if let Some(slope) = self.slope {
            self.jets[slope] = 0.0;
        }
        if let Some(curvature) = self.curvature {
            self.jets[curvature] = bent;
        }
        let [of_rate, of_speed] = &mut self.slopes;
        let rate = self.law.at(&x, t, &self.jets, of_rate);
        // The factor of u_x is minus the speed.
        let speed = -self.speed.at(&x, t, &self.jets, of_speed);
        let mut seeds = [[[0.0; 4]; 2]; 2];
        let by = |slopes: &[f64], place: Option<usize>| place.map_or(0.0, |k| slopes[k]);
        for (equation, (sign, slopes)) in [(-1.0, &*of_rate), (1.0, &*of_speed)].into_iter().enumerate() {
            let [values, places] = &mut seeds[equation];
            let bending = sign * by(slopes, self.curvature);
            values[0] = sign * slopes[0];
            values[1] = -bending * q / (p * p * p);
            values[2] = bending / (p * p);
            if self.along_places {
                places[1] = bending * (3.0 * u[1] * q / p - 2.0 * u[2]) / (p * p * p);
                places[2] = -bending * u[1] / (p * p * p);
            }
        }
        seeds[0][0][3] = 1.0;
        seeds[1][1][3] = 1.0;
        let weight = self.weights[0];
        seeds[1].iter_mut().flatten().for_each(|s| *s *= weight);
        At { missed: [u[3] - rate, weight * (d[3] - speed)], seeds }
    }
}

impl Residuals for Lagrangian {
    fn residuals(&mut self, theta: &[f64], out: &mut [f64]) {
        let count = self.places.inside.len();
        let (inside, start) = out.split_at_mut(2 * count);
        for (k, out) in inside.chunks_exact_mut(2).enumerate() {
            out.copy_from_slice(&self.at(theta, k).missed);
        }
        let (own, carried) = theta.split_at(self.fields[0].network.parameters());
        for (out, (place, value)) in start.chunks_exact_mut(2).zip(&self.places.at_start) {
            out[0] = self.weights[1] * (self.fields[0].network.value(own, place) - value);
            out[1] = self.weights[1] * self.fields[1].network.value(carried, place);
        }
    }

    fn linearise(&mut self, theta: &[f64], out: &mut [f64], jacobian: &mut [f64]) {
        jacobian.fill(0.0);
        self.residuals(theta, out);
        let cut = self.fields[0].network.parameters();
        let (own, carried) = theta.split_at(cut);
        let count = self.places.inside.len();
        for (row, gradient) in jacobian.chunks_exact_mut(theta.len()).enumerate() {
            let (of_own, of_carried) = gradient.split_at_mut(cut);
            if row < 2 * count {
                let At { seeds, .. } = self.at(theta, row / 2);
                let place = &self.places.inside[row / 2];
                let [values, places] = &seeds[row % 2];
                self.fields[0].add_gradient(own, place, values, of_own);
                self.fields[1].add_gradient(carried, place, places, of_carried);
            } else {
                let (place, _) = &self.places.at_start[row / 2 - count];
                let seeds = [self.weights[1], 0.0, 0.0];
                if row.is_multiple_of(2) {
                    self.fields[0].network.add_gradient(own, place, &[], seeds, of_own);
                } else {
                    self.fields[1].network.add_gradient(carried, place, &[], seeds, of_carried);
                }
            }
        }
    }
}

impl Course for Lagrangian {
    fn parameters(&self) -> usize {
        self.fields.iter().map(|f| f.network.parameters()).sum()
    }

    fn rows(&self) -> usize {
        2 * (self.places.inside.len() + self.places.at_start.len())
    }

    fn flops(&self) -> u64 {
        (18 * 4 * self.parameters() * self.places.inside.len()) as u64
    }

    fn set_parameters(&mut self, values: &[f64]) {
        self.law.set_parameters(values);
        self.speed.set_parameters(values);
    }

    fn set_span(&mut self, span: f64) {
        self.fields.iter_mut().for_each(|f| f.network.stretch(1, [0.0, span]));
    }

    fn start(&self, seed: u64, theta: &mut [f64]) {
        let (own, carried) = theta.split_at_mut(self.fields[0].network.parameters());
        self.fields[0].network.start(seed, own);
        self.fields[1].network.start(seed.wrapping_add(1), carried);
    }

    fn scatter(&mut self, rng: &mut Rng, span: f64, start: &[f64]) {
        self.places.scatter(rng, span, start);
    }

    /// Finds the label at each node, by a straight line between labels and Newton's method from there, and looks at the values there.
    fn write(&mut self, theta: &[f64], t: f64, state: &mut [f64]) {
        let (own, carried) = theta.split_at(self.fields[0].network.parameters());
        let ([_, length], n) = (self.extent, self.nodes.len());
        let h = length / n as f64;
        for (x, &label) in self.at_labels.iter_mut().zip(&self.nodes) {
            *x = label + self.fields[1].network.value(carried, &[label, t]);
        }
        self.labels.copy_from_slice(&self.nodes);
        for i in 0..n {
            let (from, to) =
                (self.at_labels[i], if i + 1 < n { self.at_labels[i + 1] } else { self.at_labels[0] + length });
            if !(to > from && to - from < length) {
                continue;
            }
            // Nodes within, and their images around the line.
            let first = ((from - self.extent[0]) / h).ceil();
            let mut k = first;
            while self.extent[0] + k * h < to {
                let node = (k as i64).rem_euclid(n as i64) as usize;
                let part = (self.extent[0] + k * h - from) / (to - from);
                // The label is told apart from its images by the node's turns.
                self.labels[node] = self.nodes[i] + part * h - length * libm::floor(k / n as f64);
                k += 1.0;
            }
        }
        for (value, (&node, &label)) in state.iter_mut().zip(self.nodes.iter().zip(&self.labels)) {
            let mut label = label;
            for _ in 0..NEWTON {
                let [d, slope, _] = self.fields[1].network.jet(carried, &[label, t], &[1.0]);
                let step = (label + d - node) / (1.0 + slope);
                if step.is_nan() || step.abs() >= h {
                    break;
                }
                label -= step;
            }
            *value = self.fields[0].network.value(own, &[label, t]);
        }
    }
}
