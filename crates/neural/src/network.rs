//! A dense network of a place: features of each coordinate, hidden layers, one value.
//!
//! Values carry their first and second derivative along one axis through the layers (Taylor's arithmetic); the gradient with respect to parameters goes
//! back through the same (A. Griewank and A. Walther, Evaluating Derivatives, 2nd edition, 2008, chapters 3 and 13).

use core::f64::consts::TAU;

use iterscope_kernels::rng::Rng;

/// A value, and its first and second derivative along an axis.
pub type Jet = [f64; 3];

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
    fn at(self, z: f64) -> [f64; 4] {
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

/// A network, with memory for its evaluation; its parameters are given with each call.
pub struct Network {
    shape: Shape,
    parameters: usize,
    /// Layer by layer what goes in to the bending, what comes out, and what is asked of both.
    before: Vec<Vec<Jet>>,
    after: Vec<Vec<Jet>>,
    asked: Vec<Vec<Jet>>,
}

impl Network {
    /// The network of a shape.
    pub fn new(shape: Shape) -> Network {
        let each = |periodic: bool| if periodic { 3 } else { 2 };
        let first: usize = shape.coordinates.iter().map(|(_, periodic)| each(*periodic) * shape.features).sum();
        let mut sizes = vec![shape.coordinates.len() * shape.features];
        sizes.extend(&shape.hidden);
        let dense: usize = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let parameters = first + dense + sizes[sizes.len() - 1] + 1;
        let layers = || sizes.iter().map(|&size| vec![[0.0; 3]; size]).collect();
        Network { shape, parameters, before: layers(), after: layers(), asked: layers() }
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Writes random parameters to begin with: deviations that keep the size of values from layer to layer.
    pub fn start(&self, seed: u64, theta: &mut [f64]) {
        let mut rng = Rng::new(seed);
        let mut at = 0;
        for (_, periodic) in &self.shape.coordinates {
            for _ in 0..self.shape.features {
                if *periodic {
                    theta[at] = rng.normal();
                    theta[at + 1] = TAU * rng.uniform();
                    theta[at + 2] = 0.3 * rng.normal();
                    at += 3;
                } else {
                    theta[at] = 2.0 * rng.normal();
                    theta[at + 1] = rng.normal();
                    at += 2;
                }
            }
        }
        for layer in 1..=self.before.len() {
            let inputs = self.before[layer - 1].len();
            let outputs = self.before.get(layer).map_or(1, Vec::len);
            let deviation = 1.0 / (inputs as f64).sqrt();
            for _ in 0..outputs {
                theta[at..at + inputs].iter_mut().for_each(|w| *w = deviation * rng.normal());
                theta[at + inputs] = 0.0;
                at += inputs + 1;
            }
        }
    }

    /// The value at a place.
    pub fn value(&mut self, theta: &[f64], place: &[f64]) -> f64 {
        self.forward(theta, place, 0)[0]
    }

    /// The value and its derivatives along an axis at a place, and the gradient of `seeds[0] u + seeds[1] u_x + seeds[2] u_xx` with respect to the
    /// parameters.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn gradient(&mut self, theta: &[f64], place: &[f64], axis: usize, seeds: Jet, gradient: &mut [f64]) -> Jet {
        let jet = self.forward(theta, place, axis);
        self.backward(theta, place, axis, seeds, gradient);
        jet
    }

    /// The value and its derivatives along an axis at a place.
    pub fn jet(&mut self, theta: &[f64], place: &[f64], axis: usize) -> Jet {
        self.forward(theta, place, axis)
    }

    /// The argument of the features of a coordinate, and its slope.
    fn scaled(&self, coordinate: usize, x: f64) -> (f64, f64, bool) {
        let ([begin, length], periodic) = self.shape.coordinates[coordinate];
        let slope = if periodic { TAU / length } else { 2.0 / length };
        ((x - begin) * slope - if periodic { 0.0 } else { 1.0 }, slope, periodic)
    }

    fn forward(&mut self, theta: &[f64], place: &[f64], axis: usize) -> Jet {
        assert_eq!(theta.len(), self.parameters, "the parameters of the network");
        let features = self.shape.features;
        let mut at = 0;
        for (coordinate, &x) in place.iter().enumerate().take(self.shape.coordinates.len()) {
            let (x, slope, periodic) = self.scaled(coordinate, x);
            let moves = if coordinate == axis { slope } else { 0.0 };
            for k in 0..features {
                self.before[0][coordinate * features + k] = if periodic {
                    let [a, phase, c] = [theta[at], theta[at + 1], theta[at + 2]];
                    let (cos, sin) = (libm::cos(x + phase), libm::sin(x + phase));
                    at += 3;
                    [a * cos + c, -a * moves * sin, -a * moves * moves * cos]
                } else {
                    let [a, c] = [theta[at], theta[at + 1]];
                    at += 2;
                    [a * x + c, a * moves, 0.0]
                };
            }
        }
        let last = self.before.len() - 1;
        for layer in 0..=last {
            if layer > 0 {
                let inputs = self.after[layer - 1].len();
                for z in &mut self.before[layer] {
                    *z = weighted(&theta[at..=at + inputs], &self.after[layer - 1]);
                    at += inputs + 1;
                }
            }
            for (h, &[z, first, second]) in self.after[layer].iter_mut().zip(&self.before[layer]) {
                let [s, s1, s2, _] = self.shape.activation.at(z);
                *h = [s, s1 * first, s2 * first * first + s1 * second];
            }
        }
        weighted(&theta[at..], &self.after[last])
    }

    fn backward(&mut self, theta: &[f64], place: &[f64], axis: usize, seeds: Jet, gradient: &mut [f64]) {
        assert_eq!(gradient.len(), self.parameters, "a place for every parameter");
        let mut end = self.parameters;
        let last = self.before.len() - 1;
        let inputs = self.after[last].len();
        end -= inputs + 1;
        share(seeds, &theta[end..=end + inputs], &self.after[last], &mut gradient[end..=end + inputs], None);
        for (asked, w) in self.asked[last].iter_mut().zip(&theta[end..]) {
            *asked = seeds.map(|s| s * w);
        }
        for layer in (0..=last).rev() {
            for (asked, &[z, first, second]) in self.asked[layer].iter_mut().zip(&self.before[layer]) {
                let [_, s1, s2, s3] = self.shape.activation.at(z);
                let [g, g1, g2] = *asked;
                *asked = [
                    g * s1 + g1 * s2 * first + g2 * (s3 * first * first + s2 * second),
                    g1 * s1 + 2.0 * g2 * s2 * first,
                    g2 * s1,
                ];
            }
            if layer == 0 {
                break;
            }
            let inputs = self.after[layer - 1].len();
            end -= (inputs + 1) * self.asked[layer].len();
            let (lower, upper) = self.asked.split_at_mut(layer);
            lower[layer - 1].fill([0.0; 3]);
            let mut at = end;
            for &asked in &upper[0] {
                let place = at..=at + inputs;
                let to = Some(&mut lower[layer - 1][..]);
                share(asked, &theta[place.clone()], &self.after[layer - 1], &mut gradient[place], to);
                at += inputs + 1;
            }
        }
        let features = self.shape.features;
        let mut at = 0;
        for (coordinate, &x) in place.iter().enumerate().take(self.shape.coordinates.len()) {
            let (x, slope, periodic) = self.scaled(coordinate, x);
            let moves = if coordinate == axis { slope } else { 0.0 };
            for k in 0..features {
                let [g, g1, g2] = self.asked[0][coordinate * features + k];
                if periodic {
                    let [a, phase] = [theta[at], theta[at + 1]];
                    let (cos, sin) = (libm::cos(x + phase), libm::sin(x + phase));
                    gradient[at] = g * cos - g1 * moves * sin - g2 * moves * moves * cos;
                    gradient[at + 1] = a * (-g * sin - g1 * moves * cos + g2 * moves * moves * sin);
                    gradient[at + 2] = g;
                    at += 3;
                } else {
                    gradient[at] = g * x + g1 * moves;
                    gradient[at + 1] = g;
                    at += 2;
                }
            }
        }
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

/// What is asked of weighted values becomes what is asked of weights, and of values.
fn share(asked: Jet, weights: &[f64], values: &[Jet], gradient: &mut [f64], to: Option<&mut [Jet]>) {
    for (g, v) in gradient.iter_mut().zip(values) {
        *g = asked[0] * v[0] + asked[1] * v[1] + asked[2] * v[2];
    }
    gradient[values.len()] = asked[0];
    if let Some(to) = to {
        for (to, w) in to.iter_mut().zip(weights) {
            to.iter_mut().zip(asked).for_each(|(to, a)| *to += w * a);
        }
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
            for axis in 0..dimensions {
                let h = 1e-4;
                let at = |net: &mut Network, theta: &[f64], s: f64| {
                    let mut moved = place;
                    moved[axis] += s * h;
                    net.value(theta, &moved)
                };
                let [u, first, second] = net.jet(&theta, &place, axis);
                let (over, under) = (at(&mut net, &theta, 1.0), at(&mut net, &theta, -1.0));
                assert!((first - (over - under) / (2.0 * h)).abs() < 1e-6 * (1.0 + first.abs()));
                assert!((second - (over - 2.0 * u + under) / (h * h)).abs() < 1e-5 * (1.0 + second.abs()));
                for seeds in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.3, -1.2, 0.7]] {
                    let mut gradient = vec![f64::NAN; net.parameters()];
                    assert_eq!(net.gradient(&theta, &place, axis, seeds, &mut gradient), [u, first, second]);
                    for k in 0..theta.len() {
                        let mut shifted = |s: f64| {
                            let mut theta = theta.clone();
                            theta[k] += s * 1e-5;
                            let jet = net.jet(&theta, &place, axis);
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
        let (one, two) = (net.jet(&theta, &[0.4], 0), net.jet(&theta, &[6.4], 0));
        assert!(one.iter().zip(two).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
