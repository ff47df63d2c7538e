//! The stage: which pictures, the runs, the chart they share.

use iterscope_core::PictureKind;
use leptos::html::Canvas;
use leptos::prelude::*;

use super::card::card;
use crate::chart;
use crate::icon::{Icon, icon_button};
use crate::model::{App, Mode};
use crate::picture::{Source, picture, shared_span};
use crate::text;
use iterscope_core::colour::Map;

/// The stage, or the parts of it that the mode shows.
pub fn stage(app: App) -> AnyView {
    let (runs, chart) = match app.mode {
        Mode::Page => (true, true),
        Mode::Embed { runs, chart } => (runs, chart),
    };
    let large = move || app.large.with(Option::is_some);
    view! {
        <main class="stage" class:large=large>
            {banner(app)}
            {runs.then(|| pictures(app))}
            {chart.then(|| chart::chart(app))}
        </main>
    }
    .into_any()
}

fn banner(app: App) -> AnyView {
    (move || {
        app.banner.get().map(|b| {
            view! {
                <div class="banner" class:bad=b.bad role="alert">
                    <p class="grow">{b.words}</p>
                    {icon_button(Icon::Cross, "Close this message", move || app.banner.set(None))}
                </div>
            }
        })
    })
    .into_any()
}

fn pictures(app: App) -> AnyView {
    let uids = Memo::new(move |_| {
        app.race
            .with(|r| r.as_ref().map(|r| r.draft.runs.iter().map(|r| r.uid).collect::<Vec<_>>()).unwrap_or_default())
    });
    let shown = Memo::new(move |_| match app.large.get() {
        Some(uid) => uids.get().into_iter().filter(|u| *u == uid).collect(),
        None => uids.get(),
    });
    let given = Memo::new(move |_| {
        let all = app.race.with(|r| {
            r.as_ref()
                .map(|r| r.problem.given.iter().map(|p| (p.key.to_string(), p.label.to_string())).collect::<Vec<_>>())
        });
        all.unwrap_or_default()
    });
    let count = move || format!("cards n{}", uids.with(Vec::len).min(6));
    view! {
        {toolbar(app)}
        <div class="pictures">
            <div class="given" class:gone=move || given.with(Vec::is_empty)>
                <For each=move || given.get() key=|g| g.0.clone() children=move |(key, label)| given_card(app, key, label)/>
            </div>
            <div class=count>
                <For each=move || shown.get() key=|uid| *uid children=move |uid| card(app, uid)/>
                {move || uids.with(Vec::is_empty).then(|| waiting(app))}
            </div>
        </div>
    }
    .into_any()
}

/// A picture of the problem itself; one that is the same everywhere shows nothing and is left out.
fn given_card(app: App, key: String, label: String) -> AnyView {
    let flat = {
        let key = key.clone();
        Memo::new(move |_| {
            app.repaint.track();
            app.store.with_value(|s| s.given.get(&key).is_none_or(|d| d.shape.lo >= d.shape.hi))
        })
    };
    let title = label.clone();
    view! {
        <figure class="card small-card" class:gone=move || flat.get() title=title>
            <figcaption>{label}</figcaption>
            {picture(app, Source::Given(key))}
        </figure>
    }
    .into_any()
}

/// Before the first race, or where the address asks for what cannot be shown.
fn waiting(app: App) -> AnyView {
    let words = move || {
        let error = app.errors.with(|all| all.first().map(ToString::to_string));
        error.unwrap_or_else(|| "Building the problem…".into())
    };
    view! { <p class="waiting">{words}</p> }.into_any()
}

/// The choice of pictures and the scale they share.
fn toolbar(app: App) -> AnyView {
    let choices = Memo::new(move |_| {
        let all = app.race.with(|r| {
            r.as_ref().map(|r| {
                r.problem.pictures.iter().map(|p| (p.key.to_string(), p.label.to_string())).collect::<Vec<_>>()
            })
        });
        all.unwrap_or_default()
    });
    let choose = move |key: String| {
        app.picture.set(key);
        app.send_view();
    };
    view! {
        <div class="toolbar">
            <div class="segments" role="group" aria-label="Pictures">
                <For each=move || choices.get() key=|c| c.clone() children=move |(key, label)| {
                    let (is, to) = (key.clone(), key);
                    view! {
                        <button type="button" aria-pressed=move || app.picture.with(|p| *p == is).to_string()
                            on:click=move |_| choose(to.clone())>{label}</button>
                    }
                }/>
            </div>
            {colour_bar(app)}
        </div>
    }
    .into_any()
}

fn colour_bar(app: App) -> AnyView {
    let canvas = NodeRef::<Canvas>::new();
    let span = Memo::new(move |_| {
        app.repaint.track();
        let (kind, signed) = app.picture_kind()?;
        let (lo, hi) = (kind == PictureKind::Field).then(|| shared_span(app)).flatten()?;
        Some((lo, hi, signed))
    });
    Effect::new(move || {
        let (Some(canvas), Some((_, _, signed))) = (canvas.get(), span.get()) else { return };
        let table = Map::of(signed, app.dark.get()).table();
        let rgba: Vec<u8> = table.iter().flat_map(|c| [c[0], c[1], c[2], 255]).collect();
        crate::picture::strip(&canvas, &rgba);
    });
    let number = move |f: fn((f64, f64, bool)) -> f64| move || span.get().map(|s| text::value(f(s)));
    view! {
        <div class="scale" class:gone=move || span.with(Option::is_none) title="The scale that all runs share">
            <span>{number(|s| s.0)}</span>
            <canvas node_ref=canvas width="256" height="1"></canvas>
            <span>{number(|s| s.1)}</span>
        </div>
    }
    .into_any()
}
