//! Running an experiment again and again while one or two of its numbers vary.

use std::path::PathBuf;
use std::rc::Rc;

use iterscope_catalog::check_runs;
use iterscope_core::{BuildError, Measure, SweepAxis, SweepSpec};
use iterscope_sweep::Sweep;

use crate::Failure;
use crate::experiment::{Given, data_file, read_data, read_experiment};
use crate::study::Written;

/// What varies, and what is shown.
#[derive(clap::Args)]
pub struct Args {
    /// The experiment, as JSON; `-` reads standard input.
    file: PathBuf,
    /// What varies: a place, the first and the last value, how many values, and `log` for equal ratios, such as
    /// `runs[0].omega=1:1.95:20` or `problem.n=8:128:5:log`. Once or twice; by default what the experiment's view names.
    #[arg(long, value_name = "PLACE=FROM:TO:POINTS[:log]")]
    vary: Vec<String>,
    /// What is shown of every run: steps, work, seconds (until it converged) or final (the last value of a series).
    #[arg(long)]
    measure: Option<String>,
    /// Key of the series that `final` shows; by default the headline.
    #[arg(long)]
    series: Option<String>,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    written: Written,
}

/// Runs the whole sweep.
pub fn sweep(args: &Args) -> Result<(), Failure> {
    let experiment = read_experiment(&args.file)?;
    let mut spec = experiment.view.sweep.clone().unwrap_or_default();
    if !args.vary.is_empty() {
        spec.axes = args.vary.iter().map(|text| axis(text)).collect::<Result<_, _>>()?;
    }
    if let Some(name) = &args.measure {
        let known: Vec<&str> = Measure::ALL.iter().map(|m| m.1).collect();
        let unknown = || BuildError::new("--measure", format!("`{name}` is none of {}", known.join(", ")));
        spec.measure = Measure::named(name).ok_or_else(unknown)?;
    }
    if let Some(series) = &args.series {
        spec.series.clone_from(series);
    }
    if spec.axes.is_empty() {
        return Err(BuildError::new("--vary", "nothing varies: name a place, such as --vary problem.n=8:64:8").into());
    }
    let data_file = data_file(&args.file, &args.given, &experiment);
    let mut inputs = vec![("the experiment", args.file.as_path())];
    inputs.extend(data_file.as_deref().map(|path| ("its data", path)));
    let format = args.written.check(&inputs)?;
    check_runs(&experiment).map_err(Failure::Input)?;
    let data = read_data(&args.file, &args.given, &experiment)?.map(Rc::new);
    let mut sweep = Sweep::new(&experiment, data, &spec).map_err(|error| named(error, &spec))?;
    args.written.finish(&mut sweep, format)
}

/// What is wrong with an axis is said by its place, which is what was typed.
fn named(error: BuildError, spec: &SweepSpec) -> BuildError {
    let index = error.field.strip_prefix("axes[").and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    match index.and_then(|index| spec.axes.get(index)) {
        Some(axis) => BuildError { field: format!("--vary {}", axis.place), ..error },
        None => error,
    }
}

/// `PLACE=FROM:TO:POINTS[:log]`
fn axis(text: &str) -> Result<SweepAxis, BuildError> {
    let wrong =
        || BuildError::new("--vary", format!("`{text}` is not PLACE=FROM:TO:POINTS or PLACE=FROM:TO:POINTS:log"));
    let (place, range) = text.split_once('=').ok_or_else(wrong)?;
    let parts: Vec<&str> = range.split(':').collect();
    let (numbers, log) = match parts[..] {
        [from, to, points] => ([from, to, points], false),
        [from, to, points, "log"] => ([from, to, points], true),
        _ => return Err(wrong()),
    };
    let real = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(wrong);
    let points = numbers[2].trim().parse().map_err(|_| wrong())?;
    Ok(SweepAxis { place: place.trim().to_owned(), from: real(numbers[0])?, to: real(numbers[1])?, points, log })
}
