//! What the native program generates from the catalog.

use std::fs;

use crate::build;
use crate::process::{Outcome, capture, cargo, root};

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

/// The mathematics of the problems and methods, as JSON.
pub fn math() -> Outcome<String> {
    list("--math")
}

fn list(form: &str) -> Outcome<String> {
    let text = capture(cargo().args(["run", "--quiet", "--package", "iterscope-cli", "--", "list", form]))?;
    if text.trim().is_empty() {
        return Err(format!("`iterscope list {form}` printed nothing."));
    }
    Ok(text)
}
