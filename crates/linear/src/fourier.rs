//! Local Fourier analysis: how much a smoother, and a cycle of two grids, lowers each wave, for constant coefficients and away from the sides
//! (A. Brandt, Multi-level adaptive solutions to boundary-value problems, Mathematics of Computation 31, 1977; U. Trottenberg,
//! C. Oosterlee and A. Schüller, Multigrid, 2001, chapter 4).
//!
//! A wave `exp(i theta k)` is an eigenvector of every operator with constant coefficients. On a grid with every second node the 2^d waves
//! whose frequencies differ by pi along some axes look alike: red-black relaxation and coarse corrections mix these, and nothing else.
//! Waves with a frequency of at least pi/2 along a coarsened axis are the smoother's; its factor is the worst of theirs.

use std::f64::consts::{FRAC_PI_2, PI};

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const ONE: Complex = Complex { re: 1.0, im: 0.0 };
    fn real(re: f64) -> Self {
        Complex { re, im: 0.0 }
    }
    fn plus(self, o: Self) -> Self {
        Complex { re: self.re + o.re, im: self.im + o.im }
    }
    fn times(self, o: Self) -> Self {
        Complex { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
    }
    fn over(self, o: Self) -> Self {
        let size = o.re * o.re + o.im * o.im;
        self.times(Complex { re: o.re / size, im: -o.im / size })
    }
    fn size(self) -> f64 {
        (self.re * self.re + self.im * self.im).sqrt()
    }
}

/// A square matrix over the waves that look alike on the coarse grid.
type Square = Vec<Vec<Complex>>;

fn product(a: &Square, b: &Square) -> Square {
    let n = a.len();
    let entry = |i: usize, j: usize| (0..n).fold(Complex::default(), |s, k| s.plus(a[i][k].times(b[k][j])));
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

fn diagonal(values: &[Complex]) -> Square {
    let entry = |i: usize, j: usize| if i == j { values[i] } else { Complex::default() };
    (0..values.len()).map(|i| (0..values.len()).map(|j| entry(i, j)).collect()).collect()
}

/// The spectral radius, from the sizes of squares of squares.
fn radius(mut a: Square) -> f64 {
    let mut log = 0.0;
    let mut share = 1.0;
    for _ in 0..12 {
        let size = a.iter().flatten().map(|x| x.size()).fold(0.0, f64::max);
        if size == 0.0 {
            return 0.0;
        }
        log += share * libm::log(size);
        share *= 0.5;
        let scale = Complex::real(1.0 / size);
        a.iter_mut().flatten().for_each(|x| *x = x.times(scale));
        a = product(&a, &a);
    }
    libm::exp(log)
}

/// The couplings of an unknown: itself, and its lower and upper neighbour along each axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Couplings {
    /// Of the unknown itself.
    pub centre: f64,
    /// Of the lower and the upper neighbour along each axis.
    pub axes: Vec<[f64; 2]>,
}

impl Couplings {
    /// `- sum over the axes of scale u_aa`, with intervals of one.
    pub fn laplace(scales: &[f64]) -> Self {
        Couplings { centre: 2.0 * scales.iter().sum::<f64>(), axes: scales.iter().map(|&s| [-s, -s]).collect() }
    }

    /// Lower neighbours, upper neighbours along an axis at a frequency.
    fn parts(&self, axis: usize, theta: f64) -> [Complex; 2] {
        let (c, s) = (libm::cos(theta), libm::sin(theta));
        let [lower, upper] = self.axes[axis];
        [Complex { re: lower * c, im: -lower * s }, Complex { re: upper * c, im: upper * s }]
    }

    /// What the operator multiplies a wave with.
    fn symbol(&self, theta: &[f64]) -> Complex {
        let add = |sum: Complex, axis: usize| self.parts(axis, theta[axis]).into_iter().fold(sum, Complex::plus);
        (0..self.axes.len()).fold(Complex::real(self.centre), add)
    }

    /// The operator discretised anew with every second node along the axes marked: second differences scale by 1/4, first ones by 1/2.
    fn coarser(&self, coarsened: &[bool]) -> Couplings {
        let mut centre = self.centre + self.axes.iter().flatten().sum::<f64>();
        let axes: Vec<[f64; 2]> = self
            .axes
            .iter()
            .zip(coarsened)
            .map(|(&[l, u], &halved)| {
                if !halved {
                    return [l, u];
                }
                let (even, odd) = ((l + u) / 8.0, (u - l) / 4.0);
                [even - odd, even + odd]
            })
            .collect();
        centre -= axes.iter().flatten().sum::<f64>();
        Couplings { centre, axes }
    }
}

/// A smoother.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relaxation {
    /// Weighted Jacobi.
    Jacobi(f64),
    /// Gauss-Seidel in the order of the unknowns, over-relaxed by this weight.
    Forward(f64),
    /// Against the order of the unknowns.
    Backward(f64),
    /// By the colours of a chessboard, red first, over-relaxed by this weight.
    RedBlack(f64),
    /// Black first.
    BlackRed(f64),
    /// Lines along this axis in order.
    Lines(usize),
}

/// What a sweep does to the waves that look alike: they are given by their frequencies, those of the pair at a distance of pi along all axes at
/// positions that are complements.
fn sweep(a: &Couplings, how: Relaxation, waves: &[Vec<f64>]) -> Square {
    let n = waves.len();
    let split = |theta: &[f64], weight: f64, old: usize| {
        let mut new_part = Complex::real(a.centre);
        let mut old_part = Complex::real((1.0 - weight) * a.centre);
        for (axis, &t) in theta.iter().enumerate() {
            let parts = a.parts(axis, t);
            new_part = new_part.plus(parts[1 - old].times(Complex::real(weight)));
            old_part = old_part.plus(parts[old].times(Complex::real(-weight)));
        }
        old_part.over(new_part)
    };
    let jacobi =
        |theta: &[f64], weight: f64| Complex::ONE.plus(a.symbol(theta).times(Complex::real(-weight / a.centre)));
    let each = |f: &dyn Fn(&[f64]) -> Complex| diagonal(&waves.iter().map(|w| f(w)).collect::<Vec<_>>());
    match how {
        Relaxation::Jacobi(weight) => each(&|w| jacobi(w, weight)),
        Relaxation::Forward(weight) => each(&|w| split(w, weight, 1)),
        Relaxation::Backward(weight) => each(&|w| split(w, weight, 0)),
        Relaxation::Lines(line) => each(&|w| {
            let (mut new_part, mut old_part) = (Complex::real(a.centre), Complex::default());
            for (axis, &t) in w.iter().enumerate() {
                let [lower, upper] = a.parts(axis, t);
                new_part = new_part.plus(lower);
                if axis == line {
                    new_part = new_part.plus(upper);
                } else {
                    old_part = old_part.plus(upper.times(Complex::real(-1.0)));
                }
            }
            old_part.over(new_part)
        }),
        Relaxation::RedBlack(weight) | Relaxation::BlackRed(weight) => {
            let values: Vec<Complex> = waves.iter().map(|w| jacobi(w, weight)).collect();
            // Red nodes are half of the wave and half of its partner; black ones the difference.
            let half = |sign: f64| {
                let mut m = vec![vec![Complex::default(); n]; n];
                for i in 0..n {
                    m[i][i] = Complex::real(0.5);
                    m[i][n - 1 - i] = Complex::real(0.5 * sign);
                }
                m
            };
            let add = |x: Square, y: &Square| -> Square {
                x.into_iter().zip(y).map(|(a, b)| a.into_iter().zip(b).map(|(a, b)| a.plus(*b)).collect()).collect()
            };
            let (red, black, relaxed) = (half(1.0), half(-1.0), diagonal(&values));
            let first = add(product(&red, &relaxed), &black);
            let second = add(product(&black, &relaxed), &red);
            if matches!(how, Relaxation::RedBlack(_)) { product(&second, &first) } else { product(&first, &second) }
        }
    }
}

/// The waves that look alike with `theta` where all axes are coarsened: the first is `theta`, and complements stand at mirrored positions.
fn alike(theta: &[f64]) -> Vec<Vec<f64>> {
    let d = theta.len();
    let shifted = |t: f64| if t > 0.0 { t - PI } else { t + PI };
    (0..1usize << d)
        .map(|mask| (0..d).map(|a| if mask >> a & 1 == 1 { shifted(theta[a]) } else { theta[a] }).collect())
        .collect()
}

/// Calls `visit` for low frequencies on a lattice with `samples` points along each axis, which avoids zero.
fn low(d: usize, samples: usize, mut visit: impl FnMut(&[f64])) {
    let count = samples.pow(d as u32);
    let mut theta = vec![0.0; d];
    for mut k in 0..count {
        for t in &mut theta {
            *t = -FRAC_PI_2 + (k % samples) as f64 * PI / samples as f64 + 1e-9;
            k /= samples;
        }
        visit(&theta);
    }
}

/// The smoothing factor: the worst factor by which `sweeps` sweeps lower a wave that is high along an axis in `coarsened`, per sweep.
///
/// # Panics
/// Where `coarsened` has not one entry per axis.
pub fn smoothing_factor(a: &Couplings, how: Relaxation, coarsened: &[bool], sweeps: u32, samples: usize) -> f64 {
    let d = a.axes.len();
    assert_eq!(coarsened.len(), d, "one entry per axis");
    let mut worst = 0.0f64;
    low(d, samples, |theta| {
        let waves = alike(theta);
        let high = |w: &[f64]| w.iter().zip(coarsened).any(|(t, &c)| c && !(-FRAC_PI_2..FRAC_PI_2).contains(t));
        let keep: Vec<Complex> = waves.iter().map(|w| Complex::real(f64::from(u8::from(high(w))))).collect();
        let once = sweep(a, how, &waves);
        let mut all = once.clone();
        for _ in 1..sweeps {
            all = product(&once, &all);
        }
        worst = worst.max(radius(product(&diagonal(&keep), &all)));
    });
    libm::pow(worst, 1.0 / f64::from(sweeps.max(1)))
}

/// The factor by which a cycle of two grids lowers the error in the long run: `sweeps` before with the first smoother and after with the second,
/// linear interpolation and its weighted transpose along all axes, and the coarse operator discretised anew, or Galerkin's.
pub fn two_grid_factor(a: &Couplings, how: [Relaxation; 2], sweeps: [u32; 2], galerkin: bool, samples: usize) -> f64 {
    let d = a.axes.len();
    let coarse = a.coarser(&vec![true; d]);
    let mut worst = 0.0f64;
    low(d, samples, |theta| {
        let waves = alike(theta);
        let n = waves.len();
        let weight = |w: &[f64]| w.iter().map(|&t| 0.5 * (1.0 + libm::cos(t))).product::<f64>();
        let (p, symbols): (Vec<f64>, Vec<Complex>) = waves.iter().map(|w| (weight(w), a.symbol(w))).unzip();
        let doubled: Vec<f64> = theta.iter().map(|t| 2.0 * t).collect();
        let below = if galerkin {
            (0..n).fold(Complex::default(), |s, i| s.plus(symbols[i].times(Complex::real(p[i] * p[i]))))
        } else {
            coarse.symbol(&doubled)
        };
        let mut correction = diagonal(&vec![Complex::ONE; n]);
        for i in 0..n {
            for j in 0..n {
                let entry = symbols[j].times(Complex::real(-p[i] * p[j])).over(below);
                correction[i][j] = correction[i][j].plus(entry);
            }
        }
        for _ in 0..sweeps[0] {
            correction = product(&correction, &sweep(a, how[0], &waves));
        }
        for _ in 0..sweeps[1] {
            correction = product(&sweep(a, how[1], &waves), &correction);
        }
        worst = worst.max(radius(correction));
    });
    worst
}
