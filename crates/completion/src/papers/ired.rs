//! The task of a learned method, with the trivial answer and two classical ones beside the published figures.

use iterscope_core::{BuildError, Finding, Value};

use crate::Completion;
use crate::harness::Setting;
use crate::linalg::spectral::largest_singular_value;
use crate::methods::{als, nuclear_apg};
use crate::problems::ired;

/// Matrices over which errors are averaged.
const MATRICES: u64 = 100;
/// The error of a step is averaged when the methods have settled.
const STEPS: u32 = 40;

pub(super) fn task() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let cases = [("standard", 20.0, 0.0174, 0.0164, 0.0169), ("harder", 5.0, 0.2054, 0.1668, 0.1693)];
    for (task, divisor, published, soft, ridge) in cases {
        let variance: f64 = 10.0 / (divisor * divisor) + 0.01;
        let mut sums = [0.0; 3];
        for seed in 0..MATRICES {
            let setting = Setting::new(&ired::PROBLEM, &[("task", Value::from(task))], None, seed)?;
            let Some(c) = setting.instance.as_any().downcast_ref::<Completion>() else { continue };
            let unit = largest_singular_value(c.model().entries()?);
            sums[0] += setting.instance.levels()[0].value;
            // The threshold of soft-impute that random matrix theory suggests.
            let tau = 0.5 * (20.0 * variance).sqrt();
            let mut run = setting.run(&nuclear_apg::METHOD, &[("lambda", Value::Real((tau / unit).min(1.0)))])?;
            run.advance(STEPS);
            sums[1] += run.value("mse.unseen");
            // The true prior: factors of variance 1/c, noise of variance 0.01.
            let mut run = setting.run(&als::METHOD, &[("ridge", Value::Real(0.01 * divisor))])?;
            run.advance(STEPS);
            sums[2] += run.value("mse.unseen");
        }
        let [zeros, nuclear, alternating] = sums.map(|s| s / MATRICES as f64);
        let words = format!("{task} task, mean over {MATRICES} matrices of the squared error");
        findings.push(Finding::new(format!("{words}: zeros for the unseen, from theory"), 0.5 * variance, zeros, 0.03));
        findings.push(Finding::new(
            format!("{words}: the published figure of IRED is that of zeros for the unseen"),
            published,
            zeros,
            0.04,
        ));
        findings.push(Finding::new(format!("{words}: soft-impute's solution"), soft, nuclear, 0.04));
        findings.push(Finding::new(
            format!("{words}: alternating ridge regressions with the true prior"),
            ridge,
            alternating,
            0.04,
        ));
        let better = f64::from(u8::from(nuclear < published && alternating < published));
        findings.push(Finding::new(
            format!("{words}: both lie below the published figure (1 yes, 0 no)"),
            1.0,
            better,
            0.0,
        ));
    }
    Ok(findings)
}
