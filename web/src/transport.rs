//! The bottom zone: playing, stepping, scrubbing.

use iterscope_decimal::Short;
use iterscope_protocol::{Request, Status};
use wasm_bindgen::JsCast;
use web_sys::PointerEvent;

use crate::chart::scale::nice_ceil;
use crate::dom::{El, State, button, effect, el, segment};
use crate::icon::{Icon, icon, icon_button};
use crate::model::trace::{Axis, Trace};
use crate::model::{App, PACES};
use crate::{js, link, num, text};

/// Milliseconds between two places that are asked for while scrubbing.
const THROTTLE: f64 = 60.0;

/// The transport.
pub fn transport(app: App) -> El {
    let pace = |(i, (label, _)): (usize, &(&'static str, iterscope_protocol::Pace))| {
        segment(label, move || app.pace.get() == i, move || app.set_pace(i))
    };
    controls(app, el("footer", "transport").label("Transport"))
        .add(el("output", "count").live_text(move || format!("step {}", text::count(app.shown()))))
        .add(
            el("div", "segments pace")
                .attr("role", "group")
                .label("Pace")
                .add_all(PACES.iter().enumerate().map(pace).collect()),
        )
        .add(el("span", "backend").live_attr("title", move || Some(reasons(app))).live_text(move || backends(app)))
}

/// Reset, play, step and the scrubber.
pub fn controls(app: App, bar: El) -> El {
    let play = button("play", "", move || app.toggle())
        .title("Play or pause (space)")
        .live_attr("aria-label", move || Some(if app.playing.get() { "Pause" } else { "Play" }.to_owned()))
        .slot(
            move || app.playing.get().to_string(),
            move || vec![icon(if app.playing.get() { Icon::Pause } else { Icon::Play })],
        );
    bar.add(icon_button(Icon::Reset, "Reset (r)", move || app.reset()))
        .add(play)
        .add(icon_button(Icon::Step, "One step (s)", move || app.step(1)))
        .add(scrubber(app))
}

/// Where the runs compute.
fn backends(app: App) -> String {
    let names = app.race.with(|race| {
        let mut names: Vec<&str> = Vec::new();
        for run in race.iter().flat_map(|r| &r.runs) {
            let name = match run.backend {
                iterscope_core::Backend::Auto | iterscope_core::Backend::CpuF64 => "CPU f64",
                iterscope_core::Backend::CpuF32 => "CPU f32",
                iterscope_core::Backend::WebgpuF32 => "WebGPU f32",
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" + ")
    });
    match speed(app) {
        Some(speed) => format!("{names} · {speed}"),
        None => names,
    }
}

/// Steps in a second of computing, of all runs together.
fn speed(app: App) -> Option<String> {
    app.tick.track();
    let (steps, seconds) = app.store.with_untracked(|s| {
        let ends = s.traces.iter().filter_map(|t| {
            let last = t.len().checked_sub(1)?;
            Some((t.x(last, Axis::Steps), t.x(last, Axis::Time)))
        });
        ends.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y))
    });
    (seconds > 1e-3).then(|| format!("{} steps/s", text::amount(two_digits(steps / seconds))))
}

fn two_digits(v: f64) -> f64 {
    let grain = num::ten(num::log10(v.max(1.0)).floor() - 1.0).max(1.0);
    (v / grain).round() * grain
}

fn reasons(app: App) -> String {
    app.race.with(|race| {
        let runs = race.iter().flat_map(|r| &r.runs).filter(|r| !r.backend_reason.is_empty());
        let mut lines: Vec<String> =
            runs.map(|r| format!("{}: {} ({})", r.label, r.backend, r.backend_reason)).collect();
        lines.extend(app.gpu.with(|g| (!g.0.is_empty()).then(|| g.0.clone())));
        lines.join("\n")
    })
}

/// The way so far, to be moved along.
fn scrubber(app: App) -> El {
    let end = move || nice_ceil(app.furthest() as f64);
    let part = move |step: f64| Short((step / end()).clamp(0.0, 1.0)).to_string();
    // While dragging the thumb follows the pointer, not the answers that are still on their way.
    let dragged = State::new(None::<u64>);
    let shown = move || {
        app.tick.track();
        dragged.get().unwrap_or_else(|| app.shown())
    };
    let track = el("div", "scrubber")
        .attr("role", "slider")
        .attr("tabindex", "0")
        .attr("aria-valuemin", "0")
        .label("Step that is shown")
        .live_attr("aria-valuemax", move || {
            app.tick.track();
            Some(app.furthest().to_string())
        })
        .live_attr("aria-valuenow", move || Some(shown().to_string()))
        .add(el("div", "known"))
        .add(el("div", "past"))
        .slot(
            move || marks(app).iter().map(|m| format!("{} {} {};", m.0, m.1, m.2)).collect(),
            move || marks(app).into_iter().map(|m| mark(m, end())).collect(),
        )
        .add(el("div", "thumb"));
    let element = track.clone();
    effect(move || {
        js::style(element.html(), "--at", &part(shown() as f64));
        js::style(element.html(), "--known", &part(app.furthest() as f64));
    });
    let element = track.clone();
    let go = move |ev: &web_sys::Event, last: bool| {
        let ev: &PointerEvent = ev.unchecked_ref();
        let rect = element.0.get_bounding_client_rect();
        let x = ((f64::from(ev.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        let step = ((x * end()).round() as u64).min(app.furthest());
        dragged.set(Some(step));
        let now = js::now();
        let due = app.store.update_untracked(|s| {
            let due = last || now - s.last_seek > THROTTLE;
            if due {
                s.last_seek = now;
            }
            due
        });
        if due {
            app.wants.set(false);
            link::send(&Request::Seek { step });
        }
    };
    let (down, moved, up) = (go.clone(), go.clone(), go);
    let element = track.clone();
    track
        .on("pointerdown", move |ev| {
            let pointer: &PointerEvent = ev.unchecked_ref();
            if pointer.button() == 0 {
                let _ = element.0.set_pointer_capture(pointer.pointer_id());
                down(&ev, true);
            }
        })
        .on("pointermove", move |ev| {
            if dragged.get_untracked().is_some() {
                moved(&ev, false);
            }
        })
        .on("pointerup", move |ev| {
            if dragged.get_untracked().is_some() {
                up(&ev, true);
                dragged.set(None);
            }
        })
        .on("pointercancel", move |_| dragged.set(None))
}

/// Colour and last step of each run that stopped, as parts of the way.
fn marks(app: App) -> Vec<(usize, u64, u64)> {
    app.tick.track();
    let end = nice_ceil(app.furthest() as f64) as u64;
    let colours = app.race.with(|r| r.as_ref().map(|r| r.draft.runs.iter().map(|r| r.colour).collect::<Vec<_>>()));
    let stopped =
        app.now.with(|now| now.iter().map(|n| matches!(n.status, Status::Stopped { .. })).collect::<Vec<_>>());
    let last = |i: usize| app.store.with_untracked(|s| s.traces.get(i).map_or(0.0, Trace::last_step) as u64);
    let all = colours.unwrap_or_default().into_iter().zip(stopped).enumerate();
    all.filter(|(_, (_, stopped))| *stopped).map(|(i, (colour, _))| (colour, last(i), end)).collect()
}

fn mark((colour, step, _): (usize, u64, u64), end: f64) -> El {
    let mark = el("div", &format!("mark c{colour}"));
    js::style(mark.html(), "--at", &Short((step as f64 / end).clamp(0.0, 1.0)).to_string());
    mark
}
