//! One run: its picture, what it is doing, and its numbers.

use iterscope_core::Stop;
use iterscope_protocol::Status;
use leptos::prelude::*;

use super::marker;
use crate::icon::{Icon, icon, icon_button};
use crate::model::App;
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
    let predicted = Memo::new(move |_| {
        let index = app.index(uid)?;
        app.race.with(|race| {
            let p = race.as_ref()?.runs.get(index)?.prediction.as_ref()?;
            Some((text::rate(p.factor), p.bound, p.label.clone()))
        })
    });
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
                {move || icon_button(
                    if large() { Icon::Shrink } else { Icon::Expand },
                    if large() { "Back to its size" } else { "Enlarge" },
                    enlarge,
                )}
            </header>
            {picture(app, Source::Run(uid))}
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
                {move || predicted.get().map(|(factor, bound, label)| view! {
                    <div title=label><dt>{if bound { "bound" } else { "theory" }}</dt><dd class="theory">{factor}</dd></div>
                })}
            </dl>
            {move || ending(app, uid, now)}
            {move || said(app, uid)}
        </article>
    }
    .into_any()
}

/// Why it stopped, where that is not what was hoped for, with a way back.
fn ending(app: App, uid: u32, now: Memo<Option<crate::model::Now>>) -> Option<AnyView> {
    let now = now.get()?;
    let Status::Stopped { stop } = now.status else { return None };
    let bad = matches!(stop, Stop::Diverged | Stop::Breakdown(_));
    let former = bad && app.undo.with(|u| !u.is_empty());
    let edit = move |_| {
        app.expanded.set(Some(uid));
        app.sheet.set(true);
    };
    Some(
        view! {
            <div class="ending" class:bad=bad>
                <p title=now.words.clone()>{now.words.clone()}</p>
                {bad.then(|| view! {
                    <div class="row">
                        {former.then(|| view! {
                            <button type="button" class="small" on:click=move |_| app.go_back()>{icon(Icon::Undo)} "Undo the last change"</button>
                        })}
                        <button type="button" class="small" on:click=edit>"Change its parameters"</button>
                    </div>
                })}
            </div>
        }
        .into_any(),
    )
}

/// What happened to it, such as a lost device.
fn said(app: App, uid: u32) -> Option<AnyView> {
    let index = app.index(uid)? as u32;
    let words = app.said.with(|all| all.get(&index).cloned())?;
    Some(view! { <p class="ending">{words}</p> }.into_any())
}
