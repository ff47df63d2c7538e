//! Tables of ranks: a row for each judge, a column for each item, the rank in the cell.

use iterscope_core::{Orders, Reading, Remark, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{Interner, plain};

use super::WANTED;
use super::places::Place;
use super::shared::{self, Found};

/// Header words over columns that name judges.
const JUDGES: [&str; 20] = [
    "id",
    "judge",
    "voter",
    "respondent",
    "participant",
    "subject",
    "person",
    "user",
    "rater",
    "timestamp",
    "date",
    "time",
    "name",
    "respondentid",
    "participantid",
    "voterid",
    "judgeid",
    "no",
    "ballot",
    "responseid",
];

/// The layout of a table whose rows are rankings of its columns; `None` if it is none.
///
/// # Errors
/// Its rows could as well be lists of items.
pub(super) fn layout(sheet: &Sheet, report: &Report) -> Result<Option<Layout>, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let mut heads = sheet.rows();
    let (Some(first), _) = (heads.next()?, rows.next()?) else { return Ok(None) };
    let width = first.len();
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let (mut total, mut even) = (0u64, true);
    let mut numbers = vec![true; width];
    let mut distinct: Vec<Interner> = (0..width).map(|_| Interner::default()).collect();
    let mut largest = vec![0.0f64; width];
    while let Some(row) = rows.next()? {
        total += 1;
        even &= row.len() == width;
        for i in 0..width {
            let text = row.get(i);
            match Place::read(text, comma) {
                // Who share the second and the third place may have 2.5 each.
                Some(Place::At(place)) if place >= 0.0 && (2.0 * place).fract() == 0.0 => {
                    largest[i] = largest[i].max(place);
                }
                Some(Place::Absent) => {}
                _ => numbers[i] = false,
            }
            distinct[i].id(text);
        }
        if !even {
            return Ok(None);
        }
    }
    if total == 0 || width < 2 {
        return Ok(None);
    }
    let head_is_number = |i: usize| matches!(Place::read(&head[i], comma), Some(Place::At(_)));
    // A column of judges has numbers, each once, or a word over it.
    let judge = |i: usize| {
        JUDGES.contains(&plain(&head[i]).as_str())
            || i == 0
                && total > 1
                && distinct[i].len() as u64 == total
                && (largest[i] > width as f64 || head[0].is_empty())
    };
    let columns: Vec<usize> = (0..width).filter(|&i| numbers[i] && !judge(i)).collect();
    let k = columns.len();
    if k < 2 || columns.iter().any(|&i| largest[i] > k as f64) {
        return Ok(None);
    }
    let header = !columns.iter().any(|&i| head_is_number(i));
    if !header && !columns.iter().all(|&i| head_is_number(i)) {
        return Ok(None);
    }
    // How many rows, and how many columns, have a rank twice; and whether each row is a whole ranking.
    let mut again_in_rows = 0u64;
    let mut permutations = true;
    let mut of_columns: Vec<Vec<bool>> = vec![vec![false; k + 1]; k];
    let mut again_in_columns = vec![false; k];
    let mut rows = sheet.rows();
    if header {
        rows.next()?;
    }
    let mut lines = 0u64;
    while let Some(row) = rows.next()? {
        lines += 1;
        let mut seen = vec![false; k + 1];
        let mut twice = false;
        for (c, &i) in columns.iter().enumerate() {
            let Some(Place::At(place)) = Place::read(row.get(i), comma) else {
                permutations = false;
                continue;
            };
            let at = place as usize;
            if at > k || place.fract() != 0.0 {
                permutations = false;
                continue;
            }
            twice |= std::mem::replace(&mut seen[at], true);
            again_in_columns[c] |= std::mem::replace(&mut of_columns[c][at], true);
        }
        permutations &= !twice && !seen[0];
        again_in_rows += u64::from(twice);
    }
    let rows_again = again_in_rows as f64 / lines as f64;
    let columns_again = again_in_columns.iter().filter(|again| **again).count() as f64 / k as f64;
    let mut roles = vec![Role::Ignored; width];
    columns.iter().for_each(|&i| roles[i] = Role::Rank);
    let named_judges = (0..width)
        .any(|i| !columns.contains(&i) && (judge(i) && !head[i].is_empty() || date::parse(&head[i]).is_some()));
    // With names of items in the first column, the columns may be races.
    let items_first = !numbers[0] && distinct[0].len() as u64 == total;
    if header
        && !columns.contains(&0)
        && items_first
        && !(rows_again < columns_again || named_judges && plain(&head[0]) != "name")
    {
        return Ok(None);
    }
    let as_lists = report.said.with_roles(header, &[Role::Ranked], true);
    if !header {
        if !permutations || k != width {
            return Ok(None);
        }
        let ranks = Reading::new(
            "a row has the ranks of the items 1, 2, 3, ...",
            &report.said.with_roles(false, &roles, false),
        );
        let lists = Reading::new("a row lists items, best first", &as_lists);
        let message = "each row has the numbers from 1 on, each once: they could be ranks of the columns, or items in their order";
        return Err(DataError::line(first.line, message).or(vec![ranks, lists]));
    }
    let mut layout = Layout::new(true, roles);
    let mut races = layout.roles.clone();
    let other = if items_first && !columns.contains(&0) {
        races.iter_mut().filter(|r| **r == Role::Rank).for_each(|r| *r = Role::Race);
        races[0] = Role::Item;
        Reading::new("each row is an item, with its places in races", &report.said.with_roles(true, &races, false))
    } else {
        Reading::new("each row lists items, best first", &as_lists)
    };
    layout.say(Remark::new(
        "Each row was read as one judge's ranks of the items in the columns, 1 the best.",
        vec![other],
    ));
    layout.remark_ignored(first);
    Ok(Some(layout))
}

/// The name of an item: what stands in brackets, as forms export their questions, else the whole header.
fn name(cell: &str) -> &str {
    let inside = cell.strip_suffix(']').and_then(|text| text.rsplit_once('[')).map(|(_, name)| name.trim());
    inside.filter(|name| !name.is_empty()).unwrap_or(cell)
}

/// Reads the rows.
///
/// # Errors
/// A cell that is no rank.
pub(super) fn read(sheet: &Sheet, layout: &Layout, report: &mut Report) -> Result<Orders, DataError> {
    let mut rows = sheet.rows();
    let width = sheet.rows().next()?.map_or(0, |row| row.len());
    let columns = layout.all(Role::Rank, width);
    let mut items: Vec<String> = (1..=columns.len()).map(|i| i.to_string()).collect();
    if layout.header
        && let Some(row) = rows.next()?
    {
        items = columns.iter().map(|&i| name(row.get(i)).to_owned()).collect();
    }
    for (i, item) in items.iter().enumerate() {
        if item.is_empty() || items[..i].contains(item) {
            return Err(DataError::file(format!("the name {} of a column is empty or comes twice", quoted(item))));
        }
    }
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        report.rows += 1;
        let mut places: Vec<(f64, u32)> = Vec::new();
        let mut behind = Vec::new();
        for (k, &i) in columns.iter().enumerate() {
            match Place::read(row.get(i), sheet.decimal_comma()) {
                Some(Place::At(place)) => places.push((place, k as u32)),
                Some(Place::Out) => behind.push(k as u32),
                Some(_) => {}
                None => {
                    let message = format!("found {}; expected a rank such as 3, or nothing", quoted(row.get(i)));
                    return Err(row.error(i, message));
                }
            }
        }
        places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut groups: Vec<Vec<u32>> = Vec::new();
        let mut last = None;
        for (place, item) in places {
            if last != Some(place) {
                groups.push(Vec::new());
                last = Some(place);
            }
            groups.iter_mut().last().into_iter().for_each(|group| group.push(item));
        }
        found.push(Found { groups, behind, count: 1.0, line: row.line });
    }
    report.remarks.extend(rows.remark());
    shared::orders(found, items, false, report, WANTED)
}
