//! Incompressible flow, against a program in velocities and pressure (`tests/oracles/cavity.py`), closed forms and a table.

use std::collections::BTreeMap;
use std::rc::Rc;

use iterscope_core::{Artifact, Backend, Cell, Instance, MethodInput, Params, Stepper, Values, component};
use iterscope_kernels::csr::Csr;
use iterscope_pde::FAMILY;
use iterscope_pde::problems::navier_stokes::{self, PROBLEM};
use iterscope_pde::system::Part;
use iterscope_pde::time::problem::Evolution;
use iterscope_pde::time::stepper::{Live, Moment};
use serde_json::Value as Json;

fn values(json: &str) -> Values {
    let given: Params = serde_json::from_str(json).unwrap();
    Values::resolve(&PROBLEM.info.params, &given).unwrap()
}

fn problem(json: &str) -> Evolution {
    navier_stokes::build(&values(json)).unwrap_or_else(|e| panic!("{}: {}", e.field, e.message))
}

fn oracle() -> Json {
    serde_json::from_str(include_str!("../oracles/cavity.json")).unwrap()
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

/// A method on the problem, at its beginning.
fn stepper(problem: Evolution, method: &str, json: &str) -> Result<Box<dyn Stepper>, String> {
    let instance: Rc<dyn Instance> = Rc::new(problem);
    let method = FAMILY.methods.iter().find(|m| m.info.id == method).unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let values = component::resolve(&method.info.params, FAMILY.components, &given).unwrap();
    let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed: 0 };
    (method.build)(&input).map_err(|e| format!("{}: {}", e.field, e.message))
}

/// The stream function at all nodes at a time, row by row.
fn psi_at(problem: Evolution, method: &str, json: &str, until: f64) -> Vec<f64> {
    let mut run = stepper(problem, method, json).unwrap();
    run.end_at(until);
    run.advance(u32::MAX).unwrap();
    let Artifact::Table { columns, rows } = run.result().unwrap() else { panic!("a table") };
    let place = columns.iter().position(|c| c == "psi").unwrap();
    rows.iter().map(|row| if let Cell::Real(x) = row[place] { x } else { f64::NAN }).collect()
}

/// The velocity along x on the vertical line through the middle of a cavity, and the energy.
fn middle_and_energy(psi: &[f64], n: usize) -> (Vec<f64>, f64) {
    let m = n + 1;
    let u = |i: usize, j: usize| (psi[(j + 1) * m + i] - psi[j * m + i]) * n as f64;
    let v = |i: usize, j: usize| (psi[j * m + i] - psi[j * m + i + 1]) * n as f64;
    let pairs = || (0..n).flat_map(|a| (1..n).map(move |b| (a, b)));
    let squares = pairs().map(|(a, b)| u(b, a) * u(b, a) + v(a, b) * v(a, b)).sum::<f64>();
    ((0..n).map(|j| u(n / 2, j)).collect(), 0.5 * squares / (n * n) as f64)
}

/// All series of a state.
fn measured(problem: &Evolution, values: Vec<f64>) -> BTreeMap<String, f64> {
    let mut out = vec![f64::NAN; problem.series().len()];
    problem.referee().measure(&Moment { time: 0.0, values, slab: Vec::new(), live: Live::default() }, &mut out);
    problem.series().iter().map(|s| s.key.to_string()).zip(out).collect()
}

/// The state of a cavity from the stream function at all nodes.
fn inner(psi: &[f64], n: usize) -> Vec<f64> {
    (1..n).flat_map(|j| (1..n).map(move |i| psi[j * (n + 1) + i])).collect()
}

#[test]
fn steps_and_steady_flow_are_those_of_velocities_and_pressure() {
    let oracle = oracle();
    let psi = psi_at(problem(r#"{"n": 12}"#), "pde.euler", r#"{"dt": 0.01}"#, 0.2);
    let (middle, energy) = middle_and_energy(&psi, 12);
    near(energy, oracle["euler-12"]["energy"].as_f64().unwrap(), 1e-13);
    let expected = numbers(&oracle["euler-12"]["u_middle"]);
    middle.iter().zip(&expected).for_each(|(a, b)| near(*a, *b, 1e-12));
    let p = problem(r#"{"n": 12}"#);
    near(measured(&p, inner(&psi, 12))["energy"], energy, 1e-14);
    // The sum of all rates of modes there.
    let jacobian = p.system().jacobian(Part::All, 0.0, &inner(&psi, 12));
    let trace = (0..121).map(|i| jacobian.entry(i, i)).sum::<f64>();
    near(trace, oracle["euler-12"]["trace"].as_f64().unwrap(), 1e-8);
    for n in [16, 24] {
        let p = problem(&format!(r#"{{"n": {n}}}"#));
        let steady = p.linearised_about().expect("it is found");
        let mut all = vec![0.0; (n + 1) * (n + 1)];
        for (k, psi) in steady.iter().enumerate() {
            all[(k / (n - 1) + 1) * (n + 1) + k % (n - 1) + 1] = *psi;
        }
        let (middle, energy) = middle_and_energy(&all, n);
        let expected = &oracle[format!("steady-{n}")];
        near(energy, expected["energy"].as_f64().unwrap(), 1e-11);
        middle.iter().zip(numbers(&expected["u_middle"])).for_each(|(a, b)| near(*a, b, 1e-10));
        let least = steady.iter().fold(0.0f64, |m, x| m.min(*x));
        near(least, expected["psi_node_min"].as_f64().unwrap(), 1e-11);
        let series = measured(&p, steady);
        assert!(series["distance"] < 1e-12 && series["rate"] < 1e-10 && series["divergence"] < 1e-12, "{series:?}");
    }
}

#[test]
fn the_cavity_meets_the_table() {
    let p = problem(r#"{"n": 64}"#);
    let series = measured(&p, p.linearised_about().unwrap());
    assert!(series["table"] < 0.01, "{series:?}");
    assert!((series["vortex"] / 0.1034 - 1.0).abs() < 0.01, "{series:?}");
}

#[test]
fn a_run_comes_to_the_steady_flow() {
    let p = problem(r#"{"n": 12}"#);
    let mut run = stepper(problem(r#"{"n": 12}"#), "pde.implicit-euler", r#"{"dt": 1}"#).unwrap();
    let mut out = vec![0.0; p.series().len() + 2];
    run.advance(120).unwrap();
    run.measure(&mut out).unwrap();
    let distance = p.series().iter().position(|s| s.key == "distance").unwrap();
    assert!(out[distance] < 1e-10, "{out:?}");
}

#[test]
fn vortices_decay_as_the_grid_says() {
    // exp(-2 nu t (2 - 2 cos h) / h^2) for nu = 0.1, t = 1, h = 2 pi / 32.
    let factor = 0.819_256_323_482_719_5;
    for method in ["pde.rk4", "pde.dopri5"] {
        let json = if method == "pde.rk4" { r#"{"dt": 0.01}"# } else { r#"{"rtol": 1e-12, "atol": 1e-15}"# };
        let start = problem(r#"{"flow": "taylor-green", "re": 10, "n": 32}"#);
        let before = start.start.to_vec();
        let after = psi_at(start, method, json, 1.0);
        // The first value stays as it is: that is the constant.
        let ratio = (after[16] - after[8 * 32]) / (before[16] - before[8 * 32]);
        near(ratio, factor, 1e-10);
    }
    let p = problem(r#"{"flow": "taylor-green", "re": 10, "n": 32}"#);
    let series = measured(&p, p.start.to_vec());
    assert!(series["error.l2.rel"] < 1e-14, "the start is projected from the exact velocities: {series:?}");
    near(series["energy"], std::f64::consts::PI * std::f64::consts::PI, 1e-10);
}

#[test]
fn implicit_steps_solve_the_same_equations() {
    for flow in [
        r#"{"n": 12, "lid": "16*x^2*(1 - x)^2*(1 + t)", "force_y": "sin(3*x)*y"}"#,
        r#"{"n": 15, "re": 50, "flow": "shear-layers"}"#,
    ] {
        let reference = psi_at(problem(flow), "pde.rk4", r#"{"dt": 0.0025}"#, 0.4);
        for (method, order) in [
            ("pde.implicit-euler", 1.0),
            ("pde.crank-nicolson", 2.0),
            ("pde.bdf2", 2.0),
            ("pde.sdirk", 2.0),
            ("pde.imex", 2.0),
            ("pde.etdrk4", 4.0),
        ] {
            let error = |dt: f64| -> f64 {
                let psi = psi_at(problem(flow), method, &format!(r#"{{"dt": {dt}}}"#), 0.4);
                psi.iter().zip(&reference).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
            };
            let (one, two) = (error(0.02), error(0.01));
            let seen = libm::log2(one / two);
            assert!((seen - order).abs() < 0.35, "{method} on {flow}: {one} {two}, order {seen}");
        }
    }
}

#[test]
fn the_sparse_derivative_is_that_of_the_rate() {
    for json in [r#"{"n": 9, "re": 40}"#, r#"{"n": 7, "re": 40, "flow": "shear-layers"}"#] {
        let p = problem(json);
        let mut system = p.system();
        let n = system.len();
        let u: Vec<f64> = (0..n).map(|k| libm::sin(1.7 * k as f64) / 30.0).collect();
        for part in [Part::All, Part::Stiff, Part::Rest] {
            let mut sparse = Csr { rows: 0, cols: 0, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() };
            system.sparse_jacobian_into(part, 0.0, &u, &mut sparse);
            let whole = system.jacobian(part, 0.0, &u);
            let v: Vec<f64> = (0..n).map(|k| libm::cos(2.3 * k as f64)).collect();
            let (mut a, mut b, mut c) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
            sparse.matvec(&v, &mut a);
            whole.matvec(&v, &mut c);
            system.mass().unwrap().matvec(&c, &mut b);
            let size = a.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            // On a joined square M keeps the first value: its own row says nothing.
            a.iter().zip(&b).for_each(|(a, b)| near(*a, *b, 1e-9 * size));
            // Central differences of a quadratic rate are exact.
            let shifted = |sign: f64| u.iter().zip(&v).map(|(u, v)| u + sign * 0.1 * v).collect::<Vec<_>>();
            let (mut over, mut under) = (vec![0.0; n], vec![0.0; n]);
            system.rate(part, 0.0, &shifted(1.0), &mut over);
            system.rate(part, 0.0, &shifted(-1.0), &mut under);
            let size = c.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            c.iter().zip(over.iter().zip(&under)).for_each(|(c, (o, d))| near(*c, (o - d) / 0.2, 1e-9 * size));
        }
    }
}

#[test]
fn without_viscosity_energy_stays() {
    // Central differences in this form keep the energy of what has no divergence; only the viscosity takes it.
    let p = problem(r#"{"n": 16, "flow": "shear-layers", "re": 100000}"#);
    let (mut system, mut rate) = (p.system(), vec![0.0; p.start.len()]);
    system.rate(Part::Rest, 0.0, &p.start, &mut rate);
    let mut product = vec![0.0; rate.len()];
    system.mass().unwrap().matvec(&rate, &mut product);
    let first = p.start[0];
    let change = p.start.iter().zip(&product).map(|(psi, r)| (psi - first) * r).sum::<f64>();
    let size = p.start.iter().zip(&product).map(|(psi, r)| (psi * r).abs()).sum::<f64>();
    assert!(change.abs() < 1e-11 * size, "{change} of {size}");
}

#[test]
fn wrong_input_names_the_field() {
    let refused = |json: &str| navier_stokes::build(&values(json)).err().map(|e| (e.field.clone(), e.message.clone()));
    assert_eq!(refused(r#"{"lid": "1/x"}"#).unwrap().0, "lid");
    assert_eq!(refused(r#"{"force_x": "z"}"#).unwrap().0, "force_x");
    assert!(refused(r#"{"lid": "1/x", "flow": "taylor-green"}"#).is_none(), "there is no lid");
    let error = stepper(problem(r#"{"n": 64}"#), "pde.radau5", "{}").err().unwrap();
    assert!(error.starts_with("method: "), "{error}");
}
