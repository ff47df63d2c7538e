//! The layer order of the crates, as ARCHITECTURE.md states it: each may use only what its line names.

mod metadata;

use std::collections::BTreeMap;

use metadata::{packages, text};
use serde_json::Value;

/// Each shipped crate and the crates of this workspace that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("blocks", &[]),
    ("expr", &["blocks"]),
    ("kernels", &["core"]),
    ("linear", &["core", "kernels"]),
    ("optim", &["core", "kernels"]),
    ("neural", &["kernels"]),
    ("pde", &["core", "blocks", "expr", "kernels", "linear", "neural", "optim"]),
    ("completion", &["core", "kernels", "linear", "optim"]),
    ("ranking", &["core", "kernels", "linear", "optim"]),
    ("gpu", &["core", "kernels", "pde"]),
    ("catalog", &["core", "pde", "completion", "ranking", "gpu"]),
    ("driver", &["core"]),
    ("data", &["core"]),
    ("visualpde", &["expr"]),
    ("report", &["core"]),
    ("protocol", &["core"]),
    ("sweep", &["core", "catalog", "driver", "report"]),
    ("session", &["core", "catalog", "driver", "data", "report", "protocol", "sweep"]),
    ("worker", &["core", "catalog", "driver", "protocol", "session"]),
    ("cli", &["core", "catalog", "driver", "data", "report", "sweep", "visualpde"]),
    ("web", &["core", "protocol"]),
];

/// Crates for the people who work on the project: they may use anything, and nothing shipped may use them.
const NEVER_SHIPPED: &[&str] = &["split", "testkit", "xtask"];

/// A crate of the workspace by its short name: `iterscope-core` is `core`.
fn short(name: &str) -> Option<&str> {
    match name {
        "xtask" => Some(name),
        _ => name.strip_prefix("iterscope-"),
    }
}

/// What is linked into a package. Tests may use more: a dev-dependency crosses no layer of what is shipped.
fn linked(package: &Value) -> impl Iterator<Item = &str> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies.filter(|dependency| text(dependency, "kind") != "dev").map(|dependency| text(dependency, "name"))
}

#[test]
fn crates_use_only_the_layers_below() {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut seen = Vec::new();
    for package in packages(&["--no-deps"]) {
        let name = text(&package, "name");
        let name = short(name).unwrap_or_else(|| panic!("{name} is not named iterscope-..."));
        seen.push(name.to_owned());
        if NEVER_SHIPPED.contains(&name) {
            continue;
        }
        let allowed = layers.get(name);
        let allowed = allowed.unwrap_or_else(|| panic!("{name} has no line in the layer order"));
        for used in linked(&package).filter_map(short) {
            assert!(allowed.contains(&used), "{name} must not use {used}");
        }
    }
    for name in layers.keys().chain(NEVER_SHIPPED) {
        assert!(seen.iter().any(|seen| seen == name), "{name} is gone");
    }
}

#[test]
fn only_the_gpu_crate_names_wgpu() {
    let packages = packages(&["--no-deps"]);
    let users = packages.iter().filter(|package| {
        let mut dependencies = package["dependencies"].as_array().into_iter().flatten();
        dependencies.any(|dependency| text(dependency, "name") == "wgpu")
    });
    let users: Vec<_> = users.map(|package| text(package, "name")).collect();
    assert_eq!(users, ["iterscope-gpu"]);
}
