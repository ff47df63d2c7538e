//! Sharing, embedding, taking away.

use iterscope_core::{DataRef, PictureKind};
use iterscope_protocol::{Export, Request};
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use crate::details;
use crate::dom::{El, Local, button, el, text};
use crate::icon::{Icon, icon_button};
use crate::model::{App, Open};
use crate::picture::context;
use crate::{js, link, permalink, theme};

/// Whatever is open over the instrument.
pub fn popovers(app: App) -> El {
    let key = move || app.open.with(Open::name);
    let build = move || match app.open.get_untracked() {
        Open::Nothing | Open::Add => Vec::new(),
        Open::Share => vec![share(app)],
        Open::Embed => vec![embed(app)],
        Open::Export => vec![export(app)],
        Open::Help => vec![help(app)],
        Open::Details(id) => details::details(app, &id).into_iter().collect(),
    };
    el("div", "popovers").slot(key, build)
}

/// A panel with a title that closes.
pub fn panel(app: App, class: &str, title: &str, body: Vec<El>) -> El {
    let close = icon_button(Icon::Cross, "Close", move || app.open.set(Open::Nothing));
    el("div", &format!("panel {class}"))
        .attr("role", "dialog")
        .label(title)
        .add(el("div", "panel-head").add(text("h2", "", title)).add(close))
        .add_all(body)
}

/// A text to copy, with its button.
fn copyable(label: &str, words: String) -> Vec<El> {
    let area = el("textarea", "mono").attr("readonly", "").attr("rows", "3");
    area.set_value(&words);
    let field = area.clone();
    let copied = Local::new(false);
    let done = copied.clone();
    let copy = move || {
        // Selected in any case: where the clipboard is forbidden, a key press does the rest.
        field.input().select();
        let copied = copied.clone();
        let clipboard = js::window().navigator().clipboard();
        js::then(&clipboard.write_text(&words), move |done| copied.set(done.is_ok()));
    };
    vec![
        text("label", "copy-label", label).add(area),
        button("button primary", "", copy).live_text(move || if done.get() { "Copied" } else { "Copy" }.to_owned()),
    ]
}

fn home() -> String {
    let location = js::window().location();
    let path = location.pathname().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{}{folder}/", location.origin().unwrap_or_default())
}

fn share(app: App) -> El {
    let hash = permalink::write(&app.experiment(), app.catalog());
    let local = app
        .draft
        .with_untracked(|d| matches!(&d.problem.data, Some(DataRef::Name(name)) if !name.starts_with("sample:")));
    let mut body = copyable("A link to exactly this experiment", format!("{}#{hash}", home()));
    if local {
        let words = "Your file is not in the link, only its name: whoever opens it needs the file too.";
        body.push(text("p", "note warning", words));
    }
    panel(app, "menu", "Share", body)
}

fn embed(app: App) -> El {
    let experiment = app.experiment();
    let hash = permalink::write(&experiment, app.catalog());
    let home = home();
    let attribute = match hash.strip_prefix("preset=") {
        Some(preset) => format!("preset=\"{preset}\""),
        None => {
            let json = experiment.without_defaults(app.catalog()).to_json();
            format!("experiment='{}'", json.replace('&', "&amp;").replace('\'', "&#39;"))
        }
    };
    let element = format!(
        "<script src=\"{home}iter-scope.js\" async></script>\n<iter-scope {attribute} view=\"both\" autoplay></iter-scope>"
    );
    let frame = format!(
        "<iframe src=\"{home}embed.html#{hash}&amp;view=both&amp;autoplay=1\" title=\"Iterscope\" width=\"100%\" height=\"480\"></iframe>"
    );
    let mut body = copyable("As an element", element);
    body.extend(copyable("As a frame", frame));
    panel(app, "menu", "Embed", body)
}

fn export(app: App) -> El {
    let race = app.race.get_untracked();
    let first = race.as_ref().and_then(|r| r.problem.pictures.first());
    // A table has columns of text, which NPY does not hold.
    let table = first.is_some_and(|p| p.kind == PictureKind::Bars);
    let formats: &[&'static str] = if table { &["csv"] } else { &["csv", "npy"] };
    let ask = |what: Export| move || link::send(&Request::Export { what: what.clone() });
    let mut results = el("ul", "plain");
    for (i, facts) in race.iter().flat_map(|race| race.runs.iter().enumerate()) {
        let mut row = el("li", "row").add(text("span", "grow", &facts.label));
        for format in formats {
            let what = Export::Result { run: i as u32, format: (*format).to_owned() };
            row = row.add(button("small", &format.to_ascii_uppercase(), ask(what)));
        }
        results = results.add(row);
    }
    let all = el("div", "row wrap")
        .add(button("small", "Measurements, CSV", ask(Export::Trace)))
        .add(button("small", "Experiment, JSON", move || experiment_json(app)))
        .add(button("small", "Chart, PNG", crate::chart::download))
        .add(button("small", "Pictures, PNG", move || pictures_png(app)));
    panel(app, "menu", "Export", vec![text("h3", "", "Results"), results, text("h3", "", "All runs"), all])
}

/// The experiment as a file for the command line.
fn experiment_json(app: App) {
    let json = app.experiment().without_defaults(app.catalog()).to_json();
    js::download("experiment.json", "application/json", json.as_bytes());
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

fn help(app: App) -> El {
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
    let list = |pairs: &[(&str, &str)]| {
        let row =
            |(a, b): &(&str, &str)| el("div", "").add(el("dt", "").add(text("kbd", "", a))).add(text("dd", "", b));
        el("dl", "keys").add_all(pairs.iter().map(row).collect())
    };
    let about = format!(
        "Iterscope {}. {} Everything is computed on this machine; nothing is sent anywhere.",
        env!("CARGO_PKG_VERSION"),
        app.gpu.with_untracked(|gpu| if gpu.0.is_empty() { String::new() } else { format!("{}.", gpu.0) }),
    );
    let chart = "A thin dashed line is what theory expects. Drag over the chart to look closer; double-click for the whole range.";
    let body = vec![
        list(&KEYS),
        text("h3", "", "Marks at the end of a curve"),
        list(&MARKS),
        text("p", "quiet", chart),
        text("p", "quiet", &about),
    ];
    panel(app, "menu", "Keys and marks", body)
}
