//! Steepest descent: the step along the preconditioned residual that is best in the energy norm (A. Cauchy, Méthode générale pour la résolution
//! des systèmes d'équations simultanées, Comptes rendus de l'Académie des Sciences 25, 1847).
//!
//! For symmetric positive definite A and M the energy norm of the error falls with every step, by at least the factor
//! `(kappa - 1)/(kappa + 1)` with the condition number kappa of `M^-1 A`. One step costs a product with A, an application of the
//! preconditioner, two inner products and two vector updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, first_residual, norm};
use crate::memory::held;
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The iteration.
pub struct SteepestDescent<T> {
    x: Vec<T>,
    r: Vec<T>,
    z: Vec<T>,
    q: Vec<T>,
}

impl<T: Scalar> SteepestDescent<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        SteepestDescent { x: zeros(), r: zeros(), z: zeros(), q: zeros() }
    }
}

impl<T: Scalar> LinearSolver<T> for SteepestDescent<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        m.apply(&self.r, &mut self.z, work);
        let rz = compiled::dot(&self.r, &self.z);
        if rz <= T::ZERO {
            let zero = self.r.iter().all(|r| *r == T::ZERO);
            return Outcome::Stop(if zero { Stop::Converged } else { Stop::Breakdown(Breakdown::Indefinite) });
        }
        a.apply(&self.z, &mut self.q);
        a.cost().count(work);
        count::<T>(work, self.x.len(), 8, 10);
        let curvature = compiled::dot(&self.z, &self.q);
        if curvature <= T::ZERO {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let alpha = rz / curvature;
        compiled::axpy(alpha, &self.z, &mut self.x);
        compiled::axpy(-alpha, &self.q, &mut self.r);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        norm(&self.r)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &self.z, &self.q])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &self.x);
        put(out, &self.r);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        get(from, &mut self.x);
        get(from, &mut self.r);
    }
}
