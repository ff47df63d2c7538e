//! What a run gives away at its end.

/// A result in the shape in which it is written to a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Artifact {
    /// A dense array, row by row.
    Grid {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        cols: usize,
        /// `rows * cols` values.
        values: Vec<f64>,
    },
    /// A table with named columns.
    Table {
        /// Column names.
        columns: Vec<String>,
        /// Rows, each as long as `columns`.
        rows: Vec<Vec<Cell>>,
    },
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A real number.
    Real(f64),
}
