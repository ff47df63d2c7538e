//! `iterscope import`: links and code of VisualPDE from the command line and from files.

use std::process::{Command, Output};

fn iterscope(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iterscope")).args(args).output().expect("the program runs")
}

const CODE: &str =
    "presets[\"one\"] = { numSpecies: 1, reactionStr_1: \"u*(1-u)\", diffusionStr_1_1: 2, squareCanvas: true };";

#[test]
fn an_experiment_is_written_and_remarks_are_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, out) = (folder.path().join("code.txt"), folder.path().join("experiment.json"));
    std::fs::write(&file, CODE).expect("written");
    let (file, out) = (file.to_str().expect("a path"), out.to_str().expect("a path"));
    let done = iterscope(&["import", file, "--out", out]);
    assert!(done.status.success(), "{done:?}");
    let said = String::from_utf8(done.stderr).expect("text");
    assert!(said.contains("import: one\n") && said.contains("centres of its cells"), "{said}");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(out).expect("written")).expect("JSON");
    assert_eq!(json["problem"]["id"], "pde.system");
    let equations = json["problem"]["params"]["equations"].as_str().expect("a text");
    assert!(equations.starts_with("u_t = 2*lap(u) + u*(1 - u)\nu(0) = 1\n"), "{equations}");
    // The same on standard output.
    let printed = iterscope(&["import", file]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&printed.stdout).expect("JSON"), json);
}

#[test]
fn bad_links_end_with_status_2_and_their_place() {
    let cut = iterscope(&["import", "https://visualpde.com/sim/?options=N4IgDiBcIMIK4GcAuB7AtiANCARgVShA"]);
    assert_eq!(cut.status.code(), Some(2));
    let said = String::from_utf8(cut.stderr).expect("text");
    assert!(said.contains("import, character 68: the link is cut off here"), "{said}");
    let missing = iterscope(&["import", "no-such-file.txt"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no-such-file.txt is no link of VisualPDE"));
}
