//! NumPy's archives of several arrays (`.npz`), SciPy's sparse matrices in them, and what this program writes itself.

use iterscope_core::{Columns, Remark};

use super::npy::{self, Npy};
use super::{Cells, Found, Named, choose};
use crate::DataError;
use crate::error::quoted;
use crate::zip::{self, Entry};

/// Whether an archive holds arrays.
pub(crate) fn is_npz(bytes: &[u8]) -> bool {
    zip::entries(bytes).is_ok_and(|all| all.iter().any(|e| e.name.ends_with(".npy")))
}

/// An array as rows.
///
/// # Errors
/// It has more than two sides of more than one element.
pub(crate) fn of_npy(npy: Npy) -> Result<Found, DataError> {
    let (shape, cells) = match npy {
        Npy::Fields { fields } => return Ok(Found::Fields(fields)),
        Npy::Plain { shape, cells } => (shape, cells),
    };
    let long: Vec<usize> =
        if shape.len() > 2 { shape.iter().copied().filter(|n| *n != 1).collect() } else { shape.clone() };
    let (rows, cols) = match long[..] {
        [] => (1, 1),
        [n] => (n, 1),
        [m, n] => (m, n),
        _ => {
            let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
            return Err(DataError::file(format!(
                "the array has {} sides ({}); a table has two: bring one slice of it",
                long.len(),
                sides.join(" x ")
            )));
        }
    };
    Ok(Found::Dense { rows, cols, cells, row_names: Vec::new(), col_names: Vec::new() })
}

/// The array that a person named, or the one there is to read.
///
/// # Errors
/// The archive or an array is damaged, or there is none to read.
pub(crate) fn read(bytes: &[u8], said: Option<&Columns>, remarks: &mut Vec<Remark>) -> Result<Found, DataError> {
    let entries = zip::entries(bytes)?;
    let arrays: Vec<(&str, &Entry)> = entries.iter().filter_map(|e| Some((e.name.strip_suffix(".npy")?, e))).collect();
    let get = |name: &str| arrays.iter().find(|(n, _)| *n == name).map(|(_, e)| *e);
    if let (Some(format), Some(shape), Some(data)) = (get("format"), get("shape"), get("data")) {
        let plain = |e: Option<&Entry>, what: &str| match e.map(open).transpose()? {
            Some(Npy::Plain { cells, .. }) => Ok(cells),
            _ => Err(DataError::file(format!("the sparse matrix lacks its array {}", quoted(what)))),
        };
        let (format, shape, data) =
            (plain(Some(format), "format")?, plain(Some(shape), "shape")?, plain(Some(data), "data")?);
        let format = match &format {
            Cells::Text(t) => t.first().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        let lists = match format.as_str() {
            "csr" | "csc" => (plain(get("indices"), "indices")?, plain(get("indptr"), "indptr")?),
            "coo" => (plain(get("row"), "row")?, plain(get("col"), "col")?),
            other => {
                let why = format!("a sparse matrix of format {} is not read; csr, csc and coo are", quoted(other));
                return Err(DataError::file(why));
            }
        };
        return sparse(&format, &shape, &lists, &data)
            .ok_or_else(|| DataError::file("the sparse matrix is damaged: its arrays do not fit together"));
    }
    let mut named = Vec::new();
    for (name, entry) in &arrays {
        // What is no table does no harm beside one.
        match open(entry).and_then(of_npy) {
            Ok(found) => named.push(Named { name: (*name).to_owned(), found }),
            Err(error) if arrays.len() == 1 => return Err(error),
            Err(_) => {}
        }
    }
    if said.and_then(|s| s.choice("array")).is_none() {
        if let Some(found) = ours(&named) {
            return Ok(found);
        }
        if let Some(found) = side_by_side(&mut named) {
            return Ok(found);
        }
    }
    choose(named, &[], said, remarks)
}

fn open(entry: &Entry) -> Result<Npy, DataError> {
    npy::read(&entry.open()?).map_err(|e| DataError { message: format!("{}: {}", quoted(&entry.name), e.message), ..e })
}

fn sparse(format: &str, shape: &Cells, (first, second): &(Cells, Cells), data: &Cells) -> Option<Found> {
    let (rows, cols) = (shape.index(0)?, shape.index(1)?);
    let mut triplets = Vec::with_capacity(data.len());
    let mut push = |i: usize, j: usize, e: usize| {
        let fits = i < rows && j < cols && rows.max(cols) <= u32::MAX as usize;
        triplets.push((i as u32, j as u32, data.real(e).filter(|_| fits)?));
        Some(())
    };
    if format == "coo" {
        for e in 0..data.len() {
            push(first.index(e)?, second.index(e)?, e)?;
        }
    } else {
        let outer = if format == "csr" { rows } else { cols };
        if second.len() != outer.checked_add(1)? {
            return None;
        }
        for o in 0..outer {
            for e in second.index(o)?..second.index(o + 1)? {
                let inner = first.index(e)?;
                let (i, j) = if format == "csr" { (o, inner) } else { (inner, o) };
                push(i, j, e)?;
            }
        }
    }
    Some(Found::Sparse { rows, cols, first: 0, triplets })
}

/// `values` with the names of its columns in `columns`, and columns of text beside it, as this program writes tables.
fn ours(named: &[Named]) -> Option<Found> {
    let find = |name: &str| named.iter().position(|n| n.name == name);
    let (values, columns) = (find("values")?, find("columns")?);
    let (rows, cols) = named[values].found.sides();
    let names = match &named[columns].found {
        Found::Dense { cells: Cells::Text(names), .. } if names.len() == cols => names.clone(),
        _ => return None,
    };
    let Found::Dense { cells, .. } = &named[values].found else { return None };
    if cells.is_text() {
        return None;
    }
    let mut fields: Vec<(String, Cells)> = Vec::new();
    for n in named.iter() {
        if let Found::Dense { cells: cells @ Cells::Text(_), .. } = &n.found
            && n.name != "columns"
            && cells.len() == rows
        {
            fields.push((n.name.clone(), cells.clone()));
        }
    }
    for (j, name) in names.into_iter().enumerate() {
        let column = (0..rows).map(|i| cells.real(i * cols + j)).collect::<Option<_>>()?;
        fields.push((name, Cells::Real(column)));
    }
    Some(Found::Fields(fields))
}

/// Several lists of one length, as columns under their names.
fn side_by_side(named: &mut Vec<Named>) -> Option<Found> {
    let length = named.first()?.found.sides().0;
    let list = |n: &Named| matches!(n.found, Found::Dense { cols: 1, rows, .. } if rows == length);
    if named.len() < 2 || length < 2 || !named.iter().all(list) {
        return None;
    }
    let fields = named.drain(..).map(|n| match n.found {
        Found::Dense { cells, .. } => (n.name, cells),
        _ => (n.name, Cells::Text(Vec::new())),
    });
    Some(Found::Fields(fields.collect()))
}
