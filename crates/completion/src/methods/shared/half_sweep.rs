//! Half sweeps of alternating least squares: every row of one factor solved exactly, the other factor given.

use iterscope_kernels::csr::Csr;

use crate::linalg::least_squares::RowSolver;

/// Regularisation of one half sweep.
#[derive(Clone, Copy)]
pub(crate) struct Ridge {
    pub lambda: f64,
    /// Multiplied by the number of entries of each row.
    pub weighted: bool,
}

impl Ridge {
    /// The weight for a row of that many entries.
    pub fn of(self, entries: usize) -> f64 {
        if self.weighted { self.lambda * entries as f64 } else { self.lambda }
    }
}

/// Replaces every row of `to` by its solution given `from`.
pub(crate) fn half_sweep(entries: &Csr, from: &[f64], to: &mut [f64], k: usize, ridge: Ridge, rows: &mut RowSolver) {
    for (i, x) in to.chunks_exact_mut(k).enumerate() {
        let own = entries.row_iter(i);
        rows.exact_of(own, from, ridge.of(entries.row(i).0.len()), x);
    }
}

/// Flops of one exact sweep.
pub(crate) fn sweep_flops(count: usize, rows: usize, cols: usize, rank: usize) -> u64 {
    let (c, s, k) = (count as u64, (rows + cols) as u64, rank as u64);
    2 * c * k * k + s * k * k * k / 3
}

/// Bytes of one sweep: every entry with its index and its gathered row, in both orders, and the factors twice.
pub(crate) fn sweep_bytes(count: usize, rows: usize, cols: usize, rank: usize) -> u64 {
    let (c, s, k) = (count as u64, (rows + cols) as u64, rank as u64);
    2 * c * (12 + 8 * k) + 16 * s * k
}
