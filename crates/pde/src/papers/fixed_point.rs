//! What the literature says of fixed-point iterations that remember where they began, measured.

use iterscope_core::{BuildError, Finding, Work};
use iterscope_kernels::csr::Csr;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::solvers::fixed_point::{FixedPoint, Weights};
use iterscope_linear::{LinearSolver, Matrix, Operator};

fn matrix(n: usize, entries: &[(u32, u32, f64)]) -> Result<Matrix<f64>, BuildError> {
    Ok(Csr::from_triplets(n, n, entries).map_err(|e| BuildError::new("n", e.to_string()))?.into())
}

/// The iterates from `start`, handed to `look` with their number.
fn iterate(
    a: &Matrix<f64>,
    b: &[f64],
    weights: Weights,
    start: &[f64],
    steps: usize,
    mut look: impl FnMut(usize, &[f64]),
) {
    let (mut method, mut work) = (FixedPoint::new(b.len(), weights, 1.0), Work::default());
    method.start(a, &mut Identity, b, start, &mut work);
    for k in 1..=steps {
        method.step(a, &mut Identity, b, &mut work);
        look(k, method.iterate());
    }
}

/// A rotation in the plane with a step along the third axis has no fixed point: the certificate and its bound.
pub(super) fn certificate() -> Result<Vec<Finding>, BuildError> {
    let (s, c) = (libm::sin(std::f64::consts::TAU / 7.0), libm::cos(std::f64::consts::TAU / 7.0));
    let a = matrix(3, &[(0, 0, 1.0 - c), (0, 1, s), (1, 0, -s), (1, 1, 1.0 - c)])?;
    let b = [0.0, 0.0, -1.0];
    let (mut exceeded, mut harmonic, mut at) = (0.0, 0.0, [f64::NAN; 2]);
    let mut r = vec![0.0; 3];
    iterate(&a, &b, Weights::Anchored, &[1.0, 0.0, 0.0], 100, |k, x| {
        a.residual(&b, x, &mut r);
        let off = r[0] * r[0] + r[1] * r[1] + (r[2] + 1.0) * (r[2] + 1.0);
        harmonic += 1.0 / k as f64;
        let root = ((harmonic + 12.0_f64).sqrt() + 1.0) / (k as f64 + 1.0);
        exceeded += f64::from(off > root * root);
        if k == 25 {
            at = [root * root, off];
        }
    });
    let mut plain = f64::NAN;
    iterate(&a, &b, Weights::Image, &[1.0, 0.0, 0.0], 100, |_, x| {
        a.residual(&b, x, &mut r);
        plain = r[0] * r[0] + r[1] * r[1] + (r[2] + 1.0) * (r[2] + 1.0);
    });
    Ok(vec![
        Finding::new("the bound of the theorem after 25 steps", 0.036_641_7, at[0], 1e-5),
        Finding::new("steps of 100 after which the displacement is further off than the bound", 0.0, exceeded, 0.0),
        Finding::new("squared error of the displacement after 25 steps, anchored", 3.6169e-3, at[1], 1e-4),
        Finding::new("the same of the plain iteration, after any number of steps", 0.753_02, plain, 1e-5),
    ])
}

/// The error of a contraction by c after averaging with weights 2/(t + 2).
pub(super) fn averages() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for (c, steps, expected) in [(0.5, 1000, 2.0 / 1002.0), (0.2, 1000, 3.5628e-5), (0.9, 1000, 2.9952e-1)] {
        let a = matrix(1, &[(0, 0, 1.0 - c)])?;
        let mut error = f64::NAN;
        iterate(&a, &[0.0], Weights::Averaged, &[1.0], steps, |_, x| error = x[0]);
        findings.push(Finding::new(
            format!("error after {steps} averages of a contraction by {c}"),
            expected,
            error,
            1e-4,
        ));
    }
    Ok(findings)
}
