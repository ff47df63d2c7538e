//! Operators of equations: `lap(...)`, `div(...)` and their like.

use super::super::ExprError;
use super::super::lexer::Token;
use super::super::tree::{Id, Node, Tree};
use super::Parser;

/// A derivative of a formula, as equations know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Derived {
    Laplacian,
    Divergence,
    Gradient,
    /// In x, y or z.
    Along(usize),
}

/// `lap(...)` or its like in an equation: what is derived, and where it stands.
pub(in super::super) struct Operator {
    pub(in super::super) derived: Derived,
    pub(in super::super) of: Tree,
    pub(in super::super) at: usize,
    pub(in super::super) len: usize,
}

/// The variable that stands for the first operator of an equation.
pub(in super::super) const OPERATORS: u32 = 1 << 20;

const DERIVED: &[(&str, Derived)] = &[
    ("lap", Derived::Laplacian),
    ("laplacian", Derived::Laplacian),
    ("div", Derived::Divergence),
    ("grad", Derived::Gradient),
    ("dx", Derived::Along(0)),
    ("dy", Derived::Along(1)),
    ("dz", Derived::Along(2)),
];

/// Whether an equation knows an operator of this name.
pub(in super::super) fn is_operator(name: &str) -> bool {
    DERIVED.iter().any(|(known, _)| *known == name)
}

impl Parser<'_> {
    /// `lap(...)` and its like, where they are understood.
    pub(super) fn operator(&mut self, name: &str, token: &Token) -> Result<Option<Id>, ExprError> {
        let known = DERIVED.iter().find(|(known, _)| *known == name && !self.vars.contains(&name));
        let (Some(&(_, derived)), Some(_), true) = (known, &self.operators, self.peek().is("(")) else {
            return Ok(None);
        };
        let open = self.advance();
        let inner = self.bracketed()?;
        self.close(open)?;
        let of = self.tree.pruned(inner);
        let Some(operators) = &mut self.operators else { return Ok(None) };
        let number = operators.len() as u32;
        operators.push(Operator { derived, of, at: token.at, len: token.len });
        Ok(Some(self.tree.push(Node::Variable(OPERATORS + number))))
    }
}
