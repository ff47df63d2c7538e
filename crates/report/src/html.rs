//! A report as part of a page, and as a page of its own.

use iterscope_core::artifact::Cell;
use iterscope_core::{Block, Experiment, Report, ReportTable};

use crate::number::shown;
use crate::svg::{self, STYLE};

/// Rows of a table that a page shows; files have all of them.
const ROWS: usize = 250;

/// A report for a page.
pub struct Page {
    /// Elements.
    pub html: String,
    /// What an element with the attribute `data-open="k"` opens when it is chosen.
    pub opens: Vec<Experiment>,
}

/// Text for the content of an element or for an attribute in double quotes.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No place in HTML, and none in the XML of a picture.
            c if c < ' ' && c != '\n' && c != '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c => out.push(c),
        }
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    out.push_str(&format!("<{name}>"));
    escape(out, text);
    out.push_str(&format!("</{name}>"));
}

/// The elements of a report.
pub fn html(report: &Report) -> Page {
    let mut page = Page { html: String::new(), opens: Vec::new() };
    for block in &report.blocks {
        match block {
            Block::Text(text) => element(&mut page.html, "p", text),
            Block::Table(table) => write_table(&mut page.html, table),
            Block::Plot(plot) => {
                page.html.push_str("<figure>");
                svg::draw(&mut page.html, plot, Some(&mut page.opens));
                element(&mut page.html, "figcaption", &plot.caption);
                page.html.push_str("</figure>");
            }
        }
    }
    page
}

fn write_table(out: &mut String, table: &ReportTable) {
    out.push_str("<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>");
    if !table.caption.is_empty() {
        element(out, "caption", &table.caption);
    }
    out.push_str("<thead><tr>");
    let numeric: Vec<bool> =
        (0..table.columns.len()).map(|c| table.rows.iter().all(|r| !matches!(r.get(c), Some(Cell::Text(_))))).collect();
    for (heading, numeric) in table.columns.iter().zip(&numeric) {
        out.push_str(if *numeric { "<th class=\"n\" scope=\"col\">" } else { "<th scope=\"col\">" });
        escape(out, &heading.label);
        out.push_str("</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for row in table.rows.iter().take(ROWS) {
        out.push_str("<tr>");
        for ((cell, heading), numeric) in row.iter().zip(&table.columns).zip(&numeric) {
            out.push_str(if *numeric { "<td class=\"n\">" } else { "<td>" });
            escape(out, &shown(cell, heading.digits));
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    if let Some(more @ 1..) = table.rows.len().checked_sub(ROWS) {
        out.push_str(&format!("<p class=\"quiet\">and {more} more rows, in the file</p>"));
    }
    out.push_str("</div>");
}

/// A page of its own.
pub fn file(report: &Report, title: &str) -> String {
    let mut out = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
    element(&mut out, "title", title);
    out.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>");
    out.push_str(
        "body{font:15px/1.5 system-ui,sans-serif;max-width:760px;margin:2em auto;padding:0 1em}\
         table{border-collapse:collapse}td,th{padding:2px 10px;border-bottom:1px solid #ddd;text-align:left}\
         .n{text-align:right;font-variant-numeric:tabular-nums}caption{text-align:left;padding:6px 0}.table{overflow-x:auto;font-size:14px}figure{margin:1em 0}",
    );
    out.push_str(STYLE);
    out.push_str("</style>");
    element(&mut out, "h1", title);
    out.push_str(&html(report).html);
    out.push_str("</html>\n");
    out
}
