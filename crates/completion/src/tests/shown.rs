//! What is drawn of a run, and said before it.

use iterscope_core::{Dataset, Extent, Picture, PictureKind, Value};

use super::{all, matrix, run, table};
use crate::harness::{Given, Setting};
use crate::methods::{als, gd_small_init};
use crate::problems::{distances, image, ratings, sensing, stream, table as sheet};

#[test]
fn what_is_offered_is_drawn() {
    for (setting, method) in all() {
        let mut run = run(&setting, method, &[]);
        run.advance(2);
        for extent in [Extent { width: 7, height: 200 }, Extent { width: 300, height: 300 }] {
            let mut out = Picture::default();
            for info in setting.instance.pictures() {
                run.stepper.picture(&info.key, extent, &mut out).expect("the CPU");
                assert_eq!(out.kind, info.kind);
                assert!(
                    !out.values.is_empty() && out.values.len() == (out.width * out.height) as usize,
                    "{}",
                    info.key
                );
                assert!(out.aux.is_empty() || out.aux.len() == out.values.len(), "{}", info.key);
                let ahead = info.key == "singular-history";
                assert!(out.lo <= out.hi && out.values.iter().all(|v| v.is_finite() || ahead), "{}", info.key);
                if info.kind == PictureKind::Field {
                    assert!(out.width <= extent.width && out.height <= extent.height);
                }
            }
            for info in setting.instance.given_pictures() {
                assert!(setting.instance.draw_given(&info.key, extent, &mut out));
                assert_eq!(out.values.len(), (out.width * out.height) as usize);
            }
            assert!(!setting.instance.draw_given("nothing", extent, &mut out));
            run.stepper.picture("nothing", extent, &mut out).expect("the CPU");
            assert!(out.values.is_empty());
        }
    }
}

const WIDE: Extent = Extent { width: 100, height: 100 };

/// One row of pixels for each singular value, from step to step.
fn bands(run: &mut crate::harness::MethodRun, count: usize) -> Vec<Vec<f32>> {
    let mut out = Picture::default();
    run.stepper.picture("singular-history", WIDE, &mut out).expect("the CPU");
    let tall = out.height as usize / count;
    out.values.chunks_exact(out.width as usize).step_by(tall).map(<[f32]>::to_vec).collect()
}

#[test]
fn a_small_start_lights_one_band_after_the_other() {
    let setting = Setting::new(&sensing::PROBLEM, &[], None, 11).expect("valid");
    let mut run = run(&setting, &gd_small_init::METHOD, &[("eta", Value::Real(0.01))]);
    run.measure();
    for _ in 0..900 {
        run.advance(1);
        run.measure();
    }
    let all = bands(&mut run, 12);
    // First-order theory: modes near steps 154, 363 and 691, each column 16 steps.
    let half: Vec<usize> = all[..3].iter().map(|b| b.iter().position(|v| *v > 0.5).expect("found") * 16).collect();
    for (found, expected) in half.iter().zip([154.0, 363.0, 691.0]) {
        assert!((*found as f64 / expected - 1.0).abs() < 0.15, "{half:?}");
    }
    assert!(all[3..].iter().all(|b| b[56] < 1e-3), "nothing beyond the true rank");
    assert!(all[..3].iter().all(|b| (b[56] - 1.0).abs() < 0.05 && b[57].is_nan()), "900 = 56 * 16 + 4");
}

#[test]
fn a_step_gone_back_to_shows_what_was_there_and_a_change_makes_another_past() {
    let setting = matrix(30, 24, 2, &[("noise", Value::Real(0.5))]);
    let mut run = run(&setting, &als::METHOD, &[]);
    let go = |run: &mut crate::harness::MethodRun, steps: u32| {
        for _ in 0..steps {
            run.advance(1);
            run.measure();
        }
    };
    run.measure();
    go(&mut run, 6);
    let (saved, before) = (run.stepper.save().expect("a checkpoint"), bands(&mut run, 2));
    go(&mut run, 20);
    let after = bands(&mut run, 2);
    run.stepper.load(&saved).expect("its own");
    let bits = |b: &[Vec<f32>]| b.concat().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&bands(&mut run, 2)), bits(&before));
    go(&mut run, 20);
    assert_eq!(bits(&bands(&mut run, 2)), bits(&after));
    run.stepper.load(&saved).expect("its own");
    run.stepper.set("ridge", &Value::Real(50.0)).expect("it is live");
    go(&mut run, 1);
    let changed = bands(&mut run, 2);
    assert!(changed[0][7] < 0.9 * after[0][7], "{} {}", changed[0][7], after[0][7]);
    assert_eq!(changed[0][..6], after[0][..6]);
    run.advance(19);
    assert_eq!(bands(&mut run, 2)[0][20], changed[0][7], "of steps that nobody looked at the last known is shown");
}

#[test]
fn truth_seen_entries_and_iterate_share_one_colour_scale() {
    for (setting, method) in all() {
        let mut run = run(&setting, method, &[]);
        run.advance(2);
        let (mut out, mut given) = (Picture::default(), Picture::default());
        run.stepper.picture("matrix", WIDE, &mut out).expect("the CPU");
        for info in setting.instance.given_pictures() {
            assert!(setting.instance.draw_given(&info.key, WIDE, &mut given));
            assert_eq!((given.lo, given.hi), (out.lo, out.hi), "{} {}", method.info.id, info.key);
        }
        if setting.instance.pictures().iter().any(|p| p.key == "error") {
            run.stepper.picture("error", WIDE, &mut out).expect("the CPU");
            assert_eq!(out.lo, -out.hi, "zero is in the middle");
        }
    }
}

#[test]
fn every_problem_says_how_much_is_seen_against_what_determines_the_matrix() {
    let data = Dataset::Ratings(table(30, 20));
    let rank: Given<'_> = &[("rank", Value::Int(2))];
    let measured: Given<'_> = &[("measurements", Value::Int(200))];
    let others: [(&iterscope_core::Problem, Given<'_>, Option<&Dataset>); 6] = [
        (&ratings::PROBLEM, rank, Some(&data)),
        (&sheet::PROBLEM, &[], None),
        (&distances::PROBLEM, &[], None),
        (&stream::PROBLEM, rank, None),
        (&image::PROBLEM, &[("size", Value::Int(24)), ("rank", Value::Int(4))], None),
        (&sensing::PROBLEM, measured, None),
    ];
    let settings = others.map(|(p, given, data)| (p, Setting::new(p, given, data, 5).expect("valid")));
    for (problem, setting) in settings {
        let said = |n: &iterscope_core::Note| n.text.contains("times the") && n.text.contains("degrees of freedom");
        assert!(setting.instance.notes().iter().any(said), "{}", problem.info.id);
    }
}
