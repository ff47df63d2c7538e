//! Rules of stochastic optimisation, from the plain gradient to Shampoo, on parts of the pairs.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str};
use iterscope_optim::stochastic::{DIAGNOSTICS, Stochastic};
use iterscope_optim::{join, params, rule};

use super::{PAIRS_AND_ORDERS, descent};

/// What was seen on the problems of the family.
const SEEN: [&str; 2] = [
    "Parts of the pairs (or races) disagree, so that constant steps end in a cloud; adaptive scaling's is the widest, and where players meet few \
     others it can diverge. Whole gradients (1 part) have no cloud. ",
    rule::LIMITS,
];
const BYTES: [u8; join::length(&SEEN)] = join::joined(&SEEN);
const LIMITS: &str = join::text(&BYTES);

/// See [`MethodInfo::summary`].
pub static OPTIMISER: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.optimiser"),
        label: Str::Borrowed("First-order optimiser"),
        summary: Str::Borrowed(
            "One gradient after the other, each of a random part of the pairs or races, and a rule that says what to do with it: momentum, \
             Adam, averages without a schedule, schedules, steps that need no tuning, or full-matrix scaling by Shampoo. The \
             parts can be visited in several orders.",
        ),
        math: Str::Borrowed(rule::MATH),
        citation: Str::Borrowed(rule::CITATIONS),
        params: List::Borrowed(params::PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "one epoch: each part once, together a pass over the pairs or races; and the rule's own at every part, 2 to 20 operations for \
             each item, more for Shampoo",
        ),
        limits: Str::Borrowed(LIMITS),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    descent::build(input, input.values.size("parts"), |fit, start| {
        Ok(Box::new(Stochastic::new(fit, start, input.values, descent::own_seed(input))?))
    })
}
