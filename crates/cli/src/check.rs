//! The paper checks.

use std::fmt::Write;

use iterscope_core::{Finding, PaperCheck};
use serde::Serialize;

use crate::{Failure, print};
use iterscope_core::BuildError;

/// Which checks.
#[derive(clap::Args)]
pub struct Args {
    /// Ids of checks or methods, or beginnings of them; all if none is given.
    ids: Vec<String>,
    /// One JSON array.
    #[arg(long)]
    json: bool,
}

/// One claim with where it comes from.
#[derive(Serialize)]
pub struct Row {
    id: &'static str,
    source: &'static str,
    methods: &'static [&'static str],
    preset: Option<&'static str>,
    #[serde(flatten)]
    finding: Finding,
}

/// Runs a check.
pub fn rows(check: &'static PaperCheck) -> Vec<Row> {
    let PaperCheck { id, source, methods, preset, run } = *check;
    run().into_iter().map(|finding| Row { id, source, methods, preset, finding }).collect()
}

/// Runs the checks and reports.
pub fn check(args: &Args) -> Result<(), Failure> {
    let wanted = |c: &PaperCheck, id: &str| c.id.starts_with(id) || c.methods.contains(&id);
    for id in &args.ids {
        if !iterscope_catalog::checks().any(|c| wanted(c, id)) {
            let known: Vec<&str> = iterscope_catalog::checks().map(|c| c.id).collect();
            return Err(BuildError::new("id", format!("no check is called `{id}`; known: {}", known.join(", "))).into());
        }
    }
    let chosen = iterscope_catalog::checks().filter(|c| args.ids.is_empty() || args.ids.iter().any(|id| wanted(c, id)));
    let mut all = Vec::new();
    for check in chosen {
        let rows = rows(check);
        if !args.json {
            let mut out = format!("{} ({})\n", check.id, check.source);
            for row in &rows {
                let f = &row.finding;
                let verdict = match (f.ok, f.known_not_reproduced) {
                    (_, true) => "not reproduced (known)",
                    (true, false) => "ok",
                    (false, false) => "FAILED",
                };
                let _ = writeln!(
                    out,
                    "  {verdict:22} {}: claimed {}, measured {} (tolerance {:e})",
                    f.claim, f.expected, f.measured, f.tolerance
                );
            }
            print(&out)?;
        }
        all.extend(rows);
    }
    let failed = all.iter().filter(|r| !r.finding.ok && !r.finding.known_not_reproduced).count();
    if args.json {
        let json = serde_json::to_string_pretty(&all).map_err(|e| Failure::Environment(e.to_string()))?;
        print(&(json + "\n"))?;
    } else {
        let known = all.iter().filter(|r| r.finding.known_not_reproduced).count();
        print(&format!("{} claims: {failed} failed, {known} known not to reproduce\n", all.len()))?;
    }
    if failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}
