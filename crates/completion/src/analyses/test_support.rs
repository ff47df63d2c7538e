//! Questions asked in tests, without a catalog.

use std::rc::Rc;

use iterscope_core::{
    AnalysisInput, Backend, BuildError, Dataset, Experiment, Fresh, Instance, MethodInput, Params, Plot, ProblemSpec,
    Report, ReportTable, RunInput, RunSpec, SCHEMA, StopRule, Values, View,
};

use crate::FAMILY;
use crate::harness::{Given, Setting};

/// A problem with the experiment that it was built from.
pub struct Asked {
    pub instance: Rc<dyn Instance>,
    seed: u64,
    experiment: Experiment,
}

/// A method, its parameters, and how many steps it has made.
pub type Ran<'a> = (&'static str, Given<'a>, u32);

fn params(list: Given<'_>) -> Params {
    list.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

impl Asked {
    pub fn new(id: &str, given: Given<'_>, data: Option<&Dataset>, seed: u64) -> Asked {
        let problem = FAMILY.problems.iter().find(|p| p.info.id == id).expect("a known problem");
        let instance = Setting::new(problem, given, data, seed).unwrap().instance;
        let spec = ProblemSpec { id: id.into(), data: None, columns: None, params: params(given) };
        let experiment = Experiment {
            schema: SCHEMA,
            problem: spec,
            runs: Vec::new(),
            seed,
            stop: StopRule::default(),
            changes: Vec::new(),
            view: View::default(),
        };
        Asked { instance, seed, experiment }
    }

    /// `completion.low-rank`.
    pub fn low_rank(given: Given<'_>, seed: u64) -> Asked {
        Asked::new("completion.low-rank", given, None, seed)
    }

    /// The run at its step.
    pub fn run(&self, (method, given, steps): Ran<'_>) -> RunInput {
        let (instance, given, seed) = (self.instance.clone(), params(given), self.seed);
        let fresh: Fresh = Rc::new(move || {
            let found = FAMILY.methods.iter().find(|m| m.info.id == method).expect("a known method");
            let values = Values::resolve(&found.info.params, &given).map_err(|mut e| e.remove(0))?;
            (found.build)(&MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed })
        });
        let mut stepper = fresh().unwrap();
        stepper.advance(steps).unwrap();
        let (step, iterate) = (stepper.steps(), stepper.snapshot().unwrap());
        RunInput { index: 0, label: method.into(), step, iterate, fresh }
    }

    /// The answer to a question, asked of a run where it is about one.
    pub fn ask(&self, id: &str, given: Given<'_>, run: Option<Ran<'_>>) -> Result<Report, BuildError> {
        let analysis = FAMILY.analyses.iter().find(|a| a.info.id == id).expect("a known analysis");
        let values = Values::resolve(&analysis.info.params, &params(given)).map_err(|mut e| e.remove(0))?;
        let mut experiment = self.experiment.clone();
        if let Some((method, given, _)) = run {
            experiment.runs.push(RunSpec { method: method.into(), backend: Backend::CpuF64, params: params(given) });
        }
        let run = run.map(|run| self.run(run));
        let (experiment, instance) = (&experiment, &self.instance);
        let mut job = (analysis.build)(AnalysisInput { experiment, instance, data: None, run, values: &values })?;
        job.finish()
    }
}

/// The tables of a report.
pub fn tables(report: &Report) -> Vec<&ReportTable> {
    report.tables().collect()
}

/// The plots of a report.
pub fn plots(report: &Report) -> Vec<&Plot> {
    report.plots().collect()
}

/// All paragraphs of a report.
pub fn text(report: &Report) -> String {
    report.texts().collect::<Vec<_>>().join("\n")
}
