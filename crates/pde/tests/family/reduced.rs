//! Reduced models in time, against an independent program in NumPy on the same problem.

use std::rc::Rc;

use iterscope_core::{
    Artifact, Backend, Breakdown, Cell, Instance, MethodInput, Params, Progress, Stepper, Stop, component,
};
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

/// The last state of a run, the largest of the first diagnostic, and the others at its end.
fn course(problem: Evolution, method: &str, json: &str, steps: u32) -> (Vec<f64>, f64, Vec<f64>) {
    let series = problem.series().len();
    let count = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap().info.diagnostics.len();
    let mut run = stepper(problem, method, json).unwrap();
    let mut out = vec![0.0; series + count];
    let mut most = 0.0f64;
    for _ in 0..steps {
        run.advance(1).unwrap();
        run.measure(&mut out).unwrap();
        most = most.max(out[series]);
    }
    let Artifact::Table { rows, .. } = run.result().unwrap() else { panic!("a table") };
    let last = rows.iter().map(|row| if let Cell::Real(x) = row[1] { x } else { f64::NAN }).collect();
    (last, most, out.split_off(series + 1))
}

fn numbers(of: &serde_json::Value) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn carried(text: &str, n: usize) -> Evolution {
    named(
        "pde.advection",
        &format!(r#"{{"n": {n}, "advection": "central", "exact": "", "measures": "", "equations": "{text}"}}"#),
    )
}

const BURGERS: &str = "u_t = -u*u_x + 0.002*u_xx; u(0) = 0.5 + 0.2*sin(2*pi*x); periodic";
const HUMP: &str = "u_t = -dx(u) + 0.0005*u_xx; u(0) = exp(-((x - 0.2)/0.05)^2); periodic";

#[test]
fn a_frame_that_moves_is_that_of_another_program() {
    let oracle: serde_json::Value = serde_json::from_str(include_str!("../oracles/lagrangian.json")).unwrap();
    for (name, text, n, dt, steps) in [("burgers", BURGERS, 80, 0.0025, 240), ("hump", HUMP, 100, 0.005, 160)] {
        for run in oracle[name]["runs"].as_array().unwrap() {
            let modes = run["modes"].as_u64().unwrap() as usize;
            let json = format!(r#"{{"modes": {modes}, "dt": {dt}, "span": 0.5, "snapshots": 50}}"#);
            let (last, error, rest) = course(carried(text, n), "pde.lagrangian-basis", &json, steps);
            near(error, run["largest_error"].as_f64().unwrap(), 1e-4);
            for (ours, other) in last.iter().zip(numbers(&run["last"])) {
                assert!((ours - other).abs() < 1e-8, "{name}, {modes} modes: {ours} is not {other}");
            }
            assert_eq!(last.len(), n);
            near(rest[2], oracle[name]["values"][modes].as_f64().unwrap(), 1e-5);
            if name == "burgers" {
                near(rest[1], oracle[name]["positions"][modes].as_f64().unwrap(), 1e-5);
            } else {
                // All nodes are carried alike: one mode for the positions.
                assert_eq!((rest[1] < 1e-13, rest[3]), (true, 1.0 + modes as f64));
            }
        }
    }
}

#[test]
fn what_is_carried_alike_is_exact_in_one_mode() {
    // Half way round and beyond the training time: the start itself, moved by a number of cells.
    for text in [
        "u_t = -dx(c*u); c = 1; u(0) = exp(-((x - 0.2)/0.05)^2); periodic",
        "u_t = -c*u_x; c = 1; u(0) = exp(-((x - 0.2)/0.05)^2); periodic",
    ] {
        let json = r#"{"modes": 2, "dt": 0.01, "span": 0.2}"#;
        let (last, error, rest) = course(carried(text, 100), "pde.lagrangian-basis", json, 150);
        for (j, u) in last.iter().enumerate() {
            // By 50 of 100 cells.
            let x = ((j + 50) % 100) as f64 / 100.0 - 0.2;
            let exact = libm::exp(-(x / 0.05) * (x / 0.05));
            assert!((u - exact).abs() < 1e-9, "{u} {exact}");
        }
        assert!(error < 1e-9 && rest[3] == 1.0 && (rest[0] - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_shock_ends_the_moving_frame_with_words() {
    let mut run = stepper(
        carried("u_t = -u*u_x; u(0) = 0.5 + 0.2*sin(2*pi*x); periodic", 40),
        "pde.lagrangian-basis",
        r#"{"modes": 2, "dt": 0.01, "span": 0.5}"#,
    )
    .unwrap();
    let progress = run.advance(200).unwrap();
    assert_eq!(progress, Progress::Stopped(Stop::Breakdown(Breakdown::Tangled)));
    // Characteristics cross at 1 / (0.4 pi), nodes of a grid a little later.
    assert!((0.79..0.82).contains(&run.clock().unwrap()), "{:?}", run.clock());
    let refused = |text: &str| stepper(carried(text, 20), "pde.lagrangian-basis", "{}").err().unwrap();
    assert!(refused("u_t = -u*u_x; u(0) = x; left: u = 0; right: u = 1").contains("periodic"));
    assert!(refused("u_t = -v*u_x; v_t = 0; u(0) = x; v(0) = 1; periodic").contains("one field"));
    assert!(refused("u_t = -u*u_x - u_xxx; u(0) = sin(2*pi*x); periodic").contains("up to the second"));
    assert!(refused("u_t = 0; u(0) = 1; periodic").starts_with("span: "));
}

#[test]
fn a_painted_state_begins_a_new_frame() {
    let mut run = stepper(carried(HUMP, 60), "pde.lagrangian-basis", r#"{"dt": 0.005, "span": 0.2}"#).unwrap();
    run.advance(10).unwrap();
    let kept = run.save().unwrap();
    let table = |run: &mut Box<dyn Stepper>| format!("{:?}", run.result().unwrap());
    run.advance(5).unwrap();
    let straight = table(&mut run);
    run.load(&kept).unwrap();
    run.advance(5).unwrap();
    assert_eq!(table(&mut run), straight);
    run.load(&kept).unwrap();
    run.set("brush.u", &"0.5,0.05,0.3".into()).unwrap();
    run.advance(5).unwrap();
    assert_ne!(table(&mut run), straight);
}

#[test]
fn a_dictionary_is_that_of_another_program() {
    let oracle: serde_json::Value = serde_json::from_str(include_str!("../oracles/dictionary.json")).unwrap();
    for run in oracle["runs"].as_array().unwrap() {
        let real = |key: &str| run[key].as_f64().unwrap();
        let (clusters, modes, overlap) = (&run["clusters"], &run["modes"], real("overlap"));
        let json = format!(
            r#"{{"clusters": {clusters}, "modes": {modes}, "overlap": {overlap}, "dt": 0.005, "span": 0.5, "snapshots": 400}}"#
        );
        let steps = (real("until") / 0.005).round() as u32;
        let (last, error, rest) = course(carried(HUMP, 100), "pde.dictionary-rom", &json, steps);
        near(error, real("largest_error"), 1e-6);
        for (ours, other) in last.iter().zip(numbers(&run["last"])) {
            assert!((ours - other).abs() < 1e-8, "{json}: {ours} is not {other}");
        }
        assert_eq!(rest[3], run["modes"].as_f64().unwrap());
    }
    let refused = |json: &str| stepper(carried(HUMP, 20), "pde.dictionary-rom", json).err().unwrap();
    assert!(refused(r#"{"clusters": 40, "snapshots": 10}"#).starts_with("clusters: there are 11"));
    let still = carried("u_t = u_xx; u(0) = 0; periodic", 20);
    assert!(stepper(still, "pde.dictionary-rom", "{}").err().unwrap().starts_with("span: all states"));
}
