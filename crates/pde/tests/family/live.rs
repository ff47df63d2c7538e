//! Parameters of typed equations that are moved while a run is under way.

use iterscope_core::{Checkpoint, Params, SeriesInfo, State, Stepper, Value};

use crate::bench::Bench;
use crate::integrators::{course, fields, go, integrators};

const MOVED: &str = r#""dimension": "1", "n": 16, "exact": "exp(-D*pi^2*t)*sin(pi*x)",
    "equations": "u_t = D*lap(u) - a*u; D = 0.1 in [0, 1]; a = 0 in [0, 4]; twice = 2*a; u(0) = sin(pi*x); all: u = 0""#;

/// The rate at which the only mode decays on this mesh.
fn rate(d: f64, a: f64) -> f64 {
    let s = libm::sin(std::f64::consts::PI / 32.0);
    a + d * 4.0 * 256.0 * s * s
}

fn bits(stepper: &mut dyn Stepper) -> Vec<u64> {
    fields(stepper).remove(1).iter().map(|u| u.to_bits()).collect()
}

fn set(stepper: &mut dyn Stepper, key: &str, value: f64) {
    stepper.set(key, &Value::Real(value)).unwrap();
}

#[test]
fn every_integrator_goes_on_with_the_new_value_and_back_to_the_old_one() {
    let projected = ["pod-galerkin", "adaptive-rom", "teng"].map(|m| (format!("pde.{m}"), r#""dt": 0.001"#.to_owned()));
    for (method, params) in integrators(0.001, 1e-6).chain(projected) {
        let bench = course(MOVED, &method, &params);
        let mut stepper = bench.stepper(0);
        let start = stepper.save().unwrap();
        go(stepper.as_mut(), 0.2);
        let before = stepper.save().unwrap();
        let old = bits(stepper.as_mut());
        set(stepper.as_mut(), "equations.D", 0.5);
        set(stepper.as_mut(), "equations.a", 3.0);
        let after = stepper.save().unwrap();
        go(stepper.as_mut(), 0.4);
        let new = bits(stepper.as_mut());
        let u = f64::from_bits(new[8]);
        let expected = libm::exp(-0.2 * (rate(0.1, 0.0) + rate(0.5, 3.0)));
        assert!((u / expected - 1.0).abs() < 1e-2, "{method}: {u} {expected}");
        let back = |stepper: &mut dyn Stepper, from: &Checkpoint, time: f64| {
            stepper.load(from).unwrap();
            go(stepper, time);
            bits(stepper)
        };
        assert_eq!(back(stepper.as_mut(), &after, 0.4), new, "{method}: from behind the change");
        assert_eq!(back(stepper.as_mut(), &start, 0.2), old, "{method}: from before the change");
        stepper.load(&before).unwrap();
        set(stepper.as_mut(), "equations.D", 0.5);
        set(stepper.as_mut(), "equations.a", 3.0);
        go(stepper.as_mut(), 0.4);
        assert_eq!(bits(stepper.as_mut()), new, "{method}: changed again");
        stepper.reset().unwrap();
        go(stepper.as_mut(), 0.2);
        assert_eq!(bits(stepper.as_mut()), old, "{method}: after a reset");
    }
}

#[test]
fn leapfrog_damps_as_soon_as_damping_is_turned_up() {
    let oscillator = r#"{"schema": 1, "problem": {"id": "pde.ode", "params":
        {"equations": "u_tt = -u - c*u_t; c = 0 in [0, 2]; u(0) = 1", "exact": ""}},
        "runs": [{"method": "pde.leapfrog", "params": {"dt": 0.001}}]}"#;
    let bench = Bench::new(oscillator);
    let mut stepper = bench.stepper(0);
    set(stepper.as_mut(), "equations.c", 1.0);
    stepper.end_at(2.0);
    stepper.advance(u32::MAX).unwrap();
    let w = libm::sqrt(0.75);
    let expected = libm::exp(-1.0) * (libm::cos(2.0 * w) + 0.5 / w * libm::sin(2.0 * w));
    let u = fields(stepper.as_mut())[0][0];
    assert!((u - expected).abs() < 1e-6, "{u} {expected}");
}

#[test]
fn an_exact_solution_is_none_after_a_change_and_a_condition_follows() {
    let bench = course(
        r#""dimension": "1", "n": 8, "exact": "b", "equations": "u_t = lap(u); b = 1 in [0, 9]; u(0) = b; all: u = b""#,
        "pde.implicit-euler",
        r#""dt": 0.5"#,
    );
    let mut stepper = bench.stepper(0);
    let mut out = vec![0.0; bench.instance.series().len() + 2];
    stepper.advance(1).unwrap();
    stepper.measure(&mut out).unwrap();
    assert_eq!((bench.instance.series()[0].key.as_ref(), out[0]), ("error.l2.rel", 0.0));
    set(stepper.as_mut(), "equations.b", 2.0);
    stepper.advance(30).unwrap();
    stepper.measure(&mut out).unwrap();
    let largest = bench.instance.series().iter().position(|s| s.key == SeriesInfo::LARGEST).unwrap();
    assert!(out[0].is_nan() && (out[largest] - 2.0).abs() < 1e-12, "{out:?}");
    stepper.reset().unwrap();
    stepper.measure(&mut out).unwrap();
    assert_eq!(out[0], 0.0, "the start knows it again");
    assert!(matches!(stepper.save().unwrap().state, State::Full(_)));
    for (key, value) in [("equations.c", Value::Int(1)), ("equations.b", "x".into()), ("nothing", Value::Int(1))] {
        assert_eq!(stepper.set(key, &value).unwrap_err().field, key);
    }
}

#[test]
fn a_slab_is_begun_anew() {
    let slab = r#""span": 0.2, "intervals": 4, "fine": "implicit-euler", "fine_steps": 40"#;
    for method in ["pde.parareal", "pde.mgrit", "pde.parallel-jacobi", "pde.deer"] {
        let bench = course(MOVED, method, slab);
        let mut stepper = bench.stepper(0);
        stepper.advance(2).unwrap();
        let start = stepper.save().unwrap();
        set(stepper.as_mut(), "equations.D", 0.5);
        stepper.advance(4).unwrap();
        let u = fields(stepper.as_mut()).remove(1)[8];
        let expected = libm::exp(-0.2 * rate(0.5, 0.0));
        assert!((u / expected - 1.0).abs() < 2e-2, "{method}: {u} {expected}");
        let new = bits(stepper.as_mut());
        stepper.load(&start).unwrap();
        set(stepper.as_mut(), "equations.D", 0.5);
        stepper.advance(4).unwrap();
        assert_eq!(bits(stepper.as_mut()), new, "{method}");
    }
}

#[test]
fn a_series_is_that_of_the_new_frequency() {
    let oscillation = r#"{"schema": 1, "problem": {"id": "pde.oscillation"},
        "runs": [{"method": "pde.wkb", "params": {"intervals": 20, "fine_steps": 200}}], "stop": {"until": 1}}"#;
    let bench = Bench::new(oscillation);
    let mut stepper = bench.stepper(0);
    let error = |stepper: &mut dyn Stepper| {
        let mut out = vec![f64::NAN; bench.instance.series().len() + 3];
        stepper.measure(&mut out).unwrap();
        out[bench.instance.series().len() + 1]
    };
    stepper.advance(2).unwrap();
    let before = (error(stepper.as_mut()), stepper.save().unwrap());
    set(stepper.as_mut(), "equations.eps", 0.0625);
    stepper.advance(4).unwrap();
    let found = error(stepper.as_mut());
    assert!(found < 1e-5, "{found}");
    stepper.load(&before.1).unwrap();
    assert_eq!(error(stepper.as_mut()), before.0);
    // What is no force now would be one when its slider moves.
    let pushed = r#"{"schema": 1, "problem": {"id": "pde.ode", "params":
        {"equations": "u_tt = -u + c; c = 0 in [0, 1]; u(0) = 1", "exact": ""}}, "runs": [{"method": "pde.wkb"}]}"#;
    let refused = Bench::new(pushed).try_stepper(0).err().unwrap();
    assert_eq!(refused.field, "method");
}

#[test]
fn what_theory_says_follows_and_the_text_holds_what_was_set() {
    let bench = course(MOVED, "pde.euler", r#""dt": 0.01"#);
    let live = bench.instance.live();
    let keys: Vec<&str> = live.iter().map(|p| p.key.as_ref()).collect();
    assert_eq!(keys, ["equations.D", "equations.a"], "what follows from others has no slider");
    let set = Params::from([("equations.D".to_owned(), Value::Real(0.25))]);
    let text = bench.instance.settled(&set)["equations"].to_string();
    assert!(text.starts_with("u_t = D*lap(u) - a*u; D = 0.25 in [0, 1]; a = 0 in [0, 4]"), "{text}");
    assert!(bench.instance.settled(&Params::new()).is_empty());
    let other = bench.instance.with_live(&set).unwrap();
    let radius = |instance: &std::rc::Rc<dyn iterscope_core::Instance>| {
        let problem = instance.as_any().downcast_ref::<iterscope_pde::time::problem::Evolution>().unwrap();
        problem.spectrum(iterscope_pde::system::Part::All).radius()
    };
    let ratio = radius(&other) / radius(&bench.instance);
    assert!((ratio - 2.5).abs() < 1e-6, "{ratio}");
}
