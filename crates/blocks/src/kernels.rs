//! The loops over one block, one for each operation and kind of operand. Each is plain enough to be vectorised.

use crate::functions::{Binary, Unary};
use crate::program::BLOCK;

/// The values of one block of points.
pub(crate) type Block = [f64; BLOCK];

/// A block at an address that vector operations can take operands from.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct Aligned(pub(crate) Block);

impl Aligned {
    pub(crate) const EMPTY: Aligned = Aligned([0.0; BLOCK]);
}

/// An operand: the values of a block, or the same value at all points.
#[derive(Clone, Copy)]
pub(crate) enum Operand<'a> {
    Block(&'a Block),
    Same(f64),
}

#[inline(always)]
fn map(out: &mut Block, a: &Block, f: impl Fn(f64) -> f64) {
    for i in 0..BLOCK {
        out[i] = f(a[i]);
    }
}

#[inline(always)]
fn zip(out: &mut Block, a: &Block, b: &Block, f: impl Fn(f64, f64) -> f64) {
    for i in 0..BLOCK {
        out[i] = f(a[i], b[i]);
    }
}

#[inline(always)]
fn zip3(out: &mut Block, a: &Block, b: &Block, c: &Block, f: impl Fn(f64, f64, f64) -> f64) {
    for i in 0..BLOCK {
        out[i] = f(a[i], b[i], c[i]);
    }
}

pub(crate) fn unary(f: Unary, out: &mut Block, a: &Block) {
    match f {
        Unary::Negate => map(out, a, |x| -x),
        Unary::Sqrt => map(out, a, f64::sqrt),
        Unary::Abs => map(out, a, f64::abs),
        _ => map(out, a, |x| f.at(x)),
    }
}

/// Every operation but the four of arithmetic.
pub(crate) fn function(f: Binary, out: &mut Block, a: &Block, b: &Block) {
    match f {
        Binary::Min => zip(out, a, b, |x, y| Binary::Min.at(x, y)),
        Binary::Max => zip(out, a, b, |x, y| Binary::Max.at(x, y)),
        Binary::Less => zip(out, a, b, |x, y| Binary::Less.at(x, y)),
        Binary::LessEq => zip(out, a, b, |x, y| Binary::LessEq.at(x, y)),
        Binary::Greater => zip(out, a, b, |x, y| Binary::Greater.at(x, y)),
        Binary::GreaterEq => zip(out, a, b, |x, y| Binary::GreaterEq.at(x, y)),
        Binary::And => zip(out, a, b, |x, y| Binary::And.at(x, y)),
        Binary::Or => zip(out, a, b, |x, y| Binary::Or.at(x, y)),
        _ => zip(out, a, b, |x, y| f.at(x, y)),
    }
}

pub(crate) fn select(out: &mut Block, condition: &Block, then: &Block, otherwise: &Block) {
    zip3(out, condition, then, otherwise, |c, x, y| if c == 0.0 { y } else { x });
}

/// Sums, differences, products and quotients.
pub(crate) fn arithmetic(f: Binary, out: &mut Block, a: Operand<'_>, b: Operand<'_>) {
    use Operand::{Block as B, Same as S};
    match (f, a, b) {
        (Binary::Add, B(a), B(b)) => zip(out, a, b, |x, y| x + y),
        (Binary::Add, B(a), S(s)) | (Binary::Add, S(s), B(a)) => map(out, a, |x| x + s),
        (Binary::Sub, B(a), B(b)) => zip(out, a, b, |x, y| x - y),
        // The same number in IEEE arithmetic.
        (Binary::Sub, B(a), S(s)) => arithmetic(Binary::Add, out, B(a), S(-s)),
        (Binary::Sub, S(s), B(a)) => map(out, a, |x| s - x),
        (Binary::Mul, B(a), B(b)) => zip(out, a, b, |x, y| x * y),
        (Binary::Mul, B(a), S(s)) | (Binary::Mul, S(s), B(a)) => map(out, a, |x| x * s),
        (Binary::Div, B(a), B(b)) => zip(out, a, b, |x, y| x / y),
        (Binary::Div, B(a), S(s)) => map(out, a, |x| x / s),
        (Binary::Div, S(s), B(a)) => map(out, a, |x| s / x),
        (_, S(a), S(b)) => out.fill(f.at(a, b)),
        (_, B(a), B(b)) => function(f, out, a, b),
        (_, B(a), S(s)) => map(out, a, |x| f.at(x, s)),
        (_, S(s), B(a)) => map(out, a, |x| f.at(s, x)),
    }
}

/// How the result of a first operation, called p here, meets a third operand c.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// p + c
    Add,
    /// p - c
    Sub,
    /// c - p
    From,
    /// p c
    Mul,
}

/// Two operations in one pass: `a first b`, a sum, difference or product, joined with `c`. One of a and b is a block.
pub(crate) fn fused(first: Binary, join: Join, out: &mut Block, [a, b, c]: [Operand<'_>; 3]) {
    use Operand::{Block as B, Same as S};
    match (first, a, b) {
        (Binary::Add, B(a), B(b)) => joined(out, join, Two(a, b, |x, y| x + y), c),
        (Binary::Add, B(a), S(s)) | (Binary::Add, S(s), B(a)) => joined(out, join, One(a, move |x| x + s), c),
        (Binary::Sub, B(a), B(b)) => joined(out, join, Two(a, b, |x, y| x - y), c),
        (Binary::Sub, B(a), S(s)) => fused(Binary::Add, join, out, [B(a), S(-s), c]),
        (Binary::Sub, S(s), B(a)) => joined(out, join, One(a, move |x| s - x), c),
        (_, B(a), B(b)) if core::ptr::eq(a, b) => joined(out, join, One(a, |x| x * x), c),
        (_, B(a), B(b)) => joined(out, join, Two(a, b, |x, y| x * y), c),
        (_, B(a), S(s)) | (_, S(s), B(a)) => joined(out, join, One(a, move |x| x * s), c),
        (_, S(a), S(b)) => joined(out, join, Flat(first.at(a, b)), c),
    }
}

/// Three operations in one pass: a block plus or minus `s`, or `s` minus the block, times `t`, joined with `c`.
pub(crate) fn scaled(first: Binary, join: Join, out: &mut Block, [a, b, t, c]: [Operand<'_>; 4]) {
    use Operand::{Block as B, Same as S};
    match (first, a, b, t) {
        (Binary::Sub, S(s), B(a), S(t)) => joined(out, join, One(a, move |x| (s - x) * t), c),
        (Binary::Sub, B(a), S(s), S(t)) => joined(out, join, One(a, move |x| (x - s) * t), c),
        (_, B(a), S(s), S(t)) | (_, S(s), B(a), S(t)) => joined(out, join, One(a, move |x| (x + s) * t), c),
        // The compiler of programs asks for nothing else.
        _ => out.fill(f64::NAN),
    }
}

/// The first operation of a pair, value by value.
trait First {
    fn at(&self, i: usize) -> f64;
}

struct One<'a, F>(&'a Block, F);
struct Two<'a, F>(&'a Block, &'a Block, F);
struct Flat(f64);

impl<F: Fn(f64) -> f64> First for One<'_, F> {
    #[inline(always)]
    fn at(&self, i: usize) -> f64 {
        self.1(self.0[i])
    }
}

impl<F: Fn(f64, f64) -> f64> First for Two<'_, F> {
    #[inline(always)]
    fn at(&self, i: usize) -> f64 {
        self.2(self.0[i], self.1[i])
    }
}

impl First for Flat {
    #[inline(always)]
    fn at(&self, _: usize) -> f64 {
        self.0
    }
}

#[inline(always)]
fn joined(out: &mut Block, join: Join, p: impl First, c: Operand<'_>) {
    use Operand::{Block as B, Same as S};
    match (join, c) {
        (Join::Add, B(c)) => each(out, |i| p.at(i) + c[i]),
        (Join::Add, S(s)) => each(out, |i| p.at(i) + s),
        (Join::Sub, B(c)) => each(out, |i| p.at(i) - c[i]),
        (Join::Sub, S(s)) => each(out, |i| p.at(i) - s),
        (Join::From, B(c)) => each(out, |i| c[i] - p.at(i)),
        (Join::From, S(s)) => each(out, |i| s - p.at(i)),
        (Join::Mul, B(c)) => each(out, |i| p.at(i) * c[i]),
        (Join::Mul, S(s)) => each(out, |i| p.at(i) * s),
    }
}

#[inline(always)]
fn each(out: &mut Block, f: impl Fn(usize) -> f64) {
    for (i, value) in out.iter_mut().enumerate() {
        *value = f(i);
    }
}
