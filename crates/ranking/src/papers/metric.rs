//! What is claimed of the nearest metric.

use iterscope_core::{BuildError, Finding, PaperCheck};

use super::findings;
use crate::test_support::{TestRun, problem};

/// Rounds, memory and optima on random tables.
pub(crate) const CHECK: PaperCheck = PaperCheck {
    id: "ranking.metric.random",
    source: "R. Sonthalia, A. C. Gilbert, JMLR 23(326), 2022; figures from an independent numpy program on the same tables",
    methods: &["ranking.project-and-forget", "ranking.dykstra"],
    preset: Some("ranking.nearest-metric"),
    run: || findings(random()),
};

fn random() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    let mut say = |claim: String, expected: f64, measured: f64, tolerance: f64| {
        out.push(Finding::new(claim, expected, measured, tolerance));
    };
    // Rounds in the program count the last, which only looks.
    for (n, largest, rounds, kept, objective, passes, active, dykstra) in [
        (10, 2.028514820401349, 39.0, 32.0, 3.822573199, 84.0, 31.0, 3.822573197),
        (20, 3.1494653033974496, 135.0, 125.0, 29.492668613, 255.0, 124.0, 29.492668614),
    ] {
        let set = problem("ranking.metric-repair", &[("items", n.into())], 100 + n as u64, None)?;
        let mut run = TestRun::new(&set, "ranking.project-and-forget", &[])?;
        let found = run.steps_until("violation.max.rel", 1e-9 / largest, 500) + 1;
        say(format!("{n} items: rounds until the largest violation is 1e-9"), rounds, found as f64, 0.0);
        say(format!("{n} items: constraints kept"), kept, run.value("constraints.kept"), 0.0);
        say(format!("{n} items: objective"), objective, run.value("objective"), 3e-10);
        let mut run = TestRun::new(&set, "ranking.dykstra", &[])?;
        run.advance(5000);
        say(
            format!("{n} items, Dykstra: passes until the largest change is 1e-10"),
            passes,
            run.stepper.steps() as f64,
            0.0,
        );
        say(format!("{n} items, Dykstra: constraints that push"), active, run.value("constraints.active"), 0.0);
        say(format!("{n} items, Dykstra: objective"), dykstra, run.value("objective"), 3e-10);
    }
    let set = problem("ranking.metric-repair", &[("items", 40.into())], 140, None)?;
    let mut run = TestRun::new(&set, "ranking.project-and-forget", &[])?;
    // The program notes its objective before the projections of each round.
    run.advance(499);
    say("40 items: objective before round 500".into(), 116.305844912, run.value("objective"), 1e-10);
    run.advance(1);
    say("40 items: constraints kept after 500 rounds".into(), 519.0, run.value("constraints.kept"), 0.0);
    Ok(out)
}
