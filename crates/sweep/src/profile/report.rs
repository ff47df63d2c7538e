//! What a profile shows: the shares for each cost, what was not solved, and every run.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Heading, Mark, Measure, Plot, Report, ReportTable};
use iterscope_report::significant;

use super::{Profile, within};
use crate::{COSTS, MOVED, RunSummary, Study, distinct, listed};

/// Factors of which the table has the shares.
const FACTORS: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
/// The most problems that a sentence names.
const NAMED: usize = 6;

pub fn report(profile: &Profile) -> Report {
    let mut report = Report::default();
    let labels = distinct(&profile.labels);
    report.say(heading(profile));
    for (double, known) in &profile.doubles {
        report.say(format!("{double} is the same problem as {known}, and counts once."));
    }
    if profile.known() > 0 {
        report.say(best(profile, &labels));
        for (method, label) in labels.iter().enumerate() {
            if let Some(text) = unsolved(profile, method, label) {
                report.say(text);
            }
        }
    }
    if profile.moved {
        report.say(MOVED);
    }
    for (measure, what) in COSTS.into_iter().filter(|_| profile.known() > 0) {
        report.plot(plot(profile, &labels, measure, what));
    }
    report.table(summary(profile, &labels));
    report.table(table(profile, &labels));
    report
}

/// What an instance is called.
fn name(profile: &Profile, index: usize) -> String {
    let (problem, seed) = profile.instance(index);
    if profile.seeds > 1 { format!("{}, seed {seed}", problem.name) } else { problem.name.clone() }
}

fn heading(profile: &Profile) -> String {
    let seeds = if profile.seeds > 1 { format!(", {} seeds each", profile.seeds) } else { String::new() };
    let known = if profile.share() < 1.0 {
        format!(" So far {} of {} are known.", profile.known(), profile.instances())
    } else {
        String::new()
    };
    let problems = if profile.problems.len() == 1 { "problem" } else { "problems" };
    format!(
        "{} methods on {} {problems}{seeds}, each to the tolerance and within the steps of its own experiment.{known}",
        profile.methods.len(),
        profile.problems.len()
    )
}

/// Which method is best how often, for each cost.
fn best(profile: &Profile, labels: &[String]) -> String {
    let known = profile.known();
    let parts = COSTS.map(|(measure, what)| {
        let wins = profile.ratios(measure).iter().map(|r| r.iter().filter(|v| **v == 1.0).count()).collect::<Vec<_>>();
        let most = wins.iter().copied().max().unwrap_or(0);
        let first: Vec<String> = (0..wins.len()).filter(|m| wins[*m] == most).map(|m| labels[m].clone()).collect();
        format!("by {what} {} ({most} of {known})", listed(&first))
    });
    format!("Best on most: {}.", listed(&parts))
}

fn unsolved(profile: &Profile, method: usize, label: &str) -> Option<String> {
    let outcome = |k: usize| &profile.outcomes[k * profile.methods.len() + method];
    let lost: Vec<usize> = (0..profile.known()).filter(|k| !outcome(*k).reached()).collect();
    if lost.is_empty() {
        return None;
    }
    let mut parts: Vec<String> =
        lost.iter().take(NAMED).map(|k| format!("{} ({})", name(profile, *k), why(outcome(*k)))).collect();
    if lost.len() > NAMED {
        parts.push(format!("{} more", lost.len() - NAMED));
    }
    Some(format!("{label} solved {} of {}, not {}.", profile.known() - lost.len(), profile.known(), listed(&parts)))
}

fn why(outcome: &RunSummary) -> String {
    match outcome.stop {
        None => format!("could not be built: {}", outcome.words),
        Some(_) => outcome.missed().to_owned(),
    }
}

fn plot(profile: &Profile, labels: &[String], measure: Measure, what: &str) -> Plot {
    let all = profile.ratios(measure);
    let largest = all.iter().flatten().copied().filter(|r| r.is_finite()).fold(1.0, f64::max);
    let end = libm::exp2(libm::floor(libm::log2(largest)) + 1.0);
    let mut marks = Vec::new();
    for (method, ratios) in all.iter().enumerate() {
        let mut order: Vec<usize> = (0..ratios.len()).filter(|k| ratios[*k].is_finite()).collect();
        order.sort_by(|a, b| ratios[*a].total_cmp(&ratios[*b]));
        // A staircase: each instance that is solved is a step up.
        let (mut x, mut y) = (vec![1.0], vec![0.0]);
        let (mut doors_x, mut doors_y) = (Vec::new(), Vec::new());
        for (k, instance) in order.iter().enumerate() {
            let (ratio, share) = (ratios[*instance], (k + 1) as f64 / ratios.len() as f64);
            x.extend([ratio, ratio]);
            y.extend([y[y.len() - 1], share]);
            doors_x.push(ratio);
            doors_y.push(share);
        }
        x.push(end);
        y.push(y[y.len() - 1]);
        marks.push(Mark::Line { label: labels[method].clone(), x, y, tone: method, dashed: false });
        let words = |k: &usize| format!("{}: {} times the best", name(profile, *k), significant(ratios[*k], 4));
        marks.push(Mark::Doors {
            x: doors_x,
            y: doors_y,
            names: order.iter().map(words).collect(),
            opens: order.iter().map(|k| Some(profile.experiment(*k, &profile.methods))).collect(),
            tone: method,
        });
    }
    marks.push(Mark::Rule { label: String::new(), at: 1.0, vertical: false });
    Plot {
        caption: format!(
            "By {what}: the share of the problems that a method solves within a factor of the best. Each point opens its problem."
        ),
        x: Axis::log2(format!("{what}, as a multiple of the best")),
        y: Axis::linear("share of the problems"),
        marks,
    }
}

fn summary(profile: &Profile, labels: &[String]) -> ReportTable {
    let mut rows = Vec::new();
    for (measure, what) in COSTS {
        for (label, ratios) in labels.iter().zip(profile.ratios(measure)) {
            let solved = ratios.iter().filter(|r| r.is_finite()).count();
            let mut row = vec![Cell::Text(label.clone()), Cell::Text(what.to_owned())];
            row.extend([solved, ratios.len()].map(|n| Cell::Int(n as i64)));
            row.extend(FACTORS.map(|factor| Cell::Real(within(&ratios, factor))));
            rows.push(row);
        }
    }
    let mut columns: Vec<Heading> = ["method", "cost", "solved", "of"].map(|name| Heading::new(name, 0)).into();
    let label = |factor: f64| if factor == 1.0 { "best".to_owned() } else { format!("within {factor}") };
    columns.extend(FACTORS.map(|factor| Heading::new(label(factor), 3)));
    ReportTable {
        caption: "Shares of the problems that are solved at the best cost, and within factors of it".into(),
        columns,
        rows,
    }
}

fn table(profile: &Profile, labels: &[String]) -> ReportTable {
    let ratios = COSTS.map(|(measure, _)| profile.ratios(measure));
    let count = profile.methods.len();
    let row = |(at, o): (usize, &RunSummary)| {
        let (index, method) = (at / count, at % count);
        let (problem, seed) = profile.instance(index);
        let mut row = vec![
            Cell::Text(problem.name.clone()),
            Cell::Int(seed as i64),
            Cell::Text(labels[method].clone()),
            Cell::Text(o.word().to_owned()),
            Cell::Int(o.steps as i64),
            Cell::Int(o.flops as i64),
            Cell::Real(o.seconds),
        ];
        // Of the problem that is worked on the best is not known yet.
        row.extend(ratios.iter().map(|r| Cell::Real(r[method].get(index).copied().unwrap_or(f64::NAN))));
        row
    };
    let mut columns: Vec<Heading> =
        ["problem", "seed", "method", "stop", "steps", "flops"].map(|name| Heading::new(name, 0)).into();
    columns.push(Heading::new("seconds", 3));
    columns.extend(["steps to the best", "work to the best", "seconds to the best"].map(|name| Heading::new(name, 4)));
    ReportTable { caption: "Every run".into(), columns, rows: profile.outcomes.iter().enumerate().map(row).collect() }
}
