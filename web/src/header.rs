//! The top: families, and what one does with an experiment.

use leptos::prelude::*;

use crate::icon::{Icon, icon, icon_button};
use crate::model::{App, Open};
use crate::share;
use crate::theme::{self, Theme};

/// The header.
pub fn header(app: App) -> AnyView {
    let family = Memo::new(move |_| app.family().map(|f| f.id.as_ref()));
    let tabs: Vec<_> = app
        .catalog
        .families
        .iter()
        .map(|f| {
            let id = f.id.as_ref();
            let first = f.presets.first().map(|p| p.id.as_ref());
            let open = move |_| {
                if let Some(preset) = first.filter(|_| family.get_untracked() != Some(id)) {
                    app.open_preset(preset);
                }
            };
            view! {
                <button type="button" class="tab" aria-current=move || (family.get() == Some(id)).then_some("page") on:click=open>
                    {f.label.as_ref()}
                </button>
            }
        })
        .collect();
    let undo = move || !app.undo.with(Vec::is_empty);
    view! {
        <header class="top">
            <a class="brand" href="./" title="The first screen">{icon(Icon::Logo)}<span>"iterscope"</span></a>
            <nav class="tabs" aria-label="Families">{tabs}</nav>
            <div class="actions">
                <div class="wide-only">
                    {move || undo().then(|| icon_button(Icon::Undo, "Undo the last change", move || app.go_back()))}
                </div>
                {menu_button(app, Open::Share, "Share", Some(Icon::Share))}
                {menu_button(app, Open::Embed, "Embed", None)}
                {menu_button(app, Open::Export, "Export", Some(Icon::Download))}
                <div class="wide-only">{theme_button(app)}</div>
                <button type="button" class="icon-button narrow-only" aria-label="The experiment's form" title="The experiment's form"
                    aria-expanded=move || app.sheet.get().to_string() on:click=move |_| app.sheet.update(|s| *s = !*s)>
                    {icon(Icon::Sliders)}
                </button>
                <button type="button" class="icon-button wide-only" aria-label="Keys and marks" title="Keys and marks (?)"
                    on:click=move |_| toggle(app, Open::Help)>"?"</button>
            </div>
        </header>
        {share::popovers(app)}
    }
    .into_any()
}

/// Opens a part, or closes it.
pub fn toggle(app: App, part: Open) {
    app.open.update(|o| *o = if *o == part { Open::Nothing } else { part });
}

/// A button with its label; on small screens with its icon, or not at all.
fn menu_button(app: App, part: Open, label: &'static str, small: Option<Icon>) -> AnyView {
    let is = part.clone();
    view! {
        <button type="button" class="button" class:wide-only=small.is_none() aria-label=label
            aria-expanded=move || app.open.with(|o| *o == is).to_string() on:click=move |_| toggle(app, part.clone())>
            <span class="wide-only">{label}</span>
            {small.map(|i| view! { <span class="narrow-only">{icon(i)}</span> })}
        </button>
    }
    .into_any()
}

/// Goes through the themes.
pub fn theme_button(app: App) -> AnyView {
    let words = move || match app.theme.get() {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    view! {
        <button type="button" class="icon-button" title=words aria-label=words
            on:click=move |_| theme::choose(app, app.theme.get_untracked().next())>
            {move || icon(match app.theme.get() {
                Theme::System => Icon::System,
                Theme::Light => Icon::Sun,
                Theme::Dark => Icon::Moon,
            })}
        </button>
    }
    .into_any()
}
