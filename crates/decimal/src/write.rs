//! From numbers to text.

use std::fmt;

use crate::big::Big;
use crate::read::nearest;

/// The fewest digits that read back as the same double, without exponent: `{}`.
#[derive(Clone, Copy, Debug)]
pub struct Short(pub f64);

/// The fewest digits that read back as the same double, with an exponent: `{:e}`.
#[derive(Clone, Copy, Debug)]
pub struct ShortExponential(pub f64);

/// A number of digits after the point: `{:.N}`. Halves go to the even digit.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(pub f64, pub usize);

/// A number of digits after the point of the mantissa: `{:.Ne}`.
#[derive(Clone, Copy, Debug)]
pub struct Exponential(pub f64, pub usize);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, self.0, |size| plain(&shortest(size), 0))
    }
}

impl fmt::Display for ShortExponential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, self.0, |size| exponential(&shortest(size)))
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.1;
        written(f, self.0, |size| {
            let mut decimal = exact(size);
            match usize::try_from(decimal.point + places as i32) {
                Ok(count) => decimal.round(count),
                // Less than a half of the last place.
                Err(_) => decimal.cut(0, false),
            }
            plain(&decimal, places)
        })
    }
}

impl fmt::Display for Exponential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.1;
        written(f, self.0, |size| {
            let mut decimal = exact(size);
            decimal.round(places + 1);
            decimal.digits.resize(places + 1, 0);
            exponential(&decimal)
        })
    }
}

/// Sign, and what is no number; `text` writes the rest.
fn written(f: &mut fmt::Formatter<'_>, value: f64, text: impl FnOnce(f64) -> String) -> fmt::Result {
    if value.is_nan() {
        return f.write_str("NaN");
    }
    if value.is_sign_negative() {
        f.write_str("-")?;
    }
    let size = value.abs();
    f.write_str(&if size.is_finite() { text(size) } else { "inf".to_owned() })
}

/// `0.d1 d2 d3... * 10^point`, the first digit not zero; zero has no digits.
#[derive(Clone)]
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// All digits of a double, of which there may be hundreds.
fn exact(size: f64) -> Decimal {
    let bits = size.to_bits();
    let (field, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    let (mantissa, power) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    // A common power of two would only make the digits below end in zeros.
    let spare = mantissa.trailing_zeros().min(power.min(0).unsigned_abs()) as i32;
    let (mut big, power) = (Big::new(mantissa >> (spare & 63)), power + spare);
    // m / 2^k = m * 5^k / 10^k.
    big.mul_power(if power < 0 { 5 } else { 2 }, power.unsigned_abs());
    let mut digits = Vec::new();
    while !big.is_zero() {
        digits.push(big.div(10) as u8);
    }
    digits.reverse();
    let point = digits.len() as i32 + power.min(0);
    let mut decimal = Decimal { digits, point };
    decimal.trim();
    decimal
}

impl Decimal {
    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// Keeps `count` digits, the last one increased where `up`.
    fn cut(&mut self, count: usize, up: bool) {
        self.digits.truncate(count);
        if up {
            match self.digits.iter().rposition(|d| *d < 9) {
                Some(at) => {
                    self.digits.truncate(at + 1);
                    self.digits[at] += 1;
                }
                None => {
                    self.digits = vec![1];
                    self.point += 1;
                }
            }
        }
        self.trim();
    }

    /// Rounds to `count` digits, halves to the even digit.
    fn round(&mut self, count: usize) {
        let Some(&next) = self.digits.get(count) else { return };
        let odd = count > 0 && self.digits[count - 1] % 2 == 1;
        // The digits do not end in zero, so that one more digit is more than nothing.
        let up = next > 5 || next == 5 && (odd || self.digits.len() > count + 1);
        self.cut(count, up);
    }

    /// Rounds to `count` digits, halves up.
    fn round_up(&mut self, count: usize) {
        let up = self.digits.get(count).is_some_and(|next| *next >= 5);
        self.cut(count, up);
    }

    fn value(&self) -> f64 {
        let mut big = Big::new(0);
        for digit in &self.digits {
            big.mul_add(10, u32::from(*digit));
        }
        nearest(big, self.point - self.digits.len() as i32)
    }
}

fn shortest(size: f64) -> Decimal {
    let exact = exact(size);
    // Fifteen digits tell any two decimals apart, so that the zeros at their end go too. Tiny numbers have fewer.
    let first = if size < f64::MIN_POSITIVE { 1 } else { 15 };
    for count in first..17 {
        let mut near = exact.clone();
        near.round_up(count);
        if near.value() == size {
            return near;
        }
        // At a power of two the farther one may be the only one that reads back: there are more doubles below.
        let mut far = exact.clone();
        far.cut(count, true);
        if far.value() == size {
            return far;
        }
    }
    let mut near = exact;
    near.round_up(17);
    near
}

/// Without exponent, with at least `places` digits after the point.
fn plain(decimal: &Decimal, places: usize) -> String {
    let digit = |at: i32| {
        let found = usize::try_from(at).ok().and_then(|at| decimal.digits.get(at));
        char::from(b'0' + found.copied().unwrap_or(0))
    };
    let mut out: String = (0..decimal.point).map(digit).collect();
    if out.is_empty() {
        out.push('0');
    }
    let end = (decimal.digits.len() as i32).max(decimal.point + places as i32);
    if end > decimal.point {
        out.push('.');
        out.extend((decimal.point..end).map(digit));
    }
    out
}

fn exponential(decimal: &Decimal) -> String {
    let mut out = String::new();
    for (at, digit) in decimal.digits.iter().enumerate() {
        if at == 1 {
            out.push('.');
        }
        out.push(char::from(b'0' + digit));
    }
    if out.is_empty() {
        out.push('0');
    }
    let exponent = if decimal.digits.iter().all(|d| *d == 0) { 0 } else { decimal.point - 1 };
    out.push('e');
    out.push_str(&exponent.to_string());
    out
}
