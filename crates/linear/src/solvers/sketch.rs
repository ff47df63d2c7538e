//! Sketch and project: the nearest point that satisfies a few random combinations of the equations (R. M. Gower and P. Richtárik, Randomized
//! iterative methods for linear systems, SIAM Journal on Matrix Analysis and Applications 36, 2015); the inner solver of I. Hong,
//! S. Na, M. W. Mahoney and M. Kolar, Constrained optimization via exact augmented Lagrangian and randomized iterative sketching, 2023.
//!
//! With a random S of q columns, `x -= A'S (S'A A'S)^+ S'(A x - b)`. The Euclidean error never grows, and the drawn combinations hold exactly
//! after the step. With rows, S picks q equations: q row products and a q x q system. With normal numbers, all equations are
//! combined: q products with the transpose. It takes no preconditioner.

use std::rc::Rc;

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Matrix, Operator, Preconditioner, Scalar, solve_semidefinite};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Equations, all alike and without repetition.
    Rows,
    /// Combinations with standard normal weights.
    Normal,
}

/// The iteration.
pub struct Sketch<T> {
    matrix: Rc<Matrix<T>>,
    draw: Draw,
    q: usize,
    rng: Rng,
    x: Vec<T>,
    /// A permutation of the rows, of which the first q are shuffled anew each time.
    rows: Vec<u32>,
    /// Columns of `A'S`, with normal weights.
    images: Vec<Vec<T>>,
    weights: Vec<f64>,
    s: Vec<T>,
    gram: Vec<T>,
    y: Vec<T>,
}

impl<T: Scalar> Sketch<T> {
    /// For this matrix with `q` combinations at a time.
    ///
    /// # Panics
    /// Where `q` is zero or more than there are rows.
    pub fn new(matrix: &Rc<Matrix<T>>, draw: Draw, q: usize, seed: u64) -> Self {
        let n = matrix.len();
        assert!((1..=n).contains(&q), "between one combination and as many as there are rows");
        let dense = if draw == Draw::Normal { n } else { 0 };
        // Made now, so that no step has to.
        match draw {
            Draw::Rows => matrix.rows(),
            Draw::Normal => matrix.transposed(),
        };
        Sketch {
            matrix: Rc::clone(matrix),
            draw,
            q,
            rng: Rng::new(seed),
            x: vec![T::ZERO; n],
            rows: (0..n as u32).collect(),
            images: vec![vec![T::ZERO; dense]; q],
            weights: vec![0.0; dense],
            s: vec![T::ZERO; dense],
            gram: vec![T::ZERO; q * q],
            y: vec![T::ZERO; q],
        }
    }

    fn by_rows(&mut self, b: &[T], work: &mut Work) {
        let (q, n) = (self.q, self.x.len());
        for k in 0..q {
            let other = k + self.rng.below(n - k);
            self.rows.swap(k, other);
        }
        let a = self.matrix.rows();
        for k in 0..q {
            let i = self.rows[k] as usize;
            let mut left = b[i];
            for (j, value) in a.row_iter(i) {
                left -= value * self.x[j];
            }
            self.y[k] = left;
            for l in 0..=k {
                self.gram[k * q + l] = product(a.row(i), a.row(self.rows[l] as usize));
            }
        }
        solve_semidefinite(&mut self.gram, T::from_f64(q as f64) * T::EPSILON, &mut self.y);
        for k in 0..q {
            for (j, value) in a.row_iter(self.rows[k] as usize) {
                self.x[j] += self.y[k] * value;
            }
        }
        let entries: usize = self.rows[..q].iter().map(|&i| a.row(i as usize).0.len()).sum();
        work.flops += (entries * (2 * q + 4) + q * q * q / 3) as u64;
        work.bytes += (entries * q * (size_of::<T>() + 4)) as u64;
    }

    fn by_weights(&mut self, b: &[T], work: &mut Work) {
        let q = self.q;
        for k in 0..q {
            self.rng.normal_fill(&mut self.weights);
            for (s, &w) in self.s.iter_mut().zip(&self.weights) {
                *s = T::from_f64(w);
            }
            self.matrix.apply_transposed(&self.s, &mut self.images[k]);
            self.matrix.cost().count(work);
            self.y[k] = compiled::dot(&self.s, b) - compiled::dot(&self.images[k], &self.x);
            for l in 0..=k {
                self.gram[k * q + l] = compiled::dot(&self.images[k], &self.images[l]);
            }
        }
        solve_semidefinite(&mut self.gram, T::from_f64(q as f64) * T::EPSILON, &mut self.y);
        for (&y, image) in self.y.iter().zip(&self.images) {
            compiled::axpy(y, image, &mut self.x);
        }
        super::count::<T>(work, self.x.len(), (q * (q + 7)) as u64, (q * (q + 7)) as u64);
    }
}

/// The inner product of two rows, whose columns rise.
fn product<T: Scalar>((i, x): (&[u32], &[T]), (j, y): (&[u32], &[T])) -> T {
    let (mut a, mut b, mut sum) = (0, 0, T::ZERO);
    while a < i.len() && b < j.len() {
        if i[a] == j[b] {
            sum += x[a] * y[b];
        }
        let (left, right) = (i[a], j[b]);
        a += usize::from(left <= right);
        b += usize::from(right <= left);
    }
    sum
}

impl<T: Scalar> LinearSolver<T> for Sketch<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
    }

    fn step(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        match self.draw {
            Draw::Rows => self.by_rows(b, work),
            Draw::Normal => self.by_weights(b, work),
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.rows, &Many(&self.images), &self.weights, &self.gram])
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.rng.state());
        self.rows.iter().for_each(|&i| out.real(f64::from(i)));
        put(out, &self.x);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rng = Rng::from_state(from.bits());
        self.rows.iter_mut().for_each(|i| *i = from.real() as u32);
        get(from, &mut self.x);
    }
}
