//! JSON, value by value, with the line of each.

use crate::DataError;
use crate::words::parsed;

/// The deepest nesting that is read.
const DEEPEST: usize = 100;

/// A value; numbers and words as they are written.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Plain(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    pub fn plain(&self) -> Option<&str> {
        match self {
            Value::Null => Some(""),
            Value::Plain(text) => Some(text),
            _ => None,
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            _ => "a single value",
        }
    }
}

/// A place in a text of JSON.
#[derive(Clone, Copy)]
pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    line_start: usize,
}

impl<'a> Parser<'a> {
    /// The beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Parser { text, at: 0, line: 1, line_start: 0 }
    }

    /// The line of the place, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Past a bracket.
    pub fn step(&mut self) {
        self.at += 1;
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub fn blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.line_start = self.at + 1;
                }
                b' ' | b'\t' | b'\r' => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    pub fn error(&self, what: &str) -> DataError {
        let column = self.text.get(self.line_start..self.at).map_or(1, |s| s.chars().count() as u64 + 1);
        DataError::at(self.line, column, format!("the file looks like JSON, but {what}"))
    }

    /// After a value inside brackets: true where another follows, false where `close` ends them.
    pub fn more(&mut self, close: u8) -> Result<bool, DataError> {
        self.blank();
        let found = self.peek();
        self.at += usize::from(found.is_some());
        match found {
            Some(b',') => Ok(true),
            Some(byte) if byte == close => Ok(false),
            _ => {
                self.at -= usize::from(found.is_some());
                Err(self.error(if close == b']' {
                    "a comma or ] is missing here"
                } else {
                    "a comma or } is missing here"
                }))
            }
        }
    }

    /// Whether brackets that were just opened close at once.
    pub fn empty(&mut self, close: u8) -> bool {
        self.blank();
        let empty = self.peek() == Some(close);
        self.at += usize::from(empty);
        empty
    }

    /// The value that begins here, so deep inside of brackets.
    ///
    /// # Errors
    /// There is none, or it is nested too deeply.
    pub fn value(&mut self, depth: usize) -> Result<Value, DataError> {
        self.blank();
        if depth > DEEPEST {
            return Err(self.error("it is nested too deeply"));
        }
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                let mut map = Vec::new();
                if self.empty(b'}') {
                    return Ok(Value::Map(map));
                }
                loop {
                    self.blank();
                    if self.peek() != Some(b'"') {
                        return Err(self.error("a key in quotes is missing here"));
                    }
                    let key = self.string()?;
                    self.blank();
                    if self.peek() != Some(b':') {
                        return Err(self.error("a colon is missing here"));
                    }
                    self.at += 1;
                    map.push((key, self.value(depth + 1)?));
                    if !self.more(b'}')? {
                        return Ok(Value::Map(map));
                    }
                }
            }
            Some(b'[') => {
                self.at += 1;
                let mut list = Vec::new();
                if self.empty(b']') {
                    return Ok(Value::List(list));
                }
                loop {
                    list.push(self.value(depth + 1)?);
                    if !self.more(b']')? {
                        return Ok(Value::List(list));
                    }
                }
            }
            Some(b'"') => self.string().map(Value::Plain),
            _ => {
                let rest = &self.text[self.at..];
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.'))
                    .unwrap_or(rest.len());
                let word = &rest[..end];
                let number = || word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && parsed(word).is_some();
                let value = match word {
                    "null" | "NaN" => Value::Null,
                    "true" | "false" => Value::Plain(word.to_owned()),
                    _ if number() => Value::Plain(word.to_owned()),
                    _ => return Err(self.error("a value is missing here")),
                };
                self.at += end;
                Ok(value)
            }
        }
    }

    fn string(&mut self) -> Result<String, DataError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['"', '\\', '\n']).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    let escaped = self.text[self.at + 1..].chars().next();
                    self.at += 1 + escaped.map_or(0, char::len_utf8);
                    match escaped {
                        Some('n' | 'r' | 't' | 'b' | 'f') => out.push(' '),
                        Some('u') => out.push(self.unicode()),
                        Some(c @ ('"' | '\\' | '/')) => out.push(c),
                        _ => return Err(self.error("a backslash stands before something that it cannot escape")),
                    }
                }
                _ => return Err(self.error("a quote is opened and never closed in this line")),
            }
        }
    }

    /// The character of `\\u` and four digits, or of two such.
    fn unicode(&mut self) -> char {
        let unit = |p: &mut Self| {
            let digits = p.text.get(p.at..p.at + 4)?;
            let unit = u32::from_str_radix(digits, 16).ok()?;
            p.at += 4;
            Some(unit)
        };
        let first = unit(self).unwrap_or(0xfffd);
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = unit(self).unwrap_or(0);
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return char::from_u32(code).unwrap_or('\u{fffd}');
            }
        }
        char::from_u32(first).unwrap_or('\u{fffd}')
    }
}
