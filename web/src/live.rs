//! The race in words, for those who hear the page.

use iterscope_protocol::Status;
use leptos::prelude::*;

use crate::js;
use crate::model::App;
use crate::text;

/// Milliseconds between two summaries while nothing ends.
const QUIET: i32 = 6000;

/// What the race is doing, in one or two sentences.
fn summary(app: App) -> String {
    let Some(race) = app.race.get_untracked() else { return String::new() };
    let now = app.now.get_untracked();
    let headline = race.problem.series.first().map(|s| (s.key.to_string(), s.label.to_string()));
    let mut words = format!("Step {}.", app.now.with_untracked(|n| n.iter().map(|n| n.step).max().unwrap_or(0)));
    for (i, (n, facts)) in now.iter().zip(&race.runs).enumerate() {
        let value = headline.as_ref().and_then(|(key, label)| {
            let (v, _) = untrack(|| app.reading_of(i, key))?;
            Some(format!("{label} {}", text::value(v)))
        });
        let value = value.unwrap_or_default();
        words += &match n.status {
            Status::Ready => format!(" {}: {value}.", facts.label),
            Status::Stopped { stop } => {
                format!(" {} {} at step {}, {value}.", facts.label, stop.word().replace('-', " "), n.step)
            }
        };
    }
    words
}

/// A region that is read out politely: whenever a run ends, and now and then.
pub fn live(app: App) -> AnyView {
    let words = RwSignal::new(String::new());
    let ended = Memo::new(move |_| {
        app.now.with(|now| now.iter().filter(|n| matches!(n.status, Status::Stopped { .. })).count())
    });
    Effect::new(move || {
        ended.track();
        app.race.track();
        words.set(summary(app));
    });
    fn again(app: App, words: RwSignal<String>) {
        js::after(QUIET, move || {
            if app.playing.get_untracked() {
                words.set(summary(app));
            }
            again(app, words);
        });
    }
    again(app, words);
    view! { <p class="heard" role="status" aria-live="polite">{move || words.get()}</p> }.into_any()
}
