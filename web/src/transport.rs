//! The bottom zone: playing, stepping, scrubbing.

use iterscope_protocol::{Request, Status};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{HtmlElement, PointerEvent};

use crate::chart::scale::nice_ceil;
use crate::icon::{Icon, icon, icon_button};
use crate::model::trace::Axis;
use crate::model::{App, PACES};
use crate::{js, link, text};

/// Milliseconds between two places that are asked for while scrubbing.
const THROTTLE: f64 = 60.0;

/// The transport.
pub fn transport(app: App) -> AnyView {
    let playing = move || app.playing.get();
    let paces: Vec<_> = PACES
        .iter()
        .enumerate()
        .map(|(i, (label, _))| {
            view! {
                <button type="button" aria-pressed=move || (app.pace.get() == i).to_string() on:click=move |_| app.set_pace(i)>
                    {*label}
                </button>
            }
        })
        .collect();
    view! {
        <footer class="transport" aria-label="Transport">
            {icon_button(Icon::Reset, "Reset (r)", move || app.reset())}
            <button type="button" class="play" title="Play or pause (space)"
                aria-label=move || if playing() { "Pause" } else { "Play" } on:click=move |_| app.toggle()>
                {move || icon(if playing() { Icon::Pause } else { Icon::Play })}
            </button>
            {icon_button(Icon::Step, "One step (s)", move || app.step(1))}
            {scrubber(app)}
            <output class="count">{move || format!("step {}", text::count(app.shown()))}</output>
            <div class="segments pace" role="group" aria-label="Pace">{paces}</div>
            <span class="backend" title=move || reasons(app)>{move || backends(app)}</span>
        </footer>
    }
    .into_any()
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
    let (steps, seconds) = app.store.with_value(|s| {
        let ends = s.traces.iter().filter_map(|t| {
            let last = t.len().checked_sub(1)?;
            Some((t.x(last, Axis::Steps), t.x(last, Axis::Time)))
        });
        ends.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y))
    });
    (seconds > 1e-3).then(|| format!("{} steps/s", text::amount(two_digits(steps / seconds))))
}

fn two_digits(v: f64) -> f64 {
    let grain = 10f64.powf(v.max(1.0).log10().floor() - 1.0).max(1.0);
    (v / grain).round() * grain
}

fn reasons(app: App) -> String {
    app.race.with(|race| {
        let runs = race.iter().flat_map(|r| &r.runs).filter(|r| !r.backend_reason.is_empty());
        let mut lines: Vec<String> =
            runs.map(|r| format!("{}: {} ({})", r.label, r.backend, r.backend_reason)).collect();
        lines.push(app.gpu.to_owned());
        lines.join("\n")
    })
}

/// The way so far, to be moved along.
pub fn scrubber(app: App) -> AnyView {
    let track = NodeRef::<Div>::new();
    let furthest = Memo::new(move |_| {
        app.tick.track();
        app.furthest()
    });
    let end = Memo::new(move |_| nice_ceil(furthest.get() as f64));
    let part = move |step: u64| (step as f64 / end.get()).clamp(0.0, 1.0);
    let dragging = RwSignal::new(false);
    // While dragging the thumb follows the pointer, not the answers that are still on their way.
    let wanted = RwSignal::new(0u64);
    let shown = Memo::new(move |_| if dragging.get() { wanted.get() } else { app.shown() });
    let element = move || track.get().map(|t| -> HtmlElement { (*t).clone() });
    Effect::new(move || {
        if let Some(track) = element() {
            js::style(&track, "--at", &part(shown.get()).to_string());
            js::style(&track, "--known", &part(furthest.get()).to_string());
        }
    });
    let go = move |ev: &PointerEvent, last: bool| {
        let Some(track) = track.get_untracked() else { return };
        let rect = track.get_bounding_client_rect();
        let x = ((f64::from(ev.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        let step = ((x * end.get_untracked()).round() as u64).min(furthest.get_untracked());
        wanted.set(step);
        let now = js::now();
        let due = app.store.try_update_value(|s| {
            let due = last || now - s.last_seek > THROTTLE;
            if due {
                s.last_seek = now;
            }
            due
        });
        if due == Some(true) {
            app.wants.set(false);
            link::send(&Request::Seek { step });
        }
    };
    let down = move |ev: PointerEvent| {
        if ev.button() != 0 {
            return;
        }
        if let Some(track) = track.get_untracked() {
            let _ = track.set_pointer_capture(ev.pointer_id());
        }
        dragging.set(true);
        go(&ev, true);
    };
    let up = move |ev: PointerEvent| {
        if dragging.get_untracked() {
            go(&ev, true);
            dragging.set(false);
        }
    };
    view! {
        <div class="scrubber" role="slider" tabindex="0" aria-label="Step that is shown" node_ref=track
            aria-valuemin="0" aria-valuemax=move || furthest.get().to_string() aria-valuenow=move || shown.get().to_string()
            aria-valuetext=move || format!("step {}", shown.get())
            on:pointerdown=down on:pointermove=move |ev| if dragging.get_untracked() { go(&ev, false) }
            on:pointerup=up on:pointercancel=move |_| dragging.set(false)>
            <div class="known"></div>
            <div class="past"></div>
            {move || marks(app, end.get())}
            <div class="thumb"></div>
        </div>
    }
    .into_any()
}

/// Where each run stopped.
fn marks(app: App, end: f64) -> Vec<AnyView> {
    let stopped = Memo::new(move |_| {
        let colours: Vec<usize> =
            app.race.with(|r| r.as_ref().map(|r| r.draft.runs.iter().map(|r| r.colour).collect()).unwrap_or_default());
        let stopped =
            app.now.with(|now| now.iter().map(|n| matches!(n.status, Status::Stopped { .. })).collect::<Vec<_>>());
        let last = app.store.with_value(|s| {
            s.traces.iter().map(|t| t.len().checked_sub(1).map_or(0.0, |l| t.x(l, Axis::Steps))).collect::<Vec<_>>()
        });
        let all = colours.into_iter().zip(stopped).zip(last);
        all.filter(|((_, s), _)| *s).map(|((c, _), x)| (c, x)).collect::<Vec<_>>()
    });
    stopped
        .get()
        .into_iter()
        .map(|(colour, step)| {
            let mark = NodeRef::<Div>::new();
            Effect::new(move || {
                if let Some(mark) = mark.get() {
                    js::style(&mark, "--at", &(step / end).clamp(0.0, 1.0).to_string());
                }
            });
            view! { <div class=format!("mark c{colour}") node_ref=mark></div> }.into_any()
        })
        .collect()
}
