//! Everything is as the standard library has it.

use iterscope_decimal::{Exponential, Fixed, Short, ShortExponential, parse};
use proptest::prelude::*;

fn same(x: f64, places: usize) {
    assert_eq!(Short(x).to_string(), format!("{x}"));
    assert_eq!(ShortExponential(x).to_string(), format!("{x:e}"));
    assert_eq!(Fixed(x, places).to_string(), format!("{x:.places$}"));
    assert_eq!(Exponential(x, places).to_string(), format!("{x:.places$e}"));
}

fn read_same(text: &str) {
    let expected = text.parse::<f64>().expect("a number");
    assert_eq!(parse(text).map(f64::to_bits), Some(expected.to_bits()), "{text}");
}

#[test]
fn powers_and_their_neighbours() {
    for exponent in 0..2047_u64 {
        for bits in [exponent << 52, (exponent << 52) + 1, (exponent << 52).saturating_sub(1)] {
            let x = f64::from_bits(bits);
            same(x, 3);
            read_same(&format!("{x:e}"));
        }
    }
    for exponent in -330..312 {
        read_same(&format!("1e{exponent}"));
        read_same(&format!("9.999999999999999e{exponent}"));
    }
}

#[test]
fn halves_and_edges() {
    let edges = [0.0, -0.0, 0.5, 1.5, 2.5, 0.25, 0.125, 9.5, 99.5, 0.05, 0.95, 0.995, 1e23, 5e-324, f64::MAX];
    for x in edges.into_iter().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE]) {
        for places in 0..6 {
            same(x, places);
        }
    }
    for text in ["0", "-0", "+1.", ".5", "1e400", "-1e-400", "1e99999999999", "0e99999", "000012.50", "1E+2"] {
        read_same(text);
    }
    // The middle of two doubles, and the same with something far behind.
    for text in ["9007199254740993", "9007199254740993.0000000000000000000000001", "2.4703282292062327208e-324"] {
        read_same(text);
    }
    for text in ["1.7976931348623158e308", "1.7976931348623159e308", "2.2250738585072011e-308"] {
        read_same(text);
    }
    read_same(&format!("1{}e-2000", "0".repeat(2000)));
    read_same(&format!("0.{}1e2000", "0".repeat(1999)));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in ["", ".", "-", "e5", "1e", "1e+", "1..2", "1,5", " 1", "inf", "NaN", "0x10", "1e5x", "--1", "1e5.0"] {
        assert_eq!(parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_double(bits: u64, places in 0_usize..20) {
        let x = f64::from_bits(bits);
        same(x, places);
        if x.is_finite() {
            read_same(&format!("{x:e}"));
        }
    }

    #[test]
    fn numbers_of_daily_life(x in -1e6..1e6, places in 0_usize..6) {
        same(x, places);
        let rounded: f64 = format!("{x:.places$}").parse().expect("a number");
        same(rounded, places);
    }

    #[test]
    fn any_decimal(text in "[+-]?[0-9]{1,30}(\\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?") {
        read_same(&text);
    }
}
