//! Recomputes from the factors alone what matters about an iterate: residual, errors, gradient, singular values.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, Referee};
use iterscope_kernels::dense::{a_b, jacobi_svd, transpose};
use iterscope_kernels::reduce::norm2;

use crate::draw;
use crate::factors::{Distance, Factors, inner};
use crate::measure::Measure;
use crate::model::{Data, Entries, Model, Truth};
use crate::sensing::{pack_gram, packed};

/// The most recommendations for one user in the result of a ratings problem.
const BEST: usize = 10;
/// The most users who get recommendations in the result of a ratings problem.
const USERS: usize = 2000;

/// The referee of the family. Methods sum by rows and then by columns in their own way; this walks the columns once.
pub struct CompletionReferee {
    model: Rc<Model>,
    true_norm: f64,
    distance: Option<Distance>,
    gradient: Factors,
    packed: Vec<f64>,
    measured: Vec<f64>,
    singular: Vec<f64>,
    rows: Vec<f64>,
    rotations: Vec<f64>,
}

impl CompletionReferee {
    /// A referee for iterates of that rank.
    pub fn new(model: Rc<Model>, rank: usize) -> CompletionReferee {
        let (rows, cols) = (model.rows, model.cols);
        let distance = match &model.truth {
            Some(Truth::Factors(f)) => Some(Distance::new(rows, cols, rank, f.rank)),
            _ => None,
        };
        let (packed, measured, square) = match &model.data {
            Data::Sensing(s) => (vec![0.0; packed(s.d)], vec![0.0; s.len()], rank),
            Data::Entries(_) => (Vec::new(), Vec::new(), 0),
        };
        CompletionReferee {
            true_norm: model.true_norm().unwrap_or(1.0),
            distance,
            gradient: Factors::zero(rows, cols, rank),
            packed,
            measured,
            singular: vec![0.0; square],
            rows: vec![0.0; square * rows],
            rotations: vec![0.0; square * square],
            model,
        }
    }

    /// Relative error on all entries; NaN where the truth is unknown.
    fn error(&mut self, x: &Factors) -> f64 {
        let norm = match (&self.model.truth, &mut self.distance) {
            (Some(Truth::Factors(truth)), Some(distance)) => distance.between(x, truth),
            (Some(Truth::Dense(values)), _) => {
                let mut sum = 0.0;
                for (i, row) in values.chunks_exact(self.model.cols).enumerate() {
                    let mut part = 0.0;
                    for (j, &m) in row.iter().enumerate() {
                        let e = x.at(i, j) - m;
                        part += e * e;
                    }
                    sum += part;
                }
                sum.sqrt()
            }
            _ => f64::NAN,
        };
        norm / self.true_norm
    }

    /// Norm of the residual on the seen entries; leaves the gradient in its buffer.
    fn seen(&mut self, entries: &Entries, x: &Factors) -> f64 {
        let k = x.rank;
        let g = &mut self.gradient;
        g.u.fill(0.0);
        g.v.fill(0.0);
        let mut sum = 0.0;
        for j in 0..entries.by_col.rows {
            let (v, gv) = (x.col(j), &mut g.v[j * k..][..k]);
            let mut part = 0.0;
            for (i, m) in entries.by_col.row_iter(j) {
                let u = x.row(i);
                let e = inner(u, v) - m;
                part += e * e;
                for (c, gu) in g.u[i * k..][..k].iter_mut().enumerate() {
                    *gu += e * v[c];
                    gv[c] += e * u[c];
                }
            }
            sum += part;
        }
        sum.sqrt()
    }

    /// The relative gradient, from what [`Self::seen`] left.
    fn gradient(&self, entries: &Entries, x: &Factors) -> f64 {
        let part = |g: &[f64], other: &[f64]| {
            let size = norm2(other);
            if size == 0.0 { 0.0 } else { norm2(g) / size }
        };
        let (a, b) = (part(&self.gradient.u, &x.v), part(&self.gradient.v, &x.u));
        (a * a + b * b).sqrt() / entries.norm
    }

    fn held_out(&self, x: &Factors) -> f64 {
        let mut sum = 0.0;
        for e in &self.model.held_out {
            let difference = x.at(e.row as usize, e.col as usize) - e.value;
            sum += difference * difference;
        }
        (sum / self.model.held_out.len() as f64).sqrt()
    }

    /// Singular values of U U' for the symmetric problem: squares of those of U.
    fn symmetric_spectrum(&mut self, x: &Factors) {
        let (d, k) = (self.model.rows, x.rank);
        transpose(&x.u, &mut self.rows, d, k);
        jacobi_svd(&mut self.rows, d, k, &mut self.singular, &mut self.rotations);
        for s in &mut self.singular {
            *s *= *s;
        }
    }
}

impl Referee for CompletionReferee {
    type Iterate = Factors;

    fn series(&self) -> usize {
        self.model.measures.len()
    }

    fn measure(&mut self, x: &Factors, out: &mut [f64]) {
        let model = self.model.clone();
        let (residual, gradient, count) = match &model.data {
            Data::Entries(entries) => {
                let r = self.seen(entries, x);
                (r, self.gradient(entries, x), entries.count())
            }
            Data::Sensing(s) => {
                pack_gram(&x.u, s.d, x.rank, &mut self.packed);
                s.measure(&self.packed, &mut self.measured);
                for (r, y) in self.measured.iter_mut().zip(&s.values) {
                    *r -= y;
                }
                self.symmetric_spectrum(x);
                (s.size(&self.measured), 0.0, s.len())
            }
        };
        for (out, measure) in out.iter_mut().zip(&model.measures) {
            *out = match (measure, &model.data) {
                (Measure::ResidualSeen, Data::Entries(e)) => residual / e.norm,
                (Measure::ResidualMeasured, Data::Sensing(s)) => residual / s.norm,
                (Measure::RmseSeen, _) => residual / (count as f64).sqrt(),
                (Measure::RmseHeldOut, _) => self.held_out(x),
                (Measure::ErrorAll, _) => self.error(x),
                (Measure::MseUnseen, Data::Entries(e)) => unseen(&model, e, x),
                (Measure::Gradient | Measure::GradientStops, _) => gradient,
                (Measure::Singular(s), _) => self.singular.get(*s).copied().unwrap_or(0.0),
                (Measure::ResidualSeen | Measure::ResidualMeasured | Measure::MseUnseen, _) => f64::NAN,
            };
        }
    }

    fn snapshot(&self, x: &Factors) -> Option<Rc<dyn Any>> {
        Some(Rc::new(x.clone()))
    }

    fn picture(&mut self, key: &str, x: &Factors, extent: Extent, out: &mut Picture) {
        draw::draw(&self.model, key, x, extent, out);
    }

    /// The completed matrix; for ratings, where that could be too large, a table of predictions: first the entries kept
    /// back, by user and item, beside their true values, then up to 10 unseen items with the highest predictions for each of
    /// the first 2000 users.
    fn result(&mut self, x: &Factors) -> Artifact {
        let (m, n) = (self.model.rows, self.model.cols);
        if self.model.names.is_some() {
            return self.predictions(x);
        }
        let mut vt = vec![0.0; x.v.len()];
        transpose(&x.v, &mut vt, n, x.rank);
        let mut values = vec![0.0; m * n];
        a_b(&x.u, &vt, &mut values, m, x.rank, n);
        for (e, value) in values.iter_mut().enumerate() {
            *value += self.model.baseline.at(e / n, e % n);
        }
        Artifact::Grid { rows: m, cols: n, values }
    }
}

impl CompletionReferee {
    fn predictions(&self, x: &Factors) -> Artifact {
        let model = &*self.model;
        let name = |names: Option<&Vec<String>>, i: usize| {
            Cell::Text(names.and_then(|n| n.get(i)).cloned().unwrap_or_else(|| (i + 1).to_string()))
        };
        let user = |i: usize| name(model.names.as_ref().map(|n| &n.rows), i);
        let item = |j: usize| name(model.names.as_ref().map(|n| &n.cols), j);
        let columns = ["user", "item", "predicted", "actual", "kind"].map(str::to_owned).to_vec();
        let mut rows = Vec::new();
        for e in &model.held_out {
            let (i, j) = (e.row as usize, e.col as usize);
            let base = model.baseline.at(i, j);
            let (predicted, actual) = (Cell::Real(base + x.at(i, j)), Cell::Real(base + e.value));
            rows.push(vec![user(i), item(j), predicted, actual, Cell::Text("held out".into())]);
        }
        let Data::Entries(entries) = &model.data else { return Artifact::Table { columns, rows } };
        let mut best: Vec<(f64, usize)> = Vec::with_capacity(BEST + 1);
        for i in 0..model.rows.min(USERS) {
            best.clear();
            let mut known = entries.by_row.row(i).0.iter().peekable();
            for j in 0..model.cols {
                if known.next_if(|&&c| c as usize == j).is_some() || is_held_out(model, i, j) {
                    continue;
                }
                let value = model.baseline.at(i, j) + x.at(i, j);
                // Earlier items win ties, so the order never depends on how the list is kept.
                let place = best.iter().position(|&(b, _)| value > b).unwrap_or(best.len());
                if place < BEST {
                    best.insert(place, (value, j));
                    best.truncate(BEST);
                }
            }
            for &(value, j) in &best {
                let unknown = Cell::Text(String::new());
                rows.push(vec![user(i), item(j), Cell::Real(value), unknown, Cell::Text("recommended".into())]);
            }
        }
        Artifact::Table { columns, rows }
    }
}

/// The squared error of the unseen entries, divided by the number of all; NaN where the truth is unknown.
fn unseen(model: &Model, entries: &Entries, x: &Factors) -> f64 {
    let mut sum = 0.0;
    for i in 0..model.rows {
        let mut seen = entries.by_row.row(i).0.iter().peekable();
        for j in 0..model.cols {
            if seen.next_if(|&&c| c as usize == j).is_none() {
                let e = x.at(i, j) - model.true_entry(i, j).unwrap_or(f64::NAN);
                sum += e * e;
            }
        }
    }
    sum / (model.rows * model.cols) as f64
}

/// Whether (i, j) is known to the referee alone; entries kept back are sorted by row and column.
fn is_held_out(model: &Model, i: usize, j: usize) -> bool {
    model.held_out.binary_search_by_key(&(i as u32, j as u32), |e| (e.row, e.col)).is_ok()
}
