//! What a sweep found, as a curve or a map, and as a table.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis as PlotAxis, Experiment, Heading, Mark, Measure, Plot, Report, ReportTable, Scale};
use iterscope_report::significant;

use super::Sweep;
use crate::{MOVED, RunSummary, Study, tally};

/// What a sweep shows of every run, in words.
fn measured(sweep: &Sweep) -> String {
    match sweep.measure {
        Measure::Steps => "steps".into(),
        Measure::Work => "floating-point operations".into(),
        Measure::Seconds => "seconds".into(),
        Measure::Final => sweep.series.1.as_ref().map_or_else(|| "final value".into(), |s| s.label.to_string()),
    }
}

pub fn report(sweep: &Sweep) -> Report {
    let mut report = Report::default();
    if let Some(text) = best(sweep) {
        report.say(text);
    }
    if let Some(text) = failures(sweep) {
        report.say(text);
    }
    if sweep.moved {
        report.say(MOVED);
    }
    report.plot(if sweep.axes.len() == 2 { map(sweep) } else { curves(sweep) });
    report.table(table(sweep));
    report
}

fn value(sweep: &Sweep, at: usize) -> f64 {
    sweep.outcomes[at].as_ref().map_or(f64::NAN, |o| o.value(sweep.measure))
}

/// The values of the axes of an outcome, such as `ω = 1.8, n = 32`.
fn setting(sweep: &Sweep, at: usize) -> String {
    let (point, nx) = (at / sweep.runs.len(), sweep.axes[0].values.len());
    let parts = sweep.axes.iter().zip([point % nx, point / nx]);
    parts.map(|(axis, k)| format!("{} = {}", axis.label, axis.value(k))).collect::<Vec<_>>().join(", ")
}

fn run_label(sweep: &Sweep, at: usize) -> &str {
    &sweep.runs[at % sweep.runs.len()].1
}

fn best(sweep: &Sweep) -> Option<String> {
    let finite = (0..sweep.outcomes.len()).filter(|at| value(sweep, *at).is_finite());
    let at = finite.min_by(|a, b| value(sweep, *a).total_cmp(&value(sweep, *b)))?;
    let run = if sweep.runs.len() > 1 { format!(" ({})", run_label(sweep, at)) } else { String::new() };
    let found = if sweep.share() < 1.0 { "Least so far" } else { "Least" };
    Some(format!("{found}: {} {} at {}{run}.", significant(value(sweep, at), 4), measured(sweep), setting(sweep, at)))
}

fn failures(sweep: &Sweep) -> Option<String> {
    tally(&sweep.outcomes)
}

fn axis(sweep: &Sweep, k: usize) -> PlotAxis {
    let label = sweep.axes[k].label.clone();
    if sweep.axes[k].log { PlotAxis::log(label) } else { PlotAxis::linear(label) }
}

/// Steps, work and seconds are compared by their ratios; errors are where all are above zero.
fn scale(sweep: &Sweep) -> Scale {
    let all = (0..sweep.outcomes.len()).map(|at| value(sweep, at)).filter(|v| v.is_finite());
    let wanted = sweep.measure != Measure::Final || sweep.series.1.as_ref().is_some_and(|s| s.scale == Scale::Log);
    if wanted && all.fold(f64::INFINITY, f64::min) > 0.0 { Scale::Log } else { Scale::Linear }
}

fn words(sweep: &Sweep, at: usize) -> String {
    let what = match sweep.outcomes[at].as_ref() {
        None => "not run yet".into(),
        Some(o) if o.value(sweep.measure).is_finite() => {
            format!("{} {}", significant(o.value(sweep.measure), 4), measured(sweep))
        }
        Some(o) => o.words.clone(),
    };
    format!("{}: {what}", setting(sweep, at))
}

fn opened(sweep: &Sweep, at: usize) -> Option<Experiment> {
    sweep.outcomes[at].as_ref().map(|_| sweep.experiment_at(at, false))
}

fn curves(sweep: &Sweep) -> Plot {
    let runs = sweep.runs.len();
    let x = &sweep.axes[0].values;
    let mut marks = Vec::new();
    for (run, (index, label)) in sweep.runs.iter().enumerate() {
        let at = |k: usize| k * runs + run;
        let y: Vec<f64> = (0..x.len()).map(|k| value(sweep, at(k))).collect();
        let label = if runs > 1 { label.clone() } else { String::new() };
        marks.push(Mark::Line { label, x: x.clone(), y: y.clone(), tone: *index, dashed: false });
        marks.push(Mark::Doors {
            x: x.clone(),
            y,
            names: (0..x.len()).map(|k| words(sweep, at(k))).collect(),
            opens: (0..x.len()).map(|k| opened(sweep, at(k))).collect(),
            tone: *index,
        });
    }
    let y = measured(sweep);
    Plot {
        caption: format!("{y} over {}. Each point opens its experiment.", sweep.axes[0].label),
        x: axis(sweep, 0),
        y: if scale(sweep) == Scale::Log { PlotAxis::log(y) } else { PlotAxis::linear(y) },
        marks,
    }
}

fn map(sweep: &Sweep) -> Plot {
    let (x, y) = (&sweep.axes[0].values, &sweep.axes[1].values);
    let all = || 0..sweep.outcomes.len();
    let mut marks = vec![Mark::Heat {
        x: x.clone(),
        y: y.clone(),
        values: all().map(|at| value(sweep, at)).collect(),
        label: measured(sweep),
        scale: scale(sweep),
        names: all().map(|at| words(sweep, at)).collect(),
        opens: all().map(|at| opened(sweep, at)).collect(),
    }];
    // The least of every row: the valley that theory often has a formula for.
    let least = |row: usize| {
        let finite = (0..x.len()).filter(|col| value(sweep, row * x.len() + col).is_finite());
        finite.min_by(|a, b| value(sweep, row * x.len() + a).total_cmp(&value(sweep, row * x.len() + b)))
    };
    let valley: Vec<(f64, f64)> = (0..y.len()).filter_map(|row| Some((x[least(row)?], y[row]))).collect();
    if sweep.share() >= 1.0 && valley.len() > 1 {
        marks.push(Mark::Line {
            label: format!("least for each {}", sweep.axes[1].label),
            x: valley.iter().map(|p| p.0).collect(),
            y: valley.iter().map(|p| p.1).collect(),
            tone: 1,
            dashed: true,
        });
    }
    Plot {
        caption: format!(
            "{} of {} over {} and {}. Each cell opens its experiment; empty cells did not converge.",
            measured(sweep),
            sweep.runs[0].1,
            sweep.axes[0].label,
            sweep.axes[1].label
        ),
        x: axis(sweep, 0),
        y: axis(sweep, 1),
        marks,
    }
}

fn table(sweep: &Sweep) -> ReportTable {
    let mut columns: Vec<Heading> = sweep.axes.iter().map(|a| Heading::new(a.place.to_string(), 6)).collect();
    let last = sweep.series.1.as_ref().map_or_else(|| "last".to_owned(), |s| s.key.to_string());
    columns.extend(["run", "method", "stop"].map(|name| Heading::new(name, 0)));
    columns.extend([Heading::new("steps", 0), Heading::new("flops", 0), Heading::new("seconds", 3)]);
    columns.push(Heading::new(last, 4));
    let nx = sweep.axes[0].values.len();
    let row = |(at, outcome): (usize, &Option<RunSummary>)| {
        let o = outcome.as_ref()?;
        let (run, point) = (at % sweep.runs.len(), at / sweep.runs.len());
        let mut row: Vec<Cell> =
            sweep.axes.iter().zip([point % nx, point / nx]).map(|(a, k)| Cell::Real(a.values[k])).collect();
        row.push(Cell::Int(sweep.runs[run].0 as i64));
        row.push(Cell::Text(sweep.experiment.runs[sweep.runs[run].0].method.clone()));
        row.push(Cell::Text(o.word().to_owned()));
        row.extend([Cell::Int(o.steps as i64), Cell::Int(o.flops as i64), Cell::Real(o.seconds), Cell::Real(o.last)]);
        Some(row)
    };
    let rows = sweep.outcomes.iter().enumerate().filter_map(row).collect();
    ReportTable { caption: "Every run".into(), columns, rows }
}
