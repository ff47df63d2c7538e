//! Tables with holes, and tables of distances.

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Dataset, Extent, Picture, PictureKind, Severity, Table};

use super::{built, diary, field, int, model, noted, real, run, text};
use crate::harness::{MethodRun, Setting};
use crate::methods::als;
use crate::problems::{distances, table};

fn sheet() -> Table {
    let columns = ["a", "twice", "gone", "flat", "shifted"].map(str::to_owned).to_vec();
    let rows: Vec<String> = (0..20).map(|i| format!("r{i}")).collect();
    let mut values = Vec::new();
    for i in 0..20 {
        let x = f64::from(i);
        let hole = |here: bool, v: f64| if here { f64::NAN } else { v };
        values.extend([
            hole(i == 4, x),
            hole(i == 7, 200.0 * x),
            f64::NAN,
            hole(i == 2, 5.0),
            hole(i == 11, 1000.0 - x),
        ]);
    }
    Table { columns, rows, values, remarks: vec!["one remark".into()] }
}

#[test]
fn a_table_is_filled_in_its_own_units() {
    let data = Dataset::Table(sheet());
    for scale in ["standardise", "centre"] {
        let given = [int("rank", 1), text("scale", scale), real("held_out", 0.0)];
        let setting = built(&table::PROBLEM, &given, Some(&data));
        assert!(noted(&setting, "`gone`") && noted(&setting, "same number") && noted(&setting, "one remark"));
        let mut run = run(&setting, &als::METHOD, &[], 200);
        let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
        let expected = [
            "row",
            "a",
            "a (standard error of a new observation)",
            "twice",
            "twice (standard error of a new observation)",
            "gone",
            "flat",
            "flat (standard error of a new observation)",
            "shifted",
            "shifted (standard error of a new observation)",
        ];
        assert_eq!(columns, expected);
        let value = |i: usize, c: usize| if let Cell::Real(x) = rows[i][c] { x } else { f64::NAN };
        // The means are taken over what is seen, so a rank-1 fit is not exact, but close.
        for (i, c, truth, unit) in [(4, 1, 4.0, 6.0), (7, 3, 1400.0, 1200.0), (2, 6, 5.0, 1.0), (11, 8, 989.0, 6.0)] {
            assert!((value(i, c) - truth).abs() < 0.06 * unit, "{scale}, {}: {}", columns[c], value(i, c));
            assert!(value(i, c + 1) > 0.0 && value(i, c + 1) < unit);
        }
        assert_eq!(
            (value(3, 1), &rows[3][2], &rows[3][5]),
            (3.0, &Cell::Text(String::new()), &Cell::Text(String::new()))
        );
        assert_eq!(rows[6][0], Cell::Text("r6".into()));
    }
}

#[test]
fn standard_errors_say_how_wrong_filled_cells_are() {
    let setting = built(&table::PROBLEM, &[int("rank", 3), real("holes", 0.35), real("held_out", 0.15)], None);
    let mut run = run(&setting, &als::METHOD, &[real("ridge", 0.3)], 60);
    assert!(run.value("rmse.heldout") < 0.8 && run.value("error.all.rel") < 0.5);
    let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
    // The same table without holes: the generator draws the cells before the holes.
    let whole = built(&table::PROBLEM, &[real("holes", 0.0)], None);
    let Ok(Artifact::Table { rows: truth, .. }) = run_of(&whole).stepper.result() else { panic!("a table") };
    let (mut inside, mut count, mut place) = (0, 0, 0);
    for c in 1..columns.len() {
        if columns[c].ends_with("(standard error of a new observation)") {
            continue;
        }
        place += 1;
        for (row, truth) in rows.iter().zip(&truth) {
            if let (Cell::Real(filled), Cell::Real(error), Cell::Real(x)) = (&row[c], &row[c + 1], &truth[place]) {
                count += 1;
                inside += usize::from((filled - x).abs() < *error);
            }
        }
    }
    let share = f64::from(inside as u32) / f64::from(count as u32);
    // 68 % of normal errors are smaller than one standard error.
    assert!(count > 300 && share > 0.58 && share < 0.8, "{share} of {count}");
}

fn run_of(setting: &Setting) -> MethodRun {
    run(setting, &als::METHOD, &[], 1)
}

#[test]
fn wrong_tables_are_refused_at_their_field() {
    let data = |t: Table| Dataset::Table(t);
    assert_eq!(field(&table::PROBLEM, &[int("rank", 5)], Some(&data(sheet()))).0, "rank");
    let mut infinite = sheet();
    infinite.values[6] = f64::INFINITY;
    let (at, why) = field(&table::PROBLEM, &[], Some(&data(infinite)));
    assert!(at == "data" && why.contains("row 2, column `twice`"), "{why}");
    let empty = Table { values: vec![f64::NAN; 100], ..sheet() };
    assert!(field(&table::PROBLEM, &[], Some(&data(empty))).1.contains("no cell"));
    let short = Table { values: vec![1.0; 3], ..sheet() };
    assert_eq!(field(&table::PROBLEM, &[], Some(&data(short.clone()))).0, "data");
    assert_eq!(field(&table::PROBLEM, &[], Some(&Dataset::Ratings(diary()))).0, "data");
    assert_eq!(field(&distances::PROBLEM, &[], Some(&data(short))).0, "data");
    let square = |values: Vec<f64>| {
        let names: Vec<String> = (0..2).map(|i| format!("p{i}")).collect();
        data(Table { columns: names.clone(), rows: names, values, remarks: Vec::new() })
    };
    for (values, words) in [
        (vec![0.0, -1.0, 1.0, 0.0], "row `p0`, column `p1`"),
        (vec![0.0, 1.0, 1.0, 3.0], "from itself"),
        (vec![0.0, f64::INFINITY, 1.0, 0.0], "not a distance"),
    ] {
        let (at, why) = field(&distances::PROBLEM, &[], Some(&square(values)));
        assert!(at == "data" && why.contains(words), "{why}");
    }
    let (at, why) = field(&distances::PROBLEM, &[], Some(&square(vec![0.0, 1.0, 1.0, 0.0])));
    assert!(at == "dim" && why.contains("needs 4 points"), "{why}");
}

#[test]
fn places_are_recovered_from_some_distances() {
    for (shape, dim) in [("spiral", 2), ("square", 3), ("clusters", 2), ("spiral", 1)] {
        let given = [text("shape", shape), int("dim", dim), real("sampling", 0.7)];
        let setting = built(&distances::PROBLEM, &given, None);
        assert!(noted(&setting, "at most, however many points"));
        let mut run = run(&setting, &als::METHOD, &[], 0);
        let steps = run.steps_below("error.points.rel", 1e-6, 400);
        assert!(steps.is_some(), "{shape} {dim}: {}", run.value("error.points.rel"));
        let mut out = Picture::default();
        run.stepper.picture("points", Extent { width: 200, height: 200 }, &mut out).expect("the CPU");
        assert!(out.kind == PictureKind::Points && out.values.iter().zip(&out.aux).all(|(a, b)| (a - b).abs() < 1e-4));
    }
    let near = built(&distances::PROBLEM, &[text("pattern", "near"), real("sampling", 0.2)], None);
    assert!(
        near.instance.notes().iter().any(|n| n.severity == Severity::Warning && n.text.contains("Distances up to"))
    );
}

#[test]
fn a_table_of_distances_is_completed_in_its_own_units() {
    // A grid of 5 x 4 places; a third of the distances is missing, some from one half of the table alone.
    let n = 20;
    let place = |i: usize| ((i % 5) as f64, (i / 5) as f64);
    let distance = |i: usize, j: usize| {
        let ((a, b), (c, d)) = (place(i), place(j));
        ((a - c) * (a - c) + (b - d) * (b - d)).sqrt()
    };
    let values = (0..n * n)
        .map(|e| {
            let (i, j) = (e / n, e % n);
            let hidden = (i * j + i + j) % 3 == 1 || (i > j && (i + 2 * j) % 4 == 0);
            if hidden && i != j { f64::NAN } else { distance(i, j) }
        })
        .collect();
    let names: Vec<String> = (0..n).map(|i| format!("p{i}")).collect();
    let data = Dataset::Table(Table { columns: names.clone(), rows: names, values, remarks: Vec::new() });
    let setting = built(&distances::PROBLEM, &[real("held_out", 0.05)], Some(&data));
    let mut run = run(&setting, &als::METHOD, &[], 300);
    assert!(run.value("rmse.heldout") < 1e-4, "{}", run.value("rmse.heldout"));
    let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
    assert_eq!(columns[..4], ["point", "x", "y", "to p0"]);
    for (i, row) in rows.iter().enumerate() {
        for j in 0..n {
            let Cell::Real(found) = row[3 + j] else { panic!("a number") };
            assert!((found - distance(i, j)).abs() < 1e-2, "{i} {j} {found}");
        }
    }
}

#[test]
fn rows_and_columns_of_distances_are_matched_by_name() {
    let n = 8;
    let place = |i: usize| ((i % 3) as f64, (i / 3) as f64 + 0.25 * i as f64);
    let distance = |i: usize, j: usize| {
        let ((a, b), (c, d)) = (place(i), place(j));
        ((a - c) * (a - c) + (b - d) * (b - d)).sqrt()
    };
    let names = |which: &[usize]| which.iter().map(|i| format!("city {i}")).collect::<Vec<_>>();
    let given = |rows: &[usize], columns: &[usize], upper: bool| {
        let cell = |&i: &usize, &j: &usize| if upper && j <= i { f64::NAN } else { distance(i, j) };
        let values = rows.iter().flat_map(|i| columns.iter().map(move |j| cell(i, j))).collect();
        Dataset::Table(Table { columns: names(columns), rows: names(rows), values, remarks: Vec::new() })
    };
    let all: Vec<usize> = (0..n).collect();
    let turned: Vec<usize> = (0..n).map(|i| (3 * i + 5) % n).collect();
    for (data, words) in [
        (given(&turned, &all, false), "another order than the columns"),
        // As R prints the upper half: the first column and the last row are left out.
        (given(&all[..n - 1], &all[1..], true), "do not name the same points"),
        (given(&all, &all, true), "|x|"),
    ] {
        let setting = built(&distances::PROBLEM, &[real("held_out", 0.0)], Some(&data));
        assert!(noted(&setting, words), "{words}: {:?}", setting.instance.notes());
        let of = model(&setting);
        let crate::model::Data::Entries(entries) = &of.data else { panic!("entries") };
        assert_eq!((of.rows, entries.count()), (n, n * n));
        let points: Vec<usize> = match &of.form {
            crate::model::Form::Points(p) => p
                .names
                .iter()
                .map(|name| name.strip_prefix("city ").and_then(|i| i.parse().ok()).expect("a city"))
                .collect(),
            _ => panic!("points"),
        };
        for (i, &a) in points.iter().enumerate() {
            for (j, value) in entries.by_row.row_iter(i) {
                let expected = distance(a, points[j]);
                assert!((value - expected * expected).abs() < 1e-12, "{words}: {a} to {}", points[j]);
            }
        }
    }
    let (at, why) = field(&distances::PROBLEM, &[], Some(&given(&all[..5], &all[3..], false)));
    assert!(at == "data" && why.contains("`city 0`, `city 1`, `city 2` are rows and no columns"), "{why}");
    let Dataset::Table(mut close) = given(&all, &all, false) else { panic!("a table") };
    for name in &mut close.rows[..2] {
        *name = name.to_uppercase();
    }
    let (_, why) = field(&distances::PROBLEM, &[], Some(&Dataset::Table(close)));
    assert!(why.contains("Perhaps `CITY 0` and `city 0` are one point."), "{why}");
}
