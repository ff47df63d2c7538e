//! One race or ballot in each line, best first.

use iterscope_core::{Orders, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{Interner, is_hole, number};

use super::WANTED;
use super::shared::{self, Found};

/// Whether a row begins with a count and a colon, as `12: Ada > Ben`.
pub(super) fn counted(row: Row) -> bool {
    count_before(row.get(0)).is_some()
}

fn count_before(cell: &str) -> Option<(&str, &str)> {
    let (count, name) = cell.split_once(':')?;
    let digits = !count.trim().is_empty() && count.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits.then(|| (count.trim(), name.trim()))
}

/// A count behind the last name, as in `Ada > Ben, 12`.
fn count_behind(cell: &str) -> Option<(&str, &str)> {
    let (name, count) = cell.rsplit_once([',', ';', '\t'])?;
    let digits = !count.trim().is_empty() && count.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits.then(|| (name.trim(), count.trim()))
}

/// Whether every row ends in a count.
fn all_counted_behind(sheet: &Sheet) -> Result<bool, DataError> {
    let mut rows = sheet.rows();
    let mut some = false;
    while let Some(row) = rows.next()? {
        some = true;
        if row.len() == 0 || count_behind(row.get(row.len() - 1)).is_none() {
            return Ok(false);
        }
    }
    Ok(some)
}

/// Whether the first row is a header of words that nobody knows: they stand nowhere else, while all names below come again.
///
/// # Errors
/// A row cannot be taken apart.
pub(super) fn heading(sheet: &Sheet) -> Result<bool, DataError> {
    const TELLING: usize = 3;
    if sheet.delimiter == ">" || !sheet.names.is_empty() || super::all_counted(sheet)? {
        return Ok(false);
    }
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(false) };
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let mut names = Interner::default();
    let mut times: Vec<u32> = Vec::new();
    let mut below = 0;
    while let Some(row) = rows.next()? {
        below += 1;
        for text in row.cells().filter(|text| !is_hole(text)) {
            if head.iter().any(|name| name == text) {
                return Ok(false);
            }
            let id = names.id(text) as usize;
            times.resize(times.len().max(id + 1), 0);
            times[id] += 1;
        }
    }
    let words = head.len() > 1 && head.iter().all(|name| !is_hole(name) && number(name, true).is_none());
    Ok(words && below >= TELLING && times.iter().all(|n| *n > 1))
}

/// What ballots that were counted by machines have in place of a name.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    /// The voter left the place out, and the next one moves up.
    Skipped,
    /// Two names in one place, where the ballot ends.
    Overvote,
}

fn mark(cell: &str) -> Option<Mark> {
    match crate::words::plain(cell).as_str() {
        "skipped" | "skippedranking" | "skippedrank" | "undervote" => Some(Mark::Skipped),
        "overvote" => Some(Mark::Overvote),
        _ => None,
    }
}

/// Reads the rows.
///
/// # Errors
/// An item twice in a row, a count that is none, or braces that do not close.
pub(super) fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Orders, DataError> {
    let mut rows = sheet.rows();
    if layout.header {
        rows.next()?;
    }
    let mut names = Interner::default();
    let mut found = Vec::new();
    let ballots = sheet.delimiter == ">";
    let counted = ballots || super::all_counted(sheet)?;
    let behind = ballots && all_counted_behind(sheet)?;
    if behind {
        report.say("The numbers behind the ballots were read as counts.");
    }
    // In ballots, signs between names mean something; in tables they belong to the names.
    let signs = ballots || !sheet.names.is_empty() || counted;
    let count_column = layout.find(Role::Count);
    // Each mark, how often, and the first line.
    let mut marked = [(Mark::Skipped, 0u64, 0), (Mark::Overvote, 0, 0)];
    while let Some(row) = rows.next()? {
        report.rows += 1;
        let mut count = 1.0;
        // Groups of equals, best first.
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut open = false;
        let mut all: Vec<u32> = Vec::new();
        let mut gap = false;
        for i in 0..row.len() {
            let mut cell = row.get(i);
            if layout.role(i) != Role::Ranked && Some(i) != count_column {
                continue;
            }
            if i == 0
                && counted
                && let Some((before, name)) = count_before(cell)
            {
                count = read_count(row, i, before, sheet)?;
                cell = name;
            }
            if behind
                && i + 1 == row.len()
                && let Some((name, after)) = count_behind(cell)
            {
                count = read_count(row, i, after, sheet)?;
                cell = name;
            }
            if Some(i) == count_column {
                count = read_count(row, i, cell, sheet)?;
                continue;
            }
            if is_hole(cell) {
                gap = true;
                continue;
            }
            if layout.header
                && let Some(found) = mark(cell)
                && let Some((_, times, line)) = marked.iter_mut().find(|(kind, ..)| *kind == found)
            {
                *times += 1;
                if *line == 0 {
                    *line = row.line;
                }
                if found == Mark::Overvote {
                    break;
                }
                continue;
            }
            if gap {
                let message = format!("{} stands behind an empty place: an order has no holes", quoted(cell));
                return Err(row.error(i, message));
            }
            // A category of PrefLib without members.
            if signs && cell == "{}" {
                continue;
            }
            let mut fresh = !open;
            let mut close = false;
            if signs {
                if let Some(rest) = cell.strip_prefix('{') {
                    (open, cell) = (true, rest.trim_start());
                }
                if let Some(rest) = cell.strip_suffix('}').filter(|_| open) {
                    (close, cell) = (true, rest.trim_end());
                }
            }
            for name in cell.split(if signs { '=' } else { '\0' }).map(str::trim) {
                if name.is_empty() {
                    return Err(row.error(i, "a name is empty; expected the name of an item"));
                }
                let numbered = || sheet.names.get(&name.parse().ok()?);
                let id = names.id(numbered().map_or(name, String::as_str));
                if all.contains(&id) {
                    return Err(row.error(i, format!("{} stands twice in this order", quoted(name))));
                }
                all.push(id);
                if fresh {
                    groups.push(Vec::new());
                    fresh = false;
                }
                if let Some(group) = groups.last_mut() {
                    group.push(id);
                }
            }
            open &= !close;
        }
        if open {
            return Err(DataError::line(row.line, "a brace { is opened in this row and never closed"));
        }
        if count == 0.0 {
            report.leave(row.line, "its count is 0");
            continue;
        }
        found.push(Found { groups, behind: Vec::new(), count, line: row.line });
    }
    for (kind, times, line) in marked.iter().filter(|(_, times, _)| *times > 0) {
        report.say(match kind {
            Mark::Skipped => {
                format!("{times} places, the first in line {line}, were left out by the voter: the next ones move up.")
            }
            Mark::Overvote => {
                format!("{times} ballots, the first in line {line}, end where two names share a place (overvote).")
            }
        });
    }
    report.remarks.extend(rows.remark());
    shared::orders(found, names.into_names(), signs, report, WANTED)
}

fn read_count(row: Row, i: usize, text: &str, sheet: &Sheet) -> Result<f64, DataError> {
    let value = number(text, sheet.decimal_comma()).filter(|v| v.is_finite() && *v >= 0.0);
    value.ok_or_else(|| row.error(i, format!("found {}; expected how often, such as 3", quoted(text))))
}
