//! Random formulas for the tests.

use proptest::prelude::*;

/// Formulas of every kind, fully bracketed; with `extremes` among their numbers or without.
pub fn formulas(extremes: bool) -> impl Strategy<Value = String> {
    let extreme = move |text: &'static str| Just(if extremes { text } else { "2" }.to_string());
    let leaf = prop_oneof![
        2 => Just("x".to_string()),
        2 => Just("y".to_string()),
        1 => Just("pi".to_string()),
        1 => Just("e".to_string()),
        1 => extreme("1e200"),
        1 => extreme("(-1e-200)"),
        2 => (1u32..60).prop_map(|n| format!("{}", f64::from(n) / 8.0)),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let unary = prop::sample::select(vec![
            "-", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "ln", "log10", "sqrt",
            "abs", "sign", "step", "H", "floor", "ceil", "round", "asinh", "acosh", "atanh", "log2", "cbrt", "erf",
            "erfc", "sec", "cot",
        ]);
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "^"]);
        let function = prop::sample::select(vec!["min", "max", "atan2", "pow", "mod"]);
        let comparison = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
        let joint = prop::sample::select(vec![" and ", " or "]);
        prop_oneof![
            4 => (operator, inner.clone(), inner.clone()).prop_map(|(o, a, b)| format!("(({a}){o}({b}))")),
            3 => (unary, inner.clone()).prop_map(|(f, a)| format!("({f}({a}))")),
            1 => (inner.clone(), -4i32..5).prop_map(|(a, n)| format!("(({a})^({n}))")),
            1 => (function, inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            1 => (comparison.clone(), inner.clone(), inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, l, r, a, b)| format!("if({l} {c} {r}, {a}, {b})")),
            1 => (joint, comparison, inner.clone(), inner.clone(), inner)
                .prop_map(|(j, c, l, r, a)| format!("(({l} {c} {r}){j}not ({a} {c} {l}))")),
        ]
    })
}
