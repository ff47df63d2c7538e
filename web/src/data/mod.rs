//! Data that people bring: recognised, handed to the worker, and put into the experiment.

mod recognise;

use iterscope_core::{BuildError, DataKind, DataRef, FamilyOutline, ProblemSpec, path};
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, HtmlInputElement};

use crate::browser::{document_listener, get};
use crate::state::{AppState, Notice, Urgency};
use recognise::{recognise, recognise_tables};

/// Text up to this many bytes goes into the address.
const INLINE: usize = 4096;
/// The name of a table without one.
pub const PASTED: &str = "pasted.csv";
/// Files above this many bytes are not taken.
const MOST: f64 = 256.0 * 1024.0 * 1024.0;
/// Bytes at the beginning of a file that it is recognised by.
const LOOKED_AT: f64 = 8192.0;

/// What a kind of data is, for people.
fn described(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "a list of games",
        DataKind::Orders => "a list of rankings",
        DataKind::Ratings => "a table of ratings",
        DataKind::Table => "a table of numbers",
        DataKind::Matrix => "a Matrix Market file",
        DataKind::Image => "a picture",
    }
}

/// Puts data into the experiment. What was said of the columns of other data does not hold for these.
pub fn use_data(app: AppState, data: Option<DataRef>) {
    // Other data may stand under the same name.
    app.requests.update_value(|r| r.surveyed = None);
    app.notice.set(None);
    let sample = |data: &DataRef| matches!(data, DataRef::Name(name) if name.starts_with("sample:"));
    let brought = data.as_ref().is_some_and(|data| !sample(data));
    app.brought.set(brought);
    app.untried.set_value(brought);
    app.edit(Urgency::Now, |d| (d.problem.data, d.problem.columns) = (data, None));
}

/// Takes text: small into the address, large to the worker alone.
pub fn take_text(app: AppState, name: &str, text: String) {
    let kind = recognise(name, text.as_bytes());
    match elsewhere(app, kind) {
        Some((family, problem)) => {
            let name = name.to_owned();
            offer(app, &name.clone(), kind, family, problem, move || put_text(app, &name, text.clone()));
        }
        None => put_text(app, name, text),
    }
}

fn put_text(app: AppState, name: &str, text: String) {
    let data = if text.len() <= INLINE {
        DataRef::Inline { name: name.to_owned(), text }
    } else {
        app.workers.send_file(name, &Uint8Array::from(text.as_bytes()));
        DataRef::Name(name.to_owned())
    };
    use_data(app, Some(data));
}

fn refuse(app: AppState, message: String) {
    app.reading.set(None);
    app.brought.set(true);
    app.untried.set_value(true);
    app.errors.update(|all| {
        all.retain(|e| e.field != "problem.data");
        all.push(BuildError::new("problem.data", message));
    });
}

/// The kind of data that the problem in the forms reads.
fn wanted_kind(app: AppState) -> Option<DataKind> {
    app.draft.with_untracked(|d| app.known.get_untracked().problem(&d.problem.id)).and_then(|p| p.data)
}

/// Where data of a kind belong, if not to the problem in the forms.
fn elsewhere(app: AppState, kind: Option<DataKind>) -> Option<(&'static FamilyOutline, String)> {
    let kind = kind.filter(|kind| wanted_kind(app) != Some(*kind))?;
    let own = untrack(|| app.family()).map(|f| f.id.to_string());
    // The family that is open first.
    let mut families: Vec<&FamilyOutline> = app.outlines.iter().collect();
    families.sort_by_key(|f| Some(f.id.as_ref()) != own.as_deref());
    families.into_iter().find_map(|f| Some((f, f.problems.iter().find(|p| p.data == Some(kind))?.id.to_string())))
}

/// Says what data look like and offers to open them where they belong.
fn offer(
    app: AppState,
    name: &str,
    kind: Option<DataKind>,
    family: &'static FamilyOutline,
    problem: String,
    put: impl Fn() + 'static,
) {
    let what = kind.map_or("data", described);
    let put = StoredValue::new_local(put);
    let open = Callback::new(move |()| {
        app.notice.set(None);
        let problem = problem.clone();
        app.with_family(&family.id, move || {
            open_problem(app, &problem);
            put.with_value(|put| put());
        });
    });
    app.notice.set(Some(Notice {
        text: format!("{name} looks like {what}. Open it in {}?", family.label),
        bad: false,
        action: Some(("Open".to_owned(), open)),
    }));
}

/// Puts a problem into the forms with the methods of its first preset, as those suit it.
fn open_problem(app: AppState, problem: &str) {
    let catalog = app.known.get_untracked();
    let presets = catalog.families.iter().flat_map(|f| &f.presets);
    match presets.into_iter().find(|p| p.experiment.problem.id == problem) {
        Some(preset) => {
            let mut experiment = preset.experiment.clone();
            experiment.problem =
                ProblemSpec { id: problem.to_owned(), data: None, columns: None, params: experiment.problem.params };
            app.open_experiment(experiment);
        }
        None => app.choose_problem(problem),
    }
}

/// Reads a file for the problem in the forms, or for another where it belongs there.
pub fn take_file(app: AppState, file: File) {
    let name = file.name();
    if file.size() > MOST {
        return refuse(app, format!("{name} is larger than 256 MB, more than fits into a page"));
    }
    spawn_local(async move {
        let start = match file.slice_with_f64_and_f64(0.0, LOOKED_AT) {
            Ok(start) => JsFuture::from(start.array_buffer()).await.ok(),
            Err(_) => None,
        };
        let start = start.map(|b| Uint8Array::new(&b).to_vec()).unwrap_or_default();
        let wants_no_table = matches!(wanted_kind(app), None | Some(DataKind::Image));
        let kind = recognise(&name, &start).or_else(|| recognise_tables(&start).filter(|_| wants_no_table));
        match (elsewhere(app, kind), wanted_kind(app)) {
            (Some((family, problem)), wanted) if wanted.is_none() && kind == Some(DataKind::Image) => {
                // A picture can be nothing else: no question is needed.
                app.with_family(&family.id, move || {
                    open_problem(app, &problem);
                    read_file(app, file, DataKind::Image);
                });
            }
            (Some((family, problem)), _) => {
                let held = StoredValue::new_local(file);
                let kind_there = kind.unwrap_or(DataKind::Table);
                offer(app, &name, kind, family, problem, move || read_file(app, held.get_value(), kind_there));
            }
            (None, Some(wanted)) => read_file(app, file, wanted),
            (None, None) => {
                let all = app.outlines.iter().flat_map(|f| f.problems.iter().filter(|p| p.data.is_some()));
                let readers: Vec<String> = all.map(|p| format!("“{}”", p.label)).collect();
                app.complain(format!(
                    "{name}: this problem reads no files, and what kind of data it holds is not clear from its beginning. \
                     Choose one of {} first, then drop it again.",
                    readers.join(", ")
                ));
            }
        }
    });
}

fn read_file(app: AppState, file: File, kind: DataKind) {
    let name = file.name();
    app.reading.set(Some(name.clone()));
    spawn_local(async move {
        let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
            return refuse(app, format!("{name} could not be read; it may have been moved or may be locked"));
        };
        app.reading.set(None);
        let bytes = Uint8Array::new(&buffer);
        let small = bytes.length() as usize <= INLINE && kind != DataKind::Image;
        match small.then(|| String::from_utf8(bytes.to_vec())) {
            // What is not UTF-8 is for the worker to name.
            Some(Ok(text)) => put_text(app, &name, text),
            _ => {
                app.file.set_value(Some(file));
                app.workers.send_file(&name, &bytes);
                use_data(app, Some(DataRef::Name(name)));
            }
        }
    });
}

/// Says what comes of data that were just brought where the form does not: what a method cannot do with them, and, while the
/// drawer with the form is closed, what else is wrong or how they were read.
fn watch(app: AppState) {
    Effect::new(move |_| {
        let race = app.race.get();
        let closed = !app.drawer.get_untracked();
        if !app.untried.try_update_value(std::mem::take).unwrap_or_default() || !closed {
            return;
        }
        let remarks = race.map(|race| race.problem.remarks.clone()).unwrap_or_default();
        if let Some(remark) = remarks.iter().find(|remark| !remark.readings.is_empty()) {
            let show = Callback::new(move |()| {
                app.notice.set(None);
                app.set_drawer(true);
                app.brought.set(true);
            });
            app.notice.set(Some(Notice {
                text: remark.text.clone(),
                bad: false,
                action: Some(("Other readings".to_owned(), show)),
            }));
        }
    });
    Effect::new(move |_| {
        let errors = app.errors.get();
        let closed = !app.drawer.get_untracked();
        let unseen = errors.iter().find(|error| closed || error.field.starts_with("runs"));
        if let Some(error) = unseen.filter(|_| app.untried.get_value()) {
            app.untried.set_value(false);
            // A person knows a run by its name, not by its number.
            let of_run = app.names.with_untracked(|names| {
                let at = (0..names.len()).find(|&at| error.field.starts_with(&path::in_run(at)))?;
                Some(format!("{}: {}", names[at].short, error.message))
            });
            let of_data = || (error.field == path::DATA).then(|| error.message.clone());
            app.complain(of_run.or_else(of_data).unwrap_or_else(|| error.to_string()));
        }
    });
}

/// Files may be dropped anywhere, and tables pasted.
pub fn accept_drops(app: AppState) {
    watch(app);
    let has_files = |transfer: &DataTransfer| transfer.types().iter().any(|t| t == "Files");
    let mark = |on: bool| {
        if let Some(body) = document().body() {
            let _ = body.class_list().toggle_with_force("dropping", on);
        }
    };
    document_listener("dragover", move |ev: web_sys::DragEvent| {
        if ev.data_transfer().is_some_and(|t| has_files(&t)) {
            ev.prevent_default();
            mark(true);
        }
    });
    document_listener("dragleave", move |ev: web_sys::DragEvent| {
        if ev.related_target().is_none() {
            mark(false);
        }
    });
    document_listener("drop", move |ev: web_sys::DragEvent| {
        mark(false);
        let Some(transfer) = ev.data_transfer().filter(has_files) else { return };
        ev.prevent_default();
        if let Some(file) = transfer.files().and_then(|f| f.get(0)) {
            take_file(app, file);
        }
    });
    document_listener("paste", move |ev: web_sys::Event| {
        let typing = ev
            .target()
            .is_some_and(|t| t.dyn_ref::<HtmlInputElement>().is_some() || t.has_type::<web_sys::HtmlTextAreaElement>());
        let transfer = get(&ev, "clipboardData").dyn_into::<DataTransfer>();
        let (false, Ok(transfer)) = (typing, transfer) else { return };
        if let Some(file) = transfer.files().and_then(|f| f.get(0)) {
            return take_file(app, file);
        }
        let text = transfer.get_data("text").unwrap_or_default();
        let usable =
            wanted_kind(app).is_some_and(|k| k != DataKind::Image) || recognise(PASTED, text.as_bytes()).is_some();
        // One line is no table: somebody's clipboard held something else.
        if usable && text.trim().contains('\n') {
            take_text(app, PASTED, text);
        }
    });
}
