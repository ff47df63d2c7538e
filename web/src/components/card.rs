//! One run: its picture, what it is doing, and its numbers.

use iterscope_core::{SeriesInfo, Status, Stop};
use leptos::prelude::*;

use super::remedy::{Remedy, RemedyFrom, remedy};
use crate::format;
use crate::picture::{PictureView, Source};
use crate::state::{AppState, use_app};
use crate::ui::{Icon, IconButton, Marker};

/// Steps that a run at its limit is offered.
const MORE: u64 = 5000;

/// What a run is doing, in a word, with the class of its badge.
fn badge(status: Status, playing: bool, step: u64) -> (&'static str, &'static str) {
    match status {
        Status::Ready if playing => ("running", "badge running"),
        Status::Ready if step == 0 => ("ready", "badge"),
        Status::Ready => ("paused", "badge"),
        Status::Stopped(stop) => match stop {
            Stop::Converged => ("converged", "badge good"),
            Stop::MaxSteps => ("step limit", "badge"),
            Stop::TimeReached => ("done", "badge good"),
            Stop::Stagnated => ("stagnated", "badge warn"),
            Stop::Diverged => ("diverged", "badge bad"),
            Stop::Breakdown(_) => ("breakdown", "badge bad"),
        },
    }
}

/// The badge of a run.
fn state(app: AppState, uid: u32) -> (&'static str, &'static str) {
    let playing = app.playing.get();
    if app.worker_lost.get() {
        return ("lost", "badge bad");
    }
    app.status(uid).map_or(("ready", "badge"), |s| badge(s.status, playing, s.step))
}

/// The series that heads all others.
fn headline(app: AppState) -> Option<SeriesInfo> {
    app.race.with(|r| r.as_ref()?.problem.series.first().cloned())
}

/// The headline of a run at the step shown, with its factor per step.
fn reading(app: AppState, uid: u32) -> Option<(f64, Option<f64>)> {
    app.tick.track();
    app.value_of(app.index(uid)?, &headline(app)?.key)
}

/// Whether simulated time goes by in a run.
fn has_clock(app: AppState, uid: u32) -> bool {
    app.index(uid).is_some_and(|i| {
        app.race.with(|race| race.as_ref().is_some_and(|r| r.runs.get(i).is_some_and(|run| run.clock)))
    })
}

/// The simulated time at which a run is shown.
fn time(app: AppState, uid: u32) -> Option<f64> {
    app.tick.track();
    app.value_of(app.index(uid)?, SeriesInfo::TIME).map(|(t, _)| t)
}

/// How a run stopped.
fn stop_of(app: AppState, uid: u32) -> Option<Stop> {
    match app.status(uid)?.status {
        Status::Stopped(stop) => Some(stop),
        Status::Ready => None,
    }
}

/// The card of a run.
#[component]
pub fn Card(
    /// Number of the run.
    uid: u32,
) -> impl IntoView {
    let app = use_app();
    let name = Memo::new(move |_| app.name(uid));
    let colour = name.get_untracked().colour;
    let state = Memo::new(move |_| state(app, uid));
    let large = Memo::new(move |_| app.enlarged.get() == Some(uid));
    let limited = Memo::new(move |_| stop_of(app, uid) == Some(Stop::MaxSteps));
    // What ended without an answer is told how it would have gone faster.
    let slow = Memo::new(move |_| {
        matches!(stop_of(app, uid), Some(Stop::MaxSteps | Stop::Stagnated)).then(|| remedy(app, uid)).flatten()
    });
    let size_name = Signal::derive(move || if large.get() { "Back to its size" } else { "Enlarge" }.to_owned());
    let size_icon = Signal::derive(move || if large.get() { Icon::Shrink } else { Icon::Expand });
    let toggle_size = move |()| app.enlarge((!large.get_untracked()).then_some(uid));
    view! {
        <article
            class="card"
            class:large=large
            class:lit=move || app.hovered_run.get() == Some(uid)
            aria-label=move || name.get().short
            on:pointerenter=move |_| app.hovered_run.set(Some(uid))
            on:pointerleave=move |_| app.hovered_run.set(None)
        >
            <header>
                <Marker colour/>
                <h3 title=move || name.get().full>{move || name.get().short}</h3>
                <Show when=move || limited.get()>
                    <button
                        type="button"
                        class="more-steps"
                        title=format!("Run {} more steps", format::count(MORE))
                        on:click=move |_| app.run_more(MORE)
                    >
                        {format!("+{}", format::count(MORE))}
                    </button>
                </Show>
                <span class=move || state.get().1>{move || state.get().0}</span>
            </header>
            <div class="pane">
                <PictureView source=Source::Run(uid)/>
                <IconButton icon=size_icon name=size_name on_press=toggle_size/>
                <Failure uid/>
                {move || slow.get().map(|fix| view! { <div class="advice"><Remedy uid fix/></div> })}
            </div>
            <Numbers uid/>
            <TheoryLine uid/>
        </article>
    }
}

#[component]
fn Numbers(uid: u32) -> impl IntoView {
    let app = use_app();
    let none = || "—".to_owned();
    let step = move || format::count(app.status(uid).map_or(0, |s| s.step));
    let value = move || reading(app, uid).map_or_else(none, |(v, _)| format::value(v));
    let rate = move || reading(app, uid).and_then(|(_, r)| r).map_or_else(none, format::rate);
    let timed = Memo::new(move |_| has_clock(app, uid));
    let time = move || time(app, uid).map_or_else(none, format::value);
    view! {
        <dl class="numbers">
            <div><dt>"step"</dt><dd>{step}</dd></div>
            <div title=move || headline(app).map(|s| s.doc.to_string())>
                <dt>{move || headline(app).map(|s| s.label.to_string())}</dt>
                <dd>{value}</dd>
            </div>
            <Show
                when=move || timed.get()
                fallback=move || view! {
                    <div title="Observed factor per step, over the last tenth of the way"><dt>"rate"</dt><dd>{rate}</dd></div>
                }
            >
                <div title="Simulated time"><dt>"time"</dt><dd>{time}</dd></div>
            </Show>
        </dl>
    }
}

/// One line and its longer form: what happened to the run, why it stopped, or what theory expects. It has the same height
/// in each case, so that nothing moves when a run ends.
#[component]
fn TheoryLine(uid: u32) -> impl IntoView {
    let app = use_app();
    let line = Memo::new(move |_| line(app, uid));
    view! { <p class="line" title=move || line.get().map(|l| l.1)>{move || line.get().map(|l| l.0)}</p> }
}

fn line(app: AppState, uid: u32) -> Option<(String, String)> {
    let index = app.index(uid)?;
    let notice = app.run_notices.with(|all| all.iter().rev().find(|n| n.0 as usize == index).map(|n| n.1.clone()));
    let stopped = app.status(uid).map(|s| s.message).filter(|m| !m.is_empty());
    if let Some(text) = notice.or(stopped) {
        return Some((text.clone(), text));
    }
    app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        let p = facts.prediction.as_ref()?;
        // Steps in time are stable or not; they do not converge.
        if facts.clock {
            return Some((p.words.clone(), p.words.clone()));
        }
        let steps = facts.predicted_steps.map(|n| format!(", ≈ {} steps", format::count(format::rounded(n))));
        let what = if p.bound { "theory: rate at most" } else { "theory: rate" };
        Some((format!("{what} {}{}", format::rate(p.factor), steps.unwrap_or_default()), p.words.clone()))
    })
}

/// The step at which the headline of a run was least: before it went wrong.
fn best_step(app: AppState, uid: u32) -> Option<u64> {
    let (index, key) = (app.index(uid)?, headline(app)?.key);
    let series = app.race.with(|race| race.as_ref()?.series_index(index, &key))?;
    app.data.with_value(|data| {
        let trace = data.traces.get(index)?;
        let finite = (0..trace.len()).filter(|row| trace.y(*row, series).is_finite());
        let best = finite.min_by(|a, b| trace.y(*a, series).total_cmp(&trace.y(*b, series)))?;
        Some(trace.x(best, crate::state::trace::Abscissa::Steps) as u64)
    })
}

/// Over the picture of a run that failed: why, and what can be done.
#[component]
fn Failure(uid: u32) -> impl IntoView {
    let app = use_app();
    let failed = Memo::new(move |_| {
        let status = app.status(uid)?;
        let failed = matches!(status.status, Status::Stopped(Stop::Diverged | Stop::Breakdown(_)));
        failed.then_some(status.message)
    });
    let overlay = move |message: String| {
        let best = untrack(|| best_step(app, uid)).filter(|step| *step > 0);
        let back = best.map(|step| {
            let label = format!("Back to step {}", format::count(step));
            view! { <button type="button" class="small" on:click=move |_| app.seek(step)>{label}</button> }
        });
        let title = message.clone();
        let fix = untrack(|| remedy(app, uid));
        let onward = fix.clone().zip(best).map(|(fix, step)| view! { <RemedyFrom uid fix step/> });
        let again = fix.map(|fix| view! { <Remedy uid fix/> });
        view! {
            <div class="ending">
                <p title=title>{message}</p>
                <div class="row wrap">
                    {again}
                    {onward}
                    <button type="button" class="small" on:click=move |_| app.editing.set(Some(uid))>"Parameters"</button>
                    {back}
                </div>
            </div>
        }
    };
    move || failed.get().map(overlay)
}
