//! Seeds of one experiment: against single runs, with what chance does and what it does not.

use iterscope_core::artifact::Cell;
use iterscope_core::{Experiment, Mark, Measure, Report, Scale, SweepAxis, SweepSpec};
use iterscope_sweep::{RunSummary, Seeds, Study, Sweep};

const KACZMARZ: &str = r#"{ "schema": 1, "seed": 5, "problem": { "id": "pde.poisson", "params": { "n": 6 } },
    "runs": [ { "method": "pde.kaczmarz", "params": { "order": "weighted" } }, { "method": "pde.cg" } ],
    "stop": { "max_steps": 4000, "rtol": 1e-3 } }"#;

fn experiment(json: &str) -> Experiment {
    Experiment::from_json(json).expect("an experiment")
}

fn finish<S: Study>(mut study: S) -> S {
    let zero = std::time::Instant::now();
    let clock = || zero.elapsed().as_secs_f64();
    // In small pieces: how it is cut up changes nothing.
    while study.work(&clock, 1e-4) < 1.0 {
        study.report();
    }
    study
}

fn seeds(json: &str, count: u32) -> Seeds {
    finish(Seeds::new(&experiment(json), None, count, "").unwrap_or_else(|e| panic!("{e}")))
}

fn words(report: &Report) -> String {
    report.texts().collect::<Vec<_>>().join("\n")
}

fn real(cell: &Cell) -> f64 {
    match cell {
        Cell::Real(v) => *v,
        Cell::Int(v) => *v as f64,
        Cell::Text(text) => panic!("{text} is no number"),
    }
}

#[test]
fn they_are_the_single_runs_and_the_table_holds_their_order_statistics() {
    let study = seeds(KACZMARZ, 9);
    let found: Vec<&RunSummary> = study.outcomes().collect();
    let axis = SweepAxis { place: "seed".into(), from: 5.0, to: 13.0, points: 9, log: false };
    let sweep = finish(
        Sweep::new(&experiment(KACZMARZ), None, &SweepSpec { axes: vec![axis], ..SweepSpec::default() })
            .unwrap_or_else(|e| panic!("{e}")),
    );
    let swept: Vec<u64> = sweep.outcomes().iter().map(|o| o.as_ref().expect("done").steps).collect();
    assert_eq!(found.iter().map(|o| o.steps).collect::<Vec<_>>(), swept);
    let mut steps: Vec<f64> = found.iter().step_by(2).map(|o| o.value(Measure::Steps)).collect();
    steps.sort_by(f64::total_cmp);
    assert!(steps[0] < steps[8] && steps.iter().all(|v| v.is_finite()), "chance shows: {steps:?}");
    let report = study.report();
    let tables: Vec<_> = report.tables().collect();
    assert_eq!((tables[0].rows.len(), tables[1].rows.len()), (8, 18));
    // Of nine values the median is the fifth, its interval lies between the second and the eighth, its quartiles are the third and the seventh.
    let row: Vec<f64> = tables[0].rows[0][2..].iter().map(real).collect();
    assert_eq!(row, [9.0, 9.0, steps[4], steps[1], steps[7], steps[2], steps[6], steps[0], steps[8]]);
    let text = words(&report);
    assert!(text.contains("96.1 %") && text.contains("5 to 13"), "{text}");
    // Chance has no part in conjugate gradients, and the last number of the seed column is the last seed.
    assert!(text.contains("Every seed gives the same run of") && !text.contains("drawn at random"), "{text}");
    assert_eq!(real(&tables[1].rows[17][0]), 13.0);
}

#[test]
fn curves_are_medians_within_their_bands() {
    let study = seeds(KACZMARZ, 6);
    let report = study.report();
    let plot = report.plots().next().expect("a plot");
    assert_eq!(plot.y.scale, Scale::Log);
    let bands: Vec<_> = plot.marks.iter().filter(|m| matches!(m, Mark::Band { .. })).collect();
    // Of the run without chance there is no band.
    assert_eq!(bands.len(), 2);
    let Mark::Line { x, y: median, .. } = plot.marks.iter().find(|m| matches!(m, Mark::Line { .. })).expect("a line")
    else {
        panic!("a line")
    };
    let Mark::Band { low, high, .. } = bands[0] else { panic!("a band") };
    let Mark::Band { low: inner_low, high: inner_high, .. } = bands[1] else { panic!("a band") };
    for k in 0..median.len() {
        assert!(low[k] <= inner_low[k] && inner_low[k] <= median[k], "{k}");
        assert!(median[k] <= inner_high[k] && inner_high[k] <= high[k], "{k}");
    }
    // The other method is so much faster that the axis is logarithmic, and begins at step 1; all runs end at most at the tolerance.
    assert!((plot.x.scale, x[0]) == (Scale::Log, 1.0) && high[high.len() - 1] <= 1e-3, "{x:?} {high:?}");
    // Each point of the second plot opens the experiment with its seed and all its runs.
    let doors = report.plots().nth(1).expect("every run").marks.iter().find_map(|m| match m {
        Mark::Doors { opens, .. } => Some(opens.iter().flatten().collect::<Vec<_>>()),
        _ => None,
    });
    let opened: Vec<(u64, usize)> = doors.expect("doors").iter().map(|e| (e.seed, e.runs.len())).collect();
    assert_eq!(opened, (5..11).map(|seed| (seed, 2)).collect::<Vec<_>>());
}

#[test]
fn runs_that_do_not_arrive_are_named_and_no_number_hides_them() {
    // So few steps that about half of the seeds are too slow.
    let all = seeds(KACZMARZ, 9);
    let mut steps: Vec<u64> = all.outcomes().step_by(2).map(|o| o.steps).collect();
    let in_order = steps.clone();
    steps.sort_unstable();
    let study = seeds(&KACZMARZ.replace("4000", &(steps[2] + 1).to_string()), 9);
    let reached = study.outcomes().step_by(2).filter(|o| o.reached()).count();
    assert!((3..7).contains(&reached), "{steps:?}");
    let report = study.report();
    let text = words(&report);
    assert!(text.contains(&format!("{reached} of 9 of the runs reached the tolerance")), "{text}");
    let slowest = 5 + in_order.iter().position(|s| *s == steps[8]).expect("one") as u64;
    let listed = text.split("(seeds ").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    assert!(listed.split([',', ' ']).any(|word| word == slowest.to_string()), "{slowest} in {text}");
    let row = &report.tables().next().expect("a table").rows[0];
    assert_eq!((real(&row[2]), real(&row[10])), (reached as f64, f64::INFINITY));
    if reached < 5 {
        assert_eq!(real(&row[4]), f64::INFINITY, "the median lies among those that did not arrive");
    }
}

#[test]
fn without_chance_every_seed_is_the_same_run() {
    let json = KACZMARZ.replace("pde.kaczmarz", "pde.jacobi").replace(r#", "params": { "order": "weighted" }"#, "");
    let study = seeds(&json, 3);
    let text = words(&study.report());
    assert!(
        text.contains("Every seed gives the same run, to the last bit: nothing in this experiment is drawn at random"),
        "{text}"
    );
    assert!(text.contains("the widest there is with 3 seeds") && text.contains("75.0 %"), "{text}");
}

#[test]
fn too_few_and_too_many_are_refused() {
    let refuse = |count| Seeds::new(&experiment(KACZMARZ), None, count, "").err().expect("it is refused").field;
    assert_eq!([0, 1, 1001, u32::MAX].map(refuse), ["seeds"; 4]);
}
