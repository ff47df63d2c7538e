//! The tables in files of the Gene Expression Omnibus (series matrix and SOFT):
//! <https://www.ncbi.nlm.nih.gov/geo/info/soft.html>.

use super::split_lines;
use crate::DataError;
use crate::source::Source;

/// The rows between `!..._table_begin` and `!..._table_end`.
pub(crate) fn rows(text: &str) -> Result<Option<Source<'_>>, DataError> {
    if !text.trim_start().starts_with(['!', '^']) {
        return Ok(None);
    }
    let marks = |line: &str, word: &str| line.starts_with('!') && line.trim_end().to_ascii_lowercase().ends_with(word);
    let (mut first_line, mut out) = (0, String::new());
    for (number, line) in (1u64..).zip(split_lines(text)) {
        if first_line == 0 {
            if marks(line, "_table_begin") {
                first_line = number + 1;
            }
        } else if marks(line, "_table_end") {
            let mut source = Source::rows(out, "\t", Some(true));
            source.first_line = first_line;
            let what = format!(
                "A file of the Gene Expression Omnibus: {} of notes before the table were left out.",
                super::count_lines(first_line as usize - 2)
            );
            source.remarks.push(what.into());
            return Ok(Some(source));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    match first_line {
        0 => Ok(None),
        line => Err(DataError::line(line - 1, "a table begins here and has no end: the file is not complete")),
    }
}
