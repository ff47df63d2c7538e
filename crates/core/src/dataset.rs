//! What people bring, once read: plain data that the families build their instances from.

use crate::Remark;

/// Data of one of the kinds of [`crate::DataKind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Dataset {
    /// Games or judgements between two items.
    Comparisons(Comparisons),
    /// Races or ballots, each an order of several items.
    Orders(Orders),
    /// A sparse table of numbers by user and item.
    Ratings(Ratings),
    /// A table of numbers with holes.
    Table(Table),
    /// A square matrix.
    Matrix(SparseMatrix),
    /// A picture.
    Image(Image),
}

impl Dataset {
    /// What was left out or changed while reading and why, for people.
    pub fn remarks(&self) -> &[Remark] {
        match self {
            Dataset::Comparisons(c) => &c.remarks,
            Dataset::Orders(o) => &o.remarks,
            Dataset::Ratings(r) => &r.remarks,
            Dataset::Table(t) => &t.remarks,
            Dataset::Matrix(m) => &m.remarks,
            Dataset::Image(i) => &i.remarks,
        }
    }
}

/// Results of pairwise comparisons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparisons {
    /// Names of the items, in order of first appearance.
    pub items: Vec<String>,
    /// The results, in file order; equal pairs may repeat.
    pub encounters: Vec<Encounter>,
    /// What else is known of each result.
    pub details: Details,
    /// What was left out while reading and why, for people.
    pub remarks: Vec<Remark>,
}

/// One line of results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encounter {
    /// The winner, or the first of two that tied: an index into the items.
    pub winner: u32,
    /// The loser, or the second of two that tied.
    pub loser: u32,
    /// How often; positive and finite.
    pub count: f64,
    /// Neither won.
    pub tie: bool,
}

/// What a file may say of each result beside who won. A list is empty where the file does not say it, else as long as the
/// list of results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Who had the advantage of the place or of the first move: 1 the winner (or the first of two that tied), -1 the other,
    /// 0 nobody.
    pub advantage: Vec<i8>,
    /// Difference of the scores, the winner's minus the loser's; not negative, 0 for a tie.
    pub margin: Vec<f64>,
    /// When, in days since 1970-01-01; finite.
    pub day: Vec<f64>,
    /// Which group, such as a category: an index into `groups`.
    pub group: Vec<u32>,
    /// Names of the groups, in order of first appearance.
    pub groups: Vec<String>,
}

/// Results with several competitors each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    /// Names of the items, in order of first appearance.
    pub items: Vec<String>,
    /// The results, in file order.
    pub orders: Vec<Order>,
    /// What was left out while reading and why, for people.
    pub remarks: Vec<Remark>,
}

/// One race or ballot: no item twice, two at least in all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// The items whose places are known, best first: indices into the items.
    pub placed: Vec<u32>,
    /// Items that took part and came behind all of `placed`, in an unknown order.
    pub behind: Vec<u32>,
    /// How often; positive and finite.
    pub count: f64,
}

/// A sparse table of ratings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings {
    /// Names of the rows, in order of first appearance.
    pub users: Vec<String>,
    /// Names of the columns, in order of first appearance.
    pub items: Vec<String>,
    /// The known entries, in file order; a pair may come again.
    pub entries: Vec<Rating>,
    /// When each entry was made, in days since 1970-01-01: as long as `entries`, or empty where the file does not say.
    pub day: Vec<f64>,
    /// What was left out or merged while reading and why, for people.
    pub remarks: Vec<Remark>,
}

/// One known entry of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// Row.
    pub user: u32,
    /// Column.
    pub item: u32,
    /// Value; finite.
    pub value: f64,
}

/// A table of numbers with holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Names of the rows, or their numbers.
    pub rows: Vec<String>,
    /// `rows * columns` values, row by row; NaN is a hole, all others are finite.
    pub values: Vec<f64>,
    /// What was left out or changed while reading and why, for people.
    pub remarks: Vec<Remark>,
}

/// A square matrix by its entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseMatrix {
    /// Number of rows and of columns.
    pub side: usize,
    /// Row and column from 0, and value, finite; in file order, mirror images included. Those of one place are summed.
    pub entries: Vec<(u32, u32, f64)>,
    /// What the file says of its symmetry.
    pub mirror: Mirror,
    /// What was changed while reading and why, for people.
    pub remarks: Vec<Remark>,
}

/// What the file of a matrix says of its symmetry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mirror {
    /// Nothing.
    #[default]
    None,
    /// It equals its transpose.
    Symmetric,
    /// It equals its transpose with the other sign.
    Skew,
}

/// A picture, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values from 0 (black) to 1 (white).
    pub grey: Vec<f64>,
    /// Red, then green, then blue, `width * height` values of 0 to 1 each; empty where the picture has no colour.
    pub rgb: Vec<f64>,
    /// How much there is of each pixel, from 0 (it is transparent, so that nothing is known of it) to 1; empty where all are
    /// there. Grey and colours are those of the picture on white.
    pub alpha: Vec<f64>,
    /// What was changed while reading and why, for people.
    pub remarks: Vec<Remark>,
}
