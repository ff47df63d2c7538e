//! The stage: what this is, the methods, their pictures, the chart they share.

use iterscope_core::PictureInfo;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::answers::{AnswerTabs, Answers};
use super::card::Card;
use super::chips::MethodChips;
use super::colours::ColourBar;
use super::notices::Notices;
use super::studies::Studies;
use crate::browser::{remember, remembered, set_style};
use crate::chart::Chart;
use crate::form::current_preset;
use crate::picture::{PaintBar, PictureView, Source};
use crate::state::{AppState, Mode, use_app};
use crate::ui::{Icon, IconView};

/// The stage, or the parts of it that the mode shows.
#[component]
pub fn Stage() -> impl IntoView {
    let app = use_app();
    let (runs, chart) = match app.mode {
        Mode::Page => (true, true),
        Mode::Embed { runs, chart } => (runs, chart),
    };
    let page = app.mode == Mode::Page;
    let panes = NodeRef::<html::Div>::new();
    let lower = move || {
        if page && app.studying.get() {
            view! { <Studies/> }.into_any()
        } else if page && app.asking.get() {
            view! { <Answers/> }.into_any()
        } else {
            view! { <Chart>{page.then(|| view! { <AnswerTabs/> })}</Chart> }.into_any()
        }
    };
    view! {
        <main class="stage" class:enlarged=move || app.enlarged.with(Option::is_some)>
            <Notices/>
            {(!page).then(|| view! { <h1 class="visually-hidden">"Iterscope: iterative methods, running"</h1> })}
            {page.then(|| view! {
                <Headline/>
                <MethodChips/>
            })}
            <div class="panes" class:only-runs=!chart class:only-chart=!runs node_ref=panes>
                {runs.then(|| view! { <Pictures/> }.into_any())}
                {(page && runs && chart).then(|| view! { <Splitter panes/> })}
                {chart.then_some(lower)}
            </div>
        </main>
    }
}

/// What is shown, in a sentence, and the button for the form.
#[component]
fn Headline() -> impl IntoView {
    let app = use_app();
    let current = current_preset(app);
    let title = Memo::new(move |_| {
        let preset = current.get().and_then(|id| app.catalog().preset(id));
        let problem = app.catalog().problem(&app.problem_id());
        // Once something was changed the sentence of the preset may no longer be true.
        match (preset, problem) {
            (Some(preset), _) => (preset.label.to_string(), preset.summary.to_string()),
            (None, Some(problem)) => (problem.label.to_string(), problem.summary.to_string()),
            (None, None) => (String::new(), String::new()),
        }
    });
    view! {
        <div class="headline">
            <button
                type="button"
                class="small settings"
                aria-expanded=move || app.drawer.get().to_string()
                title="Settings of the problem (f)"
                on:click=move |_| app.set_drawer(!app.drawer.get_untracked())
            >
                <IconView icon=Icon::Sliders/>
                <span class="wide-only">"Settings"</span>
            </button>
            <h1>{move || title.get().0}</h1>
            <p class="see" title=move || title.get().1>{move || title.get().1}</p>
        </div>
    }
}

/// The line between pictures and chart, to be moved.
#[component]
fn Splitter(panes: NodeRef<html::Div>) -> impl IntoView {
    let stored = remembered("split").and_then(|s| s.parse::<f64>().ok());
    let share = RwSignal::new(stored.unwrap_or(46.0).clamp(10.0, 80.0));
    let dragging = RwSignal::new(false);
    Effect::new(move |_| {
        let share = share.get();
        if let Some(panes) = panes.get() {
            set_style(&panes, "--upper", &format!("{share:.1}fr"));
            set_style(&panes, "--lower", &format!("{:.1}fr", 100.0 - share));
        }
    });
    let set = move |value: f64| {
        share.set(value.clamp(10.0, 80.0));
        remember("split", &format!("{:.1}", share.get_untracked()));
    };
    let down = move |ev: ev::PointerEvent| {
        if ev.button() == 0 {
            let line: web_sys::Element = event_target(&ev);
            let _ = line.set_pointer_capture(ev.pointer_id());
            dragging.set(true);
        }
    };
    let moved = move |ev: ev::PointerEvent| {
        if let Some(panes) = panes.get_untracked().filter(|_| dragging.get_untracked()) {
            let rect = panes.get_bounding_client_rect();
            set(100.0 * (f64::from(ev.client_y()) - rect.top()) / rect.height().max(1.0));
        }
    };
    let key = move |ev: ev::KeyboardEvent| {
        let by = match ev.key().as_str() {
            "ArrowUp" => -4.0,
            "ArrowDown" => 4.0,
            _ => return,
        };
        ev.prevent_default();
        ev.stop_propagation();
        set(share.get_untracked() + by);
    };
    view! {
        <div
            class="splitter"
            role="separator"
            aria-orientation="horizontal"
            aria-label="Share of the pictures"
            aria-valuemin="10"
            aria-valuemax="80"
            aria-valuenow=move || format!("{:.0}", share.get())
            tabindex="0"
            title="Drag to give the pictures more or less room; double-click for the usual share"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| dragging.set(false)
            on:pointercancel=move |_| dragging.set(false)
            on:dblclick=move |_| set(46.0)
            on:keydown=key
        ></div>
    }
}

/// The problem's own pictures, or those of an iterate.
fn offered(app: AppState, given: bool) -> Vec<PictureInfo> {
    app.race.with(|race| {
        let all = race.as_ref().map(|r| if given { &r.problem.given } else { &r.problem.pictures });
        all.cloned().unwrap_or_default()
    })
}

/// Numbers of the runs that are shown: one where it is enlarged.
fn shown_runs(app: AppState) -> Vec<u32> {
    let runs = app.race_runs().into_iter().map(|r| r.uid);
    match app.enlarged.get() {
        Some(large) => runs.filter(|uid| *uid == large).collect(),
        None => runs.filter(|uid| app.visible(*uid)).collect(),
    }
}

#[component]
fn Pictures() -> impl IntoView {
    let app = use_app();
    let shown = Memo::new(move |_| shown_runs(app));
    let given = Memo::new(move |_| offered(app, true));
    let empty = Memo::new(move |_| app.race.with(Option::is_none));
    view! {
        <section class="pictures-pane" aria-label="Pictures">
            <h2 class="visually-hidden">"Runs"</h2>
            <Toolbar/>
            <div class="pictures">
                <div class="given" tabindex="0" role="group" aria-label="The problem's own pictures" class:gone=move || given.with(Vec::is_empty)>
                    <For each=move || given.get() key=|p| (p.key.to_string(), p.label.to_string()) let:info>
                        <GivenCard info/>
                    </For>
                </div>
                <div class=move || format!("cards n{}", shown.with(Vec::len).min(6))>
                    <For each=move || shown.get() key=|uid| *uid let:uid>
                        <Card uid/>
                    </For>
                    <Show when=move || empty.get()>
                        <Waiting/>
                    </Show>
                </div>
            </div>
        </section>
    }
}

/// A picture of the problem itself; one that is the same everywhere shows nothing and is left out.
#[component]
fn GivenCard(info: PictureInfo) -> impl IntoView {
    let app = use_app();
    let (key, label, title) = (info.key.to_string(), info.label.to_string(), info.label.to_string());
    let source = Source::Given(key.clone());
    let flat = move || {
        app.repaint.track();
        app.data.with_value(|data| data.given.iter().all(|(k, d)| *k != key || d.shape.lo >= d.shape.hi))
    };
    view! {
        <figure class="card small-card" title=title class:gone=flat>
            <figcaption>{label}</figcaption>
            <PictureView source/>
        </figure>
    }
}

/// Before the first race, or where what is asked for cannot be shown.
#[component]
fn Waiting() -> impl IntoView {
    let app = use_app();
    let text = move || {
        let error = app.errors.with(|all| all.first().map(ToString::to_string));
        error.unwrap_or_else(|| "Building the problem…".into())
    };
    view! { <p class="waiting">{text}</p> }
}

/// The choice of pictures and the scale they share.
#[component]
fn Toolbar() -> impl IntoView {
    let app = use_app();
    let pictures = Memo::new(move |_| offered(app, false));
    let choice = move |info: PictureInfo| {
        let (key, shown) = (info.key.to_string(), info.key.to_string());
        let choose = move |_| {
            app.pinned_span.set(None);
            app.picture.set(key.clone());
            app.send_view();
        };
        view! {
            <button
                type="button"
                aria-pressed=move || app.picture.with(|p| *p == shown).to_string()
                on:click=choose
            >
                {info.label.to_string()}
            </button>
        }
    };
    view! {
        <div class="toolbar">
            <div class="segments" role="group" aria-label="Pictures">
                {move || pictures.get().into_iter().map(choice).collect_view()}
            </div>
            <PaintBar/>
            <ColourBar/>
        </div>
    }
}
