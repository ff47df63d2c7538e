//! Reduced models in time, against an independent program in NumPy on the same problem.

use std::rc::Rc;

use iterscope_core::{Backend, Instance, MethodInput, Params, Stepper, component};
use iterscope_pde::FAMILY;
use iterscope_pde::time::problem::Evolution;

use crate::evolution::named;

/// A source that moves through a medium which conducts better where it is warm.
fn moving(a: f64, s: f64, x0: f64) -> Evolution {
    let text = format!(
        "u_t = div((0.1 + u^2)*grad(u)) + a*exp(-((x - x0 - s*t)/0.05)^2); a = {a}; s = {s}; x0 = {x0}; u(0) = 0; all: u = 0"
    );
    named("pde.system", &format!(r#"{{"dimension": "1", "n": 200, "equations": "{text}"}}"#))
}

fn stepper(problem: Evolution, method: &str, json: &str) -> Result<Box<dyn Stepper>, String> {
    let instance: Rc<dyn Instance> = Rc::new(problem);
    let method = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values = component::resolve(&method.info.params, FAMILY.components, &given).unwrap();
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    (method.build)(&input).map_err(|e| format!("{}: {}", e.field, e.message))
}

/// The largest of the first diagnostic over a run, and the others at its end.
fn largest(problem: Evolution, method: &str, json: &str, steps: u32) -> (f64, [f64; 3]) {
    let series = problem.series().len();
    let mut run = stepper(problem, method, json).unwrap();
    let mut out = vec![0.0; series + 4];
    let mut most = 0.0f64;
    for _ in 0..steps {
        run.advance(1).unwrap();
        run.measure(&mut out).unwrap();
        most = most.max(out[series]);
    }
    (most, [out[series + 1], out[series + 2], out[series + 3]])
}

const TRAINED: &str = r#""train": "a = 5; s = 0.3; x0 = 0.2", "span": 1, "dt": 0.01, "snapshots": 100"#;

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs(), "{a} is not {b}");
}

#[test]
fn modes_of_one_parameter_fail_at_another() {
    let json = format!(r#"{{"integrator": "implicit-euler", "modes": 6, {TRAINED}}}"#);
    let (error, [_, left, modes]) = largest(moving(5.0, 0.3, 0.5), "pde.pod-galerkin", &json, 100);
    near(error, 5.43e-1, 0.01);
    assert_eq!(modes, 6.0);
    let (error, _) = largest(moving(5.0, 0.3, 0.2), "pde.pod-galerkin", &json, 100);
    near(error, 6.54e-2, 0.01);
    // Singular values that are left out.
    assert!(left < 2.384e-3, "{left}");
    for (modes, ratio) in [(1, 2.263e-1), (3, 1.751e-2), (5, 2.384e-3), (7, 4.169e-4)] {
        let json = format!(r#"{{"integrator": "implicit-euler", "modes": {modes}, {TRAINED}}}"#);
        let (_, [_, left, _]) = largest(moving(5.0, 0.3, 0.5), "pde.pod-galerkin", &json, 1);
        near(left, ratio, 0.002);
    }
}

#[test]
fn a_space_that_grows_follows() {
    for ((a, s, x0), tol, error, full, modes) in [
        ((5.0, 0.3, 0.5), 0.3, 6.52e-2, 11.0, 17.0),
        ((5.0, 0.3, 0.5), 0.1, 1.74e-2, 14.0, 20.0),
        ((5.0, 0.3, 0.5), 0.01, 1.12e-3, 22.0, 28.0),
        ((8.0, -0.3, 0.8), 0.1, 1.76e-2, 15.0, 21.0),
        ((5.0, 0.3, 0.2), 0.01, 1.59e-3, 8.0, 14.0),
    ] {
        let json = format!(r#"{{"modes": 6, "tol": {tol}, {TRAINED}}}"#);
        let (found, [_, steps, count]) = largest(moving(a, s, x0), "pde.adaptive-rom", &json, 100);
        assert_eq!((steps, count), (full, modes), "{a} {s} {x0}, tolerance {tol}, error {found}");
        near(found, error, 0.03);
    }
}

#[test]
fn as_many_modes_as_there_are_make_no_error() {
    // Two modes of the sine, and a space of two: the projection is exact.
    let text = "u_t = 0.3*u_xx; u(0) = sin(pi*x) + sin(2*pi*x); all: u = 0";
    for integrator in ["euler", "rk4", "implicit-euler"] {
        let problem = named("pde.system", &format!(r#"{{"dimension": "1", "n": 40, "equations": "{text}"}}"#));
        let json = format!(r#"{{"integrator": "{integrator}", "modes": 5, "dt": 0.0005, "span": 0.05}}"#);
        let (error, [outside, _, modes]) = largest(problem, "pde.pod-galerkin", &json, 400);
        assert!(error < 1e-8 && outside < 1e-6, "{integrator}: {error} {outside}");
        assert_eq!(modes, 2.0);
    }
}

#[test]
fn wrong_training_names_the_field() {
    let refused = |json: &str| stepper(moving(5.0, 0.3, 0.5), "pde.pod-galerkin", json).err().unwrap();
    assert!(refused(r#"{"train": "b = 5"}"#).starts_with("train: the problem has no parameter b"));
    assert!(refused(r#"{"train": "a = "}"#).starts_with("train: "));
    assert!(refused(r#"{"dt": 0.01, "span": 1}"#).starts_with("dt: "), "RK4 is unstable here");
    assert!(refused(r#"{"dt": 1e-9, "span": 1}"#).starts_with("span: "));
    let still = named("pde.system", r#"{"dimension": "1", "n": 10, "equations": "u_t = u_xx; u(0) = 0; all: u = 0"}"#);
    assert!(stepper(still, "pde.pod-galerkin", "{}").err().unwrap().starts_with("span: nothing changed"));
}
