//! What the pointer does over a picture: a crosshair in all pictures with the value in each, or painting.

use iterscope_core::PictureKind;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::{Source, brush, field, line};
use crate::browser::{now, set_style};
use crate::form::{active_brush, add_stroke};
use crate::format;
use crate::state::{PictureData, ShownRace, use_app};

/// Room around what is read, on the left, right, top and bottom, in CSS pixels.
fn margins(kind: PictureKind, width: f64) -> [f64; 4] {
    if kind == PictureKind::Line { line::margins(width) } else { [0.0; 4] }
}

/// Where the pointer is, as fractions of the picture.
fn place(fit: NodeRef<html::Div>, kind: PictureKind, ev: &PointerEvent) -> Option<(f64, f64)> {
    let rect = fit.get_untracked()?.get_bounding_client_rect();
    let [left, right, top, bottom] = margins(kind, rect.width());
    let (x, y) = (f64::from(ev.client_x()) - rect.left() - left, f64::from(ev.client_y()) - rect.top() - top);
    let (width, height) = (rect.width() - left - right, rect.height() - top - bottom);
    let inside = (0.0..width).contains(&x) && (0.0..height).contains(&y);
    inside.then(|| (x / width, y / height))
}

/// What stands at a place given as fractions, in words.
fn reading(picture: &PictureData, kind: PictureKind, (u, v): (f64, f64)) -> Option<String> {
    if kind == PictureKind::Line {
        let (x, values) = line::values_at(picture, u)?;
        let values: Vec<String> = values.into_iter().map(format::value).collect();
        return Some(format!("{}: {}", format::value(x), values.join(", ")));
    }
    field::value_at(picture, u, v).map(|v| format::value(f64::from(v)))
}

/// Milliseconds between two parts of a stroke that is painted on a field.
const PARTS: f64 = 50.0;

/// A stroke that is being painted on a field.
#[derive(Clone, Default)]
struct Stroke {
    /// Where its last dab is, as fractions.
    last: (f64, f64),
    /// Dabs that are not sent yet.
    waiting: Vec<String>,
    /// When a part of it was sent.
    sent: Option<f64>,
}

/// How far a key moves the brush, as fractions from the left and from the top.
fn moves(ev: &KeyboardEvent) -> Option<(f64, f64)> {
    let by = if ev.shift_key() { 0.1 } else { 0.02 };
    match ev.key().as_str() {
        "ArrowLeft" => Some((-by, 0.0)),
        "ArrowRight" => Some((by, 0.0)),
        "ArrowUp" => Some((0.0, -by)),
        "ArrowDown" => Some((0.0, by)),
        _ => None,
    }
}

/// Crosshair, value and brush over a picture.
#[component]
pub fn PointerLayer(source: Source, fit: NodeRef<html::Div>, kind: PictureKind) -> impl IntoView {
    let app = use_app();
    let (overlay, cross) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Div>::new());
    // The stroke being painted, in units of the width.
    let stroke = StoredValue::new(None::<Vec<(f64, f64)>>);
    let brush = Memo::new(move |_| active_brush(app).filter(|_| kind != PictureKind::Line));
    let run = matches!(source, Source::Run(_));
    // On a field, while it runs.
    let paint = Memo::new(move |_| brush::active(app).filter(|_| run));
    let painted = StoredValue::new(None::<Stroke>);
    let send = move || {
        let Some(brush) = paint.get_untracked() else { return };
        painted.update_value(|stroke| {
            if let Some(stroke) = stroke.as_mut().filter(|s| !s.waiting.is_empty()) {
                app.paint(&brush.field, std::mem::take(&mut stroke.waiting).join(" "), stroke.sent.is_none());
                stroke.sent = Some(now());
            }
        });
    };
    let dab = move |place: (f64, f64)| {
        let Some(brush) = paint.get_untracked() else { return };
        let text = untrack(|| brush::dab(app, &brush, kind, place));
        painted.update_value(|stroke| {
            if let Some(stroke) = stroke {
                stroke.last = place;
                stroke.waiting.push(text);
            }
        });
    };
    let begin = move |place: (f64, f64)| {
        painted.set_value(Some(Stroke::default()));
        dab(place);
        send();
    };
    // Dabs lie half a radius apart; they are sent some times a second, so that the field answers while it is painted on.
    let go_on = move |(u, v): (f64, f64)| {
        let Some((brush, fit)) = paint.get_untracked().zip(fit.get_untracked()) else { return };
        let aspect = f64::from(fit.client_height()) / f64::from(fit.client_width().max(1));
        let flat = kind == PictureKind::Line;
        let apart = 0.5 * untrack(|| brush::part(app, &brush));
        let far = |s: &Stroke| (s.last.0 - u).hypot(if flat { 0.0 } else { (s.last.1 - v) * aspect }) > apart;
        let Some(far) = painted.with_value(|s| s.as_ref().map(far)) else { return };
        if far {
            dab((u, v));
        }
        if painted.with_value(|s| s.as_ref().and_then(|s| s.sent).is_none_or(|sent| now() - sent > PARTS)) {
            send();
        }
    };
    let key = move |ev: KeyboardEvent| {
        if paint.get_untracked().is_none() {
            return;
        }
        let at = app.probe.get_untracked().unwrap_or((0.5, 0.5));
        if let Some((right, down)) = moves(&ev) {
            app.probe.set(Some(((at.0 + right).clamp(0.0, 0.999), (at.1 + down).clamp(0.0, 0.999))));
        } else if ev.key() == "Enter" || ev.key() == " " {
            app.probe.set(Some(at));
            begin(at);
            painted.set_value(None);
        } else {
            return;
        }
        // These keys are the brush's while it has the focus.
        ev.prevent_default();
        ev.stop_propagation();
    };
    let add = move |(u, v): (f64, f64)| {
        let (Some(fit), Some(overlay)) = (fit.get_untracked(), overlay.get_untracked()) else { return };
        let aspect = f64::from(fit.client_height()) / f64::from(fit.client_width().max(1));
        let (p, radius) = ((u, v * aspect), app.brush_radius.get_untracked());
        stroke.update_value(|stroke| {
            if let Some(points) = stroke
                && points.last().is_none_or(|l| (l.0 - p.0).abs().max((l.1 - p.1).abs()) > radius / 3.0)
            {
                points.push(p);
                field::stroke(&overlay, &fit, points, radius);
            }
        });
    };
    let finish = move || {
        send();
        painted.set_value(None);
        let Some(points) = stroke.try_update_value(Option::take).flatten() else { return };
        if let Some(key) = brush.get_untracked() {
            add_stroke(app, key, &points, app.brush_radius.get_untracked());
        }
        if let (Some(fit), Some(overlay)) = (fit.get_untracked(), overlay.get_untracked()) {
            field::stroke(&overlay, &fit, &[], 0.0);
        }
    };
    // Of what a run shows only the first picture is the matrix itself, whose places can be painted over.
    let paintable = move || {
        let first =
            |r: &ShownRace| r.problem.pictures.first().is_some_and(|p| app.picture.with_untracked(|key| p.key == *key));
        !run || app.race.with_untracked(|race| race.as_deref().is_some_and(first))
    };
    let down = move |ev: PointerEvent| {
        let Some(p) = place(fit, kind, &ev).filter(|_| ev.button() == 0) else { return };
        if paint.get_untracked().is_some() {
            ev.prevent_default();
            if let Some(overlay) = overlay.get_untracked() {
                let _ = overlay.set_pointer_capture(ev.pointer_id());
                let _ = overlay.focus();
            }
            begin(p);
        } else if paintable() && brush.get_untracked().is_some() {
            ev.prevent_default();
            if let Some(overlay) = overlay.get_untracked() {
                let _ = overlay.set_pointer_capture(ev.pointer_id());
            }
            stroke.set_value(Some(Vec::new()));
            add(p);
        }
    };
    let moved = move |ev: PointerEvent| {
        let p = place(fit, kind, &ev);
        app.probe.set(p);
        if let Some(p) = p {
            add(p);
            go_on(p);
        }
    };
    Effect::new(move |_| {
        if let (Some((u, v)), Some(cross), Some(fit)) = (app.probe.get(), cross.get(), fit.get_untracked()) {
            let (width, height) = (f64::from(fit.client_width()), f64::from(fit.client_height()));
            let [left, right, top, bottom] = margins(kind, width);
            set_style(&cross, "--u", &format!("{}px", left + u * (width - left - right)));
            set_style(&cross, "--v", &format!("{}px", top + v * (height - top - bottom)));
            let across = paint.get().map_or(0.0, |brush| 2.0 * brush::part(app, &brush) * (width - left - right));
            set_style(&cross, "--across", &format!("{across}px"));
        }
    });
    let no_probe = Memo::new(move |_| app.probe.with(Option::is_none));
    let value = move || {
        app.repaint.track();
        app.probe.get().and_then(|place| source.with(app, |d| reading(d, kind, place)).flatten())
    };
    view! {
        <canvas
            class="strokes"
            class:brush=move || brush.get().is_some() || paint.get().is_some()
            tabindex=move || paint.get().map(|_| "0")
            role=move || paint.get().map(|_| "application")
            aria-label=move || paint.get().map(|b| format!("Paint on {}: the arrow keys move the brush, Enter paints", b.field))
            on:keydown=key
            node_ref=overlay
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| finish()
            on:pointercancel=move |_| finish()
            on:pointerleave=move |_| app.probe.set(None)
        ></canvas>
        <div class="cross" class:upright=kind == PictureKind::Line class:gone=no_probe node_ref=cross>
            <i class:gone=move || paint.get().is_none()></i>
        </div>
        <span class="probe" class:gone=no_probe>{value}</span>
    }
}
