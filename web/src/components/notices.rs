//! The strip across the page with something to know.

use leptos::prelude::*;

use crate::state::{Notice, use_app};
use crate::ui::{Icon, IconButton};

/// The notice there is, if any.
#[component]
pub fn Notices() -> impl IntoView {
    let app = use_app();
    let strip = move |Notice { text, bad, action }: Notice| {
        let button = action.map(|(label, act)| {
            view! { <button type="button" class="small" on:click=move |_| act.run(())>{label}</button> }
        });
        view! {
            <div class="banner" class:bad=bad role="alert">
                <p class="grow">{text}</p>
                {button}
                <IconButton icon=Icon::Cross name="Close this message" on_press=move |()| app.notice.set(None)/>
            </div>
        }
    };
    move || app.notice.get().map(strip)
}
