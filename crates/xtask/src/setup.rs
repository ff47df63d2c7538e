//! Everything the build and the tests need, installed where it is missing. Quick when all is there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{Result, root, run};
use crate::system;
use crate::tools::{Tools, ensure_rust};

/// What `cargo xtask build` needs.
pub fn for_build() -> Result<Tools> {
    ensure_rust(false)?;
    system::ensure(false)?;
    npm()?;
    Tools::ensure()
}

/// What `cargo xtask test` needs.
pub fn for_tests() -> Result<Tools> {
    ensure_rust(true)?;
    system::ensure(true)?;
    npm()?;
    Tools::ensure()
}

/// The folder of the npm packages.
pub fn packages() -> PathBuf {
    root().join("tests/node_modules")
}

/// Installs the npm packages that the lock file names, unless they are there already.
fn npm() -> Result {
    let folder = root().join("tests");
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(|error| format!("tests/package-lock.json cannot be read: {error}"))?;
    // A copy of the lock file, put beside the packages once they are all there.
    let stamp = packages().join(".installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("setup: npm ci in tests/");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder)).map_err(
        |error| format!("The npm packages could not be installed: {error}. It needs the network the first time."),
    )?;
    fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npm_packages_are_pinned_and_come_from_any_registry() {
        let read = |name: &str| fs::read_to_string(root().join("tests").join(name)).expect("a file");
        let manifest: serde_json::Value = serde_json::from_str(&read("package.json")).expect("JSON");
        let lock: serde_json::Value = serde_json::from_str(&read("package-lock.json")).expect("JSON");
        let pinned = manifest["devDependencies"].as_object().expect("packages");
        for (name, version) in pinned {
            let locked = &lock["packages"][format!("node_modules/{name}")];
            assert_eq!(&locked["version"], version, "{name}");
            assert!(locked["integrity"].is_string(), "{name}");
        }
        // `npm install --omit-lockfile-registry-resolved` keeps the registry's address out.
        let packages = lock["packages"].as_object().expect("packages");
        assert!(packages.values().all(|package| package.get("resolved").is_none()));
    }
}
