//! From the values that formulas are made of to a program.
//!
//! Each rewriting gives the same bits: x² is x·x, a + (-b) is a - b, x/4 is x·0.25 (division by a power of two is exact).

use std::collections::BTreeMap;

use crate::functions::{Binary, Unary, product_power};
use crate::kernels::Join;
use crate::program::{Instruction, Operation, Program, Same, Source, Target};

/// A value, made of those before it in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Constant(f64),
    /// The input with this index.
    Input(u32),
    /// A function of an earlier value.
    Unary(Unary, u32),
    /// An operation on two earlier values.
    Binary(Binary, u32, u32),
    /// The second value where the first is not 0, else the third.
    Select([u32; 3]),
}

impl Value {
    fn operands(self) -> ([u32; 3], usize) {
        match self {
            Value::Constant(_) | Value::Input(_) => ([0; 3], 0),
            Value::Unary(_, a) => ([a, 0, 0], 1),
            Value::Binary(_, a, b) => ([a, b, 0], 2),
            Value::Select(all) => (all, 3),
        }
    }
}

/// A program for the formulas that end in `roots`. `varying` says for each input whether it differs from point to point;
/// what depends on no such input is computed once a run.
///
/// # Panics
/// Where a value names one that is not before it, or an input that is not in `varying`, or there are more than 65,535
/// values.
#[must_use]
pub fn compile(values: &[Value], roots: &[u32], varying: &[bool]) -> Program {
    let mut shared = Shared::default();
    let mut moved = Vec::with_capacity(values.len());
    for &value in values {
        let to = |id: u32| moved[id as usize];
        let id = match value {
            Value::Constant(_) | Value::Input(_) => shared.intern(value),
            Value::Unary(f, a) => shared.unary(f, to(a)),
            Value::Binary(f, a, b) => shared.binary(f, to(a), to(b)),
            Value::Select(all) => shared.intern(Value::Select(all.map(to))),
        };
        moved.push(id);
    }
    let roots: Vec<u32> = roots.iter().map(|&r| moved[r as usize]).collect();
    assert!(shared.values.len() <= usize::from(u16::MAX), "a formula of at most 65,535 values");
    Emitter::new(&shared.values, &roots, varying).emit()
}

/// Values, each only once.
#[derive(Default)]
struct Shared {
    values: Vec<Value>,
    known: BTreeMap<(u8, u8, [u32; 3], u64), u32>,
}

impl Shared {
    fn intern(&mut self, value: Value) -> u32 {
        let key = match value {
            Value::Constant(x) => (0, 0, [0; 3], x.to_bits()),
            Value::Input(v) => (1, 0, [v, 0, 0], 0),
            Value::Unary(f, a) => (2, f as u8, [a, 0, 0], 0),
            Value::Binary(f, a, b) => (3, f as u8, [a, b, 0], 0),
            Value::Select(all) => (4, 0, all, 0),
        };
        let next = self.values.len() as u32;
        let id = *self.known.entry(key).or_insert(next);
        if id == next {
            self.values.push(value);
        }
        id
    }

    fn constant(&self, id: u32) -> Option<f64> {
        match self.values[id as usize] {
            Value::Constant(x) => Some(x),
            _ => None,
        }
    }

    fn negated(&self, id: u32) -> Option<u32> {
        match self.values[id as usize] {
            Value::Unary(Unary::Negate, a) => Some(a),
            _ => None,
        }
    }

    fn unary(&mut self, f: Unary, a: u32) -> u32 {
        match (f, self.constant(a), self.negated(a)) {
            (_, Some(x), _) => self.intern(Value::Constant(f.at(x))),
            (Unary::Negate, _, Some(inner)) => inner,
            _ => self.intern(Value::Unary(f, a)),
        }
    }

    fn binary(&mut self, f: Binary, a: u32, b: u32) -> u32 {
        if let (Some(x), Some(y)) = (self.constant(a), self.constant(b)) {
            return self.intern(Value::Constant(f.at(x, y)));
        }
        match f {
            Binary::Pow => {
                if let Some(n) = self.constant(b).and_then(product_power) {
                    return self.product_power(a, n);
                }
            }
            Binary::Div => {
                if let Some(y) = self.constant(b).filter(|&y| is_power_of_two(y)) {
                    let inverse = self.intern(Value::Constant(1.0 / y));
                    return self.binary(Binary::Mul, a, inverse);
                }
            }
            Binary::Add => match (self.negated(a), self.negated(b)) {
                (_, Some(b)) => return self.binary(Binary::Sub, a, b),
                (Some(a), None) => return self.binary(Binary::Sub, b, a),
                _ => {}
            },
            Binary::Sub => {
                if let Some(b) = self.negated(b) {
                    return self.binary(Binary::Add, a, b);
                }
            }
            Binary::Mul => match (self.negated(a), self.negated(b)) {
                (Some(a), Some(b)) => return self.binary(Binary::Mul, a, b),
                (Some(a), None) => return self.negated_product(a, b),
                (None, Some(b)) => return self.negated_product(a, b),
                _ => {}
            },
            _ => {}
        }
        let sorted = if matches!(f, Binary::Add | Binary::Mul) && b < a { [b, a] } else { [a, b] };
        self.intern(Value::Binary(f, sorted[0], sorted[1]))
    }

    fn negated_product(&mut self, a: u32, b: u32) -> u32 {
        let product = self.binary(Binary::Mul, a, b);
        self.unary(Unary::Negate, product)
    }

    /// The same products in the same order as the power of single values.
    fn product_power(&mut self, base: u32, exponent: i32) -> u32 {
        let mut left = exponent.unsigned_abs();
        let (mut product, mut square) = (None, base);
        while left > 0 {
            if left % 2 == 1 {
                product = Some(product.map_or(square, |p| self.binary(Binary::Mul, p, square)));
            }
            left /= 2;
            if left > 0 {
                square = self.binary(Binary::Mul, square, square);
            }
        }
        let one = self.intern(Value::Constant(1.0));
        let product = product.unwrap_or(one);
        if exponent < 0 { self.binary(Binary::Div, one, product) } else { product }
    }
}

/// Whether division by it is multiplication by its inverse, bit for bit.
fn is_power_of_two(x: f64) -> bool {
    const FRACTION: u64 = (1 << 52) - 1;
    x.is_normal() && (1.0 / x).is_normal() && x.to_bits() & FRACTION == 0
}

/// What becomes of a value.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Nowhere,
    Same(u16),
    Input(u16),
    Register(u16),
}

struct Emitter<'a> {
    values: &'a [Value],
    roots: &'a [u32],
    needed: Vec<bool>,
    /// Whether it differs from point to point.
    varies: Vec<bool>,
    /// The number of values that use it, and one for each root.
    uses: Vec<u32>,
    /// Computed together with the one value that uses it.
    joined: Vec<bool>,
    place: Vec<Place>,
    free: Vec<u16>,
    program: Program,
}

impl<'a> Emitter<'a> {
    fn new(values: &'a [Value], roots: &'a [u32], varying: &[bool]) -> Self {
        let n = values.len();
        let (mut needed, mut uses) = (vec![false; n], vec![0; n]);
        for &root in roots {
            needed[root as usize] = true;
            uses[root as usize] += 1;
        }
        for (id, value) in values.iter().enumerate().rev() {
            if needed[id] {
                let (operands, count) = value.operands();
                for &o in &operands[..count] {
                    needed[o as usize] = true;
                    uses[o as usize] += 1;
                }
            }
        }
        let mut varies: Vec<bool> = Vec::with_capacity(n);
        for value in values {
            let (operands, count) = value.operands();
            let own = matches!(value, Value::Input(v) if varying[*v as usize]);
            varies.push(own || operands[..count].iter().any(|&o| varies[o as usize]));
        }
        let program = Program {
            same: Vec::new(),
            spread: Vec::new(),
            instructions: Vec::new(),
            registers: 0,
            varying: varying.to_vec(),
            outputs: roots.len(),
        };
        let (joined, place) = (vec![false; n], vec![Place::Nowhere; n]);
        Emitter { values, roots, needed, varies, uses, joined, place, free: Vec::new(), program }
    }

    fn emit(mut self) -> Program {
        self.find_joined();
        for id in 0..self.values.len() {
            if !self.needed[id] || self.joined[id] {
                continue;
            }
            if self.varies[id] { self.emit_varying(id) } else { self.emit_same(id) }
        }
        // What was not written as it was computed: the same at all points, an input, or a result used further.
        let written: Vec<u16> = self.program.instructions.iter().filter_map(|i| output(i.to)).collect();
        for (k, &root) in self.roots.iter().enumerate() {
            let k = k as u16;
            if !written.contains(&k) {
                let from = self.source(root);
                let to = Target::Output(k);
                self.program.instructions.push(Instruction { operation: Operation::Copy, to, from: [from; 4] });
            }
        }
        self.program
    }

    /// A sum, difference or product that is used once, in another one, is computed with that.
    fn find_joined(&mut self) {
        for id in 0..self.values.len() {
            if let (true, true, Value::Binary(f, a, b)) = (self.needed[id], self.varies[id], self.values[id])
                && is_ring(f)
                && let Some(inner) = self.best_to_join(a, b)
            {
                self.joined[inner as usize] = true;
            }
        }
    }

    /// Of two operands the one that can be joined, rather one with two operations.
    fn best_to_join(&self, a: u32, b: u32) -> Option<u32> {
        let possible = |o: &u32| self.can_join(*o);
        let two = [a, b].into_iter().find(|o| self.scaled(*o).is_some() && possible(o));
        two.or_else(|| [a, b].into_iter().find(possible))
    }

    fn can_join(&self, id: u32) -> bool {
        let i = id as usize;
        let inner = |o: u32| self.joined[o as usize];
        self.varies[i]
            && self.uses[i] == 1
            && matches!(self.values[i], Value::Binary(f, a, b) if is_ring(f) && !inner(a) && !inner(b))
            || self.uses[i] == 1 && self.scaled(id).is_some()
    }

    /// A joined sum or difference of something and what is the same at all points, times what is so too.
    fn scaled(&self, id: u32) -> Option<(Binary, [u32; 3])> {
        let Value::Binary(Binary::Mul, a, b) = self.values[id as usize] else { return None };
        let (inner, scale) = if self.joined[a as usize] { (a, b) } else { (b, a) };
        let Value::Binary(f @ (Binary::Add | Binary::Sub), p, q) = self.values[inner as usize] else { return None };
        let same = |o: u32| !self.varies[o as usize];
        let fits = self.joined[inner as usize] && same(scale) && (same(p) || same(q));
        let nested = self.joined[p as usize] || self.joined[q as usize];
        (fits && !nested).then_some((f, [p, q, scale]))
    }

    fn emit_same(&mut self, id: usize) {
        let of = |o: u32| match self.place[o as usize] {
            Place::Same(k) => k,
            _ => 0,
        };
        let same = match self.values[id] {
            Value::Constant(x) => Same::Constant(x),
            Value::Input(v) => Same::Input(v as u16),
            Value::Unary(f, a) => Same::Unary(f, of(a)),
            Value::Binary(f, a, b) => Same::Binary(f, of(a), of(b)),
            Value::Select(all) => Same::Select(all.map(of)),
        };
        self.place[id] = Place::Same(self.program.same.len() as u16);
        self.program.same.push(same);
    }

    fn emit_varying(&mut self, id: usize) {
        let (operation, operands, count) = match self.values[id] {
            Value::Constant(_) => return,
            Value::Input(v) => {
                self.place[id] = Place::Input(v as u16);
                return;
            }
            Value::Unary(f, a) => (Operation::Unary(f), [a; 4], 1),
            Value::Binary(f, a, b) if is_ring(f) => self.ring(f, a, b),
            Value::Binary(Binary::Div, a, b) => (Operation::Arithmetic(Binary::Div), [a, b, b, b], 2),
            Value::Binary(f, a, b) => (Operation::Function(f), [a, b, b, b], 2),
            Value::Select([a, b, c]) => (Operation::Select, [a, b, c, c], 3),
        };
        let spread = matches!(operation, Operation::Function(_) | Operation::Select);
        let mut from = [Source::Same(0); 4];
        for (slot, &o) in from.iter_mut().zip(&operands[..count]) {
            *slot = match self.source(o) {
                Source::Same(k) if spread => self.spread(k),
                source => source,
            };
        }
        // A root that nothing else uses is written where it belongs at once.
        let root = self.roots.iter().position(|&r| r as usize == id).filter(|_| self.uses[id] == 1);
        let to = match root {
            Some(k) => Target::Output(k as u16),
            // Before its operands are given up, so that it is none of theirs.
            None => {
                let r = self.free.pop().unwrap_or_else(|| {
                    self.program.registers += 1;
                    (self.program.registers - 1) as u16
                });
                self.place[id] = Place::Register(r);
                Target::Register(r)
            }
        };
        for &o in &operands[..count] {
            self.uses[o as usize] -= 1;
            if let (0, Place::Register(r)) = (self.uses[o as usize], self.place[o as usize]) {
                self.free.push(r);
            }
        }
        self.program.instructions.push(Instruction { operation, to, from });
    }

    /// A sum, difference or product, with what is joined to it.
    fn ring(&self, f: Binary, a: u32, b: u32) -> (Operation, [u32; 4], usize) {
        let (inner, c, join) = match f {
            _ if self.joined[a as usize] => (a, b, join(f)),
            Binary::Sub if self.joined[b as usize] => (b, a, Join::From),
            _ if self.joined[b as usize] => (b, a, join(f)),
            _ => return (Operation::Arithmetic(f), [a, b, b, b], 2),
        };
        match (self.scaled(inner), self.values[inner as usize]) {
            (Some((first, [p, q, scale])), _) => (Operation::Scaled(first, join), [p, q, scale, c], 4),
            (None, Value::Binary(first, p, q)) => (Operation::Fused(first, join), [p, q, c, c], 3),
            (None, _) => (Operation::Arithmetic(f), [a, b, b, b], 2),
        }
    }

    fn source(&self, id: u32) -> Source {
        match self.place[id as usize] {
            Place::Same(k) => Source::Same(k),
            Place::Input(k) => Source::Input(k),
            Place::Register(r) => Source::Register(r),
            Place::Nowhere => Source::Same(0),
        }
    }

    fn spread(&mut self, same: u16) -> Source {
        let known = self.program.spread.iter().position(|&k| k == same);
        let k = known.unwrap_or_else(|| {
            self.program.spread.push(same);
            self.program.spread.len() - 1
        });
        Source::Spread(k as u16)
    }
}

fn output(target: Target) -> Option<u16> {
    match target {
        Target::Output(k) => Some(k),
        Target::Register(_) => None,
    }
}

fn is_ring(f: Binary) -> bool {
    matches!(f, Binary::Add | Binary::Sub | Binary::Mul)
}

fn join(f: Binary) -> Join {
    match f {
        Binary::Add => Join::Add,
        Binary::Sub => Join::Sub,
        _ => Join::Mul,
    }
}
