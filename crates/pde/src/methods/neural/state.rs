//! A network whose values at the nodes are the state of a system: fitted to a start, and moved to targets.

use iterscope_core::{BuildError, ParamInfo, Values, Work};
use iterscope_neural::{Activation, Network, Ridge, Shape};

use crate::time::problem::Evolution;

/// Features of a coordinate.
pub const FEATURES: ParamInfo =
    ParamInfo::int("features", "Features", "Waves, or lines, of each coordinate that go into the network", [1, 40], 10);
/// Neurons of a layer.
pub const WIDTH: ParamInfo = ParamInfo::int("width", "Width", "Neurons of each hidden layer", [1, 40], 10);
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

/// The network for a problem, and its nodes.
///
/// # Errors
/// The problem has more than one field, or too many nodes.
pub fn shape(problem: &Evolution, values: &Values) -> Result<(Shape, Vec<[f64; 3]>), BuildError> {
    let refused = |why: String| BuildError::new("method", why);
    let one = problem.typed().filter(|_| problem.shape().is_some());
    let system = one.ok_or_else(|| refused("needs a system of one field".to_owned()))?.system();
    let mesh = system.mesh();
    if mesh.is_point() || mesh.inside.is_some() {
        return Err(refused("needs a field on a whole box".to_owned()));
    }
    if mesh.len() > MOST {
        return Err(refused(format!(
            "solves dense least-squares problems: {} nodes are too many, {MOST} the most",
            mesh.len()
        )));
    }
    let side = |axis: usize| {
        let intervals = mesh.nodes[axis] - usize::from(!mesh.periodic[axis]);
        ([mesh.lower[axis], mesh.spacing[axis] * intervals as f64], mesh.periodic[axis])
    };
    let shape = Shape {
        coordinates: (0..mesh.dimension).map(side).collect(),
        features: values.size("features"),
        hidden: vec![values.size("width"); values.size("layers")],
        activation: Activation::Tanh,
    };
    Ok((shape, (0..mesh.len()).map(|node| mesh.coordinates(node)).collect()))
}

/// The network with its nodes.
pub struct NeuralState {
    network: Network,
    places: Vec<[f64; 3]>,
    /// Its parameters.
    pub theta: Vec<f64>,
    /// What it missed of the start, root mean square.
    pub fitted: f64,
    seed: u64,
    values: Vec<f64>,
    slopes: Vec<f64>,
    left: Vec<f64>,
    step: Vec<f64>,
    other: Vec<f64>,
    ridge: Ridge,
}

fn mean_square(v: &[f64]) -> f64 {
    (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt()
}

impl NeuralState {
    /// The network of a shape at some places.
    pub fn new(shape: Shape, places: Vec<[f64; 3]>, seed: u64) -> NeuralState {
        let network = Network::new(shape);
        let (m, p) = (places.len(), network.parameters());
        NeuralState {
            network,
            theta: vec![0.0; p],
            fitted: f64::NAN,
            seed,
            values: vec![0.0; m],
            slopes: vec![0.0; m * p],
            left: vec![0.0; m],
            step: vec![0.0; p],
            other: vec![0.0; p],
            ridge: Ridge::new(m, p),
            places,
        }
    }

    /// The values at the nodes.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Computes the values that belong to the parameters.
    pub fn evaluate(&mut self) {
        for (value, place) in self.values.iter_mut().zip(&self.places) {
            *value = self.network.value(&self.theta, place);
        }
    }

    /// Computes values and slopes.
    fn linearise(&mut self) {
        let p = self.theta.len();
        for ((value, place), row) in self.values.iter_mut().zip(&self.places).zip(self.slopes.chunks_exact_mut(p)) {
            *value = self.network.gradient(&self.theta, place, 0, [1.0, 0.0, 0.0], row)[0];
        }
    }

    fn miss(&mut self, target: &[f64]) -> f64 {
        self.left.iter_mut().zip(target.iter().zip(&self.values)).for_each(|(l, (t, v))| *l = t - v);
        mean_square(&self.left)
    }

    /// Fits the network to `target` from random parameters, by Gauss-Newton steps with a ridge that follows their success (K. Levenberg 1944; D. W.
    /// Marquardt 1963); false where it found no numbers.
    pub fn fit(&mut self, target: &[f64]) -> bool {
        self.network.start(self.seed, &mut self.theta);
        let size = target.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let good = GOOD * if size > 0.0 { size } else { 1.0 };
        let mut ridge = 1e-2;
        self.evaluate();
        let mut error = self.miss(target);
        for _ in 0..FIT {
            if error <= good || ridge > 1e6 {
                break;
            }
            self.linearise();
            self.ridge.set(&self.slopes);
            // The same matrix with larger ridges, until one step is a good one.
            loop {
                self.miss(target);
                if self.ridge.solve(&self.slopes, &self.left, ridge, &mut self.step).is_none() {
                    return false;
                }
                self.other.copy_from_slice(&self.theta);
                self.theta.iter_mut().zip(&self.step).for_each(|(t, d)| *t += d);
                self.evaluate();
                let found = self.miss(target);
                if found < error {
                    error = found;
                    ridge = (ridge / 3.0).max(1e-15);
                    break;
                }
                self.theta.copy_from_slice(&self.other);
                self.evaluate();
                ridge *= 4.0;
                if ridge > 1e6 {
                    break;
                }
            }
        }
        self.fitted = error;
        error.is_finite()
    }

    /// Moves the network to `target` by so many Gauss-Newton steps; what it misses, root mean square.
    pub fn project(&mut self, target: &[f64], iterations: usize, work: &mut Work) -> f64 {
        let (m, p) = (self.values.len() as u64, self.theta.len() as u64);
        for _ in 0..iterations {
            self.linearise();
            self.miss(target);
            self.ridge.set(&self.slopes);
            if self.ridge.solve(&self.slopes, &self.left, RIDGE, &mut self.step).is_none() {
                return f64::NAN;
            }
            self.theta.iter_mut().zip(&self.step).for_each(|(t, d)| *t += d);
            let small = m.min(p);
            work.inner += 1;
            work.flops += 2 * m * p * small + small * small * small / 3 + 20 * m * p;
        }
        self.evaluate();
        self.miss(target)
    }
}
