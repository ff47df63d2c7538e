//! Files of games and orders as other programs wrote them, from the file to the strengths. The strengths are those of a
//! separate fit: scipy's minimisers on the likelihood.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

/// The strengths that a run writes for a fixture, by item.
fn strengths(problem: &str, name: &str, columns: Option<&str>) -> Vec<(String, f64)> {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tests/fixtures/ranking");
    fs::copy(fixtures.join(name), folder.path().join(name)).expect("copied");
    let experiment = json!({
        "schema": 1,
        "problem": { "id": problem, "data": name },
        "runs": [{ "method": "ranking.newman" }],
        "stop": { "rtol": 1e-10, "max_steps": 20_000 }
    });
    fs::write(folder.path().join("e.json"), experiment.to_string()).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_iterscope"));
    command.args(["run", "e.json", "--json", "--result", "r.csv"]).current_dir(folder.path());
    if let Some(columns) = columns {
        command.args(["--columns", columns]);
    }
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(folder.path().join("r.csv")).expect("the result");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let at = |word: &str| head.iter().position(|h| *h == word).expect("a column");
    let (item, strength) = (at("item"), at("strength"));
    lines
        .map(|line| {
            // Names with commas are quoted; the strength is the first column behind them.
            let (name, rest) = match line.split_once('"') {
                Some((_, rest)) => rest.split_once("\",").expect("a quote that ends"),
                None => {
                    let start = line.match_indices(',').nth(item - 1).expect("columns").0 + 1;
                    line[start..].split_once(',').expect("columns")
                }
            };
            let value = rest.split(',').nth(strength - item - 1).expect("a strength");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

/// A fixture, what its columns are for, and the strengths.
type Case<'a> = (&'a str, Option<&'a str>, &'a [(&'a str, f64)]);

/// Strengths up to a common factor.
fn same(problem: &str, name: &str, columns: Option<&str>, wanted: &[(&str, f64)], tolerance: f64) {
    let found = strengths(problem, name, columns);
    assert_eq!(found.len(), wanted.len(), "{name}: {found:?}");
    let of = |item: &str| found.iter().find(|(n, _)| n == item).unwrap_or_else(|| panic!("{name}: {found:?}")).1;
    let factor = wanted[0].1 / of(wanted[0].0);
    for (item, strength) in wanted {
        let ratio = factor * of(item) / strength;
        assert!((ratio - 1.0).abs() < tolerance, "{name}: {item} is {} and not {strength}", factor * of(item));
    }
}

#[test]
fn games_of_all_layouts_have_the_strengths_of_a_separate_fit() {
    let arena = [
        ("delta-chat", 1.71999),
        ("gamma-7b", 1.18258),
        ("omega-13b-v2", 0.94324),
        ("sigma-lite", 0.91484),
        ("rho-4", 0.56974),
    ];
    let tennis = [
        ("Ivo Marsk", 2.79804),
        ("Tomas Leal", 2.16076),
        ("Per Lindqvist", 1.72404),
        ("Ken Aoyama", 1.22711),
        ("Raul Ortega", 0.42426),
        ("Jo Baker", 0.18428),
    ];
    let drawn = [
        ("a", 5.94778),
        ("b", 1.94318),
        ("c", 1.24587),
        ("d", 1.21078),
        ("e", 0.53837),
        ("f", 0.45216),
        ("g", 0.23563),
    ];
    let ideas = "More trees, fewer cars";
    let cases: [Case<'_>; 15] = [
        ("arena-both-bad.csv", None, &[("m1", 1.40918), ("m3", 1.0), ("m2", 0.70963)]),
        ("arena-json.json", None, &arena),
        ("arena-jsonl.jsonl", None, &arena),
        ("arena-one-hot.csv", None, &[("m1", 1.41382), ("m3", 1.09284), ("m2", 0.64722)]),
        ("choice-1-2-stimuli.csv", None, &[("red", 2.1304), ("green", 1.0), ("blue", 0.4694)]),
        ("result-1-2-individuals.csv", None, &[("C", 1.28962), ("B", 1.0), ("A", 0.77542)]),
        ("chosen-rejected.csv", None, &[("A", 1.52138), ("B", 1.0), ("C", 0.6573)]),
        ("draw-column.txt", None, &drawn),
        ("draw-column-01.csv", None, &[("A", 1.0), ("B", 1.0), ("C", 1.0)]),
        (
            "pro-football-reference.csv",
            None,
            &[("Pilots", 2.28668), ("Drifters", 0.90384), ("Miners", 0.76011), ("Hawks", 0.63655)],
        ),
        ("winner-loser-equal-scores.csv", None, &[("Blues", 1.36376), ("Greens", 0.93923), ("Reds", 0.78071)]),
        ("walkovers.csv", None, &[("B", std::f64::consts::SQRT_2), ("A", std::f64::consts::FRAC_1_SQRT_2)]),
        ("walkovers-49-columns.csv", None, &tennis),
        (
            "ids-in-place-of-text.csv",
            None,
            &[(ideas, 2.35133), ("Free Wi-Fi in parks", 0.78378), ("Longer library hours", 0.54262)],
        ),
        (
            "ids-in-place-of-text.csv",
            Some("invalid=counted"),
            &[(ideas, 1.68019), ("Free Wi-Fi in parks", 0.8472), ("Longer library hours", 0.70251)],
        ),
    ];
    for (name, columns, wanted) in cases {
        same("ranking.pairwise", name, columns, wanted, 2e-5);
    }
}

#[test]
fn orders_of_all_layouts_have_the_strengths_of_a_separate_fit() {
    let drinks = [("Tea", 2.7857), ("Coffee", 1.1979), ("Juice", 0.9574), ("Water", 0.313)];
    let drivers = [
        ("1", 3.2527),
        ("2", 2.5203),
        ("3", 2.4233),
        ("4", 1.0343),
        ("5", 0.8475),
        ("6", 0.5018),
        ("7", 0.399),
        ("8", 0.2869),
    ];
    let cases: [Case<'_>; 7] = [
        ("rank-matrix.csv", None, &drinks),
        ("rank-matrix-forms.csv", None, &drinks),
        ("orders-tied-first.csv", None, &[("A", 1.8621), ("B", 1.2937), ("C", 0.9276), ("D", 0.4475)]),
        ("null-as-backslash-n.csv", None, &drivers),
        ("soi-bullet-ballots.soi", None, &[("Tuna", 3.108), ("Squid", 2.326), ("Prawn roll", 0.618), ("Eel", 0.224)]),
        (
            "soi-bullet-ballots.soi",
            Some("unnamed=behind"),
            &[("Eel", 1.8095), ("Prawn roll", 1.2282), ("Tuna", 0.9969), ("Squid", 0.4513)],
        ),
        ("json-is-no-order.json", None, &[("0", 1.0), ("1", 1.0), ("2", 1.0)]),
    ];
    for (name, columns, wanted) in cases {
        same("ranking.orders", name, columns, wanted, 2e-3);
    }
}
