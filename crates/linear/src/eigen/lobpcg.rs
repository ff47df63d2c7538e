//! LOBPCG: the lowest Ritz vectors of the iterates, the preconditioned residuals and the last directions (A. V. Knyazev, Toward the optimal
//! preconditioned eigensolver: locally optimal block preconditioned conjugate gradient method, SIAM Journal on Scientific Computing 23, 2001).
//!
//! No factorisation: a product and an application of the preconditioner for each vector and step. The space is made orthonormal before
//! each Rayleigh-Ritz step, and what depends on the rest is dropped, which keeps it stable (U. Hetmaniuk and R. Lehoucq, Basis selection in
//! LOBPCG, Journal of Computational Physics 218, 2006). No Ritz value ever rises.

use iterscope_core::{Outcome, StateReader, StateWriter, Stop, Work};
use iterscope_kernels::compiled;

use super::{EigenSolver, random, rotate, small::jacobi};
use crate::solvers::norm;
use crate::state::{get_count, put_count};
use crate::{Operator, Preconditioner};

/// An image is computed anew where less than this part of a vector is left.
const ACCURATE: f64 = 1e-2;

/// The iteration.
pub struct Lobpcg {
    wanted: usize,
    /// Vectors of the block.
    p: usize,
    /// The space: the iterates, the residuals, the directions; and its image under A. `used` of them are in use.
    space: Vec<Vec<f64>>,
    image: Vec<Vec<f64>>,
    used: usize,
    fresh: Vec<Vec<f64>>,
    fresh_image: Vec<Vec<f64>>,
    h: Vec<f64>,
    rotation: Vec<f64>,
    values: Vec<f64>,
    /// Whether the space holds directions behind the iterates.
    directions: usize,
    started: bool,
}

impl Lobpcg {
    /// For the lowest `wanted` modes with `guard` vectors more, from random vectors.
    ///
    /// # Panics
    /// Where more are wanted than there are unknowns.
    pub fn new(n: usize, wanted: usize, guard: usize, seed: u64) -> Self {
        assert!(wanted <= n, "as many modes as unknowns at most");
        let p = (wanted + guard).min(n);
        let zeros = |count: usize| vec![vec![0.0; n]; count];
        let mut space = random(n, p, seed);
        space.extend(zeros(2 * p));
        let most = 9 * p * p;
        Lobpcg {
            wanted,
            p,
            space,
            image: zeros(3 * p),
            used: p,
            fresh: zeros(2 * p),
            fresh_image: zeros(2 * p),
            h: vec![0.0; most],
            rotation: vec![0.0; most],
            values: Vec::with_capacity(p),
            directions: 0,
            started: false,
        }
    }

    /// Makes the vectors from `from` to `end` orthonormal to all before and drops those that depend on them. Their images are turned with them
    /// where that is accurate, and computed anew otherwise; those up to `fresh` have none yet. Returns how many are kept.
    fn orthonormalise(&mut self, range: (usize, usize), fresh: usize, a: &dyn Operator<f64>, work: &mut Work) -> usize {
        let mut kept = range.0;
        for at in range.0..range.1 {
            self.space.swap(kept, at);
            self.image.swap(kept, at);
            let size = norm(&self.space[kept]);
            for _ in 0..2 {
                let ((before, own), (images, image)) = (self.space.split_at_mut(kept), self.image.split_at_mut(kept));
                for (v, av) in before.iter().zip(&*images) {
                    let along = compiled::dot(v, &own[0]);
                    compiled::axpy(-along, v, &mut own[0]);
                    if at >= fresh {
                        compiled::axpy(-along, av, &mut image[0]);
                    }
                }
            }
            let left = norm(&self.space[kept]);
            if left > 1e-10 * size && left.is_finite() && left > 0.0 {
                let scale = 1.0 / left;
                self.space[kept].iter_mut().for_each(|x| *x *= scale);
                // What cancelled in the vector cancelled in its image, whose errors would grow.
                if at < fresh || left < ACCURATE * size {
                    a.apply(&self.space[kept], &mut self.image[kept]);
                    a.cost().count(work);
                } else {
                    self.image[kept].iter_mut().for_each(|x| *x *= scale);
                }
                kept += 1;
            }
        }
        kept
    }

    /// Ritz vectors of the space: the lowest become the iterates, and what they gained over the old ones the directions.
    fn ritz(&mut self) {
        let (k, p) = (self.used, self.p.min(self.used));
        for i in 0..k {
            for j in 0..=i {
                let value = compiled::dot(&self.space[i], &self.image[j]);
                (self.h[i * k + j], self.h[j * k + i]) = (value, value);
            }
        }
        jacobi(&mut self.h[..k * k], &mut self.rotation[..k * k], k);
        self.values.clear();
        self.values.extend((0..p).map(|l| self.h[l * k + l]));
        let (x, d) = self.fresh.split_at_mut(self.p);
        let (ax, ad) = self.fresh_image.split_at_mut(self.p);
        rotate(&self.space[..k], &self.rotation, k, &mut x[..p]);
        rotate(&self.image[..k], &self.rotation, k, &mut ax[..p]);
        // The part of each new iterate outside the old ones.
        self.directions = if k > p { p } else { 0 };
        if k > p {
            rotate(&self.space[p..k], &self.rotation[p * k..], k, &mut d[..p]);
            rotate(&self.image[p..k], &self.rotation[p * k..], k, &mut ad[..p]);
        }
        for l in 0..p {
            std::mem::swap(&mut self.space[l], &mut x[l]);
            std::mem::swap(&mut self.image[l], &mut ax[l]);
        }
        for l in 0..self.directions {
            std::mem::swap(&mut self.space[2 * self.p + l], &mut d[l]);
            std::mem::swap(&mut self.image[2 * self.p + l], &mut ad[l]);
        }
    }
}

impl EigenSolver for Lobpcg {
    fn step(&mut self, a: &dyn Operator<f64>, m: &mut dyn Preconditioner<f64>, work: &mut Work) -> Outcome {
        let p = self.p;
        if !self.started {
            for l in 0..p {
                a.apply(&self.space[l], &mut self.image[l]);
                a.cost().count(work);
            }
            self.used = p;
            self.ritz();
            self.started = true;
        }
        // Preconditioned residuals behind the iterates; the scratch vector is the first of the fresh ones.
        for l in 0..p {
            let r = &mut self.fresh[0];
            r.copy_from_slice(&self.image[l]);
            compiled::axpy(-self.values[l], &self.space[l], r);
            m.apply(r, &mut self.space[p + l], work);
        }
        let n = self.space[0].len();
        crate::solvers::count::<f64>(work, n, (40 * p * p) as u64, (50 * p * p) as u64);
        let iterates = self.orthonormalise((0, p), 0, a, work);
        if iterates < p {
            return Outcome::Stop(Stop::Stagnated);
        }
        let mut end = 2 * p;
        for l in 0..self.directions {
            self.space.swap(end, 2 * p + l);
            self.image.swap(end, 2 * p + l);
            end += 1;
        }
        self.used = self.orthonormalise((p, end), 2 * p, a, work);
        if self.used == p {
            return Outcome::Stop(Stop::Converged);
        }
        self.ritz();
        Outcome::Continue
    }

    fn values(&self) -> &[f64] {
        &self.values[..self.wanted.min(self.values.len())]
    }

    fn ritz(&self) -> &[f64] {
        &self.values
    }

    fn vectors(&mut self) -> &[Vec<f64>] {
        &self.space[..self.wanted]
    }

    fn save(&self, out: &mut StateWriter) {
        put_count(out, self.directions);
        out.real(f64::from(u8::from(self.started)));
        put_count(out, self.values.len());
        out.slice(&self.values);
        let p = self.p;
        let own = |v: &[Vec<f64>], out: &mut StateWriter| {
            v[..p].iter().chain(&v[2 * p..2 * p + self.directions]).for_each(|v| out.slice(v));
        };
        own(&self.space, out);
        own(&self.image, out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let p = self.p;
        self.directions = get_count(from, p);
        self.started = from.real() != 0.0;
        let count = get_count(from, p);
        self.values.resize(count, 0.0);
        from.slice(&mut self.values);
        for v in [&mut self.space, &mut self.image] {
            let (head, tail) = v.split_at_mut(2 * p);
            head[..p].iter_mut().chain(&mut tail[..self.directions]).for_each(|v| from.slice(v));
        }
    }
}
