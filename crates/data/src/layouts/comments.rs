//! Lines in front of a table that begin with `#`.

use super::{count_lines, fields, split_lines};
use crate::source::Source;
use crate::text::line_ends;

/// A text without the comments above its rows; one that names as many columns as the rows have is the header.
pub(crate) fn rows(text: &str) -> Source<'_> {
    let head: Vec<&str> = split_lines(text).take_while(|l| l.trim().is_empty() || l.starts_with('#')).collect();
    let comments = head.iter().filter(|l| l.starts_with('#')).count();
    if comments == 0 {
        return Source::plain(text);
    }
    let Some((last, rest)) = head.split_last() else { return Source::plain(text) };
    let body: Vec<&str> = split_lines(text).skip(head.len()).filter(|l| !l.trim().is_empty()).take(2).collect();
    let Some(row) = body.first() else { return Source::plain(text) };
    let names = last.trim_start_matches('#').trim();
    let delimiter = ['\t', ',', ';', '|', ' '].into_iter().find(|&d| fields(row, d) > 1);
    let header = last.starts_with('#') && delimiter.is_some_and(|d| fields(names, d) == fields(row, d));
    let from = row.as_ptr() as usize - text.as_ptr() as usize;
    let left = comments - usize::from(header);
    let first = 1 + rest.iter().position(|l| l.starts_with('#')).unwrap_or(rest.len());
    let mut source = if header {
        // Blank lines between stay, so that lines keep their numbers.
        let at = last.as_ptr() as usize - text.as_ptr() as usize + (last.len() - last.trim_start_matches('#').len());
        Source::plain(&text[at..])
    } else {
        Source::plain(&text[from..])
    };
    source.first_line = if header { head.len() as u64 } else { 1 + line_ends(&text.as_bytes()[..from]) };
    if left > 0 {
        let what =
            format!("Left out {} of comments above the table, the first of them line {first}.", count_lines(left));
        source.remarks.push(what.into());
    }
    source
}
