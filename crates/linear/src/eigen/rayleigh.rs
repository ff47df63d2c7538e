//! Rayleigh-quotient iteration: inverse iteration whose shift is the Rayleigh quotient of the vector (B. N. Parlett, The Symmetric Eigenvalue
//! Problem, 1980, chapter 4).
//!
//! The residual never grows, and near an eigenvector it falls with its third power; to which one it goes depends on the start. Each step
//! factorises the matrix anew, within a narrow band. A few steps of plain inverse iteration come first, so that it goes to the mode nearest to
//! the shift that is given.

use iterscope_core::{Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::banded::BandedLu;
use iterscope_kernels::compiled;
use iterscope_kernels::order::narrow;

use super::{EigenSolver, orthonormalise, random};
use crate::solvers::norm;
use crate::state::{get_count, put_count};
use crate::{Matrix, Operator, Preconditioner};

/// The iteration.
pub struct Rayleigh {
    shift: f64,
    before: usize,
    steps: usize,
    lu: BandedLu,
    order: Vec<u32>,
    /// Entries of the matrix at their places in the band.
    entries: Vec<(u32, u32, f64)>,
    x: Vec<Vec<f64>>,
    turned: Vec<f64>,
    value: Vec<f64>,
    residual: f64,
    size: f64,
}

impl Rayleigh {
    /// With `before` steps of inverse iteration at `shift` first.
    pub fn new(a: &Matrix<f64>, shift: f64, before: usize, seed: u64) -> Self {
        let rows = a.rows();
        let n = rows.rows;
        let (order, width) = narrow(rows);
        let mut place = vec![0u32; n];
        order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k as u32);
        let mut entries: Vec<(u32, u32, f64)> = Vec::with_capacity(rows.nnz());
        for i in 0..n {
            entries.extend(rows.row_iter(i).map(|(j, v)| (place[i], place[j], v)));
        }
        let size = rows.values.iter().map(|v| v.abs()).fold(0.0, f64::max);
        Rayleigh {
            shift,
            before,
            steps: 0,
            lu: BandedLu::new(n, width, width),
            order,
            entries,
            x: random(n, 1, seed),
            turned: vec![0.0; n],
            value: Vec::with_capacity(1),
            residual: f64::INFINITY,
            size,
        }
    }

    fn measure(&mut self, a: &dyn Operator<f64>, work: &mut Work) {
        a.apply(&self.x[0], &mut self.turned);
        a.cost().count(work);
        let value = compiled::dot(&self.x[0], &self.turned);
        compiled::axpy(-value, &self.x[0], &mut self.turned);
        self.residual = norm(&self.turned);
        self.value.clear();
        self.value.push(value);
    }
}

impl EigenSolver for Rayleigh {
    fn step(&mut self, a: &dyn Operator<f64>, _: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome {
        // Nothing but rounding is left.
        if self.residual <= 4.0 * f64::EPSILON * self.size {
            return Outcome::Stop(Stop::Converged);
        }
        let shift = match self.value.first() {
            Some(&value) if self.steps >= self.before => value,
            _ => self.shift,
        };
        self.lu.clear();
        for &(i, j, v) in &self.entries {
            self.lu.add(i as usize, j as usize, if i == j { v - shift } else { v });
        }
        if self.lu.factor().is_err() {
            return Outcome::Stop(Stop::Converged);
        }
        for (t, &i) in self.turned.iter_mut().zip(&self.order) {
            *t = self.x[0][i as usize];
        }
        self.lu.solve(&mut self.turned);
        for (&t, &i) in self.turned.iter().zip(&self.order) {
            self.x[0][i as usize] = t;
        }
        orthonormalise(&mut self.x, 0);
        let (n, width) = (self.lu.n() as u64, self.lu.width() as u64);
        work.flops += n * width * width / 2;
        self.measure(a, work);
        self.steps += 1;
        Outcome::Continue
    }

    fn values(&self) -> &[f64] {
        &self.value
    }

    fn vectors(&mut self) -> &[Vec<f64>] {
        &self.x
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.steps);
        out.real(self.residual);
        out.real(self.value.first().copied().unwrap_or(f64::NAN));
        out.slice(&self.x[0]);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.steps = get_count(from, usize::MAX);
        self.residual = from.real();
        let value = from.real();
        self.value.clear();
        if self.steps > 0 {
            self.value.push(value);
        }
        from.slice(&mut self.x[0]);
    }
}
