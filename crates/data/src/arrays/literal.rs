//! The literals of Python in which NumPy writes its headers: dictionaries, lists, texts, whole numbers, True and False.

/// Lists in lists deeper than this are no header.
const DEEPEST: u32 = 16;

/// A literal; tuples are lists here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Whole(u64),
    Bool(bool),
    None,
    List(Vec<Literal>),
    Pairs(Vec<(Literal, Literal)>),
}

impl Literal {
    /// The value under a key, where this is a dictionary with it.
    pub fn get(&self, key: &str) -> Option<&Literal> {
        let Literal::Pairs(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| matches!(k, Literal::Text(t) if t == key)).map(|(_, v)| v)
    }
}

/// The literal that the text is, with white space around it.
pub(crate) fn parse(text: &str) -> Option<Literal> {
    let mut rest = Rest(text);
    let value = rest.value(0)?;
    rest.0.trim().is_empty().then_some(value)
}

struct Rest<'a>(&'a str);

impl Rest<'_> {
    /// Takes a character, after white space.
    fn take(&mut self, c: char) -> bool {
        let trimmed = self.0.trim_start();
        let found = trimmed.strip_prefix(c);
        self.0 = found.unwrap_or(trimmed);
        found.is_some()
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.0.strip_prefix(word);
        self.0 = found.unwrap_or(self.0);
        found.is_some()
    }

    fn value(&mut self, depth: u32) -> Option<Literal> {
        if depth > DEEPEST {
            return None;
        }
        for (open, close) in [('(', ')'), ('[', ']')] {
            if self.take(open) {
                let mut list = Vec::new();
                while !self.take(close) {
                    list.push(self.value(depth + 1)?);
                    if !self.take(',') {
                        return self.take(close).then_some(Literal::List(list));
                    }
                }
                return Some(Literal::List(list));
            }
        }
        if self.take('{') {
            let mut pairs = Vec::new();
            while !self.take('}') {
                let key = self.value(depth + 1)?;
                if !self.take(':') {
                    return None;
                }
                pairs.push((key, self.value(depth + 1)?));
                if !self.take(',') {
                    return self.take('}').then_some(Literal::Pairs(pairs));
                }
            }
            return Some(Literal::Pairs(pairs));
        }
        for (word, value) in [("True", Literal::Bool(true)), ("False", Literal::Bool(false)), ("None", Literal::None)] {
            if self.word(word) {
                return Some(value);
            }
        }
        // Python 2 marked its texts.
        let marked = self.0.strip_prefix(['u', 'b']).filter(|rest| rest.starts_with(['\'', '"']));
        self.0 = marked.unwrap_or(self.0);
        if let Some(quote) = self.0.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            return self.text(quote);
        }
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let value = self.0[..digits].parse().ok()?;
        self.0 = &self.0[digits..];
        // Python 2 marked its long numbers.
        self.word("L");
        Some(Literal::Whole(value))
    }

    fn text(&mut self, quote: char) -> Option<Literal> {
        let mut out = String::new();
        let mut chars = self.0.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.0 = &self.0[at + 1..];
                return Some(Literal::Text(out));
            }
            if c != '\\' {
                out.push(c);
                continue;
            }
            out.push(match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'x' => code(&mut chars, 2)?,
                'u' => code(&mut chars, 4)?,
                'U' => code(&mut chars, 8)?,
                other => other,
            });
        }
        None
    }
}

fn code(chars: &mut dyn Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let hex: String = chars.take(digits).map(|(_, c)| c).collect();
    u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_numpy() {
        let header =
            parse("{'descr': [('a', '<f8'), (u'b\\xe9', '<U3')], 'fortran_order': False, 'shape': (3L, 4), }  \n")
                .unwrap();
        assert_eq!(header.get("shape"), Some(&Literal::List(vec![Literal::Whole(3), Literal::Whole(4)])));
        assert_eq!(header.get("fortran_order"), Some(&Literal::Bool(false)));
        let Some(Literal::List(fields)) = header.get("descr") else { panic!("a list") };
        let text = |t: &str| Literal::Text(t.into());
        assert_eq!(fields[1], Literal::List(vec![text("bé"), text("<U3")]));
        assert_eq!(parse("(5,)"), Some(Literal::List(vec![Literal::Whole(5)])));
        assert_eq!(parse("()"), Some(Literal::List(vec![])));
        for wrong in ["", "{", "{'a' 1}", "(1 2)", "'a", "-1", "{'a': }", "99999999999999999999", "'\\ud800'"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
