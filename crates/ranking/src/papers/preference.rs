//! What is claimed of preference fitting on a table.

use iterscope_core::{Artifact, BuildError, Finding, PaperCheck, artifact::Cell};

use super::findings;
use crate::test_support::{TestRun, problem};

/// The policy in closed form, and the way there.
pub(crate) const CHECK: PaperCheck = PaperCheck {
    id: "ranking.preference.closed-form",
    source: "R. Rafailov et al., Direct preference optimization, NeurIPS 2023: the optimum in closed form; figures from an \
             independent numpy program on the same table",
    methods: &["ranking.dpo"],
    preset: Some("ranking.preference"),
    run: || findings(closed_form()),
};

fn closed_form() -> Result<Vec<Finding>, BuildError> {
    let set = problem("ranking.preference", &[], 0, None)?;
    let mut run = TestRun::new(&set, "ranking.dpo", &[])?;
    // The program's gradient is by logit and of all 42 duels: beta times this one, times 42.
    let steps = run.steps_until("gradient.max.rel", 1e-13 / (0.1 * 42.0), 20_000);
    let mut out = vec![Finding::new(
        "steps of length 20 (0.2 of the rewards) until the largest gradient is 1e-13",
        1101.0,
        steps as f64,
        2e-3,
    )];
    let off = run.value("policy.max.error");
    out.push(Finding::new("largest distance from the reference times exp(s/beta) there", 0.0, off, 1e-12));
    if let Ok(Artifact::Table { rows, .. }) = run.stepper.result() {
        for (i, expected) in [0.59684056, 0.40241208, 0.00074552, 0.00000184].into_iter().enumerate() {
            let name = Cell::Text(set.labels()[i].clone());
            let found = rows.iter().find(|r| r.get(1) == Some(&name)).and_then(|r| match r.get(2) {
                Some(Cell::Real(p)) => Some(*p),
                _ => None,
            });
            let rounded = (found.unwrap_or(f64::NAN) * 1e8).round() / 1e8;
            out.push(Finding::new(format!("probability of {}, rounded", set.labels()[i]), expected, rounded, 1e-12));
        }
    }
    Ok(out)
}
