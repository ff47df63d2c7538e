//! What people take away: CSV, NumPy arrays and archives of them, and JSON.

use iterscope_core::Artifact;
use iterscope_core::artifact::Cell;

#[cfg(feature = "json")]
use crate::json;
use crate::{numpy, zip};

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values: a grid without a header, a table with one.
    Csv,
    /// NumPy's binary format, version 1.0: a grid as little-endian doubles, a table as records with its columns as fields.
    Npy,
    /// NumPy's archive of arrays. A grid is `values`. A table has its numbers in `values`, the names of their columns in
    /// `columns`, and every column of text under its own name.
    Npz,
    /// A grid as `{"rows", "cols", "values"}` with one list per row, a table as `{"columns", "rows"}`.
    #[cfg(feature = "json")]
    Json,
}

impl Format {
    /// The format that the ending of a file name asks for, in any case.
    ///
    /// # Errors
    /// Another ending; the message names those that work.
    pub fn from_name(name: &str) -> Result<Self, String> {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Ok(Format::Csv),
            "npy" => Ok(Format::Npy),
            "npz" => Ok(Format::Npz),
            #[cfg(feature = "json")]
            "json" => Ok(Format::Json),
            _ => Err(format!("`{name}` should end in .csv, .npy, .npz or .json")),
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Npy | Format::Npz => "application/octet-stream",
            #[cfg(feature = "json")]
            Format::Json => "application/json",
        }
    }
}

/// The bytes of `artifact` as a file.
///
/// Numbers are written in the fewest digits that read back as the same double. Text is quoted as CSV and JSON require and
/// otherwise left as it is: a name that begins with `=`, `+`, `-` or `@` is not changed, so spreadsheets may take it for
/// a formula; import such files as text.
///
/// NaN and infinities are `NaN`, `inf` and `-inf` in CSV, and `null` in JSON, which has no word for them.
///
/// # Errors
/// An artifact whose lengths contradict one another.
pub fn encode(artifact: &Artifact, format: Format) -> Result<Vec<u8>, String> {
    match artifact {
        Artifact::Grid { rows, cols, values } => {
            if rows.checked_mul(*cols) != Some(values.len()) {
                return Err(format!("a grid of {rows} x {cols} cannot have {} values", values.len()));
            }
            // A grid without columns has rows all the same, which `chunks` cannot say.
            let lines = || (0..*rows).map(|i| &values[i * cols..(i + 1) * cols]);
            match format {
                Format::Csv => Ok(csv(lines().map(|line| line.iter().map(|v| number(*v)).collect()))),
                Format::Npy => Ok(numpy::doubles(&[*rows, *cols], values.iter().copied())),
                Format::Npz => Ok(zip::write(&[(
                    "values.npy".to_owned(),
                    numpy::doubles(&[*rows, *cols], values.iter().copied()),
                )])),
                #[cfg(feature = "json")]
                Format::Json => Ok(json::grid(*rows, *cols, lines())),
            }
        }
        Artifact::Table { columns, rows } => {
            if let Some((i, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != columns.len()) {
                return Err(format!(
                    "row {} of the table has {} cells for {} columns",
                    i + 1,
                    row.len(),
                    columns.len()
                ));
            }
            match format {
                Format::Csv => {
                    let body = rows.iter().map(|row| row.iter().map(cell).collect());
                    Ok(csv(std::iter::once(columns.clone()).chain(body)))
                }
                Format::Npy => Ok(numpy::records(columns, rows)),
                Format::Npz => Ok(numpy::archive(columns, rows)),
                #[cfg(feature = "json")]
                Format::Json => Ok(json::table(columns, rows)),
            }
        }
    }
}

/// The fewest digits that read back as the same double; whole numbers without `.0`.
fn number(value: f64) -> String {
    let mut out = String::new();
    push_number(&mut out, value);
    out
}

/// Adds a number in the fewest digits that read back as the same double.
pub(crate) fn push_number(out: &mut String, value: f64) {
    use std::fmt::Write;
    let size = value.abs();
    // A string takes everything.
    let _ = if size == 0.0 || size.is_nan() || (1e-4..1e16).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Real(value) => number(*value),
    }
}

fn csv(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = String::new();
    for row in rows {
        // A line without anything in it would be no line at all to whoever reads it.
        if row.iter().all(String::is_empty) && row.len() < 2 {
            out.push_str("\"\"");
        }
        for (i, field) in row.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                out.push('"');
                out.push_str(&field.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(field);
            }
        }
        out.push('\n');
    }
    out.into_bytes()
}
