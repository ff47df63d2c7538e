//! ProxProx: each gradient of the likelihood corrects that of a part of the games, which is then minimised close by.

use iterscope_core::Method;
use iterscope_optim::FirstOrder;
use iterscope_optim::proxprox::ProxProx;

use super::shared::first_order::{Description, method};

/// See [`Description::summary`].
pub static PROXPROX: Method = method::<ProxProx>(Description {
    id: "ranking.proxprox",
    label: "ProxProx",
    summary: "A part of the pairs or races serves as a cheap proxy. Each gradient of the whole corrects the proxy's; many accelerated steps \
             are then taken on the corrected proxy, held close to where the gradient was.",
    step: "one gradient (a pass over the pairs), and the inner steps on a part of them",
    limits: ProxProx::LIMITS,
});
