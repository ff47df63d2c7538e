//! Light and dark.

use crate::js;
use crate::model::App;

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
        let named = flag.map(str::to_owned).or_else(|| js::remembered("theme"));
        match named.as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Whether the page is dark then.
    pub fn is_dark(self) -> bool {
        match self {
            Theme::System => js::media("(prefers-color-scheme: dark)"),
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

    /// The name used in the storage.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// Shows and remembers a choice.
pub fn choose(app: App, theme: Theme) {
    js::remember("theme", theme.name());
    if let Some(root) = js::document().document_element() {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            other => root.set_attribute("data-theme", other.name()),
        };
    }
    app.theme.set(theme);
    app.dark.set(theme.is_dark());
}

/// Follows the system where nothing was chosen.
pub fn follow_system(app: App) {
    if let Ok(Some(query)) = js::window().match_media("(prefers-color-scheme: dark)") {
        js::listen(&query, "change", move |_: web_sys::Event| app.dark.set(app.theme.get_untracked().is_dark()));
    }
}

/// Colours of the runs, as they are drawn on canvases; the style sheet holds the same.
pub fn run_colour(colour: usize, dark: bool) -> &'static str {
    const LIGHT: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
    const DARK: [&str; 6] = ["#56b4e9", "#f0803c", "#35c496", "#e29fc8", "#f0c04b", "#8fb8ff"];
    if dark { DARK[colour % 6] } else { LIGHT[colour % 6] }
}

/// Dashes of the runs, so that colour is never the only difference.
pub fn run_dash(colour: usize) -> &'static [f64] {
    const DASHES: [&[f64]; 6] =
        [&[], &[9.0, 3.0], &[2.5, 2.5], &[10.0, 3.0, 2.0, 3.0], &[5.0, 3.0], &[14.0, 3.0, 2.0, 3.0, 2.0, 3.0]];
    DASHES[colour % 6]
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
