//! The order in which the rows and columns of a matrix arrive while methods run.

use std::ops::Range;

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::csr::Csr;

/// A plan of arrivals: a first block is known at the start, then come batches of rows, of columns, or of both in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// Rows and columns known at the start.
    pub first: [usize; 2],
    /// Rows and columns in the end.
    pub all: [usize; 2],
    /// Rows or columns that arrive at once.
    pub batch: usize,
}

/// What has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Present {
    /// Rows and columns.
    pub have: [usize; 2],
    /// Batches so far.
    pub batches: u64,
}

impl Present {
    pub fn save(&self, out: &mut StateWriter) {
        for value in [self.batches, self.have[0] as u64, self.have[1] as u64] {
            out.bits(value);
        }
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.batches = from.bits();
        self.have = [from.bits() as usize, from.bits() as usize];
    }
}

/// A batch: rows (side 0) or columns (side 1) of these numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub side: usize,
    pub range: Range<usize>,
}

impl Arrivals {
    /// What is known at the start.
    pub(crate) fn start(&self) -> Present {
        Present { have: self.first, batches: 0 }
    }

    /// Lets the next batch arrive; `None` once all is there. Where rows and columns are both missing, they take turns, rows
    /// first.
    pub(crate) fn next(&self, present: &mut Present) -> Option<Batch> {
        let missing = |side: usize| present.have[side] < self.all[side];
        let turn = (present.batches % 2) as usize;
        let side = [turn, 1 - turn].into_iter().find(|&s| missing(s))?;
        let range = present.have[side]..(present.have[side] + self.batch).min(self.all[side]);
        present.have[side] = range.end;
        present.batches += 1;
        Some(Batch { side, range })
    }

    /// Whether nothing more arrives.
    pub(crate) fn done(&self, present: &Present) -> bool {
        present.have == self.all
    }

    /// Share of rows and columns that came after the start, or 1 where none had to.
    pub(crate) fn share(&self, present: &Present) -> f64 {
        let count = |of: &[usize; 2]| (of[0] + of[1] - self.first[0] - self.first[1]) as f64;
        let all = count(&self.all);
        if all > 0.0 { count(&present.have) / all } else { 1.0 }
    }
}

/// Entries of row `i` of `a` whose other index is below `have`.
pub(crate) fn known(a: &Csr, i: usize, have: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
    a.row_iter(i).take_while(move |(j, _)| *j < have)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_take_turns_until_all_are_there() {
        let plan = Arrivals { first: [2, 3], all: [7, 5], batch: 2 };
        let mut present = plan.start();
        let mut seen = Vec::new();
        while let Some(batch) = plan.next(&mut present) {
            seen.push((batch.side, batch.range));
        }
        assert_eq!(seen, [(0, 2..4), (1, 3..5), (0, 4..6), (0, 6..7)]);
        assert_eq!((present.have, plan.share(&present)), ([7, 5], 1.0));
        assert_eq!(plan.next(&mut present), None);
        let whole = Arrivals { first: [7, 5], ..plan };
        assert_eq!(whole.share(&whole.start()), 1.0);
    }
}
