//! What is said of how numbers were read.

use crate::error::quoted;
use crate::report::Report;

use super::{Style, Tally};

pub(super) fn shown(text: &str, comma: bool) -> String {
    let value = Style { comma, fraction: false }.number(text);
    value.map_or_else(|| "no number".into(), |v| format!("{v}"))
}

fn list(names: &[(usize, String)], which: &[usize]) -> String {
    const NAMED: usize = 5;
    let some: Vec<&str> = which.iter().take(NAMED).map(|&k| names[k].1.as_str()).collect();
    let what = if which.len() == 1 { "column" } else { "columns" };
    let more = which.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{what} {}{tail}", some.join(", "))
}

pub(super) fn decimals(
    tallies: &[&Tally],
    names: &[(usize, String)],
    doubts: &[(bool, &'static str, usize)],
    report: &mut Report,
) {
    let mut said: Vec<(bool, &str)> = Vec::new();
    for &(comma, why, first) in doubts {
        if said.contains(&(comma, why)) {
            continue;
        }
        said.push((comma, why));
        let which: Vec<usize> = doubts.iter().filter(|d| (d.0, d.1) == (comma, why)).map(|d| d.2).collect();
        let text = tallies[first].example.clone().unwrap_or_default().1;
        let other = if comma { ("decimal points", "point") } else { ("decimal commas", "comma") };
        report.offer(
            format!(
                "In {}, {} was read as {}, not as {}: {why}.",
                list(names, &which),
                quoted(&text),
                shown(&text, comma),
                shown(&text, !comma)
            ),
            "decimal",
            &[other],
        );
    }
}

/// Says that quoted cells have decimal commas where commas separate the columns: nothing else explains them, but few expect it.
pub(super) fn decimal_commas(tallies: &[&Tally], names: &[(usize, String)], styles: &[Style], report: &mut Report) {
    let found: Vec<usize> =
        (0..tallies.len()).filter(|&k| styles[k].comma && tallies[k].decimal_comma.is_some()).collect();
    let Some(example) = found.first().and_then(|&k| tallies[k].decimal_comma.as_deref()) else { return };
    report.say(format!(
        "In {}, a comma stands before decimals: {} was read as {}.",
        list(names, &found),
        quoted(example),
        shown(example, true)
    ));
}

pub(super) fn signs(tallies: &[&Tally], names: &[(usize, String)], styles: &[Style], report: &mut Report) {
    let which = |f: &dyn Fn(usize) -> bool| (0..tallies.len()).filter(|&k| f(k)).collect::<Vec<_>>();
    for fraction in [false, true] {
        let found = which(&|k| tallies[k].percent > 0 && styles[k].fraction == fraction);
        if found.is_empty() {
            continue;
        }
        let bare: usize = found.iter().map(|&k| tallies[k].numbers - tallies[k].percent).sum();
        let beside =
            if bare > 0 { format!("; {bare} numbers there have no sign and stay as they are") } else { String::new() };
        let (how, other) =
            if fraction { ("0.5", ("50% is 50", "as-written")) } else { ("50", ("50% is 0.5", "fraction")) };
        report.offer(
            format!("Percentages in {}: 50% was read as {how}{beside}.", list(names, &found)),
            "percent",
            &[other],
        );
    }
    let mut signs: Vec<&str> = tallies.iter().map(|t| t.currency).filter(|c| !c.is_empty()).collect();
    signs.dedup();
    for sign in signs {
        let found = which(&|k| tallies[k].currency == sign);
        report.say(format!("Amounts in {sign} in {}: the sign was left out.", list(names, &found)));
    }
    let found = which(&|k| tallies[k].parentheses > 0);
    if !found.is_empty() {
        report.say(format!("Numbers in parentheses in {} were read as negative.", list(names, &found)));
    }
    let found = which(&|k| tallies[k].blanks > 0);
    if !found.is_empty() {
        report.say(format!("Blanks or apostrophes in numbers in {} stand between thousands.", list(names, &found)));
    }
}
