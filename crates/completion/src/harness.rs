//! A problem and a method joined for a paper check or a test, as the catalog joins them for a person.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Dataset, Instance, Method, MethodInput, ParamInfo, Params, Problem, ProblemInput, Progress,
    Stepper, Value, Values,
};

fn values(schema: &[ParamInfo], given: Given<'_>) -> Result<Values, BuildError> {
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(schema, &given).map_err(|mut errors| errors.swap_remove(0))
}

/// Parameters by key.
pub(crate) type Given<'a> = &'a [(&'a str, Value)];

/// A built problem.
pub(crate) struct Setting {
    pub instance: Rc<dyn Instance>,
    seed: u64,
}

impl Setting {
    pub fn new(problem: &Problem, given: Given<'_>, data: Option<&Dataset>, seed: u64) -> Result<Setting, BuildError> {
        let values = values(&problem.info.params, given)?;
        let instance = (problem.build)(&ProblemInput { values: &values, data, seed })?;
        Ok(Setting { instance, seed })
    }

    /// A problem built by other means.
    #[cfg(test)]
    pub fn of(instance: Rc<dyn Instance>, seed: u64) -> Setting {
        Setting { instance, seed }
    }

    /// A run of a method on it.
    pub fn run(&self, method: &Method, given: Given<'_>) -> Result<MethodRun, BuildError> {
        let values = values(&method.info.params, given)?;
        let input =
            MethodInput { instance: &self.instance, values: &values, backend: Backend::CpuF64, seed: self.seed };
        let stepper = (method.build)(&input)?;
        let all = self.instance.series().iter().chain(method.info.diagnostics.iter());
        let keys: Vec<String> = all.map(|s| s.key.to_string()).collect();
        let measured = vec![0.0; keys.len()];
        Ok(MethodRun { stepper, keys, measured })
    }
}

#[cfg(test)]
impl Setting {
    /// What theory expects of a method on it.
    pub fn predict(&self, method: &Method, given: Given<'_>) -> Option<iterscope_core::Prediction> {
        let values = values(&method.info.params, given).ok()?;
        let input =
            MethodInput { instance: &self.instance, values: &values, backend: Backend::CpuF64, seed: self.seed };
        method.predict.and_then(|p| p(&input))
    }
}

/// A stepper with names for what is measured.
pub(crate) struct MethodRun {
    pub stepper: Box<dyn Stepper>,
    keys: Vec<String>,
    measured: Vec<f64>,
}

impl MethodRun {
    /// Does up to `n` steps; false once the method itself has ended.
    pub fn advance(&mut self, n: u32) -> bool {
        matches!(self.stepper.advance(n), Ok(Progress::Advanced))
    }

    /// The iterate.
    #[cfg(test)]
    pub fn factors(&mut self) -> crate::model::factors::Factors {
        let now = self.stepper.snapshot().expect("the family has analyses");
        now.downcast_ref::<crate::model::factors::Factors>().expect("its iterate").clone()
    }

    /// All measured values at the current step.
    pub fn measure(&mut self) -> &[f64] {
        // On the CPU nothing can be lost on the way.
        let _ = self.stepper.measure(&mut self.measured);
        &self.measured
    }

    /// The value of one series at the current step; NaN where there is none of that key.
    pub fn value(&mut self, key: &str) -> f64 {
        let place = self.keys.iter().position(|k| k == key);
        self.measure();
        place.map_or(f64::NAN, |p| self.measured[p])
    }

    /// The first step at which `key` is below `limit`, if it comes to that within `most` steps.
    pub fn steps_below(&mut self, key: &str, limit: f64, most: u64) -> Option<u64> {
        loop {
            if self.value(key) < limit {
                return Some(self.stepper.steps());
            }
            if self.stepper.steps() >= most || !self.advance(1) {
                return None;
            }
        }
    }
}
