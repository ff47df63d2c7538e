//! JSON, and the object literals of JavaScript as far as code of presets uses them: names without quotes, single quotes,
//! remarks, commas at the end.

use crate::{ImportError, number};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    /// As it is written.
    Number(String),
    Bool(bool),
    Null,
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
}

impl Literal {
    /// A text, also of a number.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Literal::Text(text) | Literal::Number(text) => Some(text.clone()),
            Literal::Bool(b) => Some(b.to_string()),
            _ => None,
        }
    }
}

/// The most levels of lists and objects inside one another.
const MOST_LEVELS: usize = 32;

pub(crate) struct Reader<'a> {
    chars: &'a [char],
    pub(crate) at: usize,
    levels: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(chars: &'a [char], at: usize) -> Self {
        Reader { chars, at, levels: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn fault(&self, message: &str) -> ImportError {
        ImportError::at(self.at, message)
    }

    /// Passes white space and remarks.
    pub(crate) fn skip(&mut self) {
        while let Some(c) = self.peek() {
            let next = self.chars.get(self.at + 1).copied();
            match (c, next) {
                ('/', Some('/')) => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                ('/', Some('*')) => {
                    self.at += 2;
                    while self.at < self.chars.len() && !self.chars[self.at..].starts_with(&['*', '/']) {
                        self.at += 1;
                    }
                    self.at = (self.at + 2).min(self.chars.len());
                }
                _ if c.is_whitespace() || c == '\u{feff}' => self.at += 1,
                _ => return,
            }
        }
    }

    pub(crate) fn take(&mut self, c: char) -> bool {
        self.skip();
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn value(&mut self) -> Result<Literal, ImportError> {
        self.skip();
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::list),
            Some(quote @ ('"' | '\'' | '`')) => self.text(quote).map(Literal::Text),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            Some(c) if c.is_alphabetic() => {
                let at = self.at;
                match self.word().as_str() {
                    "true" => Ok(Literal::Bool(true)),
                    "false" => Ok(Literal::Bool(false)),
                    "null" | "undefined" => Ok(Literal::Null),
                    word => Err(ImportError::at(at, format!("`{word}` is no value: texts stand in quotes"))),
                }
            }
            Some(_) => Err(self.fault("a value is missing here")),
            None => Err(self.fault("the text ends where a value is missing: was it copied whole?")),
        }
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Literal, ImportError>,
    ) -> Result<Literal, ImportError> {
        if self.levels == MOST_LEVELS {
            return Err(self.fault("this is nested too deeply"));
        }
        self.at += 1;
        self.levels += 1;
        let value = inner(self);
        self.levels -= 1;
        value
    }

    fn object(&mut self) -> Result<Literal, ImportError> {
        let mut pairs = Vec::new();
        loop {
            if self.take('}') {
                return Ok(Literal::Object(pairs));
            }
            self.skip();
            let key = match self.peek() {
                Some(quote @ ('"' | '\'')) => self.text(quote)?,
                Some(c) if c.is_alphabetic() || c == '_' || c == '$' => self.word(),
                None => return Err(self.fault("the closing bracket } is missing: was it copied whole?")),
                _ => return Err(self.fault("the name of an option is missing here")),
            };
            if !self.take(':') {
                return Err(self.fault("a colon is missing behind the name of an option"));
            }
            let value = self.value()?;
            pairs.push((key, value));
            if !self.take(',') && !self.chars[self.at..].starts_with(&['}']) {
                return Err(self.fault("a comma or the closing bracket } is missing: was it copied whole?"));
            }
        }
    }

    fn list(&mut self) -> Result<Literal, ImportError> {
        let mut values = Vec::new();
        loop {
            if self.take(']') {
                return Ok(Literal::List(values));
            }
            values.push(self.value()?);
            if !self.take(',') && !self.chars[self.at..].starts_with(&[']']) {
                return Err(self.fault("a comma or the closing bracket ] is missing: was it copied whole?"));
            }
        }
    }

    pub(crate) fn text(&mut self, quote: char) -> Result<String, ImportError> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(ImportError::at(start, "the closing quote of this text is missing: was it copied whole?"));
            };
            self.at += 1;
            match c {
                _ if c == quote => return Ok(out),
                '\\' => {
                    let escaped = self.peek();
                    self.at += 1;
                    match escaped {
                        Some('n') => out.push('\n'),
                        Some('t') => out.push('\t'),
                        Some('r') => out.push('\r'),
                        Some('u') => out.push(self.code_point()?),
                        // A line that goes on.
                        Some('\n') => {}
                        Some(c) => out.push(c),
                        None => {}
                    }
                }
                _ => out.push(c),
            }
        }
    }

    fn code_point(&mut self) -> Result<char, ImportError> {
        let digits: String = self.chars[self.at.min(self.chars.len())..].iter().take(4).collect();
        let found = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
        self.at += 4;
        // Half of a pair says nothing in a formula.
        found.map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).ok_or_else(|| self.fault("\\u needs four digits"))
    }

    fn number(&mut self) -> Result<Literal, ImportError> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            self.at += 1;
        }
        let written: String = self.chars[start..self.at].iter().collect();
        let plain = written.trim_start_matches('+').to_owned();
        match number(&plain) {
            Some(_) => Ok(Literal::Number(plain)),
            None => Err(ImportError::at(start, format!("`{written}` is no number"))),
        }
    }

    pub(crate) fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }
}
