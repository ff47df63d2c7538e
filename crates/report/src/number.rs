//! Numbers as people read them.

use std::fmt::Write;

use iterscope_core::artifact::Cell;

/// `value` with at most `digits` significant digits, without trailing zeros; a dash where it is not finite.
pub fn significant(value: f64, digits: u8) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let digits = usize::from(digits.max(1));
    let text = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..digits as i32 + 3).contains(&exponent) {
        trimmed(&format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize))
    } else {
        format!("{}e{exponent}", trimmed(mantissa))
    }
}

fn trimmed(text: &str) -> String {
    if !text.contains('.') {
        return text.to_owned();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A cell as it is shown in a column of `digits`.
pub fn shown(cell: &Cell, digits: u8) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => value.to_string(),
        Cell::Real(value) => significant(*value, digits),
    }
}

/// A coordinate in a picture: two decimals are a fiftieth of a pixel.
pub fn place(out: &mut String, value: f64) {
    let rounded = (value * 100.0).round() / 100.0;
    // Infallible: a string grows.
    let _ = write!(out, "{}", if rounded == 0.0 { 0.0 } else { rounded });
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn numbers_keep_their_significant_digits() {
        for (value, digits, text) in [
            (0.0, 3, "0"),
            (1.0, 4, "1"),
            (0.123456, 3, "0.123"),
            (-12.3456, 3, "-12.3"),
            (1234.6, 3, "1235"),
            (123456.0, 3, "123456"),
            (1.5e7, 3, "1.5e7"),
            (3.0e-9, 2, "3e-9"),
            (0.00021, 2, "0.00021"),
            (9.9996, 4, "10"),
            (f64::NAN, 3, "–"),
        ] {
            assert_eq!(significant(value, digits), text, "{value} with {digits}");
        }
    }
}
