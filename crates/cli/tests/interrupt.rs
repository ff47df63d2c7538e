//! A long run says where it is, and Ctrl-C leaves what was asked for.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn a_long_run_says_where_it_is_and_an_interrupted_one_writes_what_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let experiment = r#"{ "schema": 1,
        "problem": { "id": "pde.advection-diffusion", "params": { "n": 256 } },
        "runs": [ { "method": "pde.jacobi", "backend": "cpu-f64" }, { "method": "pde.cg", "backend": "cpu-f64" } ],
        "stop": { "rtol": 1e-13, "max_steps": 1000000 } }"#;
    fs::write(folder.path().join("e.json"), experiment).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_iterscope"))
        .args(["run", "e.json", "--json", "--trace", "t.csv", "--result", "u.npy"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("a line");
    assert!(line.starts_with("iterscope: 10 s: Jacobi") && line.contains(" of at most 1000000"), "{line}");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("sent");
    assert!(sent.success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("the rest");
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("the report");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let runs = report["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 1);
    let steps = runs[0]["steps"].as_u64().expect("steps");
    assert_eq!(runs[0]["stop"], "interrupted");
    assert_eq!(runs[0]["words"], format!("Interrupted at step {steps}."));
    assert!(rest.contains(&format!("interrupted in runs[0] at step {steps}")), "{rest}");
    assert!(rest.contains("1 of 2 runs were not started"), "{rest}");
    // The row was finished: the last one is that of the step at which it stopped.
    let trace = fs::read_to_string(folder.path().join("t.csv")).expect("the trace");
    let last = trace.lines().last().expect("a row");
    assert!(last.starts_with(&format!("0,pde.jacobi,{steps},")), "{last}");
    assert!(fs::read(folder.path().join("u.npy")).expect("the field").starts_with(b"\x93NUMPY"));
    let seconds = &report["seconds"];
    for phase in ["read", "build", "reference", "predict", "run", "measure", "write"] {
        assert!(seconds[phase].as_f64().expect("seconds") >= 0.0, "{phase}");
    }
    let whole = seconds["run"].as_f64().expect("seconds") + seconds["measure"].as_f64().expect("seconds");
    assert!(whole > 5.0, "{seconds}");
}
