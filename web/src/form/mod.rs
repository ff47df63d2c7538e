//! The left zone: what is asked.

pub mod brush;
pub mod data;
mod expression;
mod field;
mod methods;
mod note;
mod number;
mod presets;

use leptos::prelude::*;

use crate::header;
use crate::icon::{Icon, icon_button};
use crate::model::{App, Open, Urgency};
use number::{Range, number};

pub use expression::error_view;
pub use field::{Owner, fields};

/// The form.
pub fn side(app: App) -> AnyView {
    let problem_id = Memo::new(move |_| app.draft.with(|d| d.problem.id.clone()));
    view! {
        <aside class="side" class:open=move || app.sheet.get() aria-label="Problem and methods">
            <div class="sheet-head">
                <strong class="grow">"Experiment"</strong>
                {header::theme_button(app)}
                {icon_button(Icon::Cross, "Close", move || app.sheet.set(false))}
            </div>
            <section aria-labelledby="h-problem">
                <div class="section-head">
                    <h2 id="h-problem">"Problem"</h2>
                    {icon_button(Icon::Info, "The mathematics of this problem", move || {
                        app.open.set(Open::Details(problem_id.get_untracked()));
                    })}
                </div>
                {presets::presets(app)}
                {move || problem_id.with(|id| problem(app, id))}
                {note::problem_notes(app)}
                {general_errors(app)}
            </section>
            <section aria-labelledby="h-methods">
                {methods::methods(app)}
            </section>
            <section aria-labelledby="h-stop">
                <h2 id="h-stop">"Stop"</h2>
                {stop(app)}
            </section>
        </aside>
    }
    .into_any()
}

/// The choice of problem, its equation, data and parameters.
fn problem(app: App, id: &str) -> Option<AnyView> {
    let problem = app.catalog.problem(id)?;
    let family = app.catalog.family_of(id)?;
    let id = problem.id.as_ref();
    let choice = (family.problems.len() > 1).then(|| {
        let options: Vec<_> = family
            .problems
            .iter()
            .map(|p| view! { <option value=p.id.as_ref() prop:selected=p.id == id>{p.label.as_ref()}</option> })
            .collect();
        view! {
            <div class="field">
                <label for="problem">"problem"</label>
                <div class="control">
                    <select id="problem" on:change=move |ev| app.choose_problem(&event_target_value(&ev))>{options}</select>
                </div>
            </div>
        }
    });
    let math = move || app.math.with(|m| m.get(id).cloned());
    Some(
        view! {
            <div class="equation">
                <div class="math" inner_html=move || math().unwrap_or_default() title=problem.summary.as_ref()></div>
            </div>
            {choice}
            {data::data(app, problem)}
            {fields(app, Owner::Problem, &problem.params)}
        }
        .into_any(),
    )
}

/// What is wrong and belongs to no field that is shown.
fn general_errors(app: App) -> AnyView {
    let shown = |field: &str| {
        field.starts_with("problem.params.")
            || field.starts_with("problem.data")
            || field.starts_with("stop.")
            || field.starts_with("runs[")
            || field == "seed"
    };
    let rest = Memo::new(move |_| {
        app.errors.with(|all| all.iter().filter(|e| !shown(&e.field)).map(ToString::to_string).collect::<Vec<_>>())
    });
    (move || rest.get().into_iter().map(|e| view! { <p class="error" role="alert">{e}</p> }).collect::<Vec<_>>())
        .into_any()
}

fn stop(app: App) -> AnyView {
    let rtol = Memo::new(move |_| app.draft.with(|d| d.stop.rtol));
    let steps = Memo::new(move |_| app.draft.with(|d| d.stop.max_steps as f64));
    let seed = Memo::new(move |_| app.draft.with(|d| d.seed as f64));
    let set_rtol = move |v: f64, urgency| {
        if !(0.0..1.0).contains(&v) {
            return Err("must be at least 0 and below 1".to_owned());
        }
        app.edit(urgency, |d| d.stop.rtol = v);
        Ok(())
    };
    let whole = |v: f64, min: f64, max: f64| {
        if v.fract() == 0.0 && (min..=max).contains(&v) {
            Ok(v as u64)
        } else {
            Err(format!("must be a whole number between {min} and {max}"))
        }
    };
    let set_steps = move |v: f64, urgency| {
        let v = whole(v, 1.0, 1e8)?;
        app.edit(urgency, |d| d.stop.max_steps = v);
        Ok(())
    };
    let set_seed = move |v: f64, urgency: Urgency| {
        let v = whole(v, 0.0, 9e15)?;
        app.edit(urgency, |d| d.seed = v);
        Ok(())
    };
    let rtol_range = Range { min: 0.0, max: 0.1, log: true, whole: false };
    let step_range = Range { min: 1.0, max: 1e6, log: true, whole: true };
    let seed_range = Range { min: 0.0, max: 100.0, log: false, whole: true };
    view! {
        <div class="fields">
            <div class="field">
                <label for="stop-rtol">"tolerance"</label>
                <div class="control">
                    {number("stop-rtol".into(), "a run has converged when its stop series is at most this", rtol.into(), rtol_range, true, set_rtol)}
                    {path_error(app, "stop.rtol")}
                </div>
            </div>
            <div class="field">
                <label for="stop-steps">"most steps"</label>
                <div class="control">
                    {number("stop-steps".into(), "a run ends after this many steps", steps.into(), step_range, true, set_steps)}
                    {path_error(app, "stop.max_steps")}
                </div>
            </div>
            <div class="field">
                <label for="seed">"seed"</label>
                <div class="control">
                    {number("seed".into(), "of everything random", seed.into(), seed_range, false, set_seed)}
                    {path_error(app, "seed")}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What is wrong at one path.
fn path_error(app: App, path: &'static str) -> AnyView {
    let error = Memo::new(move |_| app.errors.with(|all| all.iter().find(|e| e.field == path).cloned()));
    (move || error.get().map(|e| error_view(&e, ""))).into_any()
}
