//! Evaluation by a flat program over a few registers: no recursion, no allocation, `libm` throughout.

use core::f64::consts::{E, PI};

use iterscope_blocks::Value;

use super::tree::{Binary, Id, Node, Tree, Unary};

/// Far more than an expression of 5000 nodes needs: operands are computed in the order that takes the fewest
/// registers (Sethi and Ullman, J. ACM 17, 1970), by which their number grows as the logarithm of the size.
const REGISTERS: usize = 32;

#[derive(Clone, Copy, Debug)]
enum Op {
    Constant(f64),
    Variable(u32),
    Unary(Unary),
    Binary(Binary),
    If,
}

#[derive(Clone, Copy, Debug)]
struct Instruction {
    op: Op,
    to: u8,
    from: [u8; 3],
}

/// Instructions in the order of evaluation.
#[derive(Clone, Debug)]
pub(super) struct Program(Vec<Instruction>);

impl Program {
    pub(super) fn eval(&self, values: &[f64]) -> f64 {
        let mut registers = [0.0; REGISTERS];
        let mut last = 0.0;
        for instruction in &self.0 {
            // The remainders are there for the optimiser: it sees that no index is out of bounds.
            let from = instruction.from.map(|r| r as usize % REGISTERS);
            last = match instruction.op {
                Op::Constant(x) => x,
                Op::Variable(v) => values.get(v as usize).copied().unwrap_or(f64::NAN),
                Op::Unary(f) => f.at(registers[from[0]]),
                Op::Binary(f) => f.at(registers[from[0]], registers[from[1]]),
                Op::If => select(from.map(|r| registers[r])),
            };
            registers[instruction.to as usize % REGISTERS] = last;
        }
        last
    }
}

enum Task {
    Compute(Id, usize),
    Emit(Instruction),
}

/// `None` where the registers do not suffice.
pub(super) fn compile(tree: &Tree) -> Option<Program> {
    let constants = tree.bottom_up(constant_value);
    let needs = tree.bottom_up(registers_needed);
    if needs[tree.root() as usize] > REGISTERS {
        return None;
    }
    let mut program = Vec::new();
    let mut tasks = vec![Task::Compute(tree.root(), 0)];
    while let Some(task) = tasks.pop() {
        let (id, to) = match task {
            Task::Compute(id, to) => (id, to),
            Task::Emit(instruction) => {
                program.push(instruction);
                continue;
            }
        };
        let node = tree.node(id);
        let op = match (constants[id as usize], node) {
            (Some(x), _) | (None, Node::Number(x)) => Op::Constant(x),
            (None, Node::Pi) => Op::Constant(PI),
            (None, Node::Euler) => Op::Constant(E),
            (None, Node::Variable(v)) => Op::Variable(v),
            (None, Node::Unary(f, _)) => Op::Unary(f),
            (None, Node::Binary(f, ..)) => Op::Binary(f),
            (None, Node::If(_)) => Op::If,
        };
        let (children, mut count) = node.children();
        if matches!(op, Op::Constant(_)) {
            count = 0;
        }
        // The operand that needs the most registers comes first, while the most are free.
        let mut order = [0, 1, 2];
        sort(&mut order[..count], |i| needs[children[i] as usize]);
        let mut from = [0; 3];
        for (held, &operand) in order[..count].iter().enumerate() {
            from[operand] = (to + held) as u8;
        }
        tasks.push(Task::Emit(Instruction { op, to: to as u8, from }));
        for (held, &operand) in order[..count].iter().enumerate().rev() {
            tasks.push(Task::Compute(children[operand], to + held));
        }
    }
    Some(Program(program))
}

fn registers_needed(node: &Node, needs: &[usize]) -> usize {
    let (children, count) = node.children();
    let mut below = children.map(|c| needs.get(c as usize).copied().unwrap_or(0));
    sort(&mut below[..count], |n| n);
    below[..count].iter().enumerate().map(|(held, n)| held + n).fold(1, usize::max)
}

/// Puts what has the largest key first; equals keep their order. For a handful: the standard library's sorts are made for
/// many, and are as large as the rest of this file.
fn sort(items: &mut [usize], key: impl Fn(usize) -> usize) {
    for end in 1..items.len() {
        for i in (1..=end).rev() {
            if key(items[i - 1]) >= key(items[i]) {
                break;
            }
            items.swap(i - 1, i);
        }
    }
}

/// The value of a subtree without variables.
fn constant_value(node: &Node, values: &[Option<f64>]) -> Option<f64> {
    let value = |id: Id| values[id as usize];
    match *node {
        Node::Number(x) => Some(x),
        Node::Pi => Some(PI),
        Node::Euler => Some(E),
        Node::Variable(_) => None,
        Node::Unary(f, a) => Some(f.at(value(a)?)),
        Node::Binary(f, a, b) => Some(f.at(value(a)?, value(b)?)),
        Node::If([c, a, b]) => Some(select([value(c)?, value(a)?, value(b)?])),
    }
}

fn select([condition, then, otherwise]: [f64; 3]) -> f64 {
    if condition == 0.0 { otherwise } else { then }
}

/// The nodes as values of a program, behind those that are there; the root's place.
pub(super) fn push_values(tree: &Tree, out: &mut Vec<Value>) -> u32 {
    let offset = out.len() as u32;
    for node in tree.nodes() {
        out.push(match *node {
            Node::Number(x) => Value::Constant(x),
            Node::Pi => Value::Constant(PI),
            Node::Euler => Value::Constant(E),
            Node::Variable(v) => Value::Input(v),
            Node::Unary(f, a) => Value::Unary(f, a + offset),
            Node::Binary(f, a, b) => Value::Binary(f, a + offset, b + offset),
            Node::If(all) => Value::Select(all.map(|id| id + offset)),
        });
    }
    tree.root() + offset
}
