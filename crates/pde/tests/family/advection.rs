//! Advection and diffusion in one to three dimensions, with any sides and domains; experiments that went wrong once, as they were
//! brought (`cases`).

use iterscope_core::{Artifact, Cell, Experiment, Severity, Stop};
use iterscope_pde::LinearProblem;
use iterscope_pde::referee::EXACT;

use crate::bench::Bench;

const BICGSTAB: &str = r#"{"method": "pde.bicgstab"}"#;
const CG: &str = r#"{"method": "pde.cg"}"#;

fn problem(bench: &Bench) -> &LinearProblem {
    bench.instance.as_any().downcast_ref().expect("the family's type")
}

/// The values of the result, in the order of the nodes.
fn values(bench: &Bench) -> Vec<f64> {
    let mut stepper = bench.stepper(0);
    stepper.advance(500).expect("the CPU does not fail");
    let Artifact::Table { rows, .. } = stepper.result().expect("the CPU does not fail") else { panic!("a table") };
    let last = |row: &Vec<Cell>| if let Some(Cell::Real(u)) = row.last() { *u } else { panic!("a value") };
    rows.iter().map(last).collect()
}

#[test]
fn a_boundary_layer_has_the_values_of_its_difference_equation() {
    // -eps u'' + u' = 0: u_i = (r^i - 1) / (r^n - 1) with r = (1 + P) / (1 - P) for central differences, which turns negative above
    // P = 1, and 1 + 2P for upwind ones.
    for (n, advection, ratio) in [(20, "central", 3.0), (5, "central", -3.0), (20, "upwind", 2.0), (5, "upwind", 5.0)] {
        let peclet: f64 = if n == 20 { 0.5 } else { 2.0 };
        let diffusion = 1.0 / (2.0 * f64::from(n) * peclet);
        let params = format!(
            r#""dimension": "1", "n": {n}, "diffusion_x": "{diffusion}", "velocity_x": "1", "source": "0", "right": "u = 1",
               "advection": "{advection}""#
        );
        let bench = Bench::of(&params, r#"{"method": "pde.gmres"}"#);
        let power = |i: usize| libm::pow(ratio, i as f64) - 1.0;
        for (i, u) in values(&bench).into_iter().enumerate() {
            let expected = power(i) / power(n as usize);
            assert!((u - expected).abs() < 1e-9, "{advection}, n = {n}, node {i}: {u} {expected}");
        }
        let note = bench.instance.notes().iter().find(|n| n.text.starts_with("Cell Peclet number")).expect("a note");
        assert_eq!(note.severity == Severity::Warning, peclet > 1.0 && advection == "central", "{}", note.text);
        assert!(note.text.contains(&format!("up to {peclet}")), "{}", note.text);
    }
}

#[test]
fn the_order_is_that_of_the_differences_in_every_dimension_and_with_every_condition() {
    let terms = r#""diffusion_x": "1 + x/2", "velocity_x": "3 - 8*x", "reaction": "1 + x""#;
    let plane = r#", "diffusion_y": "2 - x*y", "velocity_y": "10*x - 4", "exact": "exp(x)*cos(2*y)""#;
    let space =
        r#", "diffusion_y": "2 - x*z", "velocity_y": "2", "velocity_z": "5*x - 2", "exact": "exp(x)*cos(y + 2*z)""#;
    let line = r#", "exact": "sin(2*x) + x^3""#;
    for (dimension, fine, rest, sides) in [
        (1, 80, line, ""),
        (1, 80, line, r#", "left": "du/dn = 0""#),
        (1, 80, line, r#", "left": "du/dn + 2*u = 0", "right": "du/dn = 0""#),
        (2, 48, plane, r#", "left": "du/dn = 0", "top": "du/dn + (1 + x)*u = 0""#),
        (2, 48, plane, r#", "right": "du/dn = 0", "bottom": "du/dn = 0""#),
        (3, 16, space, ""),
        (3, 16, space, r#", "front": "du/dn + u = 0", "left": "du/dn = 0""#),
    ] {
        for (advection, order) in [("central", 2.0), ("upwind", 1.0)] {
            let error = |n: u32| {
                let params = format!(
                    r#""dimension": "{dimension}", "n": {n}, "advection": "{advection}", {terms}{rest}{sides}"#
                );
                let bench = Bench::of(&params, r#"{"method": "pde.fgmres", "params": {"preconditioner": "ilu0"}}"#);
                let ended = bench.run(0);
                assert_eq!(ended.stop, Stop::Converged, "{params}: {ended:?}");
                ended.values[bench.place(EXACT)]
            };
            let observed = libm::log2(error(fine / 2) / error(fine));
            assert!((observed - order).abs() < 0.3, "{dimension}-D {advection} {sides}: {observed}");
        }
    }
}

#[test]
fn without_flow_and_with_constant_coefficients_it_is_poisson() {
    for params in [
        r#""dimension": "1", "n": 24, "left": "u = 1", "right": "du/dn + 3*u = 2""#,
        r#""n": 12, "reaction": "-3", "left": "du/dn = 1", "top": "du/dn + (1 + x)*u = 0", "source": "x""#,
        r#""n": 16, "x_min": -1, "y_min": -1, "domain": "x^2 + y^2 < 0.9", "boundary": "x*y", "left": "u = 0""#,
        r#""n": 10, "left": "periodic", "right": "periodic", "bottom": "u = x", "top": "du/dn = 0""#,
        r#""dimension": "3", "n": 8, "domain": "x + y + z < 2", "back": "du/dn = 0", "reaction": "2""#,
        r#""n": 12, "source": "x - 1/2", "left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#,
    ] {
        // A side that is left empty has the value of the edge.
        let empty = if params.contains("boundary") {
            r#", "right": "u = x*y", "bottom": "u = x*y", "top": "u = x*y""#
        } else {
            ""
        };
        let (ours, theirs) = (Bench::of(params, CG), Bench::poisson(&format!("{params}{empty}"), CG));
        let (p, q) = (problem(&ours), problem(&theirs));
        assert_eq!(p.facts.positive_definite, q.facts.positive_definite || params.contains("-3"), "{params}");
        assert_eq!(
            (&p.matrix.rows().indptr, &p.matrix.rows().indices),
            (&q.matrix.rows().indptr, &q.matrix.rows().indices)
        );
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + b.abs()));
        assert!(close(&p.matrix.rows().values, &q.matrix.rows().values), "{params}");
        assert!(close(&p.rhs, &q.rhs), "{params}");
        assert_eq!(p.constants.is_some(), q.constants.is_some(), "{params}");
        assert!(close(p.direct.as_ref().expect("small"), q.direct.as_ref().expect("small")), "{params}");
    }
}

#[test]
fn sides_with_the_value_of_the_boundary_are_the_same_run() {
    let params = r#""n": 14, "velocity_x": "9*y", "reaction": "x", "boundary": "x*y - 1/3""#;
    let sides = r#", "left": "u = x*y - 1/3", "right": "u = x*y - 1/3", "top": "u = x*y - 1/3""#;
    let (plain, typed) = (Bench::of(params, BICGSTAB), Bench::of(&format!("{params}{sides}"), BICGSTAB));
    assert_eq!(plain.run(0).values, typed.run(0).values);
    assert!(problem(&plain).shape.is_some());
}

#[test]
fn the_referee_agrees_with_the_matrix_on_every_side() {
    for params in [
        r#""dimension": "1", "n": 9, "velocity_x": "30*x - 7", "left": "du/dn + 2*u = 1", "right": "du/dn = 3""#,
        r#""n": 8, "velocity_x": "50*y", "velocity_y": "-x", "diffusion_y": "1 + x", "left": "du/dn + x*u = 1", "top": "du/dn = y",
           "domain": "x + y > 0.4", "boundary": "x", "advection": "upwind""#,
        r#""dimension": "3", "n": 5, "velocity_z": "9", "left": "periodic", "right": "periodic", "front": "du/dn + u = x""#,
    ] {
        let bench = Bench::of(params, BICGSTAB);
        let p = problem(&bench);
        let n = p.rhs.len();
        let u: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64 - 8.0).collect();
        let mut values = vec![0.0; bench.instance.series().len()];
        p.referee().measure(&u, &mut values);
        let mut r = vec![0.0; n];
        iterscope_linear::Operator::residual(&*p.matrix, &p.rhs, &u, &mut r);
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let expected = norm(&r) / norm(&p.rhs);
        assert!((values[0] - expected).abs() <= 1e-11 * expected, "{params}: {} {expected}", values[0]);
    }
}

#[test]
fn a_flow_through_open_sides_is_said_to_be_singular() {
    let params = r#""n": 8, "velocity_x": "3", "left": "periodic", "right": "periodic", "bottom": "du/dn = 0", "top": "du/dn = 0""#;
    let bench = Bench::of(params, BICGSTAB);
    assert!(bench.instance.notes().iter().any(|n| n.text.starts_with("The matrix is singular")));
    assert!(problem(&bench).direct.is_none());
    let splitting = Bench::of(r#""left": "du/dn = 0""#, r#"{"method": "pde.domain-splitting"}"#);
    assert!(splitting.try_stepper(0).err().expect("does not fit").message.contains("all sides"));
}

#[test]
fn a_source_beyond_what_can_be_squared_is_refused_at_its_field() {
    let e = Bench::try_new(include_str!("cases/huge-source.json")).err().expect("1e308 has no square");
    assert!(e.field == "source" && e.message.contains("too large"), "{e}");
    for (source, fits) in [("1e140", true), ("-1e150", false), ("1e-140", true), ("1e-300", false), ("0", true)] {
        let json = include_str!("cases/huge-source.json").replace("1e308", source);
        assert_eq!(Bench::try_new(&json).is_ok(), fits, "{source}");
    }
    let bench = Bench::of(r#""n": 16, "source": "1e140""#, CG);
    assert_eq!((bench.run(0).stop, bench.run(0).steps), (Stop::Converged, Bench::of(r#""n": 16"#, CG).run(0).steps));
    let poisson = include_str!("cases/huge-source.json").replace("advection-diffusion", "poisson");
    assert!(Bench::try_new(&poisson).is_err_and(|e| e.field == "source"));
}

#[test]
fn the_automatic_weight_is_refused_where_none_converges() {
    let bench = Bench::new(include_str!("cases/indefinite-auto-sor.json"));
    let e = bench.try_stepper(0).err().expect("no weight converges");
    assert!(e.field == "auto" && e.message.contains("MINRES"), "{e}");
    // What the person gives is run, and goes where theory says.
    for run in [1, 2] {
        assert!(bench.prediction(run).expect("a formula").factor > 1.0);
        assert_eq!(bench.run(run).stop, Stop::Diverged);
    }
}

#[test]
fn kinks_that_were_brought_are_refused() {
    for json in [include_str!("cases/exact_if.json"), include_str!("cases/exact_kink.json")] {
        assert!(Experiment::from_json(json).is_ok());
        assert_eq!(Bench::try_new(json).err().expect("a kink").field, "exact");
    }
}

#[test]
fn a_preconditioner_that_does_not_fit_is_refused_at_what_makes_it_so() {
    let with = |method: &str, params: &str| {
        let run = format!(
            r#"{{"method": "pde.{method}", "params": {{"preconditioner": "multigrid", "preconditioner.{params}}}}}"#
        );
        Bench::of(r#""n": 16"#, &run).try_stepper(0).err()
    };
    for method in ["cg", "minres", "chebyshev", "steepest-descent"] {
        for cycle in ["f", "k", "full"] {
            let e = with(method, &format!(r#"cycle": "{cycle}""#)).unwrap_or_else(|| panic!("{method} takes {cycle}"));
            assert!(e.field == "preconditioner.cycle" && e.message.contains("pde.fgmres"), "{e}");
        }
        let e = with(method, r#"smoother": "gauss-seidel", "preconditioner.pre": 2"#).expect("not symmetric");
        assert_eq!(e.field, "preconditioner.post");
        let e = with(method, r#"smoother": "gauss-seidel", "preconditioner.mirrored": false"#).expect("not symmetric");
        assert_eq!(e.field, "preconditioner.mirrored");
        assert!(with(method, r#"cycle": "w""#).is_none());
    }
    for method in ["gmres", "bicgstab", "idr"] {
        assert_eq!(with(method, r#"cycle": "k""#).expect("changes").field, "preconditioner.cycle");
        assert!(with(method, r#"cycle": "f", "preconditioner.pre": 2"#).is_none());
    }
    assert!(with("fgmres", r#"cycle": "k""#).is_none());
}
