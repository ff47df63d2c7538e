//! Halves of tables of distances as atlases and programs print them, from the file to the map.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

/// The distances between names, as they stand in a file whose rows begin with a name; columns are those of `names`.
fn given(text: &str, names: &[&str]) -> HashMap<(String, String), f64> {
    let mut all = HashMap::new();
    for line in text.lines() {
        let Some((row, cells)) = line.split_once(',') else { continue };
        for (cell, column) in cells.split(',').zip(names) {
            if let (Ok(value), true) = (cell.trim().parse::<f64>(), row != *column) {
                all.insert((row.to_owned(), (*column).to_owned()), value);
            }
        }
    }
    all
}

#[test]
fn both_halves_of_a_table_give_the_map_whose_distances_they_are() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tests/fixtures/completion");
    let names: Vec<String> = (0..20).map(|i| format!("city{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let read = |name: &str| fs::read_to_string(fixtures.join(name)).expect("a fixture");
    let upper = read("d_upper_n1.csv");
    // Its columns begin with the second point, its rows end with the last but one.
    let (_, upper) = upper.split_once('\n').expect("a header");
    for (file, known) in [
        ("d_lower_ragged.csv", given(&read("d_lower_ragged.csv"), &names)),
        ("d_upper_n1.csv", given(upper, &names[1..])),
    ] {
        assert!(known.len() == 190 || file.contains("upper") && known.len() > 100, "{file}: {}", known.len());
        let folder = tempfile::tempdir().expect("a folder");
        let experiment = json!({
            "schema": 1,
            "problem": { "id": "completion.distances", "data": fixtures.join(file), "params": { "held_out": 0.0 } },
            "runs": [{ "method": "completion.als" }],
            "stop": { "rtol": 1e-10, "max_steps": 500 }
        });
        fs::write(folder.path().join("e.json"), experiment.to_string()).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_iterscope"));
        let output = command
            .args(["run", "e.json", "--result", "r.csv"])
            .current_dir(folder.path())
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("20 points in 2 dimensions"), "{file}");
        let result = fs::read_to_string(folder.path().join("r.csv")).expect("the map");
        let mut lines = result.lines();
        let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
        let mut compared = 0;
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            for (name, cell) in head.iter().zip(&cells).skip(3) {
                let to = name.strip_prefix("to ").expect("a distance");
                if let Some(distance) = known.get(&(cells[0].to_owned(), to.to_owned())) {
                    let found: f64 = cell.parse().expect("a number");
                    assert!((found - distance).abs() < 1e-3, "{file}: {} to {to}: {found}, not {distance}", cells[0]);
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, known.len(), "{file}");
    }
}
