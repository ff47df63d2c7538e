//! Nesterov's momentum, in the form that takes the gradient at the iterate and looks ahead with it.

use crate::direction::Direction;
use crate::rule::{Make, Options, RuleInfo, Unit};

/// `nesterov`.
pub const RULE: RuleInfo = RuleInfo {
    key: "nesterov",
    label: "Nesterov momentum",
    math: r"v \leftarrow \beta v + g, \quad x \leftarrow x - \eta (g + \beta v)",
    citation: "Y. Nesterov: A method for solving the convex programming problem with convergence rate O(1/k²). Soviet \
               Mathematics Doklady 27 (1983); the form is that of I. Sutskever, J. Martens, G. Dahl, G. Hinton: On the \
               importance of initialization and momentum in deep learning. ICML 2013.",
    limits: "β is constant: without the growing β of the convex theory there is no rate of 1/k².",
    unit: Unit::Curvature,
    step: 0.1,
    make: Make::Direction(Direction { vectors: 1, flops: 6, direct }),
};

fn direct(v: &mut [f64], _: u64, options: &Options, gradient: &[f64], direction: &mut [f64]) {
    for ((v, g), d) in v.iter_mut().zip(gradient).zip(direction) {
        *v = options.momentum * *v + g;
        *d = g + options.momentum * *v;
    }
}
