//! What can be asked beside the race, and the answer.

use iterscope_core::{AnalysisInfo, Experiment, Subject};
use iterscope_protocol::{Export, Request};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::browser::set_style;
use crate::form::{Owner, ParamFields};
use crate::state::{StudyKind, use_app};
use crate::ui::{Choice, Icon, Select, SmallButton};

/// Formats with what people read.
const FORMATS: [(&str, &str); 6] = [
    ("md", "Text"),
    ("csv", "Table (CSV)"),
    ("tex", "Table (LaTeX)"),
    ("svg", "Picture (SVG)"),
    ("json", "JSON"),
    ("html", "Page (HTML)"),
];

/// What stands below the pictures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Chart,
    Answers,
    Study(StudyKind),
}

/// The choice between the chart, the answers and the studies.
#[component]
pub fn AnswerTabs() -> impl IntoView {
    let app = use_app();
    let none = Memo::new(move |_| app.questions().is_empty());
    let current = move || match (app.studying.get(), app.asking.get()) {
        (true, _) => Tab::Study(app.study.get()),
        (_, true) => Tab::Answers,
        _ => Tab::Chart,
    };
    let show = move |tab: Tab| {
        app.dialog.set(None);
        if let Tab::Study(kind) = tab {
            return app.show_studies(kind);
        }
        let studied = app.studying.get_untracked();
        app.studying.set(false);
        app.asking.set(tab == Tab::Answers);
        if tab == Tab::Answers {
            app.stop_asking();
            app.ask();
        } else if !studied {
            // A study goes on while the chart is looked at.
            app.stop_asking();
        }
    };
    let tab = move |tab: Tab, label: &'static str, hidden: Signal<bool>| {
        view! {
            <button
                type="button"
                class:gone=hidden
                aria-pressed=move || (current() == tab).to_string()
                on:click=move |_| show(tab)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments tabs" role="group" aria-label="Chart, answers or studies">
            {tab(Tab::Chart, "Convergence", Signal::stored(false))}
            {tab(Tab::Answers, "Answers", none.into())}
            // One beside the chart, which needs the room; the kinds once one of them is shown.
            {move || {
                let kinds = [(StudyKind::Sweep, "Sweep"), (StudyKind::Seeds, "Seeds"), (StudyKind::Profile, "Profile")];
                if app.studying.get() {
                    kinds.map(|(kind, label)| tab(Tab::Study(kind), label, Signal::stored(false))).collect_view()
                } else {
                    let last = app.study.get_untracked();
                    [(last, "Studies")].map(|(kind, label)| tab(Tab::Study(kind), label, Signal::stored(false))).collect_view()
                }
            }}
        </div>
    }
}

/// Which experiment of the answer an element opens.
fn opens_index(element: &Element) -> Option<usize> {
    element.get_attribute("data-open")?.parse().ok()
}

/// What is known of the answer, with how far it is.
#[component]
pub fn AnswerBody() -> impl IntoView {
    let app = use_app();
    let press = move |target: Option<web_sys::EventTarget>| {
        let element = target.and_then(|t| t.dyn_into::<Element>().ok());
        let cell = element.and_then(|e| e.closest("[data-open]").ok().flatten());
        let index = cell.as_ref().and_then(opens_index);
        let experiment = index.and_then(|k| app.answer.with_untracked(|a| a.opens.get(k).cloned()));
        if let Some(experiment) = experiment {
            app.open_experiment(experiment);
        }
    };
    let key = move |ev: ev::KeyboardEvent| {
        if ev.key() == "Enter" {
            press(ev.target());
        }
    };
    let share = Memo::new(move |_| app.answer.with(|a| a.share));
    let done = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let share = share.get();
        if let Some(done) = done.get() {
            set_style(&done, "width", &format!("{:.0}%", 100.0 * share));
        }
    });
    // What belongs to a field is shown there.
    let error = move || {
        let error = app.answer.with(|a| a.error.clone());
        let error = error.filter(|e| !e.field.starts_with("params.") && !e.field.starts_with("axes["));
        error.map(|e| view! { <p class="note warning">{e.message}</p> })
    };
    // Made by the solvers from texts that are escaped there.
    let html = Memo::new(move |_| app.answer.with(|a| a.html.clone()));
    let body = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<Vec<Experiment>>| {
        let html = html.get();
        let opens = app.answer.with_untracked(|a| a.opens.clone());
        let Some(body) = body.get() else { return opens };
        // A map is drawn anew as it grows: who stands on a cell by keyboard goes on standing there.
        let active = document().active_element().filter(|e| body.contains(Some(e)));
        let stood = active.as_ref().and_then(opens_index).and_then(|k| before?.get(k).cloned());
        body.set_inner_html(&html);
        let stands = stood.and_then(|experiment| opens.iter().position(|e| *e == experiment));
        let cell = stands.and_then(|k| body.query_selector(&format!("[data-open=\"{k}\"]")).ok().flatten());
        if let Some(cell) = cell {
            // Shapes of a picture take focus as elements of HTML do.
            let _ = cell.unchecked_ref::<HtmlElement>().focus();
        }
        opens
    });
    view! {
        <div class="progress" class:gone=move || { share.get() >= 1.0 }><div node_ref=done></div></div>
        {error}
        <div
            node_ref=body
            class="answer"
            aria-live="polite"
            on:click=move |ev| press(ev.target())
            on:keydown=key
        ></div>
    }
}

/// The section that stands in the chart's place while somebody asks.
#[component]
pub fn Answers() -> impl IntoView {
    let app = use_app();
    let current = Memo::new(move |_| app.current_question().map(|a| a.id.as_ref()));
    let question = move || {
        current.with(|_| ());
        // Its words come with the rest of the page.
        app.known.track();
        untrack(|| app.current_question()).map(|analysis| view! { <QuestionForm analysis/> })
    };
    view! {
        <section class="answers" aria-label="Answers">
            <AnswersHead/>
            {question}
            <AnswerBody/>
        </section>
    }
}

/// Which question, of which run, and what to do with the answer.
#[component]
fn AnswersHead() -> impl IntoView {
    let app = use_app();
    let questions =
        Memo::new(move |_| app.questions().iter().map(|a| Choice::new(&a.id, &a.label)).collect::<Vec<_>>());
    let about_run = Memo::new(move |_| app.current_question().is_some_and(|a| a.subject == Subject::Run));
    let runs = Memo::new(move |_| {
        let runs = app.race_runs();
        runs.iter().map(|r| Choice::new(&r.uid.to_string(), &app.name(r.uid).short)).collect::<Vec<_>>()
    });
    let stale = move || about_run.get() && app.answer.with(|a| a.step) != app.shown_step();
    view! {
        <div class="answers-head">
            <AnswerTabs/>
            <Select
                label="Question"
                options=questions
                value=Signal::derive(move || app.question.with(|q| q.id.clone()))
                on_choose=move |id: String| app.choose_question(&id)
            />
            <Show when=move || about_run.get() && runs.with(|r| r.len() > 1)>
                <Select
                    label="Run"
                    options=runs
                    value=Signal::derive(move || app.question.with(|q| q.run.to_string()))
                    on_choose=move |uid: String| app.ask_about(uid.parse().unwrap_or(0))
                />
            </Show>
            <Show when=stale>
                <SmallButton icon=Icon::Reset label="Ask again" on_press=move |()| app.ask()/>
            </Show>
            <SaveAnswer/>
        </div>
    }
}

/// The answer as a file.
#[component]
pub fn SaveAnswer() -> impl IntoView {
    let app = use_app();
    let open = RwSignal::new(false);
    let format = move |(format, label): (&'static str, &'static str)| {
        let save = move |()| {
            open.set(false);
            app.workers.send(&Request::Export { what: Export::Answer { format: format.to_owned() } });
        };
        view! { <SmallButton label on_press=save/> }
    };
    view! {
        <div class="save" class:gone=move || app.answer.with(|a| a.html.is_empty())>
            <button
                type="button"
                class="small"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|o| *o = !*o)
            >
                "Save the answer"
            </button>
            {move || open.get().then(|| FORMATS.into_iter().map(format).collect_view())}
        </div>
    }
}

#[component]
fn QuestionForm(analysis: &'static AnalysisInfo) -> impl IntoView {
    let source =
        (!analysis.citation.is_empty()).then(|| view! { <p class="quiet">{analysis.citation.to_string()}</p> });
    view! {
        <details class="about">
            <summary>{analysis.summary.to_string()}</summary>
            {source}
        </details>
        <ParamFields owner=Owner::Question schema=&analysis.params/>
    }
}
