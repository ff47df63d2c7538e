//! From a simulation of VisualPDE to an experiment.

use std::fs;
use std::path::{Path, PathBuf};

use iterscope_core::BuildError;

use crate::{Failure, out, print};

/// What to import.
#[derive(clap::Args)]
pub struct Args {
    /// A link of VisualPDE in quotes, or a file with a link or with the code that "Copy code" gives there; `-` is standard
    /// input.
    #[arg(value_name = "LINK|FILE")]
    source: String,
    /// Where the experiment goes, instead of standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Writes the experiment; what could not be taken over goes to standard error.
pub fn import(args: &Args) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        out::check(&[("the simulation", Path::new(&args.source))], &[("--out", path)])?;
    }
    let text = read(&args.source)?;
    let imported = iterscope_visualpde::import(&text).map_err(|e| match e.at {
        Some(at) => BuildError::at("import", e.message, at),
        None => BuildError::new("import", e.message),
    })?;
    if let Some(title) = &imported.title {
        eprintln!("iterscope: import: {title}");
    }
    for note in &imported.notes {
        eprintln!("iterscope: import: {note}");
    }
    let json = serde_json::to_string_pretty(&imported.experiment).map_err(|e| Failure::Environment(e.to_string()))?;
    let json = json + "\n";
    match &args.out {
        Some(path) => out::write_file(path, json.as_bytes()),
        None => print(&json),
    }
}

/// The simulation itself, or what is in a file of this name.
fn read(source: &str) -> Result<String, Failure> {
    let path = Path::new(source);
    if source != "-" && !path.exists() && iterscope_visualpde::is_simulation(source) {
        return Ok(source.to_owned());
    }
    let text = if source == "-" { std::io::read_to_string(std::io::stdin()) } else { fs::read_to_string(path) };
    Ok(text
        .map_err(|e| BuildError::new("import", format!("{source} is no link of VisualPDE, and cannot be read: {e}")))?)
}
