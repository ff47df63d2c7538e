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
    /// `L D L'` after dissection, no entry outside what it fills.
    symmetric: Option<Box<Symmetric<T>>>,
    /// Banded LU with partial pivoting, in double precision.
    general: Option<Box<General>>,
    /// Which of them holds the factors.
    is_symmetric: bool,
}

struct Symmetric<T> {
    ldl: Ldl<T>,
    work: Vec<T>,
    scratch: Option<Scratch<T>>,
}

struct General {
    lu: BandedLu,
    order: Vec<u32>,
    place: Vec<u32>,
    work: Vec<f64>,
}

impl<T: Scalar> Symmetric<T> {
    fn new(ldl: Ldl<T>) -> Self {
        Symmetric { work: vec![T::ZERO; ldl.len()], ldl, scratch: None }
    }
}

impl General {
    /// Zero, in an order that makes the band that narrow.
    fn new(n: usize, order: Vec<u32>, width: usize) -> Self {
        let mut place = vec![0; n];
        order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k as u32);
        General { lu: BandedLu::new(n, width, width), order, place, work: vec![0.0; n] }
    }

    fn factor<T: Scalar>(&mut self, a: &Csr<T>) -> Result<(), Singular> {
        self.lu.clear();
        for i in 0..a.rows {
            for (j, value) in a.row_iter(i) {
                self.lu.set(self.place[i] as usize, self.place[j] as usize, value.to_f64());
            }
        }
        self.lu.factor().map_err(|singular| Singular { row: self.order[singular.row] as usize })
    }
}

impl<T: Scalar> Factors<T> {
    /// Factorises a square matrix: a symmetric one without pivoting where that goes well, any other with partial pivoting within its band.
    ///
    /// # Errors
    /// The matrix is singular to working precision.
    pub fn new(a: &Csr<T>) -> Result<Self, Singular> {
        let mut factors = Self::empty();
        factors.factor(a)?;
        Ok(factors)
    }

    fn empty() -> Self {
        Factors { symmetric: None, general: None, is_symmetric: false }
    }

    /// Bytes that they hold.
    pub fn memory(&self) -> usize {
        let symmetric = self.symmetric.as_ref().map_or(0, |s| {
            let n = s.work.len();
            // An entry has its row; an unknown its places in the order, the tree and the columns, and its pivot.
            s.ldl.entries() * (size_of::<T>() + 4) + n * (3 * 4 + 8 + 2 * size_of::<T>())
        });
        let general = self.general.as_ref().map_or(0, |g| {
            let n = g.work.len();
            n * (8 * (3 * g.lu.width() + 1) + 8 + 3 * 4)
        });
        symmetric + general
    }

    /// The factors of another matrix with the same pattern, with the bits that [`Factors::new`] gives, in the memory of earlier ones. It
    /// allocates where a symmetric matrix needs pivoting for the first time, or is followed by one that is not. After an error they are
    /// of no use.
    ///
    /// # Errors
    /// The matrix is singular to working precision.
    ///
    /// # Panics
    /// Where the pattern has grown.
    pub fn factor(&mut self, a: &Csr<T>) -> Result<(), Singular> {
        self.is_symmetric = is_symmetric(a, SYMMETRY) && self.factor_symmetric(a);
        if self.is_symmetric {
            return Ok(());
        }
        let general = self.general.get_or_insert_with(|| {
            let (order, width) = narrow(a);
            Box::new(General::new(a.rows, order, width))
        });
        general.factor(a)
    }

    fn factor_symmetric(&mut self, a: &Csr<T>) -> bool {
        match &mut self.symmetric {
            Some(s) => {
                let scratch = s.scratch.get_or_insert_with(|| Scratch::new(a.rows));
                s.ldl.factor(a, scratch).is_ok()
            }
            empty => {
                let Ok(ldl) = Ldl::new(a) else { return false };
                *empty = Some(Box::new(Symmetric::new(ldl)));
                true
            }
        }
    }

    /// Takes the memory that [`Factors::factor`] works in, so that it need not later.
    #[must_use]
    pub fn prepared(mut self) -> Self {
        if let Some(s) = &mut self.symmetric {
            s.scratch = Some(Scratch::new(s.ldl.len()));
        }
        self
    }

    /// Floating-point operations of a factorisation.
    pub fn factor_flops(&self) -> u64 {
        match (&self.symmetric, &self.general) {
            (Some(s), _) if self.is_symmetric => s.ldl.flops(),
            // Without row exchanges.
            (_, Some(g)) => {
                let side = (g.lu.width() / 3) as u64;
                g.lu.n() as u64 * side * (2 * side + 1)
            }
            _ => 0,
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
                return Ok(Factors {
                    symmetric: Some(Box::new(Symmetric::new(ldl))),
                    is_symmetric: true,
                    ..Self::empty()
                });
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
        let mut general = Box::new(General::new(a.rows, order, width));
        general.factor(a).map_err(Refused::Singular)?;
        Ok(Factors { general: Some(general), ..Self::empty() })
    }

    /// Entries of the factors.
    pub fn entries(&self) -> usize {
        match (&self.symmetric, &self.general) {
            (Some(s), _) if self.is_symmetric => s.ldl.entries() + s.ldl.len(),
            (_, Some(g)) => g.lu.n() * g.lu.width(),
            _ => 0,
        }
    }

    /// The numbers of negative eigenvalues, where the matrix is symmetric and needed no pivoting.
    pub fn negative(&self) -> Option<usize> {
        self.symmetric.as_ref().filter(|_| self.is_symmetric).map(|s| s.ldl.negative())
    }

    /// Replaces `b` by the solution.
    ///
    /// # Panics
    /// Where the length is wrong.
    pub fn solve(&mut self, b: &mut [T]) {
        match (&mut self.symmetric, &mut self.general) {
            (Some(s), _) if self.is_symmetric => s.ldl.solve(b, &mut s.work),
            (_, Some(g)) => {
                let General { lu, order, work, .. } = &mut **g;
                for (w, &i) in work.iter_mut().zip(&*order) {
                    *w = b[i as usize].to_f64();
                }
                lu.solve(work);
                for (&w, &i) in work.iter().zip(&*order) {
                    b[i as usize] = T::from_f64(w);
                }
            }
            _ => {}
        }
    }

    /// Floating-point operations of a solve.
    pub fn flops(&self) -> u64 {
        match (&self.symmetric, &self.general) {
            (Some(s), _) if self.is_symmetric => (4 * s.ldl.entries() + s.ldl.len()) as u64,
            (_, Some(g)) => (2 * g.lu.n() * g.lu.width()) as u64,
            _ => 0,
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
