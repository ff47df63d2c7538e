//! Tables of distances of which one half is written: rows that grow or shrink by one cell.

use iterscope_core::Role;

use super::blanks;
use crate::DataError;
use crate::error::quoted;
use crate::rows::Rows;
use crate::source::{Source, push_cell};
use crate::words::{is_hole, number};

/// Fewer rows may be anything.
const LEAST: usize = 3;

/// A row: its line, and its cells.
type Line = (u64, Vec<String>);

/// The whole square of a triangle, with an empty other half; `None` where the rows are not of that shape.
pub(crate) fn rows(source: &Source<'_>) -> Result<Option<Source<'static>>, DataError> {
    let delimiters = source.delimiter.as_ref().map_or([",", ";", "\t", "|", " "].as_slice(), std::slice::from_ref);
    for &delimiter in delimiters {
        let joined;
        let text: &str = if delimiter == " " {
            joined = blanks::joined(&source.text);
            &joined
        } else {
            &source.text
        };
        let Some(lines) = ragged(text, source.first_line, delimiter) else { continue };
        if let Some(mut found) = square(&lines, delimiter != ",")? {
            found.remarks.splice(0..0, source.remarks.iter().cloned());
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// All rows, where their lengths grow or shrink by one from the first or from the second on.
fn ragged(text: &str, first_line: u64, delimiter: &'static str) -> Option<Vec<Line>> {
    let mut rows = Rows::new(text, first_line, delimiter, true, false);
    let mut lines: Vec<Line> = Vec::new();
    while let Some(row) = rows.next().ok()? {
        lines.push((row.line, row.cells().map(str::to_owned).collect()));
        // Most tables are of another shape, which their first rows show.
        if lines.len() >= 4 {
            let width = |i: usize| lines[i].1.len() as i64;
            let k = lines.len() - 1;
            if (width(k) - width(k - 1)).abs() != 1 || width(k) - width(k - 1) != width(k - 1) - width(k - 2) {
                return None;
            }
        }
    }
    (lines.len() >= LEAST).then_some(lines)
}

/// Whether rows have so many more cells than the one before.
fn steps(lines: &[Line], by: i64) -> bool {
    lines.windows(2).all(|w| w[1].1.len() as i64 - w[0].1.len() as i64 == by)
}

fn square(lines: &[Line], comma: bool) -> Result<Option<Source<'static>>, DataError> {
    let is_number = |cell: &String| number(cell, comma).is_some() || is_hole(cell);
    let text = |cell: &String| number(cell, comma).is_none();
    let shape = [(0, 1), (0, -1), (1, 1), (1, -1)].into_iter().find(|&(from, by)| {
        let rows = &lines[from..];
        let ends = if by > 0 { rows.first() } else { rows.last() };
        rows.len() >= 2
            && steps(rows, by)
            && ends.is_some_and(|l| l.1.len() <= 2)
            && (from == 0 || lines[0].1.iter().all(text))
    });
    let Some((from, by)) = shape else { return Ok(None) };
    let (header, rows) = (lines[..from].first().map(|l| &l.1), &lines[from..]);
    let number_names =
        || rows.iter().enumerate().all(|(i, l)| l.1[0] == (i + 1).to_string() || l.1[0] == i.to_string());
    // Cells on the diagonal are zero; a lone 0 may be one, or the name of the first point.
    let zeros = rows.iter().all(|l| l.1.last().is_some_and(|c| number(c, comma) == Some(0.0)));
    let counted = by > 0 && rows[0].1.len() == 1 && number_names() && !zeros;
    let named = header.is_some() || counted || rows.iter().all(|l| text(&l.1[0]) && !l.1[0].is_empty());
    let skip = usize::from(named);
    for (line, cells) in rows {
        if let Some(at) = cells.iter().skip(skip).position(|c| !is_number(c)) {
            // Whole rows of words are no distances.
            if rows.iter().all(|l| l.1.iter().skip(skip).all(text)) {
                return Ok(None);
            }
            let message =
                format!("found {}; expected a distance, in rows that make a triangle", quoted(&cells[skip + at]));
            return Err(DataError::at(*line, (skip + at) as u64 + 1, message));
        }
    }
    let values = |i: usize| &rows[i].1[skip..];
    let zero = |cell: Option<&String>| cell.is_some_and(|c| number(c, comma) == Some(0.0) || is_hole(c));
    // The cell next to the diagonal: the last of a growing row, the first of a shrinking one.
    let diagonal = (0..rows.len()).all(|i| {
        let cells = values(i);
        zero(if by > 0 { cells.last() } else { cells.first() })
    });
    let names: Vec<&String> = rows.iter().take_while(|_| named).map(|l| &l.1[0]).collect();
    let heads: Vec<&String> = header.map_or_else(Vec::new, |h| {
        let corner = usize::from(h.len() > rows.len().max(rows[0].1.len() - skip) || h[0].is_empty());
        h.iter().skip(corner.min(h.len())).collect()
    });
    // A half without its diagonal has one row fewer than there are points, unless that row is there and empty.
    let empty_row = values(if by > 0 { 0 } else { rows.len() - 1 }).is_empty();
    let all = if diagonal || empty_row { rows.len() } else { rows.len() + 1 };
    let offset = usize::from(!diagonal);
    let mut points: Vec<String> = if !named {
        (1..=all).map(|i| i.to_string()).collect()
    } else if all == rows.len() {
        names.iter().map(|n| (*n).clone()).collect()
    } else if by > 0 && !heads.is_empty() {
        // As R prints it: the rows leave out the first point, the columns the last one.
        heads.first().into_iter().chain(&names).map(|n| (*n).clone()).collect()
    } else if by < 0 && !heads.is_empty() {
        names.first().into_iter().chain(&heads).map(|n| (*n).clone()).collect()
    } else {
        let (line, _) = rows[0];
        let message = "the rows make a triangle without its diagonal, and one of the points has no name: add its row, or names of \
                       the columns in a first line";
        return Err(DataError::line(line, message));
    };
    points.truncate(all);
    if points.len() < all {
        return Err(DataError::line(lines[0].0, format!("found {} names for {all} points", points.len())));
    }
    let mut cells = vec![String::new(); all * all];
    for i in 0..rows.len() {
        let given = values(i);
        for (k, cell) in given.iter().enumerate() {
            let place = if by > 0 {
                // Row `a` holds the distances to the points before it.
                let a = if all > rows.len() { i + 1 } else { i };
                (a < all && k < all).then_some(a * all + k)
            } else {
                let b = i + offset + k;
                (b < all).then_some(i * all + b)
            };
            match place {
                Some(e) => cells[e].clone_from(cell),
                None => return Ok(None),
            }
        }
    }
    let half = if by > 0 { "lower" } else { "upper" };
    let remark = format!("The {half} half of a square table: the distances between {all} points.");
    Ok(Some(table(&points, &cells, &remark)))
}

/// A square table with these names and cells, and zeros on its diagonal.
pub(super) fn table(points: &[String], cells: &[String], remark: &str) -> Source<'static> {
    let n = points.len();
    let mut out = String::new();
    for point in points {
        out.push('\t');
        push_cell(&mut out, point, '\t');
    }
    out.push('\n');
    for (i, point) in points.iter().enumerate() {
        push_cell(&mut out, point, '\t');
        for (j, cell) in cells[i * n..(i + 1) * n].iter().enumerate() {
            out.push('\t');
            out.push_str(if i == j && is_hole(cell) { "0" } else { cell });
        }
        out.push('\n');
    }
    let mut source = Source::rows(out, "\t", Some(true));
    source.first_line = 0;
    source.roles = Some((vec![Role::Name, Role::Value], true));
    source.remarks.push(remark.into());
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        rows(&Source::plain(text)).unwrap().map(|s| s.text.into_owned())
    }

    #[test]
    fn every_half_is_read() {
        let lower = "\ta\tb\tc\na\t0\t\t\nb\t1\t0\t\nc\t2\t3\t0\n";
        let upper = "\ta\tb\tc\na\t0\t1\t2\nb\t\t0\t3\nc\t\t\t0\n";
        for text in [
            "a\nb,1\nc,2,3\n",
            "a,0\nb,1,0\nc,2,3,0\n",
            ",a,b,c\na\nb,1\nc,2,3\n",
            "a b c\na\nb 1\nc 2 3\n",
            "  a b\nb 1\nc 2 3\n",
            "a,b,c\na,0\nb,1,0\nc,2,3,0\n",
        ] {
            assert_eq!(read(text).as_deref(), Some(lower), "{text:?}");
        }
        for text in ["a;1;2\nb;3\nc\n", "a;0;1;2\nb;0;3\nc;0\n", "b c\na 1 2\nb 3\n"] {
            assert_eq!(read(text).as_deref(), Some(upper), "{text:?}");
        }
        let numbered =
            lower.replace('a', "1").replace("b\t1", "2\t1").replace('b', "2").replace("c\t2", "3\t2").replace('c', "3");
        for text in ["1\n2,3\n", "0\n1,0\n2,3,0\n"] {
            // Two rows alone may be anything.
            assert_eq!(read(text).as_deref(), (text.len() > 6).then_some(numbered.as_str()), "{text:?}");
        }
        for other in ["a,b\nc,d\ne,f\n", "a\nb,c\nd,e,f\n", "a,b,c\nd,e\nf\n", "1,2,3\n4,5,6\n7,8\n", ""] {
            assert_eq!(read(other), None, "{other:?}");
        }
        let wrong = rows(&Source::plain("a\nb,1\nc,2,x3\n")).unwrap_err();
        assert_eq!((wrong.line, wrong.column), (Some(3), Some(3)));
    }
}
