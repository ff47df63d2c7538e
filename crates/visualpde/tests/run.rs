//! What is imported is a typed system that runs, and gives the numbers of independent programs (`validity.json`).

use iterscope_core::{Params, Values};
use iterscope_pde::FAMILY;
use iterscope_pde::system::{Part, System};
use iterscope_pde::time::problem::Evolution;
use iterscope_visualpde::{Imported, import};
use serde_json::Value;

fn problem(imported: &Imported) -> Evolution {
    let params: Params = serde_json::from_value(imported.experiment["problem"]["params"].clone()).expect("a map");
    let system = FAMILY.problems.iter().find(|p| p.info.id == "pde.system").expect("it is there");
    let values = Values::resolve(&system.info.params, &params).unwrap_or_else(|e| panic!("{e:?}"));
    Evolution::new(&values, 1).unwrap_or_else(|e| panic!("{}: {}\n{}", e.field, e.message, imported.equations))
}

fn of_options(options: &Value) -> Imported {
    import(&format!("presets[\"one\"] = {options};")).expect("posed")
}

/// The state after steps of Euler's method, or of that of Runge and Kutta.
fn after(problem: &Evolution, dt: f64, steps: usize, is_euler: bool) -> Vec<f64> {
    let mut system = problem.typed().expect("it is typed").system();
    let mut u = problem.start.to_vec();
    let (mut at, mut rate, mut sum) = (u.clone(), vec![0.0; u.len()], vec![0.0; u.len()]);
    let stages: &[(f64, f64)] = if is_euler {
        &[(0.0, 1.0)]
    } else {
        &[(0.0, 1.0 / 6.0), (0.5, 1.0 / 3.0), (0.5, 1.0 / 3.0), (1.0, 1.0 / 6.0)]
    };
    for step in 0..steps {
        sum.fill(0.0);
        rate.fill(0.0);
        for &(c, weight) in stages {
            at.iter_mut().zip(&u).zip(&rate).for_each(|((at, u), f)| *at = u + c * dt * f);
            system.rate(Part::All, (step as f64 + c) * dt, &at, &mut rate);
            sum.iter_mut().zip(&rate).for_each(|(s, f)| *s += weight * f);
        }
        u.iter_mut().zip(&sum).for_each(|(u, f)| *u += dt * f);
    }
    u
}

fn validity() -> Value {
    serde_json::from_str(include_str!("validity.json")).expect("valid")
}

#[test]
fn what_links_hold_is_accepted_and_runs() {
    let file: Value = serde_json::from_str(include_str!("link-vectors.json")).expect("valid");
    for vector in file["vectors"].as_array().expect("a list") {
        let link = format!("https://visualpde.com/sim/{}", vector["query"].as_str().expect("a query"));
        let imported = import(&link).expect("a whole link");
        let problem = problem(&imported);
        // The second one's own step is beyond its limit.
        assert!(after(&problem, 1e-4, 20, true).iter().all(|u| u.is_finite()), "{}", imported.equations);
    }
    problem(&import("https://visualpde.com/sim/?preset=default&dt=0.5").expect("posed"));
}

#[test]
fn heat_spreads_as_the_exact_solution_does() {
    let heat = &validity()["heat"];
    let imported = of_options(&heat["options"]);
    let problem = problem(&imported);
    let u = after(&problem, 0.01, 10_000, true);
    let largest = u.iter().fold(0.0f64, |m, u| m.max(*u));
    let exact = 1.0 / 110.0f64.sqrt();
    assert!((largest / exact - 1.0).abs() < 0.002, "{largest}");
    assert!((largest / heat["largest_at_100"].as_f64().expect("a number") - 1.0).abs() < 0.002, "{largest}");
    let mesh = problem.typed().expect("it is typed").system().mesh().clone();
    let error = (0..u.len()).map(|k| {
        let x = mesh.coordinates(k)[0] - 160.0;
        (u[k] - exact * libm::exp(-x * x / 440.0)).abs()
    });
    let error = error.fold(0.0, f64::max);
    // t h^2/12 times the fourth derivative of the exact solution, at its middle.
    let h = mesh.spacing[0];
    let expected = 100.0 * h * h / 12.0 * 0.75 / (110.0 * 110.0) * exact;
    assert!((error / expected - 1.0).abs() < 0.05, "{error} {expected}");
}

#[test]
fn waves_by_cross_diffusion_have_the_errors_of_their_scheme() {
    let wave = &validity()["wave"];
    let problem = problem(&of_options(&wave["options"]));
    let mesh = problem.typed().expect("it is typed").system().mesh().clone();
    let hump = |x: f64| {
        let s = x - 100.0 * (x / 100.0).floor();
        libm::exp(-35.0 * std::f64::consts::PI * (s / 100.0 - 0.5) * (s / 100.0 - 0.5))
    };
    for (key, dt, steps, is_euler) in
        [("largest_error_at_20_euler", 0.002, 10_000, true), ("largest_error_at_20_rk4", 0.1, 200, false)]
    {
        let u = after(&problem, dt, steps, is_euler);
        let error = (0..mesh.len()).map(|k| {
            let x = mesh.coordinates(k)[0];
            (u[k] - (hump(x + 20.0) + hump(x - 20.0)) / 2.0).abs()
        });
        let error = error.fold(0.0, f64::max);
        assert!((error / wave[key].as_f64().expect("a number") - 1.0).abs() < 0.1, "{key}: {error}");
    }
}

#[test]
fn values_on_sides_hold_on_the_edge_of_a_domain() {
    // Outside of an implicit domain VisualPDE has the value of the condition.
    let options = r#"{ "numSpecies": 1, "speciesNames": "u", "dimension": 2, "squareCanvas": true, "domainScale": "10",
        "spatialStep": "0.25", "diffusionStr_1_1": "1", "reactionStr_1": "0", "initCond_1": "0", "boundaryConditions_1": "dirichlet",
        "dirichletStr_1": "1", "domainViaIndicatorFun": true, "domainIndicatorFun": "(x-5)^2+(y-5)^2<9", "dt": 0.01 }"#;
    let imported = of_options(&serde_json::from_str(options).expect("valid"));
    assert!(imported.equations.ends_with("all: u = 1"), "{}", imported.equations);
    let u = after(&problem(&imported), 0.01, 2000, true);
    let mesh = problem(&imported).typed().expect("it is typed").system().mesh().clone();
    let inside: Vec<f64> = (0..mesh.len()).filter(|&k| mesh.is_inside(k)).map(|k| u[k]).collect();
    assert!(inside.len() > 400 && inside.iter().all(|u| (u - 1.0).abs() < 1e-4), "it fills with 1 from its edge");
}
