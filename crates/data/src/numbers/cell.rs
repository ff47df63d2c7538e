//! A number in a cell, taken apart: signs, currencies, percent, thousands.

use crate::words::parsed;

/// Signs and codes of currencies, longer ones before those that they begin with.
const CURRENCIES: [&str; 34] = [
    "US$", "R$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "₪", "₫", "฿", "USD", "EUR", "GBP", "CHF", "JPY", "CNY",
    "RUB", "INR", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "BRL", "kr.", "kr", "zł",
];

/// A cell, taken apart.
pub(super) struct Parts<'a> {
    /// Digits, points, commas and what stands between thousands, with an exponent.
    pub core: &'a str,
    negative: bool,
    pub parentheses: bool,
    pub percent: bool,
    pub currency: &'static str,
}

impl<'a> Parts<'a> {
    pub fn of(text: &'a str) -> Option<Self> {
        let mut parts = Parts { core: text.trim(), negative: false, parentheses: false, percent: false, currency: "" };
        if let Some(inner) = parts.core.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            (parts.core, parts.parentheses, parts.negative) = (inner.trim(), true, true);
        }
        // A sign may stand before or behind that of the currency.
        for _ in 0..2 {
            if !parts.negative || parts.parentheses {
                parts.sign();
            }
            if parts.currency.is_empty() {
                parts.currency();
            }
        }
        if let Some(rest) = parts.core.strip_suffix('%') {
            (parts.core, parts.percent) = (rest.trim_end(), true);
        }
        (parts.core.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))).then_some(parts)
    }

    fn sign(&mut self) {
        if let Some(rest) = self.core.strip_prefix(['-', '\u{2212}']) {
            (self.core, self.negative) = (rest.trim_start(), !self.negative);
        } else if let Some(rest) = self.core.strip_prefix('+') {
            self.core = rest.trim_start();
        }
    }

    fn currency(&mut self) {
        for sign in CURRENCIES {
            let rest = self.core.strip_prefix(sign).or_else(|| self.core.strip_suffix(sign));
            if let Some(rest) = rest {
                (self.core, self.currency) = (rest.trim(), sign);
                return;
            }
        }
    }

    /// The number, with that sign before decimals and the other one between thousands.
    pub fn value(&self, comma: bool) -> Option<f64> {
        let (decimal, group) = if comma { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = match self.core.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (self.core, None),
        };
        let mut plain = String::with_capacity(self.core.len() + 1);
        let between = whole.find([group, ' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’']);
        match between.and_then(|at| whole[at..].chars().next()) {
            None => plain.push_str(whole),
            Some(between) => {
                let mut groups = whole.split(between);
                let first = groups.next()?;
                if !(1..=3).contains(&first.len()) || first.starts_with('0') {
                    return None;
                }
                plain.push_str(first);
                for part in groups {
                    if part.len() != 3 {
                        return None;
                    }
                    plain.push_str(part);
                }
                // An exponent behind thousands is a mistake.
                if !plain.bytes().all(|b| b.is_ascii_digit()) || fraction.is_some_and(|f| f.contains(['e', 'E'])) {
                    return None;
                }
            }
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        if !plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let value = parsed(&plain)?;
        Some(if self.negative { -value } else { value })
    }
}
