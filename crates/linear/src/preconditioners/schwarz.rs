//! Schwarz' method with overlapping subdomains: exact solves on parts of the unknowns, all from the same residual (additive) or one after the other
//! (multiplicative), and a coarse space of one unknown for each part (H. A. Schwarz 1870; B. F. Smith, P. E. Bjørstad and
//! W. D. Gropp, Domain Decomposition, 1996). Its basis is one on a part and zero elsewhere, smoothed until it reaches the middle of the
//! neighbours, as in smoothed aggregation; without that its energy sits in the jumps, and it helps little (M. Brezina and P. Vaněk, A black-box
//! iterative solver based on a two-level Schwarz method, Computing 63, 1999).
//!
//! Without the coarse level the number of steps grows with the number of subdomains, for information crosses one of them per step. For symmetric
//! positive definite A the additive form and the symmetric multiplicative one (forwards, then backwards) are symmetric, too. The additive form
//! by itself may diverge as an iteration, as unknowns that several parts share are corrected several times: it is for Krylov methods,
//! or wants a relaxation. A step costs the solves; the multiplicative forms moreover about a product with A per sweep.

use std::rc::Rc;

use iterscope_core::{BuildError, ComponentInfo, ParamInfo, StateReader, StateWriter, Value, Values, Work};
use iterscope_kernels::csr::Csr;

use super::{ROLE, count};
use crate::factors::{Factors, part};
use crate::memory::{Held, held};
use crate::transfer::Transfer;
use crate::{Matrix, Operator, Preconditioner, PreconditionerKind, Scalar, Setup};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "kind",
        "Kind",
        "Whether the parts are solved from the same residual or one after the other",
        &[("additive", "additive"), ("multiplicative", "multiplicative"), ("symmetric", "multiplicative, both ways")],
        "additive",
    ),
    ParamInfo::int(
        "parts",
        "Parts",
        "Subdomains along each axis, or in all where the unknowns form no box",
        [1, 64],
        4,
    ),
    ParamInfo::int("overlap", "Overlap", "Layers of unknowns by which each part is made larger", [0, 16], 1),
    ParamInfo::switch(
        "coarse",
        "Coarse level",
        "Whether a coarse problem of one unknown for each part is solved, too",
        true,
    ),
    ParamInfo::real("omega", "Relaxation", "Weight of the correction", [0.05, 2.0], 1.0).live(),
];

/// The choice of this preconditioner.
pub static KIND: PreconditionerKind = PreconditionerKind {
    info: ComponentInfo::new(
        ROLE,
        "schwarz",
        "Schwarz",
        "Exact solves on overlapping parts, with a coarse level that carries across",
        PARAMS,
    )
    .is(&["fixed"]),
    build: build::<f64>,
    build_f32: build::<f32>,
};

fn build<T: Scalar>(setup: &Setup<'_, T>, values: &Values) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
    let kind = match values.text("kind") {
        "multiplicative" => Combination::Multiplicative,
        "symmetric" => Combination::Symmetric,
        _ => Combination::Additive,
    };
    let (parts, overlap) = (values.int("parts") as usize, values.int("overlap") as usize);
    let cut = cut(setup, parts);
    Ok(Box::new(Schwarz::new(setup, &cut, overlap, kind, values.bool("coarse"), values.real("omega"))?))
}

/// How the parts are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// All from the same residual.
    Additive,
    /// One after the other.
    Multiplicative,
    /// One after the other, forwards and backwards.
    Symmetric,
}

struct Part<T> {
    members: Vec<u32>,
    factors: Factors<T>,
}

/// The parts and the coarse level.
pub struct Schwarz<T> {
    matrix: Rc<Matrix<T>>,
    kind: Combination,
    omega: T,
    parts: Vec<Part<T>>,
    /// Between all unknowns and one for each part, with the factors of the coarse matrix.
    coarse: Option<(Transfer<T>, Factors<T>)>,
    local: Vec<T>,
    sums: Vec<T>,
    r: Vec<T>,
    flops: u64,
}

/// Parts without overlap: boxes where the unknowns form one, else pieces of a breadth-first order. The part of each unknown.
pub fn cut<T: Scalar>(setup: &Setup<'_, T>, parts: usize) -> Vec<u32> {
    let n = setup.matrix.len();
    if let Ok(shape) = setup.boxed() {
        return (0..n)
            .map(|mut k| {
                let (mut part, mut count) = (0, 1);
                for &m in shape {
                    let pieces = parts.min(m).max(1);
                    part += count * ((k % m) * pieces / m);
                    count *= pieces;
                    k /= m;
                }
                part as u32
            })
            .collect();
    }
    let (order, _) = iterscope_kernels::order::narrow(setup.matrix.rows());
    let parts = parts.min(n).max(1);
    let mut own = vec![0; n];
    order.iter().enumerate().for_each(|(at, &k)| own[k as usize] = (at * parts / n) as u32);
    own
}

impl<T: Scalar> Schwarz<T> {
    /// With `own`, the part of each unknown, made larger by `overlap` layers of neighbours.
    ///
    /// # Errors
    /// The matrix of a part or of the coarse level is singular.
    pub fn new(
        setup: &Setup<'_, T>,
        own: &[u32],
        overlap: usize,
        kind: Combination,
        coarse: bool,
        omega: f64,
    ) -> Result<Self, BuildError> {
        let rows = setup.matrix.rows();
        let n = rows.rows;
        let count = own.iter().max().map_or(0, |&m| m as usize + 1);
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); count];
        own.iter().enumerate().for_each(|(k, &p)| lists[p as usize].push(k as u32));
        let mut place = vec![u32::MAX; n];
        let mut seen = vec![u32::MAX; n];
        let mut parts = Vec::with_capacity(count);
        let mut flops = 0;
        for (p, mut members) in lists.into_iter().enumerate().filter(|(_, l)| !l.is_empty()) {
            members.iter().for_each(|&i| seen[i as usize] = p as u32);
            let mut begin = 0;
            for _ in 0..overlap {
                let end = members.len();
                for at in begin..end {
                    for &j in rows.row(members[at] as usize).0 {
                        if seen[j as usize] != p as u32 {
                            seen[j as usize] = p as u32;
                            members.push(j);
                        }
                    }
                }
                begin = end;
            }
            members.sort_unstable();
            let factors = Factors::new(&part(rows, &members, &mut place));
            let factors =
                factors.map_err(|_| BuildError::new("parts", format!("the matrix of part {} is singular", p + 1)))?;
            flops += factors.flops();
            parts.push(Part { members, factors });
        }
        let coarse = if coarse && count > 1 {
            let transfer = Transfer::rows(smoothed(setup, own, count)?);
            let factors = Factors::new(&transfer.galerkin(rows));
            let factors =
                factors.map_err(|_| BuildError::new("coarse", "the coarse matrix is singular: leave it out"))?;
            flops += factors.flops() + 2 * transfer.flops();
            Some((transfer, factors))
        } else {
            None
        };
        let longest = parts.iter().map(|p| p.members.len()).max().unwrap_or(0);
        Ok(Schwarz {
            matrix: Rc::clone(setup.matrix),
            kind,
            omega: T::from_f64(omega),
            parts,
            coarse,
            local: vec![T::ZERO; longest],
            sums: vec![T::ZERO; count],
            r: vec![T::ZERO; n],
            flops,
        })
    }

    /// The number of unknowns of each part.
    pub fn sizes(&self) -> Vec<usize> {
        self.parts.iter().map(|p| p.members.len()).collect()
    }

    /// Adds the coarse correction of the residual `r` to `z`.
    fn coarse(&mut self, r: Option<&[T]>, z: &mut [T]) {
        let Some((transfer, factors)) = &mut self.coarse else { return };
        transfer.restrict(r.unwrap_or(&self.r), &mut self.sums);
        factors.solve(&mut self.sums);
        self.sums.iter_mut().for_each(|x| *x *= self.omega);
        transfer.prolong_add(&self.sums, z);
    }

    /// Corrects `z` on part `p` from the residual of its rows as it is now.
    fn correct(&mut self, p: usize, b: &[T], z: &mut [T]) {
        let part = &mut self.parts[p];
        let local = &mut self.local[..part.members.len()];
        let rows = self.matrix.rows();
        for (l, &i) in local.iter_mut().zip(&part.members) {
            let mut sum = b[i as usize];
            let (columns, values) = rows.row(i as usize);
            for (&j, &a) in columns.iter().zip(values) {
                sum -= a * z[j as usize];
            }
            *l = sum;
        }
        part.factors.solve(local);
        for (&l, &i) in local.iter().zip(&part.members) {
            z[i as usize] += self.omega * l;
        }
    }

    /// One sweep of the multiplicative kinds. With a coarse level the symmetric kind takes it between both halves.
    fn sweep(&mut self, b: &[T], z: &mut [T], work: &mut Work) {
        (0..self.parts.len()).for_each(|p| self.correct(p, b, z));
        if self.coarse.is_some() {
            let matrix = Rc::clone(&self.matrix);
            matrix.residual(b, z, &mut self.r);
            self.coarse(None, z);
        }
        let twice = self.kind == Combination::Symmetric;
        if twice {
            (0..self.parts.len()).rev().for_each(|p| self.correct(p, b, z));
        }
        let (cost, times) = (self.matrix.cost(), 1 + u64::from(twice));
        let coarse = u64::from(self.coarse.is_some());
        count(work, times * (cost.flops + self.flops) + coarse * cost.flops, (times + coarse) * cost.bytes);
    }
}

/// The indicators of the parts, smoothed by steps of Jacobi's method, each of which reaches one unknown further.
fn smoothed<T: Scalar>(setup: &Setup<'_, T>, own: &[u32], count: usize) -> Result<Csr<T>, BuildError> {
    let rows = setup.matrix.rows();
    let n = rows.rows;
    let inverse = super::inverse_diagonal(setup)?;
    let omega = T::from_f64(4.0 / 3.0 / super::chebyshev::largest(setup, &inverse)?);
    let axes = setup.boxed().map_or(2, <[usize]>::len) as f64;
    let width = libm::pow(n as f64 / count as f64, 1.0 / axes);
    let mut p =
        Csr { rows: n, cols: count, indptr: (0..=n as u32).collect(), indices: own.to_vec(), values: vec![T::ONE; n] };
    for _ in 0..(0.5 * width).ceil() as usize {
        let mut next = rows.times(&p);
        for (i, &inverse) in inverse.iter().enumerate() {
            for at in next.indptr[i] as usize..next.indptr[i + 1] as usize {
                let j = next.indices[at] as usize;
                next.values[at] = p.entry(i, j) - omega * (inverse * next.values[at]);
            }
        }
        p = next;
    }
    Ok(p)
}

impl<T: Scalar> Preconditioner<T> for Schwarz<T> {
    fn apply(&mut self, r: &[T], z: &mut [T], work: &mut Work) {
        z.fill(T::ZERO);
        if self.kind != Combination::Additive {
            return self.sweep(r, z, work);
        }
        for part in &mut self.parts {
            let local = &mut self.local[..part.members.len()];
            for (l, &i) in local.iter_mut().zip(&part.members) {
                *l = r[i as usize];
            }
            part.factors.solve(local);
            for (&l, &i) in local.iter().zip(&part.members) {
                z[i as usize] += self.omega * l;
            }
        }
        self.coarse(Some(r), z);
        count(work, self.flops, self.flops * size_of::<T>() as u64 / 2);
    }

    fn relax(&mut self, a: &dyn Operator<T>, b: &[T], x: &mut [T], scratch: &mut [Vec<T>; 2], work: &mut Work) {
        if self.kind != Combination::Additive {
            return self.sweep(b, x, work);
        }
        let [r, z] = scratch;
        a.residual(b, x, r);
        a.cost().count(work);
        self.apply(r, z, work);
        for (x, &z) in x.iter_mut().zip(&*z) {
            *x += z;
        }
    }

    fn is_symmetric(&self) -> bool {
        self.kind != Combination::Multiplicative
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        self.omega = T::from_f64(super::live_real(PARAMS, key, value)?);
        Ok(())
    }

    fn memory(&self) -> usize {
        let parts: usize = self.parts.iter().map(|p| p.members.held() + p.factors.memory()).sum();
        let coarse = self.coarse.as_ref().map_or(0, |(transfer, factors)| transfer.memory() + factors.memory());
        held(&[&parts, &coarse, &self.local, &self.sums, &self.r])
    }

    fn save(&self, out: &mut StateWriter) {
        out.real(self.omega.to_f64());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.omega = T::from_f64(from.real());
    }
}
