//! The chart that all runs share.

mod draw;
mod plot;
pub mod scale;

use iterscope_decimal::Short;
use std::cell::RefCell;
use std::rc::Rc;

use iterscope_core::{Scale, SeriesInfo, turning_point};
use iterscope_protocol::Status;
use leptos::prelude::untrack;
use wasm_bindgen::prelude::*;

use crate::dom::{El, State, button, effect, el, keep, segment, select, text};
use crate::model::App;
use crate::model::trace::Axis;
use crate::runs::marker;
use crate::{js, text as numbers, theme};
use draw::Curve;
use plot::{Options, Plot};

/// How far above the highest start a diverging curve is followed on a logarithmic axis.
const ABOVE: f64 = 1e3;

/// Values of all runs at one abscissa.
#[derive(Clone, Debug, PartialEq)]
struct Hover {
    left: f64,
    room: f64,
    at: String,
    rows: Vec<(usize, String, String)>,
}

/// What is shown, apart from the data.
#[derive(Clone, Copy)]
struct View {
    app: App,
    /// A range that was selected.
    zoom: State<Option<(f64, f64)>>,
    hover: State<Option<Hover>>,
}

impl View {
    fn log(&self) -> bool {
        let key = self.app.series.get();
        let proposed = self.app.race.with(|race| race.as_ref()?.series_info(&key).map(|s| s.scale));
        self.app.scale.get().or(proposed).unwrap_or(Scale::Log) == Scale::Log
    }
}

/// The chart.
pub fn chart(app: App) -> El {
    let view = View { app, zoom: State::new(None), hover: State::new(None) };
    let host = el("div", "plot")
        .attr("role", "img")
        .live_attr("aria-label", move || Some(format!("{} over {}", app.series.get(), axis_label(app.axis.get()))));
    let plot: Rc<RefCell<Option<Plot>>> = Rc::default();
    let (place, made) = (host.clone(), plot.clone());
    let mut of = None;
    effect(move || {
        app.tick.track();
        app.now.track();
        let (log, dark) = (view.log(), app.dark.get());
        // Theme and kind of axis are set once for each plot; one that is not in the page yet has no size.
        if of != Some((log, dark)) && place.html().client_width() > 0 {
            of = Some((log, dark));
            if let Some(old) = made.replace(Some(make(view, &place, log, dark))) {
                old.destroy();
            }
        }
        let limits = limits(view, log);
        if let (Some(plot), Some((x, y))) = (&*made.borrow(), limits) {
            plot.show(x, y);
            untrack(|| hover(view, plot));
        }
    });
    let sized = host.clone();
    keep(js::on_resize(&host.0, move || {
        let (w, h) = (sized.html().client_width(), sized.html().client_height());
        match &*plot.borrow() {
            Some(plot) if w > 40 && h > 40 => plot.resize(f64::from(w), f64::from(h)),
            Some(_) => {}
            None => app.tick.update(|t| *t = t.wrapping_add(1)),
        }
    }));
    // A new race or axis starts without a selected range.
    effect(move || {
        app.axis.track();
        app.series.track();
        app.race.track();
        view.zoom.set(None);
    });
    el("section", "chart")
        .label("Convergence")
        .add(head(view))
        .add(host)
        .add(el("div", "hover").parts(move || view.hover.get().into_iter().map(tooltip).collect()))
}

fn axis_label(axis: Axis) -> &'static str {
    Axis::ALL.iter().find(|a| a.0 == axis).map_or("", |a| a.1)
}

/// Series, scale and axis.
fn head(view: View) -> El {
    let app = view.app;
    let series = move || {
        let all =
            app.race.with(|race| race.as_ref().map(|r| r.series().into_iter().cloned().collect::<Vec<SeriesInfo>>()));
        all.unwrap_or_default()
    };
    let choose = move |key: String| {
        app.series.set(key);
        app.scale.set(None);
    };
    let key = move || series().iter().map(|s| s.key.as_ref()).collect::<Vec<_>>().join(" ");
    let picker = move || {
        let all = series();
        // Many do not fit side by side.
        if all.len() > 5 || js::window().inner_width().ok().and_then(|w| w.as_f64()).is_some_and(|w| w < 860.0) {
            let options = all.into_iter().map(|s| (s.key.to_string(), s.label.to_string(), None)).collect();
            return vec![select(options, move || app.series.get(), choose).label("Series")];
        }
        let button = |s: SeriesInfo| {
            let (is, to) = (s.key.to_string(), s.key.to_string());
            segment(&s.label, move || app.series.with(|now| *now == is), move || choose(to.clone())).title(&s.doc)
        };
        vec![el("div", "segments").attr("role", "group").label("Series").add_all(all.into_iter().map(button).collect())]
    };
    let title = move || {
        let key = app.series.get();
        app.race.with(|r| r.as_ref()?.series_info(&key).map(|s| s.doc.to_string())).unwrap_or_default()
    };
    let axis = |(axis, label): (Axis, &str)| segment(label, move || app.axis.get() == axis, move || app.axis.set(axis));
    let flip = move || {
        let log = untrack(|| view.log());
        app.scale.set(Some(if log { Scale::Linear } else { Scale::Log }));
    };
    el("header", "chart-head")
        .slot(key, picker)
        .add(el("p", "chart-title grow").live_attr("title", move || Some(title())).live_text(title))
        .add(
            button("small", "Whole range", move || view.zoom.set(None))
                .live_class("gone", move || view.zoom.with(Option::is_none)),
        )
        .add(
            button("small", "", flip)
                .title("Kind of vertical axis")
                .live_text(move || if view.log() { "log" } else { "linear" }.to_owned()),
        )
        .add(
            el("div", "segments")
                .attr("role", "group")
                .label("Horizontal axis")
                .add_all(Axis::ALL.into_iter().map(axis).collect()),
        )
}

fn tooltip(hover: Hover) -> El {
    let rows = hover.rows.into_iter().map(|(colour, label, value)| {
        el("li", "").add(marker(colour)).add(text("span", "grow", &label)).add(text("b", "", &value))
    });
    let shown = el("div", "tooltip").add(text("p", "", &hover.at)).add(el("ul", "").add_all(rows.collect()));
    // On the side of the cursor where there is room.
    let flip = hover.left > hover.room * 0.6;
    let offset = if flip { hover.room - hover.left } else { hover.left } + 14.0;
    js::style(shown.html(), if flip { "right" } else { "left" }, &format!("{}px", Short(offset)));
    shown
}

fn axis_words(axis: Axis, x: f64) -> String {
    match axis {
        Axis::Steps => format!("step {}", numbers::count(x.max(0.0).round() as u64)),
        Axis::Work => format!("{}flop", numbers::amount(x) + if x < 1e3 { " " } else { "" }),
        Axis::Time => numbers::seconds(x),
    }
}

fn make(view: View, host: &El, log: bool, dark: bool) -> Plot {
    let app = view.app;
    let x_label = move |x: f64| match app.axis.get_untracked() {
        Axis::Steps if x.fract() != 0.0 => String::new(),
        Axis::Steps => numbers::count(x.max(0.0) as u64),
        Axis::Work => numbers::amount(x),
        Axis::Time => numbers::seconds(x),
    };
    let (width, height) = (host.html().client_width().max(200), host.html().client_height().max(140));
    let options = Options {
        log,
        ink: theme::ink(dark),
        x_label: Box::new(x_label),
        y_label: numbers::tick,
        draw: Box::new(move |plot| untrack(|| paint(view, plot))),
        moved: Box::new(move |plot| untrack(|| hover(view, plot))),
        selected: Box::new(move |(from, to)| view.zoom.set(Some((from.max(0.0), to)))),
    };
    let plot = Plot::new(host, (f64::from(width), f64::from(height)), options);
    js::listen(&plot.over().0, "dblclick", move |_: web_sys::Event| view.zoom.set(None));
    plot
}

type Span = (f64, f64);

/// What the axes must hold.
fn limits(view: View, log: bool) -> Option<(Span, Span)> {
    let app = view.app;
    let (key, axis, zoom) = (app.series.get(), app.axis.get(), view.zoom.get());
    let race = app.race.get()?;
    app.store.with_untracked(|s| {
        let (mut end, mut lo, mut hi, mut start) = (0.0f64, f64::INFINITY, f64::NEG_INFINITY, 0.0f64);
        for (i, trace) in s.traces.iter().enumerate() {
            let Some(series) = race.series_index(i, &key) else { continue };
            let rows = trace.len();
            if rows == 0 {
                continue;
            }
            end = end.max(trace.x(rows - 1, axis));
            let first = trace.y(0, series);
            if first.is_finite() {
                start = start.max(first.abs());
            }
            for row in 0..rows {
                let (x, y) = (trace.x(row, axis), trace.y(row, series));
                if !y.is_finite() || (log && y <= 0.0) || zoom.is_some_and(|z| x < z.0 || x > z.1) {
                    continue;
                }
                lo = lo.min(y);
                hi = hi.max(y);
            }
        }
        for level in race.problem.levels.iter().filter(|l| l.series == key && (!log || l.value > 0.0)) {
            lo = lo.min(level.value);
            hi = hi.max(level.value);
        }
        // A run that diverges must not press the others flat.
        if start > 0.0 {
            hi = hi.min(start * if log { ABOVE } else { 10.0 }).max(lo);
        }
        let x = zoom.unwrap_or((0.0, scale::nice_ceil(end)));
        let y = if log { scale::log_range(lo, hi) } else { scale::linear_range(lo, hi) };
        Some((x, y))
    })
}

/// Draws the curves over the axes.
fn paint(view: View, plot: &Plot) {
    let app = view.app;
    let (Some(race), Some(frame), Some(ctx)) = (app.race.get(), plot.frame(), plot.ctx()) else { return };
    let (key, axis, dark) = (app.series.get(), app.axis.get(), app.dark.get());
    let now = app.now.get();
    app.store.with_untracked(|s| {
        let curves: Vec<Curve<'_>> = s
            .traces
            .iter()
            .enumerate()
            .filter_map(|(i, trace)| {
                let series = race.series_index(i, &key)?;
                let run = race.draft.runs.get(i)?;
                let last = trace.len().checked_sub(1)?;
                let steps_per_x = match axis {
                    Axis::Steps => 1.0,
                    axis => trace.x(last, Axis::Steps) / trace.x(last, axis),
                };
                let stop = now.get(i).and_then(|n| match n.status {
                    Status::Stopped { stop } => Some(stop),
                    Status::Ready => None,
                });
                Some(Curve {
                    trace,
                    series,
                    shown: now.get(i).and_then(|n| trace.row_at(n.step as f64, Axis::Steps)),
                    colour: theme::run_colour(run.colour, dark),
                    dash: theme::run_dash(run.colour),
                    stop,
                    prediction: race.runs[i].prediction.as_ref().filter(|p| p.series == key),
                    turn: race
                        .series_info(&key)
                        .filter(|s| s.unseen)
                        .and_then(|_| turning_point((0..=last).map(|row| trace.y(row, series)))),
                    steps_per_x,
                })
            })
            .collect();
        let levels: Vec<(f64, &str)> =
            race.problem.levels.iter().filter(|l| l.series == key).map(|l| (l.value, l.label.as_str())).collect();
        draw::curves(&ctx, &frame, axis, &curves, &levels, &theme::ink(dark));
    });
}

/// Reads the values of all runs under the cursor.
fn hover(view: View, plot: &Plot) {
    let app = view.app;
    let read = || {
        let (left, _) = plot.cursor_at()?;
        let race = app.race.get_untracked()?;
        let (key, axis) = (app.series.get_untracked(), app.axis.get_untracked());
        let x = plot.x_at(left);
        let rows = app.store.with_untracked(|s| {
            let rows = s.traces.iter().enumerate().filter_map(|(i, trace)| {
                let series = race.series_index(i, &key)?;
                let last = trace.len().checked_sub(1)?;
                let row = trace.row_at(x, axis)?;
                let run = race.draft.runs.get(i)?;
                // Beyond its end a run has no value but its last.
                let value = if row == last && trace.x(last, axis) < x && last > 0 {
                    format!("({})", numbers::value(trace.y(last, series)))
                } else {
                    numbers::value(trace.y(row, series))
                };
                Some((run.colour, race.runs[i].label.clone(), value))
            });
            rows.collect::<Vec<_>>()
        });
        let area = plot.inner();
        Some(Hover { left: area.left + left, room: area.left + area.width, at: axis_words(axis, x), rows })
    };
    let now = read();
    if view.hover.with_untracked(|h| *h != now) {
        view.hover.set(now);
    }
}

/// The chart as a PNG file.
pub fn download() {
    let canvas = js::document().query_selector(".chart canvas").ok().flatten();
    if let Some(canvas) = canvas.and_then(|c| c.dyn_into::<web_sys::HtmlCanvasElement>().ok()) {
        js::download_canvas("iterscope-chart.png", &canvas);
    }
}
