//! A factorised matrix: exact solves on coarsest levels, subdomains and blocks.

use iterscope_kernels::banded::{BandedLu, Singular};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::ldl::{Ldl, Scratch, Symbolic};
use iterscope_kernels::order::narrow;

use crate::Scalar;

/// Entries that differ from their mirror image by less count as symmetric: one triangle is used.
const SYMMETRY: f64 = 1e-13;

/// Most entries and operations of factors that a person waits for.
const MOST_ENTRIES: f64 = 4e7;
const MOST_FLOPS: f64 = 3e10;

/// Why there are no factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    /// The matrix is singular to working precision.
    Singular(Singular),
    /// They would have so many entries.
    TooLarge(f64),
}

/// The factors and what a solve needs beside them.
pub struct Factors<T> {
    kind: Kind<T>,
}

enum Kind<T> {
    /// Symmetric: `L D L'` after dissection, no entry outside what it fills.
    Symmetric { ldl: Ldl<T>, work: Vec<T>, scratch: Option<Box<Scratch<T>>> },
    /// Any other: banded LU with partial pivoting, in double precision.
    General { lu: BandedLu, order: Vec<u32>, place: Vec<u32>, work: Vec<f64> },
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
            return Ok(Factors { kind: Kind::Symmetric { work: vec![T::ZERO; a.rows], ldl, scratch: None } });
        }
        let (order, width) = narrow(a);
        Self::general(a, order, width)
    }

    /// Banded LU in an order that makes the band that narrow.
    fn general(a: &Csr<T>, order: Vec<u32>, width: usize) -> Result<Self, Singular> {
        let mut place = vec![0; a.rows];
        order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k as u32);
        let mut lu = BandedLu::new(a.rows, width, width);
        fill_and_factor(&mut lu, a, &order, &place)?;
        Ok(Factors { kind: Kind::General { lu, order, place, work: vec![0.0; a.rows] } })
    }

    /// The factors of another matrix with the same pattern, in the memory of these where that goes; afterwards it allocates only
    /// where a symmetric matrix needs pivoting, or is followed by one that is not. After an error they are of no use.
    ///
    /// # Errors
    /// The matrix is singular to working precision.
    ///
    /// # Panics
    /// Where the pattern has grown.
    pub fn factor(&mut self, a: &Csr<T>) -> Result<(), Singular> {
        match &mut self.kind {
            Kind::Symmetric { ldl, scratch, .. } => {
                let scratch = scratch.get_or_insert_with(|| Box::new(Scratch::new(a.rows)));
                if is_symmetric(a, SYMMETRY) && ldl.factor(a, scratch).is_ok() {
                    return Ok(());
                }
                *self = Factors::new(a)?;
                Ok(())
            }
            Kind::General { lu, order, place, .. } => {
                lu.clear();
                fill_and_factor(lu, a, order, place)
            }
        }
    }

    /// Takes the memory that [`Factors::factor`] works in, so that it need not later.
    #[must_use]
    pub fn prepared(mut self) -> Self {
        if let Kind::Symmetric { ldl, scratch, .. } = &mut self.kind {
            *scratch = Some(Box::new(Scratch::new(ldl.len())));
        }
        self
    }

    /// Floating-point operations of a factorisation.
    pub fn factor_flops(&self) -> u64 {
        match &self.kind {
            Kind::Symmetric { ldl, .. } => ldl.flops(),
            // Without row exchanges.
            Kind::General { lu, .. } => {
                let side = (lu.width() / 3) as u64;
                lu.n() as u64 * side * (2 * side + 1)
            }
        }
    }

    /// As [`Factors::new`], unless they would take more memory or time than a person waits for.
    ///
    /// # Errors
    /// They would, or the matrix is singular to working precision.
    pub fn affordable(a: &Csr<T>) -> Result<Self, Refused> {
        if is_symmetric(a, SYMMETRY) {
            let symbolic = Symbolic::new(a);
            if symbolic.entries() as f64 > MOST_ENTRIES || symbolic.flops() as f64 > MOST_FLOPS {
                return Err(Refused::TooLarge(symbolic.entries() as f64));
            }
            if let Ok(ldl) = Ldl::of(a, symbolic) {
                return Ok(Factors { kind: Kind::Symmetric { work: vec![T::ZERO; a.rows], ldl, scratch: None } });
            }
        }
        Self::banded(a)
    }

    /// Banded LU with pivoting, unless that would take more memory or time than a person waits for.
    ///
    /// # Errors
    /// It would, or the matrix is singular to working precision.
    pub fn banded(a: &Csr<T>) -> Result<Self, Refused> {
        let (order, width) = narrow(a);
        let (n, w) = (a.rows as f64, width as f64);
        if n * (3.0 * w + 1.0) > MOST_ENTRIES || n * w * w > MOST_FLOPS {
            return Err(Refused::TooLarge(n * (3.0 * w + 1.0)));
        }
        Self::general(a, order, width).map_err(Refused::Singular)
    }

    /// Entries of the factors.
    pub fn entries(&self) -> usize {
        match &self.kind {
            Kind::Symmetric { ldl, .. } => ldl.entries() + ldl.len(),
            Kind::General { lu, .. } => lu.n() * lu.width(),
        }
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
            Kind::Symmetric { ldl, work, .. } => ldl.solve(b, work),
            Kind::General { lu, order, work, .. } => {
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

fn fill_and_factor<T: Scalar>(lu: &mut BandedLu, a: &Csr<T>, order: &[u32], place: &[u32]) -> Result<(), Singular> {
    for i in 0..a.rows {
        for (j, value) in a.row_iter(i) {
            lu.set(place[i] as usize, place[j] as usize, value.to_f64());
        }
    }
    lu.factor().map_err(|singular| Singular { row: order[singular.row] as usize })
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
