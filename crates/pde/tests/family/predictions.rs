//! Predicted steps against those of independent programs (numpy 2.4.6, scipy 1.17.1; the numbers that the oracles `ell-01`, `ell-04`,
//! `ell-06`, `ell-07`, `ell-13`, `mg-03` and `spec-02` hold), and against what is measured.

use iterscope_core::Stop;

use crate::bench::Bench;

fn run(method: &str, params: &str) -> String {
    format!(r#"{{"method": "pde.{method}", "params": {{{params}}}}}"#)
}

/// The predicted steps to 1e-8.
fn predicted(bench: &Bench) -> u64 {
    let p = bench.prediction(0).expect("a prediction");
    assert!(!p.bound, "{}", p.words);
    p.steps_to(1e-8).unwrap_or_else(|| panic!("{}", p.words))
}

#[test]
fn conjugate_gradients_are_predicted_within_a_fifth() {
    let pc = |name: &str| format!(r#""preconditioner": "{name}""#);
    let ssor = |omega: &str| format!(r#""preconditioner": "ssor", "preconditioner.omega": {omega}"#);
    for (problem, method, expected) in [
        (r#""n": 64"#, String::new(), 118),
        (r#""n": 64"#, pc("jacobi"), 118),
        (r#""n": 64"#, ssor("1.0"), 60),
        (r#""n": 64"#, ssor("1.7"), 32),
        (r#""n": 64"#, pc("ic0"), 51),
        // 511 x 511 unknowns.
        (r#""n": 512"#, String::new(), 939),
        (r#""dimension": "3", "n": 24"#, String::new(), 57),
        (r#""dimension": "3", "n": 24"#, ssor("1.5"), 20),
        (
            r#""n": 32, "source": "cos(pi*x)*cos(2*pi*y)", "left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#,
            String::new(),
            88,
        ),
    ] {
        let both = [Bench::poisson(problem, &run("cg", &method)), Bench::of(problem, &run("cg", &method))];
        for bench in both {
            let found = predicted(&bench);
            assert!(found.abs_diff(expected) * 5 <= expected, "{problem} {method}: {found} for {expected}");
        }
    }
    let layers = Bench::of(r#""n": 48, "diffusion_y": "0.01""#, &run("cg", ""));
    assert!(predicted(&layers).abs_diff(241) * 5 <= 241, "{}", predicted(&layers));
    // Small enough to be run beforehand: the count is exact.
    let small = Bench::of(r#""n": 16"#, &run("cg", ""));
    assert_eq!(predicted(&small), small.run(0).steps);
}

#[test]
fn a_bound_is_called_a_bound() {
    let p = Bench::of(r#""n": 64"#, &run("cg", "")).prediction(0).expect("a prediction");
    assert!(
        !p.bound && p.words.contains("The bound from kappa = 1.6594e3") && p.words.contains("at most"),
        "{}",
        p.words
    );
}

#[test]
fn other_methods_are_predicted_within_a_fifth() {
    let helmholtz = r#""n": 32, "reaction": "-150", "source": "exp(-80*((x - 0.31)^2 + (y - 0.62)^2))""#;
    let minres = Bench::poisson(helmholtz, &run("minres", ""));
    assert!(predicted(&minres).abs_diff(137) <= 1);
    let breaks = Bench::poisson(helmholtz, &run("cg", ""));
    assert!(breaks.prediction(0).is_none(), "nothing is expected of a recurrence that breaks down");
    // Local Fourier analysis: cycles of two grids, a little better than the V-cycles.
    for (smoother, expected) in [("gauss-seidel", 11), ("red-black", 9), ("jacobi", 19)] {
        let params = format!(r#""smoother": "{smoother}""#);
        let found = predicted(&Bench::of(r#""n": 64"#, &run("multigrid", &params)));
        assert!(found.abs_diff(expected) <= 3, "{smoother}: {found} for {expected}");
    }
    for (problem, method, params) in [
        (r#""n": 48"#, "minres", r#""preconditioner": "ssor""#),
        (r#""n": 48, "velocity_x": "20*y", "velocity_y": "-10""#, "gmres", r#""restart": 100"#),
        (r#""n": 48, "velocity_x": "20*y", "velocity_y": "-10""#, "bicgstab", r#""preconditioner": "ilu0""#),
        (
            r#""n": 48, "velocity_x": "20*y", "velocity_y": "-10""#,
            "fgmres",
            r#""preconditioner": "multigrid", "preconditioner.cycle": "k""#,
        ),
        (r#""n": 40"#, "chebyshev", r#""preconditioner": "jacobi""#),
        (r#""n": 40"#, "ssor", r#""omega": 1.5"#),
        (r#""n": 40"#, "richardson", r#""preconditioner": "ssor""#),
        (r#""n": 40"#, "steepest-descent", r#""preconditioner": "ssor", "preconditioner.omega": 1.2"#),
        (r#""n": 48, "domain": "x + y < 1.5""#, "schwarz", r#""kind": "multiplicative""#),
        (r#""n": 48, "source": "x*y", "diffusion_x": "1 + x""#, "multigrid", ""),
    ] {
        let bench = Bench::of(problem, &run(method, params));
        let (found, ended) = (predicted(&bench), bench.run(0));
        assert_eq!(ended.stop, Stop::Converged, "{method} {params}");
        assert!(
            found.abs_diff(ended.steps) * 5 <= ended.steps.max(10),
            "{method} {params}: {found} for {}",
            ended.steps
        );
    }
}

#[test]
fn poisson_in_flux_form_has_the_rates_of_young() {
    for (method, params) in [("jacobi", r#""omega": 0.9"#), ("sor", r#""auto": true"#), ("gauss-seidel", "")] {
        let bench = Bench::poisson(r#""n": 24, "diffusion": "1 + x", "left": "du/dn + u = 0""#, &run(method, params));
        let (found, ended) = (predicted(&bench), bench.run(0));
        assert!(found.abs_diff(ended.steps) * 4 <= ended.steps, "{method}: {found} for {}", ended.steps);
    }
}
