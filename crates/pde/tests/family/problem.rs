//! The problem: its discretisation, its referee, and what it refuses.

use crate::bench::Bench;
use iterscope_core::{Artifact, Extent, Picture, Severity};
use iterscope_linear::Operator;
use iterscope_pde::LinearProblem;

const ONE: &str = r#"{"method": "pde.jacobi"}"#;

fn problem(bench: &Bench) -> &LinearProblem {
    bench.instance.as_any().downcast_ref().expect("the family's type")
}

fn refused(params: &str) -> iterscope_core::BuildError {
    let json = format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.advection-diffusion", "params": {{{params}}}}}, "runs": [{ONE}]}}"#
    );
    Bench::try_new(&json).err().unwrap_or_else(|| panic!("{params} was accepted"))
}

/// The error of the direct discrete solution against the exact one.
fn direct_error(n: u32, advection: &str) -> f64 {
    let bench = Bench::of(
        &format!(
            r#""n": {n}, "advection": "{advection}", "exact": "exp(x)*cos(2*y)", "diffusion_x": "1 + x*y",
               "diffusion_y": "2 - x", "velocity_x": "3 - 20*y", "velocity_y": "10*x - 4", "reaction": "1 + x""#
        ),
        ONE,
    );
    bench.instance.levels()[0].value
}

#[test]
fn observed_order_of_convergence() {
    for (advection, order) in [("central", 2.0), ("upwind", 1.0)] {
        let observed = libm::log2(direct_error(40, advection) / direct_error(80, advection));
        assert!((observed - order).abs() < 0.1, "{advection}: {observed}");
    }
}

#[test]
fn central_differences_are_exact_for_quadratics() {
    let bench = Bench::of(
        r#""n": 10, "exact": "1 + x^2 - 3*x*y + 2*y^2", "velocity_x": "y", "velocity_y": "2 + x", "reaction": "x",
           "diffusion_x": "1 + y""#,
        ONE,
    );
    assert!(bench.instance.levels()[0].value < 1e-13);
}

#[test]
fn a_wrong_field_is_named_with_its_character_or_point() {
    let e = refused(r#""velocity_x": "1 + sinn(x)""#);
    assert_eq!((e.field.as_str(), e.at), ("velocity_x", Some(4)));
    let e = refused(r#""reaction": "1/(x - 1/2)""#);
    assert!(e.field == "reaction" && e.message.contains("x = 0.5"), "{e}");
    let e = refused(r#""source": "0/0""#);
    assert!(e.field == "source" && e.message.contains("not a number"), "{e}");
    let e = refused(r#""boundary": "1/y""#);
    assert!(e.field == "boundary" && e.message.contains("y = 0;"), "{e}");
    let e = refused(r#""diffusion_y": "x - 1/2""#);
    assert!(e.field == "diffusion_y" && e.message.contains("positive"), "{e}");
    let e = refused(r#""exact": "x", "source": "2""#);
    assert!(e.field == "exact" && e.message.contains("`source`"), "{e}");
    let e = refused(r#""exact": "x", "boundary": "1""#);
    assert!(e.field == "exact" && e.message.contains("`boundary`"), "{e}");
    let e = refused(r#""exact": "sqrt(x - 2)""#);
    assert_eq!(e.field, "exact");
    // No source belongs to a solution with a kink; constants that overflow end in an error as well.
    for (text, piece) in [("abs(x-0.5)", "abs(x - 0.5)"), ("if(x<0.5,x,1-x)", "x < 0.5")] {
        let e = refused(&format!(r#""n": 32, "exact": "{text}""#));
        assert!(e.field == "exact" && e.message.contains("the slope jumps at x = 0.5,"), "{e}");
        assert!(e.message.contains(piece), "{e}");
    }
    let e = refused(r#""n": 8, "exact": "1e200*x*1e200""#);
    assert!(e.field == "exact" && e.message.contains("infinite"), "{e}");
    let e = refused(r#""diffusion_x": "1e308""#);
    assert!(e.field == "diffusion_x" && e.message.contains("infinite"), "{e}");
    assert_eq!(refused(r#""n": 1"#).field, "n");
}

#[test]
fn referee_and_matrix_agree() {
    for advection in ["central", "upwind"] {
        let bench = Bench::of(
            &format!(
                r#""n": 12, "advection": "{advection}", "diffusion_x": "1 + x*y", "velocity_x": "40*y - 20",
                   "velocity_y": "7 - 30*x", "reaction": "x", "boundary": "x - y^2", "source": "sin(5*x*y)""#
            ),
            ONE,
        );
        let p = problem(&bench);
        let n = p.rhs.len();
        let u: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64 - 8.0).collect();
        let mut r = vec![0.0; n];
        p.matrix.residual(&p.rhs, &u, &mut r);
        let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let mut values = vec![0.0; bench.instance.series().len()];
        p.referee().measure(&u, &mut values);
        let expected = norm(&r) / norm(&p.rhs);
        assert!((values[0] - expected).abs() <= 1e-12 * expected, "{advection}: {} {expected}", values[0]);
    }
}

#[test]
fn symmetry_and_definiteness_are_recognised() {
    for (params, symmetric, definite) in [
        ("", true, true),
        (r#""diffusion_x": "1 + y", "diffusion_y": "2 - x", "reaction": "x*y""#, true, true),
        (r#""diffusion_x": "1 + x""#, false, false),
        (r#""velocity_y": "1""#, false, false),
        (r#""reaction": "-19""#, true, true),
        (r#""reaction": "-21""#, true, false),
    ] {
        let bench = Bench::of(params, ONE);
        let facts = problem(&bench).facts;
        assert_eq!((facts.symmetric, facts.positive_definite), (symmetric, definite), "{params}");
    }
}

#[test]
fn a_coarse_mesh_for_the_flow_is_warned_of_with_remedies() {
    let params = r#""n": 20, "velocity_x": "100""#;
    let bench = Bench::of(params, ONE);
    let warning = bench.instance.notes().iter().find(|n| n.severity == Severity::Warning).expect("a warning");
    assert_eq!(warning.field.as_deref(), Some("advection"));
    assert_eq!(warning.fixes.len(), 2);
    for fix in &warning.fixes {
        let mut experiment = bench.experiment.clone();
        experiment.problem.params.extend(fix.params.clone());
        let remedied = Bench::new(&experiment.to_json());
        assert!(remedied.instance.notes().iter().all(|n| n.severity != Severity::Warning), "{}", fix.label);
    }
}

#[test]
fn pictures_stand_with_y_upwards_and_the_result_holds_the_boundary() {
    let bench = Bench::of(r#""n": 8, "exact": "y + x/10""#, ONE);
    let mut picture = Picture::default();
    let extent = Extent { width: 64, height: 64 };
    assert!(bench.instance.draw_given("exact", extent, &mut picture));
    assert_eq!((picture.width, picture.height, picture.values[0]), (9, 9, 1.0));
    assert!(!bench.instance.draw_given("nothing", extent, &mut picture));
    for info in bench.instance.given_pictures() {
        assert!(bench.instance.draw_given(&info.key, extent, &mut picture), "{}", info.key);
        assert!(!picture.values.is_empty());
    }
    let mut stepper = bench.stepper(0);
    for info in bench.instance.pictures() {
        stepper.picture(&info.key, extent, &mut picture).expect("the CPU does not fail");
        assert_eq!(picture.values.len(), (picture.width * picture.height) as usize, "{}", info.key);
        assert!(!picture.values.is_empty());
    }
    let Artifact::Grid { rows, cols, values } = stepper.result().expect("the CPU does not fail") else {
        panic!("a field is a grid");
    };
    assert_eq!((rows, cols, values.len()), (9, 9, 81));
    assert_eq!((values[8], values[72], values[40]), (0.1, 1.0, 0.0));
}

#[test]
fn large_and_singular_problems_go_without_the_direct_solution() {
    let large = Bench::of(r#""n": 130"#, ONE);
    assert!(problem(&large).direct.is_none());
    assert!(large.instance.notes().iter().any(|n| n.text.contains("not solved directly")));
    // n = 2 has one unknown, 4 d / h^2 + c = 16 + c.
    let singular = Bench::of(r#""n": 2, "reaction": "-16""#, ONE);
    assert!(problem(&singular).direct.is_none());
    assert!(singular.instance.notes().iter().any(|n| n.text.contains("singular")));
    assert_eq!(singular.try_stepper(0).err().expect("no diagonal").field, "method");
}
