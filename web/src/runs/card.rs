//! One run: its picture, what it is doing, and its numbers.

use iterscope_core::{SeriesInfo, Stop};
use iterscope_protocol::Status;

use super::marker;
use crate::dom::{El, button, el, text};
use crate::icon::{Icon, icon, small_button};
use crate::model::{App, Now};
use crate::picture::{Source, picture};
use crate::text as numbers;

/// What a run is doing, in a word, with the class of its badge.
fn badge(status: Status, playing: bool, step: u64) -> (&'static str, &'static str) {
    match status {
        Status::Ready if playing => ("running", "badge running"),
        Status::Ready if step == 0 => ("ready", "badge"),
        Status::Ready => ("paused", "badge"),
        Status::Stopped { stop } => match stop {
            Stop::Converged => ("converged", "badge good"),
            Stop::MaxSteps => ("step limit", "badge"),
            Stop::Stagnated => ("stagnated", "badge warn"),
            Stop::Diverged => ("diverged", "badge bad"),
            Stop::Breakdown(_) => ("breakdown", "badge bad"),
        },
    }
}

/// What a run is doing now.
fn now(app: App, uid: u32) -> Option<Now> {
    let index = app.index(uid)?;
    app.now.with(|now| now.get(index).cloned())
}

/// The badge of a run.
fn state(app: App, uid: u32) -> (&'static str, &'static str) {
    let playing = app.playing.get();
    now(app, uid).map_or(("ready", "badge"), |n| badge(n.status, playing, n.step))
}

/// The series that heads all others.
fn headline(app: App) -> Option<SeriesInfo> {
    app.race.with(|r| r.as_ref()?.problem.series.first().cloned())
}

/// The headline of a run at the step shown, with its factor per step.
fn reading(app: App, uid: u32) -> Option<(f64, Option<f64>)> {
    app.tick.track();
    app.reading_of(app.index(uid)?, &headline(app)?.key)
}

/// The card of a run.
pub fn card(app: App, uid: u32) -> El {
    let colour = app.race.with_untracked(|r| r.as_ref().and_then(|r| r.draft.run(uid)).map_or(0, |r| r.colour));
    let label = move || {
        let index = app.index(uid);
        let label = app.race.with(|r| Some(r.as_ref()?.runs.get(index?)?.label.clone()));
        label.unwrap_or_default()
    };
    let none = || "—".to_owned();
    let value = move || reading(app, uid).map_or_else(none, |(v, _)| numbers::value(v));
    let rate = move || reading(app, uid).and_then(|(_, r)| r).map_or_else(none, numbers::rate);
    let step = move || numbers::count(now(app, uid).map_or(0, |n| n.step));
    let large = move || app.large.get() == Some(uid);
    let enlarge = move || {
        app.large.update(|l| *l = if *l == Some(uid) { None } else { Some(uid) });
        app.send_view();
    };
    let size = button("icon-button", "", enlarge)
        .live_attr("title", move || Some(if large() { "Back to its size" } else { "Enlarge" }.to_owned()))
        .live_attr("aria-label", move || Some(if large() { "Back to its size" } else { "Enlarge" }.to_owned()))
        .parts(move || vec![icon(if large() { Icon::Shrink } else { Icon::Expand })]);
    let badge = el("span", "")
        .live_attr("class", move || Some(state(app, uid).1.to_owned()))
        .live_text(move || state(app, uid).0.to_owned());
    let number = |name: El, value: El| el("div", "").add(name).add(value);
    let doc = move || headline(app).map(|s| s.doc.to_string());
    el("article", "card")
        .live_class("large", large)
        .live_attr("aria-label", move || Some(label()))
        .add(
            el("header", "")
                .add(marker(colour))
                .add(el("h3", "").live_attr("title", move || Some(label())).live_text(label))
                .add(badge),
        )
        .add(
            el("div", "pane")
                .add(picture(app, Source::Run(uid)))
                .add(size)
                .slot(move || failed(app, uid).unwrap_or_default(), move || ending(app, uid).into_iter().collect()),
        )
        .add(
            el("dl", "numbers")
                .add(number(text("dt", "", "step"), el("dd", "").live_text(step)))
                .add(
                    number(
                        el("dt", "").live_text(move || headline(app).map(|s| s.label.to_string()).unwrap_or_default()),
                        el("dd", "").live_text(value),
                    )
                    .live_attr("title", doc),
                )
                .add(
                    number(text("dt", "", "rate"), el("dd", "").live_text(rate))
                        .title("Observed factor per step, over the last tenth of the way"),
                ),
        )
        .add(
            el("p", "line")
                .live_attr("title", move || line(app, uid).map(|l| l.1))
                .live_text(move || line(app, uid).map(|l| l.0).unwrap_or_default()),
        )
}

/// One line and its longer form: what happened to the run, why it stopped, or what theory expects. It has the same height
/// in each case, so that nothing moves when a run ends.
fn line(app: App, uid: u32) -> Option<(String, String)> {
    let index = app.index(uid)?;
    let said = app.said.with(|all| all.iter().rev().find(|s| s.0 as usize == index).map(|s| s.1.clone()));
    let stopped = now(app, uid).map(|n| n.words).filter(|w| !w.is_empty());
    if let Some(words) = said.or(stopped) {
        return Some((words.clone(), words));
    }
    app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        let p = facts.prediction.as_ref()?;
        let steps = facts.predicted_steps.map(|n| format!(", ≈ {} steps", numbers::count(numbers::rounded(n))));
        let what = if p.bound { "theory: at most" } else { "theory:" };
        Some((format!("{what} {}{}", numbers::rate(p.factor), steps.unwrap_or_default()), p.words.clone()))
    })
}

/// Why a run failed, where it did.
fn failed(app: App, uid: u32) -> Option<String> {
    let now = now(app, uid)?;
    let failed = matches!(now.status, Status::Stopped { stop: Stop::Diverged | Stop::Breakdown(_) });
    failed.then_some(now.words)
}

/// Over the picture of a run that failed: why, and the way back.
fn ending(app: App, uid: u32) -> Option<El> {
    let words = failed(app, uid)?;
    let edit = move || {
        app.expanded.set(Some(uid));
        app.sheet.set(true);
    };
    let undo = small_button(Icon::Undo, "Undo", move || app.go_back())
        .title("Undo the last change")
        .live_class("gone", move || app.undo.with(Vec::is_empty));
    let row = el("div", "row").add(undo).add(button("small", "Parameters", edit));
    Some(el("div", "ending").add(text("p", "", &words).title(&words)).add(row))
}
