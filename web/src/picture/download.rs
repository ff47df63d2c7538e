//! All pictures of runs in one file.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use crate::browser::{context_2d, download_canvas};
use crate::state::AppState;
use crate::theme;

const SIDE: f64 = 320.0;
const HEAD: f64 = 28.0;

/// The pictures that are shown, side by side with their names, as a PNG file.
pub fn download(app: AppState, dark: bool) {
    let document = document();
    let Ok(found) = document.query_selector_all(".cards .picture .fit > canvas:first-child") else { return };
    let canvases: Vec<HtmlCanvasElement> = (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect();
    let sheet = document.create_element("canvas").ok().and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok());
    let Some(sheet) = sheet else { return };
    let runs = untrack(|| app.race_runs());
    let names: Vec<String> =
        untrack(|| runs.iter().filter(|run| app.visible(run.uid)).map(|run| app.name(run.uid).short).collect());
    sheet.set_width((canvases.len().max(1) as f64 * SIDE) as u32);
    sheet.set_height((SIDE + HEAD) as u32);
    let Some(ctx) = context_2d(&sheet) else { return };
    let ink = theme::ink(dark);
    ctx.set_fill_style_str(ink.panel);
    ctx.fill_rect(0.0, 0.0, f64::from(sheet.width()), f64::from(sheet.height()));
    ctx.set_fill_style_str(ink.ink);
    ctx.set_font("600 14px system-ui, sans-serif");
    for (i, canvas) in canvases.iter().enumerate() {
        let left = i as f64 * SIDE;
        if let Some(name) = names.get(i) {
            let _ = ctx.fill_text_with_max_width(name, left + 8.0, 19.0, SIDE - 16.0);
        }
        let (w, h) = (f64::from(canvas.width().max(1)), f64::from(canvas.height().max(1)));
        let factor = (SIDE - 8.0) / w.max(h);
        ctx.set_image_smoothing_enabled(false);
        let lines = canvas.next_element_sibling().and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok());
        for layer in [Some(canvas.clone()), lines].into_iter().flatten() {
            let size = (w * factor, h * factor);
            let _ = ctx.draw_image_with_html_canvas_element_and_dw_and_dh(&layer, left + 4.0, HEAD, size.0, size.1);
        }
    }
    download_canvas("iterscope-pictures.png", &sheet);
}
