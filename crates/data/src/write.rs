//! What people take away: CSV, NumPy arrays and JSON.

use iterscope_core::Artifact;
use iterscope_core::artifact::Cell;
use iterscope_decimal::{Short, ShortExponential};

#[cfg(feature = "json")]
use crate::json;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values: a grid without a header, a table with one.
    Csv,
    /// NumPy's binary format, version 1.0: a grid of little-endian doubles.
    Npy,
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
            #[cfg(feature = "json")]
            "json" => Ok(Format::Json),
            _ => Err(format!("`{name}` should end in .csv, .npy or .json")),
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Npy => "application/octet-stream",
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
/// A table as NPY, or an artifact whose lengths contradict one another.
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
                Format::Npy => Ok(npy(*rows, *cols, values)),
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
                Format::Npy => Err("a table with named columns cannot be written as .npy: choose .csv or .json".into()),
                #[cfg(feature = "json")]
                Format::Json => Ok(json::table(columns, rows)),
            }
        }
    }
}

/// The fewest digits that read back as the same double; whole numbers without `.0`.
fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || size.is_nan() || (1e-4..1e16).contains(&size) {
        Short(value).to_string()
    } else {
        ShortExponential(value).to_string()
    }
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

fn npy(rows: usize, cols: usize, values: &[f64]) -> Vec<u8> {
    const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {cols}), }}");
    // The data begin at a multiple of 64 bytes: magic, two bytes of length, header, and a line end.
    let pad = (MAGIC.len() + 2 + header.len() + 1).next_multiple_of(64) - (MAGIC.len() + 2 + header.len() + 1);
    header.extend(std::iter::repeat_n(' ', pad));
    header.push('\n');
    let mut out = Vec::with_capacity(MAGIC.len() + 2 + header.len() + 8 * values.len());
    out.extend_from_slice(MAGIC);
    // Two numbers of at most 20 digits: far below the 65,535 bytes of the format.
    out.extend_from_slice(&(header.len() as u16).to_le_bytes());
    out.extend_from_slice(header.as_bytes());
    for value in values {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out
}
