//! What people bring: files, pasted text, samples.

use iterscope_core::{BuildError, DataKind, DataRef, ProblemInfo};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, HtmlInputElement};

use super::expression::error_view;
use crate::icon::{Icon, icon};
use crate::model::{App, Urgency};
use crate::{js, link};

/// Text up to this many bytes goes into the address.
const INLINE: usize = 4096;
/// Files above this many bytes are not taken.
const MOST: f64 = 256.0 * 1024.0 * 1024.0;

fn expects(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "CSV: winner,loser[,count] or a,b,outcome",
        DataKind::Ratings => "CSV: user,item,rating",
        DataKind::Image => "PNG or JPEG",
    }
}

fn endings(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons | DataKind::Ratings => ".csv,.tsv,.txt,text/csv,text/plain",
        DataKind::Image => "image/png,image/jpeg",
    }
}

/// The part of the form for a problem that reads data.
pub fn data(app: App, problem: &'static ProblemInfo) -> AnyView {
    let Some(kind) = problem.data else { return ().into_any() };
    let current = Memo::new(move |_| app.draft.with(|d| d.problem.data.clone()));
    let error =
        Memo::new(move |_| app.errors.with(|all| all.iter().find(|e| e.field.starts_with("problem.data")).cloned()));
    let pasting = RwSignal::new(false);
    let input = NodeRef::<leptos::html::Input>::new();
    let choose = move |_| {
        let files = input.get_untracked().and_then(|i| i.files());
        if let Some(file) = files.and_then(|f| f.get(0)) {
            take_file(app, file);
        }
        // The same file can be chosen again after it was changed.
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    view! {
        <div class="data" class:wrong=move || error.with(Option::is_some)>
            {samples(app, kind, current)}
            <div class="drop">
                <button type="button" class="small" on:click=move |_| {
                    if let Some(input) = input.get_untracked() { input.click(); }
                }>{icon(Icon::File)} "Choose a file"</button>
                {(kind != DataKind::Image).then(|| view! {
                    <button type="button" class="small" aria-expanded=move || pasting.get().to_string()
                        on:click=move |_| pasting.update(|p| *p = !*p)>"Paste text"</button>
                })}
                <input type="file" class="gone" node_ref=input accept=endings(kind) tabindex="-1" on:change=choose/>
                <p class="quiet">"or drop one anywhere. " {expects(kind)}</p>
            </div>
            {move || pasting.get().then(|| paste(app, pasting))}
            {move || name_of(app, current, problem.data_required)}
            {move || error.get().map(|e: BuildError| error_view(&e, ""))}
        </div>
    }
    .into_any()
}

fn samples(app: App, kind: DataKind, current: Memo<Option<DataRef>>) -> AnyView {
    let all: Vec<_> = app.catalog.samples.iter().filter(|s| s.kind == kind).collect();
    if all.is_empty() {
        return ().into_any();
    }
    let chosen = Memo::new(move |_| match current.get() {
        Some(DataRef::Name(name)) => name.strip_prefix("sample:").map(str::to_owned).unwrap_or_default(),
        _ => String::new(),
    });
    let options: Vec<_> = all
        .iter()
        .map(|s| {
            let id = s.id.as_ref();
            view! { <option value=id prop:selected=move || chosen.with(|c| c == id)>{s.label.as_ref()}</option> }
        })
        .collect();
    let pick = move |ev: web_sys::Event| {
        let id = event_target_value(&ev);
        let data = (!id.is_empty()).then(|| DataRef::Name(format!("sample:{id}")));
        app.edit(Urgency::Now, |d| d.problem.data = data);
    };
    let source = move || {
        let id = chosen.get();
        app.catalog.samples.iter().find(|s| s.id == id).map(|s| view! { <p class="quiet">{s.source.as_ref()}</p> })
    };
    view! {
        <div class="field">
            <label for="sample">"sample"</label>
            <div class="control">
                <select id="sample" on:change=pick>
                    <option value="" prop:selected=move || chosen.with(String::is_empty)>"none"</option>
                    {options}
                </select>
                {source}
            </div>
        </div>
    }
    .into_any()
}

fn name_of(app: App, current: Memo<Option<DataRef>>, required: bool) -> Option<AnyView> {
    if let Some(name) = app.reading.get() {
        return Some(view! { <p class="quiet">{format!("Reading {name}…")}</p> }.into_any());
    }
    let (name, words) = match current.get()? {
        DataRef::Name(name) if name.starts_with("sample:") => return None,
        DataRef::Name(name) => (name, "Stays on this machine: a shared address holds only its name."),
        DataRef::Inline { name, .. } => (name, "Small enough to travel in the address."),
    };
    let clear = move |_| app.edit(Urgency::Now, |d| d.problem.data = None);
    Some(
        view! {
            <div class="file">
                <span class="mono grow" title=name.clone()>{name.clone()}</span>
                {(!required).then(|| view! {
                    <button type="button" class="icon-button" title="Leave this file" aria-label="Leave this file" on:click=clear>
                        {icon(Icon::Cross)}
                    </button>
                })}
            </div>
            <p class="quiet">{words}</p>
        }
        .into_any(),
    )
}

fn paste(app: App, pasting: RwSignal<bool>) -> AnyView {
    let area = NodeRef::<leptos::html::Textarea>::new();
    let take = move |_| {
        let text = area.get_untracked().map(|a| a.value()).unwrap_or_default();
        if !text.trim().is_empty() {
            take_text(app, "pasted.csv", text);
            pasting.set(false);
        }
    };
    view! {
        <textarea node_ref=area class="mono" rows="6" spellcheck="false" aria-label="Data as text"
            placeholder="winner,loser\nAda,Ben\nBen,Cleo"></textarea>
        <button type="button" class="small" on:click=take>"Use this text"</button>
    }
    .into_any()
}

/// Takes text: small into the address, large to the worker alone.
fn take_text(app: App, name: &str, text: String) {
    let data = if text.len() <= INLINE {
        DataRef::Inline { name: name.to_owned(), text }
    } else {
        link::send_file(name, &js_sys::Uint8Array::from(text.as_bytes()));
        DataRef::Name(name.to_owned())
    };
    app.edit(Urgency::Now, |d| d.problem.data = Some(data));
}

fn refuse(app: App, words: String) {
    app.reading.set(None);
    app.errors.update(|all| {
        all.retain(|e| e.field != "problem.data");
        all.push(BuildError::new("problem.data", words));
    });
}

/// Reads a file; the problem it is for is the one in the forms.
pub fn take_file(app: App, file: File) {
    let problem = app.draft.with_untracked(|d| app.catalog.problem(&d.problem.id));
    let name = file.name();
    let image = file.type_().starts_with("image/");
    let fits = |kind: DataKind| (kind == DataKind::Image) == image;
    let Some(kind) = problem.and_then(|p| p.data).filter(|k| fits(*k)) else {
        let all = app.catalog.families.iter().flat_map(|f| &f.problems);
        let mut readers = all.filter(|p| p.data.is_some_and(fits));
        if let (true, Some(reader)) = (image, readers.next()) {
            app.choose_problem(&reader.id);
            return take_file(app, file);
        }
        let names: Vec<String> = readers.map(|p| format!("“{}”", p.label)).collect();
        let words =
            format!("{name} is of no use to this problem. Choose {} first, then drop it again.", names.join(" or "));
        app.banner.set(Some(crate::model::Banner { words, bad: true }));
        return;
    };
    if file.size() > MOST {
        return refuse(app, format!("{name} is larger than 256 MB, more than fits into a page"));
    }
    app.reading.set(Some(name.clone()));
    wasm_bindgen_futures::spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => {
                let bytes = js_sys::Uint8Array::new(&buffer);
                app.reading.set(None);
                let small = bytes.length() as usize <= INLINE && kind != DataKind::Image;
                match small.then(|| String::from_utf8(bytes.to_vec())) {
                    // What is not UTF-8 is for the worker to name.
                    Some(Ok(text)) => take_text(app, &name, text),
                    _ => {
                        link::send_file(&name, &bytes);
                        app.edit(Urgency::Now, |d| d.problem.data = Some(DataRef::Name(name)));
                    }
                }
            }
            Err(_) => refuse(app, format!("{name} could not be read; it may have been moved or may be locked")),
        }
    });
}

/// Files may be dropped anywhere.
pub fn accept_drops(app: App) {
    let document = js::document();
    let has_files = |transfer: &DataTransfer| transfer.types().iter().any(|t| t == "Files");
    let mark = |on: bool| {
        if let Some(body) = js::document().body() {
            let _ = body.class_list().toggle_with_force("dropping", on);
        }
    };
    js::listen(&document, "dragover", move |ev: web_sys::DragEvent| {
        if ev.data_transfer().is_some_and(|t| has_files(&t)) {
            ev.prevent_default();
            mark(true);
        }
    });
    js::listen(&document, "dragleave", move |ev: web_sys::DragEvent| {
        if ev.related_target().is_none() {
            mark(false);
        }
    });
    js::listen(&document, "drop", move |ev: web_sys::DragEvent| {
        mark(false);
        let Some(transfer) = ev.data_transfer().filter(has_files) else { return };
        ev.prevent_default();
        if let Some(file) = transfer.files().and_then(|f| f.get(0)) {
            take_file(app, file);
        }
    });
    js::listen(&document, "paste", move |ev: web_sys::Event| {
        let typing = ev
            .target()
            .is_some_and(|t| t.dyn_ref::<HtmlInputElement>().is_some() || t.has_type::<web_sys::HtmlTextAreaElement>());
        let transfer = js::get(&ev, "clipboardData").dyn_into::<DataTransfer>();
        if let (false, Ok(transfer)) = (typing, transfer)
            && let Some(file) = transfer.files().and_then(|f| f.get(0))
        {
            take_file(app, file);
        }
    });
}
