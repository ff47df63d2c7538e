//! The JavaScript between a wasm module and the browser, cut down to what the page uses.
//!
//! wasm-bindgen writes all that any library beneath offers to JavaScript, and names every import by a long word with a
//! hash in it, twice. Both weigh on the first screen.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::process::{Outcome, capture};
use crate::setup;
use crate::wasm;

/// Where an entry of the import object begins: eight blanks, its name, a colon.
fn entry_name(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix("        ")?.split_once(": function(")?;
    name.starts_with("__wb").then_some(name)
}

/// The glue without what nobody outside uses: the classes of libraries, and ways of starting that are not taken.
pub fn without_classes(glue: &str) -> String {
    let lines = glue.lines().filter(|line| !line.starts_with("if (Symbol.dispose) "));
    let mut out = String::new();
    for line in lines {
        let line = match line.strip_prefix("export class ") {
            Some(rest) => format!("class {rest}"),
            None if line.starts_with("export { initSync, ") => line.replace("initSync, ", ""),
            // With this word the minifier knows that making one has no effect, and drops those of the classes.
            None => line.replace(": new FinalizationRegistry(", ": /* @__PURE__ */ new FinalizationRegistry("),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The glue without the entries of the import object that are not among `wanted`.
fn without_imports(glue: &str, wanted: &[String]) -> String {
    let (mut out, mut keep) = (String::new(), true);
    for line in glue.lines() {
        if let Some(name) = entry_name(line) {
            keep = wanted.iter().any(|w| w == name);
        } else if line.starts_with("    }") {
            keep = true;
        }
        if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The glue with other names for the entries of the import object.
fn with_names(glue: &str, names: &BTreeMap<String, String>) -> String {
    let rename = |line: &str| match entry_name(line).and_then(|old| Some((old, names.get(old)?))) {
        Some((old, new)) => line.replacen(old, new, 1),
        None => line.to_owned(),
    };
    glue.lines().map(|line| rename(line) + "\n").collect()
}

/// Whether `name` stands in a text as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + name.len()..].chars().next().is_some_and(part)
    })
}

/// Short names: `a` to `z`, then `aa` and so on.
fn short(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.insert(0, b'a' + (number % 26) as u8);
        number /= 26;
        if number == 0 {
            return name.into_iter().map(char::from).collect();
        }
        number -= 1;
    }
}

/// Takes out of a module and its glue what neither needs of the other, and shortens the names between them. `prune` drops
/// from a module what nothing leads to.
pub fn lean(module: Vec<u8>, glue: &str, prune: impl Fn(Vec<u8>) -> Outcome<Vec<u8>>) -> Outcome<(Vec<u8>, String)> {
    let (mut module, mut glue) = (module, without_classes(glue));
    // What one side drops may have been all that held something on the other.
    for _ in 0..2 {
        let used = esbuild(&glue, &["--bundle", "--external:../*"])?;
        module = prune(wasm::keep_exports(&module, |name| mentions(&used, name))?)?;
        glue = without_imports(&glue, &wasm::imports(&module)?);
    }
    let entries: Vec<_> = glue.lines().filter_map(entry_name).collect();
    let names = entries.iter().enumerate().map(|(i, name)| ((*name).to_owned(), short(i))).collect();
    Ok((wasm::rename_imports(&module, &names)?, with_names(&glue, &names)))
}

/// The glue as it is served.
pub fn minified(glue: &str) -> Outcome<String> {
    esbuild(glue, &["--bundle", "--external:../*", "--minify"])
}

/// A script or a style sheet, minified.
pub fn minified_file(path: &Path) -> Outcome<String> {
    run_esbuild(path, &["--minify"])
}

fn esbuild(script: &str, options: &[&str]) -> Outcome<String> {
    let path = std::env::temp_dir().join(format!("xtask-glue-{}.mjs", std::process::id()));
    crate::build::write(&path, script.as_bytes())?;
    let made = run_esbuild(&path, &[options, &["--format=esm"]].concat());
    let _ = std::fs::remove_file(&path);
    made
}

fn run_esbuild(path: &Path, options: &[&str]) -> Outcome<String> {
    let program = setup::packages().join("esbuild/bin/esbuild");
    let options = options.iter().chain(&["--log-level=warning", "--charset=utf8", "--target=es2022"]);
    capture(Command::new("node").arg(program).arg(path).args(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "export class Foo {
    free() {
        wasm.__wbg_foo_free(0);
    }
}
if (Symbol.dispose) Foo.prototype[Symbol.dispose] = Foo.prototype.free;
export function start() {
    wasm.start();
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_a_12: function(arg0) {
            arg0.a();
        },
        __wbg_b_34: function() { return handleError(function (arg0) {
            arg0.b();
        }, arguments); },
    };
    return import0;
}
const FooFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_foo_free(ptr, 1));
export { initSync, __wbg_init as default };
";

    #[test]
    fn classes_are_no_longer_offered() {
        let out = without_classes(GLUE);
        assert!(out.starts_with("class Foo {"));
        assert!(!out.contains("Symbol.dispose") && !out.contains("initSync"));
        assert!(out.contains(": /* @__PURE__ */ new FinalizationRegistry("));
        assert!(out.contains("export function start() {") && out.contains("export { __wbg_init as default };"));
    }

    #[test]
    fn entries_are_dropped_and_renamed() {
        let one = without_imports(GLUE, &["__wbg_b_34".to_owned()]);
        assert!(!one.contains("__wbg_a_12") && !one.contains("arg0.a()"));
        assert!(one.contains("arg0.b()") && one.contains("    };\n    return import0;"));
        assert_eq!(without_imports(GLUE, &["__wbg_a_12".to_owned(), "__wbg_b_34".to_owned()]), GLUE);
        let named = with_names(GLUE, &BTreeMap::from([("__wbg_a_12".to_owned(), "q".to_owned())]));
        assert!(named.contains("        q: function(arg0) {") && named.contains("        __wbg_b_34: function()"));
    }

    #[test]
    fn words_are_whole() {
        assert!(mentions("wasm.start();", "start"));
        assert!(!mentions("wasm.restart(); wasm.start_2();", "start"));
    }

    #[test]
    fn names_are_short_and_different() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(short), ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
    }
}
