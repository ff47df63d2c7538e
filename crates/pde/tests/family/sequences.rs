//! Sequences of systems: every system is solved, the count is right, and a run goes on from a checkpoint.

use iterscope_core::{Artifact, Cell, Stop};

use crate::bench::Bench;

const RUNS: &str = r#"{"method": "pde.gcrodr", "params": {"recycle": "none"}},
  {"method": "pde.gcrodr", "params": {"restart": 12, "vectors": 4, "recycle": "system", "order": "given"}},
  {"method": "pde.gcrodr", "params": {"restart": 12, "vectors": 4}},
  {"method": "pde.sor-bandit", "params": {"learner": "tsallis-inf"}},
  {"method": "pde.sor-bandit", "params": {"learner": "tsallis-inf-bins"}},
  {"method": "pde.sor-bandit"}"#;

fn bench(params: &str) -> Bench {
    Bench::new(&format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.sequence", "params": {{{params}}}}}, "runs": [{RUNS}], "stop": {{"max_steps": 20000}}}}"#
    ))
}

#[test]
fn every_system_is_solved_and_counted() {
    for moves in ["shift", "diffusion", "wind", "source"] {
        let bench = bench(&format!(r#""moves": "{moves}", "n": 9, "systems": 7, "strength": 5"#));
        for run in 0..6 {
            let mut stepper = bench.stepper(run);
            let diagnostics = 1;
            let mut least = 1.0;
            while bench.measure(&mut *stepper, diagnostics)[0] > 0.0 {
                let values = bench.measure(&mut *stepper, diagnostics);
                // What is left falls with the systems; what is at hand adds the part that its residual says.
                assert!(values[0] <= least + 1.0 / 7.0 + 1e-12 && values[1].is_finite(), "{moves} {run} {values:?}");
                least = values[0].min(least);
                stepper.advance(1).expect("the CPU does not fail");
                assert!(stepper.steps() < 20_000, "{moves} {run}");
            }
            let values = bench.measure(&mut *stepper, diagnostics);
            assert!(values[1] <= 1.01e-8, "{moves} {run}: the last residual is {}", values[1]);
            let Artifact::Table { rows, .. } = stepper.result().expect("the CPU does not fail") else {
                panic!("a table")
            };
            let count = |row: &Vec<Cell>| if let Cell::Int(n) = row[2] { n as u64 } else { panic!("a count") };
            let total: u64 = rows.iter().map(count).sum();
            assert!(rows.len() == 7 && rows.iter().all(|r| count(r) > 0), "{moves} {run}");
            assert_eq!(total, stepper.steps(), "{moves} {run}");
            assert!((values[2] - total as f64 / 7.0).abs() < 1e-12);
            assert!(matches!(stepper.advance(1), Ok(iterscope_core::Progress::Stopped(Stop::Converged))));
        }
    }
}

#[test]
fn a_run_goes_on_from_a_checkpoint_as_if_nothing_had_been() {
    let bench = bench(r#""n": 9, "systems": 30"#);
    for run in 0..6 {
        let (mut straight, mut broken) = (bench.stepper(run), bench.stepper(run));
        for steps in [7, 111, 160] {
            straight.advance(steps).expect("the CPU does not fail");
            broken.advance(steps).expect("the CPU does not fail");
            bench.measure(&mut *straight, 1);
            let kept = broken.save().expect("saved");
            let mut other = bench.stepper(run);
            other.load(&kept).expect("its own checkpoint");
            broken = other;
            let bits = |v: Vec<f64>| v.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            let (a, b) = (bench.measure(&mut *straight, 1), bench.measure(&mut *broken, 1));
            assert_eq!(bits(a), bits(b), "run {run}");
        }
    }
}

#[test]
fn pictures_are_never_empty_and_no_larger_than_asked_for() {
    let bench = bench(r#""n": 5, "systems": 100"#);
    let extent = iterscope_core::Extent { width: 40, height: 30 };
    let mut stepper = bench.stepper(5);
    for steps in [1, 3000] {
        stepper.advance(steps).expect("the CPU does not fail");
        for info in bench.instance.pictures() {
            let mut picture = iterscope_core::Picture::default();
            stepper.picture(&info.key, extent, &mut picture).expect("the CPU does not fail");
            assert_eq!(picture.kind, info.kind);
            assert!((1..=40).contains(&picture.width), "{} {}", info.key, picture.width);
            assert_eq!(picture.values.len(), (picture.width * picture.height) as usize, "{}", info.key);
        }
    }
}

#[test]
fn wrong_ones_are_refused_at_the_field() {
    let json = |params: &str, run: &str| {
        format!(r#"{{"schema": 1, "problem": {{"id": "pde.sequence", "params": {{{params}}}}}, "runs": [{run}]}}"#)
    };
    let e = Bench::try_new(&json(r#""n": 200, "systems": 5000"#, r#"{"method": "pde.sor-bandit"}"#)).err();
    assert_eq!(e.expect("too much").field, "systems");
    let run = r#"{"method": "pde.gcrodr", "params": {"restart": 5, "vectors": 5}}"#;
    assert_eq!(Bench::new(&json("", run)).try_stepper(0).err().expect("too many").field, "vectors");
}
