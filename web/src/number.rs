//! Numbers that people type.

/// What a person typed as a number: a sign, digits, a point and an exponent, nothing else.
pub fn parse(typed: &str) -> Option<f64> {
    let text = typed.trim();
    // Rust also reads `inf`, `nan` and `infinity`.
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    let starts = text.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let value: f64 = text.parse().ok().filter(|_| plain && starts)?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers_are_read_strictly() {
        let good = [(" 1e-8 ", 1e-8), ("-.5", -0.5), ("+3.", 3.0), ("0012", 12.0), ("2E+3", 2000.0)];
        for (typed, value) in good {
            assert_eq!(parse(typed), Some(value), "{typed}");
        }
        for typed in ["", "1,5", "inf", "NaN", "0x10", "1e", "1e5x", "--1", ".", "1 2", "1e999", "e5"] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }
}
