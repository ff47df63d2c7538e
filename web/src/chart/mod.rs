//! The chart that all runs share.

mod curves;
mod head;
mod hover;
mod plot;
pub mod scale;

use std::sync::Arc;

use iterscope_core::{Scale, Status, turning_point};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::browser::{context_2d, download_canvas, on_resize, pixel_ratio, set_style};
use crate::format;
use crate::state::trace::Abscissa;
use crate::state::{AppState, ShownRace, use_app};
use crate::theme::{self, ThemeState, use_theme};
use curves::Curve;
use head::ChartHead;
use hover::{Reading, Tooltip, nearest_run, next_row, reading};
use plot::{Area, Axes, LegendEntry, Viewport};

/// How far above the highest start a diverging curve is followed on a logarithmic axis.
const ABOVE: f64 = 1e5;

/// A curve is shown from where it first comes this near to its largest value: an error in time begins at nothing.
const BEGINS: f64 = 1e-5;

/// A selection that is narrower, in CSS pixels, is a slip.
const SLIP: f64 = 6.0;

/// What is shown, apart from the data.
#[derive(Clone, Copy)]
struct ChartState {
    app: AppState,
    theme: ThemeState,
    /// A range that was selected.
    zoom: RwSignal<Option<(f64, f64)>>,
    /// Size in CSS pixels.
    size: RwSignal<(f64, f64)>,
    /// The plotting area in CSS pixels.
    area: RwSignal<Area>,
    /// What the axes hold.
    limits: RwSignal<Option<(Span, Span)>>,
    /// Where the cursor is, as an abscissa.
    cursor: RwSignal<Option<f64>>,
    /// Where a selection began and has come to, in CSS pixels from the left of the plotting area.
    band: RwSignal<Option<(f64, f64)>>,
}

type Span = (f64, f64);

impl ChartState {
    fn log(&self) -> bool {
        let key = self.app.series.get();
        let proposed = self.app.race.with(|race| race.as_ref()?.series_info(&key).map(|s| s.scale));
        self.app.scale.get().or(proposed).unwrap_or(Scale::Log) == Scale::Log
    }

    /// The abscissa at a place in CSS pixels from the left of the plotting area.
    fn x_at(&self, position: f64) -> f64 {
        let (lo, hi) = self.limits.get_untracked().map_or((0.0, 1.0), |limits| limits.0);
        lo + (hi - lo) * position / self.area.get_untracked().width
    }

    /// The place of an abscissa.
    fn place_of(&self, x: f64) -> f64 {
        let (lo, hi) = self.limits.get().map_or((0.0, 1.0), |limits| limits.0);
        (x - lo) / (hi - lo) * self.area.get().width
    }
}

/// The chart.
#[component]
pub fn Chart(
    /// Stands at the beginning of its head.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (app, theme) = (use_app(), use_theme());
    let chart = ChartState {
        app,
        theme,
        zoom: RwSignal::new(None),
        size: RwSignal::new((0.0, 0.0)),
        area: RwSignal::new(Area::default()),
        limits: RwSignal::new(None),
        cursor: RwSignal::new(None),
        band: RwSignal::new(None),
    };
    let (host, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    host.on_load(move |host| {
        let measure = {
            let host = host.clone();
            move || chart.size.set((f64::from(host.client_width()), f64::from(host.client_height())))
        };
        measure();
        on_resize(&host, measure);
    });
    Effect::new(move |_| {
        app.tick.track();
        app.statuses.track();
        if let Some(canvas) = canvas.get() {
            draw(chart, &canvas);
        }
    });
    app.painters.update_value(|all| {
        all.insert("chart".to_owned(), Callback::new(move |canvas| untrack(|| draw(chart, &canvas))));
    });
    // A new race or axis starts without a selected range.
    Effect::new(move |_| {
        app.axis.track();
        app.series.track();
        app.race.track();
        chart.zoom.set(None);
    });
    let label = move || {
        let series = app.series.get();
        let name = app.race.with(|race| race.as_ref()?.series_info(&series).map(|s| s.label.to_string()));
        format!("{} over {}", name.unwrap_or(series), axis_label(app.axis.get()))
    };
    view! {
        <section class="chart" aria-label="Convergence">
            <ChartHead chart>{children.map(|children| children())}</ChartHead>
            <div class="plot" role="figure" aria-label=label node_ref=host>
                <canvas node_ref=canvas></canvas>
                <Cursor chart/>
            </div>
        </section>
    }
}

fn axis_label(axis: Abscissa) -> &'static str {
    Abscissa::ALL.iter().find(|a| a.0 == axis).map_or("", |a| a.1)
}

/// What takes the pointer and the keys over the plotting area.
#[component]
fn Cursor(chart: ChartState) -> impl IntoView {
    let app = chart.app;
    let (over, line, band) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let px = |v: f64| format!("{v}px");
    Effect::new(move |_| {
        let area = chart.area.get();
        if let Some(over) = over.get() {
            for (name, value) in
                [("left", area.left), ("top", area.top), ("width", area.width), ("height", area.height)]
            {
                set_style(&over, name, &px(value));
            }
        }
    });
    Effect::new(move |_| {
        if let (Some(x), Some(line)) = (chart.cursor.get(), line.get()) {
            set_style(&line, "left", &px(chart.place_of(x)));
        }
    });
    Effect::new(move |_| {
        if let (Some((from, to)), Some(band)) = (chart.band.get(), band.get()) {
            set_style(&band, "left", &px(from.min(to)));
            set_style(&band, "width", &px((from - to).abs()));
        }
    });
    // Where the pointer is in CSS pixels from the corner of the plotting area; the cursor goes there.
    let follow = move |ev: &web_sys::PointerEvent| {
        let over = over.get_untracked()?;
        let (rect, area) = (over.get_bounding_client_rect(), chart.area.get_untracked());
        let x = (f64::from(ev.client_x()) - rect.left()).clamp(0.0, area.width);
        let y = (f64::from(ev.client_y()) - rect.top()).clamp(0.0, area.height);
        chart.cursor.set(Some(chart.x_at(x)));
        let near = untrack(|| nearest_run(chart, x, y));
        if app.hovered_run.get_untracked() != near {
            app.hovered_run.set(near);
        }
        Some(x)
    };
    let down = move |ev: ev::PointerEvent| {
        if ev.button() == 0 {
            // What begins here ends here, wherever the pointer goes.
            if let Some(over) = over.get_untracked() {
                let _ = over.set_pointer_capture(ev.pointer_id());
            }
            chart.band.set(follow(&ev).map(|x| (x, x)));
        }
    };
    let moved = move |ev: ev::PointerEvent| {
        if let (Some(x), Some((from, _))) = (follow(&ev), chart.band.get_untracked()) {
            chart.band.set(Some((from, x)));
        }
    };
    let up = move |ev: ev::PointerEvent| {
        let (x, band) = (follow(&ev), chart.band.get_untracked());
        chart.band.set(None);
        if let (Some(x), Some((from, _))) = (x, band)
            && (from - x).abs() > SLIP
        {
            chart.zoom.set(Some((chart.x_at(from.min(x)).max(0.0), chart.x_at(from.max(x)))));
        }
    };
    let left = move |ev: ev::PointerEvent| {
        // A finger leaves with every tap: what it pointed at stays.
        if ev.type_() == "pointerleave" && ev.pointer_type() == "touch" {
            return;
        }
        chart.band.set(None);
        chart.cursor.set(None);
        app.hovered_run.set(None);
    };
    let key = move |ev: ev::KeyboardEvent| {
        let forward = match ev.key().as_str() {
            "ArrowRight" => true,
            "ArrowLeft" => false,
            _ => return,
        };
        ev.prevent_default();
        ev.stop_propagation();
        chart.cursor.set(untrack(|| next_row(chart, forward)));
    };
    let shown = Memo::new(move |_| {
        app.tick.track();
        reading(chart)
    });
    let spoken = move || shown.get().map(|r: Reading| r.spoken());
    view! {
        <div
            class="plot-over"
            tabindex="0"
            role="application"
            aria-label="Values at the cursor; arrow keys go from point to point"
            node_ref=over
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=left
            on:pointerleave=left
            on:dblclick=move |_| chart.zoom.set(None)
            on:keydown=key
            on:blur=move |_| chart.cursor.set(None)
        >
            <div class="plot-band" class:gone=move || chart.band.with(Option::is_none) node_ref=band></div>
            <div class="plot-line" class:gone=move || chart.cursor.with(Option::is_none) node_ref=line></div>
        </div>
        <p class="visually-hidden" aria-live="polite">{spoken}</p>
        {move || shown.get().map(|reading| view! { <Tooltip reading/> })}
    }
}

/// Draws everything into the canvas: legend, axes, curves.
fn draw(chart: ChartState, canvas: &HtmlCanvasElement) {
    let app = chart.app;
    let ((width, height), dark, log) = (chart.size.get(), chart.theme.dark.get(), chart.log());
    let limits = limits(chart, log);
    let ratio = pixel_ratio();
    let (wide, high) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    let (Some(race), Some(limits), Some(ctx)) = (app.race.get(), limits, context_2d(canvas)) else {
        canvas.set_width(wide.max(1));
        return;
    };
    if width < 40.0 || height < 40.0 {
        return;
    }
    if (canvas.width(), canvas.height()) == (wide, high) {
        ctx.clear_rect(0.0, 0.0, f64::from(wide), f64::from(high));
    } else {
        canvas.set_width(wide);
        canvas.set_height(high);
        set_style(canvas, "width", &format!("{width}px"));
        set_style(canvas, "height", &format!("{height}px"));
    }
    let ink = theme::ink(dark);
    let entries: Vec<LegendEntry> = race
        .draft
        .runs
        .iter()
        .filter(|run| app.visible(run.uid))
        .map(|run| LegendEntry {
            name: app.name(run.uid).short,
            colour: theme::run_colour(run.colour, dark),
            dash: theme::run_dash(run.colour),
        })
        .collect();
    let legend = plot::legend(&ctx, &entries, width, ratio, &ink);
    let area = plot::plotting_area((width, height), legend);
    if chart.area.get_untracked() != area {
        chart.area.set(area);
    }
    if chart.limits.get_untracked() != Some(limits) {
        chart.limits.set(Some(limits));
    }
    let frame = Viewport::new(area, limits, log, ratio);
    let axis = app.axis.get();
    let x_label = move |x: f64| match axis {
        Abscissa::Steps if x.fract() != 0.0 => String::new(),
        Abscissa::Steps => format::count(x.max(0.0) as u64),
        Abscissa::Work => format::amount(x),
        Abscissa::Simulated => format::tick(x),
        Abscissa::Time => format::seconds(x),
    };
    frame.axes(&ctx, &Axes { x_label: &x_label, y_label: format::tick, ink: &ink });
    draw_curves(chart, &race, &ctx, &frame);
}

/// What the axes must hold.
fn limits(chart: ChartState, log: bool) -> Option<(Span, Span)> {
    let app = chart.app;
    let (key, axis, zoom) = (app.series.get(), app.axis.get(), chart.zoom.get());
    let race = app.race.get()?;
    let shown: Vec<bool> = race.draft.runs.iter().map(|run| app.visible(run.uid)).collect();
    app.data.with_value(|data| {
        let (mut end, mut lo, mut hi, mut start) = (0.0f64, f64::INFINITY, f64::NEG_INFINITY, 0.0f64);
        let timed = race.is_timed();
        // The largest value of the run that stays lowest: an error may begin at nothing.
        let mut calm = f64::INFINITY;
        for (i, trace) in data.traces.iter().enumerate().filter(|(i, _)| shown.get(*i) == Some(&true)) {
            let Some(series) = race.series_index(i, &key) else { continue };
            let rows = trace.len();
            if rows == 0 {
                continue;
            }
            end = end.max(trace.x(rows - 1, axis));
            // An error may begin at rounding: then its first step says where it starts.
            let firsts = (0..rows.min(2)).map(|row| trace.y(row, series).abs()).filter(|y| y.is_finite());
            start = firsts.fold(start, f64::max);
            let within = |row: &usize| {
                let (x, y) = (trace.x(*row, axis), trace.y(*row, series));
                y.is_finite() && (!log || y > 0.0) && zoom.is_none_or(|z| x >= z.0 && x <= z.1)
            };
            let values = || (0..rows).filter(within).map(|row| trace.y(row, series));
            let largest = values().fold(0.0f64, |largest, y| largest.max(y.abs()));
            calm = calm.min(largest);
            hi = values().fold(hi, f64::max);
            // Of a run that diverged the beginning is measured by the highest start, not by where it went.
            let level = if start > 0.0 { largest.min(start) } else { largest };
            let begun = values().skip_while(|y| log && timed && *y < BEGINS * level);
            lo = begun.fold(lo, f64::min);
        }
        for level in race.problem.levels.iter().filter(|l| l.series == key && (!log || l.value > 0.0)) {
            lo = lo.min(level.value);
            hi = hi.max(level.value);
        }
        // A run that diverges must not press the others flat.
        if start > 0.0 {
            let usual = if calm.is_finite() { start.max(calm) } else { start };
            hi = hi.min(usual * if log { ABOVE } else { 10.0 }).max(lo);
        }
        let x = zoom.unwrap_or((0.0, scale::nice_ceil(end)));
        let y = if log { scale::log_range(lo, hi) } else { scale::linear_range(lo, hi) };
        Some((x, y))
    })
}

/// Draws the curves over the axes.
fn draw_curves(chart: ChartState, race: &Arc<ShownRace>, ctx: &CanvasRenderingContext2d, frame: &Viewport) {
    let app = chart.app;
    let (key, axis, dark) = (app.series.get(), app.axis.get(), chart.theme.dark.get());
    let (statuses, hovered) = (app.statuses.get(), app.hovered_run.get());
    let in_chart = hovered.filter(|uid| race.draft.run(*uid).is_some());
    app.data.with_value(|data| {
        let curves: Vec<Curve<'_>> = data
            .traces
            .iter()
            .enumerate()
            .filter_map(|(i, trace)| {
                let series = race.series_index(i, &key)?;
                let run = race.draft.runs.get(i).filter(|run| app.visible(run.uid))?;
                let last = trace.len().checked_sub(1)?;
                let steps_per_x = match axis {
                    Abscissa::Steps => 1.0,
                    axis => trace.x(last, Abscissa::Steps) / trace.x(last, axis),
                };
                let stop = statuses.get(i).and_then(|s| match s.status {
                    Status::Stopped(stop) => Some(stop),
                    Status::Ready => None,
                });
                Some(Curve {
                    trace,
                    series,
                    shown: statuses.get(i).and_then(|s| trace.row_at(s.step as f64, Abscissa::Steps)),
                    colour: theme::run_colour(run.colour, dark),
                    dash: theme::run_dash(run.colour),
                    stop,
                    prediction: race.runs[i].prediction.as_ref().filter(|p| p.series == key),
                    turn: race
                        .series_info(&key)
                        .filter(|s| s.unseen)
                        .and_then(|_| turning_point((0..=last).map(|row| trace.y(row, series)))),
                    steps_per_x,
                    weight: match in_chart {
                        Some(uid) if uid == run.uid => 1.5,
                        Some(_) => 0.45,
                        None => 1.0,
                    },
                })
            })
            .collect();
        let levels: Vec<(f64, &str)> =
            race.problem.levels.iter().filter(|l| l.series == key).map(|l| (l.value, l.label.as_str())).collect();
        curves::curves(ctx, frame, axis, &curves, &levels, &theme::ink(dark));
    });
}

/// The chart as a PNG file, on the background of its theme.
pub fn download(dark: bool) {
    let canvas = document().query_selector(".chart canvas").ok().flatten();
    let Some(canvas) = canvas.and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok()) else { return };
    let copy = document().create_element("canvas").ok().and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok());
    let Some((copy, ctx)) = copy.and_then(|copy| context_2d(&copy).map(|ctx| (copy, ctx))) else { return };
    copy.set_width(canvas.width());
    copy.set_height(canvas.height());
    // Setting the size has reset the context.
    ctx.set_fill_style_str(theme::ink(dark).panel);
    ctx.fill_rect(0.0, 0.0, f64::from(copy.width()), f64::from(copy.height()));
    let _ = ctx.draw_image_with_html_canvas_element(&canvas, 0.0, 0.0);
    download_canvas("iterscope-chart.png", &copy);
}
