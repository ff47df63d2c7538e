//! Files that people brought, run as the driver runs them. The files stand in tests/fixtures; the figures are those of
//! sequential programs in Python: Elo's rule written out, and the package trueskill 0.4.5.

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, DataKind, Dataset, MethodInput, Status, Stop, StopRule, Values};
use iterscope_driver::{Plan, Pumped, Run};

use crate::FAMILY;
use crate::test_support::{Setting, problem};

fn data(name: &str, text: &str) -> Dataset {
    iterscope_data::read(DataKind::Comparisons, name, text.as_bytes(), None).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A run until its end: why it ended, in how many steps, what is said, and the table of its result.
fn run(data: &Dataset, id: &str, given: &[Setting<'_>], rule: StopRule) -> (Stop, u64, String, Vec<Vec<Cell>>) {
    let instance = problem("ranking.pairwise", &[], 0, Some(data)).unwrap();
    let method = FAMILY.methods.iter().find(|m| m.info.id == id).unwrap();
    let params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let values = Values::resolve(&method.info.params, &params).unwrap();
    let input = MethodInput { instance: &instance, values: &values, backend: iterscope_core::Backend::CpuF64, seed: 0 };
    let stepper = (method.build)(&input).unwrap();
    let series = instance.series();
    let plan = Plan::new(stepper, series, method.info.diagnostics.len(), rule);
    let mut run = Run::new(Plan { plateaus: method.info.plateaus, ..plan });
    while run.pump(u64::MAX, &|| 0.0, 1.0).unwrap() != Pumped::Done {}
    let Status::Stopped(stop) = run.status() else { panic!("it ended") };
    let Ok(Artifact::Table { rows, .. }) = run.result() else { panic!("a table") };
    (stop, run.shown(), run.explain(series).unwrap(), rows)
}

fn log_strength(rows: &[Vec<Cell>], name: &str) -> f64 {
    let row = rows.iter().find(|r| r[1] == Cell::Text(name.into())).unwrap();
    let Cell::Real(strength) = row[2] else { panic!("{row:?}") };
    libm::log(strength)
}

const ONE: StopRule = StopRule { rtol: 1e-8, max_steps: 1, until: None };

#[test]
fn a_pass_is_played_although_the_start_is_where_the_likelihood_is_largest() {
    let data = data("games.csv", include_str!("../../tests/fixtures/elo-first-pass-must-be-played.csv"));
    for (id, given) in [
        ("ranking.elo", &[("k", 20.0.into())][..]),
        ("ranking.glicko2", &[("period", 1.into())]),
        ("ranking.trueskill", &[]),
        ("ranking.rank-centrality", &[]),
        ("ranking.kemeny", &[]),
    ] {
        let (_, steps, words, rows) = run(&data, id, given, ONE);
        assert_eq!(steps, 1, "{id}: {words}");
        assert!(!words.contains("gradient"), "{id}: {words}");
        match id {
            "ranking.elo" => {
                let rating = 1500.0 + 400.0 / libm::log(10.0) * log_strength(&rows, "bob");
                // 1490 after the first game, and then 20 (1 - 1/(1 + 10^(20/400))) more.
                assert!((rating - 1500.575011).abs() < 1e-5, "{rating}");
            }
            "ranking.trueskill" => {
                let skill = log_strength(&rows, "bob") * core::f64::consts::SQRT_2 / 1.702;
                assert!((skill - 0.367).abs() < 5e-4, "{skill}");
            }
            _ => {}
        }
    }
    let long = StopRule { rtol: 1e-8, max_steps: 5000, until: None };
    let (stop, steps, words, _) = run(&data, "ranking.elo", &[], long);
    assert!(stop == Stop::Converged && steps > 1, "{steps} {words}");
    assert!(words.contains("the change of ratings is at most 1e-10"), "{words}");
}

#[test]
fn dates_give_the_order_in_which_games_are_played() {
    let data = data("games.csv", include_str!("../../tests/fixtures/elo-needs-time-order.csv"));
    let (.., rows) = run(&data, "ranking.elo", &[("k", 32.0.into())], ONE);
    for (name, rating) in [("C", 1516.0033), ("B", 1498.5951), ("A", 1485.4017)] {
        let found = 1500.0 + 400.0 / libm::log(10.0) * log_strength(&rows, name);
        assert!((found - rating).abs() < 1e-4, "{name}: {found}");
    }
}

#[test]
fn groups_that_never_met_converge_and_parts_that_drift_are_explained() {
    let rule = StopRule { rtol: 1e-10, max_steps: 2000, until: None };
    let apart = data("games.csv", include_str!("../../tests/fixtures/two-groups-that-never-met.csv"));
    for id in ["ranking.newton", "ranking.newman", "ranking.zermelo", "ranking.lbfgs"] {
        let (stop, steps, words, rows) = run(&apart, id, &[], rule);
        assert!(stop == Stop::Converged && steps < 200, "{id}: {steps} {words}");
        assert!((log_strength(&rows, "A") - log_strength(&rows, "B") - libm::log(2.0)).abs() < 1e-8, "{id}");
    }
    let drifting = data("games.csv", "winner,loser\na,b\nb,a\na,b\na,c\nb,c\n");
    for id in ["ranking.newton", "ranking.newman", "ranking.gradient"] {
        let (_, _, words, _) = run(&drifting, id, &[], rule);
        assert!(words.contains("move apart for ever") && words.contains("{a, b}"), "{id}: {words}");
        assert!(!words.contains("multiplies the error") && !words.contains("fell to"), "{id}: {words}");
    }
    let (_, _, words, _) = run(&drifting, "ranking.elo", &[], ONE);
    assert!(!words.contains("for ever"), "{words}");
}
