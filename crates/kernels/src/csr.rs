//! Sparse matrices in compressed sparse row (CSR) form.

use core::fmt;

use crate::compiled::Compiled;
use crate::real::Real;

/// A sparse matrix by rows. Within a row the columns rise strictly, so there are no duplicates; explicit zeros stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr<T = f64> {
    /// The number of rows.
    pub rows: usize,
    /// The number of columns.
    pub cols: usize,
    /// Where each row starts in `indices` and `values`; `rows + 1` entries.
    pub indptr: Vec<u32>,
    /// The column of each stored entry.
    pub indices: Vec<u32>,
    /// The value of each stored entry.
    pub values: Vec<T>,
}

/// Why triplets make no matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrError {
    /// The triplet at this position names a row or a column outside the matrix.
    OutOfRange {
        /// The position in the list of triplets, from 0.
        position: usize,
    },
    /// More rows, columns or triplets than 32-bit indices can count.
    TooLarge,
}

impl fmt::Display for CsrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { position } => {
                write!(f, "entry {} names a row or a column outside the matrix", position + 1)
            }
            Self::TooLarge => f.write_str("more rows, columns or entries than 32-bit indices can count"),
        }
    }
}

impl core::error::Error for CsrError {}

impl<T: Real> Csr<T> {
    /// Builds a `rows` x `cols` matrix from (row, column, value) triplets in any order. Duplicates are summed in the
    /// order in which they come.
    pub fn from_triplets(rows: usize, cols: usize, triplets: &[(u32, u32, T)]) -> Result<Self, CsrError> {
        let most = u32::MAX as usize;
        if rows >= most || cols >= most || triplets.len() >= most {
            return Err(CsrError::TooLarge);
        }
        let outside = |&(i, j, _): &(u32, u32, T)| i as usize >= rows || j as usize >= cols;
        if let Some(position) = triplets.iter().position(outside) {
            return Err(CsrError::OutOfRange { position });
        }
        // Two stable bucket sorts, by column and then by row, keep the order of duplicates.
        let by_column = bucket_order(cols, triplets.len(), 0..triplets.len() as u32, |t| triplets[t as usize].1).0;
        let (order, starts) = bucket_order(rows, triplets.len(), by_column.into_iter(), |t| triplets[t as usize].0);
        let mut matrix = Self {
            rows,
            cols,
            indptr: Vec::with_capacity(rows + 1),
            indices: Vec::with_capacity(triplets.len()),
            values: Vec::with_capacity(triplets.len()),
        };
        matrix.indptr.push(0);
        for row in starts.windows(2) {
            let row_start = matrix.indices.len();
            for &t in &order[row[0] as usize..row[1] as usize] {
                let (_, j, v) = triplets[t as usize];
                if matrix.indices.len() > row_start && matrix.indices.last() == Some(&j) {
                    let last = matrix.values.len() - 1;
                    matrix.values[last] += v;
                } else {
                    matrix.indices.push(j);
                    matrix.values.push(v);
                }
            }
            matrix.indptr.push(matrix.indices.len() as u32);
        }
        Ok(matrix)
    }

    /// The number of stored entries.
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }

    /// The columns and the values of row `i`.
    pub fn row(&self, i: usize) -> (&[u32], &[T]) {
        let range = self.indptr[i] as usize..self.indptr[i + 1] as usize;
        (&self.indices[range.clone()], &self.values[range])
    }

    /// The (column, value) pairs of row `i`, columns rising.
    pub fn row_iter(&self, i: usize) -> impl ExactSizeIterator<Item = (usize, T)> + '_ {
        let (columns, values) = self.row(i);
        columns.iter().zip(values).map(|(&j, &v)| (j as usize, v))
    }

    /// The rows and columns of these numbers, which ascend, and for each entry its place in the whole.
    ///
    /// # Panics
    /// Where a number is beyond the rows or columns.
    #[must_use]
    pub fn within(&self, kept: &[u32]) -> (Self, Vec<u32>) {
        let mut numbers = vec![u32::MAX; self.cols];
        kept.iter().zip(0..).for_each(|(&k, number)| numbers[k as usize] = number);
        let (mut indptr, mut indices, mut sources) = (vec![0], Vec::new(), Vec::new());
        for &i in kept {
            for at in self.indptr[i as usize]..self.indptr[i as usize + 1] {
                let number = numbers[self.indices[at as usize] as usize];
                if number != u32::MAX {
                    indices.push(number);
                    sources.push(at);
                }
            }
            indptr.push(indices.len() as u32);
        }
        let values = sources.iter().map(|&at| self.values[at as usize]).collect();
        (Csr { rows: kept.len(), cols: kept.len(), indptr, indices, values }, sources)
    }

    /// The transposed matrix.
    pub fn transpose(&self) -> Self {
        let entries = 0..self.nnz() as u32;
        let (order, indptr) = bucket_order(self.cols, self.nnz(), entries, |t| self.indices[t as usize]);
        let mut row_of = vec![0u32; self.nnz()];
        for (i, bounds) in self.indptr.windows(2).enumerate() {
            row_of[bounds[0] as usize..bounds[1] as usize].fill(i as u32);
        }
        Self {
            rows: self.cols,
            cols: self.rows,
            indptr,
            indices: order.iter().map(|&t| row_of[t as usize]).collect(),
            values: order.iter().map(|&t| self.values[t as usize]).collect(),
        }
    }

    /// The product with another matrix, row by row (F. G. Gustavson, Two fast algorithms for sparse matrices, ACM Transactions on Mathematical
    /// Software 4, 1978). Each entry is summed in the order of the columns of `self`; entries that come out zero stay.
    ///
    /// # Panics
    /// Where `other` has not as many rows as `self` has columns.
    pub fn times(&self, other: &Self) -> Self {
        assert_eq!(self.cols, other.rows, "the inner sizes agree");
        let mut out =
            Self { rows: self.rows, cols: other.cols, indptr: vec![0], indices: Vec::new(), values: Vec::new() };
        let (mut sum, mut seen) = (vec![T::ZERO; other.cols], vec![u32::MAX; other.cols]);
        for i in 0..self.rows {
            let start = out.indices.len();
            for (k, a) in self.row_iter(i) {
                for (j, b) in other.row_iter(k) {
                    if seen[j] != i as u32 {
                        seen[j] = i as u32;
                        sum[j] = T::ZERO;
                        out.indices.push(j as u32);
                    }
                    sum[j] += a * b;
                }
            }
            out.indices[start..].sort_unstable();
            out.values.extend(out.indices[start..].iter().map(|&j| sum[j as usize]));
            out.indptr.push(out.indices.len() as u32);
        }
        out
    }

    /// The same matrix in another precision.
    pub fn cast<S: Real>(&self) -> Csr<S> {
        Csr {
            rows: self.rows,
            cols: self.cols,
            indptr: self.indptr.clone(),
            indices: self.indices.clone(),
            values: self.values.iter().map(|v| S::from_f64(v.to_f64())).collect(),
        }
    }

    /// The entry in row `i` and column `j`; zero where none is stored.
    pub fn entry(&self, i: usize, j: usize) -> T {
        let (columns, values) = self.row(i);
        columns.binary_search(&(j as u32)).map_or(T::ZERO, |at| values[at])
    }

    /// The diagonal, zero where no entry is stored.
    pub fn diagonal(&self) -> Vec<T> {
        (0..self.rows.min(self.cols)).map(|i| self.entry(i, i)).collect()
    }

    /// Gives `finish` the number of each row of a range and its product with `x`, summed in the order of the columns.
    #[inline(always)]
    pub(crate) fn rows_dot(&self, x: &[T], (from, to): (usize, usize), mut finish: impl FnMut(usize, T)) {
        assert_eq!(x.len(), self.cols, "the input has one entry per column");
        for i in from..to {
            let (columns, values) = self.row(i);
            let mut total = T::ZERO;
            for (&j, &v) in columns.iter().zip(values) {
                total += v * x[j as usize];
            }
            finish(i, total);
        }
    }
}

impl<T: Compiled> Csr<T> {
    /// y = A x; `x` has `cols` entries, `y` has `rows`. Each row is summed in the order of its columns.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn matvec(&self, x: &[T], y: &mut [T]) {
        assert_eq!(y.len(), self.rows, "the output has one entry per row");
        T::multiply(self, x, y);
    }

    /// r = b - A x for the rows of a range, whose part of the residual `r` is.
    ///
    /// # Panics
    /// Where a length is wrong.
    pub fn residual(&self, b: &[T], x: &[T], range: (usize, usize), r: &mut [T]) {
        T::remainder(self, b, x, range, r);
    }
}

/// Sorts items stably into buckets: the order, and where each bucket starts in it (with the end as a last entry).
fn bucket_order(
    buckets: usize,
    count: usize,
    items: impl Iterator<Item = u32> + Clone,
    key: impl Fn(u32) -> u32,
) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; buckets + 1];
    for t in items.clone() {
        starts[key(t) as usize + 1] += 1;
    }
    for b in 0..buckets {
        starts[b + 1] += starts[b];
    }
    let mut next = starts.clone();
    let mut order = vec![0u32; count];
    for t in items {
        let place = &mut next[key(t) as usize];
        order[*place as usize] = t;
        *place += 1;
    }
    (order, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn random(rows: usize, cols: usize, count: usize) -> (Vec<(u32, u32, f64)>, Vec<f64>) {
        let mut rng = Rng::new(3);
        let mut dense = vec![0.0; rows * cols];
        let triplets = (0..count)
            .map(|_| {
                let (i, j, v) = (rng.below(rows), rng.below(cols), rng.normal());
                dense[i * cols + j] += v;
                (i as u32, j as u32, v)
            })
            .collect();
        (triplets, dense)
    }

    #[test]
    fn triplets_are_sorted_and_duplicates_summed_in_order() {
        let (triplets, dense) = random(13, 7, 60);
        let a = Csr::from_triplets(13, 7, &triplets).expect("valid");
        assert!(a.nnz() < 60, "there are duplicates");
        let mut seen = vec![0.0; dense.len()];
        for i in 0..13 {
            assert!(a.row(i).0.windows(2).all(|w| w[0] < w[1]));
            for (j, v) in a.row_iter(i) {
                seen[i * 7 + j] = v;
            }
        }
        assert_eq!(seen, dense);
    }

    #[test]
    fn transpose_and_matvec() {
        let (triplets, dense) = random(13, 7, 60);
        let a = Csr::from_triplets(13, 7, &triplets).expect("valid");
        let flipped: Vec<_> = triplets.iter().map(|&(i, j, v)| (j, i, v)).collect();
        assert_eq!(a.transpose(), Csr::from_triplets(7, 13, &flipped).expect("valid"));
        assert_eq!(a.transpose().transpose(), a);
        let mut x = vec![0.0; 7];
        Rng::new(5).normal_fill(&mut x);
        let mut y = vec![f64::NAN; 13];
        a.matvec(&x, &mut y);
        for i in 0..13 {
            let plain: f64 = (0..7).map(|j| dense[i * 7 + j] * x[j]).sum();
            assert!((y[i] - plain).abs() < 1e-14);
        }
    }

    #[test]
    fn product() {
        let ((x, dense_x), (y, dense_y)) = (random(13, 7, 60), random(7, 9, 30));
        let (a, b) = (Csr::from_triplets(13, 7, &x).expect("valid"), Csr::from_triplets(7, 9, &y).expect("valid"));
        let c = a.times(&b);
        for i in 0..13 {
            assert!(c.row(i).0.windows(2).all(|w| w[0] < w[1]));
            for j in 0..9 {
                let plain: f64 = (0..7).map(|k| dense_x[i * 7 + k] * dense_y[k * 9 + j]).sum();
                assert!((c.entry(i, j) - plain).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn empty_and_wrong_input() {
        let a = Csr::<f64>::from_triplets(3, 0, &[]).expect("valid");
        assert_eq!((a.nnz(), a.indptr.len(), a.transpose().indptr.len()), (0, 4, 1));
        let wrong = Csr::from_triplets(2, 2, &[(0, 0, 1.0), (1, 2, 1.0)]);
        assert_eq!(wrong, Err(CsrError::OutOfRange { position: 1 }));
        assert_eq!(
            wrong.map_err(|e| e.to_string()).err().as_deref(),
            Some("entry 2 names a row or a column outside the matrix")
        );
    }

    #[test]
    fn rows_and_columns_are_taken_out_with_their_places() {
        let whole = [(0, 0, 1.0), (0, 2, 2.0), (1, 0, 3.0), (2, 1, 4.0), (2, 2, 5.0), (2, 3, 6.0), (3, 3, 7.0)];
        let whole = Csr::from_triplets(4, 4, &whole).expect("valid");
        let (within, places) = whole.within(&[0, 2]);
        assert_eq!(within, Csr::from_triplets(2, 2, &[(0, 0, 1.0), (0, 1, 2.0), (1, 1, 5.0)]).expect("valid"));
        assert_eq!(places, [0, 1, 4]);
        assert_eq!(whole.within(&[0, 1, 2, 3]).0, whole);
    }
}
