//! Names of runs that say what differs.

use iterscope_core::{Backend, CatalogInfo, Kind, MethodInfo, ParamInfo, RunSpec, Value};

use super::schema::schema_of;
use super::{Draft, DraftRun, ShownRace};

/// A method's name up to this many characters stays before what differs.
const SHORT: usize = 14;

/// The name of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunName {
    /// Number of the run.
    pub uid: u32,
    /// Its colour.
    pub colour: usize,
    /// What tells it from the others, such as `SOR ω 1.5`.
    pub short: String,
    /// Method, parameters and where it runs.
    pub full: String,
}

/// Names of all runs of a draft; what the worker knows of them comes from the race, where that has them.
pub fn run_names(draft: &Draft, race: Option<&ShownRace>, catalog: &'static CatalogInfo) -> Vec<RunName> {
    draft.runs.iter().map(|run| name(run, draft, race, catalog)).collect()
}

fn name(run: &DraftRun, draft: &Draft, race: Option<&ShownRace>, catalog: &'static CatalogInfo) -> RunName {
    let facts = race.and_then(|race| {
        let index = race.draft.runs.iter().position(|r| r.uid == run.uid && r.spec.method == run.spec.method)?;
        race.runs.get(index)
    });
    let Some(method) = catalog.method(&run.spec.method) else {
        let id = run.spec.method.clone();
        return RunName { uid: run.uid, colour: run.colour, short: id.clone(), full: id };
    };
    let alike: Vec<&RunSpec> = draft.runs.iter().map(|r| &r.spec).filter(|s| s.method == run.spec.method).collect();
    let own = schema_of(catalog, &run.spec).iter().filter(|p| !shared_by_all(p, run, draft, catalog));
    let mut parts: Vec<String> = differing(method, own, &run.spec, &alike);
    if alike.iter().any(|s| s.backend != run.spec.backend) {
        let backend = facts.map_or(run.spec.backend, |f| f.backend);
        parts.push(backend_name(backend).to_owned());
    }
    // A number alone says what it is only among runs of one method.
    let number = parts.first().is_some_and(|part| part.ends_with(|c: char| c.is_ascii_digit()));
    let clear = !parts.is_empty() && (!number || alike.len() == draft.runs.len());
    if alike.len() == 1 || !clear || method.label.chars().count() <= SHORT {
        parts.insert(0, method.label.to_string());
    }
    let backend = facts.map(|f| format!(" on {}", backend_name(f.backend))).unwrap_or_default();
    let full = facts.map_or_else(|| method.label.to_string(), |f| f.label.clone()) + &backend;
    RunName { uid: run.uid, colour: run.colour, short: parts.join(" "), full }
}

/// The value of a parameter in a run.
fn value(spec: &RunSpec, p: &ParamInfo) -> Value {
    spec.params.get(p.key.as_ref()).cloned().unwrap_or_else(|| p.default.clone())
}

/// Whether all runs that have a parameter of that name, and there are others, have the same value of it.
fn shared_by_all(p: &ParamInfo, run: &DraftRun, draft: &Draft, catalog: &'static CatalogInfo) -> bool {
    let now = value(&run.spec, p);
    let others = draft.runs.iter().filter(|other| other.uid != run.uid);
    let mut values = others.filter_map(|other| {
        let theirs = schema_of(catalog, &other.spec).iter().find(|q| q.key == p.key)?;
        Some(value(&other.spec, theirs))
    });
    values.next().is_some_and(|first| same(&first, &now) && values.all(|other| same(&other, &now)))
}

/// Parameters by which a run differs from others of its method; where it is alone, from the defaults.
fn differing<'a>(
    method: &MethodInfo,
    schema: impl Iterator<Item = &'a ParamInfo>,
    spec: &RunSpec,
    alike: &[&RunSpec],
) -> Vec<String> {
    let own = schema.filter(|p| {
        let now = value(spec, p);
        if alike.len() > 1 { alike.iter().any(|other| !same(&value(other, p), &now)) } else { !same(&now, &p.default) }
    });
    let mut rest: Vec<&RunSpec> = alike.iter().filter(|other| **other != spec).copied().collect();
    let mut parts = Vec::new();
    for p in own.take(2) {
        let now = value(spec, p);
        // Where nothing was chosen, the method's name says it.
        if now.as_text() != Some("none") {
            // A component's name alone could be that of a method.
            let component = method.params.iter().any(|q| q.key == p.key && matches!(q.kind, Kind::Component { .. }));
            let part = part(p, &now);
            parts.push(if component { format!("with {part}") } else { part });
        }
        rest.retain(|other| same(&value(other, p), &now));
        // No more than it takes to tell it from the others.
        if rest.is_empty() && alike.len() > 1 {
            break;
        }
    }
    parts
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_real().is_some_and(|x| b.as_real() == Some(x))
}

/// A label within a name: without its capital, unless that is one of several, as in `IC(0)`.
fn within(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), label.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => label.to_owned(),
    }
}

fn part(p: &ParamInfo, value: &Value) -> String {
    match (&p.kind, value) {
        (_, Value::Bool(true)) => within(&p.label),
        (_, Value::Bool(false)) => format!("no {}", within(&p.label)),
        (Kind::Choice { options }, Value::Text(chosen)) => {
            options.iter().find(|(v, _)| *v == chosen).map_or_else(|| chosen.to_string(), |(_, label)| label.to_owned())
        }
        _ => format!("{} {value}", symbol(p)),
    }
}

/// What a parameter is called where there is little room: its label, or the last part of its key where that is shorter.
fn symbol(p: &ParamInfo) -> &str {
    let key = p.key.rsplit('.').next().unwrap_or_default();
    if key.chars().count() < p.label.chars().count() { key } else { &p.label }
}

/// Where a run computes, in two words.
pub fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Auto => "automatic",
        Backend::CpuF64 => "CPU f64",
        Backend::CpuF32 => "CPU f32",
        Backend::WebgpuF32 => "GPU f32",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_core::{ComponentInfo, Experiment, FamilyInfo, Names};

    const PARAMS: &[ParamInfo] = &[
        ParamInfo::real("omega", "ω", "", [0.0, 2.0], 1.0),
        ParamInfo::real("dt", "Time step", "", [0.0, 2.0], 1.0),
        ParamInfo::choice("rule", "rule", "", &[("gd", "Gradient descent"), ("adam", "Adam")], "gd"),
    ];

    static PARAMS_OF_SSOR: [ParamInfo; 1] = [ParamInfo::real("omega", "ω", "", [0.0, 2.0], 1.0)];

    fn method(id: &'static str, label: &'static str) -> MethodInfo {
        MethodInfo {
            id: id.into(),
            label: label.into(),
            summary: "".into(),
            math: "".into(),
            citation: "".into(),
            params: PARAMS.into(),
            problems: Names::Static(&["p"]),
            diagnostics: vec![].into(),
            backends: vec![].into(),
            step: "".into(),
            limits: "".into(),
            plateaus: false,
        }
    }

    fn names(runs: &str) -> Vec<String> {
        let mut cg = method("cg", "Conjugate gradients");
        cg.params =
            vec![ParamInfo::component("preconditioner", "Preconditioner", "", "preconditioner", &[], "none")].into();
        let methods = vec![method("sor", "SOR"), method("opt", "First-order optimiser"), cg];
        let family = FamilyInfo {
            id: "p".into(),
            label: "".into(),
            problems: vec![],
            methods,
            presets: vec![],
            analyses: vec![],
            components: vec![
                ComponentInfo::new("preconditioner", "none", "none", "", &[]),
                ComponentInfo::new("preconditioner", "ssor", "SSOR", "", &PARAMS_OF_SSOR),
            ],
        };
        let catalog: &'static CatalogInfo =
            Box::leak(Box::new(CatalogInfo { families: vec![family], samples: vec![] }));
        let json = format!(r#"{{"schema":1,"problem":{{"id":"p"}},"runs":[{runs}]}}"#);
        let draft = Draft::new(Experiment::from_json(&json).unwrap(), &mut 0);
        run_names(&draft, None, catalog).into_iter().map(|n| n.short).collect()
    }

    #[test]
    fn components_are_named_with_their_parameters() {
        let cg = |params: &str| format!(r#"{{"method":"cg","params":{{{params}}}}}"#);
        let ssor = |omega: &str| cg(&format!(r#""preconditioner":"ssor","preconditioner.omega":{omega}"#));
        assert_eq!(names(&[cg(""), ssor("1")].join(",")), ["Conjugate gradients", "with SSOR"]);
        assert_eq!(names(&[ssor("1"), ssor("1.5")].join(",")), ["ω 1", "ω 1.5"]);
    }

    #[test]
    fn names_say_what_differs() {
        assert_eq!(names(r#"{"method":"sor"},{"method":"opt"}"#), ["SOR", "First-order optimiser"]);
        assert_eq!(
            names(r#"{"method":"sor","params":{"omega":1.5}},{"method":"sor","params":{"omega":1}}"#),
            ["SOR ω 1.5", "SOR ω 1"]
        );
        assert_eq!(
            names(r#"{"method":"opt","params":{"rule":"adam"}},{"method":"opt"},{"method":"sor"}"#),
            ["Adam", "Gradient descent", "SOR"]
        );
        assert_eq!(
            names(r#"{"method":"cg","backend":"cpu-f64"},{"method":"cg","backend":"cpu-f32"},{"method":"sor"}"#),
            ["Conjugate gradients CPU f64", "Conjugate gradients CPU f32", "SOR"]
        );
        assert_eq!(
            names(r#"{"method":"sor","backend":"cpu-f32"},{"method":"sor","backend":"webgpu-f32"}"#),
            ["SOR CPU f32", "SOR GPU f32"]
        );
        assert_eq!(names(r#"{"method":"gone"}"#), ["gone"]);
    }

    #[test]
    fn what_all_have_in_common_tells_none_from_the_others() {
        let dt = |method: &str, dt: &str| format!(r#"{{"method":"{method}","params":{{"dt":{dt}}}}}"#);
        assert_eq!(names(&[dt("sor", "0.5"), dt("opt", "0.5")].join(",")), ["SOR", "First-order optimiser"]);
        assert_eq!(
            names(&[dt("sor", "0.5"), dt("opt", "0.25")].join(",")),
            ["SOR dt 0.5", "First-order optimiser dt 0.25"]
        );
    }
}
