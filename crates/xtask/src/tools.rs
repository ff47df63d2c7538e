//! wasm-pack and wasm-bindgen, the two programs that turn a crate into a module for the browser.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Result, answer, cargo, root, run, which};

/// The one place where wasm-pack's version stands.
const WASM_PACK: &str = "0.15.1";

/// The two programs, each of exactly the version wanted.
pub struct Tools {
    wasm_pack: PathBuf,
    wasm_bindgen: PathBuf,
}

impl Tools {
    /// Finds the tools in `.tools/` or on the search path, installing what is missing or of another version.
    pub fn ensure() -> Result<Self> {
        let bindgen = wasm_bindgen_version()?;
        if let Some(tools) = Self::find(&bindgen) {
            return Ok(tools);
        }
        let mut wanted = Vec::new();
        if find("wasm-pack", WASM_PACK).is_none() {
            wanted.push(format!("wasm-pack@{WASM_PACK}"));
        }
        if find("wasm-bindgen", &bindgen).is_none() {
            wanted.push(format!("wasm-bindgen-cli@{bindgen}"));
        }
        install(&wanted)?;
        Self::find(&bindgen).ok_or_else(|| {
            format!("cargo installed {} into .tools/, but the programs there do not start.", wanted.join(" and "))
        })
    }

    /// wasm-pack, set up to use this wasm-bindgen and the project's own compiler flags.
    pub fn wasm_pack(&self) -> Result<Command> {
        let mut command = Command::new(&self.wasm_pack);
        command.current_dir(root());
        // wasm-pack takes the wasm-bindgen that stands first on the search path.
        let first = self.wasm_bindgen.parent().map(Path::to_path_buf);
        let rest = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(first.into_iter().chain(env::split_paths(&rest)))
            .map_err(|error| format!("the search path cannot be extended: {error}"))?;
        command.env("PATH", path);
        // Either would replace the flags in .cargo/config.toml, and with them SIMD.
        command.env_remove("RUSTFLAGS");
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        Ok(command)
    }

    fn find(bindgen: &str) -> Option<Self> {
        Some(Self { wasm_pack: find("wasm-pack", WASM_PACK)?, wasm_bindgen: find("wasm-bindgen", bindgen)? })
    }
}

fn folder() -> PathBuf {
    root().join(".tools")
}

/// The program `name` that answers `--version` with exactly `version`, ours first.
fn find(name: &str, version: &str) -> Option<PathBuf> {
    let ours = folder().join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    [Some(ours), which(name)].into_iter().flatten().find(|path| {
        answer(Command::new(path).arg("--version"))
            .is_some_and(|answer| answer.split_whitespace().nth(1) == Some(version))
    })
}

fn install(wanted: &[String]) -> Result {
    println!("setup: installing {} into .tools/ (from source, a minute or two)", wanted.join(" and "));
    let scratch = folder().join("target");
    run(cargo()
        .args(["install", "--debug", "--locked", "--root"])
        .arg(folder())
        .args(wanted)
        // One folder for both, so that what they share is compiled once. Debug builds compile
        // several times faster, and the tools' own running time does not matter.
        .env("CARGO_TARGET_DIR", &scratch)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0"))
    .map_err(|error| {
        format!("{} could not be installed: {error}. It needs the network the first time.", wanted.join(" and "))
    })?;
    // Half a gigabyte that nobody needs again; if it stays, nothing breaks.
    fs::remove_dir_all(&scratch).ok();
    Ok(())
}

/// The version of wasm-bindgen in Cargo.lock: its command line must be exactly the same.
fn wasm_bindgen_version() -> Result<String> {
    let lock =
        fs::read_to_string(root().join("Cargo.lock")).map_err(|error| format!("Cargo.lock cannot be read: {error}"))?;
    locked_version(&lock, "wasm-bindgen")
        .map(str::to_owned)
        .ok_or_else(|| "Cargo.lock does not name wasm-bindgen.".into())
}

/// The version of a package in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != entry);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

/// Adds the wasm target and the tools of the format and lint stages to the Rust toolchain.
pub fn ensure_rust(for_tests: bool) -> Result {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let libraries =
        answer(Command::new(rustc).args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]))
            .ok_or("rustc was not found: install Rust with rustup, from https://rustup.rs.")?;
    if !Path::new(&libraries).is_dir() {
        rustup(&["target", "add", "wasm32-unknown-unknown"], "The Rust target wasm32-unknown-unknown")?;
    }
    if for_tests {
        for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
            if answer(cargo().args([subcommand, "--version"])).is_none() {
                rustup(&["component", "add", component], component)?;
            }
        }
    }
    Ok(())
}

fn rustup(args: &[&str], what: &str) -> Result {
    if which("rustup").is_none() {
        return Err(format!(
            "{what} is missing and rustup is not there to add it: install it the way this Rust was installed."
        ));
    }
    println!("setup: rustup {}", args.join(" "));
    run(Command::new("rustup").args(args).current_dir(root()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_names_the_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.1"));
        assert_eq!(locked_version(lock, "wasm-bind"), None);
    }

    #[test]
    fn this_projects_lock_is_read() {
        let version = wasm_bindgen_version().expect("a version");
        assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
    }
}
