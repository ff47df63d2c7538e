//! The keyboard.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser::{document_listener, window_width};
use crate::state::{AppState, Dialog};

/// Whether keys belong to the element that has the focus.
fn taken(ev: &ev::KeyboardEvent) -> bool {
    let Some(target) = ev.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return false };
    match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" | "INPUT" => true,
        // Space and enter press a button that has the focus.
        "BUTTON" | "A" | "SUMMARY" => matches!(ev.key().as_str(), " " | "Enter"),
        _ => false,
    }
}

/// Closes the topmost of what is open.
fn escape(app: AppState) {
    if app.dialog.with_untracked(Option::is_some) {
        app.dialog.set(None);
    } else if app.colouring.get_untracked() {
        app.colouring.set(false);
    } else if app.editing.with_untracked(Option::is_some) || app.adding.get_untracked() {
        app.editing.set(None);
        app.adding.set(false);
    } else if app.enlarged.with_untracked(Option::is_some) {
        app.enlarge(None);
    } else if window_width() <= 860.0 {
        app.set_drawer(false);
    }
}

/// Listens for keys everywhere.
pub fn listen(app: AppState) {
    document_listener("keydown", move |ev: ev::KeyboardEvent| {
        if ev.key() == "Escape" {
            return escape(app);
        }
        if ev.default_prevented() || ev.ctrl_key() || ev.meta_key() || ev.alt_key() || taken(&ev) {
            return;
        }
        let seek = |by: i64| app.seek(untrack(|| app.shown_step()).saturating_add_signed(by));
        // A hundredth of the way, but always at least one step.
        let stride = if ev.shift_key() { (app.furthest() / 20).max(10) } else { (app.furthest() / 200).max(1) };
        match ev.key().as_str() {
            " " => app.toggle_playing(),
            "s" => app.step(1),
            "S" => app.step(10),
            "r" => app.reset(),
            "f" => app.set_drawer(!app.drawer.get_untracked()),
            "ArrowLeft" => seek(-(stride as i64)),
            "ArrowRight" => seek(stride as i64),
            "Home" => app.seek(0),
            "End" => app.seek(u64::MAX),
            "?" => app.toggle_dialog(Dialog::Help),
            _ => return,
        }
        ev.prevent_default();
    });
}
