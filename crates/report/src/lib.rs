//! Answers ([`Report`]) as parts of a page, as pictures, as text and as files.
//!
//! Whatever stands in a report may come from a stranger's file: every text is escaped for where it is put.

#![allow(clippy::disallowed_methods, reason = "pictures are looked at: their last bits need not be equal everywhere")]

mod csv;
mod frame;
mod html;
mod json;
mod latex;
mod markdown;
mod marks;
mod number;
mod svg;

use iterscope_core::Report;

pub use html::{Page, html};
pub use number::significant;
pub use svg::svg;

/// A file format for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with tables, to be pasted into a report.
    Markdown,
    /// The tables; where there are several, each after a line with its caption, an empty line between them.
    Csv,
    /// Everything: `{"blocks": [...]}`.
    Json,
    /// The plots, one below the other.
    Svg,
    /// A page of its own.
    Html,
    /// The tables, for LaTeX with the package `booktabs`.
    Latex,
}

impl Format {
    /// All formats with their names, which are also the endings of files.
    pub const ALL: [(&'static str, Format); 6] = [
        ("md", Format::Markdown),
        ("csv", Format::Csv),
        ("json", Format::Json),
        ("svg", Format::Svg),
        ("html", Format::Html),
        ("tex", Format::Latex),
    ];

    /// The format of a name.
    ///
    /// # Errors
    /// There is none; the message names those there are.
    pub fn from_name(name: &str) -> Result<Format, String> {
        let found = Format::ALL.iter().find(|(n, _)| *n == name).map(|(_, f)| *f);
        found.ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|(n, _)| *n).collect();
            format!("`{name}` is not a format for answers; known: {}", known.join(", "))
        })
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Markdown => "text/markdown",
            Format::Csv => "text/csv",
            Format::Json => "application/json",
            Format::Svg => "image/svg+xml",
            Format::Html => "text/html",
            Format::Latex => "application/x-tex",
        }
    }
}

/// The report as a file.
///
/// # Errors
/// It has nothing that the format could hold: no table for CSV and LaTeX, no plot for SVG.
pub fn encode(report: &Report, title: &str, format: Format) -> Result<String, String> {
    match format {
        Format::Csv | Format::Latex if report.tables().next().is_none() => Err("this answer has no table".into()),
        Format::Svg if report.plots().next().is_none() => Err("this answer has no picture".into()),
        Format::Markdown => Ok(markdown::markdown(report, title)),
        Format::Csv => Ok(csv::csv(report)),
        Format::Json => Ok(json::json(report, title)),
        Format::Svg => Ok(svg::file(report)),
        Format::Html => Ok(html::file(report, title)),
        Format::Latex => Ok(latex::latex(report)),
    }
}
