//! BiCGStab (H. A. van der Vorst, Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG for the solution of nonsymmetric linear
//! systems, SIAM Journal on Scientific and Statistical Computing 13, 1992), preconditioned from the right.
//!
//! The residual is kept orthogonal to a second Krylov space, and one step of least residual smooths it. One step costs two products
//! with A, two applications of the preconditioner, five inner products and about six vector updates. No norm falls with every step;
//! the recurrence ends where an inner product that it divides by is zero.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, first_residual, norm};
use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The recurrence, with the first residual as shadow.
pub struct BiCgStab<T> {
    x: Vec<T>,
    shadow: Vec<T>,
    r: Vec<T>,
    p: Vec<T>,
    /// `A M^-1 p`
    v: Vec<T>,
    /// `A M^-1 s`
    t: Vec<T>,
    /// `M^-1 p` and `M^-1 s`; unused without a preconditioner.
    made: [Vec<T>; 2],
    rho: T,
    alpha: T,
    omega: T,
}

impl<T: Scalar> BiCgStab<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        BiCgStab {
            x: zeros(),
            shadow: zeros(),
            r: zeros(),
            p: zeros(),
            v: zeros(),
            t: zeros(),
            made: [zeros(), zeros()],
            rho: T::ONE,
            alpha: T::ONE,
            omega: T::ONE,
        }
    }

    /// Where a divisor vanished: either the residual did so too, or the recurrence is at its end.
    fn end(&self) -> Outcome {
        Outcome::Stop(if self.r.iter().all(|r| *r == T::ZERO) {
            Stop::Converged
        } else {
            Stop::Breakdown(Breakdown::ZeroInnerProduct)
        })
    }
}

impl<T: Scalar> LinearSolver<T> for BiCgStab<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
        self.shadow.copy_from_slice(&self.r);
        self.p.fill(T::ZERO);
        self.v.fill(T::ZERO);
        (self.rho, self.alpha, self.omega) = (T::ONE, T::ONE, T::ONE);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        let rho = compiled::dot(&self.shadow, &self.r);
        if rho == T::ZERO || self.omega == T::ZERO {
            return self.end();
        }
        let identity = m.is_identity();
        let beta = (rho / self.rho) * (self.alpha / self.omega);
        self.rho = rho;
        compiled::xpby_less(&self.r, beta, self.omega, &self.v, &mut self.p);
        if !identity {
            m.apply(&self.p, &mut self.made[0], work);
        }
        a.apply(if identity { &self.p } else { &self.made[0] }, &mut self.v);
        a.cost().count(work);
        let shadow = compiled::dot(&self.shadow, &self.v);
        if shadow == T::ZERO {
            return self.end();
        }
        self.alpha = rho / shadow;
        // From here to the end of the step r holds s.
        compiled::axpy(-self.alpha, &self.v, &mut self.r);
        if !identity {
            m.apply(&self.r, &mut self.made[1], work);
        }
        a.apply(if identity { &self.r } else { &self.made[1] }, &mut self.t);
        a.cost().count(work);
        count::<T>(work, self.x.len(), 20, 24);
        let tt = compiled::dot(&self.t, &self.t);
        self.omega = if tt > T::ZERO { compiled::dot(&self.t, &self.r) / tt } else { T::ZERO };
        let [p, s] = if identity { [&self.p, &self.r] } else { [&self.made[0], &self.made[1]] };
        compiled::axpbypz(self.alpha, p, self.omega, s, &mut self.x);
        compiled::axpy(-self.omega, &self.t, &mut self.r);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        norm(&self.r)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.shadow, &self.r, &self.p, &self.v, &self.t, &Many(&self.made)])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &[self.rho, self.alpha, self.omega]);
        for v in [&self.x, &self.shadow, &self.r, &self.p, &self.v] {
            put(out, v);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut scalars = [T::ZERO; 3];
        get(from, &mut scalars);
        [self.rho, self.alpha, self.omega] = scalars;
        for v in [&mut self.x, &mut self.shadow, &mut self.r, &mut self.p, &mut self.v] {
            get(from, v);
        }
    }
}
