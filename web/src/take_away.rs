//! What is taken away and the worker does not make: drawings, films, programs, reports. Scripts make them that are loaded when they are
//! wanted, so that the page itself stays small.

use iterscope_core::{Status, Str};
use iterscope_protocol::to_js;
use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlCanvasElement;

use crate::browser::get;
use crate::state::AppState;
use crate::state::trace::{Abscissa, Trace};
use crate::{format, theme};

/// What is known of a run.
#[derive(Serialize)]
struct RunFacts {
    name: String,
    full: String,
    method: String,
    label: Str,
    citation: Str,
    colour: &'static str,
    step: f64,
    headline: String,
    value: String,
    state: &'static str,
    words: String,
    shown: bool,
}

/// What the scripts are told.
#[derive(Serialize)]
struct Facts {
    /// The experiment as JSON text.
    experiment: String,
    title: String,
    summary: Str,
    math: String,
    link: String,
    dark: bool,
    ink: &'static str,
    mute: &'static str,
    line: &'static str,
    panel: &'static str,
    runs: Vec<RunFacts>,
}

fn facts(app: AppState, dark: bool, link: String) -> Facts {
    let catalog = app.known.get_untracked();
    let experiment = app.experiment_as_seen();
    let problem = catalog.problem(&experiment.problem.id);
    let headline = app.race.with(|r| r.as_ref()?.problem.series.first().cloned());
    let runs = app.race_runs().into_iter().enumerate().map(|(index, run)| {
        let (name, status) = (app.name(run.uid), app.status(run.uid));
        let method = catalog.method(&run.spec.method);
        let value = headline.as_ref().and_then(|s| app.value_of(index, &s.key));
        let state = match status.as_ref().map(|s| s.status) {
            Some(Status::Stopped(stop)) => stop.word(),
            _ => "not ended",
        };
        RunFacts {
            name: name.short,
            full: name.full,
            method: run.spec.method.clone(),
            label: method.map_or("".into(), |m| m.label.clone()),
            citation: method.map_or("".into(), |m| m.citation.clone()),
            colour: theme::run_colour(run.colour, dark),
            step: status.as_ref().map_or(0.0, |s| s.step as f64),
            headline: headline.as_ref().map_or_else(String::new, |s| s.label.to_string()),
            value: value.map_or_else(String::new, |(v, _)| format::value(v)),
            state,
            words: status.map_or_else(String::new, |s| s.message),
            shown: app.visible(run.uid),
        }
    });
    let ink = theme::ink(dark);
    Facts {
        title: problem.map_or_else(|| experiment.problem.id.clone(), |p| p.label.to_string()),
        summary: problem.map_or("".into(), |p| p.summary.clone()),
        math: app.math.with(|all| all.get(&experiment.problem.id).cloned()).unwrap_or_default(),
        runs: runs.collect(),
        experiment: experiment.without_defaults(catalog).to_json(),
        link,
        dark,
        ink: ink.ink,
        mute: ink.mute,
        line: ink.line,
        panel: ink.panel,
    }
}

/// Calls a function of a script with what is known and further arguments; what it says is awaited.
async fn call(app: AppState, script: &str, name: &str, args: &Array) -> Result<JsValue, JsValue> {
    let load = app.scripts.with_value(Clone::clone).ok_or(JsValue::UNDEFINED)?;
    let loading = load.call1(&JsValue::NULL, &format!("take-away/{script}").into())?;
    let module = JsFuture::from(loading.unchecked_into::<Promise>()).await?;
    let answer = get(&module, name).unchecked_into::<Function>().apply(&module, args)?;
    JsFuture::from(Promise::resolve(&answer)).await
}

/// The same; where it fails, the page says so.
fn start(app: AppState, script: &'static str, name: &'static str, args: Array) {
    spawn_local(async move {
        if let Err(why) = call(app, script, name, &args).await {
            let why = get(&why, "message").as_string().unwrap_or_default();
            app.complain(format!("That could not be made: {why}"));
        }
    });
}

fn told(app: AppState, dark: bool, link: String) -> JsValue {
    to_js(&untrack(|| facts(app, dark, link))).unwrap_or_default()
}

/// A text that a script makes of what is known, such as a program.
pub async fn text(app: AppState, script: &str, name: &str, dark: bool, link: String) -> Result<String, String> {
    // Citations come with the rest of the page.
    app.fetch_rest().await;
    let made = call(app, script, name, &Array::of1(&told(app, dark, link))).await;
    made.map(|v| v.as_string().unwrap_or_default()).map_err(|why| get(&why, "message").as_string().unwrap_or_default())
}

/// A file that a script makes of what is known and offers by itself.
pub fn file(app: AppState, script: &'static str, name: &'static str, dark: bool, link: String) {
    spawn_local(async move {
        app.fetch_rest().await;
        start(app, script, name, Array::of2(&told(app, dark, link), &drawer(app)));
    });
}

/// What draws the chart or a plot, by name, onto what stands in for its canvas.
fn drawer(app: AppState) -> JsValue {
    let draw = move |name: String, canvas: HtmlCanvasElement| {
        if let Some(painter) = app.painters.with_value(|all| all.get(&name).copied()) {
            painter.run(canvas);
        }
    };
    wasm_bindgen::closure::Closure::<dyn Fn(String, HtmlCanvasElement)>::new(draw).into_js_value()
}

/// The chart as SVG.
pub fn chart_svg(app: AppState, dark: bool) {
    file(app, "svg", "chart", dark, String::new());
}

/// Names of the plots among the pictures that are shown.
pub fn plots(app: AppState) -> Vec<(String, String)> {
    let plots = document().query_selector_all(".cards .plot-kind").map_or(0, |found| found.length());
    if plots == 0 {
        return Vec::new();
    }
    let runs = app.race_runs().into_iter().filter(|run| app.visible(run.uid));
    runs.map(|run| (format!("run-{}", run.uid), app.name(run.uid).short)).collect()
}

/// The plots of all runs as one SVG.
pub fn plots_svg(app: AppState, dark: bool) {
    let names = untrack(|| plots(app));
    let list: Array = names.iter().map(|(key, name)| JsValue::from(Array::of2(&key.into(), &name.into()))).collect();
    start(app, "svg", "plots", Array::of3(&told(app, dark, String::new()), &drawer(app), &list));
}

/// The most single pictures of a race.
const FRAMES: usize = 60;

/// Measured steps of the run that did the most, evenly in simulated time where all go by it, else in steps.
fn even_steps(app: AppState) -> Vec<u64> {
    let timed = app.race.with(|race| race.as_ref().is_some_and(|race| race.is_timed_throughout()));
    let axis = if timed { Abscissa::Simulated } else { Abscissa::Steps };
    app.data.with_value(|data| {
        let last = |trace: &Trace| trace.len().checked_sub(1).map_or(0.0, |row| trace.x(row, Abscissa::Steps));
        let Some(trace) = data.traces.iter().max_by(|a, b| last(a).total_cmp(&last(b))) else { return Vec::new() };
        let end = trace.len().checked_sub(1).map_or(0.0, |row| trace.x(row, axis));
        let mut steps: Vec<u64> = (0..FRAMES)
            .filter_map(|k| {
                let goal = end * k as f64 / (FRAMES - 1) as f64 * (1.0 + 1e-12);
                let row = (0..trace.len()).take_while(|row| trace.x(*row, axis) <= goal).last()?;
                Some(trace.x(row, Abscissa::Steps) as u64)
            })
            .collect();
        steps.dedup();
        steps
    })
}

/// Single pictures of the way so far, as PNG files in one archive.
pub fn frames(app: AppState, dark: bool) {
    let back = untrack(|| app.shown_step());
    app.pause();
    spawn_local(async move {
        let none = Array::new();
        let made: Result<(), JsValue> = async {
            call(app, "frames", "begin", &none).await?;
            for step in untrack(|| even_steps(app)) {
                let before = app.tick.get_untracked();
                app.seek(step);
                // The answer of the worker, then its picture.
                for _ in 0..200 {
                    call(app, "frames", "rest", &none).await?;
                    if app.tick.get_untracked() != before {
                        break;
                    }
                }
                call(app, "frames", "rest", &none).await?;
                call(app, "frames", "add", &Array::of1(&told(app, dark, String::new()))).await?;
            }
            call(app, "frames", "end", &none).await.map(|_| ())
        }
        .await;
        app.seek(back);
        if let Err(why) = made {
            let why = get(&why, "message").as_string().unwrap_or_default();
            app.complain(format!("That could not be made: {why}"));
        }
    });
}

/// Films the race from its beginning to its end, or until it is paused.
pub fn film(app: AppState, dark: bool) {
    app.reset();
    app.filming.set(true);
    app.play();
    spawn_local(async move {
        let made = call(app, "film", "start", &Array::of1(&told(app, dark, String::new()))).await;
        if let Err(why) = made {
            app.filming.set(false);
            let why = get(&why, "message").as_string().unwrap_or_default();
            app.complain(format!("This browser makes no films: {why}"));
        }
    });
}

/// Ends the film, which is then offered.
pub fn end_film(app: AppState) {
    app.filming.set(false);
    start(app, "film", "end", Array::new());
}
