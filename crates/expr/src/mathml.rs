//! Expressions as MathML, for pages that show what a person types as it is typed. Names hold letters, digits and `_` alone,
//! so nothing needs to be escaped.

use super::show::{
    ATOM, BOTH, DENIED, EITHER, PRODUCT, Piece, RELATION, SUM, begins_with_minus, latex_strength, number, write_pieces,
};
use super::tree::{Binary, Node, Tree, Unary};

/// The formula within one `mrow`.
pub(super) fn mathml(tree: &Tree, vars: &[String]) -> String {
    let (strength, minus) = (latex_strength(tree), begins_with_minus(tree));
    let after_operator = |id: u32, least: u8| if minus[id as usize] { ATOM + 1 } else { least };
    let round = ["<mrow><mo>(</mo>", "<mo>)</mo></mrow>"];
    let iverson = ["<mrow><mo>[</mo>", "<mo>]</mo></mrow>"];
    let inner = write_pieces(tree, tree.root(), &strength, [round, iverson], |node, out| {
        use Piece::{Node as N, Text};
        let call = |name, a| vec![Text(name), Text("<mo>(</mo>"), N(a, 0), Text("<mo>)</mo>")];
        let of_two =
            |name, a, b| vec![Text(name), Text("<mo>(</mo>"), N(a, 0), Text("<mo>,</mo>"), N(b, 0), Text("<mo>)</mo>")];
        let within = |open, a, close| vec![Text(open), N(a, 0), Text(close)];
        match *node {
            Node::Number(x) => {
                out.push_str(&mathml_number(x));
                Vec::new()
            }
            Node::Pi => vec![Text("<mi>π</mi>")],
            Node::Euler => vec![Text("<mi mathvariant=\"normal\">e</mi>")],
            Node::Variable(v) => {
                out.push_str(&mathml_name(&vars[v as usize]));
                Vec::new()
            }
            Node::Unary(Unary::Negate, a) => vec![Text("<mo>-</mo>"), N(a, after_operator(a, PRODUCT))],
            Node::Unary(Unary::Not, a) => vec![Text("<mo>¬</mo>"), N(a, DENIED)],
            Node::Unary(Unary::Sqrt, a) => within("<msqrt><mrow>", a, "</mrow></msqrt>"),
            Node::Unary(Unary::Cbrt, a) => within("<mroot><mrow>", a, "</mrow><mn>3</mn></mroot>"),
            Node::Unary(Unary::Abs, a) => within("<mrow><mo>|</mo>", a, "<mo>|</mo></mrow>"),
            Node::Unary(Unary::Floor, a) => within("<mrow><mo>⌊</mo>", a, "<mo>⌋</mo></mrow>"),
            Node::Unary(Unary::Ceil, a) => within("<mrow><mo>⌈</mo>", a, "<mo>⌉</mo></mrow>"),
            Node::Unary(Unary::Exp, a) => within("<msup><mi mathvariant=\"normal\">e</mi><mrow>", a, "</mrow></msup>"),
            Node::Unary(f, a) => call(function(f), a),
            Node::Binary(Binary::Add, a, b) => vec![N(a, SUM), Text("<mo>+</mo>"), N(b, after_operator(b, SUM))],
            Node::Binary(Binary::Sub, a, b) => vec![N(a, SUM), Text("<mo>-</mo>"), N(b, after_operator(b, PRODUCT))],
            Node::Binary(Binary::Mul, a, b) => {
                let digits = matches!(tree.node(b), Node::Number(_));
                let times = if digits { "<mo>⋅</mo>" } else { "<mo>&#x2062;</mo>" };
                vec![N(a, PRODUCT), Text(times), N(b, after_operator(b, PRODUCT))]
            }
            Node::Binary(Binary::Div, a, b) => {
                let (open, close) = ("<mfrac><mrow>", "</mrow></mfrac>");
                vec![Text(open), N(a, 0), Text("</mrow><mrow>"), N(b, 0), Text(close)]
            }
            Node::Binary(Binary::Pow, a, b) => {
                vec![Text("<msup><mrow>"), N(a, ATOM), Text("</mrow><mrow>"), N(b, 0), Text("</mrow></msup>")]
            }
            Node::Binary(Binary::And, a, b) => vec![N(a, BOTH), Text("<mo>∧</mo>"), N(b, DENIED)],
            Node::Binary(Binary::Or, a, b) => vec![N(a, EITHER), Text("<mo>∨</mo>"), N(b, BOTH)],
            Node::Binary(f, a, b) => match relation(f) {
                Some(sign) => vec![N(a, RELATION + 1), Text(sign), N(b, RELATION + 1)],
                None => of_two(function_of_two(f), a, b),
            },
            Node::If([c, a, b]) => vec![
                Text("<mrow><mo>{</mo><mtable><mtr><mtd>"),
                N(a, 0),
                Text("</mtd><mtd>"),
                N(c, 0),
                Text("</mtd></mtr><mtr><mtd>"),
                N(b, 0),
                Text("</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>"),
            ],
        }
    });
    format!("<mrow>{inner}</mrow>")
}

fn mathml_number(x: f64) -> String {
    let text = number(x.abs());
    let sign = if x.is_sign_negative() { "<mo>-</mo>" } else { "" };
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            format!("{sign}<mn>{mantissa}</mn><mo>⋅</mo><msup><mn>10</mn><mn>{exponent}</mn></msup>")
        }
        None => format!("{sign}<mn>{text}</mn>"),
    }
}

/// What stands behind the first `_`, or digits at the end, is an index.
fn mathml_name(name: &str) -> String {
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let (stem, index) = match name.split_once('_') {
        Some((stem, index)) if !stem.is_empty() && !index.is_empty() => (stem, index),
        _ => (digits, &name[digits.len()..]),
    };
    if index.is_empty() {
        return format!("<mi>{stem}</mi>");
    }
    format!("<msub><mi>{stem}</mi><mi>{index}</mi></msub>")
}

fn relation(f: Binary) -> Option<&'static str> {
    Some(match f {
        Binary::Less => "<mo>&lt;</mo>",
        Binary::LessEq => "<mo>≤</mo>",
        Binary::Greater => "<mo>&gt;</mo>",
        Binary::GreaterEq => "<mo>≥</mo>",
        Binary::Equal => "<mo>=</mo>",
        Binary::NotEqual => "<mo>≠</mo>",
        _ => return None,
    })
}

fn function_of_two(f: Binary) -> &'static str {
    match f {
        Binary::Min => "<mi>min</mi>",
        Binary::Max => "<mi>max</mi>",
        Binary::Mod => "<mi>mod</mi>",
        _ => "<mi>atan2</mi>",
    }
}

fn function(f: Unary) -> &'static str {
    match f {
        Unary::Sin => "<mi>sin</mi>",
        Unary::Cos => "<mi>cos</mi>",
        Unary::Tan => "<mi>tan</mi>",
        Unary::Asin => "<mi>arcsin</mi>",
        Unary::Acos => "<mi>arccos</mi>",
        Unary::Atan => "<mi>arctan</mi>",
        Unary::Sinh => "<mi>sinh</mi>",
        Unary::Cosh => "<mi>cosh</mi>",
        Unary::Tanh => "<mi>tanh</mi>",
        Unary::Asinh => "<mi>arsinh</mi>",
        Unary::Acosh => "<mi>arcosh</mi>",
        Unary::Atanh => "<mi>artanh</mi>",
        Unary::Ln => "<mi>ln</mi>",
        Unary::Log10 => "<msub><mi>log</mi><mn>10</mn></msub>",
        Unary::Log2 => "<msub><mi>log</mi><mn>2</mn></msub>",
        Unary::Sign => "<mi>sign</mi>",
        Unary::Step => "<mi>step</mi>",
        Unary::Heaviside => "<mi>H</mi>",
        Unary::Round => "<mi>round</mi>",
        Unary::Erf => "<mi>erf</mi>",
        Unary::Erfc => "<mi>erfc</mi>",
        // Written with signs of their own.
        Unary::Negate
        | Unary::Not
        | Unary::Exp
        | Unary::Sqrt
        | Unary::Cbrt
        | Unary::Abs
        | Unary::Floor
        | Unary::Ceil => "",
    }
}
