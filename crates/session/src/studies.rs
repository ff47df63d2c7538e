//! Studies of many runs, from what the page asks for.

use std::rc::Rc;

use iterscope_core::{BuildError, Dataset, Experiment, SweepSpec};
use iterscope_protocol::NamedExperiment;
use iterscope_sweep::{Profile, ProfileProblem, Seeds, Study, Sweep};

type Made = Result<Box<dyn Study>, BuildError>;

/// A sweep of an experiment.
pub fn sweep(experiment: &Experiment, data: Option<Rc<Dataset>>, spec: &SweepSpec) -> Made {
    Ok(Box::new(Sweep::new(experiment, data, spec)?))
}

/// An experiment with one seed after the other.
pub fn seeds(experiment: &Experiment, data: Option<Rc<Dataset>>, count: u32, series: &str) -> Made {
    Ok(Box::new(Seeds::new(experiment, data, count, series)?))
}

/// The runs of an experiment on a set of problems, with their data.
pub fn profile(methods: &Experiment, problems: Vec<(NamedExperiment, Option<Rc<Dataset>>)>, seeds: u32) -> Made {
    let problem = |(named, data): (NamedExperiment, Option<Rc<Dataset>>)| ProfileProblem {
        name: named.name,
        experiment: named.experiment,
        data,
    };
    Ok(Box::new(Profile::new(methods, problems.into_iter().map(problem).collect(), seeds)?))
}
