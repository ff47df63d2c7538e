//! The methods, as chips above the pictures: added, hidden, duplicated, removed, and their parameters in place.

use iterscope_core::experiment::MAX_RUNS;
use iterscope_core::{Backend, BuildError, MethodInfo, Params};
use leptos::prelude::*;

use super::remedy::{Remedy, remedy, rescue};
use crate::form::{ErrorView, Owner, ParamFields, PathErrors};
use crate::format;
use crate::state::schema::schema_of;
use crate::state::{AppState, Dialog, use_app};
use crate::ui::{Choice, Icon, IconButton, IconView, Marker, Select, SmallButton};

/// The methods of the family that solve the problem in the forms.
fn candidates(app: AppState) -> Vec<&'static MethodInfo> {
    let problem = app.problem_id();
    let methods = app.catalog().families.iter().flat_map(|f| &f.methods);
    methods.filter(|m| m.problems.has(&problem)).collect()
}

/// The chips of all runs and the button that adds one.
#[component]
pub fn MethodChips() -> impl IntoView {
    let app = use_app();
    let uids = Memo::new(move |_| app.draft.with(|d| d.runs.iter().map(|r| r.uid).collect::<Vec<_>>()));
    let full = Memo::new(move |_| uids.with(Vec::len) >= MAX_RUNS);
    view! {
        <section class="chips" aria-label="Methods">
            <ul>
                <For each=move || uids.get() key=|uid| *uid let:uid>
                    <Chip uid/>
                </For>
            </ul>
            <div class="add">
                <button
                    type="button"
                    class="small"
                    disabled=full
                    aria-expanded=move || app.adding.get().to_string()
                    title=move || if full.get() { "Six runs are the most" } else { "Add a method" }
                    on:click=move |_| {
                        app.editing.set(None);
                        app.adding.update(|a| *a = !*a);
                    }
                >
                    <IconView icon=Icon::Plus/>
                    "Add"
                </button>
                <Show when=move || app.adding.get()>
                    <AddMenu/>
                </Show>
            </div>
            <PathErrors path="runs"/>
        </section>
    }
}

#[component]
fn AddMenu() -> impl IntoView {
    let app = use_app();
    let items = candidates(app).into_iter().map(|m| {
        let add = move |_| {
            app.adding.set(false);
            app.add_run(&m.id);
        };
        view! { <li><button type="button" title=m.summary.to_string() on:click=add>{m.label.to_string()}</button></li> }
    });
    view! { <ul class="popover menu-list">{items.collect_view()}</ul> }
}

/// What is wrong with a run.
fn errors(app: AppState, uid: u32) -> Vec<BuildError> {
    let Some(index) = app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid)) else { return Vec::new() };
    let prefix = iterscope_core::path::in_run(index);
    app.errors.with(|all| all.iter().filter(|e| e.field.starts_with(&prefix)).cloned().collect())
}

/// The method of a run.
fn method_of(app: AppState, uid: u32) -> String {
    app.draft.with(|d| d.run(uid).map(|r| r.spec.method.clone())).unwrap_or_default()
}

#[component]
fn Chip(uid: u32) -> impl IntoView {
    let app = use_app();
    let name = Memo::new(move |_| app.name(uid));
    let colour = name.get_untracked().colour;
    let open = Memo::new(move |_| app.editing.get() == Some(uid));
    let shown = Memo::new(move |_| app.visible(uid));
    let wrong = Memo::new(move |_| !errors(app, uid).is_empty());
    // A popover of a chip in the right half would leave the page on its right.
    let to_left = Memo::new(move |_| {
        app.draft.with(|d| d.runs.iter().position(|r| r.uid == uid).is_some_and(|i| 2 * i >= d.runs.len() && i > 0))
    });
    let rescue = Memo::new(move |_| rescue(app, uid));
    let crowded = Memo::new(move |_| app.draft.with(|d| d.runs.len() > 3));
    let edit = move |_| {
        app.adding.set(false);
        app.editing.update(|e| *e = if *e == Some(uid) { None } else { Some(uid) });
    };
    let show_title = move || format!("{} {}", if shown.get() { "Hide" } else { "Show" }, name.get().short);
    view! {
        <li
            class="chip"
            class:open=open
            class:wrong=wrong
            class:off=move || !shown.get()
            class:lit=move || app.hovered_run.get() == Some(uid)
            on:pointerenter=move |_| app.hovered_run.set(Some(uid))
            on:pointerleave=move |_| app.hovered_run.set(None)
        >
            <button
                type="button"
                class="chip-eye"
                aria-pressed=move || shown.get().to_string()
                title=show_title
                aria-label=show_title
                on:click=move |_| app.toggle_run(uid)
            >
                <Marker colour/>
            </button>
            <button
                type="button"
                class="chip-name"
                aria-expanded=move || open.get().to_string()
                title=move || name.get().full
                on:click=edit
            >
                <span>{move || name.get().short}</span>
                <IconView icon=Icon::Chevron/>
            </button>
            {move || rescue.get().map(|fix| view! { <Remedy uid fix brief=crowded/> })}
            <Show when=move || open.get()>
                <div class="popover editor" class:to-left=to_left role="dialog" aria-label=move || format!("Parameters of {}", name.get().short)>
                    <Editor uid/>
                </div>
            </Show>
        </li>
    }
}

/// Method, parameters and backend of a run.
#[component]
fn Editor(uid: u32) -> impl IntoView {
    let app = use_app();
    let method = Memo::new(move |_| method_of(app, uid));
    let count = Memo::new(move |_| app.draft.with(|d| d.runs.len()));
    let options =
        Signal::derive(move || candidates(app).into_iter().map(|m| Choice::new(&m.id, &m.label)).collect::<Vec<_>>());
    let choose = move |method: String| {
        app.change_run(uid, |spec| {
            spec.method = method;
            spec.params = Params::new();
        });
    };
    let id = format!("r{uid}-method");
    // Errors of the run that have no field of their own.
    let own_errors = move || {
        let all = errors(app, uid).into_iter().filter(|e| !e.field.split('.').any(|part| part == "params"));
        all.map(|error| view! { <ErrorView error/> }).collect_view()
    };
    // Other parameters belong to another method or component; a changed value leaves them as they are.
    let schema = Memo::new(move |_| {
        app.draft.with(|d| d.run(uid).map(|r| schema_of(app.catalog(), &r.spec))).unwrap_or_default()
    });
    let offered = Memo::new(move |_| remedy(app, uid));
    let fields = move || {
        let info = app.catalog().method(&method.get())?;
        Some(view! {
            <ParamFields owner=Owner::Run(uid) schema=schema.get()/>
            <BackendField uid info/>
        })
    };
    view! {
        <div class="row end">
            <SmallButton
                icon=Icon::Copy
                label="Duplicate"
                disabled=Signal::derive(move || count.get() >= MAX_RUNS)
                on_press=move |()| app.duplicate_run(uid)
            />
            <SmallButton
                icon=Icon::Cross
                label="Remove"
                disabled=Signal::derive(move || count.get() <= 1)
                on_press=move |()| app.remove_run(uid)
            />
        </div>
        <div class="field">
            <label for=id.clone()>"Method"</label>
            <div class="control with-button">
                <Select id=id options=options value=Signal::derive(move || method.get()) on_choose=choose/>
                <IconButton
                    icon=Icon::Info
                    name="The mathematics of this method"
                    on_press=move |()| app.dialog.set(Some(Dialog::Details(method.get_untracked())))
                />
            </div>
        </div>
        {own_errors}
        {fields}
        <p class="prediction">{move || prediction(app, uid)}</p>
        {move || offered.get().map(|fix| view! { <Remedy uid fix/> })}
    }
}

/// What theory expects, and how long it takes then.
fn prediction(app: AppState, uid: u32) -> Option<String> {
    let index = app.index(uid)?;
    app.race.with(|race| {
        let facts = race.as_ref()?.runs.get(index)?;
        let words = &facts.prediction.as_ref()?.words;
        // The words of many predictions name the number already.
        let steps = facts.predicted_steps.filter(|_| !words.split(' ').any(|word| word.starts_with("step")));
        let steps = steps.map(|n| format!(" About {} steps.", format::count(format::rounded(n))));
        Some(format!("{words}{}", steps.unwrap_or_default()))
    })
}

#[component]
fn BackendField(uid: u32, info: &'static MethodInfo) -> impl IntoView {
    let app = use_app();
    let id = format!("r{uid}-backend");
    let options = move || -> Vec<Choice> {
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
            Choice { value: b.name().to_owned(), label: label.to_owned(), blocked }
        };
        all.map(option).collect()
    };
    let chosen = move || app.draft.with(|d| d.run(uid).map(|r| r.spec.backend).unwrap_or_default().name().to_owned());
    let choose = move |name: String| {
        if let Ok(backend) = name.parse::<Backend>() {
            app.change_run(uid, |spec| spec.backend = backend);
        }
    };
    let reason = move || {
        let index = app.index(uid)?;
        let reason = app.race.with(|race| Some(race.as_ref()?.runs.get(index)?.backend_reason.clone()))?;
        Some(plain_reason(&reason))
    };
    view! {
        <div class="field">
            <label for=id.clone()>"Runs on"</label>
            <div class="control">
                <Select id=id options=Signal::derive(options) value=Signal::derive(chosen) on_choose=choose/>
                <p class="quiet">{reason}</p>
            </div>
        </div>
    }
}

/// Why a run computes where it does, in words that people use.
pub fn plain_reason(reason: &str) -> String {
    if reason == "as asked" { "you chose this".to_owned() } else { reason.to_owned() }
}
