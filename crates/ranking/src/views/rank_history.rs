//! Who stood where, step by step, as one picture: who rose, who fell, and since when the order has been the present one.

use std::cmp::Ordering;
use std::rc::Rc;

use iterscope_core::{Extent, Picture, PictureInfo, PictureKind, Snapshots};

/// Places that are shown, from the first.
const MOST: usize = 24;
/// Rows of the picture, about.
const ROWS: usize = 48;

/// The key of the picture.
pub const KEY: &str = "places";
/// How the picture is listed.
pub const PICTURE: PictureInfo = PictureInfo::new(KEY, "rank history", PictureKind::Field);

/// The first places at the steps measured so far, in a ranking of a number of items.
pub struct RankHistory {
    snapshots: Snapshots<Vec<u32>>,
    order: Vec<u32>,
    /// Sets of items that are ranked together; one set after the other is shown. Empty where there is one.
    sets: Rc<Vec<u32>>,
}

impl RankHistory {
    /// None yet, of the items of these sets.
    pub fn new(sets: Rc<Vec<u32>>) -> Self {
        let order = (0..sets.len() as u32).collect();
        let several = sets.windows(2).any(|w| w[0] != w[1]);
        RankHistory { snapshots: Snapshots::default(), order, sets: if several { sets } else { Rc::default() } }
    }

    /// Looks at the log-strengths at a step.
    pub fn record(&mut self, step: u64, log: &[f64]) {
        let (order, sets) = (&mut self.order, &self.sets);
        self.snapshots.record(step, || leading(order, sets, log));
    }

    /// Forgets what came after `step`.
    pub fn forget_after(&mut self, step: u64) {
        self.snapshots.forget_after(step);
    }

    /// Draws all up to `step`, at which the log-strengths are `log`: a row for each place, a column for some steps. Who held a
    /// place is told by the colour, which is the place that the same item has now; one that has left these places has the
    /// colour beyond the last.
    pub fn draw(&mut self, step: u64, log: &[f64], extent: Extent, out: &mut Picture) {
        let now = leading(&mut self.order, &self.sets, log);
        let places = now.len().min(extent.height.max(1) as usize);
        let tall = (ROWS.min(extent.height as usize) / places.max(1)).max(1);
        let columns = self.snapshots.columns(step, &now, extent.width);
        let present = |item: u32| now[..places].iter().position(|i| *i == item).unwrap_or(places) as f32 + 1.0;
        out.start(PictureKind::Field, columns.len(), places * tall);
        for row in 0..places * tall {
            out.values.extend(columns.iter().map(|c| c.map_or(f32::NAN, |c| present(c[row / tall]))));
        }
        // One item alone still has a scale.
        (out.lo, out.hi) = (1.0, places.max(1) as f32 + 1.0);
    }
}

/// The items on the first places, best first; equal ones in the order of their numbers.
fn leading(order: &mut [u32], sets: &[u32], log: &[f64]) -> Vec<u32> {
    let by = |a: &u32, b: &u32| {
        let (a, b) = (*a as usize, *b as usize);
        let by_set = if sets.is_empty() { Ordering::Equal } else { sets[a].cmp(&sets[b]) };
        by_set.then(log[b].total_cmp(&log[a])).then(a.cmp(&b))
    };
    let places = MOST.min(order.len());
    if places < order.len() {
        order.select_nth_unstable_by(places, by);
    }
    order[..places].sort_unstable_by(by);
    order[..places].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Extent = Extent { width: 200, height: 200 };

    /// The column of a step, one value for each place.
    fn column(out: &Picture, step: usize, places: usize) -> Vec<f32> {
        let (width, tall) = (out.width as usize, out.height as usize / places);
        (0..places).map(|p| out.values[p * tall * width + step]).collect()
    }

    #[test]
    fn a_colour_is_the_place_that_the_holder_has_now() {
        let mut places = RankHistory::new(Rc::new(vec![0; 3]));
        places.record(0, &[0.0, 0.0, 0.0]);
        places.record(1, &[0.0, 1.0, 2.0]);
        let (mut out, now) = (Picture::default(), [0.5, 0.0, 2.0]);
        places.draw(2, &now, WIDE, &mut out);
        assert_eq!((out.width, out.height, out.lo, out.hi), (64, 48, 1.0, 4.0));
        // In the end the order is 2, 0, 1. It was 0, 1, 2, then 2, 1, 0.
        assert_eq!(column(&out, 0, 3), [2.0, 3.0, 1.0]);
        assert_eq!(column(&out, 1, 3), [1.0, 3.0, 2.0]);
        assert_eq!(column(&out, 2, 3), [1.0, 2.0, 3.0]);
        assert!(column(&out, 3, 3).iter().all(|v| v.is_nan()));
        places.forget_after(0);
        places.draw(0, &now, Extent { width: 2, height: 2 }, &mut out);
        assert_eq!((out.width, out.height, out.values.len()), (2, 2, 4));
        assert_eq!(column(&out, 0, 2), [1.0, 2.0]);
    }

    #[test]
    fn of_many_items_the_first_are_found_and_those_that_left_are_beyond_the_last() {
        let n = 500;
        // 0 to 499 in an order that is neither rising nor falling.
        let log: Vec<f64> = (0..n).map(|i| f64::from(i * 77 % n)).collect();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut sorted = order.clone();
        sorted.sort_by(|a, b| log[*b as usize].total_cmp(&log[*a as usize]));
        assert_eq!(leading(&mut order, &[], &log), sorted[..MOST]);
        let (mut places, mut out) = (RankHistory::new(Rc::new(vec![0; n as usize])), Picture::default());
        places.record(0, &log.iter().map(|l| -l).collect::<Vec<_>>());
        places.draw(1, &log, WIDE, &mut out);
        assert_eq!(column(&out, 0, MOST), [MOST as f32 + 1.0; MOST]);
        assert_eq!(out.hi, MOST as f32 + 1.0);
    }
}
