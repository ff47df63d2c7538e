//! Layouts of text that are no plain rows of columns, each brought into such rows. Lines keep their numbers wherever the
//! layout has one row in each line, so that what is said of a row names the line of the file.

mod arff;
mod blanks;
mod comments;
mod gct;
mod geo;
mod netflix;
mod phylip;
mod short_header;
mod triangle;

use iterscope_core::DataKind;

use crate::DataError;
use crate::source::Source;

/// The rows that a text of some layout holds; a text of no known layout as it is.
///
/// # Errors
/// It is of a known layout and damaged.
pub(crate) fn rows(kind: DataKind, text: &str) -> Result<Source<'_>, DataError> {
    let wide = kind == DataKind::Table;
    if !wide && kind != DataKind::Ratings {
        return Ok(Source::plain(text));
    }
    if let Some(source) = arff::rows(text)? {
        return Ok(source);
    }
    if wide {
        for layout in [gct::rows, geo::rows, phylip::rows] {
            if let Some(source) = layout(text)? {
                return Ok(source);
            }
        }
    } else if let Some(source) = netflix::rows(text)? {
        return Ok(source);
    }
    let mut source = comments::rows(text);
    if wide && let Some(found) = triangle::rows(&source)? {
        source = found;
    }
    if source.delimiter.is_none()
        && let Some(found) = blanks::rows(&source)
    {
        source = found;
    }
    if source.header.is_none()
        && let Some(found) = short_header::rows(&source)
    {
        source = found;
    }
    Ok(source)
}

/// Rows whose columns are separated by blanks, with the name that R leaves out; `None` where something else separates them.
pub(crate) fn blanks(source: &Source<'_>) -> Option<Source<'static>> {
    let found = blanks::rows(source)?;
    Some(short_header::rows(&found).unwrap_or(found))
}

/// How many fields a line has between delimiters outside of quotes; a delimiter of one blank means any run of white space.
pub(crate) fn fields(line: &str, delimiter: char) -> usize {
    let mut count = 1;
    let (mut quoted, mut begins, mut blank) = (false, true, true);
    for c in line.trim().chars() {
        let separates = if delimiter == ' ' { c.is_whitespace() } else { c == delimiter };
        match c {
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            _ if quoted => {}
            _ if separates => count += usize::from(delimiter != ' ' || !blank),
            _ => {}
        }
        begins = separates && !quoted;
        blank = separates;
    }
    count
}

/// Lines that hold something, with their numbers from 1.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..).zip(split_lines(text)).filter(|(_, line)| !line.trim().is_empty())
}

/// Lines that end in LF, CR LF or CR, without their ends.
pub(crate) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.filter(|t| !t.is_empty())?;
        let Some(at) = text.find(['\n', '\r']) else {
            rest = None;
            return Some(text);
        };
        let end = at + if text[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[end..]);
        Some(&text[..at])
    })
}

/// `1 line`, `2 lines`.
pub(crate) fn count_lines(n: usize) -> String {
    if n == 1 { "1 line".into() } else { format!("{n} lines") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_between_delimiters_outside_of_quotes() {
        for (line, delimiter, count) in [
            ("a,b,c", ',', 3),
            ("\"a,b\",c", ',', 2),
            ("5\" disc,b", ',', 2),
            ("a,,", ',', 3),
            ("  a   b\tc ", ' ', 3),
            ("\"a b\" c", ' ', 2),
            ("a", ' ', 1),
        ] {
            assert_eq!(fields(line, delimiter), count, "{line:?}");
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        assert_eq!(split_lines("a\r\nb\rc\n\nd").collect::<Vec<_>>(), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("\n a\n \nb").collect::<Vec<_>>(), [(2, " a"), (4, "b")]);
    }
}
