//! From characters to tokens.

use super::{ExprError, MAX_LENGTH};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Name(String),
    /// An operator, a bracket, a comma or a comparison, in its plain spelling.
    Sign(&'static str),
    /// A raised whole number, as in x².
    Raised(i32),
    End,
}

/// A token, with its place counted in characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Token {
    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self.kind, TokenKind::Sign(s) if s == sign)
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(&self.kind, TokenKind::Name(n) if n == name)
    }
}

/// All tokens of the text, the last one being [`TokenKind::End`].
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
            (TokenKind::Name("pi".to_string()), 1)
        } else if is_name_start(c) {
            name(&chars, at)?
        } else if raised(c).is_some() {
            raised_number(&chars, at)?
        } else {
            sign(&chars, at)?
        };
        tokens.push(Token { kind, at, len });
        at += len;
    }
    tokens.push(Token { kind: TokenKind::End, at: chars.len(), len: 0 });
    Ok(tokens)
}

pub(super) fn is_name_start(c: char) -> bool {
    (c.is_alphabetic() || c == '_') && c != 'π' && raised(c).is_none()
}

pub(super) fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}

fn name(chars: &[char], at: usize) -> Result<(TokenKind, usize), ExprError> {
    let read = |at: usize| -> String { chars[at..].iter().take_while(|&&c| is_name_part(c)).collect() };
    let name = read(at);
    let len = name.chars().count();
    let after = at + len;
    match (chars.get(after), chars.get(after + 1)) {
        (Some('.'), Some(&c)) if is_name_start(c) => {
            let inner = read(after + 1);
            let call = if chars.get(after + 1 + inner.chars().count()) == Some(&'(') { "(...)" } else { "" };
            let message = format!("names have no points here: type `{inner}{call}` for `{name}.{inner}{call}`");
            Err(ExprError::new(at, len + 1 + inner.chars().count(), message))
        }
        (Some('['), Some(&digit)) if digit.is_ascii_digit() && chars.get(after + 2) == Some(&']') => {
            let coordinate = match digit {
                '0' => "type `x` for the first coordinate",
                '1' => "type `y` for the second coordinate",
                '2' => "type `z` for the third coordinate",
                _ => "coordinates are called x, y, z",
            };
            Err(ExprError::new(at, len + 3, format!("there are no indices in brackets: {coordinate}")))
        }
        _ => Ok((TokenKind::Name(name), len)),
    }
}

fn number(chars: &[char], at: usize) -> Result<(TokenKind, usize), ExprError> {
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
    match written.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((TokenKind::Number(value), end - at)),
        _ => Err(ExprError::new(at, end - at, "this number is too large")),
    }
}

/// A raised digit or sign in its plain form.
fn raised(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁺' => '+',
        '⁻' => '-',
        _ => return None,
    })
}

fn raised_number(chars: &[char], at: usize) -> Result<(TokenKind, usize), ExprError> {
    let plain: String = chars[at..].iter().map_while(|&c| raised(c)).collect();
    match plain.parse() {
        Ok(exponent) => Ok((TokenKind::Raised(exponent), plain.len())),
        Err(_) => Err(ExprError::new(at, plain.len(), "this raised number cannot be read: use ^")),
    }
}

fn sign(chars: &[char], at: usize) -> Result<(TokenKind, usize), ExprError> {
    let next = chars.get(at + 1).copied();
    let (plain, len) = match (chars[at], next) {
        ('*', Some('*')) => ("^", 2),
        ('<', Some('=')) => ("<=", 2),
        ('>', Some('=')) => (">=", 2),
        ('=', Some('=')) => ("==", 2),
        ('!', Some('=')) => ("!=", 2),
        ('&', Some('&')) => ("and", 2),
        ('+', _) => ("+", 1),
        ('-' | '−' | '–', _) => ("-", 1),
        ('*' | '×' | '·' | '⋅' | '∗', _) => ("*", 1),
        ('/' | '÷', _) => ("/", 1),
        ('^', _) => ("^", 1),
        ('(', _) => ("(", 1),
        (')', _) => (")", 1),
        (',', _) => (",", 1),
        ('<', _) => ("<", 1),
        ('>', _) => (">", 1),
        ('≤', _) => ("<=", 1),
        ('≥', _) => (">=", 1),
        ('≠', _) => ("!=", 1),
        ('&' | '∧', _) => ("and", 1),
        ('∨', _) => ("or", 1),
        ('!' | '¬', _) => ("!", 1),
        ('?', _) => ("?", 1),
        (':', _) => (":", 1),
        ('|', _) => ("|", 1),
        ('√', _) => ("√", 1),
        ('∛', _) => ("∛", 1),
        (c, _) => return Err(ExprError::new(at, 1, not_understood(c))),
    };
    Ok((TokenKind::Sign(plain), len))
}

#[cold]
fn not_understood(c: char) -> String {
    match c {
        '[' | ']' | '{' | '}' => "only round brackets ( ) are understood".into(),
        '=' => "`=` has no place in a formula; comparisons are ==, !=, <, <=, >, >=".into(),
        '%' => "`%` is not understood; for the remainder type mod(a, b)".into(),
        '\\' => "LaTeX is not understood: type sin(x), sqrt(x), a/b, x^2".into(),
        '\'' | '′' => "a prime is not understood".into(),
        c => format!("the character `{}` is not understood", c.escape_debug()),
    }
}
