//! What theory offers in place of a run's parameters, as buttons.

use iterscope_core::Fix;
use leptos::prelude::*;

use crate::format;
use crate::state::schema::schema_of;
use crate::state::{AppState, Urgency, use_app};
use crate::ui::{Icon, IconView};

/// What theory offers for a run with the parameters it has.
pub fn remedy(app: AppState, uid: u32) -> Option<Fix> {
    let index = app.index(uid)?;
    app.race.with(|race| race.as_ref()?.runs.get(index)?.prediction.as_ref()?.remedy.clone())
}

/// The same for a run that is expected never to come to an end.
pub fn rescue(app: AppState, uid: u32) -> Option<Fix> {
    let index = app.index(uid)?;
    let factor = app.race.with(|race| Some(race.as_ref()?.runs.get(index)?.prediction.as_ref()?.factor))?;
    remedy(app, uid).filter(|_| factor >= 1.0)
}

/// Whether everything that a remedy sets may change while a run goes on.
fn is_live(app: AppState, uid: u32, fix: &Fix) -> bool {
    let schema = app.draft.with(|d| d.run(uid).map(|r| schema_of(app.catalog(), &r.spec))).unwrap_or_default();
    fix.params.keys().all(|key| schema.iter().any(|p| p.key == key.as_str() && p.live))
}

/// The run begins anew with what the remedy sets.
fn apply(app: AppState, uid: u32, fix: &Fix) {
    app.wants_to_play.set(true);
    app.edit(Urgency::Now, |draft| {
        if let Some(run) = draft.runs.iter_mut().find(|r| r.uid == uid) {
            run.spec.params.extend(fix.params.clone());
        }
    });
}

/// A button that applies a remedy; as an icon alone where there is little room.
#[component]
pub fn Remedy(
    /// Number of the run.
    uid: u32,
    /// What is offered.
    fix: Fix,
    /// There is little room.
    #[prop(optional, into)]
    brief: Signal<bool>,
) -> impl IntoView {
    let app = use_app();
    let label = fix.label.clone();
    let (name, title) = (label.clone(), format!("{label}, as theory proposes"));
    view! {
        <button
            type="button"
            class="small remedy"
            title=title
            aria-label=name
            on:click=move |_| apply(app, uid, &fix)
        >
            <IconView icon=Icon::Wand/>
            {move || (!brief.get()).then(|| label.clone())}
        </button>
    }
}

/// Goes back to a step and on from there with what the remedy sets, where it may change on the way.
#[component]
pub fn RemedyFrom(
    /// Number of the run.
    uid: u32,
    /// What is offered.
    fix: Fix,
    /// The step.
    step: u64,
) -> impl IntoView {
    let app = use_app();
    untrack(|| is_live(app, uid, &fix)).then(|| {
        let label = format!("Continue from step {} with it", format::count(step));
        let go = move |_| {
            app.seek(step);
            app.wants_to_play.set(true);
            for (key, value) in &fix.params {
                app.set_run_param(uid, key, value.clone(), Urgency::Now);
            }
        };
        view! { <button type="button" class="small" on:click=go>{label}</button> }
    })
}
