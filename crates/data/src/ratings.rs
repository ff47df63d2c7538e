//! Ratings: `user,item,rating[,time]`, with or without a header; or a row for each user and a column for each item.

mod guess;
mod words;

use iterscope_core::{Columns, Dataset, Rating, Ratings, Role};

use crate::DataError;
use crate::date::{self, Dates};
use crate::error::quoted;
use crate::kinds::TableReader;
use crate::layout::Layout;
use crate::market::Market;
use crate::missing;
use crate::names;
use crate::numbers::{Codes, Style, Tally, styles};
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet};
use crate::table;
use crate::words::{Interner, is_hole};

/// What messages ask for.
const WANTED: &str = "user,item,rating";
pub(crate) const KIND: TableReader = TableReader {
    form: Form { wanted: WANTED, also: Some("::"), ragged: false, header: |row| complete(&known(row)) },
    open: table::open,
    guess: |sheet, _| guess::guess(sheet),
    check: |roles| {
        let all = complete(roles) || roles.contains(&Role::Value);
        all.then_some(()).ok_or("the columns need user, item and rating, or value for each item")
    },
    read: |sheet, layout, report| {
        let read = if layout.roles.contains(&Role::Value) { read_wide } else { read };
        read(sheet, layout, report).map(Dataset::Ratings)
    },
};

fn complete(roles: &[Role]) -> bool {
    [Role::User, Role::Item, Role::Rating].iter().all(|role| roles.contains(role))
}

/// The roles that the words of a row say, each once but the ignored.
fn known(row: Row) -> Vec<Role> {
    let mut roles: Vec<Role> = row.cells().map(words::role).collect();
    for i in 0..roles.len() {
        if roles[..i].contains(&roles[i]) {
            roles[i] = Role::Ignored;
        }
    }
    roles
}

fn only_a_header() -> DataError {
    DataError::file(format!("the file has a header and no rows below it; expected rows of {WANTED}"))
}

/// Reads the rows. Users and items are text even where they look like numbers. Rows without a rating are left out.
///
/// # Errors
/// The first thing that is wrong, with its line and column.
fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Ratings, DataError> {
    let find = |role| layout.find(role).unwrap_or(0);
    let (user, item, rating) = (find(Role::User), find(Role::Item), find(Role::Rating));
    let mut time = layout.find(Role::Date);
    let (values, mut codes) = ratings_of(sheet, layout, rating, report)?;
    if !codes.said {
        codes.take(&look_for_codes(&values, report));
    }
    let mut rows = sheet.rows();
    // Cells beyond the last name of the header: one more separator than was meant, as in `4,5`.
    let mut named = usize::MAX;
    if layout.header
        && let Some(head) = rows.next()?
    {
        named =
            head.cells().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(i, _)| i + 1).last().unwrap_or(named);
    }
    let mut builder = Builder::default();
    let mut dates = Dates::default();
    for value in values {
        let Some(row) = rows.next()? else { break };
        report.rows += 1;
        if !layout.given
            && let Some((i, extra)) = row.cells().enumerate().skip(named).find(|(_, cell)| !cell.is_empty())
        {
            let why = format!("found {} beyond the {named} columns that the header names", quoted(extra));
            return Err(row.error(i, why));
        }
        if value.is_nan() {
            report.leave(row.line, "it has no rating");
            continue;
        }
        if codes.has(value) {
            report.leave(row.line, "its rating is a code of a missing one");
            continue;
        }
        for (i, what) in [(user, "user"), (item, "item")] {
            if row.get(i).is_empty() {
                return Err(row.error(i, format!("the {what} is empty; expected its name or number")));
            }
        }
        builder.add(row.get(user), row.get(item), value, row.line);
        if let Some(i) = time {
            match date::parse(row.get(i)) {
                Some(readings) => dates.push(readings, row.line),
                None if layout.given => return Err(row.error(i, format!("{} is no date", quoted(row.get(i))))),
                None => {
                    report.say(format!("Line {} has no date in column {}: dates are left out.", row.line, i + 1));
                    time = None;
                }
            }
        }
    }
    report.remarks.extend(rows.remark());
    if builder.entries.is_empty() {
        return Err(match report.left_out {
            0 => only_a_header(),
            _ => DataError::file(report.all_gone("ratings")),
        });
    }
    let mut day = Vec::new();
    if let Some(column) = time {
        day = dates.resolve(column, report)?;
    }
    Ok(builder.finish(day, report))
}

/// The rating of every row, NaN where it has none, and what a person says is missing.
fn ratings_of(
    sheet: &Sheet,
    layout: &Layout,
    column: usize,
    report: &mut Report,
) -> Result<(Vec<f64>, Codes), DataError> {
    let codes = Codes::of(&report.said);
    let words = Report::of(Some(&report.said));
    let pass = |each: &mut dyn FnMut(Row) -> Result<(), DataError>| {
        let mut rows = sheet.rows();
        let header = if layout.header { rows.next()?.map(|row| row.get(column).to_owned()) } else { None };
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok::<_, DataError>(header)
    };
    let value = |row: Row, style: Style| {
        let text = row.get(column);
        let (problem, readings) = match style.number(text) {
            Some(value) if value.is_infinite() => (format!("the rating {} is not finite", quoted(text)), Vec::new()),
            Some(value) => return Ok(value),
            None if is_hole(text) || codes.has_word(text) => return Ok(f64::NAN),
            None => (format!("found {}", quoted(text)), codes.reading(text, &words)),
        };
        let message = format!("{problem}; expected a number such as 4.5 (leave out what is not known)");
        Err(row.error(column, message).or(readings))
    };
    // Nearly all files need one pass; what it finds wrong may be right with decimal commas.
    let (mut tally, mut values, mut failed) = (Tally::default(), Vec::new(), None);
    let header = pass(&mut |row| {
        if !codes.has_word(row.get(column)) {
            tally.add(row.get(column), row.line);
        }
        match value(row, Style::default()) {
            Ok(v) => values.push(v),
            Err(error) => failed = failed.take().or(Some(error)),
        }
        Ok(())
    })?;
    let name = header.filter(|h| !h.is_empty()).map_or_else(|| format!("number {}", column + 1), |h| quoted(&h));
    let style = match sheet.exact {
        true => Style::default(),
        false => styles(&[&tally], &[(column, name)], sheet.delimiter, report)?[0],
    };
    if style != Style::default() {
        values.clear();
        pass(&mut |row| {
            values.push(value(row, style)?);
            Ok(())
        })?;
    } else if let Some(error) = failed {
        return Err(error);
    }
    Ok((values, codes))
}

/// Finds the codes of missing ratings and says so; those that are taken as such.
fn look_for_codes(values: &[f64], report: &mut Report) -> Vec<f64> {
    let suspects = missing::suspects(values, 1);
    missing::say(&suspects, report);
    say_zeros(values, report);
    suspects.iter().filter(|s| s.certain).map(|s| s.code).collect()
}

/// Says that zeros may be no ratings.
fn say_zeros(values: &[f64], report: &mut Report) {
    let zeros = values.iter().filter(|v| **v == 0.0).count();
    let others = || values.iter().filter(|v| !v.is_nan() && **v != 0.0);
    // As in Book-Crossing, where 0 means that a book was read and not rated.
    if zeros > 4
        && 10 * zeros > values.len()
        && others().next().is_some()
        && others().all(|v| *v >= 1.0 && v.fract() == 0.0)
    {
        let text =
            format!("{zeros} ratings are 0 and all others whole numbers from 1: 0 may mean that nothing was rated.");
        report.offer(text, "missing", &[("0 is no rating", "0")]);
    }
}

/// Reads a row for each user and a column for each item.
fn read_wide(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Ratings, DataError> {
    let table = table::read(sheet, layout, report)?;
    if report.choice("missing").is_none() {
        say_zeros(&table.values, report);
    }
    let mut builder = Builder::default();
    for ((row, user), line) in table.values.chunks(table.columns.len()).zip(&table.rows).zip(1..) {
        for (value, item) in row.iter().zip(&table.columns).filter(|(v, _)| !v.is_nan()) {
            builder.add(user, item, *value, line);
        }
    }
    Ok(builder.finish(Vec::new(), report))
}

/// The entries of a matrix as ratings: rows become users and columns items, named by their numbers from 1. Returns also how
/// many are stored.
///
/// # Errors
/// There is none.
pub(crate) fn of_market(matrix: &Market, said: Option<&Columns>) -> Result<(Ratings, u64), DataError> {
    if said.is_some_and(|s| !s.roles.is_empty()) {
        return Err(DataError::columns("a Matrix Market file says itself what its columns are"));
    }
    let mut report = Report::of(said);
    let mut codes = Codes::of(&report.said);
    if !codes.said {
        let values: Vec<f64> = matrix.entries.iter().map(|e| e.2).filter(|v| !v.is_nan()).collect();
        codes.take(&look_for_codes(&values, &mut report));
    }
    if matrix.pattern {
        report.say("The file says which entries there are and not their values: all of them are 1.");
    }
    let mut builder = Builder::default();
    for (e, (i, j, value)) in matrix.all() {
        if value.is_nan() {
            report.leave(u64::from(matrix.lines[e]), "it has no rating");
        } else if codes.has(value) {
            report.leave(u64::from(matrix.lines[e]), "its rating is a code of a missing one");
        } else {
            let name = |i: u32| (u64::from(i) + 1).to_string();
            builder.add(&name(i), &name(j), value, u64::from(matrix.lines[e]));
        }
    }
    if builder.entries.is_empty() {
        return Err(DataError::file(if report.left_out > 0 {
            report.all_gone("ratings")
        } else {
            "the file has no entries".into()
        }));
    }
    report.finish();
    let mut data = builder.finish(Vec::new(), &mut report);
    data.remarks = report.remarks;
    Ok((data, matrix.entries.len() as u64))
}

/// Entries, and the line of each.
#[derive(Debug, Default)]
struct Builder {
    users: Interner,
    items: Interner,
    entries: Vec<Rating>,
    lines: Vec<u32>,
}

impl Builder {
    pub fn add(&mut self, user: &str, item: &str, value: f64, line: u64) {
        self.entries.push(Rating { user: self.users.id(user), item: self.items.id(item), value });
        // A file has fewer lines than there are numbers.
        self.lines.push(line as u32);
    }

    /// The ratings. Where a pair comes again all of them stay, with a remark: which of them count is not for a reader to say.
    /// `day` is as long as the entries, or empty.
    pub fn finish(self, day: Vec<f64>, report: &mut Report) -> Ratings {
        let Builder { users, items, mut entries, lines } = self;
        let (mut users, mut items) = (users.into_names(), items.into_names());
        if let Some(new) = names::merge(&mut users, report) {
            entries.iter_mut().for_each(|e| e.user = new[e.user as usize]);
        }
        if let Some(new) = names::merge(&mut items, report) {
            entries.iter_mut().for_each(|e| e.item = new[e.item as usize]);
        }
        let pair = |i: u32| (entries[i as usize].user, entries[i as usize].item);
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_unstable_by_key(|&i| (pair(i), i));
        let again = || order.windows(2).filter(|w| pair(w[0]) == pair(w[1])).map(|w| lines[w[1] as usize]);
        let said = "the parameter `duplicates` says what counts";
        match (again().count(), again().min().unwrap_or(0)) {
            (0, _) => {}
            (1, line) => {
                report.say(format!("Line {line} rates an item for a second time by the same user: {said}."));
            }
            (n, line) => report.say(format!(
                "{n} rows rate an item again by the same user, the first of them in line {line}: {said}."
            )),
        }
        Ratings { users, items, entries, day, remarks: Vec::new() }
    }
}
