//! One run: its picture, what it is doing, and its numbers.

use iterscope_core::Stop;
use iterscope_protocol::Status;
use leptos::prelude::*;

use super::marker;
use crate::icon::{Icon, icon, icon_button};
use crate::model::{App, Now};
use crate::picture::{Source, picture};
use crate::text;

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

/// The card of a run.
pub fn card(app: App, uid: u32) -> AnyView {
    let colour = app.race.with_untracked(|r| r.as_ref().and_then(|r| r.draft.run(uid)).map_or(0, |r| r.colour));
    let facts = move |f: fn(&iterscope_protocol::RunFacts) -> String| {
        let index = app.index(uid)?;
        app.race.with(|race| race.as_ref()?.runs.get(index).map(f))
    };
    let label = Memo::new(move |_| facts(|f| f.label.clone()).unwrap_or_default());
    let now = Memo::new(move |_| {
        let index = app.index(uid)?;
        app.now.with(|now| now.get(index).cloned())
    });
    let state = Memo::new(move |_| {
        now.with(|n| n.as_ref().map_or(("ready", "badge"), |n| badge(n.status, app.playing.get(), n.step)))
    });
    let step = Memo::new(move |_| now.with(|n| n.as_ref().map_or(0, |n| n.step)));
    let headline = Memo::new(move |_| {
        app.race.with(|r| {
            r.as_ref()
                .and_then(|r| r.problem.series.first())
                .map(|s| (s.key.to_string(), s.label.to_string(), s.doc.to_string()))
        })
    });
    let reading = Memo::new(move |_| {
        app.tick.track();
        let key = headline.with(|h| h.as_ref().map(|h| h.0.clone()))?;
        app.reading_of(app.index(uid)?, &key)
    });
    let value = move || reading.get().map_or_else(|| "—".to_owned(), |(v, _)| text::value(v));
    let rate = move || reading.get().and_then(|(_, r)| r).map_or_else(|| "—".to_owned(), text::rate);
    let large = move || app.large.get() == Some(uid);
    let enlarge = move || {
        app.large.update(|l| *l = if *l == Some(uid) { None } else { Some(uid) });
        app.send_view();
    };
    view! {
        <article class="card" class:large=large aria-label=move || label.get()>
            <header>
                {marker(colour)}
                <h3 title=move || label.get()>{move || label.get()}</h3>
                <span class=move || state.get().1>{move || state.get().0}</span>
            </header>
            <div class="pane">
                {picture(app, Source::Run(uid))}
                {move || icon_button(
                    if large() { Icon::Shrink } else { Icon::Expand },
                    if large() { "Back to its size" } else { "Enlarge" },
                    enlarge,
                )}
                {move || ending(app, uid, now)}
            </div>
            <dl class="numbers">
                <div><dt>"step"</dt><dd>{move || text::count(step.get())}</dd></div>
                <div title=move || headline.with(|h| h.as_ref().map(|h| h.2.clone()))>
                    <dt>{move || headline.with(|h| h.as_ref().map(|h| h.1.clone()))}</dt>
                    <dd>{value}</dd>
                </div>
                <div title="Observed factor per step, over the last tenth of the way">
                    <dt>"rate"</dt>
                    <dd>{rate}</dd>
                </div>
            </dl>
            {move || line(app, uid, now)}
        </article>
    }
    .into_any()
}

/// One line: what happened to the run, why it stopped, or what theory expects. It has the same height in each case, so that
/// nothing moves when a run ends.
fn line(app: App, uid: u32, now: Memo<Option<Now>>) -> Option<AnyView> {
    let index = app.index(uid)?;
    let said = app.said.with(|all| all.get(&(index as u32)).cloned());
    let stopped = now.with(|n| n.as_ref().map(|n| n.words.clone()).filter(|w| !w.is_empty()));
    let theory = app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        let p = facts.prediction.as_ref()?;
        let steps =
            facts.predicted_steps.map(|n| format!(", ≈ {} steps", text::count(text::rounded(n)))).unwrap_or_default();
        let what = if p.bound { "theory: at most" } else { "theory:" };
        Some((format!("{what} {}{steps}", text::rate(p.factor)), p.words.clone()))
    });
    let (words, title) = match (said, stopped) {
        (Some(words), _) | (None, Some(words)) => (words.clone(), words),
        (None, None) => theory.unwrap_or_default(),
    };
    Some(view! { <p class="line" title=title>{words}</p> }.into_any())
}

/// Over the picture of a run that failed: why, and the way back.
fn ending(app: App, uid: u32, now: Memo<Option<Now>>) -> Option<AnyView> {
    let now = now.get()?;
    let Status::Stopped { stop: Stop::Diverged | Stop::Breakdown(_) } = now.status else { return None };
    let former = app.undo.with(|u| !u.is_empty());
    let edit = move |_| {
        app.expanded.set(Some(uid));
        app.sheet.set(true);
    };
    Some(
        view! {
            <div class="ending">
                <p title=now.words.clone()>{now.words.clone()}</p>
                <div class="row">
                    {former.then(|| view! {
                        <button type="button" class="small" title="Undo the last change" on:click=move |_| app.go_back()>
                            {icon(Icon::Undo)} "Undo"
                        </button>
                    })}
                    <button type="button" class="small" on:click=edit>"Parameters"</button>
                </div>
            </div>
        }
        .into_any(),
    )
}
