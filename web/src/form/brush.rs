//! Strokes painted over a picture.

use iterscope_core::Value;
use leptos::prelude::*;

use super::field::Field;
use super::number::{Range, number};
use crate::model::{App, Urgency};

/// Size, undo and the text form of painted strokes; painting happens on the pictures.
pub fn brush(f: Field) -> AnyView {
    let value = Memo::new(move |_| f.value().to_string());
    let strokes = move || value.with(|v| v.split(';').filter(|s| !s.trim().is_empty()).count());
    let undo = move || {
        let text = value.get_untracked();
        let kept = text.rsplit_once(';').map_or("", |(kept, _)| kept);
        f.set(Value::from(kept), Urgency::Now);
    };
    let size = Range { min: 0.005, max: 0.25, log: true, whole: false };
    let set_size = move |v: f64, _| {
        if !(size.min..=size.max).contains(&v) {
            return Err(format!("must be between {} and {}", size.min, size.max));
        }
        f.app.brush.set(v);
        Ok(())
    };
    view! {
        <p class="quiet">"Paint on any picture with the pointer."</p>
        {number(format!("{}-size", f.id()), "brush radius, as a part of the width", f.app.brush.into(), size, true, set_size)}
        <div class="row">
            <span class="quiet grow">{move || match strokes() { 1 => "1 stroke".to_owned(), n => format!("{n} strokes") }}</span>
            <button type="button" class="small" disabled=move || strokes() == 0 on:click=move |_| undo()>"Undo"</button>
            <button type="button" class="small" disabled=move || strokes() == 0
                on:click=move |_| f.set(Value::from(""), Urgency::Now)>"Clear"</button>
        </div>
        <input type="text" class="mono" autocomplete="off" spellcheck="false" id=f.id() title=f.param.doc.as_ref()
            placeholder="x,y,r x,y,r; …" prop:value=move || value.get()
            on:change=move |ev| f.set(Value::from(event_target_value(&ev).as_str()), Urgency::Now)/>
    }
    .into_any()
}

/// The brush parameter that matters now, if the problem has one.
pub fn active(app: App) -> Option<&'static str> {
    let problem = app.draft.with(|d| app.catalog.problem(&d.problem.id))?;
    let param = problem.params.iter().find(|p| p.kind == iterscope_core::Kind::Brush)?;
    let shown = param.when.as_ref().is_none_or(|w| {
        let default = problem.params.iter().find(|p| p.key == w.key).map(|p| p.default.to_string());
        let now = app.draft.with(|d| d.problem.params.get(w.key.as_ref()).map(ToString::to_string)).or(default);
        now.is_some_and(|now| w.is.has(&now))
    });
    shown.then_some(param.key.as_ref())
}

/// Adds a stroke of points in units of the width.
pub fn add_stroke(app: App, key: &str, points: &[(f64, f64)], radius: f64) {
    let words: Vec<String> = points.iter().map(|(x, y)| format!("{x:.4},{y:.4},{radius:.4}")).collect();
    let stroke = words.join(" ");
    let old = app.draft.with_untracked(|d| d.problem.params.get(key).map(ToString::to_string)).unwrap_or_default();
    let all = if old.trim().is_empty() { stroke } else { format!("{old};{stroke}") };
    app.set_problem_param(key, Value::from(all.as_str()), Urgency::Now);
}
