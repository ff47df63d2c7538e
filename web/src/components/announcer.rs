//! The race in words, for screen readers.

use iterscope_core::Status;
use std::time::Duration;

use leptos::prelude::*;

use crate::format;
use crate::state::{AppState, RunStatus, use_app};

/// Time between two summaries while nothing ends.
const INTERVAL: Duration = Duration::from_secs(6);

/// What the race is doing, in one or two sentences.
fn summary(app: AppState) -> String {
    let Some(race) = app.race.get() else { return String::new() };
    let statuses = app.statuses.get();
    let headline = race.problem.series.first();
    let mut text = format!("Step {}.", app.shown_step());
    for (i, (status, run)) in statuses.iter().zip(&race.draft.runs).enumerate() {
        let value = headline.and_then(|series| {
            let (v, _) = app.value_of(i, &series.key)?;
            Some(format!("{} {}", series.label, format::value(v)))
        });
        let (name, value) = (app.name(run.uid).short, value.unwrap_or_default());
        text += &match status.status {
            Status::Ready => format!(" {name}: {value}."),
            Status::Stopped(stop) => {
                format!(" {name} {} at step {}, {value}.", stop.word().replace('-', " "), status.step)
            }
        };
    }
    text
}

/// A region that is read out politely: whenever a run ends, and now and then.
#[component]
pub fn Announcer() -> impl IntoView {
    let app = use_app();
    let text = RwSignal::new(String::new());
    let ended = Memo::new(move |_| {
        let ended = app.statuses.with(|all| all.iter().filter(|s| RunStatus::stopped(s)).count());
        (ended, app.race.with(Option::is_some))
    });
    Effect::new(move |_| {
        ended.with(|_| ());
        text.set(untrack(|| summary(app)));
    });
    let repeat = move || {
        if app.playing.get_untracked() {
            text.set(untrack(|| summary(app)));
        }
    };
    if let Ok(handle) = set_interval_with_handle(repeat, INTERVAL) {
        on_cleanup(move || handle.clear());
    }
    view! { <p class="visually-hidden" role="status" aria-live="polite">{text}</p> }
}
