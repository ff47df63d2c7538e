//! From statements to a system.

use super::super::lexer::{self, Token, TokenKind};
use super::super::parameters::{Parameters, Piece, equals_sign, is_name};
use super::super::parser;
use super::super::tree::{Node, Tree};
use super::finish::finish;
use super::operators::{Context, Parts};
use super::{ExprError, FieldKind, MAX_FIELDS, Symbol, TypedSystem, conditions};

enum Statement<'a> {
    /// `tau*u_t = right`, or `u_tt`.
    Rate {
        field: String,
        order: usize,
        tau: Option<Piece<'a>>,
        left: Piece<'a>,
        right: Piece<'a>,
    },
    /// `u(0) = right`, or `u_t(0)`.
    Start {
        field: String,
        left: Piece<'a>,
        right: Piece<'a>,
    },
    /// `name = right`: a parameter or an algebraic field.
    Plain {
        name: Piece<'a>,
        right: Piece<'a>,
    },
    Side {
        sides: Vec<usize>,
        behind: Piece<'a>,
        whole: Piece<'a>,
    },
}

/// Names that are given already.
const RESERVED: &[&str] = &["x", "y", "z", "t", "dn", "noise", "normal", "pi"];

pub(super) fn read(text: &str, dimension: usize, also: &[&str]) -> Result<TypedSystem, ExprError> {
    // Of the same length, so that places stay what they are.
    let text = &text.replace('∂', "d");
    let statements = statements(text)?;
    let sorted = Sorted::new(&statements)?;
    let mut context = sorted.context(dimension, &statements, also)?;
    let parameters = Parameters::from_parts(&sorted.parameters)?;
    let rights = sorted.rights(&mut context)?;
    let starts = starts(&sorted, &mut context, &statements)?;
    let on_sides = on_sides(&sorted, &context, &statements)?;
    finish(sorted, context, parameters, rights, starts, on_sides)
}

/// Statements, without remarks.
fn statements(text: &str) -> Result<Vec<Statement<'_>>, ExprError> {
    let mut found = Vec::new();
    for line in (Piece { text, at: 0 }).split(&['\n']) {
        let end = [line.text.find('#'), line.text.find("//")].into_iter().flatten().min();
        let line = Piece { text: &line.text[..end.unwrap_or(line.text.len())], at: line.at };
        for statement in line.split(&[';']).map(Piece::trimmed).filter(|s| !s.text.is_empty()) {
            found.push(classify(statement)?);
        }
    }
    Ok(found)
}

fn classify(statement: Piece<'_>) -> Result<Statement<'_>, ExprError> {
    if let Some((sides, behind)) = conditions::sides(statement) {
        return Ok(Statement::Side { sides, behind, whole: statement });
    }
    if conditions::looks_like_side(statement) {
        return Err(
            statement.fault("before the colon stands a side: left, right, bottom, top, back, front, edge, or all")
        );
    }
    let Some(i) = equals_sign(statement.text) else {
        return Err(statement.fault("this is no statement: it needs `=`, as in u_t = lap(u), a = 1 or left: u = 0"));
    };
    let left = Piece { text: &statement.text[..i], at: statement.at };
    let right = Piece { text: &statement.text[i + 1..], at: left.at + left.len() + 1 };
    let left = left.trimmed();
    if right.trimmed().text.is_empty() {
        return Err(statement.fault("nothing stands behind `=`"));
    }
    if is_name(left.text) && rate_of(left.text).is_none() {
        return Ok(Statement::Plain { name: left, right });
    }
    let tokens = lexer::tokens(left.text).map_err(|e| ExprError { at: e.at + left.at, ..e })?;
    left_side(left, right, &tokens[..tokens.len() - 1])
}

/// The field and the order of a rate of change `u_t` or `u_tt`.
fn rate_of(name: &str) -> Option<(&str, usize)> {
    let (field, order) = match name.strip_suffix("_tt") {
        Some(field) => (field, 2),
        None => (name.strip_suffix("_t")?, 1),
    };
    (!field.is_empty()).then_some((field, order))
}

fn left_side<'a>(left: Piece<'a>, right: Piece<'a>, tokens: &[Token]) -> Result<Statement<'a>, ExprError> {
    let name = |token: &Token| match &token.kind {
        TokenKind::Name(name) => Some(name.clone()),
        _ => None,
    };
    let zero = |token: &Token| token.kind == TokenKind::Number(0.0);
    // u(0), u(x, 0), u(x, y, 0)
    if let [first, open, inner @ .., last, close] = tokens
        && open.is("(")
        && close.is(")")
        && zero(last)
        && inner.iter().all(|t| t.is(",") || matches!(name(t).as_deref(), Some("x" | "y" | "z")))
        && let Some(field) = name(first)
    {
        return Ok(Statement::Start { field, left, right });
    }
    let form = "before `=` stands u_t, tau*u_t, u_tt, u(0), or the name of a parameter or of an algebraic field";
    // du/dt, with a factor before it or without
    let (field, order, factors) = match tokens {
        [factors @ .., top, sign, below] if sign.is("/") && below.is_name("dt") => {
            let top = name(top).and_then(|n| n.strip_prefix('d').map(str::to_owned));
            (top.unwrap_or_default(), 1, factors)
        }
        [factors @ .., last] => match name(last).as_deref().and_then(rate_of) {
            Some((field, order)) => (field.to_owned(), order, factors),
            None => return Err(left.fault(form)),
        },
        [] => return Err(left.fault("a name is missing before `=`")),
    };
    if field.is_empty() {
        return Err(left.fault(form));
    }
    let factors = match factors {
        [most @ .., star] if star.is("*") => most,
        _ => factors,
    };
    let end = factors.last().map_or(0, |t| t.at + t.len);
    let bytes = left.text.chars().take(end).map(char::len_utf8).sum();
    let tau = (end > 0).then_some(Piece { text: &left.text[..bytes], at: left.at });
    Ok(Statement::Rate { field, order, tau, left, right })
}

/// A field that was typed.
pub(super) struct Typed<'a> {
    pub(super) name: String,
    pub(super) kind: FieldKind,
    tau: Option<Piece<'a>>,
    right: Option<Piece<'a>>,
    pub(super) at: Piece<'a>,
}

/// What the statements define.
pub(super) struct Sorted<'a> {
    /// Fields in their final order, without auxiliary ones.
    pub(super) fields: Vec<Typed<'a>>,
    parameters: Vec<(Piece<'a>, Piece<'a>)>,
}

/// The names in a formula; none where it cannot be read, which is told later.
fn names_in(piece: Piece<'_>) -> Vec<(String, usize)> {
    let tokens = lexer::tokens(piece.text).unwrap_or_default();
    let names = tokens.into_iter().filter_map(|t| match t.kind {
        TokenKind::Name(name) => Some((name, t.at + piece.at)),
        _ => None,
    });
    names.collect()
}

impl<'a> Sorted<'a> {
    fn new(statements: &[Statement<'a>]) -> Result<Self, ExprError> {
        let mut fields: Vec<Typed<'a>> = Vec::new();
        let mut velocities: Vec<Typed<'a>> = Vec::new();
        let mut parameters: Vec<(Piece<'a>, Piece<'a>)> = Vec::new();
        let varying = varying_names(statements);
        for statement in statements {
            let (name, at) = match statement {
                Statement::Rate { field, left, .. } => (field.as_str(), *left),
                Statement::Plain { name, .. } => (name.text, *name),
                _ => continue,
            };
            let known = fields.iter().any(|f| f.name == name) || parameters.iter().any(|(p, _)| p.text == name);
            if known {
                return Err(at.fault(format!("`{name}` has been given before")));
            }
            if RESERVED.contains(&name) || parser::is_operator(name) {
                return Err(at.fault(format!("`{name}` has its own meaning here: choose another name")));
            }
            match statement {
                Statement::Rate { field, order: 1, tau, right, .. } => {
                    let kind = FieldKind::Evolving;
                    fields.push(Typed { name: field.clone(), kind, tau: *tau, right: Some(*right), at });
                }
                Statement::Rate { field, tau, right, .. } => {
                    let (kind, velocity) = (FieldKind::Evolving, FieldKind::Velocity(fields.len()));
                    fields.push(Typed { name: field.clone(), kind, tau: None, right: None, at });
                    let name = format!("{field}_t");
                    velocities.push(Typed { name, kind: velocity, tau: *tau, right: Some(*right), at });
                }
                Statement::Plain { name, right } if varying.iter().any(|v| v == name.text) => {
                    let kind = FieldKind::Algebraic;
                    fields.push(Typed { name: name.text.to_owned(), kind, tau: None, right: Some(*right), at });
                }
                Statement::Plain { name, right } => parameters.push((*name, *right)),
                _ => {}
            }
            if fields.len() > MAX_FIELDS {
                return Err(at.fault(format!("there are more than {MAX_FIELDS} fields")));
            }
        }
        if !fields.iter().any(|f| f.kind == FieldKind::Evolving) {
            return Err(ExprError::new(0, 0, "there is no equation such as u_t = lap(u)"));
        }
        fields.extend(velocities);
        Ok(Sorted { fields, parameters })
    }

    /// The variables of all formulas, as far as they are known before right-hand sides are read.
    fn context(&self, dimension: usize, statements: &[Statement<'_>], also: &[&str]) -> Result<Context, ExprError> {
        let coordinates = &["x", "y", "z"][..dimension];
        let mut names: Vec<String> = coordinates.iter().map(|&c| c.to_owned()).collect();
        let mut symbols: Vec<Symbol> = (0..dimension).map(Symbol::Coordinate).collect();
        names.push("t".into());
        symbols.push(Symbol::Time);
        for (k, field) in self.fields.iter().enumerate() {
            names.push(field.name.clone());
            symbols.push(Symbol::Field(k));
        }
        for (k, (name, _)) in self.parameters.iter().enumerate() {
            if let Some((field, _)) = self.derivative(name.text) {
                let field = &self.fields[field].name;
                return Err(name.fault(format!("`{}` means a derivative of `{field}`: choose another name", name.text)));
            }
            names.push(name.text.to_owned());
            symbols.push(Symbol::Parameter(k));
        }
        let rights = statements.iter().filter_map(|s| match s {
            Statement::Rate { right, .. } | Statement::Plain { right, .. } => Some(*right),
            _ => None,
        });
        for (name, at) in rights.flat_map(names_in) {
            let Some((field, orders)) = self.derivative(&name) else { continue };
            if names.contains(&name) {
                continue;
            }
            let len = name.chars().count();
            if let Some(axis) = (dimension..3).find(|&axis| orders[axis] > 0) {
                let missing = ["x", "y", "z"][axis];
                let message = format!("there is no {missing} in {dimension} dimensions");
                return Err(ExprError::new(at, len, message));
            }
            names.push(name);
            symbols.push(Symbol::Derivative { field, orders });
        }
        for (name, _) in also.iter().flat_map(|text| names_in(Piece { text, at: 0 })) {
            if let Some((field, orders)) = self.derivative(&name)
                && orders[dimension..].iter().all(|&o| o == 0)
                && !names.contains(&name)
            {
                names.push(name);
                symbols.push(Symbol::Derivative { field, orders });
            }
        }
        Ok(Context { dimension, names, symbols, fields: self.fields.len(), auxiliaries: Vec::new() })
    }

    /// The field and the orders of a name such as `u_xxy`.
    fn derivative(&self, name: &str) -> Option<(usize, [u8; 3])> {
        self.fields.iter().enumerate().find_map(|(k, field)| {
            let axes = name.strip_prefix(field.name.as_str())?.strip_prefix('_')?;
            let mut orders = [0; 3];
            for c in axes.chars() {
                orders[['x', 'y', 'z'].iter().position(|&a| a == c)?] += 1;
            }
            (1..=4).contains(&axes.len()).then_some((k, orders))
        })
    }

    /// All equations, taken apart; the velocity is the rate of its field.
    fn rights(&self, context: &mut Context) -> Result<Vec<(Tree, Parts)>, ExprError> {
        let mut found = Vec::new();
        for (k, field) in self.fields.iter().enumerate() {
            let names = context.names[..].to_vec();
            let vars: Vec<&str> = names.iter().map(String::as_str).collect();
            let tau = match field.tau {
                Some(piece) => self.formula(piece, &vars)?,
                None => constant(1.0),
            };
            let parts = match field.right {
                Some(right) => {
                    let read = parser::parse_equation(right.text, &vars);
                    let (tree, operators) = read.map_err(|e| self.explained(e, right))?;
                    context.split(&tree, operators, right.at)?
                }
                None => {
                    let is_rate = |f: &Typed<'_>| f.kind == FieldKind::Velocity(k);
                    let velocity = self.fields.iter().position(is_rate).unwrap_or(k);
                    let v = context.symbols.iter().position(|s| *s == Symbol::Field(velocity)).unwrap_or(0);
                    let mut reaction = Tree::default();
                    reaction.push(Node::Variable(v as u32));
                    Parts { terms: Vec::new(), reaction }
                }
            };
            found.push((tau, parts));
        }
        Ok(found)
    }

    fn formula(&self, piece: Piece<'_>, vars: &[&str]) -> Result<Tree, ExprError> {
        parser::parse(piece.text, vars).map_err(|e| self.explained(e, piece))
    }

    /// An error of a formula in its place, with what helps against an unknown name.
    fn explained(&self, error: ExprError, piece: Piece<'_>) -> ExprError {
        let word: String = piece.text.chars().skip(error.at).take(error.len).collect();
        let unknown = error.message.starts_with("unknown name") && is_name(&word);
        let message = match rate_of(&word) {
            _ if !unknown || error.message.contains("did you mean") || error.message.contains("product") => {
                error.message
            }
            Some((field, _)) if self.fields.iter().any(|f| f.name == field) => {
                format!("`{word}` can stand on the right only where there is an equation {field}_tt = ...")
            }
            _ if word == "y" || word == "z" => format!("there is no coordinate {word} in this number of dimensions"),
            _ if word == "noise" || word == "normal" => {
                format!("`{word}` can stand in a start only, such as u(0) = ...")
            }
            _ => {
                format!("`{word}` is not defined: give it a line `{word} = ...`, or `{word}_t = ...` if it is a field")
            }
        };
        ExprError { at: error.at + piece.at, len: error.len, message }
    }
}

/// The names that vary in place or time: fields, and what is made of them, of coordinates or of operators.
fn varying_names(statements: &[Statement<'_>]) -> Vec<String> {
    let mut varying: Vec<String> = ["x", "y", "z", "t"].map(str::to_owned).to_vec();
    for statement in statements {
        if let Statement::Rate { field, .. } = statement {
            varying.push(field.clone());
        }
    }
    loop {
        let is_varying = |name: &str| {
            let stem = name.rsplit_once('_').map(|(stem, _)| stem);
            varying.iter().any(|v| v == name || stem == Some(v)) || parser::is_operator(name)
        };
        let next = statements.iter().find_map(|s| match s {
            Statement::Plain { name, right } if !varying.iter().any(|v| v == name.text) => {
                let found = names_in(*right).iter().any(|(n, _)| n != name.text && is_varying(n));
                // What needs itself alone is no parameter either, but its circle is found among them.
                found.then(|| name.text.to_owned())
            }
            _ => None,
        });
        match next {
            Some(name) => varying.push(name),
            None => return varying,
        }
    }
}

pub(super) fn constant(x: f64) -> Tree {
    let mut tree = Tree::default();
    tree.push(Node::Number(x));
    tree
}

/// Writes spaces for the brackets of `noise(x, y)`, and the number of its stream behind the name.
fn mask_noise(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let Ok(tokens) = lexer::tokens(text) else { return text.to_owned() };
    for (i, token) in tokens.iter().enumerate() {
        let is_noise = token.is_name("noise") || token.is_name("normal");
        let Some(open) = tokens.get(i + 1).filter(|t| is_noise && t.is("(")) else { continue };
        let inner = || tokens[i + 2..].iter().take_while(|t| !t.is(")"));
        let Some(close) = tokens.get(i + 2 + inner().count()) else { continue };
        let mut stream = None;
        let fits = inner().all(|t| match &t.kind {
            TokenKind::Name(name) => matches!(name.as_str(), "x" | "y" | "z"),
            TokenKind::Number(n) if *n == n.trunc() && (0.0..10.0).contains(n) => {
                stream = char::from_digit(*n as u32, 10);
                true
            }
            TokenKind::Sign(",") => true,
            _ => false,
        });
        if fits && close.is(")") {
            chars[open.at..=close.at].fill(' ');
            chars[open.at] = stream.filter(|&d| d != '0').unwrap_or(' ');
        }
    }
    chars.into_iter().collect()
}

fn starts(
    sorted: &Sorted<'_>,
    context: &mut Context,
    statements: &[Statement<'_>],
) -> Result<Vec<Option<Tree>>, ExprError> {
    let mut found: Vec<Option<Tree>> = sorted.fields.iter().map(|_| None).collect();
    for statement in statements {
        let Statement::Start { field, left, right } = statement else { continue };
        let place = sorted.fields.iter().position(|f| f.name == *field);
        let Some(place) = place.filter(|&k| sorted.fields[k].kind != FieldKind::Algebraic) else {
            return Err(left.fault(format!("`{field}` has no equation with a rate of change, so it has no start")));
        };
        if found[place].is_some() {
            return Err(left.fault(format!("the start of `{field}` has been given before")));
        }
        let masked = mask_noise(right.text);
        let right = Piece { text: &masked, at: right.at };
        for (name, _) in names_in(right) {
            let normal = name.starts_with("normal");
            let digits = name.strip_prefix("noise").or_else(|| name.strip_prefix("normal"));
            let stream = digits.map(|d| if d.is_empty() { Ok(0) } else { d.parse() });
            if let (Some(Ok(stream)), false) = (stream, context.names.contains(&name)) {
                context.names.push(name);
                context.symbols.push(Symbol::Noise { normal, stream });
            }
        }
        let vars: Vec<&str> = context.names.iter().map(String::as_str).collect();
        let tree = sorted.formula(right, &vars)?;
        let stranger = tree.nodes().iter().find_map(|n| match n {
            Node::Variable(v) => match context.symbols[*v as usize] {
                Symbol::Coordinate(_) | Symbol::Parameter(_) | Symbol::Noise { .. } => None,
                _ => Some(*v as usize),
            },
            _ => None,
        });
        if let Some(v) = stranger {
            let name = &context.names[v];
            return Err(right
                .trimmed()
                .fault(format!("a start depends on place and parameters alone, not on `{name}`")));
        }
        found[place] = Some(tree);
    }
    Ok(found)
}

fn on_sides(
    sorted: &Sorted<'_>,
    context: &Context,
    statements: &[Statement<'_>],
) -> Result<Vec<conditions::OnSides>, ExprError> {
    let typed = sorted.fields.iter().filter(|f| !matches!(f.kind, FieldKind::Velocity(_)));
    let fields: Vec<String> = typed.map(|f| f.name.clone()).collect();
    let mut reader = conditions::Reader {
        dimension: context.dimension,
        names: &context.names,
        symbols: &context.symbols,
        fields: &fields,
        found: fields.iter().map(|_| Default::default()).collect(),
    };
    for statement in statements {
        if let Statement::Side { sides, behind, whole } = statement {
            reader.read(sides, *behind, *whole)?;
        }
    }
    Ok(reader.found)
}
