//! Calls of functions: their arguments, how many and of what kind.

use super::super::ExprError;
use super::super::lexer::{Token, TokenKind};
use super::super::names::{self, Function, Made};
use super::super::tree::{Binary, Id, Node, Unary};
use super::{Parser, fault};

impl Parser<'_> {
    /// Accepts sin^2(x) and sin²(x), whose exponent [`Self::call`] takes.
    pub(super) fn raised_function(&self, name: &str, token: &Token) -> Result<(), ExprError> {
        let rest = &self.tokens[self.next..];
        let inverse = "could mean the inverse function or the reciprocal";
        match rest {
            [hat, minus, Token { kind: TokenKind::Number(_), .. }, ..] if hat.is("^") && minus.is("-") => {
                Err(fault(token, format!("`{name}^-1` {inverse}: write {name}(...)^-1, or the inverse's name")))
            }
            [Token { kind: TokenKind::Raised(n), .. }, ..] if *n < 0 => {
                Err(fault(token, format!("`{name}⁻¹` {inverse}: write {name}(...)^-1, or the inverse's name")))
            }
            [hat, Token { kind: TokenKind::Number(_), .. }, open, ..] if hat.is("^") && open.is("(") => Ok(()),
            [Token { kind: TokenKind::Raised(_), .. }, open, ..] if open.is("(") => Ok(()),
            _ => Err(fault(token, format!("the function `{name}` needs its argument in brackets: {name}(...)"))),
        }
    }

    pub(super) fn call(&mut self, name: &str, token: &Token, function: Function) -> Result<Id, ExprError> {
        let exponent = match self.peek().kind {
            TokenKind::Raised(exponent) => {
                self.advance();
                Some(self.tree.push(Node::Number(f64::from(exponent))))
            }
            TokenKind::Sign("^") => {
                self.advance();
                match self.advance().kind {
                    TokenKind::Number(exponent) => Some(self.tree.push(Node::Number(exponent))),
                    _ => None,
                }
            }
            _ => None,
        };
        let open = self.advance();
        let value = if function == Function::Piecewise {
            self.piecewise(open)?
        } else {
            let mut arguments = Vec::new();
            while !self.peek().is(")") {
                let is_condition = match function {
                    Function::If | Function::Indicator | Function::Not => arguments.is_empty(),
                    Function::Joined(_) => true,
                    _ => false,
                };
                let first = self.peek();
                let argument = self.bracketed()?;
                if is_condition {
                    self.condition(argument, first, &format!("as argument of `{name}`"))?;
                }
                arguments.push(argument);
                if !self.take(",") {
                    break;
                }
                if self.peek().is(")") {
                    return Err(self.value_missing());
                }
            }
            self.close(open)?;
            self.apply(name, token, function, &arguments)?
        };
        Ok(match exponent {
            Some(exponent) => self.tree.push(Node::Binary(Binary::Pow, value, exponent)),
            None => value,
        })
    }

    fn apply(&mut self, name: &str, token: &Token, function: Function, args: &[Id]) -> Result<Id, ExprError> {
        let got = args.len();
        let needs = |needed: &str| Err(fault(token, format!("`{name}` needs {needed}, got {got}")));
        match (function, args) {
            (Function::Unary(f), &[a]) => Ok(self.tree.push(Node::Unary(f, a))),
            (Function::Indicator, &[a]) => Ok(a),
            (Function::Not, &[a]) => Ok(self.tree.push(Node::Unary(Unary::Not, a))),
            (Function::Unary(_) | Function::Indicator | Function::Not, _) => needs("1 argument"),
            (Function::Binary(f), &[a, b]) => Ok(self.tree.push(Node::Binary(f, a, b))),
            (Function::Binary(_), _) => needs("2 arguments"),
            (Function::Fold(f), &[first, ref rest @ ..]) if !rest.is_empty() => Ok(self.fold(f, first, rest)),
            (Function::Fold(_), _) => needs("2 arguments or more"),
            (Function::Joined(f), &[first, ref rest @ ..]) => Ok(self.fold(f, first, rest)),
            (Function::Joined(_) | Function::Piecewise, _) => needs("1 argument or more"),
            (Function::If, &[c, a, b]) => Ok(self.tree.push(Node::If([c, a, b]))),
            (Function::If, _) => needs("3 arguments (condition, value where it holds, value elsewhere)"),
            (Function::Made(made), _) => self.make(name, token, made, args),
        }
    }

    fn make(&mut self, name: &str, token: &Token, made: Made, args: &[Id]) -> Result<Id, ExprError> {
        let [least, most] = made.arguments();
        if !(least..=most).contains(&args.len()) {
            let number = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let word = if most == 1 { "argument" } else { "arguments" };
            return Err(fault(token, format!("`{name}` needs {number} {word}, got {}", args.len())));
        }
        let coordinates = ["x", "y", "z"].map(|c| self.vars.iter().position(|v| *v == c));
        let coordinates = coordinates.map(|found| found.map(|v| self.tree.push(Node::Variable(v as u32))));
        names::make(&mut self.tree, made, args, &coordinates).map_err(|why| fault(token, why))
    }

    fn fold(&mut self, f: Binary, first: Id, rest: &[Id]) -> Id {
        rest.iter().fold(first, |left, &right| self.tree.push(Node::Binary(f, left, right)))
    }

    /// The pairs (value, condition) of SymPy's Piecewise; the last condition is True.
    fn piecewise(&mut self, open: &Token) -> Result<Id, ExprError> {
        let mut pairs = Vec::new();
        let last = loop {
            let pair = self.peek();
            if !self.take("(") {
                return Err(fault(pair, "`Piecewise` needs pairs (value, condition), the last one (value, True)"));
            }
            let value = self.bracketed()?;
            if !self.take(",") {
                return Err(fault(self.peek(), "a pair of `Piecewise` is (value, condition)"));
            }
            let first = self.peek();
            if ["True", "true"].iter().any(|word| first.is_name(word)) {
                self.advance();
                self.close(pair)?;
                break value;
            }
            let condition = self.bracketed()?;
            self.condition(condition, first, "in a pair of `Piecewise`")?;
            self.close(pair)?;
            pairs.push((condition, value));
            if !self.take(",") {
                return Err(fault(self.peek(), "the last pair of `Piecewise` must be (value, True)"));
            }
        };
        self.close(open)?;
        Ok(pairs
            .into_iter()
            .rev()
            .fold(last, |rest, (condition, value)| self.tree.push(Node::If([condition, value, rest]))))
    }
}
