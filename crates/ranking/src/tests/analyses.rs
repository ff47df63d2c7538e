//! What is asked of orders of several, against an independent program (`tests/oracles/orders.py`) and against the same asked
//! of games.

use iterscope_core::Order;
use iterscope_kernels::rng::Rng;

use super::analysis_case::{AnalysisCase, cell, plots, tables, text, truth};
use crate::analyses::shared::by_strength;
use crate::test_support::{Setting, TestRun, choice};
use crate::tests::samples::formula_1;

const NEWTON: Option<(&str, u32)> = Some(("ranking.newton", 12));

fn order(placed: &[u32], behind: &[u32], count: f64) -> Order {
    Order { placed: placed.to_vec(), behind: behind.to_vec(), count }
}

fn portable(given: &[Setting<'_>]) -> AnalysisCase {
    AnalysisCase::synthetic_orders(given, 77)
}

#[test]
fn standard_errors_are_those_of_the_independent_program() {
    for (given, known) in [
        (vec![], [0.17828833708087724, 0.16684093221613794, 0.14858842704283332, 0.17965074262364417]),
        (
            vec![choice("estimate", "map")],
            [0.3862316628391923, 0.38110331005414905, 0.373931418550545, 0.3880008931235872],
        ),
        (
            vec![("placed", 2.into())],
            [0.2512082351954293, 0.22494990617412328, 0.1852384713235216, 0.30138138783624724],
        ),
    ] {
        let asked = portable(&given);
        let report = asked.ask("ranking.intervals", &[], NEWTON).unwrap();
        for (name, known) in asked.set.labels().iter().zip(known) {
            let found = cell(tables(&report)[0], name, "standard error");
            assert!((found - known).abs() < 1e-8, "{given:?} {name}: {found} {known}");
        }
        assert!(text(&report).contains("with many races"), "{}", text(&report));
    }
    let open = AnalysisCase::orders(3, vec![order(&[0, 1, 2], &[], 2.0)], &[]);
    assert!(open.ask("ranking.intervals", &[], NEWTON).unwrap_err().message.contains("infinite for these races"));
}

#[test]
fn the_chance_to_come_ahead_is_that_of_the_independent_program() {
    let asked = portable(&[]);
    let names = asked.set.labels();
    let given = [("a", names[0].as_str().into()), ("b", names[1].as_str().into())];
    let report = asked.ask("ranking.pair", &given, None).unwrap();
    let row = format!("{} is ahead", names[0]);
    for (label, known) in [("chance", 0.3340239181059017), ("from", 0.23502338869261957), ("to", 0.45018528770201)] {
        let found = cell(tables(&report)[0], &row, label);
        assert!((found - known).abs() < 1e-8, "{label}: {found} {known}");
    }
    assert!(text(&report).contains("comes ahead of"), "{}", text(&report));
    // Who is behind in an unknown order says nothing of the two.
    let list = vec![order(&[0], &[1, 2], 2.0), order(&[1, 2, 0], &[], 3.0), order(&[2], &[1], 1.0)];
    let asked = AnalysisCase::orders(3, list, &[choice("estimate", "map")]);
    let of = |a: &str, b: &str| text(&asked.ask("ranking.pair", &[("a", a.into()), ("b", b.into())], None).unwrap());
    assert!(of("p1", "p2").contains("In the 4 races that say"), "{}", of("p1", "p2"));
    assert!(of("p1", "p2").contains("it was p1 3 times and p2 1"), "{}", of("p1", "p2"));
    assert!(of("p2", "p0").contains("it was p2 3 times and p0 2"), "{}", of("p2", "p0"));
}

#[test]
fn races_with_too_many_pairs_of_places_are_refused() {
    let given = [("players", 200.into()), ("races", 1300.into()), ("field", 200.into())];
    let error = AnalysisCase::synthetic_orders(&given, 1).ask("ranking.fit", &[], None).unwrap_err();
    assert!(error.field == "analysis" && error.message.contains("52 million"), "{error}");
}

#[test]
fn two_in_every_race_have_the_answers_of_games() {
    let games = [(0, 1, 3.0, false), (1, 0, 1.0, false), (1, 2, 2.0, false), (2, 0, 2.0, false), (0, 2, 1.0, false)];
    let list = games.iter().map(|(a, b, c, _)| order(&[*a, *b], &[], *c)).collect::<Vec<_>>();
    for estimate in ["ml", "map"] {
        let given = [choice("estimate", estimate)];
        let (pairs, orders) = (AnalysisCase::games(3, &games, &given), AnalysisCase::orders(3, list.clone(), &given));
        let both = |id: &str| [&pairs, &orders].map(|asked| asked.ask(id, &[], NEWTON).unwrap());
        for (id, labels) in [
            ("ranking.intervals", &["log-strength", "standard error", "surely above it"][..]),
            ("ranking.bootstrap", &["Fisher's error"][..]),
        ] {
            let [a, b] = both(id);
            for label in labels {
                for name in ["p0", "p1", "p2"] {
                    let (a, b) = (cell(tables(&a)[0], name, label), cell(tables(&b)[0], name, label));
                    assert!((a - b).abs() < 1e-7, "{id} {estimate} {name} {label}: {a} {b}");
                }
            }
        }
        let [a, b] = both("ranking.pair");
        let numbers = |r: &iterscope_core::Report| {
            let Some(iterscope_core::Mark::Intervals { low, mid, high, .. }) = plots(r)[0].marks.get(1).cloned() else {
                panic!("intervals")
            };
            [low, mid, high].concat()
        };
        assert!(numbers(&a).iter().zip(numbers(&b)).all(|(a, b)| (a - b).abs() < 1e-7), "{estimate}");
    }
}

#[test]
fn bootstrapped_races_have_about_fishers_errors_and_count_what_fell_apart() {
    let asked = AnalysisCase::synthetic_orders(&[("players", 8.into()), ("races", 600.into())], 3);
    let report = asked.ask("ranking.bootstrap", &[("replicates", 300.into())], None).unwrap();
    for name in asked.set.labels() {
        let sheet = tables(&report)[0];
        let (own, fisher) = (cell(sheet, name, "standard error"), cell(sheet, name, "Fisher's error"));
        // An error from 300 draws is known to one part in 24; four of these.
        assert!((own / fisher - 1.0).abs() < 4.0 / 24.0 + 0.03, "{name}: {own} {fisher}");
    }
    // Only one race has 2 ahead of others.
    let list = vec![order(&[0, 1, 2], &[], 3.0), order(&[1, 0, 2], &[], 3.0), order(&[2, 1, 0], &[], 1.0)];
    let report =
        AnalysisCase::orders(3, list, &[]).ask("ranking.bootstrap", &[("replicates", 60.into())], None).unwrap();
    assert!(text(&report).contains("maximum likelihood is infinite"), "{}", text(&report));
}

#[test]
fn intervals_of_orders_hold_the_truth_as_often_as_they_say() {
    let (mut inside, mut all) = (0.0, 0.0);
    for seed in 0..50 {
        let given = [("players", 10.into()), ("races", 120.into()), ("spread", 0.5.into())];
        let asked = AnalysisCase::synthetic_orders(&given, seed);
        let truth = truth(10, seed);
        let report = asked.ask("ranking.intervals", &[("level", 0.9.into())], NEWTON).unwrap();
        for (i, name) in asked.set.labels().iter().enumerate() {
            let (low, high) = (cell(tables(&report)[0], name, "from"), cell(tables(&report)[0], name, "to"));
            inside += f64::from(u8::from(low <= truth[i] && truth[i] <= high));
            all += 1.0;
        }
    }
    // Four standard deviations of a binomial share of 500.
    assert!((inside / all - 0.9f64).abs() < 4.0 * (0.09f64 / all).sqrt(), "{}", inside / all);
}

#[test]
fn the_fit_of_places_is_that_of_the_independent_program() {
    let report = portable(&[]).ask("ranking.fit", &[], None).unwrap();
    let sheets = tables(&report);
    for (place, known) in [
        ("1", [-1.322041954499671, -1.3200660684847014, -0.05051533748812967, 0.4666666666666667]),
        ("2", [-1.171851561216133, -1.1567172412894455, -0.4374395091606438, 0.49]),
        ("3", [-0.9071357812950276, -0.9239143369735778, 0.561958501880852, 0.5866666666666667]),
        ("4", [-0.5869944186229558, -0.587326068886064, 0.01429678292954351, 0.6833333333333333]),
    ] {
        let labels = ["log chance", "expected", "standard deviations off", "strongest took it"];
        for (label, known) in labels.into_iter().zip(known) {
            let found = cell(sheets[0], place, label);
            assert!((found - known).abs() < 1e-7, "place {place}, {label}: {found} {known}");
        }
    }
    // The items' places in the list of names are those of the program's numbers.
    let asked = portable(&[]);
    let row = sheets.last().unwrap();
    for (label, known) in [("first places", 12.0), ("expected", 6.728788351685363), ("residual", 2.1812388626884225)] {
        assert!((cell(row, &asked.set.labels()[0], label) - known).abs() < 1e-7, "{label}");
    }
    assert!(text(&report).contains("explains front and back of the races alike"), "{}", text(&report));
    assert!(text(&report).contains("trend over 4 places is 0.3 standard deviations, p = 0.773"), "{}", text(&report));
}

#[test]
fn places_drawn_by_lot_are_found_out() {
    // The winner by strength, all others by lot.
    let weight = [16.0, 8.0, 4.0, 2.0, 1.0, 1.0];
    let mut rng = Rng::new(4);
    let mut list = Vec::new();
    for _ in 0..300 {
        let mut members: Vec<u32> = rng.permutation(6).into_iter().map(|i| i as u32).collect();
        let mut at = rng.uniform() * weight.iter().sum::<f64>();
        let winner = members.iter().position(|i| {
            at -= weight[*i as usize];
            at <= 0.0
        });
        let winner = members.remove(winner.unwrap_or(5));
        members.insert(0, winner);
        list.push(order(&members, &[], 1.0));
    }
    let report = AnalysisCase::orders(6, list, &[]).ask("ranking.fit", &[], None).unwrap();
    assert!(text(&report).contains("show more at the front"), "{}", text(&report));
    let season = AnalysisCase::orders_of(formula_1(), &[]).ask("ranking.fit", &[], None).unwrap();
    assert!(text(&season).contains("show more at the front"), "{}", text(&season));
    let sheet = tables(&report)[0];
    assert!(cell(sheet, "1", "standard deviations off") > 3.0 && cell(sheet, "3", "standard deviations off") < 0.0);
}

#[test]
fn the_order_of_a_run_over_races_is_final_when_it_is() {
    let asked = portable(&[]);
    let report = asked.ask("ranking.stability", &[], Some(("ranking.gradient", 40))).unwrap();
    let mut run = TestRun::new(&asked.set, "ranking.gradient", &[]).unwrap();
    let mut orders = vec![by_strength(&run.strengths(&asked.set))];
    for _ in 0..40 {
        run.advance(1);
        orders.push(by_strength(&run.strengths(&asked.set)));
    }
    for (k, name) in [(1, "top 1"), (5, "top 5"), (20, "all")] {
        let since = orders.iter().rposition(|o| o[..k] != orders[40][..k]).map_or(0, |s| s + 1);
        assert_eq!(cell(tables(&report)[0], name, "final since step"), since as f64, "{name}");
    }
}
