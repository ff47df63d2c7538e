//! Answers on files that people brought, against independent programs. The files stand in tests/fixtures; those programs are
//! numpy (tests/oracles) and, for pixels, Pillow.

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, DataKind, Dataset, Method, Problem, Status, Stop, StopRule, Value};
use iterscope_driver::{Plan, Pumped, Run};
use iterscope_kernels::reduce::norm2;

use crate::analyses::test_support::{Asked, tables};
use crate::harness::{Given, MethodRun, Setting};
use crate::methods::{als, nuclear_apg, rpca, soft_impute, soft_impute_als};
use crate::model::factors::Factors;
use crate::problems::{image, low_rank, ratings, table};
use crate::{Completion, FAMILY};

fn read(kind: DataKind, name: &str, bytes: &[u8]) -> Dataset {
    iterscope_data::read(kind, name, bytes, None).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A run under the rule, as the driver ends it, with what it says at its end.
fn run(setting: &Setting, method: &Method, given: Given<'_>, rtol: f64, max_steps: u64) -> (Run, Stop, String) {
    let run = setting.run(method, given).expect("a valid method");
    let series = setting.instance.series();
    let rule = StopRule { rtol, max_steps, until: None };
    let plan = Plan::new(run.stepper, series, method.info.diagnostics.len(), rule);
    let mut run = Run::new(Plan { plateaus: method.info.plateaus, ..plan });
    let clock = || 0.0;
    while run.pump(u64::MAX, &clock, 1.0).expect("the CPU") != Pumped::Done {}
    let Status::Stopped(stop) = run.status() else { panic!("it ended") };
    let said = run.explain(series).expect("it ended");
    (run, stop, said)
}

fn factors(run: &mut Run) -> Factors {
    run.snapshot().expect("an iterate").downcast_ref::<Factors>().expect("factors").clone()
}

fn built(problem: &Problem, given: Given<'_>, data: &Dataset, seed: u64) -> Setting {
    Setting::new(problem, given, Some(data), seed).unwrap_or_else(|e| panic!("{e:?}"))
}

fn numbers(text: &str) -> Vec<Vec<f64>> {
    let number = |s: &str| if s.is_empty() { f64::NAN } else { s.parse().unwrap_or(f64::NAN) };
    text.lines().map(|line| line.split(',').map(number).collect()).collect()
}

fn grid(artifact: Artifact) -> (usize, usize, Vec<f64>) {
    let Artifact::Grid { rows, cols, values } = artifact else { panic!("a grid") };
    (rows, cols, values)
}

#[test]
fn colours_stay_where_they_are_in_every_arrangement() {
    // 8 x 8 pixels, the left half pure red, the right half pure blue.
    let data = read(DataKind::Image, "red_blue.png", include_bytes!("../../tests/fixtures/red_blue.png"));
    let all = [
        ("beside", "pixels"),
        ("stacked", "pixels"),
        ("beside", "tiles"),
        ("stacked", "tiles"),
        ("beside", "patches"),
        ("stacked", "patches"),
    ];
    for (colour, columns) in all {
        let given = [
            ("colour", colour.into()),
            ("columns", columns.into()),
            ("patch", 4.into()),
            ("stride", 2.into()),
            ("size", 8.into()),
            ("rank", 4.into()),
            ("rate", 1.0.into()),
        ];
        let setting = built(&image::PROBLEM, &given, &data, 1);
        let (mut run, ..) = run(&setting, &als::METHOD, &[], 1e-12, 60);
        let (rows, cols, values) = grid(run.result().expect("the CPU"));
        assert_eq!((rows, cols), (8, 24), "{colour}, {columns}: colours side by side");
        for (e, value) in values.iter().enumerate() {
            let (plane, column) = (e % 24 / 8, e % 8);
            let expected = match plane {
                0 => f64::from(column < 4),
                1 => 0.0,
                _ => f64::from(column >= 4),
            };
            assert!((value - expected).abs() < 1e-9, "{colour}, {columns}, plane {plane}, column {column}: {value}");
        }
    }
}

#[test]
fn pixels_are_those_that_another_program_reads() {
    let data = read(DataKind::Image, "rgb.png", include_bytes!("../../tests/fixtures/rgb.png"));
    // row, column, red, green, blue, as Pillow reads them.
    let pixels = numbers(include_str!("../../tests/fixtures/rgb.pixels.csv"));
    for colour in ["beside", "stacked"] {
        let given = [("colour", colour.into()), ("rank", 48.into()), ("rate", 1.0.into()), ("size", 64.into())];
        let setting = built(&image::PROBLEM, &given, &data, 1);
        let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
        for p in &pixels[1..] {
            let (i, j) = (p[0] as usize, p[1] as usize);
            for plane in 0..3 {
                let at = if colour == "beside" { (i, plane * 64 + j) } else { (plane * 48 + i, j) };
                let value = model.true_entry(at.0, at.1).expect("a picture");
                assert!((value - p[2 + plane] / 255.0).abs() < 1e-12, "{colour} {i} {j} {plane}: {value}");
            }
        }
    }
}

/// Two columns of which no row shows both: means and deviations of the columns as numpy computes them, and no more.
#[test]
fn columns_never_seen_together_say_nothing_of_each_other() {
    let text = include_str!("../../tests/fixtures/never_together.csv");
    let data = read(DataKind::Table, "never_together.csv", text.as_bytes());
    for scale in ["standardise", "centre", "none"] {
        let given = [("rank", 1.into()), ("scale", scale.into()), ("held_out", 0.0.into())];
        let setting = built(&table::PROBLEM, &given, &data, 1);
        let note = setting.instance.notes().iter().find(|n| n.text.contains("2 parts")).expect("a note on the parts");
        assert!(note.text.contains("column `a`") && note.text.contains("column `b`"), "{}", note.text);
        let (mut run, ..) = run(&setting, &als::METHOD, &[("ridge", 0.1.into())], 1e-10, 500);
        let Ok(Artifact::Table { columns, rows }) = run.result() else { panic!("a table") };
        assert_eq!(columns.len(), 5, "{columns:?}");
        let given = numbers(text);
        let mut filled = [0, 0];
        for (cells, row) in rows.iter().zip(&given[1..]) {
            for c in 0..2 {
                let (Cell::Real(value), error) = (&cells[1 + 2 * c], &cells[2 + 2 * c]) else { panic!("a number") };
                if row[c].is_nan() {
                    let (mean, deviation) = column(&given[1..], c);
                    assert!((value - mean).abs() < 1e-9, "{scale}: {value} {mean}");
                    let Cell::Real(error) = error else { panic!("an error") };
                    assert!((error - deviation).abs() < 1e-9, "{scale}: {error} {deviation}");
                    assert!((value - [5.168, 5.982][c]).abs() < 6e-4 && *error > 2.0 && *error < 2.9);
                    filled[c] += 1;
                } else {
                    assert_eq!(*value, row[c]);
                }
            }
        }
        assert_eq!(filled, [20, 20]);
    }
}

fn column(rows: &[Vec<f64>], c: usize) -> (f64, f64) {
    let known: Vec<f64> = rows.iter().map(|r| r[c]).filter(|v| !v.is_nan()).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let off: Vec<f64> = known.iter().map(|v| v - mean).collect();
    (mean, norm2(&off) / (known.len() as f64 - 1.0).sqrt())
}

/// Figures of tests/oracles/convex.py.
#[test]
fn nuclear_norm_methods_reach_the_convex_solution_or_say_that_the_rank_is_capped() {
    let text = include_str!("../../tests/fixtures/nuclear_cap.csv");
    let data = read(DataKind::Table, "nuclear_cap.csv", text.as_bytes());
    let given = [("rank", 3.into()), ("scale", "none".into()), ("held_out", 0.0.into())];
    let setting = built(&table::PROBLEM, &given, &data, 1);
    for (method, slack) in
        [(&soft_impute::METHOD, 1e-6), (&nuclear_apg::METHOD, 1e-6), (&soft_impute_als::METHOD, 1e-5)]
    {
        let id = &method.info.id;
        let lambda = ("lambda", Value::Real(0.02));
        let (_, _, said) = run(&setting, method, std::slice::from_ref(&lambda), 1e-9, 3000);
        assert!(said.contains("largest rank, 11,") && said.contains("no longer the convex problem"), "{id}: {said}");
        let (mut free, stop, said) = run(&setting, method, &[lambda, ("rank", 25.into())], 1e-9, 20_000);
        assert_eq!(stop, Stop::Converged, "{id}: {said}");
        assert!(said.contains("optimality is at most") && !said.contains("largest rank"), "{id}: {said}");
        let x = factors(&mut free);
        let expected = [((0, 3), 1.0494153738386705), ((9, 22), 0.3646657680302274), ((30, 24), 2.2062291260091547)];
        for ((i, j), value) in expected {
            assert!((x.at(i, j) - value).abs() < slack, "{id} at {i}, {j}: {} {value}", x.at(i, j));
        }
    }
}

/// The figures of an alternating least squares in numpy from the same start: 76.4502478286 after 204 sweeps, 76.4502470543 after
/// 1000 and after 4000.
#[test]
fn a_ridge_run_goes_on_until_its_own_objective_rests() {
    let text = include_str!("../../tests/fixtures/ridge_stops_early.csv");
    let data = read(DataKind::Ratings, "ridge_stops_early.csv", text.as_bytes());
    let given = [("rank", 2.into()), ("held_out", 0.2.into()), ("split", "time".into()), ("centre", "biases".into())];
    let setting = built(&ratings::PROBLEM, &given, &data, 7);
    let (mut run, stop, said) = run(&setting, &als::METHOD, &[("ridge", 1.0.into())], 1e-13, 5000);
    assert!(run.shown() > 400, "{} steps: {said}", run.shown());
    assert!(matches!(stop, Stop::Converged | Stop::Stagnated), "{said}");
    let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
    let entries = model.entries().expect("entries");
    let x = factors(&mut run);
    let mut fit = 0.0;
    for i in 0..model.rows {
        fit += entries.by_row.row_iter(i).map(|(j, v)| (x.at(i, j) - v) * (x.at(i, j) - v)).sum::<f64>();
    }
    let objective = 0.5 * (fit + norm2(&x.u) * norm2(&x.u) + norm2(&x.v) * norm2(&x.v));
    assert!((objective - 76.4502470543).abs() < 2e-10 * objective, "{objective}");
}

/// The convex programme solved by another alternating direction method in numpy, with full decompositions, to 1e-12. Penalties of
/// 0.01 and 100 come to the same answer as well, after so many steps that they would hold the tests up.
#[test]
fn the_penalty_of_robust_pca_changes_the_speed_and_not_the_answer() {
    let data = read(DataKind::Table, "rpca_case.csv", include_bytes!("../../tests/fixtures/rpca_case.csv"));
    let exact = numbers(include_str!("../../tests/fixtures/rpca_case.L.csv"));
    let given = [("rank", 3.into()), ("scale", "none".into()), ("held_out", 0.0.into())];
    let setting = built(&table::PROBLEM, &given, &data, 1);
    let model = setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
    let seen = |i: usize, j: usize| model.entries().expect("entries").by_row.row(i).0.contains(&(j as u32));
    for mu in [0.1, 1.0, 10.0] {
        let given = [("rank", 25.into()), ("mu", Value::Real(mu))];
        let (mut run, stop, said) = run(&setting, &rpca::METHOD, &given, 1e-7, 20_000);
        assert_eq!(stop, Stop::Converged, "mu {mu}: {said}");
        let x = factors(&mut run);
        let (mut off, mut size) = (0.0, 0.0);
        for (i, row) in exact.iter().enumerate() {
            for (j, l) in row.iter().enumerate().filter(|(j, _)| !seen(i, *j)) {
                off += (x.at(i, j) - l) * (x.at(i, j) - l);
                size += l * l;
            }
        }
        let off = (off / size).sqrt();
        assert!(off < 1e-5, "mu {mu}: {off} after {} steps", run.shown());
    }
}

/// Every method, at every rank that a small matrix has, with every choice and switch: it runs, or says which field is wrong.
#[test]
fn no_pairing_of_parameters_brings_a_method_down() {
    use iterscope_core::Kind;
    for (rows, cols) in [(6, 4), (4, 6), (3, 3), (1, 5)] {
        let given =
            [("rows", Value::Int(rows)), ("cols", Value::Int(cols)), ("rank", 1.into()), ("sampling", 0.8.into())];
        let setting = Setting::new(&low_rank::PROBLEM, &given, None, 3).expect("a small matrix");
        for method in FAMILY.methods.iter().filter(|m| m.info.problems.has("completion.low-rank")) {
            let mut options: Vec<(&str, Value)> = Vec::new();
            for p in method.info.params.iter() {
                match &p.kind {
                    Kind::Bool => options.extend([(&*p.key, true.into()), (&*p.key, false.into())]),
                    Kind::Choice { options: all } => {
                        options.extend(all.iter().map(|c| (&*p.key, Value::Text(c.0.to_owned().into()))));
                    }
                    _ => {}
                }
            }
            let pairs = options.iter().flat_map(|a| options.iter().map(move |b| vec![a.clone(), b.clone()]));
            for pair in pairs.chain([Vec::new()]) {
                if pair.len() == 2 && pair[0].0 >= pair[1].0 {
                    continue;
                }
                for rank in 1..=rows.min(cols) {
                    let mut given = pair.clone();
                    given.push(("rank", Value::Int(rank)));
                    match setting.run(method, &given) {
                        Ok(mut run) => {
                            run.advance(3);
                            run.measure();
                        }
                        Err(e) => assert!(!e.field.is_empty() && !e.message.is_empty(), "{given:?}: {e:?}"),
                    }
                }
            }
        }
    }
    let setting = Setting::new(
        &low_rank::PROBLEM,
        &[("rows", 20.into()), ("cols", 10.into()), ("rank", 2.into()), ("sampling", 0.8.into())],
        None,
        1,
    )
    .expect("valid");
    let refused = setting.run(&als::METHOD, &[("rank", 9.into()), ("biases", true.into())]);
    assert_eq!(refused.err().map(|e| e.field), Some("rank".to_owned()));
    assert!(setting.run(&als::METHOD, &[("rank", 8.into()), ("biases", true.into())]).is_ok());
}

/// The standard errors of the filled table are those of a new observation, as the column says, and so are the second intervals
/// of the analysis: neither is half of the other.
#[test]
fn both_uncertainties_say_what_they_are_of() {
    let bytes = include_bytes!("../../tests/fixtures/table_intervals.csv");
    let data = read(DataKind::Table, "table_intervals.csv", bytes);
    let asked = Asked::new("completion.table", &[("rank", 2.into()), ("held_out", 0.1.into())], Some(&data), 1);
    let ran = ("completion.als", &[("ridge", Value::Real(0.3))][..], 60);
    let report = asked.ask("completion.uncertainty", &[("replicates", 40.into())], Some(ran)).expect("an answer");
    let found = tables(&report)[0];
    let label = |c: usize| found.columns[c].label.to_string();
    assert_eq!([label(4), label(7)], ["standard error of the mean", "standard error of a new observation"]);
    let setting = built(&table::PROBLEM, &[("rank", 2.into()), ("held_out", 0.1.into())], &data, 1);
    let mut run = setting.run(&als::METHOD, ran.1).expect("valid");
    run.advance(60);
    let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
    let (mut ratio, mut count) = (0.0, 0.0);
    for row in &found.rows {
        let (Cell::Text(name), Cell::Text(column)) = (&row[0], &row[1]) else { panic!("names") };
        let (Cell::Real(mean), Cell::Real(new)) = (&row[4], &row[7]) else { panic!("errors") };
        assert!(new > mean);
        let place = columns.iter().position(|c| c.as_str() == column.as_str()).expect("a column");
        assert_eq!(columns[place + 1], format!("{column} (standard error of a new observation)"));
        let of = rows.iter().find(|r| r[0] == Cell::Text(name.clone())).expect("a row");
        if let Cell::Real(error) = of[place + 1] {
            ratio += new / error;
            count += 1.0;
        }
    }
    let ratio: f64 = ratio / count;
    assert!(count > 80.0 && (0.75..1.25).contains(&ratio), "{count} cells, ratio {ratio}");
}

/// What is taken away uses everything that is known: it is the result of the same problem with nothing held out.
#[test]
fn results_are_fitted_anew_to_what_was_held_out() {
    let ratings_file = include_bytes!("../../tests/fixtures/ridge_stops_early.csv");
    let table_file = include_bytes!("../../tests/fixtures/table_intervals.csv");
    let all: [(&Problem, Dataset); 2] = [
        (&ratings::PROBLEM, read(DataKind::Ratings, "ratings.csv", ratings_file)),
        (&table::PROBLEM, read(DataKind::Table, "table.csv", table_file)),
    ];
    for (problem, data) in &all {
        let of = |share: f64| built(problem, &[("rank", 2.into()), ("held_out", share.into())], data, 5);
        let given = [("ridge", Value::Real(0.5)), ("init", "random".into())];
        let after = |setting: &Setting| {
            let mut run = setting.run(&als::METHOD, &given).expect("valid");
            run.advance(40);
            run
        };
        let (part, whole) = (of(0.2), of(0.0));
        assert!(part.instance.notes().iter().any(|n| n.text.contains("fitted anew")));
        let mut run = after(&part);
        let x = run.factors();
        let again = Setting::of(part.instance.whole(&x).expect("some are held out"), 5);
        assert!(whole.instance.whole(&x).is_none());
        let (mut again, mut whole) = (after(&again), after(&whole));
        let (a, b) = (again.factors(), whole.factors());
        let off: Vec<f64> = a.u.iter().zip(&b.u).map(|(a, b)| a - b).collect();
        assert!(norm2(&off) < 1e-8 * norm2(&b.u), "{}", problem.info.id);
        let before: Vec<f64> = x.u.iter().zip(&b.u).map(|(a, b)| a - b).collect();
        assert!(norm2(&before) > 1e-3 * norm2(&b.u), "{}", problem.info.id);
        let table_of = |run: &mut MethodRun| {
            let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
            (columns, rows)
        };
        let ((columns, again), (_, whole), (_, of_run)) =
            (table_of(&mut again), table_of(&mut whole), table_of(&mut run));
        if problem.info.id == "completion.ratings" {
            // Held-out ratings keep the predictions of the run that did not see them; recommendations are those of the whole.
            let tested = |rows: &[Vec<Cell>]| -> Vec<Vec<Cell>> {
                rows.iter().filter(|r| r[4] == Cell::Text("held out".into())).cloned().collect()
            };
            assert!(!tested(&of_run).is_empty() && tested(&again) == tested(&of_run) && tested(&whole).is_empty());
            let offered = |rows: &[Vec<Cell>]| -> Vec<Vec<Cell>> {
                rows.iter().filter(|r| r[4] != Cell::Text("held out".into())).map(|r| r[..2].to_vec()).collect()
            };
            assert_eq!(offered(&again), offered(&whole));
            // Recommendations stay inside the scale of the ratings, 1 to 5.
            for row in &again {
                if let (Cell::Real(value), true) = (&row[2], row[4] == Cell::Text("recommended".into())) {
                    assert!((1.0..=5.0).contains(value), "{value}");
                }
            }
        } else {
            // Values agree; the errors of the whole are scaled by what was wrong on cells held out.
            let values = columns.iter().map(|c| !c.ends_with("observation)"));
            let values: Vec<usize> = values.enumerate().filter(|(_, value)| *value).map(|(c, _)| c).collect();
            for (a, b) in again.iter().zip(&whole) {
                for &c in &values[1..] {
                    let (Cell::Real(a), Cell::Real(b)) = (&a[c], &b[c]) else { panic!("a number") };
                    assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{a} {b}");
                }
            }
        }
    }
}
