//! Live parameters of runs, and the changes of them that an experiment records.

use iterscope_core::{BuildError, Experiment, ParamInfo, Params, RunSpec, Value, component, path};

use crate::{components, methods};

/// The live parameters of a run, those of its components included; none where its method is unknown.
fn live_params(spec: &RunSpec) -> Vec<ParamInfo> {
    let Some(method) = methods().find(|m| m.info.id == spec.method.as_str()) else { return Vec::new() };
    let mut schema = component::schema(&method.info.params, components(method), &spec.params);
    schema.retain(|p| p.live);
    schema
}

/// Brings a new value of a live parameter of a run to the parameter's own type.
///
/// # Errors
/// The parameter is not live, or the value is not one of its values; the field is the bare key.
pub fn check_live(spec: &RunSpec, key: &str, value: &Value) -> Result<Value, BuildError> {
    check(&live_params(spec), key, value).map_err(|(e, _)| e)
}

/// What is wrong, and whether it is the value.
fn check(live: &[ParamInfo], key: &str, value: &Value) -> Result<Value, (BuildError, bool)> {
    match live.iter().find(|p| p.key == key) {
        Some(param) => param.check(value).map_err(|e| (e, true)),
        None => {
            let known: Vec<&str> = live.iter().map(|p| p.key.as_ref()).collect();
            let known = if known.is_empty() { "nothing can".into() } else { format!("what can: {}", known.join(", ")) };
            Err((BuildError::new(key, format!("cannot change while running; {known}")), false))
        }
    }
}

/// Brings the changes of an experiment to the types of their parameters.
///
/// # Errors
/// All that cannot be changed, or not to that value.
pub fn check_changes(experiment: &mut Experiment) -> Result<(), Vec<BuildError>> {
    let mut errors = Vec::new();
    for i in 0..experiment.changes.len() {
        let change = &experiment.changes[i];
        match check(&live_params(&experiment.runs[change.run]), &change.key, &change.value) {
            Ok(value) => experiment.changes[i].value = value,
            Err((e, value)) => {
                let what = if value { "value" } else { "key" };
                errors.push(BuildError { field: path::change(i, what), ..e });
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The values of all live parameters of a run.
pub fn live_values(spec: &RunSpec) -> Params {
    let value = |p: ParamInfo| (p.key.to_string(), spec.params.get(p.key.as_ref()).cloned().unwrap_or(p.default));
    live_params(spec).into_iter().map(value).collect()
}
