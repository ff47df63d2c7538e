//! Everything in a report as JSON, written by hand: a library for it would be the largest part of this crate.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Block, Mark, Plot, Report, ReportTable};

/// `{"title", "blocks": [{"text"} | {"table": {"caption", "columns", "rows"}} | {"plot": {"caption", "x", "y", "marks"}}]}`;
/// what is not finite is `null`.
pub fn json(report: &Report, title: &str) -> String {
    let blocks = list(&report.blocks, |block| match block {
        Block::Text(words) => object(&[("text", text(words))]),
        Block::Table(table) => object(&[("table", write_table(table))]),
        Block::Plot(of) => object(&[("plot", plot(of))]),
    });
    object(&[("title", text(title)), ("blocks", blocks)]) + "\n"
}

fn write_table(table: &ReportTable) -> String {
    let rows = list(&table.rows, |row| {
        list(row, |cell| match cell {
            Cell::Text(words) => text(words),
            Cell::Int(value) => value.to_string(),
            Cell::Real(value) => number(value),
        })
    });
    let columns = list(&table.columns, |c| text(&c.label));
    object(&[("caption", text(&table.caption)), ("columns", columns), ("rows", rows)])
}

fn plot(plot: &Plot) -> String {
    let marks = list(&plot.marks, mark);
    object(&[("caption", text(&plot.caption)), ("x", axis(&plot.x)), ("y", axis(&plot.y)), ("marks", marks)])
}

fn axis(axis: &Axis) -> String {
    object(&[("label", text(&axis.label)), ("names", list(&axis.names, |n| text(n)))])
}

fn mark(mark: &Mark) -> String {
    let pairs = |of: &[(f64, f64)]| list(of, |(x, y)| list(&[*x, *y], number));
    let (kind, fields) = match mark {
        Mark::Line { label, x, y, .. } => ("line", vec![("label", text(label)), ("x", numbers(x)), ("y", numbers(y))]),
        Mark::Points { label, x, y, names, .. } => (
            "points",
            vec![("label", text(label)), ("x", numbers(x)), ("y", numbers(y)), ("names", list(names, |n| text(n)))],
        ),
        Mark::Intervals { label, at, low, mid, high, .. } => (
            "intervals",
            vec![
                ("label", text(label)),
                ("at", numbers(at)),
                ("low", numbers(low)),
                ("mid", numbers(mid)),
                ("high", numbers(high)),
            ],
        ),
        Mark::Edges { from, to, weight, .. } => {
            ("edges", vec![("from", pairs(from)), ("to", pairs(to)), ("weight", numbers(weight))])
        }
        Mark::Band { label, x, low, high, .. } => {
            ("band", vec![("label", text(label)), ("x", numbers(x)), ("low", numbers(low)), ("high", numbers(high))])
        }
        Mark::Doors { x, y, names, .. } => {
            ("points", vec![("x", numbers(x)), ("y", numbers(y)), ("names", list(names, |name| text(name)))])
        }
        Mark::Heat { x, y, values, label, .. } => {
            ("heat", vec![("label", text(label)), ("x", numbers(x)), ("y", numbers(y)), ("values", numbers(values))])
        }
        Mark::Rule { label, at, vertical } => {
            ("rule", vec![("label", text(label)), ("at", number(at)), ("vertical", vertical.to_string())])
        }
        Mark::Diagonal => ("diagonal", Vec::new()),
    };
    object(&[(kind, object(&fields))])
}

fn numbers(values: &[f64]) -> String {
    list(values, number)
}

fn number(value: &f64) -> String {
    if value.is_finite() { value.to_string() } else { "null".into() }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    let all: Vec<String> = items.iter().map(one).collect();
    format!("[{}]", all.join(","))
}

fn object(fields: &[(&str, String)]) -> String {
    let all: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", all.join(","))
}

fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
