//! The problems, one file each, and the parameters that they share.

pub mod metric_repair;
pub mod orders;
pub mod pairwise;
pub mod preference;
pub mod synthetic;
pub mod synthetic_orders;

use iterscope_core::ParamInfo;

/// What is estimated.
pub(crate) const ESTIMATE: ParamInfo = ParamInfo::choice(
    "estimate",
    "Estimate",
    "Maximum likelihood, or maximum a posteriori with a prior on every log-strength, which is always finite.",
    &[("ml", "maximum likelihood"), ("map", "MAP, with a prior")],
    "ml",
);

/// The prior of MAP.
pub(crate) const PRIOR: ParamInfo = ParamInfo::choice(
    "prior",
    "Prior",
    "Law of the log-strengths before any game: logistic (under Bradley and Terry's model the same as one win and one loss \
     against strength 1 each), or normal with a scale.",
    &[("logistic", "logistic"), ("gaussian", "normal")],
    "logistic",
)
.when("estimate", &["map"]);

/// The scale of the normal prior.
pub(crate) const PRIOR_SCALE: ParamInfo = ParamInfo::real(
    "prior_scale",
    "Prior scale",
    "Standard deviation of the normal prior on the log-strengths: the smaller, the closer all strengths are pulled to 1.",
    [0.01, 100.0],
    1.0,
)
.log()
.when("prior", &["gaussian"]);

/// How a difference becomes a chance.
pub(crate) const LINK: ParamInfo = ParamInfo::choice(
    "link",
    "Link",
    "How a difference of log-strengths becomes a chance: by the logistic distribution (Bradley and Terry) or by the normal \
     one (Thurstone and Mosteller). The chances hardly differ; the scale of the log-strengths does.",
    &[("logistic", "logistic: Bradley-Terry"), ("probit", "normal: Thurstone-Mosteller")],
    "logistic",
);

/// What a tie means.
pub(crate) const TIES: ParamInfo = ParamInfo::choice(
    "ties",
    "Ties",
    "Half a win to each side, or an outcome of its own: with a strength of its own (Davidson), or where the performances differ \
     by less than a threshold (Rao and Kupper; with the normal link Glenn and David).",
    &[
        ("half", "half a win to each"),
        ("davidson", "Davidson's model"),
        ("threshold", "threshold: Rao-Kupper, Glenn-David"),
    ],
    "half",
);

/// Advantage of the place.
pub(crate) const ADVANTAGE: ParamInfo = ParamInfo::choice(
    "advantage",
    "Advantage",
    "Of the home ground, or of the first move: not in the model, or one number for all that is added to the log-strength of \
     who has it, estimated with the strengths. The data must say who had it.",
    &[("off", "none"), ("estimated", "estimated")],
    "off",
);

/// What the difference of the scores counts for.
pub(crate) const MARGIN: ParamInfo = ParamInfo::choice(
    "margin",
    "Margin of victory",
    "Ignore by how much a game was won, or let it count as log2(1 + margin) games: twice for 3 goals, a heuristic.",
    &[("off", "ignored"), ("log", "weight log2(1 + margin)")],
    "off",
);

/// Weights by date.
pub(crate) const HALF_LIFE: ParamInfo = ParamInfo::real(
    "half_life",
    "Half-life",
    "Days after which a game counts for half, before the last day in the data; 0: all games count the same.",
    [0.0, 36_525.0],
    0.0,
);

/// Which games.
pub(crate) const GROUP: ParamInfo = ParamInfo::text(
    "group",
    "Group",
    "Name of the group, such as a category, whose games are ranked; empty: all games.",
);

/// What explains the strengths.
pub(crate) const COVARIATES: ParamInfo = ParamInfo::text(
    "covariates",
    "Covariates",
    "A table `item,height,age` with a line of numbers for each item, which explain its log-strength by a weighted sum. Columns \
     are brought to mean 0 and standard deviation 1. Empty: none.",
);

/// Whether the strengths are more than what the covariates explain.
pub(crate) const COVARIATE_EFFECT: ParamInfo = ParamInfo::choice(
    "covariate_effect",
    "Strength model",
    "Where there are covariates: what they explain and nothing else, or that and an effect of each item, which the prior of MAP \
     keeps small.",
    &[("only", "what the covariates explain"), ("items", "that, and an effect of each item (MAP)")],
    "only",
);

/// Which items are ranked.
pub(crate) const PART: ParamInfo = ParamInfo::choice(
    "part",
    "Items to rank",
    "All items, or those of the largest part in which everybody is joined to everybody by results in both directions.",
    &[("all", "all items"), ("largest", "largest strongly connected part")],
    "all",
);

/// The model, as mathematics.
pub(crate) const MATH: &str = r"P(i \text{ beats } j) = \frac{\pi_i}{\pi_i+\pi_j}, \quad \pi_i = e^{s_i}, \qquad \max_{\pi}\ \log L = \sum_{i,j} a_{ij}\,\log\frac{\pi_i}{\pi_i+\pi_j}, \qquad a_{ij} = w_{ij} + \tfrac12 t_{ij}; \qquad \text{Davidson: } P(\text{tie}) = \frac{2\nu\sqrt{\pi_i\pi_j}}{\pi_i+\pi_j+2\nu\sqrt{\pi_i\pi_j}}; \qquad \text{in general: } d = s_i - s_j \pm \gamma,\ s_i = x_i^\top\beta + e_i,\quad P(i \text{ beats } j) = F(d), \text{ or with a threshold of ties } F(d-\eta), \quad F \text{ logistic or normal}";

/// The model of orders, as mathematics.
pub(crate) const ORDERS_MATH: &str = r"P(o_1 \succ o_2 \succ \dots \succ o_m \succ \text{others}) = \prod_{v=1}^{m} \frac{\pi_{o_v}}{S_v}, \qquad S_v = \sum_{w \ge v} \pi_{o_w} + \sum_{i\,\in\,\text{others}} \pi_i, \qquad \pi_i = e^{s_i}, \qquad \max_\pi\ \log L";
