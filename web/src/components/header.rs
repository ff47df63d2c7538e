//! The top: families, and what one does with an experiment.

use iterscope_core::FamilyOutline;
use leptos::prelude::*;

use crate::state::{AppState, Dialog, use_app};
use crate::ui::{Icon, IconButton, IconView, ThemeButton};

/// The header.
#[component]
pub fn Header() -> impl IntoView {
    let app = use_app();
    let tabs = app.outlines.iter().map(|family| view! { <FamilyTab family/> }).collect_view();
    view! {
        <header class="top">
            <a class="brand" href="./" title="Home">
                <IconView icon=Icon::Logo/>
                <span>"iterscope"</span>
            </a>
            <nav class="tabs" aria-label="Families">{tabs}</nav>
            <a class="tab wide-only" href="gallery.html" title="All experiments in chapters, and stories">"Gallery"</a>
            <div class="actions">
                <Show when=move || app.undo.with(|u| !u.is_empty())>
                    <IconButton icon=Icon::Undo name="Undo the last change" on_press=move |()| app.undo()/>
                </Show>
                <DialogButton dialog=Dialog::Share label="Share" icon=Icon::Share/>
                <DialogButton dialog=Dialog::Embed label="Embed"/>
                <DialogButton dialog=Dialog::Export label="Export" icon=Icon::Download/>
                <div class="wide-only">
                    <ThemeButton/>
                </div>
                <button
                    type="button"
                    class="icon-button wide-only"
                    title="Help (?)"
                    aria-label="Help"
                    on:click=move |_| app.toggle_dialog(Dialog::Help)
                >
                    "?"
                </button>
            </div>
        </header>
    }
}

#[component]
fn FamilyTab(family: &'static FamilyOutline) -> impl IntoView {
    let app = use_app();
    let current = move || app.family().is_some_and(|f| f.id == family.id);
    let open = move |_| {
        if !untrack(current) {
            app.open_family(family);
        }
    };
    view! {
        <button type="button" class="tab" aria-current=move || current().then_some("page") on:click=open>
            {family.label.to_string()}
        </button>
    }
}

/// A button that opens a dialog; on small screens with its icon, or not at all.
#[component]
fn DialogButton(dialog: Dialog, label: &'static str, #[prop(optional, into)] icon: Option<Icon>) -> impl IntoView {
    let app = use_app();
    let class = if icon.is_some() { "button" } else { "button wide-only" };
    let opened = dialog.clone();
    view! {
        <button
            type="button"
            class=class
            aria-label=label
            aria-expanded=move || is_open(app, &opened).to_string()
            on:click=move |_| app.toggle_dialog(dialog.clone())
        >
            <span class="wide-only">{label}</span>
            {icon.map(|icon| view! { <span class="narrow-only"><IconView icon/></span> })}
        </button>
    }
}

fn is_open(app: AppState, dialog: &Dialog) -> bool {
    app.dialog.with(|open| open.as_ref() == Some(dialog))
}
