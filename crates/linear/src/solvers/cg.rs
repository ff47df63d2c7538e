//! Conjugate gradients, preconditioned (M. R. Hestenes and E. Stiefel, Methods of conjugate gradients for solving linear systems,
//! Journal of Research of the National Bureau of Standards 49, 1952).
//!
//! For symmetric positive definite A and M the energy norm of the error falls with every step, and after k of them by at least the factor
//! `2 ((sqrt(kappa) - 1)/(sqrt(kappa) + 1))^k` with the condition number kappa of `M^-1 A`. The coefficients are those of Lanczos' process,
//! and give its Ritz values.
//!
//! One step costs a product with `A`, one application of the preconditioner, two inner products and three vector updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use crate::memory::held;
use crate::spectrum::Coefficients;
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// Steps whose coefficients are kept.
pub const KEPT: usize = 400;

/// The recurrence. `z` is unused without a preconditioner.
pub struct ConjugateGradients<T> {
    x: Vec<T>,
    r: Vec<T>,
    z: Vec<T>,
    p: Vec<T>,
    q: Vec<T>,
    /// `r'z`
    rz: T,
    /// `r'r`
    rr: T,
    coefficients: Coefficients,
}

impl<T: Scalar> ConjugateGradients<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        ConjugateGradients {
            x: zeros(),
            r: zeros(),
            z: zeros(),
            p: zeros(),
            q: zeros(),
            rz: T::ZERO,
            rr: T::ZERO,
            coefficients: Coefficients::new(KEPT),
        }
    }
}

impl<T: Scalar> LinearSolver<T> for ConjugateGradients<T> {
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        self.coefficients.clear();
        if x.iter().all(|x| *x == T::ZERO) {
            self.r.copy_from_slice(b);
        } else {
            a.residual(b, x, &mut self.r);
            a.cost().count(work);
        }
        self.rr = compiled::dot(&self.r, &self.r);
        if m.is_identity() {
            self.p.copy_from_slice(&self.r);
            self.rz = self.rr;
        } else {
            m.apply(&self.r, &mut self.z, work);
            self.p.copy_from_slice(&self.z);
            self.rz = compiled::dot(&self.r, &self.z);
        }
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        if self.rr == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        let (n, identity) = (self.x.len() as u64, m.is_identity());
        a.apply(&self.p, &mut self.q);
        a.cost().count(work);
        work.flops += 10 * n;
        work.bytes += 12 * n * size_of::<T>() as u64;
        let pq = compiled::dot(&self.p, &self.q);
        if pq <= T::ZERO {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let alpha = self.rz / pq;
        compiled::axpy(alpha, &self.p, &mut self.x);
        compiled::axpy(-alpha, &self.q, &mut self.r);
        self.rr = compiled::dot(&self.r, &self.r);
        let rz = if identity {
            self.rr
        } else {
            m.apply(&self.r, &mut self.z, work);
            work.flops += 2 * n;
            compiled::dot(&self.r, &self.z)
        };
        if rz < T::ZERO {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let beta = rz / self.rz;
        self.coefficients.push(alpha.to_f64(), beta.to_f64());
        self.rz = rz;
        compiled::xpby(if identity { &self.r } else { &self.z }, beta, &mut self.p);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.rr.sqrt()
    }

    /// Those of the first [`KEPT`] steps.
    fn coefficients(&self) -> Option<&Coefficients> {
        Some(&self.coefficients)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &self.z, &self.p, &self.q])
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.rz.to_f64());
        out.real(self.rr.to_f64());
        for v in [&self.x, &self.r, &self.p] {
            put(out, v);
        }
        self.coefficients.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.rz = T::from_f64(from.real());
        self.rr = T::from_f64(from.real());
        for v in [&mut self.x, &mut self.r, &mut self.p] {
            get(from, v);
        }
        self.coefficients.load(from);
    }
}
