//! Programs over many points: the bits of single evaluation, what is shared, and their speed beside loops written by hand.

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
    // x y y; 0.037 (1 - x); their difference; x y y - 0.097 y.
    assert_eq!(program.operations(), 4);
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

/// The Gray-Scott reaction, as one would write it.
fn by_hand(u: &[f64], v: &[f64], f: &mut [f64], g: &mut [f64], feed: f64, kill: f64) {
    for (((u, v), f), g) in u.iter().zip(v).zip(f).zip(g) {
        let uvv = u * v * v;
        *f = feed * (1.0 - u) - uvv;
        *g = uvv - (feed + kill) * v;
    }
}

/// `cargo test --release -p iterscope-expr --test program -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, to be made in release builds"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is made for")]
fn speed_beside_loops_by_hand() {
    let names = ["u", "v", "F", "k"];
    let read = |text| Expr::parse(text, &names).expect("valid");
    let reaction = [read("-u*v^2 + F*(1 - u)"), read("u*v^2 - (F + k)*v")];
    let program = Expr::program(&[&reaction[0], &reaction[1]], &[true, true, false, false]);
    let mut scratch = program.scratch();
    for n in [64 * 64, 128 * 128, 512 * 512, 1024 * 1024] {
        let (u, v) = (points(n, 1), points(n, 2));
        let (mut f, mut g) = (vec![0.0; n], vec![0.0; n]);
        let repeat = (1 << 25) / n;
        // The best of several, one after the other in turn: other programs run beside.
        let (mut hand, mut ours) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..9 {
            let start = std::time::Instant::now();
            for _ in 0..repeat {
                by_hand(&u, &v, &mut f, &mut g, std::hint::black_box(0.037), 0.06);
                std::hint::black_box(&mut f);
            }
            hand = hand.min(start.elapsed().as_secs_f64());
            let start = std::time::Instant::now();
            for _ in 0..repeat {
                let inputs =
                    [Input::Each(&u), Input::Each(&v), Input::Same(std::hint::black_box(0.037)), Input::Same(0.06)];
                program.run(&inputs, &mut scratch, &mut [&mut f, &mut g]);
                std::hint::black_box(&mut f);
            }
            ours = ours.min(start.elapsed().as_secs_f64());
        }
        let per_point = 1e9 / (repeat * n) as f64;
        let (a, b, ratio) = (hand * per_point, ours * per_point, ours / hand);
        println!("{n:>8} points: by hand {a:.3} ns, program {b:.3} ns a point, ratio {ratio:.2}");
    }
}
