//! Cells of tables: numbers, holes, names and header words.

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
    if let Some(value) = parsed(text) {
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
        return parsed(&text.replace(',', "."));
    }
    None
}

/// A count or a score, where a comma may stand between thousands.
#[cfg(feature = "comparisons")]
pub(crate) fn counted(text: &str, decimal_comma: bool) -> Option<f64> {
    let value = number(text, decimal_comma);
    if value.is_some() || decimal_comma || !text.contains(',') {
        return value;
    }
    let mut groups = text.split(',');
    let first = groups.next()?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let whole = (1..=3).contains(&first.len()) && digits(first) && groups.all(|part| part.len() == 3 && digits(part));
    if whole { text.replace(',', "").parse().ok() } else { None }
}

/// The number that digits, a point and an exponent make, infinite where it is too large; words such as `inf` are none.
pub(crate) fn parsed(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['-', '+']);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.').then(|| text.parse().ok())?
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
    const WORDS: [&str; 14] = ["-", "NA", "NaN", "?", "N/A", "null", "none", "#N/A", "nil", ".", "--", "–", "—", "\\N"];
    text.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `1 column`, `2 columns`.
pub(crate) fn columns(n: usize) -> String {
    if n == 1 { "1 column".into() } else { format!("{n} columns") }
}

/// Names and their numbers, in order of first appearance.
///
/// A table of its own: the standard library's weighs more in a page, and asks for a name's memory at every look.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    names: Vec<String>,
    /// Hash and number plus one of each name, at its hash or in the next free slot; a power of two of them, half empty.
    slots: Vec<(u32, u32)>,
}

impl Interner {
    /// The number of `name`.
    pub fn id(&mut self, name: &str) -> u32 {
        if 2 * self.names.len() >= self.slots.len() {
            let larger = vec![(0, 0); (4 * self.names.len()).next_power_of_two().max(64)];
            for slot in std::mem::replace(&mut self.slots, larger) {
                if slot.1 > 0 {
                    let free = self.find(slot.0, |_| false);
                    self.slots[free] = slot;
                }
            }
        }
        let hash = hash(name);
        let at = self.find(hash, |id| self.names[id] == name);
        if self.slots[at].1 == 0 {
            self.names.push(name.to_owned());
            // A file has fewer bytes than there are numbers.
            self.slots[at] = (hash, self.names.len() as u32);
        }
        self.slots[at].1 - 1
    }

    /// The slot of a name with that hash for which `same` holds of its number, or the free slot where it belongs.
    fn find(&self, hash: u32, same: impl Fn(usize) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (other, number) = self.slots[at];
            if number == 0 || other == hash && same(number as usize - 1) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The names by number.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// FNV-1a, its upper half mixed in.
fn hash(name: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) as u32
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
    fn names_keep_their_numbers() {
        let mut names = Interner::default();
        for round in 0..2 {
            for i in 0..5000u32 {
                assert_eq!(names.id(&format!("name {}", i * 7)), i, "{round}");
            }
        }
        assert_eq!((names.len(), names.into_names()[4999].as_str()), (5000, "name 34993"));
    }

    #[test]
    fn holes() {
        assert!(["", "na", "NaN", "NULL", "n/a", "?", "-"].iter().all(|text| is_hole(text)));
        assert!(!["0", "nay", "-1", "x"].iter().any(|text| is_hole(text)));
    }
}
