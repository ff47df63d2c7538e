//! Groups that never met and parts between which all results point one way: what is offered within, and not claimed across.

use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Comparisons, Dataset, Encounter, Instance, Order, Severity};

use crate::data::parts::Connectivity;
use crate::model::Estimate;
use crate::pairs::existence::connectivity;
use crate::pairs::instance::PairInstance;
use crate::test_support::{Setting, TestRun, choice, pairwise, problem};
use crate::tests::analysis_case::{AnalysisCase, cell, tables, text};

/// A beat B twice and lost once, Y beat X twice and lost once; the two pairs never met.
const APART: [(u32, u32, f64, bool); 4] =
    [(0, 1, 2.0, false), (1, 0, 1.0, false), (2, 3, 1.0, false), (3, 2, 2.0, false)];

/// Three that beat one another, and a fourth that lost to all of them.
const WINLESS: [(u32, u32, f64, bool); 6] = [
    (0, 1, 3.0, false),
    (1, 2, 2.0, false),
    (2, 0, 1.0, false),
    (1, 0, 1.0, false),
    (0, 3, 2.0, false),
    (2, 3, 1.0, false),
];

fn rows(run: &mut TestRun) -> (Vec<String>, Vec<Vec<Cell>>) {
    let Ok(Artifact::Table { columns, rows }) = run.stepper.result() else { panic!("a table") };
    (columns, rows)
}

fn joined(set: &Rc<dyn Instance>) -> &Connectivity {
    set.as_any().downcast_ref::<PairInstance>().unwrap().joined()
}

#[test]
fn groups_that_never_met_are_finite_each_and_said_to_be_apart() {
    let set = pairwise(4, &APART, &[]).unwrap();
    let warning = set.notes().iter().find(|n| n.severity == Severity::Warning).unwrap();
    assert!(warning.text.contains("2 groups that never met") && warning.text.contains("{p0, p1}"), "{}", warning.text);
    assert!(!warning.text.contains("infinite") && warning.fixes.len() == 2, "{warning:?}");
    for id in ["newman", "zermelo", "newton", "coordinate-descent", "gradient", "lbfgs", "trust-region", "ilsr"] {
        let mut run = TestRun::new(&set, &format!("ranking.{id}"), &[]).unwrap();
        let steps = run.steps_until("gradient.rel", 1e-10, 500);
        assert!(steps < 500, "{id}: {steps}");
        assert!(run.value("p.rms.error") < 1e-9 && run.value("nll.gap") < 1e-15, "{id}");
        let (columns, rows) = rows(&mut run);
        assert_eq!(columns.last().unwrap(), "group", "{id}");
        let ranks: Vec<_> = rows.iter().map(|r| (r[0].clone(), r[1].clone(), r.last().cloned().unwrap())).collect();
        let row = |rank, name: &str, group| (Cell::Int(rank), Cell::Text(name.into()), Cell::Int(group));
        assert_eq!(ranks, [row(1, "p0", 1), row(2, "p1", 1), row(1, "p3", 2), row(2, "p2", 2)], "{id}");
        // Two wins of three: a ratio of 2, with the geometric mean 1 in each group.
        for (row, strength) in rows.iter().zip([2f64.sqrt(), 0.5f64.sqrt(), 2f64.sqrt(), 0.5f64.sqrt()]) {
            let Cell::Real(found) = row[2] else { panic!("{row:?}") };
            assert!((found / strength - 1.0).abs() < 1e-8, "{id}: {found}");
        }
    }
}

#[test]
fn answers_hold_within_groups_and_say_so() {
    let case = AnalysisCase::games(4, &APART, &[]);
    let pair = |a: &str, b: &str| case.ask("ranking.pair", &[("a", a.into()), ("b", b.into())], None).unwrap();
    assert!((cell(tables(&pair("p0", "p1"))[0], "p0 wins", "chance") - 2.0 / 3.0).abs() < 1e-9);
    let across = pair("p0", "p2");
    assert!(tables(&across).is_empty() && text(&across).contains("p0 and p2 never met"), "{}", text(&across));
    let report = case.ask("ranking.intervals", &[], Some(("ranking.newton", 12))).unwrap();
    let sheet = tables(&report)[0];
    assert!(text(&report).contains("across parts nothing is claimed"), "{}", text(&report));
    assert!(text(&report).contains("has come to this optimum"), "{}", text(&report));
    assert_eq!(sheet.rows.len(), 4);
    for (name, rank) in [("p0", 1.0), ("p1", 2.0), ("p3", 1.0), ("p2", 2.0)] {
        assert_eq!(cell(sheet, name, "rank"), rank);
        // Half of the difference, whose variance is 1/(3 p q) with p = 2/3.
        assert!((cell(sheet, name, "standard error") - 0.5 * 1.5f64.sqrt()).abs() < 1e-9, "{name}");
        assert_eq!(cell(sheet, name, "surely above it") + cell(sheet, name, "surely below it"), 0.0);
    }
    for id in ["ranking.bootstrap", "ranking.fit", "ranking.next-games", "ranking.graph"] {
        let report = case.ask(id, &[], None).unwrap();
        assert!(text(&report).contains("never met"), "{id}: {}", text(&report));
    }
    let report = case.ask("ranking.stability", &[], Some(("ranking.newton", 12))).unwrap();
    assert!(text(&report).contains("2 groups that never met"), "{}", text(&report));
    let map = AnalysisCase::games(4, &APART, &[choice("estimate", "map")]);
    assert!(map.set.notes().iter().any(|n| n.text.contains("the prior alone decides")));
    let report = map.ask("ranking.pair", &[("a", "p0".into()), ("b", "p2".into())], None).unwrap();
    assert!(text(&report).contains("the prior alone decides between them"), "{}", text(&report));
}

#[test]
fn within_a_part_the_answers_are_those_of_the_part_alone() {
    let whole = AnalysisCase::games(4, &WINLESS, &[]);
    let part = AnalysisCase::games(4, &WINLESS, &[choice("part", "largest")]);
    let note = &whole.set.notes()[0];
    assert!(note.severity == Severity::Warning && note.text.contains("infinite"), "{note:?}");
    let newton = Some(("ranking.newton", 12));
    let (report, alone) = (whole.ask("ranking.intervals", &[], newton), part.ask("ranking.intervals", &[], newton));
    let (report, alone) = (report.unwrap(), alone.unwrap());
    assert!(text(&report).contains("One item has nobody to be compared with"), "{}", text(&report));
    let (sheet, known) = (tables(&report)[0], tables(&alone)[0]);
    assert_eq!(sheet.rows.len(), 3);
    for name in ["p0", "p1", "p2"] {
        for column in ["rank", "log-strength", "standard error"] {
            let (found, expected) = (cell(sheet, name, column), cell(known, name, column));
            assert!((found - expected).abs() < 1e-6, "{name} {column}: {found} {expected}");
        }
    }
    let across = whole.ask("ranking.pair", &[("a", "p3".into()), ("b", "p1".into())], None).unwrap();
    assert!(text(&across).contains("puts p1 ahead of p3 without bound"), "{}", text(&across));
    // The parts stand in one order, so the table ranks all.
    let mut run = TestRun::new(&whole.set, "ranking.newton", &[]).unwrap();
    run.advance(5);
    let (columns, rows) = rows(&mut run);
    assert_eq!(columns.last().unwrap(), "part");
    assert_eq!((&rows[3][0], &rows[3][1]), (&Cell::Int(4), &Cell::Text("p3".into())));
}

#[test]
fn orders_have_the_same_parts() {
    let order = |placed: &[u32], count: f64| Order { placed: placed.to_vec(), behind: Vec::new(), count };
    let orders = vec![order(&[0, 1], 2.0), order(&[1, 0], 1.0), order(&[2, 3, 4], 1.0), order(&[3, 2, 4], 2.0)];
    let case = AnalysisCase::orders(5, orders, &[]);
    let pair = |a: &str, b: &str| case.ask("ranking.pair", &[("a", a.into()), ("b", b.into())], None).unwrap();
    assert!((cell(tables(&pair("p0", "p1"))[0], "p0 is ahead", "chance") - 2.0 / 3.0).abs() < 1e-6);
    assert!((cell(tables(&pair("p2", "p3"))[0], "p2 is ahead", "chance") - 1.0 / 3.0).abs() < 1e-6);
    assert!(text(&pair("p4", "p2")).contains("puts p2 ahead of p4 without bound"));
    assert!(text(&pair("p0", "p4")).contains("never met"));
}

#[test]
fn sets_are_groups_with_one_order_of_their_parts_and_else_parts() {
    let of = |n: usize, games: &[(u32, u32, f64, bool)]| {
        let set = pairwise(n, games, &[]).unwrap();
        joined(&set).ranked_together(Estimate::Likelihood)
    };
    let win = |a: u32, b: u32| (a, b, 1.0, false);
    // A chain has one order; two that both beat a third have none.
    let same = |sets: &[u32], i: usize, j: usize| sets[i] == sets[j];
    let chain = of(3, &[win(0, 1), win(1, 2)]);
    assert!(same(&chain, 0, 1) && same(&chain, 1, 2));
    let fork = of(3, &[win(0, 2), win(1, 2)]);
    assert!(!same(&fork, 0, 1) && !same(&fork, 1, 2));
    let set = pairwise(3, &[win(0, 2), win(1, 2)], &[choice("estimate", "map")]).unwrap();
    assert_eq!(joined(&set).ranked_together(Estimate::Posterior), [0; 3]);
    assert!(!connectivity(&set.as_any().downcast_ref::<PairInstance>().unwrap().model().games).is_strong());
}

#[test]
fn results_are_played_in_the_order_of_their_dates() {
    // Days of 2024-03-01, 2024-01-01, 2024-02-01, 2024-04-01 and 2024-01-15.
    let lines: [(f64, u32, u32); 5] =
        [(19783.0, 0, 1), (19723.0, 1, 0), (19754.0, 1, 2), (19814.0, 2, 0), (19737.0, 2, 1)];
    let build = |dated: bool| {
        let encounter = |&(_, winner, loser): &(f64, u32, u32)| Encounter { winner, loser, count: 1.0, tie: false };
        let mut data = Comparisons {
            items: ["A", "B", "C"].map(String::from).to_vec(),
            encounters: lines.iter().map(encounter).collect(),
            ..Comparisons::default()
        };
        if dated {
            data.details.day = lines.iter().map(|l| l.0).collect();
        }
        problem("ranking.pairwise", &[] as &[Setting<'_>], 0, Some(&Dataset::Comparisons(data))).unwrap()
    };
    // A sequential program with K = 32 from 1500, over the lines sorted by date, and as they stand.
    let known = [(true, [1485.4017, 1498.5951, 1516.0033]), (false, [1481.8648, 1500.6348, 1517.5004])];
    for (dated, ratings) in known {
        let set = build(dated);
        assert_eq!(set.notes().iter().any(|n| n.text.contains("order of their dates")), dated);
        let mut run = TestRun::new(&set, "ranking.elo", &[("k", 32.0.into())]).unwrap();
        run.advance(1);
        for (s, rating) in run.strengths(&set).iter().zip(ratings) {
            let found = 1500.0 + 400.0 / libm::log(10.0) * libm::log(*s);
            assert!((found - rating).abs() < 1e-4, "{found} {rating}");
        }
    }
}
