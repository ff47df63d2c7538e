//! What people type, changed at random: formulas, systems of equations and experiments. Whatever comes of it, nothing panics or
//! hangs, every error says something and has its place, and what was read is written and read back the same.
//!
//! A few in every run; `cargo test -p iterscope-catalog --test fuzz -- --ignored` tries a million of each (`ITERSCOPE_FUZZ` says how
//! many). The corpus: the files in `corpus/`, and all presets for experiments.

use iterscope_catalog::{check_changes, check_runs, presets};
use iterscope_core::Experiment;
use iterscope_expr::{Expr, TypedSystem};

const FORMULAS: &str = include_str!("corpus/formulas.txt");
const SYSTEMS: &str = include_str!("corpus/systems.txt");
const VARS: &[&str] = &["x", "y"];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A text of the corpus with one to six changes: characters left out, doubled, exchanged, pieces of the language and of other texts
/// put in.
fn changed(corpus: &[String], pieces: &[&str], random: &mut Random) -> String {
    let mut text: Vec<char> = corpus[random.below(corpus.len())].chars().collect();
    for _ in 0..1 + random.below(6) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(12)).min(text.len());
        match random.below(6) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            2 => {
                let other: Vec<char> = corpus[random.below(corpus.len())].chars().collect();
                let from = random.below(other.len());
                let to = (from + random.below(30)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            3 if at < text.len() => text[at] = char::from_u32(random.below(0x2fff) as u32).unwrap_or('\u{fffd}'),
            4 => {
                let piece = random.of(pieces).chars();
                text.splice(at..end, piece);
            }
            _ => {
                let piece = random.of(pieces).chars();
                text.splice(at..at, piece);
            }
        }
    }
    text.into_iter().collect()
}

/// Tries `count` changed texts, and says which of them a panic comes from.
fn fuzz(corpus: &[String], pieces: &[&str], seed: u64, count: usize, check: impl Fn(&str) + std::panic::RefUnwindSafe) {
    let mut random = Random(seed);
    for n in 0..count {
        let text = changed(corpus, pieces, &mut random);
        let ended = std::panic::catch_unwind(|| check(&text));
        assert!(ended.is_ok(), "input {n}: {text:?}");
    }
}

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

fn formulas(count: usize) {
    let corpus: Vec<String> = FORMULAS.lines().map(str::to_owned).collect();
    const PIECES: &[&str] = &[
        "x", "y", "2", ".5", "1e", "1e308", "e", "pi", "sin(", "if(", "min(", ")", "(", ",", "^", "**", "-", "+", "/",
        "*", "<", "<=", "==", "!", "?", ":", "|", "and ", "not ", "²", "√", "log(", "Gauss(", "Bump(", "ind(", " ",
    ];
    fuzz(&corpus, PIECES, 1, count, |text| match Expr::parse(text, VARS) {
        Err(e) => assert!(e.at + e.len <= text.chars().count() && !e.message.is_empty(), "{e:?}"),
        Ok(expr) => {
            let at = [0.3, -0.7];
            let again = Expr::parse(&expr.to_string(), VARS).expect("what is written reads");
            assert!(same(expr.eval(&at), again.eval(&at)), "{expr}");
            assert!(!expr.to_mathml().is_empty() && !expr.to_latex().is_empty());
            if let Ok(slope) = expr.diff(0) {
                slope.eval(&at);
            }
        }
    });
}

fn systems(count: usize) {
    let corpus: Vec<String> = SYSTEMS.split("---\n").map(str::to_owned).collect();
    const PIECES: &[&str] = &[
        "u", "v", "u_t", "u_tt", "u_xx", "lap(", "div(", "grad(", "dx(", "noise", "= ", "\n", ";", "in [", "]", ", ",
        "left: ", "all: ", "periodic", "du/dn", "(0)", "t", "x", "1e309", "2", "(", ")", "^", "/", "*",
    ];
    for dimension in 1..4 {
        fuzz(&corpus, PIECES, dimension as u64, count.div_ceil(3), |text| {
            if let Err(e) = TypedSystem::parse(text, dimension) {
                assert!(e.at + e.len <= text.chars().count() && !e.message.is_empty(), "{e:?}");
            }
        });
    }
}

fn experiments(count: usize) {
    let mut corpus: Vec<String> = presets().map(|p| p.json.to_owned()).collect();
    corpus.extend([
        r#"{"schema":1,"problem":{"id":"pde.advection-diffusion"},"runs":[{"method":"pde.jacobi"}],"seed":7,
        "stop":{"rtol":1e-8,"max_steps":10},"changes":[{"run":0,"step":5,"key":"omega","value":0.3}]}"#
            .to_owned(),
    ]);
    const PIECES: &[&str] = &[
        "null",
        "true",
        "-1",
        "1.5",
        "1e400",
        "18446744073709551616",
        "\"\"",
        "[]",
        "{}",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\u0000",
        "\\ud800",
        "\"params\":{\"omega\":2}",
        "\"changes\":[]",
        "\"seed\":0",
        "\"schema\":2",
        "0",
        "\"backend\":\"cpu-f32\"",
        "\"rank\":0",
        "nan",
    ];
    fuzz(&corpus, PIECES, 1, count, |text| match Experiment::from_json(text) {
        Err(e) => assert!(!e.message.is_empty(), "{e:?}"),
        Ok(mut experiment) => {
            let written = experiment.to_json();
            assert_eq!(Experiment::from_json(&written).map(|e| e.to_json()), Ok(written));
            for errors in [check_runs(&experiment), check_changes(&mut experiment, None)] {
                for e in errors.err().into_iter().flatten() {
                    assert!(!e.field.is_empty() && !e.message.is_empty(), "{e:?}");
                }
            }
        }
    });
}

#[test]
fn a_few_of_each() {
    formulas(3000);
    systems(3000);
    experiments(1000);
}

fn many() -> usize {
    std::env::var("ITERSCOPE_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

#[test]
#[ignore = "minutes; the figure is in docs/benchmarks.md"]
fn a_million_formulas() {
    formulas(many());
}

#[test]
#[ignore = "minutes; the figure is in docs/benchmarks.md"]
fn a_million_systems() {
    systems(many());
}

#[test]
#[ignore = "minutes; the figure is in docs/benchmarks.md"]
fn a_million_experiments() {
    experiments(many());
}
