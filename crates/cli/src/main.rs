//! The native program: what was seen in the page, repeated, measured and checked outside it.

mod ask;
mod check;
mod experiment;
mod import;
mod list;
mod llms;
mod offline;
mod out;
mod phases;
mod profile;
mod run;
mod schema;
mod seeds;
mod site;
mod study;
mod sweep;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use iterscope_core::BuildError;

/// Watch iterative methods race: PDE, matrix completion, ranking.
#[derive(Parser)]
#[command(name = "iterscope", version, about)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows families, problems, methods, parameters, backends and citations.
    List(list::Args),
    /// Runs an experiment.
    Run(run::Args),
    /// Asks about a problem or a run: intervals, fit, stability, predictions.
    Ask(ask::Args),
    /// Runs an experiment again and again while one or two of its numbers vary.
    Sweep(sweep::Args),
    /// Runs an experiment with one seed after the other: medians, bands, intervals.
    Seeds(seeds::Args),
    /// Compares methods over a set of problems: which share each solves within a factor of the best.
    Profile(profile::Args),
    /// Makes an experiment of a simulation of VisualPDE.
    Import(import::Args),
    /// Measures what the sources of the methods claim.
    Check(check::Args),
    /// Writes the generated files of the page into a folder.
    #[command(hide = true)]
    Site {
        /// The folder.
        folder: PathBuf,
    },
    /// Lists the files of a page for its service worker, after the last of them was written.
    #[command(hide = true)]
    Offline {
        /// The folder.
        folder: PathBuf,
    },
}

/// Why the program ends with another status than 0.
enum Failure {
    /// Bad input: 2.
    Input(Vec<BuildError>),
    /// The environment: 1.
    Environment(String),
    /// It was told to stop, and wrote what there was: 130, as shells say.
    Interrupted,
    /// A check failed, and was reported: 1.
    Reported,
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Failure::Input(vec![error])
    }
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::List(args) => list::list(&args),
        Command::Run(args) => run::run(&args),
        Command::Ask(args) => ask::answer(&args),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Seeds(args) => seeds::seeds(&args),
        Command::Profile(args) => profile::profile(&args),
        Command::Import(args) => import::import(&args),
        Command::Check(args) => check::check(&args),
        Command::Site { folder } => site::write(&folder),
        Command::Offline { folder } => offline::write(&folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Input(errors)) => {
            for error in errors {
                eprintln!("iterscope: {error}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Environment(why)) => {
            eprintln!("iterscope: {why}");
            ExitCode::FAILURE
        }
        Err(Failure::Interrupted) => ExitCode::from(130),
        Err(Failure::Reported) => ExitCode::FAILURE,
    }
}

/// Prints to standard output; a reader that has gone away (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Environment(e.to_string())),
        _ => Ok(()),
    }
}
