//! Tests of problems: what they are built from, what methods reach on them, what is taken away.

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Artifact, Dataset, Extent, Image, Method, Picture, PictureKind, Problem, Rating, Ratings, Severity, Table, Value,
};
use iterscope_kernels::rng::Rng;

use crate::Completion;
use crate::methods::{als, gd_small_init, scaled_gd};
use crate::model::{HeldOut, Model};
use crate::problems::{distances, image, low_rank, ratings, sensing, table};
use crate::trial::{Given, Setting, Trial};

fn built(problem: &Problem, given: Given<'_>, data: Option<&Dataset>) -> Setting {
    Setting::new(problem, given, data, 4).unwrap_or_else(|e| panic!("{e:?}"))
}

fn run(setting: &Setting, method: &Method, given: Given<'_>, steps: u32) -> Trial {
    let mut run = setting.run(method, given).expect("a valid method");
    run.advance(steps);
    run
}

fn model(setting: &Setting) -> std::rc::Rc<Model> {
    setting.instance.as_any().downcast_ref::<Completion>().expect("its type").model()
}

fn field(problem: &Problem, given: Given<'_>, data: Option<&Dataset>) -> (String, String) {
    let error = Setting::new(problem, given, data, 4).err().unwrap_or_else(|| panic!("{given:?} was accepted"));
    (error.field, error.message)
}

fn noted(setting: &Setting, text: &str) -> bool {
    setting.instance.notes().iter().any(|n| n.text.contains(text))
}

fn int(key: &'static str, value: i64) -> (&'static str, Value) {
    (key, Value::Int(value))
}

fn real(key: &'static str, value: f64) -> (&'static str, Value) {
    (key, Value::Real(value))
}

fn text(key: &'static str, value: &'static str) -> (&'static str, Value) {
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

#[test]
fn colours_are_completed_and_drawn_as_colours() {
    for (kind, shape) in [("beside", (24, 72)), ("stacked", (72, 24))] {
        let given =
            [text("picture", "waves"), text("colour", kind), int("size", 24), int("rank", 5), real("rate", 0.7)];
        let setting = built(&image::PROBLEM, &given, None);
        let of = model(&setting);
        assert_eq!((of.rows, of.cols), shape);
        let mut run = run(&setting, &als::METHOD, &[], 60);
        assert!(run.value("error.all.rel") < 1e-6, "{kind}: {}", run.value("error.all.rel"));
        let (mut found, mut truth, mut seen) = (Picture::default(), Picture::default(), Picture::default());
        let extent = Extent { width: 100, height: 100 };
        run.stepper.picture("matrix", extent, &mut found).expect("the CPU");
        assert!(setting.instance.draw_given("truth", extent, &mut truth));
        assert!(setting.instance.draw_given("seen", extent, &mut seen));
        assert_eq!((found.kind, found.width, found.height), (PictureKind::Colour, 24, 24));
        assert_eq!((found.lo, found.hi), (truth.lo, truth.hi), "one colour scale");
        assert!(found.values.iter().zip(&truth.values).all(|(a, b)| (a - b).abs() < 1e-4));
        let holes = seen.values.chunks(3).filter(|rgb| rgb.iter().all(|x| x.is_nan())).count();
        assert_eq!(holes, seen.aux.iter().filter(|a| **a == 0.0).count());
        let Artifact::Grid { rows, cols, values } = run.stepper.result().expect("a result") else { panic!("a grid") };
        assert_eq!((rows, cols), (24, 72));
        assert!((values[30] - f64::from(truth.values[3 * 6 + 1])).abs() < 1e-4, "green of pixel 6 in the first row");
    }
    let rgb: Vec<f64> = (0..48).map(|e| f64::from(e % 7) / 7.0).collect();
    let own = Image { width: 4, height: 4, grey: vec![0.5; 16], rgb, ..Image::default() };
    let given = [text("colour", "beside"), int("rank", 2), real("rate", 0.9)];
    assert_eq!(model(&built(&image::PROBLEM, &given, Some(&Dataset::Image(own.clone())))).cols, 12);
    let without = Dataset::Image(Image { rgb: Vec::new(), ..own.clone() });
    assert!(noted(&built(&image::PROBLEM, &given, Some(&without)), "has no colour"));
    let broken = Dataset::Image(Image { rgb: vec![0.5; 5], ..own });
    assert_eq!(field(&image::PROBLEM, &given, Some(&broken)).0, "data");
}

#[test]
fn patches_beat_columns_of_pixels_on_a_wall() {
    let size = int("size", 48);
    let mut errors = Vec::new();
    for (columns, series) in
        [("pixels", "error.all.rel"), ("tiles", "error.picture.rel"), ("patches", "error.picture.rel")]
    {
        let given =
            [text("picture", "bricks"), text("columns", columns), size.clone(), int("rank", 8), real("rate", 0.6)];
        let setting = built(&image::PROBLEM, &given, None);
        let mut als = run(&setting, &als::METHOD, &[real("ridge", 0.3)], 40);
        errors.push(als.value(series));
        if columns != "pixels" {
            assert!(noted(&setting, "kinds of texture"));
            let Ok(Artifact::Grid { rows, cols, .. }) = als.stepper.result() else { panic!("a grid") };
            assert_eq!((rows, cols), (48, 48));
        }
    }
    assert!(errors[1] < 0.8 * errors[0] && errors[2] < 0.8 * errors[0], "{errors:?}");
    let small = [text("columns", "tiles"), int("size", 16), int("patch", 20)];
    assert_eq!(field(&image::PROBLEM, &small, None).0, "patch");
    let many = [text("columns", "patches"), int("size", 256), int("patch", 16), int("stride", 1)];
    assert_eq!(field(&image::PROBLEM, &many, None).0, "stride");
}

/// Ratings 1 to 5 on a grid of users and items, in the order of time; the last user and the last item come late.
fn diary() -> Ratings {
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
            "a (standard error)",
            "twice",
            "twice (standard error)",
            "gone",
            "flat",
            "flat (standard error)",
            "shifted",
            "shifted (standard error)",
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
        if columns[c].ends_with("(standard error)") {
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

fn run_of(setting: &Setting) -> Trial {
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
        (vec![0.0, -1.0, 1.0, 0.0], "row 1, column `p1`"),
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
