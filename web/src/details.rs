//! The mathematics of a problem or a method, its source, its limits, and what its source claims beside what is measured.

use leptos::prelude::*;
use serde::Deserialize;

use crate::model::{App, Open};
use crate::share::{fetch_json, panel};
use crate::{link, text};

/// One paper check as the build left it.
#[derive(Clone, Debug, Deserialize)]
struct Paper {
    source: String,
    methods: Vec<String>,
    preset: Option<String>,
    findings: Vec<Claim>,
}

/// One claim of it.
#[derive(Clone, Debug, Deserialize)]
struct Claim {
    claim: String,
    // What is not finite stands as null in the file.
    expected: Option<f64>,
    measured: Option<f64>,
    ok: bool,
    #[serde(default)]
    known_not_reproduced: bool,
}

/// The panel for a problem or a method.
pub fn details(app: App, id: &str) -> AnyView {
    let math = {
        let id = id.to_owned();
        move || app.math.with(|m| m.get(&id).cloned()).unwrap_or_default()
    };
    if let Some(problem) = app.catalog.problem(id) {
        let body = view! {
            <div class="math" inner_html=math></div>
            <p>{problem.summary.as_ref()}</p>
        };
        return panel(app, "details", &problem.label, body.into_any());
    }
    let Some(method) = app.catalog.method(id) else { return ().into_any() };
    let limits = (!method.limits.is_empty()).then(|| view! { <dt>"Limits"</dt><dd>{method.limits.as_ref()}</dd> });
    let body = view! {
        <div class="math" inner_html=math></div>
        <p>{method.summary.as_ref()}</p>
        <dl class="facts">
            <dt>"Source"</dt><dd>{method.citation.as_ref()}</dd>
            <dt>"One step"</dt><dd>{method.step.as_ref()}</dd>
            {limits}
        </dl>
        {papers(app, id.to_owned())}
    };
    panel(app, "details", &method.label, body.into_any())
}

/// Claimed and measured figures; read when somebody looks.
fn papers(app: App, method: String) -> AnyView {
    let found = RwSignal::new(None::<Vec<Paper>>);
    wasm_bindgen_futures::spawn_local(async move {
        let all = fetch_json("papers.json").await.ok().and_then(link::parse::<Vec<Paper>>).unwrap_or_default();
        let _ = found.try_set(Some(all.into_iter().filter(|p| p.methods.contains(&method)).collect()));
    });
    (move || {
        let all = found.get()?;
        let tables: Vec<AnyView> = all.into_iter().map(|p| paper(app, p)).collect();
        (!tables.is_empty()).then(|| view! { <h3>"What the source claims, and what is measured here"</h3> {tables} })
    })
    .into_any()
}

fn paper(app: App, paper: Paper) -> AnyView {
    let figure = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), text::value);
    let rows: Vec<_> = paper
        .findings
        .into_iter()
        .map(|f| {
            let verdict = match (f.known_not_reproduced, f.ok) {
                (true, _) => "does not reproduce",
                (false, true) => "agrees",
                (false, false) => "differs",
            };
            view! {
                <tr class:differs=verdict != "agrees">
                    <td>{f.claim}</td><td>{figure(f.expected)}</td><td>{figure(f.measured)}</td><td>{verdict}</td>
                </tr>
            }
        })
        .collect();
    let preset = paper.preset.filter(|id| app.catalog.preset(id).is_some()).map(|id| {
        let open = move |_| {
            app.open.set(Open::Nothing);
            app.open_preset(&id);
        };
        view! { <button type="button" class="small" on:click=open>"Open this set-up"</button> }
    });
    view! {
        <table class="claims">
            <caption>{paper.source}</caption>
            <thead><tr><th>"claim"</th><th>"claimed"</th><th>"measured"</th><th></th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {preset}
    }
    .into_any()
}
