//! Programs over many points: the bits of single evaluation, and what is shared.

use iterscope_expr::{BLOCK, Expr, Input};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

mod formulas;

const VARS: &[&str] = &["x", "y"];

fn parse(text: &str) -> Expr {
    Expr::parse(text, VARS).unwrap_or_else(|e| panic!("{text}: {e} at {}", e.at))
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Points of either sign, with zeros and whole numbers among them.
fn points(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 37 + seed * 11) % 113) as f64 / 8.0 - 6.0).collect()
}

/// All formulas at all points by one program, and by single evaluation.
fn compare(texts: &[&str], n: usize, varying: [bool; 2]) {
    let exprs: Vec<Expr> = texts.iter().map(|t| parse(t)).collect();
    let program = Expr::program(&exprs.iter().collect::<Vec<_>>(), &varying);
    let mut scratch = program.scratch();
    let given = [points(n, 1), points(n, 2)];
    let inputs: Vec<Input<'_>> =
        (0..2).map(|k| if varying[k] { Input::Each(&given[k]) } else { Input::Same(given[k][0]) }).collect();
    let mut outputs = vec![vec![0.0; n]; texts.len()];
    // Twice, so that what the first run leaves behind would be seen.
    for _ in 0..2 {
        let mut slices: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        program.run(&inputs, &mut scratch, &mut slices);
    }
    for (expr, output) in exprs.iter().zip(&outputs) {
        for (i, &value) in output.iter().enumerate() {
            let at = |k: usize| if varying[k] { given[k][i] } else { given[k][0] };
            let expected = expr.eval(&[at(0), at(1)]);
            assert!(same(value, expected), "{expr} at {}, {}: {value} {expected}", at(0), at(1));
        }
    }
}

#[test]
fn every_kind_of_operand() {
    let texts = [
        "x + y",
        "x - y",
        "x y",
        "x / y",
        "x + 2",
        "2 - x",
        "3x",
        "x/3",
        "3/x",
        "x/4",
        "x y + 2",
        "x y - x",
        "x - x y",
        "2 - x y",
        "(x + y) y",
        "(x - y) 3",
        "(2 - x) y + 1",
        "(x - 2) y",
        "-x y y",
        "x^-3",
        "x^0",
        "x^7",
        "x^y",
        "x^0.5",
        "x",
        "2",
        "y",
        "if(x < y, x, 2)",
        "min(x, 1)",
        "max(1, x y)",
        "x < 1 and y > 2 or not x == y",
        "mod(x, 3)",
        "atan2(x, 2)",
        "abs(x)",
        "-x",
        "sqrt(x)",
        "exp(x) + exp(x)",
        "floor(x) + erf(y)",
        "sin(3) x",
        "-(x y) + x",
    ];
    for n in [1, BLOCK - 1, BLOCK, 2 * BLOCK + 17] {
        for varying in [[true, true], [true, false], [false, true], [false, false]] {
            compare(&texts, n, varying);
        }
    }
}

#[test]
fn what_formulas_have_in_common_is_computed_once() {
    let reaction = [parse("-x y^2 + 0.037 (1 - x)"), parse("x y^2 - (0.037 + 0.06) y")];
    let program = Expr::program(&[&reaction[0], &reaction[1]], &[true, true]);
    // x y y; 0.037 (1 - x) minus it; it minus 0.097 y.
    assert_eq!(program.operations(), 3);
    // The same at all points: computed once, only copied to every point.
    assert_eq!(Expr::program(&[&parse("exp(sin(x)^2 + 1)")], &[false, false]).operations(), 1);
    // An input that no formula names.
    assert_eq!(Expr::program(&[&parse("x + 1")], &[true, true]).operations(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn programs_give_the_bits_of_single_evaluation(
        a in formulas::formulas(true), b in formulas::formulas(true), x in any::<bool>(), y in any::<bool>(),
    ) {
        compare(&[&a, &b], 130, [x, y]);
        let slopes: Vec<String> = (0..2).filter_map(|v| parse(&a).diff(v).ok()).map(|d| d.to_string()).collect();
        let short: Vec<&str> = slopes.iter().map(String::as_str).filter(|t| Expr::parse(t, VARS).is_ok()).collect();
        if !short.is_empty() {
            compare(&short, 130, [x, y]);
        }
    }
}
