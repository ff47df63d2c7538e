//! MINRES: the iterate of the Krylov space with the least residual, for symmetric matrices that may be indefinite (C. C. Paige and
//! M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM Journal on Numerical Analysis 12, 1975).
//!
//! Lanczos' recurrence takes A to a tridiagonal matrix, Givens rotations take that to a triangle, and the columns of the basis times the inverse
//! of the triangle obey a recurrence of three terms. The preconditioner must be symmetric positive definite; what falls with
//! every step is the residual in the norm of its inverse. The Euclidean norm of the true residual, in which all methods are compared, comes
//! from a recurrence of its own, `r_k = s^2 r_{k-1} + eta_k c v_{k+1}`: one vector more.
//!
//! One step: one product with A, one application of the preconditioner, two inner products and about nine vector updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, first_residual, norm};
use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The recurrence.
pub struct MinRes<T> {
    x: Vec<T>,
    /// The residual itself, kept where a preconditioner makes the recurrence's own norm another one.
    r: Vec<T>,
    /// Lanczos vectors, not normalised: the one before the last, and the last.
    v: [Vec<T>; 2],
    /// `M^-1` times the last Lanczos vector.
    z: Vec<T>,
    /// Directions: the one before the last, and the last.
    w: [Vec<T>; 2],
    q: Vec<T>,
    c: [T; 2],
    s: [T; 2],
    /// The norm of the last Lanczos vector and of the one before; not a number where the preconditioner is not positive.
    gamma: [T; 2],
    /// What the rotations left of the right-hand side, signed.
    eta: T,
    /// The norm of the true residual.
    norm: T,
}

impl<T: Scalar> MinRes<T> {
    /// For `n` unknowns.
    pub fn new(n: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        MinRes {
            x: zeros(),
            r: zeros(),
            v: [zeros(), zeros()],
            z: zeros(),
            w: [zeros(), zeros()],
            q: zeros(),
            c: [T::ONE; 2],
            s: [T::ZERO; 2],
            gamma: [T::ZERO; 2],
            eta: T::ZERO,
            norm: T::ZERO,
        }
    }

    /// `sqrt(v'M^-1 v)` of the last Lanczos vector, with `M^-1 v` left in `z`.
    fn measure(&mut self, m: &mut dyn Preconditioner<T>, work: &mut Work) -> T {
        if m.is_identity() {
            self.z.copy_from_slice(&self.v[1]);
        } else {
            m.apply(&self.v[1], &mut self.z, work);
        }
        // The root of a negative number is not a number, which the next step names.
        compiled::dot(&self.z, &self.v[1]).sqrt()
    }
}

impl<T: Scalar> LinearSolver<T> for MinRes<T> {
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
        self.norm = norm(&self.r);
        self.v[0].fill(T::ZERO);
        self.v[1].copy_from_slice(&self.r);
        self.w.iter_mut().for_each(|w| w.fill(T::ZERO));
        self.gamma = [T::ONE, self.measure(m, work)];
        (self.c, self.s, self.eta) = ([T::ONE; 2], [T::ZERO; 2], self.gamma[1]);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        let [before, gamma] = self.gamma;
        if self.norm == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        if !gamma.is_finite() {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        if gamma == T::ZERO {
            return Outcome::Stop(Stop::Stagnated);
        }
        let identity = m.is_identity();
        let scale = T::ONE / gamma;
        self.z.iter_mut().for_each(|z| *z *= scale);
        a.apply(&self.z, &mut self.q);
        a.cost().count(work);
        count::<T>(work, self.x.len(), 21, 24);
        let delta = compiled::dot(&self.z, &self.q);
        // The next Lanczos vector takes the place of the oldest.
        compiled::axpbypz(-(delta / gamma), &self.v[1], -(gamma / before), &self.v[0], &mut self.q);
        self.v.swap(0, 1);
        std::mem::swap(&mut self.v[1], &mut self.q);
        // The direction needs the old z, which `measure` overwrites.
        std::mem::swap(&mut self.z, &mut self.q);
        let next = self.measure(m, work);
        if next * next < T::ZERO || !next.is_finite() {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        let ([c0, c1], [s0, s1]) = (self.c, self.s);
        let alpha0 = c1 * delta - c0 * s1 * gamma;
        let alpha1 = (alpha0 * alpha0 + next * next).sqrt();
        let alpha2 = s1 * delta + c0 * c1 * gamma;
        let alpha3 = s0 * gamma;
        if alpha1 == T::ZERO {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Singular));
        }
        let (c, s) = (alpha0 / alpha1, next / alpha1);
        let inverse = T::ONE / alpha1;
        let [older, old] = &mut self.w;
        for ((w, &last), &z) in older.iter_mut().zip(&*old).zip(&self.q) {
            *w = (z - alpha3 * *w - alpha2 * last) * inverse;
        }
        self.w.swap(0, 1);
        compiled::axpy(c * self.eta, &self.w[1], &mut self.x);
        self.eta = -s * self.eta;
        self.norm = if identity {
            self.eta.abs()
        } else {
            let along = if next == T::ZERO { T::ZERO } else { self.eta * c / next };
            let square = s * s;
            for (r, &v) in self.r.iter_mut().zip(&self.v[1]) {
                *r = square * *r + along * v;
            }
            norm(&self.r)
        };
        (self.c, self.s, self.gamma) = ([c1, c], [s1, s], [gamma, next]);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &Many(&self.v), &self.z, &Many(&self.w), &self.q])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &self.c);
        put(out, &self.s);
        put(out, &self.gamma);
        put(out, &[self.eta, self.norm]);
        for v in [&self.x, &self.r, &self.v[0], &self.v[1], &self.z, &self.w[0], &self.w[1]] {
            put(out, v);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        get(from, &mut self.c);
        get(from, &mut self.s);
        get(from, &mut self.gamma);
        let mut scalars = [T::ZERO; 2];
        get(from, &mut scalars);
        [self.eta, self.norm] = scalars;
        let ([v0, v1], [w0, w1]) = (&mut self.v, &mut self.w);
        for v in [&mut self.x, &mut self.r, v0, v1, &mut self.z, w0, w1] {
            get(from, v);
        }
    }
}
