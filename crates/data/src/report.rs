//! What a reader says of a file: rows that were left out and why, what was guessed, and how it could be read otherwise.

use iterscope_core::{Columns, LeftOut, Reading, Remark};

/// The most rows that are named.
const NAMED: usize = 20;

/// What is said of a file.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Rows that were looked at.
    pub rows: u64,
    /// The first of those left out.
    pub named: Vec<LeftOut>,
    /// How many were left out.
    pub left_out: u64,
    /// Each reason, and how often.
    reasons: Vec<(&'static str, u64)>,
    /// What else is to say.
    pub remarks: Vec<Remark>,
    /// What a person said of the file.
    pub said: Columns,
    /// How rows that are left out for a reason could be taken.
    offered: Vec<(&'static str, Vec<Reading>)>,
}

impl Report {
    /// A report on a file of which a person said something.
    pub fn of(said: Option<&Columns>) -> Self {
        Report { said: said.cloned().unwrap_or_default(), ..Report::default() }
    }

    /// Says something.
    pub fn say(&mut self, remark: impl Into<Remark>) {
        self.remarks.push(remark.into());
    }

    /// Says how an open question was answered, and offers other answers to it: pairs of a label and a value of `key`, which is
    /// one of [`iterscope_core::CHOICES`].
    pub fn offer(&mut self, text: impl Into<String>, key: &str, others: &[(&str, &str)]) {
        self.remarks.push(Remark::new(text, self.readings(key, others)));
    }

    /// Offers to take rows that are left out for that reason: a label and a value of `key`.
    pub fn offer_for(&mut self, why: &'static str, key: &str, other: (&str, &str)) {
        if !self.offered.iter().any(|(reason, _)| *reason == why) {
            let readings = self.readings(key, &[other]);
            self.offered.push((why, readings));
        }
    }

    /// The readings with other answers to a question.
    pub fn readings(&self, key: &str, others: &[(&str, &str)]) -> Vec<Reading> {
        others.iter().map(|(label, value)| Reading::new(*label, &self.said.with(key, value))).collect()
    }

    /// What a person answered to a question.
    pub fn choice(&self, key: &str) -> Option<&str> {
        self.said.choice(key)
    }

    /// Leaves out the row at `line`; `why` is a clause such as `its count is 0`.
    pub fn leave(&mut self, line: u64, why: &'static str) {
        self.left_out += 1;
        if self.named.len() < NAMED {
            self.named.push(LeftOut { line, why: why.to_owned() });
        }
        match self.reasons.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, times)) => *times += 1,
            None => self.reasons.push((why, 1)),
        }
    }

    /// One remark for each reason, with the lines as far as they are named.
    pub fn finish(&mut self) {
        for &(why, times) in &self.reasons {
            let mut lines: Vec<u64> = self.named.iter().filter(|l| l.why == why).map(|l| l.line).collect();
            lines.sort_unstable();
            let list = lines.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let words = match times - lines.len() as u64 {
                _ if times == 1 && !lines.is_empty() => format!("Left out line {list}, because {why}."),
                0 => format!("Left out lines {list}, because {why}."),
                _ if lines.is_empty() => format!("Left out {times} more, because {why}."),
                more => format!("Left out lines {list} and {more} more, because {why}."),
            };
            let readings = self.offered.iter().find(|(reason, _)| *reason == why).map(|(_, readings)| readings.clone());
            self.remarks.push(Remark::new(words, readings.unwrap_or_default()));
        }
    }

    /// What is said where nothing was left in.
    pub fn all_gone(&self, what: &str) -> String {
        let most = self.reasons.iter().max_by_key(|(_, times)| *times).map_or("", |(why, _)| why);
        format!("no {what} are left: all {} were left out, most because {most}", self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_up_to_twenty_and_counted_after_that() {
        let mut report = Report::default();
        report.leave(4, "it rains");
        for line in 5..30 {
            report.leave(line, "it snows");
        }
        report.leave(30, "it hails");
        report.finish();
        assert_eq!(report.named.len(), 20);
        assert_eq!(report.left_out, 27);
        assert_eq!(report.remarks[0], "Left out line 4, because it rains.");
        assert!(report.remarks[1].starts_with("Left out lines 5, 6, 7"), "{}", report.remarks[1]);
        assert!(report.remarks[1].ends_with("22, 23 and 6 more, because it snows."), "{}", report.remarks[1]);
        assert_eq!(report.remarks[2], "Left out 1 more, because it hails.");
    }
}
