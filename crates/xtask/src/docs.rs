//! What the native program generates from the catalog.

use std::fs;
use std::path::Path;

use crate::build;
use crate::process::{Result, capture, root, run};
use crate::program::generator;

const METHODS: &str = "docs/methods.md";

/// Writes docs/methods.md, or with `check` only compares it.
pub fn methods(check: bool) -> Result {
    let fresh = list("--markdown")?;
    let path = root().join(METHODS);
    let current = fs::read_to_string(&path).unwrap_or_default();
    if current == fresh {
        println!("{METHODS} is up to date");
        return Ok(());
    }
    if check {
        return Err(format!("{METHODS} is not what the catalog says: run `cargo xtask docs` and commit it."));
    }
    build::write(&path, fresh.as_bytes())?;
    println!("{METHODS} is written");
    Ok(())
}

/// Writes the page's generated files into `folder`: mathematics, paper checks, thumbnails.
pub fn site(folder: &Path) -> Result {
    run(generator().arg("site").arg(folder))
}

/// Whether every claim of a source that the page at `folder` shows holds, or is known not to reproduce.
pub fn claims_hold(folder: &Path) -> Result {
    let path = folder.join("papers.json");
    let findings: Vec<serde_json::Value> =
        serde_json::from_slice(&build::read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let is = |finding: &serde_json::Value, key: &str| finding[key].as_bool() == Some(true);
    let wrong: Vec<String> = findings
        .iter()
        .filter(|f| !is(f, "ok") && !is(f, "known_not_reproduced"))
        .map(|f| format!("{}: {}: claimed {}, measured {}", f["id"], f["claim"], f["expected"], f["measured"]))
        .collect();
    println!("{} figures of sources, {} differ", findings.len(), wrong.len());
    if findings.is_empty() || !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    Ok(())
}

/// Lists the files in `folder` for the page's service worker.
pub fn offline(folder: &Path) -> Result {
    run(generator().arg("offline").arg(folder))
}

/// The modules of the worker: each one's name, and the features it is built with.
pub fn modules() -> Result<Vec<(String, String)>> {
    let text = list("--modules")?;
    let module = |line: &str| line.split_once(' ').map(|(name, features)| (name.to_owned(), features.to_owned()));
    Ok(text.lines().filter_map(module).collect())
}

fn list(form: &str) -> Result<String> {
    let text = capture(generator().args(["list", form]))?;
    if text.trim().is_empty() {
        return Err(format!("`iterscope list {form}` printed nothing."));
    }
    Ok(text)
}
