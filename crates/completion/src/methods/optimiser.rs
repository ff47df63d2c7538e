//! Rules of stochastic optimisation, from the plain gradient to Shampoo, on parts of the seen entries.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};
use iterscope_optim::stochastic::{DIAGNOSTICS, Stochastic};
use iterscope_optim::{const_text, params, rules};

use super::shared::first_order;
use super::shared::params::{ENTRY_PROBLEMS, RANK, RIDGE};

const PARAMS: &[ParamInfo] = &[
    RANK,
    params::RULE,
    params::STEP,
    params::ORDER,
    params::PARTS,
    params::DECAY,
    params::MOMENTUM,
    params::BETA2,
    params::WARMUP,
    params::HORIZON,
    params::EVERY,
    params::ROOT,
    params::TRUNCATION,
    params::PROBES,
    RIDGE,
];

/// What was seen on the problems of the family.
const SEEN: [&str; 2] = [
    "With more parts the same step is a longer one for each: momentum diverges at its own step with 32 parts, adaptive scaling now and \
     then with any number above 1. On noiseless entries the plain rule converges on parts, and Adam ends on a level of 1 %. ",
    rules::LIMITS,
];
const BYTES: [u8; const_text::length(&SEEN)] = const_text::joined(&SEEN);
const LIMITS: &str = const_text::text(&BYTES);

/// `completion.optimiser`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.optimiser"),
        label: Str::Borrowed("First-order optimiser"),
        summary: words(
            "One gradient after the other, each of a random part of the seen entries, and a rule that says what to do with \
             it: momentum, Adam, averages without a schedule, schedules, steps that need no tuning, or Shampoo's matrices. \
             The parts can be visited in several orders.",
        ),
        math: words(rules::MATH),
        citation: words(rules::CITATIONS),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one epoch: each part once; 6 |Ω| k flops for gradients, and the rule's own at every part: 2 to 20 for each \
             parameter, more for Shampoo",
        ),
        limits: words(LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    first_order::build(input, input.values.size("parts"), |fit, start| {
        Ok(Box::new(Stochastic::new(fit, start, input.values, first_order::own_seed(input))?))
    })
}
