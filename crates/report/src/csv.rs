//! The tables as comma-separated values, with all digits.

use iterscope_core::artifact::Cell;
use iterscope_core::{Report, ReportTable};

pub fn csv(report: &Report) -> String {
    let tables: Vec<&ReportTable> = report.tables().collect();
    let mut out = String::new();
    for (k, table) in tables.iter().enumerate() {
        if tables.len() > 1 {
            if k > 0 {
                out.push('\n');
            }
            line(&mut out, std::iter::once(table.caption.as_str()));
        }
        line(&mut out, table.columns.iter().map(|c| c.label.as_str()));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(written).collect();
            line(&mut out, cells.iter().map(String::as_str));
        }
    }
    out
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Real(value) if value.is_finite() => value.to_string(),
        Cell::Real(_) => String::new(),
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (k, cell) in cells.enumerate() {
        if k > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}
