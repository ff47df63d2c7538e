//! The tools that make many runs: sweeps, seeds, profiles.

use iterscope_core::Measure;
use leptos::prelude::*;

use super::answers::{AnswerBody, AnswerTabs, SaveAnswer};
use crate::number::parse;
use crate::state::{StudyForm, StudyKind, use_app};
use crate::ui::{Choice, Select};

/// The section that stands in the chart's place.
#[component]
pub fn Studies() -> impl IntoView {
    let app = use_app();
    let section = move || match app.study.get() {
        StudyKind::Sweep => view! { <Sweep/> }.into_any(),
        StudyKind::Seeds => view! { <Seeds/> }.into_any(),
        StudyKind::Profile => view! { <Profile/> }.into_any(),
    };
    view! { {section} }
}

/// Starts a study and ends it, with how far it is.
#[component]
fn Go(label: &'static str, #[prop(into)] ready: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let running = Memo::new(move |_| app.answer.with(|a| a.share < 1.0));
    let go = move |_| if running.get_untracked() { app.cancel_study() } else { app.start_study() };
    let percent = move || running.get().then(|| format!("{:.0} %", 100.0 * app.answer.with(|a| a.share)));
    view! {
        <button type="button" class="button primary go" disabled=move || !ready.get() on:click=go>
            {move || if running.get() { "Cancel" } else { label }}
        </button>
        <output class="quiet">{percent}</output>
        <SaveAnswer/>
    }
}

/// A whole number of what is asked for.
#[component]
fn Whole(label: &'static str, get: fn(&StudyForm) -> u32, set: fn(&mut StudyForm, u32)) -> impl IntoView {
    let app = use_app();
    let shown = move || app.study_form.with(get).to_string();
    let typed = move |ev| {
        if let Some(v) = parse(&event_target_value(&ev)) {
            app.edit_study(|form| set(form, v as u32));
        }
    };
    view! {
        <label>
            <span>{label}</span>
            <input type="text" inputmode="numeric" autocomplete="off" prop:value=shown on:change=typed/>
        </label>
    }
}

/// One seed after the other.
#[component]
fn Seeds() -> impl IntoView {
    view! {
        <section class="answers" aria-label="Seeds">
            <div class="answers-head">
                <AnswerTabs/>
                <div class="sweep-range">
                    <Whole label="seeds" get=|f| f.seeds set=|f, v| f.seeds = v/>
                </div>
                <Go label="Run the seeds" ready=Signal::stored(true)/>
            </div>
            <AnswerBody/>
        </section>
    }
}

/// The methods of the race over a set of problems.
#[component]
fn Profile() -> impl IntoView {
    let app = use_app();
    let presets = Memo::new(move |_| app.comparable());
    let methods = Memo::new(move |_| app.race_runs().len());
    let chosen = Memo::new(move |_| {
        let own = usize::from(app.study_form.with(|f| f.own));
        own + presets.with(|all| all.iter().filter(|p| app.in_profile(p)).count())
    });
    // The answer takes the place of the list.
    let unanswered = Memo::new(move |_| app.answer.with(|a| a.html.is_empty()));
    let own = move |ev| {
        let on = event_target_checked(&ev);
        app.edit_study(|form| form.own = on);
    };
    let choice = move |preset: &'static iterscope_core::PresetInfo| {
        let put = move |ev| app.choose_for_profile(&preset.id, event_target_checked(&ev));
        view! {
            <label class="check" title=preset.summary.to_string()>
                <input type="checkbox" prop:checked=move || app.in_profile(preset) on:change=put/>
                <span>{preset.label.to_string()}</span>
            </label>
        }
    };
    view! {
        <section class="answers" aria-label="Performance profile">
            <div class="answers-head">
                <AnswerTabs/>
                <div class="sweep-range">
                    <Whole label="seeds of each" get=|f| f.each set=|f, v| f.each = v/>
                </div>
                <Go label="Compare" ready=Signal::derive(move || methods.get() > 1 && chosen.get() > 0)/>
            </div>
            <p class="note" class:gone=move || methods.get() != 1>"A profile compares methods: add another one to this race."</p>
            <details class="about" prop:open=unanswered>
                <summary>
                    {move || format!("{} of {} problems", chosen.get(), 1 + presets.with(Vec::len))}
                </summary>
                <div class="choices" role="group" aria-label="Problems">
                    <label class="check">
                        <input type="checkbox" prop:checked=move || app.study_form.with(|f| f.own) on:change=own/>
                        <span>"The problem shown"</span>
                    </label>
                    {move || presets.get().into_iter().map(choice).collect_view()}
                </div>
            </details>
            <AnswerBody/>
        </section>
    }
}

/// One or two numbers vary.
#[component]
fn Sweep() -> impl IntoView {
    let app = use_app();
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
    let ready = Signal::derive(move || app.sweep.with(|form| !form.axes[0].place.is_empty()));
    view! {
        <section class="answers" aria-label="Sweep">
            <div class="answers-head">
                <AnswerTabs/>
                <Select label="What is shown" options=measures value=measure on_choose=choose/>
                <Go label="Run the sweep" ready/>
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
