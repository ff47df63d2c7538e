//! Nonlinear steady problems, against closed forms and figures of independent programs (numpy 2.4.6 and scipy 1.17.1): folds of the difference equation by
//! pseudo-arclength continuation and Newton's method on the extended system; linear finite elements on right triangles for the p-Laplace
//! equation (epsilon 1e-6, Newton's method with continuation in p) and for Scherk's surface (Newton's method from the harmonic start).

use iterscope_core::{Artifact, Breakdown, Cell, Progress, Severity, Stepper, Stop};
use iterscope_kernels::rng::Rng;
use iterscope_pde::nonlinear::NonlinearProblem;
use iterscope_pde::referee::EXACT;
use iterscope_pde::system::{Part, System};

use crate::bench::Bench;

const NEWTON: &str = r#"{"method": "pde.newton"}"#;
const SCHERK: &str = r#""exact": "log(cos(y - 1/2)/cos(x - 1/2))""#;

fn bench(problem: &str, params: &str, runs: &str, rtol: f64) -> Bench {
    Bench::new(&experiment(problem, params, runs, rtol))
}

fn experiment(problem: &str, params: &str, runs: &str, rtol: f64) -> String {
    format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.{problem}", "params": {{{params}}}}}, "runs": [{runs}], "stop": {{"rtol": {rtol}, "max_steps": 500}}}}"#
    )
}

fn with(method: &str, params: &str) -> String {
    format!(r#"{{"method": "pde.{method}", "params": {{{params}}}}}"#)
}

/// The problem itself.
fn problem(bench: &Bench) -> &NonlinearProblem {
    bench.instance.as_any().downcast_ref().expect("a nonlinear problem")
}

/// The stepper at the end of its run, which must have converged, and its steps.
fn solved(bench: &Bench) -> (Box<dyn Stepper>, u64) {
    let ended = bench.run(0);
    assert_eq!(ended.stop, Stop::Converged, "{}: {ended:?}", bench.experiment.to_json());
    let mut stepper = bench.stepper(0);
    stepper.advance(ended.steps as u32).expect("the CPU does not fail");
    (stepper, ended.steps)
}

/// The rows of the result: coordinates and value.
fn rows(stepper: &mut dyn Stepper) -> Vec<Vec<f64>> {
    let Artifact::Table { rows, .. } = stepper.result().expect("the CPU does not fail") else { panic!("a table") };
    let number = |cell: &Cell| if let Cell::Real(x) = cell { *x } else { panic!("a number") };
    rows.iter().map(|row| row.iter().map(number).collect()).collect()
}

/// The largest value of the solution.
fn largest(problem: &str, params: &str, run: &str) -> f64 {
    let (mut stepper, _) = solved(&bench(problem, params, run, 1e-10));
    rows(stepper.as_mut()).iter().map(|row| row[row.len() - 1]).fold(f64::NEG_INFINITY, f64::max)
}

fn close(found: f64, expected: f64, relative: f64, what: &str) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found} instead of {expected}");
}

/// Some problems with every kind of side, domain and dimension.
const VARIED: [(&str, &str); 9] = [
    ("bratu", r#""n": 8, "lambda": 2, "source": "x - y""#),
    ("bratu", r#""n": 9, "dimension": "1", "left": "du/dn = 1", "right": "du/dn + 2*u = x""#),
    ("bratu", r#""n": 6, "left": "periodic", "right": "periodic", "top": "du/dn + u = 3", "bottom": "u = x*(1 - x)""#),
    ("bratu", r#""n": 4, "dimension": "3", "left": "du/dn = y", "lambda": 3"#),
    ("minimal-surface", r#""n": 7, "source": "x""#),
    ("minimal-surface", r#""n": 4, "dimension": "3", "top": "du/dn = 0", "right": "du/dn = 0", "front": "u = x""#),
    ("p-laplace", r#""n": 8, "p": 3, "domain": "x^2 + y^2 < 0.8", "boundary": "x*y""#),
    ("p-laplace", r#""n": 6, "p": 1.5, "left": "periodic", "right": "periodic", "epsilon": 0.1"#),
    ("p-laplace", r#""n": 4, "p": 5, "dimension": "3", "back": "periodic", "front": "periodic""#),
];

#[test]
fn the_routes_of_method_and_referee_agree_and_follow_from_the_energy() {
    for (name, params) in VARIED {
        let b = bench(name, params, NEWTON, 1e-8);
        let (p, what) = (problem(&b), format!("{name} {params}"));
        let (model, n) = (&*p.model, p.model.len());
        let mut u = vec![0.0; n];
        Rng::new(5).normal_fill(&mut u);
        let mut values = model.values();
        let (mut f, mut next) = (vec![0.0; n], vec![0.0; n]);
        model.residual(&u, &mut values, &mut f);
        let size = f.iter().map(|f| f.abs()).fold(1.0, f64::max);
        let mut jacobian = model.pattern(false).expect("small");
        model.jacobian(&u, &mut values, &mut jacobian);
        let (mut lagged, mut rhs) = (model.pattern(true).expect("small"), vec![0.0; n]);
        model.lagged(&u, &mut values, &mut lagged, &mut rhs);
        // F(u) = b(u) - A(u) u
        lagged.residual(&rhs, &u, (0, u.len()), &mut next);
        for (k, (&f, &next)) in f.iter().zip(&next).enumerate() {
            assert!((next - f).abs() < 1e-11 * size, "{what}: lagged, {k}");
            let (own, slope) = model.at_unknown(k, &values);
            assert!((own - f).abs() < 1e-11 * size, "{what}: at {k}");
            let diagonal = jacobian.entry(k, k);
            assert!((slope + diagonal).abs() < 1e-10 * diagonal.abs(), "{what}: slope at {k}, {slope} {diagonal}");
        }
        // The derivative of the energy, and that of the residual, by central differences.
        let step = 1e-5;
        for k in [0, n / 2, n - 1] {
            let mut moved = |by: f64, out: &mut [f64]| {
                let mut u = u.clone();
                u[k] += by;
                model.residual(&u, &mut values, out);
                model.energy(&u, &mut values)
            };
            let (mut up, mut down) = (vec![0.0; n], vec![0.0; n]);
            let slope = (moved(step, &mut up) - moved(-step, &mut down)) / (2.0 * step);
            assert!((slope + f[k]).abs() < 1e-6 * size, "{what}: energy, {slope} {}", f[k]);
            for i in 0..n {
                let entry = -(up[i] - down[i]) / (2.0 * step);
                let most = jacobian.values.iter().map(|v| v.abs()).fold(1.0, f64::max);
                assert!((entry - jacobian.entry(i, k)).abs() < 1e-6 * most, "{what}: entry {i} {k}");
            }
        }
        // The parts of the system add up, and its derivatives are minus those above.
        let mut system = p.system();
        let parts = [Part::Stiff, Part::Rest].map(|part| {
            let mut out = vec![0.0; n];
            system.rate(part, 0.0, &u, &mut out);
            (out, system.jacobian(part, 0.0, &u))
        });
        for (f, (stiff, rest)) in f.iter().zip(parts[0].0.iter().zip(&parts[1].0)) {
            assert!((stiff + rest - f).abs() < 1e-11 * size, "{what}: parts");
        }
        let sum = |at: usize| parts[0].1.values[at] + parts[1].1.values[at] + jacobian.values[at];
        let scale = jacobian.values.iter().map(|v| v.abs()).fold(0.0, f64::max);
        assert!((0..jacobian.nnz()).all(|at| sum(at).abs() < 1e-11 * scale), "{what}: derivatives of the parts");
    }
}

#[test]
fn the_error_of_a_known_solution_falls_with_order_two() {
    for (name, params) in [
        ("bratu", r#""lambda": 2, "exact": "sin(3*x)*exp(y)/2""#),
        ("bratu", r#""lambda": 2, "exact": "sin(3*x)*exp(y)/2", "left": "du/dn = 0", "top": "du/dn + 2*u = 0""#),
        ("bratu", r#""lambda": 1, "dimension": "1", "exact": "cos(5*x)""#),
        ("minimal-surface", r#""exact": "x^2 + sin(2*y)*x""#),
        ("p-laplace", r#""p": 3, "exact": "exp(x) + y^2/2 + y""#),
        ("p-laplace", r#""p": 1.6, "dimension": "3", "exact": "2*x + x*y + z + z^2/3""#),
    ] {
        let sizes = if params.contains(r#""3""#) { [8, 16] } else { [16, 32] };
        let error = |n: usize| {
            let b = bench(name, &format!(r#""n": {n}, {params}"#), NEWTON, 1e-10);
            let ended = b.run(0);
            assert_eq!(ended.stop, Stop::Converged, "{name} {params}: {ended:?}");
            ended.values[b.place(EXACT)]
        };
        let order = libm::log2(error(sizes[0]) / error(sizes[1]));
        assert!((1.85..2.25).contains(&order), "{name} {params}: order {order}");
    }
}

#[test]
fn bratus_solutions_and_folds_are_those_of_the_closed_form_and_of_continuation() {
    // Values in the middle for lambda = 1, extrapolated from two grids.
    for (initial, exact) in [("", 0.140_539_214_400_470_93), ("16*x*(1 - x)", 4.091_467_246_189_261)] {
        let middle = |n: u32| {
            let params = format!(r#""dimension": "1", "lambda": 1, "n": {n}, "initial": "{initial}""#);
            largest("bratu", &params, NEWTON)
        };
        let (coarse, fine) = (middle(64), middle(128));
        close(fine, exact, 2e-4, "on the grid");
        close(fine + (fine - coarse) / 3.0, exact, 1e-7, "extrapolated");
    }
    // The fold of the difference equation: solutions just below it, none just above.
    for (n, fold, height) in [
        (16, 3.506_681_116_784_88, 1.185_536_815_797_501),
        (32, 3.512_044_932_444_155_6, 1.186_516_441_395_738_5),
        (64, 3.513_384_373_232_512_3, 1.186_760_775_494_539_5),
    ] {
        let at = |part: f64| {
            let params = format!(r#""dimension": "1", "n": {n}, "lambda": {}"#, fold * part);
            bench("bratu", &params, NEWTON, 1e-10)
        };
        let (mut below, _) = solved(&at(1.0 - 1e-6));
        let middle = rows(below.as_mut())[n / 2][1];
        close(middle, height, 3e-3, "height at the fold");
        let above = at(1.0 + 1e-6);
        let ended = above.run(0);
        assert!(matches!(ended.stop, Stop::Breakdown(_)), "n = {n}: {ended:?}");
    }
}

#[test]
fn beyond_the_fold_every_method_says_that_there_is_no_solution() {
    for (dimension, n, lambda) in [("1", 8, 3.6), ("2", 8, 7.0), ("3", 4, 10.5)] {
        let params = format!(r#""dimension": "{dimension}", "n": {n}, "lambda": {lambda}"#);
        let noted = bench("bratu", &params, NEWTON, 1e-8);
        let note = noted.instance.notes().iter().find(|n| n.severity == Severity::Warning).expect("a warning");
        assert!(note.text.contains("no solution") && note.fixes.len() == 2, "{note:?}");
        for fix in &note.fixes {
            let lambda = fix.params["lambda"].as_real().expect("a number");
            let params = format!(r#""dimension": "{dimension}", "n": {n}, "lambda": {lambda}"#);
            solved(&bench("bratu", &params, NEWTON, 1e-8));
        }
        for run in [
            NEWTON.to_owned(),
            with("newton", r#""solver": "cg", "solver.preconditioner": "ic0""#),
            with("newton", r#""line_search": "none""#),
            with("picard", ""),
            with("anderson", ""),
            with("nonlinear-cg", ""),
            with("fas", ""),
        ] {
            let b = bench("bratu", &params, &run, 1e-8);
            let ended = b.run(0);
            assert_ne!(ended.stop, Stop::Converged, "{run} {params}");
            let mut stepper = b.stepper(0);
            stepper.advance(ended.steps as u32).expect("the CPU does not fail");
            let remark = stepper.remark().expect("it says so");
            assert!(remark.contains("No solution was found"), "{run}: {remark}");
        }
    }
    // Other sides have no fold that is known, and a method still says what it did not find.
    let free = r#""n": 8, "left": "du/dn = 0", "lambda": 30"#;
    let b = bench("bratu", free, NEWTON, 1e-8);
    assert!(b.instance.notes().is_empty());
    let mut stepper = b.stepper(0);
    let Progress::Stopped(stop) = stepper.advance(400).expect("the CPU does not fail") else { panic!("it goes on") };
    assert_eq!(stop, Stop::Breakdown(Breakdown::LineSearch));
    assert!(stepper.remark().expect("a remark").contains("No solution was found"));
}

#[test]
fn p_laplace_values_are_those_of_closed_form_and_finite_elements() {
    let energy = with("newton", r#""line_search": "energy""#);
    // (p - 1)/p 2^(-p/(p - 1)) in the middle of the interval.
    for (p, exact) in [
        (1.5, 0.041_666_666_666_666_664),
        (3.0, 0.235_702_260_395_515_84),
        (4.0, 0.297_637_697_244_037_44),
        (10.0, 0.416_643_620_529_280_67),
    ] {
        let middle = |n: u32| {
            let params = format!(r#""dimension": "1", "p": {p}, "n": {n}, "epsilon": 1e-6"#);
            largest("p-laplace", &params, &energy)
        };
        let (coarse, fine) = (middle(64), middle(128));
        close(fine, exact, 1e-3, "1-D");
        assert!((fine - exact).abs() < 0.6 * (coarse - exact).abs(), "p = {p}: {coarse} {fine} {exact}");
    }
    // The same triangles: every digit but those that the regularisation and the stop take.
    for (p, n, expected) in [
        (3.0, 16, 0.186_054_373_597_853_07),
        (3.0, 32, 0.186_711_867_093_905_55),
        (4.0, 16, 0.257_225_130_491_186_34),
        (4.0, 32, 0.258_786_448_401_669_37),
        (1.5, 16, 0.013_267_345_087_472_097),
        (1.5, 32, 0.013_350_737_624_974_365),
    ] {
        let params = format!(r#""p": {p}, "n": {n}, "epsilon": 1e-6"#);
        close(largest("p-laplace", &params, &energy), expected, 1e-7, &params);
    }
    // The disc with its edge in stairs.
    for (p, exact) in [(3.0, 0.471_404_520_791_031_7), (4.0, 0.595_275_394_488_074_9), (1.5, 0.083_333_333_333_333_33)]
    {
        let params =
            format!(r#""p": {p}, "n": 64, "domain": "x^2 + y^2 < 1", "x_min": -1, "y_min": -1, "epsilon": 1e-6"#);
        close(largest("p-laplace", &params, &energy), exact, 0.03, &params);
    }
}

#[test]
fn scherks_surface_has_the_errors_areas_and_newton_steps_of_finite_elements() {
    for (n, error, area) in [
        (16, 2.120_019_790_871_619e-6, 1.086_916_772_231_546),
        (32, 5.327_918_062_569_825e-7, 1.087_163_672_364_427),
        (64, 1.338_713_769_977_184_5e-7, 1.087_225_391_370_694_6),
    ] {
        let b = bench("minimal-surface", &format!(r#""n": {n}, {SCHERK}"#), NEWTON, 1e-12);
        let (mut stepper, steps) = solved(&b);
        assert_eq!(steps, 3);
        let surface = |x: f64, y: f64| libm::log(libm::cos(y - 0.5) / libm::cos(x - 0.5));
        let worst = rows(stepper.as_mut()).iter().map(|r| (r[2] - surface(r[0], r[1])).abs()).fold(0.0, f64::max);
        close(worst, error, 1e-3, "largest error");
        let values = b.measure(stepper.as_mut(), 3);
        close(values[b.place("energy")], area, 1e-12, "area");
    }
}

#[test]
fn newtons_digits_double_and_inexact_and_lazy_steps_reach_the_same() {
    let reference = largest("bratu", r#""n": 32, "lambda": 6"#, NEWTON);
    let b = bench("bratu", r#""n": 32, "lambda": 6"#, NEWTON, 1e-8);
    let mut stepper = b.stepper(0);
    let mut exponents = Vec::new();
    for _ in 0..5 {
        exponents.push(-libm::log10(b.measure(stepper.as_mut(), 3)[0]));
        stepper.advance(1).expect("the CPU does not fail");
    }
    assert!(exponents[3] > 1.8 * exponents[2] && exponents[4] > 1.8 * exponents[3], "{exponents:?}");
    let mut inner = Vec::new();
    for params in [
        r#""solver": "cg""#,
        r#""solver": "cg", "forcing": "fixed""#,
        r#""solver": "minres", "solver.preconditioner": "multigrid""#,
        r#""solver": "gmres""#,
        r#""solver": "bicgstab", "solver.preconditioner": "ilu0""#,
        r#""solver": "idr""#,
        r#""lazy": 4"#,
        r#""line_search": "energy""#,
    ] {
        let run = with("newton", params);
        close(largest("bratu", r#""n": 32, "lambda": 6"#, &run), reference, 1e-9, params);
        let (stepper, _) = solved(&bench("bratu", r#""n": 32, "lambda": 6"#, &run, 1e-10));
        inner.push(stepper.work().inner);
    }
    assert!(inner[0] < inner[1], "the forcing term saves inner steps: {inner:?}");
    // Shamanskii: more steps, fewer factorisations.
    let steps = |params: &str| solved(&bench("bratu", r#""n": 32, "lambda": 6.7"#, &with("newton", params), 1e-10)).1;
    let (each, lazy) = (steps(""), steps(r#""lazy": 4"#));
    assert!(lazy > each && lazy.div_ceil(4) < each, "{each} {lazy}");
}

#[test]
fn without_a_line_search_newton_fails_where_the_energy_leads_home() {
    let params = r#""n": 16, "p": 10"#;
    let full = bench("p-laplace", params, &with("newton", r#""line_search": "none""#), 1e-8).run(0);
    assert_eq!(full.stop, Stop::Diverged, "{full:?}");
    let b = bench("p-laplace", params, &with("newton", r#""line_search": "energy""#), 1e-8);
    let (mut stepper, place) = (b.stepper(0), b.place("energy"));
    let mut before = f64::INFINITY;
    for _ in 0..12 {
        let values = b.measure(stepper.as_mut(), 3);
        assert!(values[place] <= before + 1e-14, "the energy falls: {} after {before}", values[place]);
        before = values[place];
        stepper.advance(1).expect("the CPU does not fail");
    }
    solved(&b);
}

#[test]
fn picards_factor_is_the_predicted_one() {
    for (name, problem, run, steps) in [
        ("bratu", r#""n": 16, "lambda": 5"#, with("picard", ""), 20),
        ("bratu", r#""n": 16, "dimension": "1", "lambda": 3.5"#, with("picard", ""), 60),
        ("p-laplace", r#""n": 16, "p": 1.5"#, with("picard", ""), 15),
        ("p-laplace", r#""n": 16, "p": 2.5, "dimension": "1""#, with("picard", ""), 15),
        ("p-laplace", r#""n": 16, "p": 4, "dimension": "1""#, with("picard", r#""omega": 0.4"#), 16),
        ("minimal-surface", r#""n": 16"#, with("picard", ""), 80),
    ] {
        let b = bench(name, problem, &run, 1e-12);
        let predicted = b.prediction(0).expect("a small problem");
        let mut stepper = b.stepper(0);
        close(b.measure(stepper.as_mut(), 1)[0], predicted.start, 1e-12, "start");
        stepper.advance(steps - 5).expect("the CPU does not fail");
        let before = b.measure(stepper.as_mut(), 1)[0];
        stepper.advance(5).expect("the CPU does not fail");
        let rate = libm::pow(b.measure(stepper.as_mut(), 1)[0] / before, 0.2);
        close(rate, predicted.factor, 0.02, &format!("{name} {problem}"));
    }
    // |p - 2| in one dimension.
    for p in [1.3, 1.5, 2.5] {
        let b = bench(
            "p-laplace",
            &format!(r#""n": 32, "dimension": "1", "p": {p}, "epsilon": 1e-8"#),
            &with("picard", ""),
            1e-9,
        );
        close(b.prediction(0).expect("a small problem").factor, (p - 2.0_f64).abs(), 1e-3, "|p - 2|");
    }
    assert!(bench("bratu", r#""lambda": 8"#, &with("picard", ""), 1e-8).prediction(0).is_none());
}

/// Flat at the start, p-Laplace has a slope of 1e-32 for a single unknown. An independent implementation of the cycle in C (two triangles a cell, full
/// weighting, injection, two sweeps before and after) takes 13 cycles to 1e-8, and its solution is
/// 0.3944099048 in the middle.
#[test]
fn multigrid_without_derivatives_gets_away_from_a_flat_start() {
    let params = r#""n": 16, "p": 10"#;
    let (_, cycles) = solved(&bench("p-laplace", params, &with("fas", ""), 1e-8));
    assert!(cycles.abs_diff(13) <= 1, "{cycles}");
    let fas = largest("p-laplace", params, &with("fas", ""));
    close(fas, 0.394_409_904_8, 1e-9, "in the middle");
    close(fas, largest("p-laplace", params, &with("newton", r#""line_search": "energy""#)), 1e-6, "Newton's");
}

#[test]
fn mixing_needs_far_fewer_steps_than_picard_near_the_fold() {
    let params = r#""n": 32, "lambda": 6.7"#;
    let steps = |run: &str| solved(&bench("bratu", params, run, 1e-8)).1;
    let (picard, anderson, newton) = (steps(&with("picard", "")), steps(&with("anderson", "")), steps(NEWTON));
    assert!(picard > 60 && anderson < 15 && newton < 8, "{picard} {anderson} {newton}");
    assert_eq!(steps(&with("anderson", r#""m": 0"#)), picard, "without memory it is Picard's iteration");
}

#[test]
fn nonlinear_conjugate_gradients_are_linear_ones_on_a_quadratic_energy_and_always_go_down() {
    // p = 2 is Poisson's equation; the start is not its solution.
    let params = r#""n": 24, "p": 2, "initial": "0""#;
    let linear = Bench::poisson(r#""n": 24"#, r#"{"method": "pde.cg"}"#).run(0).steps;
    for formula in ["polak-ribiere", "fletcher-reeves", "hager-zhang"] {
        let run = with("nonlinear-cg", &format!(r#""formula": "{formula}""#));
        let (_, steps) = solved(&bench("p-laplace", params, &run, 1e-8));
        assert!(steps.abs_diff(linear) <= 3, "{formula}: {steps} against {linear}");
    }
    let run = with("nonlinear-cg", "");
    for (name, params) in [("minimal-surface", r#""n": 16"#), ("p-laplace", r#""n": 16"#), ("bratu", r#""n": 16"#)] {
        let b = bench(name, params, &run, 1e-8);
        let (mut stepper, place) = (b.stepper(0), b.place("energy"));
        let mut before = f64::INFINITY;
        for step in 0..40 {
            let energy = b.measure(stepper.as_mut(), 2)[place];
            assert!(energy <= before + 1e-13 * energy.abs(), "{name}, step {step}: {energy} after {before}");
            before = energy;
            stepper.advance(1).expect("the CPU does not fail");
        }
        let newton = largest(name, params, NEWTON);
        close(largest(name, params, &with("nonlinear-cg", r#""preconditioner": "ssor""#)), newton, 1e-8, name);
    }
}

#[test]
fn fas_takes_as_many_cycles_on_every_grid_and_finds_newtons_solution() {
    for (name, params) in [("bratu", r#""lambda": 5"#), ("minimal-surface", SCHERK)] {
        let steps =
            |n: u32, more: &str| solved(&bench(name, &format!(r#""n": {n}, {params}"#), &with("fas", more), 1e-9)).1;
        let (coarse, fine) = (steps(32, ""), steps(128, ""));
        assert!(coarse.abs_diff(fine) <= 2 && fine <= 9, "{name}: {coarse} {fine}");
        assert!(steps(64, r#""cycle": "w""#) <= fine && steps(64, r#""cycle": "f""#) <= fine);
        // What full multigrid begins with is at the accuracy of the grid.
        let b = bench(name, &format!(r#""n": 64, {params}"#), &with("fas", r#""start": "full""#), 1e-9);
        let mut stepper = b.stepper(0);
        stepper.advance(1).expect("the CPU does not fail");
        let largest_of = |stepper: &mut dyn Stepper| rows(stepper).iter().map(|r| r[2]).fold(f64::MIN, f64::max);
        let reached = largest_of(stepper.as_mut());
        let newton = largest(name, &format!(r#""n": 64, {params}"#), NEWTON);
        close(reached, newton, 1e-3, name);
        close(largest_of(solved(&b).0.as_mut()), newton, 1e-7, name);
    }
    for params in [
        r#""n": 16, "lambda": 2, "left": "du/dn = 0""#,
        r#""n": 16, "dimension": "3""#,
        r#""n": 64, "dimension": "1", "lambda": 3"#,
    ] {
        let found = largest("bratu", params, &with("fas", ""));
        close(found, largest("bratu", params, NEWTON), 1e-7, params);
    }
}

#[test]
fn what_does_not_fit_is_refused_at_the_field() {
    let refused = |name: &str, params: &str, run: &str| match Bench::try_new(&experiment(name, params, run, 1e-8)) {
        Err(e) => e,
        Ok(bench) => bench.try_stepper(0).err().unwrap_or_else(|| panic!("{name} {params} {run} is accepted")),
    };
    for (name, params, field) in [
        ("minimal-surface", r#""left": "du/dn + u = 0""#, "left"),
        ("minimal-surface", r#""top": "du/dn = 1""#, "top"),
        ("p-laplace", r#""bottom": "du/dn = x""#, "bottom"),
        ("bratu", r#""exact": "x", "source": "1""#, "exact"),
        ("bratu", r#""exact": "abs(x - 0.5)""#, "exact"),
        ("p-laplace", r#""dimension": "3", "n": 128"#, "n"),
        ("p-laplace", r#""initial": "1/x", "left": "du/dn = 0""#, "initial"),
        ("bratu", r#""initial": "q""#, "initial"),
        ("p-laplace", r#""domain": "x > 2""#, "domain"),
    ] {
        assert_eq!(refused(name, params, NEWTON).field, field, "{name} {params}");
    }
    assert_eq!(refused("p-laplace", r#""domain": "x + y < 1""#, &with("fas", "")).field, "method");
    let run = with("newton", r#""solver": "cg", "solver.preconditioner": "multigrid""#);
    assert_eq!(refused("p-laplace", r#""domain": "x + y < 1""#, &run).field, "solver.preconditioner");
}

#[test]
fn fas_holds_corrections_back_where_coarse_grids_lead_astray() {
    let b = bench("p-laplace", r#""n": 32, "p": 6"#, &with("fas", ""), 1e-8);
    let start = b.measure(b.stepper(0).as_mut(), 0)[0];
    let ended = b.run(0);
    assert_ne!(ended.stop, Stop::Diverged, "{ended:?}");
    assert!(ended.values[0] < 0.1 * start, "{start} to {}", ended.values[0]);
}
