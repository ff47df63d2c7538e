//! Networks that solve a steady equation, against another program and against what is known.

use iterscope_core::{Artifact, Cell, Stepper, Stop};
use iterscope_pde::referee::{DISCRETE, EXACT};

use crate::bench::Bench;

const LINE: &str = r#""dimension": "1", "n": 16"#;
const SQUARE: &str = r#""n": 8, "diffusion": "1 + x*y""#;

fn bench(problem: &str, run: &str) -> Bench {
    Bench::new(&format!(
        r#"{{"schema": 1, "seed": 4, "problem": {{"id": "pde.poisson", "params": {{{problem}}}}}, "runs": [{{"method": "pde.kinn", "params": {{{run}}}}}]}}"#
    ))
}

/// The same networks, starts and steps in NumPy, with splines by recursion and gradients by complex steps.
#[test]
fn the_path_is_that_of_another_program() {
    let text: serde_json::Value = serde_json::from_str(include_str!("../oracles/kinn.json")).unwrap();
    let jump = format!(r#"{LINE}, "diffusion": "if(x < 0.5, 1, 10)", "left": "u = 1", "right": "u = -0.5""#);
    for (key, problem, run, steps, tolerance) in [
        ("line-energy", jump, r#""form": "energy", "width": 3, "cells": 4, "points": 60"#, 6, 1e-9),
        (
            "line-linear",
            format!(r#"{LINE}, "reaction": "3""#),
            r#""form": "energy", "layers": 0, "cells": 6, "points": 60"#,
            1,
            1e-8,
        ),
        (
            "line-strong",
            format!(r#"{LINE}, "diffusion": "1 + x", "reaction": "1""#),
            r#""form": "strong", "width": 3, "cells": 4, "points": 60"#,
            6,
            1e-8,
        ),
        ("line-dense", LINE.to_owned(), r#""form": "energy", "network": "dense", "layers": 2, "points": 60"#, 6, 1e-8),
        ("plane-strong", SQUARE.to_owned(), r#""form": "strong", "width": 2, "cells": 3, "points": 100"#, 5, 1e-8),
    ] {
        let bench = bench(&problem, run);
        let mut stepper = bench.stepper(0);
        let expected = &text["runs"][key];
        for objective in expected["objectives"].as_array().unwrap() {
            stepper.advance(1).unwrap();
            let (found, expected) = (bench.measure(stepper.as_mut(), 2), objective.as_f64().unwrap());
            let found = found[bench.instance.series().len()];
            assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{key}: {found} {expected}");
        }
        assert_eq!(expected["objectives"].as_array().unwrap().len(), steps, "{key}");
        let values: Vec<f64> = serde_json::from_value(expected["values"].clone()).unwrap();
        let found = inner(stepper.as_mut());
        assert_eq!(found.len(), values.len(), "{key}");
        for (found, expected) in found.iter().zip(&values) {
            assert!((found - expected).abs() <= tolerance * 10.0, "{key}: {found} {expected}");
        }
    }
}

/// The values at the unknowns.
fn inner(stepper: &mut dyn Stepper) -> Vec<f64> {
    let Artifact::Table { rows, .. } = stepper.result().unwrap() else { panic!("a table") };
    let real = |cell: &Cell| if let Cell::Real(x) = cell { *x } else { f64::NAN };
    let side = |x: f64| x.abs() < 1e-12 || (x - 1.0).abs() < 1e-12;
    let rows = rows.iter().map(|row| row.iter().map(real).collect::<Vec<_>>());
    rows.filter(|row| !row[..row.len() - 1].iter().any(|x| side(*x))).map(|row| row[row.len() - 1]).collect()
}

#[test]
fn without_hidden_layers_one_step_solves() {
    let bench = bench(
        r#""dimension": "1", "n": 64, "exact": "sin(5*pi*x)""#,
        r#""form": "energy", "layers": 0, "cells": 32, "points": 2000"#,
    );
    let mut stepper = bench.stepper(0);
    stepper.advance(1).unwrap();
    let first = bench.measure(stepper.as_mut(), 2)[bench.place(EXACT)];
    let ended = bench.run(0);
    assert_eq!(ended.stop, Stop::Converged, "{ended:?}");
    // The others take away what conditioning and the ridge left of it.
    assert!(ended.steps <= 5, "{ended:?}");
    let last = ended.values[bench.place(EXACT)];
    assert!(first < 6e-5 && (first - last).abs() < 0.01 * last, "{first} {last}");
}

#[test]
fn the_residual_at_points_does_not_see_a_jump() {
    let jump = r#""dimension": "1", "n": 60, "diffusion": "if(x < 0.5, 1, 10)", "face_mean": "harmonic""#;
    let error = |run: &str| {
        let bench = bench(jump, run);
        let mut stepper = bench.stepper(0);
        stepper.advance(60).unwrap();
        bench.measure(stepper.as_mut(), 2)[bench.place(DISCRETE)]
    };
    let (energy, strong) = (error(r#""form": "energy""#), error(r#""form": "strong""#));
    assert!(energy < 0.05 && strong > 0.2, "{energy} {strong}");
}

#[test]
fn what_does_not_fit_is_refused() {
    for (problem, run, field, words) in [
        (r#""dimension": "3", "n": 4"#, "", "method", "one or two dimensions"),
        (r#""n": 8, "left": "du/dn = 0""#, "", "method", "`u = EXPR` on all sides"),
        (r#""n": 8, "domain": "x < 0.6""#, "", "method", "no domain"),
        (r#""n": 8, "left": "u = 1""#, "", "method", "one and the same value"),
        (r#""n": 8"#, r#""form": "energy""#, "form", "the energy is for one dimension"),
        (r#""dimension": "1", "n": 8, "reaction": "-2""#, r#""form": "energy""#, "form", "take the residual at points"),
        (r#""n": 8"#, r#""network": "dense", "layers": 0"#, "layers", "take 1 or more"),
        (r#""n": 8"#, r#""points": 16"#, "points", "do not determine"),
    ] {
        let error = bench(problem, run).try_stepper(0).err().unwrap_or_else(|| panic!("{problem} {run}"));
        assert!(error.field == field && error.message.contains(words), "{}: {}", error.field, error.message);
    }
}
