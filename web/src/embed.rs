//! The instrument within another page: what it shows, and the messages it exchanges with that page.

use iterscope_core::{SeriesInfo, Value};
use iterscope_protocol::{RunFacts, Status, from_js};
use js_sys::Array;
use leptos::prelude::untrack;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::dom::{El, effect, el};
use crate::icon::{Icon, icon};
use crate::model::{App, Draft, DraftRun, Mode, Now, Urgency};
use crate::runs::stage;
use crate::{js, permalink, text, transport};

/// Milliseconds between two messages of the trace.
const EVERY: f64 = 200.0;

/// The embedded view.
pub fn embed(app: App) -> El {
    let class = match app.mode {
        Mode::Embed { runs: true, chart: false } => "embed only-runs",
        _ => "embed",
    };
    let full = el("a", "icon-button")
        .attr("target", "_blank")
        .attr("rel", "noopener")
        .title("Open in Iterscope")
        .label("Open in Iterscope")
        .live_attr("href", move || {
            let experiment = app.draft.with(Draft::experiment);
            Some(format!("./#{}", permalink::write(&experiment, app.catalog())))
        })
        .add(icon(Icon::Out));
    let bar = transport::controls(app, el("footer", "transport").label("Transport"))
        .add(el("output", "count").live_text(move || text::count(app.shown())))
        .add(full);
    el("div", class).add(stage(app)).add(bar)
}

fn post(origin: &str, kind: &str, entries: &[(&str, JsValue)]) {
    let Ok(Some(parent)) = js::window().parent() else { return };
    let mut all = vec![("iterscope", 1.0.into()), ("type", kind.into())];
    all.extend(entries.iter().cloned());
    let _ = parent.post_message(&js::object(&all), origin);
}

/// What the page around this one may ask for.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Wish {
    Play,
    Pause,
    Step {
        #[serde(default = "one")]
        steps: f64,
    },
    Reset,
    Set {
        run: usize,
        key: String,
        value: Value,
    },
}

fn one() -> f64 {
    1.0
}

/// Does what the other page asks for.
fn perform(app: App, wish: Wish) {
    match wish {
        Wish::Play => app.play(),
        Wish::Pause => app.pause(),
        Wish::Step { steps } => app.step(steps.clamp(1.0, 1e5) as u32),
        Wish::Reset => app.reset(),
        Wish::Set { run, key, value } => {
            if let Some(uid) = app.draft.with_untracked(|d| Some(d.runs.get(run)?.uid)) {
                app.set_run_param(uid, &key, value, Urgency::Now);
            }
        }
    }
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
            // What is not understood is left.
            if let Ok(wish) = from_js(ev.data()) {
                perform(app, wish);
            }
        }
    };
    js::listen(&js::window(), "message", asked);
    tell(app, origin);
}

/// Tells the page around this one what happens.
fn tell(app: App, origin: String) {
    let to = origin.clone();
    let mut greeted = false;
    effect(move || {
        let Some(race) = app.race.get().filter(|_| !greeted) else { return };
        greeted = true;
        let run = |(facts, run): (&RunFacts, &DraftRun)| -> JsValue {
            let method = run.spec.method.as_str();
            js::object(&[("label", facts.label.as_str().into()), ("method", method.into())]).into()
        };
        let runs: Array = race.runs.iter().zip(&race.draft.runs).map(run).collect();
        post(&to, "ready", &[("version", env!("CARGO_PKG_VERSION").into()), ("runs", runs.into())]);
    });
    let to = origin.clone();
    let mut last = f64::NEG_INFINITY;
    effect(move || {
        app.tick.track();
        let (now, playing) = (js::now(), app.playing.get_untracked());
        if now - last >= EVERY || !playing {
            last = now;
            untrack(|| post_trace(app, &to));
        }
    });
    let mut before: Vec<bool> = Vec::new();
    effect(move || {
        let states = app.now.get();
        let over: Vec<bool> = states.iter().map(|n| matches!(n.status, Status::Stopped { .. })).collect();
        for (i, n) in states.iter().enumerate() {
            if over[i] && before.get(i) != Some(&true) {
                let entries = [
                    ("run", (i as f64).into()),
                    ("reason", word(n.status).into()),
                    ("words", n.words.as_str().into()),
                    ("step", (n.step as f64).into()),
                ];
                post(&origin, "stopped", &entries);
            }
        }
        before = over;
    });
}

/// The step shown and the values of every run there.
fn post_trace(app: App, origin: &str) {
    let (Some(race), states) = (app.race.get(), app.now.get()) else { return };
    let run = |(i, n): (usize, &Now)| -> JsValue {
        let value = |s: &SeriesInfo| Some((s.key.to_string(), app.reading_of(i, &s.key)?.0));
        let values: Vec<(String, f64)> = race.problem.series.iter().filter_map(value).collect();
        let values: Vec<(&str, JsValue)> = values.iter().map(|(k, v)| (k.as_str(), JsValue::from(*v))).collect();
        let status = word(n.status).into();
        js::object(&[("step", (n.step as f64).into()), ("status", status), ("values", js::object(&values).into())])
            .into()
    };
    let runs: Array = states.iter().enumerate().map(run).collect();
    let step = states.iter().map(|n| n.step).max().unwrap_or(0);
    let playing = app.playing.get().into();
    post(origin, "trace", &[("step", (step as f64).into()), ("playing", playing), ("runs", runs.into())]);
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Stopped { stop } => stop.word(),
    }
}
