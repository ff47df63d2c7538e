//! Conjugate gradients with a diagonal preconditioner, one step at a time: for the linear systems of the second-order methods,
//! the least-squares ratings, and the circulations of a flow.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{axpy, dot, norm2, xpby};

use crate::model::objective::Curvature;

/// A positive semidefinite matrix, by its action.
pub trait System {
    /// `out` becomes the preconditioned residual: divided by the diagonal where that is positive.
    fn precondition(&self, residual: &[f64], out: &mut [f64]);
    /// `y` becomes the product with `x`.
    fn apply(&mut self, x: &[f64], y: &mut [f64]);
    /// The curvature along a direction up to which it counts as none.
    fn negligible(&self, _direction: &[f64]) -> f64 {
        0.0
    }
}

/// `out` becomes `residual` divided by `diagonal`, 0 where that is not positive.
pub fn divide(residual: &[f64], diagonal: impl Iterator<Item = f64>, out: &mut [f64]) {
    for ((z, r), d) in out.iter_mut().zip(residual).zip(diagonal) {
        *z = if d > 0.0 { r / d } else { 0.0 };
    }
}

/// A solution on its way.
pub struct ConjugateGradients {
    /// The solution.
    pub solution: Vec<f64>,
    /// The residual at the solution.
    pub residual: Vec<f64>,
    scaled: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
    /// Inner product of the last residual with itself, preconditioned; 0 before the first step.
    square: f64,
}

impl ConjugateGradients {
    /// From 0, where the residual is the right-hand side.
    pub fn new(right: Vec<f64>) -> ConjugateGradients {
        let zeros = || vec![0.0; right.len()];
        ConjugateGradients {
            solution: zeros(),
            scaled: zeros(),
            search: zeros(),
            image: zeros(),
            square: 0.0,
            residual: right,
        }
    }

    /// Starts again from 0 with another right-hand side, which may be longer than the system.
    pub fn restart(&mut self, right: &[f64]) {
        self.solution.fill(0.0);
        self.residual.copy_from_slice(&right[..self.solution.len()]);
        self.square = 0.0;
    }

    /// One step. Its length; none, and nothing moved, where the matrix has no curvature along what is left.
    pub fn step(&mut self, system: &mut impl System) -> Option<f64> {
        system.precondition(&self.residual, &mut self.scaled);
        let now = dot(&self.residual, &self.scaled);
        if self.square == 0.0 {
            self.search.copy_from_slice(&self.scaled);
        } else {
            xpby(&self.scaled, now / self.square, &mut self.search);
        }
        self.square = now;
        system.apply(&self.search, &mut self.image);
        let curvature = dot(&self.search, &self.image);
        if curvature <= system.negligible(&self.search) || curvature.is_nan() {
            return None;
        }
        let length = now / curvature;
        axpy(length, &self.search, &mut self.solution);
        axpy(-length, &self.image, &mut self.residual);
        Some(length)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        for list in [&self.solution, &self.residual, &self.search] {
            out.slice(list);
        }
        out.real(self.square);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        for list in [&mut self.solution, &mut self.residual, &mut self.search] {
            from.slice(list);
        }
        self.square = from.real();
    }
}

/// Second derivatives plus a multiple of the identity.
struct Shifted<'a> {
    curvature: &'a mut dyn Curvature,
    shift: f64,
}

impl System for Shifted<'_> {
    fn precondition(&self, residual: &[f64], out: &mut [f64]) {
        divide(residual, self.curvature.diagonal().iter().map(|d| d + self.shift), out);
    }
    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        self.curvature.apply(x, y);
        axpy(self.shift, x, y);
    }
    /// Below this only the singular direction is left, and rounding took over.
    fn negligible(&self, direction: &[f64]) -> f64 {
        let diagonal = self.curvature.diagonal();
        1e-14 * direction.iter().zip(diagonal).fold(0.0, |sum, (p, d)| sum + (d + self.shift) * p * p)
    }
}

/// Memory for the systems of the second-order methods.
pub struct NewtonSystem {
    inner: ConjugateGradients,
}

impl NewtonSystem {
    /// Memory for systems with `curvature`.
    pub fn new(curvature: &dyn Curvature) -> NewtonSystem {
        NewtonSystem { inner: ConjugateGradients::new(vec![0.0; curvature.diagonal().len()]) }
    }

    /// The last solution.
    pub fn direction(&self) -> &[f64] {
        &self.inner.solution
    }

    /// Solves `(H + shift) d = g` to the relative residual `rtol`; `g` may be longer than the order. Under maximum likelihood H
    /// is singular along the common scale (of each group that met), but the gradient has no part there: the iteration never
    /// sees it.
    pub fn solve(&mut self, curvature: &mut dyn Curvature, shift: f64, g: &[f64], rtol: f64, work: &mut Work) {
        self.inner.restart(g);
        curvature.level(&mut self.inner.residual);
        let goal = rtol * norm2(&self.inner.residual);
        let order = self.inner.solution.len();
        let mut system = Shifted { curvature, shift };
        for _ in 0..(2 * order + 20).min(2000) {
            if norm2(&self.inner.residual) <= goal {
                break;
            }
            work.inner += 1;
            if self.inner.step(&mut system).is_none() {
                break;
            }
            system.curvature.count_product(12 * order as u64, work);
        }
    }
}
