//! Painting on the fields of a problem in time while it runs.

use iterscope_core::{Brush, PictureKind};
use leptos::prelude::*;

use super::shared_span;
use crate::format;
use crate::number::parse;
use crate::state::{AppState, use_app};
use crate::ui::{Icon, IconView};

/// The brush for the field that pictures show, where it can be painted on.
fn offered(app: AppState) -> Option<Brush> {
    let key = app.picture.get();
    app.race.with(|race| race.as_ref()?.problem.brushes.iter().find(|b| b.field == key).cloned())
}

/// The same while a person paints.
pub fn active(app: AppState) -> Option<Brush> {
    offered(app).filter(|_| app.painting.get())
}

/// The radius in units of the coordinates.
fn radius(app: AppState, brush: &Brush) -> f64 {
    let wanted = app.brush_radius.get() * (brush.to[0] - brush.from[0]);
    rounded(wanted, brush).clamp(brush.least, brush.most())
}

/// The radius as a part of the width that is drawn.
pub fn part(app: AppState, brush: &Brush) -> f64 {
    radius(app, brush) / (brush.to[0] - brush.from[0])
}

/// With as many digits as a picture can tell apart.
fn rounded(x: f64, brush: &Brush) -> f64 {
    let digits = (4.0 - brush.most().log10().floor()).clamp(0.0, 300.0) as usize;
    format!("{x:.digits$}").parse().unwrap_or(x)
}

/// A dab at a place given as fractions from the left and from the top, as text that [`Brush::read`] reads.
pub fn dab(app: AppState, brush: &Brush, kind: PictureKind, (u, v): (f64, f64)) -> String {
    let (from, to) = (&brush.from, &brush.to);
    let at = |axis: usize| match (axis, kind) {
        // Curves begin and end at nodes, cells half a cell beyond them.
        (0, PictureKind::Line) => from[0] + 0.5 * brush.least + u * (to[0] - from[0] - brush.least),
        (0, _) => from[0] + u * (to[0] - from[0]),
        (1, _) => to[1] - v * (to[1] - from[1]),
        // Of three dimensions the layer in the middle is drawn.
        _ => 0.5 * (from[axis] + to[axis]),
    };
    let place = (0..from.len()).map(|axis| rounded(at(axis), brush).clamp(from[axis], to[axis]));
    let numbers = place.chain([radius(app, brush), app.paint_amount.with(|a| a.1)]);
    numbers.map(|x| x.to_string()).collect::<Vec<_>>().join(",")
}

/// Half of the range that is shown, in one digit: a change that is seen.
fn usual_amount(app: AppState) -> f64 {
    let half = shared_span(app).map_or(0.0, |(lo, hi)| 0.5 * (hi - lo));
    if half > 0.0 && half.is_finite() { format!("{half:.0e}").parse().unwrap_or(1.0) } else { 1.0 }
}

/// The switch for painting, with the size and the strength of the brush.
#[component]
pub fn PaintBar() -> impl IntoView {
    let app = use_app();
    let brush = Memo::new(move |_| offered(app));
    let painting = Memo::new(move |_| active(app).is_some());
    // The amount that was chosen stays as long as the same field is shown.
    Effect::new(move |_| {
        let Some(brush) = active(app) else { return };
        if app.paint_amount.with_untracked(|a| a.0 != brush.field) {
            app.paint_amount.set((brush.field.to_string(), untrack(|| usual_amount(app))));
        }
    });
    let set_radius = move |typed: String| {
        let brush = brush.get_untracked()?;
        let good = parse(&typed).filter(|r| (brush.least..=brush.most()).contains(r))?;
        app.brush_radius.set(good / (brush.to[0] - brush.from[0]));
        Some(())
    };
    let set_amount = move |typed: String| {
        let good = parse(&typed).filter(|a| a.is_finite())?;
        app.paint_amount.update(|a| a.1 = good);
        Some(())
    };
    let shown_radius = move || brush.get().map_or(String::new(), |b| radius(app, &b).to_string());
    let shown_amount = move || app.paint_amount.with(|a| a.1.to_string());
    let limits = move || brush.get().map(|b| format!("From {} to {}", format::value(b.least), format::value(b.most())));
    view! {
        <div class="paint" class:gone=move || brush.with(Option::is_none)>
            <button
                type="button"
                class="small"
                aria-pressed=move || painting.get().to_string()
                aria-label="Paint"
                title="Paint on the pictures: it adds to the field while it runs, in all runs"
                on:click=move |_| app.painting.update(|on| *on = !*on)
            >
                <IconView icon=Icon::Brush/>
                <span class="wide-only">"Paint"</span>
            </button>
            <Show when=move || painting.get()>
                <Number label="adds" title=move || Some("What is added in the middle of the brush; less than 0 takes away".to_owned()) value=Signal::derive(shown_amount) set=set_amount/>
                <Number label="radius" title=limits value=Signal::derive(shown_radius) set=set_radius/>
            </Show>
        </div>
    }
}

/// A number that is typed; what is none stays in its place, marked.
#[component]
fn Number(
    label: &'static str,
    #[prop(into)] title: Signal<Option<String>>,
    value: Signal<String>,
    set: impl Fn(String) -> Option<()> + 'static,
) -> impl IntoView {
    let wrong = RwSignal::new(false);
    view! {
        <label title=title>
            {label}
            <input
                type="text"
                inputmode="decimal"
                aria-invalid=move || wrong.get().to_string()
                prop:value=value
                on:change=move |ev| wrong.set(set(event_target_value(&ev)).is_none())
            />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_as_many_digits_as_the_domain_needs() {
        let brush = |to: f64| Brush { field: "u".into(), from: vec![0.0], to: vec![to], least: 0.01 * to };
        assert_eq!(rounded(0.123456789, &brush(1.0)), 0.1235);
        assert_eq!(rounded(123.456789, &brush(500.0)), 123.46);
        assert_eq!(rounded(1.23456789e-4, &brush(1e-3)), 1.235e-4);
    }
}
