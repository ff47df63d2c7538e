//! Delimited text: which delimiter, where each row stands, and rows that do not fit.

use csv::{Reader, ReaderBuilder, StringRecord};

use crate::DataError;
use crate::error::quoted;
use crate::text::line_ends;

/// The delimiters that are tried, in the order of preference where nothing else decides.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// How many rows decide about the delimiter.
const SAMPLE: usize = 50;

/// A table whose delimiter is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    /// The rows, without a leading `sep=` line.
    body: &'a str,
    /// Line of the first row, from 1.
    first_line: u64,
    delimiter: u8,
}

/// One row, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'r> {
    /// From 1.
    pub line: u64,
    record: &'r StringRecord,
}

impl<'r> Row<'r> {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.record.len()
    }
    /// Field `i` from 0, without white space around it; empty where there is none.
    pub fn get(&self, i: usize) -> &'r str {
        self.record.get(i).unwrap_or_default().trim()
    }
    /// The fields, without white space around them.
    pub fn cells(&self) -> impl Iterator<Item = &'r str> {
        self.record.iter().map(str::trim)
    }
    /// An error at field `i` from 0.
    pub fn error(&self, i: usize, message: impl Into<String>) -> DataError {
        DataError::at(self.line, i as u64 + 1, message)
    }
}

impl<'a> Table<'a> {
    /// Finds the delimiter among comma, semicolon, tab and bar.
    ///
    /// `header` says whether a row is a known header, which settles the matter; `wanted` is the shape of table that the
    /// messages ask for.
    ///
    /// # Errors
    /// Nothing in it, or only one column with every delimiter.
    pub fn open(text: &'a str, header: impl Fn(Row) -> bool, wanted: &str) -> Result<Self, DataError> {
        let (body, first_line, declared) = declared_delimiter(text);
        if body.trim().is_empty() {
            return Err(DataError::file(format!("the file is empty; expected rows of {wanted}")));
        }
        if body.chars().all(|c| c.is_whitespace() || c == '"' || c.is_ascii() && DELIMITERS.contains(&(c as u8))) {
            return Err(only_empty_rows(wanted));
        }
        let table = |delimiter| Table { body, first_line, delimiter };
        if let Some(delimiter) = declared {
            return Ok(table(delimiter));
        }
        let mut best = (0, table(b','));
        for delimiter in DELIMITERS {
            let score = table(delimiter).fitness(&header);
            if score > best.0 {
                best = (score, table(delimiter));
            }
        }
        if best.0 > 0 {
            return Ok(best.1);
        }
        let line = body.trim().lines().next().unwrap_or_default();
        let at = first_line + line_ends(&body.as_bytes()[..body.len() - body.trim_start().len()]);
        Err(DataError::line(
            at,
            format!(
                "found only one column ({}); expected {wanted}, with the columns separated by a comma, a semicolon, \
                 a tab or |",
                quoted(line)
            ),
        ))
    }

    /// A comma inside a number may only be a decimal comma where it does not separate columns.
    pub fn decimal_comma(&self) -> bool {
        self.delimiter != b','
    }

    /// The rows from the first one.
    pub fn rows(&self) -> Rows<'a> {
        Rows {
            table: *self,
            reader: self.reader(),
            record: StringRecord::new(),
            counted: 0,
            line: self.first_line,
            shape: None,
            blank: 0,
        }
    }

    fn reader(&self) -> Reader<&'a [u8]> {
        ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.body.as_bytes())
    }

    /// How well the delimiter explains the first rows; zero for a single column. Compared first by a known header, then
    /// by the share of rows with the usual number of columns, then by that number.
    fn fitness(&self, header: impl Fn(Row) -> bool) -> u64 {
        let mut reader = self.reader();
        let mut record = StringRecord::new();
        let mut widths = Vec::with_capacity(SAMPLE);
        let mut known = false;
        while widths.len() < SAMPLE && reader.read_record(&mut record).unwrap_or(false) {
            let row = Row { line: 0, record: &record };
            if row.cells().all(str::is_empty) {
                continue;
            }
            known |= widths.is_empty() && header(row);
            widths.push(record.len());
        }
        let share = |width: usize| widths.iter().filter(|&&w| w == width).count() as u64;
        let Some(usual) = widths.iter().copied().max_by_key(|&w| (share(w), w)).filter(|&w| w > 1) else { return 0 };
        let percent = 100 * share(usual) / widths.len() as u64;
        (u64::from(known) << 32) + (percent << 16) + usual.min(0xffff) as u64
    }
}

/// A first line such as `sep=;`, as Excel writes it, says the delimiter.
fn declared_delimiter(text: &str) -> (&str, u64, Option<u8>) {
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    match head.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if DELIMITERS.contains(delimiter) => {
            (rest, 2, Some(*delimiter))
        }
        _ => (text, 1, None),
    }
}

/// A pass over the rows of a table.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    table: Table<'a>,
    reader: Reader<&'a [u8]>,
    record: StringRecord,
    /// Bytes of the body whose line ends are in `line`.
    counted: usize,
    line: u64,
    /// Line and number of fields of the first row: all others must be as long.
    shape: Option<(u64, usize)>,
    /// Rows left out because all their fields are empty.
    blank: u64,
}

impl Rows<'_> {
    /// The next row that is not empty, or `None` at the end.
    ///
    /// # Errors
    /// A row that is longer or shorter than the first, or a quote that is never closed.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, DataError> {
        let body = self.table.body.as_bytes();
        loop {
            let more = self.reader.read_record(&mut self.record);
            if !more.map_err(|error| DataError::file(format!("the table could not be read: {error}")))? {
                return Ok(None);
            }
            // The reader counts a record from the end of the one before: line ends and blank lines belong to neither.
            let begin = self.record.position().map_or(0, |p| p.byte() as usize).min(body.len());
            let start = begin + body[begin..].iter().take_while(|&&b| b == b'\r' || b == b'\n').count();
            self.line += line_ends(&body[self.counted..start]);
            self.counted = start;
            let row = Row { line: self.line, record: &self.record };
            let end = (self.reader.position().byte() as usize).clamp(start, body.len());
            if end == body.len() && unclosed(&body[start..end], self.table.delimiter) {
                let message = "a quote \" is opened in this row and never closed; inside quotes, write \"\" for \"";
                return Err(DataError::line(self.line, message));
            }
            if row.cells().all(str::is_empty) {
                self.blank += u64::from(row.len() > 1);
                continue;
            }
            let (first, width) = *self.shape.get_or_insert((self.line, self.record.len()));
            if self.record.len() != width {
                let found = self.record.len();
                return Err(DataError::at(
                    self.line,
                    found.min(width) as u64 + 1,
                    format!(
                        "found {} where line {first} has {width}; every row needs the same columns, and a name that \
                         contains {} needs quotes around it",
                        columns(found),
                        delimiter_name(self.table.delimiter)
                    ),
                ));
            }
            // Borrowed again because the loop may have gone round.
            return Ok(Some(Row { line: self.line, record: &self.record }));
        }
    }

    /// A remark on rows that were left out because they are empty.
    pub fn remark(&self) -> Option<String> {
        match self.blank {
            0 => None,
            1 => Some("Left out 1 empty row.".into()),
            n => Some(format!("Left out {n} empty rows.")),
        }
    }
}

/// The error for a table whose rows are all empty.
pub(crate) fn only_empty_rows(wanted: &str) -> DataError {
    DataError::file(format!("the file has only empty rows; expected rows of {wanted}"))
}

/// `1 column`, `2 columns`.
pub(crate) fn columns(n: usize) -> String {
    if n == 1 { "1 column".into() } else { format!("{n} columns") }
}

fn delimiter_name(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "a comma",
        b';' => "a semicolon",
        b'\t' => "a tab",
        _ => "|",
    }
}

/// Whether a quote opened in `row` is still open at its end.
fn unclosed(row: &[u8], delimiter: u8) -> bool {
    let (mut open, mut field_start) = (false, true);
    let mut bytes = row.iter().peekable();
    while let Some(&byte) = bytes.next() {
        if open {
            // Two quotes stand for one.
            if byte == b'"' && bytes.next_if(|&&next| next == b'"').is_none() {
                open = false;
            }
        } else if byte == b'"' && field_start {
            open = true;
        }
        field_start = !open && byte == delimiter;
    }
    open
}

/// A header cell without case, spaces and punctuation: `User ID` and `user_id` are both `userid`.
pub(crate) fn plain(cell: &str) -> String {
    cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The number in `text`, which may have a decimal comma where that cannot be a delimiter.
pub(crate) fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) if decimal_comma && text.bytes().filter(|&b| b == b',').count() == 1 && !text.contains('.') => {
            text.replace(',', ".").parse().ok()
        }
        Err(_) => None,
    }
}

/// Names and their numbers, in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct Interner(std::collections::HashMap<String, u32>);

impl Interner {
    /// The number of `name`.
    pub fn id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.0.get(name) {
            return id;
        }
        // Files are at most 64 MiB, so that there are fewer names than numbers.
        let id = self.0.len() as u32;
        self.0.insert(name.to_owned(), id);
        id
    }
    /// The names by number.
    pub fn into_names(self) -> Vec<String> {
        let mut names = vec![String::new(); self.0.len()];
        for (name, id) in self.0 {
            names[id as usize] = name;
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Table<'_> {
        Table::open(text, |_| false, "x,y").unwrap()
    }

    #[test]
    fn delimiters() {
        for (text, delimiter) in [
            ("a,b\nc,d\n", ','),
            ("a;b\nc;d\n", ';'),
            ("a\tb\nc\td\n", '\t'),
            ("a|b\nc|d\n", '|'),
            ("u;i;3,5\nv;i;4,5\n", ';'),
            ("\"a;b\",c\n\"d;e\",f\n", ','),
            ("a;x,b\nc,d\n", ','),
            ("sep=;\na,b;c\n", ';'),
        ] {
            assert_eq!(char::from(open(text).delimiter), delimiter, "{text:?}");
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "\n\na,b\r\n\r\n  \n\"c\r\nd\",e\r\n,\nf,g";
        let table = open(text);
        let mut rows = table.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.get(0).to_owned()));
        }
        assert_eq!(seen, [(3, "a".into()), (6, "c\r\nd".into()), (9, "f".into())]);
        assert_eq!(rows.remark().as_deref(), Some("Left out 1 empty row."));
    }

    #[test]
    fn lone_carriage_returns_end_lines() {
        let table = open("a,b\rc,d\re,f");
        let mut rows = table.rows();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            lines.push(row.line);
        }
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn open_quotes() {
        assert!(unclosed(b"a,\"b", b','));
        assert!(unclosed(b"\"a\"\"", b','));
        assert!(!unclosed(b"\"a\"\"\",b", b','));
        assert!(!unclosed(b"5\" disc,b", b','));
    }

    #[test]
    fn decimal_commas_only_where_they_cannot_separate() {
        assert_eq!(number("3,5", true), Some(3.5));
        assert_eq!(number("3,5", false), None);
        assert_eq!(number("1,000.5", true), None);
        assert_eq!(number("-1e3", true), Some(-1000.0));
    }
}
