//! Chebyshev iteration: the polynomial that is least on an interval of eigenvalues, without an inner product (G. H. Golub and
//! R. S. Varga, Chebyshev semi-iterative methods, successive overrelaxation iterative methods, and second order Richardson iterative methods,
//! Numerische Mathematik 3, 1961), as a recurrence of ratios of Chebyshev polynomials, which does not overflow.
//!
//! For symmetric positive definite `M^-1 A` with eigenvalues in `[least, most]` and kappa their ratio, the error falls by the factor
//! `(sqrt(kappa) - 1)/(sqrt(kappa) + 1)` per step in the long run. It diverges where an eigenvalue lies beyond `most`; those below
//! `least` only fall more slowly. One step costs a product with A, one application of the preconditioner and three vector updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};

use super::{count, first_residual, norm};
use crate::memory::held;
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar, spectrum};

/// Names of the diagnostics: the interval in use.
pub const DIAGNOSTICS: [&str; 2] = ["least", "most"];

/// What is added to the largest Ritz value, which is below the largest eigenvalue.
const MARGIN: f64 = 1.05;

/// Where the eigenvalues of `M^-1 A` lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interval {
    /// From the first to the second, both positive.
    Given(f64, f64),
    /// As so many steps of Lanczos' process from a random vector estimate it, the larger end raised by 5 %.
    Estimated {
        /// Steps; each costs a product with A and an application of the preconditioner.
        steps: usize,
        /// Seed of the vector.
        seed: u64,
    },
}

/// The recurrence.
pub struct Chebyshev<T> {
    interval: Interval,
    x: Vec<T>,
    r: Vec<T>,
    z: Vec<T>,
    d: Vec<T>,
    /// The middle and half of the length of the interval; the middle is zero where there is none.
    centre: T,
    radius: T,
    rho: T,
    norm: T,
}

impl<T: Scalar> Chebyshev<T> {
    /// For `n` unknowns.
    pub fn new(n: usize, interval: Interval) -> Self {
        let zeros = || vec![T::ZERO; n];
        let (x, r, z, d) = (zeros(), zeros(), zeros(), zeros());
        Chebyshev { interval, x, r, z, d, centre: T::ZERO, radius: T::ZERO, rho: T::ZERO, norm: T::ZERO }
    }

    /// The interval in use.
    pub fn interval(&self) -> [f64; 2] {
        let (c, r) = (self.centre.to_f64(), self.radius.to_f64());
        [c - r, c + r]
    }
}

impl<T: Scalar> LinearSolver<T> for Chebyshev<T> {
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        let [least, most] = match self.interval {
            Interval::Given(least, most) => [least, most],
            Interval::Estimated { steps, seed } => {
                spectrum::extremes(a, m, steps, seed, work).map_or([0.0; 2], |[least, most]| [least, MARGIN * most])
            }
        };
        self.centre = T::from_f64(0.5 * (most + least));
        self.radius = T::from_f64(0.5 * (most - least));
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
        self.norm = norm(&self.r);
        m.apply(&self.r, &mut self.z, work);
        for (d, &z) in self.d.iter_mut().zip(&self.z) {
            *d = z / self.centre;
        }
        self.rho = self.radius / self.centre;
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.norm == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        // No interval was found, or it is not of positive numbers.
        if self.centre <= T::ZERO || self.radius >= self.centre {
            return Outcome::Stop(Stop::Breakdown(Breakdown::Indefinite));
        }
        for (x, &d) in self.x.iter_mut().zip(&self.d) {
            *x += d;
        }
        a.residual(b, &self.x, &mut self.r);
        a.cost().count(work);
        self.norm = norm(&self.r);
        m.apply(&self.r, &mut self.z, work);
        count::<T>(work, self.x.len(), 6, 10);
        // All eigenvalues are one: the polynomial of degree one is exact, and the ratio of the next is zero.
        let two = T::from_f64(2.0);
        let (keep, take) = if self.radius == T::ZERO {
            (T::ZERO, T::ONE / self.centre)
        } else {
            let next = T::ONE / (two * self.centre / self.radius - self.rho);
            let keep = next * self.rho;
            self.rho = next;
            (keep, two * next / self.radius)
        };
        for (d, &z) in self.d.iter_mut().zip(&self.z) {
            *d = keep * *d + take * z;
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        for (out, value) in out.iter_mut().zip(self.interval()) {
            *out = value;
        }
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &self.z, &self.d])
    }

    fn save(&self, out: &mut StateWriter) {
        put(out, &[self.centre, self.radius, self.rho, self.norm]);
        put(out, &self.x);
        put(out, &self.d);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut scalars = [T::ZERO; 4];
        get(from, &mut scalars);
        [self.centre, self.radius, self.rho, self.norm] = scalars;
        get(from, &mut self.x);
        get(from, &mut self.d);
    }
}
