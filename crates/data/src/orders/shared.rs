//! From what each row says to orders: names that are nearly equal, items that are not named, places that are shared.
//!
//! Where several items share a place, each of them counts as chosen before all that stand behind, out of all who share the
//! place and all behind: Breslow's way with ties in time (N. Breslow, Biometrics 30, 1974, 89-99). The row then becomes several
//! orders.

use iterscope_core::{Order, Orders};

use crate::DataError;
use crate::names;
use crate::report::Report;

/// Shared places that would become more entries than this end the order.
const MOST: usize = 1 << 14;

/// What a row says.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Groups of equals, best first.
    pub groups: Vec<Vec<u32>>,
    /// Those who took part and came behind all of them.
    pub behind: Vec<u32>,
    pub count: f64,
    pub line: u64,
}

/// Something that was settled one way in some rows.
#[derive(Default)]
struct Times {
    times: u64,
    line: u64,
}

impl Times {
    fn at(&mut self, line: u64) {
        self.times += 1;
        if self.times == 1 {
            self.line = line;
        }
    }

    fn words(&self) -> String {
        match self.times {
            1 => format!("The order in line {} has", self.line),
            n => format!("{n} orders, the first in line {}, have", self.line),
        }
    }
}

/// Makes the orders. `ballots` says that items a row does not name may be meant to come behind.
///
/// # Errors
/// Nothing is left.
pub(super) fn orders(
    mut rows: Vec<Found>,
    mut items: Vec<String>,
    ballots: bool,
    report: &mut Report,
    wanted: &str,
) -> Result<Orders, DataError> {
    if let Some(new) = names::merge(&mut items, report) {
        for row in &mut rows {
            renumber(row, &new);
        }
    }
    unnamed(&mut rows, items.len(), ballots, report);
    let end = report.choice("shared") == Some("end");
    let mut orders = Vec::new();
    let (mut shared, mut ended) = (Times::default(), Times::default());
    for row in rows {
        let line = row.line;
        let before = orders.len();
        let all_shared = row.behind.is_empty() && row.groups.len() == 1 && row.groups[0].len() > 1;
        let (was_shared, was_ended) = pieces(row, end, &mut orders);
        if was_shared {
            shared.at(line);
        }
        if was_ended {
            ended.at(line);
        }
        if orders.len() == before {
            report.leave(line, if was_ended || all_shared { ALL_SHARED } else { "it has one item or none" });
        }
    }
    if shared.times > 0 {
        report.offer(
            format!(
                "{} a shared place: each of those who share it counts as chosen before all behind it, out of all who share \
                 it and all behind.",
                shared.words()
            ),
            "shared",
            &[("end the order where a place is shared", "end")],
        );
    }
    if ended.times > 0 {
        let text = format!(
            "{} a shared place: from there on it is only known who came behind the places before.",
            ended.words()
        );
        if end {
            report.offer(text, "shared", &[("each was chosen before all behind", "chosen")]);
        } else {
            report.say(text);
        }
    }
    if orders.is_empty() {
        return Err(DataError::file(match report.left_out {
            0 => format!("the file has a header and no rows below it; expected rows of {wanted}"),
            _ => report.all_gone("orders"),
        }));
    }
    Ok(Orders { items, orders, remarks: Vec::new() })
}

const ALL_SHARED: &str = "its first place is shared, so that it says nothing more";

/// New numbers for items that were merged; the better place of an item stays.
fn renumber(row: &mut Found, new: &[u32]) {
    let mut seen: Vec<u32> = Vec::new();
    let mut fresh = |i: &mut u32| {
        *i = new[*i as usize];
        let is_new = !seen.contains(i);
        seen.push(*i);
        is_new
    };
    for group in &mut row.groups {
        group.retain_mut(&mut fresh);
    }
    row.groups.retain(|group| !group.is_empty());
    row.behind.retain_mut(fresh);
}

/// Items that a row does not name: not there, or behind all that it names.
fn unnamed(rows: &mut [Found], items: usize, ballots: bool, report: &mut Report) {
    let named = |row: &Found| row.groups.iter().map(Vec::len).sum::<usize>() + row.behind.len();
    let chosen = report.choice("unnamed");
    let short = || rows.iter().filter(|row| named(row) < items);
    let (times, line) = (short().count(), short().next().map_or(0, |row| row.line));
    if times == 0 {
        return;
    }
    if chosen != Some("behind") {
        if ballots && chosen.is_none() {
            report.offer(
                format!(
                    "{times} of {} ballots, the first in line {line}, do not name all items: those that are not named \
                     count as not on the ballot.",
                    rows.len()
                ),
                "unnamed",
                &[("they came behind, as in elections", "behind")],
            );
        }
        return;
    }
    report.offer(
        format!("{times} ballots, the first in line {line}, do not name all items: the others count as behind."),
        "unnamed",
        &[("they were not on the ballot", "absent")],
    );
    let mut there = vec![false; items];
    for row in rows {
        there.fill(false);
        for i in row.groups.iter().flatten().chain(&row.behind) {
            there[*i as usize] = true;
        }
        row.behind.extend((0..items as u32).filter(|&i| !there[i as usize]));
    }
}

/// Takes the orders that a row says; whether a place was shared, and whether the order ends there.
fn pieces(row: Found, end: bool, orders: &mut Vec<Order>) -> (bool, bool) {
    let Found { groups, behind, count, .. } = row;
    let members = groups.iter().map(Vec::len).sum::<usize>() + behind.len();
    let take = |orders: &mut Vec<Order>, placed: Vec<u32>, behind: Vec<u32>| {
        if !placed.is_empty() && placed.len() + behind.len() > 1 {
            orders.push(Order { placed, behind, count });
        }
    };
    let mut run: Vec<u32> = Vec::new();
    let mut shared = false;
    for k in 0..groups.len() {
        let group = &groups[k];
        if let [one] = group[..] {
            run.push(one);
            continue;
        }
        let rest: Vec<u32> = groups[k + 1..].iter().flatten().chain(&behind).copied().collect();
        let all = || group.iter().chain(&rest).copied();
        // A last group of equals says no less than an unknown order.
        let last = rest.is_empty();
        let ends = end || group.len() * members > MOST;
        if !run.is_empty() {
            take(orders, std::mem::take(&mut run), all().collect());
        }
        if last || ends {
            return (shared, !last);
        }
        shared = true;
        for one in group {
            take(orders, vec![*one], all().filter(|other| other != one).collect());
        }
    }
    take(orders, run, behind);
    (shared, false)
}
