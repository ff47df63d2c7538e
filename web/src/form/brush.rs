//! Strokes painted over a picture.

use std::sync::Arc;

use iterscope_core::{Kind, Value};
use leptos::prelude::*;

use super::field::{Field, Owner};
use super::number::{NumberInput, Range};
use crate::state::{AppState, Urgency};
use crate::ui::SmallButton;

const SIZE: Range = Range { min: 0.005, max: 0.25, log: true, whole: false };

/// Size, undo and the text form of painted strokes; painting happens on the pictures.
#[component]
pub fn BrushInput(field: Field) -> impl IntoView {
    let app = field.app;
    let value = move || field.value().to_string();
    let strokes = Memo::new(move |_| value().split(';').filter(|s| !s.trim().is_empty()).count());
    let none = Signal::derive(move || strokes.get() == 0);
    let undo = move |()| {
        let all = untrack(value);
        let kept = all.rsplit_once(';').map_or("", |(kept, _)| kept);
        field.set(Value::from(kept), Urgency::Now);
    };
    let set_size = move |v: f64, _| {
        if !(SIZE.min..=SIZE.max).contains(&v) {
            return Err(format!("must be between {} and {}", SIZE.min, SIZE.max));
        }
        app.brush_radius.set(v);
        Ok(())
    };
    let count = move || match strokes.get() {
        1 => "1 stroke".to_owned(),
        n => format!("{n} strokes"),
    };
    view! {
        <p class="quiet">"Paint on any picture with the pointer."</p>
        <NumberInput
            id=format!("{}-size", field.id())
            doc="Brush radius, as a part of the width"
            value=app.brush_radius.into()
            range=SIZE
            slider=true
            commit=Arc::new(set_size)
        />
        <div class="row">
            <span class="quiet grow">{count}</span>
            <SmallButton label="Undo" disabled=none on_press=undo/>
            <SmallButton label="Clear" disabled=none on_press=move |()| field.set(Value::from(""), Urgency::Now)/>
        </div>
        <input
            class="mono"
            type="text"
            autocomplete="off"
            spellcheck="false"
            placeholder="x,y,r x,y,r; …"
            id=field.id()
            title=field.param.doc.to_string()
            prop:value=value
            on:change=move |ev| field.set(Value::from(event_target_value(&ev).as_str()), Urgency::Now)
        />
    }
}

/// The brush parameter that matters now, if the problem has one.
pub fn active_brush(app: AppState) -> Option<&'static str> {
    let problem = app.draft.with(|d| app.catalog().problem(&d.problem.id))?;
    let schema: &'static [_] = &problem.params;
    let param = schema.iter().find(|p| p.kind == Kind::Brush)?;
    Field { app, owner: Owner::Problem, param, schema }.relevant().then_some(param.key.as_ref())
}

/// Adds a stroke of points in units of the width.
pub fn add_stroke(app: AppState, key: &str, points: &[(f64, f64)], radius: f64) {
    let point = |(x, y): &(f64, f64)| format!("{x:.4},{y:.4},{radius:.4}");
    let stroke = points.iter().map(point).collect::<Vec<_>>().join(" ");
    let old = app.draft.with_untracked(|d| d.problem.params.get(key).map(ToString::to_string)).unwrap_or_default();
    let all = if old.trim().is_empty() { stroke } else { format!("{old};{stroke}") };
    app.set_problem_param(key, Value::from(all.as_str()), Urgency::Now);
}
