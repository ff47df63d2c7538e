//! Games and judgements in the shapes in which people have them.

mod cells;
mod codes;
mod crosstable;
mod extras;
mod fields;
mod guess;
mod header;
mod headless;
mod matrix;
mod mirrored;
mod notes;
mod outcome;
mod pgn;
mod reader;
mod rounds;
mod score;
mod trf;
mod words;

use iterscope_core::{Comparisons, Dataset, Role};

use crate::DataError;
use crate::error::quoted;
use crate::kinds::TableReader;
use crate::layout::Layout;
use crate::made::Made;
use crate::preflib::PrefLib;
use crate::report::Report;
#[cfg(feature = "orders")]
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::source::Source;
use crate::{layouts, preflib, records};

use fields::Fields;
use reader::Reader;

/// What messages ask for.
const WANTED: &str = "winner,loser[,count] or a,b,outcome";

pub(crate) const KIND: TableReader = TableReader {
    form: Form {
        wanted: WANTED,
        also: None,
        ragged: false,
        header: |row| matches!(header::layout(row), Ok(Some(_)) | Err(_)),
    },
    open,
    guess,
    check: |roles| if roles.contains(&Role::Wins) { Ok(()) } else { Fields::of(roles).map(|_| ()) },
    read: |sheet, layout, report| read(sheet, layout, report).map(Dataset::Comparisons),
};

fn open<'a>(text: &'a str, form: &Form) -> Result<Sheet<'a>, DataError> {
    if let Some(file) = preflib::open(text)? {
        return graph(&file);
    }
    if let Some(sheet) = records::open(text)?.or_else(|| pgn::open(text)) {
        return Ok(sheet);
    }
    if let Some(sheet) = trf::open(text)? {
        return Ok(sheet);
    }
    if let Some(source) = layouts::blanks(&Source::plain(text)) {
        let mut sheet = Sheet::of_blanks(source);
        sheet.remarks.push("Blanks separate the columns: nothing else does, and all lines have as many cells.".into());
        return Ok(crosstable::open(&sheet)?.unwrap_or(sheet));
    }
    let sheet = Sheet::open(text, form)?;
    Ok(crosstable::open(&sheet)?.unwrap_or(sheet))
}

/// Whether a row is the header of a table of games, by words that mean nothing else.
#[cfg(feature = "orders")]
pub(crate) fn is_header(row: Row) -> bool {
    matches!(header::layout(row), Ok(Some(_)))
        && row.cells().all(|cell| crate::words::number(cell, false).is_none())
        && row.cells().any(words::is_game)
}

/// A weighted graph of PrefLib: the first of each edge before the second.
fn graph(file: &PrefLib) -> Result<Sheet<'static>, DataError> {
    if !(file.is_graph() || file.kind.is_empty()) {
        return Err(DataError::file(format!(
            "this file of PrefLib holds ballots ({}), not games: bring it to a problem of orders",
            file.kind
        )));
    }
    // The older form has the weight in front, the newer one behind.
    let weight_last = !file.kind.is_empty();
    let mut made = Made::new(&["winner", "loser", "count"]);
    for (k, line) in file.body.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = file.line + k as u64;
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let (winner, loser, count) = match (cells.as_slice(), weight_last) {
            ([a, b, weight], true) | ([weight, a, b], false) => (*a, *b, *weight),
            _ => {
                let message = format!(
                    "found {}; this file of PrefLib holds ballots, not games: bring it to a problem of orders",
                    quoted(line)
                );
                return Err(DataError::line(at, message));
            }
        };
        let name = |text: &str| {
            let found = text.parse().ok().and_then(|number: u64| file.names.get(&number));
            found.ok_or_else(|| DataError::line(at, format!("{} is the number of no alternative", quoted(text))))
        };
        made.row(at, [name(winner)?.as_str(), name(loser)?.as_str(), count].into_iter());
    }
    let mut sheet = made.sheet();
    sheet.remarks.push("The weights of the edges were read as how often the first was put before the second.".into());
    Ok(sheet)
}

fn guess(sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
    if let Some(layout) = matrix::layout(sheet)? {
        return Ok(layout);
    }
    let mut rows = sheet.rows();
    let Some(row) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    match header::layout(row) {
        Ok(Some(mut layout)) => {
            guess::refine(sheet, &mut layout, report)?;
            layout.remark_ignored_but(row, &rounds::used(row, &layout));
            Ok(layout)
        }
        // What the words leave open, the cells may say.
        found => match guess::complete(sheet, report)? {
            Some(layout) => Ok(layout),
            None => match found {
                Ok(_) => headless::layout(sheet, report),
                Err(error) => Err(guess::offer(sheet, report, error)?),
            },
        },
    }
}

fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Comparisons, DataError> {
    if layout.roles.contains(&Role::Wins) {
        return matrix::read(sheet, layout, report);
    }
    let fields = Fields::of(&layout.roles).map_err(DataError::columns)?;
    let mut rows = sheet.rows();
    let mut reader = Reader::new(sheet, layout, fields, report)?;
    if layout.header {
        rows.next()?;
    }
    while let Some(row) = rows.next()? {
        reader.take(row, report)?;
    }
    report.remarks.extend(rows.remark());
    reader.finish(report)
}
