//! What the methods share that delegate to an optimiser of flat vectors.

use std::rc::Rc;

use iterscope_core::{
    BuildError, CpuStepper, Iteration, MethodInput, Outcome, StateReader, StateWriter, Stepper, Value, Work,
};
use iterscope_optim::Algorithm;

use super::params::RIDGE;
use crate::instance::Completion;
use crate::methods::shared::objective::Fit;
use crate::methods::shared::start::{balanced, generator};
use crate::model::factors::Factors;
use crate::referee::CompletionReferee;

/// An optimiser on the fit, from the spectral start with equal shares.
struct Descent {
    fit: Fit,
    algorithm: Box<dyn Algorithm>,
    view: Factors,
}

/// A seed of the method's own: problems draw from the experiment's.
pub(crate) fn own_seed(input: &MethodInput<'_>) -> u64 {
    !input.seed
}

/// Builds the stepper of a method that takes `rank` and `ridge`, the entries in `parts` parts.
///
/// # Errors
/// As [`Fit::new`], and what `make` answers.
pub(crate) fn build(
    input: &MethodInput<'_>,
    parts: usize,
    make: impl FnOnce(&mut Fit, &[f64]) -> Result<Box<dyn Algorithm>, BuildError>,
) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let view = balanced(model.entries()?, rank, &mut generator(input.seed));
    let mut fit = Fit::new(Rc::clone(&model), rank, parts, input.values.real("ridge"), own_seed(input))?;
    let algorithm = make(&mut fit, &Fit::flat(&view))?;
    Ok(CpuStepper::boxed(Descent { fit, algorithm, view }, CompletionReferee::new(model, rank)))
}

impl Iteration for Descent {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.algorithm.step(&mut self.fit, work)
    }

    fn iterate(&mut self) -> &Factors {
        Fit::unpack(self.algorithm.result(), &mut self.view);
        &self.view
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.algorithm.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        if key != "ridge" {
            return self.algorithm.set(key, value);
        }
        self.fit.ridge = RIDGE.check(value)?.as_real().unwrap_or(self.fit.ridge);
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        self.algorithm.save(out);
        out.real(self.fit.ridge);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.algorithm.load(from);
        self.fit.ridge = from.real();
    }
}
