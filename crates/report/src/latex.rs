//! The tables for LaTeX.

use iterscope_core::artifact::Cell;
use iterscope_core::{Report, ReportTable};

use crate::number::shown;

/// Rows of a table that still fits on a page.
const ROWS: usize = 45;

/// A `table` for each table that fits on a page, with rules of `booktabs`. Longer ones are named in a comment.
pub fn latex(report: &Report) -> String {
    let mut out = String::from("% \\usepackage{booktabs}\n");
    // One that is alone is wanted, however long it is.
    let alone = report.tables().count() == 1;
    for table in report.tables() {
        if alone || table.rows.len() <= ROWS {
            write_table(&mut out, table);
        } else {
            let caption = table.caption.replace(['\n', '\r'], " ");
            out.push_str(&format!(
                "% {caption}: {} rows are too many for a page, and stand in the CSV\n",
                table.rows.len()
            ));
        }
    }
    out
}

fn write_table(out: &mut String, table: &ReportTable) {
    let numeric = |c: usize| table.rows.iter().all(|row| !matches!(row.get(c), Some(Cell::Text(_))));
    let columns: String = (0..table.columns.len()).map(|c| if numeric(c) { 'r' } else { 'l' }).collect();
    out.push_str("\\begin{table}\n  \\centering\n");
    if !table.caption.is_empty() {
        out.push_str(&format!("  \\caption{{{}}}\n", escaped(&table.caption)));
    }
    out.push_str(&format!("  \\begin{{tabular}}{{{columns}}}\n    \\toprule\n"));
    line(out, table.columns.iter().map(|heading| escaped(&heading.label)));
    out.push_str("    \\midrule\n");
    for row in &table.rows {
        line(out, row.iter().zip(&table.columns).map(|(cell, heading)| written(cell, heading.digits)));
    }
    out.push_str("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n");
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push_str("    ");
    out.push_str(&cells.collect::<Vec<_>>().join(" & "));
    out.push_str(" \\\\\n");
}

/// A cell; numbers stand in mathematics, so that a minus is one.
fn written(cell: &Cell, digits: u8) -> String {
    match cell {
        Cell::Text(text) => escaped(text),
        Cell::Real(value) if !value.is_finite() => "--".into(),
        Cell::Int(_) | Cell::Real(_) => {
            let number = shown(cell, digits);
            match number.split_once('e') {
                Some((mantissa, power)) => format!("${mantissa} \\times 10^{{{power}}}$"),
                None => format!("${number}$"),
            }
        }
    }
}

/// Text that means itself, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => match greek(c) {
                Some(name) => out.push_str(&format!("$\\{name}$")),
                None => out.push(c),
            },
        }
    }
    out
}

/// Letters that names of parameters have, which the fonts of text do not.
fn greek(c: char) -> Option<&'static str> {
    let name = match c {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' => "varepsilon",
        'η' => "eta",
        'θ' => "theta",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' | 'µ' => "mu",
        'ν' => "nu",
        'ρ' => "rho",
        'σ' => "sigma",
        'τ' => "tau",
        'φ' => "varphi",
        'ω' => "omega",
        'Δ' => "Delta",
        '×' => "times",
        _ => return None,
    };
    Some(name)
}
