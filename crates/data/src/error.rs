//! What was wrong with a file, and where.

use std::fmt;

use iterscope_core::{BuildError, Reading, path};

/// A file could not be read: where, what was found, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// Line, from 1.
    pub line: Option<u64>,
    /// From 1: the field of a table, or the character of the line where the file is not text at all.
    pub column: Option<u64>,
    /// What was found and what would be right, in a sentence.
    pub message: String,
    /// What was said of the columns is wrong, not the file.
    pub of_columns: bool,
    /// Where the file has several readings and nothing decides between them: which.
    pub readings: Vec<Reading>,
}

impl DataError {
    /// An error of the file as a whole.
    pub fn file(message: impl Into<String>) -> Self {
        DataError { line: None, column: None, message: message.into(), of_columns: false, readings: Vec::new() }
    }

    /// An error of what was said of the columns.
    pub fn columns(message: impl Into<String>) -> Self {
        DataError { of_columns: true, ..DataError::file(message) }
    }

    /// The same error, with the readings that a person may choose from.
    #[must_use]
    pub fn or(self, readings: Vec<Reading>) -> Self {
        DataError { readings, ..self }
    }

    /// The same without the place where that is a row which a layout put in front of the file's own.
    #[cfg(feature = "tables")]
    pub(crate) fn in_file(self) -> Self {
        if self.line == Some(0) { DataError { line: None, column: None, ..self } } else { self }
    }

    /// An error of one line.
    pub fn line(line: u64, message: impl Into<String>) -> Self {
        DataError { line: Some(line), ..DataError::file(message) }
    }

    /// An error at one place; both numbers from 1.
    pub fn at(line: u64, column: u64, message: impl Into<String>) -> Self {
        DataError { column: Some(column), ..DataError::line(line, message) }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.message),
            (Some(line), None) => write!(f, "line {line}: {}", self.message),
            _ => f.write_str(&self.message),
        }?;
        for (i, reading) in self.readings.iter().enumerate() {
            let before = if i == 0 { ". Say which, by the columns " } else { ", or " };
            write!(f, "{before}`{}` ({})", reading.columns, reading.label)?;
        }
        Ok(())
    }
}

impl std::error::Error for DataError {}

impl From<DataError> for BuildError {
    /// The error of the form field `problem.data`, or of `problem.columns`.
    fn from(error: DataError) -> Self {
        BuildError::new(if error.of_columns { path::COLUMNS } else { path::DATA }, error.to_string())
    }
}

/// `text` between back-quotes for a message: cut to 40 characters, with nothing in it that could steer a terminal.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let mut out = String::from("`");
    for (i, c) in text.chars().enumerate() {
        if i == MOST {
            out.push('…');
            break;
        }
        // Direction marks reorder the message around them, controls may be obeyed by a terminal.
        let steers =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || steers {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}
