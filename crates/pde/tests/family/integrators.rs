//! Integrators in time against numbers of independent programs and closed forms.

use iterscope_core::{Artifact, Cell, Stepper};
use iterscope_pde::FAMILY;
use iterscope_testkit::allocations;

use crate::bench::Bench;

/// A run on a typed system: parameters of the problem, method, parameters of the method.
pub fn course(problem: &str, method: &str, params: &str) -> Bench {
    Bench::new(&format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.system", "params": {{{problem}}}}}, "runs": [{{"method": "{method}", "params": {{{params}}}}}]}}"#
    ))
}

/// The fields at time `until`, field by field.
pub fn fields(stepper: &mut dyn Stepper) -> Vec<Vec<f64>> {
    let Artifact::Table { columns, rows } = stepper.result().unwrap() else { panic!("a table") };
    let value = |c: &Cell| if let Cell::Real(x) = c { *x } else { panic!("a number") };
    (0..columns.len()).map(|k| rows.iter().map(|r| value(&r[k])).collect()).collect()
}

/// Integrators of every typed system that step by a `dt`.
const FIXED: &[&str] = &[
    "euler",
    "heun",
    "rk4",
    "ssp-rk3",
    "rkc",
    "ab2",
    "implicit-euler",
    "crank-nicolson",
    "bdf2",
    "sdirk",
    "imex",
    "etdrk4",
    "strang",
    "srktase",
    "msrktase",
];

/// Every integrator of typed systems, with its parameters for a step or for a tolerance.
pub fn integrators(dt: f64, rtol: f64) -> impl Iterator<Item = (String, String)> {
    let fixed = FIXED.iter().map(move |m| (format!("pde.{m}"), format!(r#""dt": {dt}"#)));
    fixed.chain(["pde.dopri5", "pde.radau5"].map(|m| (m.to_owned(), format!(r#""rtol": {rtol}"#))))
}

/// Goes on to a time; whatever takes the steps, it stands there then.
pub fn go(stepper: &mut dyn Stepper, time: f64) {
    stepper.end_at(time);
    while stepper.clock().unwrap() < time {
        stepper.advance(1).unwrap();
    }
}

fn at_end(bench: &Bench, until: f64) -> Vec<f64> {
    let mut stepper = bench.stepper(0);
    stepper.end_at(until);
    stepper.advance(u32::MAX).unwrap();
    assert_eq!(stepper.clock(), Some(until));
    fields(stepper.as_mut()).remove(1)
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

/// time-02: u_t = u_xx + 20 (u - u^3) with 31 inner nodes, to t = 0.1.
const ALLEN_CAHN: &str = r#""dimension": "1", "n": 32, "equations": "u_t = u_xx + 20*(u - u^3); u(0) = sin(pi*x) + 0.3*sin(4*pi*x); all: u = 0""#;

fn reference() -> Vec<f64> {
    let u = at_end(&course(ALLEN_CAHN, "pde.rk4", r#""dt": 5e-6"#), 0.1);
    // What scipy's Radau finds at 1e-13.
    assert!((u[16] - 0.820_694_085_953_064_7).abs() < 1e-10);
    assert!((norm(&u) - 3.421_010_621_599_715_6).abs() < 1e-10);
    u
}

fn allen_cahn_error(reference: &[f64], method: &str, steps: usize, more: &str) -> f64 {
    let dt = 0.1 / steps as f64;
    let u = at_end(&course(ALLEN_CAHN, method, &format!(r#""dt": {dt}{more}"#)), 0.1);
    distance(&u, reference) / norm(reference)
}

/// A method, its parameters, and errors for some numbers of steps.
type Case = (&'static str, &'static str, &'static [(usize, f64)]);

#[test]
fn errors_on_allen_cahn_are_those_of_an_independent_program() {
    let reference = reference();
    let cases: &[Case] = &[
        ("pde.euler", "", &[(320, 1.7935e-4), (640, 8.9479e-5), (1280, 4.4692e-5)]),
        ("pde.ssp-rk3", "", &[(320, 2.1786e-8), (640, 2.6702e-9), (1280, 3.3051e-10)]),
        ("pde.rk4", "", &[(160, 2.8723e-9), (320, 1.7039e-10)]),
        ("pde.implicit-euler", "", &[(20, 2.7174e-3), (40, 1.3884e-3), (80, 7.0338e-4), (160, 3.5429e-4)]),
        ("pde.crank-nicolson", "", &[(20, 2.6765e-4), (40, 6.6138e-5), (80, 1.6485e-5), (160, 4.1183e-6)]),
        ("pde.sdirk", "", &[(20, 7.1664e-5), (40, 1.8782e-5), (80, 4.8084e-6), (160, 1.2164e-6)]),
        ("pde.imex", r#", "order": "1""#, &[(20, 2.2842e-3), (40, 1.0525e-3), (80, 5.0393e-4), (160, 2.4636e-4)]),
        ("pde.strang", "", &[(20, 3.7711e-4), (40, 9.4619e-5), (80, 2.3677e-5), (160, 5.9205e-6)]),
        ("pde.etdrk4", "", &[(10, 2.7850e-5), (20, 1.9918e-6), (40, 1.2484e-7), (80, 7.5854e-9)]),
        ("pde.bdf2", "", &[(20, 6.8532e-4), (40, 2.0538e-4), (80, 5.7569e-5), (160, 1.5352e-5)]),
    ];
    for (method, more, errors) in cases {
        for &(steps, expected) in *errors {
            let error = allen_cahn_error(&reference, method, steps, more);
            assert!((error - expected).abs() <= 0.01 * expected + 2e-12, "{method} {steps}: {error:e}");
        }
    }
}

#[test]
fn orders_are_what_they_are_said_to_be() {
    let reference = reference();
    let cases: &[(&str, &str, [usize; 2], f64)] = &[
        ("pde.heun", "", [640, 1280], 2.0),
        ("pde.ab2", "", [640, 1280], 2.0),
        ("pde.rkc", "", [640, 1280], 2.0),
        ("pde.rkc", r#", "stages": "fixed", "s": 6"#, [320, 640], 2.0),
        ("pde.imex", "", [160, 320], 2.0),
        ("pde.srktase", "", [160, 320], 2.0),
        ("pde.srktase", r#", "order": "3", "alpha": 1.5"#, [320, 640], 3.0),
        ("pde.srktase", r#", "order": "4", "alpha": 1.5"#, [640, 1280], 4.0),
        ("pde.msrktase", "", [160, 320], 2.0),
        ("pde.msrktase", r#", "order": "3", "alpha": 0.5"#, [640, 1280], 3.0),
        ("pde.msrktase", r#", "order": "3", "alpha": 0.5, "jacobian": "stiff""#, [640, 1280], 3.0),
    ];
    for (method, more, [few, many], order) in cases {
        let [a, b] = [few, many].map(|n| allen_cahn_error(&reference, method, *n, more));
        let found = libm::log2(a / b);
        assert!((found - order).abs() < 0.15, "{method}{more}: {found} from {a:e} and {b:e}");
    }
}

#[test]
fn steps_that_adapt_reach_their_tolerance() {
    let reference = reference();
    for (rtol, atol) in [(1e-4, 1e-6), (1e-6, 1e-8), (1e-8, 1e-10)] {
        for method in ["pde.dopri5", "pde.radau5"] {
            let u = at_end(&course(ALLEN_CAHN, method, &format!(r#""rtol": {rtol}, "atol": {atol}"#)), 0.1);
            let error = distance(&u, &reference) / norm(&reference);
            assert!(error < 10.0 * rtol, "{method} {rtol}: {error:e}");
        }
    }
}

fn words(problem: &str, method: &str, params: &str) -> (f64, String) {
    let p = course(problem, method, params).prediction(0).unwrap();
    (p.factor, p.words)
}

#[test]
fn the_limit_is_said_before_the_run() {
    // vpde-03: an unstable heat equation, 2-D, D = 60, h = 1.5, dt = 0.01, periodic with an even number of nodes.
    let heat = r#""n": 32, "x_max": 48, "y_max": 48, "equations": "u_t = 60*lap(u); u(0) = noise(x, y); periodic""#;
    let (growth, said) = words(heat, "pde.euler", r#""dt": 0.01"#);
    assert!((growth - 1.133_333_333_333_333_3).abs() < 1e-9, "{growth}");
    assert!(said.starts_with("dt is 1.067 times the limit 0.009375: the fastest mode grows by 1.133 a step"), "{said}");
    for (method, start) in [
        ("pde.ab2", "dt is 2.133 times the limit 0.004688"),
        ("pde.heun", "dt is 1.067 times the limit 0.009375"),
        ("pde.rk4", "Stable: dt is 0.7659 of the limit 0.01306"),
    ] {
        let (_, said) = words(heat, method, r#""dt": 0.01"#);
        assert!(said.starts_with(start), "{method}: {said}");
    }
    // time-01
    let limit = 0.000_628_871_224_160_692_6;
    let heat = r#""n": 20, "equations": "u_t = lap(u); u(0) = sin(pi*x)*sin(pi*y); all: u = 0""#;
    for (factor, growth) in [(1.02, 1.04), (1.2, 1.4)] {
        let (found, _) = words(heat, "pde.euler", &format!(r#""dt": {}"#, factor * limit));
        assert!((found - growth).abs() < 1e-6, "{found}");
    }
    let (found, said) = words(heat, "pde.euler", &format!(r#""dt": {}"#, 0.99 * limit));
    assert!((found - 0.987_735_961_858_925_9).abs() < 1e-6 && said.starts_with("Stable"), "{found} {said}");
    // time-03: Gray-Scott about (1, 0).
    let gray_scott = r#""n": 32, "x_max": 32, "y_max": 32, "equations": "u_t = 0.16*lap(u) - u*v^2 + F*(1 - u); v_t = 0.08*lap(v) + u*v^2 - (F + 0.062)*v; F = 0.055; u(0) = 1; v(0) = 0; periodic""#;
    let (growth, said) = words(gray_scott, "pde.euler", r#""dt": 1.6"#);
    assert!((growth - 1.136).abs() < 1e-8 && said.starts_with("dt is 1.068 times the limit 1.498"), "{growth} {said}");
    // time-04: a report of no numbers from Swift-Hohenberg.
    let swift_hohenberg = r#""n": 16, "x_max": 16, "y_max": 16, "equations": "u_t = u - 3*u^3 - lap(lap(u)) - kc^4*u - 2*kc^2*lap(u); kc = 0.5; u(0) = 10; periodic""#;
    let (growth, said) = words(swift_hohenberg, "pde.euler", r#""dt": 0.01"#);
    assert!((growth - 8.590_625).abs() < 1e-6, "{growth}");
    assert!(said.starts_with("dt is 4.795 times the limit 0.002085"), "{said}");
}

#[test]
fn advection_is_stable_up_to_the_number_of_courant() {
    // time-05: u_t + u_x = 0, periodic, 100 nodes of distance 1.
    let advection = |kind: &str| {
        format!(
            r#""dimension": "1", "n": 100, "x_max": 100, "advection": "{kind}", "equations": "u_t = -u_x; u(0) = where(abs(x - 49.5) < 10, 1, 0); periodic""#
        )
    };
    for (kind, courant, growth) in [
        ("upwind", 1.1, 1.2),
        ("central", 0.5, 1.118_033_988_75),
        ("central", 1.0, std::f64::consts::SQRT_2),
        ("central", 1.1, 1.486_606_874_73),
    ] {
        let (found, said) = words(&advection(kind), "pde.euler", &format!(r#""dt": {courant}"#));
        assert!((found - growth).abs() < 1e-6, "{kind} {courant}: {found} {said}");
        assert!(said.starts_with(if kind == "central" { "No dt is stable" } else { "dt is 1.1" }), "{said}");
    }
    let (found, said) = words(&advection("upwind"), "pde.euler", r#""dt": 1"#);
    assert!(found <= 1.0 + 1e-12 && said.starts_with("Stable: dt is 1.000 of the limit 1.000"), "{found} {said}");
    // One step of length 1 is a shift by one node; half steps smear.
    let run = |dt: f64| at_end(&course(&advection("upwind"), "pde.euler", &format!(r#""dt": {dt}"#)), 100.0);
    let start: Vec<f64> = (0..100).map(|k| f64::from((k as f64 - 49.5).abs() < 10.0)).collect();
    assert!(distance(&run(1.0), &start) < 1e-12);
    let smeared = run(0.5);
    assert!((smeared.iter().fold(0.0f64, |m, x| m.max(*x)) - 0.841_834_654_799_059_3).abs() < 1e-12);
    let l1 = smeared.iter().zip(&start).map(|(u, v)| (u - v).abs()).sum::<f64>() / 100.0;
    assert!((l1 - 0.112_510_770_764_148_48).abs() < 1e-12);
    // Oscillations: 2.828 for RK4, 1.732 for SSP-RK3, 1 for leapfrog.
    for (method, limit) in [("pde.rk4", "2.828"), ("pde.ssp-rk3", "1.732"), ("pde.leapfrog", "1.000")] {
        let (_, said) = words(&advection("central"), method, r#""dt": 0.5"#);
        assert!(said.contains(&format!("of the limit {limit}")), "{method}: {said}");
    }
}

#[test]
fn leapfrog_keeps_the_discrete_energy_of_waves() {
    // time-10: u_tt = lap u on the unit square, n = 50.
    let limit = 0.014_149_117_359_025_81;
    let wave = r#""n": 50, "equations": "u_tt = lap(u); u(0) = sin(pi*x)*sin(2*pi*y) + 1e-10*noise(x, y); all: u = 0""#;
    let (growth, said) = words(wave, "pde.leapfrog", &format!(r#""dt": {}"#, 1.02 * limit));
    // The roots of w^2 - (2 - (2 * 1.02)^2) w + 1.
    let half: f64 = 2.0 * 1.02 * 1.02 - 1.0;
    assert!((growth - (half + (half * half - 1.0).sqrt())).abs() < 1e-6, "{growth}");
    assert!(said.starts_with("dt is 1.020 times the limit 0.01415"), "{said}");
    let (_, said) = words(wave, "pde.rk4", r#""dt": 0.01"#);
    assert!(said.starts_with("Stable: dt is 0.4998 of the limit 0.02001"), "{said}");

    let dt = 0.99 * limit;
    let bench = course(wave, "pde.leapfrog", &format!(r#""dt": {dt}"#));
    let mut stepper = bench.stepper(0);
    let n = 51;
    let lap = |u: &[f64], k: usize| {
        let (i, j) = (k % n, k / n);
        if i == 0 || j == 0 || i == n - 1 || j == n - 1 {
            return 0.0;
        }
        2500.0 * (u[k - 1] + u[k + 1] + u[k - n] + u[k + n] - 4.0 * u[k])
    };
    // The source's: of the velocity in between, and of the product of neighbours in time.
    let energy = |a: &[f64], b: &[f64]| -> f64 {
        let kinetic: f64 = a.iter().zip(b).map(|(a, b)| (b - a) / dt * ((b - a) / dt) / 2.0).sum();
        kinetic - (0..n * n).map(|k| b[k] * lap(a, k) / 2.0).sum::<f64>()
    };
    let mut before = fields(stepper.as_mut()).remove(2);
    stepper.advance(1).unwrap();
    let mut now = fields(stepper.as_mut()).remove(2);
    let first = energy(&before, &now);
    for _ in 0..15 {
        stepper.advance(99).unwrap();
        before = fields(stepper.as_mut()).remove(2);
        stepper.advance(1).unwrap();
        now = fields(stepper.as_mut()).remove(2);
        let drift = (energy(&before, &now) / first - 1.0).abs();
        assert!(drift < 1e-10, "{drift}");
    }
    assert!(now.iter().all(|u| u.abs() < 1.01));
}

#[test]
fn rkc_takes_as_many_stages_as_its_steps_need() {
    let heat = r#""n": 32, "equations": "u_t = lap(u); u(0) = sin(pi*x)*sin(pi*y); all: u = 0""#;
    let dt = 0.002;
    let bench = course(heat, "pde.rkc", &format!(r#""dt": {dt}"#));
    let said = bench.prediction(0).unwrap().words;
    let mut stepper = bench.stepper(0);
    stepper.advance(20).unwrap();
    let values = bench.measure(stepper.as_mut(), 1);
    let stages = values[values.len() - 1];
    // The fastest rate is 8 n^2 cos^2(pi / 2n).
    let fastest = 8.0 * 1024.0 * libm::cos(std::f64::consts::PI / 64.0) * libm::cos(std::f64::consts::PI / 64.0);
    let fewest = (1.0 + dt * fastest / 0.653).sqrt();
    assert!(stages >= fewest && stages < 1.15 * fewest + 1.0, "{stages} {fewest}");
    assert!(said.starts_with("6 stages a step. Stable: "), "{said}");
    assert!(values[bench.place("max")] < 1.0);
}

/// The problem of Kaps with eps = 0.2, at every node by itself: exact (exp(-2t), exp(-t)).
fn kaps_error(method: &str, params: &str, steps: usize) -> f64 {
    let kaps = r#""dimension": "1", "n": 2, "equations": "u_t = -(1/eps + 2)*u + v^2/eps; v_t = u - v*(1 + v); eps = 0.2; u(0) = 1; v(0) = 1; all: du/dn = 0; all: dv/dn = 0""#;
    let dt = 1.0 / steps as f64;
    let bench = course(kaps, method, &format!(r#""dt": {dt}{params}"#));
    let mut stepper = bench.stepper(0);
    stepper.end_at(1.0);
    stepper.advance(u32::MAX).unwrap();
    let found = fields(stepper.as_mut());
    let error = |k: usize, exact: f64| found[k].iter().map(|x| (x - exact).abs()).fold(0.0, f64::max);
    error(1, libm::exp(-2.0)).max(error(2, libm::exp(-1.0)))
}

#[test]
fn tase_methods_have_the_errors_of_an_independent_program() {
    // Made with numpy from the formulas, W the exact Jacobian at each step's beginning; N = 20, 80, 320.
    for (method, params, errors) in [
        ("pde.srktase", "", [1.602e-3, 1.210e-4, 8.099e-6]),
        ("pde.srktase", r#", "order": "3""#, [1.411e-4, 4.599e-6, 8.917e-8]),
        ("pde.srktase", r#", "order": "4""#, [3.617e-5, 3.781e-7, 1.975e-9]),
        ("pde.msrktase", "", [8.18e-4, 6.68e-5, 4.56e-6]),
        ("pde.msrktase", r#", "order": "3", "alpha": 0.5"#, [1.35e-5, 3.88e-7, 7.10e-9]),
    ] {
        for (steps, expected) in [20, 80, 320].into_iter().zip(errors) {
            let error = kaps_error(method, params, steps);
            assert!((error - expected).abs() < 0.01 * expected, "{method}{params} {steps}: {error:e}");
        }
    }
}

/// time-09: i psi_t = -psi_xx/2 on (0, 1), psi = a + i b, to t = 0.005 in steps of 1e-5.
#[test]
fn crank_nicolson_keeps_the_norm_of_schroedingers_equation() {
    let problem = r#""dimension": "1", "n": 200, "equations": "a_t = -lap(b)/2; b_t = lap(a)/2; a(0) = exp(-(x - 0.5)^2/(4*0.05^2))*cos(40*x); b(0) = exp(-(x - 0.5)^2/(4*0.05^2))*sin(40*x); all: a = 0; all: b = 0""#;
    // The start is not zero at the ends, where the source has no nodes.
    let inner = |f: Vec<Vec<f64>>| f.into_iter().map(|mut x| x.split_off(1)[..199].to_vec()).collect::<Vec<_>>();
    let size = |f: &[Vec<f64>]| (norm(&f[1]) * norm(&f[1]) + norm(&f[2]) * norm(&f[2])).sqrt();
    let bench = course(problem, "pde.crank-nicolson", r#""dt": 1e-5"#);
    let mut stepper = bench.stepper(0);
    let start = size(&inner(fields(stepper.as_mut())));
    stepper.advance(500).unwrap();
    let end = inner(fields(stepper.as_mut()));
    assert!((size(&end) / start - 1.0).abs() < 1e-10, "{}", size(&end) / start - 1.0);
    // The mean place; Crank-Nicolson lags behind the exact exponential, whose mean is 0.698421, by less than its error of 8e-5.
    let density = end[1].iter().zip(&end[2]).map(|(a, b)| a * a + b * b);
    let place: f64 = density.zip(&end[0]).map(|(p, x)| p * x).sum::<f64>() / (size(&end) * size(&end));
    assert!((place - 0.698_420_877_356_110_9).abs() < 1e-4, "{place}");
    let (growth, said) = words(problem, "pde.euler", r#""dt": 1e-5"#);
    assert!((growth - 1.280_594_021_235_219_6).abs() < 1e-6, "{growth} {said}");
    assert!(said.starts_with("No dt is stable"), "{said}");
}

#[test]
fn steps_take_no_memory_and_runs_go_on_bit_for_bit() {
    let problems = [
        r#""n": 8, "equations": "u_t = lap(u); u(0) = sin(pi*x)*sin(pi*y); all: u = 0""#,
        r#""n": 8, "x_max": 8, "y_max": 8, "equations": "u_t = 0.16*lap(u) - u*v^2 + 0.04*(1 - u); v_t = 0.08*lap(v) + u*v^2 - 0.1*v; u(0) = 1 - 0.3*x/8; v(0) = 0.25*exp(-x*x); periodic""#,
        r#""dimension": "1", "n": 16, "equations": "u_tt = div((1 + u^2)*grad(u)) - 0.1*u_t; u(0) = sin(pi*x); all: u = 0""#,
    ];
    let mine = [
        "euler",
        "heun",
        "rk4",
        "ssp-rk3",
        "rkc",
        "dopri5",
        "ab2",
        "leapfrog",
        "implicit-euler",
        "crank-nicolson",
        "bdf2",
        "sdirk",
        "radau5",
        "imex",
        "strang",
        "etdrk4",
        "srktase",
        "msrktase",
    ];
    for (name, problem) in mine.iter().flat_map(|m| problems.iter().map(move |p| (m, p))) {
        let id = format!("pde.{name}");
        let method = FAMILY.methods.iter().find(|m| m.info.id == id.as_str()).unwrap();
        let bench = course(problem, &id, "");
        let mut straight = bench.stepper(0);
        let (advanced, count) = allocations(|| straight.advance(12));
        advanced.unwrap();
        assert_eq!(count, 0, "{id} on {problem}");
        let state = |s: &mut Box<dyn Stepper>| {
            let values = bench.measure(s.as_mut(), method.info.diagnostics.len());
            (s.steps(), s.work(), values.into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        let checkpoint = straight.save().unwrap();
        straight.advance(7).unwrap();
        let mut resumed = bench.stepper(0);
        resumed.advance(3).unwrap();
        resumed.load(&checkpoint).unwrap();
        resumed.advance(7).unwrap();
        assert_eq!(state(&mut straight), state(&mut resumed), "{id} on {problem}");
        resumed.reset().unwrap();
        resumed.advance(19).unwrap();
        assert_eq!(state(&mut straight), state(&mut resumed), "{id} after a reset on {problem}");
    }
}

/// Robertson's reaction begins where the fast terms vanish: the first correction of Newton's method overshoots a thousandfold.
/// The values are the roots of the step's equations, by bisection with 40 digits.
#[test]
fn an_implicit_step_over_a_fast_reaction_is_solved() {
    let equations =
        r#""equations": "u_t = -0.04*u + 1e4*v*w\nv_t = 0.04*u - 1e4*v*w - 3e7*v^2\nw_t = 3e7*v^2\nu(0) = 1""#;
    for (dt, expected) in [
        (0.1, [0.992_445_823_897_917_8, 3.514_737_067_219_488_4e-5, 0.007_519_028_731_410_06]),
        (1.0, [0.947_228_635_453_824_7, 2.782_039_610_553_941_5e-5, 0.052_743_544_150_069_68]),
    ] {
        let bench = Bench::new(&format!(
            r#"{{"schema": 1, "problem": {{"id": "pde.ode", "params": {{{equations}}}}},
                 "runs": [{{"method": "pde.implicit-euler", "params": {{"dt": {dt}}}}}]}}"#
        ));
        let mut stepper = bench.stepper(0);
        stepper.end_at(2.0 * dt);
        stepper.advance(u32::MAX).unwrap();
        let found = fields(stepper.as_mut());
        for (field, want) in found[found.len() - 3..].iter().zip(expected) {
            assert!((field[0] / want - 1.0).abs() < 1e-7, "{dt}: {field:?} for {want}");
        }
    }
}

#[test]
fn multigrid_inside_of_implicit_steps_does_not_feel_the_grid() {
    for sides in [
        "all: u = 0",
        "all: du/dn = 0",
        "periodic",
        r"left: u = 0\nright: du/dn = 0\nbottom: du/dn + 2*u = 1\ntop: u = 1",
    ] {
        for n in [32, 64] {
            let problem =
                format!(r#""n": {n}, "equations": "u_t = lap(u)\nu(0) = sin(pi*x)*cos(3*pi*y) + x\n{sides}""#);
            let run = |solver: &str| {
                let bench = course(&problem, "pde.implicit-euler", &format!(r#""dt": 0.01, {solver}"#));
                let mut stepper = bench.stepper(0);
                stepper.end_at(0.02);
                stepper.advance(u32::MAX).unwrap();
                let inner = stepper.work().inner;
                (fields(stepper.as_mut()).pop().expect("a field"), inner)
            };
            let (with, inner) =
                run(r#""solver": "gmres", "solver.preconditioner": "multigrid", "solver.tolerance": 1e-6"#);
            let (direct, _) = run(r#""solver": "direct""#);
            assert!(distance(&with, &direct) <= 1e-9 * norm(&direct), "{sides} {n}");
            // Two corrections a step to the tolerance, each by a factor of ten a cycle.
            assert!(inner <= 2 * 2 * 7, "{sides} {n}: {inner} cycles in two steps");
        }
    }
}
