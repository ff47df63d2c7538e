//! Square roots of matrices, which Shampoo's rules take their steps from.

use iterscope_core::{BuildError, Finding};
use iterscope_kernels::dense::{sqrt_newton_schulz, sqrt_pade, sqrt_spectral, sqrt_taylor};
use iterscope_kernels::reduce::{norm2, norm2_diff};

const N: usize = 32;

fn toeplitz(rho: f64) -> Vec<f64> {
    let mut powers = [1.0; N];
    for i in 1..N {
        powers[i] = powers[i - 1] * rho;
    }
    (0..N * N).map(|e| powers[(e / N).abs_diff(e % N)]).collect()
}

pub(super) fn roots() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let (mut root, mut inverse, mut truth) = (vec![0.0; N * N], vec![0.0; N * N], vec![0.0; N * N]);
    let mut work = vec![0.0; 3 * N * N];
    type Case = (f64, f64, &'static [(usize, f64)], f64, f64);
    let cases: [Case; 3] = [
        (0.3, 3.4, &[(3, 1.02e-1), (5, 1.66e-3)], 9.06e-4, 2.00e-2),
        (0.9, 263.0, &[(5, 1.19e-1)], 1.26e-1, 3.60e-1),
        (0.99, 5727.0, &[(5, 1.05e-1)], 3.58e-1, 7.46e-1),
    ];
    for (rho, condition, newton, pade, taylor) in cases {
        let a = toeplitz(rho);
        sqrt_spectral(&a, N, &mut truth, &mut work);
        let error = |root: &[f64]| norm2_diff(root, &truth) / norm2(&truth);
        let words = format!("32 x 32, {rho}^|i-j|, condition number {condition}: relative error of");
        for &(steps, expected) in newton {
            sqrt_newton_schulz(&a, N, steps, &mut root, &mut inverse, &mut work);
            findings.push(Finding::new(format!("{words} {steps} Newton-Schulz steps"), expected, error(&root), 6e-3));
        }
        let exact = if rho < 0.5 { 8 } else { 13 };
        if rho < 0.95 {
            sqrt_newton_schulz(&a, N, exact, &mut root, &mut inverse, &mut work);
            findings.push(Finding::new(format!("{words} {exact} Newton-Schulz steps"), 0.0, error(&root), 1e-13));
        }
        let measured = if sqrt_pade(&a, N, 5, &mut root, &mut work).is_ok() { error(&root) } else { f64::NAN };
        findings.push(Finding::new(format!("{words} the Padé approximant [5, 5]"), pade, measured, 6e-3));
        sqrt_taylor(&a, N, 11, &mut root, &mut work);
        findings.push(Finding::new(format!("{words} the Taylor polynomial of degree 11"), taylor, error(&root), 6e-3));
    }
    Ok(findings)
}
