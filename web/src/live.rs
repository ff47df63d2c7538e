//! The race in words, for those who hear the page.

use iterscope_protocol::Status;
use leptos::prelude::untrack;

use crate::dom::{El, State, effect, el};
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
pub fn live(app: App) -> El {
    let words = State::new(String::new());
    let mut before = (0, false);
    effect(move || {
        let ended = app.now.with(|n| n.iter().filter(|n| matches!(n.status, Status::Stopped { .. })).count());
        let now = (ended, app.race.with(Option::is_some));
        if now != before {
            before = now;
            words.set(untrack(|| summary(app)));
        }
    });
    again(app, words);
    el("p", "heard").attr("role", "status").attr("aria-live", "polite").live_text(move || words.get())
}

fn again(app: App, words: State<String>) {
    js::after(QUIET, move || {
        if app.playing.get_untracked() {
            words.set(summary(app));
        }
        again(app, words);
    });
}
