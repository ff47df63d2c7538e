//! What learning from examples is said to give, measured.

use iterscope_core::{BuildError, Finding, PaperCheck, Value};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use super::{Watched, set_up, solver};
use crate::analyses::reduced_basis::small;
use crate::methods::cg::Cg;
use crate::methods::conjugate_directions::ConjugateDirections;
use crate::methods::graph_solver;
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

/// Sweeps of a contraction on a random graph.
pub const GRAPH: PaperCheck = PaperCheck {
    id: "pde.graph-solver.contraction",
    source: "J. Park, J. Choo and J. Park, Convergent graph solvers, International Conference on Learning Representations, 2022: a unique fixed point that is reached at the rate \
             gamma; the source's figures are of trained networks and not claimed. Counts of an independent program in NumPy on another random graph of 50 nodes with 5 edges \
             each, of weights up to 1/5",
    methods: &["pde.graph-solver"],
    preset: Some("pde.graph-heads"),
    run: graph,
};

fn graph() -> Vec<Finding> {
    let (n, tolerance) = (50, 1e-6);
    let mut rng = Rng::new(1);
    let mut triplets = Vec::new();
    for i in 0..n as u32 {
        let ends = rng.permutation(n);
        triplets.extend(ends[..5].iter().map(|&j| (i, j as u32, rng.uniform() / 5.0)));
    }
    let Ok(edges) = Csr::<f64>::from_triplets(n, n, &triplets) else {
        return super::found(Err(BuildError::new("method", "the graph cannot be made")));
    };
    let b: Vec<f64> = (0..n).map(|_| 2.0 * rng.uniform() - 1.0).collect();
    let size = b.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let mut findings = Vec::new();
    for (gamma, count) in [(0.5, 10.0), (0.9, 17.0), (0.99, 19.0)] {
        let (mut z, mut next, mut sweeps) = (vec![0.0; n], vec![0.0; n], 0.0);
        while graph_solver::sweep(&edges, gamma, &b, &mut z, &mut next) > tolerance {
            sweeps += 1.0;
        }
        sweeps += 1.0;
        let bound = libm::ceil(libm::log(tolerance / size) / libm::log(gamma));
        findings.push(Finding::new(format!("gamma = {gamma}: sweeps until a change of 1e-6"), count, sweeps, 0.15));
        let beyond = (sweeps - 1.0 - bound).max(0.0);
        findings.push(Finding::new(
            format!("gamma = {gamma}: sweeps beyond ln(1e-6 / |b|) / ln gamma"),
            0.0,
            beyond,
            0.0,
        ));
        let mut direct = b.clone();
        small(n, |i, j| f64::from(u8::from(i == j)) - gamma * edges.entry(i, j), &mut direct);
        let off = z.iter().zip(&direct).fold(0.0f64, |m, (z, d)| m.max((z - d).abs()));
        findings.push(Finding::new(format!("gamma = {gamma}: largest difference from elimination"), 0.0, off, 2e-6));
    }
    findings
}
