//! Comparing methods over a set of problems.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use iterscope_catalog::check_runs;
use iterscope_core::{BuildError, Experiment};
use iterscope_sweep::{Profile, ProfileProblem};

use crate::Failure;
use crate::experiment::{Given, read_data, read_experiment};
use crate::study::Written;

/// Which methods, on which problems.
#[derive(clap::Args)]
pub struct Args {
    /// Experiments: files, or ids of presets such as `pde.sor-race`. The runs of the first are compared on the problems of all of them, each with
    /// the seed and the stop rule of its own experiment.
    #[arg(required = true, value_name = "EXPERIMENT")]
    experiments: Vec<PathBuf>,
    /// How many seeds of each problem; each of them counts as a problem.
    #[arg(long, default_value_t = 1)]
    seeds: u32,
    #[command(flatten)]
    written: Written,
}

/// Runs every method on every problem.
pub fn profile(args: &Args) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let files = args.experiments.iter().filter(|file| preset(file).is_none());
    let inputs: Vec<(&str, &Path)> = files.map(|file| ("an experiment", file.as_path())).collect();
    let format = args.written.check(&inputs)?;
    for file in &args.experiments {
        let name = file.file_stem().filter(|_| preset(file).is_none()).unwrap_or(file.as_os_str());
        let experiment = match preset(file) {
            Some(json) => Experiment::from_json(json)?,
            None => read_experiment(file)?,
        };
        // A wrong number is no problem that nobody solves.
        let bare = Experiment { runs: Vec::new(), ..experiment.clone() };
        let under = |error: BuildError| error.under(&format!("{}: ", file.display()));
        check_runs(&bare).map_err(|errors| Failure::Input(errors.into_iter().map(under).collect()))?;
        let data = read_data(file, &Given::default(), &experiment)?.map(Rc::new);
        problems.push(ProfileProblem { name: name.to_string_lossy().into_owned(), experiment, data });
    }
    let Some(methods) = problems.first().map(|first| first.experiment.clone()) else {
        return Err(BuildError::new("EXPERIMENT", "at least one is needed").into());
    };
    let field = |error: BuildError| match error.field.as_str() {
        "seeds" => BuildError { field: "--seeds".into(), ..error },
        "methods" => BuildError { field: args.experiments[0].display().to_string(), ..error },
        _ => BuildError { field: "EXPERIMENT".into(), ..error },
    };
    let mut profile = Profile::new(&methods, problems, args.seeds).map_err(field)?;
    args.written.finish(&mut profile, format)
}

/// The preset of that id, where there is no such file.
fn preset(file: &Path) -> Option<&'static str> {
    let id = file.to_str().filter(|_| !file.exists())?;
    iterscope_catalog::presets().find(|preset| preset.id == id).map(|preset| preset.json)
}
