//! Subspace iteration on the inverse of the shifted matrix (K.-J. Bathe and E. L. Wilson, Solution methods for eigenvalue problems in structural
//! mechanics, International Journal for Numerical Methods in Engineering 6, 1973): all vectors at once, made orthonormal, turned to their Ritz
//! vectors.
//!
//! With p vectors the error of mode i falls by `|lambda_i - shift| / |lambda_{p+1} - shift|` per step. One step costs a solve and a product for
//! each vector and about 4 p^2 vector updates.

use iterscope_core::{Outcome, StateReader, StateWriter, Work};
use iterscope_kernels::compiled;

use super::{EigenSolver, orthonormalise, random, rotate, small::jacobi};
use crate::factors::Factors;
use crate::state::{get_count, put_count};
use crate::{Operator, Preconditioner};

/// The iteration.
pub struct Subspace {
    wanted: usize,
    factors: Factors<f64>,
    x: Vec<Vec<f64>>,
    image: Vec<f64>,
    fresh: Vec<Vec<f64>>,
    h: Vec<f64>,
    rotation: Vec<f64>,
    values: Vec<f64>,
}

impl Subspace {
    /// For the `wanted` modes nearest to the shift with factors of `A - shift I` and `guard` vectors more.
    ///
    /// # Panics
    /// Where more are wanted than there are unknowns.
    pub fn new(n: usize, wanted: usize, guard: usize, factors: Factors<f64>, seed: u64) -> Self {
        assert!(wanted <= n, "as many modes as unknowns at most");
        let p = (wanted + guard).min(n);
        Subspace {
            wanted,
            factors,
            x: random(n, p, seed),
            image: vec![0.0; n],
            fresh: vec![vec![0.0; n]; p],
            h: vec![0.0; p * p],
            rotation: vec![0.0; p * p],
            values: Vec::with_capacity(p),
        }
    }
}

impl EigenSolver for Subspace {
    fn step(&mut self, a: &dyn Operator<f64>, _: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome {
        let p = self.x.len();
        for l in 0..p {
            self.factors.solve(&mut self.x[l]);
            orthonormalise(&mut self.x, l);
        }
        for j in 0..p {
            a.apply(&self.x[j], &mut self.image);
            a.cost().count(work);
            for i in 0..p {
                self.h[i * p + j] = compiled::dot(&self.x[i], &self.image);
            }
        }
        // Rounding leaves both halves apart.
        for i in 0..p {
            for j in 0..i {
                let mean = 0.5 * (self.h[i * p + j] + self.h[j * p + i]);
                (self.h[i * p + j], self.h[j * p + i]) = (mean, mean);
            }
        }
        work.flops += p as u64 * self.factors.flops();
        crate::solvers::count::<f64>(work, self.image.len(), (8 * p * p) as u64, (10 * p * p) as u64);
        jacobi(&mut self.h, &mut self.rotation, p);
        rotate(&self.x, &self.rotation, p, &mut self.fresh);
        std::mem::swap(&mut self.x, &mut self.fresh);
        self.values.clear();
        self.values.extend((0..p).map(|l| self.h[l * p + l]));
        Outcome::Continue
    }

    fn values(&self) -> &[f64] {
        &self.values[..self.wanted.min(self.values.len())]
    }

    fn ritz(&self) -> &[f64] {
        &self.values
    }

    fn vectors(&mut self) -> &[Vec<f64>] {
        &self.x[..self.wanted]
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.values.len());
        out.slice(&self.values);
        self.x.iter().for_each(|x| out.slice(x));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let count = get_count(from, self.x.len());
        self.values.resize(count, 0.0);
        from.slice(&mut self.values);
        self.x.iter_mut().for_each(|x| from.slice(x));
    }
}
