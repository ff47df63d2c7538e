//! What readers of tables get: text, and what is known of it before it is looked at.

use std::borrow::Cow;

use iterscope_core::{Remark, Role};

/// A text of rows.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    pub text: Cow<'a, str>,
    /// Line of the file at which the text begins; 0 where a row of names was put in front.
    pub first_line: u64,
    /// What separates the columns, where it is known.
    pub delimiter: Option<&'static str>,
    /// Whether the first row holds names, where it is known.
    pub header: Option<bool>,
    /// What the columns are for, where the layout says so; the last may hold for all further ones.
    pub roles: Option<(Vec<Role>, bool)>,
    /// The numbers were written by a program, with points before decimals and nothing between thousands.
    pub exact: bool,
    /// What was found out on the way.
    pub remarks: Vec<Remark>,
}

impl<'a> Source<'a> {
    /// A text of which nothing is known.
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Source {
            text: text.into(),
            first_line: 1,
            delimiter: None,
            header: None,
            roles: None,
            exact: false,
            remarks: Vec::new(),
        }
    }

    /// The same, with these remarks before its own.
    #[must_use]
    pub fn after(mut self, remarks: Vec<Remark>) -> Self {
        self.remarks.splice(0..0, remarks);
        self
    }

    /// Rows with a known delimiter.
    pub fn rows(text: impl Into<Cow<'a, str>>, delimiter: &'static str, header: Option<bool>) -> Self {
        Source { delimiter: Some(delimiter), header, ..Source::plain(text) }
    }
}

/// Adds a cell of a comma-separated row, in quotes where it needs them.
pub(crate) fn push_cell(out: &mut String, cell: &str, delimiter: char) {
    if cell.contains([delimiter, '"', '\n', '\r']) || cell.trim() != cell {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}
