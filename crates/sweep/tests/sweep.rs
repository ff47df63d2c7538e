//! Sweeps against theory, and what is refused.

use iterscope_core::{Experiment, Measure, Stop, SweepAxis, SweepSpec};
use iterscope_sweep::{Study, Sweep};

fn axis(place: &str, from: f64, to: f64, points: u32) -> SweepAxis {
    SweepAxis { place: place.into(), from, to, points, log: false }
}

fn spec(axes: &[SweepAxis]) -> SweepSpec {
    SweepSpec { axes: axes.to_vec(), ..SweepSpec::default() }
}

const SOR: &str = r#"{ "schema": 1, "problem": { "id": "pde.advection-diffusion", "params": { "n": 16 } },
    "runs": [ { "method": "pde.sor", "params": { "omega": 1.2 } }, { "method": "pde.gauss-seidel" } ],
    "stop": { "max_steps": 2000 } }"#;

fn experiment() -> Experiment {
    Experiment::from_json(SOR).expect("an experiment")
}

fn done(experiment: &Experiment, spec: &SweepSpec) -> Sweep {
    let mut sweep = Sweep::new(experiment, None, spec).unwrap_or_else(|e| panic!("{e}"));
    let zero = std::time::Instant::now();
    let clock = || zero.elapsed().as_secs_f64();
    // In small pieces: how it is cut up changes nothing.
    while sweep.work(&clock, 1e-4) < 1.0 {}
    sweep
}

fn steps(sweep: &Sweep) -> Vec<u64> {
    sweep.outcomes().iter().map(|o| o.as_ref().expect("it is done").steps).collect()
}

#[test]
fn sor_is_fastest_near_young_s_parameter_and_equals_single_runs() {
    let sweep = done(&experiment(), &spec(&[axis("runs[0].omega", 1.0, 1.9, 19)]));
    let steps = steps(&sweep);
    let best = (0..steps.len()).min_by_key(|k| steps[*k]).expect("some");
    // 2 / (1 + sin(pi/16)) = 1.6735; in practice the fewest steps are a little above.
    assert!((1.65..=1.75).contains(&sweep.values(0)[best]), "{:?}", sweep.values(0)[best]);
    assert!(steps[0] > 4 * steps[best], "{steps:?}");
    // The run of Gauss-Seidel, which is SOR with 1, counted by itself.
    let alone = done(&experiment(), &spec(&[axis("problem.n", 16.0, 20.0, 2)]));
    let both: Vec<u64> = alone.outcomes().iter().map(|o| o.as_ref().expect("it is done").steps).collect();
    assert_eq!(steps[0], both[1], "of both runs at n = 16 the second is Gauss-Seidel: {both:?}");
}

#[test]
fn the_optimum_moves_as_theory_says() {
    let two = spec(&[axis("runs[0].omega", 1.4, 1.9, 11), axis("problem.n", 8.0, 32.0, 3)]);
    let sweep = done(&experiment(), &two);
    let steps = steps(&sweep);
    let best: Vec<f64> =
        steps.chunks(11).map(|row| sweep.values(0)[(0..11).min_by_key(|k| row[*k]).expect("some")]).collect();
    // Young: 1.447 for n = 8, 1.729 for n = 20, 1.821 for n = 32.
    for (found, young) in best.iter().zip([1.447, 1.729, 1.821]) {
        assert!((found - young).abs() <= 0.06, "{best:?}");
    }
    // The other way around it is the same, however the order of building changes.
    let turned = done(&experiment(), &spec(&[two.axes[1].clone(), two.axes[0].clone()]));
    for (col, row) in (0..11).flat_map(|c| (0..3).map(move |r| (c, r))) {
        let (a, b) = (&sweep.outcomes()[row * 11 + col], &turned.outcomes()[col * 3 + row]);
        assert_eq!(a.as_ref().map(|o| o.steps), b.as_ref().map(|o| o.steps));
    }
    let report = sweep.report();
    let sheet = report.tables().next().expect("a table");
    assert_eq!((sheet.rows.len(), sheet.columns[0].label.as_str()), (33, "runs[0].omega"));
    let iterscope_core::Mark::Heat { opens, values, .. } = &report.plots().next().expect("a plot").marks[0] else {
        panic!("a map")
    };
    let opened = opens[12].as_ref().expect("it opens its run");
    assert_eq!(opened.runs.len(), 1);
    assert_eq!(opened.runs[0].params["omega"].to_string(), "1.45");
    assert_eq!(opened.problem.params["n"].to_string(), "20");
    assert_eq!(values[12], steps[12] as f64);
}

#[test]
fn runs_that_fail_are_counted_and_the_rest_is_shown() {
    let json = r#"{ "schema": 1, "problem": { "id": "pde.advection-diffusion", "params": { "n": 16 } },
        "runs": [ { "method": "pde.richardson", "params": { "omega": 1e-4 } } ], "stop": { "max_steps": 300 } }"#;
    let sweep = done(
        &Experiment::from_json(json).expect("an experiment"),
        &SweepSpec {
            axes: vec![SweepAxis { log: true, ..axis("runs[0].omega", 1e-5, 0.1, 5) }],
            measure: Measure::Final,
            series: "residual.l2.rel".into(),
        },
    );
    let stops: Vec<Option<Stop>> = sweep.outcomes().iter().map(|o| o.as_ref().expect("done").stop).collect();
    assert_eq!((stops[0], stops[4]), (Some(Stop::MaxSteps), Some(Stop::Diverged)));
    let words: Vec<&str> =
        sweep.report().texts().map(|t| -> &str { Box::leak(t.to_owned().into_boxed_str()) }).collect();
    assert!(words.iter().any(|w| w.contains("diverged") && w.contains("step limit")), "{words:?}");
}

#[test]
fn what_cannot_be_swept_is_refused_at_its_field() {
    let refuse = |axes: &[SweepAxis]| Sweep::new(&experiment(), None, &spec(axes)).err().expect("it is refused");
    let omega = axis("runs[0].omega", 1.0, 1.9, 5);
    assert_eq!(refuse(&[]).field, "axes");
    assert_eq!(refuse(&[omega.clone(), omega.clone()]).field, "axes[1].place");
    assert_eq!(refuse(&[axis("runs[5].omega", 1.0, 1.9, 5)]).field, "axes[0].place");
    assert!(refuse(&[axis("runs[0].omga", 1.0, 1.9, 5)]).message.contains("omega"));
    assert_eq!(refuse(&[axis("problem.source", 1.0, 1.9, 5)]).field, "axes[0].place");
    assert_eq!(refuse(&[axis("runs[0].omega", 1.0, 7.0, 5)]).field, "axes[0].to");
    assert_eq!(refuse(&[axis("runs[0].omega", 1.5, 1.5, 5)]).field, "axes[0].to");
    assert_eq!(refuse(&[SweepAxis { log: true, ..axis("runs[0].omega", 0.0, 1.5, 5) }]).field, "axes[0].from");
    assert_eq!(refuse(&[axis("runs[0].omega", 1.0, 1.9, 1)]).field, "axes[0].points");
    assert_eq!(refuse(&[axis("runs[0].omega", 1.0, 1.9, 200), axis("problem.n", 2.0, 256.0, 200)]).field, "axes");
    let automatic = SOR.replace(r#""omega": 1.2"#, r#""auto": true"#);
    let automatic = Experiment::from_json(&automatic).expect("an experiment");
    let error = Sweep::new(&automatic, None, &spec(&[omega])).err().expect("it has no effect");
    assert!(error.field == "axes[0].place" && error.message.contains("auto"), "{error}");
}

#[test]
fn every_sweep_of_a_preset_can_be_made() {
    let mut seen = 0;
    for preset in iterscope_catalog::presets() {
        let experiment = Experiment::from_json(preset.json).expect("an experiment");
        if let Some(spec) = &experiment.view.sweep {
            Sweep::new(&experiment, None, spec).unwrap_or_else(|e| panic!("{}: {e}", preset.id));
            seen += 1;
        }
    }
    assert!(seen > 0);
}
