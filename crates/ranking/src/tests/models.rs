//! The models of pairs: their derivatives, what methods make of them, and what an independent program makes of them.

use std::rc::Rc;

use iterscope_core::{Comparisons, Instance, Progress, Severity, Stop, Value};

use super::samples::{amounts, baseball, build, flavours, scotland};
use crate::FAMILY;
use crate::methods::{Aim, Scope, in_scope, that_aim_at};
use crate::model::hessian::Hessian;
use crate::model::likelihood::{GameLikelihood, gradient};
use crate::model::{PairModel, Strengths};
use crate::pairs::instance::PairInstance;
use crate::test_support::{Setting, TestRun, choice};

pub(super) fn model_of(set: &Rc<dyn Instance>) -> Rc<PairModel> {
    set.as_any().downcast_ref::<PairInstance>().unwrap().model()
}

pub(super) fn built(data: &Comparisons, given: &[Setting<'_>]) -> Rc<dyn Instance> {
    build(data, given).unwrap_or_else(|e| panic!("{given:?}: {e}"))
}

/// All combinations that are a model: of link and ties, estimate and prior, advantage, and covariates.
fn combinations() -> Vec<(String, Comparisons, Vec<Setting<'static>>)> {
    let laws = [
        ("logistic", "half"),
        ("logistic", "davidson"),
        ("logistic", "threshold"),
        ("probit", "half"),
        ("probit", "threshold"),
    ];
    let priors = [("ml", "logistic"), ("map", "logistic"), ("map", "gaussian")];
    let mut all = Vec::new();
    for (link, ties) in laws {
        for (estimate, prior) in priors {
            for advantage in ["off", "estimated"] {
                for effect in ["none", "only", "items"] {
                    if effect == "items" && estimate == "ml" {
                        continue;
                    }
                    let mut data = scotland();
                    // Some games on neutral ground.
                    data.details.advantage.iter_mut().step_by(7).for_each(|a| *a = 0);
                    let mut given = vec![
                        choice("link", link),
                        choice("ties", ties),
                        choice("estimate", estimate),
                        choice("prior", prior),
                        ("prior_scale", 0.7.into()),
                        choice("advantage", advantage),
                    ];
                    if effect != "none" {
                        let line = |(i, n): (usize, &String)| format!("{n};{};{}\n", i * i % 7, 3.5 * i as f64);
                        let table: String = data.items.iter().enumerate().map(line).collect();
                        given.push(choice("covariates", &format!("club;age;fans\n{table}")));
                        given.push(choice("covariate_effect", effect));
                    }
                    let name = format!("{link} {ties} {estimate} {prior} {advantage} {effect}");
                    all.push((name, data, given));
                }
            }
        }
    }
    all
}

/// The strengths at a vector of variables.
fn at(model: &PairModel, theta: &[f64]) -> Strengths {
    let mut out = Strengths::equal(model);
    let n = model.games.items;
    out.log.copy_from_slice(&theta[..n]);
    if model.has_nu() {
        out.nu = model.nu_at(theta[n]);
    }
    out.extra.copy_from_slice(&theta[model.first_extra()..model.order()]);
    crate::pairs::objective::follow(model, &mut out);
    out
}

#[test]
fn gradients_and_hessians_are_derivatives_in_every_combination() {
    for (name, data, given) in combinations() {
        let model = model_of(&built(&data, &given));
        let (order, width) = (model.order(), model.width());
        let mut rng = iterscope_kernels::rng::Rng::new(7);
        let (mut theta, mut v) = (vec![0.0; order], vec![0.0; order]);
        rng.normal_fill(&mut theta);
        rng.normal_fill(&mut v);
        theta.iter_mut().for_each(|t| *t *= 0.6);
        let (mut slope, mut up, mut down) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
        let h = 1e-5;
        gradient(&model, &at(&model, &theta), &mut slope);
        let moved = |by: &dyn Fn(usize) -> f64, out: &mut [f64]| {
            let theta: Vec<f64> = theta.iter().enumerate().map(|(i, t)| t + by(i)).collect();
            gradient(&model, &at(&model, &theta), out)
        };
        for (i, slope) in slope.iter().enumerate().take(order) {
            let unit = |by: f64| move |k: usize| if k == i { by } else { 0.0 };
            let rise = (moved(&unit(h), &mut up) - moved(&unit(-h), &mut down)) / (2.0 * h);
            assert!((rise - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{name} {i}: {rise} {slope}");
        }
        let mut hessian = Hessian::new(&model);
        hessian.assemble(&model, &at(&model, &theta));
        assert_eq!(hessian.order(), order);
        let mut image = vec![0.0; order];
        hessian.apply(&model, &v, &mut image);
        moved(&|k| h * v[k], &mut up);
        moved(&|k| -h * v[k], &mut down);
        // The part of the curvature that is left out where it is negative, all by the tie strength.
        let here = at(&model, &theta);
        let law = model.game_likelihood(here.nu);
        let bends =
            model.games.pairs.iter().enumerate().map(|(k, p)| law.bend(&p.results(), model.difference(&here, k)));
        let left_out = bends.map(|b| b.excess).sum::<f64>().min(0.0);
        for i in 0..order {
            let tie = if model.has_nu() && i == model.games.items { left_out * v[i] } else { 0.0 };
            let found = (down[i] - up[i]) / (2.0 * h) - tie;
            assert!((found - image[i]).abs() < 1e-5 * (1.0 + found.abs()), "{name} {i}: {found} {}", image[i]);
        }
        // The diagonal is that of the products.
        for i in 0..order {
            let mut unit = vec![0.0; order];
            unit[i] = 1.0;
            hessian.apply(&model, &unit, &mut image);
            assert!((image[i] - hessian.diagonal[i]).abs() <= 1e-12 * (1.0 + image[i]), "{name} {i}");
        }
    }
}

#[test]
fn all_methods_for_all_models_agree_in_probability() {
    for (name, data, given) in combinations() {
        let set = built(&data, &given);
        assert!(set.series()[0].stop, "{name}: {:?}", set.notes());
        for id in that_aim_at(Aim::Optimum).filter(|id| in_scope(id, Scope::Any)) {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            run.steps_until("gradient.rel", 1e-13, 30_000);
            let (error, gap) = (run.value("p.rms.error"), run.value("nll.gap"));
            assert!(error < 1e-10 && gap < 1e-18, "{name} {id}: {error:e} {gap:e} after {} steps", run.stepper.steps());
        }
    }
}

#[test]
fn zermelo_finds_the_advantage_and_every_pass_raises_the_likelihood() {
    let mut met = 0;
    for (name, data, given) in combinations() {
        let set = built(&data, &given);
        let model = model_of(&set);
        if !(model.advantage && model.is_plain_but_for_the_place()) {
            continue;
        }
        met += 1;
        for update in ["in-place", "simultaneous"] {
            let mut run = TestRun::new(&set, "ranking.zermelo", &[choice("update", update)]).unwrap();
            let mut last = run.value("nll");
            for _ in 0..50 {
                run.advance(1);
                let now = run.value("nll");
                assert!(now <= last + 1e-14, "{name} {update}: {last} to {now}");
                last = now;
            }
            run.steps_until("gradient.rel", 1e-13, 30_000);
            let (error, gap) = (run.value("p.rms.error"), run.value("nll.gap"));
            assert!(error < 1e-10 && gap < 1e-18, "{name} {update}: {error:e} {gap:e}");
        }
    }
    assert!(met >= 2);
}

#[test]
fn ratings_by_score_differences_are_those_of_an_independent_program() {
    // numpy 2.4.6, linalg.lstsq on the incidence matrix of the 180 games with a column for the home ground.
    let expected = [
        ("Aberdeen", -0.075),
        ("Hearts", -0.175),
        ("Celtic", 0.15),
        ("Hibernian", 0.3),
        ("Rangers", 0.625),
        ("Motherwell", 0.0),
    ];
    for (advantage, spread, place) in
        [("off", 1.4774226808120206, 0.0), ("estimated", 1.4141371753183225, 0.42777777777777787)]
    {
        for (link, unit) in [("logistic", core::f64::consts::PI / 3.0_f64.sqrt()), ("probit", 1.0)] {
            let set = built(&scotland(), &[choice("advantage", advantage), choice("link", link)]);
            let mut run = TestRun::new(&set, "ranking.massey", &[("tolerance", 1e-13.into())]).unwrap();
            assert_eq!(run.stepper.advance(30), Ok(Progress::Stopped(Stop::Converged)));
            assert!((run.value("massey.spread") - spread).abs() < 1e-12);
            if advantage == "estimated" {
                assert!((run.value("massey.advantage") - place).abs() < 1e-12);
                assert!((run.value("advantage") - unit * place / spread).abs() < 1e-12);
            }
            let model = model_of(&set);
            let strengths = run.strengths(&set);
            for (name, rating) in expected {
                let i = set.labels().iter().position(|l| l == name).unwrap();
                assert!((strengths[i] / model.odds(unit * rating / spread) - 1.0).abs() < 1e-10, "{name}");
            }
        }
    }
}

#[test]
fn optimisers_come_closer_to_the_optimum_of_every_model() {
    for (name, data, given) in combinations().into_iter().step_by(4) {
        let set = built(&data, &given);
        for id in that_aim_at(Aim::Slowly).filter(|id| in_scope(id, Scope::Any)) {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            let start = run.value("nll.gap");
            run.advance(100);
            let end = run.value("nll.gap");
            assert!(end < 0.5 * start, "{name} {id}: {start:e} to {end:e}");
        }
    }
}

#[test]
fn gaps_are_differences_of_the_likelihood_and_meet_at_the_seam() {
    for (name, data, given) in combinations() {
        let set = built(&data, &given);
        let ranking = set.as_any().downcast_ref::<PairInstance>().unwrap();
        let (model, optimum) = (ranking.model(), ranking.optimum().unwrap());
        let mut slope = vec![0.0; model.width()];
        for scale in [1e-9, 0.004, 0.3] {
            let mut now = optimum.at.clone();
            now.log.iter_mut().enumerate().for_each(|(i, s)| *s += scale * libm::cos(i as f64));
            now.extra.iter_mut().for_each(|x| *x += scale);
            if model.has_nu() {
                now.nu *= 1.0 + scale;
            }
            crate::pairs::objective::follow(&model, &mut now);
            let (gap, plain) = (optimum.gap(&model, &now), optimum.value - gradient(&model, &now, &mut slope));
            let rounding = 1e-13 * optimum.value.abs();
            assert!((gap - plain).abs() <= rounding + 1e-6 * gap && gap >= 0.0, "{name} {scale}: {gap:e} {plain:e}");
        }
    }
}

#[test]
fn estimates_are_those_of_an_independent_program() {
    // tests/oracles/models.py
    let lines = include_str!("../../tests/oracles/models.txt");
    let with = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(k, v)| choice(k, v)).collect::<Vec<_>>();
    let home = ("advantage", "estimated");
    let table = amounts(&flavours().items);
    let cases: Vec<(&str, Comparisons, Vec<Setting<'static>>)> = vec![
        ("scotland-logistic", scotland(), with(&[home])),
        ("scotland-davidson", scotland(), with(&[home, ("ties", "davidson")])),
        ("scotland-rao-kupper", scotland(), with(&[home, ("ties", "threshold")])),
        ("scotland-probit", scotland(), with(&[home, ("link", "probit")])),
        ("scotland-glenn-david", scotland(), with(&[home, ("link", "probit"), ("ties", "threshold")])),
        (
            "scotland-gaussian",
            scotland(),
            [
                with(&[home, ("ties", "threshold"), ("estimate", "map"), ("prior", "gaussian")]),
                vec![("prior_scale", 0.5.into())],
            ]
            .concat(),
        ),
        (
            "scotland-logistic-prior",
            scotland(),
            with(&[home, ("link", "probit"), ("ties", "threshold"), ("estimate", "map")]),
        ),
        ("scotland-margin", scotland(), with(&[home, ("margin", "log")])),
        (
            "scotland-half-life",
            scotland(),
            [with(&[home, ("ties", "threshold")]), vec![("half_life", 90.0.into())]].concat(),
        ),
        ("baseball", baseball(), with(&[home])),
        ("flavours-only", flavours(), with(&[("covariates", &table), ("ties", "threshold")])),
        (
            "flavours-only-probit",
            flavours(),
            with(&[("covariates", &table), ("link", "probit"), ("ties", "threshold")]),
        ),
        (
            "flavours-only-prior",
            flavours(),
            [
                with(&[("covariates", &table), ("ties", "davidson"), ("estimate", "map"), ("prior", "gaussian")]),
                vec![("prior_scale", 0.3.into())],
            ]
            .concat(),
        ),
        (
            "flavours-effects",
            flavours(),
            [
                with(&[
                    ("covariates", &table),
                    ("covariate_effect", "items"),
                    ("ties", "davidson"),
                    ("estimate", "map"),
                    ("prior", "gaussian"),
                ]),
                vec![("prior_scale", 0.3.into())],
            ]
            .concat(),
        ),
    ];
    assert_eq!(lines.lines().count(), cases.len());
    for (line, (name, data, given)) in lines.lines().zip(cases) {
        let (head, log) = line.split_once(" | ").unwrap();
        let mut head = head.split(' ');
        assert_eq!(head.next(), Some(name));
        let head: Vec<f64> = head.map(|x| x.parse().unwrap()).collect();
        let log: Vec<f64> = log.split(' ').map(|x| x.parse().unwrap()).collect();
        let set = built(&data, &given);
        let ranking = set.as_any().downcast_ref::<PairInstance>().unwrap();
        let (model, optimum) = (ranking.model(), ranking.optimum().unwrap());
        let found = &optimum.at;
        assert!((-optimum.value - head[0]).abs() < 1e-11 * head[0], "{name}: {} {}", -optimum.value, head[0]);
        if model.has_nu() {
            assert!((model.tie_parameter(found.nu) - head[1]).abs() < 1e-10, "{name}");
        }
        let extra: Vec<f64> = head[2..].iter().copied().filter(|x| !x.is_nan()).collect();
        assert_eq!(extra.len(), found.extra.len(), "{name}");
        for (a, b) in found.log.iter().zip(&log).chain(found.extra.iter().zip(&extra)) {
            assert!((a - b).abs() < 1e-10, "{name}: {a} {b}");
        }
        // And a method gets there, and says so.
        let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
        run.steps_until("gradient.rel", 1e-12, 50);
        if model.advantage {
            assert!((run.value("advantage") - head[2]).abs() < 1e-10, "{name}");
        }
    }
}

#[test]
fn methods_for_plain_models_refuse_others_by_name() {
    for (name, data, given) in combinations() {
        let set = built(&data, &given);
        for method in FAMILY.methods.iter().filter(|m| m.info.problems.has("ranking.pairwise")) {
            let id = &*method.info.id;
            let refused = TestRun::new(&set, id, &[]).err();
            let model = model_of(&set);
            let expected = in_scope(id, Scope::Plain) && !model.is_plain()
                || in_scope(id, Scope::Placed) && !model.is_plain_but_for_the_place();
            assert_eq!(refused.is_some(), expected, "{name} {id}");
            if let Some(error) = refused {
                assert_eq!(error.field, "method");
                assert!(error.message.contains("Use newton, "), "{error}");
                assert!(!name.contains("probit") || error.message.contains("link = probit"), "{error}");
            }
        }
        let noted = set.notes().iter().any(|n| n.text.contains("they leave out"));
        assert_eq!(noted, !model_of(&set).is_plain(), "{name}");
    }
}

#[test]
fn runs_of_all_models_repeat_from_a_checkpoint() {
    for (name, data, given) in combinations().into_iter().step_by(3) {
        let set = built(&data, &given);
        for method in FAMILY.methods.iter().filter(|m| m.info.problems.has("ranking.pairwise")) {
            let Ok(mut run) = TestRun::new(&set, &method.info.id, &[]) else { continue };
            let trace = |run: &mut TestRun| {
                run.advance(3);
                ["gradient.rel", "nll", "nll.gap", "advantage", "beta.fans"].map(|k| run.value(k).to_bits())
            };
            trace(&mut run);
            let saved = run.stepper.save().unwrap();
            let on = trace(&mut run);
            let mut other = TestRun::new(&set, &method.info.id, &[]).unwrap();
            other.stepper.load(&saved).unwrap();
            assert_eq!(trace(&mut other), on, "{name} {}", method.info.id);
        }
    }
}

#[test]
fn reversing_all_results_at_the_other_place_reverses_the_strengths_and_the_advantage() {
    for (link, ties) in
        [("logistic", "davidson"), ("logistic", "threshold"), ("probit", "half"), ("probit", "threshold")]
    {
        let given = [choice("link", link), choice("ties", ties), choice("advantage", "estimated")];
        let data = scotland();
        let mut back = data.clone();
        for (e, a) in back.encounters.iter_mut().zip(&mut back.details.advantage) {
            // Who lost has won; the place stays with the item.
            std::mem::swap(&mut e.winner, &mut e.loser);
            *a = -*a;
        }
        let solved = |data: &Comparisons| {
            let set = built(data, &given);
            set.as_any().downcast_ref::<PairInstance>().unwrap().optimum().unwrap().at.clone()
        };
        let (a, b) = (solved(&data), solved(&back));
        assert!(
            a.log.iter().zip(&b.log).all(|(x, y)| (x + y).abs() < 1e-10) && (a.nu - b.nu).abs() < 1e-10,
            "{link} {ties}"
        );
        assert!((a.extra[0] + b.extra[0]).abs() < 1e-10);
        // Duplicated games say the same.
        let mut twice = data.clone();
        twice.encounters.extend_from_slice(&data.encounters);
        twice.details.advantage.extend_from_slice(&data.details.advantage);
        let c = solved(&twice);
        assert!(a.log.iter().zip(&c.log).all(|(x, y)| (x - y).abs() < 1e-10), "{link} {ties}");
    }
}

#[test]
fn a_pair_that_met_nobody_else_is_noted_and_leaves_the_others_alone() {
    for (link, ties) in [("logistic", "threshold"), ("probit", "half")] {
        let mut data = scotland();
        data.items.extend(["x".to_owned(), "y".to_owned()]);
        for (winner, loser) in [(10, 11), (11, 10)] {
            data.encounters.push(iterscope_core::Encounter { winner, loser, count: 1.0, tie: false });
            data.details.advantage.push(1);
        }
        let warned =
            |given: &[Setting<'_>]| built(&data, given).notes().iter().any(|n| n.severity == Severity::Warning);
        assert!(warned(&[choice("link", link), choice("ties", ties)]));
        let map = [choice("link", link), choice("ties", ties), choice("estimate", "map")];
        assert!(!warned(&map));
        // Half ties: the others' part of the likelihood is the same.
        if ties == "half" {
            let log = |data: &Comparisons| {
                let set = built(data, &map);
                set.as_any().downcast_ref::<PairInstance>().unwrap().optimum().unwrap().at.log.clone()
            };
            let (with, without) = (log(&data), log(&scotland()));
            assert!(without.iter().zip(&with).all(|(a, b)| (a - b).abs() < 1e-11));
            assert!(with[10].abs() < 1e-12);
        }
    }
}

#[test]
fn an_advantage_without_bound_is_seen_beforehand() {
    let game = |winner, loser| iterscope_core::Encounter { winner, loser, count: 1.0, tie: false };
    let data = |advantage: Vec<i8>| {
        let mut data = Comparisons {
            items: ["a", "b", "c"].map(String::from).to_vec(),
            encounters: vec![game(0, 1), game(1, 0), game(1, 2), game(2, 0), game(0, 2)],
            ..Comparisons::default()
        };
        data.details.advantage = advantage;
        data
    };
    // Whoever was at home won.
    for (k, estimate) in ["ml", "map"].into_iter().enumerate() {
        let set = built(&data(vec![1; 5]), &[choice("advantage", "estimated"), choice("estimate", estimate)]);
        let note = set.notes().iter().find(|n| n.field.as_deref() == Some("advantage")).unwrap();
        assert_eq!((note.severity, note.fixes.len()), (Severity::Warning, 1), "{k}");
    }
    // In all other cases, too, the diagnosis is what a run does.
    let (mut seen, mut undetermined) = ([0; 2], 0);
    for code in 1..243 {
        let advantage: Vec<i8> = [1, 3, 9, 27, 81].map(|d| (code / d % 3) as i8 - 1).to_vec();
        if advantage.iter().all(|a| *a == 0) {
            continue;
        }
        for estimate in ["ml", "map"] {
            let set =
                built(&data(advantage.clone()), &[choice("advantage", "estimated"), choice("estimate", estimate)]);
            if set.notes().iter().any(|n| n.text.contains("cannot be told apart")) {
                undetermined += 1;
                continue;
            }
            let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
            run.advance(60);
            let stays = run.value("advantage").abs() < 6.0;
            assert_eq!(set.series()[0].stop, stays, "{advantage:?} {estimate}: {}", run.value("advantage"));
            seen[usize::from(stays)] += 1;
        }
    }
    assert!(seen[0] > 50 && seen[1] > 50 && undetermined > 0, "{seen:?} {undetermined}");
}

#[test]
fn coefficients_without_bound_are_found_out() {
    let game = |winner, loser| iterscope_core::Encounter { winner, loser, count: 1.0, tie: false };
    let data = Comparisons {
        items: ["a", "b", "c"].map(String::from).to_vec(),
        encounters: vec![game(0, 1), game(1, 2), game(0, 2)],
        ..Comparisons::default()
    };
    let table = |text: &str| choice("covariates", text);
    let separated = built(&data, &[table("n,x\na,3\nb,2\nc,0\n")]);
    assert!(!separated.series()[0].stop && separated.notes().iter().any(|n| n.text.contains("grow for ever")));
    // The covariate that puts c first cannot separate.
    let mixed = built(&data, &[table("n,x\na,3\nb,1\nc,2\n")]);
    assert!(mixed.series()[0].stop);
    let bounded = built(&data, &[table("n,x\na,3\nb,2\nc,0\n"), choice("estimate", "map")]);
    assert!(bounded.series()[0].stop);
}

#[test]
fn models_find_what_synthetic_games_were_drawn_with() {
    for (drawn, link, ties, key, truth) in [
        ("davidson", "logistic", "davidson", "nu", 0.25 / 0.75),
        ("rao-kupper", "logistic", "threshold", "theta", 1.25 / 0.75),
        ("glenn-david", "probit", "threshold", "eta", 0.318_639_363_964_375_15),
    ] {
        let given = [
            ("players", Value::from(30)),
            ("games", Value::from(40_000)),
            ("tie_rate", Value::from(0.25)),
            ("home", Value::from(0.4)),
            choice("drawn", drawn),
            choice("link", link),
            choice("ties", ties),
            choice("advantage", "estimated"),
        ];
        let set = crate::test_support::synthetic(&given, 11).unwrap();
        let mut run = TestRun::new(&set, "ranking.newton", &[]).unwrap();
        run.advance(15);
        // About four standard errors.
        assert!((run.value(key) / truth - 1.0).abs() < 0.06, "{drawn}: {} {truth}", run.value(key));
        assert!((run.value("advantage") - 0.4).abs() < 0.05, "{drawn}: {}", run.value("advantage"));
    }
}

#[test]
fn the_table_of_the_documents_is_the_table_of_the_program() {
    let source = include_str!("../lib.rs");
    for (scope, words) in [
        (Scope::Any, "all models"),
        (Scope::Plain, "plain models"),
        (Scope::Placed, "with or without the advantage"),
        (Scope::Results, "results alone"),
    ] {
        let line = source.lines().find(|l| l.starts_with("//! |") && l.contains(words)).expect("a line of the table");
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        let ids = FAMILY.methods.iter().map(|m| m.info.id.trim_start_matches("ranking."));
        let expected: Vec<&str> = ids.filter(|id| in_scope(&format!("ranking.{id}"), scope)).collect();
        assert_eq!(named, expected, "{words}");
    }
}
