//! What many seeds show: medians and bands, every run, and a table with intervals.

use iterscope_core::artifact::Cell;
use iterscope_core::{Axis, Experiment, Heading, Mark, Measure, Plot, Report, ReportTable, Scale};

use super::{Made, Seeds};
use crate::order::{COVERAGE, Sample};
use crate::{COSTS, MOVED, Study, distinct, listed};

/// Places of a curve.
const PLACES: usize = 200;
/// Curves whose lengths differ by more than this factor need a logarithmic axis.
const APART: f64 = 25.0;
/// The most seeds that a sentence names.
const NAMED: usize = 12;

pub fn report(seeds: &Seeds) -> Report {
    let mut report = Report::default();
    let labels = distinct(&seeds.labels);
    report.say(heading(seeds));
    for text in missed(seeds, &labels) {
        report.say(text);
    }
    if let Some(text) = alike(seeds, &labels) {
        report.say(text);
    }
    if seeds.left.0 {
        report.say(MOVED);
    }
    if seeds.left.1 {
        report.say("What was changed or painted on the way is left out.");
    }
    report.plot(curves(seeds, &labels));
    if seeds.made.iter().any(|made| made.outcome.reached()) {
        report.plot(every_run(seeds, &labels));
    }
    report.table(summary(seeds, &labels));
    report.say(method(seeds));
    report.table(table(seeds, &labels));
    report
}

/// The runs so far of one method, with the indices of their seeds.
fn of(seeds: &Seeds, run: usize) -> impl Iterator<Item = (usize, &Made)> {
    let runs = seeds.runs();
    seeds.made.iter().enumerate().filter(move |(k, _)| k % runs == run).map(move |(k, made)| (k / runs, made))
}

fn heading(seeds: &Seeds) -> String {
    let (first, last) = (seeds.seed(0), seeds.seed(seeds.count - 1));
    let done = if seeds.share() < 1.0 { format!(", {:.0} % done", 100.0 * seeds.share()) } else { String::new() };
    format!("{} seeds, {first} to {last}{done}; tolerance {:e}.", seeds.count, seeds.experiment.stop.rtol)
}

/// For each method the runs that did not come to the tolerance, with their seeds.
fn missed(seeds: &Seeds, labels: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for (run, label) in labels.iter().enumerate() {
        let lost: Vec<(usize, &Made)> = of(seeds, run).filter(|(_, made)| !made.outcome.reached()).collect();
        if lost.is_empty() {
            continue;
        }
        let mut kinds: Vec<&str> = Vec::new();
        for (_, made) in &lost {
            if !kinds.contains(&made.outcome.missed()) {
                kinds.push(made.outcome.missed());
            }
        }
        let parts: Vec<String> = kinds
            .iter()
            .map(|kind| {
                let these: Vec<u64> =
                    lost.iter().filter(|(_, m)| m.outcome.missed() == *kind).map(|(k, _)| seeds.seed(*k)).collect();
                let mut names: Vec<String> = these.iter().take(NAMED).map(u64::to_string).collect();
                if these.len() > NAMED {
                    names.push(format!("{} more", these.len() - NAMED));
                }
                let word = if these.len() == 1 { "seed" } else { "seeds" };
                format!("{} {kind} ({word} {})", these.len(), listed(&names))
            })
            .collect();
        let first = lost.iter().find(|(_, m)| m.outcome.stop.is_none());
        let why = first.map(|(_, m)| format!(" {}.", m.outcome.words)).unwrap_or_default();
        let count = of(seeds, run).count();
        let what = if lost.len() == count { "None".to_owned() } else { format!("{} of {count}", count - lost.len()) };
        all.push(format!("{label}: {what} of the runs reached the tolerance; {}.{why}", listed(&parts)));
    }
    all
}

/// Which methods made the same run with every seed.
fn alike(seeds: &Seeds, labels: &[String]) -> Option<String> {
    if seeds.made.len() < 2 * seeds.runs() {
        return None;
    }
    let same = |run: &usize| {
        let mut hashes = of(seeds, *run).map(|(_, made)| (made.outcome.stop.is_some(), made.hash));
        let first = hashes.next();
        first.is_some_and(|first| first.0 && hashes.all(|h| h == first))
    };
    let which: Vec<String> = (0..seeds.runs()).filter(same).map(|run| labels[run].clone()).collect();
    if which.len() == seeds.runs() {
        let all = if seeds.share() < 1.0 { "So far every" } else { "Every" };
        return Some(format!(
            "{all} seed gives the same run, to the last bit: nothing in this experiment is drawn at random. Only seconds differ."
        ));
    }
    (!which.is_empty()).then(|| format!("Every seed gives the same run of {}, to the last bit.", listed(&which)))
}

/// How medians and intervals are found.
fn method(seeds: &Seeds) -> String {
    let interval = Sample::new((0..seeds.count).map(|k| k as f64)).median_interval();
    let kept = if interval.coverage < COVERAGE {
        format!("the widest there is with {} seeds", seeds.count)
    } else {
        "the shortest that covers it with at least 95 %".to_owned()
    };
    format!(
        "The interval is for the median over all seeds and assumes nothing of the distribution: between two order statistics (sign test), \
         {kept}; its coverage is {:.1} %. Quartiles are linear between order statistics. A run that did not reach the tolerance counts as \
         longer than all that did: a dash is a number that lies among those.",
        100.0 * interval.coverage
    )
}

/// Steps at which curves that end at `longest` are drawn.
fn places(longest: u64, log: bool) -> Vec<u64> {
    let most = (PLACES as u64).min(longest.max(1));
    let at = |k: u64| {
        let part = k as f64 / most as f64;
        let step = if log { libm::pow(longest.max(1) as f64, part) } else { longest as f64 * part };
        libm::round(step) as u64
    };
    let mut all: Vec<u64> = (0..=most).map(at).collect();
    all.dedup();
    all
}

/// The value at a step: the newest that was measured; after its end a run keeps its last one.
fn at(curve: &[(u64, f64)], step: u64) -> f64 {
    let index = curve.partition_point(|(s, _)| *s <= step);
    index.checked_sub(1).map_or(f64::NAN, |k| curve[k].1)
}

fn curves(seeds: &Seeds, labels: &[String]) -> Plot {
    let longest = |run: usize| of(seeds, run).filter_map(|(_, m)| m.curve.last().map(|p| p.0)).max().unwrap_or(0);
    let lengths: Vec<u64> = (0..labels.len()).map(longest).collect();
    let (most, least) = (lengths.iter().max().copied().unwrap_or(1), lengths.iter().min().copied().unwrap_or(1));
    let log = most as f64 > APART * least.max(1) as f64;
    let (mut bands, mut lines) = (Vec::new(), Vec::new());
    for (run, label) in labels.iter().enumerate() {
        let known: Vec<&[(u64, f64)]> = of(seeds, run).map(|(_, m)| &m.curve[..]).filter(|c| !c.is_empty()).collect();
        if known.is_empty() {
            continue;
        }
        let steps = places(lengths[run], log);
        let x: Vec<f64> = steps.iter().map(|s| *s as f64).collect();
        let samples: Vec<Sample> = steps.iter().map(|s| Sample::new(known.iter().map(|c| at(c, *s)))).collect();
        let quantile = |part: f64| samples.iter().map(|s| s.quantile(part)).collect::<Vec<f64>>();
        for (low, high) in [(0.0, 1.0), (0.25, 0.75)] {
            let (low, high) = (quantile(low), quantile(high));
            if low != high {
                bands.push(Mark::Band { label: String::new(), x: x.clone(), low, high, tone: run });
            }
        }
        lines.push(Mark::Line { label: label.clone(), x, y: quantile(0.5), tone: run, dashed: false });
    }
    bands.append(&mut lines);
    let (name, scale) = match &seeds.series.1 {
        Some(series) => (series.label.to_string(), series.scale),
        None => (String::new(), Scale::Linear),
    };
    Plot {
        caption: "Median (line), quartiles (dark) and all runs (light). A run that has ended keeps its last value."
            .into(),
        x: if log { Axis::log("step") } else { Axis::linear("step") },
        y: if scale == Scale::Log { Axis::log(name) } else { Axis::linear(name) },
        marks: bands,
    }
}

/// Steps of every run, with the interval of their median.
fn every_run(seeds: &Seeds, labels: &[String]) -> Plot {
    let mut marks = Vec::new();
    let (mut least, mut most) = (f64::INFINITY, 0.0f64);
    for run in 0..labels.len() {
        let (mut x, mut y, mut names, mut opens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (k, made) in of(seeds, run).filter(|(_, made)| made.outcome.reached()) {
            let steps = made.outcome.steps as f64;
            (least, most) = (least.min(steps), most.max(steps));
            x.push(steps);
            // Moved apart by the golden section, so that equal ones are seen.
            y.push(run as f64 + 0.5 * (libm::fmod(0.618_033_988_75 * k as f64, 1.0) - 0.5));
            names.push(format!("seed {}: {} steps", seeds.seed(k), made.outcome.steps));
            opens.push(Some::<Experiment>(seeds.with_seed(k)));
        }
        marks.push(Mark::Doors { x, y, names, opens, tone: run });
        let sample = Sample::new(of(seeds, run).map(|(_, made)| made.outcome.value(Measure::Steps)));
        let [low, high] = sample.median_interval().ends;
        let (at, low, mid, high) = (vec![run as f64], vec![low], vec![sample.quantile(0.5)], vec![high]);
        marks.push(Mark::Intervals { label: String::new(), at, low, mid, high, tone: run });
    }
    let x = if least > 0.0 && most > APART * least { Axis::log("steps") } else { Axis::linear("steps") };
    Plot {
        caption:
            "Steps to the tolerance of every run, and the interval of their median. Each point opens its experiment."
                .into(),
        x,
        y: Axis::named("", labels.to_vec()),
        marks,
    }
}

fn summary(seeds: &Seeds, labels: &[String]) -> ReportTable {
    let mut rows = Vec::new();
    for (run, label) in labels.iter().enumerate() {
        let (all, reached) = (of(seeds, run).count(), of(seeds, run).filter(|(_, m)| m.outcome.reached()).count());
        let last = seeds.series.1.as_ref().map(|s| s.label.to_string()).unwrap_or_default();
        let last = (Measure::Final, format!("{} at the end", last.to_ascii_lowercase()));
        for (measure, what) in COSTS.map(|(m, what)| (m, what.to_owned())).into_iter().chain([last]) {
            let sample = Sample::new(of(seeds, run).map(|(_, made)| made.outcome.value(measure)));
            let interval = sample.median_interval();
            let numbers = [sample.quantile(0.5), interval.ends[0], interval.ends[1]];
            let [least, most] = sample.range();
            let spread = [sample.quantile(0.25), sample.quantile(0.75), least, most];
            let mut row =
                vec![Cell::Text(label.clone()), Cell::Text(what), Cell::Int(reached as i64), Cell::Int(all as i64)];
            row.extend(numbers.into_iter().chain(spread).map(Cell::Real));
            rows.push(row);
        }
    }
    let mut columns: Vec<Heading> = ["method", "quantity", "reached", "of"].map(|name| Heading::new(name, 0)).into();
    let numbers = ["median", "interval from", "to", "lower quartile", "upper quartile", "least", "largest"];
    columns.extend(numbers.map(|name| Heading::new(name, 4)));
    ReportTable { caption: "Medians with their intervals".into(), columns, rows }
}

fn table(seeds: &Seeds, labels: &[String]) -> ReportTable {
    let last = seeds.series.1.as_ref().map_or_else(|| "last".to_owned(), |s| s.key.to_string());
    let mut columns: Vec<Heading> =
        ["seed", "run", "method", "stop", "steps", "flops"].map(|n| Heading::new(n, 0)).into();
    columns.extend([Heading::new("seconds", 3), Heading::new(last, 4)]);
    let row = |(k, made): (usize, &Made)| {
        let (seed, run, o) = (k / seeds.runs(), k % seeds.runs(), &made.outcome);
        vec![
            Cell::Int(seeds.seed(seed) as i64),
            Cell::Int(run as i64),
            Cell::Text(labels[run].clone()),
            Cell::Text(o.word().to_owned()),
            Cell::Int(o.steps as i64),
            Cell::Int(o.flops as i64),
            Cell::Real(o.seconds),
            Cell::Real(o.last),
        ]
    };
    ReportTable { caption: "Every run".into(), columns, rows: seeds.made.iter().enumerate().map(row).collect() }
}
