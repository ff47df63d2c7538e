//! Ratings: `user,item,rating`, with or without a header; further columns such as a time are left out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use iterscope_core::{Rating, Ratings};

use crate::DataError;
use crate::error::quoted;
use crate::table::{Interner, Row, Table, columns, number, only_empty_rows, plain};

/// What messages ask for.
const WANTED: &str = "user,item,rating";

/// Where what stands; fields from 0.
#[derive(Clone, Copy, Debug)]
struct Layout {
    user: usize,
    item: usize,
    rating: usize,
}

/// The layout without a known header.
const BARE: Layout = Layout { user: 0, item: 1, rating: 2 };

impl Layout {
    /// The layout that a header says; `None` if the row is none.
    fn of_header(row: Row) -> Option<Self> {
        let find = |names: &[&str]| row.cells().position(|cell| names.contains(&plain(cell).as_str()));
        Some(Layout {
            user: find(&["user", "userid", "username", "person", "rater", "reviewer", "judge", "customer", "row"])?,
            item: find(&[
                "item",
                "itemid",
                "itemname",
                "movie",
                "movieid",
                "product",
                "productid",
                "book",
                "bookid",
                "isbn",
                "artist",
                "song",
                "title",
                "wine",
                "column",
                "col",
            ])?,
            rating: find(&["rating", "ratings", "score", "stars", "value", "grade", "points", "mark"])?,
        })
    }
}

/// Reads ratings from CSV text. Users and items are text even where they look like numbers.
///
/// # Errors
/// The first thing that is wrong, with its line and column.
pub(crate) fn read(text: &str) -> Result<Ratings, DataError> {
    let table = Table::open(text, |row| Layout::of_header(row).is_some(), WANTED)?;
    let mut remarks = Vec::new();
    let mut rows = table.rows();
    let Some(row) = rows.next()? else {
        return Err(only_empty_rows(WANTED));
    };
    let known = Layout::of_header(row);
    let layout = known.unwrap_or(BARE);
    if known.is_none() {
        if row.len() < 3 {
            return Err(DataError::line(row.line, format!("found {}; expected {WANTED}", columns(row.len()))));
        }
        // A rating has a digit in it, a header has none.
        let header = !row.get(BARE.rating).is_empty()
            && number(row.get(BARE.rating), table.decimal_comma()).is_none()
            && !row.get(BARE.rating).contains(|c: char| c.is_ascii_digit());
        if header {
            remarks.push(format!(
                "Line {} was taken as a header of unknown names; the columns were read as {WANTED}.",
                row.line
            ));
        } else {
            remarks.extend((row.len() > 3).then(|| format!("Ignored {} after the third.", columns(row.len() - 3))));
            rows = table.rows();
        }
    } else {
        let used = [layout.user, layout.item, layout.rating];
        let names: Vec<_> =
            row.cells().enumerate().filter(|(i, _)| !used.contains(i)).map(|(_, cell)| quoted(cell)).collect();
        if !names.is_empty() {
            remarks.push(format!("Ignored {}: {}.", columns(names.len()), names.join(", ")));
        }
    }
    let mut reader = Reader { layout, decimal_comma: table.decimal_comma(), ..Reader::default() };
    while let Some(row) = rows.next()? {
        reader.take(row)?;
    }
    remarks.extend(rows.remark());
    reader.finish(remarks)
}

/// Rows to entries.
#[derive(Debug)]
struct Reader {
    layout: Layout,
    decimal_comma: bool,
    users: Interner,
    items: Interner,
    entries: Vec<Rating>,
    /// Where each pair of user and item stands in the entries.
    place: HashMap<(u32, u32), u32>,
    /// Entries that were replaced, and the line of the first replacement.
    replaced: (u64, u64),
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            layout: BARE,
            decimal_comma: false,
            users: Interner::default(),
            items: Interner::default(),
            entries: Vec::new(),
            place: HashMap::new(),
            replaced: (0, 0),
        }
    }
}

impl Reader {
    fn take(&mut self, row: Row) -> Result<(), DataError> {
        let Layout { user, item, rating } = self.layout;
        for (i, what) in [(user, "user"), (item, "item")] {
            if row.get(i).is_empty() {
                return Err(row.error(i, format!("the {what} is empty; expected its name or number")));
            }
        }
        let text = row.get(rating);
        let problem = match number(text, self.decimal_comma) {
            Some(value) if value.is_finite() => {
                self.add(row, value);
                return Ok(());
            }
            Some(_) => format!("the rating {} is not finite", quoted(text)),
            None if text.is_empty() => "the rating is empty".into(),
            None => format!("found {}", quoted(text)),
        };
        Err(row.error(rating, format!("{problem}; expected a number such as 4.5 (leave out what is not known)")))
    }

    fn add(&mut self, row: Row, value: f64) {
        let (user, item) = (self.users.id(row.get(self.layout.user)), self.items.id(row.get(self.layout.item)));
        match self.place.entry((user, item)) {
            Entry::Vacant(place) => {
                // Files are at most 64 MiB, so that there are fewer entries than numbers.
                place.insert(self.entries.len() as u32);
                self.entries.push(Rating { user, item, value });
            }
            Entry::Occupied(place) => {
                self.entries[*place.get() as usize].value = value;
                if self.replaced.0 == 0 {
                    self.replaced.1 = row.line;
                }
                self.replaced.0 += 1;
            }
        }
    }

    fn finish(self, mut remarks: Vec<String>) -> Result<Ratings, DataError> {
        if self.entries.is_empty() {
            let message = format!("the file has a header and no rows below it; expected rows of {WANTED}");
            return Err(DataError::file(message));
        }
        match self.replaced {
            (0, _) => {}
            (1, line) => remarks.push(format!(
                "Line {line} rates an item for a second time by the same user: the last rating was kept."
            )),
            (n, line) => remarks.push(format!(
                "{n} rows rate an item again by the same user, the first of them in line {line}: the last rating was kept."
            )),
        }
        Ok(Ratings {
            users: self.users.into_names(),
            items: self.items.into_names(),
            entries: self.entries,
            day: Vec::new(),
            remarks,
        })
    }
}
