//! The part of the form for problems that read data: samples, files, pasted text.

use iterscope_core::{DataKind, DataRef, ProblemInfo};
use leptos::html;
use leptos::prelude::*;

use super::columns::ColumnMapper;
use super::expression::ErrorView;
use super::note::DataRemarks;
use crate::data::{PASTED, take_file, take_text, use_data};
use crate::state::use_app;
use crate::ui::{Choice, Icon, IconButton, Select, SmallButton};

/// Paths of the errors that are shown here.
const PATHS: [&str; 2] = ["problem.data", "problem.columns"];

fn expected(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "CSV: winner,loser[,count] or a,b,outcome",
        DataKind::Orders => "CSV: one race or ballot in each line, best first",
        DataKind::Ratings => "CSV: user,item,rating",
        DataKind::Table => "CSV: numbers with missing values, names of the columns first",
        DataKind::Matrix => "a Matrix Market file (.mtx) of a square matrix",
        DataKind::Image => "PNG, JPEG, GIF, BMP, WebP or TIFF",
    }
}

fn example(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Comparisons => "winner,loser\nAda,Ben\nBen,Cleo",
        DataKind::Orders => "Ada,Ben,Cleo\nBen,Ada",
        DataKind::Ratings => "user,item,rating\nAda,Alien,4.5\nBen,Brazil,3",
        DataKind::Table => "time,a,b\n1,0.5,2\n2,,2.5",
        DataKind::Matrix => "%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 2\n2 1 -1\n2 2 2",
        DataKind::Image => "",
    }
}

fn accepted(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Matrix => ".mtx,.txt,.gz,.zip,text/plain",
        DataKind::Image => "image/png,image/jpeg,image/gif,image/bmp,image/webp,image/tiff,.tif,.tiff",
        DataKind::Comparisons | DataKind::Orders => ".csv,.tsv,.txt,.gz,.zip,text/csv,text/plain",
        DataKind::Ratings | DataKind::Table => {
            ".csv,.tsv,.txt,.dat,.data,.mtx,.npy,.npz,.mat,.gct,.arff,.phy,.gz,.zip,text/csv,text/plain"
        }
    }
}

/// Samples, a file, pasted text, and how it is read.
#[component]
pub fn DataField(problem: &'static ProblemInfo) -> impl IntoView {
    let app = use_app();
    let Some(kind) = problem.data else { return ().into_any() };
    let error =
        Memo::new(move |_| app.errors.with(|all| all.iter().find(|e| PATHS.contains(&e.field.as_str())).cloned()));
    let pasting = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        // The same file can be chosen again after it was changed.
        input.set_value("");
        if let Some(file) = file {
            take_file(app, file);
        }
    };
    let place = NodeRef::<html::Div>::new();
    // Whoever brings data sees how they are read, wherever the form stood.
    Effect::new(move |_| {
        if let Some(place) = place.get().filter(|_| app.brought.get()) {
            app.brought.set(false);
            place.scroll_into_view_with_bool(true);
        }
    });
    let open = move |()| input.get_untracked().map_or((), |input| input.click());
    let paste = (kind != DataKind::Image).then(|| {
        view! {
            <button
                type="button"
                class="small"
                aria-expanded=move || pasting.get().to_string()
                on:click=move |_| pasting.update(|p| *p = !*p)
            >
                "Paste text"
            </button>
        }
    });
    view! {
        <div class="data" class:wrong=move || error.with(Option::is_some) node_ref=place>
            <Samples kind/>
            <div class="drop">
                <SmallButton icon=Icon::File label="Choose a file" on_press=open/>
                {paste}
                <input class="gone" type="file" accept=accepted(kind) tabindex="-1" node_ref=input on:change=chosen/>
                <p class="quiet">{format!("or drop or paste one anywhere. {}", expected(kind))}</p>
            </div>
            <Show when=move || pasting.get()>
                <PasteBox kind pasting/>
            </Show>
            <CurrentData required=problem.data_required/>
            {move || error.get().map(|error| view! { <ErrorView error/> })}
            <DataRemarks/>
            {(!matches!(kind, DataKind::Image | DataKind::Matrix)).then(|| view! { <ColumnMapper kind/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Samples(kind: DataKind) -> impl IntoView {
    let app = use_app();
    let catalog = app.known.get_untracked();
    let mut options = vec![Choice::new("", "none")];
    options.extend(catalog.samples.iter().filter(|s| s.kind == kind).map(|s| Choice::new(&s.id, &s.label)));
    if options.len() == 1 {
        return ().into_any();
    }
    let chosen = move || {
        app.draft.with(|d| match &d.problem.data {
            Some(DataRef::Name(name)) => name.strip_prefix("sample:").map(str::to_owned).unwrap_or_default(),
            _ => String::new(),
        })
    };
    let choose = move |id: String| use_data(app, (!id.is_empty()).then(|| DataRef::Name(format!("sample:{id}"))));
    let source = move || {
        let id = chosen();
        catalog.samples.iter().find(|s| s.id == id).map(|s| s.source.to_string())
    };
    view! {
        <div class="field">
            <label for="sample">"Sample"</label>
            <div class="control">
                <Select id="sample" options=options value=Signal::derive(chosen) on_choose=choose/>
                <p class="quiet">{source}</p>
            </div>
        </div>
    }
    .into_any()
}

/// The data that a person brought.
#[component]
fn CurrentData(required: bool) -> impl IntoView {
    let app = use_app();
    let data = Memo::new(move |_| app.draft.with(|d| d.problem.data.clone()));
    move || {
        if let Some(name) = app.reading.get() {
            return view! { <p class="quiet">{format!("Reading {name}…")}</p> }.into_any();
        }
        let (name, text) = match data.get() {
            None => return ().into_any(),
            Some(DataRef::Name(name)) if name.starts_with("sample:") => return ().into_any(),
            Some(DataRef::Name(name)) => (name, "Not in the share link; only its name is."),
            Some(DataRef::Inline { name, .. }) => (name, "Included in the share link."),
        };
        let title = name.clone();
        view! {
            <div class="file">
                <span class="mono grow" title=title>{name}</span>
                {(!required).then(|| view! {
                    <IconButton icon=Icon::Cross name="Remove this file" on_press=move |()| use_data(app, None)/>
                })}
            </div>
            <p class="quiet">{text}</p>
        }
        .into_any()
    }
}

#[component]
fn PasteBox(kind: DataKind, pasting: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let area = NodeRef::<html::Textarea>::new();
    let take = move || {
        let text = area.get_untracked().map(|a| a.value()).unwrap_or_default();
        if !text.trim().is_empty() {
            pasting.set(false);
            take_text(app, PASTED, text);
        }
    };
    let pasted = move |_| {
        // Into an empty box, it is all there is: taken as soon as the browser has put it there.
        if area.get_untracked().is_some_and(|a| a.value().is_empty()) {
            set_timeout(take, std::time::Duration::ZERO);
        }
    };
    view! {
        <textarea
            class="mono"
            rows="6"
            spellcheck="false"
            placeholder=example(kind)
            aria-label="Data as text"
            node_ref=area
            on:paste=pasted
        ></textarea>
        <SmallButton label="Use this text" on_press=move |()| take()/>
    }
}
