//! Questions asked in tests, without a catalog.

use std::rc::Rc;

use iterscope_core::{
    AnalysisInput, BuildError, Experiment, Instance, Params, ProblemInput, ProblemSpec, Report, SCHEMA, StopRule,
    Value, Values, View,
};

use crate::FAMILY;

/// Parameters as a list.
pub type Given<'a> = &'a [(&'a str, Value)];

fn params(list: Given<'_>) -> Params {
    list.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

/// The answer to question `id` with `asked` about problem `problem` with `given`.
pub fn ask(problem: &str, given: Given<'_>, id: &str, asked: Given<'_>) -> Result<Report, BuildError> {
    let kind = FAMILY.problems.iter().find(|p| p.info.id == problem).expect("a known problem");
    let values = Values::resolve(&kind.info.params, &params(given)).map_err(|mut e| e.remove(0))?;
    let instance: Rc<dyn Instance> = (kind.build)(&ProblemInput { values: &values, data: None, seed: 1 })?;
    let experiment = Experiment {
        schema: SCHEMA,
        problem: ProblemSpec { id: problem.into(), data: None, columns: None, params: params(given) },
        runs: Vec::new(),
        seed: 1,
        stop: StopRule::default(),
        changes: Vec::new(),
        view: View::default(),
    };
    let analysis = FAMILY.analyses.iter().find(|a| a.info.id == id).expect("a known question");
    let values = Values::resolve(&analysis.info.params, &params(asked)).map_err(|mut e| e.remove(0))?;
    let (experiment, instance) = (&experiment, &instance);
    let mut job = (analysis.build)(AnalysisInput { experiment, instance, data: None, run: None, values: &values })?;
    job.finish()
}

/// All paragraphs of a report.
pub fn text(report: &Report) -> String {
    report.texts().collect::<Vec<_>>().join("\n")
}
