//! Elementary functions and the text of numbers. In the browser they are the browser's own: Rust's bring tables along that
//! weigh more than the rest of a picture.

#[cfg(target_arch = "wasm32")]
mod imp {
    use js_sys::{Math, Number};

    pub fn ln(x: f64) -> f64 {
        Math::log(x)
    }
    pub fn exp(x: f64) -> f64 {
        Math::exp(x)
    }
    pub fn log10(x: f64) -> f64 {
        Math::log10(x)
    }
    pub fn pow(x: f64, y: f64) -> f64 {
        Math::pow(x, y)
    }
    pub fn fixed(v: f64, digits: u8) -> String {
        Number::from(v).to_fixed(digits).ok().and_then(|t| t.as_string()).unwrap_or_default()
    }
    pub fn exponential(v: f64, digits: u8) -> String {
        let text = Number::from(v).to_exponential(digits).ok().and_then(|t| t.as_string());
        text.unwrap_or_default().replace('+', "")
    }
    pub fn parse(text: &str) -> f64 {
        js_sys::parse_float(text)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imp {
    pub fn ln(x: f64) -> f64 {
        x.ln()
    }
    pub fn exp(x: f64) -> f64 {
        x.exp()
    }
    pub fn log10(x: f64) -> f64 {
        x.log10()
    }
    pub fn pow(x: f64, y: f64) -> f64 {
        x.powf(y)
    }
    pub fn fixed(v: f64, digits: u8) -> String {
        format!("{v:.*}", usize::from(digits))
    }
    pub fn exponential(v: f64, digits: u8) -> String {
        format!("{v:.*e}", usize::from(digits))
    }
    pub fn parse(text: &str) -> f64 {
        text.parse().unwrap_or(f64::NAN)
    }
}

pub use imp::{exp, exponential, fixed, ln, log10, pow};

/// The number of `[lo, hi]` that is nearest to `v`.
#[allow(clippy::manual_clamp, reason = "the text of its panic alone would bring in all the code that writes numbers")]
pub fn within(v: f64, lo: f64, hi: f64) -> f64 {
    v.max(lo).min(hi)
}

/// A power of ten.
pub fn ten(k: f64) -> f64 {
    pow(10.0, k)
}

/// What a person typed as a number. A sign, digits, a point and an exponent, nothing else: neither parser decides.
pub fn parse(typed: &str) -> Option<f64> {
    let text = typed.trim();
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut digits = 0;
    let mut take = |rest: &mut &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        digits += end;
        *rest = rest.get(end..).unwrap_or_default();
        end
    };
    take(&mut rest);
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        take(&mut rest);
    }
    if digits == 0 {
        return None;
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        rest = after.strip_prefix(['+', '-']).unwrap_or(after);
        if rest.is_empty() || rest.bytes().any(|b| !b.is_ascii_digit()) {
            return None;
        }
        rest = "";
    }
    let value = if rest.is_empty() { imp::parse(text) } else { f64::NAN };
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
