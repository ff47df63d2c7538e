//! One run after the other, each to its end.

use std::rc::Rc;

use iterscope_catalog::{BuiltProblem, BuiltRun, Devices, build_problem, build_runs};
use iterscope_core::{BuildError, Dataset, Experiment, ProblemSpec, SeriesInfo, Status, Stop, Work};
use iterscope_driver::{Clock, Plan, Pumped, Run, trace_hash};

use crate::RunSummary;

/// Makes runs. A problem that the next run has too is not built again.
#[derive(Default)]
pub struct Runner {
    problem: Option<Known>,
    running: Option<Running>,
}

struct Known {
    spec: ProblemSpec,
    seed: u64,
    data: Option<Rc<Dataset>>,
    built: Rc<BuiltProblem>,
}

struct Running {
    run: Run,
    label: String,
    method: &'static str,
    series: Vec<SeriesInfo>,
    place: usize,
    shown: Option<SeriesInfo>,
}

/// A run at its end.
pub struct Finished {
    /// What it came to.
    pub outcome: RunSummary,
    /// The run's label and its method's; empty where it could not be built.
    pub labels: (String, &'static str),
    /// The series that is looked at.
    pub series: Option<SeriesInfo>,
    /// Steps and values of that series.
    pub curve: Vec<(u64, f64)>,
    /// The fingerprint of its trace.
    pub hash: u64,
}

impl Runner {
    /// Goes on with the one run of the experiment, which is made if it has not begun; comes back with it at its end, or with nothing
    /// at the deadline. `series` is the key of what is looked at, where there is one of it; else the headline is.
    pub fn go(
        &mut self,
        experiment: impl FnOnce() -> Experiment,
        data: Option<&Rc<Dataset>>,
        series: &str,
        (clock, deadline): (&dyn Clock, f64),
    ) -> Option<Finished> {
        if self.running.is_none() {
            match self.start(&experiment(), data, series) {
                Ok(running) => self.running = Some(running),
                Err(errors) => {
                    let words = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                    return Some(Finished::failed(words));
                }
            }
        }
        match self.running.as_mut()?.run.pump(u64::MAX, clock, deadline) {
            Ok(Pumped::Done) => self.running.take().map(Running::finish),
            Ok(_) => None,
            Err(error) => {
                self.running = None;
                Some(Finished::failed(error.to_string()))
            }
        }
    }

    fn start(
        &mut self,
        experiment: &Experiment,
        data: Option<&Rc<Dataset>>,
        key: &str,
    ) -> Result<Running, Vec<BuildError>> {
        let same = |a: &Option<Rc<Dataset>>| a.as_ref().map(Rc::as_ptr) == data.map(Rc::as_ptr);
        let known = self.problem.as_ref();
        let known = known.filter(|p| p.spec == experiment.problem && p.seed == experiment.seed && same(&p.data));
        let problem = match known {
            Some(known) => known.built.clone(),
            None => {
                self.problem = None;
                let built = Rc::new(build_problem(experiment, data.map(Rc::as_ref))?);
                let (spec, seed) = (experiment.problem.clone(), experiment.seed);
                self.problem = Some(Known { spec, seed, data: data.cloned(), built: built.clone() });
                built
            }
        };
        let devices = Devices::none("studies compute on the CPU");
        let built = build_runs(experiment, &problem, &devices)?;
        let BuiltRun { method, label, prediction, stepper, .. } = built.into_iter().next().ok_or_else(Vec::new)?;
        let series = problem.instance.series().to_vec();
        let diagnostics = &method.info.diagnostics;
        let all: Vec<&SeriesInfo> = series.iter().chain(diagnostics.iter()).collect();
        let place = all.iter().position(|s| s.key == key).unwrap_or(0);
        let shown = all.get(place).map(|s| (*s).clone());
        let plan = Plan::new(stepper, &series, diagnostics.len(), experiment.stop).expecting(prediction.as_ref());
        let run = Run::new(Plan { plateaus: method.info.plateaus, ..plan });
        Ok(Running { run, label, method: &method.info.label, series, place, shown })
    }
}

impl Running {
    fn finish(self) -> Finished {
        let Running { run, label, method, series, place, shown } = self;
        let last = run.history().last();
        let at = |values: &[f64]| values.get(place).copied().unwrap_or(f64::NAN);
        let outcome = RunSummary {
            stop: if let Status::Stopped(stop) = run.status() { Some(stop) } else { Some(Stop::MaxSteps) },
            words: run.explain(&series).unwrap_or_default(),
            steps: run.shown(),
            flops: last.map_or(0, |row| row.work.counters()[Work::FLOPS]),
            seconds: run.seconds(),
            last: last.map_or(f64::NAN, |row| at(row.values)),
        };
        let curve = run.history().rows().map(|row| (row.step, at(row.values))).collect();
        Finished { outcome, labels: (label, method), series: shown, curve, hash: trace_hash(run.history()) }
    }
}

impl Finished {
    fn failed(words: String) -> Finished {
        let labels = (String::new(), "");
        Finished { outcome: RunSummary::failed(words), labels, series: None, curve: Vec::new(), hash: 0 }
    }
}
