//! Tables with missing values, filled in the units of their columns, each filled cell with a standard error.

use iterscope_core::Artifact;
use iterscope_core::artifact::Cell;
use iterscope_kernels::dense::{at_b, cholesky, cholesky_solve};

use crate::model::factors::{Factors, inner};
use crate::model::{Data, DataTable, Model};

/// The noise is taken to be no less than this share of the unit of the columns.
const LEAST_NOISE: f64 = 1e-6;
/// Where a fit uses up nearly all entries, this share of them is taken to be free all the same.
const LEAST_FREE: f64 = 0.1;

/// The filled table in the units of its columns. A column with holes is followed by one of standard errors for the filled
/// cells, from [`Errors`]. Columns of which nothing is known stay empty.
pub fn table(model: &Model, data: &DataTable, x: &Factors) -> Artifact {
    let errors = Errors::new(model, x);
    let width = data.columns.len();
    let holes: Vec<bool> = (0..width)
        .map(|c| data.place[c].is_some() && data.cells.iter().skip(c).step_by(width).any(|v| v.is_nan()))
        .collect();
    let mut columns = vec!["row".to_owned()];
    for (name, &holes) in data.columns.iter().zip(&holes) {
        columns.push(name.clone());
        if holes {
            columns.push(format!("{name} (standard error of a new observation)"));
        }
    }
    let mut posterior = errors.posterior();
    let entries = model.entries().ok();
    let linked = |i: usize, j: usize| entries.is_none_or(|e| e.parts.linked(i, j));
    let deviations: Vec<f64> =
        (0..model.cols).map(|j| entries.and_then(|e| e.column(j)).map_or(f64::NAN, |c| c.1)).collect();
    let empty = || Cell::Text(String::new());
    let row = |(i, name): (usize, &String)| {
        let mut cells = vec![Cell::Text(name.clone())];
        posterior.take(model, x, i);
        let given = &data.cells[i * width..(i + 1) * width];
        for ((&given, &place), &holes) in given.iter().zip(&data.place).zip(&holes) {
            match place {
                _ if !given.is_nan() => {
                    cells.push(Cell::Real(given));
                    cells.extend(holes.then(empty));
                }
                None => cells.push(empty()),
                Some(j) => {
                    // Of a cell that nothing seen links with its row, only its column is known.
                    let error = if linked(i, j) { posterior.error(x, j) } else { deviations[j] };
                    cells.push(Cell::Real(model.predicted_in_units(data, x, i, j)));
                    cells.push(Cell::Real(data.scale[j] * error));
                }
            }
        }
        cells
    };
    let rows = data.rows.iter().enumerate().map(row).collect();
    Artifact::Table { columns, rows }
}

/// Standard errors of filled cells, in the units of the matrix: a posterior approximation in which the factors of the columns
/// are taken as known. The row of U is normal with the covariance S = U'U/m of all rows; the entries have independent normal
/// noise of variance s^2, estimated from the seen residual. Then the row has the posterior covariance
/// (S^-1 + sum over its seen entries of v_j v_j' / s^2)^-1 = P, and the entry the variance s^2 + v_j' P v_j. All are scaled by
/// one number with which the entries held out are as wrong as the errors say, in the mean square.
pub struct Errors {
    /// Inverse of S, k x k.
    precision: Vec<f64>,
    noise: f64,
    scale: f64,
}

impl Errors {
    /// For the iterate `x`.
    pub fn new(model: &Model, x: &Factors) -> Errors {
        let k = x.rank;
        let (mut residual, mut count) = (0.0, 0usize);
        if let Data::Entries(entries) = &model.data {
            count = entries.count();
            for i in 0..model.rows {
                for (j, value) in entries.by_row.row_iter(i) {
                    let e = x.at(i, j) - value;
                    residual += e * e;
                }
            }
        }
        let used = k * (model.rows + model.cols - k);
        let free = (1.0 - used as f64 / count.max(1) as f64).max(LEAST_FREE) * count.max(1) as f64;
        let noise = (residual / free).max(LEAST_NOISE * LEAST_NOISE);
        let mut errors = Errors { precision: precision(&x.u, k), noise, scale: 1.0 };
        let mut posterior = errors.posterior();
        let mut sum = 0.0;
        let mut row = None;
        for e in &model.held_out {
            if row != Some(e.row) {
                row = Some(e.row);
                posterior.take(model, x, e.row as usize);
            }
            let miss = (x.at(e.row as usize, e.col as usize) - e.value) / posterior.error(x, e.col as usize);
            sum += miss * miss;
        }
        if let Some(tested) = &model.tested {
            errors.scale = tested.error_scale;
        } else if sum > 0.0 {
            errors.scale = (sum / model.held_out.len() as f64).sqrt();
        }
        errors
    }

    /// By how much the entries held out are more wrong than the errors would say by themselves.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    fn posterior(&self) -> Posterior<'_> {
        let k2 = self.precision.len();
        let k = (k2 as f64).sqrt() as usize;
        Posterior { errors: self, matrix: vec![0.0; k2], work: vec![0.0; k], known: false }
    }
}

/// The inverse of U'U/m, a little shifted where it is singular.
fn precision(u: &[f64], k: usize) -> Vec<f64> {
    let mut s = vec![0.0; k * k];
    at_b(u, u, &mut s, u.len() / k, k, k);
    let rows = (u.len() / k) as f64;
    let mean = (0..k).map(|c| s[c * k + c]).sum::<f64>() / k as f64;
    for c in 0..k {
        s[c * k + c] += 1e-9 * mean + f64::MIN_POSITIVE;
    }
    let mut inverse = vec![0.0; k * k];
    if cholesky(&mut s, k).is_ok() {
        for (c, column) in inverse.chunks_exact_mut(k).enumerate() {
            column[c] = rows;
            cholesky_solve(&s, k, column);
        }
    }
    inverse
}

/// The posterior of one row.
struct Posterior<'a> {
    errors: &'a Errors,
    /// Cholesky factor of the inverse of P.
    matrix: Vec<f64>,
    work: Vec<f64>,
    known: bool,
}

impl Posterior<'_> {
    fn take(&mut self, model: &Model, x: &Factors, i: usize) {
        let k = x.rank;
        self.matrix.copy_from_slice(&self.errors.precision);
        if let Data::Entries(entries) = &model.data {
            for (j, _) in entries.by_row.row_iter(i) {
                let v = x.col(j);
                for a in 0..k {
                    for b in 0..k {
                        self.matrix[a * k + b] += v[a] * v[b] / self.errors.noise;
                    }
                }
            }
        }
        self.known = cholesky(&mut self.matrix, k).is_ok();
    }

    /// Standard error of entry (i, j) of the row taken; NaN where its posterior is not defined.
    fn error(&mut self, x: &Factors, j: usize) -> f64 {
        if !self.known {
            return f64::NAN;
        }
        let v = x.col(j);
        self.work.copy_from_slice(v);
        cholesky_solve(&self.matrix, x.rank, &mut self.work);
        self.errors.scale * (self.errors.noise + inner(v, &self.work)).sqrt()
    }
}
