//! What can be asked beside the race, and the answer.

use iterscope_core::{AnalysisInfo, Subject};
use iterscope_protocol::{Export, Request};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::dom::{El, Local, button, effect, el, select, text};
use crate::form::{Owner, fields};
use crate::icon::{Icon, small_button};
use crate::model::{App, Open};
use crate::{js, link};

/// Formats with what people read.
const FORMATS: [(&str, &str); 5] =
    [("md", "Text"), ("csv", "Table (CSV)"), ("svg", "Picture (SVG)"), ("json", "JSON"), ("html", "Page (HTML)")];

/// The section that stands in the chart's place while somebody asks.
pub fn answers(app: App) -> El {
    let body = el("div", "answer").attr("aria-live", "polite");
    let shown = body.clone();
    // Made by the solvers from texts that are escaped there.
    effect(move || shown.0.set_inner_html(&app.answer.with(|a| a.html.clone())));
    let press = move |target: Option<web_sys::EventTarget>| {
        let element = target.and_then(|t| t.dyn_into::<Element>().ok());
        let cell = element.and_then(|e| e.closest("[data-open]").ok().flatten());
        let index = cell.and_then(|c| c.get_attribute("data-open")).and_then(|k| k.parse::<usize>().ok());
        let experiment = index.and_then(|k| app.answer.with_untracked(|a| a.opens.get(k).cloned()));
        if let Some(experiment) = experiment {
            app.open_experiment(experiment);
        }
    };
    let body = body.on("click", move |ev| press(ev.target())).on("keydown", move |ev| {
        if let Some(key) = ev.dyn_ref::<web_sys::KeyboardEvent>().filter(|k| k.key() == "Enter") {
            press(key.target());
        }
    });
    let done = el("div", "");
    let bar = done.clone();
    // Set as a property: the page's policy allows no style attributes.
    effect(move || {
        let share = (100.0 * app.answer.with(|a| a.share)) as u32;
        js::style(bar.html(), "width", &format!("{share}%"));
    });
    el("section", "answers")
        .label("Answers")
        .add(head(app))
        .slot(
            move || app.asked_of().map(|a| a.id.to_string()).unwrap_or_default(),
            move || app.asked_of().into_iter().flat_map(|a| question(app, a)).collect(),
        )
        .add(el("div", "progress").live_class("gone", move || app.answer.with(|a| a.share >= 1.0)).add(done))
        .parts(move || {
            let error = app.answer.with(|a| a.error.clone()).filter(|e| !e.field.starts_with("params."));
            error.into_iter().map(|e| text("p", "note warning", &e.message)).collect()
        })
        .add(body)
}

/// Which question, of which run, and what to do with the answer.
fn head(app: App) -> El {
    let questions = move || app.questions().iter().map(|a| (a.id.to_string(), a.label.to_string(), None)).collect();
    let key = move || app.questions().iter().map(|a| a.id.as_ref()).collect::<Vec<_>>().join(" ");
    let picker = move || {
        vec![
            select(questions(), move || app.question.with(|q| q.id.clone()), move |id| app.choose_question(&id))
                .label("Question"),
        ]
    };
    let runs = move || {
        let names = app.race.with(|race| {
            let race = race.as_ref()?;
            let pairs = race.draft.runs.iter().zip(&race.runs);
            Some(pairs.map(|(r, facts)| (r.uid.to_string(), facts.label.clone(), None)).collect::<Vec<_>>())
        });
        names.unwrap_or_default()
    };
    let about_run = move || app.asked_of().is_some_and(|a| a.subject == Subject::Run);
    let runs_key = move || {
        let labels: Vec<String> = runs().into_iter().map(|(uid, label, _)| uid + &label).collect();
        if about_run() && labels.len() > 1 { labels.join(" ") } else { String::new() }
    };
    let run_picker = move || {
        if !about_run() || runs().len() < 2 {
            return Vec::new();
        }
        let choose = move |uid: String| app.ask_about(uid.parse().unwrap_or(0));
        vec![select(runs(), move || app.question.with(|q| q.run.to_string()), choose).label("Run")]
    };
    let again = small_button(Icon::Reset, "Ask again", move || app.ask());
    let stale = move || app.answer.with(|a| a.step) != app.shown() && about_run();
    el("div", "answers-head")
        .slot(key, picker)
        .slot(runs_key, run_picker)
        .add(el("span", "grow").live_class("gone", move || !stale()).add(again))
        .add(save(app))
}

/// The answer as a file.
fn save(app: App) -> El {
    let open = Local::new(false);
    let flip = open.clone();
    let toggle = move || {
        let now = *flip.peek();
        flip.set(!now);
    };
    let listed = open.clone();
    let choices = move || {
        if !listed.get() {
            return Vec::new();
        }
        let close = listed.clone();
        let one = move |(format, label): (&'static str, &'static str)| {
            let close = close.clone();
            button("small", label, move || {
                close.set(false);
                link::send(&Request::Export { what: Export::Answer { format: format.to_owned() } });
            })
        };
        FORMATS.into_iter().map(one).collect()
    };
    let shown = open.clone();
    el("div", "save")
        .live_class("gone", move || app.answer.with(|a| a.html.is_empty()))
        .add(button("small", "Save the answer", toggle).state("aria-expanded", move || shown.get()))
        .parts(choices)
}

fn question(app: App, analysis: &'static AnalysisInfo) -> Vec<El> {
    let source = (!analysis.citation.is_empty()).then(|| text("p", "quiet", &analysis.citation));
    let about = el("details", "about").add(text("summary", "", &analysis.summary)).maybe(source);
    vec![about, fields(app, Owner::Question, &analysis.params)]
}

/// The choice between the chart and the answers.
pub fn tabs(app: App) -> El {
    let tab = move |answers: bool, label: &str| {
        crate::dom::segment(
            label,
            move || app.asking.get() == answers,
            move || {
                app.asking.set(answers);
                app.open.set(Open::Nothing);
                if answers {
                    app.ask();
                } else {
                    app.stop_asking();
                }
            },
        )
    };
    el("div", "segments tabs")
        .attr("role", "group")
        .label("Chart or answers")
        .live_class("gone", move || app.questions().is_empty())
        .add(tab(false, "Convergence"))
        .add(tab(true, "Answers"))
}
