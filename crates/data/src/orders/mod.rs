//! Races and ballots in the shapes in which people have them.

mod places;
mod preflib;
mod wide;

use iterscope_core::{Dataset, Order, Orders, Role};

use crate::DataError;
use crate::kinds::Kind;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::{Form, Sheet, only_empty_rows};
use crate::words::{Interner, number, plain};

use places::Place;

/// What messages ask for.
const WANTED: &str = "items, best first, or race,item,place";
/// How many rows are looked at.
const SAMPLE: usize = 1000;

pub(crate) const KIND: Kind = Kind {
    form: Form { wanted: WANTED, also: Some(">"), ragged: true, header: |row| header(row).is_some() },
    open: |text, form| preflib::open(text).map_or_else(|| Sheet::open(text, form), Ok),
    guess,
    check: |roles| {
        let has = |role| roles.contains(&role);
        if has(Role::Ranked) || has(Role::Item) && (has(Role::Race) || has(Role::Place)) {
            Ok(())
        } else {
            Err("the columns need ranked, or item and place, or item and race")
        }
    },
    read: |sheet, layout, report| {
        let by_places = layout.roles.iter().any(|r| matches!(r, Role::Place | Role::Race));
        let read = if by_places { places::read } else { wide::read };
        read(sheet, layout, report).map(Dataset::Orders)
    },
};

/// The place that a header cell such as `1st`, `Rank 2` or `third` names.
fn place_named(cell: &str) -> Option<usize> {
    const ORDINALS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
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

/// The roles that a header says; `None` if the row is none.
fn header(row: Row) -> Option<Vec<Role>> {
    let mut roles: Vec<Role> = row
        .cells()
        .map(|cell| match plain(cell).as_str() {
            "race" | "event" | "ballot" | "raceid" | "eventid" | "heat" | "round" | "contest" | "tournament"
            | "session" | "grandprix" | "voter" | "voterid" | "judge" => Role::Event,
            "item" | "name" | "driver" | "rider" | "runner" | "athlete" | "candidate" | "competitor" | "entrant"
            | "horse" | "player" | "team" | "boat" | "skier" | "option" | "alternative" => Role::Item,
            "place" | "position" | "pos" | "rank" | "ranking" | "finish" | "finishposition" | "placing"
            | "placement" | "result" | "standing" | "order" => Role::Place,
            "count" | "n" | "votes" | "voters" | "ballots" | "weight" | "freq" | "frequency" | "times" => Role::Count,
            _ => Role::Ignored,
        })
        .collect();
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

fn guess(sheet: &Sheet) -> Result<Layout, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Err(only_empty_rows(WANTED)) };
    let ranked = || Layout { more: true, ..Layout::new(false, vec![Role::Ranked]) };
    if sheet.delimiter == ">" || all_counted(sheet)? {
        return Ok(ranked());
    }
    if !sheet.names.is_empty() {
        return Ok(Layout { more: true, ..Layout::new(false, vec![Role::Count, Role::Ranked]) });
    }
    if let Some(roles) = header(first) {
        let mut layout = Layout::new(true, roles);
        layout.remark_ignored(first);
        return Ok(layout);
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
    } else {
        ranked()
    };
    match layout.roles[0] {
        Role::Item => layout.say(format!(
            "Each row was read as an item with its places in {}; if rows are races, write the item that came first in the \
             first column, and so on.",
            if width == 2 { "one race".to_owned() } else { format!("{} races", width - 1) }
        )),
        Role::Event => layout.say("The columns were read as race,item,place."),
        Role::Count => layout.say("The numbers in the first column were read as counts."),
        _ => {}
    }
    if layout.header {
        layout.remarks.insert(0, format!("Line {line} was taken as a header of unknown names.").into());
    }
    Ok(layout)
}

/// Orders that were cut where a place is shared.
#[derive(Debug, Default)]
struct Cut {
    times: u64,
    line: u64,
}

impl Cut {
    fn remark(&self, report: &mut Report) {
        let words = match self.times {
            0 => return,
            1 => format!("The order in line {} has", self.line),
            n => format!("{n} orders, the first in line {}, have", self.line),
        };
        report
            .say(format!("{words} a shared place: from there on it is only known who came behind the places before."));
    }
}

/// Takes an order of `groups` of equals, best first: what stands from the first tie on only came behind the rest.
fn push(
    orders: &mut Vec<Order>,
    mut order: Order,
    groups: Vec<Vec<u32>>,
    behind: Vec<u32>,
    line: u64,
    report: &mut Report,
    cut: &mut Cut,
) {
    let single = groups.iter().take_while(|group| group.len() == 1).count();
    // A last group of equals says no less than an unknown order.
    if single + 1 < groups.len() || single < groups.len() && !behind.is_empty() {
        cut.times += 1;
        if cut.times == 1 {
            cut.line = line;
        }
    }
    for (i, group) in groups.into_iter().enumerate() {
        let to = if i < single { &mut order.placed } else { &mut order.behind };
        to.extend(group);
    }
    order.behind.extend(behind);
    if order.placed.len() + order.behind.len() < 2 {
        report.leave(line, "it has one item or none");
    } else if order.placed.is_empty() {
        report.leave(line, "its first place is shared, so that it says nothing more");
    } else {
        orders.push(order);
    }
}

fn finish(orders: Vec<Order>, items: Vec<String>, report: &Report, wanted: &str) -> Result<Orders, DataError> {
    if orders.is_empty() {
        return Err(DataError::file(match report.left_out {
            0 => format!("the file has a header and no rows below it; expected rows of {wanted}"),
            _ => report.all_gone("orders"),
        }));
    }
    Ok(Orders { items, orders, remarks: Vec::new() })
}
