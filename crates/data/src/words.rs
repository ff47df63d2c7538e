//! Cells of tables: numbers, holes, names and header words.

use std::collections::HashMap;

/// A header cell without case, spaces and punctuation: `User ID` and `user_id` are both `userid`.
pub(crate) fn plain(cell: &str) -> String {
    cell.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The number in `text`, which may have a decimal comma where that cannot be a delimiter.
pub(crate) fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    if let Some(value) = short(text) {
        return Some(value);
    }
    // Names begin like no number; this is asked of every cell.
    if !matches!(text.as_bytes().first()?, b'0'..=b'9' | b'.' | b',' | b'+' | b'-' | b'i' | b'I' | b'n' | b'N') {
        return None;
    }
    if let Some(value) = iterscope_decimal::parse(text) {
        return Some(value);
    }
    let word = text.strip_prefix(['-', '+']).unwrap_or(text);
    if word.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("infinity") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if decimal_comma && text.bytes().filter(|&b| b == b',').count() == 1 && !text.contains('.') {
        return iterscope_decimal::parse(&text.replace(',', "."));
    }
    None
}

/// A number of at most 15 digits without an exponent: its digits and the power of ten are exact, so the quotient is the
/// nearest double.
fn short(text: &str) -> Option<f64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (-1.0, rest),
        rest => (1.0, rest),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut whole, mut power, mut count) = (0u64, 0.0, 0);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                count += 1;
                power *= 10.0;
            }
            b'.' if power == 0.0 => power = 1.0,
            _ => return None,
        }
    }
    let value = whole as f64 / if power == 0.0 { 1.0 } else { power };
    (1..=15).contains(&count).then_some(sign * value)
}

/// Whether a cell says that nothing is known.
pub(crate) fn is_hole(text: &str) -> bool {
    const WORDS: [&str; 13] = ["-", "NA", "NaN", "?", "N/A", "null", "none", "#N/A", "nil", ".", "--", "–", "—"];
    text.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `1 column`, `2 columns`.
pub(crate) fn columns(n: usize) -> String {
    if n == 1 { "1 column".into() } else { format!("{n} columns") }
}

/// Names and their numbers, in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct Interner(HashMap<String, u32>);

impl Interner {
    /// The number of `name`.
    pub fn id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.0.get(name) {
            return id;
        }
        // A file has fewer bytes than there are numbers.
        let id = self.0.len() as u32;
        self.0.insert(name.to_owned(), id);
        id
    }
    /// The names by number.
    pub fn into_names(self) -> Vec<String> {
        let mut names = vec![String::new(); self.0.len()];
        for (name, id) in self.0 {
            names[id as usize] = name;
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_commas_only_where_they_cannot_separate() {
        assert_eq!(number("3,5", true), Some(3.5));
        assert_eq!(number("3,5", false), None);
        assert_eq!(number("1,000.5", true), None);
        assert_eq!(number("-1e3", true), Some(-1000.0));
    }

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "1",
            "-12.5",
            "0.1",
            ".5",
            "5.",
            "123456789012345",
            "1234567890123456",
            "0.000000000000001",
            "3e5",
            "+7",
            "inf",
            "-Infinity",
            "1e999",
            "4.35",
            "1e-320",
            "9007199254740993",
            "00012.50",
        ] {
            let (mine, theirs) = (number(text, false).unwrap(), text.parse::<f64>().unwrap());
            assert_eq!(mine.to_bits(), theirs.to_bits(), "{text}");
        }
        assert!(number("NaN", false).unwrap().is_nan());
        for text in ["", "-", ".", "1.2.3", "x", "--1", "1 2", "1_000", "0x10", "n", "1-2"] {
            assert_eq!(number(text, true), None, "{text}");
        }
    }

    #[test]
    fn holes() {
        assert!(["", "na", "NaN", "NULL", "n/a", "?", "-"].iter().all(|text| is_hole(text)));
        assert!(!["0", "nay", "-1", "x"].iter().any(|text| is_hole(text)));
    }
}
