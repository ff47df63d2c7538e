//! Running an experiment.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use iterscope_catalog::{BuiltRun, build_problem, build_runs, check_changes, check_runs, prediction_steps, refit};
use iterscope_core::{Backend, BuildError, Status, Stop, Work, brush};
use iterscope_data::Format;
use iterscope_driver::{Plan, Run, Traced, trace_csv, trace_hash};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::experiment::{Given, data_file, find_devices, finish, read_data, read_experiment};
use crate::out::{self, write_file};
use crate::phases::{Phases, Seconds};
use crate::watch::Watch;
use crate::{Failure, print};

/// What to run, and what to write.
#[derive(clap::Args)]
pub struct Args {
    /// The experiment, as JSON; `-` reads standard input.
    file: PathBuf,
    #[command(flatten)]
    given: Given,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    /// Writes all traces as CSV.
    #[arg(long, value_name = "FILE.csv")]
    trace: Option<PathBuf>,
    /// Writes the result of one run: a ranking, a completed matrix or a field, as .csv, .npy, .npz or .json.
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
    /// The run whose result is written, counted from 0.
    #[arg(long, value_name = "INDEX", default_value_t = 0, requires = "result")]
    result_run: usize,
}

/// What one run took.
#[derive(Serialize)]
struct Took {
    run: f64,
    /// The referee's looks on the way.
    measure: f64,
}

#[derive(Serialize)]
struct Report {
    method: String,
    label: String,
    backend: Backend,
    backend_reason: String,
    stop: &'static str,
    words: String,
    steps: u64,
    predicted_steps: Option<u64>,
    work: Work,
    seconds: Took,
    r#final: Map<String, Value>,
    trace_hash: String,
    said: Vec<String>,
}

/// Runs every run of the experiment.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut experiment = read_experiment(&args.file)?;
    // Everything that could be wrong with what was asked for is found before anything runs.
    let format = args.result.as_deref().map(result_format).transpose()?;
    if args.result_run >= experiment.runs.len() {
        let why = format!("there are {} runs, counted from 0", experiment.runs.len());
        return Err(BuildError::new("--result-run", why).into());
    }
    let csv = |path: &Path| path.extension().is_none_or(|e| e.eq_ignore_ascii_case("csv"));
    if let Some(path) = args.trace.as_deref().filter(|path| !csv(path)) {
        let why = format!("traces are written as CSV, and {} does not end in .csv", path.display());
        return Err(BuildError::new("--trace", why).into());
    }
    let data_file = data_file(&args.file, &args.given, &experiment);
    let mut inputs = vec![("the experiment", args.file.as_path())];
    inputs.extend(data_file.as_deref().map(|path| ("its data", path)));
    let outputs = [("--trace", &args.trace), ("--result", &args.result)];
    let outputs: Vec<_> = outputs.iter().filter_map(|(option, path)| Some((*option, path.as_deref()?))).collect();
    out::check(&inputs, &outputs)?;
    check_runs(&experiment).map_err(Failure::Input)?;
    let watch = Rc::new(Watch::start("reading the data"));
    let phases = Phases::start(&watch);
    let read_at = Instant::now();
    let data = read_data(&args.file, &args.given, &experiment)?;
    let read = read_at.elapsed().as_secs_f64();
    watch.at("building the problem and its runs");
    let built_at = Instant::now();
    let problem = build_problem(&experiment, data.as_ref()).map_err(Failure::Input)?;
    check_changes(&mut experiment, Some(&*problem.instance)).map_err(Failure::Input)?;
    // The problem holds what it needs of them.
    let remarks = data.map(|d| d.remarks().to_vec()).unwrap_or_default();
    let devices = find_devices(&experiment);
    let series = problem.instance.series();
    if !args.json {
        // Some problems say the remarks among their notes; they were said before.
        let notes = problem.instance.notes().iter().map(|n| &n.text).filter(|n| !remarks.iter().any(|r| r.text == **n));
        print(&format!("{}: {}\n", problem.problem.info.id, problem.instance.summary()))?;
        for line in notes {
            print(&format!("  {line}\n"))?;
        }
    }
    let built = build_runs(&experiment, &problem, &devices).map_err(Failure::Input)?;
    let inside = phases.seconds();
    let build = built_at.elapsed().as_secs_f64() - inside.reference - inside.predict;
    let stop = interruption()?;
    let mut reports = Vec::new();
    let mut runs = Vec::new();
    for (index, (b, spec)) in built.into_iter().zip(&experiment.runs).enumerate() {
        let predicted_steps = prediction_steps(&experiment, b.prediction.as_ref());
        let BuiltRun { method, backend, reason, label, prediction, stepper, fallback } = b;
        let keys: Vec<String> =
            series.iter().chain(method.info.diagnostics.iter()).map(|s| s.key.to_string()).collect();
        let (run_at, referred) = (Instant::now(), phases.seconds().reference);
        let plan =
            Plan::new(stepper, series, method.info.diagnostics.len(), experiment.stop).expecting(prediction.as_ref());
        let changes = experiment.changes_of(index);
        let mut run = Run::new(Plan { plateaus: method.info.plateaus, fallback, index, changes, ..plan });
        let mut said = finish(&mut run, &label, &experiment, &watch, &stop)?;
        let referred = phases.seconds().reference - referred;
        let measure = (run_at.elapsed().as_secs_f64() - run.seconds() - referred).max(0.0);
        let made = run.changes().iter().filter(|c| c.step <= run.shown());
        said.extend(made.map(|c| match brush::field_of(&c.key) {
            Some(field) => format!("At step {} something was painted on {field}: {}.", c.step, c.value),
            None => format!("At step {} {} was changed to {}.", c.step, c.key, c.value),
        }));
        let interrupted = run.status() == Status::Ready && stop.load(Ordering::Relaxed);
        let (word, words) = match run.status() {
            _ if interrupted => ("interrupted", format!("Interrupted at step {}.", run.shown())),
            Status::Stopped(stop) => (stop.word(), run.explain(series).unwrap_or_default()),
            Status::Ready => (Stop::MaxSteps.word(), String::new()),
        };
        let last = run.history().last();
        let values = last.map_or(&[][..], |row| row.values);
        let report = Report {
            method: spec.method.clone(),
            label,
            backend,
            backend_reason: reason,
            stop: word,
            words,
            steps: run.shown(),
            predicted_steps,
            work: last.map(|row| row.work).unwrap_or_default(),
            seconds: Took { run: run.seconds(), measure },
            r#final: keys.iter().cloned().zip(values.iter().map(|&v| json!(v))).collect(),
            trace_hash: format!("{:016x}", trace_hash(run.history())),
            said,
        };
        if !args.json {
            print(&plain(&report, prediction.map(|p| p.words)))?;
        }
        if interrupted {
            eprintln!("iterscope: interrupted in runs[{index}] at step {}", report.steps);
        }
        reports.push(report);
        runs.push((run, keys));
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    let unstarted = runs.len()..experiment.runs.len();
    if !unstarted.is_empty() {
        eprintln!("iterscope: {} of {} runs were not started", unstarted.len(), experiment.runs.len());
    }
    watch.at("writing");
    let write_at = Instant::now();
    if let Some(path) = &args.trace {
        let traced = runs.iter().zip(&experiment.runs).map(|((run, keys), spec)| Traced {
            method: &spec.method,
            keys: keys.iter().map(String::as_str).collect(),
            history: run.history(),
        });
        write_file(path, trace_csv(&traced.collect::<Vec<_>>()).as_bytes())?;
    }
    if args.result.is_some() && unstarted.contains(&args.result_run) {
        eprintln!("iterscope: --result: runs[{}] was not started, nothing is written", args.result_run);
    }
    let index = args.result_run;
    if let (Some(path), Some(format), Some((run, _))) = (&args.result, format, runs.get_mut(index)) {
        let whole = run
            .snapshot()
            .and_then(|x| refit(&problem, &experiment.runs[index], experiment.seed, run.shown(), run.changes(), &*x));
        let artifact = match whole {
            Some(artifact) => artifact?,
            None => run.result().map_err(|e| Failure::Environment(e.to_string()))?,
        };
        let bytes = iterscope_data::encode(&artifact, format).map_err(|e| BuildError::new("--result", e))?;
        write_file(path, &bytes)?;
    }
    let seconds = Seconds {
        read,
        build,
        run: reports.iter().map(|r| r.seconds.run).sum(),
        measure: reports.iter().map(|r| r.seconds.measure).sum(),
        write: write_at.elapsed().as_secs_f64(),
        ..phases.seconds()
    };
    if !args.json {
        print(&format!("{}\n", seconds.words()))?;
    }
    if args.json {
        let whole = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "problem": experiment.problem.id,
            "summary": problem.instance.summary(),
            "remarks": remarks,
            "notes": problem.instance.notes(),
            "seconds": seconds,
            "runs": reports,
        });
        print(&format!("{whole:#}\n"))?;
    }
    if stop.load(Ordering::Relaxed) { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Set by Ctrl-C; a second one ends the program at once.
fn interruption() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let signal = signal_hook::consts::SIGINT;
    signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
        .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
        .map_err(|e| Failure::Environment(e.to_string()))?;
    Ok(flag)
}

fn plain(r: &Report, prediction: Option<String>) -> String {
    let mut out = format!("{} on {} ({})\n", r.label, r.backend, r.backend_reason);
    if let Some(words) = prediction {
        out.push_str(&format!("  expected: {words}\n"));
    }
    for said in &r.said {
        out.push_str(&format!("  {said}\n"));
    }
    out.push_str(&format!("  {} after {} steps, {:.3} s\n", r.words, r.steps, r.seconds.run));
    for (key, value) in &r.r#final {
        out.push_str(&format!("  {key:<24} {value}\n"));
    }
    out
}

fn result_format(path: &Path) -> Result<Format, Failure> {
    Format::from_name(&path.to_string_lossy()).map_err(|e| BuildError::new("--result", e).into())
}
