//! A network with the partial derivatives that somebody asks for, mixed ones among them, from second derivatives along a few directions:
//! `2 u_xy = D_{x+y}^2 u - u_xx - u_yy`.

use crate::network::{Jet, Network};

/// The most coordinates.
pub const MOST: usize = 4;

/// A derivative as a sum: of which direction, of which order, with which factor.
type Sum = Vec<(usize, usize, f64)>;

/// A network with derivatives.
pub struct Field {
    /// The network.
    pub network: Network,
    directions: Vec<[f64; MOST]>,
    wanted: Vec<Sum>,
    jets: Vec<Jet>,
}

impl Field {
    /// Those with these orders in each coordinate; the sum of the orders of one is at most 2.
    ///
    /// # Panics
    /// An order is larger.
    pub fn new(network: Network, wanted: &[[u8; MOST]]) -> Field {
        let mut field = Field { network, directions: Vec::new(), wanted: Vec::new(), jets: Vec::new() };
        for orders in wanted {
            let axes: Vec<usize> = (0..MOST).flat_map(|a| vec![a; orders[a].into()]).collect();
            let sum = match *axes {
                [] => vec![(0, 0, 1.0)],
                [a] => vec![(field.along(&[a]), 1, 1.0)],
                [a, b] if a == b => vec![(field.along(&[a]), 2, 1.0)],
                [a, b] => {
                    let (both, a, b) = (field.along(&[a, b]), field.along(&[a]), field.along(&[b]));
                    vec![(both, 2, 0.5), (a, 2, -0.5), (b, 2, -0.5)]
                }
                _ => panic!("derivatives of an order above 2 are not carried along"),
            };
            field.wanted.push(sum);
        }
        if field.directions.is_empty() {
            field.directions.push([0.0; MOST]);
        }
        field.jets = vec![[0.0; 3]; field.directions.len()];
        field
    }

    fn along(&mut self, axes: &[usize]) -> usize {
        let mut direction = [0.0; MOST];
        axes.iter().for_each(|&a| direction[a] = 1.0);
        let known = self.directions.iter().position(|d| *d == direction);
        known.unwrap_or_else(|| {
            self.directions.push(direction);
            self.directions.len() - 1
        })
    }

    /// Passes through the network that [`Field::evaluate`] takes.
    pub fn passes(&self) -> usize {
        self.directions.len()
    }

    /// Writes the derivatives at a place, in the order in which they were asked for.
    pub fn evaluate(&mut self, theta: &[f64], place: &[f64], out: &mut [f64]) {
        for (jet, direction) in self.jets.iter_mut().zip(&self.directions) {
            *jet = self.network.jet(theta, place, direction);
        }
        for (out, sum) in out.iter_mut().zip(&self.wanted) {
            *out = sum.iter().map(|&(direction, order, factor)| factor * self.jets[direction][order]).sum();
        }
    }

    /// Adds the gradient with respect to the parameters of the sum of derivatives with the factors `seeds`.
    pub fn add_gradient(&mut self, theta: &[f64], place: &[f64], seeds: &[f64], gradient: &mut [f64]) {
        self.jets.fill([0.0; 3]);
        for (seed, sum) in seeds.iter().zip(&self.wanted) {
            sum.iter().for_each(|&(direction, order, factor)| self.jets[direction][order] += factor * seed);
        }
        for (seeds, direction) in self.jets.iter().zip(&self.directions) {
            if *seeds != [0.0; 3] {
                self.network.add_gradient(theta, place, direction, *seeds, gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Shape};

    #[test]
    fn mixed_derivatives_are_those_of_differences() {
        let network = Network::new(Shape {
            coordinates: vec![([-1.0, 2.0], false), ([0.0, 4.0], true), ([0.0, 1.0], false)],
            features: 3,
            hidden: vec![5],
            activation: Activation::Sine,
        });
        let wanted = [[0; 4], [1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 2, 0, 0]];
        let mut field = Field::new(network, &wanted);
        let mut theta = vec![0.0; field.network.parameters()];
        field.network.start(2, &mut theta);
        let place = [0.3, 1.2, 0.4];
        let mut found = [0.0; 5];
        field.evaluate(&theta, &place, &mut found);
        let h = 1e-4;
        let mut at = |x: f64, y: f64| field.network.value(&theta, &[place[0] + x, place[1] + y, place[2]]);
        let mixed = (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4.0 * h * h);
        assert!((found[2] - mixed).abs() < 1e-5, "{} {mixed}", found[2]);
        let seeds = [0.2, -0.7, 1.3, 0.5, 0.4];
        let mut gradient = vec![0.0; theta.len()];
        field.add_gradient(&theta, &place, &seeds, &mut gradient);
        for k in 0..theta.len() {
            let mut sum = |s: f64| {
                let mut theta = theta.clone();
                theta[k] += s * 1e-5;
                field.evaluate(&theta, &place, &mut found);
                found.iter().zip(seeds).map(|(u, s)| u * s).sum::<f64>()
            };
            let slope = (sum(1.0) - sum(-1.0)) / 2e-5;
            assert!((gradient[k] - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{k}: {} {slope}", gradient[k]);
        }
    }
}
