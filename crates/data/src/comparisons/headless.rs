//! What the columns of a table of games are for, where no header says it.

use iterscope_core::{Reading, Remark, Role};

use crate::DataError;
use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::{Interner, columns, number};

use super::cells::{CellKind, Tally, fits, is_date};
use super::outcome;

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
        return two_names(sheet, report);
    }
    // Tallies of dates and numbers first: what is an outcome depends on where the names are.
    let tally = Tally::of(sheet, width, false)?;
    let total = tally.total;
    let most = |n: usize| tally.most(n);
    let mut kinds = tally.kinds();
    let rest: Vec<usize> = (0..width).filter(|&i| !matches!(kinds[i], CellKind::Date | CellKind::Time)).collect();
    let mut texts = rest.iter().copied().filter(|&i| kinds[i] == CellKind::Text);
    let names = match (texts.next(), texts.next()) {
        // Three columns are told apart by their order, whatever the names look like.
        _ if rest.len() == 3 && kinds[rest[2]] != CellKind::Text => [rest[0], rest[1]],
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
            outcomes[i] += usize::from(fits(CellKind::Outcome, row.get(i), row, names, comma));
            signs[i] += usize::from(outcome::read(row.get(i), "", "", 0).is_some());
        }
    }
    let mut names = names;
    for &i in &rest {
        if kinds[i] == CellKind::Text && !names.contains(&i) && most(outcomes[i]) {
            kinds[i] = CellKind::Outcome;
        }
    }
    // `Ann,3-1,Bob`
    if rest.len() == 3 && kinds[rest[2]] == CellKind::Text && most(signs[rest[1]]) {
        kinds[rest[1]] = CellKind::Outcome;
        names = [rest[0], rest[2]];
    }
    let mut roles = vec![Role::Ignored; width];
    if let Some(date) = kinds.iter().position(|k| *k == CellKind::Date) {
        roles[date] = Role::Date;
    }
    (roles[names[0]], roles[names[1]]) = (Role::First, Role::Second);
    let others: Vec<usize> = rest.iter().copied().filter(|i| !names.contains(i)).collect();
    let mut rows = sheet.rows();
    let header = match rows.next()? {
        Some(row) if total > 1 => {
            others.iter().any(|&i| !fits(kinds[i], row.get(i), row, names, comma))
                || kinds.iter().position(|k| *k == CellKind::Date).is_some_and(|i| !is_date(row.get(i)))
        }
        _ => false,
    };
    let mut remarks: Vec<Remark> = Vec::new();
    match others.iter().map(|&i| kinds[i]).collect::<Vec<_>>()[..] {
        [] => (roles[names[0]], roles[names[1]]) = (Role::Winner, Role::Loser),
        [CellKind::Outcome] => roles[others[0]] = Role::Outcome,
        [CellKind::Number] => {
            let remark = number_column(sheet, report, header, &mut roles, names, others[0])?;
            remarks.extend(remark);
        }
        [CellKind::Outcome, CellKind::Number] => (roles[others[0]], roles[others[1]]) = (Role::Outcome, Role::Count),
        [CellKind::Number, CellKind::Outcome] => (roles[others[0]], roles[others[1]]) = (Role::Count, Role::Outcome),
        [CellKind::Number, CellKind::Number] if others[0] > names[0] && others[1] + 1 >= names[1] => {
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

/// Two columns of names. The first row is a header where its names stand nowhere else and all others come again.
fn two_names(sheet: &Sheet, report: &Report) -> Result<Layout, DataError> {
    let roles = vec![Role::Winner, Role::Loser];
    let mut names = Interner::default();
    let mut times: Vec<u32> = Vec::new();
    let mut rows = sheet.rows();
    let (mut total, mut line, mut first) = (0u64, 0, [String::new(), String::new()]);
    while let Some(row) = rows.next()? {
        if total == 0 {
            (line, first) = (row.line, [row.get(0).to_owned(), row.get(1).to_owned()]);
        }
        total += 1;
        for name in [row.get(0), row.get(1)] {
            let id = names.id(name) as usize;
            times.resize(times.len().max(id + 1), 0);
            times[id] += 1;
        }
        // Names that do not come again by the hundredth row tell of no header.
        if total > 100 && times.len() > 2 && (times[0] > 1 || times[1] > 1) {
            break;
        }
    }
    let [a, b] = &first;
    let once = times.len() > 2 && times[0] == 1 && times[1] == 1 && a != b;
    if !(once && total > 3 && times[2..].iter().all(|n| *n > 1)) {
        return Ok(Layout::new(false, roles));
    }
    let text = format!(
        "Line {line} ({}, {}) was taken as a header: its names stand nowhere else, and all others come again.",
        quoted(a),
        quoted(b)
    );
    let game = Reading::new("it is a game", &report.said.with_roles(false, &roles, false));
    Ok(Layout { remarks: vec![Remark::new(text, vec![game])], ..Layout::new(true, roles) })
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
    let mut most = 0.0f64;
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
        most = most.max(value);
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
    // A count of 0 says nothing of a game: 0, 1 and one number more are more likely codes.
    let three = |most: f64| seen[0] && seen[1] && (most == 2.0 && seen[2] || most == 3.0 && !seen[2]);
    if three(most) && !fractions {
        let points = format!("they are points, {most} for a win of the first and 0 for a loss");
        let mut readings = vec![reading(&points, &said, Some("points"))];
        if most == 2.0 {
            readings.push(reading("1 is the first, 2 the second, 0 neither", &said, Some("numbers")));
            readings.push(reading("0 is the first, 1 the second, 2 neither", &said, Some("index")));
        }
        readings.push(counts());
        let message = format!("column {} has 0, 1 and {most} alone: they could say who won, or count wins", at + 1);
        return Err(DataError::file(message).or(readings));
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
