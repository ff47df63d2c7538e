//! What the numbers of a column show of how they are written.

use crate::words::{is_hole, number};

use super::cell::Parts;

/// What the cells of a column show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Cells that are numbers in one way or the other.
    pub numbers: usize,
    /// Cells that are neither numbers nor holes, and the line of the first.
    pub others: usize,
    pub line: u64,
    /// Of these, cells that say true or false.
    truths: usize,
    /// Cells that are numbers with a decimal point only, or with a decimal comma only.
    pub(super) certain: [usize; 2],
    /// Cells with three digits behind a lone point, or comma: a whole number with thousands, or not.
    pub(super) open: [usize; 2],
    /// An example of what may be either, for messages.
    pub(super) example: Option<(u64, String)>,
    /// The first cell that only a decimal comma explains.
    pub(super) decimal_comma: Option<String>,
    /// Whole numbers below and above a thousand without any sign in them.
    pub(super) small: usize,
    pub(super) large: usize,
    pub(super) percent: usize,
    /// Numbers without a sign of percent that are more than 1 in size.
    pub(super) above_one: usize,
    pub(super) parentheses: usize,
    pub(super) blanks: usize,
    pub(super) currency: &'static str,
    /// Where another currency stands than in the rows above.
    pub(super) second_currency: Option<(u64, &'static str)>,
}

impl Tally {
    /// Counts a cell.
    pub fn add(&mut self, text: &str, line: u64) {
        let comma = text.contains(',');
        if !comma && let Some(value) = number(text, false) {
            self.numbers += 1;
            self.above_one += usize::from(value.abs() > 1.0);
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            match digits.split_once('.') {
                Some((whole, fraction)) if is_open(whole, fraction) => self.open(0, text, line),
                Some(_) => self.certain[0] += 1,
                None if value.abs() < 1000.0 => self.small += 1,
                // Exponents say nothing of thousands.
                None => self.large += usize::from(digits.bytes().all(|b| b.is_ascii_digit())),
            }
            return;
        }
        if is_hole(text) {
            return;
        }
        let parts = Parts::of(text);
        let read = parts.as_ref().map(|p| (p, p.value(false), p.value(true)));
        let Some((parts, point, with_comma)) = read.filter(|r| r.1.is_some() || r.2.is_some()) else {
            self.others += 1;
            self.truths += usize::from(truth(text).is_some());
            if self.others == 1 {
                self.line = line;
            }
            return;
        };
        self.numbers += 1;
        match (point, with_comma) {
            (Some(a), Some(b)) if a.to_bits() == b.to_bits() => {
                let bare = parts.core.bytes().all(|b| b.is_ascii_digit());
                self.small += usize::from(bare && a.abs() < 1000.0);
                self.large += usize::from(bare && a.abs() >= 1000.0);
            }
            (Some(_), Some(_)) => self.open(usize::from(parts.core.contains(',')), text, line),
            (Some(_), None) => self.certain[0] += 1,
            _ => {
                self.certain[1] += 1;
                self.decimal_comma.get_or_insert_with(|| text.to_owned());
            }
        }
        self.percent += usize::from(parts.percent);
        self.above_one += usize::from(!parts.percent && point.or(with_comma).is_some_and(|v| v.abs() > 1.0));
        self.parentheses += usize::from(parts.parentheses);
        self.blanks += usize::from(parts.core.contains(|c: char| c.is_whitespace() || matches!(c, '\'' | '’')));
        if !parts.currency.is_empty() {
            if self.currency.is_empty() {
                self.currency = parts.currency;
            } else if self.currency != parts.currency && self.second_currency.is_none() {
                self.second_currency = Some((line, parts.currency));
            }
        }
    }

    fn open(&mut self, which: usize, text: &str, line: u64) {
        self.open[which] += 1;
        // Of the two, a comma is what is asked about first.
        if which == 1 && self.open[1] == 1 || self.example.is_none() {
            self.example = Some((line, text.to_owned()));
        }
    }

    /// Whether most of what stands there is no number.
    pub fn is_text(&self) -> bool {
        self.others > self.numbers && !self.is_truth()
    }

    /// Whether all that stands there is true or false.
    pub fn is_truth(&self) -> bool {
        self.truths > 0 && self.truths == self.others && self.numbers == 0
    }
}

/// 1 for `True` and 0 for `False`, in any case.
pub(crate) fn truth(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("true") {
        return Some(1.0);
    }
    text.eq_ignore_ascii_case("false").then_some(0.0)
}

/// Whether digits around a point or comma may be thousands.
fn is_open(whole: &str, fraction: &str) -> bool {
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    fraction.len() == 3
        && (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
        && digits(whole)
        && digits(fraction)
}
