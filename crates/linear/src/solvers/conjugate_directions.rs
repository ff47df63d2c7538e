//! Conjugate directions from any guess: each step takes what the preconditioner makes of the residual, makes it A-orthogonal to the last few
//! directions and goes along it as far as is best in the energy norm (A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, A deep conjugate
//! direction method for iteratively solving linear systems, Proceedings of the 40th International Conference on Machine Learning, 2023, where a neural
//! network guesses).
//!
//! The energy norm of the error never rises, whatever is guessed, and the guess may change from step to step. With the residual itself and at least
//! one kept direction this is conjugate gradients in exact arithmetic; with none kept it is steepest descent. One step costs a guess, a product with A, and two vector
//! operations for each kept direction.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, first_residual, norm};
use crate::memory::{Many, held};
use crate::state::{get, put};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// The iteration.
pub struct ConjugateDirections<T> {
    x: Vec<T>,
    r: Vec<T>,
    /// The directions that are kept and their products with A, in turn; the last place is for the new one.
    directions: Vec<Vec<T>>,
    products: Vec<Vec<T>>,
    /// Their curvatures.
    curvatures: Vec<T>,
    /// How many were found.
    found: usize,
}

impl<T: Scalar> ConjugateDirections<T> {
    /// For `n` unknowns, orthogonal to the last `kept` directions.
    pub fn new(n: usize, kept: usize) -> Self {
        let zeros = || vec![T::ZERO; n];
        let several = || (0..=kept).map(|_| zeros()).collect();
        ConjugateDirections {
            x: zeros(),
            r: zeros(),
            directions: several(),
            products: several(),
            curvatures: vec![T::ZERO; kept + 1],
            found: 0,
        }
    }
}

impl<T: Scalar> LinearSolver<T> for ConjugateDirections<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        self.found = 0;
        first_residual(a, b, x, &mut self.r, work);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        let (n, kept) = (self.x.len(), self.directions.len() - 1);
        let at = self.found % (kept + 1);
        let mut d = std::mem::take(&mut self.directions[at]);
        if m.is_identity() {
            d.copy_from_slice(&self.r);
        } else {
            m.apply(&self.r, &mut d, work);
        }
        // The oldest first.
        let held = self.found.min(kept);
        for age in (1..=held).rev() {
            let before = (self.found - age) % (kept + 1);
            let along = compiled::dot(&d, &self.products[before]) / self.curvatures[before];
            compiled::axpy(-along, &self.directions[before], &mut d);
        }
        let q = &mut self.products[at];
        a.apply(&d, q);
        a.cost().count(work);
        count::<T>(work, n, 8 + 4 * held as u64, 10 + 5 * held as u64);
        let (curvature, slope) = (compiled::dot(&d, q), compiled::dot(&d, &self.r));
        if curvature > T::ZERO {
            let alpha = slope / curvature;
            compiled::axpy(alpha, &d, &mut self.x);
            compiled::axpy(-alpha, q, &mut self.r);
            self.curvatures[at] = curvature;
            self.found += 1;
        }
        self.directions[at] = d;
        if curvature > T::ZERO {
            return Outcome::Continue;
        }
        let zero = self.r.iter().all(|r| *r == T::ZERO);
        Outcome::Stop(if zero { Stop::Converged } else { Stop::Breakdown(Breakdown::Indefinite) })
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        norm(&self.r)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &Many(&self.directions), &Many(&self.products)])
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.found as u64);
        put(out, &self.x);
        put(out, &self.r);
        put(out, &self.curvatures);
        self.directions.iter().chain(&self.products).for_each(|v| put(out, v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.found = from.bits() as usize;
        get(from, &mut self.x);
        get(from, &mut self.r);
        get(from, &mut self.curvatures);
        self.directions.iter_mut().chain(&mut self.products).for_each(|v| get(from, v));
    }
}
