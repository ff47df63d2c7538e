//! From characters to tokens.

use super::{ExprError, MAX_LENGTH};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Name(String),
    /// An operator, a bracket, a comma or a comparison, in its plain spelling.
    Sign(&'static str),
    End,
}

/// A token, with its place counted in characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Token {
    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self.kind, Kind::Sign(s) if s == sign)
    }
}

/// All tokens of the text, the last one being [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ExprError> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let message = format!("the formula has {length} characters; at most {MAX_LENGTH} are allowed");
        return Err(ExprError::new(MAX_LENGTH, length - MAX_LENGTH, message));
    }
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, len) = if c.is_ascii_digit() || c == '.' {
            number(&chars, at)?
        } else if c == 'π' {
            (Kind::Name("pi".to_string()), 1)
        } else if is_name_start(c) {
            let name: String = chars[at..].iter().take_while(|&&c| is_name_part(c)).collect();
            let len = name.chars().count();
            (Kind::Name(name), len)
        } else {
            sign(&chars, at)?
        };
        tokens.push(Token { kind, at, len });
        at += len;
    }
    tokens.push(Token { kind: Kind::End, at: chars.len(), len: 0 });
    Ok(tokens)
}

fn is_name_start(c: char) -> bool {
    (c.is_alphabetic() || c == '_') && c != 'π'
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}

fn number(chars: &[char], at: usize) -> Result<(Kind, usize), ExprError> {
    let digits_from = |start: usize| chars[start.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let whole = digits_from(at);
    let mut end = at + whole;
    let mut digits = whole;
    if chars.get(end) == Some(&'.') {
        let fraction = digits_from(end + 1);
        digits += fraction;
        end += 1 + fraction;
    }
    if digits == 0 {
        return Err(ExprError::new(at, 1, "a point alone is not a number"));
    }
    // An exponent only where digits follow: `2e` and `2exp(x)` are products.
    if matches!(chars.get(end), Some('e' | 'E')) {
        let signed = usize::from(matches!(chars.get(end + 1), Some('+' | '-' | '−')));
        let exponent = digits_from(end + 1 + signed);
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    let written: String = chars[at..end].iter().map(|&c| if c == '−' { '-' } else { c }).collect();
    match iterscope_decimal::parse(&written) {
        Some(value) if value.is_finite() => Ok((Kind::Number(value), end - at)),
        _ => Err(ExprError::new(at, end - at, "this number is too large")),
    }
}

fn sign(chars: &[char], at: usize) -> Result<(Kind, usize), ExprError> {
    let next = chars.get(at + 1).copied();
    let (plain, len) = match (chars[at], next) {
        ('*', Some('*')) => ("^", 2),
        ('<', Some('=')) => ("<=", 2),
        ('>', Some('=')) => (">=", 2),
        ('+', _) => ("+", 1),
        ('-' | '−', _) => ("-", 1),
        ('*' | '×' | '·', _) => ("*", 1),
        ('/', _) => ("/", 1),
        ('^', _) => ("^", 1),
        ('(', _) => ("(", 1),
        (')', _) => (")", 1),
        (',', _) => (",", 1),
        ('<', _) => ("<", 1),
        ('>', _) => (">", 1),
        ('≤', _) => ("<=", 1),
        ('≥', _) => (">=", 1),
        ('[' | ']' | '{' | '}', _) => return Err(ExprError::new(at, 1, "only round brackets ( ) are understood")),
        ('=', _) => {
            return Err(ExprError::new(at, 1, "`=` has no place in a formula; comparisons are <, <=, >, >="));
        }
        (c, _) => {
            return Err(ExprError::new(at, 1, format!("the character `{}` is not understood", c.escape_debug())));
        }
    };
    Ok((Kind::Sign(plain), len))
}
