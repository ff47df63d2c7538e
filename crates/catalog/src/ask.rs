//! From a question to an answer under way.

use std::rc::Rc;

use iterscope_core::{
    Analysis, AnalysisInput, Block, BuildError, Dataset, Experiment, Job, MethodInput, Params, Report, RunInput,
    Subject, Values, component, path,
};

use crate::{BuiltProblem, analyses, components};

/// The run that a question is about, as the caller holds it.
pub struct Shown {
    /// Its index in the experiment.
    pub index: usize,
    /// Its label.
    pub label: String,
    /// The step that is shown.
    pub step: u64,
    /// Why it ended, in a sentence; empty while it has not.
    pub words: String,
    /// See [`iterscope_core::Stepper::snapshot`].
    pub iterate: Option<Rc<dyn std::any::Any>>,
}

/// An answer under way, with what a reader must know to trust it.
pub struct Answer {
    /// The question.
    pub analysis: &'static Analysis,
    job: Box<dyn Job>,
    provenance: String,
}

impl Answer {
    /// See [`Job::work`].
    ///
    /// # Errors
    /// As there.
    pub fn work(&mut self) -> Result<f64, BuildError> {
        self.job.work()
    }

    /// The answer as far as it has come, and below it how it was found.
    pub fn report(&self) -> Report {
        let mut report = self.job.report();
        let info = &self.analysis.info;
        if !info.limits.is_empty() {
            report.blocks.push(Block::Text(info.limits.to_string()));
        }
        report.blocks.push(Block::Text(self.provenance.clone()));
        report
    }
}

/// The analysis of that id.
///
/// # Errors
/// There is none for this problem; the field is `analysis`, and the message names those there are.
fn find(id: &str, problem: &str) -> Result<&'static Analysis, BuildError> {
    let mut fits = analyses().filter(|a| a.info.problems.has(problem));
    fits.find(|a| a.info.id == id).ok_or_else(|| {
        let known: Vec<&str> =
            analyses().filter(|a| a.info.problems.has(problem)).map(|a| a.info.id.as_ref()).collect();
        let known = if known.is_empty() { "there is none".to_owned() } else { format!("known: {}", known.join(", ")) };
        BuildError::new("analysis", format!("there is no analysis `{id}` for {problem}; {known}"))
    })
}

/// Starts answering question `id` about `problem`, or about the `shown` run of it.
///
/// # Errors
/// The field is `analysis`, or `params.KEY`.
pub fn ask(
    experiment: &Experiment,
    problem: &Rc<BuiltProblem>,
    data: Option<Rc<Dataset>>,
    shown: Option<Shown>,
    (id, params): (&str, &Params),
) -> Result<Answer, BuildError> {
    let analysis = find(id, &problem.problem.info.id)?;
    let under = |e: BuildError| if e.field == "analysis" { e } else { e.under(path::PARAMS) };
    let values = Values::resolve(&analysis.info.params, params).map_err(|mut errors| under(errors.swap_remove(0)))?;
    let about_run = analysis.info.subject == Subject::Run;
    let shown = shown.filter(|_| about_run);
    let provenance = provenance(experiment, problem, shown.as_ref());
    let run = shown.map(|shown| run_input(experiment, problem, shown)).transpose()?;
    if about_run && run.is_none() {
        return Err(BuildError::new("analysis", "this is asked of a run: choose one"));
    }
    let input = AnalysisInput { experiment, instance: &problem.instance, data, run, values: &values };
    let job = (analysis.build)(input).map_err(under)?;
    Ok(Answer { analysis, job, provenance })
}

fn run_input(experiment: &Experiment, problem: &Rc<BuiltProblem>, shown: Shown) -> Result<RunInput, BuildError> {
    let none = || BuildError::new("analysis", "this kind of run has no iterate that could be looked at");
    let spec = experiment.runs.get(shown.index).ok_or_else(none)?.clone();
    let (problem, seed) = (problem.clone(), experiment.seed);
    let fresh = Rc::new(move || {
        let method = crate::methods().find(|m| m.info.id == spec.method.as_str()).ok_or_else(none)?;
        let values = component::resolve(&method.info.params, components(method), &spec.params)
            .map_err(|mut errors| errors.swap_remove(0))?;
        let backend = iterscope_core::Backend::CpuF64;
        (method.build)(&MethodInput { instance: &problem.instance, values: &values, backend, seed })
    });
    let iterate = shown.iterate.ok_or_else(none)?;
    Ok(RunInput { index: shown.index, label: shown.label, step: shown.step, iterate, fresh })
}

/// What was asked of what, so that a reader can repeat it.
fn provenance(experiment: &Experiment, problem: &BuiltProblem, shown: Option<&Shown>) -> String {
    let info = &problem.problem.info;
    let mut out = format!("Problem: {} ({}", info.label, problem.instance.summary());
    for (key, value) in &experiment.problem.params {
        out.push_str(&format!(", {key} = {value}"));
    }
    out.push_str(").");
    if let Some(shown) = shown {
        let method = experiment.runs.get(shown.index).map_or("", |r| r.method.as_str());
        out.push_str(&format!(" Method: {} ({method}), step {}.", shown.label, shown.step));
        if !shown.words.is_empty() {
            out.push_str(&format!(" {}", shown.words));
        } else {
            out.push_str(" The run has not ended: this is its iterate as shown.");
        }
    }
    let rule = experiment.stop;
    out.push_str(&format!(
        " Stop rule: rtol {:e}, at most {} steps. Seed {}. Iterscope {}.",
        rule.rtol,
        rule.max_steps,
        experiment.seed,
        env!("CARGO_PKG_VERSION")
    ));
    out
}
