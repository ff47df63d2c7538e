//! Pictures of iterates and of problems.

mod bars;
mod brush;
mod contour;
mod download;
mod field;
mod flow;
mod line;
mod plots;
mod pointer;
mod surface;

use iterscope_core::colour::{self, Map};
use iterscope_core::{PictureInfo, PictureKind, Status, Stop};
use leptos::html;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, HtmlElement};

use crate::browser::on_resize;
use crate::state::trace::Trace;
use crate::state::{AppState, PictureData, RunStatus, use_app};
use crate::theme::{self, use_theme};
use pointer::PointerLayer;
use surface::TurnLayer;

pub use brush::PaintBar;
pub use download::download;
pub use flow::FlowStyle;
pub use surface::Turn;

/// Whose picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Of a run, by number.
    Run(u32),
    /// Of the problem itself.
    Given(String),
}

impl Source {
    fn with<T>(&self, app: AppState, f: impl FnOnce(&PictureData) -> T) -> Option<T> {
        match self {
            Source::Run(uid) => {
                let index = app.index(*uid)?;
                app.data.with_value(|data| data.pictures.get(index)?.as_ref().map(f))
            }
            Source::Given(key) => app.data.with_value(|data| data.given.iter().find(|g| g.0 == *key).map(|g| f(&g.1))),
        }
    }

    fn colour(&self, app: AppState) -> usize {
        match self {
            Source::Run(uid) => app.draft.with_untracked(|d| d.run(*uid).map_or(0, |r| r.colour)),
            Source::Given(_) => 0,
        }
    }

    fn info(&self, app: AppState) -> Option<PictureInfo> {
        match self {
            Source::Run(_) => app.picture_info(),
            Source::Given(key) => {
                app.race.with(|race| race.as_ref()?.problem.given.iter().find(|p| p.key == *key).cloned())
            }
        }
    }

    /// Whether it brings a flow along.
    fn flows(&self, app: AppState) -> bool {
        self.info(app).is_some_and(|info| info.flow)
    }

    /// Which colours it has, and whether zero stands in their middle.
    fn colours(&self, app: AppState, dark: bool) -> (Map, bool) {
        let info = self.info(app);
        let palette = app.palette.get();
        let (signed, grey) = info.map_or((false, false), |p| (p.signed, p.grey));
        (Map::of(palette, signed, grey, dark), palette.centred(signed))
    }
}

/// Paints a colour bar: a canvas one pixel high.
pub fn paint_strip(canvas: &HtmlCanvasElement, rgba: &[u8]) {
    field::put(canvas, rgba, (rgba.len() / 4) as u32);
}

/// A run whose headline has grown this much since its start has no say in the shared scale.
const RUNAWAY: f64 = 30.0;

fn diverged(status: Option<&RunStatus>, trace: Option<&Trace>) -> bool {
    let stopped = status.is_some_and(|s| matches!(s.status, Status::Stopped(Stop::Diverged)));
    let grown = trace.is_some_and(|t| {
        t.len() > 1 && t.series() > 0 && {
            let (first, last) = (t.y(0, 0), t.y(t.len() - 1, 0));
            first > 0.0 && (last.is_nan() || last > first * RUNAWAY)
        }
    });
    stopped || grown
}

/// The range of the colour scale and of the bars: one for all runs of the race, or the one that was pinned. A run that
/// diverged has no say in it.
pub fn shared_span(app: AppState) -> Option<(f64, f64)> {
    if let Some(pinned) = app.pinned_span.get() {
        return Some(pinned);
    }
    let (kind, signed) = app.picture_info().map(|p| (p.kind, app.palette.get().centred(p.signed)))?;
    let statuses = app.statuses.get_untracked();
    let span = app.data.with_value(|data| {
        let fits = |d: &&PictureData| d.shape.kind == kind;
        let calm = data.pictures.iter().enumerate();
        let calm = calm.filter(|(i, _)| !diverged(statuses.get(*i), data.traces.get(*i)));
        let pictures = calm.filter_map(|(_, d)| d.as_ref().filter(fits));
        pictures.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), d| {
            (lo.min(f64::from(d.shape.lo)), hi.max(f64::from(d.shape.hi)))
        })
    });
    // Curves need no room for the sign that they do not have.
    let signed = signed && kind != PictureKind::Line;
    (span.0 <= span.1).then(|| colour::span(span.0, span.1, signed))
}

/// How a kind of picture is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Cells in the shape of the data, which the pointer can name and paint over.
    Cells,
    /// Named rows.
    Rows,
    /// A plot that fills its place.
    Plot,
}

fn layout(kind: PictureKind) -> Layout {
    match kind {
        PictureKind::Field | PictureKind::Colour => Layout::Cells,
        PictureKind::Bars => Layout::Rows,
        PictureKind::Scatter | PictureKind::Spectrum | PictureKind::Points | PictureKind::Line => Layout::Plot,
    }
}

/// What pictures are drawn with.
struct Brushes<'a> {
    canvas: &'a HtmlCanvasElement,
    fit: &'a HtmlElement,
    rows_host: &'a HtmlElement,
    rows: &'a mut bars::Rows,
    lines: &'a HtmlCanvasElement,
    span: (f64, f64),
    map: Map,
    contours: bool,
    flow: FlowStyle,
    /// From where a field is seen that is drawn as a surface.
    turn: Option<Turn>,
    colour: usize,
    dark: bool,
    labels: &'a [String],
    large: bool,
}

/// The one place where kinds of pictures are told apart: each is drawn by a function of its own.
fn draw(picture: &PictureData, b: Brushes<'_>) {
    let (run, ink) = (theme::run_colour(b.colour, b.dark), theme::ink(b.dark));
    match picture.shape.kind {
        PictureKind::Field | PictureKind::Colour => {
            let table = b.map.table();
            if let Some(turn) = b.turn.filter(|_| picture.shape.kind == PictureKind::Field) {
                return surface::draw((b.canvas, b.lines), b.fit, picture, b.span, &table, turn);
            }
            field::draw(b.canvas, b.fit, picture, b.span, &table, b.dark);
            let lines = (b.contours && picture.shape.kind == PictureKind::Field).then_some(picture);
            contour::draw(b.lines, b.fit, lines, b.span, &table);
            if b.flow != FlowStyle::None {
                flow::draw(b.lines, b.fit, picture, b.flow);
            }
        }
        PictureKind::Bars => bars::draw(b.rows, b.rows_host, picture, b.span, b.labels, b.large),
        PictureKind::Scatter => plots::scatter(b.canvas, picture, run, &ink),
        PictureKind::Spectrum => plots::spectrum(b.canvas, picture, b.span, run, &ink),
        PictureKind::Points => plots::points(b.canvas, picture, run, &ink),
        PictureKind::Line => line::draw(b.canvas, picture, b.span, run, &ink),
    }
}

/// A picture that follows its source.
#[component]
pub fn PictureView(source: Source) -> impl IntoView {
    let (app, theme) = (use_app(), use_theme());
    let colour = source.colour(app);
    let (canvas, fit) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Div>::new());
    let lines = NodeRef::<html::Canvas>::new();
    let rows_host = NodeRef::<html::Div>::new();
    let kind = RwSignal::new(None::<PictureKind>);
    // What is drawn in device pixels, or by how much fits, depends on the size.
    let resized = RwSignal::new(0u32);
    fit.on_load(move |fit| {
        on_resize(&fit, move || {
            let drawn_over = app.contours.get_untracked() || app.flow.get_untracked() != FlowStyle::None;
            let by_size = drawn_over || app.surface.get_untracked();
            if kind.get_untracked().is_some_and(|k| by_size || layout(k) != Layout::Cells) {
                resized.update(|r| *r = r.wrapping_add(1));
            }
        });
    });
    rows_host.on_load(move |host| on_resize(&host, move || resized.update(|r| *r = r.wrapping_add(1))));
    let rows = StoredValue::new_local(bars::Rows::default());
    let drawn = source.clone();
    // Draws the picture, onto another canvas if one is given, and says of what kind it is.
    let paint = move |other: Option<HtmlCanvasElement>| {
        let (dark, contours) = (theme.dark.get(), app.contours.get());
        let turn = app.surface.get().then(|| app.turn.get());
        let (map, centred) = drawn.colours(app, dark);
        let flow = if drawn.flows(app) { app.flow.get() } else { FlowStyle::None };
        let (lines, fit, rows_host) = (lines.get()?, fit.get()?, rows_host.get()?);
        let own = canvas.get()?;
        let canvas: &HtmlCanvasElement = other.as_ref().unwrap_or(&own);
        let shared = matches!(drawn, Source::Run(_)).then(|| shared_span(app)).flatten();
        let large = app.enlarged.with(Option::is_some);
        let race = app.race.get_untracked();
        let labels = race.as_ref().map_or(&[][..], |r| &r.problem.labels[..]);
        drawn.with(app, |picture| {
            let centred = centred && picture.shape.kind != PictureKind::Line;
            let own = colour::span(f64::from(picture.shape.lo), f64::from(picture.shape.hi), centred);
            let span = shared.unwrap_or(own);
            rows.update_value(|rows| {
                let (lines, fit, rows_host) = (&lines, &fit, &rows_host);
                let brushes = Brushes {
                    canvas,
                    lines,
                    fit,
                    rows_host,
                    rows,
                    span,
                    map,
                    contours,
                    flow,
                    turn,
                    colour,
                    dark,
                    labels,
                    large,
                };
                draw(picture, brushes);
            });
            picture.shape.kind
        })
    };
    if let Source::Run(uid) = source {
        let name = format!("run-{uid}");
        let (paint, key) = (paint.clone(), name.clone());
        let onto = Callback::new(move |canvas| {
            untrack(|| paint(Some(canvas)));
        });
        app.painters.update_value(|all| {
            all.insert(key, onto);
        });
        on_cleanup(move || {
            app.painters.try_update_value(|all| all.remove(&name));
        });
    }
    Effect::new(move |_| {
        app.repaint.track();
        resized.track();
        let now = paint(None);
        if kind.get_untracked() != now {
            kind.set(now);
            // The size of a plot follows from its class, which is set after this.
            resized.update(|r| *r = r.wrapping_add(1));
        }
    });
    let turned = Memo::new(move |_| app.surface.get() && kind.get() == Some(PictureKind::Field));
    Effect::new(move |_| {
        // The place of a surface is larger than that of the field.
        turned.track();
        resized.update(|r| *r = r.wrapping_add(1));
    });
    let class = move || {
        let class = match kind.get().map(layout) {
            None => "empty",
            Some(Layout::Cells) if turned.get() => "field-kind plot-kind",
            Some(Layout::Cells) => "field-kind",
            Some(Layout::Rows) => "bars-kind",
            Some(Layout::Plot) => "plot-kind",
        };
        format!("picture {class} c{}", colour % 6)
    };
    let read = Memo::new(move |_| {
        let kind = kind.get()?;
        let flat = layout(kind) == Layout::Cells && !turned.get();
        (kind == PictureKind::Line || flat).then_some(kind)
    });
    view! {
        <div class=class>
            <div class="fit" node_ref=fit>
                <canvas node_ref=canvas></canvas>
                <canvas class="contours" node_ref=lines></canvas>
                {move || read.get().map(|kind| view! { <PointerLayer source=source.clone() fit kind/> })}
                {move || turned.get().then(|| view! { <TurnLayer/> })}
            </div>
            <div
                class="bars"
                tabindex="0"
                role="group"
                aria-label="Bars"
                node_ref=rows_host
                on:scroll=move |_| resized.update(|r| *r = r.wrapping_add(1))
            ></div>
        </div>
    }
}
