//! Forward gradient: random directions times the slope along them.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str};
use iterscope_optim::forward::{self, Forward};

use super::{PAIRS_AND_ORDERS, descent};

const PARAMS: &[ParamInfo] = &[forward::STEP, forward::MOVES];

/// See [`MethodInfo::summary`].
pub static FORWARD_GRADIENT: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.forward-gradient"),
        label: Str::Borrowed("Forward gradient"),
        summary: Str::Borrowed(
            "No gradient at all: the slope along one random direction, times that direction. On average it is the gradient, but its \
             noise grows with the number of items. Here a gradient costs no more than a slope, so it has nothing to gain: see \
             what it costs where it has.",
        ),
        math: Str::Borrowed(forward::MATH),
        citation: Str::Borrowed(forward::CITATION),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(forward::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed("as many moves as the parameter says, a pass over the pairs each"),
        limits: Str::Borrowed(forward::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    descent::build(input, 1, |fit, start| {
        Ok(Box::new(Forward::new(fit, start, input.values, descent::own_seed(input))))
    })
}
