//! What is taken away: results, measurements, figures, films, programs, references, a report.

use iterscope_protocol::{Export as Wanted, Request};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialogs::{Copyable, Panel, home};
use crate::state::{AppState, use_app};
use crate::theme::use_theme;
use crate::ui::{Icon, SmallButton};
use crate::{browser, chart, picture, take_away};

/// Formats of results.
const FORMATS: [&str; 3] = ["csv", "npy", "npz"];

/// The experiment in other words: what it is called, the script that writes it, and its function.
const CODE: [(&str, &str, &str); 3] = [
    ("Command line", "code", "commandLine"),
    ("Python", "code", "python"),
    ("BibTeX of the methods", "references", "bibtex"),
];

/// The address of exactly this experiment.
fn link(app: AppState) -> String {
    untrack(|| format!("{}#{}", home(), app.address()))
}

/// The panel.
#[component]
pub fn Export() -> impl IntoView {
    let (app, dark) = (use_app(), use_theme().dark);
    let race = app.race.get_untracked();
    let export = move |what: Wanted| app.workers.send(&Request::Export { what });
    let results = race.iter().flat_map(|race| race.runs.iter().enumerate()).map(|(run, facts)| {
        let buttons = FORMATS.into_iter().map(move |format| {
            let press = move |()| export(Wanted::Result { run: run as u32, format: format.to_owned() });
            view! { <SmallButton label=format.to_ascii_uppercase() on_press=press/> }
        });
        view! {
            <li class="row">
                <span class="grow">{facts.label.clone()}</span>
                {buttons.collect_view()}
            </li>
        }
    });
    let results = results.collect_view();
    let plotted = untrack(|| !take_away::plots(app).is_empty());
    let film = move |()| {
        app.dialog.set(None);
        take_away::film(app, dark.get_untracked());
    };
    let frames = move |()| {
        app.dialog.set(None);
        take_away::frames(app, dark.get_untracked());
    };
    view! {
        <Panel title="Export" class="menu">
            <h3>"Results"</h3>
            <ul class="plain">{results}</ul>
            <h3>"All runs"</h3>
            <div class="row wrap">
                <SmallButton label="Measurements, CSV" on_press=move |()| export(Wanted::Trace)/>
                <SmallButton label="Experiment, JSON" on_press=move |()| download_experiment(app)/>
                <SmallButton
                    label="Report, HTML"
                    title="One file that opens anywhere: figures, numbers, the experiment and its sources"
                    on_press=move |()| take_away::file(app, "report", "report", dark.get_untracked(), link(app))
                />
            </div>
            <h3>"Figures"</h3>
            <div class="row wrap">
                <SmallButton label="Chart, PNG" on_press=move |()| chart::download(dark.get_untracked())/>
                <SmallButton label="Chart, SVG" on_press=move |()| take_away::chart_svg(app, dark.get_untracked())/>
                <SmallButton label="Pictures, PNG" on_press=move |()| picture::download(app, dark.get_untracked())/>
                {plotted.then(|| view! {
                    <SmallButton label="Plots, SVG" on_press=move |()| take_away::plots_svg(app, dark.get_untracked())/>
                })}
                <SmallButton
                    label="Everything, PNG"
                    on_press=move |()| take_away::file(app, "stage", "png", dark.get_untracked(), link(app))
                />
                <SmallButton
                    icon=Icon::Record
                    label="Video"
                    title="Plays the race from its beginning and films it; pausing ends the film"
                    on_press=film
                />
                <SmallButton
                    label="Frames, PNG"
                    title="Up to sixty pictures of the way so far, one file each, in a ZIP archive"
                    on_press=frames
                />
            </div>
            <Code/>
        </Panel>
    }
}

/// The experiment as a program, and what it rests on.
#[component]
fn Code() -> impl IntoView {
    let (app, dark) = (use_app(), use_theme().dark);
    let made = RwSignal::new(None::<(&'static str, Result<String, String>)>);
    let buttons = CODE.map(|(label, script, name)| {
        let write = move |()| {
            spawn_local(async move {
                let text = take_away::text(app, script, name, dark.get_untracked(), link(app)).await;
                made.try_set(Some((label, text)));
            });
        };
        view! { <SmallButton label on_press=write/> }
    });
    let shown = move || {
        made.get().map(|(label, text)| match text {
            Ok(text) => view! { <Copyable label text/> }.into_any(),
            Err(why) => view! { <p class="note">{why}</p> }.into_any(),
        })
    };
    view! {
        <h3>"In other words"</h3>
        <div class="row wrap">{buttons}</div>
        {shown}
    }
}

/// The experiment as a file for the command line.
fn download_experiment(app: AppState) {
    let json = untrack(|| app.experiment_as_seen()).without_defaults(app.known.get_untracked()).to_json();
    browser::download("experiment.json", "application/json", json.as_bytes());
}
