//! Problems in time: the discrete system and its integrators against numbers of independent programs and closed forms.

use iterscope_core::{Params, Values};
use iterscope_pde::FAMILY;
use iterscope_pde::system::{Part, System};
use iterscope_pde::time::problem::Evolution;

/// A typed system with some parameters given.
pub fn system(json: &str) -> Evolution {
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "pde.system").unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    Evolution::new(&Values::resolve(&problem.info.params, &given).unwrap(), 7).unwrap()
}

fn refused(json: &str) -> (String, String) {
    let problem = FAMILY.problems.iter().find(|p| p.info.id == "pde.system").unwrap();
    let given: Params = serde_json::from_str(json).unwrap();
    let error = Evolution::new(&Values::resolve(&problem.info.params, &given).unwrap(), 7).err().unwrap();
    (error.field, error.message)
}

fn rate(evolution: &Evolution, part: Part, t: f64, u: &[f64]) -> Vec<f64> {
    let mut system = evolution.typed().unwrap().system();
    let mut out = vec![0.0; system.len()];
    system.rate(part, t, u, &mut out);
    out
}

/// `steps` steps of Euler's method, by hand.
fn euler(evolution: &Evolution, dt: f64, steps: usize) -> Vec<f64> {
    let mut system = evolution.typed().unwrap().system();
    let mut u = evolution.start.to_vec();
    let mut f = vec![0.0; u.len()];
    for k in 0..steps {
        system.rate(Part::All, k as f64 * dt, &u, &mut f);
        u.iter_mut().zip(&f).for_each(|(u, f)| *u += dt * f);
    }
    u
}

#[test]
fn heat_with_insulated_ends_keeps_what_the_trapezoidal_rule_sums() {
    // time-12: a user expects the plain sum to be kept, which grows to 1.1 for n = 10.
    for (n, plain) in [(10usize, 1.099_999_999_764_412_5), (20, 1.049_999_999_779_168)] {
        let middle = 0.5 / n as f64;
        let json = format!(
            r#"{{"dimension": "1", "n": {n}, "equations": "u_t = lap(u)\nu(0) = where(abs(x - 0.5) < {middle}, {n}, 0)\nall: du/dn = 0"}}"#
        );
        let evolution = system(&json);
        let dt = 0.4 / (n * n) as f64;
        let steps = (0.5 / dt).round() as usize;
        let u = euler(&evolution, dt, steps);
        let h = 1.0 / n as f64;
        let sum: f64 = u.iter().sum::<f64>() * h;
        assert!((sum - plain).abs() < 1e-9, "{n}: {sum}");
        let mesh = evolution.typed().unwrap().system().mesh().clone();
        let kept: f64 = u.iter().enumerate().map(|(i, u)| u * mesh.weight(i)).sum();
        assert!((kept - 1.0).abs() < 1e-12, "{n}: {kept}");
    }
}

#[test]
fn the_fastest_mode_of_heat_grows_as_its_rate_says() {
    // time-01: (1 - dt lambda) for the roughest mode of u = 0 on the unit square, n = 20.
    let evolution = system(r#"{"n": 20, "equations": "u_t = lap(u)\nu(0) = sin(19*pi*x)*sin(19*pi*y)\nall: u = 0"}"#);
    let limit = 0.000_628_871_224_160_692_6;
    for (factor, growth) in [(1.02, 1.04), (1.2, 1.4)] {
        let (once, twice) = (euler(&evolution, factor * limit, 1), euler(&evolution, factor * limit, 2));
        let node = evolution.typed().unwrap().system().mesh().node([7, 9, 0]);
        assert!(((twice[node] / once[node]).abs() - growth).abs() < 1e-9);
    }
}

#[test]
fn gray_scott_is_as_stiff_as_its_checkerboard() {
    // time-03: about (1, 0), h = 1, periodic, the roughest mode decays with 8 Du + F.
    let text = "u_t = Du*lap(u) - u*v^2 + F*(1 - u); v_t = Dv*lap(v) + u*v^2 - (F + k)*v; Du = 0.16; Dv = 0.08; F = 0.055; \
                k = 0.062; u(0) = 1 + 1e-6*cos(pi*x)*cos(pi*y); v(0) = 0; periodic";
    let evolution = system(&format!(r#"{{"n": 8, "x_max": 8, "y_max": 8, "equations": "{text}"}}"#));
    let u = evolution.start.to_vec();
    let f = rate(&evolution, Part::All, 0.0, &u);
    let lambda = f[0] / (u[0] - 1.0);
    assert!((2.0 / lambda.abs() - 1.498_127_340_823_970_1).abs() < 1e-6, "{}", 2.0 / lambda.abs());
}

#[test]
fn swift_hohenberg_is_composed_of_laplacians() {
    // time-04: about the mean 10 the stiffest rate is -959.0625.
    let text = "u_t = u - 3*u^3 - lap(lap(u)) - kc^4*u - 2*kc^2*lap(u); kc = 0.5; u(0) = 10 + 1e-6*cos(pi*x)*cos(pi*y); periodic";
    let evolution = system(&format!(r#"{{"n": 8, "x_max": 8, "y_max": 8, "equations": "{text}"}}"#));
    let u = evolution.start.to_vec();
    let f = rate(&evolution, Part::All, 0.0, &u);
    // The mean's own rate goes out in the difference of two neighbours.
    let lambda = (f[0] - f[1]) / (u[0] - u[1]);
    assert!((lambda + 959.0625).abs() < 1e-3, "{lambda}");
}

#[test]
fn parts_add_up_and_jacobians_are_derivatives() {
    for (json, tolerance) in [
        (
            r#"{"n": 7, "equations": "u_t = div((1 + u^2)*grad(u)) - dx(u*v) + u*(1 - u)*v; v_t = 0.1*lap(v) + u_x*v - w; w = u*v + lap(u); u(0) = sin(3*x)*cos(2*y) + 0.3*x; v(0) = 1 + x*y; left: u = 0, v = 1; right: du/dn + 2*u = 1, dv/dn = 0; bottom: du/dn = 0, dv/dn = 0; top: du/dn = y, v = x"}"#,
            1e-5,
        ),
        (
            r#"{"dimension": "1", "n": 23, "equations": "u_t = -u_xxxx - u_xx - u*u_x; u(0) = cos(2*pi*x); periodic"}"#,
            1e-5,
        ),
        (
            r#"{"dimension": "1", "n": 16, "advection": "upwind", "equations": "u_t = -dx(u^2/2); u(0) = 2 + sin(2*pi*x); periodic"}"#,
            1e-5,
        ),
        (
            r#"{"n": 6, "equations": "u_t = lap(u); u(0) = x*y; left: u = 0; right: du/dn + u = 0; bottom: u periodic"}"#,
            1e-9,
        ),
    ] {
        let evolution = system(json);
        let u = evolution.start.to_vec();
        let [all, stiff, rest] = [Part::All, Part::Stiff, Part::Rest].map(|part| rate(&evolution, part, 0.3, &u));
        let size = all.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        for k in 0..all.len() {
            assert!((all[k] - stiff[k] - rest[k]).abs() <= 1e-12 * size, "{json} at {k}");
        }
        let mut system = evolution.typed().unwrap().system();
        let jacobian = system.jacobian(Part::All, 0.3, &u);
        // Along a direction without structure, by a central difference of its own.
        let direction: Vec<f64> = (0..u.len()).map(|k| libm::sin(1.0 + 7.3 * k as f64)).collect();
        let eps = 1e-5;
        let moved = |s: f64| u.iter().zip(&direction).map(|(u, d)| u + s * eps * d).collect::<Vec<_>>();
        let (up, down) =
            (rate(&evolution, Part::All, 0.3, &moved(1.0)), rate(&evolution, Part::All, 0.3, &moved(-1.0)));
        let mut product = vec![0.0; u.len()];
        jacobian.matvec(&direction, &mut product);
        let scale = product.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        for k in 0..u.len() {
            let slope = (up[k] - down[k]) / (2.0 * eps);
            assert!((slope - product[k]).abs() <= tolerance * scale, "{json} at {k}: {slope} {}", product[k]);
        }
    }
}

#[test]
fn what_is_linear_is_known() {
    let linear = |text: &str| {
        let e = system(&format!(r#"{{"n": 4, "equations": "{text}"}}"#));
        let s = e.typed().unwrap().system();
        [Part::All, Part::Stiff, Part::Rest].map(|p| s.is_linear(p))
    };
    assert_eq!(linear("u_t = (1 + x)*lap(u) - 3*u + sin(t)"), [true; 3]);
    assert_eq!(linear("u_t = lap(u) - u^3"), [false, true, false]);
    assert_eq!(linear("u_t = div(u*grad(u)) - u"), [false, false, true]);
    assert_eq!(linear("u_t = t*lap(u)"), [false, false, true]);
    assert_eq!(linear("u_t = -lap(lap(u)); all: u = t"), [true; 3]);
}

#[test]
fn bad_systems_are_refused_at_the_place() {
    let (field, message) = refused(r#"{"equations": "u_t = lap(u)\nv_t = q"}"#);
    assert!(field == "equations" && message.starts_with("line 2, column 7"), "{field}: {message}");
    let (_, message) = refused(r#"{"equations": "u_t = lap(u); v_t = lap(v); u(0) = 1/x"}"#);
    assert!(message.contains("the start of u is") && message.contains("x = 0"), "{message}");
    let (_, message) = refused(r#"{"equations": "u_t = lap(u); v_t = lap(v); left: u periodic, v = 0"}"#);
    assert!(message.contains("periodic along x"), "{message}");
    let (field, message) = refused(r#"{"exact": "u"}"#);
    assert!(field == "exact" && message.contains("not from u"), "{message}");
    let (field, _) = refused(r#"{"x_min": 2}"#);
    assert_eq!(field, "x_max");
}

/// A spot of Gray and Scott's reaction divides where the preset says so: the mean of v after 600 steps as numpy computes it from the same
/// five-point differences and steps of Euler, on a coarser grid and without the noise.
#[test]
fn spots_of_the_preset_divide() {
    let preset = FAMILY.presets.iter().find(|p| p.id == "pde.mitosis").unwrap();
    let experiment: serde_json::Value = serde_json::from_str(preset.json).unwrap();
    let equations = experiment["problem"]["params"]["equations"].as_str().unwrap().replace("0.01*noise(x, y)", "0");
    let given = serde_json::json!({ "equations": equations, "dimension": "2", "n": 64, "x_max": 128, "y_max": 128 });
    let evolution = system(&given.to_string());
    let mean = |u: &[f64]| u[u.len() / 2..].iter().sum::<f64>() / (u.len() / 2) as f64;
    assert!((mean(&evolution.start) - 0.0035400390625).abs() < 1e-15);
    let after = mean(&euler(&evolution, 1.0, 600));
    assert!((after / 0.005837977245524184 - 1.0).abs() < 1e-9, "{after}");
}
