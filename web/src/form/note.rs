//! What a person should know, with remedies.

use iterscope_core::Note;
use leptos::prelude::*;

use super::field::severity_class;
use crate::model::App;

/// One note.
pub fn note(app: App, note: Note) -> AnyView {
    let fixes: Vec<_> = note
        .fixes
        .into_iter()
        .map(|fix| {
            let params = fix.params;
            view! {
                <button type="button" class="fix" on:click=move |_| app.set_problem_params(&params)>{fix.label}</button>
            }
        })
        .collect();
    view! {
        <p class=severity_class(note.severity)>{note.text} {fixes}</p>
    }
    .into_any()
}

/// The notes that belong to no field, the size of the problem and what was left out of its data.
pub fn problem_notes(app: App) -> AnyView {
    let about = Memo::new(move |_| {
        app.race.with(|race| race.as_ref().map(|r| (r.problem.summary.clone(), r.problem.remarks.clone())))
    });
    let notes = Memo::new(move |_| {
        app.race.with(|race| {
            let notes = race.as_ref().map(|r| r.problem.notes.iter());
            notes.into_iter().flatten().filter(|n| n.field.is_none()).cloned().collect::<Vec<_>>()
        })
    });
    view! {
        {move || notes.get().into_iter().map(|n| note(app, n)).collect::<Vec<_>>()}
        {move || about.get().map(|(summary, remarks)| {
            let more = remarks.len().saturating_sub(5);
            let shown: Vec<_> = remarks.into_iter().take(5).map(|r| view! { <p class="note">{r}</p> }).collect();
            view! {
                <p class="quiet">{summary}</p>
                {shown}
                {(more > 0).then(|| view! { <p class="note">{format!("and {more} more remarks")}</p> })}
            }
        })}
    }
    .into_any()
}
