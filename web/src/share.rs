//! Sharing, embedding, taking away.

use iterscope_core::PictureKind;
use iterscope_protocol::{Export, Request};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlCanvasElement;

use crate::details;
use crate::icon::{Icon, icon_button};
use crate::model::{App, Open};
use crate::picture::context;
use crate::{js, link, permalink, theme};

/// Whatever is open over the instrument.
pub fn popovers(app: App) -> AnyView {
    (move || match app.open.get() {
        Open::Nothing | Open::Add => ().into_any(),
        Open::Share => share(app),
        Open::Embed => embed(app),
        Open::Export => export(app),
        Open::Help => help(app),
        Open::Details(id) => details::details(app, &id),
    })
    .into_any()
}

/// A panel with a title that closes.
pub fn panel(app: App, class: &'static str, title: &str, body: AnyView) -> AnyView {
    let (title, name) = (title.to_owned(), title.to_owned());
    view! {
        <div class=format!("panel {class}") role="dialog" aria-label=name>
            <div class="panel-head">
                <h2>{title}</h2>
                {icon_button(Icon::Cross, "Close", move || app.open.set(Open::Nothing))}
            </div>
            {body}
        </div>
    }
    .into_any()
}

/// A text to copy, with its button.
fn copyable(label: &'static str, text: String) -> AnyView {
    let copied = RwSignal::new(false);
    let area = NodeRef::<leptos::html::Textarea>::new();
    let shown = text.clone();
    let copy = move |_| {
        // Selected in any case: where the clipboard is forbidden, a key press does the rest.
        if let Some(area) = area.get_untracked() {
            area.select();
        }
        let text = text.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let clipboard = js::window().navigator().clipboard();
            let done = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await;
            let _ = copied.try_set(done.is_ok());
        });
    };
    view! {
        <label class="copy-label">{label}
            <textarea class="mono" readonly rows="3" node_ref=area prop:value=shown></textarea>
        </label>
        <button type="button" class="button primary" on:click=copy>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
    .into_any()
}

fn home() -> String {
    let location = js::window().location();
    let path = location.pathname().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{}{folder}/", location.origin().unwrap_or_default())
}

fn share(app: App) -> AnyView {
    let hash = untrack(|| permalink::write(&app.experiment(), app.catalog));
    let local = untrack(|| {
        app.draft
            .with(|d| matches!(&d.problem.data, Some(iterscope_core::DataRef::Name(n)) if !n.starts_with("sample:")))
    });
    let body = view! {
        {copyable("A link to exactly this experiment", format!("{}#{hash}", home()))}
        {local.then(|| view! {
            <p class="note warning">"Your file is not in the link, only its name: whoever opens it needs the file too."</p>
        })}
    };
    panel(app, "menu", "Share", body.into_any())
}

fn embed(app: App) -> AnyView {
    let experiment = untrack(|| app.experiment());
    let hash = permalink::write(&experiment, app.catalog);
    let home = home();
    let attribute = match hash.strip_prefix("preset=") {
        Some(preset) => format!("preset=\"{preset}\""),
        None => {
            let json = experiment.without_defaults(app.catalog).to_json();
            format!("experiment='{}'", json.replace('&', "&amp;").replace('\'', "&#39;"))
        }
    };
    let element = format!(
        "<script src=\"{home}iter-scope.js\" async></script>\n<iter-scope {attribute} view=\"both\" autoplay></iter-scope>"
    );
    let frame = format!(
        "<iframe src=\"{home}embed.html#{hash}&amp;view=both&amp;autoplay=1\" title=\"Iterscope\" width=\"100%\" height=\"480\"></iframe>"
    );
    let body = view! { {copyable("As an element", element)} {copyable("As a frame", frame)} };
    panel(app, "menu", "Embed", body.into_any())
}

fn export(app: App) -> AnyView {
    let runs = untrack(|| app.race.get());
    let ranking = untrack(|| {
        app.race.with(|r| {
            r.as_ref().is_some_and(|r| r.problem.pictures.first().is_some_and(|p| p.kind == PictureKind::Bars))
        })
    });
    let ask = move |what: Export| link::send(&Request::Export { what });
    // A table has columns of text, which NPY does not hold.
    let formats: &[&str] = if ranking { &["csv", "json"] } else { &["csv", "npy", "json"] };
    let rows: Vec<_> = runs
        .iter()
        .flat_map(|race| race.runs.iter().enumerate())
        .map(|(i, facts)| {
            let buttons: Vec<_> = formats
                .iter()
                .map(|format| {
                    let get = move |_| ask(Export::Result { run: i as u32, format: (*format).to_owned() });
                    view! { <button type="button" class="small" on:click=get>{format.to_uppercase()}</button> }
                })
                .collect();
            view! { <li class="row"><span class="grow">{facts.label.clone()}</span>{buttons}</li> }
        })
        .collect();
    let body = view! {
        <h3>"Results"</h3>
        <ul class="plain">{rows}</ul>
        <h3>"All runs"</h3>
        <div class="row wrap">
            <button type="button" class="small" on:click=move |_| ask(Export::Trace)>"Measurements, CSV"</button>
            <button type="button" class="small" on:click=move |_| ask(Export::Experiment)>"Experiment, JSON"</button>
            <button type="button" class="small" on:click=move |_| crate::chart::download()>"Chart, PNG"</button>
            <button type="button" class="small" on:click=move |_| pictures_png(app)>"Pictures, PNG"</button>
        </div>
    };
    panel(app, "menu", "Export", body.into_any())
}

/// All pictures of runs side by side, with their labels.
fn pictures_png(app: App) {
    const SIDE: f64 = 320.0;
    const HEAD: f64 = 28.0;
    let document = js::document();
    let Ok(found) = document.query_selector_all(".cards .picture .fit > canvas:first-child") else { return };
    let canvases: Vec<HtmlCanvasElement> = (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect();
    let Some(sheet) = document.create_element("canvas").ok().and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok())
    else {
        return;
    };
    let labels: Vec<String> = app
        .race
        .with_untracked(|r| r.as_ref().map(|r| r.runs.iter().map(|r| r.label.clone()).collect()).unwrap_or_default());
    sheet.set_width((canvases.len().max(1) as f64 * SIDE) as u32);
    sheet.set_height((SIDE + HEAD) as u32);
    let Some(ctx) = context(&sheet) else { return };
    let ink = theme::ink(app.dark.get_untracked());
    ctx.set_fill_style_str(ink.panel);
    ctx.fill_rect(0.0, 0.0, f64::from(sheet.width()), f64::from(sheet.height()));
    ctx.set_fill_style_str(ink.ink);
    ctx.set_font("600 14px system-ui, sans-serif");
    for (i, canvas) in canvases.iter().enumerate() {
        let left = i as f64 * SIDE;
        if let Some(label) = labels.get(i) {
            let _ = ctx.fill_text_with_max_width(label, left + 8.0, 19.0, SIDE - 16.0);
        }
        let (w, h) = (f64::from(canvas.width().max(1)), f64::from(canvas.height().max(1)));
        let factor = (SIDE - 8.0) / w.max(h);
        ctx.set_image_smoothing_enabled(false);
        let _ = ctx.draw_image_with_html_canvas_element_and_dw_and_dh(canvas, left + 4.0, HEAD, w * factor, h * factor);
    }
    js::download_canvas("iterscope-pictures.png", &sheet);
}

fn help(app: App) -> AnyView {
    const KEYS: [(&str, &str); 7] = [
        ("space", "play or pause"),
        ("s", "one step (shift: ten)"),
        ("r", "reset"),
        ("← →", "scrub (shift: further)"),
        ("Home End", "first and last step"),
        ("Esc", "close what is open"),
        ("?", "this list"),
    ];
    const MARKS: [(&str, &str); 5] =
        [("●", "converged"), ("◆", "step limit"), ("■", "stagnated"), ("▲", "diverged"), ("✕", "breakdown")];
    let list = |pairs: &'static [(&str, &str)]| -> Vec<_> {
        pairs.iter().map(|(a, b)| view! { <div><dt><kbd>{*a}</kbd></dt><dd>{*b}</dd></div> }).collect()
    };
    let body = view! {
        <dl class="keys">{list(&KEYS)}</dl>
        <h3>"Marks at the end of a curve"</h3>
        <dl class="keys">{list(&MARKS)}</dl>
        <p class="quiet">"A thin dashed line is what theory expects. Drag over the chart to look closer; double-click for the whole range."</p>
        <p class="quiet">{format!("Iterscope {}. {}. Everything is computed on this machine; nothing is sent anywhere.", app.version, app.gpu)}</p>
    };
    panel(app, "menu", "Keys and marks", body.into_any())
}

/// Fetches one of the page's own files as JSON.
pub async fn fetch_json(name: &str) -> Result<JsValue, JsValue> {
    use wasm_bindgen_futures::JsFuture;
    let response: web_sys::Response = JsFuture::from(js::window().fetch_with_str(name)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    JsFuture::from(response.json()?).await
}
