//! Forward gradient: random directions times the slope along them.

use iterscope_core::Method;
use iterscope_optim::FirstOrder;
use iterscope_optim::forward::Forward;

use super::shared::first_order::{Description, method};

/// See [`Description::summary`].
pub static FORWARD_GRADIENT: Method = method::<Forward>(Description {
    id: "ranking.forward-gradient",
    label: "Forward gradient",
    summary: "No gradient at all: the slope along one random direction, times that direction. On average it is the gradient, but its \
             noise grows with the number of items. Here a gradient costs no more than a slope, so it has nothing to gain: see \
             what it costs where it has.",
    step: "as many moves as the parameter says, a pass over the pairs each",
    limits: Forward::LIMITS,
});
