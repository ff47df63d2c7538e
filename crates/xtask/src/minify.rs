//! Scripts and style sheets, minified with esbuild.

use std::path::Path;
use std::process::Command;

use crate::process::{Result, capture};
use crate::setup;

/// A script or a style sheet as it is served.
pub fn minified(path: &Path) -> Result<String> {
    let program = setup::packages().join("esbuild/bin/esbuild");
    let options = ["--minify", "--log-level=warning", "--charset=utf8", "--target=es2022"];
    capture(Command::new("node").arg(program).arg(path).args(options))
}
