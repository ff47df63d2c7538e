//! The linear systems of the second-order methods, by conjugate gradients.

use iterscope_core::Work;
use iterscope_kernels::reduce::{axpy, dot, norm2, xpby};

use crate::objective::Curvature;

/// Memory for one system.
pub struct Solver {
    /// The solution.
    pub direction: Vec<f64>,
    residual: Vec<f64>,
    scaled: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
}

impl Solver {
    /// Memory for systems with `curvature`.
    pub fn new(curvature: &dyn Curvature) -> Solver {
        let zeros = || vec![0.0; curvature.diagonal().len()];
        Solver { direction: zeros(), residual: zeros(), scaled: zeros(), search: zeros(), image: zeros() }
    }

    /// Solves `(H + shift) d = g` with the diagonal as preconditioner, to the relative residual `rtol`; `g` may be longer
    /// than the order. Under maximum likelihood H is singular along the common scale (of each group that met), but the
    /// gradient has no part there: the iteration never sees it.
    pub fn solve(&mut self, hessian: &mut dyn Curvature, shift: f64, g: &[f64], rtol: f64, work: &mut Work) {
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
            hessian.count_product(12 * order as u64, work);
        }
    }
}
