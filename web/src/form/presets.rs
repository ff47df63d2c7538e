//! The ready experiments of a family, as thumbnails, and what to see in the chosen one.

use iterscope_core::PresetInfo;

use crate::dom::{El, State, button, effect, el, text};
use crate::model::{App, Draft};

/// Thumbnails shown at first: two rows.
const FEW: usize = 6;

/// The preset that the forms hold exactly, if one.
fn chosen(app: App) -> Option<&'static PresetInfo> {
    let now = app.draft.with(Draft::experiment).without_defaults(app.catalog());
    let presets = app.catalog().families.iter().flat_map(|f| &f.presets);
    presets.into_iter().find(|p| p.experiment.without_defaults(app.catalog()) == now)
}

/// The thumbnails of the family that the forms are about, and a sentence about the chosen one.
pub fn presets(app: App) -> El {
    let current = State::new(None::<&'static str>);
    effect(move || {
        let now = chosen(app).map(|p| p.id.as_ref());
        if now != current.get_untracked() {
            current.set(now);
        }
    });
    let all = State::new(false);
    let shown = move || -> Vec<&'static PresetInfo> {
        let Some(family) = app.family() else { return Vec::new() };
        let (count, current, all) = (family.presets.len(), current.get(), all.get());
        // The chosen one is shown in any case.
        let shown = |i: usize, p: &PresetInfo| all || count <= FEW + 1 || i < FEW || current == Some(p.id.as_ref());
        family.presets.iter().enumerate().filter(|(i, p)| shown(*i, p)).map(|(_, p)| p).collect()
    };
    let count = move || app.family().map_or(0, |f| f.presets.len());
    // Once something was changed the sentence may no longer be true.
    let words = move || current.get().and_then(|id| app.catalog().preset(id)).map_or("", |p| p.summary.as_ref());
    let list = el("div", "presets").attr("role", "group").label("Ready experiments").slot(
        move || shown().iter().map(|p| p.id.as_ref()).collect::<Vec<_>>().join(" "),
        move || shown().into_iter().map(|p| thumbnail(app, p, current)).collect(),
    );
    el("div", "ready")
        .add(list)
        .add(
            button("more", "", move || all.set(true))
                .live_class("gone", move || shown().len() == count())
                .live_text(move || format!("All {} experiments", count())),
        )
        .add(el("p", "see").live_class("gone", move || words().is_empty()).live_text(move || words().to_owned()))
}

fn thumbnail(app: App, preset: &'static PresetInfo, current: State<Option<&'static str>>) -> El {
    let id = preset.id.as_ref();
    let picture = el("img", "").attr("alt", "").attr("width", "84").attr("height", "63");
    // A picture that is not there leaves a quiet tile, not a broken sign.
    let broken = picture.clone();
    let picture = picture.on("error", move |_| broken.0.set_class_name("missing"));
    let open = move || {
        app.open_preset(id);
    };
    button("preset", "", open)
        .title(&preset.summary)
        .state("aria-pressed", move || current.get() == Some(id))
        .add(picture.attr("src", &format!("thumbs/{id}.png")))
        .add(text("span", "name", &preset.label))
}
