//! GMRES(m): the iterate with the least residual of the Krylov space, begun anew after m steps (Y. Saad and M. H. Schultz, GMRES: a
//! generalized minimal residual algorithm for solving nonsymmetric linear systems, SIAM Journal on Scientific and Statistical
//! Computing 7, 1986).
//!
//! Arnoldi's process by modified Gram-Schmidt, Givens rotations, the preconditioner from the right, so that what falls is the true
//! residual. One step is one vector of the basis: one product with A, one application of the preconditioner and j + 1 inner products
//! and updates at the j-th step of a cycle. The iterate is put together only when it is asked for. Between restarts the residual never grows;
//! a cycle that does not lower it at all is repeated for ever, and the run ends as stagnated: the restart length is too small.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{count, norm};
use crate::memory::{Many, held};
use crate::state::{get, get_count, put, put_count};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// Names of the diagnostics: the step within the cycle, finished cycles, and what the last one left of the residual.
pub const DIAGNOSTICS: [&str; 3] = ["cycle-step", "cycles", "cycle-factor"];

/// One cycle under way.
pub struct Gmres<T> {
    /// The iterate at the start of the cycle.
    x: Vec<T>,
    /// The iterate as it is shown.
    shown: Vec<T>,
    is_shown: bool,
    /// Orthonormal vectors, m + 1 of them.
    basis: Vec<Vec<T>>,
    /// What the preconditioner made of them; empty without one.
    made: Vec<Vec<T>>,
    restart: usize,
    /// The triangle, by columns of `restart + 1`.
    triangle: Vec<T>,
    /// The rotations, cosine and sine.
    rotations: Vec<[T; 2]>,
    /// The rotated right-hand side.
    g: Vec<T>,
    y: Vec<T>,
    /// Steps of the cycle that are done.
    done: usize,
    /// The residual at the start of the cycle.
    first: T,
    norm: T,
    cycles: usize,
    factor: f64,
}

impl<T: Scalar> Gmres<T> {
    /// For `n` unknowns, begun anew after `restart` steps; a restart beyond `n` is cut to it.
    ///
    /// # Panics
    /// Where `restart` is zero.
    pub fn new(n: usize, restart: usize) -> Self {
        assert!(restart > 0, "a cycle has at least one step");
        let restart = restart.min(n.max(1));
        Gmres {
            x: vec![T::ZERO; n],
            shown: vec![T::ZERO; n],
            is_shown: true,
            basis: vec![vec![T::ZERO; n]; restart + 1],
            made: Vec::new(),
            restart,
            triangle: vec![T::ZERO; restart * (restart + 1)],
            rotations: vec![[T::ZERO; 2]; restart],
            g: vec![T::ZERO; restart + 1],
            y: vec![T::ZERO; restart],
            done: 0,
            first: T::ZERO,
            norm: T::ZERO,
            cycles: 0,
            factor: 1.0,
        }
    }

    /// Begins a cycle from `x`.
    fn begin(&mut self, a: &dyn Operator<T>, b: &[T], work: &mut Work) {
        let r = &mut self.basis[0];
        super::first_residual(a, b, &self.x, r, work);
        self.norm = norm(r);
        self.first = self.norm;
        self.g.fill(T::ZERO);
        self.g[0] = self.norm;
        if self.norm != T::ZERO {
            let scale = T::ONE / self.norm;
            r.iter_mut().for_each(|r| *r *= scale);
        }
        self.done = 0;
    }

    /// `shown = x + Z y` with the y of least residual.
    fn show(&mut self) {
        let (k, stride) = (self.done, self.restart + 1);
        for i in (0..k).rev() {
            let mut sum = self.g[i];
            for j in i + 1..k {
                sum -= self.triangle[j * stride + i] * self.y[j];
            }
            self.y[i] = sum / self.triangle[i * stride + i];
        }
        self.shown.copy_from_slice(&self.x);
        let directions = if self.made.is_empty() { &self.basis } else { &self.made };
        for (&y, d) in self.y[..k].iter().zip(directions) {
            compiled::axpy(y, d, &mut self.shown);
        }
        self.is_shown = true;
    }
}

impl<T: Scalar> LinearSolver<T> for Gmres<T> {
    fn start(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        if self.made.is_empty() && !m.is_identity() {
            self.made = vec![vec![T::ZERO; x.len()]; self.restart];
        }
        self.x.copy_from_slice(x);
        self.shown.copy_from_slice(x);
        (self.is_shown, self.cycles, self.factor) = (true, 0, 1.0);
        self.begin(a, b, work);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.norm == T::ZERO {
            return Outcome::Stop(Stop::Converged);
        }
        if self.done == self.restart {
            if !self.is_shown {
                self.show();
            }
            self.x.copy_from_slice(&self.shown);
            let first = self.first;
            self.begin(a, b, work);
            self.cycles += 1;
            self.factor = (self.norm / first).to_f64();
            if self.norm == T::ZERO {
                return Outcome::Stop(Stop::Converged);
            }
            if self.factor >= 1.0 - 1e3 * T::EPSILON.to_f64() {
                return Outcome::Stop(Stop::Stagnated);
            }
        }
        let (j, stride) = (self.done, self.restart + 1);
        let (known, rest) = self.basis.split_at_mut(j + 1);
        let w = &mut rest[0];
        if self.made.is_empty() {
            a.apply(&known[j], w);
        } else {
            m.apply(&known[j], &mut self.made[j], work);
            a.apply(&self.made[j], w);
        }
        a.cost().count(work);
        count::<T>(work, w.len(), 4 * j as u64 + 7, 5 * j as u64 + 9);
        let size = norm(w);
        let column = &mut self.triangle[j * stride..(j + 1) * stride];
        for (h, v) in column.iter_mut().zip(&*known) {
            *h = compiled::dot(w, v);
            compiled::axpy(-*h, v, w);
        }
        let mut below = norm(w);
        // What is left is rounding: the space is invariant.
        if below <= T::from_f64(4.0) * T::EPSILON * size {
            below = T::ZERO;
        } else {
            let scale = T::ONE / below;
            w.iter_mut().for_each(|w| *w *= scale);
        }
        for (i, &[c, s]) in self.rotations[..j].iter().enumerate() {
            let (upper, lower) = (column[i], column[i + 1]);
            column[i] = c * upper + s * lower;
            column[i + 1] = c * lower - s * upper;
        }
        let length = (column[j] * column[j] + below * below).sqrt();
        // Singular on the space that has been reached: the triangle cannot be solved with this column.
        if length <= T::EPSILON * size || !length.is_finite() {
            return Outcome::Stop(if length.is_finite() {
                Stop::Breakdown(Breakdown::Singular)
            } else {
                Stop::Diverged
            });
        }
        let (c, s) = (column[j] / length, below / length);
        column[j] = length;
        self.rotations[j] = [c, s];
        self.g[j + 1] = -s * self.g[j];
        self.g[j] = c * self.g[j];
        self.norm = self.g[j + 1].abs();
        self.done += 1;
        self.is_shown = false;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        if !self.is_shown {
            self.show();
        }
        &self.shown
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn diagnostics(&self, out: &mut [f64]) {
        for (out, value) in out.iter_mut().zip([self.done as f64, self.cycles as f64, self.factor]) {
            *out = value;
        }
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.shown, &Many(&self.basis), &Many(&self.made), &self.triangle])
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.done);
        put_count(out, self.cycles);
        out.real(self.factor);
        put(out, &[self.first, self.norm]);
        put(out, &self.x);
        put(out, &self.g);
        put(out, &self.triangle);
        self.rotations.iter().for_each(|r| put(out, r));
        self.basis[..=self.done].iter().for_each(|v| put(out, v));
        self.made.iter().take(self.done).for_each(|v| put(out, v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.done = get_count(from, self.restart);
        self.cycles = get_count(from, usize::MAX);
        self.factor = from.real();
        let mut scalars = [T::ZERO; 2];
        get(from, &mut scalars);
        [self.first, self.norm] = scalars;
        get(from, &mut self.x);
        get(from, &mut self.g);
        get(from, &mut self.triangle);
        self.rotations.iter_mut().for_each(|r| get(from, r));
        self.basis[..=self.done].iter_mut().for_each(|v| get(from, v));
        self.made.iter_mut().take(self.done).for_each(|v| get(from, v));
        self.is_shown = false;
    }
}
