//! Reading the catalog, experiments and events.

use std::borrow::Cow;

use iterscope_core::param::When;
use iterscope_core::{
    Backend, Breakdown, BuildError, CatalogInfo, Choices, DataKind, DataRef, Experiment, FamilyInfo, Fix, Kind, Level,
    MethodInfo, Names, Note, ParamInfo, Params, PictureInfo, PictureKind, Prediction, PresetInfo, ProblemInfo,
    ProblemSpec, RunSpec, SCHEMA, SampleInfo, Scale, SeriesInfo, Severity, Stop, StopRule, Str, Value,
};
use iterscope_protocol::{Event, PictureShape, ProblemFacts, RunFacts, RunFrame, Status};

use super::Plain;
use crate::model::Outline;

const BACKENDS: [(&str, Backend); 4] = [
    ("auto", Backend::Auto),
    ("cpu-f64", Backend::CpuF64),
    ("cpu-f32", Backend::CpuF32),
    ("webgpu-f32", Backend::WebgpuF32),
];
const DATA: [(&str, DataKind); 5] = [
    ("comparisons", DataKind::Comparisons),
    ("orders", DataKind::Orders),
    ("ratings", DataKind::Ratings),
    ("table", DataKind::Table),
    ("image", DataKind::Image),
];
const PICTURES: [(&str, PictureKind); 4] = [
    ("field", PictureKind::Field),
    ("bars", PictureKind::Bars),
    ("scatter", PictureKind::Scatter),
    ("spectrum", PictureKind::Spectrum),
];
const BREAKDOWNS: [(&str, Breakdown); 4] = [
    ("zero-inner-product", Breakdown::ZeroInnerProduct),
    ("indefinite", Breakdown::Indefinite),
    ("singular", Breakdown::Singular),
    ("line-search", Breakdown::LineSearch),
];

fn string(v: &Plain) -> Option<String> {
    v.text().map(str::to_owned)
}

fn text(v: &Plain, key: &str) -> Option<Str> {
    string(v.get(key)).map(Cow::Owned)
}

fn words(v: &Plain, key: &str) -> Option<String> {
    string(v.get(key))
}

fn flag(v: &Plain, key: &str) -> Option<bool> {
    v.get(key).bool()
}

fn real(v: &Plain, key: &str) -> Option<f64> {
    // What is not finite has no place in JSON, but crosses between page and worker.
    v.get(key).number()
}

fn whole(v: &Plain, key: &str) -> Option<u64> {
    real(v, key).map(|n| n as u64)
}

fn list<T: Clone>(v: &Plain, key: &str, f: fn(&Plain) -> Option<T>) -> Option<Cow<'static, [T]>> {
    v.get(key).all(f).map(Cow::Owned)
}

fn names(v: &Plain) -> Option<Names> {
    v.all(string).map(Names::Owned)
}

/// Reads which families there are.
pub fn outlines(v: &Plain) -> Option<Vec<Outline>> {
    v.all(|f| {
        let (id, label) = (words(f, "id")?, words(f, "label")?);
        let problems = f
            .get("problems")
            .all(|p| Some((words(p, "id")?, words(p, "label")?, p.get("data").maybe(|d| d.one_of(&DATA))?)))?;
        Some(Outline { id, label, problems, presets: f.get("presets").all(string)? })
    })
}

/// Reads the catalog.
pub fn catalog(v: &Plain) -> Option<CatalogInfo> {
    Some(CatalogInfo { families: v.get("families").all(family)?, samples: v.get("samples").all(sample)? })
}

fn family(v: &Plain) -> Option<FamilyInfo> {
    Some(FamilyInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        problems: v.get("problems").all(problem)?,
        methods: v.get("methods").all(method)?,
        presets: v.get("presets").all(preset)?,
    })
}

fn sample(v: &Plain) -> Option<SampleInfo> {
    let (id, label, source) = (text(v, "id")?, text(v, "label")?, text(v, "source")?);
    Some(SampleInfo { id, label, kind: v.get("kind").one_of(&DATA)?, source })
}

fn preset(v: &Plain) -> Option<PresetInfo> {
    let (id, label, summary) = (text(v, "id")?, text(v, "label")?, text(v, "summary")?);
    Some(PresetInfo { id, label, summary, experiment: experiment(v.get("experiment")).ok()? })
}

fn problem(v: &Plain) -> Option<ProblemInfo> {
    Some(ProblemInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        summary: text(v, "summary")?,
        math: text(v, "math")?,
        params: list(v, "params", param)?,
        data: v.get("data").maybe(|d| d.one_of(&DATA))?,
        data_required: flag(v, "data_required")?,
    })
}

fn method(v: &Plain) -> Option<MethodInfo> {
    Some(MethodInfo {
        id: text(v, "id")?,
        label: text(v, "label")?,
        summary: text(v, "summary")?,
        math: text(v, "math")?,
        citation: text(v, "citation")?,
        params: list(v, "params", param)?,
        problems: names(v.get("problems"))?,
        diagnostics: list(v, "diagnostics", series)?,
        backends: list(v, "backends", |b| b.one_of(&BACKENDS))?,
        step: text(v, "step")?,
        limits: text(v, "limits")?,
        plateaus: flag(v, "plateaus")?,
    })
}

fn series(v: &Plain) -> Option<SeriesInfo> {
    Some(SeriesInfo {
        key: text(v, "key")?,
        label: text(v, "label")?,
        doc: text(v, "doc")?,
        scale: v.get("scale").one_of(&[("log", Scale::Log), ("linear", Scale::Linear)])?,
        stop: flag(v, "stop")?,
    })
}

fn param(v: &Plain) -> Option<ParamInfo> {
    Some(ParamInfo {
        key: text(v, "key")?,
        label: text(v, "label")?,
        doc: text(v, "doc")?,
        kind: kind(v.get("kind"))?,
        default: value(v.get("default"))?,
        live: flag(v, "live")?,
        when: v.get("when").maybe(|w| Some(When { key: text(w, "key")?, is: names(w.get("is"))? }))?,
    })
}

fn kind(v: &Plain) -> Option<Kind> {
    let (name, f) = v.variant()?;
    Some(match name {
        "real" => Kind::Real { min: real(f, "min")?, max: real(f, "max")?, log: flag(f, "log")? },
        "int" => Kind::Int { min: real(f, "min")? as i64, max: real(f, "max")? as i64, log: flag(f, "log")? },
        "bool" => Kind::Bool,
        "choice" => Kind::Choice { options: Choices::Owned(f.get("options").all(pair)?) },
        "expression" => Kind::Expression { vars: names(f.get("vars"))?, optional: flag(f, "optional")? },
        "brush" => Kind::Brush,
        "text" => Kind::Text,
        "item" => Kind::Item,
        _ => return None,
    })
}

fn pair(v: &Plain) -> Option<(String, String)> {
    match v.list()? {
        [a, b] => Some((string(a)?, string(b)?)),
        _ => None,
    }
}

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

fn params(v: &Plain) -> Result<Params, BuildError> {
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

/// Reads what the worker says.
pub fn event(v: &Plain) -> Option<Event> {
    let (name, f) = v.variant()?;
    let ticket = || whole(f, "ticket").map(|t| t as u32);
    Some(match name {
        "ready" => {
            Event::Ready { gpu: words(f, "gpu")?, gpu_usable: flag(f, "gpu_usable")?, version: words(f, "version")? }
        }
        "loaded" => Event::Loaded {
            ticket: ticket()?,
            problem: problem_facts(f.get("problem"))?,
            runs: f.get("runs").all(run_facts)?,
        },
        "rejected" => Event::Rejected { ticket: ticket()?, errors: f.get("errors").all(build_error)? },
        "checked" => Event::Checked {
            ticket: ticket()?,
            errors: f.get("errors").all(build_error)?,
            notes: f.get("notes").all(note)?,
        },
        "frame" => Event::Frame { runs: f.get("runs").all(run_frame)?, playing: flag(f, "playing")? },
        "given" => Event::Given { key: words(f, "key")?, shape: shape(f.get("shape"))? },
        "said" => Event::Said {
            run: whole(f, "run")? as u32,
            words: words(f, "words")?,
            backend: f.get("backend").one_of(&BACKENDS)?,
        },
        "exported" => Event::Exported { name: words(f, "name")?, mime: words(f, "mime")? },
        "refused" => Event::Refused { error: build_error(f.get("error"))? },
        _ => return None,
    })
}

fn build_error(v: &Plain) -> Option<BuildError> {
    let at = v.get("at").maybe(Plain::number)?.map(|at| at as usize);
    Some(BuildError { field: words(v, "field")?, message: words(v, "message")?, at })
}

fn problem_facts(v: &Plain) -> Option<ProblemFacts> {
    Some(ProblemFacts {
        summary: words(v, "summary")?,
        series: v.get("series").all(series)?,
        pictures: v.get("pictures").all(picture)?,
        given: v.get("given").all(picture)?,
        notes: v.get("notes").all(note)?,
        levels: v.get("levels").all(level)?,
        labels: v.get("labels").all(string)?,
        remarks: v.get("remarks").all(string)?,
    })
}

fn picture(v: &Plain) -> Option<PictureInfo> {
    let (key, label) = (text(v, "key")?, text(v, "label")?);
    Some(PictureInfo { key, label, kind: v.get("kind").one_of(&PICTURES)?, signed: flag(v, "signed")? })
}

fn level(v: &Plain) -> Option<Level> {
    Some(Level { series: text(v, "series")?, label: words(v, "label")?, value: real(v, "value")? })
}

fn note(v: &Plain) -> Option<Note> {
    const ALL: [(&str, Severity); 3] =
        [("good", Severity::Good), ("info", Severity::Info), ("warning", Severity::Warning)];
    Some(Note {
        severity: v.get("severity").one_of(&ALL)?,
        field: v.get("field").maybe(string)?.map(Cow::Owned),
        text: words(v, "text")?,
        fixes: v.get("fixes").all(|f| Some(Fix { label: words(f, "label")?, params: params(f).ok()? }))?,
    })
}

fn run_facts(v: &Plain) -> Option<RunFacts> {
    Some(RunFacts {
        label: words(v, "label")?,
        backend: v.get("backend").one_of(&BACKENDS)?,
        backend_reason: words(v, "backend_reason")?,
        prediction: v.get("prediction").maybe(prediction)?,
        predicted_steps: v.get("predicted_steps").maybe(Plain::number)?.map(|n| n as u64),
        diagnostics: v.get("diagnostics").all(series)?,
    })
}

fn prediction(v: &Plain) -> Option<Prediction> {
    Some(Prediction {
        series: text(v, "series")?,
        start: real(v, "start")?,
        factor: real(v, "factor")?,
        bound: flag(v, "bound")?,
        label: words(v, "label")?,
        words: words(v, "words")?,
    })
}

fn run_frame(v: &Plain) -> Option<RunFrame> {
    Some(RunFrame {
        step: whole(v, "step")?,
        status: status(v.get("status"))?,
        words: words(v, "words")?,
        keep_rows: whole(v, "keep_rows")? as u32,
        picture: v.get("picture").maybe(shape)?,
    })
}

fn status(v: &Plain) -> Option<Status> {
    match v.variant()? {
        ("ready", _) => Some(Status::Ready),
        ("stopped", f) => Some(Status::Stopped { stop: stop(f.get("stop"))? }),
        _ => None,
    }
}

fn stop(v: &Plain) -> Option<Stop> {
    Some(match v.variant()? {
        ("converged", _) => Stop::Converged,
        ("max-steps", _) => Stop::MaxSteps,
        ("stagnated", _) => Stop::Stagnated,
        ("diverged", _) => Stop::Diverged,
        ("breakdown", kind) => Stop::Breakdown(kind.one_of(&BREAKDOWNS)?),
        _ => return None,
    })
}

fn shape(v: &Plain) -> Option<PictureShape> {
    Some(PictureShape {
        kind: v.get("kind").one_of(&PICTURES)?,
        width: whole(v, "width")? as u32,
        height: whole(v, "height")? as u32,
        lo: real(v, "lo")? as f32,
        hi: real(v, "hi")? as f32,
    })
}
