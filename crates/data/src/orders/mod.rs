//! Races and ballots in the shapes in which people have them.

mod places;
mod ranks;
mod refuse;
mod season;
mod shared;
mod sushi;
mod wide;

use iterscope_core::{Dataset, Reading, Remark, Role};

use crate::DataError;
use crate::kinds::TableReader;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{Interner, number, plain};
use crate::{preflib, records};

use places::Place;

/// What messages ask for.
const WANTED: &str = "items, best first, or race,item,place";
/// How many rows are looked at.
const SAMPLE: usize = 1000;

pub(crate) const KIND: TableReader = TableReader {
    form: Form { wanted: WANTED, also: Some(">"), ragged: true, header: |row| header(row).is_some() },
    open,
    guess,
    check: |roles| {
        let has = |role| roles.contains(&role);
        if has(Role::Ranked) || has(Role::Rank) || has(Role::Item) && (has(Role::Race) || has(Role::Place)) {
            Ok(())
        } else {
            Err("the columns need ranked, or rank, or item and place, or item and race")
        }
    },
    read: |sheet, layout, report| {
        let by_places = layout.roles.iter().any(|r| matches!(r, Role::Place | Role::Race));
        let read = match layout.roles.contains(&Role::Rank) {
            true => ranks::read,
            false if by_places => places::read,
            false => wide::read,
        };
        read(sheet, layout, report).map(Dataset::Orders)
    },
};

fn open<'a>(text: &'a str, form: &Form) -> Result<Sheet<'a>, DataError> {
    if let Some(file) = preflib::open(text)? {
        if file.is_graph() {
            let message = format!(
                "this file of PrefLib holds a weighted graph ({}), not ballots: bring it to a problem of games",
                file.kind
            );
            return Err(DataError::file(message));
        }
        return Ok(Sheet::of_commas(file.body, file.line, file.names));
    }
    if let Some(sheet) = records::open(text)?.or_else(|| sushi::open(text)) {
        return Ok(sheet);
    }
    Sheet::open(text, form)
}

const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// The place that a header cell such as `1st`, `Rank 2` or `third` names.
fn place_named(cell: &str) -> Option<usize> {
    let word = plain(cell);
    let word = ["place", "rank", "position", "pos", "choice", "preference", "pref", "finish", "p", "r"]
        .iter()
        .find_map(|name| word.strip_prefix(name).or_else(|| word.strip_suffix(name)))
        .unwrap_or(&word);
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let ordinal =
        || ORDINALS.iter().position(|name| *name == word || matches!((*name, word), ("first", "best" | "winner")));
    bare.parse().ok().or_else(|| ordinal().map(|i| i + 1))
}

/// What the words of a header say, one by one.
fn words(row: Row) -> Vec<Role> {
    row.cells()
        .map(|cell| match plain(cell).as_str() {
            "race" | "event" | "ballot" | "raceid" | "eventid" | "heat" | "round" | "contest" | "tournament"
            | "session" | "grandprix" | "voter" | "voterid" | "judge" => Role::Event,
            "item" | "name" | "driver" | "rider" | "runner" | "athlete" | "candidate" | "competitor" | "entrant"
            | "horse" | "player" | "team" | "boat" | "skier" | "option" | "alternative" | "drivername"
            | "ridername" | "playername" | "athletename" | "horsename" => Role::Item,
            "place" | "position" | "pos" | "rank" | "ranking" | "finish" | "finishposition" | "placing"
            | "placement" | "result" | "standing" | "order" => Role::Place,
            "count" | "n" | "votes" | "voters" | "ballots" | "weight" | "freq" | "frequency" | "times" => Role::Count,
            _ => Role::Ignored,
        })
        .collect()
}

/// The roles that a header says; `None` if the row is none.
fn header(row: Row) -> Option<Vec<Role>> {
    let mut roles = words(row);
    // Numbers in place of names, where there are no names; texts of places, which say more than numbers.
    if !roles.contains(&Role::Item) {
        const IDS: [&str; 9] = [
            "driverid",
            "riderid",
            "runnerid",
            "athleteid",
            "playerid",
            "horseid",
            "teamid",
            "competitorid",
            "candidateid",
        ];
        if let Some(i) = row.cells().position(|cell| IDS.contains(&plain(cell).as_str())) {
            roles[i] = Role::Item;
        }
    }
    let texts = ["positiontext", "positionorder", "placetext"];
    if let Some(i) = texts.iter().find_map(|word| row.cells().position(|cell| plain(cell) == *word)) {
        roles.iter_mut().filter(|r| **r == Role::Place).for_each(|r| *r = Role::Ignored);
        roles[i] = Role::Place;
    }
    let first = |roles: &[Role], role| roles.iter().position(|r| *r == role);
    if let (Some(item), Some(place)) = (first(&roles, Role::Item), first(&roles, Role::Place))
        && first(&roles, Role::Event).is_some()
    {
        let event = first(&roles, Role::Event);
        for (i, role) in roles.iter_mut().enumerate() {
            if i != item && i != place && Some(i) != event {
                *role = Role::Ignored;
            }
        }
        return Some(roles);
    }
    // `first,second,third`
    let places: Vec<usize> = row.cells().filter_map(place_named).collect();
    if places.len() > 1 && places.iter().copied().eq(1..=places.len()) {
        let count = first(&roles, Role::Count);
        for (i, cell) in row.cells().enumerate() {
            roles[i] = match place_named(cell) {
                Some(_) => Role::Ranked,
                None if Some(i) == count => Role::Count,
                // The name of the race says nothing more, and is no loss.
                None if roles[i] == Role::Event => Role::Event,
                None => Role::Ignored,
            };
        }
        return Some(roles);
    }
    None
}

/// Whether each of the first rows begins with a count and a colon.
fn all_counted(sheet: &Sheet) -> Result<bool, DataError> {
    let mut rows = sheet.rows();
    let mut seen = 0;
    while seen < SAMPLE
        && let Some(row) = rows.next()?
    {
        seen += 1;
        if !wide::counted(row) {
            return Ok(false);
        }
    }
    Ok(seen > 0)
}

fn guess(sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    let ranked = || Layout { more: true, ..Layout::new(false, vec![Role::Ranked]) };
    if sheet.delimiter == ">" || all_counted(sheet)? {
        return Ok(ranked());
    }
    if !sheet.names.is_empty() {
        return Ok(Layout { more: true, ..Layout::new(false, vec![Role::Count, Role::Ranked]) });
    }
    // Numbers over numbers are no names of places.
    let numbers = |row: Row| row.cells().all(|cell| number(cell, false).is_some());
    let mut below = sheet.rows();
    let bare = numbers(first) && below.next()?.is_some() && below.next()?.is_some_and(numbers);
    if let Some(roles) = header(first).filter(|_| !bare) {
        let mut layout = Layout::new(true, roles);
        layout.remark_ignored(first);
        return Ok(layout);
    }
    #[cfg(feature = "comparisons")]
    if crate::comparisons::is_header(first) {
        let message = "the header is that of a table of games; bring it to a problem of games, or name its columns race, item \
                       and place";
        return Err(DataError::line(first.line, message));
    }
    if let Some(layout) = season::layout(sheet)? {
        return Ok(layout);
    }
    if let Some(layout) = ranks::layout(sheet, report)? {
        return Ok(layout);
    }
    let said = words(first);
    if said.contains(&Role::Event) && said.contains(&Role::Item) && !said.contains(&Role::Place) {
        refuse::no_order(sheet, report)?;
    }
    let (width, line) = (first.len(), first.line);
    let comma = sheet.decimal_comma();
    let counts_of = |row: Row| number(row.get(0), comma).is_some();
    // Rows from the second whose cells behind the first, or the last of which, are places; and rows with a number in front.
    let (mut total, mut all_places, mut last_places, mut counts) = (0, 0, 0, usize::from(counts_of(first)));
    let mut same = true;
    let mut events = Interner::default();
    let is_place = |text: &str| Place::read(text, comma).is_some();
    let head = (first.cells().skip(1).all(is_place), width > 0 && is_place(first.get(width - 1)));
    // Text in all but the first column, so that a number there is a count.
    let mut texts = !first.cells().skip(1).any(|text| number(text, comma).is_some());
    while total < SAMPLE
        && let Some(row) = rows.next()?
    {
        total += 1;
        same &= row.len() == width;
        all_places += usize::from(row.cells().skip(1).all(is_place));
        last_places += usize::from(row.len() == 3 && is_place(row.get(2)) && !is_place(row.get(1)));
        counts += usize::from(counts_of(row));
        texts &= !row.cells().skip(1).any(|text| number(text, comma).is_some());
        events.id(row.get(0));
    }
    // Items are named once each, and rarely by numbers.
    let items = same && total > 0 && counts < total && events.len() == total;
    let mut layout = if items && all_places == total {
        let mut roles = vec![Role::Race; width];
        roles[0] = Role::Item;
        Layout::new(!head.0, roles)
    } else if same && width == 3 && last_places == total && events.len() < total {
        Layout::new(!head.1, vec![Role::Event, Role::Item, Role::Place])
    } else if texts && counts == total + 1 {
        Layout { more: true, ..Layout::new(false, vec![Role::Count, Role::Ranked]) }
    } else if sheet.headed {
        let mut heads = sheet.rows();
        let names: Vec<_> = heads.next()?.into_iter().flat_map(Row::cells).map(crate::error::quoted).collect();
        let message = format!(
            "found the columns {}; expected race, item and place, or first, second and so on",
            names.join(", ")
        );
        return Err(DataError::line(line, message));
    } else {
        refuse::no_order(sheet, report)?;
        match wide::heading(sheet)? {
            true => unknown_heading(sheet, report)?,
            false => ranked(),
        }
    };
    match layout.roles[0] {
        Role::Item => {
            let mut readings = Vec::new();
            if width > 2 {
                let mut ranks = vec![Role::Rank; width];
                ranks[0] = Role::Ignored;
                let columns = report.said.with_roles(layout.header, &ranks, false);
                readings.push(Reading::new("each row has one judge's ranks of the columns", &columns));
            }
            let text = format!(
                "Each row was read as an item with its places in {}; if rows are races, write the item that came first in \
                 the first column, and so on.",
                if width == 2 { "one race".to_owned() } else { format!("{} races", width - 1) }
            );
            layout.say(Remark::new(text, readings));
        }
        Role::Event => layout.say("The columns were read as race,item,place."),
        Role::Count => layout.say("The numbers in the first column were read as counts."),
        _ => {}
    }
    if layout.header && layout.roles[0] != Role::Ranked {
        layout.remarks.insert(0, format!("Line {line} was taken as a header of unknown names.").into());
    }
    Ok(layout)
}

/// Lists of items below a line of words that stand nowhere else.
fn unknown_heading(sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
    let mut layout = Layout { more: true, ..Layout::new(true, vec![Role::Ranked]) };
    let mut rows = sheet.rows();
    if let Some(first) = rows.next()? {
        let names: Vec<_> = first.cells().map(crate::error::quoted).collect();
        let text = format!(
            "Line {} ({}) was taken as a header: its words stand nowhere else, and all names below it come again.",
            first.line,
            names.join(", ")
        );
        let plain = report.said.with_roles(false, &[Role::Ranked], true);
        layout.say(Remark::new(text, vec![Reading::new("it is an order like the others", &plain)]));
    }
    Ok(layout)
}
