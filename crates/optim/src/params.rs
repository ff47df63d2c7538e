//! Parameters that the methods of all families share, and reading them.

use iterscope_core::{BuildError, ParamInfo, Value, Values};

use crate::order;
use crate::rule::{Options, Root};
use crate::rules;

/// `rule`.
pub const RULE: ParamInfo =
    ParamInfo::choice("rule", "rule", "What is done with one gradient after the other.", rules::CHOICES, "adam");

/// `step`.
pub const STEP: ParamInfo = ParamInfo::real(
    "step",
    "step",
    "Step length; 0 takes the rule's own. In units of one over the largest curvature at the start; for Adam, in units of \
     the typical size of the parameters there. Rules without a step disregard it.",
    [0.0, 1000.0],
    0.0,
)
.live();

/// `decay`.
pub const DECAY: ParamInfo =
    ParamInfo::real("decay", "decay", "The step of epoch t (from 0) is divided by 1 + decay t.", [0.0, 10.0], 0.0)
        .live();

/// `order`.
pub const ORDER: ParamInfo = ParamInfo::choice(
    "order",
    "order",
    "In which order the parts of the data are visited.",
    order::CHOICES,
    "reshuffling",
);

/// `parts`.
pub const PARTS: ParamInfo = ParamInfo::int(
    "parts",
    "parts",
    "The data are dealt out at random into this many parts of equal size; each gives one gradient and one update. 1 takes \
     whole gradients.",
    [1, 4096],
    8,
)
.log();

/// `momentum`.
pub const MOMENTUM: ParamInfo = ParamInfo::real(
    "momentum",
    "momentum β",
    "Share of the past that momentum keeps; for schedule-free steps, how close to the average gradients are taken (0 is \
     plain averaging).",
    [0.0, 0.999],
    0.9,
)
.when("rule", &["heavy-ball", "nesterov", "adam", "schedule-free", "schedule-free-adam"]);

/// `beta2`.
pub const BETA2: ParamInfo = ParamInfo::real(
    "beta2",
    "second decay β₂",
    "Share of the past that the mean of squared gradients keeps.",
    [0.0, 0.9999],
    0.999,
)
.when("rule", &["adam", "schedule-free-adam"]);

/// `warmup`.
pub const WARMUP: ParamInfo =
    ParamInfo::int("warmup", "warm-up", "Updates over which the step grows to its length.", [0, 100_000], 0)
        .when("rule", &["schedule-free", "schedule-free-adam"]);

/// `horizon`.
pub const HORIZON: ParamInfo = ParamInfo::int(
    "horizon",
    "horizon",
    "Epochs after which the step has fallen to zero; the refined rule takes as many twice.",
    [1, 1000],
    100,
)
.when("rule", &["linear-decay", "refined-decay"]);

/// `every`.
pub const EVERY: ParamInfo =
    ParamInfo::int("every", "roots every", "Updates between two computations of the matrix roots.", [1, 1000], 10)
        .when("rule", &["shampoo", "shampoo-4bit"]);

/// `root`.
pub const ROOT: ParamInfo = ParamInfo::choice(
    "root",
    "root by",
    "How matrix roots are computed. Padé's approximant is not iterated and is poor for ill-conditioned matrices.",
    &[
        ("spectral", "eigenvalues"),
        ("newton", "coupled Newton"),
        ("schulz", "Newton and Schulz"),
        ("pade", "Padé [5, 5]"),
    ],
    "spectral",
)
.when("rule", &["shampoo"]);

/// `truncation`.
pub const TRUNCATION: ParamInfo = ParamInfo::real(
    "truncation",
    "truncation a",
    "Entries of the diagonal are at least this share of the largest curvature at the start.",
    [1e-6, 1.0],
    0.02,
)
.log()
.when("rule", &["scaling"]);

/// `probes`.
pub const PROBES: ParamInfo = ParamInfo::int(
    "probes",
    "probes",
    "Random signs from which the first diagonal is estimated, one Hessian-vector product each.",
    [1, 1000],
    20,
)
.when("rule", &["scaling"]);

/// All that [`crate::stochastic::Stochastic`] reads, and `parts`.
pub const PARAMS: &[ParamInfo] =
    &[RULE, STEP, ORDER, PARTS, DECAY, MOMENTUM, BETA2, WARMUP, HORIZON, EVERY, ROOT, TRUNCATION, PROBES];

/// Reads the parameters above that are options of rules.
pub fn options(values: &Values, parts: usize) -> Options {
    Options {
        momentum: values.real("momentum"),
        beta2: values.real("beta2"),
        warmup: values.size("warmup") as u64,
        horizon: values.size("horizon") * parts,
        every: values.size("every") as u64,
        root: match values.text("root") {
            "newton" => Root::Newton,
            "schulz" => Root::Schulz,
            "pade" => Root::Pade,
            _ => Root::Spectral,
        },
        truncation: values.real("truncation"),
        probes: values.size("probes") as u64,
    }
}

/// The options of algorithms that build on a direction and read momentum alone.
pub fn base_options(momentum: f64) -> Options {
    Options {
        momentum,
        beta2: 0.999,
        warmup: 0,
        horizon: 0,
        every: 1,
        root: Root::Spectral,
        truncation: 0.0,
        probes: 1,
    }
}

/// Sets a live real number.
pub(crate) fn set(held: &mut f64, info: &ParamInfo, value: &Value) -> Result<(), BuildError> {
    *held = info.check(value)?.as_real().unwrap_or(*held);
    Ok(())
}
