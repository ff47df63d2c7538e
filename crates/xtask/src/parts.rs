//! Takes the modules of a page that is to be published apart: what the first screens call stays together, the rest becomes parts that
//! are loaded when they are called (crates/split).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{copy, fresh, linked, read, write};
use crate::process::{Result, cargo, root, run, target};
use crate::system;

/// What is loaded together, by the paths of its functions: questions beside the race; readers of files. Everything else is one more part.
const SOLVERS: &[&str] = &[
    "::analyses::,iterscope_report,iterscope_sweep",
    "iterscope_data,iterscope_visualpde,miniz_oxide,flate2,png::,zune,gif::,weezl,tiff::,image_webp,unicode_normalization",
];

/// Takes the modules in `folders` of the page at `stage` apart, after a browser told what their first screens call. Without a browser they
/// stay whole, which is said.
pub fn take_apart(stage: &Path, folders: &[&str]) -> Result {
    let chromium = match system::chromium() {
        Ok(chromium) => chromium,
        Err(sentence) => {
            println!("build: the modules stay whole. {sentence}");
            return Ok(());
        }
    };
    let marked = target().join("xtask/marked");
    fresh(&marked)?;
    copy(stage, &marked)?;
    for folder in folders {
        let module = module(stage, folder)?;
        run(tool().arg("mark").arg(&module).arg(marked.join(module.strip_prefix(stage).unwrap_or(&module))))?;
    }
    let needed = target().join("xtask/needed");
    fresh(&needed)?;
    let recorder = root().join("tests/browser/needed.mjs");
    run(Command::new("node").arg(recorder).arg(&marked).arg(&needed).env("CHROMIUM", chromium))?;
    for folder in folders {
        let (module, parts) = (module(stage, folder)?, target().join("xtask/parts"));
        fresh(&parts)?;
        let list = needed.join(format!("{}.txt", folder.replace('/', "-")));
        let paths = if folder.starts_with("worker/") { SOLVERS } else { &[] };
        run(tool().arg("part").arg(&module).arg(linked(folder)).arg(&list).arg(&parts).args(paths))?;
        write(&module, &read(&parts.join("first.wasm"))?)?;
        for part in 0..=paths.len() {
            let name = format!("part{part}.wasm");
            copy(&parts.join(&name), &stage.join(folder).join(&name))?;
        }
    }
    Ok(())
}

/// Builds the tool that reads and writes modules.
pub fn build_tool() -> Result {
    run(cargo().args(["build", "--quiet", "--package", "iterscope-split"]))
}

/// The tool that reads and writes modules.
pub fn tool() -> Command {
    Command::new(target().join("debug/iterscope-split"))
}

/// The module in a folder of the page.
pub fn module(stage: &Path, folder: &str) -> Result<PathBuf> {
    let folder = stage.join(folder);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with("_bg.wasm"));
    found.next().ok_or_else(|| format!("{} holds no module", folder.display()))
}
