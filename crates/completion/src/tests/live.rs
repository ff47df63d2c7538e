//! Parameters that change while a run goes on.

use iterscope_core::{Dataset, Method, Value};

use super::{matrix, run, table};
use crate::harness::{Given, MethodRun, Setting};
use crate::methods::{als, ccd, gd_small_init, robust_altmin};
use crate::problems::{ratings, sensing};

#[test]
fn live_parameters_change_a_run_and_others_do_not() {
    let setting = matrix(30, 24, 2, &[]);
    for (method, key, value) in [
        (&als::METHOD, "ridge", Value::Real(2.0)),
        (&robust_altmin::METHOD, "q", Value::Int(0)),
        (&gd_small_init::METHOD, "eta", Value::Real(1e-6)),
    ] {
        let (mut a, mut b) = (run(&setting, method, &[]), run(&setting, method, &[]));
        b.stepper.set(key, &value).expect("it is live");
        // Gradient descent shows a difference only once it leaves the start.
        a.advance(50);
        b.advance(50);
        assert_ne!(a.value("residual.seen.rel"), b.value("residual.seen.rel"), "{key}");
        assert_eq!(b.stepper.set("init", &"random".into()).expect_err("it is not live").field, "init");
    }
}

fn rank(run: &mut MethodRun, k: i64) {
    run.stepper.set("rank", &Value::Int(k)).expect("it is live");
}

fn bits(run: &mut MethodRun) -> Vec<u64> {
    let x = run.factors();
    x.u.iter().chain(&x.v).chain(run.measure()).map(|x| x.to_bits()).collect()
}

#[test]
fn the_rank_grows_and_shrinks_while_a_run_goes_on() {
    let setting = matrix(40, 30, 4, &[("sampling", Value::Real(0.6))]);
    let methods: [(&Method, Given<'_>, u32, f64); 3] = [
        (&als::METHOD, &[], 40, 1e-4),
        (&ccd::METHOD, &[("ridge", Value::Real(0.01))], 100, 0.05),
        (&gd_small_init::METHOD, &[], 800, 1e-3),
    ];
    for (method, more, steps, goal) in methods {
        let id = &method.info.id;
        let mut run = run(&setting, method, &[&[("rank", Value::Int(2))], more].concat());
        run.advance(steps);
        let (low, saved) = (run.value("error.all.rel"), run.stepper.save().expect("a checkpoint"));
        assert!(low > 0.3, "{id}: rank 2 cannot hold rank 4: {low}");
        let before = bits(&mut run);
        rank(&mut run, 4);
        assert_eq!(run.factors().rank, 4, "{id}");
        // PrincipalAngles are to two directions, then to four: nothing else changes before the next step.
        assert!((run.value("error.all.rel") / low - 1.0).abs() < 1e-4, "{id}");
        run.advance(2 * steps);
        assert!(run.value("error.all.rel") < goal, "{id}: {}", run.value("error.all.rel"));
        // The best approximation of rank 3 is worse than the truth and better than rank 2.
        rank(&mut run, 3);
        let part = run.value("error.all.rel");
        assert!(run.factors().rank == 3 && part > 0.01 && part < low, "{id}: {part}");
        let high = run.stepper.save().expect("a checkpoint");
        let there = bits(&mut run);
        // Back to the step before the change, and forth again.
        run.stepper.load(&saved).expect("its own");
        assert_eq!(bits(&mut run), before, "{id}");
        run.stepper.load(&high).expect("its own");
        assert_eq!(bits(&mut run), there, "{id}");
        run.stepper.reset().expect("the CPU");
        assert_eq!(run.factors().rank, 2, "{id}: the first rank");
        let error = run.stepper.set("rank", &Value::Int(31)).expect_err("too large");
        assert!(error.field == "rank" && error.message.contains("rank 30 at most"), "{error:?}");
        assert_eq!(run.stepper.set("rank", &true.into()).expect_err("no number").field, "rank");
    }
}

#[test]
fn biases_and_symmetry_survive_another_rank() {
    let data = Dataset::Ratings(table(30, 20));
    let given: Given<'_> = &[("rank", Value::Int(3)), ("centre", Value::from("none"))];
    let setting = Setting::new(&ratings::PROBLEM, given, Some(&data), 2).expect("valid");
    let more: Given<'_> = &[("biases", Value::Bool(true)), ("ridge", Value::Real(0.1))];
    let mut als = run(&setting, &als::METHOD, more);
    als.advance(10);
    let before = als.value("rmse.seen");
    rank(&mut als, 5);
    assert!(als.factors().rank == 7 && (als.value("rmse.seen") - before).abs() < 1e-12);
    als.advance(10);
    let x = als.factors();
    assert!((0..30).all(|i| x.row(i)[6] == 1.0) && (0..20).all(|j| x.col(j)[5] == 1.0));
    // Biases and one column are all there is in these data.
    assert!(als.value("rmse.seen") < 1.1 * before, "{} {before}", als.value("rmse.seen"));
    let setting = Setting::new(&sensing::PROBLEM, &[], None, 11).expect("valid");
    let mut gd = run(&setting, &gd_small_init::METHOD, &[("rank", Value::Int(1))]);
    for k in [3, 2] {
        gd.advance(1500);
        rank(&mut gd, k);
        let x = gd.factors();
        assert!(x.rank == k as usize && x.u == x.v);
    }
    // Eigenvalues 5, 2 and 1: without the last, 1 / sqrt(30) is off.
    assert!((gd.value("error.all.rel") - 1.0 / 30f64.sqrt()).abs() < 0.02, "{}", gd.value("error.all.rel"));
}

#[test]
fn what_the_preset_of_a_changed_rank_says_happens() {
    let given = [("rows", Value::Int(100)), ("cols", Value::Int(80)), ("sampling", Value::Real(0.4))];
    let setting = Setting::new(&crate::problems::low_rank::PROBLEM, &given, None, 3).expect("valid");
    let mut als = run(&setting, &als::METHOD, &[("rank", Value::Int(2))]);
    als.advance(100);
    assert!((als.value("error.all.rel") - 0.73).abs() < 0.01);
    rank(&mut als, 4);
    assert!(als.steps_below("error.all.rel", 1e-6, 200).is_some(), "{}", als.value("error.all.rel"));
    let mut gd = run(&setting, &gd_small_init::METHOD, &[("rank", Value::Int(2))]);
    gd.advance(300);
    rank(&mut gd, 4);
    assert!(gd.steps_below("error.all.rel", 1e-3, 3000).is_some(), "{}", gd.value("error.all.rel"));
}
