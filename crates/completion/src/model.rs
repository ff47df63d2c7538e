//! The problem that every method of the family sees: known entries or measurements, and what is known beside them.

pub mod arrivals;
pub mod canvas;
mod entries;
pub mod factors;
mod form;
pub mod metric;
pub mod parts;
pub mod points;
mod predict;
pub mod sensing;

pub use entries::{Baseline, Entries, HeldOut};
pub use form::{DataTable, Form, Ratings};

use iterscope_core::{BuildError, Level, Note};
use iterscope_kernels::reduce::norm2;

use factors::{Factors, inner};
use metric::Metric;
use sensing::Sensing;

/// True singular values below this share of the largest are rounding errors: some are computed from Gram matrices.
const ROUNDING: f64 = 2e-7;

/// What is known about the matrix.
#[derive(Debug)]
pub enum Data {
    /// Some of its entries.
    Entries(Entries),
    /// Linear measurements of a symmetric matrix.
    Sensing(Sensing),
}

/// The matrix itself, where a problem knows it.
#[derive(Debug)]
pub enum Truth {
    /// As factors.
    Factors(Factors),
    /// Entry by entry, row by row; only for pictures.
    Dense(Vec<f64>),
}

/// Makes a model of everything that is known, what was held out included.
pub type Whole = fn(&Model) -> Result<Model, BuildError>;

/// Predictions of a run for entries that were held out from it.
#[derive(Debug)]
pub struct Tested {
    /// Row, column, actual and predicted value in units of the data.
    pub entries: Vec<(u32, u32, f64, f64)>,
    /// By how much errors were larger than the standard errors said.
    pub error_scale: f64,
}

/// A completion problem, built. Problems fill it; methods, referee and pictures read it.
#[derive(Debug)]
pub struct Model {
    /// Number of rows of the matrix.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// The rank that methods use unless told otherwise.
    pub rank: usize,
    /// What methods see.
    pub data: Data,
    /// The full matrix, where known (noise excluded).
    pub truth: Option<Truth>,
    /// Singular values of the truth, largest first; empty where unknown.
    pub singular: Vec<f64>,
    /// Entries held out to measure prediction.
    pub held_out: Vec<HeldOut>,
    /// What was subtracted from the data.
    pub baseline: Baseline,
    /// Colour range of pictures of the matrix.
    pub range: (f64, f64),
    /// What the matrix stands for.
    pub form: Form,
    /// Size and kind in words.
    pub summary: String,
    /// Remarks made before running.
    pub notes: Vec<Note>,
    /// Lines for the chart.
    pub levels: Vec<Level>,
    /// Makes the same model with nothing held out, where something is.
    pub whole: Option<Whole>,
    /// What a run found on entries that were held out from it, where this model is the whole.
    pub tested: Option<Tested>,
    /// What the referee measures, in order.
    pub metrics: Vec<Metric>,
}

impl Model {
    /// A matrix of which nothing is known but the data. Problems add what they know.
    pub fn new(rows: usize, cols: usize, rank: usize, data: Data) -> Model {
        Model {
            rows,
            cols,
            rank,
            data,
            truth: None,
            singular: Vec::new(),
            held_out: Vec::new(),
            baseline: Baseline::zero(rows, cols),
            range: (0.0, 1.0),
            form: Form::Matrix,
            summary: String::new(),
            notes: Vec::new(),
            levels: Vec::new(),
            whole: None,
            tested: None,
            metrics: Vec::new(),
        }
    }

    /// The known entries.
    ///
    /// # Errors
    /// The problem is one of measurements.
    pub fn entries(&self) -> Result<&Entries, BuildError> {
        match &self.data {
            Data::Entries(e) => Ok(e),
            Data::Sensing(_) => Err(BuildError::new("method", "this method needs known entries, not measurements")),
        }
    }

    /// Names of rows and columns, where they have any.
    pub fn names(&self) -> Option<(&[String], &[String])> {
        match &self.form {
            Form::Ratings(form) => Some((&form.users, &form.items)),
            Form::Points(points) => Some((&points.names, &points.names)),
            Form::Matrix | Form::Table(_) | Form::Pixels(_) => None,
        }
    }

    /// Entry (i, j) of the truth, if known.
    pub fn true_entry(&self, i: usize, j: usize) -> Option<f64> {
        self.truth.as_ref().map(|t| t.at(i, j, self.cols))
    }

    /// Frobenius norm of the truth, if known; 1 where it is zero.
    pub fn true_norm(&self) -> Option<f64> {
        let norm = match self.truth.as_ref()? {
            Truth::Dense(values) => norm2(values),
            Truth::Factors(_) => norm2(&self.singular),
        };
        Some(if norm > 0.0 { norm } else { 1.0 })
    }

    /// How many singular values of the truth are more than rounding errors; 0 where it is unknown.
    pub fn true_rank(&self) -> usize {
        self.singular.iter().take_while(|s| **s > ROUNDING * self.singular[0]).count()
    }

    /// The rank a method works with: its own parameter, or the problem's where that is 0.
    ///
    /// # Errors
    /// The rank is larger than the matrix.
    pub fn method_rank(&self, asked: usize) -> Result<usize, BuildError> {
        let rank = if asked == 0 { self.rank } else { asked };
        check_rank(rank, self.rows, self.cols)?;
        Ok(rank)
    }
}

impl Truth {
    /// Entry (i, j) of a matrix with `cols` columns.
    pub fn at(&self, i: usize, j: usize, cols: usize) -> f64 {
        match self {
            Truth::Factors(f) => inner(f.row(i), f.col(j)),
            Truth::Dense(values) => values[i * cols + j],
        }
    }
}

/// Refuses a rank that a `rows x cols` matrix cannot have.
///
/// # Errors
/// Names `rank`.
pub fn check_rank(rank: usize, rows: usize, cols: usize) -> Result<(), BuildError> {
    let most = rows.min(cols);
    if rank > most {
        let why = format!("a {rows} x {cols} matrix has rank {most} at most, not {rank}; choose a smaller rank");
        return Err(BuildError::new("rank", why));
    }
    Ok(())
}
