//! A header that is one cell shorter than the rows, as `write.table` of R writes it: the first column holds names of rows.

use super::{fields, lines};
use crate::source::Source;
use crate::words::{is_hole, number};

/// How many rows decide.
const SAMPLE: usize = 200;

/// The same with an empty cell in front of the header, or behind it where the rows end in a delimiter.
pub(crate) fn rows(source: &Source<'_>) -> Option<Source<'static>> {
    let known = source.delimiter.as_ref().map_or([",", ";", "\t", "|"].as_slice(), std::slice::from_ref);
    known.iter().find_map(|delimiter| {
        let d = delimiter.chars().next()?;
        let mut found = lines(&source.text).map(|(_, line)| line);
        let header = found.next()?;
        let sample: Vec<&str> = found.take(SAMPLE).collect();
        let width = fields(header, d);
        // A trailing delimiter is cut off where lines are trimmed.
        let ends = |line: &str| d != ' ' && line.trim_end_matches([' ', '\r']).ends_with(d);
        let wide =
            |line: &&str| fields(line, d) == width + 1 || !ends(header) && ends(line) && fields(line, d) == width;
        let words = header.split(d).next().map(|cell| cell.trim().trim_matches('"'));
        let apart = |other: &&str| *other != *delimiter && other.chars().next().is_some_and(|o| fields(header, o) > 1);
        let other = source.delimiter.is_none() && [",", ";", "\t", "|"].iter().any(apart);
        let named = words.is_some_and(|word| number(word, true).is_none() && !is_hole(word));
        if other || !named || sample.is_empty() || !sample.iter().all(wide) {
            return None;
        }
        let trailing = sample.iter().all(|line| line.trim_end().ends_with(d));
        // One comma too many may be a decimal comma. Names of rows are all different, which one row alone does not show.
        if d == ',' && !trailing {
            let mut names: Vec<&str> = sample.iter().filter_map(|line| line.split(d).next()).collect();
            names.sort_unstable();
            if names.len() < 2 || names.windows(2).any(|pair| pair[0] == pair[1]) {
                return None;
            }
        }
        let at = header.as_ptr() as usize - source.text.as_ptr() as usize;
        let at = if trailing { at + header.len() } else { at + (header.len() - header.trim_start().len()) };
        let (before, after) = source.text.split_at(at);
        // Two quotes are a cell even between blanks.
        let cell = if at > 0 && before.ends_with(header) { format!("{d}\"\"") } else { format!("\"\"{d}") };
        let mut found = Source::rows(format!("{before}{cell}{after}"), delimiter, Some(true));
        (found.first_line, found.remarks) = (source.first_line, source.remarks.clone());
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_has_no_name() {
        let text = |t: &str| rows(&Source::plain(t)).map(|s| s.text.into_owned());
        assert_eq!(text("h\tw\np1\t1\t2\np2\t3\t4\n").as_deref(), Some("\"\"\th\tw\np1\t1\t2\np2\t3\t4\n"));
        assert_eq!(text("h,w\n1,2,\n3,4,\n").as_deref(), Some("h,w,\"\"\n1,2,\n3,4,\n"));
        for other in [
            "h,w,\n1,2,\n3,4,\n",
            "h,w\np,1,2\n",
            "h,w\np,1,2\np,3,4\n",
            "h,w\n1,2\n",
            "1,2\n1,2,3\n",
            "h,w\n1,2,3\n4,5\n",
            "a,b\n",
            "",
        ] {
            assert_eq!(text(other), None, "{other:?}");
        }
    }
}
