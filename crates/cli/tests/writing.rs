//! What is written, what is refused before anything runs, and what a write that fails leaves.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const EXPERIMENT: &str = r#"{ "schema": 1,
  "problem": { "id": "ranking.pairwise", "data": "games.csv" },
  "runs": [ { "method": "ranking.zermelo", "backend": "cpu-f64" }, { "method": "ranking.newman" } ],
  "stop": { "rtol": 1e-12, "max_steps": 5000 } }"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("e.json"), EXPERIMENT).expect("written");
    let games = "winner,loser,count\na,b,30\nb,a,1\nb,c,20\nc,b,2\nc,d,5\nd,c,1\nd,a,1\n";
    fs::write(folder.path().join("games.csv"), games).expect("written");
    folder
}

fn iterscope(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iterscope")).args(args).current_dir(folder).output().expect("it starts")
}

/// All files of a folder with what is in them.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("read")))
        .collect();
    files.sort();
    files
}

#[test]
fn outputs_over_inputs_or_over_one_another_are_refused_and_nothing_is_touched() {
    let f = folder();
    fs::create_dir(f.path().join("sub")).expect("a folder");
    fs::copy(f.path().join("e.json"), f.path().join("e.csv")).expect("copied");
    fs::write(f.path().join("kept.csv"), "old").expect("written");
    let mut kept = fs::metadata(f.path().join("kept.csv")).expect("there").permissions();
    kept.set_readonly(true);
    fs::set_permissions(f.path().join("kept.csv"), kept).expect("read-only");
    let before = all(f.path());
    let cases: [(&[&str], &str); 13] = [
        (&["run", "e.json", "--result", "games.csv"], "--result: games.csv would be written over its data"),
        (&["run", "e.json", "--trace", "./sub/../games.csv"], "written over its data"),
        (&["run", "e.json", "--result", "e.json"], "--result: e.json would be written over the experiment"),
        (&["run", "e.csv", "--trace", "e.csv"], "--trace: e.csv would be written over the experiment"),
        (&["run", "e.json", "--trace", "t.csv", "--result", "sub/../t.csv"], "written over --trace"),
        (&["run", "e.json", "--trace", "t.txt"], "--trace: traces are written as CSV"),
        (&["run", "e.json", "--result", "r.xls"], "--result"),
        (&["run", "e.json", "--trace", "nowhere/t.csv"], "--trace: nowhere/t.csv cannot be written"),
        (&["run", "e.json", "--trace", "e.json/t.csv"], "cannot be written"),
        (&["run", "e.json", "--trace", "kept.csv"], "kept.csv is read-only"),
        (
            &["ask", "e.json", "ranking.intervals", "--out", "games.csv"],
            "--out: games.csv would be written over its data",
        ),
        (&["ask", "e.json", "ranking.intervals", "--out", "sub", "--format", "md"], "--out: sub is a folder"),
        (&["import", "e.json", "--out", "e.json"], "written over the simulation"),
    ];
    for (args, words) in cases {
        let output = iterscope(f.path(), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
        assert!(output.stdout.is_empty(), "{args:?} began to run");
        assert_eq!(all(f.path()), before, "{args:?}");
    }
}

#[test]
fn wrong_parameters_of_all_runs_are_named_before_the_data_are_read() {
    let f = folder();
    let wrong = EXPERIMENT
        .replace("games.csv", "missing.csv")
        .replace(
            "{ \"method\": \"ranking.newman\" }",
            "{ \"method\": \"ranking.newman\", \"params\": { \"omega\": 1 } }",
        )
        .replace("\"backend\": \"cpu-f64\"", "\"params\": { \"theta\": 2 }");
    fs::write(f.path().join("e.json"), wrong).expect("written");
    let output = iterscope(f.path(), &["run", "e.json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("runs[0].params.theta") && said.contains("runs[1].params.omega"), "{said}");
    assert!(!said.contains("missing.csv"), "{said}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    /// Runs under a limit of the size of files, which stands for a full disk.
    fn limited(folder: &Path, before: &str) -> Output {
        let line = format!("ulimit -f 1; {before} exec \"$0\" run e.json --trace t.csv");
        let mut shell = Command::new("sh");
        shell.args(["-c", &line, env!("CARGO_BIN_EXE_iterscope")]).current_dir(folder).output().expect("it starts")
    }

    #[test]
    fn a_write_that_fails_or_is_killed_leaves_the_old_file_whole() {
        let f = folder();
        assert!(iterscope(f.path(), &["run", "e.json", "--trace", "t.csv"]).status.success());
        assert!(fs::read(f.path().join("t.csv")).expect("the trace").len() > 2048, "too short to meet the limit");
        fs::write(f.path().join("t.csv"), "old").expect("written");
        let before = all(f.path());
        // The signal ignored, the write fails.
        let failed = limited(f.path(), "trap '' XFSZ;");
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(String::from_utf8_lossy(&failed.stderr).contains("t.csv cannot be written"), "{failed:?}");
        assert_eq!(all(f.path()), before);
        // Else it kills the program in the midst of writing.
        let killed = limited(f.path(), "");
        assert_eq!(killed.status.code(), None, "{killed:?}");
        assert_eq!(fs::read_to_string(f.path().join("t.csv")).expect("the trace"), "old");
    }

    #[test]
    fn new_files_and_replaced_ones_have_the_rights_that_any_program_would_leave() {
        let f = folder();
        let path = |name: &str| f.path().join(name);
        let mode = |name: &str| fs::metadata(path(name)).expect("there").permissions().mode() & 0o777;
        fs::write(path("old.csv"), "old").expect("written");
        fs::set_permissions(path("old.csv"), fs::Permissions::from_mode(0o640)).expect("set");
        symlink("old.csv", path("link.csv")).expect("a link");
        let output = iterscope(f.path(), &["run", "e.json", "--trace", "link.csv", "--result", "r.csv"]);
        assert!(output.status.success(), "{output:?}");
        // The link stays one, and what it leads to is written.
        assert!(fs::symlink_metadata(path("link.csv")).expect("there").is_symlink());
        assert!(fs::read_to_string(path("old.csv")).expect("the trace").starts_with("run,method"));
        assert_eq!((mode("old.csv"), mode("r.csv")), (0o640, mode("e.json")));
    }

    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        let f = folder();
        let output = iterscope(f.path(), &["run", "e.json", "--json", "--trace", "/dev/stderr"]);
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("run,method,step"), "{output:?}");
    }
}
