//! Building nodes with the obvious simplifications: constants are folded where the result is exact, zeros and ones
//! vanish, minus signs move outwards. This is what keeps derivatives readable. It may enlarge the domain (0/x is 0).
//!
//! Every rule that calls another one hands it operands that are smaller: fewer nodes in all, or as many with fewer minus
//! signs among them. So every chain of rules ends. [`Tree::smaller`] holds them to it while debugging.

use super::tree::{Binary, Id, Node, Tree, Unary};

impl Tree {
    pub(super) fn number(&mut self, x: f64) -> Id {
        self.push(Node::Number(x))
    }

    fn number_at(&self, id: Id) -> Option<f64> {
        match self.node(id) {
            Node::Number(x) => Some(x),
            _ => None,
        }
    }

    fn is(&self, id: Id, x: f64) -> bool {
        self.number_at(id) == Some(x)
    }

    fn negated(&self, id: Id) -> Option<Id> {
        match self.node(id) {
            Node::Unary(Unary::Negate, inner) => Some(inner),
            _ => None,
        }
    }

    /// Nodes and minus signs of two operands: what a rewriting must lessen.
    fn weight(&self, a: Id, b: Id) -> (usize, usize) {
        let minus = |id: Id| usize::from(self.number_at(id).is_some_and(|x| x < 0.0) || self.negated(id).is_some());
        (self.size_of(a).saturating_add(self.size_of(b)), minus(a) + minus(b))
    }

    fn smaller(&self, then: (Id, Id), now: (Id, Id)) {
        debug_assert!(self.weight(then.0, then.1) < self.weight(now.0, now.1), "a rewriting that need not end");
    }

    /// The number that the operation gives on two numbers, if that is finite and exact.
    fn folded(&mut self, f: Binary, a: Id, b: Id) -> Option<Id> {
        let (x, y) = (self.number_at(a)?, self.number_at(b)?);
        let value = f.at(x, y);
        let whole = [x, y, value].iter().all(|v| *v == v.trunc() && v.abs() < 1e15);
        // Decimal fractions may be added and multiplied (0.1 + 0.2), but 1/3 is better left as it is.
        let fold = whole || (value.is_finite() && matches!(f, Binary::Add | Binary::Sub | Binary::Mul));
        fold.then(|| self.number(value))
    }

    pub(super) fn negate(&mut self, a: Id) -> Id {
        match (self.number_at(a), self.negated(a)) {
            (Some(x), _) => self.number(0.0 - x),
            (None, Some(inner)) => inner,
            (None, None) => self.push(Node::Unary(Unary::Negate, a)),
        }
    }

    pub(super) fn add(&mut self, a: Id, b: Id) -> Id {
        if let Some(folded) = self.folded(Binary::Add, a, b) {
            folded
        } else if self.is(a, 0.0) {
            b
        } else if self.is(b, 0.0) {
            a
        } else if let Some(inner) = self.negated(b) {
            self.smaller((a, inner), (a, b));
            self.subtract(a, inner)
        } else if let Some(inner) = self.negated(a) {
            self.smaller((b, inner), (a, b));
            self.subtract(b, inner)
        } else {
            self.push(Node::Binary(Binary::Add, a, b))
        }
    }

    pub(super) fn subtract(&mut self, a: Id, b: Id) -> Id {
        if let Some(folded) = self.folded(Binary::Sub, a, b) {
            folded
        } else if self.is(b, 0.0) {
            a
        } else if self.is(a, 0.0) {
            self.negate(b)
        } else if let Some(inner) = self.negated(b) {
            self.smaller((a, inner), (a, b));
            self.add(a, inner)
        } else {
            self.push(Node::Binary(Binary::Sub, a, b))
        }
    }

    pub(super) fn multiply(&mut self, a: Id, b: Id) -> Id {
        if let Some(folded) = self.folded(Binary::Mul, a, b) {
            return folded;
        }
        if self.is(a, 0.0) || self.is(b, 0.0) {
            return self.number(0.0);
        }
        if self.is(a, 1.0) {
            return b;
        }
        if self.is(b, 1.0) {
            return a;
        }
        if let Some(positive) = self.without_minus(a) {
            self.smaller((positive, b), (a, b));
            let product = self.multiply(positive, b);
            return self.negate(product);
        }
        if let Some(positive) = self.without_minus(b) {
            self.smaller((a, positive), (a, b));
            let product = self.multiply(a, positive);
            return self.negate(product);
        }
        // Numbers first, and gathered: 2 (3 x) = 6 x. Two numbers whose product overflows stay as they are.
        let (a, b) = if self.number_at(b).is_some() && self.number_at(a).is_none() { (b, a) } else { (a, b) };
        match self.node(b) {
            Node::Binary(Binary::Mul, first, rest) if self.number_at(first).is_some() => {
                self.smaller((a, first), (a, b));
                let first = self.multiply(a, first);
                self.multiply_plainly(first, rest)
            }
            Node::Binary(Binary::Div, first, rest) if self.is(first, 1.0) => {
                self.smaller((a, rest), (a, b));
                self.divide(a, rest)
            }
            _ => self.multiply_plainly(a, b),
        }
    }

    fn multiply_plainly(&mut self, a: Id, b: Id) -> Id {
        if self.is(a, 1.0) { b } else { self.push(Node::Binary(Binary::Mul, a, b)) }
    }

    /// The operand of a negation, or the absolute value of a negative number.
    fn without_minus(&mut self, a: Id) -> Option<Id> {
        match self.number_at(a) {
            Some(x) if x < 0.0 => Some(self.number(-x)),
            _ => self.negated(a),
        }
    }

    pub(super) fn divide(&mut self, a: Id, b: Id) -> Id {
        if let Some(folded) = self.folded(Binary::Div, a, b) {
            folded
        } else if self.is(a, 0.0) {
            self.number(0.0)
        } else if self.is(b, 1.0) {
            a
        } else if let Some(positive) = self.without_minus(a) {
            self.smaller((positive, b), (a, b));
            let quotient = self.divide(positive, b);
            self.negate(quotient)
        } else if let Some(positive) = self.without_minus(b) {
            self.smaller((a, positive), (a, b));
            let quotient = self.divide(a, positive);
            self.negate(quotient)
        } else {
            self.push(Node::Binary(Binary::Div, a, b))
        }
    }

    pub(super) fn power(&mut self, a: Id, b: Id) -> Id {
        if let Some(folded) = self.folded(Binary::Pow, a, b) {
            folded
        } else if self.is(b, 0.0) {
            self.number(1.0)
        } else if self.is(b, 1.0) {
            a
        } else {
            self.push(Node::Binary(Binary::Pow, a, b))
        }
    }

    pub(super) fn square(&mut self, a: Id) -> Id {
        let two = self.number(2.0);
        self.power(a, two)
    }

    pub(super) fn call(&mut self, f: Unary, a: Id) -> Id {
        self.push(Node::Unary(f, a))
    }

    /// The operation, simplified as far as that goes.
    pub(super) fn operate(&mut self, f: Binary, a: Id, b: Id) -> Id {
        match f {
            Binary::Add => self.add(a, b),
            Binary::Sub => self.subtract(a, b),
            Binary::Mul => self.multiply(a, b),
            Binary::Div => self.divide(a, b),
            Binary::Pow => self.power(a, b),
            _ => self.push(Node::Binary(f, a, b)),
        }
    }

    /// Another tree's formula among the nodes here, with its variables replaced by what is here.
    pub(super) fn append(&mut self, other: &Self, replace: impl Fn(u32) -> Option<Id>) -> Id {
        let mut moved: Vec<Id> = Vec::with_capacity(other.nodes().len());
        for &node in other.nodes() {
            let to = |id: Id| moved[id as usize];
            let id = match node {
                Node::Variable(v) => replace(v).unwrap_or_else(|| self.push(node)),
                Node::Unary(Unary::Negate, a) => self.negate(to(a)),
                Node::Binary(f, a, b) => self.operate(f, to(a), to(b)),
                Node::If([c, a, b]) => self.select(to(c), to(a), to(b)),
                node => self.push(node.moved(to)),
            };
            moved.push(id);
        }
        moved[other.root() as usize]
    }

    pub(super) fn select(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        let same_number = self.number_at(then).is_some() && self.number_at(then) == self.number_at(otherwise);
        if then == otherwise || same_number { then } else { self.push(Node::If([condition, then, otherwise])) }
    }
}
