//! The gradient itself.

use crate::direction::Direction;
use crate::rule::{Make, Options, RuleInfo, Unit};

/// `plain`.
pub const RULE: RuleInfo = RuleInfo {
    key: "plain",
    label: "plain",
    math: r"x \leftarrow x - \eta g",
    citation: "H. Robbins, S. Monro: A stochastic approximation method. Annals of Mathematical Statistics 22 (1951).",
    limits: "with a constant step it ends in a cloud around the solution where parts disagree.",
    unit: Unit::Curvature,
    step: 0.5,
    make: Make::Direction(DIRECTION),
};

/// d = g.
pub const DIRECTION: Direction = Direction { vectors: 0, flops: 2, direct };

fn direct(_: &mut [f64], _: u64, _: &Options, gradient: &[f64], direction: &mut [f64]) {
    direction.copy_from_slice(gradient);
}
