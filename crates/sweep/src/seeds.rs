//! Seeds: the same experiment with one seed after the other, so that what chance does is told from what the method does.

mod report;

use std::rc::Rc;

use iterscope_core::{BuildError, Dataset, Experiment, Report, SeriesInfo};
use iterscope_driver::Clock;

use crate::runner::Runner;
use crate::{RunSummary, Study, method_label, on_the_cpu};

/// The most seeds.
const MOST_SEEDS: u32 = 1000;
/// The most runs: their curves are kept.
const MOST_CURVES: usize = 3000;

/// Many seeds of one experiment, under way or done.
pub struct Seeds {
    experiment: Experiment,
    data: Option<Rc<Dataset>>,
    count: usize,
    /// Key of the series that is drawn; empty for the headline.
    series: (String, Option<SeriesInfo>),
    labels: Vec<String>,
    /// For each seed, for each run.
    made: Vec<Made>,
    runner: Runner,
    /// Runs were moved to the CPU; changes on the way were left out.
    left: (bool, bool),
}

struct Made {
    outcome: RunSummary,
    curve: Vec<(u64, f64)>,
    hash: u64,
}

impl Seeds {
    /// `count` seeds of an experiment whose data were read, from its own seed on. `series` is the key of the series that is drawn, empty for
    /// the headline. Runs that ask for a graphics device are made in single precision on the CPU, and what was changed on the way is left
    /// out.
    ///
    /// # Errors
    /// Field `seeds`: too few or too many.
    pub fn new(
        experiment: &Experiment,
        data: Option<Rc<Dataset>>,
        count: u32,
        series: &str,
    ) -> Result<Seeds, BuildError> {
        let wrong = |why: String| BuildError::new("seeds", why);
        if !(2..=MOST_SEEDS).contains(&count) {
            return Err(wrong(format!("the number of seeds must be between 2 and {MOST_SEEDS}")));
        }
        let runs = count as usize * experiment.runs.len();
        if runs > MOST_CURVES {
            return Err(wrong(format!("{runs} runs are too many; {MOST_CURVES} are the most")));
        }
        let changed = !experiment.changes.is_empty();
        let (experiment, moved) = on_the_cpu(experiment);
        let labels = experiment.runs.iter().map(|run| method_label(&run.method)).collect();
        Ok(Seeds {
            experiment,
            data,
            count: count as usize,
            series: (series.to_owned(), None),
            labels,
            made: Vec::new(),
            runner: Runner::default(),
            left: (moved, changed),
        })
    }

    fn runs(&self) -> usize {
        self.experiment.runs.len()
    }

    fn seed(&self, index: usize) -> u64 {
        self.experiment.seed.wrapping_add(index as u64)
    }

    /// The experiment with a seed.
    fn with_seed(&self, index: usize) -> Experiment {
        Experiment { seed: self.seed(index), ..self.experiment.clone() }
    }

    /// What the runs came to so far, for each seed, for each run.
    pub fn outcomes(&self) -> impl Iterator<Item = &RunSummary> {
        self.made.iter().map(|made| &made.outcome)
    }
}

impl Study for Seeds {
    fn name(&self) -> &'static str {
        "seeds"
    }

    fn title(&self) -> &'static str {
        "Seeds"
    }

    fn advance(&mut self, until: (&dyn Clock, f64)) {
        let (seed, run) = (self.made.len() / self.runs(), self.made.len() % self.runs());
        let mut runner = std::mem::take(&mut self.runner);
        let alone = || {
            let mut experiment = self.with_seed(seed);
            experiment.runs = vec![experiment.runs.swap_remove(run)];
            experiment
        };
        let made = runner.go(alone, self.data.as_ref(), &self.series.0, until);
        self.runner = runner;
        let Some(made) = made else { return };
        if self.series.1.is_none() {
            self.series.1 = made.series;
        }
        if seed == 0 && made.outcome.stop.is_some() {
            self.labels[run] = made.labels.0;
        }
        self.made.push(Made { outcome: made.outcome, curve: made.curve, hash: made.hash });
    }

    fn share(&self) -> f64 {
        self.made.len() as f64 / (self.count * self.runs()) as f64
    }

    fn report(&self) -> Report {
        report::report(self)
    }
}
