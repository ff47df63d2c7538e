//! Systems with a matrix that a person brings, against scipy.

use iterscope_catalog::{BuiltProblem, Devices, build_problem, build_runs, problems};
use iterscope_core::{BuildError, Cell, DataRef, Experiment, Extent, Picture, Progress};

fn built(json: &str) -> Result<(Experiment, BuiltProblem), BuildError> {
    let experiment = Experiment::from_json(json)?;
    let kind = problems().find(|p| p.info.id == "pde.matrix").and_then(|p| p.info.data).expect("it reads data");
    let none = |name: &str| Err(format!("{name} does not come with the program"));
    let data = experiment.problem.data.as_ref().map(|d| iterscope_data::resolve(kind, d, None, &none)).transpose()?;
    let problem = build_problem(&experiment, data.as_ref()).map_err(|mut e| e.remove(0))?;
    Ok((experiment, problem))
}

fn sample(rhs: &str, run: &str) -> (Experiment, BuiltProblem) {
    let json = format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.matrix", "data": "sample:network", "params": {{{rhs}}}}}, "runs": [{run}]}}"#
    );
    built(&json).unwrap_or_else(|e| panic!("{e}"))
}

/// Steps to a residual of 1e-8, and what was measured then.
fn run(experiment: &Experiment, problem: &BuiltProblem) -> (u64, Vec<f64>) {
    let mut steppers =
        build_runs(experiment, problem, &Devices::none("not in this test")).unwrap_or_else(|e| panic!("{e:?}"));
    let mut stepper = steppers.remove(0).stepper;
    let mut values = vec![0.0; problem.instance.series().len() + 8];
    loop {
        stepper.measure(&mut values).expect("the CPU does not fail");
        if values[0] <= 1e-8 || stepper.steps() >= 1000 {
            return (stepper.steps(), values);
        }
        if let Progress::Stopped(_) = stepper.advance(1).expect("the CPU does not fail") {
            stepper.measure(&mut values).expect("the CPU does not fail");
            return (stepper.steps(), values);
        }
    }
}

fn small(text: &str, rhs: &str) -> Result<BuiltProblem, BuildError> {
    let data = serde_json::to_string(&DataRef::Inline { name: "mine.mtx".into(), text: text.into() }).expect("text");
    let json = format!(
        r#"{{"schema": 1, "problem": {{"id": "pde.matrix", "data": {data}, "params": {{{rhs}}}}}, "runs": [{{"method": "pde.gmres"}}]}}"#
    );
    Ok(built(&json)?.1)
}

fn said(problem: &BuiltProblem, words: &str) -> bool {
    problem.instance.notes().iter().any(|n| n.text.contains(words))
}

#[test]
fn krylov_methods_take_the_steps_of_scipy() {
    // scipy 1.17.1 on the sample with b = 1: the first step whose true residual is below 1e-8 of b, counted by the callback of
    // scipy.sparse.linalg.cg and minres; gmres with restart 200 reports its own.
    for (method, expected) in [
        (r#"{"method": "pde.cg"}"#, 110u64),
        (r#"{"method": "pde.minres"}"#, 109),
        (r#"{"method": "pde.gmres", "params": {"restart": 200}}"#, 104),
    ] {
        let (experiment, problem) = sample(r#""rhs": "ones""#, method);
        let (steps, values) = run(&experiment, &problem);
        assert!(steps.abs_diff(expected) <= 1 && values[0] <= 1e-8, "{method}: {steps}, not {expected}: {values:?}");
    }
}

#[test]
fn the_known_solution_is_found() {
    for solution in ["ones", "wave", "random"] {
        let rhs = format!(r#""solution": "{solution}""#);
        let (experiment, problem) = sample(&rhs, r#"{"method": "pde.cg", "params": {"preconditioner": "ic0"}}"#);
        let place = problem.instance.series().iter().position(|s| s.key == "error.exact.l2.rel").expect("a series");
        let (_, values) = run(&experiment, &problem);
        // The condition number is 2e4.
        assert!(values[place] < 2e-4, "{solution}: {values:?}");
        assert!(said(&problem, "positive definite, by its pivots"));
    }
}

#[test]
fn what_a_matrix_is_like_is_said() {
    let of =
        |head: &str, body: &str| small(&format!("%%MatrixMarket matrix coordinate real {head}\n{body}"), "").unwrap();
    let skew = of("skew-symmetric", "2 2 1\n2 1 3\n");
    assert!(said(&skew, "skew-symmetric") && said(&skew, "2 of 2 diagonal entries are zero"));
    assert!(!said(&skew, "singular"));
    assert!(said(&of("skew-symmetric", "3 3 2\n2 1 3\n3 2 1\n"), "singular"));
    assert!(said(&of("symmetric", "2 2 3\n1 1 1\n2 1 2\n2 2 1\n"), "not all of its pivots are positive"));
    assert!(said(&of("symmetric", "2 2 2\n1 1 -1\n2 2 -1\n"), "negative diagonal"));
    assert!(said(&of("general", "2 2 3\n1 1 1\n1 2 2\n2 2 1\n"), "not symmetric"));
    let singular = of("general", "2 2 3\n1 1 1\n1 2 2\n2 2 0\n");
    assert!(said(&singular, "singular"), "{:?}", singular.instance.notes());
}

#[test]
fn right_hand_sides_are_typed_by_row() {
    let text = "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 2\n2 2 4\n";
    let problem = small(text, r#""rhs": "typed", "b": "i/n""#).unwrap();
    let mut out = Picture::default();
    assert!(problem.instance.draw_given("rhs", Extent { width: 10, height: 10 }, &mut out));
    assert_eq!(out.values, [0.5, 1.0]);
    let error = small(text, r#""rhs": "typed", "b": "1/(i - 2)""#).err().expect("it is refused");
    assert!(error.field.ends_with('b') && error.message.contains("i = 2"), "{error}");
    let error = small("%%MatrixMarket matrix coordinate real general\n2 3 0\n", "").err().expect("it is refused");
    assert!(error.field == "problem.data" && error.message.contains("line 2, column 2"), "{error}");
}

#[test]
fn the_pattern_is_drawn_and_the_result_is_a_table() {
    let text = "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 10\n1 2 -100\n2 2 4\n";
    let problem = small(text, "").unwrap();
    let mut out = Picture::default();
    assert!(problem.instance.draw_given("sparsity", Extent { width: 10, height: 10 }, &mut out));
    assert_eq!((out.width, out.height), (2, 2));
    assert_eq!(out.values[..2], [1.0, 2.0]);
    assert!(out.values[2].is_nan());
    assert!(problem.instance.draw_given("sparsity", Extent { width: 1, height: 1 }, &mut out));
    assert_eq!(out.values, [2.0]);
    let json =
        r#"{"schema": 1, "problem": {"id": "pde.matrix", "data": "sample:network"}, "runs": [{"method": "pde.cg"}]}"#;
    let (experiment, problem) = built(json).unwrap();
    let mut steppers =
        build_runs(&experiment, &problem, &Devices::none("not in this test")).unwrap_or_else(|e| panic!("{e:?}"));
    let iterscope_core::Artifact::Table { columns, rows } = steppers.remove(0).stepper.result().unwrap() else {
        panic!("a table")
    };
    assert_eq!(columns, ["row", "value"]);
    assert_eq!(rows.len(), 200);
    assert_eq!(rows[199], [Cell::Int(200), Cell::Real(0.0)]);
}
