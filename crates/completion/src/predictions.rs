//! Ratings: errors of prediction, how well the best are put first, recommendations to take away.

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Level};

use crate::factors::Factors;
use crate::model::{Data, Form, HeldOut, Model};

/// The most recommendations for one user in the result.
const BEST: usize = 10;
/// The most users who get recommendations in the result.
const USERS: usize = 2000;

/// What the rows and columns of a matrix of ratings are, and how predictions are read.
#[derive(Debug)]
pub struct Ratings {
    /// Names of the rows.
    pub users: Vec<String>,
    /// Names of the columns.
    pub items: Vec<String>,
    /// Predictions are brought into this range, where one is given.
    pub clip: Option<(f64, f64)>,
    /// The k of NDCG@k.
    pub top: usize,
    /// The lowest rating seen: it counts nothing in a ranking.
    pub least: f64,
}

impl Model {
    /// The predicted value at (i, j), baseline included. A row or column without a seen entry has no factor to speak of,
    /// whatever a method leaves there: the baseline alone predicts.
    pub fn predicted(&self, x: &Factors, i: usize, j: usize) -> f64 {
        let value = self.baseline.at(i, j) + self.factor_part(x, i, j);
        match &self.form {
            Form::Ratings(Ratings { clip: Some((lo, hi)), .. }) => value.clamp(*lo, *hi),
            _ => value,
        }
    }

    fn factor_part(&self, x: &Factors, i: usize, j: usize) -> f64 {
        match &self.data {
            Data::Entries(e) if e.by_row.row(i).0.is_empty() || e.by_col.row(j).0.is_empty() => 0.0,
            _ => x.at(i, j),
        }
    }

    /// Prediction minus value of an entry kept back.
    fn miss(&self, x: &Factors, e: &HeldOut) -> f64 {
        let (i, j) = (e.row as usize, e.col as usize);
        match &self.form {
            Form::Ratings(Ratings { clip: Some(_), .. }) => {
                self.predicted(x, i, j) - (self.baseline.at(i, j) + e.value)
            }
            _ => self.factor_part(x, i, j) - e.value,
        }
    }

    /// Root mean square and mean magnitude of the errors on the entries kept back.
    pub fn held_out_errors(&self, x: &Factors) -> (f64, f64) {
        let (mut squares, mut sizes) = (0.0, 0.0);
        for e in &self.held_out {
            let miss = self.miss(x, e);
            squares += miss * miss;
            sizes += miss.abs();
        }
        let count = self.held_out.len() as f64;
        ((squares / count).sqrt(), sizes / count)
    }
}

/// Where the error of the entries kept back would lie without any factor, as a line in the chart; none where nothing was
/// kept back or subtracted.
pub fn without_factors(held_out: &[HeldOut], subtracted: bool, label: &str) -> Option<Level> {
    let squares = held_out.iter().map(|e| e.value * e.value).sum::<f64>();
    let value = (squares / held_out.len() as f64).sqrt();
    (subtracted && !held_out.is_empty()).then(|| Level { series: "rmse.heldout".into(), label: label.into(), value })
}

/// The normalised discounted cumulative gain of the ratings kept back (Järvelin and Kekäläinen, 2002): for each user with
/// at least two of them, of different values, the sum of `(rating - least) / log2(place + 1)` over the first k places of
/// the order that predictions give, divided by that of the best order. Returns the mean over these users; NaN where there
/// is none. `order` is work space.
pub fn ndcg(model: &Model, x: &Factors, top: usize, least: f64, order: &mut Vec<(f64, f64)>) -> f64 {
    let (mut sum, mut users) = (0.0, 0u32);
    for of_user in model.held_out.chunk_by(|a, b| a.row == b.row) {
        order.clear();
        order.extend(of_user.iter().map(|e| {
            let (i, j) = (e.row as usize, e.col as usize);
            // A rating below all that were seen counts nothing as well.
            (model.predicted(x, i, j), (model.baseline.at(i, j) + e.value - least).max(0.0))
        }));
        let first = order[0].1;
        if order.iter().all(|o| o.1 == first) {
            continue;
        }
        // Equal predictions count in their worst order, so that a constant earns nothing by the order of the file.
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
        let found = gain(order, top);
        order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        sum += found / gain(order, top);
        users += 1;
    }
    sum / f64::from(users)
}

fn gain(order: &[(f64, f64)], top: usize) -> f64 {
    order.iter().take(top).enumerate().map(|(place, o)| o.1 / libm::log2(place as f64 + 2.0)).sum()
}

/// First the entries kept back, by user and item, beside their true values, then up to 10 unseen items with the highest
/// predictions for each of the first 2000 users.
pub fn table(model: &Model, form: &Ratings, x: &Factors) -> Artifact {
    let user = |i: usize| Cell::Text(form.users[i].clone());
    let item = |j: usize| Cell::Text(form.items[j].clone());
    let columns = ["user", "item", "predicted", "actual", "kind"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for e in &model.held_out {
        let (i, j) = (e.row as usize, e.col as usize);
        let (predicted, actual) = (Cell::Real(model.predicted(x, i, j)), Cell::Real(model.baseline.at(i, j) + e.value));
        rows.push(vec![user(i), item(j), predicted, actual, Cell::Text("held out".into())]);
    }
    let mut best = Vec::with_capacity(BEST + 1);
    for i in 0..model.rows.min(USERS) {
        recommend(model, x, i, BEST, &mut best);
        for &(value, j) in &best {
            let unknown = Cell::Text(String::new());
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
        if known.next_if(|&&c| c as usize == j).is_some() || is_held_out(model, i, j) {
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

/// Whether (i, j) is known to the referee alone; entries kept back are sorted by row and column.
fn is_held_out(model: &Model, i: usize, j: usize) -> bool {
    model.held_out.binary_search_by_key(&(i as u32, j as u32), |e| (e.row, e.col)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Entries;

    #[test]
    fn gains_are_discounted_and_normalised() {
        // One user, three items kept back with ratings 3, 2, 1; a second user with equal ratings does not count.
        let data = Data::Entries(Entries::new(2, 4, &[(0, 3, 1.0), (1, 3, 1.0), (1, 0, 1.0)], "x").expect("entries"));
        let mut model = Model::new(2, 4, 1, data);
        let kept = |row, col, value| HeldOut { row, col, value };
        model.held_out = vec![kept(0, 0, 3.0), kept(0, 1, 2.0), kept(0, 2, 1.0), kept(1, 1, 2.0), kept(1, 2, 2.0)];
        let mut order = Vec::new();
        let x = Factors { rank: 1, u: vec![1.0, 1.0], v: vec![1.0, 2.0, 3.0, 0.0] };
        // Columns 1 and 2 have no seen entry, so the baseline predicts 0 there, and column 0 comes first.
        let ideal = 3.0 + 2.0 / libm::log2(3.0) + 0.5;
        let worst_tie = 3.0 + 1.0 / libm::log2(3.0) + 1.0;
        assert!((ndcg(&model, &x, 3, 0.0, &mut order) - worst_tie / ideal).abs() < 1e-14);
        let back = Factors { rank: 1, u: vec![-1.0, 1.0], v: x.v.clone() };
        let found = 1.0 + 2.0 / libm::log2(3.0) + 1.5;
        assert!((ndcg(&model, &back, 3, 0.0, &mut order) - found / ideal).abs() < 1e-14);
        assert!((ndcg(&model, &back, 1, 0.0, &mut order) - 1.0 / 3.0).abs() < 1e-14);
        model.held_out.truncate(1);
        assert!(ndcg(&model, &x, 3, 0.0, &mut order).is_nan());
    }
}
