//! Text with tables, to be pasted into a report.

use iterscope_core::{Block, Report};

use crate::number::shown;

pub fn markdown(report: &Report, title: &str) -> String {
    let mut out = format!("## {}\n", plain(title));
    for block in &report.blocks {
        out.push('\n');
        match block {
            Block::Text(text) => {
                out.push_str(&plain(text));
                out.push('\n');
            }
            Block::Plot(plot) => out.push_str(&format!("*Picture: {}*\n", plain(&plot.caption))),
            Block::Table(table) => {
                if !table.caption.is_empty() {
                    out.push_str(&format!("{}\n\n", plain(&table.caption)));
                }
                let labels = table.columns.iter().map(|c| plain(&c.label)).collect::<Vec<_>>();
                out.push_str(&format!("| {} |\n|{}\n", labels.join(" | "), " --- |".repeat(labels.len())));
                for row in &table.rows {
                    let cells: Vec<String> =
                        row.iter().zip(&table.columns).map(|(c, h)| plain(&shown(c, h.digits))).collect();
                    out.push_str(&format!("| {} |\n", cells.join(" | ")));
                }
            }
        }
    }
    out
}

/// Text that means itself: on one line, with what would be markup escaped.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
