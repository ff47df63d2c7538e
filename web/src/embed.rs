//! The instrument within another page: what it shows, and the messages it exchanges with that page.

use iterscope_core::Value;
use iterscope_protocol::Status;
use js_sys::Array;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::icon::{Icon, icon, icon_button};
use crate::model::{App, Mode};
use crate::runs::stage;
use crate::{js, link, permalink, text, transport};

/// Milliseconds between two messages of the trace.
const EVERY: f64 = 200.0;

/// What the other page may ask for.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
enum Asked {
    Play,
    Pause,
    Step {
        #[serde(default = "one")]
        steps: u32,
    },
    Reset,
    Set {
        run: usize,
        key: String,
        value: Value,
    },
}

fn one() -> u32 {
    1
}

/// The embedded view.
pub fn embed(app: App) -> AnyView {
    let full = move || format!("./#{}", permalink::write(&app.experiment(), app.catalog));
    let class = match app.mode {
        Mode::Embed { runs: true, chart: false } => "embed only-runs",
        _ => "embed",
    };
    view! {
        <div class=class>
            {stage(app)}
            <footer class="transport" aria-label="Transport">
                {icon_button(Icon::Reset, "Reset (r)", move || app.reset())}
                <button type="button" class="play" title="Play or pause (space)"
                    aria-label=move || if app.playing.get() { "Pause" } else { "Play" } on:click=move |_| app.toggle()>
                    {move || icon(if app.playing.get() { Icon::Pause } else { Icon::Play })}
                </button>
                {icon_button(Icon::Step, "One step (s)", move || app.step(1))}
                {transport::scrubber(app)}
                <output class="count">{move || text::count(app.shown())}</output>
                <a class="icon-button" href=full target="_blank" rel="noopener" title="Open in Iterscope" aria-label="Open in Iterscope">
                    {icon(Icon::Out)}
                </a>
            </footer>
        </div>
    }
    .into_any()
}

fn post(origin: &str, kind: &str, entries: &[(&str, JsValue)]) {
    let Ok(Some(parent)) = js::window().parent() else { return };
    let mut all = vec![("iterscope", 1.0.into()), ("type", kind.into())];
    all.extend(entries.iter().cloned());
    let _ = parent.post_message(&js::object(&all), origin);
}

/// Speaks with the page of `origin` around this one, and with no other.
pub fn converse(app: App, origin: String) {
    let asked = {
        let origin = origin.clone();
        move |ev: MessageEvent| {
            let parent = js::window().parent().ok().flatten();
            let from_parent = parent.is_some_and(|p| js::get(&ev, "source") == JsValue::from(p));
            if !from_parent || ev.origin() != origin || js::get(&ev.data(), "iterscope").as_f64() != Some(1.0) {
                return;
            }
            match link::parse::<Asked>(ev.data()) {
                Some(Asked::Play) => app.play(),
                Some(Asked::Pause) => app.pause(),
                Some(Asked::Step { steps }) => app.step(steps.clamp(1, 100_000)),
                Some(Asked::Reset) => app.reset(),
                Some(Asked::Set { run, key, value }) => {
                    let uid = app.draft.with_untracked(|d| d.runs.get(run).map(|r| r.uid));
                    if let Some(uid) = uid {
                        app.set_run_param(uid, &key, value, crate::model::Urgency::Now);
                    }
                }
                None => {}
            }
        }
    };
    js::listen(&js::window(), "message", asked);
    tell(app, origin);
}

/// Tells the page around this one what happens.
fn tell(app: App, origin: String) {
    let ready = origin.clone();
    Effect::new(move |before: Option<bool>| {
        let race = app.race.get();
        let known = before == Some(true);
        if let Some(race) = race.filter(|_| !known) {
            let runs: Array = race
                .runs
                .iter()
                .zip(&race.draft.runs)
                .map(|(facts, run)| -> JsValue {
                    js::object(&[("label", facts.label.as_str().into()), ("method", run.spec.method.as_str().into())])
                        .into()
                })
                .collect();
            post(&ready, "ready", &[("version", app.version.into()), ("runs", runs.into())]);
            return true;
        }
        known
    });
    let last = StoredValue::new_local(f64::NEG_INFINITY);
    let trace = origin.clone();
    Effect::new(move || {
        app.tick.track();
        let now = js::now();
        if now - last.get_value() < EVERY && app.playing.get_untracked() {
            return;
        }
        last.set_value(now);
        let (Some(race), states) = (app.race.get_untracked(), app.now.get_untracked()) else { return };
        let runs: Array = states
            .iter()
            .enumerate()
            .map(|(i, n)| -> JsValue {
                let values: Vec<(&str, JsValue)> = race
                    .problem
                    .series
                    .iter()
                    .filter_map(|s| {
                        let (v, _) = untrack(|| app.reading_of(i, &s.key))?;
                        Some((s.key.as_ref(), JsValue::from(v)))
                    })
                    .collect();
                js::object(&[
                    ("step", (n.step as f64).into()),
                    ("status", word(n.status).into()),
                    ("values", js::object(&values).into()),
                ])
                .into()
            })
            .collect();
        let step = states.iter().map(|n| n.step).max().unwrap_or(0);
        post(
            &trace,
            "trace",
            &[("step", (step as f64).into()), ("playing", app.playing.get_untracked().into()), ("runs", runs.into())],
        );
    });
    Effect::new(move |before: Option<Vec<bool>>| {
        let states = app.now.get();
        let over: Vec<bool> = states.iter().map(|n| matches!(n.status, Status::Stopped { .. })).collect();
        for (i, n) in states.iter().enumerate() {
            let was = before.as_ref().and_then(|b| b.get(i)).copied().unwrap_or(false);
            if over[i] && !was {
                post(
                    &origin,
                    "stopped",
                    &[
                        ("run", (i as f64).into()),
                        ("reason", word(n.status).into()),
                        ("words", n.words.as_str().into()),
                        ("step", (n.step as f64).into()),
                    ],
                );
            }
        }
        over
    });
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Stopped { stop } => stop.word(),
    }
}
