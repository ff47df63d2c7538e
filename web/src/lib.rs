//! The page: a form, the runs, their chart, the transport. It computes nothing; the worker does.

mod answers;
mod chart;
mod details;
mod dom;
mod embed;
mod form;
mod header;
mod icon;
mod js;
mod keys;
mod link;
mod live;
mod model;
mod num;
mod permalink;
mod picture;
mod runs;
mod share;
mod tasks;
mod text;
mod theme;
mod transport;

use std::cell::Cell;

use iterscope_core::{CatalogInfo, FamilyOutline};
use js_sys::Array;
use leptos::prelude::Owner;
use wasm_bindgen::prelude::*;
use web_sys::Worker;

use dom::{El, el};
use link::Arrival;
use model::{App, Banner, Mode, Open};
use permalink::{Address, Target};
use theme::Theme;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    static APP: Cell<Option<App>> = const { Cell::new(None) };
}

/// Starts the page: with the outline of all families and with what is known of the one that the address needs, both as JSON;
/// and with the worker of the module `solvers`, where one was started beside it, and what it has said `early`.
#[wasm_bindgen]
pub fn start(outlines: &str, catalog: &str, solvers: Option<String>, worker: Option<Worker>, early: &Array) {
    std::panic::set_hook(Box::new(|panic| {
        fail(&format!("Something went wrong in the page itself; reload to go on. ({panic})"));
    }));
    let read = (serde_json::from_str::<Vec<FamilyOutline>>(outlines), serde_json::from_str::<CatalogInfo>(catalog));
    let (Ok(outlines), Ok(catalog)) = read else {
        return fail("The list of methods could not be read: page and catalog are of different versions.");
    };
    link::listen(|arrival| match (arrival, APP.get()) {
        (Arrival::Event(event, bulk), Some(app)) => app.hear(*event, &bulk),
        (Arrival::Event(..), None) => {}
        (Arrival::Failed(words), Some(app)) => {
            app.playing.set(false);
            let words = format!("The computing part has stopped: {words}. Reload to go on.");
            app.banner.set(Some(Banner { words, bad: true }));
        }
        (Arrival::Failed(words), None) => fail(&format!("The methods could not be started: {words}")),
    });
    let early = early.clone();
    let started = solvers.zip(worker).map(|(solvers, worker)| {
        link::adopt(&solvers, worker);
        solvers
    });
    // They live as long as the page, like the views that are made of them.
    open(outlines.leak(), Box::leak(Box::new(catalog)));
    if let Some(solvers) = started {
        link::catch_up(&solvers, &early);
    }
}

/// Says in plain text what is wrong, over whatever there is.
fn fail(words: &str) {
    if let Some(boot) = js::by_id("boot") {
        boot.set_hidden(false);
    }
    if let Some(place) = js::by_id("boot-words") {
        place.set_text_content(Some(words));
    }
}

fn address() -> Address {
    let location = js::window().location();
    let (query, hash) = (location.search().unwrap_or_default(), location.hash().unwrap_or_default());
    permalink::read(&query, &hash)
}

/// Puts the instrument into the page, and the experiment of the address into the instrument.
fn open(outlines: &'static [FamilyOutline], catalog: &'static CatalogInfo) {
    let Some(body) = js::document().body() else { return };
    let address = address();
    let embedded = body.get_attribute("data-mode").as_deref() == Some("embed");
    let mode = if embedded {
        let view = address.flag("view").unwrap_or("both");
        Mode::Embed { runs: view != "chart", chart: view != "runs" }
    } else {
        Mode::Page
    };
    let theme = Theme::remembered(address.flag("theme").filter(|_| embedded));
    if let Some(boot) = js::by_id("boot") {
        boot.set_hidden(true);
    }
    tasks::start();
    let owner = Owner::new();
    let root = owner.with(|| {
        let app = App::new(outlines, catalog, mode, (theme, theme.is_dark()));
        APP.set(Some(app));
        listen(app, &address);
        let root = match mode {
            Mode::Page => page(app),
            Mode::Embed { .. } => embed::embed(app),
        };
        (app, root)
    });
    let _ = body.append_child(&root.1.0);
    // The views belong to it.
    std::mem::forget(owner);
    show(root.0, &address);
}

fn page(app: App) -> El {
    el("div", "app")
        .add(header::header(app))
        .add(form::side(app))
        .add(runs::stage(app))
        .add(transport::transport(app))
        .add(live::live(app))
}

/// Opens what an address asks for, the first preset where it asks for nothing that can be shown.
fn show(app: App, address: &Address) {
    let problem = |words: String| {
        app.banner.set(Some(Banner { words: format!("This address cannot be shown: {words}."), bad: true }));
        false
    };
    let shown = match &address.target {
        Target::Nothing => false,
        Target::Preset(id) => app.open_preset(id) || problem(format!("there is no preset “{id}”")),
        Target::Experiment(experiment) => match app.family_of_problem(&experiment.problem.id) {
            Some(family) => {
                let experiment = (**experiment).clone();
                app.with_family(&family.id, move || app.open_experiment(experiment));
                true
            }
            None => problem(format!("there is no problem “{}”", experiment.problem.id)),
        },
        Target::Broken(words) => problem(words.trim_end_matches('.').to_owned()),
    };
    if let Some(first) = app.outlines.first().filter(|_| !shown) {
        app.open_family(first);
    }
    if address.flag("autoplay") == Some("0") {
        app.wants.set(false);
    }
}

/// Everything that comes from outside of the views.
fn listen(app: App, at_start: &Address) {
    theme::follow_system(app);
    keys::listen(app);
    let window = js::window();
    js::listen(&window, "hashchange", move |_: web_sys::Event| {
        app.banner.set(None);
        show(app, &address());
    });
    visibility(app);
    if app.mode == Mode::Page {
        form::data::accept_drops(app);
        app.catalog().families.iter().for_each(|f| app.fetch_math(&f.id));
        // A press beside an open menu closes it.
        js::listen(&js::document(), "pointerdown", move |ev: web_sys::Event| {
            let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
            let inside = target.is_some_and(|t| {
                t.closest(".panel, .actions, .section-head, .menu-list, .equation, .editor").ok().flatten().is_some()
            });
            if !inside && app.open.with_untracked(|o| *o != Open::Nothing) {
                app.open.set(Open::Nothing);
            }
        });
    } else if let Some(origin) = at_start.flag("parent") {
        embed::converse(app, origin.to_owned());
    }
}

/// Nothing runs while hidden, nor while an embedded instrument is scrolled out of view.
fn visibility(app: App) {
    app.store.update_untracked(|s| s.hidden = js::document().hidden());
    js::listen(&js::document(), "visibilitychange", move |_: web_sys::Event| {
        app.store.update_untracked(|s| s.hidden = js::document().hidden());
        app.tell_visibility();
    });
    if app.mode != Mode::Page
        && let Some(body) = js::document().body()
    {
        let seen = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let away = js::get(&entries.pop(), "isIntersecting").as_bool() == Some(false);
            app.store.update_untracked(|s| s.away = away);
            app.tell_visibility();
        });
        if let Ok(observer) = web_sys::IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
            observer.observe(&body);
        }
        seen.forget();
    }
}
