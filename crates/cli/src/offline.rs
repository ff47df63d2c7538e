//! What the page's service worker keeps for when there is no network: every file of the page with its fingerprint, so that no
//! file of one version ever stands beside one of another.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::Failure;
use crate::out::write_file;

/// The service worker, whose line with this beginning is written anew.
const WORKER: &str = "sw.js";
const LINE: &str = "const SITE = ";
/// What lies beside the page for programs and for other pages, and is no part of it.
const BESIDE: &[&str] = &["experiment.schema.json", "llms.txt", "npm/", "presets/"];
/// What the first visit begins with; whoever has the whole begins with that.
const IN_PART: &str = ".races.json";

/// Writes the list of the files in `folder` into the service worker there, if there is one.
pub fn write(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(WORKER);
    if !path.is_file() {
        return Ok(());
    }
    let environment = |path: &Path, e: std::io::Error| Failure::Environment(format!("{}: {e}", path.display()));
    let mut files = Map::new();
    let mut version = OFFSET;
    for file in below(folder)? {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let beside = BESIDE.iter().any(|beside| name.starts_with(beside));
        if name != WORKER && !beside && !name.ends_with(IN_PART) {
            let mark = fingerprint(OFFSET, &fs::read(&file).map_err(|e| environment(&file, e))?);
            version = fingerprint(version, format!("{name} {mark}\n").as_bytes());
            files.insert(name, json!(mark));
        }
    }
    let script = fs::read_to_string(&path).map_err(|e| environment(&path, e))?;
    let site = json!({ "version": format!("{version:08x}"), "files": Value::Object(files) });
    let lines = script.lines().map(|l| if l.starts_with(LINE) { format!("{LINE}{site};") } else { l.to_owned() });
    write_file(&path, (lines.collect::<Vec<_>>().join("\n") + "\n").as_bytes())
}

const OFFSET: u32 = 0x811c_9dc5;

/// FNV-1a of 32 bits: the service worker computes the same. It tells versions apart; it guards against nobody.
fn fingerprint(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// All files in a folder and below it, in the order of their names.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let environment = |e: std::io::Error| Failure::Environment(format!("{}: {e}", folder.display()));
    let entries = fs::read_dir(folder).map_err(environment)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(environment)?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { found.extend(below(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_changes_with_every_file() {
        let folder = std::env::temp_dir().join(format!("iterscope-offline-{}", std::process::id()));
        fs::create_dir_all(folder.join("page")).expect("a folder");
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
        put("page/a.js", "foobar");
        put("sw.js", "// one\nconst SITE = {};\n// two\n");
        let made = || {
            assert!(write(&folder).is_ok());
            fs::read_to_string(folder.join("sw.js")).expect("read")
        };
        let first = made();
        // The value of "foobar" that the authors of the function publish.
        assert!(first.contains(&format!(r#""page/a.js":{}"#, 0xbf9c_f968_u32)), "{first}");
        assert!(first.starts_with("// one\nconst SITE = {") && first.ends_with("};\n// two\n"), "{first}");
        put("llms.txt", "for others");
        assert_eq!(made(), first);
        put("page/a.js", "foobaz");
        assert_ne!(made(), first);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
