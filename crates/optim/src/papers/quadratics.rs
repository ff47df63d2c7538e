//! Quadratic functions.

use iterscope_core::Work;
use iterscope_kernels::dense::{a_b, a_bt, thin_qr};
use iterscope_kernels::reduce::{dot, norm2};
use iterscope_kernels::rng::Rng;

use crate::objective::{Block, Objective, Sample};

/// 1/2 sum of c_k x_k^2.
pub struct Diagonal {
    curvatures: Vec<f64>,
    block: [Block; 1],
}

impl Diagonal {
    /// With these curvatures.
    pub fn new(curvatures: Vec<f64>) -> Diagonal {
        let block = [Block { rows: curvatures.len(), cols: 1 }];
        Diagonal { curvatures, block }
    }

    /// The value at `x`.
    pub fn value(&self, x: &[f64]) -> f64 {
        self.curvatures.iter().zip(x).fold(0.0, |sum, (c, x)| sum + 0.5 * c * x * x)
    }
}

impl Objective for Diagonal {
    fn size(&self) -> usize {
        self.curvatures.len()
    }

    fn blocks(&self) -> &[Block] {
        &self.block
    }

    fn parts(&self) -> usize {
        1
    }

    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        self.hessian_times(of, x, x, gradient, work);
        self.value(x)
    }

    fn slope(&mut self, _: Sample, x: &[f64], v: &[f64], _: &mut Work) -> f64 {
        self.curvatures.iter().zip(x).zip(v).fold(0.0, |sum, ((c, x), v)| sum + c * x * v)
    }

    fn hessian_times(&mut self, _: Sample, _: &[f64], v: &[f64], out: &mut [f64], _: &mut Work) {
        for ((o, c), v) in out.iter_mut().zip(&self.curvatures).zip(v) {
            *o = c * v;
        }
    }
}

/// The mean over i of 1/2 sum_j h_ij (x_j - c_ij)^2: parts that disagree.
pub struct SumOfSquares {
    curvatures: Vec<f64>,
    centres: Vec<f64>,
    gradient: Vec<f64>,
    n: usize,
    block: [Block; 1],
}

impl SumOfSquares {
    /// `n` parts in `d` dimensions, h uniform in 0.5..2, c standard normal.
    pub fn new(n: usize, d: usize, seed: u64) -> SumOfSquares {
        let mut rng = Rng::new(seed);
        let curvatures = (0..n * d).map(|_| 0.5 + 1.5 * rng.uniform()).collect();
        let mut centres = vec![0.0; n * d];
        rng.normal_fill(&mut centres);
        SumOfSquares { curvatures, centres, gradient: vec![0.0; d], n, block: [Block { rows: d, cols: 1 }] }
    }

    /// The smallest mean curvature along an axis.
    pub fn smallest_curvature(&self) -> f64 {
        let d = self.size();
        let mean = |j| self.curvatures.iter().skip(j).step_by(d).sum::<f64>() / self.n as f64;
        (0..d).map(mean).fold(f64::INFINITY, f64::min)
    }

    /// The minimiser.
    pub fn minimiser(&self) -> Vec<f64> {
        let d = self.size();
        let all = |j: usize| self.curvatures.iter().zip(&self.centres).skip(j).step_by(d);
        (0..d).map(|j| all(j).map(|(h, c)| h * c).sum::<f64>() / all(j).map(|(h, _)| h).sum::<f64>()).collect()
    }

    /// The value at `x`.
    pub fn value(&self, x: &[f64]) -> f64 {
        let d = self.size();
        let term = |e: usize| 0.5 * self.curvatures[e] * (x[e % d] - self.centres[e]) * (x[e % d] - self.centres[e]);
        (0..self.n * d).map(term).sum::<f64>() / self.n as f64
    }

    fn range(&self, of: Sample) -> std::ops::Range<usize> {
        match of {
            Sample::Whole => 0..self.n,
            Sample::Part(k) => k..k + 1,
        }
    }
}

impl Objective for SumOfSquares {
    fn size(&self) -> usize {
        self.block[0].rows
    }

    fn blocks(&self) -> &[Block] {
        &self.block
    }

    fn parts(&self) -> usize {
        self.n
    }

    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], _: &mut Work) -> f64 {
        let (d, range) = (x.len(), self.range(of));
        let weight = 1.0 / range.len() as f64;
        gradient.fill(0.0);
        let mut sum = 0.0;
        for i in range {
            for (j, g) in gradient.iter_mut().enumerate() {
                let (h, off) = (self.curvatures[i * d + j], x[j] - self.centres[i * d + j]);
                *g += weight * h * off;
                sum += 0.5 * weight * h * off * off;
            }
        }
        sum
    }

    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64 {
        let mut gradient = std::mem::take(&mut self.gradient);
        self.gradient(of, x, &mut gradient, work);
        self.gradient = gradient;
        dot(&self.gradient, v)
    }

    fn hessian_times(&mut self, of: Sample, x: &[f64], v: &[f64], out: &mut [f64], _: &mut Work) {
        let (d, range) = (x.len(), self.range(of));
        let weight = 1.0 / range.len() as f64;
        out.fill(0.0);
        for i in range {
            for (j, out) in out.iter_mut().enumerate() {
                *out += weight * self.curvatures[i * d + j] * v[j];
            }
        }
    }
}

/// 1/2 |A (X - C) B|^2 for a matrix X, with A and B symmetric, their eigenvalues falling geometrically from 1.
pub struct MatrixSquares {
    a: Vec<f64>,
    b: Vec<f64>,
    centre: Vec<f64>,
    off: Vec<f64>,
    half: Vec<f64>,
    gradient: Vec<f64>,
    block: [Block; 1],
}

impl MatrixSquares {
    /// C standard normal `rows x cols`, then the eigenvectors of A and B from QR factorisations of normal matrices; their
    /// condition numbers are both `condition`.
    pub fn new(rows: usize, cols: usize, condition: f64, seed: u64) -> MatrixSquares {
        let mut rng = Rng::new(seed);
        let mut centre = vec![0.0; rows * cols];
        rng.normal_fill(&mut centre);
        let mut symmetric = |n: usize| {
            let mut q = vec![0.0; n * n];
            rng.normal_fill(&mut q);
            thin_qr(&mut q, n, n, &mut vec![0.0; n * n], &mut vec![0.0; 2 * n]);
            let mut scaled = q.clone();
            for (e, x) in scaled.iter_mut().enumerate() {
                *x *= libm::pow(condition, -((e % n) as f64) / (n - 1) as f64);
            }
            let mut a = vec![0.0; n * n];
            a_bt(&scaled, &q, &mut a, n, n, n);
            a
        };
        let (a, b) = (symmetric(rows), symmetric(cols));
        let work = || vec![0.0; rows * cols];
        MatrixSquares { a, b, centre, off: work(), half: work(), gradient: work(), block: [Block { rows, cols }] }
    }

    /// out = A A V B B for the V in `off`; leaves A V B in `off`.
    fn twice(&mut self, out: &mut [f64]) {
        let Block { rows: m, cols: n } = self.block[0];
        a_b(&self.a, &self.off, &mut self.half, m, m, n);
        a_b(&self.half, &self.b, &mut self.off, m, n, n);
        a_b(&self.a, &self.off, &mut self.half, m, m, n);
        a_b(&self.half, &self.b, out, m, n, n);
    }
}

impl Objective for MatrixSquares {
    fn size(&self) -> usize {
        self.centre.len()
    }

    fn blocks(&self) -> &[Block] {
        &self.block
    }

    fn parts(&self) -> usize {
        1
    }

    fn gradient(&mut self, _: Sample, x: &[f64], gradient: &mut [f64], _: &mut Work) -> f64 {
        for ((off, x), c) in self.off.iter_mut().zip(x).zip(&self.centre) {
            *off = x - c;
        }
        self.twice(gradient);
        0.5 * norm2(&self.off) * norm2(&self.off)
    }

    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64 {
        let mut gradient = std::mem::take(&mut self.gradient);
        self.gradient(of, x, &mut gradient, work);
        self.gradient = gradient;
        dot(&self.gradient, v)
    }

    fn hessian_times(&mut self, _: Sample, _: &[f64], v: &[f64], out: &mut [f64], _: &mut Work) {
        self.off.copy_from_slice(v);
        self.twice(out);
    }
}
