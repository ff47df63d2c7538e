//! Square tables: the wins of the row over the column.

use iterscope_core::{Comparisons, Encounter, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{columns, is_hole, number};

/// The layout of a table that is square by its names, or by its numbers and the empty diagonal.
///
/// # Errors
/// A row that does not fit the first.
pub(super) fn layout(sheet: &Sheet) -> Result<Option<Layout>, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(None) };
    let width = first.len();
    let names: Vec<String> = first.cells().skip(1).map(str::to_owned).collect();
    let nothing = |text: &str| is_hole(text) || number(text, sheet.decimal_comma()) == Some(0.0);
    let cells_are_numbers = |text: &str| is_hole(text) || number(text, sheet.decimal_comma()).is_some();
    let mut plain = width > 2 && nothing(first.get(0)) && first.cells().all(cells_are_numbers);
    let mut named = names.len() > 1 && names.iter().all(|name| !name.is_empty());
    let mut seen = vec![false; names.len()];
    let mut below = 0;
    while plain || named {
        let Some(row) = rows.next()? else { break };
        below += 1;
        plain &= below < width && nothing(row.get(below)) && row.cells().all(cells_are_numbers);
        match names.iter().position(|name| name == row.get(0)) {
            Some(at) if named && !seen[at] => {
                seen[at] = true;
                // Rows named by numbers may be games between players with numbers.
                let telling = nothing(row.get(at + 1)) || number(row.get(0), true).is_none();
                named = telling && row.cells().skip(1).all(cells_are_numbers);
            }
            _ => named = false,
        }
    }
    let wins = vec![Role::Wins; width];
    Ok(if named && below == names.len() {
        let mut roles = wins;
        roles[0] = Role::Name;
        Some(Layout::new(true, roles))
    } else if plain && below + 1 == width {
        Some(Layout::new(false, wins))
    } else {
        None
    })
}

/// Reads a square table.
///
/// # Errors
/// It is not square, has a name that is no column, or a cell that is no number of wins.
pub(super) fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Comparisons, DataError> {
    let mut rows = sheet.rows();
    let width = sheet.rows().next()?.map_or(0, |row| row.len());
    let wins = layout.all(Role::Wins, width);
    let mut items: Vec<String> = (1..=wins.len()).map(|i| i.to_string()).collect();
    if layout.header
        && let Some(row) = rows.next()?
    {
        items = wins.iter().map(|&i| row.get(i).to_owned()).collect();
    }
    for (i, name) in items.iter().enumerate() {
        if name.is_empty() || items[..i].contains(name) {
            let message = format!("the name {} of a column is empty or comes twice", quoted(name));
            return Err(DataError::file(message));
        }
    }
    let mut encounters = Vec::new();
    let mut seen = vec![false; items.len()];
    while let Some(row) = rows.next()? {
        let at = match layout.find(Role::Name) {
            None => report.rows as usize,
            Some(i) => {
                let at = items.iter().position(|name| name == row.get(i));
                at.ok_or_else(|| row.error(i, format!("{} is the name of no column", quoted(row.get(i)))))?
            }
        };
        report.rows += 1;
        match seen.get_mut(at) {
            Some(seen) if !*seen => *seen = true,
            _ => {
                let message =
                    format!("a square table has as many rows as columns of wins ({}), each once", items.len());
                return Err(DataError::line(row.line, message));
            }
        }
        for (j, &i) in wins.iter().enumerate() {
            let text = row.get(i);
            let count = if is_hole(text) { Some(0.0) } else { number(text, sheet.decimal_comma()) };
            match count.filter(|n| n.is_finite() && *n >= 0.0) {
                Some(count) if count > 0.0 && at != j => {
                    encounters.push(Encounter { winner: at as u32, loser: j as u32, count, tie: false });
                }
                Some(count) if count > 0.0 => {
                    let name = quoted(&items[at]);
                    let message = format!(
                        "found {text} in the row and the column of {name}; the diagonal of a table of wins is empty or 0: \
                         nobody plays against itself"
                    );
                    return Err(row.error(i, message));
                }
                Some(_) => {}
                None => {
                    let message = format!("found {}; expected how often the row won against the column", quoted(text));
                    return Err(row.error(i, message));
                }
            }
        }
    }
    if let Some(missing) = seen.iter().position(|seen| !seen) {
        let message = format!("the row of {} is missing among {}", quoted(&items[missing]), columns(items.len()));
        return Err(DataError::file(message));
    }
    Ok(Comparisons { items, encounters, ..Comparisons::default() })
}
