//! The optimisers of flat vectors as methods of this family: each file brings the words, this the rest.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, words};
use iterscope_optim::FirstOrder;

use crate::instance::RankingInstance;
use crate::methods::PAIRS_AND_ORDERS;
use crate::solvers::first_order::{Descent, Fit};

/// What the family says of an optimiser.
pub struct Description {
    /// Id of the method.
    pub id: &'static str,
    /// Short label.
    pub label: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What a step costs.
    pub step: &'static str,
    /// What to expect of it.
    pub limits: &'static str,
}

/// The method of an optimiser.
pub const fn method<A: FirstOrder>(said: Description) -> Method {
    Method {
        info: MethodInfo {
            id: Str::Borrowed(said.id),
            label: Str::Borrowed(said.label),
            summary: words(said.summary),
            math: words(A::MATH),
            citation: words(A::CITATION),
            params: List::Borrowed(A::PARAMS),
            problems: PAIRS_AND_ORDERS,
            diagnostics: List::Borrowed(A::DIAGNOSTICS),
            backends: List::Borrowed(&[Backend::CpuF64]),
            step: words(said.step),
            limits: words(said.limits),
            plateaus: true,
        },
        build: build::<A>,
        predict: None,
    }
}

fn build<A: FirstOrder>(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    // Problems draw from the experiment's seed; the method has one of its own.
    let seed = !input.seed;
    let fit = Fit::new(ranking.objective().as_ref(), A::parts(input.values), seed);
    let descent = Descent::new(fit, |fit, start| A::make(fit, start, input.values, seed))?;
    Ok(ranking.stepper(descent))
}
