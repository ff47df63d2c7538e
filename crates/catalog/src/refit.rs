//! Results of runs from which some data were held out.

use std::any::Any;

use iterscope_core::{Artifact, Backend, BuildError, Change, MethodInput, Progress, RunSpec, component};

use crate::{BuiltProblem, components, methods};

/// Steps at a time.
const STEPS: u32 = 1000;

/// The result of a run that came to `iterate` after `steps` steps, fitted anew to everything that is known, with the same
/// method, parameters and number of steps; none where nothing was held out.
///
/// # Errors
/// The method cannot be built on the whole problem, or its environment failed.
pub fn refit(
    problem: &BuiltProblem,
    spec: &RunSpec,
    seed: u64,
    steps: u64,
    changes: &[Change],
    iterate: &dyn Any,
) -> Option<Result<Artifact, BuildError>> {
    let instance = problem.instance.whole(iterate)?;
    let environment = |e: iterscope_core::StepError| BuildError::new("result", e.to_string());
    let fitted = || {
        let unknown = || BuildError::new("method", "unknown method");
        let method = methods().find(|m| m.info.id == spec.method.as_str()).ok_or_else(unknown)?;
        let values = component::resolve(&method.info.params, components(method), &spec.params)
            .map_err(|mut errors| errors.swap_remove(0))?;
        let input = MethodInput { instance: &instance, values: &values, backend: Backend::CpuF64, seed };
        let mut stepper = (method.build)(&input)?;
        let mut changes = changes.iter().peekable();
        while stepper.steps() < steps {
            while let Some(change) = changes.next_if(|c| c.step <= stepper.steps()) {
                stepper.set(&change.key, &change.value)?;
            }
            let until = changes.peek().map_or(steps, |c| c.step.min(steps));
            let left = u32::try_from(until - stepper.steps()).unwrap_or(STEPS).min(STEPS);
            if let Progress::Stopped(_) = stepper.advance(left).map_err(environment)? {
                break;
            }
        }
        stepper.result().map_err(environment)
    };
    Some(fitted())
}
