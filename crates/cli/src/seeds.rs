//! Running an experiment with one seed after the other.

use std::path::PathBuf;
use std::rc::Rc;

use iterscope_catalog::check_runs;
use iterscope_core::BuildError;
use iterscope_sweep::Seeds;

use crate::Failure;
use crate::experiment::{Given, data_file, read_data, read_experiment};
use crate::study::Written;

/// How many seeds, and what is shown.
#[derive(clap::Args)]
pub struct Args {
    /// The experiment, as JSON; `-` reads standard input.
    file: PathBuf,
    /// How many seeds, from that of the experiment on.
    #[arg(long, default_value_t = 20)]
    count: u32,
    /// Key of the series that is drawn and whose last value is in the tables; by default the headline.
    #[arg(long, default_value = "")]
    series: String,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    written: Written,
}

/// Runs all seeds.
pub fn seeds(args: &Args) -> Result<(), Failure> {
    let experiment = read_experiment(&args.file)?;
    let data_file = data_file(&args.file, &args.given, &experiment);
    let mut inputs = vec![("the experiment", args.file.as_path())];
    inputs.extend(data_file.as_deref().map(|path| ("its data", path)));
    let format = args.written.check(&inputs)?;
    check_runs(&experiment).map_err(Failure::Input)?;
    let data = read_data(&args.file, &args.given, &experiment)?.map(Rc::new);
    let seeds = Seeds::new(&experiment, data, args.count, &args.series);
    let mut seeds = seeds.map_err(|error| BuildError { field: "--count".into(), ..error })?;
    args.written.finish(&mut seeds, format)
}
