//! What the columns of a table of games without a known header are for.

use iterscope_core::{Remark, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::layout::Layout;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{columns, is_hole, number};

use super::outcome;

/// How many rows are looked at where they leave no doubt.
const SAMPLE: usize = 1000;

/// What most cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Date,
    Outcome,
}

fn is_date(text: &str) -> bool {
    text.contains(['-', '/', '.']) && number(text, true).is_none() && date::parse(text).is_some()
}

fn fits(kind: Kind, text: &str, row: Row, names: [usize; 2], comma: bool) -> bool {
    match kind {
        Kind::Text => true,
        Kind::Number => is_hole(text) || number(text, comma).is_some(),
        Kind::Date => is_date(text),
        Kind::Outcome => outcome::read(text, row.get(names[0]), row.get(names[1]), 0).is_some(),
    }
}

/// Guesses by what stands in the rows.
///
/// # Errors
/// Columns that could be anything.
pub(super) fn layout(sheet: &Sheet) -> Result<Layout, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(Layout::default()) };
    let (width, first_line) = (first.len(), first.line);
    let unknown = || {
        let message = format!(
            "found {} without a known header: start with a line such as winner,loser,count or a,b,outcome",
            columns(width)
        );
        DataError::line(first_line, message)
    };
    if width == 2 {
        return Ok(Layout::new(false, vec![Role::Winner, Role::Loser]));
    }
    // Tallies of dates and numbers first: what is an outcome depends on where the names are.
    let (mut dates, mut numbers, mut total) = (vec![0; width], vec![0; width], 0);
    let mut rows = sheet.rows();
    while total < SAMPLE
        && let Some(row) = rows.next()?
    {
        total += 1;
        for (i, text) in row.cells().enumerate() {
            dates[i] += usize::from(is_date(text));
            numbers[i] += usize::from(number(text, comma).is_some());
        }
    }
    // A header is one row of them.
    let most = |n: usize| n > 0 && 2 * n >= total;
    let mut kinds: Vec<Kind> = (0..width)
        .map(|i| match (most(dates[i]), most(numbers[i])) {
            (true, _) => Kind::Date,
            (_, true) => Kind::Number,
            _ => Kind::Text,
        })
        .collect();
    let rest: Vec<usize> = (0..width).filter(|&i| kinds[i] != Kind::Date).collect();
    let mut texts = rest.iter().copied().filter(|&i| kinds[i] == Kind::Text);
    let names = match (texts.next(), texts.next()) {
        // Three columns are told apart by their order, whatever the names look like.
        _ if rest.len() == 3 && kinds[rest[2]] != Kind::Text => [rest[0], rest[1]],
        (Some(a), Some(b)) => [a, b],
        _ if rest.len() == 3 => [rest[0], rest[1]],
        _ => return Err(unknown()),
    };
    // Signs alone, and signs or names of the two players.
    let (mut signs, mut outcomes) = (vec![0; width], vec![0; width]);
    let mut seen = 0;
    let mut rows = sheet.rows();
    while seen < total
        && let Some(row) = rows.next()?
    {
        seen += 1;
        for &i in &rest {
            outcomes[i] += usize::from(fits(Kind::Outcome, row.get(i), row, names, comma));
            signs[i] += usize::from(outcome::read(row.get(i), "", "", 0).is_some());
        }
    }
    let mut names = names;
    for &i in &rest {
        if kinds[i] == Kind::Text && !names.contains(&i) && most(outcomes[i]) {
            kinds[i] = Kind::Outcome;
        }
    }
    // `Ann,3-1,Bob`
    if rest.len() == 3 && kinds[rest[2]] == Kind::Text && most(signs[rest[1]]) {
        kinds[rest[1]] = Kind::Outcome;
        names = [rest[0], rest[2]];
    }
    let mut roles = vec![Role::Ignored; width];
    if let Some(date) = kinds.iter().position(|k| *k == Kind::Date) {
        roles[date] = Role::Date;
    }
    (roles[names[0]], roles[names[1]]) = (Role::First, Role::Second);
    let others: Vec<usize> = rest.iter().copied().filter(|i| !names.contains(i)).collect();
    let mut remarks: Vec<Remark> = Vec::new();
    match others.iter().map(|&i| kinds[i]).collect::<Vec<_>>()[..] {
        [] => (roles[names[0]], roles[names[1]]) = (Role::Winner, Role::Loser),
        [Kind::Outcome] => roles[others[0]] = Role::Outcome,
        [Kind::Number] if are_outcomes(sheet, others[0])? => {
            roles[others[0]] = Role::Outcome;
            remarks.push(
                "The third column was read as outcomes, 1 for a win of the first player; \
                 if it counts wins, start the file with the line winner,loser,count."
                    .into(),
            );
        }
        [Kind::Number] => {
            roles[others[0]] = Role::Count;
            (roles[names[0]], roles[names[1]]) = (Role::Winner, Role::Loser);
        }
        [Kind::Outcome, Kind::Number] => (roles[others[0]], roles[others[1]]) = (Role::Outcome, Role::Count),
        [Kind::Number, Kind::Outcome] => (roles[others[0]], roles[others[1]]) = (Role::Count, Role::Outcome),
        [Kind::Number, Kind::Number] if others[0] > names[0] && others[1] + 1 >= names[1] => {
            (roles[others[0]], roles[others[1]]) = (Role::FirstScore, Role::SecondScore);
            let (x, y) = (others[0] + 1, others[1] + 1);
            remarks.push(format!("Columns {x} and {y} were read as the scores of the two.").into());
        }
        _ => return Err(unknown()),
    }
    let mut rows = sheet.rows();
    let header = match rows.next()? {
        Some(row) if total > 1 => (0..width).any(|i| {
            roles[i] != Role::Ignored && !names.contains(&i) && !fits(kinds[i], row.get(i), row, names, comma)
        }),
        _ => false,
    };
    if header {
        remarks.insert(0, format!("Line {first_line} was taken as a header of unknown names.").into());
    }
    Ok(Layout { remarks, ..Layout::new(header, roles) })
}

/// Whether a column of numbers holds outcomes: 0, 1/2 and 1 alone, and not all of them 1.
fn are_outcomes(sheet: &Sheet, column: usize) -> Result<bool, DataError> {
    let mut rows = sheet.rows();
    let (mut below_one, mut first) = (false, true);
    while let Some(row) = rows.next()? {
        match number(row.get(column), sheet.decimal_comma()) {
            Some(1.0) => {}
            _ if is_hole(row.get(column)) => {}
            Some(value) if value == 0.0 || value == 0.5 => below_one = true,
            // A header, or a row to complain of later.
            None if first => {}
            _ => return Ok(false),
        }
        first = false;
    }
    Ok(below_one)
}

/// A remark on a first row that may have been a header: its names do not come again.
pub(super) fn doubt(line: u64, a: &str, b: &str) -> String {
    format!(
        "Line {line} ({}, {}) was read as a game; its names do not occur again: if it is a header, name its columns \
         winner,loser,count or a,b,outcome.",
        quoted(a),
        quoted(b)
    )
}
