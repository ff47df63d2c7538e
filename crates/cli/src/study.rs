//! Studies of many runs: their work with a bar, and their report as text or file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use iterscope_core::BuildError;
use iterscope_report::{Format, encode};
use iterscope_sweep::Study;

use crate::{Failure, out, print};

/// Where a report goes, and as what.
#[derive(clap::Args)]
pub struct Written {
    /// The format: csv, tex, json, md, svg or html; by default what the name of the file ends in, or csv.
    #[arg(long)]
    format: Option<String>,
    /// Writes to a file in place of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Written {
    /// The format; checked before anything runs, as that the file overwrites none of the inputs.
    pub fn check(&self, inputs: &[(&str, &Path)]) -> Result<Format, Failure> {
        let ending = self.out.as_ref().and_then(|path| path.extension());
        let ending = ending.map(|e| e.to_string_lossy().to_ascii_lowercase());
        let name = self.format.clone().or(ending).unwrap_or_else(|| "csv".into());
        let format = Format::from_name(&name).map_err(|e| BuildError::new("--format", e))?;
        let outputs: Vec<_> = self.out.iter().map(|path| ("--out", path.as_path())).collect();
        out::check(inputs, &outputs)?;
        Ok(format)
    }

    /// Makes all runs, says in words what they came to, and writes the rest.
    pub fn finish(&self, study: &mut dyn Study, format: Format) -> Result<(), Failure> {
        let style = ProgressStyle::with_template("{bar:32} {percent} % {elapsed}");
        let bar = ProgressBar::new(1000);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let zero = Instant::now();
        let clock = || zero.elapsed().as_secs_f64();
        while study.work(&clock, 0.1) < 1.0 {
            bar.set_position((1000.0 * study.share()) as u64);
        }
        bar.finish_and_clear();
        let report = study.report();
        for text in report.texts() {
            eprintln!("iterscope: {text}");
        }
        let text = encode(&report, study.title(), format).map_err(|e| BuildError::new("--format", e))?;
        match &self.out {
            Some(path) => out::write_file(path, text.as_bytes()),
            None => print(&text),
        }
    }
}
