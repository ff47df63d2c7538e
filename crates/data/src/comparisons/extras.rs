//! What only some rows may say: dates, groups, margins, and who had the advantage of the place.

use crate::DataError;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::plain;

use super::fields::Fields;

pub(super) const DATE: usize = 0;
pub(super) const GROUP: usize = 1;
pub(super) const ADVANTAGE: usize = 2;
pub(super) const MARGIN: usize = 3;

/// Something that some rows may say and others not: then nothing is kept of it, but a remark.
pub(super) struct Extra {
    pub column: usize,
    pub name: &'static str,
    pub lost: bool,
}

/// Which of them were lost, with a remark on each.
pub(super) fn lost(extras: &[Option<Extra>; 4], report: &mut Report) -> [bool; 4] {
    let mut lost = [false; 4];
    for (extra, lost) in extras.iter().zip(&mut lost) {
        if let Some(extra) = extra.as_ref().filter(|e| e.lost) {
            *lost = true;
            report.say(format!(
                "Some rows have no {} in column {}: nothing is kept of it.",
                extra.name,
                extra.column + 1
            ));
        }
    }
    lost
}

/// How the column of the advantage speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Who has it.
    Who,
    /// In a column named `neutral`, yes means that nobody has the advantage.
    Neutral,
    /// `@` where the first was away, and nothing where he was at home.
    At,
}

impl Place {
    pub fn of(sheet: &Sheet, layout: &Layout, fields: &Fields) -> Result<Place, DataError> {
        let Some(i) = fields.advantage else { return Ok(Place::Who) };
        let mut rows = sheet.rows();
        if layout.header
            && let Some(row) = rows.next()?
            && plain(row.get(i)).starts_with("neutral")
        {
            return Ok(Place::Neutral);
        }
        while let Some(row) = rows.next()? {
            if row.get(i) == "@" {
                return Ok(Place::At);
            }
        }
        Ok(Place::Who)
    }

    /// Who has the advantage of place: 1 the first, -1 the second, 0 nobody.
    pub fn advantage(self, text: &str, a: &str, b: &str) -> Option<i8> {
        let neutral = self == Place::Neutral;
        Some(match plain(text).as_str() {
            "" if self == Place::At => {
                if text == "@" {
                    -1
                } else {
                    1
                }
            }
            "vs" if self == Place::At => 1,
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
}
