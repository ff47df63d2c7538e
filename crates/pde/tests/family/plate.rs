//! Plates and beams against the oracle ell-10 (thirteen-point matrices made and solved with numpy 2.4.6 and scipy 1.17.1, steps of its own conjugate
//! gradients; double sine series and Timoshenko's value for the centre), which stands with the solvers' own tests.

use iterscope_core::{Artifact, Cell, Stop};
use iterscope_pde::linear::LinearProblem;
use iterscope_pde::referee::EXACT;

use crate::bench::Bench;

const CG: &str = r#"{"method": "pde.cg"}"#;

fn plate(params: &str, run: &str) -> Bench {
    Bench::try_new(&json(params, run)).unwrap_or_else(|e| panic!("{e}"))
}

fn json(params: &str, run: &str) -> String {
    format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.biharmonic", "params": {{{params}}}}}, "runs": [{run}], "stop": {{"max_steps": 5000}}}}"#
    )
}

fn problem(bench: &Bench) -> &LinearProblem {
    bench.instance.as_any().downcast_ref::<LinearProblem>().expect("a linear problem")
}

fn oracle() -> serde_json::Value {
    let path = format!("{}/../linear/tests/oracles/ell-10-biharmonic-plate.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["expected"].clone()
}

fn centre(params: &str) -> f64 {
    let bench = plate(params, CG);
    let direct = problem(&bench).direct.clone().expect("it is small enough");
    direct[direct.len() / 2]
}

#[test]
fn the_centre_bends_as_far_as_independent_programs_say() {
    let expected = oracle();
    let number = |key: &str| expected[key].as_f64().expect("a number");
    for (edges, short) in [("clamped", "clamped"), ("simply-supported", "ss")] {
        let found = [16, 32, 64].map(|n| centre(&format!(r#""n": {n}, "edges": "{edges}""#)));
        for (n, found) in [16, 32, 64].iter().zip(found) {
            let known = number(&format!("{short}_centre_n{n}"));
            assert!((found - known).abs() < 1e-9 * known, "{edges}, n = {n}: {found}, known {known}");
        }
    }
    let order = |edges: &str, limit: f64| {
        let [a, b] = [32, 64].map(|n| (centre(&format!(r#""n": {n}, "edges": "{edges}""#)) - limit).abs());
        libm::log2(a / b)
    };
    assert!((order("simply-supported", number("ss_exact_centre")) - 2.0).abs() < 0.05);
    assert!((order("clamped", number("clamped_literature_centre")) - 2.0).abs() < 0.05);
    // A beam: 1/384 with clamped ends, 5/384 with supported ones; both are polynomials of degree four.
    let beam = |edges: &str| centre(&format!(r#""dimension": "1", "n": 64, "edges": "{edges}""#));
    assert!((beam("simply-supported") * 384.0 / 5.0 - 1.0).abs() < 2e-4);
    assert!((beam("clamped") * 384.0 - 1.0).abs() < 2e-3);
}

#[test]
fn steps_are_those_of_independent_programs() {
    let expected = oracle();
    let ended = plate(r#""n": 32"#, CG).run(0);
    let known = expected["clamped_n32_cg"].as_f64().expect("a number");
    assert_eq!(ended.stop, Stop::Converged);
    assert!((ended.steps as f64 / known - 1.0).abs() < 0.03, "{}", ended.steps);
    let incomplete = r#"{"method": "pde.cg", "params": {"preconditioner": "ic0"}}"#;
    let refused = plate(r#""n": 32"#, incomplete).try_stepper(0).err().expect("pivots are not positive");
    assert_eq!(refused.field, "preconditioner.shift");
    let lines = r#"{"method": "pde.fgmres", "params": {"preconditioner": "line"}}"#;
    let refused = plate(r#""n": 8"#, lines).try_stepper(0).err().expect("lines are wider");
    assert!(refused.message.contains("no neighbour"), "{refused:?}");
}

#[test]
fn every_edge_is_of_second_order() {
    for (params, u) in [
        (r#""edges": "clamped""#, "exp(x)*sin(2*y) + x^3"),
        (r#""edges": "simply-supported""#, "exp(x)*sin(2*y) + x^3"),
        (r#""edges": "clamped", "dimension": "1""#, "exp(2*x)"),
        (r#""edges": "simply-supported", "dimension": "1""#, "exp(2*x)"),
    ] {
        let error = |n: u32| {
            let bench = plate(&format!(r#""n": {n}, "exact": "{u}", {params}"#), CG);
            assert_eq!(bench.instance.levels()[0].series, EXACT);
            bench.instance.levels()[0].value
        };
        let order = libm::log2(error(16) / error(32));
        assert!((1.75..2.3).contains(&order), "{params}: order {order} {}", error(32));
    }
}

#[test]
fn simply_supported_is_poisson_twice() {
    let n = 24;
    let bench = plate(&format!(r#""n": {n}, "edges": "simply-supported", "source": "x*exp(y)""#), CG);
    let u = problem(&bench).direct.clone().expect("it is small enough");
    let poisson = Bench::poisson(&format!(r#""n": {n}, "source": "x*exp(y)""#), CG);
    let inner = poisson.instance.as_any().downcast_ref::<LinearProblem>().expect("a linear problem");
    let v = inner.direct.clone().expect("it is small enough");
    // The second solve has the values of v at the nodes as its right-hand side: the first one's matrix applied to u gives v.
    let mut image = vec![0.0; v.len()];
    iterscope_linear::Operator::apply(&*inner.matrix, &u, &mut image);
    let off = image.iter().zip(v.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(off < 1e-9, "{off}");
}

#[test]
fn the_referee_takes_the_laplacian_twice() {
    for edges in ["clamped", "simply-supported"] {
        let bench = plate(&format!(r#""n": 12, "edges": "{edges}", "exact": "x^2*exp(y)""#), CG);
        let p = problem(&bench);
        let (mut by_matrix, mut by_view) = (vec![0.0; p.rhs.len()], vec![0.0; p.rhs.len()]);
        let u: Vec<f64> = (0..p.rhs.len()).map(|k| libm::sin(k as f64)).collect();
        iterscope_linear::Operator::residual(&*p.matrix, &p.rhs, &u, &mut by_matrix);
        (p.view)().residual(&u, &mut by_view);
        let size = by_matrix.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        let off = by_matrix.iter().zip(&by_view).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-12 * size, "{edges}: {off} of {size}");
    }
}

#[test]
fn multigrid_takes_as_many_steps_on_every_grid() {
    let run = r#"{"method": "pde.cg", "params": {"preconditioner": "multigrid", "preconditioner.cycle": "w", "preconditioner.pre": 2, "preconditioner.post": 2}}"#;
    for edges in ["clamped", "simply-supported"] {
        let steps = [16, 64].map(|n| {
            let ended = plate(&format!(r#""n": {n}, "edges": "{edges}""#), run).run(0);
            assert_eq!(ended.stop, Stop::Converged, "{edges} {n}");
            ended.steps
        });
        assert!(steps[1] <= 2 * steps[0] && steps[1] < 40, "{edges}: {steps:?}");
    }
    let plain = plate(r#""n": 64, "edges": "simply-supported""#, CG).run(0).steps;
    assert!(plain > 200, "{plain}");
}

#[test]
fn what_is_taken_away_has_the_edges() {
    let bench = plate(r#""n": 4, "exact": "x + 2*y""#, CG);
    let mut stepper = bench.stepper(0);
    stepper.advance(30).expect("the CPU does not fail");
    let Artifact::Table { columns, rows } = stepper.result().expect("the CPU does not fail") else { panic!("a table") };
    assert_eq!((columns.join(" "), rows.len()), ("x y u".to_owned(), 25));
    for row in rows {
        let [Cell::Real(x), Cell::Real(y), Cell::Real(u)] = row[..] else { panic!("three numbers") };
        assert!((u - x - 2.0 * y).abs() < 1e-8, "{x} {y} {u}");
    }
    let refused = |params: &str| Bench::try_new(&json(params, CG)).err().expect("it is refused").field;
    assert_eq!(refused(r#""exact": "x", "source": "2""#), "exact");
    assert_eq!(refused(r#""source": "1/(x - 0.5)""#), "source");
    assert_eq!(refused(r#""exact": "abs(x - 0.3)""#), "exact");
    assert_eq!(refused(r#""n": 100000"#), "n");
}
