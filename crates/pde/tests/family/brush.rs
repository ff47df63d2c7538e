//! Strokes that are painted on a field while a run is under way.

use iterscope_core::Stepper;

use crate::bench::Bench;
use crate::integrators::{course, fields, go, integrators};

const START: &str = "sin(pi*x)";
/// What the stroke adds.
const BUMP: &str = "2*max(0, 1 - ((x - 0.3)/0.25)^2)^2 - max(0, 1 - ((x - 0.75)/0.2)^2)^2";
const STROKE: &str = "0.3,0.25,2 0.75,0.2,-1";
const PAINTED: f64 = 0.02;
const END: f64 = 0.06;

fn heat(start: &str) -> String {
    format!(
        r#""dimension": "1", "n": 20, "exact": "exp(-pi^2*t)*sin(pi*x)",
        "equations": "u_t = lap(u); u(0) = {start}; all: u = 0""#
    )
}

fn last(stepper: &mut dyn Stepper) -> Vec<f64> {
    fields(stepper).remove(1)
}

/// The solution of a linear equation is that without the stroke and what comes of the stroke alone, added.
#[test]
fn every_integrator_goes_on_from_what_was_painted() {
    for (method, params) in integrators(0.0005, 1e-7) {
        let run = |start: &str, time: f64| {
            let mut stepper = course(&heat(start), &method, &params).stepper(0);
            go(stepper.as_mut(), time);
            last(stepper.as_mut())
        };
        let (plain, bump) = (run(START, END), run(BUMP, END - PAINTED));
        let mut stepper = course(&heat(START), &method, &params).stepper(0);
        let start = stepper.save().unwrap();
        go(stepper.as_mut(), PAINTED);
        stepper.set("brush.u", &STROKE.into()).unwrap();
        let after = stepper.save().unwrap();
        go(stepper.as_mut(), END);
        let painted = last(stepper.as_mut());
        let expected = plain.iter().zip(&bump).map(|(a, b)| a + b);
        let off = painted.iter().zip(expected).map(|(u, v)| (u - v).abs()).fold(0.0, f64::max);
        // Methods of two steps begin anew after a stroke; all others add up but for rounding, or their tolerance.
        let most = if ["pde.ab2", "pde.bdf2"].contains(&method.as_str()) { 2e-4 } else { 1e-5 };
        assert!(off < most, "{method}: {off}");
        // Neither the exact solution nor its error is this run's any more.
        let mut values = vec![0.0; 32];
        stepper.measure(&mut values).unwrap();
        assert!(values[0].is_nan(), "{method}");
        stepper.load(&after).unwrap();
        go(stepper.as_mut(), END);
        assert_eq!(last(stepper.as_mut()), painted, "{method}");
        stepper.load(&start).unwrap();
        go(stepper.as_mut(), END);
        let off = last(stepper.as_mut()).iter().zip(&plain).map(|(u, v)| (u - v).abs()).fold(0.0, f64::max);
        assert!(off < 1e-12, "{method}: a stroke that was gone back on leaves {off}");
        stepper.measure(&mut values).unwrap();
        assert!(values[0].is_finite(), "{method}");
    }
}

#[test]
fn a_wave_sets_out_from_a_stroke() {
    let wave = |start: &str| {
        format!(r#""dimension": "1", "n": 40, "exact": "", "equations": "u_tt = lap(u); u(0) = {start}; all: u = 0""#)
    };
    let mut painted = course(&wave("0"), "pde.leapfrog", r#""dt": 0.0125"#).stepper(0);
    let mut typed = course(&wave(BUMP), "pde.leapfrog", r#""dt": 0.0125"#).stepper(0);
    go(painted.as_mut(), 0.1);
    painted.set("brush.u", &STROKE.into()).unwrap();
    go(painted.as_mut(), 0.5);
    go(typed.as_mut(), 0.4);
    let (painted, typed) = (last(painted.as_mut()), last(typed.as_mut()));
    let off = painted.iter().zip(&typed).map(|(u, v)| (u - v).abs()).fold(0.0, f64::max);
    assert!(off < 1e-12 && typed.iter().any(|u| u.abs() > 0.3), "{off}");
}

#[test]
fn only_evolving_fields_in_space_can_be_painted_on() {
    let names = |bench: &Bench| bench.instance.brushes().iter().map(|b| b.field.to_string()).collect::<Vec<_>>();
    let two = course(
        r#""dimension": "2", "n": 8, "domain": "x^2 + y^2 < 0.25", "x_min": -1, "y_min": -1, "exact": "",
        "equations": "u_tt = lap(u) + w; v_t = lap(v); w = u*v; all: u = 0, v = 0; u(0) = 0; v(0) = 0""#,
        "pde.euler",
        r#""dt": 0.001"#,
    );
    assert_eq!(names(&two), ["u", "v"]);
    let refused = |key: &str, stroke: &str| {
        let error = two.stepper(0).set(key, &stroke.into()).unwrap_err();
        assert_eq!(error.field, key);
        error.message
    };
    assert!(refused("brush.w", "0,0,0.3,1").contains("no field"));
    assert!(refused("brush.u", "0,0,0.3").contains("x,y,radius,amount"));
    assert!(refused("brush.u", "0,0,0.01,1").contains("radius"));
    assert_eq!(refused("brush.u", "1,1,0.3,1"), "lies outside of the domain");
    let point = r#"{"schema": 1, "problem": {"id": "pde.ode", "params": {"equations": "u_t = -u; u(0) = 1", "exact": ""}},
        "runs": [{"method": "pde.euler", "params": {"dt": 0.1}}]}"#;
    assert!(names(&Bench::new(point)).is_empty());
    assert!(Bench::new(point).stepper(0).set("brush.u", &"0,1,1".into()).is_err());
    let mut slab = course(&heat(START), "pde.parareal", "").stepper(0);
    assert!(slab.set("brush.u", &STROKE.into()).unwrap_err().message.contains("no moment"));
}
