//! Matrix Market files: R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market Exchange Formats (NISTIR 5935, 1996), and
//! <https://math.nist.gov/MatrixMarket/formats.html>.

use crate::DataError;
use crate::error::quoted;
use crate::words::number;

/// The most entries of a matrix of which all are stored.
const MOST_DENSE: usize = 16_000_000;

/// What the entries that are not stored are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// Nothing beyond what is stored.
    General,
    /// `a(j, i) = a(i, j)`; one half is stored.
    Symmetric,
    /// `a(j, i) = -a(i, j)`; one half is stored, and the diagonal is zero.
    Skew,
}

/// A matrix as a file stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Only entries with their places are stored; else all of them are, column by column.
    pub coordinate: bool,
    /// Only places are stored; all values are 1.
    pub pattern: bool,
    /// What else is known of the entries.
    pub symmetry: Symmetry,
    /// The stored entries in the order of the file: row and column from 0, value. A place may come again.
    pub entries: Vec<(u32, u32, f64)>,
    /// The line of each stored entry, from 1.
    pub lines: Vec<u32>,
    /// The line that says the size, from 1.
    pub size_line: u64,
}

impl Market {
    /// Every entry that the file says: the stored ones, each followed by its mirror image where there is one. The number is
    /// the place of the stored one in [`Market::entries`].
    pub fn all(&self) -> impl Iterator<Item = (usize, (u32, u32, f64))> + '_ {
        let sign = if self.symmetry == Symmetry::Skew { -1.0 } else { 1.0 };
        self.entries.iter().enumerate().flat_map(move |(e, &(i, j, value))| {
            let mirror = (self.symmetry != Symmetry::General && i != j).then_some((e, (j, i, sign * value)));
            std::iter::once((e, (i, j, value))).chain(mirror)
        })
    }

    /// The side of a square matrix.
    ///
    /// # Errors
    /// It is not square; at the line and column of its size.
    pub fn side(&self) -> Result<usize, DataError> {
        if self.rows == self.cols {
            return Ok(self.rows);
        }
        let message = format!("the matrix has {} rows and {} columns; it must be square", self.rows, self.cols);
        Err(DataError::at(self.size_line, 2, message))
    }
}

/// Whether a text says that it is such a file.
pub(crate) fn is_market(text: &str) -> bool {
    text.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("%%MatrixMarket"))
}

/// Reads a Matrix Market file: coordinates or arrays of real numbers, whole numbers or patterns; general, symmetric or
/// skew-symmetric.
///
/// # Errors
/// Complex or Hermitian matrices, a line that is no entry, a place outside of the matrix, a symmetric matrix that is not
/// square, or another number of entries than is said; at the line and the word of it, both from 1.
pub fn matrix_market(text: &str) -> Result<Market, DataError> {
    read(text, false)
}

/// The same; what is no number (NaN) says that nothing is known of an entry.
///
/// # Errors
/// Those of [`matrix_market`] but for that.
pub(crate) fn with_holes(text: &str) -> Result<Market, DataError> {
    read(text, true)
}

fn read(text: &str, holes: bool) -> Result<Market, DataError> {
    let mut lines = (1u64..).zip(text.lines());
    let head = lines.next().map_or("", |(_, line)| line);
    let (coordinate, pattern, symmetry) = header(head)?;
    let mut lines = lines.filter(|(_, text)| !text.trim().is_empty() && !text.trim_start().starts_with('%'));
    let Some((size_line, size)) = lines.next() else {
        return Err(DataError::file("the file ends before the size of the matrix"));
    };
    let wanted = if coordinate { "rows, columns and the number of entries" } else { "rows and columns" };
    let words: Vec<&str> = size.split_whitespace().collect();
    if words.len() != if coordinate { 3 } else { 2 } {
        return Err(DataError::line(size_line, format!("found {}; expected {wanted}", quoted(size.trim()))));
    }
    let size = |i: usize| {
        let value = whole(words[i], size_line, i as u64 + 1)?;
        usize::try_from(value)
            .ok()
            .filter(|n| *n <= u32::MAX as usize)
            .ok_or_else(|| DataError::at(size_line, i as u64 + 1, format!("{value} is more than can be read")))
    };
    let (rows, cols) = (size(0)?, size(1)?);
    if symmetry != Symmetry::General && rows != cols {
        let message = format!("a symmetric matrix must be square; this one has {rows} rows and {cols} columns");
        return Err(DataError::at(size_line, 2, message));
    }
    let mut matrix =
        Market { rows, cols, coordinate, pattern, symmetry, entries: Vec::new(), lines: Vec::new(), size_line };
    if coordinate {
        let count = size(2)?;
        places(&mut matrix, count, lines, holes)?;
    } else {
        dense(&mut matrix, lines, holes)?;
    }
    Ok(matrix)
}

fn header(line: &str) -> Result<(bool, bool, Symmetry), DataError> {
    let lower = line.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().skip(1).collect();
    let &[object, format, field, symmetry] = words.as_slice() else {
        let message = "expected %%MatrixMarket matrix, then coordinate or array, then real, integer or pattern, then general, \
                       symmetric or skew-symmetric";
        return Err(DataError::line(1, message));
    };
    // The first word of the line is the mark of the format.
    let refuse = |at: u64, what: &str, found: &str, can: &str| {
        Err(DataError::at(1, at, format!("{what} {} cannot be read; {can} can", quoted(found))))
    };
    if object != "matrix" {
        return refuse(2, "an object that is a", object, "a matrix");
    }
    let coordinate = match format {
        "coordinate" => true,
        "array" => false,
        _ => return refuse(3, "the format", format, "coordinate and array"),
    };
    let pattern = match field {
        "real" | "double" | "integer" | "unsigned-integer" => false,
        "pattern" if coordinate => true,
        "pattern" => return refuse(4, "an array that is a", field, "real and integer ones"),
        _ => return refuse(4, "entries that are", field, "real, integer and pattern"),
    };
    let symmetry = match symmetry {
        "general" => Symmetry::General,
        "symmetric" => Symmetry::Symmetric,
        "skew-symmetric" => Symmetry::Skew,
        _ => return refuse(5, "the symmetry", symmetry, "general, symmetric and skew-symmetric"),
    };
    Ok((coordinate, pattern, symmetry))
}

fn whole(text: &str, line: u64, column: u64) -> Result<u64, DataError> {
    let message = || format!("found {}; expected a whole number", quoted(text));
    text.parse::<u64>().map_err(|_| DataError::at(line, column, message()))
}

/// A number; Fortran writes its exponents with a D.
fn value(text: &str, line: u64, column: u64, holes: bool) -> Result<f64, DataError> {
    let value = number(text, false).or_else(|| number(&text.replace(['d', 'D'], "e"), false));
    value
        .filter(|v| v.is_finite() || holes && v.is_nan())
        .ok_or_else(|| DataError::at(line, column, format!("found {}; expected a finite number", quoted(text))))
}

fn places<'a>(
    matrix: &mut Market,
    count: usize,
    lines: impl Iterator<Item = (u64, &'a str)>,
    holes: bool,
) -> Result<(), DataError> {
    for (line, text) in lines {
        let mut words = text.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let mut place = [0u32; 2];
        for (at, (place, most)) in place.iter_mut().zip([matrix.rows, matrix.cols]).enumerate() {
            let index = whole(next(), line, at as u64 + 1)?;
            if index == 0 || index > most as u64 {
                let what = if at == 0 { "row" } else { "column" };
                let message = format!("the {what} {index} is not between 1 and {most}");
                return Err(DataError::at(line, at as u64 + 1, message));
            }
            *place = (index - 1) as u32;
        }
        let value = if matrix.pattern { 1.0 } else { value(next(), line, 3, holes)? };
        if !next().is_empty() {
            return Err(DataError::line(line, "there is more in this line than one entry"));
        }
        if matrix.symmetry == Symmetry::Skew && place[0] == place[1] && value != 0.0 {
            return Err(DataError::at(line, 3, "a skew-symmetric matrix has a diagonal of zeros"));
        }
        if matrix.entries.len() == count {
            return Err(DataError::line(line, format!("there are more entries than the {count} that the file says")));
        }
        matrix.entries.push((place[0], place[1], value));
        // A file has fewer lines than there are numbers.
        matrix.lines.push(line as u32);
    }
    match matrix.entries.len() {
        n if n < count => Err(DataError::file(format!("the file ends after {n} of {count} entries"))),
        _ => Ok(()),
    }
}

fn dense<'a>(matrix: &mut Market, lines: impl Iterator<Item = (u64, &'a str)>, holes: bool) -> Result<(), DataError> {
    let (m, n) = (matrix.rows, matrix.cols);
    if m.saturating_mul(n) > MOST_DENSE {
        let message = format!("an array of {m} x {n} has more than {MOST_DENSE} entries: bring a smaller part");
        return Err(DataError::line(matrix.size_line, message));
    }
    // Of a symmetric matrix only what stands on and below the diagonal is stored, of a skew one what stands below.
    let first = |j: usize| match matrix.symmetry {
        Symmetry::General => 0,
        Symmetry::Symmetric => j,
        Symmetry::Skew => j + 1,
    };
    let places: Vec<(u32, u32)> = (0..n).flat_map(|j| (first(j)..m).map(move |i| (i as u32, j as u32))).collect();
    let mut places = places.into_iter();
    for (line, text) in lines {
        for (at, word) in (1..).zip(text.split_whitespace()) {
            let Some((i, j)) = places.next() else {
                return Err(DataError::at(
                    line,
                    at,
                    format!("there are more entries than the {m} x {n} that the file says"),
                ));
            };
            matrix.entries.push((i, j, value(word, line, at, holes)?));
            matrix.lines.push(line as u32);
        }
    }
    match places.len() {
        0 => Ok(()),
        left => {
            let read = matrix.entries.len();
            Err(DataError::file(format!("the file ends after {read} of {} entries", read + left)))
        }
    }
}
