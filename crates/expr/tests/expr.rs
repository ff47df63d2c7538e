//! The formula language: what it reads, what it refuses and with which words, derivatives, and text that reads back.

#![allow(clippy::disallowed_methods, reason = "the platform's functions are what is compared with")]

use std::f64::consts::{E, PI};

use iterscope_expr::{Expr, MAX_DEPTH, MAX_LENGTH};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const VARS: &[&str] = &["x", "y"];

fn parse(text: &str) -> Expr {
    Expr::parse(text, VARS).unwrap_or_else(|e| panic!("{text}: {e} at {}", e.at))
}

fn at(text: &str, x: f64, y: f64) -> f64 {
    parse(text).eval(&[x, y])
}

#[test]
fn operators() {
    for (text, expected) in [
        ("1 + 2*3 - 4/8", 6.5),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-2", 0.25),
        ("(-2)^3", -8.0),
        ("2**3", 8.0),
        ("7 - 2 - 1", 4.0),
        ("8/4/2", 1.0),
        ("--3", 3.0),
        ("+3 - +1", 2.0),
        (".5 + 1e-3 + 1.E2 + 2e+1", 120.501),
        ("3 × 2 · 2 − 1", 11.0),
        ("0^0", 1.0),
    ] {
        assert_eq!(at(text, 0.0, 0.0), expected, "{text}");
    }
}

#[test]
fn implicit_multiplication() {
    let (x, y) = (0.3, 1.7);
    for (text, expected) in [
        ("2x", 2.0 * x),
        ("pi x", PI * x),
        ("20 y", 20.0 * y),
        ("x y", x * y),
        ("3(x+1)", 3.0 * (x + 1.0)),
        ("x(y+1)", x * (y + 1.0)),
        ("(x)(y)", x * y),
        ("2e", 2.0 * E),
        ("2e x", 2.0 * E * x),
        ("2x^2", 2.0 * (x * x)),
        ("1/2x", 0.5 * x),
        ("2πx", 2.0 * PI * x),
        ("x -1", x - 1.0),
    ] {
        assert_eq!(at(text, x, y), expected, "{text}");
    }
    assert_eq!(at("2exp(x)", x, y), 2.0 * at("exp(x)", x, y));
    assert_eq!(at("sin(pi x + pi y)", x, y), at("sin(pi*x+(pi*y))", x, y));
    assert_eq!(at("2 sin(x) cos(y)", x, y), at("2*sin(x)*cos(y)", x, y));
}

#[test]
fn functions() {
    let (x, y) = (0.3f64, -1.7f64);
    for (text, expected) in [
        ("sin(x)", x.sin()),
        ("cos(x)", x.cos()),
        ("tan(x)", x.tan()),
        ("asin(x)", x.asin()),
        ("acos(x)", x.acos()),
        ("atan(y)", y.atan()),
        ("sinh(y)", y.sinh()),
        ("cosh(y)", y.cosh()),
        ("tanh(y)", y.tanh()),
        ("exp(y)", y.exp()),
        ("ln(x)", x.ln()),
        ("log(x)", x.ln()),
        ("log10(x)", x.log10()),
        ("sqrt(x)", x.sqrt()),
        ("abs(y)", 1.7),
        ("sign(y) + sign(0) + 2 sign(x)", 1.0),
        ("step(y) + 2 step(0) + 4 step(x)", 6.0),
        ("min(x, y, 5)", y),
        ("max(x, y)", x),
        ("atan2(y, x)", y.atan2(x)),
        ("pow(x, y)", x.powf(y)),
        ("x^2.5", x.powf(2.5)),
        ("x^100", x.powf(100.0)),
        ("if(x < y, 1, 2)", 2.0),
        ("if(x >= y, x, 2)", x),
        ("if(x ≤ .3, if(y > 0, 1, 2), 3)", 2.0),
    ] {
        let found = at(text, x, y);
        // The standard library stands in as the oracle; ours is libm.
        assert!((found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "{text}: {found} {expected}");
    }
    assert_eq!(at("x^3", 0.1, 0.0).to_bits(), (0.1 * (0.1 * 0.1f64)).to_bits());
    assert_eq!(at("y^-2", 0.0, 3.0), 1.0 / 9.0);
    assert!(at("max(0, ln(-1))", 0.0, 0.0).is_nan() && at("min(ln(-1), 0)", 0.0, 0.0).is_nan());
}

#[test]
fn messages() {
    let deep = "(".repeat(MAX_DEPTH + 1);
    let signs = format!("{}x", "-".repeat(MAX_DEPTH + 1));
    let tower = format!("x{}", "^x".repeat(MAX_DEPTH + 1));
    let long = "x".repeat(MAX_LENGTH + 5);
    for (text, place, len, message) in [
        ("", 0, 0, "the formula is empty"),
        ("  ", 0, 0, "the formula is empty"),
        ("x + z", 4, 1, "unknown name `z`; known: x, y, pi, e"),
        ("2 + foo(x)", 4, 3, "unknown function `foo`; known: sin, cos"),
        ("Sin(x)", 0, 3, "did you mean `sin`?"),
        ("xy", 0, 2, "for the product write `x*y`"),
        ("π + sin x", 4, 3, "the function `sin` needs its argument in brackets: sin(...)"),
        ("1 + (x*(y+1)", 4, 1, "missing closing bracket for the one at character 5"),
        ("sin(x", 3, 1, "missing closing bracket for the one at character 4"),
        ("x + 1)", 5, 1, "this closing bracket has no opening one"),
        ("sin(x, y)", 0, 3, "`sin` needs 1 argument, got 2"),
        ("sin()", 0, 3, "`sin` needs 1 argument, got 0"),
        ("max(x)", 0, 3, "`max` needs 2 arguments or more, got 1"),
        ("atan2(x, y, 1)", 0, 5, "`atan2` needs 2 arguments, got 3"),
        ("if(x < 1, 2)", 0, 2, "`if` needs 3 arguments (condition, value where it holds, value elsewhere), got 2"),
        ("if(x, 1, 2)", 4, 1, "the first argument of `if` must be a comparison"),
        ("if(0 < x < 1, 1, 2)", 9, 1, "compare two values at a time"),
        ("x < 1", 2, 1, "a comparison can only be the first argument of `if`"),
        ("sin(x < 1)", 6, 1, "a comparison can only be the first argument of `if`"),
        ("x, y", 1, 1, "a comma can only stand between the arguments of a function"),
        ("2 3", 2, 1, "two numbers in a row"),
        ("1.2.3", 3, 2, "two numbers in a row"),
        ("x + * y", 4, 1, "a value is missing before `*`"),
        ("x + ", 4, 0, "the formula ends where a value is missing"),
        ("()", 1, 1, "a value is missing before `)`"),
        (".", 0, 1, "a point alone is not a number"),
        ("1e999", 0, 5, "this number is too large"),
        ("x = 1", 2, 1, "`=` has no place in a formula"),
        ("[x]", 0, 1, "only round brackets ( ) are understood"),
        ("é² $", 1, 1, "the character `²` is not understood"),
        (&deep, 100, 1, "nested too deeply: more than 100 levels"),
        (&signs, 100, 1, "nested too deeply: more than 100 levels"),
        (&tower, 201, 1, "nested too deeply: more than 100 levels"),
        (&long, 2000, 5, "the formula has 2005 characters; at most 2000 are allowed"),
    ] {
        let error = Expr::parse(text, VARS).expect_err(text);
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert_eq!((error.at, error.len), (place, len), "{text}");
    }
}

#[test]
fn formulas_at_the_limits_are_accepted() {
    assert_eq!(at(&format!("{}x{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH)), 2.0, 0.0), 2.0);
    let sum = format!("x{}", "+x".repeat(MAX_LENGTH / 2 - 1));
    assert_eq!(at(&sum, 1.0, 0.0), 1000.0);
    assert_eq!(parse(&sum).to_string().len(), 4 * 999 + 1);
    assert_eq!(parse(&sum).diff(0).expect("small").to_string(), "1000");
    assert_eq!(at(&"x ".repeat(MAX_LENGTH / 2), 1.0, 0.0), 1.0);
    assert_eq!(at(&"π".repeat(MAX_LENGTH), 1.0, 0.0), f64::INFINITY);
}

#[test]
fn derivatives_that_grow_too_large_are_refused() {
    let product = "x ".repeat(MAX_LENGTH / 2);
    let error = parse(&product).diff(0).expect_err("half a million factors");
    assert!(error.message.contains("the derivative is too large"), "{}", error.message);
    let mut nested = parse(&format!("{}x{}", "sin(".repeat(99), ")".repeat(99)));
    let refused = (0..10).any(|_| match nested.diff(0) {
        Ok(next) => {
            nested = next;
            false
        }
        Err(_) => true,
    });
    assert!(refused);
}

#[test]
fn derivatives_are_simplified() {
    for (text, var, expected) in [
        ("3", 0, "0"),
        ("x", 0, "1"),
        ("y", 0, "0"),
        ("x^2", 0, "2*x"),
        ("x^3 y", 0, "3*x^2*y"),
        ("x^3 y", 1, "x^3"),
        ("sin(pi x) sin(pi y)", 0, "pi*cos(pi*x)*sin(pi*y)"),
        ("cos(2x)", 0, "-2*sin(2*x)"),
        ("exp(-x^2)", 0, "-2*x*exp(-x^2)"),
        ("e^(2x)", 0, "2*e^(2*x)"),
        ("2^x", 0, "ln(2)*2^x"),
        ("1/x", 0, "-1/x^2"),
        ("sqrt(x)", 0, "1/(2*sqrt(x))"),
        ("ln(x)", 0, "1/x"),
        ("x y - x", 0, "y - 1"),
        ("abs(x)", 0, "sign(x)"),
        ("max(x, y)", 0, "if(x >= y, 1, 0)"),
        ("if(x < y, 2x, 2x + 1)", 0, "2"),
        ("step(x) + sign(x)", 0, "0"),
    ] {
        assert_eq!(parse(text).diff(var).expect("small").to_string(), expected, "{text}");
    }
    assert!(parse("x").diff(2).is_err());
}

#[test]
fn text_has_no_needless_brackets() {
    for (text, expected) in [
        ("((x)+(y))", "x + y"),
        ("x-(y-1)", "x - (y - 1)"),
        ("(x-y)-1", "x - y - 1"),
        ("2x/(3y)", "2*x/(3*y)"),
        ("(x^y)^2", "(x^y)^2"),
        ("x^(y^2)", "x^y^2"),
        ("(-x)^2", "(-x)^2"),
        ("-(x^2)", "-x^2"),
        ("x^(-y)", "x^-y"),
        ("x^(-2y)", "x^(-2*y)"),
        ("-(x y)", "-x*y"),
        ("2(-(x y))", "2*(-x*y)"),
        ("-(x + y)", "-(x + y)"),
        ("if((x)<(1),(2),e)", "if(x < 1, 2, e)"),
        ("1e-7 + 1e20 + 0.001", "1e-7 + 1e20 + 0.001"),
        ("log(x)", "ln(x)"),
        ("max(1,x,y)", "max(max(1, x), y)"),
    ] {
        assert_eq!(parse(text).to_string(), expected, "{text}");
    }
}

#[test]
fn latex() {
    for (text, expected) in [
        ("2 pi x^2/(y+1)", "\\frac{2 \\, \\pi \\, x^{2}}{y + 1}"),
        ("2*3", "2 \\cdot 3"),
        ("x*(-y) - (-1)", "x \\, \\left(-y\\right) - \\left(-1\\right)"),
        ("exp(-x) + sqrt(abs(x))", "\\mathrm{e}^{-x} + \\sqrt{\\left|x\\right|}"),
        ("(x/y)^2", "\\left(\\frac{x}{y}\\right)^{2}"),
        ("1e-7 asin(x)", "1 \\cdot 10^{-7} \\, \\arcsin\\left(x\\right)"),
        ("if(x <= 1, 2, y)", "\\begin{cases} 2 & x \\le 1 \\\\ y & \\text{otherwise} \\end{cases}"),
    ] {
        assert_eq!(parse(text).to_latex(), expected, "{text}");
    }
    let named = Expr::parse("x1 + u_12 + rate_a", &["x1", "u_12", "rate_a"]).expect("valid");
    assert_eq!(named.to_latex(), "x_{1} + u_{12} + \\mathrm{rate\\_a}");
}

#[test]
fn variables() {
    assert!(parse("pi^2 + e").is_constant() && !parse("x - x").is_constant());
    assert!(parse("y").depends_on(1) && !parse("y").depends_on(0));
    assert!(parse("x").eval(&[]).is_nan());
    // A variable hides a constant and a function of its name.
    let hidden = Expr::parse("e + sin", &["e", "sin"]).expect("valid");
    assert_eq!(hidden.eval(&[1.0, 2.0]), 3.0);
    assert_eq!(Expr::parse("θ é", &["θ", "é"]).expect("valid").eval(&[2.0, 3.0]), 6.0);
}

/// Formulas of every kind, fully bracketed.
fn formulas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        2 => Just("x".to_string()),
        2 => Just("y".to_string()),
        1 => Just("pi".to_string()),
        1 => Just("e".to_string()),
        2 => (1u32..60).prop_map(|n| format!("{}", f64::from(n) / 8.0)),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let unary = prop::sample::select(vec![
            "-", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "ln", "log10", "sqrt",
            "abs", "sign", "step",
        ]);
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "^"]);
        let function = prop::sample::select(vec!["min", "max", "atan2", "pow"]);
        let comparison = prop::sample::select(vec!["<", "<=", ">", ">="]);
        prop_oneof![
            4 => (operator, inner.clone(), inner.clone()).prop_map(|(o, a, b)| format!("(({a}){o}({b}))")),
            3 => (unary, inner.clone()).prop_map(|(f, a)| format!("({f}({a}))")),
            1 => (inner.clone(), -4i32..5).prop_map(|(a, n)| format!("(({a})^({n}))")),
            1 => (function, inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            1 => (comparison, inner.clone(), inner.clone(), inner.clone(), inner)
                .prop_map(|(c, l, r, a, b)| format!("if({l} {c} {r}, {a}, {b})")),
        ]
    })
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || a == b
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        let _ = Expr::parse(&text, VARS);
    }

    #[test]
    fn no_text_of_the_language_makes_it_panic(text in "(x|y|pi|2|[.]5|1e|sin|if|min|[-+*/^(),<>= ]){0,40}") {
        if let Err(error) = Expr::parse(&text, VARS) {
            prop_assert!(error.at + error.len <= text.chars().count());
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn written_formulas_read_back_the_same(text in formulas(), x in -3.0..3.0f64, y in -3.0..3.0f64) {
        let first = parse(&text);
        let again = parse(&first.to_string());
        prop_assert!(same(first.eval(&[x, y]), again.eval(&[x, y])), "{} -> {}", text, first);
        prop_assert_eq!(first.to_string(), again.to_string());
        for var in 0..2 {
            // A derivative may be longer or deeper than what a person may type: then only its size is at issue.
            let Ok(slope) = first.diff(var) else { continue };
            match Expr::parse(&slope.to_string(), VARS) {
                Ok(again) => prop_assert!(same(slope.eval(&[x, y]), again.eval(&[x, y])), "{} -> {}", text, slope),
                Err(error) => prop_assert!(error.message.contains("at most") || error.message.contains("deeply")),
            }
        }
    }

    #[test]
    fn derivatives_agree_with_differences(text in formulas(), x in -3.0..3.0f64, y in -3.0..3.0f64) {
        let f = parse(&text);
        for var in 0..2 {
            let difference = |h: f64| {
                let value = |s: f64| f.eval(&if var == 0 { [x + s, y] } else { [x, y + s] });
                // Of fourth order.
                (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h)
            };
            let Ok(slope) = f.diff(var) else { continue };
            let (exact, coarse, fine) = (slope.eval(&[x, y]), difference(1e-3), difference(3e-4));
            let scale = 1.0 + exact.abs();
            // Where the two differences do not agree, a singularity, a jump or a kink is near, or rounding prevails.
            let smooth = f.eval(&[x, y]).abs() < 1e3 && (coarse - fine).abs() < 1e-7 * (1.0 + fine.abs());
            if smooth && exact.is_finite() {
                prop_assert!((exact - fine).abs() < 1e-5 * scale, "{}: {} is {} not {}", text, slope, exact, fine);
            }
        }
    }
}
