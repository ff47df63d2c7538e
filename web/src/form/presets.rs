//! The ready experiments of a family, as thumbnails, and what to see in the chosen one.

use iterscope_core::PresetInfo;
use leptos::prelude::*;

use crate::model::App;

/// Thumbnails shown at first: two rows.
const FEW: usize = 6;

/// The preset that the forms hold exactly, if one.
fn chosen(app: App) -> Option<&'static PresetInfo> {
    let now = app.experiment().without_defaults(app.catalog);
    let presets = app.catalog.families.iter().flat_map(|f| &f.presets);
    presets.into_iter().find(|p| p.experiment.without_defaults(app.catalog) == now)
}

/// The thumbnails of the family that the forms are about.
pub fn presets(app: App) -> AnyView {
    let family = Memo::new(move |_| app.family().map(|f| f.id.as_ref()));
    let current = Memo::new(move |_| chosen(app).map(|p| p.id.as_ref()));
    let all = RwSignal::new(false);
    let list = move || {
        let family = family.get()?;
        let family = app.catalog.families.iter().find(|f| f.id == family)?;
        let count = family.presets.len();
        let shown = |i: usize| all.get() || count <= FEW + 1 || i < FEW;
        let current_id = current.get();
        // The chosen one is shown in any case.
        let some = family.presets.iter().enumerate().filter(|(i, p)| shown(*i) || current_id == Some(p.id.as_ref()));
        let some: Vec<AnyView> = some.map(|(_, p)| thumbnail(app, p, current)).collect();
        let more = (!all.get() && some.len() < count).then(|| {
            view! {
                <button type="button" class="more" on:click=move |_| all.set(true)>{format!("All {count} experiments")}</button>
            }
        });
        Some(view! { <div class="presets" role="group" aria-label="Ready experiments">{some}</div> {more} })
    };
    // Once something was changed the sentence about the preset may no longer be true.
    let words = move || current.get().and_then(|id| app.catalog.preset(id)).map(|p| p.summary.as_ref());
    view! {
        {list}
        {move || words().map(|w| view! { <p class="see">{w}</p> })}
    }
    .into_any()
}

fn thumbnail(app: App, preset: &'static PresetInfo, current: Memo<Option<&'static str>>) -> AnyView {
    let id = preset.id.as_ref();
    // A picture that is not there leaves a quiet tile, not a broken sign.
    let missing = RwSignal::new(false);
    view! {
        <button type="button" class="preset" title=preset.summary.as_ref()
            aria-pressed=move || (current.get() == Some(id)).to_string()
            on:click=move |_| { app.open_preset(id); }>
            <img src=format!("thumbs/{id}.png") alt="" width="84" height="63" class:gone=move || missing.get()
                on:error=move |_| missing.set(true)/>
            <span class="tile" class:gone=move || !missing.get()></span>
            <span class="name">{preset.label.as_ref()}</span>
        </button>
    }
    .into_any()
}
