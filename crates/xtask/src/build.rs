//! Building the page: its wasm modules, the static files and what the catalog generates, all into one folder.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::process::{Result, root, run, target};
use crate::progress::{Progress, duration};
use crate::setup;
use crate::tools::Tools;
use crate::{docs, minify, parts};

/// What the build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be looked at while working: built in a third of the time, larger and slower.
    Look,
    /// To be published: every module small or fast.
    Release,
}

/// A module that runs in the browser.
struct Module {
    /// Its folder in the repository.
    krate: &'static str,
    /// Its folder in the built page.
    folder: String,
    /// The cargo profile in which it is published.
    profile: &'static str,
    /// The features of the crate, if it is not built with its own.
    features: Option<String>,
    /// How wasm-opt is to optimise it.
    optimise: &'static [&'static str],
}

/// Nothing lives in the first kilobyte of memory, which is the far end of the stack: addresses are added up in the loads
/// and stores themselves.
const UNUSED: &str = "--low-memory-unused";

/// What compilers tell of themselves.
const SIGNATURES: [&str; 2] = ["--strip-producers", "--strip-target-features"];

/// What the compiler uses; a part of a module does not say it.
const FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
];

/// Control flow is built anew, then everything is done twice.
const PAGE: &[&str] = &["--flatten", "--rereloop", "-Oz", "-Oz", UNUSED, SIGNATURES[0], SIGNATURES[1]];
/// Fast first.
const SOLVERS: &[&str] = &["-O3", UNUSED, SIGNATURES[0], SIGNATURES[1]];

/// The solvers, made fast, in one module for each family; and the page, made small.
fn modules() -> Result<Vec<Module>> {
    let solvers = |(name, features)| Module {
        krate: "crates/worker",
        folder: format!("worker/{name}"),
        profile: "release",
        features: Some(features),
        optimise: SOLVERS,
    };
    let mut modules: Vec<Module> = docs::modules()?.into_iter().map(solvers).collect();
    modules.push(Module { krate: "web", folder: "page".into(), profile: "page", features: None, optimise: PAGE });
    Ok(modules)
}

/// Builds the page into `out`, which is replaced as a whole, and only once everything was built.
pub fn build(out: &Path, purpose: Purpose) -> Result {
    may_replace(out)?;
    let tools = setup::for_build()?;
    let started = Instant::now();
    let stage = target().join("xtask/dist");
    fresh(&stage)?;
    println!("build: the native program, which knows what there is to build");
    let modules = modules()?;
    let release = purpose == Purpose::Release;
    if release {
        parts::build_tool()?;
    }
    let mut progress = Progress::new(modules.len() + 1 + if release { 1 + modules.len() } else { 0 });
    for module in &modules {
        let what = format!("{} into {}/", module.krate, module.folder);
        let key = format!("{} {purpose:?}", module.folder);
        let guess = if release { 120.0 } else { 30.0 };
        progress.step(&what, &key, guess, || module.build(&tools, &stage, purpose))?;
    }
    static_files(&stage)?;
    progress.step("mathematics, paper checks, thumbnails", "site", 30.0, || docs::site(&stage))?;
    if release {
        // The module for graphics cards is loaded where one is used, and not on first screens.
        let folders: Vec<_> = modules.iter().map(|m| m.folder.as_str()).filter(|f| !f.ends_with("-gpu")).collect();
        progress.step("what first screens need", "parts", 180.0, || parts::take_apart(&stage, &folders))?;
        for module in &modules {
            let key = format!("optimise {}", module.folder);
            progress.step(&format!("{} made smaller", module.folder), &key, 40.0, || module.optimise(&stage))?;
        }
    }
    docs::offline(&stage)?;
    remove(out)?;
    copy(&stage, out)?;
    let mark = built_for_release();
    match purpose {
        Purpose::Release => write(&mark, b"")?,
        Purpose::Look => remove_file(&mark)?,
    }
    println!("build: {} is ready ({})", out.display(), duration(started.elapsed().as_secs_f64()));
    Ok(())
}

/// A file that is there if the page that was built last is one to be published.
fn built_for_release() -> PathBuf {
    target().join("xtask/release")
}

/// Whether the page that was built last is one to be published.
pub fn is_release() -> bool {
    built_for_release().is_file()
}

impl Module {
    fn build(&self, tools: &Tools, stage: &Path, purpose: Purpose) -> Result {
        let folder = stage.join(&self.folder);
        let profile = if purpose == Purpose::Release { self.profile } else { "look" };
        let mut command = tools.wasm_pack()?;
        command
            .args(["--log-level", "error", "build", self.krate])
            .args(["--target", "web", "--profile", profile])
            .args(["--mode", "no-install", "--no-opt"])
            .args(["--no-typescript", "--no-pack", "--no-gitignore", "--out-dir"])
            .arg(&folder)
            .args(["--", "--config", &flags(purpose)]);
        if let Some(features) = &self.features {
            command.args(["--no-default-features", "--features", features]);
        }
        run(&mut command)?;
        if purpose == Purpose::Look {
            return Ok(());
        }
        // The next module of the same package is linked over it.
        let name = format!("iterscope_{}.wasm", Path::new(self.krate).file_name().unwrap_or_default().display());
        copy(&target().join("wasm32-unknown-unknown").join(profile).join(name), &linked(&self.folder))?;
        let module = parts::module(stage, &self.folder)?;
        run(parts::tool().arg("plain").arg(&module).arg(&module))?;
        for file in of_type(&folder, "js")? {
            write(&file, minify::minified(&file)?.as_bytes())?;
        }
        Ok(())
    }

    /// Runs wasm-opt on the module and its parts, in place. It takes seconds, so the last results are kept.
    fn optimise(&self, stage: &Path) -> Result {
        for file in of_type(&stage.join(&self.folder), "wasm")? {
            let name = file.file_stem().unwrap_or_default();
            let kept = target().join("xtask/wasm-opt").join(&self.folder).join(name);
            let (input, output) = (kept.join("input.wasm"), kept.join("output.wasm"));
            let recipe = kept.join("recipe");
            let wanted = [self.optimise.join(" ").as_bytes(), &read(&root().join("tests/package-lock.json"))?].concat();
            let module = read(&file)?;
            let same = |path: &Path, bytes: &[u8]| fs::read(path).is_ok_and(|kept| kept == bytes);
            if !(same(&input, &module) && same(&recipe, &wanted) && output.is_file()) {
                fresh(&kept)?;
                write(&input, &module)?;
                run(wasm_opt(&input, &output).args(FEATURES).args(self.optimise))?;
                write(&recipe, &wanted)?;
            }
            write(&file, &read(&output)?)?;
        }
        Ok(())
    }
}

fn of_type(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let files = files(folder)?;
    Ok(files.into_iter().filter(|file| file.extension().and_then(OsStr::to_str) == Some(extension)).collect())
}

fn wasm_opt(input: &Path, output: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(setup::packages().join("binaryen/bin/wasm-opt")).arg(input).arg("--output").arg(output);
    command
}

/// Where the module of that folder of the page is kept as it was linked.
pub fn linked(folder: &str) -> PathBuf {
    target().join("xtask/linked").join(folder).with_extension("wasm")
}

/// Cargo configuration that leaves this machine's folders out of the messages in the module: they would differ from
/// machine to machine, and are no business of whoever opens the page. For one to be published the linker writes down who refers to what.
fn flags(purpose: Purpose) -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?;
        Some(PathBuf::from(home).join(".cargo"))
    });
    let sources = home.map(|home| home.join("registry/src"));
    let folders = sources.and_then(|sources| fs::read_dir(sources).ok());
    let packages = folders.into_iter().flatten().flatten().map(|folder| folder.path());
    let library = Command::new("rustc").args(["--print", "sysroot"]).output().ok();
    let library = library.and_then(|said| String::from_utf8(said.stdout).ok());
    let library = library.map(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib/src/rust"));
    let paths = packages.chain(library).map(|folder| format!("'--remap-path-prefix={}='", folder.join("").display()));
    let links = (purpose == Purpose::Release).then(|| "'-Clink-arg=--emit-relocs'".to_owned());
    let flags: Vec<_> = paths.chain(links).collect();
    format!("target.wasm32-unknown-unknown.rustflags=[{}]", flags.join(","))
}

/// Scripts and styles that the first screen loads, written by hand and served minified.
const MINIFIED: &[&str] = &["boot.js", "parts.js", "style.css", "theme.js", "worker.js"];

/// What is served as it stands in the repository, or minified.
fn static_files(stage: &Path) -> Result {
    copy(&root().join("index.html"), &stage.join("index.html"))?;
    copy(&root().join("web/embed.html"), &stage.join("embed.html"))?;
    let own = root().join("web/static");
    copy(&own, stage)?;
    for name in MINIFIED {
        write(&stage.join(name), minify::minified(&own.join(name))?.as_bytes())?;
    }
    Ok(())
}

/// Refuses to replace a folder that holds something other than a built page.
fn may_replace(out: &Path) -> Result {
    let empty = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !out.exists(),
    };
    let built = out.join("page").is_dir() && out.join("worker").is_dir();
    if empty || (built && !out.join("Cargo.toml").exists()) {
        return Ok(());
    }
    Err(format!(
        "{} holds something that is not a built page: name an empty folder, or remove it first.",
        out.display()
    ))
}

/// All files in a folder and the folders below it, in the order of their names.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>());
    let mut entries = entries.map_err(|error| format!("{}: {error}", folder.display()))?;
    entries.sort();
    Ok(entries)
}

/// Copies a file, or what is in a folder.
pub fn copy(from: &Path, to: &Path) -> Result {
    if from.is_dir() {
        for path in entries(from)? {
            copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
        }
        return Ok(());
    }
    write(to, &read(from)?)
}

/// What a file holds.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file, with the folders it lies in.
pub fn write(path: &Path, bytes: &[u8]) -> Result {
    let written = match path.parent() {
        Some(folder) => fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes)),
        None => fs::write(path, bytes),
    };
    written.map_err(|error| format!("{}: {error}", path.display()))
}

fn remove(folder: &Path) -> Result {
    match folder.exists() {
        true => fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display())),
        false => Ok(()),
    }
}

fn remove_file(path: &Path) -> Result {
    match path.exists() {
        true => fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display())),
        false => Ok(()),
    }
}

/// Makes a folder, empty.
pub fn fresh(folder: &Path) -> Result {
    remove(folder)?;
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        fresh(&folder).expect("a scratch folder");
        folder
    }

    #[test]
    fn only_a_built_page_is_replaced() {
        let folder = scratch("replace");
        assert_eq!(may_replace(&folder.join("new")), Ok(()));
        assert_eq!(may_replace(&folder), Ok(()));
        write(&folder.join("thesis.tex"), b"years of work").expect("written");
        assert!(may_replace(&folder).is_err());
        write(&folder.join("page/page.js"), b"").expect("written");
        write(&folder.join("worker/worker.js"), b"").expect("written");
        assert_eq!(may_replace(&folder), Ok(()));
        assert!(may_replace(&root()).is_err());
        remove(&folder).expect("removed");
    }

    #[test]
    fn folders_are_copied_with_what_is_below() {
        let folder = scratch("copy");
        write(&folder.join("from/a/b.txt"), b"b").expect("written");
        write(&folder.join("from/c.txt"), b"c").expect("written");
        copy(&folder.join("from"), &folder.join("to")).expect("copied");
        let to = folder.join("to");
        assert_eq!(files(&to), Ok(vec![to.join("a/b.txt"), to.join("c.txt")]));
        remove(&folder).expect("removed");
    }
}
