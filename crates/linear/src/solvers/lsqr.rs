//! LSQR: conjugate gradients on the normal equations, by the bidiagonalisation of G. H. Golub and W. Kahan (C. C. Paige and M. A. Saunders,
//! LSQR: an algorithm for sparse linear equations and sparse least squares, ACM Transactions on Mathematical Software 8, 1982).
//!
//! The residual never grows, whatever the matrix, but the condition number counts squared. One step costs a product with A, one with its
//! transpose, two norms and four vector updates. It takes no preconditioner. Where the equations have no solution it ends at the least
//! residual, as stagnated.

use iterscope_core::{Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, first_residual, norm};
use crate::memory::held;
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The recurrence.
pub struct Lsqr<T> {
    x: Vec<T>,
    u: Vec<T>,
    v: Vec<T>,
    w: Vec<T>,
    t: Vec<T>,
    alpha: T,
    phi: T,
    rho: T,
}

impl<T: Scalar> Lsqr<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        let (x, u, v, w, t) = (zeros(), zeros(), zeros(), zeros(), zeros());
        Lsqr { x, u, v, w, t, alpha: T::ZERO, phi: T::ZERO, rho: T::ZERO }
    }

    /// `t = A'u`.
    fn transposed(&mut self, a: &dyn Operator<T>, work: &mut Work) {
        assert!(a.apply_transposed(&self.u, &mut self.t), "LSQR needs products with the transpose");
        a.cost().count(work);
    }
}

/// Divides by the norm and returns it; zero stays.
fn normalise<T: Scalar>(v: &mut [T]) -> T {
    let size = norm(v);
    if size != T::ZERO {
        let scale = T::ONE / size;
        v.iter_mut().for_each(|v| *v *= scale);
    }
    size
}

/// # Panics
/// Where the operator has no product with its transpose.
impl<T: Scalar> LinearSolver<T> for Lsqr<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.u, work);
        self.phi = normalise(&mut self.u);
        self.transposed(a, work);
        self.v.copy_from_slice(&self.t);
        self.alpha = normalise(&mut self.v);
        self.w.copy_from_slice(&self.v);
        self.rho = self.alpha;
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        if self.phi == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        if self.alpha == T::ZERO {
            return Outcome::Stop(Stop::Stagnated);
        }
        a.apply(&self.v, &mut self.t);
        a.cost().count(work);
        count::<T>(work, self.x.len(), 14, 18);
        compiled::xpby(&self.t, -self.alpha, &mut self.u);
        let beta = normalise(&mut self.u);
        self.transposed(a, work);
        compiled::xpby(&self.t, -beta, &mut self.v);
        self.alpha = normalise(&mut self.v);
        let rho = (self.rho * self.rho + beta * beta).sqrt();
        let (c, s) = (self.rho / rho, beta / rho);
        let theta = s * self.alpha;
        self.rho = -c * self.alpha;
        compiled::axpy(c * self.phi / rho, &self.w, &mut self.x);
        self.phi *= s;
        compiled::xpby(&self.v, -(theta / rho), &mut self.w);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.phi.abs()
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.u, &self.v, &self.w, &self.t])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &[self.alpha, self.phi, self.rho]);
        for v in [&self.x, &self.u, &self.v, &self.w] {
            put(out, v);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut scalars = [T::ZERO; 3];
        get(from, &mut scalars);
        [self.alpha, self.phi, self.rho] = scalars;
        for v in [&mut self.x, &mut self.u, &mut self.v, &mut self.w] {
            get(from, v);
        }
    }
}
