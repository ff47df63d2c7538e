//! Logistic regression on portable random numbers.

use iterscope_core::Work;
use iterscope_kernels::dense::{a_x, cholesky, cholesky_solve};
use iterscope_kernels::reduce::{axpy, dot, norm2_diff};
use iterscope_kernels::rng::Rng;

use crate::objective::{Block, Objective, Sample};

/// Mean of log(1 + exp(-y_i <x_i, w>)) plus lambda/2 |w|^2.
pub struct Logistic {
    rows: Vec<f64>,
    signs: Vec<f64>,
    lambda: f64,
    parts: usize,
    block: [Block; 1],
}

impl Logistic {
    /// `n` standard normal rows, column j times `scales[j]`; then a normal w and outcomes drawn by it, all from `seed`. The
    /// parts are runs of rows in order.
    pub fn new([n, parts]: [usize; 2], scales: &[f64], lambda: f64, seed: u64) -> Logistic {
        let d = scales.len();
        let mut rng = Rng::new(seed);
        let (mut rows, mut w, mut z) = (vec![0.0; n * d], vec![0.0; d], vec![0.0; n]);
        rng.normal_fill(&mut rows);
        for row in rows.chunks_exact_mut(d) {
            row.iter_mut().zip(scales).for_each(|(x, s)| *x *= s);
        }
        rng.normal_fill(&mut w);
        a_x(&rows, &w, &mut z);
        let signs = z.iter().map(|z| if rng.uniform() < 1.0 / (1.0 + libm::exp(-z)) { 1.0 } else { -1.0 }).collect();
        Logistic { rows, signs, lambda, parts, block: [Block { rows: d, cols: 1 }] }
    }

    fn range(&self, of: Sample) -> std::ops::Range<usize> {
        let n = self.signs.len();
        match of {
            Sample::Whole => 0..n,
            Sample::Part(k) => k * n / self.parts..(k + 1) * n / self.parts,
        }
    }

    /// The value at `x`.
    pub fn value(&mut self, x: &[f64]) -> f64 {
        self.gradient(Sample::Whole, x, &mut vec![0.0; x.len()], &mut Work::default())
    }

    /// The minimiser, by Newton's method.
    pub fn minimiser(&mut self) -> Vec<f64> {
        let d = self.size();
        let (mut x, mut g, mut e) = (vec![0.0; d], vec![0.0; d], vec![0.0; d]);
        let mut h = vec![0.0; d * d];
        for _ in 0..50 {
            let before = x.clone();
            self.gradient(Sample::Whole, &x, &mut g, &mut Work::default());
            for (j, column) in h.chunks_exact_mut(d).enumerate() {
                e.fill(0.0);
                e[j] = 1.0;
                self.hessian_times(Sample::Whole, &x, &e, column, &mut Work::default());
            }
            // Convex, and full of rank with more rows than columns.
            if cholesky(&mut h, d).is_err() {
                return vec![f64::NAN; d];
            }
            cholesky_solve(&h, d, &mut g);
            axpy(-1.0, &g, &mut x);
            if norm2_diff(&x, &before) == 0.0 {
                break;
            }
        }
        x
    }

    /// Sum of a function of each margin y <x, w> over rows, and of the rows times another one, into `out`.
    fn gather(&self, of: Sample, x: &[f64], out: &mut [f64], weigh: impl Fn(f64, f64, &[f64]) -> f64) -> usize {
        let (d, range) = (x.len(), self.range(of));
        out.fill(0.0);
        let count = range.len();
        for i in range {
            let row = &self.rows[i * d..][..d];
            axpy(weigh(self.signs[i], dot(row, x), row) / count as f64, row, out);
        }
        count
    }
}

fn logistic(t: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-t))
}

impl Objective for Logistic {
    fn size(&self) -> usize {
        self.block[0].rows
    }

    fn blocks(&self) -> &[Block] {
        &self.block
    }

    fn parts(&self) -> usize {
        self.parts
    }

    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], _: &mut Work) -> f64 {
        let value = std::cell::Cell::new(0.0);
        let count = self.gather(of, x, gradient, |y, t, _| {
            let margin = y * t;
            value.set(value.get() + libm::log1p(libm::exp(-margin.abs())) + (-margin).max(0.0));
            -y * logistic(-margin)
        });
        axpy(self.lambda, x, gradient);
        value.get() / count as f64 + 0.5 * self.lambda * dot(x, x)
    }

    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], _: &mut Work) -> f64 {
        let (d, range) = (x.len(), self.range(of));
        let count = range.len() as f64;
        let mut sum = 0.0;
        for i in range {
            let (row, y) = (&self.rows[i * d..][..d], self.signs[i]);
            sum -= y * logistic(-y * dot(row, x)) * dot(row, v);
        }
        sum / count + self.lambda * dot(x, v)
    }

    fn hessian_times(&mut self, of: Sample, x: &[f64], v: &[f64], out: &mut [f64], _: &mut Work) {
        self.gather(of, x, out, |_, t, row| {
            let p = logistic(t);
            p * (1.0 - p) * dot(row, v)
        });
        axpy(self.lambda, v, out);
    }
}
