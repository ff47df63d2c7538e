//! From an experiment to steppers.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Dataset, Experiment, Instance, Method, MethodInput, ParamInfo, Params, Prediction, Problem,
    ProblemInput, RunSpec, SeriesInfo, Stepper, Value, Values, component, path, phase,
};

use crate::{Devices, components, methods, problems};

/// A problem, built.
pub struct BuiltProblem {
    /// Its description.
    pub problem: &'static Problem,
    /// What methods run on.
    pub instance: Rc<dyn Instance>,
}

/// A run, built.
pub struct BuiltRun {
    /// Its method.
    pub method: &'static Method,
    /// Where it runs; resolved.
    pub backend: Backend,
    /// Why there.
    pub reason: String,
    /// Tells it from the other runs.
    pub label: String,
    /// What theory expects.
    pub prediction: Option<Prediction>,
    /// The run at step 0.
    pub stepper: Box<dyn Stepper>,
    /// For a run on a device: the same run on the CPU.
    pub fallback: Option<Fallback>,
}

/// Builds a stepper when it is needed.
pub type Fallback = Box<dyn FnOnce() -> Result<Box<dyn Stepper>, BuildError>>;

/// The problem of that id.
///
/// # Errors
/// There is none; the field is `problem.id`.
pub fn find_problem(id: &str) -> Result<&'static Problem, BuildError> {
    problems().find(|p| p.info.id == id).ok_or_else(|| {
        let known: Vec<&str> = problems().map(|p| p.info.id.as_ref()).collect();
        BuildError::new("problem.id", format!("unknown problem `{id}`; known: {}", known.join(", ")))
    })
}

/// Builds the problem of `experiment` from `data`, which was read for it.
///
/// # Errors
/// All wrong fields of the problem.
pub fn build_problem(experiment: &Experiment, data: Option<&Dataset>) -> Result<BuiltProblem, Vec<BuildError>> {
    let problem = find_problem(&experiment.problem.id).map_err(|e| vec![e])?;
    let under = |e: BuildError| e.under(path::PROBLEM_PARAMS);
    let values = Values::resolve(&problem.info.params, &experiment.problem.params)
        .map_err(|errors| errors.into_iter().map(under).collect::<Vec<_>>())?;
    if problem.info.data_required && data.is_none() {
        return Err(vec![BuildError::new(path::DATA, "this problem needs data: a file, pasted text or a sample")]);
    }
    let input = ProblemInput { values: &values, data, seed: experiment.seed };
    let place = |e: BuildError| if e.field == "data" { e.under("problem.") } else { under(e) };
    let instance = (problem.build)(&input).map_err(|e| vec![place(e)])?;
    Ok(BuiltProblem { problem, instance })
}

/// Checks what can be known of the problem and its runs before data are read: names, and parameters by themselves.
///
/// # Errors
/// All wrong fields.
pub fn check_runs(experiment: &Experiment) -> Result<(), Vec<BuildError>> {
    let problem = find_problem(&experiment.problem.id).map_err(|e| vec![e])?;
    let under = |errors: Vec<BuildError>, place: &str| errors.into_iter().map(|e| e.under(place)).collect::<Vec<_>>();
    let own = Values::resolve(&problem.info.params, &experiment.problem.params);
    let mut errors = own.err().map(|found| under(found, path::PROBLEM_PARAMS)).unwrap_or_default();
    for (i, spec) in experiment.runs.iter().enumerate() {
        errors.extend(settle(spec, problem).err().map(|found| under(found, &path::in_run(i))).unwrap_or_default());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Builds the runs of `experiment` on `problem`.
///
/// # Errors
/// All wrong fields of all runs.
pub fn build_runs(
    experiment: &Experiment,
    problem: &BuiltProblem,
    devices: &Devices,
) -> Result<Vec<BuiltRun>, Vec<BuildError>> {
    let timed = problem.instance.series().iter().any(|s| s.key == SeriesInfo::TIME);
    if experiment.stop.until.is_some() && !timed {
        return Err(vec![BuildError::new("stop.until", "this problem has no time; leave it out")]);
    }
    let mut runs = Vec::new();
    let mut errors = Vec::new();
    for (i, spec) in experiment.runs.iter().enumerate() {
        match build_run(spec, problem, experiment.seed, devices) {
            Ok(run) => runs.push(run),
            Err(found) => errors.extend(found.into_iter().map(|e| e.under(&path::in_run(i)))),
        }
    }
    if errors.is_empty() { Ok(runs) } else { Err(errors) }
}

/// The method of a run, and the values of its parameters.
fn settle(spec: &RunSpec, problem: &Problem) -> Result<(&'static Method, Values), Vec<BuildError>> {
    let method = methods().find(|m| m.info.id == spec.method.as_str()).ok_or_else(|| {
        let known: Vec<&str> =
            methods().filter(|m| m.info.problems.has(&problem.info.id)).map(|m| m.info.id.as_ref()).collect();
        let why = format!("unknown method `{}`; known for this problem: {}", spec.method, known.join(", "));
        vec![BuildError::new("method", why)]
    })?;
    let info = &method.info;
    if !info.problems.has(&problem.info.id) {
        let fits: Vec<&str> = info.problems.iter().collect();
        let why = format!("{} runs on {}, not on {}", info.id, fits.join(", "), problem.info.id);
        return Err(vec![BuildError::new("method", why)]);
    }
    let values = component::resolve(&info.params, components(method), &spec.params)
        .map_err(|errors| errors.into_iter().map(|e| e.under(path::PARAMS)).collect::<Vec<_>>())?;
    Ok((method, values))
}

fn build_run(
    spec: &RunSpec,
    problem: &BuiltProblem,
    seed: u64,
    devices: &Devices,
) -> Result<BuiltRun, Vec<BuildError>> {
    let (method, values) = settle(spec, problem.problem)?;
    let (mut backend, mut reason) = devices.resolve(method, spec.backend).map_err(|e| vec![e])?;
    let place = |e: BuildError| if e.field == "method" || e.field == "backend" { e } else { e.under(path::PARAMS) };
    let input = |backend| MethodInput { instance: &problem.instance, values: &values, backend, seed };
    let mut stepper = build_stepper(method, &input(backend), devices);
    // The method has kernels, but not for this problem or with these components.
    if let (Err(why), Backend::WebgpuF32, Backend::Auto) = (&stepper, backend, spec.backend) {
        reason = format!("on the CPU: {}", why.message);
        backend = Backend::CpuF64;
        stepper = build_stepper(method, &input(backend), devices);
    }
    let stepper = stepper.map_err(|e| vec![place(e)])?;
    let input = input(backend);
    let (label, prediction) = phase::predict(|| describe(method, &input));
    let fallback = (backend == Backend::WebgpuF32).then(|| {
        let instance = problem.instance.clone();
        let build = move || {
            let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed };
            (method.build)(&input)
        };
        Box::new(build) as Fallback
    });
    Ok(BuiltRun { method, backend, reason, label, prediction, stepper, fallback })
}

fn build_stepper(method: &Method, input: &MethodInput<'_>, devices: &Devices) -> Result<Box<dyn Stepper>, BuildError> {
    #[cfg(feature = "gpu")]
    if input.backend == Backend::WebgpuF32 {
        let found = iterscope_gpu::METHODS.iter().find(|m| m.id == method.info.id);
        let gone = || BuildError::new("backend", "there is no graphics device");
        let (gpu, on_gpu) = (devices.gpu().ok_or_else(gone)?, found.ok_or_else(gone)?);
        return (on_gpu.build)(gpu, input);
    }
    let _ = devices;
    (method.build)(input)
}

/// The label of a run and what theory expects of it.
fn describe(method: &Method, input: &MethodInput<'_>) -> (String, Option<Prediction>) {
    let info = &method.info;
    let schema = component::schema(&info.params, components(method), input.values.given());
    (label(&info.label, &schema, input.values), method.predict.and_then(|predict| predict(input)))
}

/// The label of a run whose parameters are now those of `spec`, with these `live` parameters of the problem, and what theory
/// expects of it; nothing where they do not fit.
pub fn describe_again(
    spec: &RunSpec,
    problem: &BuiltProblem,
    seed: u64,
    backend: Backend,
    live: &Params,
) -> Option<(String, Option<Prediction>)> {
    let method = methods().find(|m| m.info.id == spec.method.as_str())?;
    let values = component::resolve(&method.info.params, components(method), &spec.params).ok()?;
    let changed = if live.is_empty() { None } else { problem.instance.with_live(live) };
    let instance = changed.as_ref().unwrap_or(&problem.instance);
    let (label, mut prediction) = describe(method, &MethodInput { instance, values: &values, backend, seed });
    if let Some(prediction) = prediction.as_mut().filter(|_| changed.is_none() && !live.is_empty()) {
        prediction
            .words
            .push_str(" This is of the problem as it began: with its parameters now it would take long to say.");
    }
    Some((label, prediction))
}

/// The method's label with what differs from the defaults, such as `SOR, ω 1.97`.
fn label(method: &str, schema: &[ParamInfo], values: &Values) -> String {
    let mut out = method.to_owned();
    let relevant = |p: &&ParamInfo| p.relevant(schema, |key| values.get(key).cloned());
    let changed = schema.iter().filter(relevant).filter(|p| values.get(&p.key) != Some(&p.default));
    for p in changed.take(2) {
        match values.get(&p.key) {
            Some(Value::Bool(true)) => out.push_str(&format!(", {}", p.label)),
            Some(Value::Bool(false)) => out.push_str(&format!(", no {}", p.label)),
            Some(value) => out.push_str(&format!(", {} {value}", p.label)),
            None => {}
        }
    }
    out
}

/// Steps that theory expects to the tolerance of `experiment`, where it expects any.
pub fn prediction_steps(experiment: &Experiment, prediction: Option<&Prediction>) -> Option<u64> {
    prediction.and_then(|p| p.steps_to(experiment.stop.rtol))
}
