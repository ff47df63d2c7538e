//! Tables that look like lists of items only because any table does.

use iterscope_core::{Reading, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{Interner, is_hole, number};

use super::places::Place;

/// Refuses a table that is no list of orders.
///
/// # Errors
/// Its header names races and items, or places; it has numbers under names; or its rows are lists as Python prints them.
pub(super) fn no_order(sheet: &Sheet, report: &Report) -> Result<(), DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(()) };
    let (width, line) = (first.len(), first.line);
    let head: Vec<String> = first.cells().map(str::to_owned).collect();
    let mut roles = super::words(first);
    let bracketed = |text: (&str, &str)| text.0.starts_with(['[', '(']) && text.1.ends_with([']', ')']);
    let mut lists = width > 0 && bracketed((first.get(0), first.get(width - 1)));
    let (mut below, mut numbers) = (0u64, true);
    // Columns all of whose cells below the first row are numbers, or places.
    let (mut of_numbers, mut of_places) = (vec![true; width], vec![true; width]);
    // Columns of lists, columns of dates, and how many names there are in how many cells.
    let (mut of_lists, mut of_dates) = (vec![true; width], vec![true; width]);
    let (mut names, mut cells) = (Interner::default(), first.len());
    for text in first.cells() {
        names.id(text);
    }
    while let Some(row) = rows.next()? {
        below += 1;
        for text in row.cells().filter(|text| !is_hole(text)) {
            names.id(text);
            cells += 1;
        }
        for i in 0..width {
            let text = row.get(i);
            of_lists[i] &= bracketed((text, text)) && text.contains(',');
            of_dates[i] &= text.len() > 5 && number(text, true).is_none() && date::parse(text).is_some();
        }
        lists &= row.len() > 0 && bracketed((row.get(0), row.get(row.len() - 1)));
        numbers &= row.cells().all(|text| is_hole(text) || number(text, comma).is_some());
        for (i, text) in row.cells().enumerate().take(width) {
            of_numbers[i] &= number(text, comma).is_some();
            of_places[i] &= Place::read(text, comma).is_some();
        }
    }
    if lists {
        let message = "the rows are lists as Python prints them: write them by json.dumps, one on each line, or as CSV";
        return Err(DataError::line(line, message));
    }
    if below > 0 && of_lists.contains(&true) {
        let at = of_lists.iter().position(|is| *is).unwrap_or(0);
        let message = format!(
            "the cells of {} are lists as Python prints them: write them by json.dumps, one on each line, or as CSV",
            quoted(&head[at])
        );
        return Err(DataError::at(line, at as u64 + 1, message));
    }
    if below > 0
        && width > 1
        && let Some(at) = of_dates.iter().position(|is| *is)
    {
        let message = format!(
            "column {} ({}) holds dates, which are no items: expected items, best first, or race,item,place",
            at + 1,
            quoted(&head[at])
        );
        return Err(DataError::at(line, at as u64 + 1, message));
    }
    if below > 1 && cells > 4 && names.len() == cells {
        let message = "no name stands in two rows, so that nothing is put in an order with anything else: expected the same items \
                       again and again, best first, or race,item,place";
        return Err(DataError::line(line, message));
    }
    if below == 0 || head.iter().any(|text| number(text, comma).is_some()) {
        return Ok(());
    }
    let known = roles.iter().filter(|r| **r != Role::Ignored).count();
    let place = roles.iter().position(|r| *r == Role::Place).filter(|&i| of_places[i]);
    if known > 1 || place.is_some() && width > 2 {
        let names: Vec<_> = head.iter().map(|name| quoted(name)).collect();
        let message = format!("found the columns {}; expected race, item and place", names.join(", "));
        let mut readings = Vec::new();
        if roles.contains(&Role::Event) && roles.contains(&Role::Item) && place.is_none() {
            for i in (0..width).filter(|&i| roles[i] == Role::Ignored && of_numbers[i]).take(2) {
                let mut with = roles.clone();
                with.iter_mut().filter(|r| **r == Role::Count).for_each(|r| *r = Role::Ignored);
                with[i] = Role::Place;
                let label = format!("{} says the places, the least number the first", quoted(&head[i]));
                readings.push(Reading::new(label, &report.said.with_roles(true, &with, false)));
            }
        }
        return Err(DataError::line(line, message).or(readings));
    }
    if numbers && width > 1 {
        roles.iter_mut().for_each(|r| *r = Role::Rank);
        let ranks = report.said.with_roles(true, &roles, false);
        let lists = report.said.with_roles(false, &[Role::Ranked], true);
        let message = "numbers stand under names, and they are not ranks from 1 on: they could be places, or scores, which are not \
                       read as orders";
        return Err(DataError::line(line, message).or(vec![
            Reading::new("they are places of the items in the columns, the least number the first", &ranks),
            Reading::new("each row lists items, best first", &lists),
        ]));
    }
    Ok(())
}
