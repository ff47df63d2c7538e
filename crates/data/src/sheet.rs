//! Delimited text as a whole: which delimiter, and where the rows begin.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use iterscope_core::{Columns, Remark, Role};

use crate::DataError;
use crate::error::quoted;
use crate::rows::{Row, Rows};
use crate::source::Source;
use crate::text::line_ends;
use crate::words::{is_hole, number};

/// The delimiters that are tried, in the order of preference where nothing else decides.
const DELIMITERS: [&str; 4] = [",", ";", "\t", "|"];
const DELIMITER_CHARS: [char; 4] = [',', ';', '\t', '|'];
/// The fitness of a delimiter with which the first row is a known header.
const KNOWN: u64 = 1 << 32;
/// Marks of texts that are more than plain numbers.
const MARKS: [char; 7] = ['"', '%', '$', '€', '£', '(', '\''];
/// How many rows decide about the delimiter.
const SAMPLE: usize = 50;

/// What a reader expects of its tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// What messages ask for.
    pub wanted: &'static str,
    /// A delimiter that is taken where two thirds of the first lines have it, and no other gives a known header.
    pub also: Option<&'static str>,
    /// Rows may have fewer or more fields than the first.
    pub ragged: bool,
    /// Whether a row is a known header.
    pub header: fn(Row) -> bool,
}

/// A table whose delimiter is known.
#[derive(Clone, Debug)]
pub(crate) struct Sheet<'a> {
    /// The rows, without a leading `sep=` line.
    body: Cow<'a, str>,
    /// Line of the first row, from 1.
    first_line: u64,
    /// Where each line of a body that was made from another text came from; empty where it is the text itself.
    lines: Vec<u64>,
    pub delimiter: &'static str,
    ragged: bool,
    comments: bool,
    /// Where the line of names of columns stands in the body, if it comes again.
    heading: Range<usize>,
    /// What the numbers in it stand for, where its first lines say so.
    pub names: BTreeMap<u64, String>,
    /// What is to say of how the rows were found.
    pub remarks: Vec<Remark>,
    /// The first row is a header, whatever its words.
    pub headed: bool,
    /// What follows the message where the columns cannot be made out.
    pub hint: String,
    /// Whether the first row holds names of columns, where the layout of the file says so.
    pub header: Option<bool>,
    /// The numbers are written as programs write them.
    pub exact: bool,
    /// What the columns are for, where the layout of the file says so; the last may hold for all further ones.
    pub roles: Option<(Vec<Role>, bool)>,
    /// What a person says of the file.
    pub said: Columns,
}

impl<'a> Sheet<'a> {
    /// A table whose delimiter is the comma, with rows of any length and comments; its first row is at `first_line`.
    #[cfg(feature = "orders")]
    pub fn of_commas(body: &'a str, first_line: u64, names: BTreeMap<u64, String>) -> Self {
        Sheet { names, ragged: true, comments: true, ..Sheet::plain(Cow::Borrowed(body), first_line, ",") }
    }

    /// A table that was made from another text, whose rows must be as long as this kind of data wants them; that of objects has
    /// a header.
    #[cfg(feature = "table")]
    pub fn of_records(self, form: &Form) -> Self {
        let header = self.headed.then_some(true);
        Sheet { ragged: form.ragged, header, exact: !self.body.contains(MARKS), ..self }
    }

    /// Rows whose cells are separated by one blank each.
    #[cfg(feature = "comparisons")]
    pub fn of_blanks(source: Source<'static>) -> Sheet<'static> {
        Sheet { header: source.header, ..Sheet::plain(source.text, source.first_line, " ") }
    }

    fn plain(body: Cow<'a, str>, first_line: u64, delimiter: &'static str) -> Self {
        Sheet {
            body,
            first_line,
            lines: Vec::new(),
            delimiter,
            ragged: false,
            comments: false,
            heading: 0..0,
            names: BTreeMap::new(),
            remarks: Vec::new(),
            headed: false,
            hint: String::new(),
            header: None,
            exact: false,
            roles: None,
            said: Columns::default(),
        }
    }

    /// A table made from another text, with rows of any length; `lines` says where each of its rows came from.
    pub fn made(body: String, lines: Vec<u64>) -> Sheet<'static> {
        Sheet { lines, ragged: true, ..Sheet::plain(Cow::Owned(body), 1, ",") }
    }

    /// Rows of which a source knows more or less, and what a person says of them.
    ///
    /// # Errors
    /// Those of `open`, which finds what the source does not know.
    pub fn of(
        source: &'a Source<'_>,
        form: &Form,
        open: fn(&'a str, &Form) -> Result<Sheet<'a>, DataError>,
        said: Option<&Columns>,
    ) -> Result<Self, DataError> {
        let mut sheet = match source.delimiter {
            Some(_) if source.text.trim().is_empty() => return Err(only_empty_rows(form.wanted)),
            Some(delimiter) => {
                Sheet { ragged: form.ragged, ..Sheet::plain(Cow::Borrowed(&*source.text), 1, delimiter) }
            }
            None => open(&source.text, form)
                .map_err(|e| DataError { line: e.line.map(|line| line + source.first_line - 1), ..e })?,
        };
        // Lines count from where the text begins in the file.
        sheet.first_line = (sheet.first_line + source.first_line).saturating_sub(1);
        (sheet.header, sheet.roles) = (source.header.or(sheet.header), source.roles.clone());
        sheet.exact |= source.exact;
        sheet.said = said.cloned().unwrap_or_default();
        Ok(sheet)
    }

    /// Finds the delimiter.
    ///
    /// # Errors
    /// Nothing in it, or only one column with every delimiter.
    pub fn open(text: &'a str, form: &Form) -> Result<Self, DataError> {
        let wanted = form.wanted;
        let (body, first_line, declared) = declared_delimiter(text);
        if body.trim().is_empty() {
            return Err(DataError::file(format!("the file is empty; expected rows of {wanted}")));
        }
        if body.chars().all(|c| c.is_whitespace() || matches!(c, '"' | ',' | ';' | '|')) {
            return Err(only_empty_rows(wanted));
        }
        // A file that begins with a comment may have more of them; `#,name` is a header.
        let begins = body.lines().find(|line| !line.trim().is_empty()).and_then(|line| line.strip_prefix('#'));
        let comments = begins.is_some_and(|rest| !rest.starts_with(DELIMITER_CHARS))
            && body.lines().any(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let bare = |delimiter| Sheet {
            ragged: form.ragged,
            comments,
            ..Sheet::plain(Cow::Borrowed(body), first_line, delimiter)
        };
        let in_most = |delimiter: &&str| {
            let lines = || {
                let of_rows = |l: &&str| !(l.trim().is_empty() || comments && l.starts_with('#'));
                body.lines().filter(of_rows).take(SAMPLE)
            };
            3 * lines().filter(|line| line.contains(*delimiter)).count() >= 2 * lines().count()
        };
        let sheet = |delimiter| bare(delimiter).with_heading(form.header);
        if let Some(delimiter) = declared {
            return Ok(sheet(delimiter));
        }
        let mut best = (0, ",");
        for delimiter in DELIMITERS {
            let score = bare(delimiter).fitness(form.header);
            if score > best.0 {
                best = (score, delimiter);
            }
        }
        // A known header settles the matter: what else is in the lines belongs to names.
        if best.0 < KNOWN
            && let Some(delimiter) = form.also.filter(in_most)
        {
            return Ok(sheet(delimiter));
        }
        if best.0 > 0 {
            return Ok(sheet(best.1));
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
        self.delimiter != ","
    }

    /// The rows from the first one.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.body, self.first_line, self.delimiter, self.ragged, self.comments)
            .at_lines(&self.lines)
            .without_repeats_of(&self.body[self.heading.clone()])
    }

    /// The same, knowing its line of names of columns where that comes again, as in files put together and in long tables of
    /// sites: a known header, or words over what is mostly numbers.
    fn with_heading(mut self, header: fn(Row) -> bool) -> Self {
        let mut from = 0;
        let first = self.body.split_inclusive('\n').find_map(|line| {
            let begin = from;
            from += line.len();
            let text = line.trim_end_matches(['\n', '\r']);
            let is_row = !(text.trim().is_empty() || self.comments && text.starts_with('#'));
            is_row.then(|| begin..begin + text.len())
        });
        let Some(heading) = first else { return self };
        let (line, rest) = (&self.body[heading.clone()], &self.body[heading.end..]);
        let whole = |at: usize| {
            rest[..at].ends_with('\n') && matches!(rest.as_bytes().get(at + line.len()), None | Some(b'\n' | b'\r'))
        };
        let quotes = line.bytes().filter(|b| *b == b'"').count();
        if quotes.is_multiple_of(2) && rest.match_indices(line).any(|(at, _)| whole(at)) && self.is_headed(header) {
            self.heading = heading;
        }
        self
    }

    /// Whether the first row holds names of columns: it is a known header, or has a word where most other rows have a number.
    fn is_headed(&self, header: fn(Row) -> bool) -> bool {
        let mut rows = Rows::new(&self.body, 1, self.delimiter, true, self.comments);
        let Ok(Some(first)) = rows.next() else { return false };
        if header(first) {
            return true;
        }
        let names: Vec<String> = first.cells().map(str::to_owned).collect();
        let mut numbers = vec![0; names.len()];
        let mut total = 0;
        while total < SAMPLE
            && let Ok(Some(row)) = rows.next()
        {
            if row.cells().eq(names.iter().map(String::as_str)) {
                continue;
            }
            total += 1;
            for (count, text) in numbers.iter_mut().zip(row.cells()) {
                *count += usize::from(number(text, true).is_some());
            }
        }
        let over = |(name, count): (&String, &usize)| {
            !is_hole(name) && number(name, true).is_none() && total > 0 && 3 * count >= 2 * total
        };
        names.iter().zip(&numbers).any(over)
    }

    /// How well the delimiter explains the first rows; zero for a single column. Compared first by a known header, then
    /// by the share of rows with the usual number of columns, then by that number.
    fn fitness(&self, header: fn(Row) -> bool) -> u64 {
        let mut rows = Rows::new(&self.body, 1, self.delimiter, true, self.comments);
        let mut widths = Vec::with_capacity(SAMPLE);
        let mut known = false;
        while widths.len() < SAMPLE
            && let Ok(Some(row)) = rows.next()
        {
            known |= widths.is_empty() && header(row);
            widths.push(row.len());
        }
        let share = |width: usize| widths.iter().filter(|&&w| w == width).count() as u64;
        let Some(usual) = widths.iter().copied().max_by_key(|&w| (share(w), w)).filter(|&w| w > 1) else { return 0 };
        let percent = 100 * share(usual) / widths.len() as u64;
        u64::from(known) * KNOWN + (percent << 16) + usual.min(0xffff) as u64
    }
}

/// A first line such as `sep=;`, as Excel writes it, says the delimiter.
fn declared_delimiter(text: &str) -> (&str, u64, Option<&'static str>) {
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let head = head.trim_end_matches('\r');
    let said = head.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &head[4..]);
    match DELIMITERS.iter().find(|d| said == Some(**d)) {
        Some(delimiter) => (rest, 2, Some(delimiter)),
        None => (text, 1, None),
    }
}

/// The error for a table whose rows are all empty.
pub(crate) fn only_empty_rows(wanted: &str) -> DataError {
    DataError::file(format!("the file has only empty rows; expected rows of {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        let form = Form { wanted: "x,y", also: Some("::"), ragged: false, header: |_| false };
        for (text, delimiter) in [
            ("a,b\nc,d\n", ","),
            ("a;b\nc;d\n", ";"),
            ("a\tb\nc\td\n", "\t"),
            ("a|b\nc|d\n", "|"),
            ("u;i;3,5\nv;i;4,5\n", ";"),
            ("\"a;b\",c\n\"d;e\",f\n", ","),
            ("a;x,b\nc,d\n", ","),
            ("sep=;\na,b;c\n", ";"),
            ("1::a,b::3\n2::c,d::4\n", "::"),
            ("1::a,b\n2,c\n", ","),
        ] {
            assert_eq!(Sheet::open(text, &form).unwrap().delimiter, delimiter, "{text:?}");
        }
    }
}
