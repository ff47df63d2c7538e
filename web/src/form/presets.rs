//! The ready experiments of a family, as thumbnails, and what to see in the chosen one.

use iterscope_core::PresetInfo;
use leptos::prelude::*;

use crate::state::{AppState, Draft, use_app};

/// Thumbnails shown at first: two rows.
const FEW: usize = 6;

/// The preset that the forms hold exactly, if one.
pub fn current_preset(app: AppState) -> Memo<Option<&'static str>> {
    Memo::new(move |_| {
        let catalog = app.catalog();
        let now = app.draft.with(Draft::experiment).without_defaults(catalog);
        let mut presets = catalog.families.iter().flat_map(|f| &f.presets);
        presets.find(|p| p.experiment.without_defaults(catalog) == now).map(|p| p.id.as_ref())
    })
}

/// The thumbnails of the family that the forms are about.
#[component]
pub fn Presets() -> impl IntoView {
    let app = use_app();
    let current = current_preset(app);
    let (all, search) = (RwSignal::new(false), RwSignal::new(String::new()));
    let family = Memo::new(move |_| app.family().map(|f| f.id.to_string()));
    let presets = move || app.catalog().families.iter().find(|f| Some(f.id.as_ref()) == family.get().as_deref());
    let shown = move || -> Vec<&'static PresetInfo> {
        let Some(family) = presets() else { return Vec::new() };
        let (count, current, all) = (family.presets.len(), current.get(), all.get());
        let wanted = search.with(|s| s.trim().to_lowercase());
        if all && !wanted.is_empty() {
            return family.presets.iter().filter(|p| mentions(app, p, &wanted)).collect();
        }
        // The chosen one is shown in any case.
        let shown = |i: usize, p: &PresetInfo| all || count <= FEW + 1 || i < FEW || current == Some(p.id.as_ref());
        family.presets.iter().enumerate().filter(|(i, p)| shown(*i, p)).map(|(_, p)| p).collect()
    };
    let count = move || presets().map_or(0, |f| f.presets.len());
    view! {
        <Show when=move || all.get()>
            <input
                type="search"
                placeholder="Search by name, method or what is to be seen"
                aria-label="Search the experiments"
                prop:value=search
                on:input=move |ev| search.set(event_target_value(&ev))
            />
        </Show>
        <div class="presets" role="group" aria-label="Ready experiments">
            <For each=shown key=|p| p.id.to_string() let:preset>
                <Thumbnail preset current/>
            </For>
        </div>
        <Show when=move || !all.get() && shown().len() < count()>
            <button type="button" class="more" on:click=move |_| all.set(true)>
                {move || format!("All {} experiments", count())}
            </button>
        </Show>
        <a class="more" href="gallery.html">"Gallery and stories"</a>
        // Once something was changed the sentence may no longer be true.
        {move || {
            let preset = current.get().and_then(|id| app.catalog().preset(id));
            preset.map(|p| view! { <p class="see">{p.summary.to_string()}</p> })
        }}
    }
}

/// Whether a word stands in the name or the text of a preset, or in the name of one of its methods.
fn mentions(app: AppState, preset: &PresetInfo, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let catalog = app.known.get_untracked();
    let mut methods = preset.experiment.runs.iter().filter_map(|r| catalog.method(&r.method));
    has(&preset.label) || has(&preset.summary) || methods.any(|m| has(&m.label))
}

#[component]
fn Thumbnail(preset: &'static PresetInfo, current: Memo<Option<&'static str>>) -> impl IntoView {
    let app = use_app();
    let id = preset.id.as_ref();
    // A picture that is not there leaves a quiet tile, not a broken sign.
    let missing = RwSignal::new(false);
    view! {
        <button
            type="button"
            class="preset"
            title=preset.summary.to_string()
            aria-pressed=move || (current.get() == Some(id)).to_string()
            on:click=move |_| {
                app.open_preset(id);
            }
        >
            <img
                alt=""
                width="84"
                height="63"
                src=format!("thumbs/{id}.png")
                class:missing=missing
                on:error=move |_| missing.set(true)
            />
            <span class="name">{preset.label.to_string()}</span>
        </button>
    }
}
