//! Streams: updates of a truncated decomposition.

use iterscope_core::{BuildError, Finding, Value};

use crate::Completion;
use crate::harness::{Given, MethodRun, Setting};
use crate::methods::svd_updates;
use crate::problems::stream;

const ERROR: &str = "error.all.rel";

fn finished(setting: &Setting, given: Given<'_>) -> Result<MethodRun, BuildError> {
    let mut run = setting.run(&svd_updates::METHOD, given)?;
    while run.advance(1) {}
    Ok(run)
}

pub(super) fn updates() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    let zero = ("fill", Value::from("zero"));
    let words = "400 x 300, 5 % not zero, rank 10, the last 200 rows";
    let cases = [(1, 1.00834, 32.9468), (10, 1.00819, 32.9748), (50, 1.00782, 33.0085)];
    for (batch, ratio, first) in cases {
        let problem = [("sampling", Value::Real(0.05)), ("unseen", Value::from("zero")), ("batch", Value::Int(batch))];
        let setting = Setting::new(&stream::PROBLEM, &problem, None, 21)?;
        let best = setting.instance.levels().first().map_or(f64::NAN, |l| l.value);
        if let (1, Some(c)) = (batch, setting.instance.as_any().downcast_ref::<Completion>()) {
            let norm = c.model().true_norm().unwrap_or(f64::NAN);
            findings.push(Finding::new(format!("{words}: best residual of rank 10"), 220.481189, norm * best, 1e-8));
        }
        let mut run = finished(&setting, std::slice::from_ref(&zero))?;
        let claim = format!("{words} in batches of {batch}: residual divided by the best one");
        findings.push(Finding::new(claim, ratio, run.value(ERROR) / best, 6e-6));
        let all = run.measure();
        let claim = format!("{words} in batches of {batch}: largest singular value that is kept");
        findings.push(Finding::new(claim, first, all[5], 2e-6));
        findings.push(Finding::new(
            format!("{words} in batches of {batch}: drift of the bases from orthogonality"),
            0.0,
            all[4],
            1e-12,
        ));
    }
    let setting = Setting::new(&stream::PROBLEM, &[("sampling", Value::Real(1.0))], None, 21)?;
    let mut run = finished(&setting, &[zero])?;
    let claim = "400 x 300 of rank 10, all seen, the last 200 rows in batches of 10: the update is exact";
    findings.push(Finding::new(claim, 0.0, run.value(ERROR), 1e-13));
    Ok(findings)
}
