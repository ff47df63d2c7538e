//! Methods that are parallel in time: what is exact after how many iterations, and numbers computed independently.

use std::rc::Rc;

use iterscope_core::{Backend, Instance, MethodInput, Params, Progress, Stepper, Values, component};
use iterscope_pde::FAMILY;
use iterscope_pde::time::problem::Evolution;

use crate::time::system;

fn run(evolution: &Rc<dyn Instance>, method: &str, json: &str) -> Box<dyn Stepper> {
    let method = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values: Values = component::resolve(&method.info.params, FAMILY.components, &given).unwrap();
    let input = MethodInput { instance: evolution, values: &values, backend: Backend::CpuF64, seed: 0 };
    (method.build)(&input).unwrap()
}

/// Residual, error and evaluations in sequence after each of some iterations, the first guess first.
fn diagnostics(evolution: &Rc<dyn Instance>, method: &str, json: &str, iterations: usize) -> Vec<[f64; 3]> {
    let mut stepper = run(evolution, method, json);
    let series = evolution.series().len();
    let mut out = vec![0.0; series + 3];
    let mut all = Vec::new();
    for k in 0..=iterations {
        if k > 0 {
            assert!(matches!(stepper.advance(1), Ok(Progress::Advanced)), "{method} at {k}");
        }
        stepper.measure(&mut out).unwrap();
        all.push([out[series], out[series + 1], out[series + 2]]);
    }
    all
}

fn heat() -> Rc<dyn Instance> {
    let json =
        r#"{"dimension": "1", "n": 16, "equations": "u_t = lap(u) + 10*sin(20*t)*x; u(0) = sin(pi*x); all: u = 0"}"#;
    Rc::new(system(json))
}

#[test]
fn iterations_end_where_marching_does() {
    let heat = heat();
    let slab = r#""span": 0.2, "intervals": 10, "fine": "implicit-euler", "fine_steps": 8"#;
    // After k iterations the first k moments are exact, so that all are after as many as there are intervals.
    for (method, more) in [
        ("pde.parareal", ""),
        ("pde.parallel-jacobi", ""),
        ("pde.deer", ""),
        ("pde.mgrit", r#", "coarsening": 2, "levels": 2, "relaxation": "f""#),
    ] {
        let all = diagnostics(&heat, method, &format!("{{{slab}{more}}}"), 10);
        assert!(all[0][1] > 1e-3, "{method} begins elsewhere: {all:?}");
        assert!(all[10][0] < 1e-9 && all[10][1] < 1e-9, "{method}: {all:?}");
    }
    // Of a linear system Newton's method is done at once, up to the difference that stands for its derivative.
    assert!(diagnostics(&heat, "pde.deer", &format!("{{{slab}}}"), 1)[1][1] < 1e-6);
    // All in one block is marching.
    assert!(diagnostics(&heat, "pde.parallel-jacobi", &format!(r#"{{{slab}, "block": 10}}"#), 1)[1][1] < 1e-14);
}

#[test]
fn parareal_is_multigrid_with_two_grids() {
    // With relaxation F and implicit Euler, coarse steps as long as an interval: the same iterates at the coarse moments
    // (M. J. Gander and S. Vandewalle, SIAM Journal on Scientific Computing 29, 2007).
    let heat = heat();
    let parareal =
        r#"{"span": 0.2, "intervals": 5, "fine": "implicit-euler", "fine_steps": 4, "coarse": "implicit-euler"}"#;
    let mgrit = r#"{"span": 0.2, "intervals": 20, "fine": "implicit-euler", "fine_steps": 1, "coarsening": 4, "levels": 2, "relaxation": "f"}"#;
    let of = |method: &str, json: &str| {
        let mut stepper = run(&heat, method, json);
        let mut ends = Vec::new();
        for _ in 0..5 {
            stepper.advance(1).unwrap();
            let mut out = vec![0.0; heat.series().len() + 3];
            stepper.measure(&mut out).unwrap();
            let mean = heat.series().iter().position(|s| s.key == "mean.u").unwrap();
            ends.push(out[mean]);
        }
        ends
    };
    let (a, b) = (of("pde.parareal", parareal), of("pde.mgrit", mgrit));
    // A V-cycle from the constant guess first does what Parareal's first guess does: compared is how fast both come to the same end.
    let end = a[4];
    assert!((b[4] - end).abs() < 1e-9 * end.abs());
    for k in 1..4 {
        let (x, y) = ((a[k] - end).abs(), (b[k] - end).abs());
        assert!(x < 0.5 * (a[k - 1] - end).abs() && y < 0.5 * (b[k - 1] - end).abs(), "{a:?} {b:?}");
    }
}

/// The recursion `h_t = tanh(alpha W h_{t-1} + U x_t)` as Euler's method with steps of length 1.
fn recursion(alpha: f64, steps: usize) -> (Rc<dyn Instance>, String) {
    let text = "u_t = tanh(a*(-0.527089*u - 0.261459*v) - 0.898913*(sin(0.1*t) + 0.5*sin(0.37*t))) - u; \
                v_t = tanh(a*(0.008484*u + 0.409767*v) - 0.260963*(sin(0.1*t) + 0.5*sin(0.37*t))) - v; periodic";
    let problem: Evolution = system(&format!(r#"{{"dimension": "1", "n": 2, "equations": "{text}; a = {alpha}"}}"#));
    (Rc::new(problem), format!(r#"{{"span": {steps}, "intervals": {steps}, "fine": "euler", "fine_steps": 1}}"#))
}

#[test]
fn sweeps_over_a_recursion_do_not_depend_on_its_length() {
    // Computed independently: 10 sweeps for alpha = 0.5 and 20 for alpha = 1 to an error of 1e-6, whatever the length.
    for (alpha, steps, sweeps) in [(0.5, 300, 10), (1.0, 300, 20), (1.0, 1000, 20)] {
        let (problem, slab) = recursion(alpha, steps);
        let all = diagnostics(&problem, "pde.parallel-jacobi", &slab, sweeps + 3);
        let needed = all.iter().position(|d| d[1] < 1e-6).unwrap();
        assert!(needed.abs_diff(sweeps) <= 1, "{alpha}: {needed}, {all:?}");
    }
}

#[test]
fn newton_over_a_recursion_converges_quadratically() {
    // Computed independently for alpha = 1: largest errors 6.2e-2, 4.5e-4, 1.9e-8, 2.2e-16.
    let (problem, slab) = recursion(1.0, 1000);
    let all = diagnostics(&problem, "pde.deer", &slab, 4);
    for (k, expected) in [(1, 6.2e-2), (2, 4.5e-4), (3, 1.9e-8)] {
        let ratio = all[k][1] / expected;
        assert!((0.4..2.5).contains(&ratio), "{k}: {all:?}");
    }
    assert!(all[4][1] < 1e-12);
}

#[test]
fn a_run_continues_from_what_was_saved() {
    let heat = heat();
    let marching = r#"{"span": 0.2, "intervals": 8, "fine": "implicit-euler", "fine_steps": 2}"#;
    for (method, json) in [
        ("pde.parareal", marching),
        ("pde.mgrit", marching),
        ("pde.deer", marching),
        ("pde.parallel-jacobi", marching),
        ("pde.midpoint-all-at-once", r#"{"span": 0.2, "intervals": 8}"#),
    ] {
        let (mut a, mut b) = (run(&heat, method, json), run(&heat, method, json));
        let mut out = [vec![0.0; heat.series().len() + 3], vec![0.0; heat.series().len() + 3]];
        a.advance(2).unwrap();
        let saved = a.save().unwrap();
        a.advance(1).unwrap();
        a.measure(&mut out[0]).unwrap();
        b.load(&saved).unwrap();
        b.advance(1).unwrap();
        b.measure(&mut out[1]).unwrap();
        assert_eq!(out[0], out[1], "{method}");
    }
}

#[test]
fn all_steps_at_once_come_to_what_marching_does() {
    let heat = heat();
    for (json, iterations) in [
        (r#"{"span": 0.2, "intervals": 8}"#, 120),
        (r#"{"span": 0.2, "intervals": 8, "solver": "lsqr"}"#, 400),
        (r#"{"span": 0.2, "intervals": 8, "preconditioner": "ilu0"}"#, 30),
    ] {
        let all = diagnostics(&heat, "pde.midpoint-all-at-once", json, iterations);
        assert!(all[0][1] > 1e-2 && all[iterations][1] < 1e-8, "{json}: {:?} {:?}", all[0], all[iterations]);
    }
}

#[test]
fn the_midpoint_rule_keeps_the_norm_of_a_quantum_state() {
    // A periodic ring: i psi_t = -psi_xx/2 in real and imaginary part.
    let text = "u_t = -lap(v)/2; v_t = lap(u)/2; u(0) = exp(-50*(x-0.5)^2)*cos(20*x); v(0) = exp(-50*(x-0.5)^2)*sin(20*x); periodic";
    let json = format!(r#"{{"dimension": "1", "n": 20, "equations": "{text}", "measures": "norm = u^2 + v^2"}}"#);
    let ring: Rc<dyn Instance> = Rc::new(system(&json));
    let slab = r#"{"span": 0.02, "intervals": 20, "preconditioner": "ilu0"}"#;
    let mut stepper = run(&ring, "pde.midpoint-all-at-once", slab);
    let norm = ring.series().iter().position(|s| s.key == "measure.norm").unwrap();
    let mut out = vec![0.0; ring.series().len() + 3];
    stepper.measure(&mut out).unwrap();
    let start = out[norm];
    for _ in 0..60 {
        let _ = stepper.advance(1).unwrap();
    }
    stepper.measure(&mut out).unwrap();
    assert!((out[norm] / start - 1.0).abs() < 1e-9, "{start} {}", out[norm]);
}
