//! Eigenvalues and modes against closed forms and the oracle spec-01 (five-point matrices made with numpy 2.4.6, eigenvalues by scipy 1.17.1's
//! `eigsh` around zero; literature for the L-shape and Bessel's zeros for the disc), which stands with the solvers' own tests.

use std::f64::consts::PI;

use iterscope_core::{Artifact, Cell, Stepper, Stop};
use iterscope_pde::problems::eigen::{DISCRETE, EXACT, EigenProblem, ORTHOGONALITY, Spectrum};

use crate::bench::{Bench, Ended};

const L_SHAPE: &str = r#""x_min": -1, "y_min": -1, "domain": "not (x >= 0 and y <= 0)", "known": "9.6397238440, 15.1972519265, 2*pi^2", "modes": 3"#;
const DISC: &str = r#""x_min": -1, "y_min": -1, "domain": "x^2 + y^2 < 1 - 1e-12", "modes": 1"#;

fn eigen(params: &str, run: &str) -> Bench {
    Bench::new(&json(params, run))
}

fn json(params: &str, run: &str) -> String {
    format!(r#"{{"schema": 1, "problem": {{"id": "pde.eigen", "params": {{{params}}}}}, "runs": [{run}]}}"#)
}

fn method(name: &str, params: &str) -> String {
    format!(r#"{{"method": "pde.{name}", "params": {{{params}}}}}"#)
}

fn oracle() -> serde_json::Value {
    let path =
        format!("{}/../linear/tests/oracles/spec-01-laplace-eigenvalues-lshape-disc.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["expected"].clone()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn spectrum(bench: &Bench) -> Spectrum {
    let problem = bench.instance.as_any().downcast_ref::<EigenProblem>().expect("an eigenproblem");
    problem.spectrum().expect("it is small enough").clone()
}

/// Eigenvalues that a run ended with.
fn values(bench: &Bench, ended: &Ended, count: usize) -> Vec<f64> {
    (1..=count).map(|i| ended.values[bench.place(&format!("eigenvalue.{i}"))]).collect()
}

fn close(found: &[f64], known: &[f64], tolerance: f64, what: &str) {
    assert!(found.len() >= known.len(), "{what}: {found:?}");
    for (a, b) in found.iter().zip(known) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {found:?}, known {known:?}");
    }
}

const BLOCKS: [(&str, &str); 5] = [
    ("lanczos", ""),
    ("lanczos", r#""on": "inverse""#),
    ("lobpcg", ""),
    ("lobpcg", r#""preconditioner": "ic0""#),
    ("subspace-iteration", ""),
];

#[test]
fn the_l_shape_to_the_digits_of_the_oracle() {
    let expected = oracle();
    for n in [32, 64] {
        let known = numbers(&expected[format!("lshape_fd_n{n} (h=2/n)")]);
        let bench = eigen(&format!(r#""n": {n}, {L_SHAPE}"#), &method("lobpcg", r#""preconditioner": "aggregation""#));
        let s = spectrum(&bench);
        assert!(!s.formula);
        close(&s.lowest, &known, 1e-9, "for reference");
        let ended = bench.run(0);
        assert_eq!(ended.stop, Stop::Converged);
        close(&values(&bench, &ended, 3), &known, 1e-8, "LOBPCG with aggregation");
        assert!(ended.values[bench.place(ORTHOGONALITY)] < 1e-10);
    }
    for (name, params) in BLOCKS {
        let bench = eigen(&format!(r#""n": 32, {L_SHAPE}"#), &method(name, params));
        let ended = bench.run(0);
        let known = numbers(&expected["lshape_fd_n32 (h=2/n)"]);
        assert_eq!(ended.stop, Stop::Converged, "{name} {params}: {ended:?}");
        close(&values(&bench, &ended, 3), &known, 1e-8, name);
    }
    for (name, shift, mode) in [("inverse-iteration", 0, 0), ("rayleigh-quotient", 15, 1), ("inverse-iteration", 19, 2)]
    {
        let bench = eigen(&format!(r#""n": 32, {L_SHAPE}"#), &method(name, &format!(r#""shift": {shift}"#)));
        let ended = bench.run(0);
        assert_eq!(ended.stop, Stop::Converged, "{name}: {ended:?}");
        let known = numbers(&expected["lshape_fd_n32 (h=2/n)"]);
        close(&values(&bench, &ended, 1), &known[mode..=mode], 1e-8, name);
        assert!(ended.values[bench.place(DISCRETE)] < 1e-8);
    }
}

#[test]
fn the_corner_lowers_the_order_and_the_sign_of_the_error() {
    let run = method("subspace-iteration", "");
    let known = numbers(&oracle()["lshape_literature"]);
    let [coarse, fine] = [32, 64].map(|n| spectrum(&eigen(&format!(r#""n": {n}, {L_SHAPE}"#), &run)).lowest);
    let order = |i: usize| libm::log2((coarse[i] - known[i]) / (fine[i] - known[i]));
    assert!(coarse[0] > known[0] && fine[0] > known[0], "from above");
    assert!((order(0) - 4.0 / 3.0).abs() < 0.3, "order 4/3 for the singular mode: {}", order(0));
    for i in [1, 2] {
        assert!(coarse[i] < known[i] && (order(i) - 2.0).abs() < 0.25, "mode {i}: order {}", order(i));
    }
    let bench = eigen(&format!(r#""n": 64, {L_SHAPE}"#), &run);
    let level = bench.instance.levels()[0].value;
    assert!((level - (fine[0] / known[0] - 1.0)).abs() < 1e-12, "the level is the worst of the three");
}

#[test]
fn the_disc_by_its_staircase() {
    let expected = oracle();
    let bench = eigen(&format!(r#""n": 64, {DISC}"#), &method("subspace-iteration", ""));
    close(&spectrum(&bench).lowest, &numbers(&expected["disc_staircase_n64"]), 1e-9, "staircase");
    let exact = numbers(&expected["disc_radius1_first"])[0];
    let error = |n: u32| {
        let s = spectrum(&eigen(&format!(r#""n": {n}, {DISC}"#), &method("subspace-iteration", "")));
        (s.lowest[0] / exact - 1.0).abs()
    };
    assert!(error(64) < 0.025 && error(128) < 0.013, "about first order: {} {}", error(64), error(128));
}

#[test]
fn the_square_by_formula() {
    let expected = numbers(&oracle()["square_first6"]);
    let bench = eigen(r#""n": 32, "modes": 6"#, &method("subspace-iteration", ""));
    let s = spectrum(&bench);
    assert!(s.formula);
    close(s.continuous.as_ref().expect("a formula"), &expected, 1e-14, "square");
    let ended = bench.run(0);
    assert_eq!(ended.stop, Stop::Converged);
    assert!(ended.values[bench.place(DISCRETE)] < 1e-12, "{ended:?}");
    let level = bench.instance.levels()[0].value;
    assert!((ended.values[bench.place(EXACT)] - level).abs() < 1e-10);
}

#[test]
fn formulas_agree_with_methods_on_every_kind_of_side() {
    let free = r#""left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#;
    let problems = [
        r#""dimension": "1", "n": 30, "diffusion": "2", "reaction": "-50""#.to_owned(),
        format!(r#""n": 12, {free}"#),
        r#""n": 14, "left": "du/dn = 0", "bottom": "periodic", "top": "periodic", "y_max": 2"#.to_owned(),
        r#""n": 13, "left": "periodic", "right": "periodic", "bottom": "periodic", "top": "periodic", "modes": 6"#
            .to_owned(),
        r#""dimension": "3", "n": 8, "front": "du/dn = 0""#.to_owned(),
    ];
    for params in &problems {
        let bench = eigen(params, &method("lobpcg", r#""guard": 4"#));
        assert!(spectrum(&bench).formula, "{params}");
        let ended = bench.run(0);
        assert_eq!(ended.stop, Stop::Converged, "{params} {ended:?}");
        assert!(ended.values[bench.place(DISCRETE)] < 1e-11, "{params}: {ended:?}");
    }
    // Robin's condition has no formula: the mode of largest wave length solves tan k = 1 / k for du/dn + u = 0 on one side of the unit interval,
    // du/dn = 0 on the other.
    let bench = eigen(
        r#""dimension": "1", "n": 200, "modes": 1, "left": "du/dn = 0", "right": "du/dn + u = 0", "known": "0.8603335890193797^2""#,
        &method("rayleigh-quotient", ""),
    );
    let ended = bench.run(0);
    assert!(!spectrum(&bench).formula && ended.stop == Stop::Converged);
    assert!(ended.values[bench.place(EXACT)] < 1e-5, "{ended:?}");
}

fn advance(stepper: &mut Box<dyn Stepper>, n: u32) {
    stepper.advance(n).expect("the CPU does not fail");
}

#[test]
fn a_single_vector_overlooks_a_double_eigenvalue_and_says_so() {
    let square = r#""n": 24, "modes": 3"#;
    let bench = eigen(square, &method("lanczos", r#""on": "inverse""#));
    let ended = bench.run(0);
    assert_eq!(ended.stop, Stop::Converged, "its residuals are small: {ended:?}");
    assert!(ended.values[bench.place(DISCRETE)] > 0.1, "{ended:?}");
    let mut stepper = bench.stepper(0);
    advance(&mut stepper, ended.steps as u32);
    bench.measure(stepper.as_mut(), 0);
    let remark = stepper.remark().expect("it is said");
    assert!(remark.contains("the third of them, and was overlooked"), "{remark}");
    for name in ["lobpcg", "subspace-iteration"] {
        let bench = eigen(square, &method(name, ""));
        let ended = bench.run(0);
        assert!(ended.stop == Stop::Converged && ended.values[bench.place(DISCRETE)] < 1e-10, "{name}: {ended:?}");
    }
    // An exhausted space goes on: nine unknowns with six different eigenvalues.
    let bench = eigen(r#""n": 4, "modes": 9"#, &method("lanczos", ""));
    let ended = bench.run(0);
    assert!(ended.steps <= 10 && ended.values[bench.place(DISCRETE)] < 1e-12, "{ended:?}");
}

/// The factor per step of the residual between two steps.
fn rate(bench: &Bench, from: u32, to: u32) -> f64 {
    let mut stepper = bench.stepper(0);
    advance(&mut stepper, from);
    let first = bench.measure(stepper.as_mut(), 0)[0];
    advance(&mut stepper, to - from);
    libm::pow(bench.measure(stepper.as_mut(), 0)[0] / first, 1.0 / f64::from(to - from))
}

#[test]
fn rates_are_those_of_theory() {
    for (params, run, from, to) in [
        (r#""n": 32"#, method("inverse-iteration", ""), 6, 16),
        (r#""n": 32, "domain": "x + y < 1.5""#, method("inverse-iteration", r#""shift": 40"#), 20, 40),
        (r#""n": 32, "modes": 3"#, method("subspace-iteration", r#""guard": 1"#), 22, 36),
        (r#""n": 32, "modes": 2, "domain": "x + y < 1.5""#, method("subspace-iteration", r#""guard": 2"#), 12, 24),
    ] {
        let bench = eigen(params, &run);
        let expected = bench.prediction(0).unwrap_or_else(|| panic!("{run} has a theory")).factor;
        let measured = rate(&bench, from, to);
        assert!((measured / expected - 1.0).abs() < 0.03, "{run}: {measured}, expected {expected}");
    }
    // Lanczos adapts to the spectrum, as conjugate gradients do, and is faster than its polynomial; LOBPCG is about as fast as said.
    for (params, run, range) in [
        (r#""n": 32, "modes": 1"#, method("lanczos", ""), 0.3..1.0),
        (r#""n": 32, "modes": 1"#, method("lobpcg", r#""guard": 0"#), 0.8..1.2),
        (r#""n": 32, "modes": 3"#, method("lobpcg", r#""guard": 1"#), 0.8..1.2),
    ] {
        let bench = eigen(params, &run);
        let expected = bench.prediction(0).and_then(|p| p.steps_to(1e-8)).expect("a theory") as f64;
        let steps = bench.run(0).steps as f64;
        assert!(range.contains(&(steps / expected)), "{run}: {steps}, expected {expected}");
    }
}

#[test]
fn the_rayleigh_quotient_triples_the_digits() {
    let bench = eigen(&format!(r#""n": 32, {L_SHAPE}"#), &method("rayleigh-quotient", ""));
    let mut stepper = bench.stepper(0);
    let mut residuals = Vec::new();
    for _ in 0..6 {
        advance(&mut stepper, 1);
        residuals.push(bench.measure(stepper.as_mut(), 0)[0]);
    }
    assert!(residuals.windows(2).all(|w| w[1] <= w[0] * (1.0 + 1e-9) || w[1] < 1e-11), "never grows: {residuals:?}");
    let third = (0..4).find(|&i| residuals[i] < 0.05 && residuals[i] > 1e-4).expect("a step on the way");
    let (now, next) = (residuals[third], residuals[third + 1]);
    assert!(libm::log(next) / libm::log(now) > 2.5, "cubic: {residuals:?}");
}

#[test]
fn with_multigrid_the_steps_do_not_depend_on_the_grid() {
    let run = method("lobpcg", r#""preconditioner": "multigrid""#);
    let steps = |n: u32| eigen(&format!(r#""n": {n}"#), &run).run(0).steps;
    let (coarse, fine) = (steps(16), steps(64));
    assert!(fine <= coarse + 3 && fine < 25, "{coarse} {fine}");
    let plain = eigen(r#""n": 64"#, &method("lobpcg", "")).run(0).steps;
    assert!(plain > 4 * fine, "{plain} without");
    // Half cells on free sides: the preconditioner is of the matrix without them.
    let free = eigen(r#""n": 32, "left": "du/dn = 0", "top": "du/dn = 0""#, &run).run(0);
    assert!(free.stop == Stop::Converged && free.steps < 25, "{free:?}");
}

#[test]
fn modes_are_taken_away_with_their_eigenvalues() {
    let bench = eigen(r#""n": 8, "modes": 2, "left": "du/dn = 0""#, &method("subspace-iteration", ""));
    let mut stepper = bench.stepper(0);
    advance(&mut stepper, 60);
    let Artifact::Table { columns, rows } = stepper.result().expect("the CPU does not fail") else { panic!("a table") };
    assert!(columns[..2] == ["x", "y"] && columns[2].starts_with("mode 1: 12."), "{columns:?}");
    assert_eq!(rows.len(), 81, "nodes on the sides are among them");
    let number = |cell: &Cell| if let Cell::Real(x) = cell { *x } else { panic!("a number") };
    // cos(pi x / 2) sin(pi y), twice its square has the integral 1/2.
    for row in &rows {
        let (x, y) = (number(&row[0]), number(&row[1]));
        let exact = 2.0 * libm::cos(PI * x / 2.0) * libm::sin(PI * y);
        assert!((number(&row[2]) - exact).abs() < 1e-8, "{x} {y}: {} {exact}", number(&row[2]));
    }
}

#[test]
fn what_does_not_fit_is_refused_at_its_field() {
    let refused = |params: &str, run: &str| {
        let bench = match Bench::try_new(&json(params, run)) {
            Err(e) => return e,
            Ok(bench) => bench,
        };
        bench.try_stepper(0).err().unwrap_or_else(|| panic!("{params} {run} is refused"))
    };
    let any = method("lanczos", "");
    let side = refused(r#""top": "u = x*(1 - x)""#, &any);
    assert!(side.field == "top" && side.message.contains("need zero"), "{side:?}");
    assert_eq!(refused(r#""right": "du/dn + u = 1""#, &any).field, "right");
    assert_eq!(refused(r#""left": "periodic""#, &any).field, "right");
    assert_eq!(refused(r#""n": 3, "modes": 5"#, &any).field, "modes");
    assert_eq!(refused(r#""domain": "x > 2""#, &any).field, "domain");
    assert_eq!(refused(r#""known": "9.6, 15.2 +""#, &any).field, "known");
    assert_eq!(refused(r#""n": 100000"#, &any).field, "n");
    assert_eq!(refused("", &method("lanczos", r#""space": 4"#)).field, "space");
    let free = r#""n": 8, "left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#;
    let singular = refused(free, &method("inverse-iteration", ""));
    assert!(singular.field == "shift" && singular.message.contains("such as -"), "{singular:?}");
    assert_eq!(eigen(free, &method("inverse-iteration", r#""shift": -1"#)).run(0).stop, Stop::Converged);
    let large = refused(r#""dimension": "3", "n": 64"#, &method("subspace-iteration", ""));
    assert!(large.field == "method" && large.message.contains("LOBPCG"), "{large:?}");
}
