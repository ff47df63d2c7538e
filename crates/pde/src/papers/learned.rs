//! What learning from examples is said to give, measured.

use iterscope_core::{BuildError, Finding, PaperCheck, Value};

use super::{Watched, set_up, solver};
use crate::methods::cg::Cg;
use crate::methods::conjugate_directions::ConjugateDirections;
use crate::referee::RESIDUAL;

/// Steps of conjugate gradients with a factor that learned from solutions, and with one that learned from noise.
pub const FACTOR: PaperCheck = PaperCheck {
    id: "pde.learned.examples",
    source: "Y. Li, P. Y. Chen, T. Du, W. Matusik, Learning preconditioners for conjugate gradient PDE solvers, Proceedings of the 40th International \
             Conference on Machine Learning, 2023: train on solutions; figures of an independent implementation of the factor with two numbers in NumPy",
    methods: &["pde.cg"],
    preset: Some("pde.learned-factor"),
    run: || super::found(factor()),
};

fn factor() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for (n, examples, expected) in [(32, "solutions", 22), (32, "noise", 32), (64, "solutions", 31), (64, "noise", 58)]
    {
        let problem = set_up(n, &[])?;
        let given = [
            ("preconditioner", Value::from("learned")),
            ("preconditioner.examples", examples.into()),
            ("preconditioner.count", 16.into()),
        ];
        let mut run = Watched::new(&problem, solver(&problem, &Cg, &given)?);
        let steps = (1..=200).find(|_| {
            run.steps(1);
            run.measure(RESIDUAL) <= 1e-8
        });
        let claim = format!("steps to 1e-8 on {n} x {n} cells, learned from {examples}");
        // The draw of the examples decides about the last of them.
        findings.push(Finding::new(
            claim,
            f64::from(expected),
            steps.map_or(f64::NAN, f64::from),
            1.5 / f64::from(expected),
        ));
    }
    Ok(findings)
}

/// Steps of conjugate directions along what ten sweeps of Jacobi guess, and where the residual stands on the way.
pub const DIRECTIONS: PaperCheck = PaperCheck {
    id: "pde.conjugate-directions.guess",
    source: "A. Kaneda et al., A deep conjugate direction method for iteratively solving linear systems, Proceedings of the 40th International Conference on \
             Machine Learning, 2023: the iteration with ten sweeps of Jacobi (0.8) in place of the network, whose figures are not claimed; numbers of an \
             independent implementation in NumPy 2 and SciPy 1.17",
    methods: &["pde.conjugate-directions"],
    preset: Some("pde.any-direction"),
    run: || super::found(directions()),
};

fn directions() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let guesses = [
        ("the residual", 2, vec![], 118, 3.345_011_819_727_267_4),
        ("the sweeps, none kept", 0, sweeps(), 978, 1.201_181_793_623_968_6),
        ("the sweeps, one kept", 1, sweeps(), 30, 0.340_992_701_446_338_03),
        ("the sweeps, five kept", 5, sweeps(), 30, 0.340_992_701_446_337_86),
    ];
    for (guess, kept, mut given, expected, tenth) in guesses {
        let problem = set_up(64, &[])?;
        given.push(("kept", Value::Int(kept)));
        let mut run = Watched::new(&problem, solver(&problem, &ConjugateDirections, &given)?);
        run.steps(10);
        let claim = format!("relative residual after ten steps along {guess}");
        findings.push(Finding::new(claim, tenth, run.measure(RESIDUAL), 1e-7));
        let steps = (11..=1200).find(|_| {
            run.steps(1);
            run.measure(RESIDUAL) <= 1e-8
        });
        let claim = format!("steps to 1e-8 along {guess}");
        let steps = steps.map_or(f64::NAN, f64::from);
        findings.push(Finding::new(claim, f64::from(expected), steps, 1.01 / f64::from(expected)));
    }
    Ok(findings)
}

fn sweeps() -> Vec<(&'static str, Value)> {
    vec![
        ("preconditioner", "inner".into()),
        ("preconditioner.solver", "richardson".into()),
        ("preconditioner.steps", 10.into()),
        ("preconditioner.tolerance", Value::Real(0.01)),
        ("preconditioner.preconditioner", "jacobi".into()),
        ("preconditioner.preconditioner.omega", Value::Real(0.8)),
    ]
}
