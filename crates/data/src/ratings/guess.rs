//! What the columns of ratings are for, by the words of a header and by what stands in the cells.

use std::collections::HashSet;

use iterscope_core::{Reading, Remark, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::layout::Layout;
use crate::numbers::Tally;
use crate::sheet::{Sheet, only_empty_rows};
use crate::table;
use crate::words::{columns, is_hole, number};

use super::{WANTED, complete, known, only_a_header};

/// How many rows show what a column is for.
const SAMPLE: usize = 1000;
/// A text longer than this, in the mean, is a review and no name.
const LONG: usize = 80;

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
pub(super) fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
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
        return;
    }
    if sheet.delimiter == "," && names_are_alike(profiles) {
        let order: Vec<&str> = layout.roles.iter().map(|r| r.name()).filter(|r| *r != "-").collect();
        let text = format!("There is no header; the columns were read as {}.", order.join(","));
        layout.say(Remark::new(text, vec![exchanged(sheet, layout, 0, 1)]));
    }
    if ignored > 0 {
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

/// Whether the first two columns may as well be exchanged: some rows show it, and both are names.
fn names_are_alike(profiles: &[Profile]) -> bool {
    profiles.len() > 2 && profiles[0].rows > 2 && profiles[0].is_name() && profiles[1].is_name()
}

/// A date, or seconds since 1970 of a time when people rated on computers.
fn is_time(text: &str) -> bool {
    let seconds = number(text, false).is_some_and(|v| (1e8..1e13).contains(&v));
    seconds || text.contains(['-', '/', '.']) && number(text, true).is_none() && date::parse(text).is_some()
}
