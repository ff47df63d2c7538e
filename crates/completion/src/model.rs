//! The problem that every method of the family sees: known entries or measurements, and what is known beside them.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{BuildError, Extent, Instance, Level, Note, Picture, PictureInfo, SeriesInfo};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::reduce::norm2;

use crate::arrivals::Arrivals;
use crate::canvas::Canvas;
use crate::draw;
use crate::factors::{Factors, inner};
use crate::measure::Measure;
use crate::points::Points;
use crate::predictions::Ratings;
use crate::sensing::Sensing;
use crate::sheet::Sheet;

/// The most rows whose names are offered to choose from.
const MOST_LABELS: usize = 50_000;

/// True singular values below this share of the largest are rounding errors: some are computed from Gram matrices.
const ROUNDING: f64 = 2e-7;

/// Known entries of a sparse table, in both orders. Nothing here has the size of the full matrix.
#[derive(Debug)]
pub struct Entries {
    /// By rows.
    pub by_row: Csr,
    /// By columns: the transpose of `by_row`.
    pub by_col: Csr,
    /// Frobenius norm of the known entries; 1 where all are zero.
    pub norm: f64,
    /// How rows and columns arrive, where they do so while methods run.
    pub arrivals: Option<Arrivals>,
}

impl Entries {
    /// From (row, column, value) triplets, each place at most once.
    ///
    /// # Errors
    /// `field` is named where there is no entry at all, or one lies outside the matrix.
    pub fn new(rows: usize, cols: usize, triplets: &[(u32, u32, f64)], field: &str) -> Result<Entries, BuildError> {
        if triplets.is_empty() {
            return Err(BuildError::new(field, "no entry is seen; a method needs at least one"));
        }
        let by_row = Csr::from_triplets(rows, cols, triplets).map_err(|e| BuildError::new(field, e.to_string()))?;
        Ok(Entries::of(by_row))
    }

    /// The same, giving back the memory of the triplets before the second order is made.
    ///
    /// # Errors
    /// As for [`Entries::new`].
    pub fn consume(
        rows: usize,
        cols: usize,
        triplets: Vec<(u32, u32, f64)>,
        field: &str,
    ) -> Result<Entries, BuildError> {
        if triplets.is_empty() {
            return Err(BuildError::new(field, "no entry is seen; a method needs at least one"));
        }
        let by_row = Csr::from_triplets(rows, cols, &triplets).map_err(|e| BuildError::new(field, e.to_string()))?;
        drop(triplets);
        Ok(Entries::of(by_row))
    }

    fn of(by_row: Csr) -> Entries {
        let norm = norm2(&by_row.values);
        let by_col = by_row.transpose();
        Entries { by_row, by_col, norm: if norm > 0.0 { norm } else { 1.0 }, arrivals: None }
    }

    /// Number of known entries.
    pub fn count(&self) -> usize {
        self.by_row.nnz()
    }

    /// Share of the matrix that is known.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / (self.by_row.rows as f64 * self.by_row.cols as f64)
    }

    /// The largest number of entries in one row or one column.
    pub fn longest(&self) -> usize {
        longest(&self.by_row).max(longest(&self.by_col))
    }
}

fn longest(a: &Csr) -> usize {
    a.indptr.windows(2).map(|w| (w[1] - w[0]) as usize).max().unwrap_or(0)
}

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

/// What was subtracted from the entries: entry (i, j) of the data is `mean + row[i] + col[j]` plus what methods see.
#[derive(Debug)]
pub struct Baseline {
    /// Mean of the seen entries, or 0.
    pub mean: f64,
    /// One number for each row.
    pub row: Vec<f64>,
    /// One number for each column.
    pub col: Vec<f64>,
}

impl Baseline {
    /// The baseline that subtracts nothing.
    pub fn zero(rows: usize, cols: usize) -> Baseline {
        Baseline { mean: 0.0, row: vec![0.0; rows], col: vec![0.0; cols] }
    }

    /// Its value at (i, j).
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.mean + self.row[i] + self.col[j]
    }
}

/// One entry that methods do not see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldOut {
    /// Row.
    pub row: u32,
    /// Column.
    pub col: u32,
    /// Value, baseline subtracted.
    pub value: f64,
}

/// What the matrix stands for: how it is drawn, and what is taken away.
#[derive(Debug)]
pub enum Form {
    /// A matrix and no more.
    Matrix,
    /// Ratings by users (rows) of items (columns).
    Ratings(Ratings),
    /// A table of numbers whose columns have units of their own.
    Sheet(Sheet),
    /// A picture: the matrix holds its pixels.
    Pixels(Canvas),
    /// Squared distances of points.
    Points(Points),
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
    /// Entries kept back to measure prediction.
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
    /// What the referee measures, in order.
    pub measures: Vec<Measure>,
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
            measures: Vec::new(),
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
            Form::Matrix | Form::Sheet(_) | Form::Pixels(_) => None,
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

/// The instance type of all problems of the family.
pub struct Completion {
    model: Rc<Model>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<PictureInfo>,
    labels: Vec<String>,
}

impl Completion {
    /// Wraps a model.
    pub fn instance(model: Model) -> Rc<dyn Instance> {
        let series = model.measures.iter().map(|m| m.info(&model)).collect();
        let (pictures, given) = (draw::offered(&model), draw::given(&model));
        // Names that a person may choose from; a list of more would be none.
        let labels = model.names().map(|n| n.0).filter(|n| n.len() <= MOST_LABELS).unwrap_or_default().to_vec();
        Rc::new(Completion { model: Rc::new(model), series, pictures, given, labels })
    }

    /// The problem.
    pub fn model(&self) -> Rc<Model> {
        self.model.clone()
    }
}

impl Instance for Completion {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &self.series
    }
    fn pictures(&self) -> &[PictureInfo] {
        &self.pictures
    }
    fn summary(&self) -> String {
        self.model.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.model.notes
    }
    fn levels(&self) -> &[Level] {
        &self.model.levels
    }
    fn labels(&self) -> &[String] {
        &self.labels
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        draw::draw_given(&self.model, key, extent, out)
    }
}
