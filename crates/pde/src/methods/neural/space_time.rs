//! Networks of space and time that are all of a course, trained until an equation and a start hold (M. Raissi, P. Perdikaris and G. E. Karniadakis,
//! Physics-informed neural networks, Journal of Computational Physics 378, 2019). One step is one of least squares, at other random places each time.

use iterscope_core::{BuildError, MethodInput, ParamInfo, SeriesInfo, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::rng::Rng;
use iterscope_neural::{Activation, Field, LeastSquares, Network, Residuals, Shape};

use super::law::{Edge, Law, edges, one_field};
use super::state::sides;
use crate::methods::time::slab::{ERROR, RESIDUAL, SEQUENTIAL, SlabMethod, Tools};
use crate::time::problem::Evolution;

/// The most nodes at which the network is looked at.
const MOST: usize = 20_000;

/// Layers.
pub const HIDDEN: ParamInfo =
    ParamInfo::int("layers", "Hidden layers", "Between the features and the value", [1, 4], 1);
/// Places of the equation.
pub const POINTS: ParamInfo = ParamInfo::int(
    "points",
    "Points",
    "Random places in space and time at which the equation is to hold, other ones in each step",
    [4, 2000],
    200,
)
.log();
/// Places of the start.
pub const START_POINTS: ParamInfo =
    ParamInfo::int("start_points", "Points of the start", "Random nodes at which the start is to hold", [4, 2000], 80)
        .log();

/// What a course is to fulfil.
pub trait Course: Residuals {
    /// The number of parameters.
    fn parameters(&self) -> usize;

    /// The number of residuals.
    fn rows(&self) -> usize;

    /// Floating-point operations of all residuals with their derivatives, about.
    fn flops(&self) -> u64;

    /// Takes the parameters that the equation has now.
    fn set_parameters(&mut self, values: &[f64]);

    /// Says how long the course is.
    fn set_span(&mut self, span: f64);

    /// Writes the parameters to begin with.
    fn start(&self, seed: u64, theta: &mut [f64]);

    /// Takes other places between time 0 and `span`, and what `start` says at the nodes.
    fn scatter(&mut self, rng: &mut Rng, span: f64, start: &[f64]);

    /// Writes the state at a time.
    fn write(&mut self, theta: &[f64], t: f64, state: &mut [f64]);
}

/// The diagnostics of [`Trained`].
pub static DIAGNOSTICS: &[SeriesInfo] = &[RESIDUAL, ERROR, SEQUENTIAL, LOSS];

const LOSS: SeriesInfo = SeriesInfo::new(
    "neural.loss",
    "Loss",
    "Root mean square of all weighted residuals, of equation, start and sides, at the places of the last step",
);

/// The method: a course with its parameters.
pub struct Trained<C> {
    course: C,
    theta: Vec<f64>,
    solver: LeastSquares,
    seed: u64,
    rng: Rng,
    loss: f64,
}

impl<C: Course> Trained<C> {
    /// Of a course.
    pub fn new(course: C, seed: u64) -> Trained<C> {
        let (rows, parameters) = (course.rows(), course.parameters());
        Trained {
            course,
            theta: vec![0.0; parameters],
            solver: LeastSquares::new(rows, parameters),
            seed,
            rng: Rng::new(0),
            loss: f64::NAN,
        }
    }

    fn take(&mut self, tools: &mut Tools<'_>) {
        self.course.set_span(tools.times[tools.times.len() - 1]);
        if let Some(system) = tools.system.as_typed() {
            self.course.set_parameters(system.parameters());
        }
    }

    fn write(&mut self, times: &[f64], slab: &mut [Vec<f64>]) {
        for (state, &t) in slab.iter_mut().zip(times).skip(1) {
            self.course.write(&self.theta, t, state);
        }
    }
}

impl<C: Course> SlabMethod for Trained<C> {
    fn begin(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], _: &mut Work) -> Result<(), Stop> {
        self.take(tools);
        self.course.start(self.seed, &mut self.theta);
        self.rng = Rng::new(self.seed ^ 0x70_1ac3_50ff_71e5);
        self.solver.begin();
        self.loss = f64::NAN;
        self.write(tools.times, slab);
        Ok(())
    }

    fn iterate(&mut self, tools: &mut Tools<'_>, slab: &mut [Vec<f64>], work: &mut Work) -> Result<(), Stop> {
        self.course.scatter(&mut self.rng, tools.times[tools.times.len() - 1], &slab[0]);
        let Some([_, after]) = self.solver.levenberg(&mut self.course, &mut self.theta) else {
            return Err(Stop::Diverged);
        };
        self.loss = after;
        work.inner += 1;
        work.flops += self.solver.flops() + self.course.flops();
        self.write(tools.times, slab);
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.loss;
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.theta);
        out.real(self.loss);
        out.real(self.solver.damping);
        out.bits(self.rng.state());
    }

    fn load(&mut self, tools: &mut Tools<'_>, _: &[Vec<f64>], from: &mut StateReader<'_>) {
        from.slice(&mut self.theta);
        self.loss = from.real();
        self.solver.damping = from.real();
        self.rng = Rng::from_state(from.bits());
        self.take(tools);
    }
}

/// Random places, and nodes at which the start is looked at.
pub struct Places {
    sides: Vec<([f64; 2], bool)>,
    nodes: Vec<[f64; 3]>,
    /// Places with the time as the last coordinate.
    pub inside: Vec<[f64; 4]>,
    /// Places at time 0, and the values there.
    pub at_start: Vec<([f64; 4], f64)>,
}

impl Places {
    /// So many inside, and at the start.
    pub fn new(sides: Vec<([f64; 2], bool)>, nodes: Vec<[f64; 3]>, counts: [usize; 2]) -> Places {
        let [inside, start] = counts;
        Places { sides, nodes, inside: vec![[0.0; 4]; inside], at_start: vec![([0.0; 4], 0.0); start] }
    }

    /// The coordinate that is the time.
    pub fn time(&self) -> usize {
        self.sides.len()
    }

    fn draw(sides: &[([f64; 2], bool)], rng: &mut Rng, span: f64, place: &mut [f64; 4]) {
        for (x, ([begin, length], _)) in place.iter_mut().zip(sides) {
            *x = begin + length * rng.uniform();
        }
        place[sides.len()] = span * rng.uniform();
    }

    /// Draws all anew.
    pub fn scatter(&mut self, rng: &mut Rng, span: f64, start: &[f64]) {
        self.inside.iter_mut().for_each(|place| Self::draw(&self.sides, rng, span, place));
        for (place, value) in &mut self.at_start {
            let node = rng.below(self.nodes.len());
            place[..self.sides.len()].copy_from_slice(&self.nodes[node][..self.sides.len()]);
            *value = start[node];
        }
    }
}

/// Places on each side that is not joined with the one opposite.
const ON_EDGE: usize = 12;

/// A network whose residual is that of an equation at places that stand still.
pub struct Eulerian {
    field: Field,
    law: Law,
    places: Places,
    edges: Vec<Edge>,
    on_edges: Vec<[f64; 4]>,
    /// Roots of the weights of start and sides, with the equation's as 1.
    weights: [f64; 2],
    jets: Vec<f64>,
    slopes: Vec<f64>,
}

impl Eulerian {
    /// Of a network of space and time; `weight` is that of the start against the equation, that of sides is the same.
    pub fn new(network: Network, law: Law, places: Places, edges: Vec<Edge>, weight: f64) -> Eulerian {
        let time = places.time();
        let mut derivatives: Vec<[u8; 4]> = law.derivatives.iter().map(|o| [o[0], o[1], o[2], 0]).collect();
        let mut rate = [0; 4];
        rate[time] = 1;
        derivatives.push(rate);
        let on_edges = vec![[0.0; 4]; edges.len() * ON_EDGE];
        let count = places.inside.len() as f64;
        let over = |others: usize| (weight * count / others.max(1) as f64).sqrt();
        Eulerian {
            jets: vec![0.0; derivatives.len()],
            slopes: vec![0.0; derivatives.len()],
            field: Field::new(network, &derivatives),
            weights: [over(places.at_start.len()), over(on_edges.len())],
            law,
            places,
            edges,
            on_edges,
        }
    }

    /// The residual of the equation; its derivatives are left in `slopes`.
    fn at(&mut self, theta: &[f64], k: usize) -> f64 {
        let place = &self.places.inside[k];
        let last = self.jets.len() - 1;
        self.field.evaluate(theta, place, &mut self.jets);
        let t = place[self.places.time()];
        let rate = self.law.at(&place[..3], t, &self.jets[..last], &mut self.slopes[..last]);
        self.slopes.iter_mut().for_each(|s| *s = -*s);
        self.slopes[last] = 1.0;
        self.jets[last] - rate
    }

    /// Residuals behind those of the equation.
    fn others(&mut self, theta: &[f64], out: &mut [f64]) {
        let (start, sides) = out.split_at_mut(self.places.at_start.len());
        for (out, (place, value)) in start.iter_mut().zip(&self.places.at_start) {
            *out = self.weights[0] * (self.field.network.value(theta, place) - value);
        }
        let time = self.places.time();
        for (b, (out, place)) in sides.iter_mut().zip(&self.on_edges).enumerate() {
            let edge = &self.edges[b / ON_EDGE];
            let miss = edge.miss(&mut self.field.network, &mut self.law, theta, (place, place[time]));
            *out = self.weights[1] * miss;
        }
    }
}

impl Residuals for Eulerian {
    fn residuals(&mut self, theta: &[f64], out: &mut [f64]) {
        let (inside, others) = out.split_at_mut(self.places.inside.len());
        inside.iter_mut().enumerate().for_each(|(k, out)| *out = self.at(theta, k));
        self.others(theta, others);
    }

    fn linearise(&mut self, theta: &[f64], out: &mut [f64], jacobian: &mut [f64]) {
        jacobian.fill(0.0);
        let (inside, others) = out.split_at_mut(self.places.inside.len());
        self.others(theta, others);
        let mut rows = jacobian.chunks_exact_mut(theta.len());
        for (k, (out, row)) in inside.iter_mut().zip(&mut rows).enumerate() {
            *out = self.at(theta, k);
            self.field.add_gradient(theta, &self.places.inside[k], &self.slopes, row);
        }
        for ((place, _), row) in self.places.at_start.iter().zip(&mut rows) {
            self.field.network.add_gradient(theta, place, &[], [self.weights[0], 0.0, 0.0], row);
        }
        for (b, (place, row)) in self.on_edges.iter().zip(&mut rows).enumerate() {
            self.edges[b / ON_EDGE].add_gradient(&mut self.field.network, theta, place, self.weights[1], row);
        }
    }
}

impl Course for Eulerian {
    fn parameters(&self) -> usize {
        self.field.network.parameters()
    }

    fn rows(&self) -> usize {
        self.places.inside.len() + self.places.at_start.len() + self.on_edges.len()
    }

    fn flops(&self) -> u64 {
        (18 * self.parameters() * (self.field.passes() * self.places.inside.len() + self.on_edges.len())) as u64
    }

    fn set_parameters(&mut self, values: &[f64]) {
        self.law.set_parameters(values);
    }

    fn set_span(&mut self, span: f64) {
        self.field.network.stretch(self.places.time(), [0.0, span]);
    }

    fn start(&self, seed: u64, theta: &mut [f64]) {
        self.field.network.start(seed, theta);
    }

    fn scatter(&mut self, rng: &mut Rng, span: f64, start: &[f64]) {
        self.places.scatter(rng, span, start);
        for (edge, places) in self.edges.iter().zip(self.on_edges.chunks_exact_mut(ON_EDGE)) {
            for place in places {
                Places::draw(&self.places.sides, rng, span, place);
                place[edge.axis] = edge.at;
            }
        }
    }

    fn write(&mut self, theta: &[f64], t: f64, state: &mut [f64]) {
        let time = self.places.time();
        let mut place = [0.0; 4];
        for (value, node) in state.iter_mut().zip(&self.places.nodes) {
            place[..3].copy_from_slice(node);
            place[time] = t;
            *value = self.field.network.value(theta, &place);
        }
    }
}

/// The course of a problem that a network of space and time is to fulfil.
///
/// # Errors
/// The problem does not fit.
pub fn eulerian(input: &MethodInput<'_>, activation: Activation) -> Result<Eulerian, BuildError> {
    let problem = input.downcast::<Evolution>()?;
    let values = input.values;
    let system = one_field(problem, 2)?;
    let mesh = system.mesh();
    if mesh.len() > MOST {
        let why = format!("looks at the network node by node: {} nodes are too many, {MOST} the most", mesh.len());
        return Err(BuildError::new("method", why));
    }
    let law = Law::new(&system)?;
    let sides = sides(mesh);
    let edges = edges(system.typed(), &sides)?;
    let mut coordinates = sides.clone();
    coordinates.push(([0.0, values.real("span")], false));
    let network = Network::new(Shape {
        coordinates,
        features: values.size("features"),
        hidden: vec![values.size("width"); values.size("layers")],
        activation,
    });
    let nodes = (0..mesh.len()).map(|node| mesh.coordinates(node)).collect();
    let places = Places::new(sides, nodes, [values.size("points"), values.size("start_points")]);
    Ok(Eulerian::new(network, law, places, edges, values.real("weight")))
}
