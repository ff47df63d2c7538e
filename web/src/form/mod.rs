//! The form: what is asked. It stands in a drawer that can stay open.

mod brush;
mod columns;
mod data;
mod expression;
mod field;
mod note;
mod number;
mod presets;

use std::sync::Arc;

use leptos::prelude::*;

use crate::state::{AppState, Dialog, kept, use_app};
use crate::ui::{Choice, Icon, IconButton, Math, Select, ThemeButton};
use data::DataField;
use note::ProblemNotes;
use number::{Commit, NumberInput, Range};
use presets::Presets;

pub use brush::{active_brush, add_stroke};
pub use expression::ErrorView;
pub use field::{Owner, ParamFields};
pub use presets::current_preset;

/// The drawer with the form.
#[component]
pub fn Drawer() -> impl IntoView {
    let app = use_app();
    view! {
        <aside class="drawer" class:open=move || app.drawer.get() aria-label="Settings" inert=move || !app.drawer.get()>
            <div class="drawer-head">
                <strong class="grow">"Settings"</strong>
                <span class="narrow-only"><ThemeButton/></span>
                <IconButton icon=Icon::Cross name="Close the settings" on_press=move |()| app.set_drawer(false)/>
            </div>
            <Show when=move || app.complete.get()>
                <Form/>
            </Show>
        </aside>
    }
}

#[component]
fn Form() -> impl IntoView {
    view! {
        <section aria-labelledby="h-presets">
            <h2 id="h-presets">"Experiments"</h2>
            <Presets/>
        </section>
        <ProblemSection/>
        <section aria-labelledby="h-stop">
            <h2 id="h-stop">"Stop"</h2>
            <StopFields/>
        </section>
    }
}

#[component]
fn ProblemSection() -> impl IntoView {
    let app = use_app();
    let id = Memo::new(move |_| app.problem_id());
    let open_details = move |()| app.dialog.set(Some(Dialog::Details(id.get_untracked())));
    view! {
        <section aria-labelledby="h-problem">
            <div class="section-head">
                <h2 id="h-problem">"Problem"</h2>
                <IconButton icon=Icon::Info name="The mathematics of this problem" on_press=open_details/>
            </div>
            {move || view! { <ProblemForm id=id.get()/> }}
            <ProblemNotes/>
            <GeneralErrors/>
        </section>
    }
}

/// The choice of problem, its equation, data and parameters.
#[component]
fn ProblemForm(id: String) -> impl IntoView {
    let app = use_app();
    let catalog = app.catalog();
    let (Some(problem), Some(family)) = (catalog.problem(&id), catalog.family_of(&id)) else { return ().into_any() };
    let choice = (family.problems.len() > 1).then(|| {
        let options: Vec<Choice> = family.problems.iter().map(|p| Choice::new(&p.id, &p.label)).collect();
        view! {
            <div class="field">
                <label for="problem">"Problem"</label>
                <div class="control">
                    <Select
                        id="problem"
                        options=options
                        value=Signal::derive(move || app.problem_id())
                        on_choose=move |id: String| app.choose_problem(&id)
                    />
                </div>
            </div>
        }
    });
    view! {
        <div class="equation" title=problem.summary.to_string()><Math id=id/></div>
        {choice}
        <DataField problem/>
        <LiveParams/>
        <ParamFields owner=Owner::Problem schema=&problem.params/>
    }
    .into_any()
}

/// Parameters of the problem that act in the race that runs.
#[component]
fn LiveParams() -> impl IntoView {
    let app = use_app();
    let schema =
        Memo::new(move |_| app.race.with(|race| race.as_ref().map(|r| r.problem.live.clone()).unwrap_or_default()));
    move || view! { <ParamFields owner=Owner::Live schema=kept(schema.get())/> }
}

/// What is wrong and belongs to no field that is shown.
#[component]
fn GeneralErrors() -> impl IntoView {
    const SHOWN: [&str; 6] = ["problem.params.", "problem.data", "problem.columns", "stop.", "runs[", "seed"];
    let app = use_app();
    move || {
        let errors = app.errors.get().into_iter().filter(|e| !SHOWN.iter().any(|s| e.field.starts_with(s)));
        errors.map(|e| view! { <p class="error" role="alert">{e.to_string()}</p> }).collect_view()
    }
}

/// What is wrong at one path.
#[component]
pub fn PathErrors(
    /// The path, such as `stop.rtol`.
    path: &'static str,
) -> impl IntoView {
    let app = use_app();
    move || {
        let errors = app.errors.get().into_iter().filter(|e| e.field == path);
        errors.map(|error| view! { <ErrorView error/> }).collect_view()
    }
}

fn whole(v: f64, min: f64, max: f64) -> Result<u64, String> {
    if v.fract() == 0.0 && (min..=max).contains(&v) {
        return Ok(v as u64);
    }
    Err(format!("must be a whole number between {min} and {max}"))
}

/// When runs end, and the seed.
#[component]
fn StopFields() -> impl IntoView {
    const RTOL: Range = Range { min: 0.0, max: 0.1, log: true, whole: false };
    const STEPS: Range = Range { min: 1.0, max: 1e6, log: true, whole: true };
    const TIMES: Range = Range { min: 1e-6, max: 1e6, log: true, whole: false };
    const SEEDS: Range = Range { min: 0.0, max: 100.0, log: false, whole: true };
    let app = use_app();
    let set_rtol: Commit = Arc::new(move |v, urgency| {
        if !(0.0..1.0).contains(&v) {
            return Err("must be at least 0 and below 1".to_owned());
        }
        app.edit(urgency, |d| d.stop.rtol = v);
        Ok(())
    });
    let set_steps: Commit = Arc::new(move |v, urgency| {
        let v = whole(v, 1.0, 1e8)?;
        app.edit(urgency, |d| d.stop.max_steps = v);
        Ok(())
    });
    let set_until: Commit = Arc::new(move |v, urgency| {
        if !(v > 0.0 && v.is_finite()) {
            return Err("must be a time above 0".to_owned());
        }
        app.edit(urgency, |d| d.stop.until = Some(v));
        Ok(())
    });
    let set_seed: Commit = Arc::new(move |v, urgency| {
        let v = whole(v, 0.0, 9e15)?;
        app.edit(urgency, |d| d.seed = v);
        Ok(())
    });
    let value = move |read: fn(&crate::state::Draft) -> f64| Signal::derive(move || app.draft.with(read));
    let field = |id: &'static str, label, path, control: AnyView| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <div class="control">{control} <PathErrors path/></div>
            </div>
        }
    };
    let rtol = view! {
        <NumberInput
            id="stop-rtol"
            doc="A run has converged when the series that stops it is at most this"
            value=value(|d| d.stop.rtol)
            range=RTOL
            slider=true
            commit=set_rtol
        />
    };
    let steps = view! {
        <NumberInput
            id="stop-steps"
            doc="A run ends after this many steps"
            value=value(|d| d.stop.max_steps as f64)
            range=STEPS
            slider=true
            commit=set_steps
        />
    };
    let timed = Memo::new(move |_| app.race.with(|r| r.as_ref().is_some_and(|r| r.has_time())));
    let until = move || {
        let input = view! {
            <NumberInput
                id="stop-until"
                doc="A run ends at this simulated time"
                value=value(|d| d.stop.until.unwrap_or(f64::NAN))
                range=TIMES
                commit=set_until.clone()
            />
        };
        field("stop-until", "Ends at time", "stop.until", input.into_any())
    };
    let seed = view! {
        <NumberInput id="seed" doc="Random seed" value=value(|d| d.seed as f64) range=SEEDS commit=set_seed/>
    };
    view! {
        <div class="fields">
            {field("stop-rtol", "Tolerance", "stop.rtol", rtol.into_any())}
            <Show when=move || timed.get()>{until.clone()}</Show>
            {field("stop-steps", "Step limit", "stop.max_steps", steps.into_any())}
            {field("seed", "Random seed", "seed", seed.into_any())}
        </div>
    }
}

impl AppState {
    /// Opens or closes the drawer, and remembers it where it stands beside the stage.
    pub fn set_drawer(&self, open: bool) {
        self.drawer.set(open);
        if crate::browser::window_width() > NARROW {
            crate::browser::remember("drawer", if open { "open" } else { "closed" });
        }
    }

    /// Opens the drawer as it was left; on a narrow page, where it would hide everything, it is closed.
    pub fn restore_drawer(&self) {
        let wide = crate::browser::window_width() > NARROW;
        self.drawer.set(wide && crate::browser::remembered("drawer").as_deref() != Some("closed"));
    }
}

/// Up to this width the drawer covers the stage.
const NARROW: f64 = 860.0;
