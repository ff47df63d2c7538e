//! The methods: what theory says must fall, agreement of routes, ends of recurrences, repetition.

use crate::bench::Bench;
use iterscope_core::{Breakdown, Checkpoint, Progress, State, Stepper, Stop, Value};
use iterscope_pde::referee::{DISCRETE, ENERGY, EXACT};

const ALL: &str = r#"{"method": "pde.jacobi"}, {"method": "pde.gauss-seidel"},
  {"method": "pde.gauss-seidel", "params": {"order": "red-black"}},
  {"method": "pde.sor", "params": {"auto": true}}, {"method": "pde.cg"}, {"method": "pde.bicgstab"}"#;

const VARIED: &str = r#""n": 20, "diffusion_x": "1 + x*y", "velocity_x": "20*(y - 1/2)", "velocity_y": "20*(1/2 - x)",
  "reaction": "x", "exact": "sin(3*x)*cos(2*y)""#;

/// The state of a stepper, as bits.
fn bits(stepper: &mut dyn Stepper) -> Vec<u64> {
    match stepper.save().expect("the CPU does not fail").state {
        State::Full(v) | State::Iterate(v) => v.iter().map(|x| x.to_bits()).collect(),
    }
}

/// The runs of a list, one by one.
fn each(runs: &str) -> Vec<String> {
    let all: Vec<serde_json::Value> = serde_json::from_str(&format!("[{runs}]")).expect("JSON");
    all.iter().map(ToString::to_string).collect()
}

fn advance(stepper: &mut dyn Stepper, n: u32) -> Progress {
    stepper.advance(n).expect("the CPU does not fail")
}

#[test]
fn all_routes_reach_the_direct_solution() {
    let bench =
        Bench::of(r#""n": 16, "diffusion_y": "2 + x", "reaction": "3", "source": "exp(x*y)", "boundary": "x*y""#, ALL);
    for run in 0..6 {
        let ended = bench.run(run);
        assert_eq!(ended.stop, Stop::Converged, "run {run}: {ended:?}");
        assert!(ended.values[bench.place(DISCRETE)] < 1e-6, "run {run}: {ended:?}");
    }
    let bench = Bench::of(VARIED, ALL);
    for run in [0, 1, 2, 3, 5] {
        let ended = bench.run(run);
        assert_eq!(ended.stop, Stop::Converged, "run {run}: {ended:?}");
        assert!(ended.values[bench.place(DISCRETE)] < 1e-6, "run {run}: {ended:?}");
        let level = bench.instance.levels()[0].value;
        assert!((ended.values[bench.place(EXACT)] - level).abs() < 1e-6);
    }
}

#[test]
fn the_energy_norm_of_the_error_never_rises_in_cg() {
    let bench =
        Bench::of(r#""n": 40, "diffusion_x": "1 + 50*y", "source": "exp(3*x)*sin(9*y)""#, r#"{"method": "pde.cg"}"#);
    let (mut stepper, place) = (bench.stepper(0), bench.place(ENERGY));
    let (mut before, mut residual, mut rose) = (f64::INFINITY, f64::INFINITY, false);
    loop {
        let values = bench.measure(stepper.as_mut(), 0);
        if values[0] < 1e-10 {
            break;
        }
        assert!(values[place] < before, "step {}", stepper.steps());
        rose |= values[0] > residual;
        (before, residual) = (values[place], values[0]);
        advance(stepper.as_mut(), 1);
        assert!(stepper.steps() < 400);
    }
    assert!(rose, "the residual is no such norm: a problem on which it falls too shows nothing");
}

#[test]
fn the_residual_of_damped_jacobi_never_rises_where_the_matrix_is_definite() {
    for omega in ["0.3", "0.8", "1"] {
        let run = format!(r#"{{"method": "pde.jacobi", "params": {{"omega": {omega}}}}}"#);
        let bench = Bench::of(r#""n": 16, "reaction": "5", "source": "sin(40*x*y)""#, &run);
        let mut stepper = bench.stepper(0);
        let mut before = f64::INFINITY;
        for _ in 0..300 {
            let residual = bench.measure(stepper.as_mut(), 0)[0];
            assert!(residual < before, "omega {omega}, step {}", stepper.steps());
            before = residual;
            advance(stepper.as_mut(), 1);
        }
    }
}

#[test]
fn single_precision_follows_double_precision() {
    for method in ["pde.jacobi", "pde.cg"] {
        let runs = format!(r#"{{"method": "{method}"}}, {{"method": "{method}", "backend": "cpu-f32"}}"#);
        let bench = Bench::of(r#""n": 24, "source": "1 + x", "boundary": "y""#, &runs);
        let (mut double, mut single) = (bench.stepper(0), bench.stepper(1));
        for _ in 0..20 {
            advance(double.as_mut(), 1);
            advance(single.as_mut(), 1);
            let (a, b) = (bench.measure(double.as_mut(), 0), bench.measure(single.as_mut(), 0));
            let place = bench.place(DISCRETE);
            assert!((a[place] - b[place]).abs() < 2e-5 * a[place], "{method}: {a:?} {b:?}");
        }
        assert_ne!(bits(double.as_mut()), bits(single.as_mut()), "{method}: both ran in the same precision");
    }
}

#[test]
fn recurrences_break_down_with_a_reason() {
    let bench = Bench::of(r#""n": 12, "reaction": "-400""#, r#"{"method": "pde.cg"}"#);
    assert_eq!(bench.run(0).stop, Stop::Breakdown(Breakdown::Indefinite));
    // One unknown with the coefficient 16 - 16: whatever the method does, its image is zero.
    let bench = Bench::of(r#""n": 2, "reaction": "-16""#, r#"{"method": "pde.bicgstab"}"#);
    assert_eq!(bench.run(0).stop, Stop::Breakdown(Breakdown::ZeroInnerProduct));
}

#[test]
fn a_zero_right_hand_side_is_solved_at_once() {
    for run in each(&format!(r#"{ALL}, {{"method": "pde.domain-splitting"}}"#)) {
        let bench = Bench::of(r#""n": 8, "source": "0""#, &run);
        let ended = bench.run(0);
        assert_eq!((ended.stop, ended.steps), (Stop::Converged, 0), "run {run}");
        // Stepping on does no harm.
        let mut stepper = bench.stepper(0);
        advance(stepper.as_mut(), 3);
        let diagnostics = usize::from(run.contains("sor") || run.contains("splitting"));
        assert_eq!(bench.measure(stepper.as_mut(), diagnostics)[0], 0.0, "{run}");
    }
}

#[test]
fn one_unknown_is_solved_in_one_step() {
    let bench = Bench::of(r#""n": 2, "exact": "x^2 + y""#, ALL);
    for run in 0..6 {
        let ended = bench.run(run);
        assert_eq!(ended.stop, Stop::Converged, "run {run}: {ended:?}");
        assert_eq!(ended.steps, 1, "run {run}");
    }
}

#[test]
fn reset_and_checkpoints_repeat_bit_for_bit() {
    let runs = format!(
        r#"{ALL}, {{"method": "pde.domain-splitting", "params": {{"pick": "random"}}}}, {{"method": "pde.cg", "backend": "cpu-f32"}}"#
    );
    for run in each(&runs) {
        let bench = Bench::of(VARIED, &run);
        let mut stepper = bench.stepper(0);
        let start = bits(stepper.as_mut());
        advance(stepper.as_mut(), 4);
        let kept: Checkpoint = stepper.save().expect("the CPU does not fail");
        advance(stepper.as_mut(), 5);
        let (end, work) = (bits(stepper.as_mut()), stepper.work());
        assert_ne!(start, end, "{run}");

        stepper.load(&kept).expect("its own checkpoint");
        assert_eq!(stepper.steps(), 4);
        advance(stepper.as_mut(), 5);
        assert_eq!((bits(stepper.as_mut()), stepper.work()), (end.clone(), work), "{run}");

        stepper.reset().expect("the CPU does not fail");
        assert_eq!((bits(stepper.as_mut()), stepper.steps()), (start, 0), "{run}");
        advance(stepper.as_mut(), 9);
        assert_eq!((bits(stepper.as_mut()), stepper.work()), (end, work), "{run}");

        let other = Bench::of(r#""n": 4"#, r#"{"method": "pde.jacobi"}"#).stepper(0).save().expect("saved");
        assert!(stepper.load(&other).is_err(), "{run}");
    }
}

#[test]
fn jacobi_and_cg_go_on_from_an_iterate_alone() {
    let bench = Bench::of(r#""n": 12"#, r#"{"method": "pde.jacobi"}, {"method": "pde.cg"}"#);
    for run in 0..2 {
        let mut stepper = bench.stepper(run);
        let iterate = State::Iterate(vec![0.05; 121]);
        let from = Checkpoint { step: 7, work: stepper.work(), state: iterate };
        stepper.load(&from).expect("an iterate of this size");
        assert_eq!(stepper.steps(), 7);
        while bench.measure(stepper.as_mut(), 0)[0] > 1e-8 {
            advance(stepper.as_mut(), 10);
            assert!(stepper.steps() < 2000);
        }
        let short = Checkpoint { state: State::Iterate(vec![0.0; 5]), ..from };
        assert!(stepper.load(&short).is_err());
    }
}

#[test]
fn live_parameters_take_effect_and_are_checked() {
    for (method, key) in [("pde.jacobi", "omega"), ("pde.sor", "omega")] {
        let bench = Bench::of(r#""n": 16"#, &format!(r#"{{"method": "{method}", "params": {{"omega": 1.9}}}}"#));
        let diagnostics = usize::from(method == "pde.sor");
        let (mut stepper, mut other) = (bench.stepper(0), bench.stepper(0));
        stepper.set(key, &Value::Real(0.7)).expect("live");
        advance(stepper.as_mut(), 5);
        advance(other.as_mut(), 5);
        assert_ne!(bench.measure(stepper.as_mut(), diagnostics), bench.measure(other.as_mut(), diagnostics));
        assert_eq!(stepper.set(key, &Value::Real(7.0)).expect_err("out of range").field, "omega");
        assert!(stepper.set("auto", &Value::Bool(true)).is_err(), "not live");
    }
}

#[test]
fn predictions_agree_with_what_is_measured() {
    // The mean factor of the residual over `count` steps after `before`, short of the rounding errors.
    let late = |bench: &Bench, run: usize, diagnostics: usize, [before, count]: [u32; 2]| {
        let mut stepper = bench.stepper(run);
        let mut at = |steps: u32| {
            advance(stepper.as_mut(), steps);
            bench.measure(stepper.as_mut(), diagnostics)[0]
        };
        let (first, last) = (at(before), at(count));
        libm::pow(last / first, 1.0 / f64::from(count))
    };
    for params in [r#""n": 12, "source": "1 + x""#, r#""n": 12, "source": "1 + x", "velocity_x": "8", "reaction": "2""#]
    {
        let runs = r#"{"method": "pde.jacobi", "params": {"omega": 0.9}}, {"method": "pde.gauss-seidel"},
          {"method": "pde.sor", "params": {"omega": 1.2}}, {"method": "pde.sor", "params": {"omega": 1.8}}"#;
        let bench = Bench::of(params, runs);
        for (run, window, tolerance) in
            [(0, [150, 100], 1e-3), (1, [100, 100], 1e-3), (2, [90, 40], 1e-3), (3, [20, 60], 3e-2)]
        {
            let (expected, measured) =
                (bench.prediction(run).expect("a formula").factor, late(&bench, run, run / 2, window));
            assert!((measured - expected).abs() < tolerance, "{params}, run {run}: {measured} {expected}");
        }
    }
    // Variable coefficients: estimated, and said to be.
    let bench = Bench::of(r#""n": 12, "diffusion_x": "1 + x""#, r#"{"method": "pde.jacobi"}"#);
    let p = bench.prediction(0).expect("an estimate");
    assert!(p.words.contains("estimated") && (late(&bench, 0, 0, [150, 100]) - p.factor).abs() < 1e-3, "{p:?}");
}

#[test]
fn divergence_is_predicted_with_its_reason_and_happens() {
    for (params, run, reason) in [
        (r#""n": 16"#, r#"{"method": "pde.jacobi", "params": {"omega": 1.2}}"#, "above 2 / (1 + ρ)"),
        (r#""n": 16"#, r#"{"method": "pde.sor", "params": {"omega": 2.1}}"#, "Kahan"),
        (r#""n": 16, "velocity_x": "200""#, r#"{"method": "pde.jacobi"}"#, "cell Peclet"),
        (r#""n": 16, "reaction": "-60""#, r#"{"method": "pde.gauss-seidel"}"#, "negative reaction"),
    ] {
        let bench = Bench::of(params, run);
        let words = bench.prediction(0).expect("a formula").words;
        assert!(words.contains("diverges") && words.contains(reason), "{words}");
        assert_eq!(bench.run(0).stop, Stop::Diverged, "{run}");
    }
}

#[test]
fn the_automatic_omega_is_the_best_and_converges_in_a_turning_flow() {
    let bench = Bench::of(r#""n": 32"#, r#"{"method": "pde.sor", "params": {"auto": true}}"#);
    let best = 2.0 / (1.0 + libm::sin(std::f64::consts::PI / 32.0));
    let mut stepper = bench.stepper(0);
    assert!((bench.measure(stepper.as_mut(), 1).pop().expect("omega") - best).abs() < 1e-12);
    for strength in [20, 100, 400] {
        let params = format!(r#""n": 32, "velocity_x": "{strength}*(y - 1/2)", "velocity_y": "{strength}*(1/2 - x)""#);
        let bench = Bench::of(&params, r#"{"method": "pde.sor", "params": {"auto": true}}"#);
        let ended = bench.run(0);
        assert_eq!(ended.stop, Stop::Converged, "{strength}: {ended:?}");
    }
}

#[test]
fn domain_splitting_stalls_with_a_fixed_pick_and_refuses_a_mesh_that_does_not_fit() {
    let runs = r#"{"method": "pde.domain-splitting", "params": {"pick": "x"}},
      {"method": "pde.domain-splitting", "params": {"coarse": 5}}, {"method": "pde.domain-splitting", "params": {"coarse": 32}}"#;
    let bench = Bench::of(r#""n": 32, "velocity_x": "2 - x", "velocity_y": "1", "exact": "sin(pi*x + pi*y)""#, runs);
    let ended = bench.run(0);
    assert_eq!(ended.stop, Stop::Stagnated);
    let gamma = *ended.values.last().expect("a diagnostic");
    assert_eq!(gamma, 0.0);
    for run in [1, 2] {
        let e = bench.try_stepper(run).err().expect("does not fit");
        assert!(e.field == "coarse" && e.message.contains("take"), "{e}");
    }
    // The figures of an independent implementation in SciPy on this small mesh.
    let mut stepper = bench.stepper(0);
    for (step, residual, error) in
        [(0, 3.1082e-04, 1.4908e-03), (1, 6.3059e-05, 4.2302e-04), (5, 2.1126e-06, 5.0083e-04)]
    {
        let done = stepper.steps() as u32;
        advance(stepper.as_mut(), step - done);
        let values = bench.measure(stepper.as_mut(), 1);
        assert!((values[0] - residual).abs() < 1e-4 * residual, "step {step}: {values:?}");
        assert!((values[bench.place(EXACT)] - error).abs() < 1e-4 * error, "step {step}: {values:?}");
    }
}

#[test]
fn domain_splitting_as_a_preconditioner_goes_on_where_the_iteration_stalls() {
    let runs = r#"{"method": "pde.gmres", "params": {"restart": 100}},
      {"method": "pde.gmres", "params": {"preconditioner": "domain-splitting"}},
      {"method": "pde.fgmres", "params": {"preconditioner": "domain-splitting", "preconditioner.alike": true}},
      {"method": "pde.gmres", "params": {"preconditioner": "domain-splitting", "preconditioner.alike": true}},
      {"method": "pde.gmres", "params": {"preconditioner": "domain-splitting", "preconditioner.coarse": 5}}"#;
    let bench = Bench::of(r#""n": 32, "velocity_x": "2 - x", "velocity_y": "1", "exact": "sin(pi*x + pi*y)""#, runs);
    let steps = |run: usize| {
        let ended = bench.run(run);
        assert_eq!(ended.stop, Stop::Converged, "{run}: {ended:?}");
        ended.steps
    };
    let plain = steps(0);
    let [split, flexible] = [1, 2].map(steps);
    assert!(3 * split < plain && 3 * flexible < plain, "{plain} {split} {flexible}");
    let changing = bench.try_stepper(3).err().expect("not the same map each time");
    assert!(changing.field.starts_with("preconditioner"), "{changing}");
    let wrong = bench.try_stepper(4).err().expect("does not divide");
    assert_eq!(wrong.field, "preconditioner.coarse");
}
