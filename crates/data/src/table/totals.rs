//! Rows and columns that sum the others up, as pivot tables have them.

use iterscope_core::{Reading, Remark, Role, Table};

use crate::error::quoted;
use crate::layout::Layout;
use crate::report::Report;
use crate::sheet::Sheet;
use crate::words::plain;

/// Whether a name says that something sums others up.
fn is_total(name: &str) -> bool {
    matches!(
        plain(name).as_str(),
        "total" | "totals" | "grandtotal" | "subtotal" | "sum" | "gesamt" | "summe" | "insgesamt"
    )
}

/// Says that a column sums the others up, which is no number of its own, and offers to leave it out.
pub(super) fn columns(sheet: &Sheet, layout: &mut Layout, head: &[String]) {
    let found = |i: &usize| layout.header && layout.roles[*i] == Role::Value && is_total(&head[*i]);
    let at: Vec<usize> = (0..head.len()).filter(found).collect();
    if at.is_empty() || layout.roles.iter().filter(|r| **r == Role::Value).count() < at.len() + 2 {
        return;
    }
    let mut without = layout.roles.clone();
    at.iter().for_each(|&i| without[i] = Role::Ignored);
    let names: Vec<_> = at.iter().map(|&i| quoted(&head[i])).collect();
    let text = format!(
        "{} was taken as numbers like the others, though its name says that it sums them up.",
        names.join(", ")
    );
    let reading = Reading::new("leave it out", &sheet.said.with_roles(true, &without, false));
    layout.say(Remark::new(text, vec![reading]));
}

/// Says that a row sums the others up.
pub(super) fn rows(table: &Table, report: &mut Report) {
    if table.rows.len() > 2
        && let Some(name) = table.rows.iter().find(|name| is_total(name))
    {
        report.say(format!(
            "The row {} was taken as a row like the others, though its name says that it sums them up: leave its line out of the \
             file if it does.",
            quoted(name)
        ));
    }
}
