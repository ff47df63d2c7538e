//! Reading experiments.

use std::borrow::Cow;

use iterscope_core::{Backend, BuildError, DataRef, Experiment, Params, ProblemSpec, RunSpec, SCHEMA, StopRule, Value};

use super::super::Plain;
use super::{BACKENDS, string, words};

/// Reads a parameter value.
pub fn value(v: &Plain) -> Option<Value> {
    Some(match v {
        Plain::Bool(b) => Value::Bool(*b),
        // JavaScript has one kind of number; the parameter brings it to its own.
        Plain::Number(n) if n.fract() == 0.0 && n.abs() <= 9e15 => Value::Int(*n as i64),
        Plain::Number(n) => Value::Real(*n),
        Plain::Text(t) => Value::Text(Cow::Owned(t.clone())),
        _ => return None,
    })
}

/// An error at a key.
fn wrong(field: &str, message: String) -> BuildError {
    BuildError::new(field, message)
}

/// The entries of an object that may have no other keys.
fn object<'a>(v: &'a Plain, name: &str, known: &[&str]) -> Result<&'a [(String, Plain)], BuildError> {
    let entries = v.entries().ok_or_else(|| wrong(name, "must be an object".into()))?;
    match entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        Some((key, _)) => {
            Err(wrong(key, format!("unknown field `{key}` in {name}, expected one of {}", known.join(", "))))
        }
        None => Ok(entries),
    }
}

/// Reads a field, or says what it must be.
fn field<'a, T>(v: &'a Plain, key: &str, must: &str, f: impl FnOnce(&'a Plain) -> Option<T>) -> Result<T, BuildError> {
    f(v.get(key)).ok_or_else(|| wrong(key, format!("`{key}` must be {must}")))
}

fn or<T>(v: &Plain, absent: T, f: impl FnOnce(&Plain) -> Option<T>) -> Option<T> {
    if *v == Plain::Null { Some(absent) } else { f(v) }
}

/// Reads an experiment.
///
/// # Errors
/// Names the key that is unknown, missing or of another type.
pub fn experiment(v: &Plain) -> Result<Experiment, BuildError> {
    // The version first: a newer file may hold keys that this program cannot know.
    let schema = field(v, "schema", "a version number", Plain::number)? as u32;
    if schema == 0 || schema > SCHEMA {
        let words = format!("schema {schema} was written by a newer Iterscope; this one reads schema 1 to {SCHEMA}");
        return Err(wrong("schema", words));
    }
    object(v, "experiment", &["schema", "problem", "runs", "seed", "stop"])?;
    let runs = field(v, "runs", "a list", Plain::list)?;
    let problem = v.get("problem");
    object(problem, "problem", &["id", "data", "columns", "params"])?;
    let experiment = Experiment {
        schema,
        problem: ProblemSpec {
            id: field(problem, "id", "text", string)?,
            data: field(problem, "data", "a file name, or an object with `name` and `text`", |d| d.maybe(data))?,
            columns: field(problem, "columns", "text", |c| c.maybe(string))?,
            params: params(problem)?,
        },
        runs: runs.iter().map(run).collect::<Result<_, _>>()?,
        seed: field(v, "seed", "a whole number", |s| or(s, 0.0, Plain::number))? as u64,
        stop: stop_rule(v.get("stop"))?,
    };
    experiment.check_shape()?;
    Ok(experiment)
}

fn data(v: &Plain) -> Option<DataRef> {
    match v {
        Plain::Text(name) => Some(DataRef::Name(name.clone())),
        _ => Some(DataRef::Inline { name: words(v, "name")?, text: words(v, "text")? }),
    }
}

fn run(v: &Plain) -> Result<RunSpec, BuildError> {
    object(v, "runs", &["method", "backend", "params"])?;
    let must = "one of auto, cpu-f64, cpu-f32, webgpu-f32";
    Ok(RunSpec {
        method: field(v, "method", "text", string)?,
        backend: field(v, "backend", must, |b| or(b, Backend::Auto, |b| b.one_of(&BACKENDS)))?,
        params: params(v)?,
    })
}

pub(super) fn params(v: &Plain) -> Result<Params, BuildError> {
    let mut all = Params::new();
    if *v.get("params") != Plain::Null {
        for (key, given) in field(v, "params", "an object", Plain::entries)? {
            let read = value(given);
            let read = read.ok_or_else(|| wrong(key, format!("`{key}` must be a number, text, true or false")))?;
            all.insert(key.clone(), read);
        }
    }
    Ok(all)
}

fn stop_rule(v: &Plain) -> Result<StopRule, BuildError> {
    let default = StopRule::default();
    if *v == Plain::Null {
        return Ok(default);
    }
    object(v, "stop", &["rtol", "max_steps"])?;
    let steps = |s: &Plain| or(s, default.max_steps as f64, Plain::number);
    Ok(StopRule {
        rtol: field(v, "rtol", "a number", |r| or(r, default.rtol, Plain::number))?,
        max_steps: field(v, "max_steps", "a whole number", steps)? as u64,
    })
}
