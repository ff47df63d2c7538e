//! Networks that are moved in time, beside the methods that do the same without.

use std::rc::Rc;

use iterscope_core::{Artifact, Backend, Cell, Instance, MethodInput, Params, Stepper, component};
use iterscope_pde::FAMILY;

use crate::evolution::named;

const WAVE: &str = r#"{"dimension": "1", "n": 24, "x_max": 6.283185307179586, "equations": "u_t = 0.1*u_xx - u*u_x; u(0) = 1 + sin(x)/2; periodic"}"#;

fn stepper(problem: &str, method: &str, json: &str) -> Result<Box<dyn Stepper>, String> {
    let instance: Rc<dyn Instance> = Rc::new(named("pde.system", problem));
    let method = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values = component::resolve(&method.info.params, FAMILY.components, &given).unwrap();
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 4 };
    (method.build)(&input).map_err(|e| format!("{}: {}", e.field, e.message))
}

fn after(method: &str, json: &str, steps: u32) -> Vec<f64> {
    let mut run = stepper(WAVE, method, json).unwrap();
    run.advance(steps).unwrap();
    column(run.as_mut())
}

/// The values at the nodes.
fn column(run: &mut dyn Stepper) -> Vec<f64> {
    let Artifact::Table { rows, .. } = run.result().unwrap() else { panic!("a table") };
    rows.iter().map(|row| if let Some(&Cell::Real(x)) = row.last() { x } else { f64::NAN }).collect()
}

#[test]
fn a_network_goes_where_the_step_goes() {
    for (network, plain, extra) in [("pde.teng", "pde.euler", r#", "order": "1""#), ("pde.teng", "pde.heun", "")] {
        let (a, b) = (after(network, &format!(r#"{{"dt": 0.05{extra}}}"#), 10), after(plain, r#"{"dt": 0.05}"#, 10));
        let start = after(plain, r#"{"dt": 1e-9}"#, 1);
        let norm = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
        assert!(norm(&a, &b) < 1e-3 * norm(&start, &b), "{network}: {} of {}", norm(&a, &b), norm(&start, &b));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let line = |equations: &str| format!(r#"{{"dimension": "1", "n": 12, "equations": "{equations}"}}"#);
    let two = line("u_t = v; v_t = u_xx; u(0) = x; v(0) = 0; periodic");
    let fourth = line("u_t = -u_xxxx; u(0) = sin(2*pi*x); periodic");
    let robin = line("u_t = u_xx; u(0) = x; all: du/dn + u = 0");
    let placed = line("u_t = -x*u_x; u(0) = sin(2*pi*x); periodic");
    let front = line("u_t = abs(u_x) + u_x^2; u(0) = sin(2*pi*x); periodic");
    let wide = r#"{"dimension": "2", "n": 60, "equations": "u_t = lap(u); u(0) = x; all: u = 0"}"#.to_owned();
    for (method, problem, words) in [
        ("pde.teng", &two, "a system of one field"),
        ("pde.teng", &wide, "3721 nodes are too many"),
        ("pde.insr", &two, "a system of one field"),
        ("pde.insr", &fourth, "derivatives of an order above 2"),
        ("pde.insr", &robin, "sides that are joined or where u or du/dn is given"),
        ("pde.predicting-change", &wide, "a field on a line"),
        ("pde.predicting-change", &placed, "do not depend on place or time"),
        ("pde.predicting-change", &robin, "ends are joined"),
        ("pde.lagrangian-pinn", &placed, "do not depend on the place"),
        ("pde.lagrangian-pinn", &front, "u_x occurs in linearly"),
        ("pde.neural-level-set", &robin, "sides that are joined or where u or du/dn is given"),
    ] {
        let error = stepper(problem, method, "{}").err().unwrap_or_else(|| panic!("{method} takes {problem}"));
        assert!(error.starts_with("method: ") && error.contains(words), "{method}: {error}");
    }
    let smooth = line("u_t = u_xx; u(0) = sin(2*pi*x); periodic");
    let error = stepper(&smooth, "pde.predicting-change", r#"{"modes": 1}"#).err().unwrap();
    assert!(error.starts_with("reach: "), "{error}");
    let error = stepper(&smooth, "pde.predicting-change", r#"{"spacing": 1000, "courses": 200}"#).err().unwrap();
    assert!(error.starts_with("spacing: "), "{error}");
}

/// What the programs in `oracles` come to.
fn oracle(text: &str, path: &[&str]) -> Vec<f64> {
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let at = path.iter().fold(&all, |at, key| &at[*key]);
    serde_json::from_value(at.clone()).unwrap()
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len());
    let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(off <= tolerance, "{what}: {off:e}");
}

/// The same network, random places and steps in NumPy, with derivatives by complex steps.
#[test]
fn networks_go_where_those_of_another_program_go() {
    let text = include_str!("../oracles/networks.json");
    let shape = r#""features": 4, "width": 5"#;
    for (key, method, json, steps) in [
        ("teng-1", "pde.teng", r#""dt": 0.05, "order": "1""#, 5),
        ("teng-2", "pde.teng", r#""dt": 0.05"#, 5),
        ("insr-trapezoidal", "pde.insr", r#""dt": 0.1, "points": 80"#, 4),
        ("insr-implicit-euler", "pde.insr", r#""dt": 0.1, "points": 80, "scheme": "implicit-euler""#, 4),
    ] {
        let found = after(method, &format!("{{{shape}, {json}}}"), steps);
        assert_near(&found, &oracle(text, &[key]), 1e-10, key);
    }
}

/// The same for networks of space and time, after some steps of least squares.
#[test]
fn courses_are_those_of_another_program() {
    let text = include_str!("../oracles/networks.json");
    let shape = r#""span": 0.5, "intervals": 2, "features": 3, "width": 6, "points": 60"#;
    for (key, json, steps) in [
        ("standing", r#""start_points": 20, "frame": "places""#, 4),
        ("carried-places", r#""start_points": 20"#, 8),
        ("carried-labels", r#""start_points": 20, "diffusion": "labels""#, 8),
    ] {
        let found = after("pde.lagrangian-pinn", &format!("{{{shape}, {json}}}"), steps);
        assert_near(&found, &oracle(text, &[key]), 1e-8, key);
    }
    let curve = r#"{"dimension": "2", "n": 12, "x_max": 6.283185307179586, "y_max": 6.283185307179586,
        "equations": "u_t = 0.2*(u_xx*u_y^2 - 2*u_x*u_y*u_xy + u_yy*u_x^2)/(u_x^2 + u_y^2 + 1e-3); u(0) = cos(x) + cos(y) + 0.8; periodic"}"#;
    let mut run = stepper(curve, "pde.neural-level-set", &format!(r#"{{{shape}, "start_points": 30}}"#)).unwrap();
    run.advance(4).unwrap();
    assert_near(&column(run.as_mut()), &oracle(text, &["level-set"]), 1e-8, "level-set");
}

/// Examples by the exact solution of each wave, and least squares by singular values.
#[test]
fn learned_stencils_are_those_of_another_program() {
    let text = include_str!("../oracles/predicting_change.json");
    let waves = r#"{"dimension": "1", "n": 32, "x_max": 6.283185307179586,
        "equations": "u_t = -u_x + 0.05*u_xx; u(0) = cos(x + 0.3) + cos(2*x + 1.1) + cos(3*x + 2.5) + cos(4*x + 4) + cos(5*x + 5.2); periodic"}"#;
    for (target, integrator) in
        [("state", "state"), ("forward", "euler"), ("forward", "ab2"), ("central", "heun"), ("richardson", "rk4")]
    {
        let advances = if target == "state" { "rk4" } else { integrator };
        let json = format!(
            r#"{{"dt": 0.05, "target": "{target}", "integrator": "{advances}", "courses": 3, "snapshots": 8}}"#
        );
        let mut run = stepper(waves, "pde.predicting-change", &json).unwrap();
        run.advance(10).unwrap();
        let expected = oracle(text, &["states", &format!("{target} {integrator}")]);
        // Here examples are integrated in time, there they are exact.
        assert_near(&column(run.as_mut()), &expected, 1e-6, target);
    }
}
