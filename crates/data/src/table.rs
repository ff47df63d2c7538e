//! Tables of numbers with holes.

use iterscope_core::{Dataset, Role, Table};

use crate::DataError;
use crate::error::quoted;
use crate::kinds::Kind;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{columns, is_hole, number, plain};

/// What messages ask for.
const WANTED: &str = "numbers, with holes left empty";
/// How many rows or columns a remark names.
const NAMED: usize = 5;

pub(crate) const KIND: Kind = Kind {
    form: Form { wanted: WANTED, also: None, ragged: false, header: |_| false },
    open: |text, form| Sheet::open(text, form),
    guess: |sheet, _| guess(sheet),
    check: |roles| if roles.contains(&Role::Value) { Ok(()) } else { Err("no column is `value`") },
    read: |sheet, layout, report| read(sheet, layout, report).map(Dataset::Table),
};

/// What the cells of a column are.
#[derive(Clone, Copy, Default)]
struct Tally {
    numbers: usize,
    others: usize,
    /// Where the first cell stands that is neither number nor hole.
    line: u64,
}

fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let (width, head_line) = (first.len(), first.line);
    let mut tallies = vec![Tally::default(); width];
    let mut below = false;
    while let Some(row) = rows.next()? {
        below = true;
        for (tally, text) in tallies.iter_mut().zip(row.cells()) {
            if number(text, comma).is_some() {
                tally.numbers += 1;
            } else if !is_hole(text) {
                tally.others += 1;
                if tally.others == 1 {
                    tally.line = row.line;
                }
            }
        }
    }
    let is_number = |text: &str| number(text, comma).is_some();
    // A word where the column has numbers, or where it has holes only.
    let over_numbers = |i: usize| !is_hole(&head[i]) && !is_number(&head[i]) && tallies[i].others <= tallies[i].numbers;
    let corner = is_hole(&head[0]) && width > 1 && head[1..].iter().all(|text| !is_hole(text) && !is_number(text));
    let header = below && (corner || (0..width).any(over_numbers));
    if !header {
        for (tally, text) in tallies.iter_mut().zip(&head) {
            if is_number(text) {
                tally.numbers += 1;
            } else if !is_hole(text) {
                if tally.others == 0 {
                    tally.line = head_line;
                }
                tally.others += 1;
            }
        }
    }
    let named = header && (corner || matches!(plain(&head[0]).as_str(), "rownames" | "rowname" | "id" | "index"));
    let mut layout = Layout::new(header, vec![Role::Value; width]);
    let mut left_out = Vec::new();
    for (i, tally) in tallies.iter().enumerate() {
        if i == 0 && width > 1 && (named || tally.others > tally.numbers) {
            layout.roles[0] = Role::Name;
        } else if tally.others > tally.numbers {
            // Where most is no number, the column is something else; where little is, that is a mistake.
            layout.roles[i] = Role::Ignored;
            left_out.push(i);
        }
    }
    let kept = layout.roles.iter().filter(|r| **r == Role::Value).count();
    if kept < left_out.len() || kept == 0 {
        let at = left_out.first().copied().unwrap_or(0);
        let message = format!("{} of {} hold no numbers; expected {WANTED}", left_out.len().max(1), columns(width));
        return Err(DataError::at(tallies[at].line.max(1), at as u64 + 1, message));
    }
    if !left_out.is_empty() {
        let name = |i: &usize| if header { quoted(&head[*i]) } else { format!("number {}", i + 1) };
        let names: Vec<_> = left_out.iter().map(name).collect();
        layout.say(format!(
            "Left out {}, because what stands there is no numbers: {}.",
            columns(names.len()),
            names.join(", ")
        ));
    }
    Ok(layout)
}

fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Table, DataError> {
    let width = sheet.rows().next()?.map_or(0, |row| row.len());
    let kept = layout.all(Role::Value, width);
    let name = layout.find(Role::Name);
    let mut table = Table { columns: (1..=kept.len()).map(|i| i.to_string()).collect(), ..Table::default() };
    let mut rows = sheet.rows();
    if layout.header
        && let Some(row) = rows.next()?
    {
        for (column, &i) in table.columns.iter_mut().zip(&kept) {
            if !row.get(i).is_empty() {
                row.get(i).clone_into(column);
            }
        }
    }
    while let Some(row) = rows.next()? {
        report.rows += 1;
        let label = name.map(|i| row.get(i)).filter(|text| !text.is_empty());
        table.rows.push(label.map_or_else(|| (table.rows.len() + 1).to_string(), str::to_owned));
        for &i in &kept {
            let text = row.get(i);
            let value = match number(text, sheet.decimal_comma()) {
                Some(value) if value.is_infinite() => {
                    return Err(row.error(i, format!("{} is not finite; leave empty what is not known", quoted(text))));
                }
                Some(value) => value,
                None if is_hole(text) => f64::NAN,
                None => {
                    let message = format!("found {}; expected a number such as 4.5, or nothing", quoted(text));
                    return Err(row.error(i, message));
                }
            };
            table.values.push(value);
        }
    }
    report.remarks.extend(rows.remark());
    if table.values.iter().all(|v| v.is_nan()) {
        return Err(DataError::file("the table holds no number at all"));
    }
    let n = kept.len();
    let line = |r: usize| &table.values[r * n..(r + 1) * n];
    let rows_where = |f: fn(&[f64]) -> bool| (0..table.rows.len()).filter(|&r| f(line(r))).collect::<Vec<_>>();
    let empty_columns: Vec<usize> =
        (0..n).filter(|c| table.values.iter().skip(*c).step_by(n).all(|v| v.is_nan())).collect();
    let empty_rows = rows_where(|row| row.iter().all(|v| v.is_nan()));
    let constant = rows_where(|row| row.len() > 1 && row.iter().all(|v| *v == row[0]));
    remark(report, "column", "has no numbers", "have no numbers", &empty_columns, &table.columns);
    remark(report, "row", "has no numbers", "have no numbers", &empty_rows, &table.rows);
    remark(report, "row", "is constant", "are constant", &constant, &table.rows);
    Ok(table)
}

/// Says of which rows or columns something holds.
fn remark(report: &mut Report, what: &str, one: &str, many: &str, which: &[usize], names: &[String]) {
    let named: Vec<_> = which.iter().take(NAMED).map(|&i| quoted(&names[i])).collect();
    report.say(match which.len() {
        0 => return,
        1 => format!("The {what} {} {one}.", named[0]),
        n if n > NAMED => format!("{n} {what}s {many}: {} and {} more.", named.join(", "), n - NAMED),
        n => format!("{n} {what}s {many}: {}.", named.join(", ")),
    });
}
