//! From rows to games.

mod decided;
mod fields;

use iterscope_core::{Comparisons, Details, Encounter};

use crate::DataError;
use crate::date::{self, Dates};
use crate::error::quoted;
use crate::layout::Layout;
use crate::names;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{Interner, number};

use super::codes::{Codes, Said};
use super::extras::{ADVANTAGE, DATE, Extra, GROUP, MARGIN, Place, lost};
use super::fields::{Fields, Result as How};
use super::mirrored;
use super::notes::{Notes, is_bye};
use super::outcome::{self, Outcome, Outcomes};
use super::rounds::{self, Clock, Rounds};
use super::score::{self, Unplayed};
use super::{WANTED, codes};
use decided::Settled;
pub(super) use fields::yes_or_no;

/// Why a game does not count.
pub(super) const WALKOVER: &str = "nobody played it: a walkover or a forfeit";

const INVALID: &str = "it is marked as not valid";

/// What a row says of a game beside the two names, as seen by the first.
#[derive(Clone, Copy)]
struct Known {
    advantage: i8,
    margin: f64,
    date: [f64; 2],
    group: u32,
}

/// Rows to encounters.
pub(super) struct Reader<'l> {
    layout: &'l Layout,
    fields: Fields,
    decimal_comma: bool,
    place: Place,
    notes: Notes,
    codes: Option<Codes>,
    /// Walkovers count.
    walkovers: bool,
    invalid: bool,
    shoot_outs: bool,
    equal_wins: bool,
    names: Interner,
    groups: Interner,
    encounters: Vec<Encounter>,
    advantage: Vec<i8>,
    margin: Vec<f64>,
    group: Vec<u32>,
    dates: Dates,
    /// The order of time where nothing is dated.
    rounds: Option<Rounds>,
    clock: Option<Clock>,
    /// Year and month, where the column of dates has days of a month.
    month: Option<[usize; 2]>,
    /// The first of each encounter as it stands in the file, where a game may stand twice.
    firsts: Option<Vec<u32>>,
    extras: [Option<Extra>; 4],
    outcomes: Option<Outcomes>,
    /// Encounters whose outcome is known by themselves, which [`Outcomes`] does not hold.
    settled: Vec<u32>,
    /// No difference of scores was found in some row.
    no_margin: bool,
    /// Rows whose outcome is not the one that the scores say.
    contradictions: Settled,
    equal: Settled,
    shot: Settled,
    walked: Settled,
    /// The first row with its names, and whether one of them came again.
    first_row: Option<(u64, String, String)>,
    seen_again: bool,
}

impl<'l> Reader<'l> {
    pub fn new(sheet: &Sheet, layout: &'l Layout, fields: Fields, report: &mut Report) -> Result<Self, DataError> {
        let extra = |column: Option<usize>, name| column.map(|column| Extra { column, name, lost: false });
        let is = |key: &str, value: &str| report.choice(key) == Some(value);
        let mut outcomes = match fields.result {
            How::Outcome(column) => Some(Outcomes::new(column, fields.home)),
            _ => None,
        };
        if let Some(all) = &mut outcomes {
            all.say(report.choice("letter-a"));
        }
        Ok(Reader {
            layout,
            fields,
            decimal_comma: sheet.decimal_comma(),
            place: Place::of(sheet, layout, &fields)?,
            notes: Notes::of(sheet, layout)?,
            walkovers: is("walkovers", "counted"),
            invalid: is("invalid", "counted"),
            shoot_outs: !is("shoot-outs", "ties"),
            equal_wins: is("equal-scores", "wins"),
            codes: match fields.result {
                How::Outcome(column) => codes::of(sheet, layout, &fields, column, report)?,
                _ => None,
            },
            names: Interner::default(),
            groups: Interner::default(),
            encounters: Vec::new(),
            advantage: Vec::new(),
            margin: Vec::new(),
            group: Vec::new(),
            dates: Dates::default(),
            rounds: Rounds::of(sheet, layout)?,
            clock: Clock::of(sheet, layout)?,
            month: rounds::of_month(sheet, layout)?,
            firsts: mirrored::possible(&fields).then(Vec::new),
            extras: [
                extra(fields.date, "date"),
                extra(fields.group, "group"),
                extra(fields.advantage, "advantage"),
                extra(fields.margin.or(fields.scores.map(|s| s.0)), "margin"),
            ],
            outcomes,
            settled: Vec::new(),
            no_margin: false,
            contradictions: Settled::default(),
            equal: Settled::default(),
            shot: Settled::default(),
            walked: Settled::default(),
            first_row: None,
            seen_again: false,
        })
    }

    /// Whether the row is to be left out before its names and its result are looked at.
    fn is_out(&mut self, row: Row, report: &mut Report) -> bool {
        let (a, b) = (row.get(self.fields.first), row.get(self.fields.second));
        if is_bye(a) || is_bye(b) {
            report.leave(row.line, "one of its players is a bye");
            return true;
        }
        // A column of its own may say that neither won, where that of the winner is empty.
        let tied = || self.fields.tie.is_some_and(|i| matches!(self.flag(row, i), Ok(true)));
        let result = match self.fields.result {
            How::Outcome(i) => score::unplayed(row.get(i)).filter(|how| {
                let text = row.get(i);
                (text.is_empty() || text != a && text != b) && !(*how == Unplayed::NoResult && tied())
            }),
            _ => None,
        };
        // In lists of pairings a point without an opponent is a bye; of a winner and a loser both have a name.
        let pairing = !matches!(self.fields.result, How::First);
        if (a.is_empty() || b.is_empty()) && (result.is_some() || a == b || pairing) {
            report.leave(row.line, "it has no opponent");
            return true;
        }
        let noted = self.notes.unplayed(row, a, b);
        let out = match result.or(noted) {
            Some(Unplayed::Walkover) if !self.walkovers => WALKOVER,
            // What is counted needs a winner.
            Some(Unplayed::Walkover) if matches!(self.fields.result, How::Outcome(i) if score::ruled(row.get(i)).is_none()) => {
                WALKOVER
            }
            Some(Unplayed::Walkover) => {
                self.walked.at(row.line);
                return false;
            }
            Some(Unplayed::NoResult) if result.is_some() => "it has no outcome",
            Some(Unplayed::NoResult) => "it was not played to an end",
            None if self.notes.invalid(row) && !self.invalid => INVALID,
            None => return false,
        };
        report.leave(row.line, out);
        match out {
            WALKOVER if !self.walkovers => {
                report.offer_for(out, "walkovers", ("count those that have a winner", "counted"))
            }
            INVALID => report.offer_for(out, "invalid", ("count them", "counted")),
            _ => {}
        }
        true
    }

    pub fn take(&mut self, row: Row, report: &mut Report) -> Result<(), DataError> {
        report.rows += 1;
        if self.is_out(row, report) {
            return Ok(());
        }
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
        let said_tie = self.fields.tie.map_or(Ok(false), |i| self.flag(row, i))?;
        // Up to three results of a row: won, lost, tied.
        let mut results = [(Outcome::First, count), (Outcome::Second, 0.0), (Outcome::Tie, 0.0)];
        let mut reading = None;
        match result {
            _ if said_tie => results[0].0 = Outcome::Tie,
            How::First => {
                let (tie, noted) = self.notes.result(row);
                if difference.is_nan() && self.fields.scores.is_none() {
                    difference = noted.abs();
                }
                if difference == 0.0 && scores.is_some() {
                    self.equal.at(row.line);
                    results[0].0 = if self.equal_wins { Outcome::First } else { Outcome::Tie };
                } else if tie {
                    results[0].0 = Outcome::Tie;
                }
            }
            How::Outcome(i) => {
                let text = row.get(i);
                let coded = self.codes.and_then(|codes| Some((codes, number(text, self.decimal_comma)?)));
                match coded.map(|(codes, value)| (codes.read(value), codes.margin(value))) {
                    Some((Some(Said::Outcome(outcome)), margin)) => {
                        if difference.is_nan() {
                            difference = margin;
                        }
                        reading = Some(outcome::Reading::of(outcome, margin, row.line));
                    }
                    Some((Some(Said::Share(share)), _)) => {
                        results = [
                            (Outcome::First, count * share),
                            (Outcome::Second, count * (1.0 - share)),
                            (Outcome::Tie, 0.0),
                        ];
                    }
                    _ => match self.ruled(text, row.line).or_else(|| outcome::read(text, a, b, row.line)) {
                        Some(found) if found.given_up => {
                            report.leave(row.line, "somebody gave up, and it does not say who");
                            return Ok(());
                        }
                        Some(mut found) => {
                            if found.shoot_out.is_some() {
                                self.shot.at(row.line);
                                if !self.shoot_outs {
                                    found = found.without_shoot_out();
                                }
                            }
                            if scores.is_none() {
                                difference = found.margin;
                            }
                            reading = Some(found);
                        }
                        None => {
                            let message = format!(
                                "found {}; expected a, b or tie (or 1, 0, 0.5, a score such as 3-1, or the winner's name)",
                                quoted(text)
                            );
                            return Err(row.error(i, message));
                        }
                    },
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
                    None if score::unplayed(text).is_some() => {
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
            self.contradictions.at(row.line);
        }
        let known = self.known(row, a, b, difference)?;
        let (winner, loser) = (self.names.id(a), self.names.id(b));
        if self.encounters.is_empty() {
            self.first_row = Some((row.line, a.to_owned(), b.to_owned()));
        } else {
            self.seen_again |= winner < 2 || loser < 2;
        }
        for (outcome, count) in results {
            if count > 0.0 {
                self.encounters.push(Encounter { winner, loser, count, tie: false });
                self.push(known, row.line);
                if let Some(rounds) = &mut self.rounds {
                    rounds.push(row, self.decimal_comma);
                }
                if let Some(clock) = &mut self.clock {
                    clock.push(row);
                }
                if let Some(firsts) = &mut self.firsts {
                    firsts.push(winner);
                }
                let at = self.encounters.len() - 1;
                match (reading, &mut self.outcomes) {
                    // What its sign means is known at the end of the file.
                    (Some(reading), Some(all)) => {
                        let text = if let How::Outcome(i) = result { row.get(i) } else { "" };
                        all.push(reading, text, if scores.is_some() { difference } else { f64::NAN });
                    }
                    _ => {
                        // A file has fewer lines than there are numbers.
                        self.settled.push(at as u32);
                        self.settle(at, outcome);
                    }
                }
            }
        }
        Ok(())
    }

    /// Who won a game that nobody played, where that counts.
    fn ruled(&self, text: &str, line: u64) -> Option<outcome::Reading> {
        let sign = score::ruled(text).filter(|_| self.walkovers && score::unplayed(text).is_some())?;
        let outcome = if sign > 0.0 { Outcome::First } else { Outcome::Second };
        Some(outcome::Reading::of(outcome, f64::NAN, line))
    }

    /// What else the row says; `difference` is the first's score minus the second's, where known.
    fn known(&mut self, row: Row, a: &str, b: &str, difference: f64) -> Result<Known, DataError> {
        let mut known =
            Known { advantage: i8::from(self.fields.home), margin: difference.abs(), date: [0.0; 2], group: 0 };
        if let Some(i) = self.fields.margin
            && difference.is_nan()
        {
            known.margin = number(row.get(i), self.decimal_comma).map_or(f64::NAN, f64::abs);
        }
        if let Some(i) = self.fields.date {
            let whole = self.month.map(|[year, month]| [row.get(year), row.get(month), row.get(i)].join("-"));
            match date::parse(whole.as_deref().unwrap_or(row.get(i))) {
                Some(readings) => known.date = readings,
                None => self.lose(DATE, row)?,
            }
        }
        if let Some(i) = self.fields.group {
            match row.get(i) {
                "" => self.lose(GROUP, row)?,
                name => known.group = self.groups.id(name),
            }
        }
        if let Some(i) = self.fields.advantage {
            match self.place.advantage(row.get(i), a, b) {
                Some(who) => known.advantage = who,
                None => self.lose(ADVANTAGE, row)?,
            }
        }
        if !known.margin.is_finite() {
            if self.extras[MARGIN].is_some() {
                self.lose(MARGIN, row)?;
            }
            self.no_margin = true;
        }
        Ok(known)
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

    fn push(&mut self, known: Known, line: u64) {
        if self.fields.home || self.fields.advantage.is_some() {
            self.advantage.push(known.advantage);
        }
        if !self.no_margin {
            self.margin.push(known.margin);
        }
        if self.fields.group.is_some() {
            self.group.push(known.group);
        }
        if self.fields.date.is_some() {
            self.dates.push(known.date, line);
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

    pub fn finish(mut self, report: &mut Report) -> Result<Comparisons, DataError> {
        if self.encounters.is_empty() {
            return Err(DataError::file(match report.left_out {
                0 => format!("the file has a header and no rows below it; expected rows of {WANTED}"),
                _ => report.all_gone("games"),
            }));
        }
        if let Some(outcomes) = self.outcomes.take() {
            let resolved = outcomes.resolve(report)?;
            let settled = std::mem::take(&mut self.settled);
            let mut open = (0..self.encounters.len()).filter(|i| settled.binary_search(&(*i as u32)).is_err());
            let places: Vec<usize> = open.by_ref().collect();
            for (i, outcome) in places.into_iter().zip(resolved) {
                self.settle(i, outcome);
            }
        }
        self.remarks(report);
        let lost = lost(&self.extras, report);
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
            if let Some(clock) = self.clock.take() {
                clock.add_to(&mut details.day);
            }
        }
        let order = match self.rounds.take() {
            Some(rounds) if details.day.is_empty() => rounds.order(report),
            Some(rounds) => rounds.within(&details.day, report),
            None => None,
        };
        let mut data = Comparisons {
            items: self.names.into_names(),
            encounters: self.encounters,
            details,
            ..Comparisons::default()
        };
        let twice = self.firsts.take().and_then(|firsts| mirrored::once(&data, &firsts, report));
        if let Some(order) = &order {
            rounds::reorder(&mut data, order);
        }
        if let Some(mut keep) = twice {
            if let Some(order) = &order {
                keep = order.iter().map(|&k| keep[k]).collect();
            }
            names::retain(&mut data, &keep);
        }
        if let Some(new) = names::merge(&mut data.items, report) {
            for e in &mut data.encounters {
                (e.winner, e.loser) = (new[e.winner as usize], new[e.loser as usize]);
            }
            names::drop_own(&mut data, report);
        }
        Ok(data)
    }
}
