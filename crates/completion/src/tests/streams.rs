//! Streams of rows and columns, and the methods on them.

use iterscope_core::Value;

use crate::Completion;
use crate::harness::{Given, MethodRun, Setting};
use crate::methods::{grouse, svd_updates};
use crate::problems::stream;

const ERROR: &str = "error.all.rel";

fn setting(given: Given<'_>, seed: u64) -> Setting {
    Setting::new(&stream::PROBLEM, given, None, seed).expect("a valid problem")
}

/// Steps until nothing arrives any more.
fn to_the_end(run: &mut MethodRun) -> u64 {
    while run.advance(1) {}
    run.stepper.steps()
}

fn updates(setting: &Setting, given: Given<'_>) -> MethodRun {
    let mut run = setting.run(&svd_updates::METHOD, given).expect("a valid method");
    to_the_end(&mut run);
    run
}

const ZERO: (&str, Value) = ("sampling", Value::Real(0.05));

/// Figures of tests/oracles/updates.py, dense and with the same random numbers: a 400 x 300 matrix of which 5 % is not zero,
/// rank 10, the last 200 rows in batches.
#[test]
fn updates_of_a_sparse_matrix_have_the_residuals_of_rayleigh_and_ritz() {
    let cases = [
        (1, 222.320214, 32.946766, 27.216849),
        (10, 222.287822, 32.974761, 27.247220),
        (50, 222.205966, 33.008505, 27.401275),
    ];
    for (batch, residual, first, last) in cases {
        let problem = [ZERO, ("unseen", Value::from("zero")), ("batch", Value::Int(batch))];
        let setting = setting(&problem, 21);
        let completion = setting.instance.as_any().downcast_ref::<Completion>().expect("its type");
        let norm = completion.model().true_norm().expect("known");
        let best = setting.instance.levels()[0].value * norm;
        assert!((best - 220.481189).abs() < 1e-6, "{best}");
        for (update, drift) in [("fast", 1e-11), ("explicit", 1e-11)] {
            let mut run = updates(&setting, &[("fill", Value::from("zero")), ("update", Value::from(update))]);
            assert_eq!(run.stepper.steps(), 200 / batch as u64);
            let found = norm * run.value(ERROR);
            assert!((found - residual).abs() < 2e-6, "{update}, batch {batch}: {found}");
            let all = run.measure()[3..].to_vec();
            assert_eq!((all[0], all[5]), (1.0, 0.0), "all has arrived, without a restart");
            assert!((all[2] - first).abs() < 2e-6 && (all[3] - last).abs() < 2e-6, "{all:?}");
            assert!(all[1] < drift, "{update}: drift {}", all[1]);
        }
        if batch < 50 {
            continue;
        }
        let mut fresh = updates(&setting, &[("update", Value::from("fresh"))]);
        assert!((norm * fresh.value(ERROR) / best - 1.0).abs() < 1e-9);
        assert!((fresh.measure()[5] - 33.818427).abs() < 1e-6);
    }
}

#[test]
fn updates_are_exact_where_the_rank_is() {
    for arrive in ["rows", "columns", "both"] {
        let problem = [
            ("rows", Value::Int(80)),
            ("cols", Value::Int(60)),
            ("rank", Value::Int(4)),
            ("sampling", Value::Real(1.0)),
            ("arrive", Value::from(arrive)),
            ("batch", Value::Int(7)),
        ];
        let setting = setting(&problem, 5);
        for fill in ["zero", "subspace"] {
            let mut run = updates(&setting, &[("fill", Value::from(fill))]);
            assert!(run.value(ERROR) < 1e-12, "{arrive}, {fill}: {}", run.value(ERROR));
        }
    }
}

#[test]
fn hidden_entries_are_predicted_by_the_subspace() {
    for arrive in ["rows", "columns", "both"] {
        let problem = [("rank", Value::Int(3)), ("arrive", Value::from(arrive))];
        let setting = setting(&problem, 5);
        let mut run = updates(&setting, &[]);
        assert!(run.value(ERROR) < 1e-9, "{arrive}: {}", run.value(ERROR));
        let mut zeros = updates(&setting, &[("fill", Value::from("zero"))]);
        assert!(zeros.value(ERROR) > 0.3, "{arrive}: {}", zeros.value(ERROR));
        let mut grouse = setting.run(&grouse::METHOD, &[]).expect("a valid method");
        let before = grouse.value(ERROR);
        to_the_end(&mut grouse);
        assert!(grouse.value(ERROR) < 1e-3 * before, "{arrive}: {before} to {}", grouse.value(ERROR));
    }
}

#[test]
fn a_rank_above_the_first_block_is_refused() {
    let problem = [("rows", Value::Int(30)), ("rank", Value::Int(3)), ("first", Value::Real(0.2))];
    let setting = setting(&problem, 1);
    let error = setting.run(&svd_updates::METHOD, &[("rank", Value::Int(9))]).err().expect("an error");
    assert!(error.field == "rank" && error.message.contains("rank 6 at most"), "{}", error.message);
}
