//! Columns of remarks on games: that nobody came, that it was a tie, that the line does not count.

use iterscope_core::Role;

use crate::DataError;
use crate::layout::Layout;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{is_hole, plain};

use super::outcome;
use super::reader::yes_or_no;
use super::score::{self, Unplayed};

/// How a column speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speech {
    /// In words or as a score.
    Words,
    /// Yes means that it was not played.
    NotPlayed,
    /// Yes means that it does not count.
    Invalid,
    /// No means that it does not count.
    Valid,
}

/// The columns of remarks.
#[derive(Debug, Default)]
pub(super) struct Notes {
    columns: Vec<(usize, Speech)>,
    /// The line of the first row that does not count.
    first_invalid: std::cell::Cell<Option<u64>>,
}

/// Whether a name stands for that there is no opponent.
pub(super) fn is_bye(name: &str) -> bool {
    name.len() <= 12 && matches!(plain(name).as_str(), "bye" | "byes" | "freilos" | "spielfrei")
}

impl Notes {
    pub fn of(sheet: &Sheet, layout: &Layout) -> Result<Self, DataError> {
        let mut rows = sheet.rows();
        let Some(row) = rows.next()? else { return Ok(Notes::default()) };
        let speech = |i: usize| match plain(row.get(i)).as_str() {
            _ if !layout.header => Speech::Words,
            "valid" | "isvalid" | "completed" => Speech::Valid,
            "invalid" => Speech::Invalid,
            "walkover" | "iswalkover" | "wo" | "forfeit" | "isforfeit" | "forfeited" | "void" | "cancelled"
            | "canceled" | "abandoned" | "bye" | "isbye" => Speech::NotPlayed,
            _ => Speech::Words,
        };
        let columns = layout.all(Role::Note, row.len()).into_iter().map(|i| (i, speech(i))).collect();
        Ok(Notes { columns, ..Notes::default() })
    }

    /// Whether a remark on the game between `a` and `b` says that it was not played.
    pub fn unplayed(&self, row: Row, a: &str, b: &str) -> Option<Unplayed> {
        self.columns.iter().find_map(|(i, speech)| {
            let text = row.get(*i);
            match speech {
                _ if is_hole(text) || text == a || text == b => None,
                Speech::NotPlayed if yes_or_no(text) == Some(true) => Some(Unplayed::Walkover),
                Speech::Words | Speech::NotPlayed => score::unplayed(text),
                _ => None,
            }
        })
    }

    /// Whether the line says of itself that it does not count.
    pub fn invalid(&self, row: Row) -> bool {
        let out = self.columns.iter().any(|(i, speech)| match speech {
            Speech::Valid => yes_or_no(row.get(*i)) == Some(false),
            Speech::Invalid => yes_or_no(row.get(*i)) == Some(true),
            _ => false,
        });
        if out && self.first_invalid.get().is_none() {
            self.first_invalid.set(Some(row.line));
        }
        out
    }

    pub fn first_invalid(&self) -> Option<u64> {
        self.first_invalid.get()
    }

    /// Whether a remark says that neither won, and by how much the first did; NaN where that is not said.
    pub fn result(&self, row: Row) -> (bool, f64) {
        let words = self.columns.iter().filter(|(_, speech)| *speech == Speech::Words);
        for (i, _) in words {
            if let Some(found) = outcome::read(row.get(*i), "", "", row.line) {
                // Sets won are no margin to be compared with points.
                let margin = if row.get(*i).contains(' ') { f64::NAN } else { found.margin };
                return (found.is_tie(), margin);
            }
        }
        (false, f64::NAN)
    }
}
