//! From a file to an experiment, its data and finished runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use iterscope_catalog::Devices;
use iterscope_core::{BuildError, DataRef, Dataset, Experiment, Reading, path};
use iterscope_driver::{Pumped, Run, next_sample};

use crate::Failure;
use crate::watch::Watch;

/// Reads an experiment; `-` is standard input.
pub fn read_experiment(path: &Path) -> Result<Experiment, Failure> {
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { fs::read_to_string(path) };
    let text = text.map_err(|e| BuildError::new(path.display().to_string(), format!("cannot be read: {e}")))?;
    Ok(Experiment::from_json(&text)?)
}

/// Data to use in place of what an experiment names, and how to read them.
#[derive(Default, clap::Args)]
pub struct Given {
    /// Data to use in place of what the experiment names.
    #[arg(long)]
    data: Option<PathBuf>,
    /// What the columns of the data are for, or how to take what the data leave open, in place of what the experiment says:
    /// `winner,loser,-,count` or `names=merged`.
    #[arg(long, value_name = "COLUMNS")]
    columns: Option<String>,
}

/// The file of the data that [`read_data`] reads, if they are in one.
pub fn data_file(file: &Path, given: &Given, experiment: &Experiment) -> Option<PathBuf> {
    match (&given.data, &experiment.problem.data) {
        (Some(path), _) => Some(path.clone()),
        (None, Some(DataRef::Name(name))) => Some(beside(file, name)),
        _ => None,
    }
}

/// A name in an experiment is relative to the experiment.
fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

/// Reads the data of `experiment`, which stands in `file`, or the data `given` in its place. What is to say of them goes to
/// standard error.
pub fn read_data(file: &Path, given: &Given, experiment: &Experiment) -> Result<Option<Dataset>, Failure> {
    let columns = given.columns.as_deref().or(experiment.problem.columns.as_deref());
    let given = given.data.as_deref();
    let typed = given.map(|p| DataRef::Name(p.to_string_lossy().into_owned()));
    let Some(data) = typed.as_ref().or(experiment.problem.data.as_ref()) else { return Ok(None) };
    let problem = iterscope_catalog::problems().find(|p| p.info.id == experiment.problem.id.as_str());
    let Some(problem) = problem else { return Ok(None) };
    let Some(kind) = problem.info.data else {
        return Err(BuildError::new(path::DATA, format!("{} takes no data", problem.info.id)).into());
    };
    // One on the command line is relative to where that was typed.
    let load = |name: &str| {
        let path = if given.is_some() { PathBuf::from(name) } else { beside(file, name) };
        fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
    };
    let set = iterscope_data::resolve(kind, data, columns, &load)?;
    for remark in set.remarks() {
        eprintln!("iterscope: problem.data: {}", remark.text);
        for Reading { label, columns } in &remark.readings {
            eprintln!("  otherwise: --columns '{columns}' ({label})");
        }
    }
    Ok(Some(set))
}

/// Looks for a graphics device, if a run may go to one.
pub fn find_devices(experiment: &Experiment) -> Devices {
    if !iterscope_catalog::info(Vec::new()).wants_gpu(experiment) {
        return Devices::none("no run asks for a graphics device");
    }
    #[cfg(feature = "gpu")]
    return pollster::block_on(Devices::find());
    #[cfg(not(feature = "gpu"))]
    Devices::none("this program was built without WebGPU")
}

/// Runs to the end, with a progress bar on a terminal; comes back with what happened on the way. Once `stop` is set, it ends
/// at the next row.
pub fn finish(
    run: &mut Run,
    label: &str,
    experiment: &Experiment,
    watch: &Watch,
    stop: &AtomicBool,
) -> Result<Vec<String>, Failure> {
    // Hidden by itself where standard error is not a terminal.
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} steps {elapsed}");
    let max_steps = experiment.stop.max_steps;
    watch.at(label);
    let bar = ProgressBar::new(max_steps).with_message(label.to_owned());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let zero = Instant::now();
    let clock = || zero.elapsed().as_secs_f64();
    let mut said = Vec::new();
    let mut limit = u64::MAX;
    loop {
        let deadline = clock() + 0.1;
        if limit == u64::MAX && stop.load(Ordering::Relaxed) {
            limit = next_sample(run.history().last().map_or(0, |row| row.step)).max(run.shown());
        }
        match run.pump(limit, &clock, deadline).map_err(|e| Failure::Environment(e.to_string()))? {
            Pumped::Done => break,
            Pumped::Pending => std::thread::sleep(Duration::from_micros(200)),
            Pumped::Moved(words) => said.push(words),
            Pumped::More => {
                bar.set_position(run.shown());
                watch.steps(run.shown(), max_steps);
            }
        }
    }
    bar.finish_and_clear();
    Ok(said)
}
