//! The command line as programs use it: keys, files, statuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const GAMES: &str = "winner,loser,count\na,b,3\nb,a,1\n";
const EXPERIMENT: &str = r#"{ "schema": 1,
  "problem": { "id": "ranking.pairwise", "data": "games.csv" },
  "runs": [ { "method": "ranking.newman" }, { "method": "ranking.zermelo", "backend": "cpu-f64", "params": {} } ],
  "seed": 7,
  "stop": { "rtol": 1e-8, "max_steps": 5000 } }"#;

fn folder(experiment: &str, games: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("e.json"), experiment).expect("written");
    fs::write(folder.path().join("games.csv"), games).expect("written");
    folder
}

fn iterscope(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iterscope")).args(args).current_dir(folder).output().expect("it starts")
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

/// Expects status 2 and returns what was said.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_run_reports_every_key_and_writes_its_files() {
    let f = folder(EXPERIMENT, GAMES);
    let args = ["run", "e.json", "--json", "--trace", "t.csv", "--result", "r.csv"];
    let whole = json(&iterscope(f.path(), &args));
    let runs = whole["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 2);
    for run in runs {
        assert_eq!((&run["backend"], &run["stop"]), (&"cpu-f64".into(), &"converged".into()));
        assert!(run["steps"].as_u64().expect("steps") > 0 && run["work"]["operator"].is_u64());
        assert!(run["seconds"]["run"].is_f64() && run["seconds"]["measure"].is_f64());
        assert!(run["final"]["gradient.rel"].as_f64().expect("a value") <= 1e-8);
        assert_eq!(run["trace_hash"].as_str().expect("a hash").len(), 16);
    }
    let seconds = whole["seconds"].as_object().expect("an object");
    let phases: Vec<&str> = seconds.keys().map(String::as_str).collect();
    assert_eq!(phases, ["build", "measure", "predict", "read", "reference", "run", "write"]);
    assert!(
        seconds["reference"].as_f64().expect("seconds") > 0.0 && seconds["predict"].as_f64().expect("seconds") > 0.0
    );
    let trace = fs::read_to_string(f.path().join("t.csv")).expect("the trace");
    assert!(trace.starts_with("run,method,step,seconds,work.operator,"));
    let result = fs::read_to_string(f.path().join("r.csv")).expect("the result");
    let mut lines = result.lines();
    assert!(lines.next().expect("a head").starts_with("rank,item,strength,"));
    assert!(lines.next().expect("the first").starts_with("1,a,"));
    // The same experiment is the same run.
    let again = json(&iterscope(f.path(), &args));
    assert_eq!(again["runs"][0]["trace_hash"], whole["runs"][0]["trace_hash"]);
}

#[test]
fn data_of_the_command_line_stand_in_for_those_of_the_experiment() {
    let f = folder(&EXPERIMENT.replace("games.csv", "elsewhere.csv"), GAMES);
    assert!(refused(&iterscope(f.path(), &["run", "e.json"])).contains("elsewhere.csv"));
    json(&iterscope(f.path(), &["run", "e.json", "--data", "games.csv", "--json"]));
}

#[test]
fn fields_and_grids_can_be_taken_as_arrays() {
    let pde = r#"{ "schema": 1, "problem": { "id": "pde.advection-diffusion", "params": { "n": 8 } },
        "runs": [ { "method": "pde.cg", "backend": "cpu-f64" } ] }"#;
    let f = folder(pde, GAMES);
    json(&iterscope(f.path(), &["run", "e.json", "--json", "--result", "u.npy"]));
    let bytes = fs::read(f.path().join("u.npy")).expect("the field");
    assert!(bytes.starts_with(b"\x93NUMPY"));
    assert!(String::from_utf8_lossy(&bytes[..128]).contains("(9, 9)"));
    assert!(
        refused(&iterscope(f.path(), &["run", "e.json", "--result", "u.xls"])).contains(".csv, .npy, .npz or .json")
    );
}

#[test]
fn bad_input_is_named_with_status_2() {
    let cases = [
        ("\"seed\"", "\"sede\"", "sede"),
        ("\"schema\": 1", "\"schema\": 9", "newer"),
        ("ranking.zermelo", "ranking.zermel", "runs[1].method"),
        ("\"params\": {}", "\"params\": { \"omega\": 1 }", "runs[1].params.omega"),
        ("cpu-f64", "cpu-f32", "runs[1].backend"),
        ("ranking.pairwise", "ranking.pears", "problem.id"),
        ("1e-8", "7", "stop.rtol"),
        ("{ \"schema\"", "{{ \"schema\"", "line 1"),
    ];
    for (from, to, words) in cases {
        let f = folder(&EXPERIMENT.replacen(from, to, 1), GAMES);
        let said = refused(&iterscope(f.path(), &["run", "e.json"]));
        assert!(said.contains(words), "{to}: {said}");
    }
    for (games, words) in [
        ("", "empty"),
        ("winner,loser\na,a\n", "against itself"),
        ("winner,loser,count\na,b,-1\n", "line 2, column 3"),
        ("winner,loser,count\na,b,NaN\n", "line 2, column 3"),
        ("winner\na\n", "column"),
    ] {
        let f = folder(EXPERIMENT, games);
        let said = refused(&iterscope(f.path(), &["run", "e.json"]));
        assert!(said.contains(words) && said.contains("problem.data"), "{games:?}: {said}");
    }
    let f = folder(EXPERIMENT, GAMES);
    assert_eq!(iterscope(f.path(), &["run", "nothing.json"]).status.code(), Some(2));
    assert_eq!(iterscope(f.path(), &["fly"]).status.code(), Some(2));
}

#[test]
fn checks_are_listed_with_claim_and_measurement() {
    let f = folder(EXPERIMENT, GAMES);
    let rows = json(&iterscope(f.path(), &["check", "ranking.newman.two-players", "--json"]));
    let rows = rows.as_array().expect("a list");
    assert!(!rows.is_empty());
    for row in rows {
        for key in ["claim", "source", "expected", "measured", "tolerance", "ok"] {
            assert!(!row[key].is_null(), "{key}: {row}");
        }
    }
    assert!(rows.iter().any(|r| r["expected"] == 3.0 && r["ok"] == true));
    refused(&iterscope(f.path(), &["check", "no.such.check"]));
}

#[test]
fn the_catalog_is_listed_for_people_and_programs() {
    let f = folder(EXPERIMENT, GAMES);
    let whole = json(&iterscope(f.path(), &["list", "--json"]));
    let families = whole["families"].as_array().expect("families");
    assert!(families.iter().all(|f| ["problems", "methods", "presets"].iter().all(|k| f[k].is_array())));
    let text = String::from_utf8(iterscope(f.path(), &["list"]).stdout).expect("text");
    for id in ["pde.cg", "completion.als", "ranking.newman", "sample:citations"] {
        assert!(text.contains(id), "{id}");
    }
}

#[test]
fn a_question_is_answered_in_the_format_that_the_file_asks_for() {
    let f = folder(EXPERIMENT, GAMES);
    let ask = |args: &[&str]| iterscope(f.path(), &[&["ask", "e.json"], args].concat());
    let answer = json(&ask(&["ranking.intervals", "--format", "json", "--set", "level=0.9"]));
    let blocks = answer["blocks"].as_array().expect("blocks");
    let table = blocks.iter().find_map(|b| b.get("table")).expect("a table");
    let items: Vec<&str> =
        table["rows"].as_array().expect("rows").iter().map(|r| r[1].as_str().unwrap_or("")).collect();
    assert!(items.contains(&"a") && items.contains(&"b"), "{table}");
    let told = blocks.iter().filter_map(|b| b["text"].as_str()).collect::<Vec<_>>().join(" ");
    assert!(told.contains("ranking.newman") && told.contains(env!("CARGO_PKG_VERSION")), "{told}");
    assert!(ask(&["ranking.pair", "--set", "a=b", "--set", "b=a", "--out", "pair.csv"]).status.success());
    assert!(fs::read_to_string(f.path().join("pair.csv")).expect("a file").contains(','));
    assert!(refused(&ask(&["ranking.pair", "--set", "a=nobody"])).contains("params.a"));
    assert!(refused(&ask(&["ranking.intervals", "--set", "level"])).contains("--set"));
    assert!(refused(&ask(&["ranking.intervals", "--run", "7"])).contains("2 runs"));
    assert!(refused(&ask(&["ranking.intervals", "--format", "docx"])).contains("known: md"));
    assert!(refused(&ask(&["pde.why"])).contains("ranking.intervals"));
}

#[test]
fn an_answer_with_one_table_is_an_array_too() {
    let f = tempfile::tempdir().expect("a folder");
    let experiment = r#"{ "schema": 1, "problem": { "id": "completion.ratings", "data": "r.csv", "params": { "rank": 1 } },
        "runs": [ { "method": "completion.als" } ], "stop": { "max_steps": 20 } }"#;
    fs::write(f.path().join("e.json"), experiment).expect("written");
    let rows = "user,item,rating\nAnn,x,5\nAnn,y,3\nBob,x,4\nBob,y,2\nBob,z,1\nCy,z,2\nCy,x,5\n";
    fs::write(f.path().join("r.csv"), rows).expect("written");
    let ask = |args: &[&str]| iterscope(f.path(), &[&["ask", "e.json"], args].concat());
    let taken = ask(&["completion.predictions", "--set", "user=Ann", "--out", "p.npy"]);
    assert!(taken.status.success(), "{taken:?}");
    let bytes = fs::read(f.path().join("p.npy")).expect("a file");
    let head = String::from_utf8_lossy(&bytes[..256]);
    assert!(bytes.starts_with(b"\x93NUMPY") && head.contains("('prediction', '<f8')"), "{head}");
    assert!(head.contains("('user', '<U3')") && head.contains("(3,)"), "{head}");
    assert!(ask(&["completion.factors", "--set", "of=columns", "--out", "f.npz"]).status.success());
    assert!(fs::read(f.path().join("f.npz")).expect("a file").starts_with(b"PK"));
    assert!(refused(&ask(&["completion.recommend", "--out", "q.npy"])).contains("tables, and an array holds one"));
    assert!(refused(&ask(&["completion.factors", "--format", "npy"])).contains("--out"));
}

#[test]
fn awkward_ratings_are_told_where_they_are() {
    let f = tempfile::tempdir().expect("a folder");
    let run = |rows: &str, params: &str| {
        let experiment = format!(
            r#"{{ "schema": 1, "problem": {{ "id": "completion.ratings", "data": "r.csv", "params": {{ {params} }} }},
                "runs": [ {{ "method": "completion.als" }} ], "seed": 7, "stop": {{ "rtol": 1e-6, "max_steps": 20 }} }}"#
        );
        fs::write(f.path().join("e.json"), experiment).expect("written");
        fs::write(f.path().join("r.csv"), format!("user,item,rating,time\n{rows}")).expect("written");
        iterscope(f.path(), &["run", "e.json", "--json"])
    };
    let day = |user: &str, item: &str, rating: &str, day: u32| format!("{user},{item},{rating},2024-05-{day:02}\n");
    // Names are kept as written, whatever number they look like; a pair rated twice counts once, and that is said.
    let twice = [("7", "1e3", "4", 3), ("007", "1e3", "2", 1), ("7", "1000", "5", 4), ("7", "1e3", "1", 2)]
        .map(|(user, item, rating, on)| day(user, item, rating, on))
        .concat();
    let whole = json(&run(&twice, r#""rank": 1"#));
    let notes = whole["notes"].to_string();
    assert!(whole.to_string().contains("3 ratings of 2 items by 2 users"), "{whole}");
    assert!(notes.contains("Line 5 rates"), "{notes}");
    assert!(notes.contains("the newest rating counts") && notes.contains(r#""field":"duplicates""#), "{notes}");
    assert!(
        json(&run(&twice, r#""rank": 1, "duplicates": "mean""#))["notes"]
            .to_string()
            .contains("the mean of the ratings")
    );
    let said = refused(&run(&twice, r#""rank": 1, "duplicates": "refuse""#));
    assert!(said.contains("problem.params.duplicates") && said.contains("7 rates 1e3 more than once"), "{said}");
    // Infinite, with a decimal comma that separates, and a rank that two users cannot have.
    for (rating, words) in [("inf", "line 2, column 3"), ("4,5", "line 2, column 5")] {
        let said = refused(&run(&day("a", "x", rating, 1), r#""rank": 1"#));
        assert!(said.contains(words) && said.contains("problem.data"), "{rating}: {said}");
    }
    let said = refused(&run(&twice, r#""rank": 3"#));
    assert!(said.contains("problem.params.rank") && said.contains("rank 2 at most, not 3"), "{said}");
}

#[test]
fn seeds_and_profiles_are_written_and_wrong_ones_refused() {
    let f = folder(EXPERIMENT, GAMES);
    let done = iterscope(f.path(), &["seeds", "e.json", "--count", "4", "--out", "s.tex"]);
    assert!(done.status.success());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        said.contains("4 seeds, 7 to 10") && said.contains("nothing in this experiment is drawn at random"),
        "{said}"
    );
    assert!(fs::read_to_string(f.path().join("s.tex")).expect("the table").contains("\\toprule"));
    assert!(refused(&iterscope(f.path(), &["seeds", "e.json", "--count", "1"])).contains("--count"));
    fs::write(f.path().join("other.json"), EXPERIMENT.replace("1e-8", "1e-4")).expect("written");
    let done = iterscope(f.path(), &["profile", "e.json", "other.json", "ranking.world-cup", "--out", "p.svg"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("2 methods on 3 problems"), "{said}");
    assert_eq!(fs::read_to_string(f.path().join("p.svg")).expect("plots").matches("<polyline").count(), 6);
    let table = json(&iterscope(f.path(), &["profile", "e.json", "--seeds", "2", "--format", "json"]));
    assert_eq!(table["title"], "Performance profile");
    assert!(refused(&iterscope(f.path(), &["profile", "e.json", "nothing.here"])).contains("nothing.here"));
    assert!(
        refused(&iterscope(f.path(), &["profile", "e.json", "pde.poisson"])).contains("none of the methods runs on")
    );
    assert!(refused(&iterscope(f.path(), &["profile", "e.json", "--out", "e.json"])).contains("e.json"));
}
