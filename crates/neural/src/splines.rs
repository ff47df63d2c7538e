//! A network whose edges bend and whose neurons only add: on each edge a cubic spline and a multiple of the function silu (Z. Liu and others, KAN:
//! Kolmogorov-Arnold networks, 2024).
//!
//! Splines are on a uniform grid over -1 to 1; coordinates are scaled to that, and sums between layers are brought into it by the hyperbolic tangent.

use iterscope_kernels::rng::Rng;

use crate::network::{Activation, Ansatz, Jet};

/// Splines that differ from 0 in a cell.
const WITHIN: usize = 4;
/// The deviation of spline coefficients to begin with.
const ROUGH: f64 = 0.1;

/// A function with its first three derivatives.
type Derivatives = [f64; 4];

/// How such a network is built.
#[derive(Clone, Debug, PartialEq)]
pub struct SplineShape {
    /// For each coordinate where it begins, and its length.
    pub coordinates: Vec<[f64; 2]>,
    /// Neurons of the hidden layers.
    pub hidden: Vec<usize>,
    /// Cells of each edge's grid.
    pub cells: usize,
}

/// What an edge is made of at a place between -1 and 1: the cell, its splines, and silu.
#[derive(Clone, Copy)]
struct Basis {
    cell: usize,
    splines: [Derivatives; WITHIN],
    silu: Derivatives,
}

impl Basis {
    fn at(t: f64, cells: usize) -> Basis {
        let scale = cells as f64 / 2.0;
        let place = (t + 1.0) * scale;
        let cell = if place > 0.0 { (place as usize).min(cells - 1) } else { 0 };
        let (x, one) = (place - cell as f64, 1.0 - (place - cell as f64));
        let (first, second, third) = (scale / 2.0, scale * scale, scale * scale * scale);
        let splines = [
            [one * one * one / 6.0, -one * one * first, one * second, -third],
            [((3.0 * x - 6.0) * x * x + 4.0) / 6.0, (3.0 * x - 4.0) * x * first, (3.0 * x - 2.0) * second, 3.0 * third],
            [
                (((3.0 - 3.0 * x) * x + 3.0) * x + 1.0) / 6.0,
                ((2.0 - 3.0 * x) * x + 1.0) * first,
                (1.0 - 3.0 * x) * second,
                -3.0 * third,
            ],
            [x * x * x / 6.0, x * x * first, x * second, third],
        ];
        let s = 1.0 / (1.0 + libm::exp(-t));
        let s1 = s * (1.0 - s);
        let s2 = s1 * (1.0 - 2.0 * s);
        let s3 = s1 * (1.0 - 6.0 * s1);
        Basis { cell, splines, silu: [t * s, s + t * s1, 2.0 * s1 + t * s2, 3.0 * s2 + t * s3] }
    }

    /// The edge with these parameters, that of silu first.
    fn edge(&self, own: &[f64]) -> Derivatives {
        let mut sum = self.silu.map(|s| own[0] * s);
        for (c, spline) in own[1 + self.cell..].iter().zip(&self.splines) {
            sum.iter_mut().zip(spline).for_each(|(sum, b)| *sum += c * b);
        }
        sum
    }
}

/// A function of something that moves along a direction.
fn along(f: &Derivatives, [_, first, second]: Jet) -> Jet {
    [f[0], f[1] * first, f[2] * first * first + f[1] * second]
}

/// What is asked of the argument of `f`, where so much is asked of the function.
fn back(f: &Derivatives, [_, first, second]: Jet, [g, g1, g2]: Jet) -> Jet {
    [
        g * f[1] + g1 * f[2] * first + g2 * (f[3] * first * first + f[2] * second),
        g1 * f[1] + 2.0 * g2 * f[2] * first,
        g2 * f[1],
    ]
}

/// The network, with memory for its evaluation; its parameters are given with each call.
pub struct SplineNetwork {
    shape: SplineShape,
    sizes: Vec<usize>,
    /// Where the parameters of each layer begin.
    layers: Vec<usize>,
    parameters: usize,
    /// Layer by layer the sums, what goes in to the edges and what those are made of, and what is asked of both.
    sums: Vec<Vec<Jet>>,
    inputs: Vec<Vec<Jet>>,
    bases: Vec<Vec<Basis>>,
    asked: Vec<Vec<Jet>>,
}

impl SplineNetwork {
    /// The network of a shape.
    pub fn new(shape: SplineShape) -> SplineNetwork {
        let mut sizes = vec![shape.coordinates.len()];
        sizes.extend(&shape.hidden);
        sizes.push(1);
        let (mut at, mut layers) = (0, Vec::new());
        for pair in sizes.windows(2) {
            layers.push(at);
            at += pair[0] * pair[1] * (shape.cells + WITHIN);
        }
        let rows = || sizes.iter().map(|&size| vec![[0.0; 3]; size]).collect::<Vec<_>>();
        let bases = sizes.iter().map(|&size| vec![Basis::at(0.0, shape.cells); size]).collect();
        let (sums, inputs, asked) = (rows(), rows(), rows());
        SplineNetwork { shape, layers, parameters: at, sums, inputs, bases, asked, sizes }
    }

    /// The parameters of the edge into neuron `to` of the layer behind `layer` from neuron `from`.
    fn edge(&self, layer: usize, from: usize, to: usize) -> core::ops::Range<usize> {
        let length = self.shape.cells + WITHIN;
        let at = self.layers[layer] + (to * self.sizes[layer] + from) * length;
        at..at + length
    }
}

impl Ansatz for SplineNetwork {
    fn parameters(&self) -> usize {
        self.parameters
    }

    fn start(&self, seed: u64, theta: &mut [f64]) {
        let mut rng = Rng::new(seed);
        let length = self.shape.cells + WITHIN;
        for (layer, &at) in self.layers.iter().enumerate() {
            let deviation = 1.0 / (self.sizes[layer] as f64).sqrt();
            let edges = self.sizes[layer] * self.sizes[layer + 1];
            for edge in theta[at..at + edges * length].chunks_exact_mut(length) {
                edge[0] = deviation * rng.normal();
                edge[1..].iter_mut().for_each(|c| *c = ROUGH * deviation * rng.normal());
            }
        }
    }

    fn jet(&mut self, theta: &[f64], place: &[f64], direction: &[f64]) -> Jet {
        assert_eq!(theta.len(), self.parameters, "the parameters of the network");
        for (k, &[begin, length]) in self.shape.coordinates.iter().enumerate() {
            let slope = 2.0 / length;
            let moves = slope * direction.get(k).copied().unwrap_or(0.0);
            self.inputs[0][k] = [(place[k] - begin) * slope - 1.0, moves, 0.0];
        }
        for layer in 0..self.layers.len() {
            for k in 0..self.sizes[layer] {
                if layer > 0 {
                    let sum = self.sums[layer][k];
                    self.inputs[layer][k] = along(&Activation::Tanh.at(sum[0]), sum);
                }
                self.bases[layer][k] = Basis::at(self.inputs[layer][k][0], self.shape.cells);
            }
            for to in 0..self.sizes[layer + 1] {
                let mut sum = [0.0; 3];
                for from in 0..self.sizes[layer] {
                    let f = self.bases[layer][from].edge(&theta[self.edge(layer, from, to)]);
                    let more = along(&f, self.inputs[layer][from]);
                    sum.iter_mut().zip(more).for_each(|(sum, m)| *sum += m);
                }
                self.sums[layer + 1][to] = sum;
            }
        }
        self.sums[self.layers.len()][0]
    }

    fn add_gradient(
        &mut self,
        theta: &[f64],
        place: &[f64],
        direction: &[f64],
        seeds: Jet,
        gradient: &mut [f64],
    ) -> Jet {
        let jet = self.jet(theta, place, direction);
        assert_eq!(gradient.len(), self.parameters, "a place for every parameter");
        let last = self.layers.len();
        self.asked[last][0] = seeds;
        for layer in (0..last).rev() {
            for from in 0..self.sizes[layer] {
                let (basis, input) = (self.bases[layer][from], self.inputs[layer][from]);
                let mut below = [0.0; 3];
                for to in 0..self.sizes[layer + 1] {
                    let (asked, own) = (self.asked[layer + 1][to], self.edge(layer, from, to));
                    let share = |f: &Derivatives| {
                        let [value, first, second] = along(f, input);
                        asked[0] * value + asked[1] * first + asked[2] * second
                    };
                    let into = &mut gradient[own.clone()];
                    into[0] += share(&basis.silu);
                    for (g, spline) in into[1 + basis.cell..].iter_mut().zip(&basis.splines) {
                        *g += share(spline);
                    }
                    let more = back(&basis.edge(&theta[own]), input, asked);
                    below.iter_mut().zip(more).for_each(|(b, m)| *b += m);
                }
                if layer > 0 {
                    let sum = self.sums[layer][from];
                    self.asked[layer][from] = back(&Activation::Tanh.at(sum[0]), sum, below);
                }
            }
        }
        jet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(coordinates: Vec<[f64; 2]>, hidden: &[usize], cells: usize) -> SplineNetwork {
        SplineNetwork::new(SplineShape { coordinates, hidden: hidden.into(), cells })
    }

    #[test]
    fn as_many_parameters_as_the_shape_says() {
        // Two inputs, five neurons, one value: 15 edges of 8 + 3 splines and silu.
        assert_eq!(network(vec![[0.0, 1.0]; 2], &[5], 8).parameters(), 15 * 12);
    }

    #[test]
    fn splines_sum_to_one_and_join_smoothly() {
        for t in [-1.0, -0.8, -0.31, 0.0, 0.55, 1.0] {
            let basis = Basis::at(t, 7);
            for order in 0..4 {
                let sum: f64 = basis.splines.iter().map(|b| b[order]).sum();
                assert!((sum - f64::from(u8::from(order == 0))).abs() < 1e-12, "{t} {order}: {sum}");
            }
        }
        // At a knot the last spline of the cell before is 0 with two derivatives, and the others are those of the cell behind.
        let (before, behind) = (Basis::at(0.2 - 1e-13, 5), Basis::at(0.2 + 1e-13, 5));
        assert_eq!((before.cell, behind.cell), (2, 3));
        for order in 0..3 {
            for k in 0..3 {
                let off = before.splines[k + 1][order] - behind.splines[k][order];
                assert!(off.abs() < 1e-10, "{k} {order}: {off}");
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        for mut net in [
            network(vec![[0.0, 2.0]], &[], 6),
            network(vec![[-1.0, 2.5], [0.0, 4.0]], &[3], 5),
            network(vec![[-1.0, 2.5], [0.0, 4.0]], &[3, 2], 4),
        ] {
            let mut theta = vec![0.0; net.parameters()];
            net.start(5, &mut theta);
            let (place, h) = ([0.37, 1.21], 1e-4);
            for direction in [[1.0, 0.0], [0.6, -1.1]] {
                let at = |net: &mut SplineNetwork, s: f64| {
                    let moved = [place[0] + s * h * direction[0], place[1] + s * h * direction[1]];
                    net.jet(&theta, &moved, &[])[0]
                };
                let [u, first, second] = net.jet(&theta, &place, &direction);
                let (over, under) = (at(&mut net, 1.0), at(&mut net, -1.0));
                assert!((first - (over - under) / (2.0 * h)).abs() < 1e-6 * (1.0 + first.abs()));
                assert!((second - (over - 2.0 * u + under) / (h * h)).abs() < 1e-5 * (1.0 + second.abs()));
                let seeds = [0.3, -1.2, 0.7];
                let mut gradient = vec![0.0; net.parameters()];
                assert_eq!(net.add_gradient(&theta, &place, &direction, seeds, &mut gradient), [u, first, second]);
                for k in 0..theta.len() {
                    let mut shifted = |s: f64| {
                        let mut theta = theta.clone();
                        theta[k] += s * 1e-5;
                        let jet = net.jet(&theta, &place, &direction);
                        jet.iter().zip(seeds).map(|(j, s)| j * s).sum::<f64>()
                    };
                    let slope = (shifted(1.0) - shifted(-1.0)) / 2e-5;
                    assert!((gradient[k] - slope).abs() < 1e-5 * (1.0 + slope.abs()), "{k}: {} {slope}", gradient[k]);
                }
            }
        }
    }
}
