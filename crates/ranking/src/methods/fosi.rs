//! FOSI: Newton's step in the space of the largest curvatures, a first-order rule in the rest.

use iterscope_core::Method;
use iterscope_optim::FirstOrder;
use iterscope_optim::fosi::Fosi;

use super::shared::first_order::{Description, method};

/// See [`Description::summary`].
pub static FOSI: Method = method::<Fosi>(Description {
    id: "ranking.fosi",
    label: "FOSI",
    summary: "Lanczos' method finds the directions of largest curvature now and then, those of the items with most games; Newton's \
             step is taken in them, and a plain, heavy-ball or Adam step in the rest, which may then be longer.",
    step: "one gradient (a pass over the pairs); when the space is renewed 8 more for each vector",
    limits: Fosi::LIMITS,
});
