//! What people bring, once read: plain data that the families build their instances from.

/// Data of one of the kinds of [`crate::DataKind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Dataset {
    /// Games or judgements between two items.
    Comparisons(Comparisons),
    /// A sparse table of numbers by user and item.
    Ratings(Ratings),
    /// A picture.
    Image(Image),
}

impl Dataset {
    /// What was left out or changed while reading and why, for people.
    pub fn remarks(&self) -> &[String] {
        match self {
            Dataset::Comparisons(c) => &c.remarks,
            Dataset::Ratings(r) => &r.remarks,
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
    /// What was left out while reading and why, for people.
    pub remarks: Vec<String>,
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

/// A sparse table of ratings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings {
    /// Names of the rows, in order of first appearance.
    pub users: Vec<String>,
    /// Names of the columns, in order of first appearance.
    pub items: Vec<String>,
    /// The known entries, in file order, each pair at most once.
    pub entries: Vec<Rating>,
    /// What was left out or merged while reading and why, for people.
    pub remarks: Vec<String>,
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

/// A picture in grey, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values from 0 (black) to 1 (white).
    pub grey: Vec<f64>,
    /// What was changed while reading and why, for people.
    pub remarks: Vec<String>,
}
