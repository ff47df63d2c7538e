//! Results as arrays of NumPy: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>, version 1.0.

use std::collections::HashSet;

use iterscope_core::artifact::Cell;

use crate::zip;

/// An array of doubles, the last index running fastest.
pub(crate) fn doubles(shape: &[usize], values: impl Iterator<Item = f64>) -> Vec<u8> {
    let mut out = header("'<f8'", shape);
    values.for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
    out
}

/// A list of texts.
fn texts<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Vec<u8> {
    let longest = texts.clone().map(|t| t.chars().count()).max().unwrap_or(0).max(1);
    let mut out = header(&format!("'<U{longest}'"), &[texts.clone().count()]);
    texts.for_each(|text| push_text(&mut out, text, longest));
    out
}

fn push_text(out: &mut Vec<u8>, text: &str, length: usize) {
    let from = out.len();
    text.chars().for_each(|c| out.extend_from_slice(&u32::from(c).to_le_bytes()));
    out.resize(from + 4 * length, 0);
}

fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    // A tuple of one has a comma, too.
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({}{comma}), }}", sides.join(", "));
    // The data begin at a multiple of 64 bytes: magic, version, length, header, and a line end. Names that are not ASCII, and
    // headers that are too long for two bytes of length, need a later version.
    let version: u8 = if !header.is_ascii() { 3 } else { 1 + u8::from(header.len() > 65_000) };
    let before = if version == 1 { 10 } else { 12 };
    let end = before + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', end.next_multiple_of(64) - end));
    header.push('\n');
    let mut out = b"\x93NUMPY".to_vec();
    out.extend([version, 0]);
    let length = (header.len() as u32).to_le_bytes();
    out.extend(&length[..before - 8]);
    out.extend_from_slice(header.as_bytes());
    out
}

/// A text as Python writes it.
fn literal(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Whether a column holds numbers; empty texts among them are holes.
fn is_number(rows: &[Vec<Cell>], column: usize) -> bool {
    let mut cells = rows.iter().map(|row| &row[column]);
    cells.clone().all(|c| !matches!(c, Cell::Text(t) if !t.is_empty())) && cells.any(|c| !matches!(c, Cell::Text(_)))
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Text(_) => f64::NAN,
        Cell::Int(value) => *value as f64,
        Cell::Real(value) => *value,
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
    }
}

/// Names that are all different and none of which is empty.
fn distinct(names: &[String], taken: &[&str]) -> Vec<String> {
    let mut seen: HashSet<String> = taken.iter().map(|t| (*t).to_owned()).collect();
    let mut out = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let mut new = if name.is_empty() { format!("column {}", i + 1) } else { name.clone() };
        while !seen.insert(new.clone()) {
            new.push('_');
        }
        out.push(new);
    }
    out
}

/// A table as records: columns of numbers as doubles, all others as texts.
pub(crate) fn records(columns: &[String], rows: &[Vec<Cell>]) -> Vec<u8> {
    let widths: Vec<Option<usize>> = (0..columns.len())
        .map(|j| {
            let longest = || rows.iter().map(|row| text(&row[j]).chars().count()).max().unwrap_or(0).max(1);
            (!is_number(rows, j)).then(longest)
        })
        .collect();
    let names = distinct(columns, &[]);
    let field = |(name, width): (&String, &Option<usize>)| match width {
        None => format!("({}, '<f8')", literal(name)),
        Some(n) => format!("({}, '<U{n}')", literal(name)),
    };
    let fields: Vec<String> = names.iter().zip(&widths).map(field).collect();
    let mut out = header(&format!("[{}]", fields.join(", ")), &[rows.len()]);
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            match width {
                None => out.extend_from_slice(&number(cell).to_le_bytes()),
                Some(n) => push_text(&mut out, &text(cell), *n),
            }
        }
    }
    out
}

/// A table as an archive: numbers in `values`, the names of their columns in `columns`, texts under the names of theirs.
pub(crate) fn archive(columns: &[String], rows: &[Vec<Cell>]) -> Vec<u8> {
    let (numbers, others): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(|&j| is_number(rows, j));
    let values = rows.iter().flat_map(|row| numbers.iter().map(|&j| number(&row[j])));
    let mut files = Vec::new();
    let names: Vec<String> = others.iter().map(|&j| columns[j].clone()).collect();
    for (name, &j) in distinct(&names, &["values", "columns"]).into_iter().zip(&others) {
        let column: Vec<String> = rows.iter().map(|row| text(&row[j])).collect();
        // A slash would make a folder.
        files.push((format!("{}.npy", name.replace('/', "_")), texts(column.iter().map(String::as_str))));
    }
    files.push(("columns.npy".to_owned(), texts(numbers.iter().map(|&j| columns[j].as_str()))));
    files.push(("values.npy".to_owned(), doubles(&[rows.len(), numbers.len()], values)));
    zip::write(&files)
}
