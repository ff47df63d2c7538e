//! What opens over the instrument: sharing, embedding, taking away, help, mathematics.

use iterscope_core::DataRef;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::details::Details;
use super::export::Export;
use crate::state::{Dialog, use_app};
use crate::ui::{Icon, IconButton};

/// Whatever is open over the instrument.
#[component]
pub fn Dialogs() -> impl IntoView {
    let app = use_app();
    move || {
        app.dialog.get().map(|dialog| match dialog {
            Dialog::Share => view! { <ShareDialog/> }.into_any(),
            Dialog::Embed => view! { <EmbedDialog/> }.into_any(),
            Dialog::Export => view! { <Export/> }.into_any(),
            Dialog::Help => view! { <HelpDialog/> }.into_any(),
            Dialog::Details(id) => view! { <Details id/> }.into_any(),
        })
    }
}

/// A panel with a title that closes. It takes the focus and gives it back.
#[component]
pub fn Panel(
    /// Its title.
    #[prop(into)]
    title: String,
    /// A further class.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let panel = NodeRef::<html::Div>::new();
    let before = StoredValue::new_local(document().active_element());
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            let _ = panel.focus();
        }
    });
    on_cleanup(move || {
        if let Some(element) = before.try_with_value(Clone::clone).flatten()
            && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = element.focus();
        }
    });
    let label = title.clone();
    view! {
        <div class=format!("panel {class}") role="dialog" aria-label=label tabindex="-1" node_ref=panel>
            <div class="panel-head">
                <h2>{title}</h2>
                <IconButton icon=Icon::Cross name="Close" on_press=move |()| app.dialog.set(None)/>
            </div>
            {children()}
        </div>
    }
}

/// A text to copy, with its button.
#[component]
pub fn Copyable(
    /// What it is.
    label: &'static str,
    /// The text.
    text: String,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let copied = RwSignal::new(false);
    let clipboard_text = text.clone();
    let copy = move |_| {
        // Selected in any case: where the clipboard is forbidden, a key press does the rest.
        if let Some(area) = area.get_untracked() {
            area.select();
        }
        let writing = window().navigator().clipboard().write_text(&clipboard_text);
        spawn_local(async move { copied.set(JsFuture::from(writing).await.is_ok()) });
    };
    view! {
        <label class="copy-label">
            {label}
            <textarea class="mono" readonly rows="3" node_ref=area prop:value=text></textarea>
        </label>
        <button type="button" class="button primary" on:click=copy>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

/// The address of the page without its file and experiment.
pub fn home() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{}{folder}/", location.origin().unwrap_or_default())
}

#[component]
fn ShareDialog() -> impl IntoView {
    let app = use_app();
    let link = untrack(|| format!("{}#{}", home(), app.address()));
    let local = app
        .draft
        .with_untracked(|d| matches!(&d.problem.data, Some(DataRef::Name(name)) if !name.starts_with("sample:")));
    view! {
        <Panel title="Share" class="menu">
            <Copyable label="A link to exactly this experiment" text=link/>
            {local.then(|| view! {
                <p class="note warning">
                    "Your file is not in the link, only its name: whoever opens it needs the file too."
                </p>
            })}
        </Panel>
    }
}

#[component]
fn EmbedDialog() -> impl IntoView {
    let app = use_app();
    let (hash, experiment) = untrack(|| (app.address(), app.experiment_as_seen()));
    let view_of = RwSignal::new("both");
    let home = home();
    let attribute = match hash.strip_prefix("preset=") {
        Some(preset) => format!("preset=\"{preset}\""),
        None => {
            let json = experiment.without_defaults(app.known.get_untracked()).to_json();
            format!("experiment='{}'", json.replace('&', "&amp;").replace('\'', "&#39;"))
        }
    };
    let script = home.clone();
    let element = move || {
        format!(
            "<script src=\"{script}iter-scope.js\" async></script>\n<iter-scope {attribute} view=\"{}\" autoplay></iter-scope>",
            view_of.get()
        )
    };
    let frame = move || {
        format!(
            "<iframe src=\"{home}embed.html#{hash}&amp;view={}&amp;autoplay=1\" title=\"Iterscope\" width=\"100%\" height=\"480\"></iframe>",
            view_of.get()
        )
    };
    let choices = [("both", "Pictures and chart"), ("runs", "Pictures"), ("chart", "Chart")].map(|(value, label)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (view_of.get() == value).to_string()
                on:click=move |_| view_of.set(value)
            >
                {label}
            </button>
        }
    });
    view! {
        <Panel title="Embed" class="menu">
            <div class="segments" role="group" aria-label="What is shown">{choices.collect_view()}</div>
            {move || view! {
                <Copyable label="As an element" text=element()/>
                <Copyable label="As a frame" text=frame()/>
            }}
        </Panel>
    }
}

#[component]
fn HelpDialog() -> impl IntoView {
    const KEYS: [(&str, &str); 8] = [
        ("space", "play or pause"),
        ("s", "one step (shift: ten)"),
        ("r", "reset"),
        ("← →", "one stretch back or forward (shift: further)"),
        ("Home End", "first and last step"),
        ("f", "settings of the problem"),
        ("Esc", "close what is open"),
        ("?", "this list"),
    ];
    const MARKS: [(&str, &str); 5] =
        [("●", "converged"), ("◆", "step limit"), ("■", "stagnated"), ("▲", "diverged"), ("✕", "breakdown")];
    let app = use_app();
    let gpu = app.gpu.with_untracked(|gpu| if gpu.0.is_empty() { String::new() } else { format!("{}.", gpu.0) });
    let list = |pairs: &'static [(&'static str, &'static str)]| {
        let row = |(name, text): &(&'static str, &'static str)| {
            view! { <div><dt><kbd>{*name}</kbd></dt><dd>{*text}</dd></div> }
        };
        view! { <dl class="keys">{pairs.iter().map(row).collect_view()}</dl> }
    };
    view! {
        <Panel title="Help" class="menu">
            {list(&KEYS)}
            <h3>"Marks at the end of a curve"</h3>
            {list(&MARKS)}
            <p class="quiet">
                "A thin dashed line is what theory expects. Drag over the chart to zoom; double-click to reset the zoom. "
                "With the chart in focus, the arrow keys go from point to point."
            </p>
            <p class="quiet">
                {format!("Iterscope {}. {gpu} Everything is computed on this machine; nothing is sent anywhere.", env!("CARGO_PKG_VERSION"))}
            </p>
        </Panel>
    }
}
