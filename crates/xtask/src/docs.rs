//! What the native program generates from the catalog.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::build;
use crate::process::{Outcome, capture, cargo, root, run};

const METHODS: &str = "docs/methods.md";

/// Writes docs/methods.md, or with `check` only compares it.
pub fn methods(check: bool) -> Outcome {
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
pub fn site(folder: &Path) -> Outcome {
    run(program().arg("site").arg(folder))
}

/// Lists the files in `folder` for the page's service worker.
pub fn offline(folder: &Path) -> Outcome {
    run(program().arg("offline").arg(folder))
}

/// The modules of the worker: each one's name, and the features it is built with.
pub fn modules() -> Outcome<Vec<(String, String)>> {
    let text = list("--modules")?;
    let module = |line: &str| line.split_once(' ').map(|(name, features)| (name.to_owned(), features.to_owned()));
    Ok(text.lines().filter_map(module).collect())
}

fn list(form: &str) -> Outcome<String> {
    let text = capture(program().args(["list", form]))?;
    if text.trim().is_empty() {
        return Err(format!("`iterscope list {form}` printed nothing."));
    }
    Ok(text)
}

/// The native program. What it generates does not depend on a graphics device, so the much longer build with one is
/// spared.
fn program() -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "iterscope-cli", "--no-default-features", "--"]);
    command
}
