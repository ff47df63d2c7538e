//! The entries that methods see and those that they do not, and what was subtracted from both.

use iterscope_core::BuildError;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::reduce::norm2;

use super::arrivals::Arrivals;
use super::parts::Parts;

/// Known entries of a sparse table, in both orders. Nothing here has the size of the full matrix.
#[derive(Debug)]
pub struct Entries {
    /// By rows.
    pub by_row: Csr,
    /// By columns: the transpose of `by_row`.
    pub by_col: Csr,
    /// Frobenius norm of the known entries; 1 where all are zero.
    pub norm: f64,
    /// What the entries link.
    pub parts: Parts,
    /// How rows and columns arrive, where they do so while methods run.
    pub arrivals: Option<Arrivals>,
}

impl Entries {
    /// From (row, column, value) triplets, each place at most once.
    ///
    /// # Errors
    /// `field` is named where there is no entry at all, or one lies outside the matrix.
    pub fn new(rows: usize, cols: usize, triplets: &[(u32, u32, f64)], field: &str) -> Result<Entries, BuildError> {
        if triplets.is_empty() {
            return Err(BuildError::new(field, "no entry is seen; a method needs at least one"));
        }
        let by_row = Csr::from_triplets(rows, cols, triplets).map_err(|e| BuildError::new(field, e.to_string()))?;
        Ok(Entries::of(by_row))
    }

    /// The same, giving back the memory of the triplets before the second order is made.
    ///
    /// # Errors
    /// As for [`Entries::new`].
    pub fn consume(
        rows: usize,
        cols: usize,
        triplets: Vec<(u32, u32, f64)>,
        field: &str,
    ) -> Result<Entries, BuildError> {
        if triplets.is_empty() {
            return Err(BuildError::new(field, "no entry is seen; a method needs at least one"));
        }
        let by_row = Csr::from_triplets(rows, cols, &triplets).map_err(|e| BuildError::new(field, e.to_string()))?;
        drop(triplets);
        Ok(Entries::of(by_row))
    }

    fn of(by_row: Csr) -> Entries {
        let norm = norm2(&by_row.values);
        let by_col = by_row.transpose();
        let parts = Parts::of(&by_row);
        Entries { by_row, by_col, norm: if norm > 0.0 { norm } else { 1.0 }, parts, arrivals: None }
    }

    /// Those of the transposed matrix, all of them there from the start.
    pub(crate) fn transposed(&self) -> Entries {
        let (by_row, by_col) = (self.by_col.clone(), self.by_row.clone());
        Entries { parts: Parts::of(&by_row), by_row, by_col, norm: self.norm, arrivals: None }
    }

    /// All entries as triplets, and those held out, both with the baseline added again.
    pub(crate) fn restored(&self, held_out: &[HeldOut], baseline: &Baseline) -> Vec<(u32, u32, f64)> {
        let restore = |i: usize, j: usize, value: f64| (i as u32, j as u32, value + baseline.at(i, j));
        let seen = (0..self.by_row.rows).flat_map(|i| self.by_row.row_iter(i).map(move |(j, v)| restore(i, j, v)));
        seen.chain(held_out.iter().map(|e| restore(e.row as usize, e.col as usize, e.value))).collect()
    }

    /// Number of known entries.
    pub fn count(&self) -> usize {
        self.by_row.nnz()
    }

    /// By rows (side 0) or by columns (side 1).
    pub(crate) fn by(&self, side: usize) -> &Csr {
        if side == 0 { &self.by_row } else { &self.by_col }
    }

    /// Share of the matrix that is known.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / (self.by_row.rows as f64 * self.by_row.cols as f64)
    }

    /// The mean of the seen entries of column `j`, and their standard deviation; none without entries, and NaN for the
    /// deviation of one alone.
    pub fn column(&self, j: usize) -> Option<(f64, f64)> {
        spread(self.by_col.row(j).1)
    }

    /// The largest number of entries in one row or one column.
    pub fn longest(&self) -> usize {
        longest(&self.by_row).max(longest(&self.by_col))
    }
}

/// Mean and standard deviation.
fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (!values.is_empty()).then(|| (mean, (squares / (count - 1.0)).sqrt()))
}

fn longest(a: &Csr) -> usize {
    a.indptr.windows(2).map(|w| (w[1] - w[0]) as usize).max().unwrap_or(0)
}

/// What was subtracted from the entries: entry (i, j) of the data is `mean + row[i] + col[j]` plus what methods see.
#[derive(Debug)]
pub struct Baseline {
    /// Mean of the seen entries, or 0.
    pub mean: f64,
    /// One number for each row.
    pub row: Vec<f64>,
    /// One number for each column.
    pub col: Vec<f64>,
}

impl Baseline {
    /// The baseline that subtracts nothing.
    pub fn zero(rows: usize, cols: usize) -> Baseline {
        Baseline { mean: 0.0, row: vec![0.0; rows], col: vec![0.0; cols] }
    }

    /// Its value at (i, j).
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.mean + self.row[i] + self.col[j]
    }
}

/// One entry that methods do not see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldOut {
    /// Row.
    pub row: u32,
    /// Column.
    pub col: u32,
    /// Value, baseline subtracted.
    pub value: f64,
}
