//! What theory offers in place of a parameter is run: it does much better, and then there is nothing more to offer.

use iterscope_core::{Fix, Stop};

use crate::bench::{Bench, Ended};

/// How a run ends, what is offered for it, and how it ends with that.
fn remedied(mut bench: Bench) -> (Ended, Fix, Ended) {
    let before = bench.run(0);
    let p = bench.prediction(0).expect("a prediction");
    let fix = p.remedy.unwrap_or_else(|| panic!("nothing is offered: {}", p.words));
    bench.experiment.runs[0].params.extend(fix.params.clone());
    let again = bench.prediction(0).expect("a prediction");
    assert_eq!(again.remedy, None, "{}: {}", fix.label, again.words);
    (before, fix, bench.run(0))
}

#[test]
fn a_remedy_saves_a_quarter_of_the_steps_or_converges_where_nothing_did() {
    // Central differences at a cell Peclet number of 4: Jacobi's eigenvalues are far out on the imaginary axis.
    let flow = r#""n": 24, "diffusion_x": "0.01", "diffusion_y": "0.01", "velocity_x": "2", "velocity_y": "0", "advection": "central""#;
    for (problem, run) in [
        (r#""n": 24"#, r#"{"method": "pde.sor", "params": {"omega": 2.1}}"#),
        (r#""n": 24"#, r#"{"method": "pde.sor", "params": {"omega": 1.2}}"#),
        (r#""n": 24"#, r#"{"method": "pde.jacobi", "params": {"omega": 0.5}}"#),
        (r#""n": 24"#, r#"{"method": "pde.jacobi", "params": {"omega": 1.5}}"#),
        (r#""n": 24"#, r#"{"method": "pde.richardson"}"#),
        (r#""n": 24"#, r#"{"method": "pde.richardson", "params": {"omega": 1e-6}}"#),
        (r#""n": 24"#, r#"{"method": "pde.chebyshev", "params": {"interval": "given", "least": 1000, "most": 2000}}"#),
        (flow, r#"{"method": "pde.jacobi"}"#),
    ] {
        let (before, fix, after) = remedied(Bench::of(problem, run));
        assert_eq!(after.stop, Stop::Converged, "{run}: {}", fix.label);
        assert!(
            before.stop != Stop::Converged || after.steps as f64 <= 0.76 * before.steps as f64,
            "{run}: {} takes {} steps in place of {}",
            fix.label,
            after.steps,
            before.steps
        );
    }
    // The same for the equation in flux form.
    let (before, fix, after) =
        remedied(Bench::poisson(r#""n": 24"#, r#"{"method": "pde.sor", "params": {"omega": 1}}"#));
    assert!(after.steps * 3 < before.steps, "{}: {} against {}", fix.label, after.steps, before.steps);
    assert!(fix.label.starts_with("Set ω to 1.") && fix.label.len() < 18, "{}", fix.label);
}

#[test]
fn what_is_good_is_left_alone() {
    for run in [
        r#"{"method": "pde.sor", "params": {"auto": true}}"#,
        r#"{"method": "pde.jacobi"}"#,
        r#"{"method": "pde.chebyshev"}"#,
        r#"{"method": "pde.chebyshev", "params": {"interval": "given", "least": 19.7, "most": 4590}}"#,
    ] {
        let p = Bench::of(r#""n": 24"#, run).prediction(0).expect("a prediction");
        assert_eq!(p.remedy, None, "{run}: {}", p.words);
    }
}

#[test]
fn a_step_beyond_the_limit_is_offered_one_within() {
    let heat = |dt: f64| {
        Bench::new(&format!(
            r#"{{"schema": 1, "problem": {{"id": "pde.heat", "params": {{"n": 32}}}},
                "runs": [{{"method": "pde.euler", "params": {{"dt": {dt}}}}}]}}"#
        ))
    };
    let offered = heat(1.0).prediction(0).expect("a prediction").remedy.expect("a remedy");
    let dt = offered.params["dt"].as_real().expect("a number");
    let p = heat(dt).prediction(0).expect("a prediction");
    assert!(p.words.starts_with("Stable") && p.remedy.is_none(), "{}", p.words);
    assert!(heat(dt * 1.4).prediction(0).expect("a prediction").remedy.is_some(), "{dt} is far within");
}
