//! The page: the form, the runs, their chart, the transport. It computes nothing; the worker does.

mod app;
mod browser;
mod chart;
mod components;
mod data;
mod embed;
mod form;
mod format;
mod keys;
mod number;
mod permalink;
mod picture;
mod state;
mod take_away;
mod theme;
mod ui;
mod worker;

use iterscope_core::{CatalogInfo, FamilyOutline};
use js_sys::{Array, Function};
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use serde_wasm_bindgen::from_value;
use wasm_bindgen::prelude::*;
use web_sys::Worker;

use app::{App, Start};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Starts the page: with the outline of all families and with what is known of the one that the address needs, as read from JSON;
/// and with the worker of the module `solvers`, where one was started beside it, and what it has said `early`. Once something
/// moves, `complete` is called, which loads what the first pictures do without. `load`
/// loads a script of the page by its name.
#[wasm_bindgen]
pub fn start(
    outlines: JsValue,
    catalog: JsValue,
    solvers: Option<String>,
    worker: Option<Worker>,
    early: Array,
    complete: Function,
    load: Function,
) {
    std::panic::set_hook(Box::new(|panic| {
        fail(&format!("Something went wrong in the page itself; reload to go on. ({panic})"));
    }));
    let (Ok(outlines), Ok(catalog)) = (from_value::<Vec<FamilyOutline>>(outlines), from_value::<CatalogInfo>(catalog))
    else {
        return fail("The list of methods could not be read: page and catalog are of different versions.");
    };
    let worker = solvers.zip(worker);
    // They live as long as the page, like the views that are made of them.
    let (outlines, catalog): (&'static [FamilyOutline], &'static CatalogInfo) =
        (outlines.leak(), Box::leak(Box::new(catalog)));
    set_boot_hidden(true);
    mount_to_body(move || view! { <App start=Start { outlines, catalog, worker, early, complete, load }/> });
}

/// Says in plain text what is wrong, over whatever there is.
fn fail(message: &str) {
    set_boot_hidden(false);
    if let Some(place) = document().get_element_by_id("boot-words") {
        place.set_text_content(Some(message));
    }
}

/// Hides what is shown before the page has started, or shows it again.
fn set_boot_hidden(hidden: bool) {
    if let Some(boot) = document().get_element_by_id("boot") {
        let _ = boot.toggle_attribute_with_force("hidden", hidden);
    }
}
