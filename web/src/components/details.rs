//! The mathematics of a problem or a method, its source, its limits, and what its source claims beside what is measured.

use iterscope_core::MethodInfo;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::dialogs::Panel;
use crate::browser::fetch_json;
use crate::format;
use crate::state::use_app;
use crate::ui::Math;

/// One finding of a paper check, as the build left it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Finding {
    id: String,
    source: String,
    methods: Vec<String>,
    preset: Option<String>,
    claim: String,
    // What is not finite stands as null in the file.
    expected: Option<f64>,
    measured: Option<f64>,
    ok: bool,
    #[serde(default)]
    known_not_reproduced: bool,
}

/// The panel for a problem or a method.
#[component]
pub fn Details(
    /// Its id.
    id: String,
) -> impl IntoView {
    let catalog = use_app().known.get_untracked();
    if let Some(problem) = catalog.problem(&id) {
        return view! {
            <Panel title=problem.label.to_string() class="details">
                <Math id=id/>
                <p>{problem.summary.to_string()}</p>
            </Panel>
        }
        .into_any();
    }
    catalog.method(&id).map(|method| view! { <MethodDetails method/> }).into_any()
}

#[component]
fn MethodDetails(method: &'static MethodInfo) -> impl IntoView {
    let facts = [("Source", &method.citation), ("One step", &method.step), ("Limits", &method.limits)];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
        view! { <dt>{name}</dt><dd>{text.to_string()}</dd> }
    });
    view! {
        <Panel title=method.label.to_string() class="details">
            <Math id=method.id.to_string()/>
            <p>{method.summary.to_string()}</p>
            <dl class="facts">{facts.collect_view()}</dl>
            <PaperChecks method=method.id.to_string()/>
        </Panel>
    }
}

/// Claimed and measured figures; read when somebody looks.
#[component]
fn PaperChecks(method: String) -> impl IntoView {
    let findings = RwSignal::new(Vec::<Finding>::new());
    spawn_local(async move {
        let all = fetch_json::<Vec<Finding>>("papers.json").await;
        let about = all.unwrap_or_default().into_iter().filter(|f| f.methods.contains(&method));
        findings.try_set(about.collect());
    });
    move || {
        let checks = by_check(&findings.get());
        (!checks.is_empty()).then(|| {
            let tables = checks.into_iter().map(|findings| view! { <PaperCheck findings/> });
            view! {
                <div class="papers">
                    <h3>"What the source claims, and what is measured here"</h3>
                    {tables.collect_view()}
                </div>
            }
        })
    }
}

/// The findings of each check together, in the order of the file.
fn by_check(all: &[Finding]) -> Vec<Vec<Finding>> {
    let mut checks: Vec<Vec<Finding>> = Vec::new();
    for finding in all {
        match checks.iter_mut().find(|c| c[0].id == finding.id) {
            Some(check) => check.push(finding.clone()),
            None => checks.push(vec![finding.clone()]),
        }
    }
    checks
}

#[component]
fn PaperCheck(findings: Vec<Finding>) -> impl IntoView {
    let app = use_app();
    let figure = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), format::value);
    let (source, preset) = (findings[0].source.clone(), findings[0].preset.clone());
    let rows = findings.into_iter().map(|f| {
        let verdict = match (f.known_not_reproduced, f.ok) {
            (true, _) => "does not reproduce",
            (false, true) => "agrees",
            (false, false) => "differs",
        };
        view! {
            <tr class:differs=verdict != "agrees">
                <td>{f.claim}</td>
                <td>{figure(f.expected)}</td>
                <td>{figure(f.measured)}</td>
                <td>{verdict}</td>
            </tr>
        }
    });
    let preset = preset.filter(|id| app.family_of_preset(id).is_some());
    let open = preset.map(|id| {
        let press = move |_| {
            app.dialog.set(None);
            app.open_preset(&id);
        };
        view! { <button type="button" class="small" on:click=press>"Open this experiment"</button> }
    });
    view! {
        <div class="paper">
            <table class="claims">
                <caption>{source}</caption>
                <thead>
                    <tr><th>"claim"</th><th>"claimed"</th><th>"measured"</th><th>"verdict"</th></tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
            {open}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_grouped_by_their_check() {
        let row = |id: &str, claim: &str| Finding {
            id: id.into(),
            source: String::new(),
            methods: vec![],
            preset: None,
            claim: claim.into(),
            expected: None,
            measured: None,
            ok: true,
            known_not_reproduced: false,
        };
        let checks = by_check(&[row("a", "1"), row("b", "2"), row("a", "3")]);
        let claims: Vec<Vec<&str>> = checks.iter().map(|c| c.iter().map(|f| f.claim.as_str()).collect()).collect();
        assert_eq!(claims, [vec!["1", "3"], vec!["2"]]);
    }
}
