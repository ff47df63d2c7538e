//! Studies: an experiment is run again and again, and what all the runs came to is laid out. In a [`Sweep`] one or two numbers vary, in
//! [`Seeds`] the seed alone, and in a [`Profile`] the problem. The page and the command line share them.

mod order;
mod profile;
mod runner;
mod seeds;
mod sweep;

use iterscope_core::{Backend, Experiment, Measure, Report, Stop};
use iterscope_driver::Clock;

pub use profile::{Profile, ProfileProblem};
pub use seeds::Seeds;
pub use sweep::Sweep;

/// The most runs of one study.
const MOST_RUNS: usize = 10_000;

/// Many runs, made in pieces.
pub trait Study {
    /// What its files are called.
    fn name(&self) -> &'static str;
    /// What stands over it.
    fn title(&self) -> &'static str;
    /// Goes on with the run that is next, to its end or to the deadline by the clock. There is a next run.
    fn advance(&mut self, until: (&dyn Clock, f64));
    /// Goes on for at most about `seconds`; says which share of the runs is done.
    fn work(&mut self, clock: &dyn Clock, seconds: f64) -> f64 {
        let deadline = clock.now() + seconds;
        while self.share() < 1.0 {
            self.advance((clock, deadline));
            if clock.now() >= deadline {
                break;
            }
        }
        self.share()
    }
    /// The share of the runs that is done.
    fn share(&self) -> f64;
    /// What is known so far.
    fn report(&self) -> Report;
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// How it ended; none where it could not be built.
    pub stop: Option<Stop>,
    /// The same in a sentence.
    pub words: String,
    /// Steps.
    pub steps: u64,
    /// Floating-point operations.
    pub flops: u64,
    /// Seconds of computing.
    pub seconds: f64,
    /// The last value of the series that is looked at.
    pub last: f64,
}

impl RunSummary {
    fn failed(words: String) -> RunSummary {
        RunSummary { stop: None, words, steps: 0, flops: 0, seconds: 0.0, last: f64::NAN }
    }

    /// Whether it came to what was asked for: the tolerance, or the end of the time.
    pub fn reached(&self) -> bool {
        matches!(self.stop, Some(Stop::Converged | Stop::TimeReached))
    }

    /// What is shown; not a number where there is nothing to show.
    pub fn value(&self, measure: Measure) -> f64 {
        let reached = |value: f64| if self.reached() { value } else { f64::NAN };
        match measure {
            Measure::Steps => reached(self.steps as f64),
            Measure::Work => reached(self.flops as f64),
            Measure::Seconds => reached(self.seconds),
            Measure::Final if matches!(self.stop, None | Some(Stop::Diverged)) => f64::NAN,
            Measure::Final => self.last,
        }
    }

    /// How it missed what was asked for, in few words.
    fn missed(&self) -> &'static str {
        match self.stop {
            Some(Stop::MaxSteps) => "reached the step limit",
            Some(Stop::Diverged) => "diverged",
            Some(Stop::Stagnated) => "stagnated",
            Some(Stop::Breakdown(_)) => "broke down",
            Some(Stop::Converged | Stop::TimeReached) => "came to its end",
            None => "could not be built",
        }
    }

    /// One word for tables.
    fn word(&self) -> &'static str {
        self.stop.map_or("not built", Stop::word)
    }
}

/// What costs are compared by, and what people read.
const COSTS: [(Measure, &str); 3] =
    [(Measure::Steps, "steps"), (Measure::Work, "floating-point operations"), (Measure::Seconds, "seconds")];

/// The experiment without what was changed on the way, with its runs on the CPU; whether runs were moved there.
fn on_the_cpu(experiment: &Experiment) -> (Experiment, bool) {
    let mut experiment = Experiment { changes: Vec::new(), ..experiment.clone() };
    experiment.view.sweep = None;
    let mut moved = false;
    for run in experiment.runs.iter_mut().filter(|run| run.backend == Backend::WebgpuF32) {
        run.backend = Backend::CpuF32;
        moved = true;
    }
    (experiment, moved)
}

/// How many of the runs that are known missed what was asked for, and how; none where all reached it.
fn tally(outcomes: &[Option<RunSummary>]) -> Option<String> {
    let known = || outcomes.iter().flatten();
    let mut kinds: Vec<&str> = Vec::new();
    for kind in known().filter(|o| !o.reached()).map(RunSummary::missed) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let count = |kind: &str| known().filter(|o| !o.reached() && o.missed() == kind).count();
    let parts: Vec<String> = kinds.iter().map(|kind| format!("{} {kind}", count(kind))).collect();
    let first = known().find(|o| o.stop.is_none()).map(|o| format!(" ({})", o.words)).unwrap_or_default();
    (!parts.is_empty()).then(|| format!("Of {} runs {}{first}.", known().count(), parts.join(", ")))
}

/// Said where runs were moved.
const MOVED: &str = "Runs that ask for a graphics device were made in single precision on the CPU.";

/// `1 of a, 2 of b and 3 of c`
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What a method is called before a run of it says more.
fn method_label(id: &str) -> String {
    let method = iterscope_catalog::methods().find(|m| m.info.id == id);
    method.map_or_else(|| id.to_owned(), |m| m.info.label.to_string())
}

/// Labels that tell runs apart: equal ones are numbered.
fn distinct(labels: &[String]) -> Vec<String> {
    let number = |k: usize| labels[..k].iter().filter(|l| **l == labels[k]).count() + 1;
    let alone = |k: usize| labels.iter().filter(|l| **l == labels[k]).count() == 1;
    let name = |k: usize| if alone(k) { labels[k].clone() } else { format!("{} ({})", labels[k], number(k)) };
    (0..labels.len()).map(name).collect()
}
