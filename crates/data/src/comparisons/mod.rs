//! Games and judgements in the shapes in which people have them.

mod fields;
mod guess;
mod header;
mod matrix;
mod outcome;

use iterscope_core::{Comparisons, Dataset, Details, Encounter, Role};

use crate::DataError;
use crate::date::{self, Dates};
use crate::error::quoted;
use crate::kinds::Kind;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{Interner, is_hole, number, plain};

use fields::{Fields, Result as How};
use outcome::{Outcome, Outcomes};

/// What messages ask for.
const WANTED: &str = "winner,loser[,count] or a,b,outcome";

pub(crate) const KIND: Kind = Kind {
    form: Form {
        wanted: WANTED,
        also: None,
        ragged: false,
        header: |row| matches!(header::layout(row), Ok(Some(_)) | Err(_)),
    },
    open: |text, form| Sheet::open(text, form),
    guess,
    check: |roles| if roles.contains(&Role::Wins) { Ok(()) } else { Fields::of(roles).map(|_| ()) },
    read: |sheet, layout, report| read(sheet, layout, report).map(Dataset::Comparisons),
};

fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    if let Some(layout) = matrix::layout(sheet)? {
        return Ok(layout);
    }
    let mut rows = sheet.rows();
    let Some(row) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    match header::layout(row)? {
        Some(layout) => Ok(layout),
        None => guess::layout(sheet),
    }
}

fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Comparisons, DataError> {
    if layout.roles.contains(&Role::Wins) {
        return matrix::read(sheet, layout, report);
    }
    let fields = Fields::of(&layout.roles).map_err(DataError::columns)?;
    let mut rows = sheet.rows();
    let mut reader = Reader::new(sheet, layout, fields);
    if layout.header
        && let Some(row) = rows.next()?
    {
        // In a column named `neutral`, yes means that nobody has the advantage.
        reader.neutral = fields.advantage.is_some_and(|i| plain(row.get(i)).starts_with("neutral"));
    }
    while let Some(row) = rows.next()? {
        reader.take(row, report)?;
    }
    report.remarks.extend(rows.remark());
    reader.finish(report)
}

/// What a row says of a game beside the two names, as seen by the first.
#[derive(Clone, Copy)]
struct Said {
    advantage: i8,
    margin: f64,
    date: [f64; 2],
    group: u32,
}

/// Something that some rows may say and others not: then nothing is kept of it, but a remark.
struct Extra {
    column: usize,
    name: &'static str,
    lost: bool,
}

/// Rows to encounters.
struct Reader<'l> {
    layout: &'l Layout,
    fields: Fields,
    decimal_comma: bool,
    neutral: bool,
    names: Interner,
    groups: Interner,
    encounters: Vec<Encounter>,
    advantage: Vec<i8>,
    margin: Vec<f64>,
    group: Vec<u32>,
    dates: Dates,
    extras: [Option<Extra>; 4],
    outcomes: Option<Outcomes>,
    /// No difference of scores was found in some row.
    no_margin: bool,
    /// Rows whose outcome is not the one that the scores say.
    contradictions: u64,
    /// The first row with its names, and whether one of them came again.
    first_row: Option<(u64, String, String)>,
    seen_again: bool,
}

const DATE: usize = 0;
const GROUP: usize = 1;
const ADVANTAGE: usize = 2;
const MARGIN: usize = 3;

impl<'l> Reader<'l> {
    fn new(sheet: &Sheet, layout: &'l Layout, fields: Fields) -> Self {
        let extra = |column: Option<usize>, name| column.map(|column| Extra { column, name, lost: false });
        let outcomes = match fields.result {
            How::Outcome(column) => Some(Outcomes::new(column, fields.home)),
            _ => None,
        };
        Reader {
            layout,
            fields,
            decimal_comma: sheet.decimal_comma(),
            neutral: false,
            names: Interner::default(),
            groups: Interner::default(),
            encounters: Vec::new(),
            advantage: Vec::new(),
            margin: Vec::new(),
            group: Vec::new(),
            dates: Dates::default(),
            extras: [
                extra(fields.date, "date"),
                extra(fields.group, "group"),
                extra(fields.advantage, "advantage"),
                extra(fields.margin.or(fields.scores.map(|s| s.0)), "margin"),
            ],
            outcomes,
            no_margin: false,
            contradictions: 0,
            first_row: None,
            seen_again: false,
        }
    }

    fn take(&mut self, row: Row, report: &mut Report) -> Result<(), DataError> {
        report.rows += 1;
        let Fields { first, second, result, .. } = self.fields;
        let (a, b) = (row.get(first), row.get(second));
        for (i, name) in [(first, a), (second, b)] {
            if name.is_empty() {
                return Err(row.error(i, "the name is empty; expected the name of a player"));
            }
        }
        if a == b {
            report.leave(row.line, "its item is held against itself");
            return Ok(());
        }
        let count = self.fields.count.map_or(Ok(1.0), |i| self.count(row, i))?;
        let scores = match self.fields.scores {
            Some((i, j)) => self.scores(row, i, j)?,
            None => None,
        };
        let mut difference = scores.map_or(f64::NAN, |(x, y)| x - y);
        let by_sign = |difference: f64| match difference {
            d if d > 0.0 => Outcome::First,
            d if d < 0.0 => Outcome::Second,
            _ => Outcome::Tie,
        };
        // Up to three results of a row: won, lost, tied.
        let mut results = [(Outcome::First, count), (Outcome::Second, 0.0), (Outcome::Tie, 0.0)];
        let mut reading = None;
        match result {
            How::First => {}
            How::Outcome(i) => {
                let text = row.get(i);
                match outcome::read(text, a, b, row.line) {
                    Some(found) => {
                        if scores.is_none() {
                            difference = found.margin;
                        }
                        reading = Some(found);
                    }
                    None if no_result(text) => {
                        report.leave(row.line, "it has no outcome");
                        return Ok(());
                    }
                    None => {
                        let message = format!(
                            "found {}; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)",
                            quoted(text)
                        );
                        return Err(row.error(i, message));
                    }
                }
            }
            How::Scores => {
                if scores.is_none() {
                    report.leave(row.line, "it has no score");
                    return Ok(());
                }
                results[0].0 = by_sign(difference);
            }
            How::Wins(i, j, ties) => {
                results[0].1 = count * self.count(row, i)?;
                results[1].1 = count * self.count(row, j)?;
                results[2].1 = count * ties.map_or(Ok(0.0), |i| self.count(row, i))?;
            }
            How::Margin(i) => {
                let text = row.get(i);
                match number(text, self.decimal_comma).filter(|d| d.is_finite()) {
                    Some(margin) => difference = margin,
                    None if no_result(text) => {
                        report.leave(row.line, "it has no outcome");
                        return Ok(());
                    }
                    None => {
                        return Err(row.error(i, format!("found {}; expected a difference such as -3", quoted(text))));
                    }
                }
                results[0].0 = by_sign(difference);
            }
        }
        if results.iter().all(|(_, count)| *count == 0.0) {
            report.leave(row.line, "its count is 0");
            return Ok(());
        }
        if matches!(result, How::First) && difference < 0.0 {
            self.contradictions += 1;
        }
        let said = self.said(row, a, b, difference)?;
        let (winner, loser) = (self.names.id(a), self.names.id(b));
        if self.encounters.is_empty() {
            self.first_row = Some((row.line, a.to_owned(), b.to_owned()));
        } else {
            self.seen_again |= winner < 2 || loser < 2;
        }
        for (outcome, count) in results {
            if count > 0.0 {
                self.encounters.push(Encounter { winner, loser, count, tie: false });
                self.push(said, row.line);
                match reading {
                    // What its sign means is known at the end of the file.
                    Some(reading) => self.outcomes.iter_mut().for_each(|all| all.push(reading)),
                    None => self.settle(self.encounters.len() - 1, outcome),
                }
            }
        }
        Ok(())
    }

    /// The two scores; `None` where the game has none.
    fn scores(&self, row: Row, i: usize, j: usize) -> Result<Option<(f64, f64)>, DataError> {
        let score = |i: usize| number(row.get(i), self.decimal_comma).filter(|v| v.is_finite());
        match (score(i), score(j)) {
            (Some(x), Some(y)) => Ok(Some((x, y))),
            _ if no_result(row.get(i)) && no_result(row.get(j)) => Ok(None),
            (x, _) => {
                let i = if x.is_none() { i } else { j };
                let found = if row.get(i).is_empty() {
                    "the score is empty".into()
                } else {
                    format!("found {}", quoted(row.get(i)))
                };
                Err(row.error(
                    i,
                    format!("{found}; expected a score such as 3, or two empty scores where there was no game"),
                ))
            }
        }
    }

    /// What else the row says; `difference` is the first's score minus the second's, where known.
    fn said(&mut self, row: Row, a: &str, b: &str, difference: f64) -> Result<Said, DataError> {
        let mut said =
            Said { advantage: i8::from(self.fields.home), margin: difference.abs(), date: [0.0; 2], group: 0 };
        if let Some(i) = self.fields.margin
            && difference.is_nan()
        {
            said.margin = number(row.get(i), self.decimal_comma).map_or(f64::NAN, f64::abs);
        }
        if let Some(i) = self.fields.date {
            match date::parse(row.get(i)) {
                Some(readings) => said.date = readings,
                None => self.lose(DATE, row)?,
            }
        }
        if let Some(i) = self.fields.group {
            match row.get(i) {
                "" => self.lose(GROUP, row)?,
                name => said.group = self.groups.id(name),
            }
        }
        if let Some(i) = self.fields.advantage {
            match advantage(row.get(i), a, b, self.neutral) {
                Some(who) => said.advantage = who,
                None => self.lose(ADVANTAGE, row)?,
            }
        }
        if !said.margin.is_finite() {
            if self.extras[MARGIN].is_some() {
                self.lose(MARGIN, row)?;
            }
            self.no_margin = true;
        }
        Ok(said)
    }

    /// A row does not say what others do: an error where a person named the column, else nothing is kept of it.
    fn lose(&mut self, which: usize, row: Row) -> Result<(), DataError> {
        let Some(extra) = &mut self.extras[which] else { return Ok(()) };
        let text = row.get(extra.column);
        if self.layout.given && !(which == MARGIN && self.fields.margin.is_none()) {
            return Err(row.error(extra.column, format!("{} is no {}", quoted(text), extra.name)));
        }
        extra.lost = true;
        Ok(())
    }

    fn push(&mut self, said: Said, line: u64) {
        if self.fields.home || self.fields.advantage.is_some() {
            self.advantage.push(said.advantage);
        }
        if !self.no_margin {
            self.margin.push(said.margin);
        }
        if self.fields.group.is_some() {
            self.group.push(said.group);
        }
        if self.fields.date.is_some() {
            self.dates.push(said.date, line);
        }
    }

    /// Turns encounter `i` to what its outcome says.
    fn settle(&mut self, i: usize, outcome: Outcome) {
        let encounter = &mut self.encounters[i];
        match outcome {
            Outcome::First => {}
            Outcome::Second => {
                std::mem::swap(&mut encounter.winner, &mut encounter.loser);
                if let Some(advantage) = self.advantage.get_mut(i) {
                    *advantage = -*advantage;
                }
            }
            Outcome::Tie => encounter.tie = true,
        }
    }

    /// The count in field `i`: finite and not negative.
    fn count(&self, row: Row, i: usize) -> Result<f64, DataError> {
        let text = row.get(i);
        let problem = match number(text, self.decimal_comma) {
            Some(value) if value.is_finite() && value >= 0.0 => return Ok(value),
            Some(value) if value.is_finite() => format!("the count {text} is negative"),
            Some(_) => format!("the count {} is not finite", quoted(text)),
            None if text.is_empty() => "the count is empty".into(),
            None => format!("found {}", quoted(text)),
        };
        Err(row.error(i, format!("{problem}; expected how often it happened, such as 3")))
    }

    fn finish(mut self, report: &mut Report) -> Result<Comparisons, DataError> {
        if self.encounters.is_empty() {
            return Err(DataError::file(match report.left_out {
                0 => format!("the file has a header and no rows below it; expected rows of {WANTED}"),
                _ => report.all_gone("games"),
            }));
        }
        if let Some(outcomes) = self.outcomes.take() {
            for (i, outcome) in outcomes.resolve()?.into_iter().enumerate() {
                self.settle(i, outcome);
            }
        }
        if let Some((line, a, b)) = &self.first_row
            && !(self.layout.header || self.layout.given || self.seen_again || self.encounters.len() == 1)
        {
            report.say(guess::doubt(*line, a, b));
        }
        if self.contradictions > 0 {
            report.say(format!(
                "In {} rows the winner has the lower score; the winner was believed.",
                self.contradictions
            ));
        }
        let mut lost = [false; 4];
        for (extra, lost) in self.extras.iter().zip(&mut lost) {
            if let Some(extra) = extra.as_ref().filter(|e| e.lost) {
                *lost = true;
                report.say(format!(
                    "Some rows have no {} in column {}: nothing is kept of it.",
                    extra.name,
                    extra.column + 1
                ));
            }
        }
        let mut details = Details::default();
        if !lost[ADVANTAGE] {
            details.advantage = self.advantage;
        }
        if !self.no_margin {
            details.margin = self.margin;
        }
        if !lost[GROUP] {
            (details.group, details.groups) = (self.group, self.groups.into_names());
        }
        if let Some(column) = self.fields.date.filter(|_| !lost[DATE]) {
            details.day = self.dates.resolve(column, report)?;
        }
        Ok(Comparisons {
            items: self.names.into_names(),
            encounters: self.encounters,
            details,
            ..Comparisons::default()
        })
    }
}

/// Whether a cell says that a game was not played, or that its result is not known.
fn no_result(text: &str) -> bool {
    const WORDS: [&str; 9] = ["p", "pp", "ppd", "postponed", "cancelled", "canceled", "abandoned", "tbd", "vs"];
    is_hole(text) || WORDS.contains(&plain(text).as_str())
}

/// Who has the advantage of place: 1 the first, -1 the second, 0 nobody.
fn advantage(text: &str, a: &str, b: &str, neutral: bool) -> Option<i8> {
    Some(match plain(text).as_str() {
        "true" | "yes" | "y" | "t" | "1" if neutral => 0,
        "false" | "no" | "f" | "0" if neutral => 1,
        "n" if neutral => 1,
        "home" | "h" | "first" | "white" | "winner" | "true" | "yes" | "y" => 1,
        // `-1` without its sign is `1`.
        "1" => {
            if text.starts_with('-') {
                -1
            } else {
                1
            }
        }
        "away" | "a" | "second" | "black" | "loser" => -1,
        "neutral" | "none" | "n" | "0" | "no" | "false" | "" => 0,
        _ if text == a => 1,
        _ if text == b => -1,
        _ => return None,
    })
}
