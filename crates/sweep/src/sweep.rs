//! Sweeps: one or two numbers vary, and what every run came to is laid out over them.

mod axis;
mod report;

use std::rc::Rc;

use iterscope_core::{BuildError, Dataset, Experiment, Measure, Place, Report, SeriesInfo, SweepSpec};
use iterscope_driver::Clock;

use crate::runner::Runner;
use crate::{MOST_RUNS, RunSummary, Study, on_the_cpu};
use axis::Varied;

/// A sweep that is under way, or done.
pub struct Sweep {
    experiment: Experiment,
    data: Option<Rc<Dataset>>,
    axes: Vec<Varied>,
    measure: Measure,
    /// The series that is looked at, once a problem was built; the key that was asked for, if any.
    series: (String, Option<SeriesInfo>),
    /// Indices of the runs that are measured, with their labels.
    runs: Vec<(usize, String)>,
    outcomes: Vec<Option<RunSummary>>,
    /// In which order they are found: a problem is built as seldom as possible.
    order: Vec<usize>,
    done: usize,
    runner: Runner,
    moved: bool,
}

impl Sweep {
    /// A sweep of `experiment`, whose data were read. Runs that ask for a graphics device are made in single precision on the CPU.
    /// Where a parameter of a run varies, that run alone is measured.
    ///
    /// # Errors
    /// Names the axis, as `axes[0].from`.
    pub fn new(experiment: &Experiment, data: Option<Rc<Dataset>>, spec: &SweepSpec) -> Result<Sweep, BuildError> {
        if !(1..=2).contains(&spec.axes.len()) {
            return Err(BuildError::new("axes", format!("one number varies, or two; not {}", spec.axes.len())));
        }
        let (experiment, moved) = on_the_cpu(experiment);
        let mut axes = Vec::new();
        for (i, axis) in spec.axes.iter().enumerate() {
            axes.push(Varied::new(&experiment, axis).map_err(|e| e.under(&format!("axes[{i}].")))?);
        }
        if let [a, b] = &axes[..]
            && a.place == b.place
        {
            return Err(BuildError::new("axes[1].place", format!("{} varies already", a.place)));
        }
        let named: Vec<usize> =
            axes.iter().filter_map(|a| if let Place::Run(index, _) = a.place { Some(index) } else { None }).collect();
        let mut runs: Vec<usize> = if named.is_empty() { (0..experiment.runs.len()).collect() } else { named };
        runs.dedup();
        // Two parameters of two runs vary on their own: there is nothing that both could be shown over.
        if axes.len() == 2
            && runs.len() == 2
            && matches!((&axes[0].place, &axes[1].place), (Place::Run(..), Place::Run(..)))
        {
            return Err(BuildError::new("axes[1].place", "two parameters of one run can vary, not of two runs"));
        }
        if axes.len() == 2 {
            // A map shows one run.
            runs.truncate(1);
        }
        let [nx, ny] = [axes[0].values.len(), axes.get(1).map_or(1, |a| a.values.len())];
        let count = nx * ny * runs.len();
        if count > MOST_RUNS {
            return Err(BuildError::new("axes", format!("{count} runs are too many; {MOST_RUNS} are the most")));
        }
        let mut order: Vec<usize> = (0..count).collect();
        if axes.len() == 2 && axes[0].changes_problem() && !axes[1].changes_problem() {
            order.sort_by_key(|k| (k % nx, k / nx));
        }
        let runs = runs.into_iter().map(|index| (index, experiment.runs[index].method.clone())).collect();
        Ok(Sweep {
            experiment,
            data,
            axes,
            measure: spec.measure,
            series: (spec.series.clone(), None),
            runs,
            outcomes: vec![None; count],
            order,
            done: 0,
            runner: Runner::default(),
            moved,
        })
    }

    /// What the runs came to, for each value of the second axis, for each of the first, for each run that is measured.
    pub fn outcomes(&self) -> &[Option<RunSummary>] {
        &self.outcomes
    }

    /// The values that an axis takes.
    pub fn values(&self, axis: usize) -> &[f64] {
        &self.axes[axis].values
    }

    /// The experiment of an outcome, with the runs that are measured.
    fn experiment_at(&self, at: usize, alone: bool) -> Experiment {
        let (run, point) = (at % self.runs.len(), at / self.runs.len());
        let nx = self.axes[0].values.len();
        let mut experiment = self.experiment.clone();
        for (axis, k) in self.axes.iter().zip([point % nx, point / nx]) {
            axis.place.put(&mut experiment, axis.value(k));
        }
        let kept: Vec<usize> = if alone { vec![self.runs[run].0] } else { self.runs.iter().map(|r| r.0).collect() };
        experiment.runs = kept.into_iter().map(|index| experiment.runs[index].clone()).collect();
        experiment
    }
}

impl Study for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn title(&self) -> &'static str {
        "Sweep"
    }

    fn advance(&mut self, until: (&dyn Clock, f64)) {
        let at = self.order[self.done];
        let mut runner = std::mem::take(&mut self.runner);
        let made = runner.go(|| self.experiment_at(at, true), self.data.as_ref(), &self.series.0, until);
        self.runner = runner;
        let Some(made) = made else { return };
        if self.series.1.is_none() {
            self.series.1 = made.series;
        }
        if made.outcome.stop.is_some() {
            let varies = self.axes.iter().any(|a| matches!(a.place, Place::Run(..)));
            let run = at % self.runs.len();
            self.runs[run].1 = if varies { made.labels.1.to_owned() } else { made.labels.0 };
        }
        self.outcomes[at] = Some(made.outcome);
        self.done += 1;
    }

    fn share(&self) -> f64 {
        self.done as f64 / self.order.len() as f64
    }

    fn report(&self) -> Report {
        report::report(self)
    }
}
