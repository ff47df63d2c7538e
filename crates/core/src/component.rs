//! Parts that a method is composed of, chosen by name: preconditioners, inner solvers, rules.
//!
//! A method declares a parameter of kind [`Kind::Component`] with the role it wants to fill, say `preconditioner`. Which parameters a run then
//! has depends on which component is chosen: those of the component stand behind the key of the choice, `preconditioner.omega`. Values
//! stay flat, so that links, live changes and error paths know nothing of components.

use serde::{Deserialize, Serialize};

use crate::{BuildError, Choices, Kind, List, Names, ParamInfo, Params, Str, Value, Values, words};

/// One component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentInfo {
    /// What it can be used as, such as `preconditioner`.
    pub role: Str,
    /// Its name in files.
    pub name: Str,
    /// Short label.
    pub label: Str,
    /// What it does, in one line.
    pub doc: Str,
    /// Its parameters, without a prefix.
    pub params: List<ParamInfo>,
    /// What it is, for methods that cannot use every one, such as `symmetric`.
    pub properties: Names,
}

impl ComponentInfo {
    /// A component without particular properties.
    pub const fn new(
        role: &'static str,
        name: &'static str,
        label: &'static str,
        doc: &'static str,
        params: &'static [ParamInfo],
    ) -> Self {
        ComponentInfo {
            role: Str::Borrowed(role),
            name: Str::Borrowed(name),
            label: Str::Borrowed(label),
            doc: words(doc),
            params: List::Borrowed(params),
            properties: Names::Static(&[]),
        }
    }

    /// With these properties.
    #[must_use]
    pub const fn is(mut self, properties: &'static [&'static str]) -> Self {
        // Plain assignment would drop the old value, which a constant function cannot.
        std::mem::forget(std::mem::replace(&mut self.properties, Names::Static(properties)));
        self
    }
}

/// The parameters that a run has, given what was chosen: every choice of a component is followed by the parameters of the component that
/// `given` names, or that is the default, with the key of the choice and a dot before their own.
pub fn schema(params: &[ParamInfo], components: &[&ComponentInfo], given: &Params) -> Vec<ParamInfo> {
    let mut out = Vec::with_capacity(params.len());
    expand(params, components, given, "", &mut out);
    out
}

fn expand(params: &[ParamInfo], components: &[&ComponentInfo], given: &Params, prefix: &str, out: &mut Vec<ParamInfo>) {
    for p in params {
        let mut p = p.clone();
        p.key = format!("{prefix}{}", p.key).into();
        if let Some(when) = &mut p.when {
            when.key = format!("{prefix}{}", when.key).into();
        }
        let Kind::Component { role, needs } = p.kind.clone() else {
            out.push(p);
            continue;
        };
        let fit: Vec<&ComponentInfo> = components
            .iter()
            .copied()
            .filter(|c| c.role == role && needs.iter().all(|property| c.properties.has(property)))
            .collect();
        let options = fit.iter().map(|c| (c.name.to_string(), c.label.to_string())).collect();
        p.kind = Kind::Choice { options: Choices::Owned(options) };
        let chosen = given.get(p.key.as_ref()).unwrap_or(&p.default).as_text().unwrap_or_default().to_owned();
        let below = format!("{}.", p.key);
        out.push(p);
        if let Some(component) = fit.iter().find(|c| c.name == chosen) {
            expand(&component.params, components, given, &below, out);
        }
    }
}

/// Checks `given` against the schema that it chooses and fills in the defaults; see [`Values::resolve`]. Parameters of components that could be
/// chosen in place of the chosen ones are accepted and left out, as a form keeps them while a person tries one after the other.
///
/// # Errors
/// As [`Values::resolve`].
pub fn resolve(params: &[ParamInfo], components: &[&ComponentInfo], given: &Params) -> Result<Values, Vec<BuildError>> {
    let schema = schema(params, components, given);
    if !params.iter().any(|p| matches!(p.kind, Kind::Component { .. })) {
        return Values::resolve(&schema, given);
    }
    let used = given
        .iter()
        .filter(|(key, _)| schema.iter().any(|p| p.key == **key) || !idle(key, &schema, params, components));
    Values::resolve(&schema, &used.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// Whether `key` is a parameter of a component that is not chosen.
fn idle(key: &str, schema: &[ParamInfo], params: &[ParamInfo], components: &[&ComponentInfo]) -> bool {
    let Some((choice, own)) = key.rsplit_once('.') else { return false };
    // The choice may itself belong to a component that is not chosen now.
    let is_choice = schema.iter().any(|p| p.key == choice)
        || idle(choice, schema, params, components)
        || params.iter().any(|p| p.key == choice);
    is_choice && components.iter().any(|c| c.params.iter().any(|p| p.key == own))
}

impl Values {
    /// The values whose key begins with `key` and a dot, without both: those of the component chosen under `key`.
    #[must_use]
    pub fn under(&self, key: &str) -> Values {
        let below =
            self.iter().filter_map(|(k, v)| Some((k.strip_prefix(key)?.strip_prefix('.')?.to_owned(), v.clone())));
        below.collect()
    }
}

impl FromIterator<(String, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Values::from_params(entries.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static OMEGA: &[ParamInfo] = &[ParamInfo::real("omega", "Relaxation", "", [0.0, 2.0], 1.0).live()];
    static INNER: &[ParamInfo] = &[
        ParamInfo::int("steps", "Steps", "", [1, 9], 2),
        ParamInfo::component("preconditioner", "Preconditioner", "", "preconditioner", &[], "none"),
    ];
    static NONE: ComponentInfo = ComponentInfo::new("preconditioner", "none", "none", "", &[]).is(&["fixed"]);
    static SSOR: ComponentInfo = ComponentInfo::new("preconditioner", "ssor", "SSOR", "", OMEGA).is(&["fixed"]);
    static NEST: ComponentInfo = ComponentInfo::new("preconditioner", "inner", "inner solver", "", INNER);
    static ALL: [&ComponentInfo; 3] = [&NONE, &SSOR, &NEST];
    static ANY: &[ParamInfo] =
        &[ParamInfo::component("preconditioner", "Preconditioner", "", "preconditioner", &[], "none")];
    static FIXED: &[ParamInfo] =
        &[ParamInfo::component("preconditioner", "Preconditioner", "", "preconditioner", &["fixed"], "none")];

    fn given(json: &str) -> Params {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn parameters_follow_the_choice() {
        let keys = |json| schema(ANY, &ALL, &given(json)).into_iter().map(|p| p.key.to_string()).collect::<Vec<_>>();
        assert_eq!(keys("{}"), ["preconditioner"]);
        assert_eq!(keys(r#"{"preconditioner": "ssor"}"#), ["preconditioner", "preconditioner.omega"]);
        let nested = r#"{"preconditioner": "inner", "preconditioner.preconditioner": "ssor"}"#;
        assert_eq!(
            keys(nested)[1..],
            ["preconditioner.steps", "preconditioner.preconditioner", "preconditioner.preconditioner.omega"]
        );
        let v = resolve(ANY, &ALL, &given(r#"{"preconditioner": "ssor", "preconditioner.omega": 1.5}"#)).unwrap();
        assert_eq!((v.text("preconditioner"), v.under("preconditioner").real("omega")), ("ssor", 1.5));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_what_is_idle_is_kept_out() {
        let errors = |params, json| resolve(params, &ALL, &given(json)).unwrap_err();
        let refused = errors(FIXED, r#"{"preconditioner": "inner"}"#);
        assert_eq!((refused.len(), refused[0].field.as_str()), (1, "preconditioner"));
        assert_eq!(errors(ANY, r#"{"preconditioner.weight": 1}"#)[0].field, "preconditioner.weight");
        assert_eq!(errors(ANY, r#"{"solver.omega": 1}"#)[0].field, "solver.omega");
        let idle = r#"{"preconditioner.omega": 1.5, "preconditioner.preconditioner.omega": 1.2}"#;
        assert!(resolve(ANY, &ALL, &given(idle)).unwrap().get("preconditioner.omega").is_none());
        let wrong = errors(ANY, r#"{"preconditioner": "ssor", "preconditioner.omega": 3}"#);
        assert_eq!(wrong[0].field, "preconditioner.omega");
    }
}
