//! The order of time of games where dates do not say it: by a column that numbers their rounds or weeks, and perhaps one of
//! seasons; by the rounds of those of one date; and by a column of times of day.

use iterscope_core::{Comparisons, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{number, plain};

/// Header words over numbers of rounds.
const ROUNDS: [&str; 24] = [
    "round",
    "rounds",
    "roundno",
    "roundnr",
    "roundnumber",
    "rd",
    "rnd",
    "week",
    "weekno",
    "weeknumber",
    "wk",
    "gameweek",
    "gw",
    "matchday",
    "matchweek",
    "matchround",
    "daynum",
    "daynumber",
    "spieltag",
    "jornada",
    "journee",
    "month",
    "monthno",
    "monthnumber",
];
/// Header words over seasons.
const SEASONS: [&str; 6] = ["season", "seasons", "seasonyear", "year", "saison", "temporada"];

/// Header words over times of day, beside dates.
const CLOCKS: [&str; 12] = [
    "time",
    "starttime",
    "startet",
    "start",
    "timeet",
    "kickoff",
    "kickofftime",
    "matchtime",
    "gametime",
    "uhrzeit",
    "heure",
    "hora",
];

const WHOM: &str = "which matters to methods that go through them one after another (Elo, Glicko-2, TrueSkill)";

/// Where the games have the numbers of their rounds.
pub(super) struct Rounds {
    column: usize,
    name: String,
    season: Option<usize>,
    /// Season and round of each encounter.
    keys: Vec<(f64, f64)>,
    /// Some row has no number.
    lost: bool,
    /// The round of each encounter, which may be one before the final; NaN where it is neither.
    stages: Vec<f64>,
}

/// Times of day in a column of their own.
pub(super) struct Clock {
    column: usize,
    /// The time of each encounter as a part of the day.
    times: Vec<f64>,
}

impl Clock {
    pub fn of(sheet: &Sheet, layout: &Layout) -> Result<Option<Clock>, DataError> {
        let mut rows = sheet.rows();
        let Some(head) = rows.next()?.filter(|_| layout.header) else { return Ok(None) };
        let Some(column) = clock_column(head, layout) else { return Ok(None) };
        while let Some(row) = rows.next()? {
            if date::clock(row.get(column)).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(Clock { column, times: Vec::new() }))
    }

    /// Takes the row of one more encounter.
    pub fn push(&mut self, row: Row) {
        self.times.push(date::clock(row.get(self.column)).unwrap_or(0.0));
    }

    /// Adds the times to days that have none.
    pub fn add_to(self, days: &mut [f64]) {
        if days.iter().all(|day| day.fract() == 0.0) {
            days.iter_mut().zip(self.times).for_each(|(day, time)| *day += time);
        }
    }
}

/// The columns of years and months, where days of a month stand in a column of their own.
pub(super) fn of_month(sheet: &Sheet, layout: &Layout) -> Result<Option<[usize; 2]>, DataError> {
    let mut rows = sheet.rows();
    let Some(head) = rows.next()?.filter(|_| layout.header) else { return Ok(None) };
    let find = |word: &str| (0..head.len()).find(|&i| layout.role(i) == Role::Ignored && plain(head.get(i)) == word);
    let day = layout.find(Role::Date).filter(|&i| matches!(plain(head.get(i)).as_str(), "day" | "dayofmonth"));
    let (Some(day), Some(year), Some(month)) = (day, find("year"), find("month")) else { return Ok(None) };
    while let Some(row) = rows.next()? {
        if date::parse(&[row.get(year), row.get(month), row.get(day)].join("-")).is_none() {
            return Ok(None);
        }
    }
    Ok(Some([year, month]))
}

/// The column of times of day, where another one has the dates.
fn clock_column(head: Row, layout: &Layout) -> Option<usize> {
    layout.find(Role::Date)?;
    (0..head.len()).find(|&i| layout.role(i) == Role::Ignored && CLOCKS.contains(&plain(head.get(i)).as_str()))
}

/// The columns of rounds and of seasons.
fn columns(head: Row, layout: &Layout) -> Option<(usize, Option<usize>)> {
    let find = |words: &[&str]| {
        (0..head.len()).find(|&i| layout.role(i) == Role::Ignored && words.contains(&plain(head.get(i)).as_str()))
    };
    find(&ROUNDS).map(|round| (round, find(&SEASONS)))
}

/// Columns without a role that say the order of time, where no dates do.
pub(super) fn used(head: Row, layout: &Layout) -> Vec<usize> {
    if layout.find(Role::Date).is_some() {
        return clock_column(head, layout).into_iter().collect();
    }
    columns(head, layout).map_or_else(Vec::new, |(round, season)| [round].into_iter().chain(season).collect())
}

impl Rounds {
    pub fn of(sheet: &Sheet, layout: &Layout) -> Result<Option<Rounds>, DataError> {
        let mut rows = sheet.rows();
        let Some(head) = rows.next()?.filter(|_| layout.header) else { return Ok(None) };
        Ok(columns(head, layout).map(|(column, season)| Rounds {
            column,
            name: quoted(head.get(column)),
            season,
            keys: Vec::new(),
            lost: false,
            stages: Vec::new(),
        }))
    }

    /// Takes the row of one more encounter.
    pub fn push(&mut self, row: Row, decimal_comma: bool) {
        let season = self.season.map_or(Some(0.0), |i| season(row.get(i)));
        let text = row.get(self.column);
        let round = round(text, decimal_comma);
        self.stages.push(round.or_else(|| stage(text)).unwrap_or(f64::NAN));
        match season.zip(round) {
            Some(key) => self.keys.push(key),
            None => self.lost = true,
        }
    }

    /// The encounters in the order of their rounds, where that is another one; says so, and offers the other.
    pub fn order(self, report: &mut Report) -> Option<Vec<usize>> {
        if self.keys.is_sorted() {
            return None;
        }
        let Rounds { name, season, keys, lost, .. } = self;
        if lost {
            let what = if season.is_some() { "number of a round and of a season" } else { "number of a round" };
            report.say(format!(
                "The games do not stand in the order of {name}, and not every row has a {what}: they are taken as they stand, \
                 {WHOM}."
            ));
            return None;
        }
        // From round 1 to the last, and from round 1 again: a second tournament below the first.
        let first = keys.iter().map(|k| k.1).fold(f64::INFINITY, f64::min);
        let tournaments =
            season.is_none() && keys[0].1 == first && keys.windows(2).all(|k| k[0] <= k[1] || k[1].1 == first);
        let sorted = report.choice("rounds").map_or(!tournaments, |c| c == "in-order");
        let taken = match (sorted, tournaments) {
            (true, _) => "they are taken in that order, those of one round as in the file",
            (false, true) => "it begins again, so they were taken for several tournaments, and as they stand",
            (false, false) => "they are taken as they stand",
        };
        let other = if sorted { ("as they stand", "as-in-file") } else { ("in the order of the rounds", "in-order") };
        report.offer(format!("The games do not stand in the order of {name}: {taken}, {WHOM}."), "rounds", &[other]);
        sorted.then(|| {
            let mut order: Vec<usize> = (0..keys.len()).collect();
            order.sort_by(|&a, &b| keys[a].0.total_cmp(&keys[b].0).then(keys[a].1.total_cmp(&keys[b].1)));
            order
        })
    }

    /// The encounters in the order of their dates, and those of one date in that of their rounds, where that is another one
    /// than that of the file.
    pub fn within(self, days: &[f64], report: &mut Report) -> Option<Vec<usize>> {
        let Rounds { name, stages, .. } = self;
        if stages.len() != days.len() || stages.iter().any(|stage| stage.is_nan()) {
            return None;
        }
        let mut order: Vec<usize> = (0..days.len()).collect();
        order.sort_by(|&a, &b| days[a].total_cmp(&days[b]));
        if order.windows(2).all(|w| days[w[0]] < days[w[1]] || stages[w[0]] <= stages[w[1]]) {
            return None;
        }
        let sorted = report.choice("rounds").is_none_or(|c| c == "in-order");
        let (taken, other) = match sorted {
            true => ("they are taken in that order", ("as they stand", "as-in-file")),
            false => ("they are taken as they stand", ("in the order of the rounds", "in-order")),
        };
        report.offer(
            format!("The games of one date do not stand in the order of {name}: {taken}, {WHOM}."),
            "rounds",
            &[other],
        );
        sorted.then(|| {
            order.sort_by(|&a, &b| days[a].total_cmp(&days[b]).then(stages[a].total_cmp(&stages[b])));
            order
        })
    }
}

/// A round before the final by its name, as a number above all others.
fn stage(text: &str) -> Option<f64> {
    const STAGES: [&[&str]; 11] = [
        &["q1"],
        &["q2"],
        &["q3"],
        &["rr", "roundrobin", "groupstage", "group"],
        &["r128", "roundof128"],
        &["r64", "roundof64"],
        &["r32", "roundof32"],
        &["r16", "roundof16", "last16"],
        &["qf", "quarterfinal", "quarterfinals"],
        &["sf", "semifinal", "semifinals"],
        &["f", "final", "finals", "thefinal"],
    ];
    let word = plain(text);
    if let Some(nth) = word.strip_suffix("round") {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| nth.strip_suffix(end))?;
        return digits.parse::<u8>().ok().map(f64::from);
    }
    STAGES.iter().position(|words| words.contains(&word.as_str())).map(|k| k as f64 + 1000.0)
}

/// `3`, `Round 3`, `Regular Season - 3`, but not `R16`, a round before the quarter-finals.
fn round(text: &str, decimal_comma: bool) -> Option<f64> {
    if let Some(value) = number(text, decimal_comma) {
        return value.is_finite().then_some(value);
    }
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let words = plain(&text[..text.len() - digits.len()]);
    let known = ROUNDS.contains(&words.as_str()) || words == "regularseason";
    (known && digits.len() < 6).then(|| digits.parse::<u32>().ok().map(f64::from))?
}

/// `2023`, `2023/24`, `23-24`: the first number in it.
fn season(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let digits = text[start..].split(|c: char| !c.is_ascii_digit()).next()?;
    (digits.len() < 10).then(|| digits.parse::<u32>().ok().map(f64::from))?
}

/// Brings the encounters into an order. What is known of them beside is known of all of them or of none.
pub(super) fn reorder(data: &mut Comparisons, order: &[usize]) {
    fn arrange<T: Copy>(list: &mut Vec<T>, order: &[usize]) {
        if !list.is_empty() {
            *list = order.iter().map(|&k| list[k]).collect();
        }
    }
    arrange(&mut data.encounters, order);
    arrange(&mut data.details.advantage, order);
    arrange(&mut data.details.margin, order);
    arrange(&mut data.details.day, order);
    arrange(&mut data.details.group, order);
}
