//! What steps in time are compared with where no exact solution is known.

use iterscope_pde::time::problem::Evolution;

use crate::bench::Bench;

fn ode(equations: &str, more: &str, runs: &str) -> Bench {
    Bench::new(&format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.ode", "params": {{"equations": "{equations}", "reference": true{more}}}}}, "runs": [{runs}]}}"#
    ))
}

fn problem(bench: &Bench) -> &Evolution {
    bench.instance.as_any().downcast_ref().unwrap()
}

#[test]
fn robertsons_reaction_is_where_other_programs_find_it() {
    // At t = 4, by scipy 1.17.1: solve_ivp with rtol 1e-12, atol 1e-16; Radau, BDF and LSODA agree to these digits. All steps are bound by
    // stability from t = 0.4 on, so that a longer time would only cost more.
    let known = [0.905_518_678_586, 2.240_475_687_6e-5, 0.094_458_916_658];
    let bench = ode(
        "u_t = -0.04*u + 1e4*v*w; v_t = 0.04*u - 1e4*v*w - 3e7*v^2; w_t = 3e7*v^2; u(0) = 1",
        "",
        r#"{"method": "pde.radau5"}"#,
    );
    let reference = problem(&bench).typed().unwrap().reference().unwrap();
    let mut reference = reference.borrow_mut();
    let compared = reference.compare(4.0, &known).unwrap();
    assert!(compared.error < 1e-9 && compared.uncertainty < 1e-7, "{compared:?}");
    let off = reference.compare(4.0, &[known[0] + 1e-3, known[1], known[2]]).unwrap();
    assert!((off.error - 1e-3).abs() < 1e-8, "the largest norm is that of the start, 1: {off:?}");
}

#[test]
fn what_it_says_does_not_depend_on_what_was_asked_before() {
    let bench = || ode("u_t = v; v_t = 5*(1 - u^2)*v - u; u(0) = 2", "", r#"{"method": "pde.rk4"}"#);
    let times = [0.3, 7.1, 2.05, 2.0, 7.1, 0.0];
    let ask = |times: &[f64]| {
        let bench = bench();
        let reference = problem(&bench).typed().unwrap().reference().unwrap();
        let mut reference = reference.borrow_mut();
        times.iter().map(|t| reference.compare(*t, &[1.0, 0.0]).unwrap().error.to_bits()).collect::<Vec<_>>()
    };
    let forward = ask(&times);
    let alone: Vec<u64> = times.iter().map(|t| ask(&[*t])[0]).collect();
    assert_eq!(forward, alone);
}

#[test]
fn the_error_of_steps_is_that_against_the_exact_solution_of_the_same_equations() {
    let bench =
        ode("u_t = -u; u(0) = 1", r#", "exact": "exp(-t)""#, r#"{"method": "pde.heun", "params": {"dt": 0.1}}"#);
    let keys: Vec<&str> = bench.instance.series().iter().map(|s| s.key.as_ref()).collect();
    assert_eq!(keys[..2], ["error.l2.rel", "error.time.l2.rel"]);
    let mut stepper = bench.stepper(0);
    let mut out = vec![0.0; keys.len()];
    stepper.measure(&mut out).unwrap();
    for step in 1..=20 {
        stepper.advance(1).unwrap();
        stepper.measure(&mut out).unwrap();
        assert!(out[0] > 1e-5 && (out[1] / out[0] - 1.0).abs() < 1e-5, "{step}: {out:?}");
    }
    assert!(stepper.remark().unwrap().starts_with("The reference itself is within"));
    // On a mesh the exact solution is another: the error of the mesh is in that alone.
    let heat = r#"{"schema": 1, "problem": {"id": "pde.system", "params": {"dimension": "1", "n": 8, "reference": true,
        "exact": "exp(-pi^2*t)*sin(pi*x)", "equations": "u_t = lap(u); u(0) = sin(pi*x); all: u = 0"}},
        "runs": [{"method": "pde.rk4", "params": {"dt": 0.001}}]}"#;
    let bench = Bench::new(heat);
    let mut stepper = bench.stepper(0);
    let mut out = vec![0.0; bench.instance.series().len()];
    stepper.advance(100).unwrap();
    stepper.measure(&mut out).unwrap();
    assert!(out[0] > 1e-3 && out[1] < 1e-8 && out[1] > 1e-12, "{out:?}");
}

#[test]
fn it_ends_where_solutions_part() {
    let lorenz = "u_t = 10*(v - u); v_t = u*(28 - w) - v; w_t = u*v - 8/3*w; u(0) = 1; v(0) = 1; w(0) = 1";
    let bench = ode(lorenz, "", r#"{"method": "pde.rk4", "params": {"dt": 0.01}}"#);
    let mut stepper = bench.stepper(0);
    let mut out = vec![0.0; bench.instance.series().len()];
    let mut known = 0.0;
    for _ in 0..60 {
        stepper.advance(50).unwrap();
        stepper.measure(&mut out).unwrap();
        if !out[0].is_nan() {
            known = stepper.clock().unwrap();
        }
    }
    // Differences grow by exp(0.9 t).
    assert!((5.0..20.0).contains(&known), "{known}");
    assert!(stepper.remark().unwrap().contains("part"));
}

#[test]
fn it_is_refused_where_it_would_take_long() {
    let large = r#"{"schema": 1, "problem": {"id": "pde.heat", "params": {"n": 64, "reference": true}}, "runs": [{"method": "pde.euler"}]}"#;
    let error = Bench::try_new(large).err().unwrap();
    assert_eq!(error.field, "reference");
    assert!(error.message.contains("4,096") && error.message.contains("4,225"), "{}", error.message);
}
