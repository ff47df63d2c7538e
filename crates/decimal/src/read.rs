//! From text to numbers.

use crate::big::Big;

/// Decimal places beyond which a number of any sensible length is infinite, or zero.
const FAR: i32 = 1 << 14;

/// Reads a number: an optional sign, digits with at most one point among them, and an optional exponent, which is `e` or
/// `E` with a whole number. The nearest double, of two the one with an even last bit; infinite where it is too large.
/// Nothing where the text is anything else.
pub fn parse(text: &str) -> Option<f64> {
    let (negative, text) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let end = text.iter().position(|b| matches!(b, b'e' | b'E')).unwrap_or(text.len());
    let mut digits = Big::new(0);
    let (mut count, mut places, mut pointed) = (0, 0, false);
    for byte in &text[..end] {
        match byte {
            b'0'..=b'9' => {
                digits.mul_add(10, u32::from(byte - b'0'));
                count += 1;
                places -= i32::from(pointed);
            }
            b'.' if !pointed => pointed = true,
            _ => return None,
        }
    }
    let exponent = if end < text.len() { whole(&text[end + 1..])? } else { 0 };
    let size = (count > 0).then(|| nearest(digits, exponent.saturating_add(places)))?;
    Some(if negative { -size } else { size })
}

/// A whole number, or [`FAR`] where it is larger.
fn whole(text: &[u8]) -> Option<i32> {
    let (sign, text) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let mut value = 0;
    for byte in text {
        value = (value * 10 + i32::from(byte.is_ascii_digit().then(|| byte - b'0')?)).min(FAR);
    }
    (!text.is_empty()).then_some(sign * value)
}

/// The double nearest to `digits * 10^exponent`.
pub fn nearest(mut digits: Big, exponent: i32) -> f64 {
    if digits.is_zero() {
        return 0.0;
    }
    // Magnitudes that no digits can bring back: this bounds the work below.
    let top = digits.bits() * 3 / 10 + exponent;
    if top > 330 {
        return f64::INFINITY;
    }
    if top < -350 {
        return 0.0;
    }
    // The value is `digits * 2^-lowered`, and a little more where `rest`.
    let (mut lowered, mut rest) = (0, false);
    if exponent >= 0 {
        digits.mul_power(10, exponent.unsigned_abs());
    } else {
        // Enough bits that the quotient has more than 64.
        let limbs = exponent.unsigned_abs() / 8 + 3;
        digits.shift_limbs(limbs as usize);
        lowered = limbs as i32 * 32;
        for _ in 0..exponent.unsigned_abs() {
            rest |= digits.div(10) != 0;
        }
    }
    // The weight of the last bit that is kept: 53 bits, fewer where the number is tiny.
    let last = (digits.bits() - 53).max(lowered - 1074);
    let (kept, half, below) = digits.cut(last);
    let mantissa = kept + u64::from(half && (below || rest || kept & 1 == 1));
    // Rounding up may have carried into a 54th bit, which is no loss: it is even. A power of two outside of the normal
    // range is reached in two exact steps.
    let scale = last - lowered;
    match scale {
        972.. => f64::INFINITY,
        ..-1000 => mantissa as f64 * power_of_two(scale + 600) * power_of_two(-600),
        _ => mantissa as f64 * power_of_two(scale),
    }
}

/// A power of two in the normal range.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}
