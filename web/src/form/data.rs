//! What people bring: files, pasted text, samples.

use iterscope_core::{BuildError, DataKind, DataRef, ProblemInfo};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, HtmlInputElement};

use super::columns::columns;
use super::expression::error_view;
use super::labelled;
use crate::dom::{Choice, El, Local, button, el, select, text};
use crate::icon::{Icon, icon_button, small_button};
use crate::model::{App, Urgency};
use crate::{js, link};

/// Text up to this many bytes goes into the address.
const INLINE: usize = 4096;
/// The name of a table without one.
const PASTED: &str = "pasted.csv";
/// What is wrong here.
const MINE: [&str; 2] = ["problem.data", "problem.columns"];
/// Files above this many bytes are not taken.
const MOST: f64 = 256.0 * 1024.0 * 1024.0;

fn expects(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "CSV: winner,loser[,count] or a,b,outcome",
        DataKind::Orders => "CSV: one race or ballot in each line, best first",
        DataKind::Ratings => "CSV: user,item,rating",
        DataKind::Table => "CSV: numbers with holes, names of the columns first",
        DataKind::Image => "PNG or JPEG",
    }
}

fn example(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "winner,loser\nAda,Ben\nBen,Cleo",
        DataKind::Orders => "Ada,Ben,Cleo\nBen,Ada",
        DataKind::Ratings => "user,item,rating\nAda,Alien,4.5\nBen,Brazil,3",
        DataKind::Table => "time,a,b\n1,0.5,2\n2,,2.5",
        DataKind::Image => "",
    }
}

fn endings(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Image => "image/png,image/jpeg",
        _ => ".csv,.tsv,.txt,.mtx,text/csv,text/plain",
    }
}

/// The part of the form for a problem that reads data.
pub fn data(app: App, problem: &'static ProblemInfo) -> Option<El> {
    let kind = problem.data?;
    let error = move || app.errors.with(|all| all.iter().find(|e| MINE.contains(&e.field.as_str())).cloned());
    let pasting = Local::new(false);
    let input = el("input", "gone").attr("type", "file").attr("accept", endings(kind)).attr("tabindex", "-1");
    let chosen = input.clone();
    let input = input.on("change", move |_| {
        let file = chosen.input().files().and_then(|files| files.get(0));
        // The same file can be chosen again after it was changed.
        chosen.input().set_value("");
        if let Some(file) = file {
            take_file(app, file);
        }
    });
    let opener = input.clone();
    let mut drop = el("div", "drop").add(small_button(Icon::File, "Choose a file", move || opener.html().click()));
    if kind != DataKind::Image {
        let (flip, open) = (pasting.clone(), pasting.clone());
        let toggle = move || {
            let now = *flip.peek();
            flip.set(!now);
        };
        drop = drop.add(button("small", "Paste text", toggle).state("aria-expanded", move || open.get()));
    }
    let drop = drop.add(input).add(text("p", "quiet", &format!("or drop or paste one anywhere. {}", expects(kind))));
    let required = problem.data_required;
    let part = el("div", "data")
        .live_class("wrong", move || error().is_some())
        .maybe(samples(app, kind))
        .add(drop)
        .parts(move || if pasting.get() { paste(app, kind, pasting.clone()) } else { Vec::new() })
        .parts(move || name_of(app, required))
        .parts(move || error().map(|e| error_view(&e, "")).unwrap_or_default())
        .maybe((kind != DataKind::Image).then(|| columns(app, kind)));
    Some(part)
}

fn samples(app: App, kind: DataKind) -> Option<El> {
    let mut options: Vec<Choice> = vec![(String::new(), "none".into(), None)];
    let all = app.catalog().samples.iter().filter(|s| s.kind == kind);
    options.extend(all.map(|s| (s.id.to_string(), s.label.to_string(), None)));
    if options.len() == 1 {
        return None;
    }
    let chosen = move || {
        app.draft.with(|d| match &d.problem.data {
            Some(DataRef::Name(name)) => name.strip_prefix("sample:").map(str::to_owned).unwrap_or_default(),
            _ => String::new(),
        })
    };
    let pick = move |id: String| {
        let data = (!id.is_empty()).then(|| DataRef::Name(format!("sample:{id}")));
        take(app, data);
    };
    let source = move || {
        let id = chosen();
        app.catalog().samples.iter().find(|s| s.id == id).map(|s| s.source.to_string()).unwrap_or_default()
    };
    let control = vec![select(options, chosen, pick).id("sample"), el("p", "quiet").live_text(source)];
    Some(labelled("sample", "sample", control))
}

fn name_of(app: App, required: bool) -> Vec<El> {
    if let Some(name) = app.reading.get() {
        return vec![text("p", "quiet", &format!("Reading {name}…"))];
    }
    let (name, words) = match app.draft.with(|d| d.problem.data.clone()) {
        None => return Vec::new(),
        Some(DataRef::Name(name)) if name.starts_with("sample:") => return Vec::new(),
        Some(DataRef::Name(name)) => (name, "Stays on this machine: a shared address holds only its name."),
        Some(DataRef::Inline { name, .. }) => (name, "Small enough to travel in the address."),
    };
    let clear = move || take(app, None);
    let file = el("div", "file")
        .add(text("span", "mono grow", &name).title(&name))
        .maybe((!required).then(|| icon_button(Icon::Cross, "Leave this file", clear)));
    vec![file, text("p", "quiet", words)]
}

fn paste(app: App, kind: DataKind, pasting: Local<bool>) -> Vec<El> {
    let area = el("textarea", "mono")
        .attr("rows", "6")
        .attr("spellcheck", "false")
        .attr("placeholder", example(kind))
        .label("Data as text");
    let typed = area.clone();
    let take = move || {
        let text = typed.value();
        if !text.trim().is_empty() {
            take_text(app, PASTED, text);
            pasting.set(false);
        }
    };
    let (now, before) = (take.clone(), area.clone());
    let area = area.on("paste", move |_| {
        // Into an empty box, it is all there is: taken as soon as the browser has put it there.
        if before.value().is_empty() {
            js::after(0, now.clone());
        }
    });
    vec![area, button("small", "Use this text", take)]
}

/// What was said of the columns of other data does not hold for these.
fn take(app: App, data: Option<DataRef>) {
    // Other data may stand under the same name.
    app.store.update_untracked(|s| s.surveyed = None);
    app.edit(Urgency::Now, |d| (d.problem.data, d.problem.columns) = (data, None));
}

/// Takes text: small into the address, large to the worker alone.
fn take_text(app: App, name: &str, text: String) {
    let data = if text.len() <= INLINE {
        DataRef::Inline { name: name.to_owned(), text }
    } else {
        link::send_file(name, &js_sys::Uint8Array::from(text.as_bytes()));
        DataRef::Name(name.to_owned())
    };
    take(app, Some(data));
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
    let problem = app.draft.with_untracked(|d| app.catalog().problem(&d.problem.id));
    let name = file.name();
    let image = file.type_().starts_with("image/");
    let fits = |kind: DataKind| (kind == DataKind::Image) == image;
    let Some(kind) = problem.and_then(|p| p.data).filter(|k| fits(*k)) else {
        let all = app.outlines.iter().flat_map(|f| f.problems.iter().map(move |p| (f, p)));
        let mut readers = all.filter(|(_, p)| p.data.is_some_and(fits));
        if let (true, Some((family, reader))) = (image, readers.next()) {
            return app.with_family(&family.id, move || {
                app.choose_problem(&reader.id);
                take_file(app, file);
            });
        }
        let names: Vec<String> = readers.map(|(_, p)| format!("“{}”", p.label)).collect();
        let words =
            format!("{name} is of no use to this problem. Choose {} first, then drop it again.", names.join(" or "));
        app.banner.set(Some(crate::model::Banner { words, bad: true }));
        return;
    };
    if file.size() > MOST {
        return refuse(app, format!("{name} is larger than 256 MB, more than fits into a page"));
    }
    app.reading.set(Some(name.clone()));
    js::then(&file.array_buffer(), move |buffer| {
        let Ok(buffer) = buffer else {
            return refuse(app, format!("{name} could not be read; it may have been moved or may be locked"));
        };
        app.reading.set(None);
        let bytes = js_sys::Uint8Array::new(&buffer);
        let small = bytes.length() as usize <= INLINE && kind != DataKind::Image;
        match small.then(|| String::from_utf8(bytes.to_vec())) {
            // What is not UTF-8 is for the worker to name.
            Some(Ok(text)) => take_text(app, &name, text),
            _ => {
                link::send_file(&name, &bytes);
                take(app, Some(DataRef::Name(name)));
            }
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
        let (false, Ok(transfer)) = (typing, transfer) else { return };
        if let Some(file) = transfer.files().and_then(|f| f.get(0)) {
            return take_file(app, file);
        }
        let kind = app.draft.with_untracked(|d| app.catalog().problem(&d.problem.id)).and_then(|p| p.data);
        // One line is no table: somebody's clipboard held something else.
        let text = transfer.get_data("text").unwrap_or_default();
        if kind.is_some_and(|k| k != DataKind::Image) && text.trim().contains('\n') {
            take_text(app, PASTED, text);
        }
    });
}
