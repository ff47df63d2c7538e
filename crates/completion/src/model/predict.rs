//! Predictions of an iterate in the units of the data, and their errors on the entries held out.

use super::factors::Factors;
use super::{Data, Form, HeldOut, Model, Ratings};

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

    /// Prediction minus value of an entry held out.
    fn miss(&self, x: &Factors, e: &HeldOut) -> f64 {
        let (i, j) = (e.row as usize, e.col as usize);
        match &self.form {
            Form::Ratings(Ratings { clip: Some(_), .. }) => {
                self.predicted(x, i, j) - (self.baseline.at(i, j) + e.value)
            }
            _ => self.factor_part(x, i, j) - e.value,
        }
    }

    /// Root mean square and mean magnitude of the errors on the entries held out.
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
