//! The nearest metric on cases small enough to check by hand, and what must hold whatever the table.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Comparisons, Dataset, Encounter, Extent, Instance, Picture, Progress, Stop, artifact::Cell,
};

use crate::metric::instance::MetricRepair;
use crate::metric::{Dissimilarities, shortest_paths};
use crate::test_support::{TestRun, problem};

fn table(n: usize, list: &[(u32, u32, f64)]) -> Rc<dyn Instance> {
    let names = (0..n).map(|i| format!("p{i}")).collect();
    Rc::new(MetricRepair::new(Dissimilarities::new(n, list), names, &[]))
}

/// Distances of the known pairs from the result, by the names of the pair.
fn repaired(run: &mut TestRun) -> Vec<(String, f64)> {
    let Ok(Artifact::Table { rows, .. }) = run.stepper.result() else { panic!("a table") };
    let one = |row: &Vec<Cell>| match &row[..] {
        [Cell::Text(a), Cell::Text(b), _, Cell::Real(d), _] => (format!("{a} {b}"), *d),
        _ => panic!("{row:?}"),
    };
    let mut all: Vec<_> = rows.iter().map(one).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn a_triangle_closes_by_thirds() {
    // 5 against 1 + 1: the excess of 3 is shared by the three sides.
    let set = table(3, &[(0, 1, 1.0), (0, 2, 5.0), (1, 2, 1.0)]);
    assert!(set.notes()[0].text.contains("1 of 3 pairs") && set.notes()[0].text.contains("1 triangles are violated"));
    for id in ["ranking.project-and-forget", "ranking.dykstra"] {
        let mut run = TestRun::new(&set, id, &[]).unwrap();
        run.advance(3);
        let found = repaired(&mut run);
        for ((pair, d), expected) in found.iter().zip([2.0, 4.0, 2.0]) {
            assert!((d - expected).abs() < 1e-12, "{id} {pair} {d}");
        }
        assert!(run.value("gap.rel").abs() < 1e-12 && run.value("violation.max.rel") < 1e-12);
        assert!((run.value("objective") - 3.0).abs() < 1e-12);
    }
}

#[test]
fn a_longer_detour_counts_where_pairs_are_missing() {
    // A square without diagonals: 9 against 1 + 1 + 2, an excess of 5 over four sides.
    let set = table(4, &[(0, 1, 1.0), (0, 3, 9.0), (1, 2, 1.0), (2, 3, 2.0)]);
    assert!(set.notes()[1].text.contains("2 of 6 pairs never met"));
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[]).unwrap();
    run.advance(3);
    for ((pair, d), expected) in repaired(&mut run).iter().zip([2.25, 7.75, 2.25, 3.25]) {
        assert!((d - expected).abs() < 1e-12, "{pair} {d}");
    }
    assert_eq!(TestRun::new(&set, "ranking.dykstra", &[]).err().unwrap().field, "method");
}

#[test]
fn a_metric_stays_as_it_is() {
    let set = table(3, &[(0, 1, 1.0), (0, 2, 2.0), (1, 2, 1.5)]);
    assert!(set.notes()[0].text.contains("a metric already"));
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[]).unwrap();
    run.advance(2);
    assert_eq!(
        (run.value("objective"), run.value("violation.max.rel"), run.value("constraints.kept")),
        (0.0, 0.0, 0.0)
    );
}

#[test]
fn games_that_fit_one_scale_are_a_metric_and_cycles_are_not() {
    let set = |games: &[(u32, u32, f64)]| {
        let one = |&(winner, loser, count): &(u32, u32, f64)| Encounter { winner, loser, count, tie: false };
        let items = (0..3).map(|i| format!("p{i}")).collect();
        let data = Comparisons { items, encounters: games.iter().map(one).collect(), ..Comparisons::default() };
        problem("ranking.metric-repair", &[("smoothing", 0.01.into())], 0, Some(&Dataset::Comparisons(data))).unwrap()
    };
    // Odds of 2, 3 and 6, in thousands of games, so that the smoothing is far below the threshold.
    let fits = [(0, 1, 2e9), (1, 0, 1e9), (1, 2, 3e9), (2, 1, 1e9), (0, 2, 6e9), (2, 0, 1e9)];
    assert!(set(&fits).notes()[0].text.contains("a metric already"));
    let circle = [(0, 1, 2e9), (1, 0, 1e9), (1, 2, 3e9), (2, 1, 1e9), (0, 2, 1e9), (2, 0, 60e9)];
    assert!(set(&circle).notes()[0].text.contains("1 triangles are violated"), "{:?}", set(&circle).notes());
    // Games at home and away are of one pair.
    let mut sides = Comparisons {
        items: (0..3).map(|i| format!("p{i}")).collect(),
        encounters: vec![Encounter { winner: 0, loser: 1, count: 1.0, tie: false }; 2],
        ..Comparisons::default()
    };
    sides.details.advantage = vec![1, -1];
    let set = problem("ranking.metric-repair", &[], 0, Some(&Dataset::Comparisons(sides))).unwrap();
    assert_eq!(set.summary(), "3 items, 1 known dissimilarities");
    let many = Comparisons {
        items: (0..151).map(|i| format!("p{i}")).collect(),
        encounters: vec![Encounter { winner: 0, loser: 1, count: 1.0, tie: false }],
        ..Comparisons::default()
    };
    let error = problem("ranking.metric-repair", &[], 0, Some(&Dataset::Comparisons(many))).err().unwrap();
    assert!(error.field == "data" && error.message.contains("at most 150"));
}

#[test]
fn both_methods_find_the_same_metric_and_the_gap_bounds_the_distance() {
    let set = problem("ranking.metric-repair", &[("items", 12.into())], 5, None).unwrap();
    let mut dykstra = TestRun::new(&set, "ranking.dykstra", &[("tolerance", 1e-13.into())]).unwrap();
    assert_eq!(dykstra.stepper.advance(20_000), Ok(Progress::Stopped(Stop::Converged)));
    let best = dykstra.value("objective");
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[("threshold", 1e-13.into())]).unwrap();
    let given = set.as_any().downcast_ref::<MetricRepair>().unwrap().table();
    let place = |name: &str| set.labels().iter().position(|l| l == name).unwrap();
    let square = |pair: &str, d: f64| {
        let at = pair.rfind(" item").unwrap();
        let off = d - given.given[place(&pair[..at]) * 12 + place(&pair[at + 1..])];
        off * off
    };
    for _ in 0..12 {
        run.advance(1);
        // The metric of the shortest paths is no better than the best, and by no more worse than the gap says.
        let above: f64 = repaired(&mut run).iter().map(|(pair, d)| square(pair, *d)).sum();
        let gap = run.value("gap.rel");
        assert!(best <= above * (1.0 + 1e-12) && above - best <= gap * above * (1.0 + 1e-9), "{best} {above} {gap}");
    }
    run.steps_until("gap.rel", 1e-11, 2000);
    for ((pair, a), (_, b)) in repaired(&mut run).iter().zip(repaired(&mut dykstra)) {
        assert!((a - b).abs() < 1e-6, "{pair}: {a} {b}");
    }
    assert!((run.value("objective") / best - 1.0).abs() < 1e-10);
}

#[test]
fn the_result_is_a_metric_at_any_time() {
    let set = problem("ranking.metric-repair", &[("items", 9.into())], 8, None).unwrap();
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[]).unwrap();
    run.advance(2);
    assert!(run.value("violation.max.rel") > 1e-3);
    let mut given = vec![0.0; 81];
    let labels = set.labels().to_vec();
    for (pair, d) in repaired(&mut run) {
        let place = |name: &str| labels.iter().position(|l| l == name).unwrap();
        let at = pair.rfind(" item").unwrap();
        let (u, v) = (place(&pair[..at]), place(&pair[at + 1..]));
        given[u * 9 + v] = d;
        given[v * 9 + u] = d;
    }
    let mut distance = vec![0.0; 81];
    shortest_paths(9, &given, &mut distance, None);
    assert!(given.iter().zip(&distance).all(|(g, d)| (g - d).abs() < 1e-14));
}

#[test]
fn the_pictures() {
    let set = table(4, &[(0, 1, 1.0), (0, 3, 9.0), (1, 2, 1.0), (2, 3, 2.0)]);
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[]).unwrap();
    let (extent, mut picture) = (Extent { width: 50, height: 50 }, Picture::default());
    run.stepper.picture("violation", extent, &mut picture).unwrap();
    assert_eq!((picture.values[3], picture.values[12], picture.hi), (5.0, 5.0, 5.0));
    assert!(picture.values[2].is_nan(), "never met");
    assert!(set.draw_given("given", extent, &mut picture) && picture.values[3] == 9.0);
    assert!(!set.draw_given("nothing", extent, &mut picture));
    run.advance(1);
    run.stepper.picture("change", extent, &mut picture).unwrap();
    assert_eq!(picture.values[3], -1.25);
    run.stepper.picture("distance", extent, &mut picture).unwrap();
    assert_eq!(picture.values[1], 2.25);
}
