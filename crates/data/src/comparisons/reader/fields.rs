//! Scores, counts and flags in the fields of a row.

use crate::DataError;
use crate::error::quoted;
use crate::rows::Row;
use crate::words::{counted, is_hole, number, plain};

use super::super::fields::Result as How;
use super::super::score;
use super::Reader;

impl Reader<'_> {
    /// The two scores; `None` where the game has none.
    pub(super) fn scores(&self, row: Row, i: usize, j: usize) -> Result<Option<(f64, f64)>, DataError> {
        let score = |i: usize| counted(row.get(i), self.decimal_comma).filter(|v| v.is_finite());
        match (score(i), score(j)) {
            (Some(x), Some(y)) => Ok(Some((x, y))),
            _ if score::unplayed(row.get(i)).is_some() && score::unplayed(row.get(j)).is_some() => Ok(None),
            // A column beside the scores says how it ended.
            _ if matches!(self.fields.result, How::Outcome(_) | How::First) && is_hole(row.get(i)) => Ok(None),
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

    /// The count in field `i`: finite and not negative; yes is 1.
    pub(super) fn count(&self, row: Row, i: usize) -> Result<f64, DataError> {
        let text = row.get(i);
        let problem = match counted(text, self.decimal_comma).or(yes_or_no(text).map(f64::from)) {
            Some(value) if value.is_finite() && value >= 0.0 => return Ok(value),
            Some(value) if value.is_finite() => format!("the count {text} is negative"),
            Some(_) => format!("the count {} is not finite", quoted(text)),
            None if text.is_empty() => "the count is empty".into(),
            None => format!("found {}", quoted(text)),
        };
        Err(row.error(i, format!("{problem}; expected how often it happened, such as 3")))
    }

    /// Whether field `i` says yes.
    pub(super) fn flag(&self, row: Row, i: usize) -> Result<bool, DataError> {
        let text = row.get(i);
        let said = match number(text, self.decimal_comma) {
            Some(value) if value == 0.0 || value == 1.0 => Some(value == 1.0),
            Some(_) => None,
            None if is_hole(text) => Some(false),
            None => yes_or_no(text).or_else(|| {
                matches!(plain(text).as_str(), "tie" | "tied" | "draw" | "drawn" | "d" | "x").then_some(true)
            }),
        };
        said.ok_or_else(|| {
            row.error(i, format!("found {}; expected whether neither won: true or false, 1 or 0", quoted(text)))
        })
    }
}

/// Whether a cell says yes, or no.
pub(in crate::comparisons) fn yes_or_no(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "true" | "yes" | "y" | "t" | "1" => Some(true),
        "false" | "no" | "n" | "f" | "0" => Some(false),
        _ => None,
    }
}
