//! Columns separated by runs of blanks, as R and NumPy print them.

use super::{fields, lines, split_lines};
use crate::source::Source;
use crate::words::{is_hole, number};

/// How many lines decide.
const SAMPLE: usize = 200;

/// The same rows with one blank between cells; `None` where something else separates the columns.
pub(crate) fn rows(source: &Source<'_>) -> Option<Source<'static>> {
    let sample: Vec<&str> = lines(&source.text).map(|(_, line)| line).take(SAMPLE).collect();
    let (first, rest) = sample.split_first()?;
    let width = fields(rest.first().unwrap_or(first), ' ');
    // R leaves out the name of the column of row names.
    let head = fields(first, ' ');
    let even = rest.iter().all(|line| fields(line, ' ') == width) && (head == width || head + 1 == width);
    if width < 2 || !even || sample.iter().any(|line| line.contains("::")) {
        return None;
    }
    // A tab among blanks is one of them.
    let tabs = sample.iter().all(|line| line.trim().contains('\t'));
    let separated = |line: &&str| tabs || line.trim().contains([',', ';', '|']);
    let numbers = |line: &&str| {
        line.split_whitespace().skip(1).all(|cell| number(cell, true).is_some() || is_hole(cell))
            && !tabs
            && !line.contains([';', '|'])
    };
    if sample.iter().any(separated) && (rest.is_empty() || !rest.iter().all(numbers)) {
        return None;
    }
    let mut found = Source::rows(joined(&source.text), " ", source.header);
    (found.first_line, found.remarks) = (source.first_line, source.remarks.clone());
    Some(found)
}

/// A text whose runs of white space outside of quotes have become one blank each, and none at the ends of lines.
pub(crate) fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in split_lines(text) {
        let (mut quoted, mut begins) = (false, true);
        for c in line.trim().chars() {
            match c {
                '"' if quoted => quoted = false,
                '"' if begins => quoted = true,
                _ => {}
            }
            let blank = c.is_whitespace() && !quoted;
            if !(blank && begins) {
                out.push(if blank { ' ' } else { c });
            }
            begins = blank;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_separate_only_where_nothing_else_does() {
        let text = |t: &str| rows(&Source::plain(t)).map(|s| s.text.into_owned());
        assert_eq!(text("a b\n 1   2\n\n3\t4 \n").as_deref(), Some("a b\n1 2\n\n3 4\n"));
        assert_eq!(text("x y\n\"a b\"  1 2\n").as_deref(), Some("x y\n\"a b\" 1 2\n"));
        assert_eq!(text("1,5 2,25\n3 4\n").as_deref(), Some("1,5 2,25\n3 4\n"));
        for other in ["New York,1\nLos Angeles,2\n", "a b;c\nd e;f\n", "a b\nc\n", "a\nb\n", "a b::c\nd e::f\n", ""] {
            assert_eq!(text(other), None, "{other:?}");
        }
    }
}
