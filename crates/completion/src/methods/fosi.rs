//! FOSI: Newton's step in the space of the largest curvatures, a first-order rule in the rest.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};
use iterscope_optim::fosi::{self, Fosi};

use super::shared::first_order;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};

const PARAMS: &[ParamInfo] = &[
    RANK,
    fosi::BASE,
    fosi::STEP,
    fosi::MOMENTUM,
    fosi::PAIRS,
    fosi::EVERY,
    fosi::WARMUP,
    fosi::NEWTON,
    fosi::STRETCH,
    RIDGE,
];

/// `completion.fosi`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.fosi"),
        label: Str::Borrowed("FOSI"),
        summary: words(
            "Lanczos' method finds the directions of largest curvature now and then; Newton's step is taken in them, and a plain, \
             heavy-ball or Adam step in the rest, which may then be longer.",
        ),
        math: words(fosi::MATH),
        citation: words(fosi::CITATION),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(fosi::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one gradient, 6 |Ω| k flops; when the space is renewed 4 products with the Hessian for each vector",
        ),
        limits: words(fosi::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    first_order::build(input, 1, |fit, start| {
        Ok(Box::new(Fosi::new(fit, start, input.values, first_order::own_seed(input))))
    })
}
