//! A run of a method within an answer.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, Instance, Method, MethodInput, Params, Progress, StepError, Stepper, component,
};

use crate::methods::COMPONENTS;
use crate::referee::RESIDUAL;

/// A run, from its first step on.
pub struct Trial {
    /// The run itself.
    pub stepper: Box<dyn Stepper>,
    measured: Vec<f64>,
    residual: usize,
}

/// The method of that id.
///
/// # Errors
/// There is none.
pub fn method(id: &str) -> Result<&'static Method, BuildError> {
    let found = crate::FAMILY.methods.iter().copied().find(|m| m.info.id == id);
    found.ok_or_else(|| BuildError::new("analysis", format!("there is no method {id}")))
}

fn failed(error: StepError) -> BuildError {
    BuildError::new("analysis", error.to_string())
}

impl Trial {
    /// Method `id` with these parameters at step 0.
    ///
    /// # Errors
    /// It does not run on the problem, or not with these parameters.
    pub fn begin(id: &str, given: &Params, instance: &Rc<dyn Instance>, seed: u64) -> Result<Trial, BuildError> {
        let method = method(id)?;
        let values =
            component::resolve(&method.info.params, COMPONENTS, given).map_err(|mut errors| errors.swap_remove(0))?;
        let input = MethodInput { instance, values: &values, backend: Backend::CpuF64, seed };
        let residual = instance.series().iter().position(|s| s.key == RESIDUAL);
        Ok(Trial {
            stepper: (method.build)(&input)?,
            measured: vec![0.0; instance.series().len() + method.info.diagnostics.len()],
            residual: residual.ok_or_else(|| BuildError::new("analysis", "residuals are not measured here"))?,
        })
    }

    /// Goes on by at most so many steps.
    ///
    /// # Errors
    /// The environment failed.
    pub fn advance(&mut self, steps: u32) -> Result<Progress, BuildError> {
        self.stepper.advance(steps).map_err(failed)
    }

    /// The relative residual of the iterate, by the referee.
    ///
    /// # Errors
    /// As [`Trial::advance`].
    pub fn residual(&mut self) -> Result<f64, BuildError> {
        self.stepper.measure(&mut self.measured).map_err(failed)?;
        Ok(self.measured[self.residual])
    }

    /// The iterate.
    ///
    /// # Errors
    /// It is not one of values at the unknowns.
    pub fn iterate(&mut self) -> Result<Rc<Vec<f64>>, BuildError> {
        let found = self.stepper.snapshot().and_then(|u| u.downcast::<Vec<f64>>().ok());
        found.ok_or_else(|| BuildError::new("analysis", "this run has no iterate that could be looked at"))
    }
}
