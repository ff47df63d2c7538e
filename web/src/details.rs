//! The mathematics of a problem or a method, its source, its limits, and what its source claims beside what is measured.

use crate::dom::{El, Local, button, effect, el, text};
use crate::model::{App, Open};
use crate::share::panel;
use crate::{js, text as numbers};
use serde::Deserialize;

/// One paper check as the build left it.
#[derive(Clone, Deserialize)]
struct Paper {
    source: String,
    methods: Vec<String>,
    preset: Option<String>,
    findings: Vec<Claim>,
}

/// One claim of it.
#[derive(Clone, Deserialize)]
struct Claim {
    claim: String,
    // What is not finite stands as null in the file.
    expected: Option<f64>,
    measured: Option<f64>,
    ok: bool,
    known_not_reproduced: bool,
}

/// The mathematics of an id, where it is known.
pub fn math(app: App, id: &str) -> El {
    let shown = el("div", "math");
    let (element, id) = (shown.0.clone(), id.to_owned());
    // The build made this markup from the catalog; nothing that a person typed gets here.
    effect(move || element.set_inner_html(&app.math.with(|m| js::get(m, &id).as_string()).unwrap_or_default()));
    shown
}

/// The panel for a problem or a method.
pub fn details(app: App, id: &str) -> Option<El> {
    if let Some(problem) = app.catalog().problem(id) {
        let body = vec![math(app, id), text("p", "", &problem.summary)];
        return Some(panel(app, "details", &problem.label, body));
    }
    let method = app.catalog().method(id)?;
    let mut facts = el("dl", "facts");
    for (name, words) in [("Source", &method.citation), ("One step", &method.step), ("Limits", &method.limits)] {
        if !words.is_empty() {
            facts = facts.add(text("dt", "", name)).add(text("dd", "", words));
        }
    }
    let body = vec![math(app, id), text("p", "", &method.summary), facts, papers(app, id.to_owned())];
    Some(panel(app, "details", &method.label, body))
}

/// Claimed and measured figures; read when somebody looks.
fn papers(app: App, method: String) -> El {
    let found = Local::new(Vec::<Paper>::new());
    let read = found.clone();
    js::fetch_text("papers.json", move |all| {
        let all: Vec<Paper> = all.and_then(|all| serde_json::from_str(&all).ok()).unwrap_or_default();
        read.set(all.into_iter().filter(|p| p.methods.contains(&method)).collect());
    });
    el("div", "papers").parts(move || {
        let all = found.get();
        let head = (!all.is_empty()).then(|| text("h3", "", "What the source claims, and what is measured here"));
        head.into_iter().chain(all.into_iter().map(|p| paper(app, p))).collect()
    })
}

fn paper(app: App, paper: Paper) -> El {
    let figure = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), numbers::value);
    let row = |class: &str, tag: &str, cells: [&str; 4]| {
        el("tr", class).add_all(cells.iter().map(|c| text(tag, "", c)).collect())
    };
    let mut body = el("tbody", "");
    for f in &paper.findings {
        let verdict = match (f.known_not_reproduced, f.ok) {
            (true, _) => "does not reproduce",
            (false, true) => "agrees",
            (false, false) => "differs",
        };
        let class = if verdict == "agrees" { "" } else { "differs" };
        body = body.add(row(class, "td", [&f.claim, &figure(f.expected), &figure(f.measured), verdict]));
    }
    let table = el("table", "claims")
        .add(text("caption", "", &paper.source))
        .add(el("thead", "").add(row("", "th", ["claim", "claimed", "measured", ""])))
        .add(body);
    let preset = paper.preset.filter(|id| app.family_of_preset(id).is_some()).map(|id| {
        button("small", "Open this set-up", move || {
            app.open.set(Open::Nothing);
            app.open_preset(&id);
        })
    });
    el("div", "paper").add(table).maybe(preset)
}
