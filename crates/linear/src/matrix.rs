//! An assembled matrix: a stencil on a box of unknowns, or rows.

use std::cell::OnceCell;
use std::fmt;

use iterscope_kernels::csr::Csr;
use iterscope_kernels::relaxation::Relaxation;
use iterscope_kernels::stencil::{Stencil, Uniform};

use crate::memory::Held;
use crate::{Cost, Operator, Scalar};

/// How the entries are stored.
#[derive(Clone, Debug)]
enum Storage<T> {
    Stencil(Stencil<T>),
    Rows(Csr<T>),
}

/// A square matrix whose entries are known. Methods that look at entries take [`Matrix::rows`]; products and point relaxation run
/// on the storage as it is.
#[derive(Clone, Debug)]
pub struct Matrix<T> {
    storage: Storage<T>,
    /// The one row of a stencil, where there is one.
    uniform: Option<Uniform<T>>,
    /// The rows of a stencil, and the transpose, made when first asked for.
    rows: OnceCell<Csr<T>>,
    transpose: OnceCell<Csr<T>>,
}

impl<T: Scalar> From<Stencil<T>> for Matrix<T> {
    fn from(stencil: Stencil<T>) -> Self {
        let uniform = stencil.uniform();
        Matrix { storage: Storage::Stencil(stencil), uniform, rows: OnceCell::new(), transpose: OnceCell::new() }
    }
}

/// # Panics
/// Where the matrix is not square.
impl<T: Scalar> From<Csr<T>> for Matrix<T> {
    fn from(rows: Csr<T>) -> Self {
        assert_eq!(rows.rows, rows.cols, "the matrix is square");
        Matrix { storage: Storage::Rows(rows), uniform: None, rows: OnceCell::new(), transpose: OnceCell::new() }
    }
}

/// A diagonal entry that cannot be divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroDiagonal {
    /// The row.
    pub row: usize,
    /// The entry.
    pub value: f64,
}

impl fmt::Display for ZeroDiagonal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the diagonal entry of row {} is {}", self.row + 1, self.value)
    }
}

impl<T: Scalar> Matrix<T> {
    /// The stencil, where it is one.
    pub fn stencil(&self) -> Option<&Stencil<T>> {
        match &self.storage {
            Storage::Stencil(s) => Some(s),
            Storage::Rows(_) => None,
        }
    }

    /// The one row that the matrix has on a box, cut at its sides, where it is a stencil of such rows.
    pub fn uniform(&self) -> Option<&Uniform<T>> {
        self.uniform.as_ref()
    }

    /// How the unknowns of a stencil are relaxed.
    fn relaxation<'a>(&'a self, stencil: &'a Stencil<T>, b: &'a [T], inverse: &'a [T], omega: T) -> Relaxation<'a, T> {
        Relaxation { stencil, uniform: self.uniform(), b, inverse, omega }
    }

    /// The matrix by rows.
    pub fn rows(&self) -> &Csr<T> {
        match &self.storage {
            Storage::Stencil(s) => self.rows.get_or_init(|| s.to_csr()),
            Storage::Rows(rows) => rows,
        }
    }

    /// Takes over the entries of another matrix by rows whose pattern is the same.
    ///
    /// # Panics
    /// Where it is a stencil, or has another number of entries.
    pub fn refill(&mut self, values: &[T]) {
        let Storage::Rows(rows) = &mut self.storage else { panic!("a stencil is no matrix by rows") };
        rows.values.copy_from_slice(values);
        self.transpose = OnceCell::new();
    }

    /// The transposed matrix by rows.
    pub fn transposed(&self) -> &Csr<T> {
        self.transpose.get_or_init(|| self.rows().transpose())
    }

    /// Bytes that it holds, with what was made when it was asked for.
    pub fn memory(&self) -> usize {
        let own = match &self.storage {
            Storage::Stencil(s) => {
                s.centre.held() + s.links.iter().map(|l| l.lower.held() + l.upper.held()).sum::<usize>()
            }
            Storage::Rows(rows) => rows.held(),
        };
        let made = |cell: &OnceCell<Csr<T>>| cell.get().map_or(0, Held::held);
        own + made(&self.rows) + made(&self.transpose)
    }

    /// The same matrix in another precision.
    pub fn cast<S: Scalar>(&self) -> Matrix<S> {
        match &self.storage {
            Storage::Stencil(s) => s.cast().into(),
            Storage::Rows(rows) => rows.cast().into(),
        }
    }

    /// The diagonal.
    pub fn diagonal(&self) -> Vec<T> {
        match &self.storage {
            Storage::Stencil(s) => s.centre.clone(),
            Storage::Rows(rows) => rows.diagonal(),
        }
    }

    /// The inverse of the diagonal.
    ///
    /// # Errors
    /// An entry is zero, or so small that its inverse is not finite.
    pub fn inverse_diagonal(&self) -> Result<Vec<T>, ZeroDiagonal> {
        let invert = |(row, d): (usize, T)| {
            let inverse = T::from_f64(1.0 / d.to_f64());
            if inverse.is_finite() { Ok(inverse) } else { Err(ZeroDiagonal { row, value: d.to_f64() }) }
        };
        self.diagonal().into_iter().enumerate().map(invert).collect()
    }

    /// Whether the matrix equals its transpose, entry by entry, up to `tolerance` times the larger of both.
    pub fn is_symmetric(&self, tolerance: f64) -> bool {
        let (a, t) = (self.rows(), self.transposed());
        a.indptr == t.indptr
            && a.indices == t.indices
            && a.values.iter().zip(&t.values).all(|(x, y)| {
                let (x, y) = (x.to_f64(), y.to_f64());
                (x - y).abs() <= tolerance * x.abs().max(y.abs())
            })
    }

    /// Whether the matrix equals its transpose exactly.
    pub fn equals_transpose(&self) -> bool {
        match &self.storage {
            Storage::Stencil(s) => s.links.iter().all(|l| {
                let (upper, lower) = (l.upper.iter(), l.lower.iter().skip(l.stride));
                upper.zip(lower).all(|(u, l)| u == l)
            }),
            Storage::Rows(_) => self.is_symmetric(0.0),
        }
    }

    /// `r = b - A x` for the unknowns of a range, whose part of the residual `r` is; whole lines of the box where the matrix has one row.
    pub fn residual_of(&self, b: &[T], x: &[T], range: (usize, usize), r: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => s.residual(self.uniform(), b, x, range, r),
            Storage::Rows(rows) => rows.residual(b, x, range, r),
        }
    }

    /// Relaxes the unknowns `from`, `from + stride`, ... below `to` in place with the newest values of the others:
    /// `x_k += omega ((b_k - sum of neighbours) / a_kk - x_k)`, with `inverse` the inverse of the diagonal, which need not be there where the matrix has
    /// one row ([`Matrix::uniform`]).
    pub fn relax_forward(&self, b: &[T], inverse: &[T], omega: T, visit: (usize, usize, usize), x: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => self.relaxation(s, b, inverse, omega).visit(visit, x),
            Storage::Rows(rows) => {
                let (from, to, stride) = visit;
                (from..to).step_by(stride).for_each(|k| relax_row(rows, k, b, inverse, omega, x));
            }
        }
    }

    /// As [`Matrix::relax_forward`] over all unknowns, from the last to the first.
    pub fn relax_backward(&self, b: &[T], inverse: &[T], omega: T, x: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => self.relaxation(s, b, inverse, omega).backwards(x),
            Storage::Rows(rows) => (0..rows.rows).rev().for_each(|k| relax_row(rows, k, b, inverse, omega, x)),
        }
    }

    /// Relaxes the unknowns of a stencil by the colours of a chessboard, those first whose places sum to an even number, or `reversed`; false where
    /// it is no stencil, and nothing is done.
    pub fn relax_colours(&self, b: &[T], inverse: &[T], omega: T, reversed: bool, x: &mut [T]) -> bool {
        let Storage::Stencil(s) = &self.storage else { return false };
        self.relaxation(s, b, inverse, omega).colours(reversed, x);
        true
    }

    /// Relaxes unknown `k` in place; see [`Matrix::relax_forward`].
    pub fn relax_one(&self, k: usize, b: &[T], inverse: &[T], omega: T, x: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => self.relaxation(s, b, inverse, omega).visit((k, k + 1, 1), x),
            Storage::Rows(rows) => relax_row(rows, k, b, inverse, omega, x),
        }
    }
}

fn relax_row<T: Scalar>(rows: &Csr<T>, k: usize, b: &[T], inverse: &[T], omega: T, x: &mut [T]) {
    let mut around = T::ZERO;
    for (j, a) in rows.row_iter(k) {
        if j != k {
            around += a * x[j];
        }
    }
    let gauss_seidel = (b[k] - around) * inverse[k];
    x[k] += omega * (gauss_seidel - x[k]);
}

impl<T: Scalar> Operator<T> for Matrix<T> {
    fn len(&self) -> usize {
        match &self.storage {
            Storage::Stencil(s) => s.len(),
            Storage::Rows(rows) => rows.rows,
        }
    }

    fn apply(&self, x: &[T], y: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => s.apply(self.uniform(), x, y),
            Storage::Rows(rows) => rows.matvec(x, y),
        }
    }

    fn residual(&self, b: &[T], x: &[T], r: &mut [T]) {
        match &self.storage {
            Storage::Stencil(s) => s.residual(self.uniform(), b, x, (0, s.len()), r),
            Storage::Rows(rows) => rows.residual(b, x, (0, rows.rows), r),
        }
    }

    fn apply_transposed(&self, x: &[T], y: &mut [T]) -> bool {
        self.transposed().matvec(x, y);
        true
    }

    fn cost(&self) -> Cost {
        let scalar = size_of::<T>() as u64;
        match &self.storage {
            Storage::Stencil(s) => {
                let (n, points) = (s.len() as u64, 1 + 2 * s.links.len() as u64);
                Cost { flops: (2 * points - 1) * n, bytes: (points + 2) * n * scalar }
            }
            Storage::Rows(rows) => {
                let (n, entries) = (rows.rows as u64, rows.nnz() as u64);
                Cost { flops: (2 * entries).saturating_sub(n), bytes: entries * (scalar + 4) + n * (2 * scalar + 4) }
            }
        }
    }
}
