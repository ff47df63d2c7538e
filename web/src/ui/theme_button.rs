//! The button that goes through the themes.

use leptos::prelude::*;

use super::{Icon, IconButton};
use crate::theme::{Theme, use_theme};

/// Goes through the themes.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let theme = use_theme();
    let name = Signal::derive(move || format!("Theme: {}", theme.choice.get().name()));
    let icon = Signal::derive(move || match theme.choice.get() {
        Theme::System => Icon::System,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    });
    view! { <IconButton icon name on_press=move |()| theme.choose(theme.choice.get_untracked().next())/> }
}
