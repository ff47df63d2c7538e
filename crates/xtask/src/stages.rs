//! `cargo xtask test`: everything that must hold, stage by stage.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Result, cargo, dist, root, run, run_watched, target};
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
    run: fn() -> (Result, Count),
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
pub fn test(only: &[String], skip: &[String]) -> Result {
    let chosen = |stage: &&Stage| {
        let named = |names: &[String]| names.iter().any(|name| name == stage.name);
        (only.is_empty() || named(only)) && !named(skip)
    };
    let mut table = Vec::new();
    let mut total = Count::default();
    let mut failure = None;
    let started = Instant::now();
    let before = Cost::so_far(started);
    for stage in STAGES.iter().filter(chosen) {
        if failure.is_some() {
            table.push(row(stage.name, "not run", None));
            continue;
        }
        println!("\n== {}: {}", stage.name, stage.what);
        let begun = Cost::so_far(started);
        let (outcome, count) = (stage.run)();
        total.passed += count.passed;
        total.failed += count.failed;
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        let line = row(stage.name, verdict, Some(Cost::so_far(started).since(&begun)));
        println!("== {}", line.trim_start());
        table.push(line);
        failure = outcome.err().map(|error| format!("{}: {error}", stage.name));
    }
    println!();
    for line in table {
        println!("{line}");
    }
    println!("{}", row("total", "", Some(Cost::so_far(started).since(&before))));
    println!("{} passed, {} failed", total.passed, total.failed);
    failure.map_or(Ok(()), Err)
}

/// What a stage took: time by the clock, and of all processors together where the system tells.
struct Cost {
    clock: Duration,
    processors: Option<f64>,
}

impl Cost {
    /// Since `started` by the clock, and of all programs that were started and have ended.
    fn so_far(started: Instant) -> Cost {
        Cost {
            clock: started.elapsed(),
            processors: fs::read_to_string("/proc/self/stat").ok().and_then(|s| children(&s)),
        }
    }

    fn since(&self, former: &Cost) -> Cost {
        let processors = self.processors.zip(former.processors).map(|(now, then)| now - then);
        Cost { clock: self.clock - former.clock, processors }
    }
}

/// Seconds of user and system time of the children that ended, from Linux' `/proc/self/stat`: its 16th and 17th fields, in
/// hundredths. The second field is a name in brackets that may hold blanks.
fn children(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = |n: usize| fields.split_ascii_whitespace().nth(n - 3)?.parse::<f64>().ok();
    Some((ticks(16)? + ticks(17)?) / 100.0)
}

fn row(name: &str, verdict: &str, cost: Option<Cost>) -> String {
    let seconds = |s: f64| format!("{s:.1} s");
    let Some(Cost { clock, processors }) = cost else { return format!("  {name:<12} {verdict}") };
    let processors = processors.map_or(String::new(), |s| format!("   processors {:>9}", seconds(s)));
    format!("  {name:<12} {verdict:<8} {:>9}{processors}", seconds(clock.as_secs_f64()))
}

fn single(outcome: Result) -> (Result, Count) {
    let failed = u32::from(outcome.is_err());
    let passed = 1 - failed;
    (outcome, Count { passed, failed })
}

/// Runs a program that says how many tests passed and failed.
fn counted(command: &mut Command) -> (Result, Count) {
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

fn lint() -> Result {
    tools::ensure_rust(true)?;
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    run(cargo()
        .args(["clippy", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "iterscope-worker", "--package", "iterscope-web"])
        .args(["--", "-D", "warnings"]))
}

/// Drawn cases are the same every time: a change is judged by what it changed, not by what it happened to draw.
fn native() -> (Result, Count) {
    let tested = counted(cargo().args(["test", "--workspace", "--no-fail-fast"]).env("PROPTEST_RNG_SEED", "1"));
    if tested.0.is_ok() {
        program::is_tested();
    }
    tested
}

/// Runs the browser tests. They compare with the native program.
fn browser(gpu: &str) -> (Result, Count) {
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
    fn time_of_children_is_read_whatever_the_program_is_called() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 0 0 0 0 0 11 12 1300 140 20 0 1 0";
        assert_eq!(children(stat), Some(14.4));
        assert_eq!(children("7 (cut) S 1"), None);
    }

    #[test]
    fn a_program_that_fails_before_its_tests_counts_as_failed() {
        let (outcome, count) = counted(cargo().arg("no-such-subcommand"));
        assert!(outcome.is_err());
        assert_eq!(count, Count { passed: 0, failed: 1 });
    }
}
