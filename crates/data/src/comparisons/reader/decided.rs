//! What was decided on the way through the games, and how it can be decided otherwise.

use iterscope_core::{Reading, Remark, Role};

use crate::report::Report;

use super::super::headless;
use super::Reader;

/// Something that was settled one way in some rows, and the first line where it was.
#[derive(Clone, Copy, Default)]
pub(super) struct Settled {
    pub times: u64,
    line: u64,
}

impl Settled {
    pub fn at(&mut self, line: u64) {
        self.times += 1;
        if self.times == 1 {
            self.line = line;
        }
    }

    /// `2 games, the first in line 5`.
    fn words(self) -> String {
        match self.times {
            1 => format!("1 game, in line {}", self.line),
            n => format!("{n} games, the first in line {}", self.line),
        }
    }
}

impl Reader<'_> {
    /// What was decided on the way, and how it can be decided otherwise.
    pub(super) fn remarks(&self, report: &mut Report) {
        if let Some((line, a, b)) = &self.first_row
            && !(self.layout.header || self.layout.given || self.seen_again || self.encounters.len() == 1)
        {
            let readings = headless::as_header(report, self.layout);
            report.say(Remark::new(headless::doubt(*line, a, b), readings));
        }
        if self.walked.times > 0 {
            report.offer(
                format!("Walkovers and forfeits are counted as wins: {}.", self.walked.words()),
                "walkovers",
                &[("leave them out", "left-out")],
            );
        }
        if let Some(line) = self.notes.first_invalid().filter(|_| self.invalid) {
            report.offer(
                format!("Lines that are marked as not valid are counted, the first of them line {line}."),
                "invalid",
                &[("leave them out", "left-out")],
            );
        }
        if self.shot.times > 0 {
            let words = self.shot.words();
            let (text, other) = if self.shoot_outs {
                ("whoever won the shoot-out won", ("as ties", "ties"))
            } else {
                ("they are ties", ("won by who won the shoot-out", "wins"))
            };
            report.offer(format!("Ties settled by a shoot-out: {words}; {text}."), "shoot-outs", &[other]);
        }
        if self.equal.times > 0 {
            let words = self.equal.words();
            let (text, other) = if self.equal_wins {
                ("the column of winners was believed", ("as ties", "ties"))
            } else {
                ("they are ties, whoever stands in the column of winners", ("believe the column of winners", "wins"))
            };
            report.offer(format!("Both scores are equal in {words}: {text}."), "equal-scores", &[other]);
        }
        if self.contradictions.times > 0 {
            let mut roles = self.layout.roles.clone();
            (roles[self.fields.first], roles[self.fields.second]) = (Role::First, Role::Second);
            let readings = vec![Reading::new(
                "the higher score wins",
                &report.said.with_roles(self.layout.header, &roles, self.layout.more),
            )];
            let text = format!(
                "In {} rows the winner has the lower score; the winner was believed.",
                self.contradictions.times
            );
            report.say(Remark::new(text, readings));
        }
    }
}
