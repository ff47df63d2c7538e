//! Lanczos' process with full orthogonalisation and thick restarts (C. Lanczos, An iteration method for the solution of the eigenvalue problem of
//! linear differential and integral operators, Journal of Research of the National Bureau of Standards 45, 1950; K. Wu and H. Simon, Thick-restart
//! Lanczos method for large symmetric eigenvalue problems, SIAM Journal on Matrix Analysis and Applications 22, 2000).
//!
//! Ritz values of a Krylov space: the outer ones converge first, the more apart the sooner. On A itself the lowest modes of a fine grid take many
//! steps; on the inverse of `A - shift I` those nearest to the shift take few, at the price of a factorisation. Every Ritz value of A itself is
//! above the eigenvalue that it approaches from one end, and never rises with a step. One step costs a product (or a solve) and j inner
//! products and updates with j vectors in the space.
//!
//! A Krylov space of one vector holds one vector of a multiple eigenvalue: the others come in by rounding alone, late. A space that is
//! exhausted goes on from a new random vector.

use iterscope_core::{Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;
use iterscope_kernels::rng::Rng;

use super::{EigenSolver, orthonormalise, random, rotate, small::jacobi};
use crate::factors::Factors;
use crate::state::{get_count, put_count};
use crate::{Operator, Preconditioner};

/// The process.
pub struct Lanczos {
    wanted: usize,
    most: usize,
    /// The inverse of the shifted matrix, and the shift.
    inverse: Option<(Factors<f64>, f64)>,
    /// Orthonormal vectors; `used` of them are in the space, the next one is where it goes on.
    basis: Vec<Vec<f64>>,
    used: usize,
    /// `V' Op V`, `most` x `most` by rows.
    h: Vec<f64>,
    work: Vec<f64>,
    rotation: Vec<f64>,
    fresh: Vec<Vec<f64>>,
    values: Vec<f64>,
    ritz: Vec<f64>,
    /// New directions, where the space is exhausted.
    rng: Rng,
    exhausted: bool,
    is_shown: bool,
}

impl Lanczos {
    /// For the lowest `wanted` modes of `n` unknowns with spaces of at most `most` vectors, from a random vector; with factors of `A - shift I` for
    /// the modes nearest to the shift.
    ///
    /// # Panics
    /// Where a space has no room for the wanted vectors and two more, or has more than there are unknowns.
    pub fn new(n: usize, wanted: usize, most: usize, inverse: Option<(Factors<f64>, f64)>, seed: u64) -> Self {
        let most = most.min(n);
        assert!(wanted + 2 <= most || most == n && wanted <= n, "room for the wanted vectors and two more");
        let mut basis = vec![vec![0.0; n]; most + 1];
        basis[0] = random(n, 1, seed).remove(0);
        Lanczos {
            wanted,
            most,
            inverse,
            basis,
            used: 0,
            h: vec![0.0; most * most],
            work: vec![0.0; most * most],
            rotation: vec![0.0; most * most],
            fresh: vec![vec![0.0; n]; most],
            values: Vec::with_capacity(wanted),
            ritz: Vec::with_capacity(most),
            rng: Rng::new(seed.wrapping_add(1)),
            exhausted: false,
            is_shown: false,
        }
    }

    /// Ritz values of the operator, rising, with the vectors in the columns of `rotation`, compact.
    fn solve(&mut self) {
        let k = self.used;
        for i in 0..k {
            for j in 0..k {
                self.work[i * k + j] = self.h[i * self.most + j];
            }
        }
        jacobi(&mut self.work[..k * k], &mut self.rotation[..k * k], k);
        if let Some((_, shift)) = self.inverse {
            // Of the inverse: the largest positive one belongs to the first eigenvalue above the shift.
            for l in 0..k {
                self.work[l * k + l] = shift + 1.0 / self.work[l * k + l];
            }
            for i in 1..k {
                let mut j = i;
                while j > 0 && self.nearer(j, j - 1, k, shift) {
                    self.work.swap(j * k + j, (j - 1) * k + j - 1);
                    (0..k).for_each(|r| self.rotation.swap(r * k + j, r * k + j - 1));
                    j -= 1;
                }
            }
        }
        self.ritz.clear();
        self.ritz.extend((0..k).map(|l| self.work[l * k + l]));
        self.values.clear();
        self.values.extend_from_slice(&self.ritz[..self.wanted.min(k)]);
        if self.inverse.is_some() {
            self.ritz.sort_by(f64::total_cmp);
        }
    }

    fn nearer(&self, a: usize, b: usize, k: usize, shift: f64) -> bool {
        (self.work[a * k + a] - shift).abs() < (self.work[b * k + b] - shift).abs()
    }

    /// Keeps the best vectors and goes on from there.
    fn restart(&mut self) {
        let k = self.used;
        let keep = (self.wanted + (k - self.wanted) / 3).min(k - 1).max(1);
        self.solve();
        rotate(&self.basis[..k], &self.rotation, k, &mut self.fresh[..keep]);
        self.h.fill(0.0);
        for l in 0..keep {
            self.basis[l].copy_from_slice(&self.fresh[l]);
            let value = self.work[l * k + l];
            self.h[l * self.most + l] = self.inverse.as_ref().map_or(value, |(_, shift)| 1.0 / (value - shift));
        }
        self.basis.swap(keep, k);
        self.used = keep;
        orthonormalise(&mut self.basis, keep);
    }

    /// A random direction behind the first `at` vectors.
    fn refill(&mut self, at: usize) -> bool {
        // Chance has to fail twice.
        (0..3).any(|_| {
            self.rng.normal_fill(&mut self.basis[at]);
            orthonormalise(&mut self.basis, at)
        })
    }
}

impl EigenSolver for Lanczos {
    fn step(&mut self, a: &dyn Operator<f64>, _: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome {
        if self.exhausted {
            return Outcome::Stop(Stop::Converged);
        }
        if self.used == self.most {
            self.restart();
        }
        let k = self.used;
        let (known, rest) = self.basis.split_at_mut(k + 1);
        let next = &mut rest[0];
        if let Some((factors, _)) = &mut self.inverse {
            next.copy_from_slice(&known[k]);
            factors.solve(next);
            work.flops += factors.flops();
        } else {
            a.apply(&known[k], next);
        }
        a.cost().count(work);
        crate::solvers::count::<f64>(work, next.len(), 8 * k as u64, 10 * k as u64);
        for (i, v) in known.iter().enumerate() {
            let along = compiled::dot(v, next);
            self.h[i * self.most + k] = along;
            self.h[k * self.most + i] = along;
        }
        self.used = k + 1;
        let whole = self.used == next.len();
        self.exhausted = whole || !(orthonormalise(&mut self.basis, k + 1) || self.refill(k + 1));
        self.solve();
        self.is_shown = false;
        Outcome::Continue
    }

    fn values(&self) -> &[f64] {
        &self.values
    }

    fn ritz(&self) -> &[f64] {
        &self.ritz
    }

    fn vectors(&mut self) -> &[Vec<f64>] {
        let k = self.used;
        if k == 0 {
            return &self.basis[..1];
        }
        let count = self.wanted.min(k);
        if !self.is_shown {
            self.solve();
            rotate(&self.basis[..k], &self.rotation, k, &mut self.fresh[..count]);
            self.is_shown = true;
        }
        &self.fresh[..count]
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.used);
        out.bits(self.rng.state());
        out.real(f64::from(u8::from(self.exhausted)));
        out.slice(&self.h);
        self.basis[..=self.used.min(self.basis.len() - 1)].iter().for_each(|v| out.slice(v));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.used = get_count(from, self.most);
        self.rng = Rng::from_state(from.bits());
        self.exhausted = from.real() != 0.0;
        from.slice(&mut self.h);
        let last = self.used.min(self.basis.len() - 1);
        self.basis[..=last].iter_mut().for_each(|v| from.slice(v));
        self.solve();
        self.is_shown = false;
    }
}
