//! What stands in the columns of a table of games: names, numbers, dates, outcomes.

use crate::DataError;
use crate::date;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{counted, is_hole, number};

use super::outcome;

/// How many rows are looked at where they leave no doubt.
const SAMPLE: usize = 1000;

/// What most cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellKind {
    Text,
    Number,
    Date,
    Outcome,
    /// A time of day.
    Time,
}

pub(super) fn is_date(text: &str) -> bool {
    text.len() > 5 && number(text, true).is_none() && date::parse(text).is_some()
}

/// `20:00`, which is no score of twenty to nothing.
pub(super) fn is_time(text: &str) -> bool {
    let text = text.trim_end_matches(['p', 'a', 'm', 'P', 'A', 'M', ' ']);
    let mut parts = text.split(':');
    let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else { return false };
    let digits = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok();
    digits(hour) && minute.len() == 2 && minute.parse::<u8>().is_ok_and(|m| m < 60) && parts.all(digits)
}

pub(super) fn fits(kind: CellKind, text: &str, row: Row, names: [usize; 2], comma: bool) -> bool {
    match kind {
        CellKind::Text => true,
        CellKind::Number => is_hole(text) || number(text, comma).is_some(),
        CellKind::Date => is_date(text),
        CellKind::Time => is_time(text),
        CellKind::Outcome => is_outcome(text, row, names),
    }
}

pub(super) fn is_outcome(text: &str, row: Row, names: [usize; 2]) -> bool {
    outcome::read(text, row.get(names[0]), row.get(names[1]), 0).is_some()
}

/// What stands in the columns, as far as the first rows tell.
pub(super) struct Tally {
    pub total: usize,
    pub dates: Vec<usize>,
    pub times: Vec<usize>,
    pub numbers: Vec<usize>,
    /// Rows in which the column is empty.
    pub holes: Vec<usize>,
}

impl Tally {
    pub fn of(sheet: &Sheet, width: usize, header: bool) -> Result<Tally, DataError> {
        let comma = sheet.decimal_comma();
        let new = || vec![0; width];
        let mut tally = Tally { total: 0, dates: new(), times: new(), numbers: new(), holes: new() };
        let mut rows = sheet.rows();
        if header {
            rows.next()?;
        }
        while tally.total < SAMPLE
            && let Some(row) = rows.next()?
        {
            tally.total += 1;
            for (i, text) in row.cells().enumerate().take(width) {
                tally.dates[i] += usize::from(is_date(text));
                tally.times[i] += usize::from(is_time(text));
                tally.numbers[i] += usize::from(counted(text, comma).is_some());
                tally.holes[i] += usize::from(is_hole(text));
            }
        }
        Ok(tally)
    }

    /// A header may be one row of them.
    pub fn most(&self, n: usize) -> bool {
        n > 0 && 2 * n >= self.total
    }

    pub fn kinds(&self) -> Vec<CellKind> {
        let kind = |i: usize| match (self.most(self.dates[i]), self.most(self.times[i]), self.most(self.numbers[i])) {
            (true, ..) => CellKind::Date,
            (_, true, _) => CellKind::Time,
            (.., true) => CellKind::Number,
            _ => CellKind::Text,
        };
        (0..self.dates.len()).map(kind).collect()
    }
}
