//! The root of the page, and what comes from outside of its views.

use std::time::Duration;

use iterscope_core::{CatalogInfo, FamilyOutline};
use js_sys::{Array, Function, Promise};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Worker;

use crate::browser::{document_listener, get};
use crate::components::{Announcer, Dialogs, Header, Stage, Transport};
use crate::embed::{self, Embed};
use crate::form::Drawer;
use crate::permalink::{self, Address, Target};
use crate::state::{AppState, Mode, Notice};
use crate::theme::{Theme, ThemeState};
use crate::{data, keys};

/// What the page starts with.
pub struct Start {
    /// Which families there are.
    pub outlines: &'static [FamilyOutline],
    /// What is known of the one that the address needs.
    pub catalog: &'static CatalogInfo,
    /// The module of solvers that was started beside the page, and its worker.
    pub worker: Option<(String, Worker)>,
    /// What the worker has said before the page listened.
    pub early: Array,
    /// Loads what the first pictures do without.
    pub complete: Function,
    /// Loads a script of the page by its name.
    pub load: Function,
}

/// How long the first pictures have moved before anything else is loaded.
const FIRST: Duration = Duration::from_millis(300);
/// How long the rest waits for a picture that does not move: one that is paused, or cannot be shown.
const AT_MOST: Duration = Duration::from_secs(3);

/// Loads the rest of the page once something has moved for a while, and shows it.
fn complete_later(app: AppState, complete: Function) {
    let begun = StoredValue::new(false);
    let begin = move || {
        if begun.try_update_value(|begun| std::mem::replace(begun, true)) != Some(false) {
            return;
        }
        let complete = complete.clone();
        spawn_local(async move {
            // Where it fails, each part is loaded when it is called.
            if let Ok(Ok(coming)) = complete.call0(&JsValue::NULL).map(JsCast::dyn_into::<Promise>) {
                let _ = JsFuture::from(coming).await;
            }
            if app.mode == Mode::Page {
                app.fetch_rest().await;
            }
            app.complete.set(true);
        });
    };
    let soon = begin.clone();
    Effect::new(move |called: Option<bool>| {
        let moves = called == Some(true) || app.shown_step() > 0;
        if moves && called != Some(true) {
            set_timeout(soon.clone(), FIRST);
        }
        moves
    });
    set_timeout(begin, AT_MOST);
}

/// What the address asks for.
fn address() -> Address {
    let location = window().location();
    permalink::read(&location.search().unwrap_or_default(), &location.hash().unwrap_or_default())
}

fn mode(address: &Address) -> Mode {
    let embedded = document().body().and_then(|body| body.get_attribute("data-mode")).as_deref() == Some("embed");
    if !embedded {
        return Mode::Page;
    }
    let view = address.flag("view").unwrap_or("both");
    Mode::Embed { runs: view != "chart", chart: view != "runs" }
}

/// The whole page, or the figure within another page.
#[component]
pub fn App(start: Start) -> impl IntoView {
    let address = address();
    let mode = mode(&address);
    let theme = ThemeState::new(Theme::remembered(address.flag("theme").filter(|_| mode != Mode::Page)));
    provide_context(theme);
    let app = AppState::new(start.outlines, start.catalog, mode);
    provide_context(app);
    app.scripts.set_value(Some(start.load));
    app.workers.on_message(move |incoming| app.handle_incoming(incoming));
    if let Some((solvers, worker)) = start.worker {
        app.workers.adopt(&solvers, worker, &start.early);
    }
    complete_later(app, start.complete);
    listen(app, &address);
    show(app, &address);
    match mode {
        Mode::Page => view! {
            <div class="app" class:with-drawer=move || app.drawer.get()>
                <Header/>
                <Drawer/>
                <Stage/>
                <Transport/>
                <Announcer/>
                <Dialogs/>
            </div>
        }
        .into_any(),
        Mode::Embed { .. } => view! { <Embed/> }.into_any(),
    }
}

/// Opens what an address asks for, the first preset where it asks for nothing that can be shown.
fn show(app: AppState, address: &Address) {
    let problem = match &address.target {
        Target::Nothing => Some(None),
        Target::Preset(id) if app.open_preset(id) => None,
        Target::Preset(id) => Some(Some(format!("there is no preset “{id}”"))),
        Target::Experiment(experiment) => match app.family_of_problem(&experiment.problem.id) {
            Some(family) => {
                let experiment = (**experiment).clone();
                app.with_races(&family.id, move || app.open_experiment(experiment));
                None
            }
            None => Some(Some(format!("there is no problem “{}”", experiment.problem.id))),
        },
        Target::Broken(text) => Some(Some(text.trim_end_matches('.').to_owned())),
    };
    if let (Some(why), Some(first)) = (problem, app.outlines.first()) {
        app.open_family(first);
        // Afterwards: what is opened takes the notice of what was before away.
        if let Some(why) = why {
            app.complain(format!("This address cannot be shown: {why}."));
        }
    }
    if address.flag("autoplay") == Some("0") {
        app.wants_to_play.set(false);
    }
}

/// Everything that comes from outside of the views.
fn listen(app: AppState, at_start: &Address) {
    keys::listen(app);
    // Also where somebody types another address behind the `#`.
    let _ = window_event_listener(ev::popstate, move |_| {
        let address = address();
        let here = untrack(|| app.address());
        let same = window().location().hash().is_ok_and(|hash| hash.trim_start_matches('#') == here);
        if !same {
            app.notice.set(None);
            app.requests.update_value(|r| r.restoring = true);
            show(app, &address);
        }
    });
    // A newer version waits until the person says so.
    document_listener("iterscope-update", move |_: web_sys::Event| {
        let reload = Callback::new(|()| {
            if let Ok(event) = web_sys::Event::new("iterscope-reload") {
                let _ = document().dispatch_event(&event);
            }
        });
        app.notice.set(Some(Notice {
            text: "A newer version of Iterscope is here. The experiment stays in the address.".to_owned(),
            bad: false,
            action: Some(("Reload".to_owned(), reload)),
        }));
    });
    watch_visibility(app);
    // What is looked at belongs to the link.
    Effect::new(move |_| {
        app.series.track();
        app.picture.track();
        if app.complete.get() && app.race.with_untracked(Option::is_some) {
            app.write_address(false);
        }
    });
    if app.mode == Mode::Page {
        app.restore_drawer();
        data::accept_drops(app);
        close_on_press_beside(app);
    } else if let Some(origin) = at_start.flag("parent") {
        embed::converse(app, origin.to_owned());
    }
}

/// A press beside what is open closes it.
fn close_on_press_beside(app: AppState) {
    document_listener("pointerdown", move |ev: ev::PointerEvent| {
        let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let within = |selector: &str| target.as_ref().is_some_and(|t| t.closest(selector).ok().flatten().is_some());
        if !within(".panel, .actions, .section-head, .editor, .with-button")
            && app.dialog.with_untracked(Option::is_some)
        {
            app.dialog.set(None);
        }
        if !within(".scale") && app.colouring.get_untracked() {
            app.colouring.set(false);
        }
        if !within(".chips, .panel, .ending") {
            if app.editing.with_untracked(Option::is_some) {
                app.editing.set(None);
            }
            if app.adding.get_untracked() {
                app.adding.set(false);
            }
        }
    });
}

/// Nothing runs while hidden, nor while an embedded figure is scrolled out of view.
fn watch_visibility(app: AppState) {
    let update = move || app.requests.update_value(|r| r.page_hidden = document().hidden());
    update();
    document_listener("visibilitychange", move |_: web_sys::Event| {
        update();
        app.send_visibility();
    });
    if app.mode == Mode::Page {
        return;
    }
    let Some(body) = document().body() else { return };
    let seen = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        let away = get(&entries.pop(), "isIntersecting").as_bool() == Some(false);
        app.requests.update_value(|r| r.out_of_view = away);
        app.send_visibility();
    });
    if let Ok(observer) = web_sys::IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
        observer.observe(&body);
    }
    seen.forget();
}
