//! Building and running experiments of the family without the rest of the program.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Experiment, Instance, Method, MethodInput, Prediction, ProblemInput, Progress, RunSpec,
    Stepper, Stop, Values, component,
};
use iterscope_pde::FAMILY;

/// An experiment with its problem built.
pub struct Bench {
    pub experiment: Experiment,
    pub instance: Rc<dyn Instance>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub stop: Stop,
    pub steps: u64,
    pub values: Vec<f64>,
}

impl Bench {
    pub fn try_new(json: &str) -> Result<Bench, BuildError> {
        let experiment = Experiment::from_json(json)?;
        let problem = FAMILY.problems.iter().find(|p| p.info.id == experiment.problem.id.as_str()).expect("a problem");
        let values = Values::resolve(&problem.info.params, &experiment.problem.params).map_err(|mut e| e.remove(0))?;
        let instance = (problem.build)(&ProblemInput { values: &values, data: None, seed: experiment.seed })?;
        Ok(Bench { experiment, instance })
    }

    pub fn new(json: &str) -> Bench {
        Bench::try_new(json).unwrap_or_else(|e| panic!("{e}"))
    }

    /// One problem, given by its parameters, with runs given by method and parameters.
    pub fn of(params: &str, runs: &str) -> Bench {
        Bench::new(&format!(
            r#"{{"schema": 1, "problem": {{"id": "pde.advection-diffusion", "params": {{{params}}}}}, "runs": [{runs}]}}"#
        ))
    }

    /// Poisson's equation, given by its parameters.
    pub fn poisson(params: &str, runs: &str) -> Bench {
        Bench::new(&format!(
            r#"{{"schema": 1, "problem": {{"id": "pde.poisson", "params": {{{params}}}}}, "runs": [{runs}]}}"#
        ))
    }

    fn with<R>(&self, run: &RunSpec, f: impl FnOnce(&Method, &MethodInput<'_>) -> R) -> Result<R, BuildError> {
        let method = FAMILY.methods.iter().find(|m| m.info.id == run.method).expect("a method of the family");
        let values =
            component::resolve(&method.info.params, FAMILY.components, &run.params).map_err(|mut e| e.remove(0))?;
        let backend = if run.backend == Backend::Auto { Backend::CpuF64 } else { run.backend };
        let input = MethodInput { instance: &self.instance, values: &values, backend, seed: self.experiment.seed };
        Ok(f(method, &input))
    }

    pub fn try_stepper(&self, run: usize) -> Result<Box<dyn Stepper>, BuildError> {
        self.with(&self.experiment.runs[run], |m, input| (m.build)(input))?
    }

    pub fn stepper(&self, run: usize) -> Box<dyn Stepper> {
        self.try_stepper(run).unwrap_or_else(|e| panic!("{e}"))
    }

    pub fn prediction(&self, run: usize) -> Option<Prediction> {
        self.with(&self.experiment.runs[run], |m, input| m.predict.and_then(|p| p(input))).expect("parameters")
    }

    /// The place of a series among the measured values.
    pub fn place(&self, key: &str) -> usize {
        self.instance.series().iter().position(|s| s.key == key).unwrap_or_else(|| panic!("no series {key}"))
    }

    /// The values of the referee at the current step.
    pub fn measure(&self, stepper: &mut dyn Stepper, diagnostics: usize) -> Vec<f64> {
        let mut values = vec![0.0; self.instance.series().len() + diagnostics];
        stepper.measure(&mut values).expect("the CPU does not fail");
        values
    }

    /// Runs to the stop rule of the experiment.
    pub fn run(&self, run: usize) -> Ended {
        let mut stepper = self.stepper(run);
        let diagnostics = self.with(&self.experiment.runs[run], |m, _| m.info.diagnostics.len()).expect("parameters");
        let rule = self.experiment.stop;
        loop {
            let values = self.measure(stepper.as_mut(), diagnostics);
            let steps = stepper.steps();
            if values[0] <= rule.rtol {
                return Ended { stop: Stop::Converged, steps, values };
            }
            if !values[0].is_finite() || values[0] > 1e6 {
                return Ended { stop: Stop::Diverged, steps, values };
            }
            if steps >= rule.max_steps {
                return Ended { stop: Stop::MaxSteps, steps, values };
            }
            if let Progress::Stopped(stop) = stepper.advance(1).expect("the CPU does not fail") {
                let values = self.measure(stepper.as_mut(), diagnostics);
                return Ended { stop, steps: stepper.steps(), values };
            }
        }
    }
}
