//! Questions beside the race: what a result means, how sure it is, what else the data say. They are answered in pieces, so
//! that a page stays alive and shows how far an answer has come.

use std::any::Any;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{BuildError, Dataset, Experiment, Instance, List, Names, ParamInfo, Report, Stepper, Str, Values};

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The problem alone.
    Problem,
    /// The iterate of one run, as it is shown.
    Run,
}

/// A question that can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisInfo {
    /// Such as `ranking.intervals`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// What it answers and how, in one to three sentences.
    pub summary: Str,
    /// Where the method comes from: authors, title, venue, year; empty for common knowledge.
    pub citation: Str,
    /// Its parameters.
    pub params: List<ParamInfo>,
    /// Problems it can be asked of.
    pub problems: Names,
    /// What it is about.
    pub subject: Subject,
    /// What is known not to hold, printed next to the answer; may be empty.
    pub limits: Str,
}

/// A question and how to start answering it. One analysis, one file.
pub struct Analysis {
    /// Description.
    pub info: AnalysisInfo,
    /// Starts the answer; errors name parameters by their bare key, or `analysis`.
    pub build: fn(AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError>,
}

/// Builds the run asked about anew, at step 0.
pub type Fresh = Rc<dyn Fn() -> Result<Box<dyn Stepper>, BuildError>>;

/// What an answer starts from.
pub struct AnalysisInput<'a> {
    /// The experiment as it was built.
    pub experiment: &'a Experiment,
    /// The problem.
    pub instance: &'a Rc<dyn Instance>,
    /// The data that the problem was built from, if any.
    pub data: Option<Rc<Dataset>>,
    /// The run asked about; always there for [`Subject::Run`].
    pub run: Option<RunInput>,
    /// All parameters, checked against the schema, defaults filled in.
    pub values: &'a Values,
}

/// The run asked about.
#[derive(Clone)]
pub struct RunInput {
    /// Its index in the experiment.
    pub index: usize,
    /// Its label.
    pub label: String,
    /// The step that is shown.
    pub step: u64,
    /// The iterate of that step: a clone of the type that the family's referee looks at.
    pub iterate: Rc<dyn Any>,
    /// Builds the same run anew.
    pub fresh: Fresh,
}

impl AnalysisInput<'_> {
    /// The instance as the family's own type.
    ///
    /// # Errors
    /// The question cannot be asked of this kind of problem.
    pub fn downcast<T: 'static>(&self) -> Result<&T, BuildError> {
        let found = self.instance.as_any().downcast_ref::<T>();
        found.ok_or_else(|| BuildError::new("analysis", "this cannot be asked of this kind of problem"))
    }

    /// The run with its iterate as the family's own type.
    ///
    /// # Errors
    /// There is no run, or its iterate is of another kind.
    pub fn iterate<T: 'static>(&self) -> Result<(&RunInput, &T), BuildError> {
        let none = || BuildError::new("analysis", "this is asked of a run, and there is none that fits");
        let run = self.run.as_ref().ok_or_else(none)?;
        Ok((run, run.iterate.downcast_ref().ok_or_else(none)?))
    }
}

/// An answer under way.
pub trait Job {
    /// Works on for some milliseconds, and says which share of the whole is done: 1 at the end.
    ///
    /// # Errors
    /// The answer cannot be found; the message says why and what to do.
    fn work(&mut self) -> Result<f64, BuildError>;

    /// The answer as far as it has come; it may have no blocks yet.
    fn report(&self) -> Report;
}

impl dyn Job + '_ {
    /// Works to the end.
    ///
    /// # Errors
    /// As for [`Job::work`].
    pub fn finish(&mut self) -> Result<Report, BuildError> {
        let mut last = 0.0;
        while last < 1.0 {
            let share = self.work()?;
            assert!(share >= last && share <= 1.0, "the share that is done went from {last} to {share}");
            last = share;
        }
        Ok(self.report())
    }
}

/// An answer that was found at once.
impl Job for Report {
    fn work(&mut self) -> Result<f64, BuildError> {
        Ok(1.0)
    }
    fn report(&self) -> Report {
        self.clone()
    }
}
