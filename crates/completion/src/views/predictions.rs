//! Ratings: predictions of those held out, and recommendations, to take away.

use iterscope_core::Artifact;
use iterscope_core::artifact::Cell;

use crate::model::factors::Factors;
use crate::model::{Data, Model, Ratings};

/// The most recommendations for one user in the result.
const BEST: usize = 10;
/// The most users who get recommendations in the result.
const USERS: usize = 2000;

/// First the entries held out, by user and item, beside their true values, then up to 10 unseen items with the highest
/// predictions for each of the first 2000 users.
pub fn table(model: &Model, form: &Ratings, x: &Factors) -> Artifact {
    let user = |i: usize| Cell::Text(form.users[i].clone());
    let item = |j: usize| Cell::Text(form.items[j].clone());
    let columns = ["user", "item", "predicted", "actual", "kind"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    let mut held_out = |i: u32, j: u32, actual: f64, predicted: f64| {
        let (user, item) = (user(i as usize), item(j as usize));
        rows.push(vec![user, item, Cell::Real(predicted), Cell::Real(actual), Cell::Text("held out".into())]);
    };
    // Of a run repeated on everything, those predictions count that were made before.
    if let Some(tested) = &model.tested {
        tested.entries.iter().for_each(|&(i, j, actual, predicted)| held_out(i, j, actual, predicted));
    }
    for e in &model.held_out {
        let (i, j) = (e.row as usize, e.col as usize);
        held_out(e.row, e.col, model.baseline.at(i, j) + e.value, model.predicted(x, i, j));
    }
    let mut best = Vec::with_capacity(BEST + 1);
    for i in 0..model.rows.min(USERS) {
        recommend(model, x, i, BEST, &mut best);
        for &(value, j) in &best {
            let unknown = Cell::Text(String::new());
            let value = model.on_scale(value);
            rows.push(vec![user(i), item(j), Cell::Real(value), unknown, Cell::Text("recommended".into())]);
        }
    }
    Artifact::Table { columns, rows }
}

/// The unseen columns of row `i` with the highest predictions, best first, into `best`: at most `most` of them.
fn recommend(model: &Model, x: &Factors, i: usize, most: usize, best: &mut Vec<(f64, usize)>) {
    best.clear();
    let Data::Entries(entries) = &model.data else { return };
    let mut known = entries.by_row.row(i).0.iter().peekable();
    for j in 0..model.cols {
        // Of a user whose ratings no one shares with those of an item, nothing is claimed about it.
        let apart = entries.parts.of_row(i).is_some() && !entries.parts.linked(i, j);
        if known.next_if(|&&c| c as usize == j).is_some() || is_held_out(model, i, j) || apart {
            continue;
        }
        let value = model.predicted(x, i, j);
        // Earlier items win ties, so the order never depends on how the list is kept.
        let place = best.iter().position(|&(b, _)| value > b).unwrap_or(best.len());
        if place < most {
            best.insert(place, (value, j));
            best.truncate(most);
        }
    }
}

/// Whether (i, j) is known to the referee alone; entries held out are sorted by row and column.
fn is_held_out(model: &Model, i: usize, j: usize) -> bool {
    model.held_out.binary_search_by_key(&(i as u32, j as u32), |e| (e.row, e.col)).is_ok()
}
