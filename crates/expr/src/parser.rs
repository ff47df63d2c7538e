//! From tokens to a tree, by recursive descent with a limit on the depth.

mod calls;
mod operators;

use super::lexer::{self, Token, TokenKind};
use super::names::{self, FUNCTIONS, Function};
use super::tree::{Binary, Id, Node, Tree, Unary};
use super::{ExprError, MAX_DEPTH};

pub(super) use operators::{Derived, OPERATORS, Operator, is_operator};

/// What a name stands for.
enum Meaning {
    Value(Node),
    Function(Function),
}

pub(super) fn parse(text: &str, vars: &[&str]) -> Result<Tree, ExprError> {
    parse_with(text, vars, None).map(|(tree, _)| tree)
}

/// Reads a formula with operators. The variable [`OPERATORS`] and those behind it stand for them.
pub(super) fn parse_equation(text: &str, vars: &[&str]) -> Result<(Tree, Vec<Operator>), ExprError> {
    parse_with(text, vars, Some(Vec::new()))
}

fn parse_with(text: &str, vars: &[&str], operators: Option<Vec<Operator>>) -> Result<(Tree, Vec<Operator>), ExprError> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, bars: 0, vars, operators, tree: Tree::default() };
    if tokens.len() == 1 {
        return Err(ExprError::new(0, 0, "the formula is empty"));
    }
    let root = parser.choice()?;
    let rest = parser.peek();
    match rest.kind {
        TokenKind::End => Ok((parser.tree.pruned(root), parser.operators.unwrap_or_default())),
        _ if rest.is(")") => Err(fault(rest, "this closing bracket has no opening one")),
        _ => Err(parser.out_of_place()),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    /// Bars |...| that are open since the last bracket.
    bars: usize,
    vars: &'a [&'a str],
    /// Those met so far, where they are understood.
    operators: Option<Vec<Operator>>,
    tree: Tree,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        &self.tokens[self.next]
    }

    fn advance(&mut self) -> &'a Token {
        let token = &self.tokens[self.next];
        // The last token, the end, is never passed.
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.peek().is(sign);
        if found {
            self.advance();
        }
        found
    }

    /// Whether a word comes next that joins or denies conditions, and is no variable.
    fn word_is_next(&self, word: &str) -> bool {
        let token = self.peek();
        token.is(word) || (token.is_name(word) && !self.vars.contains(&word))
    }

    /// Whether two bars come next that mean `or`, and not the end of |...|.
    fn two_bars_are_next(&self) -> bool {
        let second = self.tokens.get(self.next + 1);
        let (first, second) = (self.peek(), second.filter(|second| second.is("|")));
        self.bars == 0 && first.is("|") && second.is_some_and(|second| second.at == first.at + 1)
    }

    /// Runs `inner` one level deeper; the token before it opens the level.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, ExprError>) -> Result<T, ExprError> {
        if self.depth == MAX_DEPTH {
            let message = format!("the formula is nested too deeply: more than {MAX_DEPTH} levels");
            return Err(fault(&self.tokens[self.next - 1], message));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// A formula within brackets, whose bars are its own.
    fn bracketed(&mut self) -> Result<Id, ExprError> {
        let bars = core::mem::take(&mut self.bars);
        let inner = self.nested(Self::choice);
        self.bars = bars;
        inner
    }

    fn choice(&mut self) -> Result<Id, ExprError> {
        let first = self.peek();
        let condition = self.either()?;
        if !self.take("?") {
            return Ok(condition);
        }
        self.condition(condition, first, "before `?`")?;
        let then = self.nested(Self::choice)?;
        if !self.take(":") {
            return Err(fault(self.peek(), "`:` and the value where the condition does not hold are missing"));
        }
        let otherwise = self.nested(Self::choice)?;
        Ok(self.tree.push(Node::If([condition, then, otherwise])))
    }

    fn either(&mut self) -> Result<Id, ExprError> {
        let first = self.peek();
        let mut left = self.both()?;
        loop {
            if self.two_bars_are_next() {
                self.advance();
            } else if !self.word_is_next("or") {
                return Ok(left);
            }
            self.condition(left, first, "before `or`")?;
            self.advance();
            let second = self.peek();
            let right = self.both()?;
            self.condition(right, second, "behind `or`")?;
            left = self.tree.push(Node::Binary(Binary::Or, left, right));
        }
    }

    fn both(&mut self) -> Result<Id, ExprError> {
        let first = self.peek();
        let mut left = self.denied()?;
        while self.word_is_next("and") {
            self.condition(left, first, "before `and`")?;
            self.advance();
            let second = self.peek();
            let right = self.denied()?;
            self.condition(right, second, "behind `and`")?;
            left = self.tree.push(Node::Binary(Binary::And, left, right));
        }
        Ok(left)
    }

    fn denied(&mut self) -> Result<Id, ExprError> {
        if !self.word_is_next("not") {
            return self.relation();
        }
        self.advance();
        let first = self.peek();
        let inner = self.nested(Self::denied)?;
        self.condition(inner, first, "behind `not`")?;
        Ok(self.tree.push(Node::Unary(Unary::Not, inner)))
    }

    /// A sum, a comparison, or a chain of comparisons that must all hold.
    fn relation(&mut self) -> Result<Id, ExprError> {
        let mut left = self.sum()?;
        let mut chain = None;
        while let Some(comparison) = comparison(self.peek()) {
            self.advance();
            let right = self.sum()?;
            let holds = self.tree.push(Node::Binary(comparison, left, right));
            chain = Some(match chain {
                Some(before) => self.tree.push(Node::Binary(Binary::And, before, holds)),
                None => holds,
            });
            left = right;
        }
        Ok(chain.unwrap_or(left))
    }

    fn sum(&mut self) -> Result<Id, ExprError> {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.take("+") => Binary::Add,
                () if self.take("-") => Binary::Sub,
                () => return Ok(left),
            };
            let right = self.product()?;
            left = self.tree.push(Node::Binary(operator, left, right));
        }
    }

    fn product(&mut self) -> Result<Id, ExprError> {
        let mut left = self.signed()?;
        loop {
            let operator = match () {
                () if self.take("*") => Binary::Mul,
                () if self.take("/") => Binary::Div,
                () if self.a_factor_is_next()? => Binary::Mul,
                () => return Ok(left),
            };
            let right = self.signed()?;
            left = self.tree.push(Node::Binary(operator, left, right));
        }
    }

    /// Whether a factor follows without an operator.
    fn a_factor_is_next(&self) -> Result<bool, ExprError> {
        Ok(match self.peek().kind {
            TokenKind::Number(_) if matches!(self.tokens[self.next - 1].kind, TokenKind::Number(_)) => {
                return Err(fault(self.peek(), "two numbers in a row: an operator is missing between them"));
            }
            TokenKind::Name(_) => !["and", "or", "not"].iter().any(|word| self.word_is_next(word)),
            TokenKind::Sign("|") => self.bars == 0 && !self.two_bars_are_next(),
            TokenKind::Number(_) | TokenKind::Sign("(" | "√" | "∛") => true,
            _ => false,
        })
    }

    fn signed(&mut self) -> Result<Id, ExprError> {
        while self.take("+") {}
        if self.take("-") {
            let operand = self.nested(Self::signed)?;
            return Ok(self.tree.push(Node::Unary(Unary::Negate, operand)));
        }
        self.power()
    }

    fn power(&mut self) -> Result<Id, ExprError> {
        let base = self.value()?;
        if let TokenKind::Raised(exponent) = self.peek().kind {
            self.advance();
            if self.peek().is("^") || matches!(self.peek().kind, TokenKind::Raised(_)) {
                return Err(fault(self.peek(), "a power of a power needs brackets: (x²)^3 or x^(2^3)"));
            }
            return Ok(self.raised(base, exponent));
        }
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = self.nested(Self::signed)?;
        Ok(self.tree.push(Node::Binary(Binary::Pow, base, exponent)))
    }

    fn raised(&mut self, base: Id, exponent: i32) -> Id {
        let size = self.tree.push(Node::Number(f64::from(exponent.unsigned_abs())));
        let exponent = if exponent < 0 { self.tree.push(Node::Unary(Unary::Negate, size)) } else { size };
        self.tree.push(Node::Binary(Binary::Pow, base, exponent))
    }

    fn value(&mut self) -> Result<Id, ExprError> {
        let token = self.peek();
        match &token.kind {
            TokenKind::Number(x) => {
                self.advance();
                Ok(self.tree.push(Node::Number(*x)))
            }
            TokenKind::Name(name) => {
                self.advance();
                if let Some(id) = self.operator(name, token)? {
                    return Ok(id);
                }
                match self.meaning(name, token)? {
                    Meaning::Value(node) => Ok(self.tree.push(node)),
                    Meaning::Function(function) => self.call(name, token, function),
                }
            }
            TokenKind::Sign("(") => {
                self.advance();
                let inner = self.bracketed()?;
                self.close(token)?;
                Ok(inner)
            }
            TokenKind::Sign("|") => self.absolute(token),
            TokenKind::Sign("√") => self.root(Unary::Sqrt),
            TokenKind::Sign("∛") => self.root(Unary::Cbrt),
            TokenKind::Sign("!") => {
                self.advance();
                let first = self.peek();
                let inner = self.nested(Self::value)?;
                self.condition(inner, first, "behind `!`, in brackets,")?;
                Ok(self.tree.push(Node::Unary(Unary::Not, inner)))
            }
            _ => Err(self.value_missing()),
        }
    }

    /// |...|
    fn absolute(&mut self, open: &Token) -> Result<Id, ExprError> {
        self.advance();
        self.bars += 1;
        let inner = self.nested(Self::choice);
        self.bars -= 1;
        let inner = inner?;
        if self.take("|") {
            return Ok(self.tree.push(Node::Unary(Unary::Abs, inner)));
        }
        if matches!(self.peek().kind, TokenKind::End) || self.peek().is(")") {
            return Err(fault(open, "the bar | that closes this one is missing; between conditions type `or`"));
        }
        Err(self.out_of_place())
    }

    /// The root of the one value behind the sign.
    fn root(&mut self, f: Unary) -> Result<Id, ExprError> {
        self.advance();
        let bracket = self.peek().is("(");
        let inner = self.nested(Self::value)?;
        let next = self.peek();
        if !bracket && (next.is("^") || matches!(next.kind, TokenKind::Raised(_))) {
            return Err(fault(next, "brackets must say what the root is of: √(x²) or (√x)²"));
        }
        Ok(self.tree.push(Node::Unary(f, inner)))
    }

    fn meaning(&mut self, name: &str, token: &Token) -> Result<Meaning, ExprError> {
        if let Some(index) = self.vars.iter().position(|v| *v == name) {
            return Ok(Meaning::Value(Node::Variable(index as u32)));
        }
        match name {
            "pi" | "Pi" | "PI" => return Ok(Meaning::Value(Node::Pi)),
            "e" | "E" => return Ok(Meaning::Value(Node::Euler)),
            _ => {}
        }
        match names::function(name) {
            Some(function) if self.peek().is("(") => Ok(Meaning::Function(function)),
            Some(function) => self.raised_function(name, token).map(|()| Meaning::Function(function)),
            None => Err(fault(token, self.unknown(name))),
        }
    }

    // Inlined into the recursion around it, it keeps LLVM's constraint elimination busy for many minutes.
    #[cold]
    #[inline(never)]
    fn unknown(&self, name: &str) -> String {
        let short: String = name.chars().take(30).collect();
        let values = self.vars.iter().copied().chain(["pi", "e"]);
        let known = FUNCTIONS.iter().map(|(known, _)| *known);
        let joined = |items: &mut dyn Iterator<Item = &str>| items.collect::<Vec<_>>().join(", ");
        let letters: Vec<String> = name.chars().map(String::from).collect();
        if let Some(known) = values.clone().chain(known).find(|known| known.eq_ignore_ascii_case(name)) {
            format!("unknown name `{short}`; did you mean `{known}`?")
        } else if letters.len() <= 4 && letters.iter().all(|l| values.clone().any(|v| v == l)) {
            format!("unknown name `{short}`; for the product write `{}`", letters.join("*"))
        } else if self.peek().is("(") {
            format!("unknown function `{short}`; known: {}", joined(&mut names::first_names()))
        } else {
            format!("unknown name `{short}`; known: {}", joined(&mut values.clone()))
        }
    }

    /// Refuses a number where a condition is needed. `first` is where it begins.
    fn condition(&self, id: Id, first: &Token, place: &str) -> Result<(), ExprError> {
        if self.tree.is_truth(id) {
            return Ok(());
        }
        Err(fault(first, format!("the condition {place} must be a comparison, such as x < 0.5")))
    }

    /// Takes the bracket that closes `open`.
    fn close(&mut self, open: &Token) -> Result<(), ExprError> {
        if self.take(")") {
            return Ok(());
        }
        if matches!(self.peek().kind, TokenKind::End) {
            let message = format!("missing closing bracket for the one at character {}", open.at + 1);
            return Err(fault(open, message));
        }
        Err(self.out_of_place())
    }

    /// The error at a token that cannot follow a complete value.
    fn out_of_place(&self) -> ExprError {
        let token = self.peek();
        let message = match token.kind {
            TokenKind::Sign(",") => "a comma can only stand between the arguments of a function",
            TokenKind::Sign("!") => "`!` denies the condition behind it; factorials are not understood",
            TokenKind::Sign(":") => "`:` needs `?` and a condition before it",
            TokenKind::Raised(_) => "a raised number must stand directly behind a value",
            TokenKind::End => "the formula ends too early",
            _ => "this is not expected here",
        };
        fault(token, message)
    }

    /// The error at a token where a value should begin.
    fn value_missing(&self) -> ExprError {
        let token = self.peek();
        match token.kind {
            TokenKind::Sign(sign) => fault(token, format!("a value is missing before `{sign}`")),
            TokenKind::Raised(_) => fault(token, "a value is missing before the raised number"),
            _ => fault(token, "the formula ends where a value is missing"),
        }
    }
}

fn comparison(token: &Token) -> Option<Binary> {
    Some(match token.kind {
        TokenKind::Sign("<") => Binary::Less,
        TokenKind::Sign("<=") => Binary::LessEq,
        TokenKind::Sign(">") => Binary::Greater,
        TokenKind::Sign(">=") => Binary::GreaterEq,
        TokenKind::Sign("==") => Binary::Equal,
        TokenKind::Sign("!=") => Binary::NotEqual,
        _ => return None,
    })
}

fn fault(token: &Token, message: impl Into<String>) -> ExprError {
    ExprError::new(token.at, token.len, message)
}
