//! Kaczmarz' method: projections onto the solutions of one equation after the other (S. Kaczmarz, Angenäherte Auflösung von Systemen
//! linearer Gleichungen, Bulletin international de l'Académie polonaise des sciences et des lettres, 1937), in turn or by chance
//! (T. Strohmer and R. Vershynin, A randomized Kaczmarz algorithm with exponential convergence, Journal of Fourier Analysis and
//! Applications 15, 2009).
//!
//! The Euclidean error falls with every projection, whatever the matrix. With rows drawn in proportion to their squared norms it falls in
//! expectation by the factor `1 - s^2/|A|_F^2` for each, s the least singular value. One step is as many projections as there are rows:
//! the cost of two products with A. It takes no preconditioner.

use std::rc::Rc;

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::rng::Rng;

use crate::memory::held;
use crate::state::{get, put};
use crate::{LinearSolver, Matrix, Operator, Preconditioner, Scalar};

/// Which equation is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    /// One after the other.
    Cyclic,
    /// Any, all alike.
    Uniform,
    /// In proportion to the squared norm of the row.
    Weighted,
}

/// The iteration.
pub struct Kaczmarz<T> {
    matrix: Rc<Matrix<T>>,
    order: RowOrder,
    /// The inverse of the squared norm of each row; zero where the row is.
    inverse: Vec<T>,
    /// Sums of the squared norms up to each row.
    sums: Vec<f64>,
    rng: Rng,
    x: Vec<T>,
}

impl<T: Scalar> Kaczmarz<T> {
    /// For this matrix.
    pub fn new(matrix: &Rc<Matrix<T>>, order: RowOrder, seed: u64) -> Self {
        let rows = matrix.rows();
        let mut total = 0.0;
        let (mut inverse, mut sums) = (Vec::with_capacity(rows.rows), Vec::with_capacity(rows.rows));
        for i in 0..rows.rows {
            let square: f64 = rows.row(i).1.iter().map(|a| a.to_f64() * a.to_f64()).sum();
            total += square;
            inverse.push(T::from_f64(if square > 0.0 { 1.0 / square } else { 0.0 }));
            sums.push(total);
        }
        let n = rows.rows;
        Kaczmarz { matrix: Rc::clone(matrix), order, inverse, sums, rng: Rng::new(seed), x: vec![T::ZERO; n] }
    }

    fn next(&mut self, turn: usize) -> usize {
        let n = self.x.len();
        match self.order {
            RowOrder::Cyclic => turn,
            RowOrder::Uniform => self.rng.below(n),
            RowOrder::Weighted => {
                let point = self.rng.uniform() * self.sums[n - 1];
                self.sums.partition_point(|&s| s <= point).min(n - 1)
            }
        }
    }
}

impl<T: Scalar> LinearSolver<T> for Kaczmarz<T> {
    fn start(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], x: &[T], _: &mut Work) {
        self.x.copy_from_slice(x);
    }

    fn step(&mut self, _: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        for turn in 0..self.x.len() {
            let i = self.next(turn);
            let (columns, values) = self.matrix.rows().row(i);
            let mut left = b[i];
            for (&j, &a) in columns.iter().zip(values) {
                left -= a * self.x[j as usize];
            }
            let weight = left * self.inverse[i];
            for (&j, &a) in columns.iter().zip(values) {
                self.x[j as usize] += weight * a;
            }
        }
        self.matrix.cost().count(work);
        self.matrix.cost().count(work);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        T::from_f64(f64::NAN)
    }

    fn memory(&self) -> usize {
        held(&[&self.inverse, &self.sums, &self.x])
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.rng.state());
        put(out, &self.x);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rng = Rng::from_state(from.bits());
        get(from, &mut self.x);
    }
}
