//! The linear systems of the second-order methods, by conjugate gradients.

use iterscope_core::Work;
use iterscope_kernels::reduce::{axpy, dot, norm2, xpby};

use super::point::center;
use crate::hessian::Hessian;
use crate::model::Model;

/// Memory for one system.
pub struct Solver {
    /// The solution.
    pub direction: Vec<f64>,
    residual: Vec<f64>,
    scaled: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
}

/// A symmetric matrix of second derivatives, by its action.
pub trait Curvature {
    /// The diagonal; as long as there are variables.
    fn diagonal(&self) -> &[f64];
    /// `y` becomes the product with `x`.
    fn apply(&mut self, x: &[f64], y: &mut [f64]);
    /// Takes from a residual what the matrix cannot reach, exactly 0 but for rounding, which is all there is close to the
    /// optimum.
    fn level(&self, residual: &mut [f64]);
    /// Counts one product and the other work of an inner iteration.
    fn count(&self, work: &mut Work);
}

/// The Hessian of pairwise games.
struct OfPairs<'a> {
    model: &'a Model,
    hessian: &'a Hessian,
}

impl Curvature for OfPairs<'_> {
    fn diagonal(&self) -> &[f64] {
        &self.hessian.diagonal
    }
    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        self.hessian.apply(self.model, x, y);
    }
    fn level(&self, residual: &mut [f64]) {
        if self.model.level_is_free() {
            center(&mut residual[..self.model.games.items]);
        }
    }
    fn count(&self, work: &mut Work) {
        count(self.model, work, 6, 12 * self.hessian.order() as u64);
    }
}

impl Solver {
    /// Memory for systems with `hessian`.
    pub fn new(hessian: &Hessian) -> Solver {
        Solver::of_order(hessian.order())
    }

    /// Memory for systems of `order` unknowns.
    pub fn of_order(order: usize) -> Solver {
        let zeros = || vec![0.0; order];
        Solver { direction: zeros(), residual: zeros(), scaled: zeros(), search: zeros(), image: zeros() }
    }

    /// Solves `(H + shift) d = g` for the Hessian of pairwise games; see [`Solver::solve_with`].
    pub fn solve(&mut self, model: &Model, hessian: &Hessian, shift: f64, g: &[f64], rtol: f64, work: &mut Work) {
        self.solve_with(&mut OfPairs { model, hessian }, shift, g, rtol, work);
    }

    /// Solves `(H + shift) d = g` with the diagonal as preconditioner, to the relative residual `rtol`; `g` may be longer
    /// than the order. Under maximum likelihood H is singular along the common scale (of each group that met), but the
    /// gradient has no part there: the iteration never sees it.
    pub fn solve_with(&mut self, hessian: &mut impl Curvature, shift: f64, g: &[f64], rtol: f64, work: &mut Work) {
        let order = self.direction.len();
        self.direction.fill(0.0);
        self.residual.copy_from_slice(&g[..order]);
        hessian.level(&mut self.residual);
        let goal = rtol * norm2(&self.residual);
        let mut old = 0.0;
        for k in 0..(2 * order + 20).min(2000) {
            if norm2(&self.residual) <= goal {
                break;
            }
            for ((z, r), d) in self.scaled.iter_mut().zip(&self.residual).zip(hessian.diagonal()) {
                let d = d + shift;
                *z = if d > 0.0 { r / d } else { 0.0 };
            }
            let now = dot(&self.residual, &self.scaled);
            if k == 0 {
                self.search.copy_from_slice(&self.scaled);
            } else {
                xpby(&self.scaled, now / old, &mut self.search);
            }
            old = now;
            hessian.apply(&self.search, &mut self.image);
            axpy(shift, &self.search, &mut self.image);
            work.inner += 1;
            let curvature = dot(&self.search, &self.image);
            let diagonal = hessian.diagonal();
            let weighed = self.search.iter().zip(diagonal).fold(0.0, |sum, (p, d)| sum + (d + shift) * p * p);
            // Only the singular direction is left, so rounding took over.
            if curvature <= 1e-14 * weighed || curvature.is_nan() {
                break;
            }
            let step = now / curvature;
            axpy(step, &self.search, &mut self.direction);
            axpy(-step, &self.image, &mut self.residual);
            hessian.count(work);
        }
    }
}

/// Counts one pass over the pairs.
pub fn count(model: &Model, work: &mut Work, flops_per_pair: u64, more: u64) {
    let pairs = model.games.pairs.len() as u64;
    work.operator += 1;
    work.flops += flops_per_pair * pairs + more;
    work.bytes += 40 * pairs + 8 * more;
}
