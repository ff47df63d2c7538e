//! The chart that all runs share.

mod draw;
pub mod scale;
mod uplot;

use std::rc::Rc;

use iterscope_core::Scale;
use iterscope_protocol::Status;
use js_sys::Array;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::model::App;
use crate::model::trace::Axis;
use crate::runs::marker;
use crate::{js, text, theme};
use draw::{Curve, Frame};
use uplot::{Options, Plot};

/// How far above the highest start a diverging curve is followed on a logarithmic axis.
const ABOVE: f64 = 1e3;

/// Values of all runs at one abscissa.
#[derive(Clone, Debug, PartialEq)]
struct Hover {
    left: f64,
    at: String,
    rows: Vec<(usize, String, String)>,
}

/// What is shown, apart from the data.
#[derive(Clone, Copy)]
struct View {
    app: App,
    /// A range that was selected.
    zoom: RwSignal<Option<(f64, f64)>>,
    hover: RwSignal<Option<Hover>>,
}

impl View {
    fn log(&self) -> bool {
        let app = self.app;
        let key = app.series.get();
        let proposed = app.race.with(|race| race.as_ref()?.series_info(&key).map(|s| s.scale));
        app.scale.get().or(proposed).unwrap_or(Scale::Log) == Scale::Log
    }
}

/// The chart.
pub fn chart(app: App) -> AnyView {
    let view = View { app, zoom: RwSignal::new(None), hover: RwSignal::new(None) };
    let host = NodeRef::<Div>::new();
    let log = Memo::new(move |_| view.log());
    let plot: StoredValue<Option<Rc<Plot>>, LocalStorage> = StoredValue::new_local(None);
    // Theme and kind of axis are set once for each plot.
    Effect::new(move || {
        let Some(host) = host.get() else { return };
        let (log, dark) = (log.get(), app.dark.get());
        if let Some(old) = plot.try_update_value(Option::take).flatten() {
            old.destroy();
        }
        plot.set_value(Some(Rc::new(make(view, &host, log, dark))));
        app.tick.update(|t| *t = t.wrapping_add(1));
    });
    Effect::new(move || {
        app.tick.track();
        app.now.track();
        let limits = limits(view, log.get());
        if let (Some(plot), Some((x, y))) = (plot.get_value(), limits) {
            plot.show(x, y);
            hover(view, &plot);
        }
    });
    let observer = StoredValue::new_local(None::<web_sys::ResizeObserver>);
    Effect::new(move || {
        let Some(element) = host.get() else { return };
        let sized = element.clone();
        observer.set_value(js::on_resize(&element, move || {
            if let Some(plot) = plot.try_get_value().flatten() {
                let (w, h) = (sized.client_width(), sized.client_height());
                if w > 40 && h > 40 {
                    plot.resize(f64::from(w), f64::from(h));
                }
            }
        }));
    });
    on_cleanup(move || {
        let _ = observer.try_update_value(|o| o.take().map(|o| o.disconnect()));
    });
    // A new race or axis starts without a selected range.
    Effect::new(move || {
        app.axis.track();
        app.series.track();
        app.race.track();
        view.zoom.set(None);
    });
    view! {
        <section class="chart" aria-label="Convergence">
            {head(view, log)}
            <div class="plot" node_ref=host role="img" aria-label=move || format!("{} over {}", app.series.get(), axis_label(app.axis.get()))></div>
            {move || view.hover.get().map(tooltip)}
        </section>
    }
    .into_any()
}

fn axis_label(axis: Axis) -> &'static str {
    Axis::ALL.iter().find(|a| a.0 == axis).map_or("", |a| a.1)
}

/// Title, series, scale and axis.
fn head(view: View, log: Memo<bool>) -> AnyView {
    let app = view.app;
    let series = Memo::new(move |_| {
        app.race.with(|race| {
            let all = race.as_ref().map(|r| {
                r.series()
                    .into_iter()
                    .map(|s| (s.key.to_string(), s.label.to_string(), s.doc.to_string()))
                    .collect::<Vec<_>>()
            });
            all.unwrap_or_default()
        })
    });
    let title = move || {
        let key = app.series.get();
        series.with(|all| all.iter().find(|s| s.0 == key).map(|s| s.2.clone()))
    };
    // Many series do not fit side by side.
    let many = Memo::new(move |_| series.with(|s| s.len() > 5));
    let choose = move |key: String| {
        app.series.set(key);
        app.scale.set(None);
    };
    let buttons = move || {
        series
            .get()
            .into_iter()
            .map(|(key, label, doc)| {
                let is = key.clone();
                view! {
                    <button type="button" title=doc aria-pressed=move || app.series.with(|s| *s == is).to_string()
                        on:click=move |_| choose(key.clone())>{label}</button>
                }
            })
            .collect::<Vec<_>>()
    };
    let options = move || {
        series
            .get()
            .into_iter()
            .map(|(key, label, _)| {
                let is = key.clone();
                view! { <option value=key prop:selected=move || app.series.with(|s| *s == is)>{label}</option> }
            })
            .collect::<Vec<_>>()
    };
    let picker = move || {
        if many.get() {
            view! {
                <select aria-label="Series" on:change=move |ev| choose(event_target_value(&ev))>{options}</select>
            }
            .into_any()
        } else {
            view! { <div class="segments" role="group" aria-label="Series">{buttons}</div> }.into_any()
        }
    };
    let axes: Vec<_> = Axis::ALL
        .into_iter()
        .map(|(axis, label)| {
            view! {
                <button type="button" aria-pressed=move || (app.axis.get() == axis).to_string()
                    on:click=move |_| app.axis.set(axis)>{label}</button>
            }
        })
        .collect();
    let flip = move |_| app.scale.set(Some(if log.get_untracked() { Scale::Linear } else { Scale::Log }));
    view! {
        <header class="chart-head">
            {picker}
            <p class="chart-title grow" title=title>{title}</p>
            {move || view.zoom.with(Option::is_some).then(|| view! {
                <button type="button" class="small" on:click=move |_| view.zoom.set(None)>"Whole range"</button>
            })}
            <button type="button" class="small" title="Kind of vertical axis" on:click=flip>
                {move || if log.get() { "log" } else { "linear" }}
            </button>
            <div class="segments" role="group" aria-label="Horizontal axis">{axes}</div>
        </header>
    }
    .into_any()
}

fn tooltip(hover: Hover) -> AnyView {
    let place = NodeRef::<Div>::new();
    let left = hover.left;
    Effect::new(move || {
        if let Some(element) = place.get() {
            let element: &HtmlElement = &element;
            // On the side of the cursor where there is room.
            let room = element.parent_element().map_or(0.0, |p| f64::from(p.client_width()));
            let flip = left > room * 0.6;
            js::style(
                element,
                if flip { "right" } else { "left" },
                &format!("{}px", if flip { room - left + 14.0 } else { left + 14.0 }),
            );
        }
    });
    let rows: Vec<_> = hover
        .rows
        .into_iter()
        .map(
            |(colour, label, value)| view! { <li>{marker(colour)}<span class="grow">{label}</span><b>{value}</b></li> },
        )
        .collect();
    view! { <div class="tooltip" node_ref=place><p>{hover.at}</p><ul>{rows}</ul></div> }.into_any()
}

fn axis_words(axis: Axis, x: f64) -> String {
    match axis {
        Axis::Steps => format!("step {}", text::count(x.max(0.0).round() as u64)),
        Axis::Work => format!("{}flop", text::amount(x) + if x < 1e3 { " " } else { "" }),
        Axis::Time => text::seconds(x),
    }
}

fn make(view: View, host: &HtmlElement, log: bool, dark: bool) -> Plot {
    let ink = theme::ink(dark);
    let labels = |f: fn(f64) -> String| {
        Closure::<dyn FnMut(JsValue, Array) -> Array>::new(move |_, ticks: Array| {
            ticks.iter().map(|t| JsValue::from(t.as_f64().map(f).unwrap_or_default())).collect::<Array>()
        })
        .into_js_value()
    };
    let app = view.app;
    let x_labels = Closure::<dyn FnMut(JsValue, Array) -> Array>::new(move |_, ticks: Array| {
        let axis = app.axis.get_untracked();
        let words = |x: f64| match axis {
            Axis::Steps if x.fract() != 0.0 => String::new(),
            Axis::Steps => text::count(x.max(0.0) as u64),
            Axis::Work => text::amount(x),
            Axis::Time => text::seconds(x),
        };
        ticks.iter().map(|t| JsValue::from(t.as_f64().map(words).unwrap_or_default())).collect()
    })
    .into_js_value();
    let splits = Closure::<dyn FnMut(JsValue, f64, f64, f64) -> Array>::new(move |_, _, lo, hi| {
        scale::decades(lo, hi, 7).into_iter().map(JsValue::from).collect()
    })
    .into_js_value();
    let draw = Closure::<dyn FnMut(Plot)>::new(move |plot: Plot| untrack(|| paint(view, &plot, log))).into_js_value();
    let set_cursor = Closure::<dyn FnMut(Plot)>::new(move |plot: Plot| untrack(|| hover(view, &plot))).into_js_value();
    let set_select = Closure::<dyn FnMut(Plot)>::new(move |plot: Plot| {
        if let Some((from, to)) = plot.take_selection() {
            view.zoom.set(Some((from.max(0.0), to)));
        }
    })
    .into_js_value();
    let size = (f64::from(host.client_width().max(200)), f64::from(host.client_height().max(140)));
    let plot = Plot::make(
        host,
        &Options {
            size,
            log,
            text: ink.mute,
            grid: ink.line,
            y_splits: &splits,
            x_labels: &x_labels,
            y_labels: &labels(text::tick),
            draw: &draw,
            set_cursor: &set_cursor,
            set_select: &set_select,
        },
    );
    js::listen(&plot.over(), "dblclick", move |_: web_sys::Event| view.zoom.set(None));
    plot
}

type Span = (f64, f64);

/// What the axes must hold.
fn limits(view: View, log: bool) -> Option<(Span, Span)> {
    let app = view.app;
    let (key, axis, zoom) = (app.series.get(), app.axis.get(), view.zoom.get());
    let race = app.race.get()?;
    app.store.with_value(|s| {
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
fn paint(view: View, plot: &Plot, log: bool) {
    let app = view.app;
    let (Some(race), Some((x, y))) = (app.race.get(), limits(view, log)) else { return };
    let (key, axis, dark) = (app.series.get(), app.axis.get(), app.dark.get());
    let now = app.now.get();
    let frame = Frame { area: plot.area(), x, y, log, ratio: js::window().device_pixel_ratio() };
    app.store.with_value(|s| {
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
                    steps_per_x,
                })
            })
            .collect();
        let levels: Vec<(f64, &str)> =
            race.problem.levels.iter().filter(|l| l.series == key).map(|l| (l.value, l.label.as_str())).collect();
        draw::curves(&plot.ctx(), &frame, axis, &curves, &levels, &theme::ink(dark));
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
        let rows = app.store.with_value(|s| {
            let rows = s.traces.iter().enumerate().filter_map(|(i, trace)| {
                let series = race.series_index(i, &key)?;
                let last = trace.len().checked_sub(1)?;
                let row = trace.row_at(x, axis)?;
                let run = race.draft.runs.get(i)?;
                // Beyond its end a run has no value but its last.
                let value = if row == last && trace.x(last, axis) < x && last > 0 {
                    format!("({})", text::value(trace.y(last, series)))
                } else {
                    text::value(trace.y(row, series))
                };
                Some((run.colour, race.runs[i].label.clone(), value))
            });
            rows.collect::<Vec<_>>()
        });
        let area = plot.area();
        let offset = area.left / js::window().device_pixel_ratio();
        Some(Hover { left: left + offset + 16.0, at: axis_words(axis, x), rows })
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
