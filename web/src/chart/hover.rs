//! What the cursor says: the values of all runs at one abscissa.

use leptos::html;
use leptos::prelude::*;

use super::ChartState;
use super::plot::Viewport;
use crate::browser::set_style;
use crate::format;
use crate::state::trace::Abscissa;
use crate::ui::Marker;

/// A curve is under the pointer within so many CSS pixels.
const NEAR: f64 = 12.0;

/// Values of all runs at one abscissa.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    left: f64,
    room: f64,
    top: f64,
    at: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    uid: u32,
    colour: usize,
    name: String,
    value: String,
}

impl Reading {
    /// For those who hear it.
    pub fn spoken(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|r| format!("{} {}", r.name, r.value)).collect();
        format!("{}: {}", self.at, rows.join(", "))
    }
}

fn position(axis: Abscissa, x: f64) -> String {
    match axis {
        Abscissa::Steps => format!("step {}", format::count(x.max(0.0).round() as u64)),
        Abscissa::Work => format!("{}flop", format::amount(x) + if x < 1e3 { " " } else { "" }),
        Abscissa::Time => format::seconds(x),
        Abscissa::Simulated => format!("t = {}", format::value(x)),
    }
}

/// Reads the values of all runs at the cursor.
pub(super) fn reading(chart: ChartState) -> Option<Reading> {
    let app = chart.app;
    let x = chart.cursor.get()?;
    let race = app.race.get()?;
    let (key, axis) = (app.series.get(), app.axis.get());
    let rows = app.data.with_value(|data| {
        let rows = data.traces.iter().enumerate().filter_map(|(i, trace)| {
            let series = race.series_index(i, &key)?;
            let run = race.draft.runs.get(i).filter(|run| app.visible(run.uid))?;
            let last = trace.len().checked_sub(1)?;
            let row = trace.row_at(x, axis)?;
            // Beyond its end a run has no value but its last.
            let value = if row == last && trace.x(last, axis) < x && last > 0 {
                format!("({})", format::value(trace.y(last, series)))
            } else {
                format::value(trace.y(row, series))
            };
            Some(Row { uid: run.uid, colour: run.colour, name: app.name(run.uid).short, value })
        });
        rows.collect::<Vec<_>>()
    });
    let area = chart.area.get();
    let left = area.left + chart.place_of(x);
    Some(Reading { left, room: area.left + area.width, top: area.top, at: position(axis, x), rows })
}

/// The run whose curve is at a place in CSS pixels from the corner of the plotting area.
pub(super) fn nearest_run(chart: ChartState, x: f64, y: f64) -> Option<u32> {
    let app = chart.app;
    let (race, limits) = (app.race.get()?, chart.limits.get()?);
    let (key, axis, at) = (app.series.get(), app.axis.get(), chart.x_at(x));
    let area = super::Area { left: 0.0, top: 0.0, ..chart.area.get() };
    let frame = Viewport::new(area, limits, chart.log(), 1.0);
    app.data.with_value(|data| {
        let distances = data.traces.iter().enumerate().filter_map(|(i, trace)| {
            let series = race.series_index(i, &key)?;
            let run = race.draft.runs.get(i).filter(|run| app.visible(run.uid))?;
            let row = trace.row_at(at, axis)?;
            let inside = row + 1 < trace.len() || (frame.px(trace.x(row, axis)) - x).abs() < NEAR;
            let there = frame.py(trace.y(row, series)).filter(|_| inside)?;
            Some(((there - y).abs(), run.uid))
        });
        distances.filter(|d| d.0 < NEAR).min_by(|a, b| a.0.total_cmp(&b.0)).map(|d| d.1)
    })
}

/// The abscissa of the next measured row, of whichever run has one.
pub(super) fn next_row(chart: ChartState, forward: bool) -> Option<f64> {
    let app = chart.app;
    let (race, axis) = (app.race.get()?, app.axis.get());
    let now = chart.cursor.get();
    app.data.with_value(|data| {
        let runs = data.traces.iter().zip(&race.draft.runs).filter(|(_, run)| app.visible(run.uid));
        let all = runs.flat_map(|(trace, _)| (0..trace.len()).map(move |row| trace.x(row, axis)));
        match (now, forward) {
            (None, _) => all.min_by(f64::total_cmp),
            (Some(now), true) => all.filter(|x| *x > now).min_by(f64::total_cmp).or(Some(now)),
            (Some(now), false) => all.filter(|x| *x < now).max_by(f64::total_cmp).or(Some(now)),
        }
    })
}

/// The values beside the cursor, on the side where there is room.
#[component]
pub(super) fn Tooltip(reading: Reading) -> impl IntoView {
    let app = crate::state::use_app();
    let tooltip = NodeRef::<html::Div>::new();
    let Reading { left, room, top, at, rows } = reading;
    let flip = left > room * 0.6;
    let offset = if flip { room - left } else { left } + 14.0;
    tooltip.on_load(move |tooltip| {
        set_style(&tooltip, if flip { "right" } else { "left" }, &format!("{offset}px"));
        set_style(&tooltip, "top", &format!("{}px", top + 4.0));
    });
    let rows = rows.into_iter().map(|row| {
        view! {
            <li class:lit=move || app.hovered_run.get() == Some(row.uid)>
                <Marker colour=row.colour/>
                <span class="grow">{row.name}</span>
                <b>{row.value}</b>
            </li>
        }
    });
    view! {
        <div class="tooltip" node_ref=tooltip>
            <p>{at}</p>
            <ul>{rows.collect_view()}</ul>
        </div>
    }
}
