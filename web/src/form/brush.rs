//! Strokes painted over a picture.

use iterscope_core::Value;
use iterscope_decimal::Short;

use super::field::Field;
use super::number::{Range, number};
use crate::dom::{El, button, el, text};
use crate::model::{App, Urgency};
use crate::num;

/// Size, undo and the text form of painted strokes; painting happens on the pictures.
pub fn brush(f: Field) -> Vec<El> {
    let value = move || f.value().to_string();
    let strokes = move || value().split(';').filter(|s| !s.trim().is_empty()).count();
    let undo = move || {
        let all = value();
        let kept = all.rsplit_once(';').map_or("", |(kept, _)| kept);
        f.set(Value::from(kept), Urgency::Now);
    };
    let size = Range { min: 0.005, max: 0.25, log: true, whole: false };
    let set_size = move |v: f64, _| {
        if !(size.min..=size.max).contains(&v) {
            return Err(format!("must be between {} and {}", Short(size.min), Short(size.max)));
        }
        f.app.brush.set(v);
        Ok(())
    };
    let count = move || match strokes() {
        1 => "1 stroke".to_owned(),
        n => format!("{n} strokes"),
    };
    let row = el("div", "row")
        .add(el("span", "quiet grow").live_text(count))
        .add(button("small", "Undo", undo).disabled(move || strokes() == 0))
        .add(button("small", "Clear", move || f.set(Value::from(""), Urgency::Now)).disabled(move || strokes() == 0));
    let typed = el("input", "mono")
        .attr("type", "text")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("placeholder", "x,y,r x,y,r; …")
        .id(&f.id())
        .title(&f.param.doc)
        .live_value(value)
        .on_value("change", move |typed| f.set(Value::from(typed.as_str()), Urgency::Now));
    let doc = "brush radius, as a part of the width";
    let mut parts = vec![text("p", "quiet", "Paint on any picture with the pointer.")];
    parts.extend(number(&format!("{}-size", f.id()), doc, move || f.app.brush.get(), size, true, set_size));
    parts.extend([row, typed]);
    parts
}

/// The brush parameter that matters now, if the problem has one.
pub fn active(app: App) -> Option<&'static str> {
    let problem = app.draft.with(|d| app.catalog().problem(&d.problem.id))?;
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
    let number = |v: f64| num::fixed(v, 4);
    let point = |(x, y): &(f64, f64)| [number(*x), number(*y), number(radius)].join(",");
    let stroke = points.iter().map(point).collect::<Vec<_>>().join(" ");
    let old = app.draft.with_untracked(|d| d.problem.params.get(key).map(ToString::to_string)).unwrap_or_default();
    let all = if old.trim().is_empty() { stroke } else { format!("{old};{stroke}") };
    app.set_problem_param(key, Value::from(all.as_str()), Urgency::Now);
}
