//! IDR(s) with biorthogonal vectors (M. B. van Gijzen and P. Sonneveld, Algorithm 913: an elegant IDR(s) variant that efficiently exploits
//! biorthogonality properties, ACM Transactions on Mathematical Software 38, 2011), preconditioned from the right.
//!
//! Residuals are forced into a chain of shrinking spaces: each round makes s directions whose images are orthogonal to more and more of s
//! fixed vectors, then takes one step of least residual into the next space. In exact arithmetic it ends after at most n + n/s products.
//!
//! One step is one product with A, one application of the preconditioner and at most 2 s + 2 vector updates.

use iterscope_core::{Breakdown, Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use super::{count, first_residual, norm};
use crate::memory::{Many, held};
use crate::state::{get, get_count, put, put_count};
use crate::{LinearSolver, Operator, Preconditioner, Scalar};

/// Below this cosine between the residual and its image the step into the next space is lengthened, as the authors advise.
const ANGLE: f64 = 0.7;

/// The recurrence.
pub struct Idr<T> {
    s: usize,
    x: Vec<T>,
    r: Vec<T>,
    /// The fixed vectors, orthonormal.
    p: Vec<Vec<T>>,
    /// Images of the directions.
    g: Vec<Vec<T>>,
    /// Directions.
    u: Vec<Vec<T>>,
    v: Vec<T>,
    made: Vec<T>,
    /// `P'G`, lower triangular, by rows.
    m: Vec<T>,
    f: Vec<T>,
    c: Vec<T>,
    omega: T,
    /// Directions of this round that are done.
    done: usize,
}

impl<T: Scalar> Idr<T> {
    /// For `n` unknowns with `s` fixed vectors, normal random numbers from `seed` made orthonormal; `s` is cut to `n`.
    ///
    /// # Panics
    /// Where `s` is zero.
    pub fn new(n: usize, s: usize, seed: u64) -> Self {
        assert!(s > 0, "at least one fixed vector");
        let s = s.min(n.max(1));
        let mut rng = Rng::new(seed);
        let mut draw = vec![0.0; n];
        let mut p: Vec<Vec<T>> = Vec::with_capacity(s);
        for _ in 0..s {
            rng.normal_fill(&mut draw);
            let mut v: Vec<T> = draw.iter().map(|&x| T::from_f64(x)).collect();
            // Twice is enough.
            for q in p.iter().chain(&p) {
                let along = compiled::dot(q, &v);
                compiled::axpy(-along, q, &mut v);
            }
            let scale = T::ONE / norm(&v);
            v.iter_mut().for_each(|x| *x *= scale);
            p.push(v);
        }
        let zeros = || vec![T::ZERO; n];
        Idr {
            s,
            x: zeros(),
            r: zeros(),
            p,
            g: vec![zeros(); s],
            u: vec![zeros(); s],
            v: zeros(),
            made: zeros(),
            m: vec![T::ZERO; s * s],
            f: vec![T::ZERO; s],
            c: vec![T::ZERO; s],
            omega: T::ONE,
            done: 0,
        }
    }

    /// Where a divisor vanished.
    fn end(&self) -> Outcome {
        Outcome::Stop(if self.r.iter().all(|r| *r == T::ZERO) {
            Stop::Converged
        } else {
            Stop::Breakdown(Breakdown::ZeroInnerProduct)
        })
    }

    /// The step of least residual, which ends a round.
    fn descend(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, work: &mut Work) -> Outcome {
        if m.is_identity() {
            self.made.copy_from_slice(&self.r);
        } else {
            m.apply(&self.r, &mut self.made, work);
        }
        a.apply(&self.made, &mut self.v);
        a.cost().count(work);
        let (tt, tr) = (compiled::dot(&self.v, &self.v), compiled::dot(&self.v, &self.r));
        if tt == T::ZERO || tr == T::ZERO {
            return self.end();
        }
        self.omega = tr / tt;
        let cosine = tr.abs() / (tt.sqrt() * norm(&self.r));
        let least = T::from_f64(ANGLE);
        if cosine < least {
            self.omega *= least / cosine;
        }
        compiled::axpy(self.omega, &self.made, &mut self.x);
        compiled::axpy(-self.omega, &self.v, &mut self.r);
        self.done = 0;
        Outcome::Continue
    }
}

impl<T: Scalar> LinearSolver<T> for Idr<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        first_residual(a, b, x, &mut self.r, work);
        self.g.iter_mut().chain(&mut self.u).for_each(|v| v.fill(T::ZERO));
        self.m.fill(T::ZERO);
        (0..self.s).for_each(|i| self.m[i * self.s + i] = T::ONE);
        (self.omega, self.done) = (T::ONE, 0);
    }

    fn step(&mut self, a: &dyn Operator<T>, m: &mut dyn Preconditioner<T>, _: &[T], work: &mut Work) -> Outcome {
        let (s, k) = (self.s, self.done);
        count::<T>(work, self.x.len(), 4 * s as u64 + 6, 5 * s as u64 + 8);
        if k == s {
            return self.descend(a, m, work);
        }
        if k == 0 {
            for (f, p) in self.f.iter_mut().zip(&self.p) {
                *f = compiled::dot(p, &self.r);
            }
        }
        for i in k..s {
            let mut sum = self.f[i];
            for j in k..i {
                sum -= self.m[i * s + j] * self.c[j];
            }
            self.c[i] = sum / self.m[i * s + i];
        }
        self.v.copy_from_slice(&self.r);
        for i in k..s {
            compiled::axpy(-self.c[i], &self.g[i], &mut self.v);
        }
        if m.is_identity() {
            self.made.copy_from_slice(&self.v);
        } else {
            m.apply(&self.v, &mut self.made, work);
        }
        // The new direction, in the place of the old one.
        self.u[k].iter_mut().for_each(|u| *u *= self.c[k]);
        let (head, tail) = self.u.split_at_mut(k + 1);
        let direction = &mut head[k];
        for (u, &c) in tail.iter().zip(&self.c[k + 1..]) {
            compiled::axpy(c, u, direction);
        }
        compiled::axpy(self.omega, &self.made, direction);
        a.apply(direction, &mut self.v);
        a.cost().count(work);
        for i in 0..k {
            let alpha = compiled::dot(&self.p[i], &self.v) / self.m[i * s + i];
            compiled::axpy(-alpha, &self.g[i], &mut self.v);
            let (head, tail) = self.u.split_at_mut(k);
            compiled::axpy(-alpha, &head[i], &mut tail[0]);
        }
        std::mem::swap(&mut self.g[k], &mut self.v);
        for i in k..s {
            self.m[i * s + k] = compiled::dot(&self.p[i], &self.g[k]);
        }
        let pivot = self.m[k * s + k];
        if pivot == T::ZERO {
            return self.end();
        }
        let beta = self.f[k] / pivot;
        compiled::axpy(-beta, &self.g[k], &mut self.r);
        compiled::axpy(beta, &self.u[k], &mut self.x);
        for i in k + 1..s {
            self.f[i] -= beta * self.m[i * s + k];
        }
        self.done += 1;
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        norm(&self.r)
    }

    fn memory(&self) -> usize {
        held(&[&self.x, &self.r, &Many(&self.p), &Many(&self.g), &Many(&self.u), &self.v, &self.made])
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.done);
        put(out, &[self.omega]);
        for v in [&self.x, &self.r, &self.m, &self.f, &self.c] {
            put(out, v);
        }
        self.g.iter().chain(&self.u).for_each(|v| put(out, v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.done = get_count(from, self.s);
        self.omega = T::from_f64(from.real());
        for v in [&mut self.x, &mut self.r, &mut self.m, &mut self.f, &mut self.c] {
            get(from, v);
        }
        self.g.iter_mut().chain(&mut self.u).for_each(|v| get(from, v));
    }
}
