//! Heavy ball: a sum of past gradients that fades.

use crate::direction::Direction;
use crate::rule::{Make, Options, RuleInfo, Unit};

/// `heavy-ball`.
pub const RULE: RuleInfo = RuleInfo {
    key: "heavy-ball",
    label: "heavy ball",
    math: r"v \leftarrow \beta v + g, \quad x \leftarrow x - \eta v",
    citation: "B. T. Polyak: Some methods of speeding up the convergence of iteration methods. USSR Computational \
               Mathematics and Mathematical Physics 4 (1964).",
    limits: "adds up the noise of gradients, too: it acts as a step of η/(1 - β).",
    unit: Unit::Curvature,
    step: 0.1,
    make: Make::Direction(DIRECTION),
};

/// d = v.
pub const DIRECTION: Direction = Direction { vectors: 1, flops: 4, direct };

fn direct(v: &mut [f64], _: u64, options: &Options, gradient: &[f64], direction: &mut [f64]) {
    for ((v, g), d) in v.iter_mut().zip(gradient).zip(direction) {
        *v = options.momentum * *v + g;
        *d = *v;
    }
}
