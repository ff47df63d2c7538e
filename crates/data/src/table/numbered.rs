//! Numbers over columns: years, or 0, 1, 2 and so on, as programs write them over columns that have no names.

use iterscope_core::{Columns, Reading, Remark, Role};

use super::Column;
use crate::error::quoted;
use crate::layout::Layout;
use crate::words::{is_hole, number};

/// How many of the numbers a remark names.
const NAMED: usize = 3;

/// What the numbers in the first line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    /// Numbers like the others, or no numbers.
    No,
    /// Nothing decides.
    Open,
    /// Names of the columns.
    Yes,
}

/// Whether numbers go up in equal steps, all of them years, or from 0 or 1 on.
fn is_counted(numbers: &[f64]) -> bool {
    let step = numbers[1] - numbers[0];
    let even =
        step > 0.0 && numbers.iter().all(|v| v.fract() == 0.0) && numbers.windows(2).all(|w| w[1] - w[0] == step);
    let years = numbers.iter().all(|v| (1500.0..=2200.0).contains(v));
    even && (years || step == 1.0 && matches!(numbers[0], 0.0 | 1.0))
}

/// What the first line is, where it has numbers; `rows` are those below it, of which `all` tells.
pub(super) fn numbered(head: &[String], all: &[Column], rows: usize) -> Numbered {
    let corner = is_hole(&head[0]);
    let from = usize::from(corner || number(&head[0], true).is_none());
    let numbers: Vec<f64> = head[from..].iter().filter_map(|text| number(text, true)).collect();
    if numbers.len() < 2 || numbers.len() + from < head.len() || rows < 2 {
        return Numbered::No;
    }
    let counted = is_counted(&numbers);
    let whole = all[0].whole.as_ref();
    // A square: the rows have the same names in the same order.
    let square = whole.is_some_and(|w| w.len() > 2 && w.iter().map(|v| *v as f64).eq(numbers.iter().copied()));
    let mut sorted = numbers;
    sorted.sort_unstable_by(f64::total_cmp);
    let different = sorted.windows(2).all(|w| w[0] < w[1]);
    let first = &all[0].tally;
    let full = first.numbers + first.others == rows;
    match (from, first.is_text()) {
        // Names of rows, and nothing above them.
        (1, true) if corner && full && different => Numbered::Yes,
        (1, true) if counted => Numbered::Yes,
        (1, true) if different => Numbered::Open,
        // Whole numbers that name the rows, and nothing above them.
        (1, false) if corner && (square || counted && all[0].is_key()) => Numbered::Yes,
        (1, false) if corner && different && full => Numbered::Open,
        (0, false) if counted => {
            let real = all.iter().filter(|column| column.real).count();
            match 2 * real >= all.len() {
                true => Numbered::Yes,
                false if real > 0 => Numbered::Open,
                false => Numbered::No,
            }
        }
        _ => Numbered::No,
    }
}

/// Says how numbers in the first line were taken, and offers the other reading.
pub(super) fn say(layout: &mut Layout, head: &[String], names: bool, said: &Columns) {
    let numbers: Vec<String> =
        head.iter().filter(|text| number(text, true).is_some()).take(NAMED).map(|text| quoted(text)).collect();
    let list = numbers.join(", ");
    let text = match names {
        true => format!("The numbers in the first line ({list} ...) were taken as the names of the columns."),
        false => format!("The numbers in the first line ({list} ...) were taken as numbers like the others."),
    };
    let label = if names { "numbers like the others" } else { "names of the columns" };
    let mut roles = layout.roles.clone();
    if !names && is_hole(&head[0]) {
        roles[0] = Role::Name;
    }
    layout.remarks.insert(0, Remark::new(text, vec![Reading::new(label, &said.with_roles(!names, &roles, false))]));
}
