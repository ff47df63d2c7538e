//! The keyboard.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::header::toggle;
use crate::js;
use crate::model::{App, Open};

/// Whether keys belong to the element that has the focus.
fn taken(ev: &KeyboardEvent) -> bool {
    let Some(target) = ev.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return false };
    match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => true,
        // Space and enter press a button that has the focus.
        "BUTTON" | "A" | "SUMMARY" => matches!(ev.key().as_str(), " " | "Enter"),
        _ => false,
    }
}

/// Listens for keys everywhere.
pub fn listen(app: App) {
    js::listen(&js::document(), "keydown", move |ev: KeyboardEvent| {
        if ev.key() == "Escape" {
            app.open.set(Open::Nothing);
            app.sheet.set(false);
            if app.large.get_untracked().is_some() {
                app.large.set(None);
                app.send_view();
            }
            return;
        }
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() || taken(&ev) {
            return;
        }
        let seek = |by: i64| {
            let now = app.now.with_untracked(|now| now.iter().map(|n| n.step).max().unwrap_or(0));
            app.seek(now.saturating_add_signed(by));
        };
        // A hundredth of the way, but always at least one step.
        let stride = if ev.shift_key() { (app.furthest() / 20).max(10) } else { (app.furthest() / 200).max(1) };
        match ev.key().as_str() {
            " " => app.toggle(),
            "s" => app.step(1),
            "S" => app.step(10),
            "r" => app.reset(),
            "ArrowLeft" => seek(-(stride as i64)),
            "ArrowRight" => seek(stride as i64),
            "Home" => app.seek(0),
            "End" => app.seek(u64::MAX),
            "?" => toggle(app, Open::Help),
            _ => return,
        }
        ev.prevent_default();
    });
}
