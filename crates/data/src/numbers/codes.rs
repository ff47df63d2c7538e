//! What a person says is missing beside holes.

use iterscope_core::{Columns, Reading};

use crate::error::quoted;
use crate::report::Report;
use crate::words::number;

/// What a person says is missing too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    numbers: Vec<f64>,
    words: Vec<String>,
    /// Something was said, be it that nothing else is missing.
    pub said: bool,
}

impl Codes {
    /// From the choice `missing`: numbers and words between commas, or `none`.
    pub fn of(columns: &Columns) -> Self {
        let Some(text) = columns.choice("missing") else { return Codes::default() };
        let mut codes = Codes { said: true, ..Codes::default() };
        for word in text.split(',').map(str::trim).filter(|w| !w.is_empty() && *w != "none") {
            match number(word, false) {
                Some(value) => codes.numbers.push(value),
                None => codes.words.push(word.to_owned()),
            }
        }
        codes
    }

    /// The reading in which a word that is no number means missing, beside what a person says already.
    pub fn reading(&self, word: &str, report: &Report) -> Vec<Reading> {
        const LONGEST: usize = 20;
        let can =
            word.chars().count() <= LONGEST && !word.contains([',', ';', '=']) && !word.chars().any(char::is_control);
        // What begins like a number is a mistake in one.
        if !can || word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
            return Vec::new();
        }
        let before = report.choice("missing").filter(|said| *said != "none").map(|said| format!("{said},"));
        let all = format!("{}{word}", before.unwrap_or_default());
        report.readings("missing", &[(&format!("{} says that nothing is known", quoted(word)), &all)])
    }

    /// These numbers mean missing too.
    pub fn take(&mut self, codes: &[f64]) {
        self.numbers.extend_from_slice(codes);
    }

    /// Whether a cell is a word that means missing.
    pub fn has_word(&self, text: &str) -> bool {
        self.words.iter().any(|w| w.eq_ignore_ascii_case(text))
    }

    /// Whether a number means missing.
    pub fn has(&self, value: f64) -> bool {
        self.numbers.contains(&value)
    }
}
