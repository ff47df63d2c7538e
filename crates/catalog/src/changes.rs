//! Live parameters of runs and of their problem, and the changes of them that an experiment records.

use iterscope_core::{
    BuildError, Change, Experiment, Instance, ParamInfo, Params, RunSpec, Value, brush, component, path,
};

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

/// The same for a live parameter of the problem.
///
/// # Errors
/// As [`check_live`].
pub fn check_live_of_problem(instance: &dyn Instance, key: &str, value: &Value) -> Result<Value, BuildError> {
    check(instance.live(), key, value).map_err(|(e, _)| e)
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

/// Checks a stroke on a field of a problem.
///
/// # Errors
/// The field cannot be painted on, or the stroke cannot be read; the field of the error is the key of the stroke.
pub fn check_stroke(instance: &dyn Instance, field: &str, stroke: &Value) -> Result<(), BuildError> {
    match instance.brushes().iter().find(|b| b.field == field) {
        Some(brush) => brush.read(stroke).map(|_| ()),
        None => {
            let known: Vec<&str> = instance.brushes().iter().map(|b| b.field.as_ref()).collect();
            let known = if known.is_empty() { "there is none".into() } else { known.join(", ") };
            Err(BuildError::new(brush::key(field), format!("is no field that can be painted on: {known}")))
        }
    }
}

/// Brings the changes of an experiment to the types of their parameters; without an `instance` none are known of the problem.
///
/// # Errors
/// All that cannot be changed, or not to that value.
pub fn check_changes(experiment: &mut Experiment, instance: Option<&dyn Instance>) -> Result<(), Vec<BuildError>> {
    let mut errors = Vec::new();
    for i in 0..experiment.changes.len() {
        let Change { run, key, value, .. } = &experiment.changes[i];
        let checked = match (brush::field_of(key), instance) {
            (Some(field), Some(instance)) => {
                let known = instance.brushes().iter().any(|b| b.field == field);
                check_stroke(instance, field, value).map(|()| value.clone()).map_err(|e| (e, known))
            }
            _ => {
                let mut live = live_params(&experiment.runs[*run]);
                live.extend_from_slice(instance.map_or(&[], Instance::live));
                check(&live, key, value)
            }
        };
        match checked {
            Ok(value) => experiment.changes[i].value = value,
            Err((e, value)) => {
                let what = if value { "value" } else { "key" };
                errors.push(BuildError { field: path::change(i, what), ..e });
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Takes the live parameters of the problem out of those that a run has at some step; the run's own, then the problem's.
pub fn parted(params: Params, instance: &dyn Instance) -> (Params, Params) {
    params.into_iter().partition(|(key, _)| !instance.live().iter().any(|p| p.key == *key))
}

/// The values of all live parameters of a run.
pub fn live_values(spec: &RunSpec) -> Params {
    values(&live_params(spec), &spec.params)
}

/// The values of all live parameters of the problem, where some were `changed`.
pub fn live_values_of_problem(instance: &dyn Instance, changed: &Params) -> Params {
    values(instance.live(), changed)
}

fn values(live: &[ParamInfo], given: &Params) -> Params {
    let value = |p: &ParamInfo| (p.key.to_string(), given.get(p.key.as_ref()).unwrap_or(&p.default).clone());
    live.iter().map(value).collect()
}
