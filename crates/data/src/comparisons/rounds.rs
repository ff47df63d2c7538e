//! The order of time of games without dates, by a column that numbers their rounds or weeks, and perhaps one of seasons.

use iterscope_core::{Comparisons, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{number, plain};

/// Header words over numbers of rounds.
const ROUNDS: [&str; 21] = [
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
];
/// Header words over seasons.
const SEASONS: [&str; 6] = ["season", "seasons", "seasonyear", "year", "saison", "temporada"];

/// Where the games have the numbers of their rounds.
pub(super) struct Rounds {
    column: usize,
    name: String,
    season: Option<usize>,
    /// Season and round of each encounter.
    keys: Vec<(f64, f64)>,
    /// Some row has no number.
    lost: bool,
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
        return Vec::new();
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
        }))
    }

    /// Takes the row of one more encounter.
    pub fn push(&mut self, row: Row, decimal_comma: bool) {
        let season = self.season.map_or(Some(0.0), |i| season(row.get(i)));
        match season.zip(round(row.get(self.column), decimal_comma)) {
            Some(key) => self.keys.push(key),
            None => self.lost = true,
        }
    }

    /// The encounters in the order of their rounds, where that is another one; says so, and offers the other.
    pub fn order(self, report: &mut Report) -> Option<Vec<usize>> {
        if self.keys.is_sorted() {
            return None;
        }
        const WHOM: &str = "which matters to methods that go through them one after another (Elo, Glicko-2, TrueSkill)";
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
