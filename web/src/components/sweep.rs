//! The tool that varies one or two numbers and shows what every run comes to.

use iterscope_core::Measure;
use leptos::prelude::*;

use super::answers::{AnswerBody, AnswerTabs, SaveAnswer};
use crate::number::parse;
use crate::state::use_app;
use crate::ui::{Choice, Select};

/// The section that stands in the chart's place.
#[component]
pub fn Sweep() -> impl IntoView {
    let app = use_app();
    let running = Memo::new(move |_| app.answer.with(|a| a.share < 1.0));
    let measures = Measure::ALL.map(|(_, name, label)| Choice::new(name, label)).to_vec();
    let measure = Signal::derive(move || {
        let now = app.sweep.with(|form| form.measure);
        Measure::ALL.iter().find(|m| m.0 == now).map_or_else(String::new, |m| m.1.to_owned())
    });
    let choose = move |name: String| {
        if let Some(measure) = Measure::named(&name) {
            app.edit_sweep(|form| form.measure = measure);
        }
    };
    let go = move |_| if running.get_untracked() { app.cancel_sweep() } else { app.start_sweep() };
    let ready = move || app.sweep.with(|form| !form.axes[0].place.is_empty());
    let percent = move || running.get().then(|| format!("{:.0} %", 100.0 * app.answer.with(|a| a.share)));
    view! {
        <section class="answers" aria-label="Sweep">
            <div class="answers-head">
                <AnswerTabs/>
                <Select label="What is shown" options=measures value=measure on_choose=choose/>
                <button type="button" class="button primary go" disabled=move || !ready() on:click=go>
                    {move || if running.get() { "Cancel" } else { "Run the sweep" }}
                </button>
                <output class="quiet">{percent}</output>
                <SaveAnswer/>
            </div>
            <div class="sweep-axes">
                <AxisFields axis=0/>
                <AxisFields axis=1/>
            </div>
            <AnswerBody/>
        </section>
    }
}

/// What varies along one axis.
#[component]
fn AxisFields(axis: usize) -> impl IntoView {
    let app = use_app();
    let name = if axis == 0 { "What varies" } else { "What else varies" };
    let options = Memo::new(move |_| {
        let none = (axis == 1).then(|| Choice::new("", "nothing else"));
        let all = app.numbers();
        none.into_iter().chain(all.iter().map(|n| Choice::new(&n.place, &n.label))).collect::<Vec<_>>()
    });
    let place = Memo::new(move |_| app.sweep.with(|form| form.axes[axis].place.clone()));
    let unused = move || place.with(String::is_empty);
    let number = move |label: &'static str,
                       get: fn(&iterscope_core::SweepAxis) -> f64,
                       set: fn(&mut iterscope_core::SweepAxis, f64)| {
        let shown = move || app.sweep.with(|form| iterscope_core::Value::Real(get(&form.axes[axis])).to_string());
        let typed = move |ev| {
            if let Some(v) = parse(&event_target_value(&ev)) {
                app.edit_sweep(|form| set(&mut form.axes[axis], v));
            }
        };
        view! {
            <label>
                <span>{label}</span>
                <input type="text" inputmode="decimal" autocomplete="off" prop:value=shown on:change=typed/>
            </label>
        }
    };
    let log = move |ev| {
        let on = event_target_checked(&ev);
        app.edit_sweep(|form| form.axes[axis].log = on);
    };
    let error = move || {
        let error = app.answer.with(|a| a.error.clone()).filter(|e| e.field.starts_with(&format!("axes[{axis}]")));
        error.map(|e| {
            let field = e.field.rsplit('.').next().unwrap_or_default().to_owned();
            view! { <p class="error">{format!("{field}: {}", e.message)}</p> }
        })
    };
    view! {
        <fieldset class="sweep-axis">
            <legend class="visually-hidden">{name}</legend>
            <Select
                label=name
                options=options
                value=place
                on_choose=move |place: String| app.choose_number(axis, &place)
            />
            <div class="sweep-range" class:gone=unused>
                {number("from", |a| a.from, |a, v| a.from = v)}
                {number("to", |a| a.to, |a, v| a.to = v)}
                {number("values", |a| f64::from(a.points), |a, v| a.points = v as u32)}
                <label class="check">
                    <input type="checkbox" prop:checked=move || app.sweep.with(|form| form.axes[axis].log) on:change=log/>
                    <span>"equal ratios"</span>
                </label>
            </div>
            {error}
        </fieldset>
    }
}
