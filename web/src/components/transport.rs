//! The bottom zone: playing, stepping, scrubbing.

use iterscope_core::SeriesInfo;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::browser::{now, set_style};
use crate::chart::scale::nice_ceil;
use crate::format;
use crate::state::trace::{Abscissa, Trace};
use crate::state::{AppState, PACES, use_app};
use crate::ui::{Icon, IconButton, IconView};

/// Milliseconds between two places that are asked for while scrubbing.
const THROTTLE: f64 = 60.0;

/// The transport.
#[component]
pub fn Transport() -> impl IntoView {
    let app = use_app();
    let paces = PACES.iter().enumerate().map(|(i, (label, _))| {
        view! {
            <button type="button" aria-pressed=move || (app.pace.get() == i).to_string() on:click=move |_| app.set_pace(i)>
                {*label}
            </button>
        }
    });
    // A film ends with the race.
    Effect::new(move |played: Option<bool>| {
        let playing = app.playing.get();
        if played == Some(true) && !playing && app.filming.get_untracked() {
            crate::take_away::end_film(app);
        }
        playing
    });
    view! {
        <footer class="transport" aria-label="Transport">
            <TransportControls/>
            <output class="count">{move || moment(app)}</output>
            <div class="segments pace" role="group" aria-label="Pace">{paces.collect_view()}</div>
            <Show when=move || app.filming.get()>
                <button type="button" class="small filming" on:click=move |_| app.pause()>
                    <IconView icon=Icon::Record/>
                    "End the film"
                </button>
            </Show>
            <span class="backend" title=move || reasons(app)>{move || backends(app)}</span>
        </footer>
    }
}

/// How far the race is: its simulated time where it has one, else its steps.
fn moment(app: AppState) -> String {
    let timed = app.race.with(|race| race.as_ref().filter(|r| r.is_timed()).map(|r| r.runs.len()));
    app.tick.track();
    let times = (0..timed.unwrap_or(0)).filter_map(|i| app.value_of(i, SeriesInfo::TIME)).map(|(t, _)| t);
    match times.reduce(f64::max) {
        Some(t) => format!("t = {}", format::value(t)),
        None => format!("step {}", format::count(app.shown_step())),
    }
}

/// Reset, play, step and the scrubber.
#[component]
pub fn TransportControls() -> impl IntoView {
    let app = use_app();
    let icon = Signal::derive(move || if app.playing.get() { Icon::Pause } else { Icon::Play });
    view! {
        <IconButton icon=Icon::Reset name="Reset (r)" on_press=move |()| app.reset()/>
        <button
            type="button"
            class="play"
            title="Play or pause (space)"
            aria-label=move || if app.playing.get() { "Pause" } else { "Play" }
            on:click=move |_| app.toggle_playing()
        >
            <IconView icon/>
        </button>
        <IconButton icon=Icon::Step name="One step (s)" on_press=move |()| app.step(1)/>
        <Scrubber/>
    }
}

/// Where the runs compute, and how fast.
fn backends(app: AppState) -> String {
    let mut names: Vec<&str> = Vec::new();
    app.race.with(|race| {
        for run in race.iter().flat_map(|r| &r.runs) {
            let name = crate::state::backend_name(run.backend);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    });
    let names = names.join(" + ");
    match speed(app) {
        Some(speed) => format!("{names} · {speed}"),
        None => names,
    }
}

/// Steps in a second of computing, of all runs together.
fn speed(app: AppState) -> Option<String> {
    app.tick.track();
    let (steps, seconds) = app.data.with_value(|data| {
        let ends = data.traces.iter().filter_map(|t| {
            let last = t.len().checked_sub(1)?;
            Some((t.x(last, Abscissa::Steps), t.x(last, Abscissa::Time)))
        });
        ends.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y))
    });
    (seconds > 1e-3).then(|| format!("{} steps/s", format::amount(two_digits(steps / seconds))))
}

fn two_digits(v: f64) -> f64 {
    let grain = 10f64.powf(v.max(1.0).log10().floor() - 1.0).max(1.0);
    (v / grain).round() * grain
}

fn reasons(app: AppState) -> String {
    app.race.with(|race| {
        let runs = race.iter().flat_map(|r| &r.runs).filter(|r| !r.backend_reason.is_empty());
        let line = |r: &iterscope_protocol::RunFacts| {
            format!("{}: {} ({})", r.label, r.backend, super::chips::plain_reason(&r.backend_reason))
        };
        let mut lines: Vec<String> = runs.map(line).collect();
        lines.extend(app.gpu.with(|g| (!g.0.is_empty()).then(|| g.0.clone())));
        lines.join("\n")
    })
}

/// The way so far, to be moved along.
#[component]
fn Scrubber() -> impl IntoView {
    let app = use_app();
    let furthest = Memo::new(move |_| {
        app.tick.track();
        app.furthest()
    });
    let end = move || nice_ceil(furthest.get() as f64);
    let part = move |step: f64| (step / end()).clamp(0.0, 1.0).to_string();
    // While dragging the thumb follows the pointer, not the answers that are still on their way.
    let dragged = RwSignal::new(None::<u64>);
    let last_seek = StoredValue::new(f64::NEG_INFINITY);
    let shown = move || dragged.get().unwrap_or_else(|| app.shown_step());
    let track = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (at, known) = (part(shown() as f64), part(furthest.get() as f64));
        if let Some(track) = track.get() {
            set_style(&track, "--at", &at);
            set_style(&track, "--known", &known);
        }
    });
    let go = move |ev: &web_sys::PointerEvent, last: bool| {
        let Some(track) = track.get_untracked() else { return };
        let rect = track.get_bounding_client_rect();
        let x = ((f64::from(ev.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        let step = ((x * untrack(end)).round() as u64).min(furthest.get_untracked());
        dragged.set(Some(step));
        let time = now();
        if last || time - last_seek.get_value() > THROTTLE {
            last_seek.set_value(time);
            app.seek(step);
        }
    };
    let down = move |ev: ev::PointerEvent| {
        if ev.button() == 0 {
            if let Some(track) = track.get_untracked() {
                let _ = track.set_pointer_capture(ev.pointer_id());
            }
            go(&ev, true);
        }
    };
    let moved = move |ev: ev::PointerEvent| {
        if dragged.with_untracked(Option::is_some) {
            go(&ev, false);
        }
    };
    let up = move |ev: ev::PointerEvent| {
        if dragged.with_untracked(Option::is_some) {
            go(&ev, true);
            dragged.set(None);
        }
    };
    let marks = Memo::new(move |_| marks(app, furthest.get()));
    view! {
        <div
            class="scrubber"
            role="slider"
            tabindex="0"
            aria-valuemin="0"
            aria-label="Step that is shown"
            aria-valuemax=move || furthest.get().to_string()
            aria-valuenow=move || shown().to_string()
            aria-valuetext=move || format!("step {} of {}", shown(), furthest.get())
            node_ref=track
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| dragged.set(None)
        >
            <div class="known"></div>
            <div class="past"></div>
            {move || marks.get().into_iter().map(|(colour, at)| view! { <StopMark colour at/> }).collect_view()}
            <div class="thumb"></div>
        </div>
    }
}

/// Where a run stopped.
#[component]
fn StopMark(colour: usize, at: f64) -> impl IntoView {
    let mark = NodeRef::<html::Div>::new();
    mark.on_load(move |mark| set_style(&mark, "--at", &at.to_string()));
    view! { <div class=format!("mark c{}", colour % 6) node_ref=mark></div> }
}

/// Colour and last step of each run that stopped, as a part of the way.
fn marks(app: AppState, furthest: u64) -> Vec<(usize, f64)> {
    let end = nice_ceil(furthest as f64);
    let last = |i: usize| app.data.with_value(|data| data.traces.get(i).map_or(0.0, Trace::last_step));
    let runs = app.race_runs().into_iter().zip(app.statuses.get()).enumerate();
    runs.filter(|(_, (_, s))| s.stopped()).map(|(i, (run, _))| (run.colour, (last(i) / end).clamp(0.0, 1.0))).collect()
}
