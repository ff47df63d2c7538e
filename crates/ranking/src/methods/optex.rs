//! OptEx: several steps ahead with predicted gradients, then all true gradients at once.

use iterscope_core::Method;
use iterscope_optim::FirstOrder;
use iterscope_optim::optex::OptEx;

use super::shared::first_order::{Description, method};

/// See [`Description::summary`].
pub static OPTEX: Method = method::<OptEx>(Description {
    id: "ranking.optex",
    label: "OptEx",
    summary: "A Gaussian process through the last gradients predicts the next ones; the rule walks ahead on predictions, and the \
             true gradients at all points of the walk are taken at once. On a machine with as many processors that saves time.",
    step: "one round: N gradients, a pass over the pairs each",
    limits: OptEx::LIMITS,
});
