//! The native program `iterscope`, which lists, generates and compares.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::{Result, cargo, run, target};

/// Whether the native tests, which run the program, have just built it whole.
static TESTED: AtomicBool = AtomicBool::new(false);

/// The program as the native tests built it will do for what comes after them.
pub fn is_tested() {
    TESTED.store(true, Ordering::Relaxed);
}

fn built() -> PathBuf {
    target().join("debug").join(format!("iterscope{}", env::consts::EXE_SUFFIX))
}

/// The program for what it generates. That does not depend on a graphics device, so the much longer build with one is
/// spared where there is none yet.
pub fn generator() -> Command {
    if TESTED.load(Ordering::Relaxed) {
        return Command::new(built());
    }
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "iterscope-cli", "--no-default-features", "--"]);
    command
}

/// The whole program, for tests that compare with it.
pub fn whole() -> Result<PathBuf> {
    if !TESTED.load(Ordering::Relaxed) {
        run(cargo().args(["build", "--quiet", "--package", "iterscope-cli"]))?;
    }
    Ok(built())
}
