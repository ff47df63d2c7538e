//! Pictures of iterates and of problems.

mod bars;

mod field;

pub use field::context;
mod plots;

use iterscope_core::{PictureKind, Stop, colour};
use iterscope_protocol::Status;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::form::brush;
use crate::js;
use crate::model::trace::Trace;
use crate::model::{App, Drawn, Now};
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
                app.store.with_value(|s| s.pictures.get(index)?.as_ref().map(f))
            }
            Source::Given(key) => app.store.with_value(|s| s.given.get(key).map(f)),
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
    let span = app.store.with_value(|s| {
        let fits = |d: &&Drawn| d.shape.kind == kind;
        let drawn = s.pictures.iter().enumerate().filter(|(i, _)| !diverged(now.get(*i), s.traces.get(*i)));
        let drawn = drawn.filter_map(|(_, d)| d.as_ref().filter(fits));
        drawn.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), d| {
            (lo.min(f64::from(d.shape.lo)), hi.max(f64::from(d.shape.hi)))
        })
    });
    (span.0 <= span.1).then(|| colour::span(span.0, span.1, signed))
}

/// A picture that follows its source.
pub fn picture(app: App, source: Source) -> AnyView {
    let fit = NodeRef::<Div>::new();
    let canvas = NodeRef::<Canvas>::new();
    let bars_host = NodeRef::<Div>::new();
    let rows = StoredValue::new_local(bars::Rows::default());
    let kind = RwSignal::new(None::<PictureKind>);
    // Canvases that are drawn in device pixels depend on their size.
    let resized = RwSignal::new(0u32);
    let colour = source.colour(app);
    {
        let source = source.clone();
        Effect::new(move || {
            app.repaint.track();
            resized.track();
            let dark = app.dark.get();
            let (Some(fit), Some(canvas), Some(host)) = (fit.get(), canvas.get(), bars_host.get()) else { return };
            let signed = source.signed(app);
            let shared = matches!(source, Source::Run(_));
            let large = app.large.with_untracked(Option::is_some);
            let drawn = source.with(app, |d| {
                let own = colour::span(f64::from(d.shape.lo), f64::from(d.shape.hi), signed);
                let span = if shared { shared_span(app).unwrap_or(own) } else { own };
                match d.shape.kind {
                    PictureKind::Field => field::draw(&canvas, &fit, d, span, colour::Map::of(signed, dark), dark),
                    PictureKind::Bars => app.race.with_untracked(|race| {
                        let labels = race.as_ref().map_or(&[][..], |r| &r.problem.labels[..]);
                        rows.update_value(|rows| bars::draw(rows, &host, d, span, labels, large));
                    }),
                    PictureKind::Scatter => {
                        plots::scatter(&canvas, d, theme::run_colour(colour, dark), &theme::ink(dark))
                    }
                    PictureKind::Spectrum => {
                        plots::spectrum(&canvas, d, span, theme::run_colour(colour, dark), &theme::ink(dark));
                    }
                }
                d.shape.kind
            });
            if kind.get_untracked() != drawn {
                kind.set(drawn);
            }
        });
    }
    {
        let observer = StoredValue::new_local(None::<web_sys::ResizeObserver>);
        Effect::new(move || {
            // Its size changes with the kind of picture, too.
            let Some(fit) = fit.get() else { return };
            observer.set_value(js::on_resize(&fit, move || {
                if kind.get_untracked().is_some_and(|k| k != PictureKind::Field) {
                    resized.update(|r| *r += 1);
                }
            }));
        });
        on_cleanup(move || {
            let _ = observer.try_update_value(|o| o.take().map(|o| o.disconnect()));
        });
    }
    let class = move || {
        let kind = match kind.get() {
            None => "empty",
            Some(PictureKind::Field) => "field-kind",
            Some(PictureKind::Bars) => "bars-kind",
            Some(_) => "plot-kind",
        };
        format!("picture {kind} c{colour}")
    };
    view! {
        <div class=class>
            <div class="fit" node_ref=fit>
                <canvas node_ref=canvas></canvas>
                {move || (kind.get() == Some(PictureKind::Field)).then(|| pointer(app, source.clone(), fit))}
            </div>
            <div class="bars" node_ref=bars_host></div>
        </div>
    }
    .into_any()
}

/// What the pointer does over a field: a crosshair in all pictures with the value in each, or painting.
fn pointer(app: App, source: Source, fit: NodeRef<Div>) -> AnyView {
    let at = move |ev: &web_sys::PointerEvent| {
        let rect = fit.get_untracked()?.get_bounding_client_rect();
        let (x, y) = (f64::from(ev.client_x()) - rect.left(), f64::from(ev.client_y()) - rect.top());
        let inside = (0.0..rect.width()).contains(&x) && (0.0..rect.height()).contains(&y);
        inside.then(|| (x / rect.width(), y / rect.height()))
    };
    let stroke = StoredValue::new_local(Vec::<(f64, f64)>::new());
    let overlay = NodeRef::<Canvas>::new();
    let painting = RwSignal::new(false);
    let aspect = move || {
        let fit = fit.get_untracked();
        fit.map(|f| f.client_height() as f64 / f64::from(f.client_width().max(1))).unwrap_or(1.0)
    };
    let add = move |p: (f64, f64)| {
        stroke.update_value(|s| s.push((p.0, p.1 * aspect())));
        if let (Some(canvas), Some(fit)) = (overlay.get_untracked(), fit.get_untracked()) {
            field::stroke(&canvas, &fit, &stroke.get_value(), app.brush.get_untracked());
        }
    };
    let on_down = move |ev: web_sys::PointerEvent| {
        let Some(p) = at(&ev).filter(|_| ev.button() == 0 && untrack(|| brush::active(app)).is_some()) else { return };
        ev.prevent_default();
        if let Some(canvas) = overlay.get_untracked() {
            let _ = canvas.set_pointer_capture(ev.pointer_id());
        }
        painting.set(true);
        stroke.set_value(Vec::new());
        add(p);
    };
    let on_move = move |ev: web_sys::PointerEvent| {
        let p = at(&ev);
        app.probe.set(p);
        if let Some(p) = p.filter(|_| painting.get_untracked()) {
            let far = stroke.with_value(|s| {
                s.last().is_none_or(|l| (l.0 - p.0).hypot(l.1 - p.1 * aspect()) > app.brush.get_untracked() / 3.0)
            });
            if far {
                add(p);
            }
        }
    };
    let finish = move || {
        if painting.get_untracked() {
            painting.set(false);
            let points = stroke.get_value();
            if let Some(key) = untrack(|| brush::active(app)) {
                brush::add_stroke(app, key, &points, app.brush.get_untracked());
            }
            if let (Some(canvas), Some(fit)) = (overlay.get_untracked(), fit.get_untracked()) {
                field::stroke(&canvas, &fit, &[], 0.0);
            }
        }
    };
    let value = move || {
        app.repaint.track();
        let (u, v) = app.probe.get()?;
        let read = source.with(app, |d| field::value_at(d, u, v)).flatten()?;
        Some(text::value(f64::from(read)))
    };
    let cross = NodeRef::<Div>::new();
    Effect::new(move || {
        let (Some(cross), Some((u, v))) = (cross.get(), app.probe.get()) else { return };
        let cross: &HtmlElement = &cross;
        js::style(cross, "--u", &format!("{}%", u * 100.0));
        js::style(cross, "--v", &format!("{}%", v * 100.0));
    });
    let brushing = Memo::new(move |_| brush::active(app).is_some());
    view! {
        <canvas class="strokes" class:brush=move || brushing.get() node_ref=overlay
            on:pointerdown=on_down on:pointermove=on_move
            on:pointerup=move |_| finish() on:pointercancel=move |_| finish()
            on:pointerleave=move |_| app.probe.set(None)></canvas>
        <div class="cross" class:gone=move || app.probe.with(Option::is_none) node_ref=cross></div>
        {move || value().map(|v| view! { <span class="probe">{v}</span> })}
    }
    .into_any()
}
