//! Questions about integrators.

use std::rc::Rc;

use iterscope_core::{AnalysisInput, Cell, MethodInput, Params, Report, RunInput, Values, component};
use iterscope_pde::FAMILY;

use crate::bench::Bench;
use crate::integrators::course;

fn ask(bench: &Bench, id: &str, params: &[(&str, f64)], steps: u32) -> Report {
    let analysis = FAMILY.analyses.iter().find(|a| a.info.id == id).unwrap();
    let given: Params = params.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
    let values = Values::resolve(&analysis.info.params, &given).unwrap();
    let mut stepper = bench.stepper(0);
    stepper.advance(steps).unwrap();
    let (instance, spec) = (Rc::clone(&bench.instance), bench.experiment.runs[0].clone());
    let fresh = Rc::new(move || {
        let method = FAMILY.methods.iter().find(|m| m.info.id == spec.method.as_str()).unwrap();
        let values = component::resolve(&method.info.params, FAMILY.components, &spec.params).unwrap();
        let backend = iterscope_core::Backend::CpuF64;
        (method.build)(&MethodInput { instance: &instance, values: &values, backend, seed: 0 })
    });
    let iterate = stepper.snapshot().unwrap();
    let run = Some(RunInput { index: 0, label: "run".into(), step: stepper.steps(), iterate, fresh });
    let input =
        AnalysisInput { experiment: &bench.experiment, instance: &bench.instance, data: None, run, values: &values };
    (analysis.build)(input).unwrap().finish().unwrap()
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Real(x) => *x,
        Cell::Int(i) => *i as f64,
        Cell::Text(text) => panic!("{text} is no number"),
    }
}

#[test]
fn orders_and_errors_of_a_ladder_are_those_of_its_methods() {
    // time-02, with the errors of an independent program at t = 0.1 as parts of the norm there.
    let problem = r#""dimension": "1", "n": 32, "equations": "u_t = u_xx + 20*(u - u^3); u(0) = sin(pi*x) + 0.3*sin(4*pi*x); all: u = 0""#;
    let bench = Bench::new(&format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.system", "params": {{{problem}}}}}, "runs": [
            {{"method": "pde.crank-nicolson", "params": {{"dt": 0.005}}}}, {{"method": "pde.etdrk4", "params": {{"dt": 0.01}}}},
            {{"method": "pde.radau5", "params": {{"rtol": 1e-4, "atol": 1e-6}}}}, {{"method": "pde.euler", "params": {{"dt": 0.01}}}}],
            "stop": {{"until": 0.1}}}}"#
    ));
    let report = ask(&bench, "pde.work-precision", &[("levels", 4.0)], 0);
    let rows = &report.tables().next().unwrap().rows;
    let of = |name: &str| -> Vec<&Vec<Cell>> {
        rows.iter().filter(|r| matches!(&r[0], Cell::Text(t) if t.ends_with(name))).collect()
    };
    let crank = of("Crank-Nicolson");
    assert_eq!(crank.iter().map(|r| number(&r[2])).collect::<Vec<_>>(), [20.0, 40.0, 80.0, 160.0]);
    // Here they are parts of the largest norm so far, which is that of the start.
    let scale = 3.421_010_621_6 / libm::sqrt(16.0 * 1.09);
    for (row, expected) in crank.iter().zip([2.6765e-4, 6.6138e-5, 1.6485e-5, 4.1183e-6]) {
        let error = number(&row[5]) / scale;
        assert!((error / expected - 1.0).abs() < 0.02, "{error:e} {expected:e}");
    }
    assert!(number(&crank[0][6]).is_nan() && crank[1..].iter().all(|r| (number(&r[6]) - 2.0).abs() < 0.05));
    let exponential = of("ETDRK4");
    assert!(exponential[1..].iter().all(|r| (number(&r[6]) - 4.0).abs() < 0.3), "{exponential:?}");
    let radau = of("Radau IIA 5");
    let errors: Vec<f64> = radau.iter().map(|r| number(&r[5])).collect();
    assert!(errors.len() == 4 && errors.windows(2).all(|e| e[1] < e[0]) && errors[3] < 1e-6, "{errors:?}");
    let euler = of("Euler");
    let diverged = euler.iter().filter(|r| r[7] == Cell::Text("diverged".into()));
    assert!(number(&euler[0][5]).is_nan() || number(&euler[0][5]) > 1.0, "{euler:?} {}", diverged.count());
}

#[test]
fn a_race_beyond_what_can_be_known_is_compared_as_long_as_it_is_known() {
    let lorenz = r#"{"schema": 1, "problem": {"id": "pde.ode", "params":
        {"equations": "u_t = 10*(v - u); v_t = u*(28 - w) - v; w_t = u*v - 8/3*w; u(0) = 1; v(0) = 1; w(0) = 1"}},
        "runs": [{"method": "pde.rk4", "params": {"dt": 0.02}}], "stop": {"until": 60}}"#;
    let report = ask(&Bench::new(lorenz), "pde.work-precision", &[("levels", 3.0)], 0);
    assert!(report.texts().any(|t| t.contains("neighbouring solutions part")));
    let rows = &report.tables().next().unwrap().rows;
    assert!(rows.len() == 3 && rows.iter().all(|r| number(&r[5]) > 0.0), "{rows:?}");
}

#[test]
fn what_is_too_large_for_a_reference_is_asked_on_a_coarser_mesh() {
    let heat = r#"{"schema": 1, "problem": {"id": "pde.heat", "params": {"n": 80}},
        "runs": [{"method": "pde.rkc", "params": {"dt": 0.01}}], "stop": {"until": 0.02}}"#;
    let report = ask(&Bench::new(heat), "pde.work-precision", &[("levels", 2.0)], 0);
    assert!(report.texts().any(|t| t.contains("On a mesh of")));
}

#[test]
fn the_region_says_what_the_limit_says() {
    // The limit of Euler's method on this mesh is 2 over 4 n^2 sin^2 (pi (n - 1)/(2 n)).
    let heat = |dt: f64| {
        let problem = r#""dimension": "1", "n": 16, "equations": "u_t = lap(u); u(0) = sin(pi*x); all: u = 0""#;
        course(problem, "pde.euler", &format!(r#""dt": {dt}"#))
    };
    let s = libm::sin(15.0 * std::f64::consts::PI / 32.0);
    let limit = 2.0 / (4.0 * 256.0 * s * s);
    let below = ask(&heat(0.99 * limit), "pde.stability", &[], 1);
    assert!(below.texts().next().unwrap().contains("no mode that decays"));
    let above = ask(&heat(1.05 * limit), "pde.stability", &[], 1);
    assert!(above.texts().next().unwrap().contains("multiplied by up to 1.1000 a step"), "{:?}", above.texts().next());
    let worst = &above.tables().next().unwrap().rows[0];
    assert!((number(&worst[2]) + 2.1).abs() < 1e-6 && number(&worst[1]) == 0.0, "{worst:?}");
    // Asked of a step below the limit the same run is stable.
    let other = ask(&heat(1.05 * limit), "pde.stability", &[("dt", 0.5 * limit)], 1);
    assert!(other.texts().next().unwrap().contains("no mode that decays"));
}
