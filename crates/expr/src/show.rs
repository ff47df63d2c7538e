//! Expressions as text: the formula language itself, and LaTeX. Both walk the tree with a list of pending pieces
//! instead of recursion.

use core::fmt::Write;

use iterscope_decimal::{Short, ShortExponential};

use super::tree::{Binary, Comparison, Id, Node, Tree, Unary};

/// How tightly a piece of text holds together: it needs brackets where something tighter is asked for.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const SIGNED: u8 = 3;
const POWER: u8 = 4;
const ATOM: u8 = 5;

/// What is still to be written.
enum Piece {
    Text(&'static str),
    /// A node, with brackets where it holds together less tightly than this.
    Node(Id, u8),
}

pub(super) fn plain(tree: &Tree, vars: &[String]) -> String {
    let strength = tree.bottom_up(|node, below: &[u8]| match *node {
        Node::Number(x) if x.is_sign_negative() => SIGNED,
        // -a*b is (-a)*b, the same number as -(a*b).
        Node::Unary(Unary::Negate, a) if below[a as usize] == PRODUCT => PRODUCT,
        Node::Unary(Unary::Negate, _) => SIGNED,
        Node::Binary(Binary::Add | Binary::Sub, ..) => SUM,
        Node::Binary(Binary::Mul | Binary::Div, ..) => PRODUCT,
        Node::Binary(Binary::Pow, ..) => POWER,
        _ => ATOM,
    });
    write_pieces(tree, &strength, ["(", ")"], |node, out| {
        use Piece::{Node as N, Text};
        match *node {
            Node::Number(x) => {
                out.push_str(&number(x));
                Vec::new()
            }
            Node::Pi => vec![Text("pi")],
            Node::Euler => vec![Text("e")],
            Node::Variable(v) => {
                out.push_str(&vars[v as usize]);
                Vec::new()
            }
            Node::Unary(Unary::Negate, a) => vec![Text("-"), N(a, PRODUCT)],
            Node::Unary(f, a) => vec![Text(name(f)), Text("("), N(a, 0), Text(")")],
            Node::Binary(Binary::Add, a, b) => vec![N(a, SUM), Text(" + "), N(b, PRODUCT)],
            Node::Binary(Binary::Sub, a, b) => vec![N(a, SUM), Text(" - "), N(b, PRODUCT)],
            Node::Binary(Binary::Mul, a, b) => vec![N(a, PRODUCT), Text("*"), N(b, SIGNED)],
            Node::Binary(Binary::Div, a, b) => vec![N(a, PRODUCT), Text("/"), N(b, SIGNED)],
            Node::Binary(Binary::Pow, a, b) => vec![N(a, ATOM), Text("^"), N(b, SIGNED)],
            Node::Binary(Binary::Min, a, b) => vec![Text("min("), N(a, 0), Text(", "), N(b, 0), Text(")")],
            Node::Binary(Binary::Max, a, b) => vec![Text("max("), N(a, 0), Text(", "), N(b, 0), Text(")")],
            Node::Binary(Binary::Atan2, a, b) => vec![Text("atan2("), N(a, 0), Text(", "), N(b, 0), Text(")")],
            Node::If(c, [l, r, a, b]) => {
                let sign = match c {
                    Comparison::Less => " < ",
                    Comparison::LessEq => " <= ",
                    Comparison::Greater => " > ",
                    Comparison::GreaterEq => " >= ",
                };
                let condition = [Text("if("), N(l, 0), Text(sign), N(r, 0)];
                let values = [Text(", "), N(a, 0), Text(", "), N(b, 0), Text(")")];
                condition.into_iter().chain(values).collect()
            }
        }
    })
}

pub(super) fn latex(tree: &Tree, vars: &[String]) -> String {
    let strength = tree.bottom_up(|node, below: &[u8]| match *node {
        Node::Number(x) if x.is_sign_negative() => SIGNED,
        Node::Number(x) if number(x).contains('e') => PRODUCT,
        Node::Unary(Unary::Negate, a) if below[a as usize] == PRODUCT => PRODUCT,
        Node::Unary(Unary::Negate, _) => SIGNED,
        Node::Binary(Binary::Add | Binary::Sub, ..) => SUM,
        Node::Binary(Binary::Mul, ..) => PRODUCT,
        // A fraction needs brackets only as a base.
        Node::Binary(Binary::Div | Binary::Pow, ..) | Node::Unary(Unary::Exp, _) => POWER,
        _ => ATOM,
    });
    // Where a digit or a fraction begins, a factor before it needs a dot.
    let begins_with_digit = tree.bottom_up(|node, below: &[bool]| match *node {
        Node::Number(_) | Node::Binary(Binary::Div, ..) => true,
        Node::Binary(Binary::Mul | Binary::Pow, a, _) => below[a as usize],
        _ => false,
    });
    let begins_with_minus = tree.bottom_up(|node, below: &[bool]| match *node {
        Node::Number(x) => x.is_sign_negative(),
        Node::Unary(Unary::Negate, _) => true,
        Node::Binary(Binary::Add | Binary::Sub | Binary::Mul, a, _) => below[a as usize],
        _ => false,
    });
    let after_operator = |id: Id, least: u8| if begins_with_minus[id as usize] { ATOM + 1 } else { least };
    write_pieces(tree, &strength, ["\\left(", "\\right)"], |node, out| {
        use Piece::{Node as N, Text};
        let call = |name, a| vec![Text(name), Text("\\left("), N(a, 0), Text("\\right)")];
        let call_of_two =
            |name, a, b| vec![Text(name), Text("\\left("), N(a, 0), Text(", "), N(b, 0), Text("\\right)")];
        match *node {
            Node::Number(x) => {
                out.push_str(&latex_number(x));
                Vec::new()
            }
            Node::Pi => vec![Text("\\pi")],
            Node::Euler => vec![Text("\\mathrm{e}")],
            Node::Variable(v) => {
                out.push_str(&latex_name(&vars[v as usize]));
                Vec::new()
            }
            Node::Unary(Unary::Negate, a) => vec![Text("-"), N(a, after_operator(a, PRODUCT))],
            Node::Unary(Unary::Sqrt, a) => vec![Text("\\sqrt{"), N(a, 0), Text("}")],
            Node::Unary(Unary::Abs, a) => vec![Text("\\left|"), N(a, 0), Text("\\right|")],
            Node::Unary(Unary::Exp, a) => vec![Text("\\mathrm{e}^{"), N(a, 0), Text("}")],
            Node::Unary(f, a) => call(latex_function(f), a),
            Node::Binary(Binary::Add, a, b) => vec![N(a, SUM), Text(" + "), N(b, after_operator(b, SUM))],
            Node::Binary(Binary::Sub, a, b) => vec![N(a, SUM), Text(" - "), N(b, after_operator(b, PRODUCT))],
            Node::Binary(Binary::Mul, a, b) => {
                let dot = if begins_with_digit[b as usize] { " \\cdot " } else { " \\, " };
                vec![N(a, PRODUCT), Text(dot), N(b, after_operator(b, PRODUCT))]
            }
            Node::Binary(Binary::Div, a, b) => vec![Text("\\frac{"), N(a, 0), Text("}{"), N(b, 0), Text("}")],
            Node::Binary(Binary::Pow, a, b) => vec![N(a, ATOM), Text("^{"), N(b, 0), Text("}")],
            Node::Binary(Binary::Min, a, b) => call_of_two("\\min", a, b),
            Node::Binary(Binary::Max, a, b) => call_of_two("\\max", a, b),
            Node::Binary(Binary::Atan2, a, b) => call_of_two("\\operatorname{atan2}", a, b),
            Node::If(c, [l, r, a, b]) => {
                let sign = match c {
                    Comparison::Less => " < ",
                    Comparison::LessEq => " \\le ",
                    Comparison::Greater => " > ",
                    Comparison::GreaterEq => " \\ge ",
                };
                let first = [Text("\\begin{cases} "), N(a, 0), Text(" & "), N(l, 0), Text(sign), N(r, 0)];
                let second = [Text(" \\\\ "), N(b, 0), Text(" & \\text{otherwise} \\end{cases}")];
                first.into_iter().chain(second).collect()
            }
        }
    })
}

/// Writes the root; `pieces` either writes a node itself or says what it consists of.
fn write_pieces(
    tree: &Tree,
    strength: &[u8],
    [open, close]: [&'static str; 2],
    pieces: impl Fn(&Node, &mut String) -> Vec<Piece>,
) -> String {
    let mut out = String::new();
    let mut pending = vec![Piece::Node(tree.root(), 0)];
    while let Some(piece) = pending.pop() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Node(id, least) if strength[id as usize] < least => {
                pending.extend([Piece::Text(close), Piece::Node(id, 0), Piece::Text(open)]);
            }
            Piece::Node(id, _) => {
                let parts = pieces(&tree.node(id), &mut out);
                pending.extend(parts.into_iter().rev());
            }
        }
    }
    out
}

/// The shortest decimal text that reads back as the same number.
fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) { Short(x).to_string() } else { ShortExponential(x).to_string() }
}

fn latex_number(x: f64) -> String {
    let text = number(x);
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
        None => text,
    }
}

/// A single letter as it is, digits at the end as an index, longer names upright.
fn latex_name(name: &str) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    let index = name.strip_prefix(stem).unwrap_or_default().trim_start_matches('_');
    let mut out =
        if stem.chars().count() == 1 { stem.to_string() } else { format!("\\mathrm{{{}}}", stem.replace('_', "\\_")) };
    if !index.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(out, "_{{{index}}}");
    }
    out
}

fn name(f: Unary) -> &'static str {
    match f {
        Unary::Negate => "-",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Sinh => "sinh",
        Unary::Cosh => "cosh",
        Unary::Tanh => "tanh",
        Unary::Exp => "exp",
        Unary::Ln => "ln",
        Unary::Log10 => "log10",
        Unary::Sqrt => "sqrt",
        Unary::Abs => "abs",
        Unary::Sign => "sign",
        Unary::Step => "step",
    }
}

fn latex_function(f: Unary) -> &'static str {
    match f {
        Unary::Sin => "\\sin",
        Unary::Cos => "\\cos",
        Unary::Tan => "\\tan",
        Unary::Asin => "\\arcsin",
        Unary::Acos => "\\arccos",
        Unary::Atan => "\\arctan",
        Unary::Sinh => "\\sinh",
        Unary::Cosh => "\\cosh",
        Unary::Tanh => "\\tanh",
        Unary::Ln => "\\ln",
        Unary::Log10 => "\\log_{10}",
        Unary::Sign => "\\operatorname{sign}",
        Unary::Step => "H",
        Unary::Negate | Unary::Sqrt | Unary::Abs | Unary::Exp => name(f),
    }
}
