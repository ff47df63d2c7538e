//! Poisson's equation in flux form, against figures of independent programs (numpy 2.4.6 and scipy 1.17.1: five-point matrices
//! built there, conjugate gradients checked with `scipy.sparse.linalg.cg`, eigenvalues and centre values from series).

use std::f64::consts::PI;

use iterscope_core::{Artifact, Cell, Extent, Picture, PictureKind, Severity, Stop};
use iterscope_pde::referee::EXACT;

use crate::bench::Bench;

const CG: &str = r#"{"method": "pde.cg"}"#;

fn steps(params: &str, run: &str) -> u64 {
    let ended = Bench::poisson(params, run).run(0);
    assert_eq!(ended.stop, Stop::Converged, "{params} {run}: {ended:?}");
    ended.steps
}

fn within(found: u64, expected: u64) {
    assert!(found.abs_diff(expected) <= 1, "{found} instead of {expected}");
}

/// The value of the result at a node.
fn value_at(bench: &Bench, at: &[f64]) -> f64 {
    let mut stepper = bench.stepper(0);
    stepper.advance(2000).expect("the CPU does not fail");
    let Artifact::Table { rows, .. } = stepper.result().expect("the CPU does not fail") else { panic!("a table") };
    let number = |cell: &Cell| if let Cell::Real(x) = cell { *x } else { panic!("a number") };
    let found = rows.iter().find(|row| row.iter().zip(at).all(|(cell, x)| (number(cell) - x).abs() < 1e-12));
    number(found.expect("a node").last().expect("a value"))
}

#[test]
fn steps_are_those_of_independent_programs() {
    within(steps(r#""n": 64"#, CG), 118);
    let with = |name: &str| format!(r#"{{"method": "pde.cg", "params": {{"preconditioner": {name}}}}}"#);
    within(steps(r#""n": 64"#, &with(r#""jacobi""#)), 118);
    within(steps(r#""n": 64"#, &with(r#""ssor""#)), 60);
    within(steps(r#""n": 64"#, &with(r#""ssor", "preconditioner.omega": 1.7"#)), 32);
    within(steps(r#""n": 64"#, &with(r#""ssor", "preconditioner.omega": 1.906455"#)), 34);
    within(steps(r#""dimension": "3", "n": 24"#, CG), 57);
    within(steps(r#""dimension": "3", "n": 24"#, &with(r#""ssor", "preconditioner.omega": 1.5"#)), 20);
}

#[test]
fn the_centre_has_the_value_of_the_series_and_converges_with_order_two() {
    let centre = |n: u32| value_at(&Bench::poisson(&format!(r#""n": {n}"#), CG), &[0.5, 0.5]);
    for (n, expected) in [(16, 0.073_445_766_578_919_7), (32, 0.073_614_737_354_524_1), (64, 0.073_657_185_490_792_37)]
    {
        assert!((centre(n) - expected).abs() < 1e-9, "n = {n}");
    }
    let cube = value_at(&Bench::poisson(r#""dimension": "3", "n": 24"#, CG), &[0.5, 0.5, 0.5]);
    assert!((cube - 0.056_064_658_375_506_81).abs() < 1e-9);
}

#[test]
fn pure_neumann_problems_name_their_null_space() {
    let sides = r#""left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#;
    let compatible = format!(r#""n": 32, "source": "cos(pi*x)*cos(2*pi*y)", {sides}"#);
    within(steps(&compatible, CG), 88);
    let shifted = format!(r#""n": 32, "source": "cos(pi*x)*cos(2*pi*y) + 0.1", {sides}"#);
    let bench = Bench::poisson(&shifted, CG);
    let note = bench.instance.notes().iter().find(|n| n.text.contains("incompatible")).expect("a warning");
    assert_eq!(note.severity, Severity::Warning);
    assert!(note.text.contains("1.9619e-1"), "{}", note.text);
    within(bench.run(0).steps, 111);
}

#[test]
fn the_l_shape_is_an_inequality() {
    let shape = r#""n": 64, "x_min": -1, "y_min": -1, "domain": "not (x >= 0 and y <= 0)""#;
    let bench = Bench::poisson(shape, CG);
    assert!(bench.instance.summary().starts_with("2,945 unknowns"), "{}", bench.instance.summary());
    within(bench.run(0).steps, 144);
}

#[test]
fn every_condition_is_of_second_order() {
    let exact = r#""exact": "sin(2*x)*exp(y) + x*y^2""#;
    let conditions = [
        r#""left": "du/dn = 0", "top": "du/dn = 0""#,
        r#""left": "du/dn + 2*u = 0", "bottom": "du/dn + (1 + x)*u = 0", "right": "du/dn = 0""#,
        r#""diffusion": "1 + x*y", "reaction": "3 + y", "left": "du/dn = 0""#,
    ];
    for sides in conditions {
        let error = |n: u32| {
            let bench = Bench::poisson(&format!(r#""n": {n}, {exact}, {sides}"#), CG);
            let ended = bench.run(0);
            ended.values[bench.place(EXACT)]
        };
        let (coarse, fine) = (error(16), error(32));
        let order = libm::log2(coarse / fine);
        assert!((1.8..2.3).contains(&order), "{sides}: order {order} ({coarse:e}, {fine:e})");
    }
}

#[test]
fn periodic_grids_are_joined() {
    let exact = r#""n": 32, "exact": "sin(2*pi*x)*cos(4*pi*y)", "reaction": "1",
        "left": "periodic", "right": "periodic", "bottom": "periodic", "top": "periodic""#;
    let bench = Bench::poisson(exact, CG);
    assert!(bench.instance.summary().starts_with("1,024 unknowns"));
    let ended = bench.run(0);
    // The function is an eigenvector: (2 - 2 cos(2 pi k h)) / h^2 in place of (2 pi k)^2.
    let symbol = |k: f64| (2.0 - 2.0 * libm::cos(2.0 * PI * k / 32.0)) * 1024.0;
    let continuous = 20.0 * PI * PI;
    let error = (continuous + 1.0) / (symbol(1.0) + symbol(2.0) + 1.0) - 1.0;
    assert!((ended.values[bench.place(EXACT)] - error).abs() < 1e-6, "{ended:?}");
}

#[test]
fn harmonic_means_are_exact_for_layers() {
    // Through layers of diffusion 1 and 100 in series the flux is (1/2 + 1/200)^-1; the interface lies on a node.
    let layers = r#""dimension": "1", "n": 10, "diffusion": "if(x < 0.5, 1, 100)", "source": "0", "right": "u = 1""#;
    let bench = Bench::poisson(layers, CG);
    let u = value_at(&bench, &[0.5]);
    assert!((u - 0.5 / 0.505).abs() < 1e-10, "{u}");
}

#[test]
fn functions_of_one_coordinate_are_drawn_as_curves_over_it() {
    let bench = Bench::poisson(r#""dimension": "1", "n": 8, "source": "2", "right": "u = 1""#, CG);
    let extent = Extent { width: 100, height: 100 };
    let mut out = Picture::default();
    let mut stepper = bench.stepper(0);
    stepper.picture("solution", extent, &mut out).expect("the CPU does not fail");
    assert!(bench.instance.pictures().iter().all(|p| p.kind == PictureKind::Line));
    assert_eq!((out.kind, out.width, out.height), (PictureKind::Line, 9, 1));
    // Before the first step the interior is zero, and -u'' = 2 with u(0) = 0, u(1) = 1 has the solution 2 x - x^2.
    let x: Vec<f32> = (0..9).map(|i| i as f32 / 8.0).collect();
    let parabola = x.iter().map(|x| 2.0 * x - x * x);
    assert_eq!((&out.aux[..9], &out.values[..]), (&x[..], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0][..]));
    assert!(out.aux[9..].iter().zip(parabola.clone()).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", out.aux);
    stepper.advance(9).expect("the CPU does not fail");
    stepper.picture("solution", extent, &mut out).expect("the CPU does not fail");
    assert!(out.values.iter().zip(parabola).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", out.values);
    assert!(bench.instance.draw_given("source", extent, &mut out));
    assert_eq!((out.kind, out.width), (PictureKind::Line, 9));
}

#[test]
fn wrong_problems_are_refused_at_the_field() {
    let refuse = |params: &str| {
        let json =
            format!(r#"{{"schema": 1, "problem": {{"id": "pde.poisson", "params": {{{params}}}}}, "runs": [{CG}]}}"#);
        Bench::try_new(&json).err().unwrap_or_else(|| panic!("{params} is refused"))
    };
    assert_eq!(refuse(r#""dimension": "1", "domain": "x + y < 1""#).field, "domain");
    assert_eq!(refuse(r#""domain": "x > 2""#).field, "domain");
    assert_eq!(refuse(r#""left": "periodic""#).field, "right");
    assert_eq!(refuse(r#""diffusion": "x - 0.5""#).field, "diffusion");
    assert_eq!(refuse(r#""exact": "abs(x - 0.5)""#).field, "exact");
    assert_eq!(refuse(r#""dimension": "3", "n": 400"#).field, "n");
    assert_eq!(refuse(r#""x_min": 2"#).field, "x_max");
    let pieces = Bench::poisson(r#""n": 20, "domain": "abs(x - 0.5) > 0.2""#, CG);
    assert!(pieces.instance.notes().iter().any(|n| n.text.contains("2 pieces")));
    assert_eq!(Bench::poisson(r#""n": 2"#, CG).run(0).steps, 1);
}

#[test]
fn krylov_methods_take_the_steps_of_independent_programs() {
    // ell-01, ell-04 and ell-02: numpy and scipy, products and inner steps counted.
    within(steps(r#""n": 64"#, r#"{"method": "pde.minres"}"#), 117);
    let helmholtz = r#""n": 32, "reaction": "-150", "source": "exp(-80*((x - 0.31)^2 + (y - 0.62)^2))""#;
    within(steps(helmholtz, r#"{"method": "pde.minres"}"#), 137);
    within(steps(helmholtz, r#"{"method": "pde.gmres", "params": {"restart": 200}}"#), 137);
    let broken = Bench::poisson(helmholtz, CG).run(0);
    assert_eq!((broken.stop, broken.steps), (Stop::Breakdown(iterscope_core::Breakdown::Indefinite), 2));
    let flow = r#""n": 40, "velocity_x": "40*sin(pi*x)*cos(pi*y)", "velocity_y": "-40*cos(pi*x)*sin(pi*y)",
        "source": "100*exp(-60*((x - 0.3)^2 + (y - 0.6)^2))""#;
    for (run, expected) in [
        (r#"{"method": "pde.gmres", "params": {"restart": 400}}"#, 232),
        (r#"{"method": "pde.gmres", "params": {"restart": 20}}"#, 1217),
        (r#"{"method": "pde.bicgstab"}"#, 173),
    ] {
        let ended = Bench::of(flow, run).run(0);
        assert_eq!(ended.stop, Stop::Converged, "{run}");
        let slack = if run.contains("bicgstab") { 9 } else { 1 };
        assert!(ended.steps.abs_diff(expected) <= slack, "{run}: {} instead of {expected}", ended.steps);
    }
}

#[test]
fn multigrid_and_preconditioners_take_the_steps_of_independent_programs() {
    // mg-03 (numpy), ell-01 and mg-04 (pyamg 5.4.1, whose aggregates may be others: within two).
    for n in [16, 32, 64, 128] {
        within(steps(&format!(r#""n": {n}"#), r#"{"method": "pde.multigrid"}"#), 9);
    }
    let jacobi = r#"{"method": "pde.multigrid", "params": {"smoother": "jacobi"}}"#;
    within(steps(r#""n": 64"#, jacobi), 19);
    let with = |name: &str| format!(r#"{{"method": "pde.cg", "params": {{"preconditioner": "{name}"}}}}"#);
    within(steps(r#""n": 64"#, &with("ic0")), 51);
    let aggregated = steps(r#""n": 64"#, &with("aggregation"));
    assert!(aggregated.abs_diff(8) <= 2, "{aggregated}");
    // Insulated sides: the nodes on them are unknowns of the coarser grids, too.
    let insulated = r#""n": 64, "left": "du/dn = 0", "top": "du/dn + u = 0", "source": "x""#;
    assert!(steps(insulated, r#"{"method": "pde.multigrid"}"#) <= 12);
    let cube = |n: u32| steps(&format!(r#""dimension": "3", "n": {n}"#), r#"{"method": "pde.multigrid"}"#);
    within(cube(32), cube(16));
}
