//! Over the plot: which series, which axes.

use iterscope_core::{Scale, SeriesInfo};
use leptos::prelude::*;

use super::ChartState;
use crate::state::trace::Abscissa;
use crate::ui::{Choice, Select};

/// So many series stand side by side; more stand in a list.
const BESIDE: usize = 4;
/// What one of them takes beside its letters, what a letter takes, and what else stands in the head, in CSS pixels.
const ROOM: (f64, f64, f64) = (22.0, 7.5, 480.0);

/// Series, scale and axis.
#[component]
pub(super) fn ChartHead(chart: ChartState, children: Children) -> impl IntoView {
    let app = chart.app;
    let title = Memo::new(move |_| {
        let key = app.series.get();
        app.race.with(|r| r.as_ref()?.series_info(&key).map(|s| s.doc.to_string()))
    });
    let flip = move |_| {
        let log = untrack(|| chart.log());
        app.scale.set(Some(if log { Scale::Linear } else { Scale::Log }));
    };
    let timed = Memo::new(move |_| app.race.with(|r| r.as_ref().is_some_and(|r| r.is_timed())));
    let axes = Abscissa::ALL.into_iter().map(|(axis, label)| {
        view! {
            <button
                type="button"
                hidden=move || axis == Abscissa::Simulated && !timed.get()
                aria-pressed=move || (app.axis.get() == axis).to_string()
                on:click=move |_| app.axis.set(axis)
            >
                {label}
            </button>
        }
    });
    view! {
        <header class="chart-head">
            {children()}
            <SeriesChoice chart/>
            <p class="chart-title grow" title=move || title.get()>{move || title.get()}</p>
            <Show when=move || chart.zoom.with(Option::is_some)>
                <button type="button" class="small" on:click=move |_| chart.zoom.set(None)>"Reset zoom"</button>
            </Show>
            <button type="button" class="small" title="Kind of vertical axis" on:click=flip>
                {move || if chart.log() { "log" } else { "linear" }}
            </button>
            <div class="segments" role="group" aria-label="Horizontal axis">{axes.collect_view()}</div>
        </header>
    }
}

#[component]
fn SeriesChoice(chart: ChartState) -> impl IntoView {
    let app = chart.app;
    let series = Memo::new(move |_| {
        app.race.with(|race| {
            let all = race.as_ref().map(|r| r.series().into_iter().cloned().collect::<Vec<SeriesInfo>>());
            all.unwrap_or_default()
        })
    });
    let choose = move |key: String| {
        app.series.set(key);
        app.scale.set(None);
    };
    let segment = move |s: SeriesInfo| {
        let (is, to) = (s.key.to_string(), s.key.to_string());
        view! {
            <button
                type="button"
                title=s.doc.to_string()
                aria-pressed=move || app.series.with(|now| *now == is).to_string()
                on:click=move |_| choose(to.clone())
            >
                {s.label.to_string()}
            </button>
        }
    };
    move || {
        let all = series.get();
        // Many do not fit side by side, and long ones neither.
        let needed: f64 = all.iter().map(|s| ROOM.0 + ROOM.1 * s.label.chars().count() as f64).sum::<f64>() + ROOM.2;
        let narrow = Memo::new(move |_| chart.size.with(|size| size.0 < needed.max(760.0)));
        if all.len() > BESIDE || narrow.get() {
            let options: Vec<Choice> = all.iter().map(|s| Choice::new(&s.key, &s.label)).collect();
            view! {
                <Select label="Series" options=options value=Signal::derive(move || app.series.get()) on_choose=choose/>
            }
            .into_any()
        } else {
            let segments = all.into_iter().map(segment).collect_view();
            view! { <div class="segments" role="group" aria-label="Series">{segments}</div> }.into_any()
        }
    }
}
