//! Adam: momentum, divided entry by entry by the root of a mean of squares.

use crate::direction::Direction;
use crate::rule::{Make, Options, RuleInfo, Unit};

/// `adam`.
pub const RULE: RuleInfo = RuleInfo {
    key: "adam",
    label: "Adam",
    math: r"m \leftarrow \beta m + (1-\beta) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad x \leftarrow x - \eta\,\frac{m/(1-\beta^t)}{\sqrt{v/(1-\beta_2^t)} + \epsilon}",
    citation: "D. P. Kingma, J. Ba: Adam: a method for stochastic optimization. ICLR 2015.",
    limits: "steps do not shrink with the gradient: with a constant step it ends on a level that the step sets.",
    unit: Unit::Size,
    step: 0.02,
    make: Make::Direction(DIRECTION),
};

/// The constant that keeps Adam from dividing by zero.
pub(crate) const EPSILON: f64 = 1e-8;

/// Adam's direction.
pub const DIRECTION: Direction = Direction { vectors: 2, flops: 14, direct };

fn direct(memory: &mut [f64], count: u64, options: &Options, gradient: &[f64], direction: &mut [f64]) {
    let (m, v) = memory.split_at_mut(gradient.len());
    let (b1, b2, t) = (options.momentum, options.beta2, count as f64);
    let (fill1, fill2) = (1.0 - libm::pow(b1, t), 1.0 - libm::pow(b2, t));
    for (((m, v), g), d) in m.iter_mut().zip(v).zip(gradient).zip(direction) {
        *m = b1 * *m + (1.0 - b1) * g;
        *v = b2 * *v + (1.0 - b2) * g * g;
        *d = (*m / fill1) / ((*v / fill2).sqrt() + EPSILON);
    }
}
