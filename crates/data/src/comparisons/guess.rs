//! What the columns of a table of games are for, where its header does not say all of it.

use iterscope_core::{Reading, Remark, Role};

use crate::DataError;
use crate::date;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::rows::Row;
use crate::sheet::Sheet;
use crate::words::{Interner, columns, is_hole, number, plain};

use super::words::{Side, loose};
use super::{codes, header, outcome, score};

/// How many rows are looked at where they leave no doubt.
const SAMPLE: usize = 1000;
/// Of how many columns other readings are offered.
const OFFERED: usize = 2;

/// What most cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Date,
    Outcome,
    /// A time of day.
    Time,
}

fn is_date(text: &str) -> bool {
    text.len() > 5 && number(text, true).is_none() && date::parse(text).is_some()
}

/// `20:00`, which is no score of twenty to nothing.
fn is_time(text: &str) -> bool {
    let text = text.trim_end_matches(['p', 'a', 'm', 'P', 'A', 'M', ' ']);
    let mut parts = text.split(':');
    let (Some(hour), Some(minute)) = (parts.next(), parts.next()) else { return false };
    let digits = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok();
    digits(hour) && minute.len() == 2 && minute.parse::<u8>().is_ok_and(|m| m < 60) && parts.all(digits)
}

fn fits(kind: Kind, text: &str, row: Row, names: [usize; 2], comma: bool) -> bool {
    match kind {
        Kind::Text => true,
        Kind::Number => is_hole(text) || number(text, comma).is_some(),
        Kind::Date => is_date(text),
        Kind::Time => is_time(text),
        Kind::Outcome => is_outcome(text, row, names),
    }
}

fn is_outcome(text: &str, row: Row, names: [usize; 2]) -> bool {
    outcome::read(text, row.get(names[0]), row.get(names[1]), 0).is_some()
}

/// What stands in the columns, as far as the first rows tell.
struct Tally {
    total: usize,
    dates: Vec<usize>,
    times: Vec<usize>,
    numbers: Vec<usize>,
    /// Rows in which the column is empty.
    holes: Vec<usize>,
}

impl Tally {
    fn of(sheet: &Sheet, width: usize, header: bool) -> Result<Tally, DataError> {
        let comma = sheet.decimal_comma();
        let new = || vec![0; width];
        let mut tally = Tally { total: 0, dates: new(), times: new(), numbers: new(), holes: new() };
        let mut rows = sheet.rows();
        if header {
            rows.next()?;
        }
        while tally.total < SAMPLE
            && let Some(row) = rows.next()?
        {
            tally.total += 1;
            for (i, text) in row.cells().enumerate().take(width) {
                tally.dates[i] += usize::from(is_date(text));
                tally.times[i] += usize::from(is_time(text));
                tally.numbers[i] += usize::from(number(text, comma).is_some());
                tally.holes[i] += usize::from(is_hole(text));
            }
        }
        Ok(tally)
    }

    /// A header may be one row of them.
    fn most(&self, n: usize) -> bool {
        n > 0 && 2 * n >= self.total
    }

    fn kinds(&self) -> Vec<Kind> {
        let kind = |i: usize| match (self.most(self.dates[i]), self.most(self.times[i]), self.most(self.numbers[i])) {
            (true, ..) => Kind::Date,
            (_, true, _) => Kind::Time,
            (.., true) => Kind::Number,
            _ => Kind::Text,
        };
        (0..self.dates.len()).map(kind).collect()
    }
}

/// The players of a header with words that are not known: two columns of one name but for the side, such as `StimulusA` and
/// `StimulusB`.
fn loose_pair(row: Row, kinds: &[Kind], roles: &[Role]) -> Option<(usize, usize)> {
    let free = |i: &usize| roles[*i] == Role::Ignored && kinds[*i] != Kind::Date;
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
    // Names are text before they are numbers.
    found
        .into_iter()
        .min_by_key(|&(i, j)| (usize::from(kinds[i] == Kind::Number) + usize::from(kinds[j] == Kind::Number), i.min(j)))
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
    if place(&roles, firsts).is_none() && place(&roles, seconds).is_none() {
        let Some((i, j)) = loose_pair(first, &kinds, &roles) else {
            if !some_known {
                return Ok(None);
            }
            // The first two columns of text that nothing else is known of.
            let mut texts = (0..header.len())
                .filter(|&i| roles[i] == Role::Ignored && kinds[i] == Kind::Text && tally.holes[i] == 0);
            let (Some(i), Some(j), None) = (texts.next(), texts.next(), texts.next()) else { return Ok(None) };
            (roles[i], roles[j]) = (Role::First, Role::Second);
            return finish(sheet, report, &header, roles, &kinds, remarks);
        };
        some_known = true;
        (roles[i], roles[j]) = (Role::First, Role::Second);
        remarks.push(
            format!("The columns {} and {} were taken for the two players.", quoted(&header[i]), quoted(&header[j]))
                .into(),
        );
    }
    if !some_known || place(&roles, firsts).is_none() || place(&roles, seconds).is_none() {
        return Ok(None);
    }
    finish(sheet, report, &header, roles, &kinds, remarks)
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
    kinds: &[Kind],
    mut remarks: Vec<Remark>,
) -> Result<Option<Layout>, DataError> {
    let at = |roles: &[Role], wanted: [Role; 3]| roles.iter().position(|r| wanted.contains(r)).unwrap_or(0);
    let a = at(&roles, [Role::Winner, Role::Home, Role::First]);
    let b = at(&roles, [Role::Loser, Role::Away, Role::Second]);
    if super::fields::Fields::of(&roles).is_err() {
        let candidates = outcomes(sheet, &roles, kinds, [a, b])?;
        match candidates[..] {
            [] => return Ok(None),
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
        layout.remark_ignored(row);
    }
    Ok(Some(layout))
}

/// The columns without a role all of whose cells say who won.
fn outcomes(sheet: &Sheet, roles: &[Role], kinds: &[Kind], names: [usize; 2]) -> Result<Vec<usize>, DataError> {
    let mut open: Vec<usize> = (0..roles.len())
        .filter(|&i| roles[i] == Role::Ignored && !matches!(kinds[i], Kind::Date | Kind::Time))
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
    open.retain(|&i| some[i] && (different[i].len() > 1 || total == 1 && kinds[i] != Kind::Number));
    if open.iter().any(|&i| kinds[i] != Kind::Number) {
        open.retain(|&i| kinds[i] != Kind::Number);
    }
    Ok(open)
}

/// Looks at what stands under words that may mean several things, and for columns that are clear without a word.
pub(super) fn refine(sheet: &Sheet, layout: &mut Layout, report: &Report) -> Result<(), DataError> {
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(()) };
    let header: Vec<String> = first.cells().map(str::to_owned).collect();
    let width = header.len();
    let place = |wanted: [Role; 3]| layout.roles.iter().position(|r| wanted.contains(r));
    let a = place([Role::Winner, Role::Home, Role::First]).unwrap_or(0);
    let b = place([Role::Loser, Role::Away, Role::Second]).unwrap_or(0);
    // `@` between the two, under no name.
    let mut at = vec![true; width];
    let mut seen_at = vec![false; width];
    let mut place_fits = vec![true; width];
    while let Some(row) = rows.next()? {
        for i in 0..width {
            let text = row.get(i);
            at[i] &= matches!(text, "" | "@" | "vs" | "vs." | "N" | "n");
            seen_at[i] |= text == "@";
            place_fits[i] &= super::extras::Place::Who.advantage(text, row.get(a), row.get(b)).is_some() || text == "@";
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

/// Guesses by what stands in the rows.
///
/// # Errors
/// Columns that could be anything, or two things between which nothing decides.
pub(super) fn layout(sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
    let comma = sheet.decimal_comma();
    let mut rows = sheet.rows();
    let Some(first) = rows.next()? else { return Ok(Layout::default()) };
    let (width, first_line) = (first.len(), first.line);
    let unknown = || {
        let message = format!(
            "found {} without a known header: start with a line such as winner,loser,count or a,b,outcome",
            columns(width)
        );
        DataError::line(first_line, message)
    };
    if sheet.headed {
        return Err(unknown());
    }
    if width == 2 {
        return Ok(Layout::new(false, vec![Role::Winner, Role::Loser]));
    }
    // Tallies of dates and numbers first: what is an outcome depends on where the names are.
    let tally = Tally::of(sheet, width, false)?;
    let total = tally.total;
    let most = |n: usize| tally.most(n);
    let mut kinds = tally.kinds();
    let rest: Vec<usize> = (0..width).filter(|&i| !matches!(kinds[i], Kind::Date | Kind::Time)).collect();
    let mut texts = rest.iter().copied().filter(|&i| kinds[i] == Kind::Text);
    let names = match (texts.next(), texts.next()) {
        // Three columns are told apart by their order, whatever the names look like.
        _ if rest.len() == 3 && kinds[rest[2]] != Kind::Text => [rest[0], rest[1]],
        (Some(a), Some(b)) => [a, b],
        _ if rest.len() == 3 => [rest[0], rest[1]],
        _ => return Err(unknown()),
    };
    // Signs alone, and signs or names of the two players.
    let (mut signs, mut outcomes) = (vec![0; width], vec![0; width]);
    let mut seen = 0;
    let mut rows = sheet.rows();
    while seen < total
        && let Some(row) = rows.next()?
    {
        seen += 1;
        for &i in &rest {
            outcomes[i] += usize::from(fits(Kind::Outcome, row.get(i), row, names, comma));
            signs[i] += usize::from(outcome::read(row.get(i), "", "", 0).is_some());
        }
    }
    let mut names = names;
    for &i in &rest {
        if kinds[i] == Kind::Text && !names.contains(&i) && most(outcomes[i]) {
            kinds[i] = Kind::Outcome;
        }
    }
    // `Ann,3-1,Bob`
    if rest.len() == 3 && kinds[rest[2]] == Kind::Text && most(signs[rest[1]]) {
        kinds[rest[1]] = Kind::Outcome;
        names = [rest[0], rest[2]];
    }
    let mut roles = vec![Role::Ignored; width];
    if let Some(date) = kinds.iter().position(|k| *k == Kind::Date) {
        roles[date] = Role::Date;
    }
    (roles[names[0]], roles[names[1]]) = (Role::First, Role::Second);
    let others: Vec<usize> = rest.iter().copied().filter(|i| !names.contains(i)).collect();
    let mut rows = sheet.rows();
    let header = match rows.next()? {
        Some(row) if total > 1 => {
            others.iter().any(|&i| !fits(kinds[i], row.get(i), row, names, comma))
                || kinds.iter().position(|k| *k == Kind::Date).is_some_and(|i| !is_date(row.get(i)))
        }
        _ => false,
    };
    let mut remarks: Vec<Remark> = Vec::new();
    match others.iter().map(|&i| kinds[i]).collect::<Vec<_>>()[..] {
        [] => (roles[names[0]], roles[names[1]]) = (Role::Winner, Role::Loser),
        [Kind::Outcome] => roles[others[0]] = Role::Outcome,
        [Kind::Number] => {
            let remark = number_column(sheet, report, header, &mut roles, names, others[0])?;
            remarks.extend(remark);
        }
        [Kind::Outcome, Kind::Number] => (roles[others[0]], roles[others[1]]) = (Role::Outcome, Role::Count),
        [Kind::Number, Kind::Outcome] => (roles[others[0]], roles[others[1]]) = (Role::Count, Role::Outcome),
        [Kind::Number, Kind::Number] if others[0] > names[0] && others[1] + 1 >= names[1] => {
            (roles[others[0]], roles[others[1]]) = (Role::FirstWins, Role::SecondWins);
            let wins = report.said.with_roles(header, &roles, false);
            (roles[others[0]], roles[others[1]]) = (Role::FirstScore, Role::SecondScore);
            let text = format!("Columns {} and {} were read as the scores of the two.", others[0] + 1, others[1] + 1);
            remarks.push(Remark::new(text, vec![Reading::new("they count how often each won", &wins)]));
        }
        _ => return Err(unknown()),
    }
    if header {
        remarks.insert(0, format!("Line {first_line} was taken as a header of unknown names.").into());
    }
    Ok(Layout { remarks, ..Layout::new(header, roles) })
}

/// Whether a column of numbers beside two names counts or says who won.
///
/// # Errors
/// It could be both.
fn number_column(
    sheet: &Sheet,
    report: &Report,
    header: bool,
    roles: &mut [Role],
    names: [usize; 2],
    at: usize,
) -> Result<Option<Remark>, DataError> {
    let as_outcome = roles.to_vec();
    let with = |role: Role, first: Role, second: Role| {
        let mut roles = as_outcome.clone();
        (roles[names[0]], roles[names[1]], roles[at]) = (first, second, role);
        roles
    };
    let counted = with(Role::Count, Role::Winner, Role::Loser);
    let said = with(Role::Outcome, Role::First, Role::Second);
    let reading = |label: &str, roles: &[Role], codes: Option<&str>| {
        let columns = report.said.with_roles(header, roles, false);
        Reading::new(label, &codes.map_or(columns.clone(), |codes| columns.with("codes", codes)))
    };
    let counts = || reading("it counts wins of the first", &counted, None);
    let mut rows = sheet.rows();
    if header {
        rows.next()?;
    }
    let mut pairs = Interner::default();
    let (mut total, mut again) = (0u64, false);
    // Which of 0, 1 and 2 there are, whether anything else, fractions, and what is above 1.
    let mut seen = [false; 3];
    let (mut other, mut fractions, mut above) = (false, false, false);
    let mut half_only = true;
    while let Some(row) = rows.next()? {
        let Some(value) = number(row.get(at), sheet.decimal_comma()).filter(|v| v.is_finite()) else { continue };
        total += 1;
        pairs.id(&format!("{}\0{}", row.get(names[0]), row.get(names[1])));
        again |= (pairs.len() as u64) < total;
        if value < 0.0 {
            let text = row.get(at);
            let message = format!("the count {text} is negative; expected how often it happened, such as 3");
            let signed = reading("the numbers say who won: above 0 the first, below the second", &said, Some("signed"));
            return Err(row.error(at, message).or(vec![signed]));
        }
        above |= value > 1.0;
        fractions |= value.fract() != 0.0;
        half_only &= value.fract() == 0.0 || value == 0.5;
        match [0.0, 1.0, 2.0].iter().position(|v| *v == value) {
            Some(k) => seen[k] = true,
            None => other = true,
        }
    }
    let text = "The third column was read as outcomes, 1 for a win of the first player; if it counts wins, start the file \
                with the line winner,loser,count.";
    if !above && (seen[0] || fractions) {
        if fractions && !half_only {
            let message =
                format!("the numbers in column {} could be shares of the first or weights of its wins", at + 1);
            let shares = reading("they are shares of the first", &said, Some("points"));
            return Err(DataError::file(message).or(vec![shares, counts()]));
        }
        roles.copy_from_slice(&said);
        return Ok(Some(Remark::new(text, vec![counts()])));
    }
    // 1 and 2 alone: a choice between the two, or two small counts.
    if seen[1] && seen[2] && !seen[0] && !other {
        let one = reading("1 is the first, 2 the second", &said, Some("numbers"));
        if again {
            roles.copy_from_slice(&said);
            let text = format!(
                "Column {} has 1 and 2 alone, and pairs come again, so it was read as who won: 1 the first, 2 the second.",
                at + 1
            );
            return Ok(Some(Remark::new(text, vec![counts()])));
        }
        let message = format!("column {} has 1 and 2 alone: they could say who won, or count wins", at + 1);
        return Err(DataError::file(message).or(vec![one, counts()]));
    }
    roles.copy_from_slice(&counted);
    let small = seen[0] && seen[2] && !other;
    Ok(small.then(|| {
        let text = format!("The numbers in column {} were read as counts of wins of the first.", at + 1);
        let points = reading("they are points: 2 for a win of the first, 1 for a tie", &said, Some("points"));
        let numbers = reading("1 is the first, 2 the second, 0 neither", &said, Some("numbers"));
        Remark::new(text, vec![points, numbers])
    }))
}

/// A remark on a first row that may have been a header: its names do not come again.
pub(super) fn doubt(line: u64, a: &str, b: &str) -> String {
    format!(
        "Line {line} ({}, {}) was read as a game; its names do not occur again: if it is a header, name its columns \
         winner,loser,count or a,b,outcome.",
        quoted(a),
        quoted(b)
    )
}

/// The reading in which that row is a header.
pub(super) fn as_header(report: &Report, layout: &Layout) -> Vec<Reading> {
    vec![Reading::new("it is a header", &report.said.with_roles(true, &layout.roles, layout.more))]
}
