//! Pictures of iterates and of problems.

mod bars;

mod field;

pub use field::context;
mod plots;

use iterscope_decimal::Short;
use std::cell::RefCell;
use std::rc::Rc;

use iterscope_core::{PictureKind, Stop, colour};
use iterscope_protocol::Status;
use leptos::prelude::untrack;
use wasm_bindgen::JsCast;
use web_sys::PointerEvent;

use crate::dom::{El, Local, effect, el, keep};
use crate::form::brush;
use crate::js;
use crate::model::trace::Trace;
use crate::model::{App, Drawn, Now, Race};
use crate::text;
use crate::theme;

/// Whose picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Of a run, by number.
    Run(u32),
    /// Of the problem itself.
    Given(String),
}

impl Source {
    fn with<T>(&self, app: App, f: impl FnOnce(&Drawn) -> T) -> Option<T> {
        match self {
            Source::Run(uid) => {
                let index = app.index(*uid)?;
                app.store.with_untracked(|s| s.pictures.get(index)?.as_ref().map(f))
            }
            Source::Given(key) => app.store.with_untracked(|s| s.given.iter().find(|g| g.0 == *key).map(|g| f(&g.1))),
        }
    }

    fn colour(&self, app: App) -> usize {
        match self {
            Source::Run(uid) => app.draft.with_untracked(|d| d.run(*uid).map_or(0, |r| r.colour)),
            Source::Given(_) => 0,
        }
    }

    fn signed(&self, app: App) -> bool {
        match self {
            Source::Run(_) => app.picture_kind().is_some_and(|(_, signed)| signed),
            Source::Given(key) => app.race.with(|race| {
                let given = race.as_ref().and_then(|r| r.problem.given.iter().find(|p| p.key == *key));
                given.is_some_and(|p| p.signed)
            }),
        }
    }
}

/// Paints a colour bar: a canvas one pixel high.
pub fn strip(canvas: &web_sys::HtmlCanvasElement, rgba: &[u8]) {
    field::put(canvas, rgba, (rgba.len() / 4) as u32);
}

/// A run whose headline has grown this much since its start has no say in the shared scale.
const RUNAWAY: f64 = 30.0;

fn diverged(now: Option<&Now>, trace: Option<&Trace>) -> bool {
    let stopped = now.is_some_and(|n| matches!(n.status, Status::Stopped { stop: Stop::Diverged }));
    let grown = trace.is_some_and(|t| {
        t.len() > 1 && t.series() > 0 && {
            let (first, last) = (t.y(0, 0), t.y(t.len() - 1, 0));
            first > 0.0 && (last.is_nan() || last > first * RUNAWAY)
        }
    });
    stopped || grown
}

/// The range of the colour scale and of the bars: one for all runs of the race. A run that diverged has no say in it.
pub fn shared_span(app: App) -> Option<(f64, f64)> {
    let (kind, signed) = app.picture_kind()?;
    let now = app.now.get_untracked();
    let span = app.store.with_untracked(|s| {
        let fits = |d: &&Drawn| d.shape.kind == kind;
        let drawn = s.pictures.iter().enumerate().filter(|(i, _)| !diverged(now.get(*i), s.traces.get(*i)));
        let drawn = drawn.filter_map(|(_, d)| d.as_ref().filter(fits));
        drawn.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), d| {
            (lo.min(f64::from(d.shape.lo)), hi.max(f64::from(d.shape.hi)))
        })
    });
    (span.0 <= span.1).then(|| colour::span(span.0, span.1, signed))
}

/// Whether a picture is made of pixels, which the pointer can name and paint over.
fn pixels(kind: PictureKind) -> bool {
    matches!(kind, PictureKind::Field | PictureKind::Colour)
}

/// A picture that follows its source.
pub fn picture(app: App, source: Source) -> El {
    let colour = source.colour(app);
    let canvas = el("canvas", "");
    let fit = el("div", "fit").add(canvas.clone());
    let bars_host = el("div", "bars");
    let kind = Local::new(None::<PictureKind>);
    // Canvases that are drawn in device pixels depend on their size.
    let resized = Local::new(0u32);
    let root = el("div", "picture empty").add(fit.clone()).add(bars_host.clone());
    {
        let (kind, resized) = (kind.clone(), resized.clone());
        keep(js::on_resize(&fit.0, move || {
            if kind.peek().is_some_and(|k| !pixels(k)) {
                let next = resized.peek().wrapping_add(1);
                resized.set(next);
            }
        }));
    }
    let (source_of, fit_of, root_of, kind_of) = (source.clone(), fit.clone(), root.clone(), kind.clone());
    let mut rows = bars::Rows::default();
    effect(move || {
        app.repaint.track();
        resized.get();
        let dark = app.dark.get();
        let signed = source_of.signed(app);
        let shared = matches!(source_of, Source::Run(_));
        let large = app.large.with_untracked(Option::is_some);
        let drawn = source_of.with(app, |d| {
            let own = colour::span(f64::from(d.shape.lo), f64::from(d.shape.hi), signed);
            let span = if shared { shared_span(app).unwrap_or(own) } else { own };
            let (canvas, run) = (canvas.canvas(), theme::run_colour(colour, dark));
            match d.shape.kind {
                PictureKind::Field | PictureKind::Colour => {
                    field::draw(canvas, fit_of.html(), d, span, colour::Map::of(signed, dark), dark);
                }
                PictureKind::Bars => app.race.with_untracked(|race| {
                    let labels = race.as_ref().map_or(&[][..], |r| &r.problem.labels[..]);
                    bars::draw(&mut rows, bars_host.html(), d, span, labels, large);
                }),
                PictureKind::Scatter => plots::scatter(canvas, d, run, &theme::ink(dark)),
                PictureKind::Spectrum => plots::spectrum(canvas, d, span, run, &theme::ink(dark)),
                PictureKind::Points => plots::points(canvas, d, run, &theme::ink(dark)),
            }
            d.shape.kind
        });
        if *kind_of.peek() != drawn {
            kind_of.set(drawn);
            let class = match drawn {
                None => "empty",
                Some(PictureKind::Field | PictureKind::Colour) => "field-kind",
                Some(PictureKind::Bars) => "bars-kind",
                Some(_) => "plot-kind",
            };
            root_of.0.set_class_name(&format!("picture {class} c{colour}"));
        }
    });
    let over = fit.clone();
    fit.slot(move || kind.get().is_some_and(pixels).to_string(), {
        let source = source.clone();
        move || {
            let field = source.with(app, |d| pixels(d.shape.kind));
            if field == Some(true) { pointer(app, source.clone(), over.clone()) } else { Vec::new() }
        }
    });
    root
}

/// Points in units of the width.
type Stroke = Vec<(f64, f64)>;

/// Where the pointer is, as fractions of the picture.
fn place(fit: &El, ev: &PointerEvent) -> Option<(f64, f64)> {
    let rect = fit.0.get_bounding_client_rect();
    let (x, y) = (f64::from(ev.client_x()) - rect.left(), f64::from(ev.client_y()) - rect.top());
    let inside = (0.0..rect.width()).contains(&x) && (0.0..rect.height()).contains(&y);
    inside.then(|| (x / rect.width(), y / rect.height()))
}

/// What the pointer does over a field: a crosshair in all pictures with the value in each, or painting.
fn pointer(app: App, source: Source, fit: El) -> Vec<El> {
    let overlay = el("canvas", "strokes").live_class("brush", move || brush::active(app).is_some());
    // The stroke being painted, in units of the width.
    let stroke: Rc<RefCell<Option<Stroke>>> = Rc::default();
    let add = {
        let (stroke, overlay, fit) = (stroke.clone(), overlay.clone(), fit.clone());
        move |(u, v): (f64, f64)| {
            let aspect = f64::from(fit.0.client_height()) / f64::from(fit.0.client_width().max(1));
            let (p, radius) = ((u, v * aspect), app.brush.get_untracked());
            if let Some(points) = &mut *stroke.borrow_mut()
                && points.last().is_none_or(|l| (l.0 - p.0).abs().max((l.1 - p.1).abs()) > radius / 3.0)
            {
                points.push(p);
                field::stroke(overlay.canvas(), fit.html(), points, radius);
            }
        }
    };
    let finish = {
        let (stroke, overlay, fit) = (stroke.clone(), overlay.clone(), fit.clone());
        move || {
            let Some(points) = stroke.take() else { return };
            if let Some(key) = untrack(|| brush::active(app)) {
                brush::add_stroke(app, key, &points, app.brush.get_untracked());
            }
            field::stroke(overlay.canvas(), fit.html(), &[], 0.0);
        }
    };
    let (down_add, down_at, catch) = (add.clone(), fit.clone(), overlay.clone());
    let (move_at, leave) = (fit.clone(), finish.clone());
    // Of what a run shows only the first picture is the matrix itself, whose places can be painted over.
    let run = matches!(source, Source::Run(_));
    let paintable = move || {
        let first =
            |r: &Race| r.problem.pictures.first().is_some_and(|p| app.picture.with_untracked(|key| p.key == *key));
        !run || app.race.with_untracked(|race| race.as_deref().is_some_and(first))
    };
    let overlay = overlay
        .on("pointerdown", move |ev| {
            let pointer: &PointerEvent = ev.unchecked_ref();
            let Some(p) = place(&down_at, pointer).filter(|_| pointer.button() == 0) else { return };
            if paintable() && untrack(|| brush::active(app)).is_some() {
                ev.prevent_default();
                let _ = catch.0.set_pointer_capture(pointer.pointer_id());
                stroke.replace(Some(Vec::new()));
                down_add(p);
            }
        })
        .on("pointermove", move |ev| {
            let p = place(&move_at, ev.unchecked_ref());
            app.probe.set(p);
            if let Some(p) = p {
                add(p);
            }
        })
        .on("pointerup", move |_| finish())
        .on("pointercancel", move |_| leave())
        .on("pointerleave", move |_| app.probe.set(None));
    let cross = el("div", "cross").live_class("gone", move || app.probe.with(Option::is_none));
    let lines = cross.clone();
    effect(move || {
        if let Some((u, v)) = app.probe.get() {
            js::style(lines.html(), "--u", &format!("{}%", Short(u * 100.0)));
            js::style(lines.html(), "--v", &format!("{}%", Short(v * 100.0)));
        }
    });
    let value = move || {
        app.repaint.track();
        let read = app.probe.get().and_then(|(u, v)| source.with(app, |d| field::value_at(d, u, v)).flatten());
        read.map(|v| text::value(f64::from(v))).unwrap_or_default()
    };
    let probe = el("span", "probe").live_class("gone", move || app.probe.with(Option::is_none)).live_text(value);
    vec![overlay, cross, probe]
}
