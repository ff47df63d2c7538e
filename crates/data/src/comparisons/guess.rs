//! What the columns of a table of games are for, where its header does not say all of it.

use iterscope_core::{Reading, Remark, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{Interner, number, plain};

use super::cells::{CellKind, Tally, is_date, is_outcome};
use super::words::{Side, loose};
use super::{codes, header, rounds, score};

/// Of how many columns other readings are offered.
const OFFERED: usize = 2;

/// The players of a header with words that are not known: two columns of one name but for the side, such as `StimulusA` and
/// `StimulusB`.
///
/// The best pair comes first. Names are text before they are numbers, of players before they are of people or things around
/// them, and come again where texts do not.
fn loose_pairs(sheet: &Sheet, row: Row, kinds: &[CellKind], roles: &[Role]) -> Result<Vec<(usize, usize)>, DataError> {
    let free = |i: &usize| roles[*i] == Role::Ignored && kinds[*i] != CellKind::Date;
    let words: Vec<Vec<(Side, String)>> = row.cells().map(loose).collect();
    let open: Vec<usize> = (0..words.len()).filter(free).collect();
    let mut found = Vec::new();
    for &i in &open {
        for &j in &open {
            let pair = words[i].iter().any(|(a, rest)| {
                matches!(a, Side::First | Side::Home)
                    && words[j].iter().any(|(b, other)| {
                        rest == other && matches!((a, b), (Side::First, Side::Second) | (Side::Home, Side::Away))
                    })
            });
            if pair {
                found.push((i, j));
            }
        }
    }
    let mut unique = vec![false; words.len()];
    if found.len() > 1 {
        const SAMPLE: usize = 1000;
        let mut names: Vec<Interner> = words.iter().map(|_| Interner::default()).collect();
        let mut rows = sheet.rows();
        rows.next()?;
        let mut total = 0;
        while total < SAMPLE
            && let Some(row) = rows.next()?
        {
            total += 1;
            for &i in &open {
                names[i].id(row.get(i));
            }
        }
        unique = names.iter().map(|names| total > 2 && names.len() == total).collect();
    }
    let numbers = |i: usize| usize::from(kinds[i] == CellKind::Number);
    found.sort_by_key(|&(i, j)| (numbers(i) + numbers(j), is_beside(row.get(i)), unique[i] && unique[j], i.min(j)));
    Ok(found)
}

/// Whether a column says something of a player that is not its name.
fn is_beside(cell: &str) -> bool {
    const BESIDE: [&str; 22] = [
        "manager",
        "coach",
        "captain",
        "trainer",
        "pitcher",
        "referee",
        "formation",
        "rating",
        "elo",
        "rank",
        "seed",
        "odds",
        "prob",
        "corps",
        "corner",
        "stance",
        "country",
        "league",
        "conference",
        "division",
        "stadium",
        "title",
    ];
    let word = plain(cell);
    BESIDE.iter().any(|beside| word.contains(beside))
}

/// Whether a column of numbers says how good a player was held to be, or how likely something was: no scores.
fn is_expected(cell: &str) -> bool {
    let word = plain(cell);
    ["rating", "elo", "rank", "seed", "odds", "prob", "spi", "age", "id"].iter().any(|end| {
        word.ends_with(end)
            || word
                .strip_suffix(|c: char| c.is_ascii_digit() || matches!(c, 'a' | 'b'))
                .is_some_and(|w| w.ends_with(end))
    })
}

/// Fills in what a header with unknown words leaves open; `None` where the cells do not say it.
///
/// # Errors
/// Several columns that could be the outcome.
pub(super) fn complete(sheet: &Sheet, report: &Report) -> Result<Option<Layout>, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(None) };
    let header: Vec<String> = first.cells().map(str::to_owned).collect();
    if header.iter().any(|cell| number(cell, comma).is_some() || is_date(cell)) || header.len() < 3 {
        return Ok(None);
    }
    let mut roles = header::roles(first);
    // Letters alone may as well be names.
    let known = |i: &usize| roles[*i] != Role::Ignored && plain(&header[*i]).chars().count() > 1;
    let mut some_known = (0..header.len()).any(|i| known(&i));
    let tally = Tally::of(sheet, header.len(), true)?;
    let kinds = tally.kinds();
    if tally.total == 0 {
        return Ok(None);
    }
    let place = |roles: &[Role], wanted: [Role; 3]| roles.iter().position(|r| wanted.contains(r));
    let firsts = [Role::Winner, Role::Home, Role::First];
    let seconds = [Role::Loser, Role::Away, Role::Second];
    let mut remarks: Vec<Remark> = Vec::new();
    let mut others: Vec<(usize, usize)> = Vec::new();
    if place(&roles, firsts).is_none() && place(&roles, seconds).is_none() {
        let pairs = loose_pairs(sheet, first, &kinds, &roles)?;
        let Some(&(i, j)) = pairs.first() else {
            if !some_known {
                return Ok(None);
            }
            // The first two columns of text that nothing else is known of.
            let mut texts = (0..header.len())
                .filter(|&i| roles[i] == Role::Ignored && kinds[i] == CellKind::Text && tally.holes[i] == 0);
            let (Some(i), Some(j), None) = (texts.next(), texts.next(), texts.next()) else { return Ok(None) };
            (roles[i], roles[j]) = (Role::First, Role::Second);
            return finish(sheet, report, &header, roles, &kinds, remarks);
        };
        some_known = true;
        (roles[i], roles[j]) = (Role::First, Role::Second);
        let text =
            format!("The columns {} and {} were taken for the two players.", quoted(&header[i]), quoted(&header[j]));
        remarks.push(text.into());
        others = pairs[1..]
            .iter()
            .copied()
            .filter(|&(i, j)| kinds[i] == CellKind::Text && kinds[j] == CellKind::Text)
            .collect();
    }
    if !some_known || place(&roles, firsts).is_none() || place(&roles, seconds).is_none() {
        return Ok(None);
    }
    let at = |role: Role| roles.iter().position(|r| *r == role);
    let taken = at(Role::First).zip(at(Role::Second)).filter(|_| !others.is_empty());
    let found = finish(sheet, report, &header, roles, &kinds, remarks)?;
    Ok(found.map(|layout| with_others(layout, taken, &others, &header, report)))
}

/// Offers other columns that may be the two players.
fn with_others(
    mut layout: Layout,
    taken: Option<(usize, usize)>,
    others: &[(usize, usize)],
    header: &[String],
    report: &Report,
) -> Layout {
    let Some((a, b)) = taken else { return layout };
    let offers = others.iter().filter(|&&(i, j)| layout.role(i) == Role::Ignored && layout.role(j) == Role::Ignored);
    let readings = offers.take(OFFERED).map(|&(i, j)| {
        let mut roles = layout.roles.clone();
        (roles[i], roles[j]) = (roles[a], roles[b]);
        (roles[a], roles[b]) = (Role::Ignored, Role::Ignored);
        let label = format!("they are {} and {}", quoted(&header[i]), quoted(&header[j]));
        Reading::new(label, &report.said.with_roles(true, &roles, false))
    });
    let readings: Vec<Reading> = readings.collect();
    if let Some(remark) = layout.remarks.first_mut() {
        remark.readings = readings;
    }
    layout
}

/// The error of a header that names two players and no outcome, with what its columns of numbers could be.
///
/// # Errors
/// A row cannot be taken apart.
pub(super) fn offer(sheet: &Sheet, report: &Report, error: DataError) -> Result<DataError, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(error) };
    let header: Vec<String> = first.cells().map(str::to_owned).collect();
    let roles = header::roles(first);
    let at = |wanted: Role| roles.iter().position(|r| *r == wanted);
    // Columns of numbers beside home and away may be anything.
    let (Some(a), Some(b)) = (at(Role::First), at(Role::Second)) else { return Ok(error) };
    let tally = Tally::of(sheet, header.len(), true)?;
    let open =
        |i: &usize| roles[*i] == Role::Ignored && tally.total > 0 && tally.numbers[*i] + tally.holes[*i] == tally.total;
    let mut readings = Vec::new();
    for i in (0..header.len()).filter(open).take(OFFERED) {
        let mut said = roles.clone();
        said[i] = Role::Outcome;
        let layout = Layout::new(true, said.clone());
        let values = codes::values(sheet, &layout, i, (a, b))?.unwrap_or_default();
        let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else { continue };
        let name = quoted(&header[i]);
        let mut reading = |label: String, key: &str, roles: &[Role]| {
            let columns = report.said.with_roles(true, roles, false);
            readings.push(Reading::new(label, &if key.is_empty() { columns } else { columns.with("codes", key) }));
        };
        if low < 0.0 {
            reading(format!("{name} is above 0 for the first, below for the second"), "signed", &said);
        } else if high <= 1.0 {
            reading(format!("{name} is the share of the first"), "points", &said);
        } else if low > 0.0 && values.iter().all(|v| v.fract() == 0.0) {
            reading(format!("{name} is a scale from the first to the second"), "scale", &said);
        }
        if low >= 0.0 {
            (said[a], said[b], said[i]) = (Role::Winner, Role::Loser, Role::Count);
            reading(format!("{name} counts wins of the first"), "", &said);
        }
    }
    Ok(error.or(readings))
}

/// Looks for the outcome, where the header names none.
fn finish(
    sheet: &Sheet,
    report: &Report,
    header: &[String],
    mut roles: Vec<Role>,
    kinds: &[CellKind],
    mut remarks: Vec<Remark>,
) -> Result<Option<Layout>, DataError> {
    let at = |roles: &[Role], wanted: [Role; 3]| roles.iter().position(|r| wanted.contains(r)).unwrap_or(0);
    let a = at(&roles, [Role::Winner, Role::Home, Role::First]);
    let b = at(&roles, [Role::Loser, Role::Away, Role::Second]);
    if super::fields::Fields::of(&roles).is_err() {
        let candidates = outcomes(sheet, &roles, kinds, [a, b])?;
        match candidates[..] {
            [] => return two_numbers(sheet, report, header, &roles, kinds, [a, b]),
            [one] => {
                roles[one] = Role::Outcome;
                remarks.push(format!("The column {} was taken for the outcome.", quoted(&header[one])).into());
            }
            _ => {
                let names: Vec<_> = candidates.iter().map(|&i| quoted(&header[i])).collect();
                let readings = candidates.iter().take(4).map(|&i| {
                    let mut chosen = roles.clone();
                    chosen[i] = Role::Outcome;
                    let label = format!("{} is the outcome", quoted(&header[i]));
                    Reading::new(label, &report.said.with_roles(true, &chosen, false))
                });
                let message = format!("several columns could say who won: {}", names.join(", "));
                return Err(DataError::line(1, message).or(readings.collect()));
            }
        }
    }
    let twice = |i: usize| !roles[i].repeats() && roles[..i].contains(&roles[i]);
    if (0..roles.len()).any(twice) {
        return Ok(None);
    }
    let mut layout = Layout { remarks, ..Layout::new(true, roles) };
    refine(sheet, &mut layout, report)?;
    let mut rows = sheet.rows();
    if let Some(row) = rows.next()? {
        layout.remark_ignored_but(row, &rounds::used(row, &layout));
    }
    Ok(Some(layout))
}

/// Two columns of numbers with one name but for the side, such as `votes1` and `votes2`: `None` where there are none.
///
/// # Errors
/// There are, and they could be scores or counts of wins.
fn two_numbers(
    sheet: &Sheet,
    report: &Report,
    header: &[String],
    roles: &[Role],
    kinds: &[CellKind],
    names: [usize; 2],
) -> Result<Option<Layout>, DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(None) };
    let mut open = roles.to_vec();
    // Only numbers are looked at.
    (0..open.len())
        .filter(|&i| kinds[i] != CellKind::Number || is_expected(first.get(i)))
        .for_each(|i| open[i] = Role::Group);
    let Some((i, j)) = loose_pairs(sheet, first, kinds, &open)?.first().copied() else { return Ok(None) };
    let with = |[a, b]: [Role; 2]| {
        let mut roles = roles.to_vec();
        // The numbers say who won, so that nobody is known to have.
        (roles[names[0]], roles[names[1]]) = match roles[names[0]] {
            Role::Home => (Role::Home, Role::Away),
            _ => (Role::First, Role::Second),
        };
        (roles[i], roles[j]) = (a, b);
        report.said.with_roles(true, &roles, false)
    };
    let message = format!(
        "the columns {} and {} could be the scores of the two, or count how often each of them won",
        quoted(&header[i]),
        quoted(&header[j])
    );
    Err(DataError::line(first.line, message).or(vec![
        Reading::new("they are scores: who has more won", &with([Role::FirstScore, Role::SecondScore])),
        Reading::new("they count how often each won", &with([Role::FirstWins, Role::SecondWins])),
    ]))
}

/// The columns without a role all of whose cells say who won.
fn outcomes(sheet: &Sheet, roles: &[Role], kinds: &[CellKind], names: [usize; 2]) -> Result<Vec<usize>, DataError> {
    let mut open: Vec<usize> = (0..roles.len())
        .filter(|&i| roles[i] == Role::Ignored && !matches!(kinds[i], CellKind::Date | CellKind::Time))
        .collect();
    let mut some = vec![false; roles.len()];
    let mut different: Vec<Interner> = roles.iter().map(|_| Interner::default()).collect();
    let mut rows = sheet.rows();
    rows.next()?;
    let mut total = 0;
    while let Some(row) = rows.next()?
        && !open.is_empty()
    {
        total += 1;
        open.retain(|&i| {
            let text = row.get(i);
            if score::unplayed(text).is_some() {
                return true;
            }
            some[i] = true;
            different[i].id(text);
            is_outcome(text, row, names)
        });
    }
    // A column of one value says nothing; letters, words and scores say it sooner than numbers.
    open.retain(|&i| some[i] && (different[i].len() > 1 || total == 1 && kinds[i] != CellKind::Number));
    if open.iter().any(|&i| kinds[i] != CellKind::Number) {
        open.retain(|&i| kinds[i] != CellKind::Number);
    }
    Ok(open)
}

/// A column of winners says who won where the one of results says something else, such as by what.
fn winner_or_result(sheet: &Sheet, layout: &mut Layout) -> Result<(), DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(()) };
    let winner = |i: &usize| {
        layout.roles[*i] == Role::Ignored && matches!(header::meaning_of(first.get(*i)), Some(Side::Winner))
    };
    let place = |wanted: [Role; 2]| layout.roles.iter().position(|r| wanted.contains(r));
    let found = (layout.find(Role::Outcome), (0..layout.roles.len()).find(winner));
    let (a, b) = (place([Role::Home, Role::First]), place([Role::Away, Role::Second]));
    let ((Some(result), Some(winner)), Some(a), Some(b)) = (found, a, b) else { return Ok(()) };
    let mut other = false;
    while let Some(row) = rows.next()? {
        let says = |i: usize| score::unplayed(row.get(i)).is_some() || is_outcome(row.get(i), row, [a, b]);
        if !says(winner) {
            return Ok(());
        }
        other |= !says(result);
    }
    if other {
        (layout.roles[result], layout.roles[winner]) = (Role::Note, Role::Outcome);
    }
    Ok(())
}

/// Looks at what stands under words that may mean several things, and for columns that are clear without a word.
pub(super) fn refine(sheet: &Sheet, layout: &mut Layout, report: &Report) -> Result<(), DataError> {
    winner_or_result(sheet, layout)?;
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(()) };
    let header: Vec<String> = first.cells().map(str::to_owned).collect();
    let width = header.len();
    let place = |wanted: [Role; 3]| layout.roles.iter().position(|r| wanted.contains(r));
    let a = place([Role::Winner, Role::Home, Role::First]).unwrap_or(0);
    let b = place([Role::Loser, Role::Away, Role::Second]).unwrap_or(0);
    // `@` between the two, under no name.
    let mut at: Vec<bool> =
        (0..width).map(|i| matches!(layout.roles.get(i), Some(Role::Ignored | Role::Advantage))).collect();
    let mut seen_at = vec![false; width];
    let mut place_fits: Vec<bool> = (0..width).map(|i| layout.roles.get(i) == Some(&Role::Advantage)).collect();
    // No more rows than it takes to rule all these columns out: files have millions.
    while (0..width).any(|i| at[i] || place_fits[i])
        && let Some(row) = rows.next()?
    {
        for i in 0..width {
            let text = row.get(i);
            at[i] = at[i] && matches!(text, "" | "@" | "vs" | "vs." | "N" | "n");
            seen_at[i] |= text == "@";
            place_fits[i] = place_fits[i]
                && (super::extras::Place::Who.advantage(text, row.get(a), row.get(b)).is_some() || text == "@");
        }
    }
    if let Some(i) = layout.find(Role::Advantage)
        && matches!(plain(&header[i]).as_str(), "location" | "loc" | "site" | "venue" | "homeaway" | "ha")
        && !place_fits[i]
    {
        layout.roles[i] = Role::Ignored;
    }
    if layout.find(Role::Advantage).is_none()
        && let Some(i) = (0..width).find(|&i| layout.roles[i] == Role::Ignored && at[i] && seen_at[i])
    {
        layout.roles[i] = Role::Advantage;
        layout.say(format!("In column {}, @ was read as that the first was away.", i + 1));
    }
    if layout.find(Role::Date).is_none() {
        let tally = Tally::of(sheet, width, true)?;
        let dates = |i: &usize| layout.roles[*i] == Role::Ignored && tally.dates[*i] == tally.total && tally.total > 0;
        if let Some(i) = (0..width).find(dates) {
            let mut without = layout.roles.clone();
            without[i] = Role::Ignored;
            layout.roles[i] = Role::Date;
            let readings = vec![Reading::new("without it", &report.said.with_roles(true, &without, layout.more))];
            let text = format!("The column {} holds dates, and says when the games were.", quoted(&header[i]));
            layout.say(Remark::new(text, readings));
        }
    }
    Ok(())
}
