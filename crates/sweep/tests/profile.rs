//! Performance profiles: by hand for a small set, and what is refused.

use iterscope_core::artifact::Cell;
use iterscope_core::{Experiment, Mark, Measure};
use iterscope_sweep::{Profile, ProfileProblem, Study};

fn experiment(n: u32, steps: u32, runs: &str) -> Experiment {
    let json = format!(
        r#"{{ "schema": 1, "problem": {{ "id": "pde.poisson", "params": {{ "n": {n} }} }}, "runs": [ {runs} ],
            "stop": {{ "max_steps": {steps}, "rtol": 1e-6 }} }}"#
    );
    Experiment::from_json(&json).expect("an experiment")
}

const METHODS: &str = r#"{ "method": "pde.jacobi" }, { "method": "pde.gauss-seidel" }, { "method": "pde.cg" }"#;

fn problem(name: &str, n: u32, steps: u32) -> ProfileProblem {
    ProfileProblem { name: name.into(), experiment: experiment(n, steps, METHODS), data: None }
}

fn done(mut profile: Profile) -> Profile {
    let zero = std::time::Instant::now();
    let clock = || zero.elapsed().as_secs_f64();
    while profile.work(&clock, 1e-4) < 1.0 {
        profile.report();
    }
    profile
}

fn new(problems: Vec<ProfileProblem>) -> Profile {
    done(Profile::new(&experiment(4, 10, METHODS), problems, 1).unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn ratios_and_shares_are_as_counted_by_hand() {
    // On the third problem only the fastest arrives.
    let profile = new(vec![problem("a", 6, 5000), problem("b", 10, 5000), problem("c", 10, 30)]);
    let steps: Vec<f64> = profile.outcomes().iter().map(|o| o.value(Measure::Steps)).collect();
    assert!(steps[..6].iter().all(|s| s.is_finite()) && steps[6].is_nan() && steps[7].is_nan(), "{steps:?}");
    let ratios = profile.ratios(Measure::Steps);
    assert_eq!(ratios[2], [1.0; 3]);
    for method in 0..2 {
        let by_hand = [steps[method] / steps[2], steps[3 + method] / steps[5], f64::INFINITY];
        assert_eq!(ratios[method], by_hand);
    }
    let report = profile.report();
    let Mark::Line { x, y, .. } = &report.plots().next().expect("a plot").marks[0] else { panic!("a line") };
    // Up from zero at each problem that is solved, then level to the right end, which is a power of two.
    assert_eq!(x.len(), 6);
    assert_eq!(y[..], [0.0, 0.0, 1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]);
    assert!(x[1] == ratios[0][0].min(ratios[0][1]) && x[3] == ratios[0][0].max(ratios[0][1]));
    let end = libm::log2(x[5]);
    assert!(end == libm::floor(end) && x[5] > x[3]);
    let text: Vec<&str> = report.texts().collect();
    let text = text.join("\n");
    assert!(text.contains("Conjugate gradients (3 of 3)"), "{text}");
    assert!(text.contains("solved 2 of 3, not c (reached the step limit)"), "{text}");
    let tables: Vec<_> = report.tables().collect();
    assert_eq!((tables[0].rows.len(), tables[1].rows.len()), (9, 9));
    assert_eq!(tables[0].rows[2][2..5], [Cell::Int(3), Cell::Int(3), Cell::Real(1.0)]);
}

#[test]
fn a_problem_counts_once_and_seeds_make_several_of_one() {
    let profile = new(vec![problem("a", 6, 5000), problem("the same", 6, 5000)]);
    let text: Vec<String> = profile.report().texts().map(str::to_owned).collect();
    assert!(text.iter().any(|t| t == "the same is the same problem as a, and counts once."), "{text:?}");
    assert_eq!(profile.outcomes().len(), 3);
    let three = Profile::new(&experiment(4, 10, METHODS), vec![problem("a", 6, 5000)], 3);
    let three = done(three.unwrap_or_else(|e| panic!("{e}")));
    assert_eq!((three.outcomes().len(), three.ratios(Measure::Work)[0].len()), (9, 3));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refuse = |methods: &str, problems: Vec<ProfileProblem>, seeds| {
        Profile::new(&experiment(4, 10, methods), problems, seeds).err().expect("it is refused").field
    };
    assert_eq!(refuse(METHODS, Vec::new(), 1), "problems");
    assert_eq!(refuse(METHODS, vec![problem("a", 6, 50)], 0), "seeds");
    assert_eq!(refuse(r#"{ "method": "pde.jacobi" }"#, vec![problem("a", 6, 50)], 1), "methods");
    assert_eq!(refuse(METHODS, vec![problem("a", 6, 50)], 100_000), "problems");
    let mut elsewhere = problem("in time", 6, 50);
    elsewhere.experiment.problem.id = "pde.heat".into();
    assert_eq!(refuse(METHODS, vec![problem("a", 6, 50), elsewhere], 1), "problems[1]");
}
