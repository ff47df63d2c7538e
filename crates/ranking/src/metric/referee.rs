//! Measures and draws a table of distances by shortest paths of its own.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, PictureKind, Referee};

use super::{Dissimilarities, shortest_paths};

/// Excess over a detour, as part of the largest given dissimilarity, from which on a triangle counts as violated.
const VIOLATED: f64 = 1e-6;

/// What is not yet a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Violations {
    /// Largest excess over the shortest path.
    pub largest: f64,
    /// Pairs further apart than some path.
    pub pairs: usize,
    /// Triangles with a side longer than the others together.
    pub triangles: usize,
}

impl Violations {
    /// Of the table `now` with its shortest paths `distance`.
    pub fn count(table: &Dissimilarities, now: &[f64], distance: &[f64]) -> Violations {
        let n = table.items;
        let threshold = VIOLATED * table.largest;
        let mut found = Violations::default();
        for &(u, v) in &table.known {
            let (u, v) = (u as usize, v as usize);
            let excess = now[u * n + v] - distance[u * n + v];
            // A NaN must not pass for a metric.
            if excess > found.largest || excess.is_nan() {
                found.largest = excess;
            }
            if excess > threshold {
                found.pairs += 1;
                let direct = now[u * n + v] - threshold;
                found.triangles += (0..n).filter(|&k| now[u * n + k] + now[k * n + v] < direct).count();
            }
        }
        found
    }
}

/// The referee of one run.
pub struct MetricReferee {
    table: Rc<Dissimilarities>,
    names: Rc<Vec<String>>,
    distance: Vec<f64>,
}

impl MetricReferee {
    /// Against the given `table`.
    pub fn new(table: Rc<Dissimilarities>, names: Rc<Vec<String>>) -> MetricReferee {
        MetricReferee { distance: table.given.clone(), table, names }
    }
}

impl Referee for MetricReferee {
    type Iterate = [f64];

    fn series(&self) -> usize {
        4
    }

    fn measure(&mut self, now: &[f64], out: &mut [f64]) {
        let table = &self.table;
        let n = table.items;
        shortest_paths(n, now, &mut self.distance, None);
        let found = Violations::count(table, now, &self.distance);
        let (mut objective, mut above, mut below) = (0.0, 0.0, 0.0);
        for &(u, v) in &table.known {
            let at = u as usize * n + v as usize;
            let (given, now, metric) = (table.given[at], now[at], self.distance[at]);
            objective += (now - given) * (now - given);
            above += (metric - given) * (metric - given);
            // With the table changed by multiples of the constraints only, the dual function is this difference of squares.
            below += (given - now) * (given + now);
        }
        let gap = if above > 0.0 { (above - below) / above } else { 0.0 };
        let scale = if table.largest > 0.0 { table.largest } else { 1.0 };
        out.copy_from_slice(&[gap, found.largest / scale, objective, found.triangles as f64]);
    }

    fn picture(&mut self, key: &str, now: &[f64], extent: Extent, out: &mut Picture) {
        let n = self.table.items;
        let known = |r: usize, c: usize, value: f64| {
            if self.table.given[r * n + c].is_finite() { value } else { f64::NAN }
        };
        match key {
            "distance" => out.field(n, n, extent, |r, c| known(r, c, now[r * n + c])),
            "change" => out.field(n, n, extent, |r, c| known(r, c, now[r * n + c] - self.table.given[r * n + c])),
            "violation" => {
                shortest_paths(n, now, &mut self.distance, None);
                out.field(n, n, extent, |r, c| known(r, c, now[r * n + c] - self.distance[r * n + c]));
            }
            _ => out.start(PictureKind::Field, 0, 0),
        }
    }

    /// The metric of the shortest paths, pair by pair, those that change most first.
    fn result(&mut self, now: &[f64]) -> Artifact {
        let n = self.table.items;
        shortest_paths(n, now, &mut self.distance, None);
        let of = |&(u, v): &(u32, u32)| {
            let at = u as usize * n + v as usize;
            (self.table.given[at], self.distance[at])
        };
        let mut pairs = self.table.known.clone();
        let change = |p: &(u32, u32)| (of(p).1 - of(p).0).abs();
        pairs.sort_by(|a, b| change(b).total_cmp(&change(a)).then(a.cmp(b)));
        let row = |p: &(u32, u32)| {
            let (given, metric) = of(p);
            let name = |i: u32| Cell::Text(self.names[i as usize].clone());
            vec![name(p.0), name(p.1), Cell::Real(given), Cell::Real(metric), Cell::Real(metric - given)]
        };
        let rows = pairs.iter().map(row).collect();
        let columns = ["item", "other", "given", "distance", "change"].map(String::from).to_vec();
        Artifact::Table { columns, rows }
    }
}
