//! The problems, one file each, and the parameters that they share.

pub mod orders;
pub mod pairwise;
pub mod synthetic;
pub mod synthetic_orders;

use iterscope_core::ParamInfo;

/// What is estimated.
pub(crate) const ESTIMATE: ParamInfo = ParamInfo::choice(
    "estimate",
    "Estimate",
    "Maximum likelihood, or maximum a posteriori with a logistic prior (one win and one loss against strength 1 each), which \
     is always finite.",
    &[("ml", "maximum likelihood"), ("map", "MAP, logistic prior")],
    "ml",
);

/// What a tie means.
pub(crate) const TIES: ParamInfo = ParamInfo::choice(
    "ties",
    "Ties",
    "Half a win to each side, or an outcome of its own with an estimated strength.",
    &[("half", "half a win to each"), ("davidson", "Davidson's model")],
    "half",
);

/// Which items are ranked.
pub(crate) const PART: ParamInfo = ParamInfo::choice(
    "part",
    "Part",
    "All items, or those of the largest part in which everybody is joined to everybody by results in both directions.",
    &[("all", "all items"), ("largest", "largest strongly connected part")],
    "all",
);

/// The model, as mathematics.
pub(crate) const MATH: &str = r"P(i \text{ beats } j) = \frac{\pi_i}{\pi_i+\pi_j}, \quad \pi_i = e^{s_i}, \qquad \max_{\pi}\ \log L = \sum_{i,j} a_{ij}\,\log\frac{\pi_i}{\pi_i+\pi_j}, \qquad a_{ij} = w_{ij} + \tfrac12 t_{ij}; \qquad \text{Davidson: } P(\text{tie}) = \frac{2\nu\sqrt{\pi_i\pi_j}}{\pi_i+\pi_j+2\nu\sqrt{\pi_i\pi_j}}";

/// The model of orders, as mathematics.
pub(crate) const ORDERS_MATH: &str = r"P(o_1 \succ o_2 \succ \dots \succ o_m \succ \text{others}) = \prod_{v=1}^{m} \frac{\pi_{o_v}}{S_v}, \qquad S_v = \sum_{w \ge v} \pi_{o_w} + \sum_{i\,\in\,\text{others}} \pi_i, \qquad \pi_i = e^{s_i}, \qquad \max_\pi\ \log L";
