//! Derivatives, node by node. Nodes are shared between an expression and its derivative, so that the work is linear in
//! the number of nodes, however large the written-out derivative may be.

use super::tree::{Binary, Id, Node, Tree, Unary};

pub(super) fn derivative(tree: &Tree, var_index: usize) -> Tree {
    let mut out = tree.clone();
    let zero = out.number(0.0);
    let one = out.number(1.0);
    let depends = tree.bottom_up(|node, below: &[bool]| {
        let (children, count) = node.children();
        matches!(node, Node::Variable(v) if *v as usize == var_index)
            || children[..count].iter().any(|&c| below[c as usize])
    });
    let mut rates: Vec<Id> = Vec::with_capacity(depends.len());
    for (id, node) in tree.nodes().iter().enumerate() {
        let rate = if !depends[id] {
            zero
        } else {
            match *node {
                Node::Number(_) | Node::Pi | Node::Euler | Node::Variable(_) => one,
                Node::Unary(f, a) => unary(&mut out, f, a, id as Id, rates[a as usize]),
                Node::Binary(f, a, b) => {
                    let pair = [(a, rates[a as usize]), (b, rates[b as usize])];
                    binary(&mut out, f, id as Id, pair, [depends[a as usize], depends[b as usize]])
                }
                Node::If([c, a, b]) => out.select(c, rates[a as usize], rates[b as usize]),
            }
        };
        rates.push(rate);
    }
    let root = rates[tree.root() as usize];
    out.pruned(root)
}

/// The rate of change of node `id` = f(a), where that of a is `rate`.
fn unary(t: &mut Tree, f: Unary, a: Id, id: Id, rate: Id) -> Id {
    let one = t.number(1.0);
    match f {
        Unary::Negate => t.negate(rate),
        Unary::Sin => {
            let slope = t.call(Unary::Cos, a);
            t.multiply(rate, slope)
        }
        Unary::Cos => {
            let slope = t.call(Unary::Sin, a);
            let slope = t.negate(slope);
            t.multiply(rate, slope)
        }
        Unary::Tan => {
            let square = t.square(id);
            let slope = t.add(one, square);
            t.multiply(rate, slope)
        }
        Unary::Asin | Unary::Acos => {
            let square = t.square(a);
            let rest = t.subtract(one, square);
            let root = t.call(Unary::Sqrt, rest);
            let slope = t.divide(rate, root);
            if f == Unary::Asin { slope } else { t.negate(slope) }
        }
        Unary::Atan => {
            let square = t.square(a);
            let sum = t.add(one, square);
            t.divide(rate, sum)
        }
        Unary::Sinh => {
            let slope = t.call(Unary::Cosh, a);
            t.multiply(rate, slope)
        }
        Unary::Cosh => {
            let slope = t.call(Unary::Sinh, a);
            t.multiply(rate, slope)
        }
        Unary::Tanh => {
            let square = t.square(id);
            let slope = t.subtract(one, square);
            t.multiply(rate, slope)
        }
        Unary::Exp => t.multiply(rate, id),
        Unary::Ln => t.divide(rate, a),
        Unary::Asinh | Unary::Acosh => {
            let square = t.square(a);
            let rest = if f == Unary::Asinh { t.add(square, one) } else { t.subtract(square, one) };
            let root = t.call(Unary::Sqrt, rest);
            t.divide(rate, root)
        }
        Unary::Atanh => {
            let square = t.square(a);
            let rest = t.subtract(one, square);
            t.divide(rate, rest)
        }
        Unary::Log10 | Unary::Log2 => {
            let base = t.number(if f == Unary::Log2 { 2.0 } else { 10.0 });
            let factor = t.call(Unary::Ln, base);
            let below = t.multiply(a, factor);
            t.divide(rate, below)
        }
        Unary::Sqrt => {
            let two = t.number(2.0);
            let below = t.multiply(two, id);
            t.divide(rate, below)
        }
        Unary::Abs => {
            let slope = t.call(Unary::Sign, a);
            t.multiply(rate, slope)
        }
        Unary::Cbrt => {
            let three = t.number(3.0);
            let square = t.square(id);
            let below = t.multiply(three, square);
            t.divide(rate, below)
        }
        Unary::Erf | Unary::Erfc => {
            let square = t.square(a);
            let falling = t.negate(square);
            let bell = t.call(Unary::Exp, falling);
            let pi = t.push(Node::Pi);
            let root = t.call(Unary::Sqrt, pi);
            let two = t.number(2.0);
            let top = t.multiply(two, bell);
            let slope = t.divide(top, root);
            let slope = t.multiply(rate, slope);
            if f == Unary::Erf { slope } else { t.negate(slope) }
        }
        Unary::Sign | Unary::Step | Unary::Heaviside | Unary::Floor | Unary::Ceil | Unary::Round | Unary::Not => {
            t.number(0.0)
        }
    }
}

/// The rate of change of node `id` = f(a, b), where each argument comes with its own rate and whether it varies.
fn binary(t: &mut Tree, f: Binary, id: Id, [(a, da), (b, db)]: [(Id, Id); 2], varies: [bool; 2]) -> Id {
    match f {
        Binary::Add => t.add(da, db),
        Binary::Sub => t.subtract(da, db),
        Binary::Mul => {
            let left = t.multiply(da, b);
            let right = t.multiply(a, db);
            t.add(left, right)
        }
        Binary::Div => {
            let left = t.divide(da, b);
            let top = t.multiply(a, db);
            let square = t.square(b);
            let right = t.divide(top, square);
            t.subtract(left, right)
        }
        Binary::Pow => match varies {
            [_, false] => {
                let one = t.number(1.0);
                let lower = t.subtract(b, one);
                let power = t.power(a, lower);
                let factor = t.multiply(b, da);
                t.multiply(factor, power)
            }
            [false, true] => {
                let rate = log_times(t, a, db);
                t.multiply(rate, id)
            }
            [true, true] => {
                let left = log_times(t, a, db);
                let top = t.multiply(b, da);
                let right = t.divide(top, a);
                let rate = t.add(left, right);
                t.multiply(id, rate)
            }
        },
        Binary::Min | Binary::Max => {
            let first = if f == Binary::Min { Binary::LessEq } else { Binary::GreaterEq };
            let condition = t.push(Node::Binary(first, a, b));
            t.select(condition, da, db)
        }
        // a - b floor(a/b), where floor is flat.
        Binary::Mod => {
            let quotient = t.divide(a, b);
            let whole = t.call(Unary::Floor, quotient);
            let back = t.multiply(db, whole);
            t.subtract(da, back)
        }
        Binary::Less
        | Binary::LessEq
        | Binary::Greater
        | Binary::GreaterEq
        | Binary::Equal
        | Binary::NotEqual
        | Binary::And
        | Binary::Or => t.number(0.0),
        Binary::Atan2 => {
            let left = t.multiply(da, b);
            let right = t.multiply(a, db);
            let top = t.subtract(left, right);
            let (a2, b2) = (t.square(a), t.square(b));
            let below = t.add(a2, b2);
            t.divide(top, below)
        }
    }
}

/// `factor` times the logarithm of `a`.
fn log_times(t: &mut Tree, a: Id, factor: Id) -> Id {
    if t.node(a) == Node::Euler {
        return factor;
    }
    let log = t.call(Unary::Ln, a);
    t.multiply(factor, log)
}
