//! Files of arrays: those of NumPy, SciPy and MATLAB. Whatever they hold becomes rows of text, so that names, codes of missing
//! cells and roles of columns are dealt with as in any table; numbers are written so that they read back to the last bit.

mod literal;
mod mat;
mod npy;
mod npz;

use iterscope_core::{Columns, DataKind, Reading, Remark};

use crate::DataError;
use crate::error::quoted;
use crate::market::{Market, Symmetry};
use crate::source::{Source, push_cell};
use crate::write::push_number;
use crate::zip;

/// The most cells of an array.
const MOST_CELLS: usize = 16_000_000;
/// How many other arrays a remark offers.
const OFFERED: usize = 6;

/// Elements of an array, one after the other.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    Real(Vec<f64>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    Text(Vec<String>),
}

impl Cells {
    pub fn len(&self) -> usize {
        match self {
            Cells::Real(v) => v.len(),
            Cells::Signed(v) => v.len(),
            Cells::Unsigned(v) => v.len(),
            Cells::Text(v) => v.len(),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Cells::Text(_))
    }

    /// From the order in which the first index runs fastest to the one in which the last does.
    fn reordered(self, shape: &[usize]) -> Cells {
        let count = self.len();
        let mut places = vec![0u32; count];
        let mut index = vec![0usize; shape.len()];
        for place in &mut places {
            let (mut at, mut step) = (0, 1);
            for (i, side) in index.iter().zip(shape) {
                at += i * step;
                step *= side;
            }
            // There are at most u32::MAX elements.
            *place = at as u32;
            for (i, side) in index.iter_mut().zip(shape).rev() {
                *i += 1;
                if *i < *side {
                    break;
                }
                *i = 0;
            }
        }
        fn pick<T: Clone>(from: &[T], places: &[u32]) -> Vec<T> {
            places.iter().map(|&p| from[p as usize].clone()).collect()
        }
        match self {
            Cells::Real(v) => Cells::Real(pick(&v, &places)),
            Cells::Signed(v) => Cells::Signed(pick(&v, &places)),
            Cells::Unsigned(v) => Cells::Unsigned(pick(&v, &places)),
            Cells::Text(v) => Cells::Text(pick(&v, &places)),
        }
    }

    /// Adds element `i` as a cell. What is not a number is a hole, but not an empty cell: a row of holes is a row.
    fn push(&self, i: usize, out: &mut String) {
        match self {
            Cells::Real(v) if v[i].is_nan() => out.push_str("NaN"),
            Cells::Real(v) => push_number(out, v[i]),
            Cells::Signed(v) => out.push_str(&v[i].to_string()),
            Cells::Unsigned(v) => out.push_str(&v[i].to_string()),
            Cells::Text(v) => push_cell(out, &v[i], ','),
        }
    }

    /// Element `i` as an index.
    fn index(&self, i: usize) -> Option<usize> {
        match self {
            Cells::Signed(v) => usize::try_from(*v.get(i)?).ok(),
            Cells::Unsigned(v) => usize::try_from(*v.get(i)?).ok(),
            _ => None,
        }
    }

    /// Element `i` as the nearest double.
    fn real(&self, i: usize) -> Option<f64> {
        match self {
            Cells::Real(v) => v.get(i).copied(),
            Cells::Signed(v) => v.get(i).map(|v| *v as f64),
            Cells::Unsigned(v) => v.get(i).map(|v| *v as f64),
            Cells::Text(_) => None,
        }
    }
}

/// What an array is.
#[derive(Debug)]
pub(crate) enum Found {
    /// All of its cells, row by row; names are as many as rows or columns, or none.
    Dense { rows: usize, cols: usize, cells: Cells, row_names: Vec<String>, col_names: Vec<String> },
    /// Those of its entries that are stored; indices count from 0, names from `first`.
    Sparse { rows: usize, cols: usize, first: usize, triplets: Vec<(u32, u32, f64)> },
    /// Columns of equal length.
    Fields(Vec<(String, Cells)>),
}

impl Found {
    fn sides(&self) -> (usize, usize) {
        match self {
            Found::Dense { rows, cols, .. } | Found::Sparse { rows, cols, .. } => (*rows, *cols),
            Found::Fields(fields) => (fields.first().map_or(0, |f| f.1.len()), fields.len()),
        }
    }

    fn of_text(&self) -> bool {
        matches!(self, Found::Dense { cells, .. } if cells.is_text())
    }
}

/// An array and its name.
#[derive(Debug)]
pub(crate) struct Named {
    pub name: String,
    pub found: Found,
}

/// The rows that a file of arrays holds; `None` where it is no such file.
///
/// # Errors
/// It is damaged, or holds nothing that could be read as rows.
pub(crate) fn open(kind: DataKind, bytes: &[u8], said: Option<&Columns>) -> Result<Option<Source<'static>>, DataError> {
    if !matches!(kind, DataKind::Ratings | DataKind::Table) {
        return Ok(None);
    }
    let mut remarks = Vec::new();
    let found = if npy::is_npy(bytes) {
        no_choice(said)?;
        npz::of_npy(npy::read(bytes)?)?
    } else if zip::is_zip(bytes) && npz::is_npz(bytes) {
        npz::read(bytes, said, &mut remarks)?
    } else if mat::is_mat(bytes) {
        let (named, others) = mat::read(bytes)?;
        choose(named, &others, said, &mut remarks)?
    } else if mat::is_level_4(bytes) {
        return Err(DataError::file(
            "this is a MATLAB file of version 4: save it again with save(name, '-v7'), in Python by scipy.io.savemat, or as CSV",
        ));
    } else if mat::is_hdf(bytes) {
        return Err(DataError::file(
            "this is an HDF5 file, such as MATLAB 7.3 writes: save it again with save(name, '-v7'), or as CSV",
        ));
    } else {
        return Ok(None);
    };
    rows(kind, found, said, remarks).map(Some)
}

fn no_choice(said: Option<&Columns>) -> Result<(), DataError> {
    match said.and_then(|s| s.choice("array")) {
        Some(_) => Err(DataError::columns("the file holds one array only, without a name")),
        None => Ok(()),
    }
}

/// The array a person named, or the largest; the others are offered.
fn choose(
    mut named: Vec<Named>,
    others: &[String],
    said: Option<&Columns>,
    remarks: &mut Vec<Remark>,
) -> Result<Found, DataError> {
    named.retain(|n| !n.found.of_text());
    let list = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<_>>().join(", ");
    if named.is_empty() {
        let why = match others {
            [] => "the file holds no array of numbers".to_owned(),
            _ => format!(
                "the file holds no matrix of real numbers: {} is something else (a text, a cell, a structure, or complex)",
                list(&mut others.iter().map(|n| quoted(n)))
            ),
        };
        return Err(DataError::file(why));
    }
    let size = |n: &Named| (n.found.sides().0).saturating_mul(n.found.sides().1);
    let sides = |n: &Named| format!("{} ({} x {})", quoted(&n.name), n.found.sides().0, n.found.sides().1);
    let at = match said.and_then(|s| s.choice("array")) {
        Some(name) => named.iter().position(|n| n.name == name).ok_or_else(|| {
            let all = list(&mut named.iter().map(sides));
            DataError::columns(format!("the file holds no array {} of numbers; it holds {all}", quoted(name)))
        })?,
        // Of equal ones the first.
        None => (0..named.len()).rev().max_by_key(|&i| size(&named[i])).unwrap_or(0),
    };
    if named.len() > 1 {
        let base = said.cloned().unwrap_or_default();
        // What could not be written in an experiment cannot be offered.
        let can = |n: &&Named| !n.name.contains(';') && n.name.trim() == n.name && !n.name.is_empty();
        let rest = || named.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, n)| n);
        let readings = rest().filter(can).take(OFFERED);
        let readings = readings.map(|n| Reading::new(format!("array {}", n.name), &base.with("array", &n.name)));
        remarks.push(Remark::new(
            format!(
                "The array {} was read; the file also holds {}.",
                sides(&named[at]),
                list(&mut rest().take(OFFERED).map(sides))
            ),
            readings.collect(),
        ));
    }
    Ok(named.swap_remove(at).found)
}

fn rows(
    kind: DataKind,
    found: Found,
    said: Option<&Columns>,
    mut remarks: Vec<Remark>,
) -> Result<Source<'static>, DataError> {
    let (m, n) = found.sides();
    if m == 0 || n == 0 {
        return Err(DataError::file(format!("the array has {m} x {n} elements: there is nothing in it")));
    }
    // Texts are read as in any table.
    let exact = match &found {
        Found::Fields(fields) => !fields.iter().any(|(_, cells)| cells.is_text()),
        _ => !found.of_text(),
    };
    let mut out = String::new();
    let header = match found {
        Found::Fields(fields) => {
            within(m, n)?;
            for (j, (name, _)) in fields.iter().enumerate() {
                out.push_str(if j > 0 { "," } else { "" });
                push_cell(&mut out, name, ',');
            }
            out.push('\n');
            for i in 0..m {
                for (j, (_, cells)) in fields.iter().enumerate() {
                    out.push_str(if j > 0 { "," } else { "" });
                    cells.push(i, &mut out);
                }
                out.push('\n');
            }
            true
        }
        Found::Dense { rows, cols, cells, row_names, col_names } => {
            within(rows, cols)?;
            let named = !row_names.is_empty();
            if !col_names.is_empty() {
                for (j, name) in col_names.iter().enumerate() {
                    out.push_str(if j > 0 || named { "," } else { "" });
                    push_cell(&mut out, name, ',');
                }
                out.push('\n');
            }
            for i in 0..rows {
                if let Some(name) = row_names.get(i) {
                    push_cell(&mut out, name, ',');
                }
                for j in 0..cols {
                    out.push_str(if j > 0 || named { "," } else { "" });
                    cells.push(i * cols + j, &mut out);
                }
                out.push('\n');
            }
            !col_names.is_empty()
        }
        Found::Sparse { first, triplets, .. } if kind == DataKind::Ratings => {
            remarks.push(stored(m, n, triplets.len(), first));
            out.push_str("row,column,value\n");
            for (i, j, value) in triplets {
                out.push_str(&format!("{},{},", i as usize + first, j as usize + first));
                push_number(&mut out, value);
                out.push('\n');
            }
            true
        }
        Found::Sparse { triplets, .. } => return spread(m, n, &triplets, said, remarks),
    };
    let first_line = u64::from(!header);
    Ok(Source { first_line, exact, remarks, ..Source::rows(out, ",", Some(header)) })
}

fn within(rows: usize, cols: usize) -> Result<(), DataError> {
    match rows.checked_mul(cols) {
        Some(cells) if cells <= MOST_CELLS => Ok(()),
        _ => Err(DataError::file(format!(
            "the array has {rows} x {cols} cells; {MOST_CELLS} at most are read: bring a smaller part"
        ))),
    }
}

fn stored(m: usize, n: usize, count: usize, first: usize) -> Remark {
    format!(
        "A sparse matrix of {m} x {n} with {count} stored entries: these are the ratings, by row and column, counted from {first}."
    )
    .into()
}

/// A sparse matrix as a table: what is not stored is a hole, or a zero where a person says so.
pub(crate) fn spread(
    m: usize,
    n: usize,
    triplets: &[(u32, u32, f64)],
    said: Option<&Columns>,
    mut remarks: Vec<Remark>,
) -> Result<Source<'static>, DataError> {
    within(m, n)?;
    let zero = said.and_then(|s| s.choice("unstored")) == Some("zero");
    let mut cells = vec![if zero { 0.0 } else { f64::NAN }; m * n];
    let mut known = vec![false; m * n];
    for &(i, j, value) in triplets {
        let e = i as usize * n + j as usize;
        // As everywhere, what is stored twice adds up.
        cells[e] = if known[e] { cells[e] + value } else { value };
        known[e] = true;
    }
    let base = said.cloned().unwrap_or_default();
    let (taken, other, value) = if zero {
        ("zeros", "what is not stored is missing", "missing")
    } else {
        ("missing", "what is not stored is zero", "zero")
    };
    let count = known.iter().filter(|k| **k).count();
    if count < m * n {
        remarks.push(Remark::new(
            format!("A sparse matrix: {count} of {} cells are stored, the others were taken as {taken}.", m * n),
            vec![Reading::new(other, &base.with("unstored", value))],
        ));
    }
    let mut out = String::new();
    let cells = Cells::Real(cells);
    for i in 0..m {
        for j in 0..n {
            out.push_str(if j > 0 { "," } else { "" });
            cells.push(i * n + j, &mut out);
        }
        out.push('\n');
    }
    Ok(Source { exact: true, remarks, ..Source::rows(out, ",", Some(false)) })
}

/// A matrix of Matrix Market as a table.
///
/// # Errors
/// It has too many cells.
pub(crate) fn of_market(matrix: &Market, said: Option<&Columns>) -> Result<Source<'static>, DataError> {
    no_choice(said)?;
    let mut triplets: Vec<(u32, u32, f64)> = matrix.all().map(|(_, entry)| entry).collect();
    if !matrix.coordinate && matrix.symmetry == Symmetry::Skew {
        // Of an array all is known, also what need not be written.
        triplets.extend((0..matrix.rows as u32).map(|i| (i, i, 0.0)));
    }
    if matrix.rows == 0 || matrix.cols == 0 {
        return Err(DataError::file("the matrix has no entries"));
    }
    spread(matrix.rows, matrix.cols, &triplets, said, Vec::new())
}
