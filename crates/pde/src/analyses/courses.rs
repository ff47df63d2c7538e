//! Runs of integrators within an answer.

use std::rc::Rc;

use iterscope_core::{Backend, BuildError, Instance, MethodInput, Params, Stepper, component};

use super::trial::method;
use crate::methods::COMPONENTS;
use crate::time::stepper::Moment;

/// The method `id` with these parameters at step 0.
///
/// # Errors
/// It does not run on the problem, or not with these parameters.
pub fn begin(id: &str, given: &Params, instance: &Rc<dyn Instance>, seed: u64) -> Result<Box<dyn Stepper>, BuildError> {
    let method = method(id)?;
    let values =
        component::resolve(&method.info.params, COMPONENTS, given).map_err(|mut errors| errors.swap_remove(0))?;
    (method.build)(&MethodInput { instance, values: &values, backend: Backend::CpuF64, seed })
}

/// Where a run stands.
pub fn moment(stepper: &mut dyn Stepper) -> Option<Rc<Moment>> {
    stepper.snapshot()?.downcast().ok()
}
