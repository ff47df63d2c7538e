//! Forward gradient: random directions times the slope along them.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};
use iterscope_optim::forward::{self, Forward};

use super::shared::first_order;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};

const PARAMS: &[ParamInfo] = &[RANK, forward::STEP, forward::MOVES, RIDGE];

/// `completion.forward-gradient`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.forward-gradient"),
        label: Str::Borrowed("Forward gradient"),
        summary: words(
            "No gradient at all: the derivative along one random direction, which costs about one evaluation, times that direction. \
             On average it is the gradient, but its noise grows with the number of parameters.",
        ),
        math: words(forward::MATH),
        citation: words(forward::CITATION),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(forward::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("as many moves as the parameter says, 6 |Ω| k flops each"),
        limits: words(forward::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    first_order::build(input, 1, |fit, start| {
        Ok(Box::new(Forward::new(fit, start, input.values, first_order::own_seed(input))))
    })
}
