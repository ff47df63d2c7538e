//! The runs: which methods, with which parameters, where.

use iterscope_core::{Backend, BuildError, MethodInfo, Params, RunSpec};

use super::expression::error_view;
use super::field::{Owner, fields};
use crate::dom::{Choice, El, button, el, keys, select, text};
use crate::header::toggle;
use crate::icon::{Icon, icon, icon_button, small_button};
use crate::model::{App, Open, Urgency};
use crate::runs::marker;
use crate::text as numbers;

/// The most runs.
const MOST: usize = iterscope_core::experiment::MAX_RUNS;

/// The methods of the family that solve the problem in the forms.
fn candidates(app: App) -> Vec<&'static MethodInfo> {
    let problem = app.draft.with(|d| d.problem.id.clone());
    let methods = app.catalog().families.iter().flat_map(|f| &f.methods);
    methods.filter(|m| m.problems.has(&problem)).collect()
}

/// The list of runs.
pub fn methods(app: App) -> Vec<El> {
    let uids = move || app.draft.with(|d| d.runs.iter().map(|r| r.uid).collect::<Vec<_>>());
    let full = move || uids().len() >= MOST;
    let adding = move || app.open.with(|o| *o == Open::Add);
    let add = small_button(Icon::Plus, "Add", move || toggle(app, Open::Add))
        .disabled(full)
        .state("aria-expanded", adding)
        .live_attr("title", move || Some(if full() { "Six runs are the most" } else { "Add a run" }.to_owned()));
    let head = el("div", "section-head").add(text("h2", "", "Methods").id("h-methods")).add(add);
    let list =
        el("ul", "runs").slot(move || keys(&uids()), move || uids().into_iter().map(|uid| row(app, uid)).collect());
    let menu = el("div", "adding").parts(move || if adding() { vec![add_menu(app)] } else { Vec::new() });
    let errors = el("div", "told").parts(move || super::path_error(app, "runs"));
    vec![head, menu, list, errors]
}

fn add_menu(app: App) -> El {
    let item = |m: &'static MethodInfo| {
        let add = move || {
            app.open.set(Open::Nothing);
            app.add_run(&m.id);
        };
        el("li", "").add(button("", &m.label, add).title(&m.summary))
    };
    el("ul", "menu-list").add_all(candidates(app).into_iter().map(item).collect())
}

/// What is wrong with a run.
fn errors(app: App, uid: u32) -> Vec<BuildError> {
    let Some(index) = app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid)) else { return Vec::new() };
    let prefix = format!("runs[{index}].");
    app.errors.with(|all| all.iter().filter(|e| e.field.starts_with(&prefix)).cloned().collect())
}

/// The method of a run.
fn method_of(app: App, uid: u32) -> String {
    app.draft.with(|d| d.run(uid).map(|r| r.spec.method.clone())).unwrap_or_default()
}

fn row(app: App, uid: u32) -> El {
    let colour = app.draft.with_untracked(|d| d.run(uid).map_or(0, |r| r.colour));
    let expanded = move || app.expanded.get() == Some(uid);
    let flip = move || app.expanded.update(|e| *e = if *e == Some(uid) { None } else { Some(uid) });
    // Errors of the run that have no field of their own.
    let own = move || {
        let own = errors(app, uid).into_iter().filter(|e| !e.field.split('.').any(|part| part == "params"));
        own.flat_map(|e| error_view(&e, "")).collect()
    };
    let name = button("run-name", "", flip)
        .state("aria-expanded", expanded)
        .add(marker(colour))
        .add(el("span", "grow").live_text(move || run_label(app, uid)))
        .add(icon(Icon::Chevron));
    el("li", "run")
        .live_class("open", expanded)
        .live_class("wrong", move || !errors(app, uid).is_empty())
        .add(name)
        .parts(own)
        .add(
            el("p", "prediction")
                .live_class("gone", move || prediction(app, uid).is_none())
                .live_text(move || prediction(app, uid).unwrap_or_default()),
        )
        .slot(
            move || if expanded() { method_of(app, uid) } else { String::new() },
            move || editor(app, uid).into_iter().collect(),
        )
}

/// What the run is called: by the worker once it is built, by its method before.
pub fn run_label(app: App, uid: u32) -> String {
    let method = app.draft.with(|d| d.run(uid).map(|r| r.spec.method.clone())).unwrap_or_default();
    let built = app.index(uid).and_then(|i| {
        app.race.with(|race| {
            let race = race.as_ref()?;
            (race.draft.runs[i].spec.method == method).then(|| race.runs[i].label.clone())
        })
    });
    built.unwrap_or_else(|| app.catalog().method(&method).map_or(method.clone(), |m| m.label.to_string()))
}

/// What theory expects, and how long it takes then.
fn prediction(app: App, uid: u32) -> Option<String> {
    let index = app.index(uid)?;
    app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        let words = &facts.prediction.as_ref()?.words;
        // The words of many predictions name the number already.
        let steps = facts.predicted_steps.filter(|_| !words.split(' ').any(|word| word.starts_with("step")));
        let steps = steps.map(|n| format!(" About {} steps.", numbers::count(numbers::rounded(n))));
        Some(format!("{words}{}", steps.unwrap_or_default()))
    })
}

fn editor(app: App, uid: u32) -> Option<El> {
    if app.expanded.get() != Some(uid) {
        return None;
    }
    let info = app.catalog().method(&method_of(app, uid))?;
    let options = candidates(app).into_iter().map(|m| (m.id.to_string(), m.label.to_string(), None)).collect();
    let choose = move |method: String| {
        change(app, uid, |spec| {
            spec.method = method;
            spec.params = Params::new();
        });
    };
    let id = format!("r{uid}-method");
    let details = move || app.open.set(Open::Details(info.id.to_string()));
    let method = el("div", "control with-button")
        .add(select(options, move || method_of(app, uid), choose).id(&id))
        .add(icon_button(Icon::Info, "The mathematics of this method", details));
    let count = move || app.draft.with(|d| d.runs.len());
    let actions = el("div", "row end")
        .add(small_button(Icon::Copy, "Duplicate", move || app.duplicate_run(uid)).disabled(move || count() >= MOST))
        .add(small_button(Icon::Cross, "Remove", move || app.remove_run(uid)).disabled(move || count() <= 1));
    let part = el("div", "editor")
        .add(el("div", "field").add(text("label", "", "method").attr("for", &id)).add(method))
        .add(fields(app, Owner::Run(uid), &info.params))
        .add(backend(app, uid, info))
        .add(actions);
    Some(part)
}

/// Changes what a run is.
fn change(app: App, uid: u32, f: impl FnOnce(&mut RunSpec)) {
    app.edit(Urgency::Now, |d| {
        if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
            f(&mut run.spec);
        }
    });
}

fn backend(app: App, uid: u32, info: &'static MethodInfo) -> El {
    let id = format!("r{uid}-backend");
    let offered = move || -> Vec<Choice> {
        let (gpu, usable) = app.gpu.get();
        let all = Backend::ALL.into_iter().filter(|b| *b == Backend::Auto || info.backends.contains(b));
        let option = |b: Backend| {
            // Before the module with WebGPU was loaded nothing is known, and choosing it loads that.
            let blocked = (b == Backend::WebgpuF32 && !usable && !gpu.is_empty()).then(|| gpu.clone());
            let label = match b {
                Backend::Auto => "automatic",
                Backend::CpuF64 => "CPU, double precision",
                Backend::CpuF32 => "CPU, single precision",
                Backend::WebgpuF32 if blocked.is_some() => "WebGPU (not usable here)",
                Backend::WebgpuF32 => "WebGPU, single precision",
            };
            (b.name().to_owned(), label.to_owned(), blocked)
        };
        all.map(option).collect()
    };
    let chosen = move || app.draft.with(|d| d.run(uid).map(|r| r.spec.backend).unwrap_or_default().name().to_owned());
    let choose = move |name: String| {
        if let Ok(backend) = name.parse::<Backend>() {
            change(app, uid, |spec| spec.backend = backend);
        }
    };
    let why = move || {
        let index = app.index(uid);
        let why = app.race.with(|race| Some(race.as_ref()?.runs.get(index?)?.backend_reason.clone()));
        why.unwrap_or_default()
    };
    let name = id.clone();
    let control = el("div", "control")
        .parts(move || vec![select(offered(), chosen, choose).id(&name)])
        .add(el("p", "quiet").live_text(why));
    el("div", "field").add(text("label", "", "runs on").attr("for", &id)).add(control)
}
