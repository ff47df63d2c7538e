//! Light and dark, and the colours that are drawn on canvases.

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d;

use crate::browser::{listen, media, remember, remembered};

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// What the address or the storage says.
    pub fn remembered(flag: Option<&str>) -> Theme {
        let named = flag.map(str::to_owned).or_else(|| remembered("theme"));
        match named.as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    fn is_dark(self) -> bool {
        match self {
            Theme::System => media("(prefers-color-scheme: dark)"),
            Theme::Light => false,
            Theme::Dark => true,
        }
    }

    /// The next in turn.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    /// The name, as it is remembered and shown.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The theme of the page, provided as context.
#[derive(Clone, Copy)]
pub struct ThemeState {
    /// What was chosen.
    pub choice: RwSignal<Theme>,
    /// The page is dark.
    pub dark: RwSignal<bool>,
}

impl ThemeState {
    /// Starts with a choice and follows the system where nothing is chosen.
    pub fn new(choice: Theme) -> ThemeState {
        let theme = ThemeState { choice: RwSignal::new(choice), dark: RwSignal::new(choice.is_dark()) };
        if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
            listen(&query, "change", move |_: web_sys::Event| {
                theme.dark.set(theme.choice.get_untracked().is_dark());
            });
        }
        theme
    }

    /// Shows and remembers a choice.
    pub fn choose(self, choice: Theme) {
        remember("theme", choice.name());
        if let Some(root) = document().document_element() {
            let _ = match choice {
                Theme::System => root.remove_attribute("data-theme"),
                other => root.set_attribute("data-theme", other.name()),
            };
        }
        self.choice.set(choice);
        self.dark.set(choice.is_dark());
    }
}

/// The theme of the page.
pub fn use_theme() -> ThemeState {
    expect_context()
}

/// Colours of the runs, as they are drawn on canvases; the style sheet holds the same. At least 3 : 1 against the panel.
pub fn run_colour(colour: usize, dark: bool) -> &'static str {
    const LIGHT: [&str; 6] = ["#0072b2", "#d55e00", "#008f68", "#b8558a", "#a87400", "#2e8bc0"];
    const DARK: [&str; 6] = ["#56b4e9", "#f0803c", "#35c496", "#e29fc8", "#f0c04b", "#8fb8ff"];
    if dark { DARK[colour % 6] } else { LIGHT[colour % 6] }
}

/// Dashes of the runs, so that colour is never the only difference.
pub fn run_dash(colour: usize) -> &'static [f64] {
    const DASHES: [&[f64]; 6] =
        [&[], &[9.0, 3.0], &[2.5, 2.5], &[10.0, 3.0, 2.0, 3.0], &[5.0, 3.0], &[14.0, 3.0, 2.0, 3.0, 2.0, 3.0]];
    DASHES[colour % 6]
}

/// Draws in dashes from now on, given in CSS pixels; without any, in one line.
pub fn set_dash(ctx: &CanvasRenderingContext2d, dash: &[f64], ratio: f64) {
    let list: js_sys::Array = dash.iter().map(|d| JsValue::from(d * ratio)).collect();
    let _ = ctx.set_line_dash(&list);
}

/// Colours of what is around the curves.
pub struct Ink {
    /// Text.
    pub ink: &'static str,
    /// Quiet text.
    pub mute: &'static str,
    /// Lines.
    pub line: &'static str,
    /// Background of panels.
    pub panel: &'static str,
}

/// The colours of a theme.
pub fn ink(dark: bool) -> Ink {
    if dark {
        Ink { ink: "#e8e9eb", mute: "#9aa0a8", line: "#2b2f35", panel: "#1a1d21" }
    } else {
        Ink { ink: "#1b1d21", mute: "#62666d", line: "#e2e2de", panel: "#ffffff" }
    }
}
