//! Ratings: `user,item,rating[,time]`, with or without a header.

use iterscope_core::{Dataset, Rating, Ratings, Role};

use crate::DataError;
use crate::date::{self, Dates};
use crate::error::quoted;
use crate::kinds::Kind;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{Interner, columns, number, plain};

/// What messages ask for.
const WANTED: &str = "user,item,rating";

pub(crate) const KIND: Kind = Kind {
    form: Form { wanted: WANTED, also: Some("::"), ragged: false, header: |row| header(row).is_some() },
    open: |text, form| Sheet::open(text, form),
    guess: |sheet, _| guess(sheet),
    check: |roles| {
        let all = [Role::User, Role::Item, Role::Rating].iter().all(|role| roles.contains(role));
        all.then_some(()).ok_or("the columns need user, item and rating")
    },
    read: |sheet, layout, report| read(sheet, layout, report).map(Dataset::Ratings),
};

fn role(cell: &str) -> Role {
    match plain(cell).as_str() {
        "user" | "userid" | "username" | "person" | "rater" | "reviewer" | "judge" | "customer" | "row" | "reader"
        | "userindex" => Role::User,
        "item" | "itemid" | "itemname" | "movie" | "movieid" | "product" | "productid" | "book" | "bookid" | "isbn"
        | "artist" | "artistid" | "song" | "title" | "wine" | "joke" | "column" | "col" | "itemindex" => Role::Item,
        "rating" | "ratings" | "score" | "stars" | "value" | "grade" | "points" | "mark" | "bookrating" => Role::Rating,
        "time" | "timestamp" | "date" | "datetime" | "day" | "when" | "unixtime" | "reviewtime" | "ratedat" => {
            Role::Date
        }
        _ => Role::Ignored,
    }
}

/// The roles that a header says; `None` if the row is none.
fn header(row: Row) -> Option<Vec<Role>> {
    let mut roles: Vec<Role> = row.cells().map(role).collect();
    for i in 0..roles.len() {
        if roles[..i].contains(&roles[i]) {
            roles[i] = Role::Ignored;
        }
    }
    (KIND.check)(&roles).is_ok().then_some(roles)
}

fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    let mut rows = sheet.rows();
    let Some(row) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    if let Some(roles) = header(row) {
        let mut layout = Layout::new(true, roles);
        layout.remark_ignored(row);
        return Ok(layout);
    }
    let (width, line) = (row.len(), row.line);
    if width < 3 {
        return Err(DataError::line(line, format!("found {}; expected {WANTED}", columns(width))));
    }
    // A rating has a digit in it, a header has none.
    let rating = row.get(2);
    let head = !rating.is_empty()
        && number(rating, sheet.decimal_comma()).is_none()
        && !rating.contains(|c: char| c.is_ascii_digit());
    let mut roles = vec![Role::Ignored; width];
    roles[..3].copy_from_slice(&[Role::User, Role::Item, Role::Rating]);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let split_number = width == 4 && !sheet.decimal_comma() && digits(rating) && digits(row.get(3));
    let second = if head { rows.next()?.map(|row| row.get(3).to_owned()) } else { Some(row.get(3).to_owned()) };
    if second.is_some_and(|text| is_time(&text)) {
        roles[3] = Role::Date;
    }
    let ignored = roles.iter().filter(|r| **r == Role::Ignored).count();
    let mut layout = Layout::new(head, roles);
    if head {
        layout.say(format!("Line {line} was taken as a header of unknown names; the columns were read as {WANTED}."));
    } else if ignored > 0 {
        let hint = " If it is what follows a decimal comma, separate the columns by semicolons.";
        layout.say(format!(
            "Ignored {} after the {}.{}",
            columns(ignored),
            if ignored < width - 3 { "fourth" } else { "third" },
            if split_number { hint } else { "" }
        ));
    }
    Ok(layout)
}

/// A date, or seconds since 1970 of a time when people rated on computers.
fn is_time(text: &str) -> bool {
    let seconds = number(text, false).is_some_and(|v| (1e8..1e13).contains(&v));
    seconds || text.contains(['-', '/', '.']) && number(text, true).is_none() && date::parse(text).is_some()
}

/// Reads the rows. Users and items are text even where they look like numbers.
///
/// # Errors
/// The first thing that is wrong, with its line and column.
fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Ratings, DataError> {
    let find = |role| layout.find(role).unwrap_or(0);
    let (user, item, rating) = (find(Role::User), find(Role::Item), find(Role::Rating));
    let mut time = layout.find(Role::Date);
    let mut rows = sheet.rows();
    if layout.header {
        rows.next()?;
    }
    let mut builder = Builder::default();
    let mut dates = Dates::default();
    while let Some(row) = rows.next()? {
        report.rows += 1;
        for (i, what) in [(user, "user"), (item, "item")] {
            if row.get(i).is_empty() {
                return Err(row.error(i, format!("the {what} is empty; expected its name or number")));
            }
        }
        let text = row.get(rating);
        let problem = match number(text, sheet.decimal_comma()) {
            Some(value) if value.is_finite() => {
                builder.add(row.get(user), row.get(item), value, row.line);
                None
            }
            Some(_) => Some(format!("the rating {} is not finite", quoted(text))),
            None if text.is_empty() => Some("the rating is empty".into()),
            None => Some(format!("found {}", quoted(text))),
        };
        if let Some(problem) = problem {
            let message = format!("{problem}; expected a number such as 4.5 (leave out what is not known)");
            return Err(row.error(rating, message));
        }
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
    let mut day = Vec::new();
    if let Some(column) = time {
        day = dates.resolve(column, report)?;
    }
    if builder.entries.is_empty() {
        let message = format!("the file has a header and no rows below it; expected rows of {WANTED}");
        return Err(DataError::file(message));
    }
    Ok(builder.finish(day, report))
}

/// Entries, and the line of each.
#[derive(Debug, Default)]
pub(crate) struct Builder {
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
        let Builder { users, items, entries, lines } = self;
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
        Ratings { users: users.into_names(), items: items.into_names(), entries, day, remarks: Vec::new() }
    }
}
