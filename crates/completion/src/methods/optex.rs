//! OptEx: several steps ahead with predicted gradients, then all true gradients at once.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};
use iterscope_optim::optex::{self, OptEx};

use super::shared::first_order;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};

const PARAMS: &[ParamInfo] = &[RANK, optex::BASE, optex::STEP, optex::MOMENTUM, optex::AHEAD, optex::HISTORY, RIDGE];

/// `completion.optex`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.optex"),
        label: Str::Borrowed("OptEx"),
        summary: words(
            "A Gaussian process through the last gradients predicts the next ones; the rule walks ahead on predictions, and the \
             true gradients at all points of the walk are taken at once. On a machine with as many processors that saves time.",
        ),
        math: words(optex::MATH),
        citation: words(optex::CITATION),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(optex::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one round: N gradients, 6 |Ω| k flops each"),
        limits: words(optex::LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    first_order::build(input, 1, |fit, start| Ok(Box::new(OptEx::new(fit, start, input.values))))
}
