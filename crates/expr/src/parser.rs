//! From tokens to a tree, by recursive descent with a limit on the depth.

use super::lexer::{self, Kind, Token};
use super::tree::{Binary, Comparison, Id, Node, Tree, Unary};
use super::{ExprError, MAX_DEPTH};

#[derive(Clone, Copy)]
enum Function {
    Unary(Unary),
    /// Exactly two arguments.
    Binary(Binary),
    /// Two arguments or more, taken from the left.
    Fold(Binary),
    If,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("sin", Function::Unary(Unary::Sin)),
    ("cos", Function::Unary(Unary::Cos)),
    ("tan", Function::Unary(Unary::Tan)),
    ("asin", Function::Unary(Unary::Asin)),
    ("acos", Function::Unary(Unary::Acos)),
    ("atan", Function::Unary(Unary::Atan)),
    ("sinh", Function::Unary(Unary::Sinh)),
    ("cosh", Function::Unary(Unary::Cosh)),
    ("tanh", Function::Unary(Unary::Tanh)),
    ("exp", Function::Unary(Unary::Exp)),
    ("ln", Function::Unary(Unary::Ln)),
    ("log", Function::Unary(Unary::Ln)),
    ("log10", Function::Unary(Unary::Log10)),
    ("sqrt", Function::Unary(Unary::Sqrt)),
    ("abs", Function::Unary(Unary::Abs)),
    ("sign", Function::Unary(Unary::Sign)),
    ("step", Function::Unary(Unary::Step)),
    ("min", Function::Fold(Binary::Min)),
    ("max", Function::Fold(Binary::Max)),
    ("atan2", Function::Binary(Binary::Atan2)),
    ("pow", Function::Binary(Binary::Pow)),
    ("if", Function::If),
];

/// What a name stands for.
enum Meaning {
    Value(Node),
    Function(Function),
}

pub(super) fn parse(text: &str, vars: &[&str]) -> Result<Tree, ExprError> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, vars, tree: Tree::default() };
    if tokens.len() == 1 {
        return Err(ExprError::new(0, 0, "the formula is empty"));
    }
    let root = parser.sum()?;
    let rest = parser.peek();
    match rest.kind {
        Kind::End => Ok(parser.tree.pruned(root)),
        _ if rest.is(")") => Err(fault(rest, "this closing bracket has no opening one")),
        _ => Err(parser.out_of_place()),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    vars: &'a [&'a str],
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
                () => match self.peek().kind {
                    Kind::Number(_) if matches!(self.tokens[self.next - 1].kind, Kind::Number(_)) => {
                        return Err(fault(self.peek(), "two numbers in a row: an operator is missing between them"));
                    }
                    Kind::Number(_) | Kind::Name(_) | Kind::Sign("(") => Binary::Mul,
                    _ => return Ok(left),
                },
            };
            let right = self.signed()?;
            left = self.tree.push(Node::Binary(operator, left, right));
        }
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
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = self.nested(Self::signed)?;
        Ok(self.tree.push(Node::Binary(Binary::Pow, base, exponent)))
    }

    fn value(&mut self) -> Result<Id, ExprError> {
        let token = self.peek();
        match &token.kind {
            Kind::Number(x) => {
                self.advance();
                Ok(self.tree.push(Node::Number(*x)))
            }
            Kind::Name(name) => {
                self.advance();
                match self.meaning(name, token)? {
                    Meaning::Value(node) => Ok(self.tree.push(node)),
                    Meaning::Function(function) => self.call(name, token, function),
                }
            }
            Kind::Sign("(") => {
                self.advance();
                let inner = self.nested(Self::sum)?;
                self.close(token)?;
                Ok(inner)
            }
            _ => Err(self.value_missing()),
        }
    }

    fn meaning(&self, name: &str, token: &Token) -> Result<Meaning, ExprError> {
        if let Some(index) = self.vars.iter().position(|v| *v == name) {
            return Ok(Meaning::Value(Node::Variable(index as u32)));
        }
        match name {
            "pi" => return Ok(Meaning::Value(Node::Pi)),
            "e" => return Ok(Meaning::Value(Node::Euler)),
            _ => {}
        }
        let function = FUNCTIONS.iter().find(|(known, _)| *known == name);
        match function {
            Some(&(_, function)) if self.peek().is("(") => Ok(Meaning::Function(function)),
            Some(_) => {
                let message = format!("the function `{name}` needs its argument in brackets: {name}(...)");
                Err(fault(token, message))
            }
            None => Err(fault(token, self.unknown(name))),
        }
    }

    // Inlined into the recursion around it, it keeps LLVM's constraint elimination busy for many minutes.
    #[cold]
    #[inline(never)]
    fn unknown(&self, name: &str) -> String {
        let short: String = name.chars().take(30).collect();
        let values = self.vars.iter().copied().chain(["pi", "e"]);
        let functions = FUNCTIONS.iter().map(|(known, _)| *known);
        let joined = |items: &mut dyn Iterator<Item = &str>| items.collect::<Vec<_>>().join(", ");
        let letters: Vec<String> = name.chars().map(String::from).collect();
        if let Some(known) = values.clone().chain(functions.clone()).find(|known| known.eq_ignore_ascii_case(name)) {
            format!("unknown name `{short}`; did you mean `{known}`?")
        } else if letters.len() <= 4 && letters.iter().all(|l| values.clone().any(|v| v == l)) {
            format!("unknown name `{short}`; for the product write `{}`", letters.join("*"))
        } else if self.peek().is("(") {
            format!("unknown function `{short}`; known: {}", joined(&mut functions.clone()))
        } else {
            format!("unknown name `{short}`; known: {}", joined(&mut values.clone()))
        }
    }

    fn call(&mut self, name: &str, token: &Token, function: Function) -> Result<Id, ExprError> {
        let open = self.advance();
        let mut condition = None;
        let mut arguments = Vec::new();
        if !self.peek().is(")") {
            if matches!(function, Function::If) {
                let (comparison, left, right) = self.nested(Self::comparison)?;
                arguments.extend([left, right]);
                condition = Some(comparison);
            } else {
                arguments.push(self.nested(Self::sum)?);
            }
            while self.take(",") {
                arguments.push(self.nested(Self::sum)?);
            }
        }
        self.close(open)?;
        let got = arguments.len() - usize::from(condition.is_some());
        let needs = |needed: &str| Err(fault(token, format!("`{name}` needs {needed}, got {got}")));
        match (function, condition, arguments.as_slice()) {
            (Function::Unary(f), _, &[a]) => Ok(self.tree.push(Node::Unary(f, a))),
            (Function::Unary(_), ..) => needs("1 argument"),
            (Function::Binary(f), _, &[a, b]) => Ok(self.tree.push(Node::Binary(f, a, b))),
            (Function::Binary(_), ..) => needs("2 arguments"),
            (Function::Fold(f), _, &[first, ref rest @ ..]) if !rest.is_empty() => {
                Ok(rest.iter().fold(first, |left, &right| self.tree.push(Node::Binary(f, left, right))))
            }
            (Function::Fold(_), ..) => needs("2 arguments or more"),
            (Function::If, Some(comparison), &[l, r, a, b]) => Ok(self.tree.push(Node::If(comparison, [l, r, a, b]))),
            (Function::If, ..) => needs("3 arguments (condition, value where it holds, value elsewhere)"),
        }
    }

    fn comparison(&mut self) -> Result<(Comparison, Id, Id), ExprError> {
        let left = self.sum()?;
        let token = self.peek();
        let comparison = match token.kind {
            Kind::Sign("<") => Comparison::Less,
            Kind::Sign("<=") => Comparison::LessEq,
            Kind::Sign(">") => Comparison::Greater,
            Kind::Sign(">=") => Comparison::GreaterEq,
            Kind::Sign("," | ")") => {
                return Err(fault(token, "the first argument of `if` must be a comparison, such as x < 0.5"));
            }
            _ => return Err(self.out_of_place()),
        };
        self.advance();
        let right = self.sum()?;
        if is_comparison(self.peek()) {
            return Err(fault(self.peek(), "compare two values at a time: write one `if` inside the other"));
        }
        Ok((comparison, left, right))
    }

    /// Takes the bracket that closes `open`.
    fn close(&mut self, open: &Token) -> Result<(), ExprError> {
        if self.take(")") {
            return Ok(());
        }
        if matches!(self.peek().kind, Kind::End) {
            let message = format!("missing closing bracket for the one at character {}", open.at + 1);
            return Err(fault(open, message));
        }
        Err(self.out_of_place())
    }

    /// The error at a token that cannot follow a complete value.
    fn out_of_place(&self) -> ExprError {
        let token = self.peek();
        let message = if is_comparison(token) {
            "a comparison can only be the first argument of `if`"
        } else if token.is(",") {
            "a comma can only stand between the arguments of a function"
        } else if matches!(token.kind, Kind::End) {
            "the formula ends too early"
        } else {
            "this is not expected here"
        };
        fault(token, message)
    }

    /// The error at a token where a value should begin.
    fn value_missing(&self) -> ExprError {
        let token = self.peek();
        match token.kind {
            Kind::Sign(sign) => fault(token, format!("a value is missing before `{sign}`")),
            _ => fault(token, "the formula ends where a value is missing"),
        }
    }
}

fn is_comparison(token: &Token) -> bool {
    matches!(token.kind, Kind::Sign("<" | "<=" | ">" | ">="))
}

fn fault(token: &Token, message: impl Into<String>) -> ExprError {
    ExprError::new(token.at, token.len, message)
}
