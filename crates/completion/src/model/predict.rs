//! Predictions of an iterate in the units of the data, and their errors on the entries held out.

use super::factors::Factors;
use super::{Data, DataTable, Form, HeldOut, Model, Ratings};

impl Model {
    /// The predicted value at (i, j), baseline included. Where the row and the column lie in different connected parts of the
    /// pattern of seen entries (a row or column without any is a part of its own), the factors say nothing of the entry,
    /// whatever a method leaves there: the baseline alone predicts, or where nothing was subtracted, the mean of what is seen of
    /// the column.
    pub fn predicted(&self, x: &Factors, i: usize, j: usize) -> f64 {
        let value = self.baseline.at(i, j) + self.factor_part(x, i, j);
        match &self.form {
            Form::Ratings(Ratings { clip: Some((lo, hi)), .. }) => value.clamp(*lo, *hi),
            _ => value,
        }
    }

    /// The predicted cell of a table, in the units of its column.
    pub fn predicted_in_units(&self, table: &DataTable, x: &Factors, i: usize, j: usize) -> f64 {
        table.shift[j] + table.scale[j] * self.factor_part(x, i, j)
    }

    fn factor_part(&self, x: &Factors, i: usize, j: usize) -> f64 {
        match &self.data {
            Data::Entries(e) if !e.parts.linked(i, j) => self.unlinked(j),
            _ => x.at(i, j),
        }
    }

    /// The prediction in units of the matrix of an entry of column `j` that nothing seen is linked with.
    fn unlinked(&self, j: usize) -> f64 {
        let Data::Entries(e) = &self.data else { return 0.0 };
        match &self.form {
            Form::Table(_) => e.column(j).map_or(0.0, |c| c.0),
            Form::Ratings(form) if form.centre == "none" => {
                e.column(j).map_or_else(|| e.by_row.values.iter().sum::<f64>() / e.count() as f64, |c| c.0)
            }
            _ => 0.0,
        }
    }

    /// A prediction that is offered to a person, brought into the scale of the ratings.
    pub fn on_scale(&self, prediction: f64) -> f64 {
        match &self.form {
            Form::Ratings(form) => prediction.clamp(form.scale.0, form.scale.1),
            _ => prediction,
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
