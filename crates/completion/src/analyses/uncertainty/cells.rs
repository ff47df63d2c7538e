//! The cells whose predictions are followed.

use iterscope_kernels::rng::Rng;

use crate::model::factors::Factors;
use crate::model::{Data, HeldOut, Model};

/// Cells that are followed; of more, as many are drawn.
const MOST: usize = 20_000;

/// A cell that is followed.
pub(super) struct Hidden {
    pub row: u32,
    pub col: u32,
    /// What the run predicts, baseline excluded.
    pub predicted: f64,
    /// Its value, where known: of an entry held out or of the truth.
    pub value: f64,
    /// The value is data, with the noise of data.
    pub data: bool,
}

/// Entries held out, and unseen ones, both in the order of rows; those between connected parts of what is seen are left out:
/// nothing determines them.
pub(super) fn cells(model: &Model, x: &Factors) -> Vec<Hidden> {
    let mut rng = Rng::new(1);
    let hidden = |row: u32, col: u32, value: f64, data: bool| Hidden {
        row,
        col,
        predicted: x.at(row as usize, col as usize),
        value,
        data,
    };
    let kept = model.held_out.len();
    // Each is taken with the chance that leaves about as many as wanted.
    let mut out: Vec<Hidden> = Vec::new();
    let linked = |e: &HeldOut| match &model.data {
        Data::Entries(entries) => entries.parts.linked(e.row as usize, e.col as usize),
        Data::Sensing(_) => true,
    };
    for e in model.held_out.iter().filter(|e| linked(e)) {
        if kept <= MOST || rng.uniform() * (kept as f64) < MOST as f64 {
            out.push(hidden(e.row, e.col, e.value, true));
        }
    }
    let Data::Entries(entries) = &model.data else { return out };
    let room = MOST.saturating_sub(out.len());
    let unseen = model.rows * model.cols - entries.count() - kept;
    let mut take = |i: usize, j: usize, rng: &mut Rng| {
        let known = entries.by_row.row(i).0.binary_search(&(j as u32)).is_ok() || !entries.parts.linked(i, j);
        let place = (i as u32, j as u32);
        if known || model.held_out.binary_search_by_key(&place, |e| (e.row, e.col)).is_ok() {
            return;
        }
        if unseen <= room || rng.uniform() * (unseen as f64) < room as f64 {
            out.push(hidden(place.0, place.1, model.true_entry(i, j).unwrap_or(f64::NAN), false));
        }
    };
    let all = model.rows * model.cols;
    if all <= 50 * MOST {
        (0..all).for_each(|e| take(e / model.cols, e % model.cols, &mut rng));
    } else {
        // So many cells are not walked through: as many are drawn, and a few may be drawn twice.
        let mut drawn: Vec<usize> = (0..room).map(|_| rng.below(all)).collect();
        drawn.sort_unstable();
        drawn.dedup();
        for e in drawn {
            let (i, j) = (e / model.cols, e % model.cols);
            if entries.by_row.row(i).0.binary_search(&(j as u32)).is_err() && entries.parts.linked(i, j) {
                out.push(hidden(i as u32, j as u32, model.true_entry(i, j).unwrap_or(f64::NAN), false));
            }
        }
    }
    out
}
