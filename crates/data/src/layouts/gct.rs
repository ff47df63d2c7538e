//! Tables of gene expression in the formats GCT 1.2 and 1.3:
//! <https://software.broadinstitute.org/software/igv/GCT> and <https://clue.io/connectopedia/gct_format>.

use iterscope_core::Role;

use super::lines;
use crate::DataError;
use crate::error::quoted;
use crate::source::Source;

/// The rows below the three lines of the head: names, descriptions that are left out, numbers.
pub(crate) fn rows(text: &str) -> Result<Option<Source<'_>>, DataError> {
    let mut found = lines(text);
    let version = match found.next() {
        Some((_, line)) if line.trim() == "#1.2" => 2,
        Some((_, line)) if line.trim() == "#1.3" => 3,
        _ => return Ok(None),
    };
    let Some((at, sizes)) = found.next() else {
        return Err(DataError::file("the GCT file ends before its numbers of rows and columns"));
    };
    let numbers: Option<Vec<usize>> = sizes.split_whitespace().map(|word| word.parse().ok()).collect();
    let (rows, row_notes, column_notes) = match (version, numbers.as_deref()) {
        (2, Some([rows, _])) => (*rows, 1, 0),
        (3, Some([rows, _, of_rows, of_columns])) => (*rows, *of_rows, *of_columns),
        _ => {
            let wanted =
                if version == 2 { "rows and columns" } else { "rows, columns, notes of rows, notes of columns" };
            return Err(DataError::line(
                at,
                format!("found {}; expected the numbers of {wanted}", quoted(sizes.trim())),
            ));
        }
    };
    let Some((first_line, header)) = found.next() else {
        return Err(DataError::file("the GCT file ends before the names of its columns"));
    };
    let notes: Vec<(u64, &str)> = found.by_ref().take(column_notes).collect();
    let count = found.count();
    if count != rows {
        return Err(DataError::line(at, format!("the file says that it has {rows} rows, and has {count}")));
    }
    let from = place(text, header);
    let mut roles = vec![Role::Name];
    roles.extend(std::iter::repeat_n(Role::Ignored, row_notes.min(header.len())));
    roles.push(Role::Value);
    let mut source = match notes.last() {
        None => Source::rows(&text[from..], "\t", Some(true)),
        Some((_, last)) => {
            // Rows of notes on the columns become empty lines.
            let end = place(text, last) + last.len();
            let ends = "\n".repeat(notes.len());
            Source::rows(format!("{header}{ends}{}", &text[end..]), "\t", Some(true))
        }
    };
    source.first_line = first_line;
    source.roles = Some((roles, true));
    source.remarks.push(
        match (row_notes, notes.len()) {
            (1, 0) => "A GCT table: the column of descriptions was left out.".to_owned(),
            (r, c) => format!("A GCT table: {r} columns and {c} rows of notes were left out."),
        }
        .into(),
    );
    Ok(Some(source))
}

/// Where a part of a text begins.
fn place(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}
