//! What learning from examples is said to give, measured.

use iterscope_core::{BuildError, Finding, PaperCheck, Value};

use super::{Watched, set_up, solver};
use crate::methods::cg::Cg;
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
