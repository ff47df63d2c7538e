//! The rules, one file each; [`ALL`] is the one list of them.

pub mod adam;
pub mod dog;
pub mod heavy_ball;
pub mod linear_decay;
pub mod nesterov;
pub mod plain;
pub mod scaling;
pub mod schedule_free;
pub mod shampoo;
pub mod udog;

use crate::const_text::{joined, length, text};
use crate::rule::RuleInfo;

/// All rules.
pub const ALL: [RuleInfo; 13] = [
    plain::RULE,
    heavy_ball::RULE,
    nesterov::RULE,
    adam::RULE,
    schedule_free::RULE,
    schedule_free::ADAM,
    linear_decay::RULE,
    linear_decay::REFINED,
    dog::RULE,
    udog::RULE,
    shampoo::RULE,
    shampoo::FOUR_BITS,
    scaling::RULE,
];

/// The rule of that key.
pub fn find(key: &str) -> Option<&'static RuleInfo> {
    const RULES: &[RuleInfo] = &ALL;
    RULES.iter().find(|r| r.key == key)
}

/// The values of the parameter `rule`.
pub const CHOICES: &[(&str, &str)] = &{
    let mut all = [("", ""); ALL.len()];
    let mut k = 0;
    while k < all.len() {
        all[k] = (ALL[k].key, ALL[k].label);
        k += 1;
    }
    all
};

const PIECES: usize = 4 * ALL.len();

/// [before, label, between, text] for each rule.
const fn pieces(which: usize, before: &'static str, between: &'static str) -> [&'static str; PIECES] {
    let mut all = [""; PIECES];
    let mut k = 0;
    while k < ALL.len() {
        let r = ALL[k];
        let words = [r.math, r.citation, r.limits][which];
        all[4 * k] = before;
        all[4 * k + 1] = r.label;
        all[4 * k + 2] = between;
        all[4 * k + 3] = words;
        k += 1;
    }
    all
}

const MATH_PIECES: [&str; PIECES] = pieces(0, r"\\ & \text{", r":}\quad ");
const MATH_BYTES: [u8; length(&MATH_PIECES)] = joined(&MATH_PIECES);
const FRAMED: [&str; 3] = [
    r"\begin{aligned} & f = \tfrac1P \textstyle\sum_i f_i, \quad g = \nabla f_i(x), \quad i \text{ in the chosen order}",
    text(&MATH_BYTES),
    r"\end{aligned}",
];
const FRAMED_BYTES: [u8; length(&FRAMED)] = joined(&FRAMED);
/// LaTeX of all rules.
pub const MATH: &str = text(&FRAMED_BYTES);

const CITATION_PIECES: [&str; PIECES] = pieces(1, " ", ": ");
const CITATION_BYTES: [u8; length(&CITATION_PIECES)] = joined(&CITATION_PIECES);
const ALL_CITATIONS: [&str; 3] = [crate::order::CITATION, " Rules:", text(&CITATION_BYTES)];
const ALL_BYTES: [u8; length(&ALL_CITATIONS)] = joined(&ALL_CITATIONS);
/// Where the orders and all rules come from.
pub const CITATIONS: &str = text(&ALL_BYTES);

const LIMIT_PIECES: [&str; PIECES] = pieces(2, " ", ": ");
const LIMIT_BYTES: [u8; length(&LIMIT_PIECES)] = joined(&LIMIT_PIECES);
/// What all rules do not do.
pub const LIMITS: &str = text(&LIMIT_BYTES);
