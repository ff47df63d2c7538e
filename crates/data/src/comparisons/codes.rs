//! Numbers in place of outcomes: which convention they follow, found from all cells of the column.

use iterscope_core::Reading;

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{is_hole, number};

use super::fields::Fields;
use super::outcome::Outcome;
use super::score;

/// The most different numbers that may be codes.
const MOST: usize = 12;

/// What a number says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    Outcome(Outcome),
    /// The share of the first.
    Share(f64),
}

/// A convention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Codes {
    /// Points of the first: `most` for a win, 0 for a loss.
    Points { most: f64, soft: bool },
    /// 1 the first, 2 the second, 0 or 3 neither; shares of both between 1 and 2.
    Numbers,
    /// 0 the first, 1 the second, 2 neither.
    Index,
    /// Above 0 the first, below the second.
    Signed,
    /// From the first at `low` to the second at `high`.
    Scale { low: f64, high: f64 },
}

const POINTS: (&str, &str) = ("the most points for a win of the first, 0 for one of the second", "points");
const NUMBERS: (&str, &str) = ("1 is the first, 2 the second, 0 or 3 neither", "numbers");
const INDEX: (&str, &str) = ("0 is the first, 1 the second, 2 neither", "index");
const SCALE: (&str, &str) = ("a scale from the first to the second, the middle for neither", "scale");

impl Codes {
    /// What a number says of the first; `None` if it is no code.
    pub fn read(self, value: f64) -> Option<Said> {
        let outcome = |sign: f64| {
            Some(Said::Outcome(if sign > 0.0 {
                Outcome::First
            } else if sign < 0.0 {
                Outcome::Second
            } else {
                Outcome::Tie
            }))
        };
        match self {
            Codes::Points { most, soft } => {
                let share = value / most;
                if !(0.0..=1.0).contains(&share) {
                    None
                } else if soft {
                    Some(Said::Share(share))
                } else if share == 0.0 || share == 1.0 {
                    outcome(share - 0.5)
                } else {
                    outcome(0.0)
                }
            }
            Codes::Numbers if [1.0, 1.5, 2.0].contains(&value) => outcome(1.5 - value),
            Codes::Numbers if (1.0..2.0).contains(&value) => Some(Said::Share(2.0 - value)),
            Codes::Numbers if value == 0.0 || value == 3.0 => outcome(0.0),
            Codes::Index if value == 0.0 || value == 1.0 => outcome(0.5 - value),
            Codes::Index if value == 2.0 => outcome(0.0),
            Codes::Numbers | Codes::Index => None,
            Codes::Signed => outcome(value),
            Codes::Scale { low, high } => outcome(low + high - 2.0 * value),
        }
    }

    /// By how much the first was ahead, where the number says so.
    pub fn margin(self, value: f64) -> f64 {
        match self {
            Codes::Signed => value,
            Codes::Scale { low, high } => (low + high) / 2.0 - value,
            _ => f64::NAN,
        }
    }
}

/// The different numbers of the column `at`; `None` if something else is in it, or if they name players.
pub(super) fn values(
    sheet: &Sheet,
    layout: &Layout,
    at: usize,
    players: (usize, usize),
) -> Result<Option<Vec<f64>>, DataError> {
    let mut rows = sheet.rows();
    if layout.header {
        rows.next()?;
    }
    let mut values: Vec<f64> = Vec::new();
    let mut named = true;
    while let Some(row) = rows.next()? {
        let text = row.get(at);
        if is_hole(text) || score::unplayed(text).is_some() {
            continue;
        }
        let Some(value) = number(text, sheet.decimal_comma()).filter(|v| v.is_finite()) else { return Ok(None) };
        named &= text == row.get(players.0) || text == row.get(players.1);
        if let Err(place) = values.binary_search_by(|v| v.total_cmp(&value)) {
            values.insert(place, value);
        }
        // Shares and differences may be many; what else is as many is no code.
        let between = |low: f64| values[0] >= low && values[values.len() - 1] <= low + 1.0;
        if values.len() > MOST && values[0] >= 0.0 && !between(0.0) && !between(1.0) {
            return Ok(None);
        }
    }
    Ok(Some(values).filter(|v| !v.is_empty() && !named))
}

/// Finds the convention of an outcome column; `None` where its cells are to be read one by one.
///
/// # Errors
/// Numbers with several readings between which nothing decides.
pub(super) fn of(
    sheet: &Sheet,
    layout: &Layout,
    fields: &Fields,
    at: usize,
    report: &mut Report,
) -> Result<Option<Codes>, DataError> {
    let Some(values) = values(sheet, layout, at, (fields.first, fields.second))? else { return Ok(None) };
    let (low, high) = (values[0], values[values.len() - 1]);
    let fractions = values.iter().any(|v| v.fract() != 0.0);
    let points = || Codes::Points {
        most: if high <= 1.0 { 1.0 } else { high },
        soft: values.iter().any(|v| {
            let most = if high <= 1.0 { 1.0 } else { high };
            let (share, draw) = (v / most, if most == 3.0 { 1.0 / 3.0 } else { 0.5 });
            share != 0.0 && share != 1.0 && (share - draw).abs() > 1e-12
        }),
    };
    if let Some(said) = report.choice("codes") {
        return Ok(Some(match said {
            "numbers" => Codes::Numbers,
            "index" => Codes::Index,
            "signed" => Codes::Signed,
            "scale" => Codes::Scale { low, high },
            _ => points(),
        }));
    }
    let index = {
        let mut rows = sheet.rows();
        layout.header && rows.next()?.is_some_and(|row| super::words::is_index(row.get(at)))
    };
    let refuse = |report: &Report, others: &[(&str, &str)]| {
        let list: Vec<_> = values.iter().map(|v| quoted(&v.to_string())).collect();
        let message = format!("column {} has the outcomes {}, which have several readings", at + 1, list.join(", "));
        Err(DataError::file(message).or(report.readings("codes", others)))
    };
    let has = |value: f64| values.contains(&value);
    if low < 0.0 {
        if low < -1.0 || high > 1.0 {
            report.say(format!(
                "The numbers from {low} to {high} in column {} were read as preferences: above 0 for the first, below for \
                 the second, 0 for neither; their size is the margin.",
                at + 1
            ));
        }
        return Ok(Some(Codes::Signed));
    }
    if fractions {
        if low >= 1.0 && high <= 2.0 {
            report.say(format!(
                "In column {}, 1 was read as the first and 2 as the second, and what is between as shares of both.",
                at + 1
            ));
            return Ok(Some(Codes::Numbers));
        }
        if high > 1.0 {
            return Ok(None);
        }
        if values.iter().any(|v| ![0.0, 0.5, 1.0].contains(v)) {
            report.say(format!(
                "The numbers in column {} were read as shares of the first: 0.7 is 0.7 of a win and 0.3 of a loss.",
                at + 1
            ));
        }
        return Ok(Some(points()));
    }
    if high == 1.0 && has(0.0) && index {
        return refuse(report, &[INDEX, ("1 is a win of the first, 0 of the second", "points")]);
    }
    if high <= 1.0 {
        return Ok(Some(points()));
    }
    if high == 2.0 && low > 0.0 {
        let readings: Vec<Reading> = match layout.given {
            true => Vec::new(),
            false => as_counts(report, layout, fields, at),
        };
        let text = format!("In column {}, 1 was read as the first and 2 as the second.", at + 1);
        report.say(iterscope_core::Remark::new(text, readings));
        return Ok(Some(Codes::Numbers));
    }
    if high == 2.0 {
        return refuse(report, &[NUMBERS, POINTS, INDEX]);
    }
    if high == 3.0 && low > 0.0 && values.len() > 1 {
        return refuse(report, &[NUMBERS, SCALE]);
    }
    if values.len() > 2 && high <= 10.0 {
        return refuse(report, &[SCALE, POINTS]);
    }
    Ok(None)
}

/// The reading of a column of outcomes as counts.
fn as_counts(report: &Report, layout: &Layout, fields: &Fields, at: usize) -> Vec<Reading> {
    use iterscope_core::Role::{Count, Loser, Winner};
    let mut roles = layout.roles.clone();
    (roles[fields.first], roles[fields.second], roles[at]) = (Winner, Loser, Count);
    let columns = report.said.with_roles(layout.header, &roles, layout.more);
    vec![Reading::new("the numbers count wins of the first", &columns)]
}
