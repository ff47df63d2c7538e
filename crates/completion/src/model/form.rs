//! What the matrix of a problem stands for.

use super::canvas::Canvas;
use super::points::Points;

/// What the matrix stands for: how it is drawn, and what is taken away.
#[derive(Debug)]
pub enum Form {
    /// A matrix and no more.
    Matrix,
    /// Ratings by users (rows) of items (columns).
    Ratings(Ratings),
    /// A table of numbers whose columns have units of their own.
    Table(DataTable),
    /// A picture: the matrix holds its pixels.
    Pixels(Canvas),
    /// Squared distances of points.
    Points(Points),
}

/// What the rows and columns of a matrix of ratings are, and how predictions are read.
#[derive(Clone, Debug)]
pub struct Ratings {
    /// Names of the rows.
    pub users: Vec<String>,
    /// Names of the columns.
    pub items: Vec<String>,
    /// The least and the largest rating, held-out ones included: recommendations stay between them.
    pub scale: (f64, f64),
    /// What was subtracted from the ratings, as the problem's parameter `centre` names it.
    pub centre: String,
    /// Predictions are brought into this range, where one is given.
    pub clip: Option<(f64, f64)>,
    /// The k of NDCG@k.
    pub top: usize,
    /// The lowest rating seen: it counts nothing in a ranking.
    pub least: f64,
}

/// A table as it was given, and how its columns became those of the matrix: `cell = shift + scale * entry`.
#[derive(Clone, Debug)]
pub struct DataTable {
    /// Names of all columns.
    pub columns: Vec<String>,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// The cells as given, row by row; NaN is a hole.
    pub cells: Vec<f64>,
    /// The column of the matrix that each column is; none where no cell of it is known.
    pub place: Vec<Option<usize>>,
    /// How columns were scaled, as the problem's parameter `scale` names it.
    pub scaling: String,
    /// By column of the matrix.
    pub shift: Vec<f64>,
    /// By column of the matrix; positive.
    pub scale: Vec<f64>,
}
