//! Every dependency is used, and every package that the workspace names has a user.

mod metadata;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use metadata::{packages, text};

/// Dependencies that no line of source names, each with the reason.
const UNNAMED: &[(&str, &str, &str)] = &[];

/// All Rust files below `folder`, other packages' left out.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && name != "node_modules" && !path.join("Cargo.toml").exists() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Whether `name` stands in a text as a word of its own, comments left out.
fn names(source: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.into_iter().any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + name.len()..].chars().next();
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    })
}

#[test]
fn every_dependency_is_named_in_a_source() {
    let mut unused = Vec::new();
    for package in packages(&["--no-deps"]) {
        let folder = Path::new(text(&package, "manifest_path")).parent().expect("a folder").to_path_buf();
        let mut files = Vec::new();
        sources(&folder, &mut files);
        let all: Vec<String> = files.iter().map(|file| fs::read_to_string(file).expect("a source")).collect();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let name = dependency["rename"].as_str().unwrap_or(text(dependency, "name")).replace('-', "_");
            let excused = UNNAMED.iter().any(|(krate, used, _)| *krate == text(&package, "name") && *used == name);
            if !excused && !all.iter().any(|source| names(source, &name)) {
                unused.push(format!("{} does not use {name}", text(&package, "name")));
            }
        }
    }
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn what_the_workspace_names_has_a_user() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the manifest");
    let section = manifest.split("[workspace.dependencies]").nth(1).expect("dependencies");
    let section = section.split("\n[").next().unwrap_or_default();
    let named = section.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let named: BTreeSet<String> = named.map(|(name, _)| name.to_owned()).collect();
    assert!(named.len() > 10, "{named:?}");
    let packages = packages(&["--no-deps"]);
    let users = packages.iter().flat_map(|package| package["dependencies"].as_array().into_iter().flatten());
    let used: BTreeSet<String> = users.map(|dependency| text(dependency, "name").to_owned()).collect();
    assert_eq!(named.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn words_are_whole_and_comments_are_none() {
    assert!(names("use png::Encoder;", "png"));
    assert!(!names("let pngs = 1; // png", "png"));
}
