//! Sweeps: an experiment is made again and again while one or two of its numbers vary, and what every run came to is laid out
//! over them. The page and the command line share it.

mod axis;
mod report;

use std::rc::Rc;

use iterscope_catalog::{BuiltProblem, BuiltRun, Devices, build_problem, build_runs};
use iterscope_core::{
    Backend, BuildError, Dataset, Experiment, Measure, Place, ProblemSpec, Report, SeriesInfo, Stop, SweepSpec, Work,
};
use iterscope_driver::{Clock, Plan, Pumped, Run, Status};

use axis::Axis;

/// The most runs of one sweep.
const MOST_RUNS: usize = 10_000;

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
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

/// A sweep that is under way, or done.
pub struct Sweep {
    experiment: Experiment,
    data: Option<Rc<Dataset>>,
    axes: Vec<Axis>,
    measure: Measure,
    /// The series that is looked at, once a problem was built; the key that was asked for, if any.
    series: (String, Option<SeriesInfo>),
    /// Indices of the runs that are measured, with their labels.
    runs: Vec<(usize, String)>,
    outcomes: Vec<Option<Outcome>>,
    /// In which order they are found: a problem is built as seldom as possible.
    order: Vec<usize>,
    done: usize,
    problem: Option<(ProblemSpec, u64, Rc<BuiltProblem>)>,
    running: Option<Running>,
    moved: bool,
}

struct Running {
    run: Run,
    at: usize,
    series: Vec<SeriesInfo>,
    place: usize,
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
        let mut experiment = Experiment { changes: Vec::new(), ..experiment.clone() };
        let mut moved = false;
        for run in experiment.runs.iter_mut().filter(|run| run.backend == Backend::WebgpuF32) {
            run.backend = Backend::CpuF32;
            moved = true;
        }
        let mut axes = Vec::new();
        for (i, axis) in spec.axes.iter().enumerate() {
            axes.push(Axis::new(&experiment, axis).map_err(|e| e.under(&format!("axes[{i}].")))?);
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
            problem: None,
            running: None,
            moved,
        })
    }

    /// Goes on for at most about `seconds`; says which share of the runs is done.
    pub fn work(&mut self, clock: &dyn Clock, seconds: f64) -> f64 {
        let deadline = clock.now() + seconds;
        while self.done < self.order.len() {
            let at = self.order[self.done];
            if self.running.is_none() {
                match self.start(at) {
                    Ok(running) => self.running = Some(running),
                    Err(errors) => {
                        let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                        self.record(at, Outcome::failed(words));
                    }
                }
            }
            if let Some(running) = &mut self.running {
                match running.run.pump(u64::MAX, clock, deadline) {
                    Ok(Pumped::Done) => self.finish(),
                    Ok(_) => {}
                    Err(error) => self.record(at, Outcome::failed(error.to_string())),
                }
            }
            if clock.now() >= deadline {
                break;
            }
        }
        self.share()
    }

    /// The share of the runs that is done.
    pub fn share(&self) -> f64 {
        self.done as f64 / self.order.len() as f64
    }

    /// What is known so far.
    pub fn report(&self) -> Report {
        report::report(self)
    }

    /// What the runs came to, for each value of the second axis, for each of the first, for each run that is measured.
    pub fn outcomes(&self) -> &[Option<Outcome>] {
        &self.outcomes
    }

    /// The values that an axis takes.
    pub fn values(&self, axis: usize) -> &[f64] {
        &self.axes[axis].values
    }

    fn record(&mut self, at: usize, outcome: Outcome) {
        self.outcomes[at] = Some(outcome);
        self.running = None;
        self.done += 1;
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
        experiment.view.sweep = None;
        experiment
    }

    fn start(&mut self, at: usize) -> Result<Running, Vec<BuildError>> {
        let experiment = self.experiment_at(at, true);
        let known = self.problem.as_ref().filter(|p| (&p.0, p.1) == (&experiment.problem, experiment.seed));
        let problem = match known {
            Some((.., problem)) => problem.clone(),
            None => {
                self.problem = None;
                let problem = Rc::new(build_problem(&experiment, self.data.as_deref())?);
                self.problem = Some((experiment.problem.clone(), experiment.seed, problem.clone()));
                problem
            }
        };
        let devices = Devices::none("a sweep computes on the CPU");
        let built = build_runs(&experiment, &problem, &devices)?;
        let BuiltRun { method, label, prediction, stepper, .. } = built.into_iter().next().ok_or_else(Vec::new)?;
        let series = problem.instance.series().to_vec();
        let diagnostics = &method.info.diagnostics;
        let all: Vec<&SeriesInfo> = series.iter().chain(diagnostics.iter()).collect();
        let place = all.iter().position(|s| s.key == self.series.0.as_str()).unwrap_or(0);
        if self.series.1.is_none() {
            self.series.1 = all.get(place).map(|s| (*s).clone());
        }
        let run = at % self.runs.len();
        if !self.axes.iter().any(|a| matches!(a.place, Place::Run(..))) {
            self.runs[run].1 = label;
        } else {
            self.runs[run].1 = method.info.label.to_string();
        }
        let plan = Plan::new(stepper, &series, diagnostics.len(), experiment.stop).expecting(prediction.as_ref());
        let run = Run::new(Plan { plateaus: method.info.plateaus, ..plan });
        Ok(Running { run, at, series, place })
    }

    fn finish(&mut self) {
        let Some(Running { run, at, series, place }) = self.running.take() else { return };
        let last = run.history().last();
        let outcome = Outcome {
            stop: if let Status::Stopped(stop) = run.status() { Some(stop) } else { None },
            words: run.explain(&series).unwrap_or_default(),
            steps: run.shown(),
            flops: last.map_or(0, |row| row.work.counters()[Work::FLOPS]),
            seconds: run.seconds(),
            last: last.and_then(|row| row.values.get(place).copied()).unwrap_or(f64::NAN),
        };
        self.record(at, outcome);
    }
}

impl Outcome {
    fn failed(words: String) -> Outcome {
        Outcome { stop: None, words, steps: 0, flops: 0, seconds: 0.0, last: f64::NAN }
    }

    /// What is shown; not a number where there is nothing to show.
    pub fn value(&self, measure: Measure) -> f64 {
        let there = matches!(self.stop, Some(Stop::Converged | Stop::TimeReached));
        let converged = |value: f64| if there { value } else { f64::NAN };
        match measure {
            Measure::Steps => converged(self.steps as f64),
            Measure::Work => converged(self.flops as f64),
            Measure::Seconds => converged(self.seconds),
            Measure::Final if matches!(self.stop, None | Some(Stop::Diverged)) => f64::NAN,
            Measure::Final => self.last,
        }
    }
}
