//! The top: families, and what one does with an experiment.

use iterscope_core::FamilyOutline;

use crate::dom::{El, button, el, text};
use crate::icon::{Icon, icon, icon_button};
use crate::model::{App, Open};
use crate::share;
use crate::theme::{self, Theme};

/// The header.
pub fn header(app: App) -> El {
    let tab = |family: &'static FamilyOutline| {
        let current = move || app.family().is_some_and(|f| f.id == family.id);
        let open = move || {
            if !current() {
                app.open_family(family);
            }
        };
        button("tab", &family.label, open).live_attr("aria-current", move || current().then(|| "page".to_owned()))
    };
    let tabs = app.outlines.iter().map(tab).collect();
    let sheet = icon_button(Icon::Sliders, "The experiment's form", move || app.sheet.update(|s| *s = !*s));
    let _ = sheet.0.class_list().add_1("narrow-only");
    let undo = icon_button(Icon::Undo, "Undo the last change", move || app.go_back());
    el("header", "top")
        .add(el("a", "brand").attr("href", "./").title("The first screen").add(icon(Icon::Logo)).add(text(
            "span",
            "",
            "iterscope",
        )))
        .add(el("nav", "tabs").label("Families").add_all(tabs))
        .add(
            el("div", "actions")
                .add(el("div", "wide-only").add(undo.live_class("gone", move || app.undo.with(Vec::is_empty))))
                .add(menu_button(app, Open::Share, "Share", Some(Icon::Share)))
                .add(menu_button(app, Open::Embed, "Embed", None))
                .add(menu_button(app, Open::Export, "Export", Some(Icon::Download)))
                .add(el("div", "wide-only").add(theme_button(app)))
                .add(sheet.state("aria-expanded", move || app.sheet.get()))
                .add(
                    button("icon-button wide-only", "?", move || toggle(app, Open::Help))
                        .title("Keys and marks (?)")
                        .label("Keys and marks"),
                ),
        )
        .add(share::popovers(app))
}

/// Opens a part, or closes it.
pub fn toggle(app: App, part: Open) {
    app.open.update(|o| *o = if *o == part { Open::Nothing } else { part });
}

/// A button with its label; on small screens with its icon, or not at all.
fn menu_button(app: App, part: Open, label: &str, small: Option<Icon>) -> El {
    let is = part.clone();
    let class = if small.is_some() { "button" } else { "button wide-only" };
    button(class, "", move || toggle(app, part.clone()))
        .label(label)
        .state("aria-expanded", move || app.open.with(|o| *o == is))
        .add(text("span", "wide-only", label))
        .maybe(small.map(|i| el("span", "narrow-only").add(icon(i))))
}

/// Goes through the themes.
pub fn theme_button(app: App) -> El {
    let words = move || match app.theme.get() {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    let sign = move || match app.theme.get() {
        Theme::System => Icon::System,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    };
    button("icon-button", "", move || theme::choose(app, app.theme.get_untracked().next()))
        .live_attr("title", move || Some(words().to_owned()))
        .live_attr("aria-label", move || Some(words().to_owned()))
        .parts(move || vec![icon(sign())])
}
