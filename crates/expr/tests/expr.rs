//! The formula language: what it reads, what it refuses and with which words, derivatives, and text that reads back.

#![allow(clippy::disallowed_methods, reason = "the platform's functions are what is compared with")]

use std::f64::consts::{E, PI};

use formulas::formulas;
use iterscope_expr::{Expr, Jump, MAX_DEPTH, MAX_LENGTH, Parameters, Range};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod formulas;

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
        ("sec(x)", 1.0 / x.cos()),
        ("csc(x)", 1.0 / x.sin()),
        ("cot(x)", 1.0 / x.tan()),
        ("sech(x) + csch(x) + coth(x)", 1.0 / x.cosh() + 1.0 / x.sinh() + 1.0 / x.tanh()),
        ("asinh(y)", y.asinh()),
        ("acosh(1 + x)", (1.0 + x).acosh()),
        ("atanh(x)", x.atanh()),
        ("log2(x)", x.log2()),
        ("log(x, 3)", x.ln() / 3f64.ln()),
        ("cbrt(y)", y.cbrt()),
        ("∛y", y.cbrt()),
        ("floor(y)", -2.0),
        ("ceil(y)", -1.0),
        ("round(y) + round(0.5) + round(-2.5)", -4.0),
        ("trunc(y)", -1.0),
        ("fract(y)", -1.7 + 2.0),
        ("mod(y, 1)", -1.7 + 2.0),
        ("mod(7, -3)", -2.0),
        ("H(y) + 2 H(0) + 4 H(x)", 5.0),
        ("heaviside(0, 0.25) + heaviside(x, 7) + heaviside(y, 7)", 1.25),
        // Abramowitz and Stegun, table 7.1.
        ("erf(0.5)", 0.520_499_877_813_046_5),
        ("erfc(0.5)", 1.0 - 0.520_499_877_813_046_5),
        ("hypot(3, 4)", 5.0),
        ("clamp(y, 0, 1) + clamp(x, 0, 1)", x),
        ("mix(1, 3, x)", 0.7 + 3.0 * x),
        ("smoothstep(0, 1, x)", x * x * (3.0 - 2.0 * x)),
        ("smoothstep(-0.01, 0.01, y) + smoothstep(-0.01, 0.01, x)", 1.0),
        ("Bump(x, y, 2)", 1.0),
        ("Bump(x - 1, y, 2)", (1.0f64 - 1.0 / (1.0 - 0.25)).exp()),
        ("Bump(x + 2, y, 2) + Bump(9, 2)", 0.0),
        ("Gauss(x - 1, 2)", (-0.125f64).exp() / (2.0 * (2.0 * PI).sqrt())),
        ("Gauss(x - 1, y, 2)", (-0.125f64).exp() / (8.0 * PI)),
        ("Gauss(x - 1, y + 3, 2, 3, 0)", (-0.625f64).exp() / (12.0 * PI)),
        // Their product, divided by sqrt(1 - r^2), at the correlation r = 0.5: exponent (0.25 + 1 - 0.5 * -1) / 0.75 / 2.
        ("Gauss(x - 1, y + 3, 2, 3, 0.5)", (-1.75f64 / 1.5).exp() / (12.0 * PI * 0.75f64.sqrt())),
        ("x²", x * x),
        ("2x³y", 2.0 * (x * (x * x)) * y),
        ("x⁻²", 1.0 / (x * x)),
        ("√x", x.sqrt()),
        ("2√(x + 1) x", 2.0 * (x + 1.0).sqrt() * x),
        ("sin^2(x) + cos²(x)", x.sin() * x.sin() + x.cos() * x.cos()),
        ("|y|", 1.7),
        ("2|y|x", 3.4 * x),
        ("|x||y|", 1.7 * x),
        ("||y| - 2|", 2.0 - 1.7),
        ("|x - |(y)||", 1.7 - x),
        ("Abs(y) + Max(x, y) + Min(x, y)", 1.7 + x + y),
        ("SIN(x)", x.sin()),
        ("Heaviside(x) + Mod(y, 1) + ceiling(x)", 1.0 + (-1.7 + 2.0) + 1.0),
        ("arcsin(x) + arctan(y) + arctan2(y, x)", x.asin() + y.atan() + y.atan2(x)),
        ("atan(y, x)", y.atan2(x)),
        ("Piecewise((1, x < 0), (2, y < 0), (3, True))", 2.0),
        ("where(And(x > 0, y < 0, Not(x > 1)), 5, 6)", 5.0),
        ("E^x + Pi", x.exp() + PI),
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
fn conditions() {
    let (x, y) = (0.3, -1.7);
    for (text, expected) in [
        ("x < 1", 1.0),
        ("2 (x > 0) + (y > 0)", 2.0),
        ("0 < x < 1", 1.0),
        ("0 < x < 0.2", 0.0),
        ("1 > x > y >= -2", 1.0),
        ("x == 0.3", 1.0),
        ("x != 0.3", 0.0),
        ("x ≠ y ∧ ¬(y > 0)", 1.0),
        ("x > 0 and y > 0 or y < -1", 1.0),
        ("x > 0 and (y > 0 or y > -1)", 0.0),
        ("x > 0 && y > 0 || y < -1", 1.0),
        ("(x > 0) & (y < 0)", 1.0),
        ("not x > 0 or y < 0", 1.0),
        ("!(x > 0) or !(y < 0)", 0.0),
        ("x > 1 ? 2 : y < 0 ? 3 : 4", 3.0),
        ("x > 0 ? y : x", y),
        ("ind(x > 0 && y < 0) y", y),
        ("|x| < 1 || |y| < 1", 1.0),
        // Nothing compares with what is not a number.
        ("ln(y) < 1 or ln(y) >= 1", 0.0),
    ] {
        assert_eq!(at(text, x, y), expected, "{text}");
    }
    assert!(parse("x < 1 and not y > 2").is_condition() && !parse("2 (x < 1)").is_condition());
    // A variable hides such a word.
    assert_eq!(Expr::parse("and x", &["x", "and"]).expect("valid").eval(&[2.0, 3.0]), 6.0);
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
        ("X + 1", 0, 1, "did you mean `x`?"),
        ("np.sin(x)", 0, 6, "type `sin(...)` for `np.sin(...)`"),
        ("2*np.pi", 2, 5, "type `pi` for `np.pi`"),
        ("sin(x[0])", 4, 4, "type `x` for the first coordinate"),
        ("x[1]", 0, 4, "type `y` for the second coordinate"),
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
        ("if(x, 1, 2)", 3, 1, "the condition as argument of `if` must be a comparison"),
        ("ind(x)", 4, 1, "the condition as argument of `ind` must be a comparison"),
        ("x ? 1 : 2", 0, 1, "the condition before `?` must be a comparison"),
        ("x < 1 ? 2", 9, 0, "`:` and the value where the condition does not hold are missing"),
        ("x < 1 and y", 10, 1, "the condition behind `and` must be a comparison"),
        ("x || y > 1", 0, 1, "the condition before `or` must be a comparison"),
        ("!x < 1", 1, 1, "the condition behind `!`, in brackets, must be a comparison"),
        ("not x", 4, 1, "the condition behind `not` must be a comparison"),
        ("x!", 1, 1, "factorials are not understood"),
        ("(x < 0) | (y > 0)", 8, 1, "between conditions type `or`"),
        ("|x", 0, 1, "the bar | that closes this one is missing"),
        ("sin⁻¹(x)", 0, 3, "could mean the inverse function or the reciprocal"),
        ("sin^-1(x)", 0, 3, "could mean the inverse function or the reciprocal"),
        ("sin^2 x", 0, 3, "needs its argument in brackets"),
        ("x²^3", 2, 1, "a power of a power needs brackets"),
        ("√x²", 2, 1, "brackets must say what the root is of"),
        ("7 % 2", 2, 1, "for the remainder type mod(a, b)"),
        ("\\sin(x)", 0, 1, "LaTeX is not understood: type sin(x)"),
        ("Piecewise((1, x < 0), (2, x > 0))", 32, 1, "the last pair of `Piecewise` must be (value, True)"),
        ("Bump(0, 0, 0, 1)", 0, 4, "needs the coordinate z"),
        ("clamp(x, 0)", 0, 5, "`clamp` needs 3 arguments, got 2"),
        ("log(1, 2, 3)", 0, 3, "`log` needs 1 to 2 arguments, got 3"),
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
        ("x² $", 3, 1, "the character `$` is not understood"),
        ("² x", 0, 1, "a value is missing before the raised number"),
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
        ("step(x) + sign(x) + floor(x) + ceil(x) + round(x) + H(x)", 0, "0"),
        ("asinh(x)", 0, "1/sqrt(x^2 + 1)"),
        ("acosh(x)", 0, "1/sqrt(x^2 - 1)"),
        ("atanh(x)", 0, "1/(1 - x^2)"),
        ("log2(x)", 0, "1/(x*ln(2))"),
        ("erf(x)", 0, "2*exp(-x^2)/sqrt(pi)"),
        ("cbrt(x)", 0, "1/(3*cbrt(x)^2)"),
        ("mod(x, 2)", 0, "1"),
        ("(x < 1)*x", 0, "x < 1"),
        // Constants that overflow.
        ("1e200*x*1e200", 0, "1e200*1e200"),
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
        ("(x < y) and ((y < 1) or x > 2)", "x < y and (y < 1 or x > 2)"),
        ("not (x < y and y < 1)", "not (x < y and y < 1)"),
        ("2*(x < y)", "2*(x < y)"),
        ("x < 1 ? y : |x|", "if(x < 1, y, abs(x))"),
        ("0 < x < 1", "0 < x and x < 1"),
        ("cot(x²)", "cos(x^2)/sin(x^2)"),
        ("Heaviside(x) mod(x, 2)", "H(x)*mod(x, 2)"),
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
        ("2 (x < 1 and y >= 0)", "2 \\, \\left[x < 1 \\land y \\ge 0\\right]"),
        ("not (x == 1 or y != 0)", "\\lnot \\left(x = 1 \\lor y \\ne 0\\right)"),
        ("floor(x) + ceil(y)", "\\left\\lfloor x \\right\\rfloor + \\left\\lceil y \\right\\rceil"),
        ("cbrt(x) erf(y)", "\\sqrt[3]{x} \\, \\operatorname{erf}\\left(y\\right)"),
        ("mod(x, 2) H(x)", "\\operatorname{mod}\\left(x, 2\\right) \\, H\\left(x\\right)"),
        ("if(x <= 1, 2, y)", "\\begin{cases} 2 & x \\le 1 \\\\ y & \\text{otherwise} \\end{cases}"),
    ] {
        assert_eq!(parse(text).to_latex(), expected, "{text}");
    }
    let named = Expr::parse("x1 + u_12 + rate_a", &["x1", "u_12", "rate_a"]).expect("valid");
    assert_eq!(named.to_latex(), "x_{1} + u_{12} + \\mathrm{rate\\_a}");
}

#[test]
fn mathml() {
    let bare = |text: &str| parse(text).to_mathml().replace("<mrow>", "").replace("</mrow>", "");
    for (text, expected) in [
        (
            "2 x^2/(y+1)",
            "<mfrac><mn>2</mn><mo>&#x2062;</mo><msup><mi>x</mi><mn>2</mn></msup><mi>y</mi><mo>+</mo><mn>1</mn></mfrac>",
        ),
        ("-(x + 1) y", "<mo>-</mo><mo>(</mo><mi>x</mi><mo>+</mo><mn>1</mn><mo>)</mo><mo>&#x2062;</mo><mi>y</mi>"),
        ("2 (x < 1)", "<mn>2</mn><mo>&#x2062;</mo><mo>[</mo><mi>x</mi><mo>&lt;</mo><mn>1</mn><mo>]</mo>"),
        ("x + (-y)", "<mi>x</mi><mo>+</mo><mo>(</mo><mo>-</mo><mi>y</mi><mo>)</mo>"),
        ("floor(x)", "<mo>⌊</mo><mi>x</mi><mo>⌋</mo>"),
        (
            "mod(x, 1e-9)",
            "<mi>mod</mi><mo>(</mo><mi>x</mi><mo>,</mo><mn>1</mn><mo>⋅</mo><msup><mn>10</mn><mn>-9</mn></msup><mo>)</mo>",
        ),
    ] {
        assert_eq!(bare(text), expected, "{text}");
    }
    let named = Expr::parse("k_on + x2", &["k_on", "x2"]).expect("valid").to_mathml();
    assert!(
        named.contains("<msub><mi>k</mi><mi>on</mi></msub>") && named.contains("<msub><mi>x</mi><mi>2</mi></msub>")
    );
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
    fn no_text_of_the_language_makes_it_panic(text in "(x|y|pi|2|[.]5|1e|sin|if|min|and|not|ind|[-+*/^(),<>=!?:|&²√ ]){0,40}") {
        if let Err(error) = Expr::parse(&text, VARS) {
            prop_assert!(error.at + error.len <= text.chars().count());
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn mathml_is_well_formed(text in formulas(true)) {
        let mathml = parse(&text).to_mathml();
        let mut open = Vec::new();
        for tag in mathml.split('<').skip(1).filter_map(|part| part.split('>').next()) {
            match tag.strip_prefix('/') {
                Some(name) => prop_assert_eq!(open.pop(), Some(name.to_owned())),
                None => open.push(tag.split(' ').next().unwrap_or_default().to_owned()),
            }
        }
        prop_assert!(open.is_empty());
    }

    #[test]
    fn written_formulas_read_back_the_same(text in formulas(true), x in -3.0..3.0f64, y in -3.0..3.0f64) {
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
    fn derivatives_agree_with_differences(text in formulas(false), x in -3.0..3.0f64, y in -3.0..3.0f64) {
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

#[test]
fn kinks() {
    let unit = [[0.0, 1.0], [0.0, 1.0]];
    let found = |text: &str| parse(text).kink_inside(&unit).expect("small");
    for smooth in [
        "sin(pi x) y",
        // The seam is elsewhere, or on the boundary.
        "abs(x + 0.1)",
        "abs(x)",
        "if(x < 2, x, 1)",
        "max(x, y - 2)",
        "floor(x/2)",
        "sqrt(x + y)",
        "x^1.5",
        "sqrt(1e-4 + (x - 0.5)^2)",
        // The pieces fit smoothly enough: second derivatives only jump.
        "abs(x - 0.5)^3",
        "(x - 0.5) abs(x - 0.5)",
        "if(x < 0.5, x^2, x - 0.25)",
        "if(x < 0.5, sin(x), sin(x))",
        "Bump(0.5, 0.5, 0.3)",
        "smoothstep(0.2, 0.8, x)",
        "atan2(y, x + 0.1)",
        "abs(x - 0.5) - abs(0.5 - x)",
        "x + (x > y) (x - y)^2",
    ] {
        assert_eq!(found(smooth), None, "{smooth}");
    }
    for (text, piece, jump) in [
        ("abs(x - 0.5)", "abs(x - 0.5)", Jump::Slope),
        ("if(x<0.5,x,1-x)", "x < 0.5", Jump::Slope),
        ("x + step(x - 0.3)", "step(x - 0.3)", Jump::Value),
        ("H(y - x)", "H(y - x)", Jump::Value),
        ("max(x, 1 - y)", "max(x, 1 - y)", Jump::Slope),
        ("min(1, 2 x) y", "min(1, 2*x)", Jump::Slope),
        ("floor(3 x)", "floor(3*x)", Jump::Value),
        ("round(x)", "round(x)", Jump::Value),
        ("mod(4 x, 1)", "mod(4*x, 1)", Jump::Value),
        ("sqrt((x - 0.3)^2 + (y - 0.7)^2)", "sqrt((x - 0.3)^2 + (y - 0.7)^2)", Jump::Slope),
        ("((x - y)^2)^0.5", "((x - y)^2)^0.5", Jump::Slope),
        ("cbrt(x - y)", "cbrt(x - y)", Jump::Slope),
        ("atan2(y - 0.5, x - 0.5)", "atan2(y - 0.5, x - 0.5)", Jump::Value),
        // Only in a corner of the domain.
        ("if(y < 0.9, 0, abs(x - 0.95)) (y > 0.9) (y - 0.9)^2", "abs(x - 0.95)", Jump::Slope),
        ("ind(x^2 + y^2 < 0.5)", "x^2 + y^2 < 0.5", Jump::Value),
    ] {
        let kink = found(text).unwrap_or_else(|| panic!("{text} has a kink"));
        assert_eq!((kink.piece.as_str(), kink.jump), (piece, jump), "{text}");
    }
    let kink = found("abs(x - 0.5)").expect("a kink");
    assert!((kink.at[0] - 0.5).abs() < 1e-9 && (0.0..1.0).contains(&kink.at[1]));
    // Along y alone, x stays.
    assert_eq!(parse("abs(x - 0.5)").kink_inside(&[[0.5, 0.5], [0.0, 1.0]]), Ok(None));
    assert!(parse("abs(x)").has_pieces() && !parse("exp(x) + abs(2)").has_pieces());
}

#[test]
fn parameters() {
    let read = |text: &str| Parameters::parse(text);
    let found = read("c = 2*a + b; a = 0.5 in [0, 1]\n\n b = 1 in [1, 0.1, 5];k_2=pi/2").expect("valid");
    assert_eq!(found.names().collect::<Vec<_>>(), ["c", "a", "b", "k_2"]);
    assert_eq!(found.values(|_| None), [2.0, 0.5, 1.0, PI / 2.0]);
    // A slider was moved: what depends on it follows.
    assert_eq!(found.values(|k| (k == 1).then_some(1.0)), [3.0, 1.0, 1.0, PI / 2.0]);
    assert_eq!(found.list[0].range, None);
    assert_eq!(found.list[1].range, Some(Range { min: 0.0, max: 1.0, step: None }));
    // Three numbers are least, step, greatest.
    assert_eq!(found.list[2].range, Some(Range { min: 1.0, max: 5.0, step: Some(0.1) }));
    assert_eq!(read("inner = 2; sin_in = inner").expect("valid").values(|_| None), [2.0, 2.0]);
    for (text, at, len, message) in [
        ("a = 1; b", 7, 1, "a parameter is written name = value"),
        ("a == 1", 0, 6, "a parameter is written name = value"),
        ("a = 1; 2b = 1", 7, 2, "`2b` is not a name"),
        ("a = 1\na = 2", 6, 1, "`a` is given twice"),
        ("a = 1; b = a + d", 15, 1, "unknown name `d`"),
        ("a = b; b = c + 1; c = 2a", 0, 1, "these need one another in a circle: a -> b -> c -> a"),
        ("d = a; a = a", 7, 1, "these need one another in a circle: a -> a"),
        ("a = 1 in [0, 1", 9, 5, "a range is written [min, max]"),
        ("a = 1 in [0]", 9, 3, "a range has two numbers"),
        ("a = 1 in [2, 1]", 9, 6, "must be below the last"),
        ("a = 1 in [0, 9, 2]", 9, 9, "the step"),
        ("a = 3 in [0, 1]", 4, 1, "the value is outside its range"),
        ("b = 1; a = b in [0, 1]", 11, 1, "a value with a range is a number"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.message.contains(message), "{text}: {error}");
        assert_eq!((error.at, error.len), (at, len), "{text}");
    }
}
