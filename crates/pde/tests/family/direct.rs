//! Elimination and alternating directions.

use std::f64::consts::PI;

use iterscope_core::{Backend, Stop};
use iterscope_pde::FAMILY;

use crate::bench::Bench;

fn refused(bench: &Bench) -> (String, String) {
    let e = bench.try_stepper(0).err().expect("it is refused");
    (e.field, e.message)
}

fn direct(solver: &str) -> String {
    format!(r#"{{"method": "pde.direct", "params": {{"solver": "{solver}"}}}}"#)
}

/// Fill and negative pivots.
fn diagnostics(bench: &Bench) -> (f64, f64) {
    let mut stepper = bench.stepper(0);
    let at = bench.instance.series().len();
    let values = bench.measure(stepper.as_mut(), 2);
    (values[at], values[at + 1])
}

#[test]
fn one_step_solves() {
    let variable = r#""n": 20, "diffusion": "1 + x", "reaction": "y", "domain": "x + y < 1.7", "left": "du/dn = 1""#;
    for params in
        [r#""n": 24"#, variable, r#""dimension": "3", "n": 9, "right": "du/dn + u = 2""#, r#""dimension": "1""#]
    {
        for solver in ["cholesky", "banded"] {
            let ended = Bench::poisson(params, &direct(solver)).run(0);
            assert_eq!((ended.stop, ended.steps), (Stop::Converged, 1), "{params} {solver}: {ended:?}");
            assert!(ended.values[0] < 1e-12, "{ended:?}");
        }
    }
    for params in
        [r#""n": 24"#, r#""n": 27, "y_max": 2, "reaction": "-7", "diffusion": "3""#, r#""dimension": "3", "n": 10"#]
    {
        let ended = Bench::poisson(params, &direct("sine-transform")).run(0);
        assert_eq!((ended.stop, ended.steps), (Stop::Converged, 1), "{params}");
        assert!(ended.values[0] < 1e-12, "{ended:?}");
    }
    // With a flow the matrix is not symmetric: rows are exchanged, and the signs of the pivots say nothing.
    let flow = Bench::of(r#""n": 16, "velocity_x": "30*y""#, &direct("cholesky"));
    assert_eq!(flow.run(0).steps, 1);
    assert!(diagnostics(&flow).1.is_nan());
}

#[test]
fn refinement_regains_what_single_precision_lost() {
    let run = r#"{"method": "pde.direct", "backend": "cpu-f32"}"#;
    let bench = Bench::poisson(r#""n": 48, "diffusion": "1 + 50*x*y""#, run);
    let mut stepper = bench.stepper(0);
    let mut residual = || {
        stepper.advance(1).expect("the CPU does not fail");
        bench.measure(stepper.as_mut(), 2)[0]
    };
    let (first, second) = (residual(), residual());
    assert!(first < 1e-3 && second < first, "{first} {second}");
    let method = FAMILY.methods.iter().find(|m| m.info.id == "pde.direct").expect("it is there");
    assert!(method.info.backends.contains(&Backend::CpuF32));
}

#[test]
fn negative_pivots_count_negative_eigenvalues() {
    let n = 32;
    let bench = Bench::poisson(&format!(r#""n": {n}, "reaction": "-150""#), &direct("cholesky"));
    let wave = |j: usize| 2.0 * (n * n) as f64 * (1.0 - libm::cos(PI * j as f64 / n as f64));
    let below = (1..n).flat_map(|i| (1..n).map(move |j| (i, j))).filter(|&(i, j)| wave(i) + wave(j) < 150.0).count();
    let (fill, negative) = diagnostics(&bench);
    assert_eq!((negative, below), (8.0, 8));
    assert!((1.0..4.0).contains(&fill), "{fill}");
    let banded = diagnostics(&Bench::poisson(r#""n": 32"#, &direct("banded"))).0;
    assert!(banded > 10.0, "bands fill: {banded}");
    assert_eq!(diagnostics(&Bench::poisson(r#""n": 32, "reaction": "-150""#, &direct("sine-transform"))), (0.0, 8.0));
}

#[test]
fn what_elimination_cannot_is_refused() {
    let sides = r#""left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0""#;
    let (field, why) = refused(&Bench::poisson(&format!(r#""n": 8, {sides}"#), &direct("cholesky")));
    assert!(field == "method" && why.contains("singular"), "{why}");
    for params in [r#""diffusion": "1 + x""#, r#""domain": "x < 0.5""#, r#""left": "du/dn = 0""#] {
        let (field, why) = refused(&Bench::poisson(params, &direct("sine-transform")));
        assert!(field == "solver" && why.contains("constant coefficients"), "{params}: {why}");
    }
    assert_eq!(refused(&Bench::of(r#""velocity_x": "3""#, &direct("sine-transform"))).0, "solver");
    let plate = r#"{"schema": 1, "problem": {"id": "pde.biharmonic"}, "runs": [{"method": "pde.direct", "params": {"solver": "sine-transform"}}]}"#;
    assert_eq!(refused(&Bench::new(plate)).0, "solver");
}

fn adi(shifts: usize) -> String {
    format!(r#"{{"method": "pde.adi", "params": {{"shifts": {shifts}}}}}"#)
}

#[test]
fn alternating_directions_keep_what_theory_promises() {
    // A rough right-hand side holds every mode.
    let source = r#""source": "if(sin(37*x*y + 5*x) > 0, 1, -1)""#;
    for shifts in [1, 4, 8] {
        let bench = Bench::poisson(&format!(r#""n": 32, {source}"#), &adi(shifts));
        let expected = bench.prediction(0).and_then(|p| p.steps_to(1e-8)).expect("a theory");
        let steps = bench.run(0).steps;
        assert!(steps <= expected && steps as f64 > 0.5 * expected as f64, "{shifts}: {steps}, at most {expected}");
    }
    let steps = |n: u32| Bench::poisson(&format!(r#""n": {n}, {source}"#), &adi(8)).run(0).steps;
    let [coarse, fine] = [steps(16), steps(128)];
    assert!(fine <= coarse + 14 && fine < 34, "with the logarithm of the grid: {coarse} {fine}");
    // A residual of commuting parts never grows.
    let bench = Bench::poisson(&format!(r#""n": 32, "y_max": 3, "reaction": "5", {source}"#), &adi(5));
    let (mut stepper, mut before) = (bench.stepper(0), 1.0);
    for _ in 0..20 {
        stepper.advance(1).expect("the CPU does not fail");
        let now = bench.measure(stepper.as_mut(), 1)[0];
        assert!(now <= before, "{now} after {before}");
        before = now;
    }
    // Separable: the first direction varies along x, the second along y. And a constant flow.
    for params in [
        r#""n": 32, "diffusion_x": "1 + x", "diffusion_y": "2 - y", "exact": "sin(3*x + y)""#,
        r#""n": 32, "velocity_x": "20", "velocity_y": "-10", "exact": "sin(3*x + y)""#,
    ] {
        let ended = Bench::of(params, &adi(6)).run(0);
        assert!(ended.stop == Stop::Converged && ended.steps < 40, "{params}: {ended:?}");
    }
    // Directions that do not commute: one shift converges all the same.
    let jumps = r#""n": 32, "diffusion": "if((x - 0.5)*(y - 0.5) > 0, 20, 1)""#;
    let mut slow = Bench::poisson(jumps, &adi(1));
    slow.experiment.stop.max_steps = 2000;
    assert_eq!(slow.run(0).stop, Stop::Converged);
}

#[test]
fn alternating_directions_in_space_stay_within_their_bound() {
    let source = r#""dimension": "3", "source": "if(sin(37*x*y + 5*z) > 0, 1, -1)""#;
    let steps = |n: u32| {
        let bench = Bench::poisson(&format!(r#""n": {n}, {source}"#), &adi(6));
        let expected = bench.prediction(0).and_then(|p| p.steps_to(1e-8)).expect("a theory");
        let ended = bench.run(0);
        assert!(ended.stop == Stop::Converged && ended.steps <= expected, "{n}: {ended:?}, at most {expected}");
        ended.steps
    };
    let [coarse, fine] = [steps(8), steps(24)];
    assert!(fine <= 3 * coarse, "{coarse} {fine}");
}

#[test]
fn alternating_directions_need_a_box() {
    for (params, word) in [
        (r#""left": "du/dn = 0""#, "given values on all four sides"),
        (r#""domain": "x + y < 1.5""#, "given values on all four sides"),
        (r#""dimension": "3", "n": 8, "front": "du/dn = 0""#, "given values on all sides"),
        (r#""dimension": "1", "n": 8"#, "rectangle"),
        (r#""reaction": "-50""#, "positive eigenvalues"),
    ] {
        let (field, why) = refused(&Bench::poisson(params, &adi(4)));
        assert!(field == "method" && why.contains(word), "{params}: {why}");
    }
    let (_, why) = refused(&Bench::of(r#""n": 8, "velocity_x": "100""#, &adi(4)));
    assert!(why.contains("not real"), "{why}");
}
