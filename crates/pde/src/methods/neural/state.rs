//! A network whose values at the nodes are the state of a system: fitted to a start, and moved to targets.

use iterscope_core::{BuildError, ParamInfo, SeriesInfo, StateReader, StateWriter, Values, Work};
use iterscope_neural::{Activation, LeastSquares, Network, Residuals, Shape};

use super::law::one_field;
use crate::time::mesh::Mesh;
use crate::time::problem::Evolution;

/// Features of a coordinate.
pub const FEATURES: ParamInfo =
    ParamInfo::int("features", "Features", "Waves, or lines, of each coordinate that go into the network", [1, 40], 10);
/// Neurons of a layer.
pub const WIDTH: ParamInfo = ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 40], 10);
/// What bends between layers.
pub const ACTIVATION: ParamInfo = ParamInfo::choice(
    "activation",
    "Activation",
    "What bends the sums of a layer",
    &[("tanh", "hyperbolic tangent"), ("sine", "sine")],
    "sine",
);

/// The activation that was chosen.
pub fn activation(values: &Values) -> Activation {
    if values.text("activation") == "sine" { Activation::Sine } else { Activation::Tanh }
}

/// Diagnostics of a network that is the state.
pub const FITTED: SeriesInfo =
    SeriesInfo::new("neural.fit", "Left of the start", "Root mean square of what the network misses of the start");
pub const PARAMETERS: SeriesInfo =
    SeriesInfo::new("neural.parameters", "Parameters", "Weights and constants of the network").linear();

/// Layers.
pub const HIDDEN: ParamInfo =
    ParamInfo::int("layers", "Hidden layers", "Between the features and the value", [1, 4], 2);

/// The most nodes.
const MOST: usize = 1000;
/// Iterations of the fit at the start, and the error at which it ends, as a part of the largest value.
const FIT: usize = 300;
const GOOD: f64 = 1e-6;
/// The ridge of projections.
const RIDGE: f64 = 1e-12;

/// Where the axes of a mesh begin, their lengths, and whether their ends are joined.
pub fn sides(mesh: &Mesh) -> Vec<([f64; 2], bool)> {
    let side = |axis: usize| {
        let intervals = mesh.nodes[axis] - usize::from(!mesh.periodic[axis]);
        ([mesh.lower[axis], mesh.spacing[axis] * intervals as f64], mesh.periodic[axis])
    };
    (0..mesh.dimension).map(side).collect()
}

/// The network for a problem, and its nodes.
///
/// # Errors
/// The problem has more than one field, or too many nodes.
pub fn shape(problem: &Evolution, values: &Values) -> Result<(Shape, Vec<[f64; 3]>), BuildError> {
    let system = one_field(problem, 3)?;
    let mesh = system.mesh();
    if mesh.len() > MOST {
        let why = format!("solves dense least-squares problems: {} nodes are too many, {MOST} the most", mesh.len());
        return Err(BuildError::new("method", why));
    }
    let shape = Shape {
        coordinates: sides(mesh),
        features: values.size("features"),
        hidden: vec![values.size("width"); values.size("layers")],
        activation: Activation::Tanh,
    };
    Ok((shape, (0..mesh.len()).map(|node| mesh.coordinates(node)).collect()))
}

/// The network at the nodes, and where it is wanted.
struct AtNodes {
    network: Network,
    places: Vec<[f64; 3]>,
    target: Vec<f64>,
}

impl Residuals for AtNodes {
    fn residuals(&mut self, theta: &[f64], out: &mut [f64]) {
        for (out, (place, target)) in out.iter_mut().zip(self.places.iter().zip(&self.target)) {
            *out = self.network.value(theta, place) - target;
        }
    }

    fn linearise(&mut self, theta: &[f64], out: &mut [f64], jacobian: &mut [f64]) {
        jacobian.fill(0.0);
        let rows = jacobian.chunks_exact_mut(theta.len());
        for ((out, row), (place, target)) in out.iter_mut().zip(rows).zip(self.places.iter().zip(&self.target)) {
            *out = self.network.add_gradient(theta, place, &[], [1.0, 0.0, 0.0], row)[0] - target;
        }
    }
}

/// The network with its nodes.
pub struct NeuralState {
    at: AtNodes,
    /// Its parameters.
    pub theta: Vec<f64>,
    /// What it missed of the start, root mean square.
    pub fitted: f64,
    seed: u64,
    values: Vec<f64>,
    solver: LeastSquares,
}

impl NeuralState {
    /// The network of a shape at some places.
    pub fn new(shape: Shape, places: Vec<[f64; 3]>, seed: u64) -> NeuralState {
        let network = Network::new(shape);
        let (m, p) = (places.len(), network.parameters());
        NeuralState {
            at: AtNodes { network, places, target: vec![0.0; m] },
            theta: vec![0.0; p],
            fitted: f64::NAN,
            seed,
            values: vec![0.0; m],
            solver: LeastSquares::new(m, p),
        }
    }

    /// The values at the nodes.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Computes the values that belong to the parameters.
    pub fn evaluate(&mut self) {
        for (value, place) in self.values.iter_mut().zip(&self.at.places) {
            *value = self.at.network.value(&self.theta, place);
        }
    }

    /// Fits the network to `target` from random parameters; false where it found no numbers.
    pub fn fit(&mut self, target: &[f64]) -> bool {
        self.at.network.start(self.seed, &mut self.theta);
        self.at.target.copy_from_slice(target);
        let size = target.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let good = GOOD * if size > 0.0 { size } else { 1.0 };
        self.solver.begin();
        for _ in 0..FIT {
            let Some([before, after]) = self.solver.levenberg(&mut self.at, &mut self.theta) else { return false };
            self.fitted = after;
            if after <= good || after >= before {
                break;
            }
        }
        self.evaluate();
        self.fitted.is_finite()
    }

    /// Fits the network to a start that a run begins with.
    ///
    /// # Errors
    /// Field `width`: it found no numbers.
    pub fn prepare(&mut self, start: &[f64]) -> Result<(), BuildError> {
        match self.fit(start) {
            true => Ok(()),
            false => Err(BuildError::new("width", "the network could not be fitted to the start")),
        }
    }

    /// Writes what the next steps depend on.
    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.theta);
        out.real(self.fitted);
    }

    /// Reads it.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.theta);
        self.fitted = from.real();
        self.evaluate();
    }

    /// Moves the network to `target` by so many Gauss-Newton steps; what it misses, root mean square.
    pub fn project(&mut self, target: &[f64], iterations: usize, work: &mut Work) -> f64 {
        self.at.target.copy_from_slice(target);
        for _ in 0..iterations {
            if !self.solver.gauss_newton(&mut self.at, &mut self.theta, RIDGE) {
                return f64::NAN;
            }
            work.inner += 1;
            work.flops += self.solver.flops() + 20 * (target.len() * self.theta.len()) as u64;
        }
        self.evaluate();
        self.solver.error(&mut self.at, &self.theta)
    }
}
