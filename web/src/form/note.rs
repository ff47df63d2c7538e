//! What a person should know, with remedies.

use iterscope_core::{Note, Severity};

use crate::dom::{El, button, text};
use crate::model::App;

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

/// The most remarks about data that are shown.
const REMARKS: usize = 5;

/// The notes that belong to no field, the size of the problem and what was left out of its data.
pub fn problem_notes(app: App) -> Vec<El> {
    app.race.with(|race| {
        let Some(facts) = race.as_ref().map(|r| &r.problem) else { return Vec::new() };
        let mut all: Vec<El> = facts.notes.iter().filter(|n| n.field.is_none()).map(|n| note(app, n)).collect();
        all.push(text("p", "quiet", &facts.summary));
        all.extend(facts.remarks.iter().take(REMARKS).map(|r| text("p", "note", r)));
        if facts.remarks.len() > REMARKS {
            all.push(text("p", "note", &format!("and {} more remarks", facts.remarks.len() - REMARKS)));
        }
        all
    })
}
