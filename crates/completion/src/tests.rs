//! Tests that cross modules: problems, methods and referee together.

mod cases;
mod input;
mod live;
mod methods;
mod oracles;
mod problems;
mod shown;
mod streams;

use iterscope_core::artifact::Cell;
use iterscope_core::{
    Artifact, BuildError, Dataset, Experiment, Image, Method, ParamInfo, Params, Problem, Rating, Ratings, State,
    Value, Values,
};
use iterscope_kernels::reduce::norm2;
use iterscope_kernels::rng::Rng;
use proptest::prelude::*;

use crate::harness::{Given, MethodRun, Setting};
use crate::methods::shared::gradient::{of_entries, of_measurements};
use crate::methods::{als, gd_small_init, robust_altmin};
use crate::model::Entries;
use crate::model::factors::Factors;
use crate::model::sensing::{Sensing, SensingWork, pack_gram, packed};
use crate::problems::{image, ired, low_rank, ratings, sensing, stream};
use crate::{Completion, FAMILY};

fn matrix(rows: i64, cols: i64, rank: i64, more: Given<'_>) -> Setting {
    let mut given = vec![("rows", Value::Int(rows)), ("cols", Value::Int(cols)), ("rank", Value::Int(rank))];
    given.extend_from_slice(more);
    Setting::new(&low_rank::PROBLEM, &given, None, 6).expect("a valid problem")
}

fn run(setting: &Setting, method: &Method, given: Given<'_>) -> MethodRun {
    setting.run(method, given).expect("a valid method")
}

fn refuse(problem: &Problem, given: Given<'_>, data: Option<&Dataset>) -> BuildError {
    Setting::new(problem, given, data, 1).err().expect("an error")
}

/// The factors, of that size.
fn factors(run: &mut MethodRun, m: usize, n: usize, k: usize) -> Factors {
    let x = run.factors();
    assert_eq!((x.rank, x.u.len(), x.v.len()), (k, m * k, n * k));
    x
}

fn table(users: usize, items: usize) -> Ratings {
    let mut rng = Rng::new(3);
    let taste: Vec<f64> = (0..users + items).map(|_| rng.normal()).collect();
    let mut entries = Vec::new();
    for u in 0..users {
        for i in 0..items {
            if rng.uniform() < 0.5 {
                let value = 3.0 + taste[u] * taste[users + i];
                entries.push(Rating { user: u as u32, item: i as u32, value });
            }
        }
    }
    let names = |what: &str, n: usize| (0..n).map(|i| format!("{what} {i}")).collect();
    Ratings {
        users: names("user", users),
        items: names("item", items),
        entries,
        day: Vec::new(),
        remarks: vec!["one remark".into()],
    }
}

/// The methods that run on a problem.
fn methods_on(problem: &Problem) -> impl Iterator<Item = &'static Method> {
    FAMILY.methods.iter().copied().filter(|m| m.info.problems.has(&problem.info.id))
}

/// Every problem, small, with the methods that run on it.
fn all() -> Vec<(Setting, &'static Method)> {
    let data = Dataset::Ratings(table(30, 20));
    let noise: Given<'_> = &[("rows", Value::Int(30)), ("cols", Value::Int(24)), ("noise", Value::Real(0.1))];
    let stream: Given<'_> =
        &[("rows", Value::Int(30)), ("cols", Value::Int(24)), ("rank", Value::Int(3)), ("batch", Value::Int(2))];
    let settings: [(&Problem, Given<'_>, Option<&Dataset>); 7] = [
        (&ired::PROBLEM, &[], None),
        (&stream::PROBLEM, stream, None),
        (&low_rank::PROBLEM, noise, None),
        (&image::PROBLEM, &[("size", Value::Int(32)), ("rank", Value::Int(4))], None),
        (&ratings::PROBLEM, &[("rank", Value::Int(2))], Some(&data)),
        (&sensing::PROBLEM, &[("d", Value::Int(9))], None),
        (&sensing::PROBLEM, &[("d", Value::Int(9)), ("measurements", Value::Int(50))], None),
    ];
    let mut all = Vec::new();
    for (problem, given, data) in settings {
        for method in methods_on(problem) {
            all.push((Setting::new(problem, given, data, 5).expect("a valid problem"), method));
        }
    }
    all
}

#[test]
fn the_objective_of_als_never_rises() {
    for (rank, ridge) in [(3, 0.0), (3, 0.7), (8, 0.0), (8, 0.1)] {
        let setting = matrix(40, 30, 3, &[("noise", Value::Real(0.3))]);
        let mut als = run(&setting, &als::METHOD, &[("rank", Value::Int(rank)), ("ridge", Value::Real(ridge))]);
        let completion = setting.instance.as_any().downcast_ref::<Completion>().expect("its type");
        let norm = completion.model().entries().expect("entries").norm;
        let mut last = f64::INFINITY;
        for sweep in 0..60 {
            als.advance(1);
            let residual = norm * als.value("residual.seen.rel");
            let x = factors(&mut als, 40, 30, rank as usize);
            let size = norm2(&x.u) * norm2(&x.u) + norm2(&x.v) * norm2(&x.v);
            let objective = 0.5 * residual * residual + 0.5 * ridge * size;
            assert!(
                objective <= last * (1.0 + 1e-11),
                "rank {rank}, ridge {ridge}, sweep {sweep}: {last} to {objective}"
            );
            last = objective;
        }
    }
}

#[test]
fn weighted_regularisation_counts_entries() {
    let setting = matrix(40, 30, 3, &[("noise", Value::Real(0.3)), ("popularity", Value::Real(0.5))]);
    let given = &[("ridge", Value::Real(0.05)), ("weighting", Value::from("counts"))];
    let mut als = run(&setting, &als::METHOD, given);
    let completion = setting.instance.as_any().downcast_ref::<Completion>().expect("its type");
    let model = completion.model();
    let entries = model.entries().expect("entries");
    let weighted = |a: &iterscope_kernels::csr::Csr, x: &[f64]| -> f64 {
        (0..a.rows).map(|i| a.row(i).0.len() as f64 * norm2(&x[3 * i..][..3]) * norm2(&x[3 * i..][..3])).sum()
    };
    let mut last = f64::INFINITY;
    for _ in 0..60 {
        als.advance(1);
        let residual = entries.norm * als.value("residual.seen.rel");
        let x = factors(&mut als, 40, 30, 3);
        let size = weighted(&entries.by_row, &x.u) + weighted(&entries.by_col, &x.v);
        let objective = 0.5 * residual * residual + 0.025 * size;
        assert!(objective <= last * (1.0 + 1e-11), "{last} to {objective}");
        last = objective;
    }
}

#[test]
fn uneven_problems_keep_their_share_and_size() {
    let even = matrix(100, 80, 3, &[]);
    for (key, power) in [("popularity", 0.6), ("popularity", 1.0), ("coherence", 0.5)] {
        let setting = matrix(100, 80, 3, &[(key, Value::Real(power))]);
        let model = |s: &Setting| s.instance.as_any().downcast_ref::<Completion>().expect("its type").model();
        let (a, b) = (model(&setting), model(&even));
        let entries = a.entries().expect("entries");
        assert!((entries.rate() - 0.3).abs() < 0.02, "{key} {power}: {}", entries.rate());
        let first = entries.by_row.row(0).0.len();
        assert!((first > 60) == (key == "popularity"), "{key}: {first} in the first row");
        let size = a.true_norm().expect("known") / b.true_norm().expect("known");
        assert!((size - 1.0).abs() < 0.5, "{size}");
    }
}

#[test]
fn at_a_fixed_point_of_als_the_gradient_vanishes_by_two_routes() {
    let setting = matrix(40, 30, 3, &[("noise", Value::Real(0.3)), ("sampling", Value::Real(0.5))]);
    let mut als = run(&setting, &als::METHOD, &[]);
    als.advance(200);
    assert!(als.value("gradient.fro.rel") < 1e-12);
    let completion = setting.instance.as_any().downcast_ref::<Completion>().expect("its type");
    let x = factors(&mut als, 40, 30, 3);
    let mut g = Factors::zero(40, 30, 3);
    let objective = of_entries(completion.model().entries().expect("entries"), &x, &mut g);
    assert!(objective > 1.0 && norm2(&g.u) < 1e-9 && norm2(&g.v) < 1e-9);
}

#[test]
fn noise_is_averaged_out() {
    let setting = matrix(80, 60, 2, &[("noise", Value::Real(0.2)), ("sampling", Value::Real(0.5))]);
    for method in [&als::METHOD, &robust_altmin::METHOD] {
        let mut run = run(&setting, method, &[]);
        run.advance(50);
        let (seen, all) = (run.value("residual.seen.rel"), run.value("error.all.rel"));
        // About noise times sqrt(degrees of freedom / entries).
        assert!((seen - 0.19).abs() < 0.02 && all < 0.1 && all > 0.01, "{seen} {all}");
    }
}

#[test]
fn all_methods_recover_a_matrix() {
    let setting = matrix(60, 40, 2, &[("sampling", Value::Real(0.5))]);
    let runs: [(&Method, Given<'_>); 6] = [
        (&als::METHOD, &[]),
        (&als::METHOD, &[("init", Value::from("random"))]),
        (&robust_altmin::METHOD, &[]),
        (&robust_altmin::METHOD, &[("solver", Value::from("exact")), ("clip", Value::Bool(false))]),
        (&robust_altmin::METHOD, &[("solver", Value::from("warm"))]),
        (&gd_small_init::METHOD, &[]),
    ];
    for (method, given) in runs {
        let mut run = run(&setting, method, given);
        assert!(run.steps_below("error.all.rel", 1e-6, 2000).is_some(), "{} {given:?}", method.info.id);
        assert!(run.stepper.work().flops > 0);
    }
}

#[test]
fn the_referee_agrees_with_plain_sums() {
    let setting = matrix(20, 15, 2, &[]);
    let mut run = run(&setting, &robust_altmin::METHOD, &[("rank", Value::Int(4))]);
    run.advance(2);
    let x = factors(&mut run, 20, 15, 4);
    let completion = setting.instance.as_any().downcast_ref::<Completion>().expect("its type");
    let model = completion.model();
    let entries = model.entries().expect("entries");
    let (mut error, mut total) = (0.0, 0.0);
    let (mut residual, mut known) = (0.0, 0.0);
    for i in 0..20 {
        for j in 0..15 {
            let m = model.true_entry(i, j).expect("the truth is known");
            error += (x.at(i, j) - m) * (x.at(i, j) - m);
            total += m * m;
        }
        for (j, m) in entries.by_row.row_iter(i) {
            residual += (x.at(i, j) - m) * (x.at(i, j) - m);
            known += m * m;
        }
    }
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12 * b;
    assert!(close(run.value("error.all.rel"), (error / total).sqrt()));
    assert!(close(run.value("residual.seen.rel"), (residual / known).sqrt()));
    assert!(close(run.value("rmse.seen"), (residual / entries.count() as f64).sqrt()));
    let mut g = Factors::zero(20, 15, 4);
    of_entries(entries, &x, &mut g);
    let part = |g: &[f64], other: &[f64]| entries.rate() * norm2(g) / norm2(other) / known.sqrt();
    let (a, b) = (part(&g.u, &x.v), part(&g.v, &x.u));
    assert!(close(run.value("gradient.fro.rel"), (a * a + b * b).sqrt()));
}

#[test]
fn runs_repeat_bit_for_bit() {
    for (setting, method) in all() {
        let mut a = run(&setting, method, &[]);
        let trace = |r: &mut MethodRun| -> Vec<u64> {
            let mut bits = Vec::new();
            for _ in 0..5 {
                r.advance(1);
                bits.extend(r.measure().iter().map(|x| x.to_bits()));
            }
            bits
        };
        a.advance(3);
        let saved = a.stepper.save().expect("a checkpoint");
        let first = trace(&mut a);
        a.stepper.load(&saved).expect("its own checkpoint");
        assert_eq!(a.stepper.steps(), 3);
        assert_eq!(trace(&mut a), first, "{}", method.info.id);
        a.stepper.reset().expect("the CPU");
        // Diagnostics that are not known yet are NaN, which equals nothing.
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let fresh = bits(run(&setting, method, &[]).measure());
        assert_eq!(bits(a.measure()), fresh, "{}", method.info.id);
        a.advance(3);
        assert_eq!(trace(&mut a), first, "{}", method.info.id);
        let wrong = iterscope_core::Checkpoint { state: State::Full(vec![0.0; 3]), ..saved };
        assert!(a.stepper.load(&wrong).is_err());
    }
}

#[test]
fn ratings_give_predictions_and_recommendations() {
    let data = Dataset::Ratings(table(40, 30));
    let given = &[("rank", Value::Int(1)), ("centre", Value::from("mean"))];
    let setting = Setting::new(&ratings::PROBLEM, given, Some(&data), 2).expect("valid");
    assert!(setting.instance.notes().iter().any(|n| n.text == "one remark"));
    let mut run = run(&setting, &als::METHOD, &[]);
    run.advance(30);
    // The table is a constant plus a rank-1 matrix whose mean is near zero.
    assert!(run.value("rmse.heldout") < 0.3, "{}", run.value("rmse.heldout"));
    let Artifact::Table { columns, rows } = run.stepper.result().expect("a result") else { panic!("a table") };
    assert_eq!(columns, ["user", "item", "predicted", "actual", "kind"]);
    let of_kind = |kind: &str| rows.iter().filter(|r| r[4] == Cell::Text(kind.into())).collect::<Vec<_>>();
    let Dataset::Ratings(table) = &data else { unreachable!() };
    let held_out = of_kind("held out");
    assert_eq!(held_out.len(), (0.1 * table.entries.len() as f64).round() as usize);
    let known = |user: &Cell, item: &Cell| {
        table.entries.iter().any(|e| {
            *user == Cell::Text(table.users[e.user as usize].clone())
                && *item == Cell::Text(table.items[e.item as usize].clone())
        })
    };
    assert!(
        held_out
            .iter()
            .all(|r| known(&r[0], &r[1]) && matches!(r[3], Cell::Real(v) if (0.0..=10.0).contains(&v.abs())))
    );
    let recommended = of_kind("recommended");
    assert!(recommended.len() > 300 && recommended.iter().all(|r| !known(&r[0], &r[1])));
    for pair in recommended.windows(2).filter(|p| p[0][0] == p[1][0]) {
        let (Cell::Real(a), Cell::Real(b)) = (&pair[0][2], &pair[1][2]) else { panic!("numbers") };
        assert!(a >= b, "best first");
    }
}

#[test]
fn a_picture_of_ones_own_is_completed() {
    let grey: Vec<f64> =
        (0..50 * 30).map(|e| 0.5 + 0.4 * f64::from(e / 50) / 30.0 * f64::from(e % 50 - 25) / 25.0).collect();
    let data = Dataset::Image(Image { width: 50, height: 30, grey: grey.clone(), ..Image::default() });
    let setting = Setting::new(&image::PROBLEM, &[("rank", Value::Int(2))], Some(&data), 2).expect("valid");
    let mut run = run(&setting, &als::METHOD, &[]);
    assert!(run.steps_below("error.all.rel", 1e-6, 200).is_some());
    let Artifact::Grid { rows, cols, values } = run.stepper.result().expect("a result") else { panic!("a grid") };
    assert_eq!((rows, cols), (30, 50));
    assert!(values.iter().zip(&grey).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn presets_and_levels_fit_the_schemas() {
    for preset in FAMILY.presets {
        let e = Experiment::from_json(preset.json).expect("JSON");
        let problem = FAMILY.problems.iter().find(|p| p.info.id == e.problem.id).expect("a problem");
        Values::resolve(&problem.info.params, &e.problem.params).expect("its parameters");
        let spare =
            |schema: &[ParamInfo], given: &Params| schema.iter().any(|p| given.get(p.key.as_ref()) == Some(&p.default));
        assert!(!spare(&problem.info.params, &e.problem.params), "{} writes out defaults", preset.id);
        for r in &e.runs {
            let method = FAMILY.methods.iter().find(|m| m.info.id == r.method).expect("a method");
            Values::resolve(&method.info.params, &r.params).expect("its parameters");
            assert!(!spare(&method.info.params, &r.params), "{} writes out defaults", preset.id);
            assert!(method.info.problems.has(&e.problem.id));
        }
    }
    for check in FAMILY.checks {
        // What is claimed of an optimiser may be shown in another family.
        let ours = check.preset.filter(|id| id.starts_with("completion."));
        assert!(ours.is_none_or(|id| FAMILY.presets.iter().any(|p| p.id == id)), "{}", check.id);
    }
    for (setting, _) in all() {
        let series = setting.instance.series();
        assert!(setting.instance.levels().iter().all(|l| series.iter().any(|s| s.key == l.series)));
    }
}

#[test]
fn gradient_descent_says_what_it_will_do() {
    let setting = Setting::new(&sensing::PROBLEM, &[], None, 11).expect("valid");
    let p = setting.predict(&gd_small_init::METHOD, &[("eta", Value::Real(0.01))]).expect("a prediction");
    assert!((p.factor - 0.98).abs() < 1e-12 && p.words.contains("154, 363, 691"), "{p:?}");
    // The last mode's rate, once it has appeared.
    let mut run = run(&setting, &gd_small_init::METHOD, &[("eta", Value::Real(0.01))]);
    run.advance(900);
    let early = run.value("error.all.rel");
    run.advance(100);
    let rate = libm::pow(run.value("error.all.rel") / early, 0.01);
    assert!((rate - p.factor).abs() < 1e-3, "{rate}");
    assert!(matrix(30, 20, 2, &[]).predict(&als::METHOD, &[]).is_none());
}

#[test]
fn a_step_too_long_diverges_and_is_told() {
    let setting = Setting::new(&sensing::PROBLEM, &[], None, 11).expect("valid");
    let mut run = run(&setting, &gd_small_init::METHOD, &[("eta", Value::Real(0.9))]);
    let end = run.stepper.advance(2000).expect("the CPU");
    assert_eq!(end, iterscope_core::Progress::Stopped(iterscope_core::Stop::Diverged));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn gradients_agree_with_differences(seed in 0u64..1000, k in 1usize..4) {
        let (m, n) = (6, 5);
        let mut rng = Rng::new(seed);
        let mut triplets = vec![(0, 0, 1.0)];
        for e in 1..m * n {
            if rng.uniform() < 0.6 {
                triplets.push(((e / n) as u32, (e % n) as u32, rng.normal()));
            }
        }
        let entries = Entries::new(m, n, &triplets, "x").expect("entries");
        let mut z = vec![0.0; packed(m)];
        let mut start = Factors::zero(m, n, k);
        rng.normal_fill(&mut start.u);
        rng.normal_fill(&mut start.v);
        pack_gram(&start.v, n, k, &mut z[..packed(n)]);
        let measured = [0, 7].map(|count| Sensing::new(m, z.clone(), count, &mut rng));
        for case in 0..3 {
            let evaluate = |x: &Factors, g: &mut Factors| match case {
                0 => of_entries(&entries, x, g),
                c => of_measurements(&measured[c - 1], x, g, &mut SensingWork::new(&measured[c - 1], k)),
            };
            let mut g = Factors::zero(m, n, k);
            evaluate(&start, &mut g);
            let mut unused = g.clone();
            let h = 1e-5;
            for place in 0..m * k {
                let mut at = |step: f64| {
                    let mut x = start.clone();
                    x.u[place] += step;
                    evaluate(&x, &mut unused)
                };
                let difference = (at(h) - at(-h)) / (2.0 * h);
                prop_assert!((difference - g.u[place]).abs() < 1e-5 * (1.0 + g.u[place].abs()), "{} {}", difference, g.u[place]);
            }
        }
    }
}
