//! The JSON Schema of experiments, from the catalog: for editors, and for programs that write experiments.
//!
//! It says what the catalog says: keys, types, ranges, choices, which methods run on which problems. What it cannot say (formulas, names
//! in data, what only matters beside other values) the program checks when it builds.

use std::collections::BTreeMap;

use iterscope_core::experiment::MAX_RUNS;
use iterscope_core::{
    Backend, CatalogInfo, ComponentInfo, FamilyInfo, Kind, Measure, MethodInfo, ParamInfo, SCHEMA, Value,
};
use serde_json::{Map, Value as Json, json};

/// The schema as JSON.
pub fn schema(catalog: &CatalogInfo) -> Json {
    let methods = || catalog.families.iter().flat_map(|f| f.methods.iter().map(move |m| (f, m)));
    let problems = || catalog.families.iter().flat_map(|f| &f.problems);
    let ids = |ids: &mut dyn Iterator<Item = &str>| ids.map(str::to_owned).collect::<Vec<_>>();
    // Each problem's parameters, and each method's, where its id is named.
    let of_problem = |(id, params): (&str, &[ParamInfo])| chosen("id", id, json!({ "params": object(params, &[]) }));
    let of_method = |(family, method): (&FamilyInfo, &MethodInfo)| {
        let backends: Vec<&str> = Backend::ALL
            .iter()
            .filter(|b| **b == Backend::Auto || method.backends.contains(b))
            .map(|b| b.name())
            .collect();
        let components: Vec<&ComponentInfo> = family.components.iter().collect();
        let properties = json!({ "params": object(&method.params, &components), "backend": { "enum": backends } });
        chosen("method", &method.id, properties)
    };
    let runs_on = |id: &str| {
        let known = methods().filter(|(_, m)| m.problems.has(id)).map(|(_, m)| m.id.as_ref());
        let known: Vec<&str> = known.collect();
        json!({
            "if": { "properties": { "problem": { "properties": { "id": { "const": id } }, "required": ["id"] } } },
            "then": { "properties": { "runs": { "items": { "properties": { "method": { "enum": known } } } } } }
        })
    };
    let data = problems().filter(|p| p.data_required).map(|p| p.id.as_ref());
    let needs_data = json!({
        "if": { "properties": { "id": { "enum": ids(&mut data.into_iter()) } }, "required": ["id"] },
        "then": { "required": ["data"] }
    });
    let no_data = problems().filter(|p| p.data.is_none()).map(|p| p.id.as_ref());
    let takes_no_data = json!({
        "if": { "properties": { "id": { "enum": ids(&mut no_data.into_iter()) } }, "required": ["id"] },
        "then": { "properties": { "data": false, "columns": false } }
    });
    let mut problem_rules: Vec<Json> = problems().map(|p| of_problem((&p.id, &p.params))).collect();
    problem_rules.extend([needs_data, takes_no_data]);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An experiment of Iterscope",
        "description": "One problem, one to six methods that run on it, a seed and a stop rule.",
        "type": "object",
        "properties": {
            "schema": { "type": "integer", "minimum": 1, "maximum": SCHEMA, "description": "Version of the format." },
            "problem": { "$ref": "#/$defs/problem" },
            "runs": { "type": "array", "minItems": 1, "maxItems": MAX_RUNS, "items": { "$ref": "#/$defs/run" } },
            "seed": {
                "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 0,
                "description": "Seed of everything random."
            },
            "stop": { "$ref": "#/$defs/stop" },
            "changes": {
                "type": "array", "items": { "$ref": "#/$defs/change" },
                "description": "Live parameters that are changed and strokes that are painted on the way, those of one run in the order of their steps."
            },
            "view": { "$ref": "#/$defs/view" }
        },
        "required": ["schema", "problem", "runs"],
        "additionalProperties": false,
        "allOf": problems().map(|p| runs_on(&p.id)).collect::<Vec<_>>(),
        "$defs": {
            "value": { "type": ["number", "string", "boolean"] },
            "problem": {
                "type": "object",
                "properties": {
                    "id": one_of(problems().map(|p| (p.id.as_ref(), p.label.as_ref()))),
                    "data": {
                        "anyOf": [
                            { "type": "string", "description": "A file, or `sample:ID` for a data set that comes with the program." },
                            {
                                "type": "object",
                                "properties": { "name": { "type": "string" }, "text": { "type": "string" } },
                                "required": ["name", "text"],
                                "additionalProperties": false,
                                "description": "The data themselves, where small."
                            }
                        ],
                        "examples": catalog.samples.iter().map(|s| format!("sample:{}", s.id)).collect::<Vec<_>>()
                    },
                    "columns": {
                        "type": "string",
                        "description": "How the file is read, such as `winner,loser,-,count`; it is guessed where it is left out."
                    },
                    "params": { "type": "object" }
                },
                "required": ["id"],
                "additionalProperties": false,
                "allOf": problem_rules
            },
            "run": {
                "type": "object",
                "properties": {
                    "method": one_of(methods().map(|(_, m)| (m.id.as_ref(), m.label.as_ref()))),
                    "backend": { "enum": Backend::ALL.map(|b| b.name()), "default": "auto" },
                    "params": { "type": "object" }
                },
                "required": ["method"],
                "additionalProperties": false,
                "allOf": methods().map(of_method).collect::<Vec<_>>()
            },
            "stop": {
                "type": "object",
                "properties": {
                    "rtol": {
                        "type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": 1e-8,
                        "description": "Converged when the series that stops is at most this."
                    },
                    "max_steps": { "type": "integer", "minimum": 1, "maximum": 100_000_000, "default": 5000 },
                    "until": {
                        "type": "number", "exclusiveMinimum": 0,
                        "description": "The simulated time at which a run ends, for problems that have one."
                    }
                },
                "additionalProperties": false
            },
            "change": {
                "type": "object",
                "properties": {
                    "run": { "type": "integer", "minimum": 0, "maximum": MAX_RUNS - 1 },
                    "step": { "type": "integer", "minimum": 0 },
                    "key": { "type": "string" },
                    "value": { "$ref": "#/$defs/value" }
                },
                "required": ["run", "step", "key", "value"],
                "additionalProperties": false
            },
            "view": {
                "type": "object",
                "properties": {
                    "series": { "type": "string", "description": "Key of the series in the chart." },
                    "picture": { "type": "string", "description": "Key of the picture." },
                    "sweep": {
                        "type": "object",
                        "properties": {
                            "axes": {
                                "type": "array", "minItems": 1, "maxItems": 2,
                                "items": {
                                    "type": "object",
                                    "properties": {
                                        "place": {
                                            "type": "string",
                                            "description": "`seed`, `problem.KEY` or `runs[INDEX].KEY`."
                                        },
                                        "from": { "type": "number" },
                                        "to": { "type": "number" },
                                        "points": { "type": "integer", "minimum": 1 },
                                        "log": { "type": "boolean", "default": false }
                                    },
                                    "required": ["place", "from", "to", "points"],
                                    "additionalProperties": false
                                }
                            },
                            "measure": { "enum": Measure::ALL.map(|m| m.1), "default": "steps" },
                            "series": { "type": "string" }
                        },
                        "required": ["axes"],
                        "additionalProperties": false
                    }
                },
                "additionalProperties": false
            }
        }
    })
}

/// One of the ids, with what each is called.
fn one_of<'a>(ids: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    let (ids, labels): (Vec<_>, Vec<_>) = ids.unzip();
    // Editors show these beside the values.
    json!({ "enum": ids, "enumDescriptions": labels })
}

/// What holds of an object whose `key` is `id`.
fn chosen(key: &str, id: &str, properties: Json) -> Json {
    json!({
        "if": { "properties": { key: { "const": id } }, "required": [key] },
        "then": { "properties": properties }
    })
}

/// An object of parameters; those of a component stand behind the key of its choice and a dot.
fn object(params: &[ParamInfo], components: &[&ComponentInfo]) -> Json {
    let properties: Map<String, Json> = params.iter().map(|p| (p.key.to_string(), param(p, components))).collect();
    let choices: Vec<String> =
        params.iter().filter(|p| matches!(p.kind, Kind::Component { .. })).map(|p| escaped(&p.key)).collect();
    let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !choices.is_empty() {
        // Components may have components of their own, to any depth, and values of those that are not chosen are kept.
        let mut below: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for p in components.iter().flat_map(|c| c.params.iter()) {
            let one = param(p, components);
            let known = below.entry(&p.key).or_default();
            if !known.contains(&one) {
                known.push(one);
            }
        }
        let patterns: Map<String, Json> = below
            .into_iter()
            .map(|(key, mut kinds)| {
                let pattern = format!(r"^({})(\.[^.]+)*\.{}$", choices.join("|"), escaped(key));
                let kind = if kinds.len() == 1 { kinds.remove(0) } else { json!({ "anyOf": kinds }) };
                (pattern, kind)
            })
            .collect();
        object["patternProperties"] = patterns.into();
    }
    object
}

/// A key in a pattern.
fn escaped(key: &str) -> String {
    key.chars().flat_map(|c| (!c.is_alphanumeric() && c != '_').then_some('\\').into_iter().chain([c])).collect()
}

/// What one parameter may be.
fn param(p: &ParamInfo, components: &[&ComponentInfo]) -> Json {
    let finite = |bound: f64| bound.is_finite().then_some(bound);
    let mut kind = match &p.kind {
        Kind::Real { min, max, .. } => {
            let mut kind = json!({ "type": "number" });
            for (key, bound) in [("minimum", finite(*min)), ("maximum", finite(*max))] {
                if let Some(bound) = bound {
                    kind[key] = json!(bound);
                }
            }
            kind
        }
        Kind::Int { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Choice { options } => one_of(options.iter()),
        Kind::Component { role, needs } => {
            let fits = |c: &&&ComponentInfo| c.role == *role && needs.iter().all(|property| c.properties.has(property));
            one_of(components.iter().filter(fits).map(|c| (c.name.as_ref(), c.label.as_ref())))
        }
        // A bare number is a fine expression.
        Kind::Expression { optional: false, .. } => json!({ "type": ["string", "number"], "pattern": r"\S" }),
        Kind::Expression { optional: true, .. } => json!({ "type": ["string", "number"] }),
        Kind::Brush => json!({ "type": "string" }),
        // A name may be a number.
        Kind::Text | Kind::Item => json!({ "type": ["string", "number", "boolean"] }),
    };
    kind["title"] = json!(p.label);
    if !p.doc.is_empty() {
        kind["description"] = json!(p.doc);
    }
    kind["default"] = match &p.default {
        Value::Text(text) => json!(text),
        value => json!(value),
    };
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_patterns_as_they_are() {
        assert_eq!((escaped("a.b-c_d").as_str(), escaped("omega").as_str()), (r"a\.b\-c_d", "omega"));
    }
}
