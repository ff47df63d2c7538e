//! Tests of problems: what they are built from, what methods reach on them, what is taken away.

mod pictures;
mod tables;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Dataset, Extent, Method, Picture, Problem, Rating, Ratings, Value};
use iterscope_kernels::rng::Rng;

use crate::Completion;
use crate::harness::{Given, MethodRun, Setting};
use crate::methods::{als, gd_small_init, scaled_gd};
use crate::model::{HeldOut, Model};
use crate::problems::{image, low_rank, ratings, sensing, table};

pub(super) fn built(problem: &Problem, given: Given<'_>, data: Option<&Dataset>) -> Setting {
    Setting::new(problem, given, data, 4).unwrap_or_else(|e| panic!("{e:?}"))
}

pub(super) fn run(setting: &Setting, method: &Method, given: Given<'_>, steps: u32) -> MethodRun {
    let mut run = setting.run(method, given).expect("a valid method");
    run.advance(steps);
    run
}

pub(super) fn model(setting: &Setting) -> std::rc::Rc<Model> {
    setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model()
}

pub(super) fn field(problem: &Problem, given: Given<'_>, data: Option<&Dataset>) -> (String, String) {
    let error = Setting::new(problem, given, data, 4).err().unwrap_or_else(|| panic!("{given:?} was accepted"));
    (error.field, error.message)
}

pub(super) fn noted(setting: &Setting, text: &str) -> bool {
    setting.instance.notes().iter().any(|n| n.text.contains(text))
}

pub(super) fn int(key: &'static str, value: i64) -> (&'static str, Value) {
    (key, Value::Int(value))
}

pub(super) fn real(key: &'static str, value: f64) -> (&'static str, Value) {
    (key, Value::Real(value))
}

pub(super) fn text(key: &'static str, value: &'static str) -> (&'static str, Value) {
    (key, Value::from(value))
}

#[test]
fn spectra_of_random_matrices_are_prescribed() {
    for (kind, third) in [("flat", 1.0), ("linear", 0.55), ("exponential", 0.1_f64.sqrt()), ("power", 0.1)] {
        let given = [text("decay", kind), real("condition", 10.0), int("rank", 3)];
        let s = model(&built(&low_rank::PROBLEM, &given, None)).singular.clone();
        let expected = if kind == "power" { libm::pow(2.0, -libm::log(10.0) / libm::log(3.0)) } else { third };
        assert!((s[1] / s[0] - expected).abs() < 1e-12, "{kind} {s:?}");
    }
    // The condition number is exact, so the angle can be watched down to rounding.
    let setting = built(&low_rank::PROBLEM, &[text("decay", "exponential"), real("condition", 50.0)], None);
    let mut als = run(&setting, &als::METHOD, &[], 0);
    let before = als.value("angle.left");
    als.advance(60);
    assert!(before > 0.1 && als.value("angle.left") < 1e-10 && als.value("angle.right") < 1e-10);
}

#[test]
fn blocks_are_seen_whole() {
    let given = [text("pattern", "blocks"), int("blocks", 5), int("rows", 50), int("cols", 40), real("sampling", 0.6)];
    let setting = built(&low_rank::PROBLEM, &given, None);
    let model = model(&setting);
    let entries = model.entries().expect("entries");
    let is_seen = |i: usize, j: usize| entries.by_row.row(i).0.contains(&(j as u32));
    assert!((0..2000).all(|e| is_seen(e / 40, e % 40) == is_seen(e / 40 / 10 * 10, e % 40 / 8 * 8)));
    assert!(noted(&setting, "Whole blocks"));
}

#[test]
fn selection_by_value_moves_the_mean_and_says_so() {
    let mean = |given: Given<'_>| {
        let setting = built(&low_rank::PROBLEM, given, None);
        assert_eq!(noted(&setting, "Not at random"), given.len() == 2);
        let model = model(&setting);
        let entries = model.entries().expect("entries");
        assert!((entries.rate() - 0.3).abs() < 0.02, "{}", entries.rate());
        entries.by_row.values.iter().sum::<f64>() / entries.count() as f64
    };
    let fair = mean(&[]);
    let large = mean(&[text("pattern", "value"), real("selection", 1.5)]);
    let small = mean(&[text("pattern", "value"), real("selection", -1.5)]);
    assert!(fair.abs() < 0.1 && large > 1.0 && small < -1.0, "{small} {fair} {large}");
    // Without noise a close fit of the right rank is right all the same, where some of the others are seen as well.
    let setting = built(&low_rank::PROBLEM, &[text("pattern", "value")], None);
    assert!(run(&setting, &als::METHOD, &[], 0).steps_below("error.all.rel", 1e-8, 200).is_some());
}

#[test]
fn outliers_have_the_size_asked_for() {
    let largest = |size: f64| {
        let setting = built(&low_rank::PROBLEM, &[real("outliers", 0.2), real("outlier_size", size)], None);
        let model = model(&setting);
        let values = &model.entries().expect("entries").by_row.values;
        (values.iter().fold(0.0, |m: f64, x| m.max(x.abs())), model.range)
    };
    let (small, range) = largest(5.0);
    let (large, same) = largest(50.0);
    assert!(large > 5.0 * small && range == same, "the colours stay those of the matrix");
}

#[test]
fn rectangular_and_rank_one_measurements_determine_the_matrix() {
    let cases: [(Given<'_>, f64); 4] = [
        (&[text("shape", "rectangular")], 1e-6),
        (&[text("shape", "rectangular"), int("measurements", 600)], 1e-6),
        (&[text("shape", "rectangular"), text("kind", "rank-one"), int("measurements", 1200)], 1e-5),
        (&[text("kind", "rank-one"), int("measurements", 1000)], 1e-5),
    ];
    for (given, goal) in cases {
        let setting = built(&sensing::PROBLEM, given, None);
        let mut run = run(&setting, &gd_small_init::METHOD, &[int("rank", 3)], 0);
        assert!(run.steps_below("error.all.rel", goal, 6000).is_some(), "{given:?}: {}", run.value("error.all.rel"));
        assert!((run.value("sigma.1") - 5.0).abs() < 1e-3 && run.value("angle.left") < 1e-4, "{given:?}");
    }
    assert!(noted(&built(&sensing::PROBLEM, cases[3].0, None), "phase retrieval"));
    assert_eq!(field(&sensing::PROBLEM, &[text("shape", "rectangular"), int("cols", 2)], None).0, "cols");
    let wide = &[text("shape", "rectangular"), int("cols", 64), int("d", 64), int("measurements", 9000)];
    assert_eq!(field(&sensing::PROBLEM, wide, None).0, "measurements");
}

/// Ratings 1 to 5 on a grid of users and items, in the order of time; the last user and the last item come late.
pub(super) fn diary() -> Ratings {
    let (users, items) = (30, 20);
    let mut rng = Rng::new(7);
    let mut entries = Vec::new();
    for u in 0..users {
        for i in 0..items {
            if rng.uniform() < 0.6 {
                let value = 3.0 + ((u % 5) as f64 - 2.0) * ((i % 3) as f64 - 1.0);
                entries.push(Rating { user: u as u32, item: i as u32, value });
            }
        }
    }
    let day = entries.iter().map(|e| f64::from(e.user + e.item)).collect();
    let names = |what: &str, n: usize| (0..n).map(|i| format!("{what} {i}")).collect();
    Ratings { users: names("user", users), items: names("item", items), entries, day, remarks: Vec::new() }
}

#[test]
fn the_newest_ratings_are_held_out() {
    let diary = diary();
    let data = Dataset::Ratings(diary.clone());
    let given = [text("split", "time"), real("held_out", 0.2), int("rank", 2)];
    let setting = built(&ratings::PROBLEM, &given, Some(&data));
    let model = model(&setting);
    let day = |row: u32, col: u32| f64::from(row + col);
    let oldest = model.held_out.iter().map(|e| day(e.row, e.col)).fold(f64::MAX, f64::min);
    let entries = model.entries().expect("entries");
    let newest = (0..30).flat_map(|i| entries.by_row.row_iter(i).map(move |(j, _)| day(i as u32, j as u32)));
    assert!(newest.fold(0.0, f64::max) <= oldest);
    assert_eq!(model.held_out.len(), (0.2 * diary.entries.len() as f64).round() as usize);
    // The biases and a factor explain all that is seen twice at least; the newest item is a stranger.
    let (why, what) =
        field(&ratings::PROBLEM, &given, Some(&Dataset::Ratings(Ratings { day: Vec::new(), ..diary.clone() })));
    assert!(why == "split" && what.contains("when ratings were made"), "{why} {what}");
    let nan = Ratings { day: vec![f64::NAN; diary.entries.len()], ..diary };
    assert_eq!(field(&ratings::PROBLEM, &given, Some(&Dataset::Ratings(nan))).0, "data");
}

#[test]
fn strangers_are_predicted_by_the_baseline_whatever_the_factors() {
    let mut diary = diary();
    diary.users.push("newcomer".into());
    for item in 0..5 {
        diary.entries.push(Rating { user: 30, item, value: f64::from(item) });
        diary.day.push(1000.0);
    }
    let data = Dataset::Ratings(diary);
    let setting = built(&ratings::PROBLEM, &[text("split", "time"), int("rank", 2)], Some(&data));
    assert!(noted(&setting, "never seen before"));
    // A random start leaves the newcomer's factor as it was drawn.
    let sgd = &crate::methods::sgd::METHOD;
    let mut run = run(&setting, sgd, &[], 5);
    let of = model(&setting);
    let Ok(Artifact::Table { rows, .. }) = run.stepper.result() else { panic!("a table") };
    let mut seen = 0;
    for row in rows.iter().filter(|r| r[0] == Cell::Text("newcomer".into()) && r[4] == Cell::Text("held out".into())) {
        let Cell::Text(item) = &row[1] else { panic!("a name") };
        let j: usize = item.trim_start_matches("item ").parse().expect("a number");
        assert_eq!(row[2], Cell::Real(of.baseline.at(30, j)));
        seen += 1;
    }
    assert_eq!(seen, 5);
    assert!(run.value("rmse.heldout").is_finite());
}

#[test]
fn predictions_can_be_clipped_and_are_ranked() {
    let data = Dataset::Ratings(diary());
    let centre = text("centre", "none");
    let measured = |clip: bool, top: i64| {
        let given =
            [centre.clone(), ("clip", Value::Bool(clip)), int("top", top), real("held_out", 0.4), int("rank", 6)];
        let setting = built(&ratings::PROBLEM, &given, Some(&data));
        let mut run = run(&setting, &als::METHOD, &[], 8);
        let Ok(Artifact::Table { rows, .. }) = run.stepper.result() else { panic!("a table") };
        let inside = rows.iter().all(|r| matches!(r[2], Cell::Real(p) if (1.0..=5.0).contains(&p)));
        let [rmse, mae, ndcg] = ["rmse.heldout", "mae.heldout", "ndcg.heldout"].map(|key| run.value(key));
        assert!(mae <= rmse && ndcg > 0.0 && ndcg <= 1.0, "{rmse} {mae} {ndcg}");
        (rmse, ndcg, inside)
    };
    let (free, wide, all) = measured(false, 10);
    let (clipped, _, inside) = measured(true, 10);
    assert!(clipped < free && inside && !all, "{clipped} {free}");
    assert_ne!(measured(false, 1).1, wide);
}

#[test]
fn what_is_subtracted_alone_is_a_line_in_the_chart() {
    let level = |setting: &Setting| {
        let levels = setting.instance.levels().to_vec();
        levels.into_iter().find(|l| l.series == "rmse.heldout").map(|l| l.value)
    };
    let data = Dataset::Ratings(diary());
    for (problem, data) in [(&ratings::PROBLEM, Some(&data)), (&table::PROBLEM, None)] {
        let setting = built(problem, &[int("rank", 2)], data);
        // A method that starts at zero starts there.
        let mut run = run(&setting, &crate::methods::soft_impute::METHOD, &[], 0);
        let value = level(&setting).expect("a level");
        assert!((run.value("rmse.heldout") - value).abs() < 1e-12 && value > 0.0);
    }
    assert_eq!(level(&built(&ratings::PROBLEM, &[int("rank", 2), text("centre", "none")], Some(&data))), None);
    assert_eq!(level(&built(&table::PROBLEM, &[real("held_out", 0.0)], None)), None);
}

#[test]
fn constant_users_are_told() {
    let mut diary = diary();
    for e in diary.entries.iter_mut().filter(|e| e.user == 3) {
        e.value = 4.0;
    }
    let setting = built(&ratings::PROBLEM, &[int("rank", 2)], Some(&Dataset::Ratings(diary)));
    // Users of the middle rate everything 3.
    assert!(noted(&setting, "gave all of them the same"));
}

#[test]
fn a_rating_costs_what_is_said() {
    // By row and by column, a value and the other index each; 24 bytes for a rating that is seen.
    assert_eq!(size_of::<HeldOut>(), 16);
    let data = Dataset::Ratings(diary());
    let model = model(&built(&ratings::PROBLEM, &[int("rank", 2)], Some(&data)));
    let entries = model.entries().expect("entries");
    let of = |a: &iterscope_kernels::csr::Csr| size_of_val(&a.indices[..]) + size_of_val(&a.values[..]);
    assert_eq!(of(&entries.by_row) + of(&entries.by_col), 24 * entries.count());
}

#[test]
fn a_million_ratings_are_taken_without_a_dense_matrix() {
    // 60,000 users and 20,000 items: as a dense matrix 9.6 GB.
    let (users, items, count) = (60_000, 20_000, 1_000_000);
    let mut rng = Rng::new(9);
    let mut entries = Vec::with_capacity(count);
    for user in 0..users {
        let first = rng.below(items);
        for t in 0..count / users + 1 {
            let item = (first + t * t * 7 + t) % items;
            entries.push(Rating { user: user as u32, item: item as u32, value: 1.0 + ((user + item) % 5) as f64 });
        }
    }
    entries.sort_by_key(|e| (e.user, e.item));
    entries.dedup_by_key(|e| (e.user, e.item));
    let names = |what: &str, n: usize| (0..n).map(|i| format!("{what}{i}")).collect();
    let all = entries.len();
    let data = Ratings { users: names("u", users), items: names("i", items), entries, ..Ratings::default() };
    let setting = built(&ratings::PROBLEM, &[], Some(&Dataset::Ratings(data)));
    assert!(all > 900_000 && model(&setting).entries().expect("entries").count() > 800_000);
    let mut run = run(&setting, &scaled_gd::METHOD, &[], 1);
    assert!(run.measure().iter().all(|x| x.is_finite()));
    let mut out = Picture::default();
    run.stepper.picture("matrix", Extent { width: 300, height: 300 }, &mut out).expect("the CPU");
    assert!(out.width <= 300 && out.values.iter().all(|v| v.is_finite()));
}

#[test]
fn a_method_that_starts_at_zero_does_not_start_converged() {
    let setting = built(&image::PROBLEM, &[int("size", 24), int("rank", 4)], None);
    let mut run = run(&setting, &crate::methods::soft_impute::METHOD, &[], 0);
    assert_eq!((run.value("residual.seen.rel"), run.value("gradient.fro.rel")), (1.0, 1.0));
    run.advance(5);
    assert!(run.value("gradient.fro.rel") < 0.2);
}
