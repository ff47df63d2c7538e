//! A factorised matrix: exact solves on coarsest levels, subdomains and blocks.

use iterscope_kernels::banded::{BandedLu, Singular};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::ldl::Ldl;
use iterscope_kernels::order::narrow;

use crate::Scalar;

/// Entries that differ from their mirror image by less count as symmetric: one triangle is used.
const SYMMETRY: f64 = 1e-13;

/// The factors and what a solve needs beside them.
pub struct Factors<T> {
    kind: Kind<T>,
}

enum Kind<T> {
    /// Symmetric: `L D L'` after dissection, no entry outside what it fills.
    Symmetric { ldl: Ldl<T>, work: Vec<T> },
    /// Any other: banded LU with partial pivoting, in double precision.
    General { lu: BandedLu, order: Vec<u32>, work: Vec<f64> },
}

impl<T: Scalar> Factors<T> {
    /// Factorises a square matrix: a symmetric one without pivoting where that goes well, any other with partial pivoting within its band.
    ///
    /// # Errors
    /// The matrix is singular to working precision.
    pub fn new(a: &Csr<T>) -> Result<Self, Singular> {
        if is_symmetric(a, SYMMETRY)
            && let Ok(ldl) = Ldl::new(a)
        {
            return Ok(Factors { kind: Kind::Symmetric { work: vec![T::ZERO; a.rows], ldl } });
        }
        let (order, width) = narrow(a);
        let mut place = vec![0usize; a.rows];
        order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k);
        let mut lu = BandedLu::new(a.rows, width, width);
        for i in 0..a.rows {
            for (j, value) in a.row_iter(i) {
                lu.set(place[i], place[j], value.to_f64());
            }
        }
        lu.factor().map_err(|singular| Singular { row: order[singular.row] as usize })?;
        Ok(Factors { kind: Kind::General { lu, order, work: vec![0.0; a.rows] } })
    }

    /// The numbers of negative eigenvalues, where the matrix is symmetric and needed no pivoting.
    pub fn negative(&self) -> Option<usize> {
        match &self.kind {
            Kind::Symmetric { ldl, .. } => Some(ldl.negative()),
            Kind::General { .. } => None,
        }
    }

    /// Replaces `b` by the solution.
    ///
    /// # Panics
    /// Where the length is wrong.
    pub fn solve(&mut self, b: &mut [T]) {
        match &mut self.kind {
            Kind::Symmetric { ldl, work } => ldl.solve(b, work),
            Kind::General { lu, order, work } => {
                for (w, &i) in work.iter_mut().zip(&*order) {
                    *w = b[i as usize].to_f64();
                }
                lu.solve(work);
                for (&w, &i) in work.iter().zip(&*order) {
                    b[i as usize] = T::from_f64(w);
                }
            }
        }
    }

    /// Floating-point operations of a solve.
    pub fn flops(&self) -> u64 {
        match &self.kind {
            Kind::Symmetric { ldl, .. } => (4 * ldl.entries() + ldl.len()) as u64,
            Kind::General { lu, .. } => (2 * lu.n() * lu.width()) as u64,
        }
    }
}

/// Whether a square matrix equals its transpose up to `tolerance` times the larger of both entries; an entry that is missing counts as zero.
pub(crate) fn is_symmetric<T: Scalar>(a: &Csr<T>, tolerance: f64) -> bool {
    let close = |i: usize, j: usize, x: T| {
        let (x, y) = (x.to_f64(), a.entry(j, i).to_f64());
        (x - y).abs() <= tolerance * x.abs().max(y.abs())
    };
    (0..a.rows).all(|i| a.row_iter(i).all(|(j, x)| close(i, j, x)))
}

/// The square part of `a` with the rows and columns `members`, which rise; `place` has one entry per row, all `u32::MAX`, and is left so.
pub(crate) fn part<T: Scalar>(a: &Csr<T>, members: &[u32], place: &mut [u32]) -> Csr<T> {
    for (k, &i) in members.iter().enumerate() {
        place[i as usize] = k as u32;
    }
    let n = members.len();
    let mut out = Csr { rows: n, cols: n, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
    for &i in members {
        for (j, value) in a.row_iter(i as usize) {
            if place[j] != u32::MAX {
                out.indices.push(place[j]);
                out.values.push(value);
            }
        }
        out.indptr.push(out.indices.len() as u32);
    }
    members.iter().for_each(|&i| place[i as usize] = u32::MAX);
    out
}
