//! Tables of numbers with holes.

mod numbered;
mod totals;

use iterscope_core::{Dataset, Reading, Remark, Role, Table};

use crate::DataError;
use crate::error::quoted;
use crate::kinds::TableReader;
use crate::layout::Layout;
use crate::missing;
use crate::numbers::{Codes, Style, Tally, styles, truth};
use crate::records;
use crate::report::Report;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{Interner, columns, is_hole, number, plain};
use numbered::Numbered;

/// What messages ask for.
pub(crate) const WANTED: &str = "numbers, with holes left empty";
/// How many rows or columns a remark names.
const NAMED: usize = 5;
/// How many rows show that whole numbers are names, or counts.
const TELLING: usize = 4;

pub(crate) const KIND: TableReader = TableReader {
    form: Form { wanted: WANTED, also: None, ragged: false, header: |_| false },
    open,
    guess: |sheet, _| guess(sheet),
    check: |roles| if roles.contains(&Role::Value) { Ok(()) } else { Err("no column is `value`") },
    read: |sheet, layout, report| read(sheet, layout, report).map(Dataset::Table),
};

/// Finds the rows: those of JSON, or of delimited text.
pub(crate) fn open<'a>(text: &'a str, form: &Form) -> Result<Sheet<'a>, DataError> {
    match records::open(text)? {
        Some(sheet) => Ok(sheet.of_records(form)),
        None => Sheet::open(text, form),
    }
}

/// What is known of a column before its role is.
#[derive(Default)]
struct Column {
    tally: Tally,
    /// Its numbers, as long as all of them are whole and there are no holes.
    whole: Option<Vec<i128>>,
    /// It has a number that is not whole.
    real: bool,
}

impl Column {
    fn add(&mut self, text: &str, line: u64, codes: &Codes) {
        if !codes.has_word(text) {
            self.tally.add(text, line);
        }
        self.real |= number(text, true).is_some_and(|value| value.fract() != 0.0);
        if let Some(whole) = &mut self.whole {
            let real = || text.parse::<f64>().ok().filter(|v| v.fract() == 0.0 && v.abs() < 1e15);
            match text.parse::<i128>().ok().or_else(|| real().map(|v| v as i128)) {
                Some(value) => whole.push(value),
                None => self.whole = None,
            }
        }
    }

    /// Whole numbers, all different.
    fn is_key(&self) -> bool {
        let Some(whole) = &self.whole else { return false };
        let mut sorted = whole.clone();
        sorted.sort_unstable();
        whole.len() >= TELLING && sorted.windows(2).all(|w| w[0] < w[1])
    }

    fn is_increasing(&self) -> bool {
        self.whole.as_ref().is_some_and(|w| w.len() >= TELLING && w.windows(2).all(|w| w[0] < w[1]))
    }

    /// 0, 1, 2 and so on, or 1, 2, 3.
    fn counts(&self) -> bool {
        let counted = |w: &Vec<i128>| w.iter().zip(w[0]..).all(|(a, b)| *a == b) && matches!(w[0], 0 | 1);
        self.whole.as_ref().is_some_and(|w| w.len() >= TELLING && counted(w))
    }
}

/// Whether a header ends like that of an identifier: `store_id`, `storeId`.
fn ends_in_id(name: &str) -> bool {
    let name = name.trim();
    let camel = name.strip_suffix("Id").or_else(|| name.strip_suffix("ID"));
    let camel = camel.and_then(|head| head.chars().last()).is_some_and(char::is_lowercase);
    let lower = name.to_lowercase();
    camel || ["_id", "-id", " id", ".id"].iter().any(|end| lower.ends_with(end))
}

/// Whether a header says that a column identifies its row.
fn is_id(name: &str) -> bool {
    let word = plain(name);
    let is = |word: &str| {
        matches!(
            word,
            "id" | "ids"
                | "index"
                | "idx"
                | "key"
                | "code"
                | "no"
                | "nr"
                | "num"
                | "number"
                | "row"
                | "rowname"
                | "rownames"
                | "rowid"
                | "uid"
                | "uuid"
                | "guid"
                | "ref"
                | "idref"
                | "name"
                | "record"
                | "case"
                | "caseid"
                | "sample"
                | "subject"
                | "patient"
                | "participant"
                | "respondent"
                | "person"
                | "customer"
                | "client"
                | "student"
                | "employee"
                | "user"
                | "member"
                | "account"
                | "station"
                | "site"
                | "plot"
                | "specimen"
                | "gene"
                | "probe"
                | "obs"
                | "observation"
                | "isbn"
                | "ean"
                | "sku"
                | "zip"
                | "zipcode"
                | "postcode"
                | "plz"
                | "fips"
                | "serial"
                | "unnamed0"
                | "barcode"
        )
    };
    let lower = name.trim().to_lowercase();
    let ends = ["_no", " no", "_nr", " nr", " no.", "_number", " number", "_key", "_code", "_index", "#"];
    is(&word) || ends_in_id(name) || ends.iter().any(|end| lower.ends_with(end))
}

/// What the columns are for.
///
/// # Errors
/// Most columns hold no numbers.
pub(crate) fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let (width, head_line) = (first.len(), first.line);
    let new = || Column { whole: Some(Vec::new()), ..Column::default() };
    let mut all: Vec<Column> = (0..width).map(|_| new()).collect();
    let codes = Codes::of(&sheet.said);
    let mut below = 0;
    while let Some(row) = rows.next()? {
        below += 1;
        all.iter_mut().zip(row.cells()).for_each(|(column, text)| column.add(text, row.line, &codes));
    }
    let mut of_head: Vec<Tally> = vec![Tally::default(); width];
    of_head.iter_mut().zip(&head).for_each(|(tally, text)| tally.add(text, head_line));
    let is_number = |i: usize| of_head[i].numbers > 0;
    // A word where the column has numbers, or where it has holes only.
    let over_numbers = |i: usize| {
        let word = of_head[i].others > 0 && truth(&head[i]).is_none() && !codes.has_word(&head[i]);
        word && !all[i].tally.is_text()
    };
    let corner = is_hole(&head[0]) && width > 1 && (1..width).all(|i| !is_hole(&head[i]) && !is_number(i));
    // A word in the corner over names of rows is no word over numbers.
    let count = match sheet.header.is_none() && sheet.roles.is_none() && !corner && !(1..width).any(over_numbers) {
        true => numbered::numbered(&head, &all, below),
        false => Numbered::No,
    };
    let counted = count == Numbered::Yes;
    let header = sheet.header.unwrap_or(below > 0 && (corner || counted || (0..width).any(over_numbers)));
    if !header {
        let mut with: Vec<Column> = (0..width).map(|_| new()).collect();
        let mut rows = sheet.rows();
        while let Some(row) = rows.next()? {
            with.iter_mut().zip(row.cells()).for_each(|(column, text)| column.add(text, row.line, &codes));
        }
        all = with;
    }
    let mut layout = Layout::new(header, vec![Role::Value; width]);
    if let Some((roles, more)) = &sheet.roles {
        layout.roles.clone_from(roles);
        layout.more = *more;
        let given = Layout { roles: (0..width).map(|i| layout.role(i)).collect(), more: false, ..layout };
        return texts(given, &all, &head);
    }
    let said = corner
        || counted && is_hole(&head[0])
        || matches!(plain(&head[0]).as_str(), "rownames" | "rowname" | "id" | "index");
    if width > 1 && (all[0].tally.is_text() || header && said) {
        layout.roles[0] = Role::Name;
    }
    let mut layout = texts(without_empty(layout, &all, &head), &all, &head)?;
    if count != Numbered::No {
        numbered::say(&mut layout, &head, counted, &sheet.said);
    }
    if let Some(error) = list_of_pairs(sheet, &layout, &all, &head)? {
        return Err(error);
    }
    Ok(names(sheet, layout, &all, &head))
}

/// The error of a list: two columns of names that come again and one of numbers, where a table has a column for each.
fn list_of_pairs(
    sheet: &Sheet,
    layout: &Layout,
    all: &[Column],
    head: &[String],
) -> Result<Option<DataError>, DataError> {
    let (Some(a), [b], 3) = (layout.find(Role::Name), &layout.all(Role::Ignored, all.len())[..], all.len()) else {
        return Ok(None);
    };
    let mut seen = [Interner::default(), Interner::default(), Interner::default()];
    let mut rows = sheet.rows();
    if layout.header {
        rows.next()?;
    }
    let mut total = 0;
    while let Some(row) = rows.next()? {
        total += 1;
        let (x, y) = (row.get(a), row.get(*b));
        seen[0].id(x);
        seen[1].id(y);
        seen[2].id(&format!("{x}\0{y}"));
    }
    if seen[0].len() == total || seen[1].len() == total || seen[2].len() < total {
        return Ok(None);
    }
    let name = |i: usize| column_name(layout.header, head, i);
    Ok(Some(DataError::line(
        1,
        format!(
            "each row names two things ({} and {}) and has one number: a list of pairs, not a table. Bring it to a problem of \
             ratings, or write it with a row for each of the first and a column for each of the second (pivot in pandas, \
             xtabs in R)",
            name(a),
            name(*b)
        ),
    )))
}

/// Leaves out what is no column: nothing stands there, not even a name, as where lines end in a delimiter.
fn without_empty(mut layout: Layout, all: &[Column], head: &[String]) -> Layout {
    let nothing = |i: usize| all[i].tally.numbers + all[i].tally.others == 0;
    let unnamed = |i: usize| if layout.header { head[i].is_empty() } else { i + 1 == all.len() };
    let empty: Vec<usize> = (1..all.len()).filter(|&i| nothing(i) && unnamed(i)).collect();
    if empty.len() + 1 < all.len() && !empty.is_empty() {
        empty.iter().for_each(|&i| layout.roles[i] = Role::Ignored);
        layout.say(format!("Left out {} in which nothing stands.", columns(empty.len())));
    }
    layout
}

/// Leaves out columns of text.
fn texts(mut layout: Layout, all: &[Column], head: &[String]) -> Result<Layout, DataError> {
    let mut left_out = Vec::new();
    for (i, column) in all.iter().enumerate() {
        // Where most is no number, the column is something else; where little is, that is a mistake.
        if layout.roles[i] == Role::Value && column.tally.is_text() {
            layout.roles[i] = Role::Ignored;
            left_out.push(i);
        }
    }
    let kept = layout.roles.iter().filter(|r| **r == Role::Value).count();
    if kept < left_out.len() || kept == 0 {
        let at = left_out.first().copied().unwrap_or(0);
        let message = format!("{} of {} hold no numbers; expected {WANTED}", left_out.len().max(1), columns(all.len()));
        return Err(DataError::at(all[at].tally.line.max(1), at as u64 + 1, message));
    }
    if !left_out.is_empty() {
        let name = |i: &usize| column_name(layout.header, head, *i);
        let names: Vec<_> = left_out.iter().map(name).collect();
        layout.say(format!(
            "Left out {}, because what stands there is no numbers: {}.",
            columns(names.len()),
            names.join(", ")
        ));
    }
    Ok(layout)
}

/// The name of column `i` for messages.
fn column_name(header: bool, head: &[String], i: usize) -> String {
    match head.get(i).filter(|name| header && !name.is_empty()) {
        Some(name) => quoted(name),
        None => format!("number {}", i + 1),
    }
}

/// Takes whole numbers that identify rows as their names.
fn names(sheet: &Sheet, mut layout: Layout, all: &[Column], head: &[String]) -> Layout {
    totals::columns(sheet, &mut layout, head);
    let values = |layout: &Layout| layout.roles.iter().filter(|r| **r == Role::Value).count();
    for (i, column) in all.iter().enumerate() {
        if layout.roles[i] != Role::Value || values(&layout) < 2 {
            continue;
        }
        if !column.is_key() {
            // Who or what a row belongs to is no quantity, either.
            if layout.header && ends_in_id(&head[i]) && column.whole.as_ref().is_some_and(|w| w.len() >= TELLING) {
                let before = layout.roles.clone();
                layout.roles[i] = Role::Ignored;
                let text = format!(
                    "Column {} holds whole numbers under a name that identifies, some of them several times: left out.",
                    column_name(layout.header, head, i)
                );
                let reading =
                    Reading::new("numbers like the others", &sheet.said.with_roles(layout.header, &before, false));
                layout.say(Remark::new(text, vec![reading]));
            }
            continue;
        }
        let named = layout.roles.contains(&Role::Name);
        let name = column_name(layout.header, head, i);
        let by_name = layout.header && is_id(&head[i]);
        let by_count = i == 0 && !layout.header && column.counts() && !named;
        let before = layout.roles.clone();
        if by_name || by_count {
            layout.roles[i] = if named { Role::Ignored } else { Role::Name };
            let taken = if named { "left out" } else { "taken as the names of the rows" };
            let why = if by_name {
                "whole numbers, all different, under a name that identifies"
            } else {
                "numbers that count the rows"
            };
            layout.say(Remark::new(
                format!("Column {name} holds {why}: {taken}."),
                vec![Reading::new("numbers like the others", &sheet.said.with_roles(layout.header, &before, false))],
            ));
        } else if i == 0 && !named && column.is_increasing() {
            let mut other = before;
            other[i] = Role::Name;
            layout.say(Remark::new(
                format!("Column {name} holds whole numbers, all different and in order: taken as numbers to fit."),
                vec![Reading::new("names of the rows", &sheet.said.with_roles(layout.header, &other, false))],
            ));
        }
    }
    layout
}

/// Reads the rows.
///
/// # Errors
/// A cell that is neither a number nor a hole, with its line and column.
pub(crate) fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Table, DataError> {
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
    let codes = Codes::of(&report.said);
    let mut tallies = vec![Tally::default(); kept.len()];
    while let Some(row) = rows.next()? {
        for (tally, &i) in tallies.iter_mut().zip(&kept).filter(|(_, i)| !codes.has_word(row.get(**i))) {
            tally.add(row.get(i), row.line);
        }
    }
    let names: Vec<(usize, String)> = kept.iter().copied().zip(table.columns.iter().map(|c| quoted(c))).collect();
    let truths: Vec<&str> =
        names.iter().zip(&tallies).filter(|(_, t)| t.is_truth()).map(|((_, name), _)| name.as_str()).collect();
    if !truths.is_empty() {
        let more = if truths.len() > NAMED { format!(" and {} more", truths.len() - NAMED) } else { String::new() };
        let some = &truths[..truths.len().min(NAMED)];
        report.say(format!("True and false were read as 1 and 0, in {}{more}.", some.join(", ")));
    }
    let styles = match sheet.exact {
        true => vec![Style::default(); kept.len()],
        false => styles(&tallies.iter().collect::<Vec<_>>(), &names, sheet.delimiter, report)?,
    };
    let mut rows = sheet.rows();
    if layout.header {
        rows.next()?;
    }
    while let Some(row) = rows.next()? {
        report.rows += 1;
        let label = name.map(|i| row.get(i)).filter(|text| !text.is_empty());
        table.rows.push(label.map_or_else(|| (table.rows.len() + 1).to_string(), str::to_owned));
        for ((&i, style), tally) in kept.iter().zip(&styles).zip(&tallies) {
            let text = row.get(i);
            let truth = || truth(text).filter(|_| tally.is_truth());
            let value = match style.number(text).or_else(truth) {
                Some(value) if codes.has(value) => f64::NAN,
                Some(value) if value.is_infinite() => {
                    return Err(row.error(i, format!("{} is not finite; leave empty what is not known", quoted(text))));
                }
                Some(value) => value,
                None if is_hole(text) || codes.has_word(text) => f64::NAN,
                None => {
                    let message = format!("found {}; expected a number such as 4.5, or nothing", quoted(text));
                    return Err(row.error(i, message).or(codes.reading(text, report)));
                }
            };
            table.values.push(value);
        }
    }
    report.remarks.extend(rows.remark());
    if !codes.said {
        look_for_codes(&mut table, report);
    }
    if !layout.given {
        drop_counts(&mut table, layout, report);
    }
    if table.values.iter().all(|v| v.is_nan()) {
        return Err(DataError::file("the table holds no number at all"));
    }
    if name.is_some() {
        totals::rows(&table, report);
    }
    shape(&table, report);
    Ok(table)
}

/// Makes holes of numbers that certainly stand for missing ones, and says which may.
fn look_for_codes(table: &mut Table, report: &mut Report) {
    let suspects = missing::suspects(&table.values, table.columns.len());
    for suspect in suspects.iter().filter(|s| s.certain) {
        table.values.iter_mut().filter(|v| **v == suspect.code).for_each(|v| *v = f64::NAN);
    }
    missing::say(&suspects, report);
}

/// Drops a first column that counts the known cells behind it, as Jester has it.
fn drop_counts(table: &mut Table, layout: &Layout, report: &mut Report) {
    let n = table.columns.len();
    let counts = |row: &[f64]| row[0] == row[1..].iter().filter(|v| !v.is_nan()).count() as f64;
    let holes = table.values.iter().any(|v| v.is_nan());
    if n < 3 || table.rows.len() < TELLING || !holes || !table.values.chunks(n).all(counts) {
        return;
    }
    let name = if layout.header { quoted(&table.columns[0]) } else { "number 1".to_owned() };
    let reading =
        Reading::new("numbers like the others", &report.said.with_roles(layout.header, &layout.roles, layout.more));
    let text = format!("Column {name} counts the known cells behind it: left out.");
    report.remarks.push(Remark::new(text, vec![reading]));
    table.columns.remove(0);
    if !layout.header {
        table.columns = (1..n).map(|i| i.to_string()).collect();
    }
    table.values = table.values.chunks(n).flat_map(|row| &row[1..]).copied().collect();
}

/// Says what is empty and what is constant.
fn shape(table: &Table, report: &mut Report) {
    let n = table.columns.len();
    let line = |r: usize| &table.values[r * n..(r + 1) * n];
    let rows_where = |f: fn(&[f64]) -> bool| (0..table.rows.len()).filter(|&r| f(line(r))).collect::<Vec<_>>();
    let empty_columns: Vec<usize> =
        (0..n).filter(|c| table.values.iter().skip(*c).step_by(n).all(|v| v.is_nan())).collect();
    let empty_rows = rows_where(|row| row.iter().all(|v| v.is_nan()));
    let constant = rows_where(|row| row.len() > 1 && row.iter().all(|v| *v == row[0]));
    remark(report, "column", "has no numbers", "have no numbers", &empty_columns, &table.columns);
    remark(report, "row", "has no numbers", "have no numbers", &empty_rows, &table.rows);
    remark(report, "row", "is constant", "are constant", &constant, &table.rows);
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
