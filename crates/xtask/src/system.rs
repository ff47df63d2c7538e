//! What comes from the operating system: Node, npm, a browser, a Vulkan driver.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Result, answer, run, which};

/// The oldest major version of Node that the npm packages of the build and the tests support.
const NODE: u32 = 18;

/// Names under which Chromium and its relatives are installed.
const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// Something that is not there: the sentence that says so, and the Debian packages that bring it.
struct Missing {
    sentence: String,
    packages: &'static [&'static str],
}

/// Makes sure of Node and npm and, for the browser tests, of Chromium and a Vulkan driver. On Debian and its
/// relatives root gets what is missing from apt; anybody else is told.
pub fn ensure(browser: bool) -> Result {
    let mut absent = missing(browser);
    if absent.is_empty() {
        return Ok(());
    }
    if may_install() {
        let packages: Vec<_> = absent.iter().flat_map(|m| m.packages).collect();
        let names: Vec<_> = packages.iter().map(|name| **name).collect();
        println!("setup: installing {} with apt-get", names.join(", "));
        run(apt().args(["update", "--quiet"]))?;
        run(apt().args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(packages))?;
        absent = missing(browser);
    }
    if absent.is_empty() {
        return Ok(());
    }
    let sentences: Vec<_> = absent.into_iter().map(|m| m.sentence).collect();
    Err(sentences.join("\n       "))
}

/// The browser for the tests: `$CHROMIUM`, or the first one found that answers to `--version`.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        return match runs(&path) {
            true => Ok(path),
            false => Err(format!("CHROMIUM names {}, which does not start.", path.display())),
        };
    }
    BROWSERS
        .iter()
        .filter_map(|name| match Path::new(name).is_absolute() {
            true => Some(PathBuf::from(name)),
            false => which(name),
        })
        .find(|path| runs(path))
        .ok_or_else(|| {
            "No Chromium was found: install chromium or Google Chrome, \
             or set CHROMIUM to the path of one."
                .into()
        })
}

fn missing(browser: bool) -> Vec<Missing> {
    let mut missing = Vec::new();
    if let Err(sentence) = node() {
        missing.push(Missing { sentence, packages: &["nodejs", "npm"] });
    }
    if browser {
        if let Err(sentence) = chromium() {
            missing.push(Missing { sentence, packages: &["chromium"] });
        }
        if !has_vulkan() {
            missing.push(Missing {
                sentence: "No Vulkan driver was found: the native tests of the GPU code need one \
                           (Debian: mesa-vulkan-drivers, Fedora: mesa-vulkan-drivers, Arch: vulkan-swrast)."
                    .into(),
                packages: &["mesa-vulkan-drivers"],
            });
        }
    }
    missing
}

fn node() -> Result {
    let Some(version) = answer(Command::new("node").arg("--version")) else {
        return Err(format!("Node.js was not found: install Node.js {NODE} or newer, with npm."));
    };
    if major(&version).is_none_or(|major| major < NODE) {
        return Err(format!("Node.js {version} is too old: install Node.js {NODE} or newer, with npm."));
    }
    match which("npm") {
        Some(_) => Ok(()),
        None => Err("npm was not found: install it (it usually comes with Node.js).".into()),
    }
}

/// The first number of a version such as `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn runs(browser: &Path) -> bool {
    // Ubuntu's `chromium` outside of snap is a script that only says so, and fails.
    answer(Command::new(browser).arg("--version")).is_some()
}

/// Whether Vulkan's loader would find a driver. Only Linux is asked: elsewhere the GPU tests have nothing to run on.
fn has_vulkan() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().any(|name| env::var_os(name).is_some())
        || ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
            .iter()
            .any(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
}

fn may_install() -> bool {
    which("apt-get").is_some() && answer(Command::new("id").arg("-u")).is_some_and(|user| user == "0")
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v8"), Some(8));
        assert_eq!(major("20.1"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_program_that_fails_is_no_browser() {
        assert!(!runs(Path::new("false")));
        assert!(!runs(Path::new("no-such-browser")));
    }
}
