//! Ratings: `user,item,rating[,time]`, with or without a header; or a row for each user and a column for each item.

mod words;

use std::collections::HashSet;

use iterscope_core::{Columns, Dataset, Rating, Ratings, Reading, Remark, Role};

use crate::DataError;
use crate::date::{self, Dates};
use crate::error::quoted;
use crate::kinds::Kind;
use crate::layout::Layout;
use crate::market::Market;
use crate::missing;
use crate::names;
use crate::numbers::{Codes, Style, Tally, styles};
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::table;
use crate::words::{Interner, columns, is_hole, number};

/// What messages ask for.
const WANTED: &str = "user,item,rating";
/// How many rows show what a column is for.
const SAMPLE: usize = 1000;
/// A text longer than this, in the mean, is a review and no name.
const LONG: usize = 80;

pub(crate) const KIND: Kind = Kind {
    form: Form { wanted: WANTED, also: Some("::"), ragged: false, header: |row| complete(&known(row)) },
    open: table::open,
    guess: |sheet, _| guess(sheet),
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

/// What a column shows before its role is known.
#[derive(Default)]
struct Profile {
    tally: Tally,
    cells: HashSet<String>,
    rows: usize,
    length: usize,
    times: usize,
}

impl Profile {
    fn add(&mut self, text: &str, line: u64) {
        self.tally.add(text, line);
        self.rows += 1;
        self.length += text.chars().count();
        self.times += usize::from(is_time(text));
        self.cells.insert(text.to_owned());
    }

    fn is_number(&self) -> bool {
        self.tally.numbers > 0 && self.tally.others == 0
    }

    fn is_time(&self) -> bool {
        self.rows > 0 && self.times == self.rows
    }

    /// Every row has another: an identifier of the row, or a text.
    fn is_key(&self) -> bool {
        self.rows > 4 && self.cells.len() == self.rows
    }

    /// Might be users or items.
    fn is_name(&self) -> bool {
        self.length <= LONG * self.rows && !self.is_time()
    }
}

/// What the columns are for.
///
/// # Errors
/// There are too few, or nothing decides between several ways.
fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    let mut roles = known(first);
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let (width, line) = (first.len(), first.line);
    if let Some((roles, more)) = &sheet.roles {
        return Ok(Layout { more: *more, ..Layout::new(sheet.header.unwrap_or(false), roles.clone()) });
    }
    if complete(&roles) && sheet.header != Some(false) {
        let mut layout = Layout::new(true, roles);
        layout.remark_ignored(first);
        return Ok(layout);
    }
    if width < 3 {
        return Err(DataError::line(line, format!("found {}; expected {WANTED}", columns(width))));
    }
    let mut profiles: Vec<Profile> = (0..width).map(|_| Profile::default()).collect();
    while profiles[0].rows < SAMPLE
        && let Some(row) = rows.next()?
    {
        profiles.iter_mut().zip(row.cells()).for_each(|(profile, text)| profile.add(text, row.line));
    }
    if profiles[0].rows == 0 && head.iter().all(|cell| is_word(cell, sheet)) {
        return Err(only_a_header());
    }
    let mut words = Tally::default();
    head.iter().for_each(|cell| words.add(cell, line));
    let says = roles.iter().any(|r| *r != Role::Ignored);
    // A word of a header over numbers, or words that say something and no number among them.
    let over = (0..width).any(|i| profiles[i].is_number() && is_word(&head[i], sheet));
    let header = sheet.header.unwrap_or(words.numbers == 0 && (says || over) || over && says);
    if !header {
        roles = vec![Role::Ignored; width];
        profiles.iter_mut().zip(&head).for_each(|(profile, text)| profile.add(text, line));
    }
    if is_wide(&roles, &profiles, header)
        && let Ok(mut wide) = table::guess(sheet)
    {
        let long = [Role::User, Role::Item, Role::Rating].into_iter().chain(std::iter::repeat(Role::Ignored));
        let long: Vec<Role> = long.take(width).collect();
        wide.remarks.insert(
            0,
            Remark::new(
                "A row for each user and a column for each item, its cells being the ratings.",
                vec![Reading::new(WANTED, &sheet.said.with_roles(header, &long, false))],
            ),
        );
        return Ok(wide);
    }
    let says = header && says;
    let mut layout = Layout::new(header, roles);
    if says {
        fill(sheet, &mut layout, &profiles, &head, line)?;
        let mut rows = sheet.rows();
        if let Some(row) = rows.next()? {
            layout.remark_ignored(row);
        }
    } else {
        by_place(sheet, &mut layout, &profiles, &head, line);
    }
    Ok(layout)
}

fn only_a_header() -> DataError {
    DataError::file(format!("the file has a header and no rows below it; expected rows of {WANTED}"))
}

/// Neither a number nor a hole nor a number with something behind it.
fn is_word(cell: &str, sheet: &Sheet) -> bool {
    !is_hole(cell) && number(cell, sheet.decimal_comma()).is_none() && !cell.contains(|c: char| c.is_ascii_digit())
}

/// Whether columns are items: many columns of numbers, none of which is said to be the ratings.
fn is_wide(roles: &[Role], profiles: &[Profile], header: bool) -> bool {
    let width = roles.len();
    let numbers = profiles.iter().filter(|p| p.is_number() && !p.is_time()).count();
    let holes = profiles.iter().any(|p| p.is_number() && p.tally.numbers < p.rows);
    let named = header && !roles.contains(&Role::Rating) && !roles.contains(&Role::Item);
    // Without names, columns behind the third may be anything.
    width >= 5 && numbers + 1 >= width && (named || !header && (holes || width >= 8))
}

/// Finds the roles that the header leaves out among the columns whose names say nothing.
fn fill(sheet: &Sheet, layout: &mut Layout, profiles: &[Profile], head: &[String], line: u64) -> Result<(), DataError> {
    let free = |roles: &[Role], f: &dyn Fn(&Profile) -> bool| -> Vec<usize> {
        (0..roles.len()).filter(|&i| roles[i] == Role::Ignored && f(&profiles[i])).collect()
    };
    let missing = |roles: &[Role]| -> Vec<Role> {
        [Role::User, Role::Item, Role::Rating].into_iter().filter(|r| !roles.contains(r)).collect()
    };
    if !layout.roles.contains(&Role::Date)
        && let [only] = free(&layout.roles, &|p| p.is_time())[..]
    {
        layout.roles[only] = Role::Date;
    }
    let mut found = Vec::new();
    let mut left: Vec<usize> = Vec::new();
    if missing(&layout.roles).contains(&Role::Rating) {
        let numbers = free(&layout.roles, &|p| p.is_number() && !p.is_time() && !p.is_key());
        if let [only] = numbers[..] {
            layout.roles[only] = Role::Rating;
            found.push((only, Role::Rating));
        } else {
            left = if numbers.is_empty() { free(&layout.roles, &|p| p.is_number()) } else { numbers };
        }
    }
    let wanted = missing(&layout.roles);
    if left.is_empty() && !wanted.is_empty() && !wanted.contains(&Role::Rating) {
        let repeated = free(&layout.roles, &|p| p.is_name() && !p.is_key());
        let names = if repeated.len() < wanted.len() { free(&layout.roles, &Profile::is_name) } else { repeated };
        if names.len() == wanted.len() {
            for (&i, &role) in names.iter().zip(&wanted) {
                layout.roles[i] = role;
                found.push((i, role));
            }
        } else {
            left = names;
        }
    }
    let wanted = missing(&layout.roles);
    if !wanted.is_empty() {
        let names = |which: &[Role]| which.iter().map(|r| r.name()).collect::<Vec<_>>().join(" and ");
        let known: Vec<Role> =
            [Role::User, Role::Item, Role::Rating].into_iter().filter(|r| !wanted.contains(r)).collect();
        let open: Vec<String> = left.iter().map(|&i| quoted(&head[i])).collect();
        let message = if left.len() < wanted.len() {
            format!("the header names {}, and no column could be the {}", names(&known), names(&wanted))
        } else {
            format!(
                "the header names {}, and nothing decides which of {} is the {}",
                names(&known),
                open.join(", "),
                names(&wanted)
            )
        };
        return Err(DataError::line(line, message).or(ways(sheet, layout, &left, &wanted, head)));
    }
    if !found.is_empty() {
        let each: Vec<String> =
            found.iter().map(|(i, role)| format!("{} as the {}", quoted(&head[*i]), role.name())).collect();
        let mut readings = Vec::new();
        if let [(a, Role::User), (b, Role::Item)] = found[..] {
            readings.push(exchanged(sheet, layout, a, b));
        }
        layout.say(Remark::new(format!("The header does not say it: took {}.", each.join(", ")), readings));
    }
    Ok(())
}

/// The ways to give the roles that are left to columns that could have them.
fn ways(sheet: &Sheet, layout: &Layout, left: &[usize], wanted: &[Role], head: &[String]) -> Vec<Reading> {
    const MOST: usize = 4;
    let mut readings = Vec::new();
    let mut way = |chosen: &[usize]| {
        let mut roles = layout.roles.clone();
        chosen.iter().zip(wanted).for_each(|(&i, &role)| roles[i] = role);
        let label: Vec<String> =
            chosen.iter().zip(wanted).map(|(&i, role)| format!("{} is the {}", head[i], role.name())).collect();
        readings.push(Reading::new(label.join(", "), &sheet.said.with_roles(true, &roles, false)));
    };
    for &a in left {
        match wanted.len() {
            1 => way(&[a]),
            2 => left.iter().filter(|&&b| b != a).for_each(|&b| way(&[a, b])),
            _ => {}
        }
    }
    readings.truncate(MOST);
    readings
}

/// The reading in which two columns have each other's roles.
fn exchanged(sheet: &Sheet, layout: &Layout, a: usize, b: usize) -> Reading {
    let mut roles = layout.roles.clone();
    roles.swap(a, b);
    let label = format!("{} and {} exchanged", layout.roles[a].name(), layout.roles[b].name());
    Reading::new(label, &sheet.said.with_roles(layout.header, &roles, false))
}

/// Without any known name, columns are user, item and rating from the first, unless only another one holds numbers.
fn by_place(sheet: &Sheet, layout: &mut Layout, profiles: &[Profile], head: &[String], line: u64) {
    let width = profiles.len();
    let mut places = [0, 1, 2];
    let numbers: Vec<usize> = (0..width).filter(|&i| profiles[i].is_number() && !profiles[i].is_time()).collect();
    if profiles[2].tally.is_text()
        && let [only @ (0 | 1)] = numbers[..]
    {
        places = if only == 0 { [1, 2, 0] } else { [0, 2, 1] };
    }
    for (place, role) in places.into_iter().zip([Role::User, Role::Item, Role::Rating]) {
        layout.roles[place] = role;
    }
    if width > 3 && profiles[3].is_time() {
        layout.roles[3] = Role::Date;
    }
    let ignored = layout.roles.iter().filter(|r| **r == Role::Ignored).count();
    let moved = places != [0, 1, 2];
    if layout.header || moved {
        let order: Vec<&str> = layout.roles.iter().map(|r| r.name()).filter(|r| *r != "-").collect();
        let text = match layout.header {
            // Fields of an array have names, and stand in no line.
            true => format!(
                "{} of unknown names; the columns were read as {}.",
                if line == 0 { "The fields are".to_owned() } else { format!("Line {line} was taken as a header") },
                order.join(",")
            ),
            false => format!("The columns were read as {}.", order.join(",")),
        };
        layout.say(Remark::new(text, vec![exchanged(sheet, layout, places[0], places[1])]));
    } else if ignored > 0 {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let split_number = width == 4 && !sheet.decimal_comma() && digits(&head[2]) && digits(&head[3]);
        let hint = " If it is what follows a decimal comma, separate the columns by semicolons.";
        layout.say(format!(
            "Ignored {} after the {}.{}",
            columns(ignored),
            if ignored < width - 3 { "fourth" } else { "third" },
            if split_number { hint } else { "" }
        ));
    }
}

/// A date, or seconds since 1970 of a time when people rated on computers.
fn is_time(text: &str) -> bool {
    let seconds = number(text, false).is_some_and(|v| (1e8..1e13).contains(&v));
    seconds || text.contains(['-', '/', '.']) && number(text, true).is_none() && date::parse(text).is_some()
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
        let values: Vec<f64> = matrix.entries.iter().map(|e| e.2).collect();
        codes.take(&look_for_codes(&values, &mut report));
    }
    if matrix.pattern {
        report.say("The file says which entries there are and not their values: all of them are 1.");
    }
    let mut builder = Builder::default();
    for (e, (i, j, value)) in matrix.all() {
        if codes.has(value) {
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
