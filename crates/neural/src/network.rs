//! A dense network of a place: features of each coordinate, hidden layers, one value.
//!
//! Values carry their first and second derivative along a direction through the layers (Taylor's arithmetic); the gradient with respect to parameters goes
//! back through the same (A. Griewank and A. Walther, Evaluating Derivatives, 2nd edition, 2008, chapters 3 and 13).

use core::f64::consts::TAU;

use iterscope_kernels::rng::Rng;

/// A value, and its first and second derivative along a direction.
pub type Jet = [f64; 3];

/// A function of a place that parameters move.
pub trait Ansatz {
    /// The number of parameters.
    fn parameters(&self) -> usize;

    /// Writes random parameters to begin with.
    fn start(&self, seed: u64, theta: &mut [f64]);

    /// The value and its derivatives along a direction at a place; coordinates of the direction that are not given are 0.
    fn jet(&mut self, theta: &[f64], place: &[f64], direction: &[f64]) -> Jet;

    /// The same, and adds the gradient of `seeds[0] u + seeds[1] u' + seeds[2] u''` with respect to the parameters to `gradient`.
    fn add_gradient(
        &mut self,
        theta: &[f64],
        place: &[f64],
        direction: &[f64],
        seeds: Jet,
        gradient: &mut [f64],
    ) -> Jet;
}

/// What bends between layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// The hyperbolic tangent.
    Tanh,
    /// The sine (V. Sitzmann and others, Implicit neural representations with periodic activation functions, 2020).
    Sine,
}

impl Activation {
    /// The function and its first three derivatives.
    pub(crate) fn at(self, z: f64) -> [f64; 4] {
        match self {
            Activation::Tanh => {
                let s = libm::tanh(z);
                let first = 1.0 - s * s;
                let second = -2.0 * s * first;
                [s, first, second, -2.0 * (first * first + s * second)]
            }
            Activation::Sine => {
                let (s, c) = (libm::sin(z), libm::cos(z));
                [s, c, -s, -c]
            }
        }
    }
}

/// How a network is built.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// For each coordinate where it begins, its length, and whether its ends are joined: features are then `a cos(2 pi x / length + phi) + c`, else
    /// `a x + c` with x scaled to -1 to 1.
    pub coordinates: Vec<([f64; 2], bool)>,
    /// Features of each coordinate.
    pub features: usize,
    /// Neurons of the hidden layers.
    pub hidden: Vec<usize>,
    /// What bends.
    pub activation: Activation,
}

/// A feature: its coordinate, and where its parameters begin.
#[derive(Clone, Copy)]
struct Feature {
    coordinate: usize,
    at: usize,
}

/// A layer of weighted sums: where its parameters begin, what goes in and what comes out.
#[derive(Clone, Copy)]
struct Dense {
    at: usize,
    inputs: usize,
    outputs: usize,
}

impl Dense {
    /// Where the weights and the constant of a sum are.
    fn row(self, k: usize) -> core::ops::Range<usize> {
        let at = self.at + k * (self.inputs + 1);
        at..at + self.inputs + 1
    }
}

/// A network, with memory for its evaluation; its parameters are given with each call.
pub struct Network {
    shape: Shape,
    parameters: usize,
    features: Vec<Feature>,
    /// One behind each row of neurons; the last is the value.
    layers: Vec<Dense>,
    /// Layer by layer what goes in to the bending, what comes out, and what is asked of both.
    before: Vec<Vec<Jet>>,
    after: Vec<Vec<Jet>>,
    asked: Vec<Vec<Jet>>,
}

impl Network {
    /// The network of a shape.
    pub fn new(shape: Shape) -> Network {
        let (mut at, mut features) = (0, Vec::new());
        for (coordinate, (_, periodic)) in shape.coordinates.iter().enumerate() {
            for _ in 0..shape.features {
                features.push(Feature { coordinate, at });
                at += if *periodic { 3 } else { 2 };
            }
        }
        let mut sizes = vec![features.len()];
        sizes.extend(&shape.hidden);
        let mut dense = Vec::new();
        for (k, &inputs) in sizes.iter().enumerate() {
            let outputs = sizes.get(k + 1).copied().unwrap_or(1);
            dense.push(Dense { at, inputs, outputs });
            at += (inputs + 1) * outputs;
        }
        let rows = || sizes.iter().map(|&size| vec![[0.0; 3]; size]).collect();
        Network { shape, parameters: at, features, layers: dense, before: rows(), after: rows(), asked: rows() }
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Says anew where a coordinate begins, and its length.
    pub fn stretch(&mut self, coordinate: usize, extent: [f64; 2]) {
        self.shape.coordinates[coordinate].0 = extent;
    }

    /// Writes random parameters to begin with: deviations that keep the size of values from layer to layer.
    pub fn start(&self, seed: u64, theta: &mut [f64]) {
        let mut rng = Rng::new(seed);
        for &Feature { coordinate, at } in &self.features {
            if self.shape.coordinates[coordinate].1 {
                theta[at] = rng.normal();
                theta[at + 1] = TAU * rng.uniform();
                theta[at + 2] = 0.3 * rng.normal();
            } else {
                theta[at] = 2.0 * rng.normal();
                theta[at + 1] = rng.normal();
            }
        }
        for layer in &self.layers {
            let deviation = 1.0 / (layer.inputs as f64).sqrt();
            for k in 0..layer.outputs {
                let row = &mut theta[layer.row(k)];
                row[..layer.inputs].iter_mut().for_each(|w| *w = deviation * rng.normal());
                row[layer.inputs] = 0.0;
            }
        }
    }

    /// The value at a place.
    pub fn value(&mut self, theta: &[f64], place: &[f64]) -> f64 {
        self.jet(theta, place, &[])[0]
    }

    /// The value and its derivatives along a direction at a place, and adds the gradient of `seeds[0] u + seeds[1] u' + seeds[2] u''` with respect to
    /// the parameters to `gradient`.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn add_gradient(
        &mut self,
        theta: &[f64],
        place: &[f64],
        direction: &[f64],
        seeds: Jet,
        gradient: &mut [f64],
    ) -> Jet {
        let jet = self.jet(theta, place, direction);
        self.backward(theta, place, direction, seeds, gradient);
        jet
    }

    /// A feature and its derivatives with respect to its parameters, each with its own along the direction; one that is not given is 0.
    fn feature(&self, at: Feature, theta: &[f64], place: &[f64], direction: &[f64]) -> (Jet, [Jet; 3]) {
        let ([begin, length], periodic) = self.shape.coordinates[at.coordinate];
        let slope = if periodic { TAU / length } else { 2.0 / length };
        let x = (place[at.coordinate] - begin) * slope;
        let moves = slope * direction.get(at.coordinate).copied().unwrap_or(0.0);
        let one = [1.0, 0.0, 0.0];
        if !periodic {
            let [a, c] = [theta[at.at], theta[at.at + 1]];
            let line = [x - 1.0, moves, 0.0];
            return ([a * line[0] + c, a * moves, 0.0], [line, one, [0.0; 3]]);
        }
        let [a, phase, c] = [theta[at.at], theta[at.at + 1], theta[at.at + 2]];
        let (cos, sin) = (libm::cos(x + phase), libm::sin(x + phase));
        let wave = [cos, -moves * sin, -moves * moves * cos];
        let turned = [-sin, -moves * cos, moves * moves * sin];
        ([a * cos + c, a * wave[1], a * wave[2]], [wave, turned.map(|t| a * t), one])
    }

    /// The value and its derivatives along a direction at a place.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn jet(&mut self, theta: &[f64], place: &[f64], direction: &[f64]) -> Jet {
        assert_eq!(theta.len(), self.parameters, "the parameters of the network");
        for k in 0..self.features.len() {
            self.before[0][k] = self.feature(self.features[k], theta, place, direction).0;
        }
        let mut jet = [0.0; 3];
        for (k, layer) in self.layers.iter().enumerate() {
            for (h, &[z, first, second]) in self.after[k].iter_mut().zip(&self.before[k]) {
                let [s, s1, s2, _] = self.shape.activation.at(z);
                *h = [s, s1 * first, s2 * first * first + s1 * second];
            }
            match self.before.get_mut(k + 1) {
                Some(next) => {
                    for (i, z) in next.iter_mut().enumerate() {
                        *z = weighted(&theta[layer.row(i)], &self.after[k]);
                    }
                }
                None => jet = weighted(&theta[layer.row(0)], &self.after[k]),
            }
        }
        jet
    }

    fn backward(&mut self, theta: &[f64], place: &[f64], direction: &[f64], seeds: Jet, gradient: &mut [f64]) {
        assert_eq!(gradient.len(), self.parameters, "a place for every parameter");
        for (k, layer) in self.layers.iter().enumerate().rev() {
            let (below, above) = self.asked.split_at_mut(k + 1);
            let (below, above) = (&mut below[k], above.first().map_or(core::slice::from_ref(&seeds), |a| &a[..]));
            below.fill([0.0; 3]);
            for (i, &asked) in above.iter().enumerate() {
                let row = layer.row(i);
                share(asked, &theta[row.clone()], &self.after[k], &mut gradient[row], below);
            }
            for (asked, &[z, first, second]) in below.iter_mut().zip(&self.before[k]) {
                let [_, s1, s2, s3] = self.shape.activation.at(z);
                let [g, g1, g2] = *asked;
                *asked = [
                    g * s1 + g1 * s2 * first + g2 * (s3 * first * first + s2 * second),
                    g1 * s1 + 2.0 * g2 * s2 * first,
                    g2 * s1,
                ];
            }
        }
        for (k, &feature) in self.features.iter().enumerate() {
            let asked = self.asked[0][k];
            let (_, slopes) = self.feature(feature, theta, place, direction);
            let count = if self.shape.coordinates[feature.coordinate].1 { 3 } else { 2 };
            for (g, slope) in gradient[feature.at..].iter_mut().zip(&slopes[..count]) {
                *g += asked[0] * slope[0] + asked[1] * slope[1] + asked[2] * slope[2];
            }
        }
    }
}

impl Ansatz for Network {
    fn parameters(&self) -> usize {
        self.parameters
    }

    fn start(&self, seed: u64, theta: &mut [f64]) {
        Network::start(self, seed, theta);
    }

    fn jet(&mut self, theta: &[f64], place: &[f64], direction: &[f64]) -> Jet {
        Network::jet(self, theta, place, direction)
    }

    fn add_gradient(
        &mut self,
        theta: &[f64],
        place: &[f64],
        direction: &[f64],
        seeds: Jet,
        gradient: &mut [f64],
    ) -> Jet {
        Network::add_gradient(self, theta, place, direction, seeds, gradient)
    }
}

/// The sum of weighted values; the last weight is the constant.
fn weighted(weights: &[f64], values: &[Jet]) -> Jet {
    let mut sum = [weights[values.len()], 0.0, 0.0];
    for (w, v) in weights.iter().zip(values) {
        sum.iter_mut().zip(v).for_each(|(s, v)| *s += w * v);
    }
    sum
}

/// What is asked of weighted values is added to what is asked of weights, and of values.
fn share(asked: Jet, weights: &[f64], values: &[Jet], gradient: &mut [f64], below: &mut [Jet]) {
    for (g, v) in gradient.iter_mut().zip(values) {
        *g += asked[0] * v[0] + asked[1] * v[1] + asked[2] * v[2];
    }
    gradient[values.len()] += asked[0];
    for (to, w) in below.iter_mut().zip(weights) {
        to.iter_mut().zip(asked).for_each(|(to, a)| *to += w * a);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks() -> [Network; 3] {
        let of = |coordinates, hidden: &[usize], activation| {
            Network::new(Shape { coordinates, features: 4, hidden: hidden.into(), activation })
        };
        [
            of(vec![([0.0, 6.0], true)], &[5, 3], Activation::Tanh),
            of(vec![([-1.0, 2.5], false), ([0.0, 4.0], true)], &[6], Activation::Sine),
            of(vec![([0.0, 1.0], false)], &[], Activation::Tanh),
        ]
    }

    #[test]
    fn as_many_parameters_as_the_shape_says() {
        let shape = Shape {
            coordinates: vec![([0.0, TAU], true)],
            features: 10,
            hidden: vec![10, 10],
            activation: Activation::Tanh,
        };
        assert_eq!(Network::new(shape).parameters(), 261);
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        for mut net in networks() {
            let mut theta = vec![0.0; net.parameters()];
            net.start(5, &mut theta);
            let place = [0.37, 1.21];
            let dimensions = net.shape.coordinates.len();
            for direction in [[1.0, 0.0], [0.0, 1.0], [0.6, -1.1]] {
                if dimensions == 1 && direction[1] != 0.0 {
                    continue;
                }
                let h = 1e-4;
                let at = |net: &mut Network, theta: &[f64], s: f64| {
                    let moved = [place[0] + s * h * direction[0], place[1] + s * h * direction[1]];
                    net.value(theta, &moved)
                };
                let [u, first, second] = net.jet(&theta, &place, &direction);
                let (over, under) = (at(&mut net, &theta, 1.0), at(&mut net, &theta, -1.0));
                assert!((first - (over - under) / (2.0 * h)).abs() < 1e-6 * (1.0 + first.abs()));
                assert!((second - (over - 2.0 * u + under) / (h * h)).abs() < 1e-5 * (1.0 + second.abs()));
                for seeds in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.3, -1.2, 0.7]] {
                    let mut gradient = vec![0.0; net.parameters()];
                    let jet = net.add_gradient(&theta, &place, &direction, seeds, &mut gradient);
                    assert_eq!(jet, [u, first, second]);
                    for k in 0..theta.len() {
                        let mut shifted = |s: f64| {
                            let mut theta = theta.clone();
                            theta[k] += s * 1e-5;
                            let jet = net.jet(&theta, &place, &direction);
                            jet.iter().zip(seeds).map(|(j, s)| j * s).sum::<f64>()
                        };
                        let slope = (shifted(1.0) - shifted(-1.0)) / 2e-5;
                        assert!(
                            (gradient[k] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
                            "{k}: {} {slope}",
                            gradient[k]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn joined_ends_meet() {
        let [mut net, ..] = networks();
        let mut theta = vec![0.0; net.parameters()];
        net.start(1, &mut theta);
        let (one, two) = (net.jet(&theta, &[0.4], &[1.0]), net.jet(&theta, &[6.4], &[1.0]));
        assert!(one.iter().zip(two).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
