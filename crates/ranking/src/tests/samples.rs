//! Sample files, read as far as the tests need them.

use std::rc::Rc;

use iterscope_core::{BuildError, Comparisons, Dataset, Details, Encounter, Instance, Order, Orders};

use crate::test_support::{Setting, problem};

/// A season of Scottish football: dates, goals, and who played at home.
const SCOTLAND: &str = include_str!("../../../data/samples/scotland-1994.csv");
/// A season of American baseball: who played at home.
const BASEBALL: &str = include_str!("../../../data/samples/baseball-1987.csv");
/// Judgements of flavours, with ties.
const FLAVOURS: &str = include_str!("../../../data/samples/flavours.csv");

/// A season of Formula One: the orders of its races.
const FORMULA_1: &str = include_str!("../../../data/samples/formula-1-2008.csv");

/// The problem of given results.
pub fn build(data: &Comparisons, given: &[Setting<'_>]) -> Result<Rc<dyn Instance>, BuildError> {
    problem("ranking.pairwise", given, 0, Some(&Dataset::Comparisons(data.clone())))
}

fn number(items: &mut Vec<String>, name: &str) -> u32 {
    items.iter().position(|i| i == name).unwrap_or_else(|| {
        items.push(name.into());
        items.len() - 1
    }) as u32
}

fn rows(csv: &str) -> impl Iterator<Item = Vec<&str>> {
    csv.lines().skip(1).map(|l| l.split(',').collect())
}

/// Days since 1970-01-01.
fn day(date: &str) -> f64 {
    let parts: Vec<i64> = date.split('-').map(|p| p.parse().unwrap()).collect();
    // The months of 1994 and 1995, which have no leap day.
    let months = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    (8766 + (parts[0] - 1994) * 365 + months[parts[1] as usize - 1] + parts[2] - 1) as f64
}

pub fn scotland() -> Comparisons {
    let (mut items, mut encounters, mut details) = (Vec::new(), Vec::new(), Details::default());
    for row in rows(SCOTLAND) {
        let (home, away) = (number(&mut items, row[1]), number(&mut items, row[2]));
        let (ours, theirs): (f64, f64) = (row[3].parse().unwrap(), row[4].parse().unwrap());
        let (winner, loser) = if ours >= theirs { (home, away) } else { (away, home) };
        encounters.push(Encounter { winner, loser, count: 1.0, tie: ours == theirs });
        details.advantage.push(if ours >= theirs { 1 } else { -1 });
        details.margin.push((ours - theirs).abs());
        details.day.push(day(row[0]));
    }
    Comparisons { items, encounters, details, ..Comparisons::default() }
}

pub fn baseball() -> Comparisons {
    let (mut items, mut encounters, mut details) = (Vec::new(), Vec::new(), Details::default());
    for row in rows(BASEBALL) {
        let (home, away) = (number(&mut items, row[0]), number(&mut items, row[1]));
        let (winner, loser) = if row[2] == "home" { (home, away) } else { (away, home) };
        encounters.push(Encounter { winner, loser, count: row[3].parse().unwrap(), tie: false });
        details.advantage.push(if row[2] == "home" { 1 } else { -1 });
    }
    Comparisons { items, encounters, details, ..Comparisons::default() }
}

pub fn flavours() -> Comparisons {
    let (mut items, mut encounters) = (Vec::new(), Vec::new());
    for row in rows(FLAVOURS) {
        let (a, b) = (number(&mut items, row[0]), number(&mut items, row[1]));
        for (winner, loser, count, tie) in [(a, b, row[2], false), (a, b, row[3], true), (b, a, row[4], false)] {
            let count: f64 = count.parse().unwrap();
            if count > 0.0 {
                encounters.push(Encounter { winner, loser, count, tie });
            }
        }
    }
    Comparisons { items, encounters, ..Comparisons::default() }
}

/// A season of Formula One: who finished where.
pub fn formula_1() -> Orders {
    let mut items = Vec::new();
    let mut one = |row: Vec<&str>| {
        let placed = row[1..].iter().filter(|name| !name.is_empty()).map(|name| number(&mut items, name)).collect();
        Order { placed, behind: Vec::new(), count: 1.0 }
    };
    let orders = rows(FORMULA_1).map(&mut one).collect();
    Orders { items, orders, ..Orders::default() }
}

/// The amounts of flavour and of gel, which are in the names of the items.
pub fn amounts(items: &[String]) -> String {
    let line = |name: &String| {
        let numbers: Vec<&str> = name.split(' ').filter(|w| w.parse::<f64>().is_ok()).collect();
        format!("{name},{}", numbers.join(","))
    };
    let lines: Vec<String> = items.iter().map(line).collect();
    format!("item,flavour,gel\n{}\n", lines.join("\n"))
}
