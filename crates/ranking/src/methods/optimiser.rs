//! Rules of stochastic optimisation, from the plain gradient to Shampoo, on parts of the pairs.

use iterscope_core::Method;
use iterscope_optim::stochastic::Stochastic;
use iterscope_optim::{FirstOrder, const_text};

use super::shared::first_order::{Description, method};

/// What was seen on the problems of the family.
const SEEN: [&str; 2] = [
    "Parts of the pairs (or races) disagree, so that constant steps end in a cloud; adaptive scaling's is the widest, and where players meet few \
     others it can diverge. Whole gradients (1 part) have no cloud. ",
    Stochastic::LIMITS,
];
const BYTES: [u8; const_text::length(&SEEN)] = const_text::joined(&SEEN);
const LIMITS: &str = const_text::text(&BYTES);

/// See [`Description::summary`].
pub static OPTIMISER: Method = method::<Stochastic>(Description {
    id: "ranking.optimiser",
    label: "First-order optimiser",
    summary: "One gradient after the other, each of a random part of the pairs or races, and a rule that says what to do with it: momentum, \
             Adam, averages without a schedule, schedules, steps that need no tuning, or full-matrix scaling by Shampoo. The \
             parts can be visited in several orders.",
    step: "one epoch: each part once, together a pass over the pairs or races; and the rule's own at every part, 2 to 20 operations for \
             each item, more for Shampoo",
    limits: LIMITS,
});
