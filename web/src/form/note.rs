//! What a person should know about the problem, with remedies.

use iterscope_core::{Note, Reading, Remark, Severity};
use leptos::prelude::*;

use crate::state::{Urgency, use_app};

/// The most remarks about data that are shown, beside those that offer something.
const REMARKS: usize = 5;

/// One note.
#[component]
pub fn NoteView(note: Note) -> impl IntoView {
    let app = use_app();
    let class = match note.severity {
        Severity::Good => "note good",
        Severity::Info => "note",
        Severity::Warning => "note warning",
    };
    let fixes = note.fixes.into_iter().map(|fix| {
        let press = move |_| app.set_problem_params(&fix.params);
        view! { <button type="button" class="fix" on:click=press>{fix.label.to_string()}</button> }
    });
    view! { <p class=class>{note.text}{fixes.collect_view()}</p> }
}

/// A button for each other way to read the data.
#[component]
pub fn Readings(
    /// The other ways.
    readings: Vec<Reading>,
) -> impl IntoView {
    let app = use_app();
    let buttons = readings.into_iter().map(|reading| {
        let columns = reading.columns;
        let take = move |_| app.edit(Urgency::Now, |d| d.problem.columns = Some(columns.clone()));
        view! { <button type="button" class="fix" on:click=take>{reading.label}</button> }
    });
    buttons.collect_view()
}

#[component]
fn RemarkView(remark: Remark) -> impl IntoView {
    view! { <p class="note">{remark.text}<Readings readings=remark.readings/></p> }
}

/// The notes that belong to no field, and the size of the problem.
#[component]
pub fn ProblemNotes() -> impl IntoView {
    let app = use_app();
    let problem = Memo::new(move |_| app.race.with(|race| race.as_ref().map(|r| r.problem.clone())));
    move || {
        problem.get().map(|facts| {
            let notes = facts.notes.into_iter().filter(|n| n.field.is_none()).map(|note| view! { <NoteView note/> });
            view! {
                {notes.collect_view()}
                <p class="quiet">{facts.summary}</p>
            }
        })
    }
}

/// How the data were read where there is another way, and what was left out of them.
#[component]
pub fn DataRemarks() -> impl IntoView {
    let app = use_app();
    let remarks =
        Memo::new(move |_| app.race.with(|race| race.as_ref().map(|r| r.problem.remarks.clone()).unwrap_or_default()));
    move || {
        let (open, plain): (Vec<_>, Vec<_>) = remarks.get().into_iter().partition(|r| !r.readings.is_empty());
        let more = plain.len().saturating_sub(REMARKS);
        let shown = open.into_iter().chain(plain.into_iter().take(REMARKS));
        view! {
            {shown.map(|remark| view! { <RemarkView remark/> }).collect_view()}
            {(more > 0).then(|| view! { <p class="note">{format!("and {more} more remarks")}</p> })}
        }
    }
}
