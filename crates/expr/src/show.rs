//! Expressions as text: the formula language itself, and LaTeX. Both walk the tree with a list of pending pieces
//! instead of recursion.

use core::fmt::Write;

use super::tree::{Binary, Id, Node, Tree, Unary};

/// How tightly a piece of text holds together: it needs brackets where something tighter is asked for.
pub(super) const EITHER: u8 = 1;
pub(super) const BOTH: u8 = 2;
pub(super) const DENIED: u8 = 3;
pub(super) const RELATION: u8 = 4;
pub(super) const SUM: u8 = 5;
pub(super) const PRODUCT: u8 = 6;
const SIGNED: u8 = 7;
const POWER: u8 = 8;
pub(super) const ATOM: u8 = 9;

/// What is still to be written.
pub(super) enum Piece {
    Text(&'static str),
    /// A node, with brackets where it holds together less tightly than this.
    Node(Id, u8),
}

pub(super) fn plain(tree: &Tree, vars: &[String]) -> String {
    plain_from(tree, tree.root(), vars)
}

/// The formula from one node down.
pub(super) fn plain_from(tree: &Tree, root: Id, vars: &[String]) -> String {
    let strength = tree.bottom_up(|node, below: &[u8]| match *node {
        Node::Number(x) if x.is_sign_negative() => SIGNED,
        // -a*b is (-a)*b, the same number as -(a*b).
        Node::Unary(Unary::Negate, a) if below[a as usize] == PRODUCT => PRODUCT,
        Node::Unary(Unary::Negate, _) => SIGNED,
        Node::Binary(Binary::Mul | Binary::Div, ..) => PRODUCT,
        Node::Binary(Binary::Pow, ..) => POWER,
        _ => loose(node),
    });
    write_pieces(tree, root, &strength, [["(", ")"]; 2], |node, out| {
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
            Node::Unary(Unary::Not, a) => vec![Text("not "), N(a, DENIED)],
            Node::Unary(f, a) => vec![Text(name(f)), Text("("), N(a, 0), Text(")")],
            Node::Binary(Binary::Add, a, b) => vec![N(a, SUM), Text(" + "), N(b, PRODUCT)],
            Node::Binary(Binary::Sub, a, b) => vec![N(a, SUM), Text(" - "), N(b, PRODUCT)],
            Node::Binary(Binary::Mul, a, b) => vec![N(a, PRODUCT), Text("*"), N(b, SIGNED)],
            Node::Binary(Binary::Div, a, b) => vec![N(a, PRODUCT), Text("/"), N(b, SIGNED)],
            Node::Binary(Binary::Pow, a, b) => vec![N(a, ATOM), Text("^"), N(b, SIGNED)],
            Node::Binary(Binary::And, a, b) => vec![N(a, BOTH), Text(" and "), N(b, DENIED)],
            Node::Binary(Binary::Or, a, b) => vec![N(a, EITHER), Text(" or "), N(b, BOTH)],
            Node::Binary(f, a, b) => match comparison(f) {
                Some([sign, _]) => vec![N(a, SUM), Text(sign), N(b, SUM)],
                None => vec![Text(name_of_two(f)), Text("("), N(a, 0), Text(", "), N(b, 0), Text(")")],
            },
            Node::If([c, a, b]) => {
                vec![Text("if("), N(c, 0), Text(", "), N(a, 0), Text(", "), N(b, 0), Text(")")]
            }
        }
    })
}

/// How tightly each node holds together where fractions and exponents are set, as in LaTeX and MathML.
pub(super) fn latex_strength(tree: &Tree) -> Vec<u8> {
    tree.bottom_up(|node, below: &[u8]| match *node {
        Node::Number(x) if x.is_sign_negative() => SIGNED,
        Node::Number(x) if number(x).contains('e') => PRODUCT,
        Node::Unary(Unary::Negate, a) if below[a as usize] == PRODUCT => PRODUCT,
        Node::Unary(Unary::Negate, _) => SIGNED,
        Node::Binary(Binary::Mul, ..) => PRODUCT,
        // A fraction needs brackets only as a base.
        Node::Binary(Binary::Div | Binary::Pow, ..) | Node::Unary(Unary::Exp, _) => POWER,
        _ => loose(node),
    })
}

/// Whether a minus sign comes first where the node is written.
pub(super) fn begins_with_minus(tree: &Tree) -> Vec<bool> {
    tree.bottom_up(|node, below: &[bool]| match *node {
        Node::Number(x) => x.is_sign_negative(),
        Node::Unary(Unary::Negate, _) => true,
        Node::Binary(Binary::Add | Binary::Sub | Binary::Mul, a, _) => below[a as usize],
        _ => false,
    })
}

pub(super) fn latex(tree: &Tree, vars: &[String]) -> String {
    let strength = latex_strength(tree);
    // Where a digit or a fraction begins, a factor before it needs a dot.
    let begins_with_digit = tree.bottom_up(|node, below: &[bool]| match *node {
        Node::Number(_) | Node::Binary(Binary::Div, ..) => true,
        Node::Binary(Binary::Mul | Binary::Pow, a, _) => below[a as usize],
        _ => false,
    });
    let begins_with_minus = begins_with_minus(tree);
    let after_operator = |id: Id, least: u8| if begins_with_minus[id as usize] { ATOM + 1 } else { least };
    // A condition as a number stands in Iverson's brackets.
    write_pieces(tree, tree.root(), &strength, [["\\left(", "\\right)"], ["\\left[", "\\right]"]], |node, out| {
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
            Node::Unary(Unary::Cbrt, a) => vec![Text("\\sqrt[3]{"), N(a, 0), Text("}")],
            Node::Unary(Unary::Floor, a) => vec![Text("\\left\\lfloor "), N(a, 0), Text(" \\right\\rfloor")],
            Node::Unary(Unary::Ceil, a) => vec![Text("\\left\\lceil "), N(a, 0), Text(" \\right\\rceil")],
            Node::Unary(Unary::Not, a) => vec![Text("\\lnot "), N(a, DENIED)],
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
            Node::Binary(Binary::Mod, a, b) => call_of_two("\\operatorname{mod}", a, b),
            Node::Binary(Binary::And, a, b) => vec![N(a, BOTH), Text(" \\land "), N(b, DENIED)],
            Node::Binary(Binary::Or, a, b) => vec![N(a, EITHER), Text(" \\lor "), N(b, BOTH)],
            Node::Binary(f, a, b) => {
                let [_, sign] = comparison(f).unwrap_or_default();
                vec![N(a, SUM), Text(sign), N(b, SUM)]
            }
            Node::If([c, a, b]) => {
                let first = [Text("\\begin{cases} "), N(a, 0), Text(" & "), N(c, 0)];
                let second = [Text(" \\\\ "), N(b, 0), Text(" & \\text{otherwise} \\end{cases}")];
                first.into_iter().chain(second).collect()
            }
        }
    })
}

/// How tightly those hold together that are written alike everywhere.
fn loose(node: &Node) -> u8 {
    match *node {
        Node::Binary(Binary::Add | Binary::Sub, ..) => SUM,
        Node::Binary(Binary::And, ..) => BOTH,
        Node::Binary(Binary::Or, ..) => EITHER,
        Node::Binary(f, ..) if comparison(f).is_some() => RELATION,
        Node::Unary(Unary::Not, _) => DENIED,
        _ => ATOM,
    }
}

/// The sign of a comparison, plain and in LaTeX.
fn comparison(f: Binary) -> Option<[&'static str; 2]> {
    Some(match f {
        Binary::Less => [" < ", " < "],
        Binary::LessEq => [" <= ", " \\le "],
        Binary::Greater => [" > ", " > "],
        Binary::GreaterEq => [" >= ", " \\ge "],
        Binary::Equal => [" == ", " = "],
        Binary::NotEqual => [" != ", " \\ne "],
        _ => return None,
    })
}

/// Writes the formula from `root` down; `pieces` either writes a node itself or says what it consists of.
pub(super) fn write_pieces(
    tree: &Tree,
    root: Id,
    strength: &[u8],
    [round, iverson]: [[&'static str; 2]; 2],
    pieces: impl Fn(&Node, &mut String) -> Vec<Piece>,
) -> String {
    let mut out = String::new();
    let mut pending = vec![Piece::Node(root, 0)];
    while let Some(piece) = pending.pop() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Node(id, least) if strength[id as usize] < least => {
                let [open, close] = if tree.is_truth(id) && least > RELATION { iverson } else { round };
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
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) { x.to_string() } else { format!("{x:e}") }
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
        Unary::Not => "not",
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Sinh => "sinh",
        Unary::Cosh => "cosh",
        Unary::Tanh => "tanh",
        Unary::Asinh => "asinh",
        Unary::Acosh => "acosh",
        Unary::Atanh => "atanh",
        Unary::Exp => "exp",
        Unary::Ln => "ln",
        Unary::Log10 => "log10",
        Unary::Log2 => "log2",
        Unary::Sqrt => "sqrt",
        Unary::Cbrt => "cbrt",
        Unary::Abs => "abs",
        Unary::Sign => "sign",
        Unary::Step => "step",
        Unary::Heaviside => "H",
        Unary::Floor => "floor",
        Unary::Ceil => "ceil",
        Unary::Round => "round",
        Unary::Erf => "erf",
        Unary::Erfc => "erfc",
    }
}

/// Of those functions of two arguments that are written as a call.
fn name_of_two(f: Binary) -> &'static str {
    match f {
        Binary::Min => "min",
        Binary::Max => "max",
        Binary::Mod => "mod",
        Binary::Atan2 => "atan2",
        _ => "pow",
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
        Unary::Asinh => "\\operatorname{arsinh}",
        Unary::Acosh => "\\operatorname{arcosh}",
        Unary::Atanh => "\\operatorname{artanh}",
        Unary::Ln => "\\ln",
        Unary::Log10 => "\\log_{10}",
        Unary::Log2 => "\\log_{2}",
        Unary::Sign => "\\operatorname{sign}",
        Unary::Step => "\\operatorname{step}",
        Unary::Heaviside => "H",
        Unary::Round => "\\operatorname{round}",
        Unary::Erf => "\\operatorname{erf}",
        Unary::Erfc => "\\operatorname{erfc}",
        // Written with signs of their own.
        Unary::Negate
        | Unary::Not
        | Unary::Sqrt
        | Unary::Cbrt
        | Unary::Abs
        | Unary::Exp
        | Unary::Floor
        | Unary::Ceil => name(f),
    }
}
