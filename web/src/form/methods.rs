//! The runs: which methods, with which parameters, where.

use iterscope_core::{Backend, MethodInfo};
use leptos::prelude::*;

use super::expression::error_view;
use super::field::{Owner, fields};
use crate::icon::{Icon, icon, icon_button};
use crate::model::{App, Open, Urgency};
use crate::runs::marker;
use crate::text;

/// The most runs.
const MOST: usize = iterscope_core::experiment::MAX_RUNS;

/// The methods of the family that solve the problem in the forms.
fn candidates(app: App) -> Vec<&'static MethodInfo> {
    let problem = app.draft.with(|d| d.problem.id.clone());
    let methods = app.catalog.families.iter().flat_map(|f| &f.methods);
    methods.filter(|m| m.problems.has(&problem)).collect()
}

/// The list of runs.
pub fn methods(app: App) -> AnyView {
    let uids = Memo::new(move |_| app.draft.with(|d| d.runs.iter().map(|r| r.uid).collect::<Vec<_>>()));
    let full = move || uids.with(|u| u.len() >= MOST);
    let adding = move || app.open.with(|o| *o == Open::Add);
    view! {
        <div class="section-head">
            <h2 id="h-methods">"Methods"</h2>
            <button type="button" class="small" disabled=full aria-expanded=move || adding().to_string()
                title=move || if full() { "Six runs are the most" } else { "Add a run" }
                on:click=move |_| app.open.set(if adding() { Open::Nothing } else { Open::Add })>
                {icon(Icon::Plus)} "Add"
            </button>
        </div>
        {move || adding().then(|| add_menu(app))}
        <ul class="runs">
            <For each=move || uids.get() key=|uid| *uid children=move |uid| row(app, uid)/>
        </ul>
        {super::path_error(app, "runs")}
    }
    .into_any()
}

fn add_menu(app: App) -> AnyView {
    let items: Vec<_> = candidates(app)
        .into_iter()
        .map(|m| {
            let add = move |_| {
                app.open.set(Open::Nothing);
                app.add_run(&m.id);
            };
            view! {
                <li><button type="button" title=m.summary.as_ref() on:click=add>{m.label.as_ref()}</button></li>
            }
        })
        .collect();
    view! { <ul class="menu-list">{items}</ul> }.into_any()
}

fn row(app: App, uid: u32) -> AnyView {
    let colour = app.draft.with_untracked(|d| d.run(uid).map_or(0, |r| r.colour));
    let method = Memo::new(move |_| app.draft.with(|d| d.run(uid).map(|r| r.spec.method.clone()).unwrap_or_default()));
    let label = Memo::new(move |_| run_label(app, uid));
    let position = Memo::new(move |_| app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid)));
    let errors = Memo::new(move |_| {
        let Some(index) = position.get() else { return Vec::new() };
        let prefix = format!("runs[{index}].");
        app.errors.with(|all| all.iter().filter(|e| e.field.starts_with(&prefix)).cloned().collect::<Vec<_>>())
    });
    let expanded = Memo::new(move |_| app.expanded.get() == Some(uid));
    let toggle = move || app.expanded.update(|e| *e = if *e == Some(uid) { None } else { Some(uid) });
    // Errors of the run that have no field of their own.
    let own = move || {
        errors
            .get()
            .into_iter()
            .filter(|e| !e.field.contains(".params."))
            .map(|e| error_view(&e, ""))
            .collect::<Vec<_>>()
    };
    view! {
        <li class="run" class:open=move || expanded.get() class:wrong=move || errors.with(|e| !e.is_empty())>
            <div class="run-head">
                <button type="button" class="run-name" aria-expanded=move || expanded.get().to_string() on:click=move |_| toggle()>
                    {marker(colour)}
                    <span class="grow">{move || label.get()}</span>
                    {icon(Icon::Chevron)}
                </button>
            </div>
            {own}
            {move || prediction(app, uid)}
            {move || expanded.get().then(|| method.with(|m| editor(app, uid, m)))}
        </li>
    }
    .into_any()
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
    built.unwrap_or_else(|| app.catalog.method(&method).map_or(method.clone(), |m| m.label.to_string()))
}

/// What theory expects, and how long it takes then.
fn prediction(app: App, uid: u32) -> Option<AnyView> {
    let index = app.index(uid)?;
    let (words, steps) = app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        Some((facts.prediction.as_ref()?.words.clone(), facts.predicted_steps))
    })?;
    // The words of many predictions name the number already.
    let steps = steps.filter(|_| !words.contains("step")).map(|n| format!(" About {} steps.", text::count(n)));
    Some(view! { <p class="prediction">{words} {steps}</p> }.into_any())
}

fn editor(app: App, uid: u32, method: &str) -> Option<AnyView> {
    let info = app.catalog.method(method)?;
    let id = info.id.as_ref();
    let options: Vec<_> = candidates(app)
        .into_iter()
        .map(|m| view! { <option value=m.id.as_ref() prop:selected=m.id == id>{m.label.as_ref()}</option> })
        .collect();
    let choose = move |ev: web_sys::Event| {
        let method = event_target_value(&ev);
        app.edit(Urgency::Now, |d| {
            if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
                run.spec.method = method;
                run.spec.params.clear();
            }
        });
    };
    let full = move || app.draft.with(|d| d.runs.len() >= MOST);
    let last = move || app.draft.with(|d| d.runs.len() <= 1);
    Some(
        view! {
            <div class="editor">
                <div class="field">
                    <label for=format!("r{uid}-method")>"method"</label>
                    <div class="control with-button">
                        <select id=format!("r{uid}-method") on:change=choose>{options}</select>
                        {icon_button(Icon::Info, "The mathematics of this method", move || app.open.set(Open::Details(id.to_owned())))}
                    </div>
                </div>
                {fields(app, Owner::Run(uid), &info.params)}
                {backend(app, uid, info)}
                <div class="row end">
                    <button type="button" class="small" disabled=full on:click=move |_| app.duplicate_run(uid)>
                        {icon(Icon::Copy)} "Duplicate"
                    </button>
                    <button type="button" class="small" disabled=last on:click=move |_| app.remove_run(uid)>
                        {icon(Icon::Cross)} "Remove"
                    </button>
                </div>
            </div>
        }
        .into_any(),
    )
}

fn backend(app: App, uid: u32, info: &'static MethodInfo) -> AnyView {
    let chosen = Memo::new(move |_| app.draft.with(|d| d.run(uid).map(|r| r.spec.backend).unwrap_or_default()));
    let offered = Backend::ALL.into_iter().filter(|b| *b == Backend::Auto || info.backends.contains(b));
    let options: Vec<_> = offered
        .map(|b| {
            let blocked = b == Backend::WebgpuF32 && !app.gpu_usable;
            let label = match b {
                Backend::Auto => "automatic",
                Backend::CpuF64 => "CPU, double precision",
                Backend::CpuF32 => "CPU, single precision",
                Backend::WebgpuF32 if blocked => "WebGPU (not usable here)",
                Backend::WebgpuF32 => "WebGPU, single precision",
            };
            let title = if blocked { app.gpu } else { "" };
            view! {
                <option value=b.name() disabled=blocked title=title prop:selected=move || chosen.get() == b>{label}</option>
            }
        })
        .collect();
    let choose = move |ev: web_sys::Event| {
        if let Ok(backend) = event_target_value(&ev).parse::<Backend>() {
            app.edit(Urgency::Now, |d| {
                if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
                    run.spec.backend = backend;
                }
            });
        }
    };
    let why = move || {
        let index = app.index(uid)?;
        app.race.with(|race| race.as_ref()?.runs.get(index).map(|r| r.backend_reason.clone()))
    };
    view! {
        <div class="field">
            <label for=format!("r{uid}-backend")>"runs on"</label>
            <div class="control">
                <select id=format!("r{uid}-backend") on:change=choose>{options}</select>
                {move || why().filter(|w| !w.is_empty()).map(|w| view! { <p class="quiet">{w}</p> })}
            </div>
        </div>
    }
    .into_any()
}
