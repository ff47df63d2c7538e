//! Bounds of a formula over a box. They are as wide as natural interval arithmetic gives them, up to rounding: good for
//! leaving out boxes where something cannot happen, not for proofs to the last bit.

use core::f64::consts::{E, PI};

use super::tree::{Binary, Node, Tree, Unary, is_comparison};

/// Least and greatest value.
pub(super) type Interval = [f64; 2];

const WHOLE: Interval = [f64::NEG_INFINITY, f64::INFINITY];

/// The bounds of every node where the variables are within `bounds`.
pub(super) fn over(tree: &Tree, bounds: &[Interval]) -> Vec<Interval> {
    tree.bottom_up(|node, below: &[Interval]| {
        let of = |id: u32| below[id as usize];
        let found = match *node {
            Node::Number(x) => [x, x],
            Node::Pi => [PI, PI],
            Node::Euler => [E, E],
            Node::Variable(v) => bounds.get(v as usize).copied().unwrap_or(WHOLE),
            Node::Unary(f, a) => unary(f, of(a)),
            Node::Binary(f, a, b) if a == b => of_one(f, of(a)),
            Node::Binary(f, a, b) => binary(f, of(a), of(b)),
            Node::If([c, a, b]) => match of(c) {
                [low, _] if low > 0.0 => of(a),
                [_, 0.0] => of(b),
                _ => hull(of(a), of(b)),
            },
        };
        if found[0].is_nan() || found[1].is_nan() { WHOLE } else { found }
    })
}

pub(super) fn contains_zero([low, high]: Interval) -> bool {
    low <= 0.0 && high >= 0.0
}

pub(super) fn hull(a: Interval, b: Interval) -> Interval {
    [a[0].min(b[0]), a[1].max(b[1])]
}

fn hull_of(values: impl IntoIterator<Item = f64>) -> Interval {
    let mut found = [f64::INFINITY, f64::NEG_INFINITY];
    for x in values {
        if x.is_nan() {
            return WHOLE;
        }
        found = hull(found, [x, x]);
    }
    found
}

fn unary(f: Unary, [a, b]: Interval) -> Interval {
    let rising = |low: f64, high: f64| [f.at(low), f.at(high)];
    match f {
        Unary::Negate => [-b, -a],
        Unary::Not => [f64::from(u8::from(a == 0.0 && b == 0.0)), f64::from(u8::from(a <= 0.0 && b >= 0.0))],
        Unary::Sin => waves(a - PI / 2.0, b - PI / 2.0, f.at(a), f.at(b)),
        Unary::Cos => waves(a, b, f.at(a), f.at(b)),
        Unary::Tan if ((a / PI - 0.5).floor() - (b / PI - 0.5).floor()) != 0.0 => WHOLE,
        Unary::Asin | Unary::Atanh => rising(a.clamp(-1.0, 1.0), b.clamp(-1.0, 1.0)),
        Unary::Acos => [f.at(b.clamp(-1.0, 1.0)), f.at(a.clamp(-1.0, 1.0))],
        Unary::Acosh => rising(a.max(1.0), b.max(1.0)),
        Unary::Ln | Unary::Log10 | Unary::Log2 | Unary::Sqrt => rising(a.max(0.0), b.max(0.0)),
        Unary::Erfc => [f.at(b), f.at(a)],
        Unary::Cosh | Unary::Abs => {
            let least = if contains_zero([a, b]) { f.at(0.0) } else { f.at(a).min(f.at(b)) };
            [least, f.at(a).max(f.at(b))]
        }
        _ => rising(a, b),
    }
}

/// A wave that is greatest at the even and least at the odd multiples of pi, between `from` and `to`.
fn waves(from: f64, to: f64, first: f64, last: f64) -> Interval {
    let width = to - from;
    if width.is_nan() || width >= 2.0 * PI {
        return [-1.0, 1.0];
    }
    let passes = |phase: f64| ((from / PI - phase) / 2.0).ceil() * 2.0 <= to / PI - phase;
    let mut found = hull_of([first, last]);
    if passes(0.0) {
        found[1] = 1.0;
    }
    if passes(1.0) {
        found[0] = -1.0;
    }
    found
}

/// An operation whose operands are one and the same.
fn of_one(f: Binary, [a, b]: Interval) -> Interval {
    match f {
        Binary::Mul if contains_zero([a, b]) => [0.0, (a * a).max(b * b)],
        Binary::Mul => hull_of([a * a, b * b]),
        Binary::Sub => [0.0, 0.0],
        _ => binary(f, [a, b], [a, b]),
    }
}

fn binary(f: Binary, a: Interval, b: Interval) -> Interval {
    match f {
        Binary::Add => [a[0] + b[0], a[1] + b[1]],
        Binary::Sub => [a[0] - b[1], a[1] - b[0]],
        Binary::Mul => hull_of([a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]]),
        Binary::Div if contains_zero(b) => WHOLE,
        Binary::Div => hull_of([a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]]),
        Binary::Pow => power(a, b),
        Binary::Min => [a[0].min(b[0]), a[1].min(b[1])],
        Binary::Max => [a[0].max(b[0]), a[1].max(b[1])],
        Binary::Atan2 => [-PI, PI],
        Binary::Mod => [b[0].min(0.0), b[1].max(0.0)],
        Binary::And => [f64::from(u8::from(a[0] > 0.0 && b[0] > 0.0)), f64::from(u8::from(a[1] > 0.0 && b[1] > 0.0))],
        Binary::Or => [f64::from(u8::from(a[0] > 0.0 || b[0] > 0.0)), f64::from(u8::from(a[1] > 0.0 || b[1] > 0.0))],
        _ => {
            debug_assert!(is_comparison(f));
            compare(f, a, b)
        }
    }
}

fn compare(f: Binary, a: Interval, b: Interval) -> Interval {
    // The comparison at the corners; it holds everywhere, nowhere, or somewhere.
    let corners = [[a[0], b[0]], [a[0], b[1]], [a[1], b[0]], [a[1], b[1]]];
    let holds = corners.map(|[x, y]| f.at(x, y) > 0.0);
    let apart = a[1] < b[0] || b[1] < a[0];
    match f {
        Binary::Equal if apart => [0.0, 0.0],
        Binary::NotEqual if apart => [1.0, 1.0],
        Binary::Equal | Binary::NotEqual => [0.0, 1.0],
        _ if holds == [true; 4] => [1.0, 1.0],
        _ if holds == [false; 4] => [0.0, 0.0],
        _ => [0.0, 1.0],
    }
}

fn power(a: Interval, b: Interval) -> Interval {
    let at = |x: f64, y: f64| Binary::Pow.at(x, y);
    if b[0] == b[1] && b[0] == b[0].trunc() {
        let n = b[0];
        if n < 0.0 && contains_zero(a) {
            return WHOLE;
        }
        let mut found = hull_of([at(a[0], n), at(a[1], n)]);
        if n > 0.0 && n % 2.0 == 0.0 && contains_zero(a) {
            found[0] = 0.0;
        }
        return found;
    }
    let low = a[0].max(0.0);
    if a[1] < 0.0 || (low == 0.0 && b[0] < 0.0) {
        return WHOLE;
    }
    let mut found = hull_of([at(low, b[0]), at(low, b[1]), at(a[1], b[0]), at(a[1], b[1])]);
    // Where the base passes 1 or the exponent 0, the power is 1.
    if (low <= 1.0 && a[1] >= 1.0) || contains_zero(b) {
        found = hull(found, [1.0, 1.0]);
    }
    found
}
