//! What a family brings: a function of a flat vector, as a mean of parts.

use iterscope_core::Work;
use iterscope_kernels::reduce::norm2;

/// Which part of the objective is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// The mean of all parts.
    Whole,
    /// One part, counted from 0.
    Part(usize),
}

/// Consecutive parameters that are the entries of a matrix, row by row; a vector is a matrix of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
}

/// A function to be minimised, f(x) = mean of f_i(x) over its parts. No call allocates; each adds its cost to `work`.
pub trait Objective {
    /// Number of parameters.
    fn size(&self) -> usize;

    /// The matrices that the parameters are entries of, one after the other; together they are all parameters.
    fn blocks(&self) -> &[Block];

    /// Number of parts, at least 1.
    fn parts(&self) -> usize;

    /// The value at `x`; its gradient goes into `gradient`.
    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], work: &mut Work) -> f64;

    /// The derivative at `x` along `v`, by forward differentiation: without a gradient.
    fn slope(&mut self, of: Sample, x: &[f64], v: &[f64], work: &mut Work) -> f64;

    /// The Hessian at `x` times `v`, into `out`.
    fn hessian_times(&mut self, of: Sample, x: &[f64], v: &[f64], out: &mut [f64], work: &mut Work);

    /// Whether an iterate has not left every sensible range.
    fn in_range(&self, x: &[f64]) -> bool {
        // NaN and infinity both survive a sum of squares.
        norm2(x).is_finite()
    }
}

/// Hessian-vector products by central differences of gradients, for objectives that have no second derivatives.
pub struct Differences {
    point: Vec<f64>,
    below: Vec<f64>,
}

/// Relative length of a difference: the cube root of the unit roundoff balances truncation and rounding.
const DIFFERENCE: f64 = 6.055454452393343e-6;

impl Differences {
    /// Work space for `size` parameters.
    pub fn new(size: usize) -> Differences {
        Differences { point: vec![0.0; size], below: vec![0.0; size] }
    }

    /// out = (g(x + h v) - g(x - h v)) / 2h, with a relative error of about 1e-10 where g is smooth.
    pub fn hessian_times(
        &mut self,
        x: &[f64],
        v: &[f64],
        out: &mut [f64],
        mut gradient: impl FnMut(&[f64], &mut [f64]),
    ) {
        let length = norm2(v);
        if length == 0.0 {
            return out.fill(0.0);
        }
        let h = DIFFERENCE * (1.0 + norm2(x)) / length;
        for ((p, x), v) in self.point.iter_mut().zip(x).zip(v) {
            *p = x - h * v;
        }
        gradient(&self.point, &mut self.below);
        for ((p, x), v) in self.point.iter_mut().zip(x).zip(v) {
            *p = x + h * v;
        }
        gradient(&self.point, out);
        for (above, below) in out.iter_mut().zip(&self.below) {
            *above = (*above - below) / (2.0 * h);
        }
    }
}
