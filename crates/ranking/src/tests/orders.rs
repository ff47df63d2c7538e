//! Orders against pairs, against independent programs (`tests/oracles/orders.py`) and against one another.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Dataset, Extent, Fix, Instance, Order, Orders, Picture, PictureKind, Progress, Severity, Stop, Value,
    artifact::Cell,
};
use proptest::prelude::*;

use crate::model::Strengths;
use crate::model::objective::Curvature;
use crate::orders::hessian::Hessian;
use crate::orders::instance::OrderInstance;
use crate::orders::likelihood::{Scratch, gradient};
use crate::orders::links::links;
use crate::test_support::{Setting, TestRun, choice, pairwise, problem};

/// Those that are after the optimum.
const SOLVERS: [&str; 11] = [
    "ranking.zermelo",
    "ranking.newman",
    "ranking.newton",
    "ranking.lbfgs",
    "ranking.ilsr",
    "ranking.coordinate-descent",
    "ranking.gradient",
    "ranking.nesterov",
    "ranking.lazy-newton",
    "ranking.root-newton",
    "ranking.trust-region",
];
/// Those that are on their way to it.
const SLOW: [&str; 6] = [
    "ranking.sgd",
    "ranking.optimiser",
    "ranking.fosi",
    "ranking.optex",
    "ranking.proxprox",
    "ranking.forward-gradient",
];

/// Placed, behind, count.
type Line = (Vec<u32>, Vec<u32>, f64);

fn orders(n: usize, lines: &[Line], given: &[Setting<'_>]) -> Rc<dyn Instance> {
    try_orders(n, lines, given).expect("a valid problem")
}

fn try_orders(n: usize, lines: &[Line], given: &[Setting<'_>]) -> Result<Rc<dyn Instance>, iterscope_core::BuildError> {
    let one = |(placed, behind, count): &Line| Order { placed: placed.clone(), behind: behind.clone(), count: *count };
    let items = (0..n).map(|i| format!("p{i}")).collect();
    let data = Orders { items, orders: lines.iter().map(one).collect(), remarks: Vec::new() };
    problem("ranking.orders", given, 0, Some(&Dataset::Orders(data)))
}

fn portable(given: &[Setting<'_>]) -> Rc<dyn Instance> {
    problem("ranking.synthetic-orders", given, 77, None).expect("a valid problem")
}

fn logs(run: &mut TestRun, set: &Rc<dyn Instance>) -> Vec<f64> {
    run.strengths(set).iter().map(|s| libm::log(*s)).collect()
}

fn solved(set: &Rc<dyn Instance>, id: &str) -> Vec<f64> {
    let mut run = TestRun::new(set, id, &[]).expect("a valid method");
    run.steps_until("gradient.rel", 1e-14, 40_000);
    run.strengths(set).iter().map(|s| s / (1.0 + s)).collect()
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() < tolerance)
}

#[test]
fn every_method_finds_the_optimum_of_an_independent_program() {
    for (given, expected) in [
        (vec![], [-0.5540069065927523, 0.13603424872256, 0.38177803001288785, -1.3338743994976265, 1.3890489491071123]),
        (
            vec![choice("estimate", "map")],
            [-0.5361698339436535, 0.13677638614771545, 0.37933801277014195, -1.3020848806444472, 1.3693259263419997],
        ),
        (
            vec![("placed", Value::Int(2))],
            [-0.3760693491272192, 0.12138785163571526, 0.3894723432002813, -1.266656197024018, 1.3993321537711418],
        ),
    ] {
        let set = portable(&given);
        for id in SOLVERS {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            run.steps_until("p.rms.error", 2e-14, 3000);
            assert!(close(&logs(&mut run, &set)[..5], &expected, 1e-12), "{id} {given:?}");
            assert!(run.value("nll.gap") < 1e-18 && run.value("p.rms.error") < 1e-12, "{id}");
        }
    }
}

#[test]
fn the_spectral_estimates_are_those_of_choix() {
    for (known, expected) in [
        (0, [-0.5042572922966109, 0.10995498131956893, 0.41673521787690443, -1.2434462491027123, 1.3805633080666229]),
        (2, [-0.28905796206818263, 0.06545462985109246, 0.42149624500684835, -1.1886848147714424, 1.4108194819212712]),
    ] {
        let set = portable(&[("placed", known.into())]);
        let mut lsr = TestRun::new(&set, "ranking.lsr", &[("tolerance", 1e-14.into())]).unwrap();
        assert_eq!(lsr.stepper.advance(5000), Ok(Progress::Stopped(Stop::Converged)));
        assert!(close(&logs(&mut lsr, &set)[..5], &expected, 1e-11));
        // Their iteration begins with it.
        let mut ilsr = TestRun::new(&set, "ranking.ilsr", &[]).unwrap();
        ilsr.advance(1);
        assert!(close(&logs(&mut ilsr, &set)[..5], &expected, 1e-9));
    }
}

#[test]
fn two_in_every_race_are_a_pair() {
    let games: [(u32, u32, f64); 7] =
        [(0, 1, 3.0), (1, 0, 1.0), (1, 2, 2.0), (2, 3, 1.0), (3, 0, 2.0), (0, 2, 1.5), (2, 1, 1.0)];
    for estimate in ["ml", "map"] {
        let given = [choice("estimate", estimate)];
        let pairs = pairwise(4, &games.map(|(a, b, c)| (a, b, c, false)), &given).unwrap();
        let full: Vec<Line> = games.iter().map(|&(a, b, c)| (vec![a, b], vec![], c)).collect();
        let partial: Vec<Line> = games.iter().map(|&(a, b, c)| (vec![a], vec![b], c)).collect();
        for lines in [full, partial] {
            let set = orders(4, &lines, &given);
            for id in SOLVERS.into_iter().chain(["ranking.lsr", "ranking.fosi", "ranking.optex"]) {
                let mut one = TestRun::new(&pairs, id, &[]).unwrap();
                let mut other = TestRun::new(&set, id, &[]).unwrap();
                for step in 0..4 {
                    for key in ["gradient.rel", "nll", "nll.gap", "p.rms.error"] {
                        let (a, b) = (one.value(key), other.value(key));
                        let same = (a - b).abs() <= 1e-9 * a.abs().max(1e-7);
                        assert!(same, "{id} {estimate} step {step} {key}: {a} {b}");
                    }
                    one.advance(1);
                    other.advance(1);
                }
            }
        }
    }
}

#[test]
fn methods_on_samples_of_the_races_come_close() {
    for given in [vec![], vec![choice("estimate", "map")], vec![("placed", Value::Int(2))]] {
        let set = portable(&given);
        for id in SLOW {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            let before = run.value("p.rms.error");
            run.advance(150);
            let after = run.value("p.rms.error");
            assert!(after < 0.1 * before, "{id} {given:?}: {before:e} to {after:e}");
        }
    }
}

#[test]
fn exact_updates_rise_in_any_order_and_take_the_largest_gradient_first() {
    let set = portable(&[("placed", Value::Int(3))]);
    for order in ["cyclic", "greedy"] {
        let mut run = TestRun::new(&set, "ranking.coordinate-descent", &[choice("order", order)]).unwrap();
        let mut last = run.value("nll");
        for _ in 0..12 {
            run.advance(1);
            assert!(run.value("nll") <= last + 1e-14, "{order}");
            last = run.value("nll");
        }
        assert!(run.steps_until("gradient.rel", 1e-13, 100) < 100, "{order}: {:e}", run.value("gradient.rel"));
    }
    // Two items: one update is the answer, the greedy one's too.
    let two = orders(2, &[(vec![0, 1], vec![], 3.0), (vec![1], vec![0], 1.0)], &[]);
    for order in ["cyclic", "greedy"] {
        let mut run = TestRun::new(&two, "ranking.coordinate-descent", &[choice("order", order)]).unwrap();
        run.advance(1);
        let s = run.strengths(&two);
        assert!((s[0] / s[1] - 3.0).abs() < 1e-14, "{order}");
    }
}

#[test]
fn an_incremental_step_is_the_gradient_of_one_race() {
    let set = orders(3, &[(vec![0, 1, 2], vec![], 2.0), (vec![2], vec![0, 1], 1.0), (vec![1, 2, 0], vec![], 1.0)], &[]);
    let mut run = TestRun::new(&set, "ranking.sgd", &[choice("order", "fixed"), ("step", 1.0.into())]).unwrap();
    run.advance(1);
    // Sorted, the contests are 0 1 2 (twice), 1 2 0 and 2 before the others; the most choices of one are four.
    let (mut s, length) = ([0.0f64; 3], 0.5);
    for (order, stages, count) in [([0, 1, 2], 2, 2.0), ([1, 2, 0], 2, 1.0), ([2, 0, 1], 1, 1.0)] {
        let w = s.map(libm::exp);
        for v in 0..stages {
            let sum: f64 = order[v..].iter().map(|i| w[*i]).sum();
            s[order[v]] += length * count;
            order[v..].iter().for_each(|i| s[*i] -= length * count * w[*i] / sum);
        }
    }
    let mean = s.iter().sum::<f64>() / 3.0;
    for (found, expected) in run.strengths(&set).iter().zip(s) {
        assert!((libm::log(*found) - (expected - mean)).abs() < 1e-14);
    }
}

#[test]
fn reversed_results_turn_strengths_around_for_two_but_not_for_more() {
    let turned = |lines: &[Line], n: usize| {
        let back: Vec<Line> = lines.iter().map(|(p, _, c)| (p.iter().rev().copied().collect(), vec![], *c)).collect();
        let (a, b) =
            (solved(&orders(n, lines, &[]), "ranking.newton"), solved(&orders(n, &back, &[]), "ranking.newton"));
        // p of the strength's inverse is 1 - p.
        a.iter().zip(b).fold(0.0, |far: f64, (a, b)| far.max((a + b - 1.0).abs()))
    };
    let two =
        [(vec![0, 1], vec![], 3.0), (vec![1, 2], vec![], 2.0), (vec![2, 0], vec![], 1.0), (vec![1, 0], vec![], 1.0)];
    assert!(turned(&two, 3) < 1e-13);
    // A choice of the first is not a choice of the last: the model has a direction.
    let three = [(vec![0, 1, 2], vec![], 4.0), (vec![2, 0, 1], vec![], 1.0), (vec![1, 2, 0], vec![], 1.0)];
    assert!(turned(&three, 3) > 0.01);
}

#[test]
fn predicted_rates_hold() {
    for (name, given) in
        [("ml", vec![]), ("map", vec![choice("estimate", "map")]), ("partial", vec![("placed", Value::Int(2))])]
    {
        let set = portable(&given);
        for (id, update) in [
            ("ranking.zermelo", "in-place"),
            ("ranking.zermelo", "simultaneous"),
            ("ranking.newman", "in-place"),
            ("ranking.newman", "simultaneous"),
        ] {
            let mut run = TestRun::new(&set, id, &[choice("update", update)]).unwrap();
            let factor = run.prediction.clone().unwrap().factor;
            assert!(factor < 0.99, "{name} {id} {update}: {factor}");
            run.steps_until("p.rms.error", 1e-6, 2000);
            let steps = (libm::log(1e-5) / libm::log(factor)).ceil() as u32;
            let from = run.value("p.rms.error");
            run.advance(steps);
            let measured = libm::pow(run.value("p.rms.error") / from, 1.0 / f64::from(steps));
            let off = (libm::log(measured) / libm::log(factor) - 1.0).abs();
            assert!(off < 0.15, "{name} {id} {update}: {measured} {factor}");
        }
    }
}

#[test]
fn who_makes_the_estimate_infinite_is_named() {
    // 3 is always first, 4 always behind; 0, 1 and 2 are in a circle.
    let lines: Vec<Line> =
        vec![(vec![3, 0, 1], vec![4], 1.0), (vec![3, 1, 2], vec![], 1.0), (vec![2, 0], vec![4], 1.0)];
    let set = orders(5, &lines, &[]);
    let warning = set.notes().iter().find(|n| n.severity == Severity::Warning).unwrap();
    let has = |text: &str| warning.text.contains(text);
    assert!(
        has("Never came behind anybody outside their part (their strength grows for ever): p3."),
        "{}",
        warning.text
    );
    assert!(
        has("Never came ahead of anybody outside their part (their strength falls for ever): p4."),
        "{}",
        warning.text
    );
    let keys = |fixes: &[Fix]| fixes.iter().flat_map(|f| f.params.keys().cloned()).collect::<Vec<_>>();
    assert_eq!(keys(&warning.fixes), ["estimate", "part"]);
    assert!(set.series().iter().all(|s| !s.stop));

    let part = orders(5, &lines, &[choice("part", "largest")]);
    assert_eq!(part.labels(), ["p0", "p1", "p2"]);
    assert!(part.notes()[0].text.contains("exists") && part.series()[0].stop);
    assert!(part.notes().iter().any(|n| n.text.contains("3 of 5 items") && n.text.contains("p3, p4")));
    // The same as if the others had never run.
    let alone = orders(3, &[(vec![0, 1], vec![], 1.0), (vec![1, 2], vec![], 1.0), (vec![2, 0], vec![], 1.0)], &[]);
    assert!(close(&solved(&part, "ranking.newman"), &solved(&alone, "ranking.newman"), 1e-14));

    let map = orders(5, &lines, &[choice("estimate", "map")]);
    assert!(map.series()[0].stop && map.notes()[0].text.contains("would be infinite"));
    let chain: Vec<Line> = vec![(vec![0, 1, 2], vec![], 1.0)];
    assert_eq!(try_orders(3, &chain, &[choice("part", "largest")]).err().unwrap().field, "part");
}

#[test]
fn an_unordered_rest_joins_nobody_inside_it() {
    // 0 before {1, 2} and back: nothing says who of 1 and 2 is better, but both are joined to 0 both ways.
    let set = orders(3, &[(vec![0], vec![1, 2], 2.0), (vec![1], vec![0], 1.0), (vec![2], vec![0], 1.0)], &[]);
    assert!(set.notes()[0].severity == Severity::Good);
    let p = solved(&set, "ranking.newton");
    assert!((p[1] - p[2]).abs() < 1e-13);
    let open = orders(3, &[(vec![0], vec![1, 2], 2.0), (vec![1], vec![0], 1.0)], &[]);
    assert!(open.notes()[0].text.contains("falls for ever): p2."), "{}", open.notes()[0].text);
}

#[test]
fn drift_ends_in_divergence_and_says_so() {
    let set = orders(3, &[(vec![0, 1, 2], vec![], 1.0), (vec![0, 2, 1], vec![], 1.0)], &[]);
    for id in ["ranking.newman", "ranking.lsr", "ranking.ilsr"] {
        let mut run = TestRun::new(&set, id, &[]).unwrap();
        assert_eq!(run.stepper.advance(2000), Ok(Progress::Stopped(Stop::Diverged)), "{id}");
    }
}

#[test]
fn the_pictures_and_the_table() {
    let lines: Vec<Line> = vec![(vec![0, 1, 2], vec![], 2.0), (vec![1, 2], vec![0], 1.0), (vec![2, 0, 1], vec![], 1.0)];
    let set = orders(3, &lines, &[]);
    assert_eq!(set.summary(), "3 items, 4 orders, 3 of them different");
    let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
    run.advance(20);
    let s = run.strengths(&set);
    let extent = Extent { width: 100, height: 100 };
    let mut picture = Picture::default();
    run.stepper.picture("strengths", extent, &mut picture).unwrap();
    assert_eq!((picture.kind, picture.width), (PictureKind::Bars, 3));
    assert!(picture.values[0] >= picture.values[1] && picture.values[1] >= picture.values[2]);
    run.stepper.picture("firsts", extent, &mut picture).unwrap();
    assert_eq!(picture.aux, [0.5, 0.25, 0.25]);
    assert!((f64::from(picture.values[0]) - s[0] / (s[0] + s[1] + s[2])).abs() < 1e-6);
    run.stepper.picture("calibration", extent, &mut picture).unwrap();
    let seen: f32 = picture.aux.iter().sum();
    assert!(picture.values.len() == 6 && (seen - 3.0).abs() < 1e-5, "three pairs from both sides: {picture:?}");
    run.stepper.picture("nothing", extent, &mut picture).unwrap();
    assert!(picture.values.is_empty());
    let Artifact::Table { columns, rows } = run.stepper.result().unwrap() else { panic!("a table") };
    assert_eq!(columns, ["rank", "item", "strength", "probability", "races", "firsts"]);
    let place = rows.iter().find(|r| r[1] == Cell::Text("p0".into())).unwrap();
    assert_eq!(place[4..], [4.0, 2.0].map(Cell::Real));
    let product: f64 = s.iter().product();
    assert!((product - 1.0).abs() < 1e-12, "geometric mean 1");
}

#[test]
fn missing_or_wrong_data_are_named() {
    assert_eq!(problem("ranking.orders", &[], 0, None).err().unwrap().field, "data");
    let wrong = Dataset::Ratings(iterscope_core::Ratings::default());
    assert_eq!(problem("ranking.orders", &[], 0, Some(&wrong)).err().unwrap().field, "data");
    let given = [("players", 4.into()), ("field", 5.into())];
    assert_eq!(problem("ranking.synthetic-orders", &given, 0, None).err().unwrap().field, "field");
    // What is for pairs alone says so.
    assert_eq!(TestRun::new(&portable(&[]), "ranking.elo", &[]).err().unwrap().field, "method");
}

#[test]
fn estimates_come_closer_to_the_truth_with_more_races() {
    let off = |contests: i64| {
        let set = portable(&[("races", contests.into())]);
        let mut run = TestRun::new(&set, "ranking.newman", &[]).unwrap();
        run.advance(30);
        let mut picture = Picture::default();
        run.stepper.picture("truth", Extent { width: 100, height: 100 }, &mut picture).unwrap();
        picture.values.iter().zip(&picture.aux).map(|(t, e)| (t - e).abs()).sum::<f32>() / 20.0
    };
    let (few, many) = (off(200), off(20_000));
    assert!(many < few / 4.0 && many < 0.01, "{few} {many}");
}

const N: u32 = 6;

/// Orders in which everybody came ahead and behind: a closed chain, and any others.
fn lists() -> impl Strategy<Value = Vec<Line>> {
    let one = (Just((0..N).collect::<Vec<u32>>()).prop_shuffle(), 2..=N as usize, 1..N as usize, 1u32..4);
    prop::collection::vec(one, 1..25).prop_map(|list| {
        let chain = (0..N).map(|i| (vec![i, (i + 1) % N], vec![], 1.0));
        let free = list.into_iter().map(|(order, field, placed, count)| {
            let placed = placed.min(field);
            (order[..placed].to_vec(), order[placed..field].to_vec(), f64::from(count))
        });
        chain.chain(free.filter(|(p, b, _)| p.len() + b.len() > 1)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_methods_agree(list in lists(), map: bool) {
        let set = orders(N as usize, &list, &[choice("estimate", if map { "map" } else { "ml" })]);
        let newton = solved(&set, "ranking.newton");
        for id in SOLVERS {
            let other = solved(&set, id);
            prop_assert!(close(&newton, &other, 1e-10), "{id} {newton:?} {other:?}");
        }
    }

    #[test]
    fn relabelling_permutes_the_result(list in lists(), shift in 1..N, map: bool) {
        let given = [choice("estimate", if map { "map" } else { "ml" })];
        let to = |i: &u32| (i * 5 + shift) % N;
        let renamed: Vec<Line> =
            list.iter().map(|(p, b, c)| (p.iter().map(to).collect(), b.iter().map(to).collect(), *c)).collect();
        for id in SOLVERS {
            let a = solved(&orders(N as usize, &list, &given), id);
            let b = solved(&orders(N as usize, &renamed, &given), id);
            let b: Vec<f64> = (0..N).map(|i| b[to(&i) as usize]).collect();
            prop_assert!(close(&a, &b, 1e-10), "{id} {a:?} {b:?}");
        }
    }

    #[test]
    fn duplicating_all_orders_changes_nothing_in_maximum_likelihood(list in lists()) {
        let twice = [&list[..], &list[..]].concat();
        for id in SOLVERS.into_iter().chain(["ranking.lsr"]) {
            let (a, b) = (solved(&orders(N as usize, &list, &[]), id), solved(&orders(N as usize, &twice, &[]), id));
            prop_assert!(close(&a, &b, 1e-10), "{id} {a:?} {b:?}");
        }
    }

    #[test]
    fn passes_in_place_never_lower_the_likelihood(list in lists(), alpha in 0.0..1.0f64, map: bool) {
        let set = orders(N as usize, &list, &[choice("estimate", if map { "map" } else { "ml" })]);
        for (id, given) in [("ranking.newman", vec![("alpha", alpha.into())]), ("ranking.zermelo", vec![])] {
            let mut run = TestRun::new(&set, id, &given).expect("a valid method");
            let mut last = run.value("nll");
            for _ in 0..20 {
                run.advance(1);
                let now = run.value("nll");
                prop_assert!(now <= last + 1e-13, "{id}: {last} to {now}");
                last = now;
            }
        }
    }

    #[test]
    fn slopes_and_curvatures_are_those_of_the_likelihood(
        list in lists(),
        s in prop::collection::vec(-2.0..2.0f64, N as usize),
        v in prop::collection::vec(-1.0..1.0f64, N as usize),
        map: bool,
    ) {
        let set = orders(N as usize, &list, &[choice("estimate", if map { "map" } else { "ml" })]);
        let model = set.as_any().downcast_ref::<OrderInstance>().expect("orders").model();
        let mut scratch = Scratch::new(&model.contests);
        let n = N as usize;
        let (mut slope, mut before, mut after) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        gradient(&model, &s, &mut slope, &mut scratch);
        let h = 1e-5;
        for (i, slope) in slope.iter().enumerate() {
            let (mut up, mut down) = (s.clone(), s.clone());
            up[i] += h;
            down[i] -= h;
            let rise = gradient(&model, &up, &mut after, &mut scratch) - gradient(&model, &down, &mut before, &mut scratch);
            prop_assert!((rise / (2.0 * h) - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{i}: {} {slope}", rise / (2.0 * h));
        }
        let mut hessian = Hessian::new(Rc::clone(&model));
        hessian.assemble(&Strengths { log: s.clone(), ..Strengths::default() });
        let mut image = vec![0.0; n];
        hessian.apply(&v, &mut image);
        let moved = |by: f64| s.iter().zip(&v).map(|(s, v)| s + by * v).collect::<Vec<f64>>();
        gradient(&model, &moved(h), &mut after, &mut scratch);
        gradient(&model, &moved(-h), &mut before, &mut scratch);
        for i in 0..n {
            let found = (before[i] - after[i]) / (2.0 * h);
            prop_assert!((found - image[i]).abs() < 1e-5 * (1.0 + found.abs()), "{i}: {found} {}", image[i]);
        }
        // The same written out.
        let laplacian = links(&model, &s);
        let mut out: Vec<f64> = laplacian.prior.iter().zip(&v).map(|(p, v)| p * v).collect();
        for &(i, j, w) in &laplacian.edges {
            let flow = w * (v[i as usize] - v[j as usize]);
            out[i as usize] += flow;
            out[j as usize] -= flow;
        }
        prop_assert!(laplacian.edges.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
        prop_assert!(out.iter().zip(&image).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + b.abs())), "{out:?} {image:?}");
        // The diagonal, by unit vectors.
        for i in 0..n {
            let mut unit = vec![0.0; n];
            unit[i] = 1.0;
            hessian.apply(&unit, &mut image);
            prop_assert!((image[i] - hessian.diagonal()[i]).abs() < 1e-12 * (1.0 + image[i].abs()));
        }
    }
}
