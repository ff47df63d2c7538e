//! Tables of a season: a row for each item with its places in races, and columns for its place and points in the end.

use iterscope_core::Role;

use crate::DataError;
use crate::layout::Layout;
use crate::sheet::Sheet;
use crate::words::{Interner, number, plain};

use super::places::Place;

/// Words over columns that say what came of all races, or nothing of any.
const SUMS: [&str; 15] = [
    "points",
    "pts",
    "total",
    "totals",
    "sum",
    "score",
    "net",
    "overall",
    "team",
    "club",
    "constructor",
    "nationality",
    "country",
    "no",
    "number",
];

/// The layout of a table in which such columns stand beside the races; `None` if it is none.
pub(super) fn layout(sheet: &Sheet) -> Result<Option<Layout>, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(None) };
    let words = super::words(first);
    let Some(item) = words.iter().position(|r| *r == Role::Item) else { return Ok(None) };
    let dropped = |i: usize| i != item && (words[i] != Role::Ignored || SUMS.contains(&plain(first.get(i)).as_str()));
    let races: Vec<usize> = (0..words.len()).filter(|&i| i != item && !dropped(i)).collect();
    let ends = (0..words.len()).any(|i| dropped(i) && words[i] != Role::Event);
    if races.len() < 2
        || !ends
        || words.contains(&Role::Event)
        || races.iter().any(|&i| number(first.get(i), comma).is_some())
    {
        return Ok(None);
    }
    let (mut names, mut total) = (Interner::default(), 0);
    while let Some(row) = rows.next()? {
        total += 1;
        names.id(row.get(item));
        if row.len() != words.len() || races.iter().any(|&i| Place::read(row.get(i), comma).is_none()) {
            return Ok(None);
        }
    }
    if total < 2 || names.len() != total {
        return Ok(None);
    }
    let mut roles = vec![Role::Ignored; words.len()];
    races.iter().for_each(|&i| roles[i] = Role::Race);
    roles[item] = Role::Item;
    let mut layout = Layout::new(true, roles);
    layout.say(format!("Each row was read as an item with its places in {} races.", races.len()));
    let mut heads = sheet.rows();
    if let Some(first) = heads.next()? {
        layout.remark_ignored(first);
    }
    Ok(Some(layout))
}
