//! How well predictions put the best first.

use crate::model::Model;
use crate::model::factors::Factors;

/// The normalised discounted cumulative gain of the ratings held out (Järvelin and Kekäläinen, 2002): for each user with
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Data, Entries, HeldOut};

    #[test]
    fn gains_are_discounted_and_normalised() {
        // One user, three items held out with ratings 3, 2, 1; a second user with equal ratings does not count.
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
