//! What a person should know, with remedies.

use iterscope_core::{Note, Reading, Remark, Severity};

use crate::dom::{El, button, text};
use crate::model::{App, Urgency};

/// One note.
pub fn note(app: App, note: &Note) -> El {
    let class = match note.severity {
        Severity::Good => "note good",
        Severity::Info => "note",
        Severity::Warning => "note warning",
    };
    let fix = |fix: &iterscope_core::Fix| {
        let params = fix.params.clone();
        button("fix", &fix.label, move || app.set_problem_params(&params))
    };
    text("p", class, &note.text).add_all(note.fixes.iter().map(fix).collect())
}

/// The most remarks about data that are shown, beside those that offer something.
const REMARKS: usize = 5;

/// A button for each other way to read the data.
pub fn readings(app: App, readings: &[Reading]) -> Vec<El> {
    let one = |reading: &Reading| {
        let columns = reading.columns.clone();
        let take = move || app.edit(Urgency::Now, |d| d.problem.columns = Some(columns.clone()));
        button("fix", &reading.label, take)
    };
    readings.iter().map(one).collect()
}

fn remark(app: App, remark: &Remark) -> El {
    text("p", "note", &remark.text).add_all(readings(app, &remark.readings))
}

/// The notes that belong to no field, the size of the problem and what was left out of its data.
pub fn problem_notes(app: App) -> Vec<El> {
    app.race.with(|race| {
        let Some(facts) = race.as_ref().map(|r| &r.problem) else { return Vec::new() };
        let mut all: Vec<El> = facts.notes.iter().filter(|n| n.field.is_none()).map(|n| note(app, n)).collect();
        all.push(text("p", "quiet", &facts.summary));
        let (open, plain): (Vec<_>, Vec<_>) = facts.remarks.iter().partition(|r| !r.readings.is_empty());
        let more = plain.len().saturating_sub(REMARKS);
        all.extend(open.into_iter().chain(plain.into_iter().take(REMARKS)).map(|r| remark(app, r)));
        if more > 0 {
            all.push(text("p", "note", &format!("and {more} more remarks")));
        }
        all
    })
}
