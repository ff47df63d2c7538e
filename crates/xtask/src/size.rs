//! The weight of the first screen of every family: what a browser loads before anything moves, as a static host sends it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::build;
use crate::process::{Result, dist};

/// What the first screen of a family should weigh at most, in bytes after gzip.
const BUDGET: u64 = 500_000;

/// What it may weigh today: the budget is missed, and these come down, unless a family can do much more than before, which docs/limits.md says.
const CEILINGS: &[(&str, u64)] = &[("pde", 580_000), ("completion", 540_000), ("ranking", 630_000)];

/// What the first screen does not load. Every other file in dist/ counts, so that a new one cannot slip past.
const LATER: &[&str] = &[
    "embed.html",
    "experiment.schema.json",
    "gallery.html",
    "gallery.js",
    "iter-scope.js",
    "llms.txt",
    "offline.js",
    "papers.json",
    "reading.css",
    "story.html",
    "story.js",
    "sw.js",
];

/// Parts of modules come when one of their functions is called; that the first screens call none is a test in the browser.
fn is_part(name: &str) -> bool {
    name.ends_with(".wasm") && !name.ends_with("_bg.wasm")
}

/// What comes with the form, once something has moved, and what is shown or taken away when somebody asks for it.
fn is_asked_for(name: &str) -> bool {
    ["math/", "npm/", "stories/", "take-away/", "thumbs/"].iter().any(|folder| name.starts_with(folder))
}

/// What people read of a family, and its other presets: loaded with the form.
fn is_read(name: &str, family: &str, first: &str) -> bool {
    name == format!("catalog/{family}.json")
        || (name.starts_with("presets/") && name != format!("presets/{first}.json"))
}

/// Solvers and descriptions are loaded for one family at a time.
fn of_another_family(name: &str, family: &str) -> bool {
    let of = |folder: &str, end: char| {
        name.strip_prefix(folder).is_some_and(|rest| !rest.starts_with(&format!("{family}{end}")))
    };
    of("worker/", '/') || of("catalog/", '.')
}

/// Weighs dist/, prints a table for each family, and fails above its ceiling.
pub fn check() -> Result {
    if !build::is_release() {
        return Err("dist/ was built to be looked at: run `cargo xtask build --release` first.".into());
    }
    for &(family, ceiling) in CEILINGS {
        let total = weigh(&dist(), family)?;
        let over = total.saturating_sub(BUDGET);
        println!("{:>10} {total:>10}  {family}: {over} above the budget of {BUDGET}, ceiling {ceiling}", "");
        within(family, total, ceiling)?;
    }
    Ok(())
}

fn weigh(dist: &Path, family: &str) -> Result<u64> {
    let first = first_preset(dist, family)?;
    let mut total = 0;
    println!("{:>10} {:>10}  first screen of {family}", "bytes", "gzip");
    for file in build::files(dist)? {
        let name = relative(&file, dist);
        let later = LATER.contains(&name.as_str()) || is_part(&name) || is_asked_for(&name);
        if later || is_read(&name, family, &first) || of_another_family(&name, family) {
            continue;
        }
        let bytes = fs::read(&file).map_err(|error| format!("{name}: {error}"))?;
        let weight = gzipped(&bytes).map_err(|error| format!("{name}: {error}"))?;
        println!("{:>10} {weight:>10}  {name}", bytes.len());
        total += weight;
    }
    Ok(total)
}

/// What a family opens with.
fn first_preset(dist: &Path, family: &str) -> Result<String> {
    let outline: serde_json::Value = serde_json::from_slice(&build::read(&dist.join("catalog.json"))?)
        .map_err(|error| format!("catalog.json: {error}"))?;
    let families = outline.as_array().into_iter().flatten();
    let of_it = families.into_iter().find(|f| f["id"] == family);
    let first = of_it.and_then(|f| f["presets"][0]["id"].as_str());
    first.map(str::to_owned).ok_or_else(|| format!("catalog.json: {family} has no preset"))
}

fn within(family: &str, total: u64, ceiling: u64) -> Result {
    match total.checked_sub(ceiling) {
        None | Some(0) => Ok(()),
        Some(over) => Err(format!(
            "the first screen of {family} weighs {total} bytes after gzip, {over} above its ceiling of {ceiling}."
        )),
    }
}

/// The path of `file` in `folder`, with slashes.
fn relative(file: &Path, folder: &Path) -> String {
    let path = file.strip_prefix(folder).unwrap_or(file);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn gzipped(bytes: &[u8]) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_family_counts() {
        assert!(!of_another_family("worker/pde/iterscope_worker_bg.wasm", "pde"));
        assert!(!of_another_family("catalog/pde.json", "pde"));
        assert!(!of_another_family("page/iterscope_web_bg.wasm", "pde"));
        assert!(of_another_family("worker/pde-gpu/iterscope_worker.js", "pde"));
        assert!(of_another_family("worker/ranking/iterscope_worker.js", "pde"));
        assert!(of_another_family("catalog/completion.json", "pde"));
    }

    #[test]
    fn of_presets_the_first_counts_and_of_words_none() {
        assert!(is_read("catalog/pde.json", "pde", "pde.cube"));
        assert!(is_read("presets/pde.plate.json", "pde", "pde.cube"));
        assert!(!is_read("presets/pde.cube.json", "pde", "pde.cube"));
        assert!(!is_read("catalog/pde.races.json", "pde", "pde.cube"));
    }

    #[test]
    fn the_ceiling_is_a_limit() {
        assert_eq!(within("pde", 100, 100), Ok(()));
        let error = within("pde", 107, 100).expect_err("above the ceiling");
        assert!(error.contains(" bytes after gzip, 7 above"), "{error}");
    }

    #[test]
    fn what_repeats_weighs_little_and_what_does_not_weighs_itself() {
        assert!(gzipped(&[0; 10_000]).expect("a weight") < 100);
        // A xorshift generator's bytes do not compress.
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..10_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                state.to_le_bytes()[1]
            })
            .collect();
        assert!(gzipped(&noise).expect("a weight") >= 10_000);
    }
}
