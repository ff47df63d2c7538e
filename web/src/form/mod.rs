//! The left zone: what is asked.

pub mod brush;
mod columns;
pub mod data;
mod expression;
mod field;
mod methods;
mod note;
mod number;
mod presets;

use crate::details::math;
use crate::dom::{El, el, select, text};
use crate::header;
use crate::icon::{Icon, icon_button};
use crate::model::{App, Open, Urgency};
use iterscope_decimal::Short;
use number::{Range, number};

pub use expression::error_view;
pub use field::{Owner, fields};

/// The id of the problem in the forms.
fn problem_id(app: App) -> String {
    app.draft.with(|d| d.problem.id.clone())
}

/// The form.
pub fn side(app: App) -> El {
    let details = move || app.open.set(Open::Details(app.draft.with_untracked(|d| d.problem.id.clone())));
    let problem_head = el("div", "section-head").add(text("h2", "", "Problem").id("h-problem")).add(icon_button(
        Icon::Info,
        "The mathematics of this problem",
        details,
    ));
    let sheet_head = el("div", "sheet-head")
        .add(text("strong", "grow", "Experiment"))
        .add(header::theme_button(app))
        .add(icon_button(Icon::Cross, "Close", move || app.sheet.set(false)));
    el("aside", "side")
        .label("Problem and methods")
        .live_class("open", move || app.sheet.get())
        .add(sheet_head)
        .add(
            el("section", "")
                .attr("aria-labelledby", "h-problem")
                .add(problem_head)
                .add(presets::presets(app))
                .slot(move || problem_id(app), move || problem(app).unwrap_or_default())
                .parts(move || note::problem_notes(app))
                .parts(move || general_errors(app)),
        )
        .add(el("section", "").attr("aria-labelledby", "h-methods").add_all(methods::methods(app)))
        .add(
            el("section", "").attr("aria-labelledby", "h-stop").add(text("h2", "", "Stop").id("h-stop")).add(stop(app)),
        )
}

/// A label beside a control.
pub fn labelled(id: &str, label: &str, control: Vec<El>) -> El {
    el("div", "field").add(text("label", "", label).attr("for", id)).add(el("div", "control").add_all(control))
}

/// The choice of problem, its equation, data and parameters.
fn problem(app: App) -> Option<Vec<El>> {
    let problem = app.catalog().problem(&problem_id(app))?;
    let family = app.catalog().family_of(&problem.id)?;
    let mut parts = vec![el("div", "equation").title(&problem.summary).add(math(app, &problem.id))];
    if family.problems.len() > 1 {
        let options = family.problems.iter().map(|p| (p.id.to_string(), p.label.to_string(), None)).collect();
        let choice = select(options, move || problem_id(app), move |id| app.choose_problem(&id)).id("problem");
        parts.push(labelled("problem", "problem", vec![choice]));
    }
    parts.extend(data::data(app, problem));
    parts.push(fields(app, Owner::Problem, &problem.params));
    Some(parts)
}

/// What is wrong and belongs to no field that is shown.
fn general_errors(app: App) -> Vec<El> {
    const SHOWN: [&str; 6] = ["problem.params.", "problem.data", "problem.columns", "stop.", "runs[", "seed"];
    app.errors.with(|all| {
        let rest = all.iter().filter(|e| !SHOWN.iter().any(|s| e.field.starts_with(s)));
        rest.map(|e| text("p", "error", &e.to_string()).attr("role", "alert")).collect()
    })
}

fn whole(v: f64, min: f64, max: f64) -> Result<u64, String> {
    if v.fract() == 0.0 && (min..=max).contains(&v) {
        return Ok(v as u64);
    }
    Err(format!("must be a whole number between {} and {}", Short(min), Short(max)))
}

fn stop(app: App) -> El {
    let set_rtol = move |v: f64, urgency: Urgency| {
        if !(0.0..1.0).contains(&v) {
            return Err("must be at least 0 and below 1".to_owned());
        }
        app.edit(urgency, |d| d.stop.rtol = v);
        Ok(())
    };
    let set_steps = move |v: f64, urgency: Urgency| {
        let v = whole(v, 1.0, 1e8)?;
        app.edit(urgency, |d| d.stop.max_steps = v);
        Ok(())
    };
    let set_seed = move |v: f64, urgency: Urgency| {
        let v = whole(v, 0.0, 9e15)?;
        app.edit(urgency, |d| d.seed = v);
        Ok(())
    };
    let rtol = Range { min: 0.0, max: 0.1, log: true, whole: false };
    let steps = Range { min: 1.0, max: 1e6, log: true, whole: true };
    let seeds = Range { min: 0.0, max: 100.0, log: false, whole: true };
    let doc = "a run has converged when its stop series is at most this";
    let rtol = number("stop-rtol", doc, move || app.draft.with(|d| d.stop.rtol), rtol, true, set_rtol);
    let doc = "a run ends after this many steps";
    let steps = number("stop-steps", doc, move || app.draft.with(|d| d.stop.max_steps as f64), steps, true, set_steps);
    let doc = "of everything random";
    let seed = number("seed", doc, move || app.draft.with(|d| d.seed as f64), seeds, false, set_seed);
    let with_error = |id: &str, label: &str, control: Vec<El>, path: &'static str| {
        labelled(id, label, control).parts(move || path_error(app, path))
    };
    el("div", "fields")
        .add(with_error("stop-rtol", "tolerance", rtol, "stop.rtol"))
        .add(with_error("stop-steps", "most steps", steps, "stop.max_steps"))
        .add(with_error("seed", "seed", seed, "seed"))
}

/// What is wrong at one path.
fn path_error(app: App, path: &str) -> Vec<El> {
    app.errors.with(|all| all.iter().filter(|e| e.field == path).flat_map(|e| error_view(e, "")).collect())
}
