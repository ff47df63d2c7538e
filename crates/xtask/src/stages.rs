//! `cargo xtask test`: everything that must hold, stage by stage.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Outcome, cargo, dist, root, run, run_watched, target};
use crate::{build, docs, program, setup, size, system, tools};

/// Tests that ran, by how they ended. A stage that is one check counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    passed: u32,
    failed: u32,
}

struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn() -> (Outcome, Count),
}

const STAGES: &[Stage] = &[
    Stage { name: "setup", what: "what the other stages need", run: || single(setup::for_tests().map(drop)) },
    Stage {
        name: "fmt",
        what: "the format of the source",
        run: || single(run(cargo().args(["fmt", "--all", "--check"]))),
    },
    Stage { name: "lint", what: "clippy, natively and for wasm", run: || single(lint()) },
    Stage { name: "native", what: "the native tests", run: native },
    Stage { name: "docs", what: "generated documents are up to date", run: || single(docs::methods(true)) },
    Stage {
        name: "build",
        what: "the page, into dist/, and what sources claim",
        run: || single(build::build(&dist(), build::Purpose::Release).and_then(|()| docs::claims_hold(&dist()))),
    },
    Stage { name: "size", what: "the weight of the first screen", run: || single(size::check()) },
    Stage { name: "browser-cpu", what: "the page in Chromium without WebGPU", run: || browser("off") },
    Stage { name: "browser-gpu", what: "the page in Chromium with WebGPU", run: || browser("on") },
];

/// The names of the stages, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    STAGES.iter().map(|stage| stage.name)
}

/// The stages, for the help text.
pub fn help() -> String {
    let mut help = String::from("\nStages of the test, in order:\n\n");
    for Stage { name, what, .. } in STAGES {
        help.push_str(&format!("  {name:<12} {what}\n"));
    }
    help
}

/// Runs the chosen stages up to the first that fails, and prints what each took.
pub fn test(only: &[String], skip: &[String]) -> Outcome {
    let chosen = |stage: &&Stage| {
        let named = |names: &[String]| names.iter().any(|name| name == stage.name);
        (only.is_empty() || named(only)) && !named(skip)
    };
    let mut table = Vec::new();
    let mut total = Count::default();
    let mut failure = None;
    let started = Instant::now();
    for stage in STAGES.iter().filter(chosen) {
        if failure.is_some() {
            table.push(row(stage.name, "not run", None));
            continue;
        }
        println!("\n== {}: {}", stage.name, stage.what);
        let begun = Instant::now();
        let (outcome, count) = (stage.run)();
        total.passed += count.passed;
        total.failed += count.failed;
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        let line = row(stage.name, verdict, Some(begun.elapsed()));
        println!("== {}", line.trim_start());
        table.push(line);
        failure = outcome.err().map(|error| format!("{}: {error}", stage.name));
    }
    println!();
    for line in table {
        println!("{line}");
    }
    println!("{}", row("total", "", Some(started.elapsed())));
    println!("{} passed, {} failed", total.passed, total.failed);
    failure.map_or(Ok(()), Err)
}

fn row(name: &str, verdict: &str, took: Option<Duration>) -> String {
    let took = took.map_or(String::new(), |took| format!("{:.1} s", took.as_secs_f64()));
    format!("  {name:<12} {verdict:<8} {took:>9}")
}

fn single(outcome: Outcome) -> (Outcome, Count) {
    let failed = u32::from(outcome.is_err());
    let passed = 1 - failed;
    (outcome, Count { passed, failed })
}

/// Runs a program that says how many tests passed and failed.
fn counted(command: &mut Command) -> (Outcome, Count) {
    let mut count = Count::default();
    let outcome = run_watched(command, |line| {
        if let Some(more) = read_count(line) {
            count.passed += more.passed;
            count.failed += more.failed;
        }
    });
    if outcome.is_err() && count.failed == 0 {
        // It did not get as far as its tests, say because they do not compile.
        count.failed = 1;
    }
    (outcome, count)
}

/// Reads `test result: ok. 3 passed; 0 failed; ...` of Rust's tests and `3 passed, 0 failed` of the browser's.
fn read_count(line: &str) -> Option<Count> {
    let numbers = match line.strip_prefix("test result: ") {
        Some(result) => result.split_once(". ")?.1,
        None => line,
    };
    let mut parts = numbers.split([';', ',']);
    Some(Count {
        passed: parts.next()?.strip_suffix(" passed")?.parse().ok()?,
        failed: parts.next()?.trim().strip_suffix(" failed")?.parse().ok()?,
    })
}

fn lint() -> Outcome {
    tools::ensure_rust(true)?;
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    run(cargo()
        .args(["clippy", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "iterscope-worker", "--package", "iterscope-web"])
        .args(["--", "-D", "warnings"]))
}

/// Drawn cases are the same every time: a change is judged by what it changed, not by what it happened to draw.
fn native() -> (Outcome, Count) {
    let tested = counted(cargo().args(["test", "--workspace", "--no-fail-fast"]).env("PROPTEST_RNG_SEED", "1"));
    if tested.0.is_ok() {
        program::is_tested();
    }
    tested
}

/// Runs the browser tests. They compare with the native program.
fn browser(gpu: &str) -> (Outcome, Count) {
    let ready = || {
        if !dist().join("index.html").is_file() {
            return Err("dist/ holds no page: run `cargo xtask build` first.".into());
        }
        setup::for_tests()?;
        Ok((program::whole()?, system::chromium()?))
    };
    match ready() {
        Ok((iterscope, chromium)) => counted(
            Command::new("node")
                .args(["tests/browser/run.mjs", "--gpu", gpu])
                .current_dir(root())
                .env("CHROMIUM", chromium)
                .env("ITERSCOPE", iterscope)
                .env("XTASK", target().join("debug/xtask")),
        ),
        Err(sentence) => single(Err(sentence)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_both_kinds_of_tests() {
        let rust = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.0s";
        assert_eq!(read_count(rust), Some(Count { passed: 12, failed: 0 }));
        let rust = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(read_count(rust), Some(Count { passed: 3, failed: 2 }));
        assert_eq!(read_count("7 passed, 1 failed"), Some(Count { passed: 7, failed: 1 }));
        assert_eq!(read_count("ok 7 passed, 1 failed"), None);
        assert_eq!(read_count("test kernel::sum ... ok"), None);
    }

    #[test]
    fn a_program_that_fails_before_its_tests_counts_as_failed() {
        let (outcome, count) = counted(cargo().arg("no-such-subcommand"));
        assert!(outcome.is_err());
        assert_eq!(count, Count { passed: 0, failed: 1 });
    }
}
