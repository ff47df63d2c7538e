//! The scale that all pictures share: its colours, its range, and lines of equal value.

use iterscope_core::PictureKind;
use iterscope_core::colour::{Map, Palette};
use leptos::html;
use leptos::prelude::*;

use crate::browser::remember;
use crate::format;
use crate::number::parse;
use crate::picture::{FlowStyle, paint_strip, shared_span};
use crate::state::{AppState, use_app};
use crate::theme::use_theme;
use crate::ui::{Choice, Icon, IconView, Select};

/// The map that a palette gives the pictures that are shown.
fn map_of(app: AppState, palette: Palette, dark: bool) -> Map {
    let (signed, grey) = app.picture_info().map_or((false, false), |p| (p.signed, p.grey));
    Map::of(palette, signed, grey, dark)
}

/// The colours of a palette from the lowest value to the highest.
#[component]
fn Strip(#[prop(into)] palette: Signal<Palette>) -> impl IntoView {
    let (app, theme) = (use_app(), use_theme());
    let canvas = NodeRef::<html::Canvas>::new();
    let map = Memo::new(move |_| map_of(app, palette.get(), theme.dark.get()));
    Effect::new(move |_| {
        let table = map.get().table();
        if let Some(canvas) = canvas.get() {
            let rgba: Vec<u8> = table.iter().flat_map(|c| [c[0], c[1], c[2], 255]).collect();
            paint_strip(&canvas, &rgba);
        }
    });
    view! { <canvas width="256" height="1" node_ref=canvas></canvas> }
}

/// The scale beside the choice of pictures.
#[component]
pub fn ColourBar() -> impl IntoView {
    let app = use_app();
    let span = Memo::new(move |_| {
        app.repaint.track();
        let kind = app.picture_info()?.kind;
        if kind == PictureKind::Field { shared_span(app) } else { None }
    });
    let pinned = Memo::new(move |_| app.pinned_span.with(Option::is_some));
    view! {
        <div class="scale" class:gone=move || span.with(Option::is_none)>
            <button
                type="button"
                class="scale-bar"
                class:pinned=pinned
                aria-expanded=move || app.colouring.get().to_string()
                aria-label="Colours and range"
                title="The scale that all runs share: colours, range, lines of equal value"
                on:click=move |_| app.colouring.update(|open| *open = !*open)
            >
                <span>{move || span.get().map(|s| format::value(s.0))}</span>
                <Strip palette=app.palette/>
                <span>{move || span.get().map(|s| format::value(s.1))}</span>
                <Show when=move || pinned.get()>
                    <IconView icon=Icon::Pin/>
                </Show>
                <IconView icon=Icon::Chevron/>
            </button>
            <Show when=move || app.colouring.get()>
                <div class="popover colours" role="dialog" aria-label="Colours and range">
                    <Palettes/>
                    <Contours/>
                    <Surface/>
                    <Flow/>
                    <Range span/>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Palettes() -> impl IntoView {
    let app = use_app();
    let choose = move |palette: Palette, name: &str| {
        remember("colours", name);
        app.palette.set(palette);
    };
    let option = move |(palette, name, label): (Palette, &'static str, &'static str)| {
        view! {
            <button
                type="button"
                role="radio"
                aria-checked=move || (app.palette.get() == palette).to_string()
                on:click=move |_| choose(palette, name)
            >
                <Strip palette=Signal::stored(palette)/>
                <span>{label}</span>
            </button>
        }
    };
    view! {
        <div class="palettes" role="radiogroup" aria-label="Colours">
            {Palette::ALL.into_iter().map(option).collect_view()}
        </div>
    }
}

#[component]
fn Contours() -> impl IntoView {
    let app = use_app();
    let flip = move |ev| {
        let on = event_target_checked(&ev);
        remember("contours", if on { "on" } else { "off" });
        app.contours.set(on);
    };
    view! {
        <label class="row switch-row">
            <input type="checkbox" class="switch" prop:checked=app.contours on:change=flip/>
            "Lines of equal value"
        </label>
    }
}

#[component]
fn Surface() -> impl IntoView {
    let app = use_app();
    let flip = move |ev| {
        let on = event_target_checked(&ev);
        remember("surface", if on { "on" } else { "off" });
        app.surface.set(on);
    };
    view! {
        <label class="row switch-row">
            <input type="checkbox" class="switch" prop:checked=app.surface on:change=flip/>
            "As a surface"
        </label>
    }
}

/// How the flow is shown, where there is one.
#[component]
fn Flow() -> impl IntoView {
    let app = use_app();
    let flows = Memo::new(move |_| app.picture_info().is_some_and(|p| p.flow));
    let options = FlowStyle::ALL.map(|(_, name, label)| Choice::new(name, label)).to_vec();
    let choose = move |name: String| {
        remember("flow", &name);
        app.flow.set(FlowStyle::named(&name).unwrap_or_default());
    };
    view! {
        <div class="row" class:gone=move || !flows.get()>
            <Select
                label="Flow over the field"
                title="Arrows grow with the square root of the speed"
                options
                value=Signal::derive(move || app.flow.get().name().to_owned())
                on_choose=choose
            />
        </div>
    }
}

/// The range: as the values have it, or kept.
#[component]
fn Range(span: Memo<Option<(f64, f64)>>) -> impl IntoView {
    let app = use_app();
    let pinned = Memo::new(move |_| app.pinned_span.with(Option::is_some));
    let wrong = RwSignal::new(false);
    let pin = move |ev| {
        let now = span.get_untracked();
        wrong.set(false);
        app.pinned_span.set(if event_target_checked(&ev) { now } else { None });
    };
    let end = move |upper: bool| {
        let shown = move || span.get().map_or(String::new(), |s| format::value(if upper { s.1 } else { s.0 }));
        let typed = move |ev| {
            let Some((lo, hi)) = span.get_untracked() else { return };
            let wanted = parse(&event_target_value(&ev)).map(|v| if upper { (lo, v) } else { (v, hi) });
            let good = wanted.filter(|(lo, hi)| lo < hi);
            wrong.set(good.is_none());
            if good.is_some() {
                app.pinned_span.set(good);
            }
        };
        let name = if upper { "Highest value" } else { "Lowest value" };
        view! { <input type="text" inputmode="decimal" aria-label=name title=name prop:value=shown on:change=typed/> }
    };
    view! {
        <label class="row switch-row">
            <input type="checkbox" class="switch" prop:checked=pinned on:change=pin/>
            "Keep this range"
        </label>
        <div class="row range-ends">{end(false)} <span>"to"</span> {end(true)}</div>
        <p class="error" class:gone=move || !wrong.get()>"Two numbers are needed, the smaller first."</p>
    }
}
