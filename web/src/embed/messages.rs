//! The messages exchanged with the page around the figure.

use iterscope_core::{SeriesInfo, Status, Value};
use iterscope_protocol::{RunFacts, from_js};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::browser::{get, listen, now, object};
use crate::state::schema::schema_of;
use crate::state::{AppState, DraftRun, RunStatus, Urgency};

/// Milliseconds between two messages of the trace.
const INTERVAL: f64 = 200.0;

fn post(origin: &str, kind: &str, entries: &[(&str, JsValue)]) {
    let Ok(Some(parent)) = window().parent() else { return };
    let mut all = vec![("iterscope", 1.0.into()), ("type", kind.into())];
    all.extend(entries.iter().cloned());
    let _ = parent.post_message(&object(&all), origin);
}

/// Does what the other page asks for; says why where it cannot.
fn obey(app: AppState, message: &JsValue) -> Result<(), String> {
    let number = |key: &str| get(message, key).as_f64();
    match get(message, "type").as_string().as_deref() {
        Some("play") => app.play(),
        Some("pause") => app.pause(),
        Some("step") => app.step(number("steps").unwrap_or(1.0).clamp(1.0, 1e5) as u32),
        Some("reset") => app.reset(),
        Some("seek") => app.seek(number("step").ok_or("seek needs a number `step`")?.max(0.0) as u64),
        Some("set") => {
            let run = number("run").ok_or("set needs a number `run`")? as usize;
            let runs = app.draft.with_untracked(|d| d.runs.clone());
            let run = runs.get(run).ok_or_else(|| format!("there is no run {run}; there are {}", runs.len()))?;
            let key = get(message, "key").as_string().ok_or("set needs a text `key`")?;
            let value = from_js::<Value>(get(message, "value")).map_err(|e| format!("value: {e}"))?;
            let method = app.known.get_untracked().method(&run.spec.method).ok_or("the method is not known")?;
            let schema = schema_of(app.known.get_untracked(), &run.spec);
            let param = schema.iter().find(|p| p.key == key.as_str());
            let param = param.ok_or_else(|| {
                let known: Vec<&str> = schema.iter().map(|p| p.key.as_ref()).collect();
                format!("{} has no parameter `{key}`; it has {}", method.id, known.join(", "))
            })?;
            let value = param.check(&value).map_err(|e| e.to_string())?;
            app.set_run_param(run.uid, &key, value, Urgency::Now);
        }
        Some(other) => return Err(format!("`{other}` is not known")),
        None => return Err("a message needs a text `type`".to_owned()),
    }
    Ok(())
}

/// Speaks with the page of `origin` around this one, and with no other.
pub fn converse(app: AppState, origin: String) {
    let own = origin.clone();
    listen(&window(), "message", move |ev: MessageEvent| {
        let parent = window().parent().ok().flatten();
        let from_parent = parent.is_some_and(|p| get(&ev, "source") == JsValue::from(p));
        if !from_parent || ev.origin() != own || get(&ev.data(), "iterscope").as_f64() != Some(1.0) {
            return;
        }
        let id = get(&ev.data(), "id");
        match obey(app, &ev.data()) {
            Ok(()) => post(&own, "done", &[("id", id)]),
            Err(reason) => post(&own, "refused", &[("id", id), ("reason", reason.into())]),
        }
    });
    report(app, origin);
}

/// Tells the page around this one what happens.
fn report(app: AppState, origin: String) {
    let to = origin.clone();
    Effect::new(move |greeted: Option<bool>| {
        let greeted = greeted.unwrap_or(false);
        let Some(race) = app.race.get().filter(|_| !greeted) else { return greeted };
        let run = |(facts, run): (&RunFacts, &DraftRun)| -> JsValue {
            let method = run.spec.method.as_str();
            object(&[("label", facts.label.as_str().into()), ("method", method.into())]).into()
        };
        let runs: Array = race.runs.iter().zip(&race.draft.runs).map(run).collect();
        post(&to, "ready", &[("version", env!("CARGO_PKG_VERSION").into()), ("runs", runs.into())]);
        true
    });
    let to = origin.clone();
    Effect::new(move |last: Option<f64>| {
        app.tick.track();
        let (last, time, playing) = (last.unwrap_or(f64::NEG_INFINITY), now(), app.playing.get_untracked());
        if time - last >= INTERVAL || !playing {
            untrack(|| post_trace(app, &to));
            return time;
        }
        last
    });
    Effect::new(move |before: Option<Vec<bool>>| {
        let statuses = app.statuses.get();
        let before = before.unwrap_or_default();
        for (i, status) in statuses.iter().enumerate() {
            if status.stopped() && before.get(i) != Some(&true) {
                let entries = [
                    ("run", (i as f64).into()),
                    ("reason", word(status.status).into()),
                    ("words", status.message.as_str().into()),
                    ("step", (status.step as f64).into()),
                ];
                post(&origin, "stopped", &entries);
            }
        }
        statuses.iter().map(RunStatus::stopped).collect()
    });
}

/// The step shown and the values of every run there.
fn post_trace(app: AppState, origin: &str) {
    let (Some(race), statuses) = (app.race.get(), app.statuses.get()) else { return };
    let run = |(i, status): (usize, &RunStatus)| -> JsValue {
        let value = |s: &SeriesInfo| Some((s.key.to_string(), app.value_of(i, &s.key)?.0));
        let values: Vec<(String, f64)> = race.problem.series.iter().filter_map(value).collect();
        let values: Vec<(&str, JsValue)> = values.iter().map(|(k, v)| (k.as_str(), JsValue::from(*v))).collect();
        let state = word(status.status).into();
        object(&[("step", (status.step as f64).into()), ("status", state), ("values", object(&values).into())]).into()
    };
    let runs: Array = statuses.iter().enumerate().map(run).collect();
    let step = statuses.iter().map(|s| s.step).max().unwrap_or(0);
    let playing = app.playing.get().into();
    post(origin, "trace", &[("step", (step as f64).into()), ("playing", playing), ("runs", runs.into())]);
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Stopped(stop) => stop.word(),
    }
}
