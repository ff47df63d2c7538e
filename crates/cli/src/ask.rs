//! Asking about a problem or a run.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use iterscope_catalog::{BuiltRun, Shown, ask, build_problem, build_runs, check_changes, check_runs, parted};
use iterscope_core::{Artifact, BuildError, Params, Report, Str, Value, clock};
use iterscope_driver::{Plan, Run};
use iterscope_report::encode;

use crate::experiment::{Given, data_file, find_devices, finish, read_data, read_experiment};
use crate::watch::Watch;
use crate::{Failure, out, print};

/// What is asked of what.
#[derive(clap::Args)]
pub struct Args {
    /// The experiment, as JSON; `-` reads standard input.
    file: PathBuf,
    /// The question, such as `ranking.intervals`; `iterscope list` names those there are.
    analysis: String,
    /// A parameter of the question; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The run that is asked about, counted from 0.
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    run: usize,
    #[command(flatten)]
    given: Given,
    /// The format: md, csv, json, svg, html, npy or npz; by default what the name of the file ends in, or md.
    #[arg(long)]
    format: Option<String>,
    /// Writes the answer to a file in place of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs what is asked about to its end, then answers.
pub fn answer(args: &Args) -> Result<(), Failure> {
    let mut experiment = read_experiment(&args.file)?;
    let ending = args.out.as_ref().and_then(|path| path.extension()).map(|e| e.to_string_lossy().to_ascii_lowercase());
    let name = args.format.clone().or(ending).unwrap_or_else(|| "md".into());
    let format = Format::from_name(&name).map_err(|e| BuildError::new("--format", e))?;
    if matches!(format, Format::Arrays(_)) && args.out.is_none() {
        return Err(BuildError::new("--format", format!("{name} is no text: say by --out where it goes")).into());
    }
    let params = params(&args.set)?;
    let data_file = data_file(&args.file, &args.given, &experiment);
    let mut inputs = vec![("the experiment", args.file.as_path())];
    inputs.extend(data_file.as_deref().map(|path| ("its data", path)));
    let outputs: Vec<_> = args.out.iter().map(|path| ("--out", path.as_path())).collect();
    out::check(&inputs, &outputs)?;
    check_runs(&experiment).map_err(Failure::Input)?;
    let watch = Watch::start("reading the data");
    let data = read_data(&args.file, &args.given, &experiment)?.map(Rc::new);
    watch.at("building the problem");
    let problem = Rc::new(build_problem(&experiment, data.as_deref()).map_err(Failure::Input)?);
    check_changes(&mut experiment, Some(&*problem.instance)).map_err(Failure::Input)?;
    let built = build_runs(&experiment, &problem, &find_devices(&experiment)).map_err(Failure::Input)?;
    let count = built.len();
    let Some(run) = built.into_iter().nth(args.run) else {
        return Err(BuildError::new("--run", format!("there are {count} runs, counted from 0")).into());
    };
    let question = (args.analysis.as_str(), &params);
    let about_run = iterscope_catalog::analyses()
        .any(|a| a.info.id == args.analysis.as_str() && a.info.subject == iterscope_core::Subject::Run);
    let shown = if about_run { Some(finished(run, args.run, &experiment, &problem, &watch)?) } else { None };
    if let Some(shown) = &shown {
        // Of the run as it is shown: with the parameters of that step.
        let params = experiment.params_at(args.run, shown.step);
        (experiment.runs[args.run].params, _) = parted(params, &*problem.instance);
        experiment.changes.clear();
    }
    let begun = Instant::now();
    clock::lend(Some(Box::new(move || begun.elapsed().as_secs_f64())));
    let mut answer = ask(&experiment, &problem, data, shown, question)?;
    watch.at(&answer.analysis.info.label);
    let style = ProgressStyle::with_template("{msg} {bar:32} {percent} % {elapsed}");
    let bar = ProgressBar::new(1000).with_message(answer.analysis.info.label.to_string());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    loop {
        let share = answer.work()?;
        if share >= 1.0 {
            break;
        }
        bar.set_position((1000.0 * share) as u64);
    }
    bar.finish_and_clear();
    let report = answer.report();
    let bytes = match format {
        Format::Report(format) => encode(&report, &answer.analysis.info.label, format).map(String::into_bytes),
        Format::Arrays(format) => only_table(&report).and_then(|table| iterscope_data::encode(&table, format)),
    };
    let bytes = bytes.map_err(|e| BuildError::new("--format", e))?;
    match &args.out {
        Some(path) => out::write_file(path, &bytes),
        None => print(&String::from_utf8_lossy(&bytes)),
    }
}

/// What an answer is written as.
enum Format {
    /// All of it.
    Report(iterscope_report::Format),
    /// Its table, as arrays of NumPy.
    Arrays(iterscope_data::Format),
}

impl Format {
    fn from_name(name: &str) -> Result<Self, String> {
        match name {
            "npy" => Ok(Format::Arrays(iterscope_data::Format::Npy)),
            "npz" => Ok(Format::Arrays(iterscope_data::Format::Npz)),
            _ => iterscope_report::Format::from_name(name).map(Format::Report).map_err(|e| format!("{e}, npy, npz")),
        }
    }
}

/// The table of an answer that has one.
fn only_table(report: &Report) -> Result<Artifact, String> {
    let tables: Vec<_> = report.tables().collect();
    let [table] = tables[..] else {
        return Err(format!("this answer has {} tables, and an array holds one: take csv or json", tables.len()));
    };
    let columns = table.columns.iter().map(|c| c.label.to_string()).collect();
    Ok(Artifact::Table { columns, rows: table.rows.clone() })
}

fn finished(
    built: BuiltRun,
    index: usize,
    experiment: &iterscope_core::Experiment,
    problem: &iterscope_catalog::BuiltProblem,
    watch: &Watch,
) -> Result<Shown, Failure> {
    let series = problem.instance.series();
    let BuiltRun { method, label, stepper, fallback, prediction, .. } = built;
    let plan =
        Plan::new(stepper, series, method.info.diagnostics.len(), experiment.stop).expecting(prediction.as_ref());
    let changes = experiment.changes_of(index);
    let mut run = Run::new(Plan { plateaus: method.info.plateaus, fallback, index, changes, ..plan });
    finish(&mut run, &label, experiment, watch, &AtomicBool::new(false))?;
    let words = run.explain(series).unwrap_or_default();
    Ok(Shown { index, label, step: run.shown(), words, iterate: run.snapshot() })
}

/// `KEY=VALUE` pairs; a value is what it looks like.
fn params(pairs: &[String]) -> Result<Params, BuildError> {
    let mut out = Params::new();
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(BuildError::new("--set", format!("`{pair}` is not KEY=VALUE")));
        };
        let typed = match value {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match (value.parse::<i64>(), value.parse::<f64>()) {
                (Ok(whole), _) => Value::Int(whole),
                (_, Ok(real)) => Value::Real(real),
                _ => Value::Text(Str::Owned(value.to_owned())),
            },
        };
        out.insert(key.to_owned(), typed);
    }
    Ok(out)
}
