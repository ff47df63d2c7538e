//! Rows of delimited text, one after the other; only cells with doubled quotes are copied.

use iterscope_core::Remark;

use crate::DataError;
use crate::text::line_ends;
use crate::words::columns;

/// A cell: bytes of the text, or of the copies.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    copied: bool,
}

/// One row, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    /// From 1.
    pub line: u64,
    spans: &'r [Span],
    body: &'r str,
    copies: &'r str,
}

impl<'r> Row<'r> {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.spans.len()
    }
    /// Field `i` from 0, without white space around it; empty where there is none.
    pub fn get(&self, i: usize) -> &'r str {
        let Some(span) = self.spans.get(i) else { return "" };
        let text = if span.copied { self.copies } else { self.body };
        &text[span.start as usize..span.end as usize]
    }
    /// The fields, without white space around them.
    pub fn cells(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map(move |i| self.get(i))
    }
    /// An error at field `i` from 0.
    pub fn error(&self, i: usize, message: impl Into<String>) -> DataError {
        DataError::at(self.line, i as u64 + 1, message)
    }
}

/// A pass over the rows of a text.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    body: &'a str,
    delimiter: &'static str,
    /// Rows may have fewer or more fields than the first.
    ragged: bool,
    /// Lines that begin with `#` are no rows.
    comments: bool,
    /// Where the next row starts, and the line of that place.
    at: usize,
    next_line: u64,
    line: u64,
    spans: Vec<Span>,
    copies: String,
    /// Line and number of fields of the first row.
    shape: Option<(u64, usize)>,
    /// Rows left out because all their fields are empty.
    blank: u64,
    /// Lines left out as comments, and the first of them.
    commented: (u64, u64),
    /// The line of names of columns, where it comes again; and how often it was left out, and where first.
    heading: &'a str,
    repeated: (u64, u64),
    /// Where each line came from, if the body was made from another text.
    lines: &'a [u64],
}

impl<'a> Rows<'a> {
    pub fn new(body: &'a str, first_line: u64, delimiter: &'static str, ragged: bool, comments: bool) -> Self {
        Rows {
            body,
            delimiter,
            ragged,
            comments,
            at: 0,
            next_line: first_line,
            line: first_line,
            spans: Vec::new(),
            copies: String::new(),
            shape: None,
            blank: 0,
            commented: (0, 0),
            heading: "",
            repeated: (0, 0),
            lines: &[],
        }
    }

    /// The same rows, each at the line that `lines` has for it.
    pub fn at_lines(self, lines: &'a [u64]) -> Self {
        Rows { lines, ..self }
    }

    /// The same rows without those that repeat the line of names of columns, as files put together have it.
    pub fn without_repeats_of(self, heading: &'a str) -> Self {
        Rows { heading, ..self }
    }

    /// Whether the line that begins here is that of the names of columns, once more.
    fn repeats(&self) -> bool {
        let rest = &self.body.as_bytes()[self.at..];
        let ends = || matches!(rest.get(self.heading.len()), None | Some(b'\n' | b'\r'));
        !self.heading.is_empty() && self.shape.is_some() && rest.starts_with(self.heading.as_bytes()) && ends()
    }

    /// The next row that is not empty, or `None` at the end.
    ///
    /// # Errors
    /// A row that is longer or shorter than the first, or a quote that is never closed.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        loop {
            if !self.split()? {
                return Ok(None);
            }
            if self.spans.iter().all(|span| span.start == span.end) {
                self.blank += u64::from(self.spans.len() > 1);
                continue;
            }
            let found = self.spans.len();
            let (first, width) = *self.shape.get_or_insert((self.line, found));
            if found != width && !self.ragged {
                let message = format!(
                    "found {} where line {first} has {width}; every row needs the same columns, and a name that \
                     contains {} needs quotes around it",
                    columns(found),
                    delimiter_name(self.delimiter)
                );
                return Err(DataError::at(self.line, found.min(width) as u64 + 1, message));
            }
            return Ok(Some(Row { line: self.line, spans: &self.spans, body: self.body, copies: &self.copies }));
        }
    }

    /// A remark on rows that were left out because they are empty, and on comments.
    pub fn remark(&self) -> Option<Remark> {
        let mut words = match self.blank {
            0 => String::new(),
            1 => "Left out 1 empty row.".into(),
            n => format!("Left out {n} empty rows."),
        };
        let (times, line) = self.commented;
        if times > 0 {
            let (space, many) = (if words.is_empty() { "" } else { " " }, if times == 1 { "" } else { "s" });
            words.push_str(&format!("{space}Left out {times} comment line{many}, the first is line {line}."));
        }
        let (times, line) = self.repeated;
        if times > 0 {
            let (space, many) = (if words.is_empty() { "" } else { " " }, if times == 1 { "" } else { "s" });
            words.push_str(&format!(
                "{space}Left out {times} line{many} that repeat{} the names of the columns, the first is line {line}.",
                if times == 1 { "s" } else { "" }
            ));
        }
        (!words.is_empty()).then(|| words.into())
    }

    /// Splits the next line that has anything in it; false at the end.
    fn split(&mut self) -> Result<bool, DataError> {
        let bytes = self.body.as_bytes();
        loop {
            match bytes.get(self.at) {
                None => return Ok(false),
                Some(b'\n') => self.at += 1,
                Some(b'\r') => self.at += 1 + usize::from(bytes.get(self.at + 1) == Some(&b'\n')),
                Some(b'#') if self.comments => {
                    let (times, first) = self.commented;
                    self.commented = (times + 1, if times == 0 { self.next_line } else { first });
                    self.at = line_end(bytes, self.at);
                    continue;
                }
                Some(_) if self.repeats() => {
                    let (times, first) = self.repeated;
                    self.repeated = (times + 1, if times == 0 { self.next_line } else { first });
                    self.at += self.heading.len();
                    continue;
                }
                Some(_) => break,
            }
            self.next_line += 1;
        }
        // A row of names that was put in front of a file stands at line 0.
        let made = (self.next_line as usize).checked_sub(1).and_then(|at| self.lines.get(at));
        self.line = made.copied().unwrap_or(self.next_line);
        self.spans.clear();
        self.copies.clear();
        loop {
            if bytes.get(self.at) == Some(&b'"') {
                self.quoted()?;
            } else {
                let end = self.field_end(self.at);
                self.push(self.at, end, false);
                self.at = end;
            }
            match bytes.get(self.at) {
                None | Some(b'\n' | b'\r') => return Ok(true),
                Some(_) => self.at += self.delimiter.len(),
            }
        }
    }

    /// Takes a field that begins with a quote.
    fn quoted(&mut self) -> Result<(), DataError> {
        let bytes = self.body.as_bytes();
        let start = self.at + 1;
        let mut end = start;
        let mut doubled = false;
        loop {
            match bytes.get(end) {
                None => {
                    let message = "a quote \" is opened in this row and never closed; inside quotes, write \"\" for \"";
                    return Err(DataError::line(self.line, message));
                }
                Some(b'"') if bytes.get(end + 1) == Some(&b'"') => {
                    doubled = true;
                    end += 2;
                }
                Some(b'"') => break,
                Some(_) => end += 1,
            }
        }
        self.next_line += line_ends(&bytes[start..end]);
        // What follows the closing quote belongs to the field.
        self.at = self.field_end(end + 1);
        if !doubled && self.at == end + 1 {
            self.push(start, end, false);
            return Ok(());
        }
        let from = self.copies.len();
        self.copies.push_str(&self.body[start..end].replace("\"\"", "\""));
        self.copies.push_str(&self.body[end + 1..self.at]);
        self.push(from, self.copies.len(), true);
        Ok(())
    }

    /// Where a field without quotes ends that begins at `from`.
    fn field_end(&self, from: usize) -> usize {
        let delimiter = self.delimiter.as_bytes();
        let bytes = self.body.as_bytes();
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'\n' || byte == b'\r' || byte == delimiter[0] && bytes[at..].starts_with(delimiter) {
                break;
            }
            at += 1;
        }
        at
    }

    fn push(&mut self, start: usize, end: usize, copied: bool) {
        let text = if copied { &self.copies[start..end] } else { &self.body[start..end] };
        let (mut start, mut end) = (start, end);
        // Most cells have nothing to trim, which two bytes say.
        if !matches!(text.as_bytes(), [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~']) {
            let left = text.trim_start();
            start = end - left.len();
            end = start + left.trim_end().len();
        }
        // A text has fewer bytes than there are numbers.
        self.spans.push(Span { start: start as u32, end: end as u32, copied });
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| from + n)
}

fn delimiter_name(delimiter: &str) -> &str {
    match delimiter {
        "," => "a comma",
        ";" => "a semicolon",
        "\t" => "a tab",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: &'static str) -> Vec<(u64, Vec<String>)> {
        let mut rows = Rows::new(text, 1, delimiter, true, true);
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.cells().map(str::to_owned).collect()));
        }
        seen
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "\n\na,b\r\n\r\n  \n\"c\r\nd\",e\r\n,\nf,g";
        let mut all = Rows::new(text, 1, ",", false, false);
        let mut seen = Vec::new();
        while let Some(row) = all.next().unwrap() {
            seen.push((row.line, row.get(0).to_owned()));
        }
        assert_eq!(seen, [(3, "a".into()), (6, "c\r\nd".into()), (9, "f".into())]);
        assert_eq!(all.remark().as_deref(), Some("Left out 1 empty row."));
        let lines: Vec<_> = rows("a,b\rc,d\re,f", ",").into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn quotes_count_only_where_a_field_begins() {
        let cells = |text: &str, delimiter| rows(text, delimiter).remove(0).1;
        assert_eq!(cells("\"a\"\"\",b", ","), ["a\"", "b"]);
        assert_eq!(cells("5\" disc,b", ","), ["5\" disc", "b"]);
        assert_eq!(cells("\"a,b\"c,\" d \"", ","), ["a,bc", "d"]);
        assert_eq!(cells("a::b:c::", "::"), ["a", "b:c", ""]);
        assert_eq!(rows("# no\na\n#\n", ","), [(2, vec!["a".to_owned()])]);
        let mut open = Rows::new("a\nb,\"c\nd", 1, ",", true, false);
        assert!(open.next().is_ok());
        assert_eq!(open.next().unwrap_err().line, Some(2));
    }
}
