//! The methods against golden numbers of an independent program (numpy 2.4, the same generator), and against one another.

use std::rc::Rc;

use iterscope_core::{Instance, Progress, State, Stop, Value};

use crate::FAMILY;
use crate::methods::{Aim, that_aim_at};
use crate::test_support::{TestRun, choice, pairwise, portable, synthetic};

/// Instances on which everything exists, one for each variant of the model.
fn variants() -> Vec<(&'static str, Rc<dyn Instance>)> {
    let with_ties = |estimate: &str, ties: &str| {
        let given = [("players", 12.into()), ("games", 300.into()), ("tie_rate", 0.3.into()), ("spread", 1.0.into())];
        synthetic(&[&given[..], &[choice("estimate", estimate), choice("ties", ties)]].concat(), 5).unwrap()
    };
    vec![
        ("ml", portable().unwrap()),
        ("ml, half", with_ties("ml", "half")),
        ("map, half", with_ties("map", "half")),
        ("ml, davidson", with_ties("ml", "davidson")),
        ("map, davidson", with_ties("map", "davidson")),
    ]
}

#[test]
fn passes_on_the_portable_set_are_those_of_the_independent_program() {
    let set = portable().unwrap();
    let passes = |id: &str, alpha: Option<f64>| {
        let alpha: Vec<_> = alpha.map(|a| ("alpha", Value::from(a))).into_iter().collect();
        let mut run = TestRun::new(&set, id, &alpha).unwrap();
        let by_step = run.steps_until("p.rms.change", 1e-6, 1000);
        let mut run = TestRun::new(&set, id, &alpha).unwrap();
        (by_step, run.steps_until("p.rms.error", 1e-6, 1000))
    };
    assert_eq!(passes("ranking.zermelo", None), (59, 73));
    assert_eq!(passes("ranking.newman", Some(1.0)), (59, 73));
    assert_eq!(passes("ranking.newman", Some(0.5)), (35, 40));
    assert_eq!(passes("ranking.newman", None), (8, 7));
}

#[test]
fn predicted_rates_are_the_spectral_radii_of_the_independent_program() {
    let set = portable().unwrap();
    let rate = |id: &str, given: &[_]| TestRun::new(&set, id, given).unwrap().prediction.unwrap().factor;
    for (alpha, in_place, simultaneous) in [
        (1.0, 0.8755087992209463, 0.8763680068805595),
        (0.75, 0.8411364103265919, 0.8425860447075305),
        (0.5, 0.7805213833323296, 0.7835331171754607),
        (0.25, 0.6449132748594136, 0.6554838313475566),
        (0.0, 0.1848185056211949, 0.35024416845820483),
    ] {
        let found = rate("ranking.newman", &[("alpha", alpha.into())]);
        assert!((found - in_place).abs() < 1e-3, "alpha {alpha}: {found} {in_place}");
        let found = rate("ranking.newman", &[("alpha", alpha.into()), choice("update", "simultaneous")]);
        assert!((found - simultaneous).abs() < 1e-3, "alpha {alpha}: {found} {simultaneous}");
    }
    assert!((rate("ranking.zermelo", &[]) - 0.8755087992209463).abs() < 1e-3);
    let cycle = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
    let run = TestRun::new(&cycle, "ranking.newman", &[choice("update", "simultaneous")]).unwrap();
    let prediction = run.prediction.unwrap();
    assert!((prediction.factor - 1.0).abs() < 1e-9 && prediction.words.contains("does not settle"));
}

#[test]
fn predicted_rates_hold_in_every_variant() {
    for (name, set) in variants() {
        let rescales = if name.starts_with("map") { vec![true, false] } else { vec![true] };
        for id in ["ranking.zermelo", "ranking.newman"] {
            for update in ["in-place", "simultaneous"] {
                for &rescale in &rescales {
                    let given = [choice("update", update), ("rescale", rescale.into())];
                    let mut run = TestRun::new(&set, id, &given).unwrap();
                    let factor = run.prediction.clone().unwrap().factor;
                    if factor > 0.99 {
                        continue;
                    }
                    run.steps_until("p.rms.error", 1e-6, 5000);
                    // Four decades more, well above rounding.
                    let steps = (libm::log(1e-4) / libm::log(factor)).ceil() as u32;
                    let from = run.value("p.rms.error");
                    run.advance(steps);
                    let measured = libm::pow(run.value("p.rms.error") / from, 1.0 / f64::from(steps));
                    let off = (libm::log(measured) / libm::log(factor) - 1.0).abs();
                    assert!(off < 0.15, "{name} {id} {update} {rescale}: {measured} {factor}");
                }
            }
        }
    }
}

#[test]
fn all_methods_agree_in_probability() {
    for (name, set) in variants() {
        let mut nu = Vec::new();
        for id in that_aim_at(Aim::Optimum) {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            run.steps_until("gradient.rel", 1e-14, 4000);
            assert!(run.value("p.rms.error") < 1e-10, "{name} {id}: {:e}", run.value("p.rms.error"));
            assert!(run.value("nll.gap") < 1e-18, "{name} {id}: {:e}", run.value("nll.gap"));
            nu.push(run.value("nu"));
        }
        assert_eq!(name.contains("davidson"), nu[0].is_finite(), "{name}");
        assert!(nu.iter().all(|v| v.is_nan() || (v - nu[0]).abs() < 1e-9), "{name} {nu:?}");
    }
}

#[test]
fn methods_with_another_answer_say_so_and_end_by_their_own_criterion() {
    for id in that_aim_at(Aim::Other) {
        let info = &FAMILY.methods.iter().find(|m| m.info.id == id).unwrap().info;
        assert!(info.summary.contains("another model"), "{id}");
        assert!(info.limits.contains("does not go to zero"), "{id}");
        for (name, set) in variants() {
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            assert_eq!(run.stepper.advance(20_000), Ok(Progress::Stopped(Stop::Converged)), "{name} {id}");
            assert!(run.value("p.rms.error") > 1e-5 && run.value("p.rms.error") < 0.3, "{name} {id}");
            assert!(run.value("gradient.rel").is_finite());
        }
    }
}

#[test]
fn a_method_at_rest_stays_so_after_a_load_and_is_freed_by_a_parameter() {
    let set = portable().unwrap();
    let mut run = TestRun::new(&set, "ranking.elo", &[("tolerance", 1e-6.into())]).unwrap();
    assert_eq!(run.stepper.advance(5000), Ok(Progress::Stopped(Stop::Converged)));
    let (saved, steps) = (run.stepper.save().unwrap(), run.stepper.steps());
    let mut other = TestRun::new(&set, "ranking.elo", &[]).unwrap();
    other.stepper.load(&saved).unwrap();
    assert_eq!(other.stepper.advance(5), Ok(Progress::Stopped(Stop::Converged)));
    assert_eq!(other.stepper.steps(), steps);
    other.stepper.set("k", &Value::from(5.0)).unwrap();
    assert_eq!(other.stepper.advance(5), Ok(Progress::Advanced));
}

#[test]
fn the_likelihood_never_falls() {
    for (name, set) in variants() {
        for (id, given) in [
            ("ranking.zermelo", vec![]),
            ("ranking.zermelo", vec![choice("update", "simultaneous")]),
            ("ranking.newman", vec![]),
            ("ranking.newman", vec![("alpha", 0.3.into()), ("rescale", false.into())]),
            ("ranking.newton", vec![]),
        ] {
            let mut run = TestRun::new(&set, id, &given).unwrap();
            let mut last = run.value("nll.gap");
            for step in 0..60 {
                run.advance(1);
                let now = run.value("nll.gap");
                // Below this the optimum itself is not known better.
                assert!(now <= last || now < 1e-24, "{name} {id} {given:?} step {step}: {last:e} to {now:e}");
                last = now;
            }
        }
    }
}

#[test]
fn simultaneous_updates_cycle_until_the_slider_frees_them() {
    let set = pairwise(2, &[(0, 1, 3.0, false), (1, 0, 1.0, false)], &[]).unwrap();
    let mut run = TestRun::new(&set, "ranking.newman", &[choice("update", "simultaneous")]).unwrap();
    for k in 0..40 {
        run.advance(1);
        let s = run.strengths(&set);
        let expected = if k % 2 == 0 { 9.0 } else { 1.0 };
        assert!((s[0] / s[1] - expected).abs() < 1e-12 * expected);
    }
    run.stepper.set("update", &Value::from("in-place")).unwrap();
    run.advance(2);
    let s = run.strengths(&set);
    assert!((s[0] / s[1] - 3.0).abs() < 1e-14);
    assert_eq!(run.stepper.set("update", &Value::from("sideways")).unwrap_err().field, "update");
    assert_eq!(run.stepper.set("alpha", &Value::from(2.0)).unwrap_err().field, "alpha");
    assert!(run.stepper.set("beta", &Value::from(1.0)).is_err());
}

#[test]
fn rescaling_removes_the_slow_mode_of_map() {
    let given = [("players", 60.into()), ("games", 9000.into()), ("spread", 1.0.into()), choice("estimate", "map")];
    let set = synthetic(&given, 1).unwrap();
    for id in ["ranking.newman", "ranking.zermelo"] {
        let steps = |rescale: bool| {
            let mut run = TestRun::new(&set, id, &[("rescale", rescale.into())]).unwrap();
            run.steps_until("p.rms.error", 1e-6, 20_000)
        };
        let (with, without) = (steps(true), steps(false));
        assert!(without > 5 * with, "{id}: {with} with, {without} without");
    }
}

#[test]
fn where_maximum_likelihood_is_infinite_runs_drift_and_say_so() {
    // p0 never loses, p3 never wins; p1 and p2 exchange wins.
    let games = [(0, 1, 2.0, false), (0, 3, 1.0, false), (1, 2, 1.0, false), (2, 1, 1.0, false), (2, 3, 1.0, false)];
    let set = pairwise(4, &games, &[]).unwrap();
    assert!(set.series().iter().all(|s| !s.stop), "a vanishing gradient means nothing here");
    for (id, ahead) in [("ranking.newman", 1e3), ("ranking.zermelo", 10.0), ("ranking.newton", 1e3)] {
        let mut run = TestRun::new(&set, id, &[]).unwrap();
        let progress = run.stepper.advance(2000).unwrap();
        let strengths = run.strengths(&set);
        assert!(strengths.iter().all(|s| s.is_finite()), "{id} {strengths:?}");
        assert!(strengths[0] > ahead * strengths[1] && strengths[3] < 1e-3 * strengths[1], "{id} {strengths:?}");
        assert!(run.value("nll").is_finite() && run.value("gradient.rel").is_finite());
        assert_eq!(progress, Progress::Stopped(Stop::Diverged), "{id}");
    }
    // The same games with a prior.
    let set = pairwise(4, &games, &[choice("estimate", "map")]).unwrap();
    for id in that_aim_at(Aim::Optimum) {
        let mut run = TestRun::new(&set, id, &[]).unwrap();
        assert!(run.steps_until("gradient.rel", 1e-12, 1500) < 1500, "{id}");
    }
}

#[test]
fn an_infinite_tie_strength_drifts_without_nan() {
    let games = [(0, 1, 2.0, true), (1, 2, 1.0, true), (0, 2, 3.0, true)];
    let set = pairwise(3, &games, &[choice("ties", "davidson")]).unwrap();
    assert!(set.notes().iter().any(|n| n.text.contains("All games are ties")));
    for id in ["ranking.zermelo", "ranking.newman", "ranking.newton", "ranking.coordinate-descent"] {
        let mut run = TestRun::new(&set, id, &[]).unwrap();
        run.advance(400);
        assert!(run.value("nu") > 50.0 && run.value("nll").is_finite(), "{id}: {}", run.value("nu"));
    }
}

#[test]
fn damping_saves_newton_from_a_start_far_away() {
    let set = portable().unwrap();
    let far = |damping: &str| {
        let mut run = TestRun::new(&set, "ranking.newton", &[choice("damping", damping)]).unwrap();
        let mut start = run.stepper.save().unwrap();
        let State::Full(numbers) = &mut start.state else { panic!("a full state") };
        for (i, s) in numbers[..40].iter_mut().enumerate() {
            *s = if i % 2 == 0 { 6.0 } else { -6.0 };
        }
        run.stepper.load(&start).unwrap();
        run
    };
    let mut damped = far("backtracking");
    assert!(damped.steps_until("gradient.rel", 1e-12, 60) < 60);
    let mut whole = far("none");
    assert_eq!(whole.stepper.advance(60).unwrap(), Progress::Stopped(Stop::Diverged));
    assert!(whole.strengths(&set).iter().all(|s| s.is_finite()));
}

#[test]
fn saving_loading_and_resetting_repeat_a_run_bit_for_bit() {
    for (name, set) in variants() {
        for method in FAMILY.methods.iter().filter(|m| m.info.problems.iter().any(|p| p == "ranking.synthetic")) {
            let id = &*method.info.id;
            let mut run = TestRun::new(&set, id, &[]).unwrap();
            let trace = |run: &mut TestRun| -> Vec<u64> {
                (0..4)
                    .flat_map(|_| {
                        run.advance(1);
                        ["gradient.rel", "nll", "p.rms.error", "p.rms.change"].map(|k| run.value(k).to_bits())
                    })
                    .collect()
            };
            let start = trace(&mut run);
            let saved = run.stepper.save().unwrap();
            let (steps, work, on) = (run.stepper.steps(), run.stepper.work(), trace(&mut run));
            run.stepper.load(&saved).unwrap();
            assert_eq!((run.stepper.steps(), run.stepper.work()), (steps, work));
            assert_eq!(trace(&mut run), on, "{name} {id}: load");
            let mut other = TestRun::new(&set, id, &[]).unwrap();
            other.stepper.load(&saved).unwrap();
            assert_eq!(trace(&mut other), on, "{name} {id}: load elsewhere");
            run.stepper.reset().unwrap();
            assert_eq!(run.stepper.steps(), 0);
            assert_eq!(trace(&mut run), start, "{name} {id}: reset");
        }
    }
    let (small, large) = (variants().swap_remove(1).1, portable().unwrap());
    let saved = TestRun::new(&small, "ranking.newman", &[]).unwrap().stepper.save().unwrap();
    assert!(TestRun::new(&large, "ranking.newman", &[]).unwrap().stepper.load(&saved).is_err());
}

#[test]
fn first_order_optimisers_come_close_to_the_optimum() {
    let set = portable().unwrap();
    let gap = |id: &str, given: &[(&str, Value)], steps: u32| {
        let mut run = TestRun::new(&set, id, given).unwrap();
        run.advance(steps);
        run.value("nll.gap")
    };
    for (rule, parts, limit) in [
        ("plain", 1, 1e-12),
        ("heavy-ball", 1, 1e-8),
        ("nesterov", 1, 1e-10),
        ("adam", 8, 1e-4),
        ("schedule-free", 8, 1e-4),
        ("schedule-free-adam", 8, 1e-5),
        ("linear-decay", 8, 1e-4),
        ("dog", 8, 1e-3),
        ("u-dog", 1, 1e-15),
        ("shampoo", 1, 1e-5),
        ("shampoo-4bit", 1, 1e-5),
        ("scaling", 1, 1e-20),
    ] {
        let given = [choice("rule", rule), ("parts", parts.into()), ("horizon", 200.into())];
        let found = gap("ranking.optimiser", &given, 200);
        assert!(found < limit, "{rule}: {found:e}");
    }
    for (id, given, limit) in [
        ("ranking.fosi", vec![], 1e-8),
        ("ranking.optex", vec![choice("base", "heavy-ball")], 1e-20),
        ("ranking.proxprox", vec![], 1e-18),
        ("ranking.forward-gradient", vec![], 1e-15),
    ] {
        let found = gap(id, &given, 200);
        assert!(found < limit, "{id}: {found:e}");
    }
    // Shuffled anew, parts leave less noise than drawn ones; balanced once, they do not beat that here.
    let noise = |order| {
        gap("ranking.optimiser", &[choice("rule", "plain"), choice("order", order), ("decay", 0.1.into())], 200)
    };
    assert!(noise("reshuffling") < 0.1 * noise("with-replacement"));
    assert!(noise("grab-pair") < noise("shuffle-once") && noise("grab-pair") > noise("reshuffling"));
}
