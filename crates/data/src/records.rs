//! Rows from JSON: a list of objects or of lists, one object or list on each line, columns of values, or one list inside an
//! object. A small reader of our own: it knows the line of each value, and the modules of the page carry no other.

use iterscope_core::Remark;

use crate::DataError;
use crate::error::quoted;
use crate::made::Made;
use crate::sheet::Sheet;
use crate::words::parsed;

/// The deepest nesting that is read.
const DEEPEST: usize = 100;
/// The most keys that are named.
const NAMED: usize = 5;

/// A value; numbers and words as they are written.
#[derive(Debug)]
enum Value {
    Null,
    Plain(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    fn plain(&self) -> Option<&str> {
        match self {
            Value::Null => Some(""),
            Value::Plain(text) => Some(text),
            _ => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            _ => "a single value",
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    line_start: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
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

    fn error(&self, what: &str) -> DataError {
        let column = self.text.get(self.line_start..self.at).map_or(1, |s| s.chars().count() as u64 + 1);
        DataError::at(self.line, column, format!("the file looks like JSON, but {what}"))
    }

    /// After a value inside brackets: true where another follows, false where `close` ends them.
    fn more(&mut self, close: u8) -> Result<bool, DataError> {
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
    fn empty(&mut self, close: u8) -> bool {
        self.blank();
        let empty = self.peek() == Some(close);
        self.at += usize::from(empty);
        empty
    }

    fn value(&mut self, depth: usize) -> Result<Value, DataError> {
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

/// Whether a text begins as JSON does.
fn begins(text: &str) -> bool {
    let mut chars = text.trim_start().chars();
    let first = chars.next();
    let second = chars.find(|c| !c.is_whitespace());
    match (first, second) {
        (Some('{'), Some('"')) => true,
        (Some('['), Some(c)) => matches!(c, '{' | '[' | '"'),
        _ => false,
    }
}

/// Rows as they are found.
#[derive(Default)]
struct Rows {
    keys: Vec<String>,
    /// For each key whether a plain value stands under it somewhere.
    plain: Vec<bool>,
    /// Where something nested was found first, and what, for each key that has it.
    nested: Vec<(String, String, &'static str)>,
    rows: Vec<(u64, Vec<String>)>,
    lists: Option<bool>,
}

impl Rows {
    /// Takes one element, which stands at `path`.
    fn take(&mut self, line: u64, path: &str, value: Value) -> Result<(), DataError> {
        let list = matches!(value, Value::List(_));
        if *self.lists.get_or_insert(list) != list {
            return Err(DataError::line(line, format!("`{path}` is {}, and those before are not", value.kind())));
        }
        let cells = match value {
            Value::List(list) => {
                let mut cells = Vec::with_capacity(list.len());
                for (i, value) in list.iter().enumerate() {
                    let Some(text) = value.plain() else {
                        let message = format!("`{path}[{i}]` is {}; expected a number or a word", value.kind());
                        return Err(DataError::line(line, message));
                    };
                    cells.push(text.to_owned());
                }
                cells
            }
            Value::Map(map) => {
                let mut cells = vec![String::new(); self.keys.len()];
                for (key, value) in map {
                    let at = self.keys.iter().position(|k| *k == key).unwrap_or_else(|| {
                        self.keys.push(key.clone());
                        self.plain.push(false);
                        self.keys.len() - 1
                    });
                    cells.resize(self.keys.len(), String::new());
                    match value {
                        Value::Null => {}
                        Value::Plain(text) => {
                            self.plain[at] = true;
                            cells[at] = text;
                        }
                        nested => {
                            if !self.nested.iter().any(|(k, ..)| *k == key) {
                                self.nested.push((key.clone(), format!("{path}.{key}"), nested.kind()));
                            }
                        }
                    }
                }
                cells
            }
            _ => {
                let message = format!(
                    "`{path}` is a single value; expected objects such as {{\"winner\": \"a\", \"loser\": \"b\"}}, or lists"
                );
                return Err(DataError::line(line, message));
            }
        };
        self.rows.push((line, cells));
        Ok(())
    }

    fn sheet(self, mut remarks: Vec<Remark>) -> Result<Sheet<'static>, DataError> {
        if self.rows.is_empty() {
            return Err(DataError::file("the file is JSON, and has no rows in it"));
        }
        let objects = self.lists == Some(false);
        let kept: Vec<usize> = (0..self.keys.len()).filter(|&i| self.plain[i]).collect();
        let mut made = Made::default();
        if objects {
            made.row(1, kept.iter().map(|&i| self.keys[i].as_str()));
        }
        let empty = String::new();
        for (line, cells) in &self.rows {
            if objects {
                made.row(*line, kept.iter().map(|&i| cells.get(i).unwrap_or(&empty).as_str()));
            } else {
                made.row(*line, cells.iter().map(String::as_str));
            }
        }
        let mut hint = String::new();
        if !self.nested.is_empty() {
            let words = |(_, path, kind): &(String, String, &str)| format!("{} is {kind}", quoted(path));
            let some: Vec<_> = self.nested.iter().take(NAMED).map(words).collect();
            let more = self.nested.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let list = format!("{}{more}", some.join(", "));
            hint =
                format!("; what is nested is not read: {list}; bring one value for each key, such as `player_white`");
            remarks.push(format!("Left out what is nested: {list}.").into());
        }
        let mut sheet = made.sheet();
        sheet.remarks = remarks;
        sheet.headed = objects;
        sheet.hint = hint;
        Ok(sheet)
    }
}

/// Finds the rows of a JSON text; `None` if it is none.
///
/// # Errors
/// It begins as JSON and is none, or has rows of several kinds, or values where rows are expected.
pub(crate) fn open(text: &str) -> Result<Option<Sheet<'static>>, DataError> {
    if !begins(text) {
        return Ok(None);
    }
    let mut parser = Parser { text, at: 0, line: 1, line_start: 0 };
    parser.blank();
    let mut rows = Rows::default();
    if parser.peek() == Some(b'[') {
        // The elements one after the other: they may be large, and little of them is kept.
        let start = (parser.at, parser.line, parser.line_start);
        parser.at += 1;
        let mut k = 0;
        let mut first_plain = false;
        if !parser.empty(b']') {
            loop {
                parser.blank();
                let line = parser.line;
                let value = parser.value(1)?;
                if k == 0 && value.plain().is_some() {
                    first_plain = true;
                    break;
                }
                rows.take(line, &format!("[{k}]"), value)?;
                k += 1;
                if !parser.more(b']')? {
                    break;
                }
            }
        }
        if first_plain {
            (parser.at, parser.line, parser.line_start) = start;
            rows = Rows::default();
            lines(&mut parser, &mut rows, None)?;
            return rows.sheet(Vec::new()).map(Some);
        }
        parser.blank();
        if parser.at < text.len() {
            return Err(parser.error("something follows the list"));
        }
        return rows.sheet(Vec::new()).map(Some);
    }
    let line = parser.line;
    let first = parser.value(0)?;
    parser.blank();
    if parser.at < text.len() {
        lines(&mut parser, &mut rows, Some((line, first)))?;
        return rows.sheet(Vec::new()).map(Some);
    }
    let Value::Map(map) = first else { return Err(parser.error("a list of rows is missing")) };
    single(map).map(Some)
}

/// One object or list on each line, or one after the other.
fn lines(parser: &mut Parser, rows: &mut Rows, first: Option<(u64, Value)>) -> Result<(), DataError> {
    let mut k = 0;
    if let Some((line, value)) = first {
        rows.take(line, "[0]", value)?;
        k = 1;
    }
    loop {
        parser.blank();
        if parser.at >= parser.text.len() {
            return Ok(());
        }
        let line = parser.line;
        let value = parser.value(0)?;
        rows.take(line, &format!("[{k}]"), value)?;
        k += 1;
    }
}

/// One object: the list of rows in it, or its columns.
fn single(map: Vec<(String, Value)>) -> Result<Sheet<'static>, DataError> {
    let is_rows = |value: &Value| matches!(value, Value::List(list) if list.iter().any(|v| matches!(v, Value::List(_) | Value::Map(_))));
    let found: Vec<usize> = (0..map.len()).filter(|&i| is_rows(&map[i].1)).collect();
    // Columns of values, as a list or by the number of the row.
    let column = |value: &Value| match value {
        Value::List(list) => list.iter().map(|v| v.plain().map(str::to_owned)).collect::<Option<Vec<_>>>(),
        Value::Map(map) => map.iter().map(|(_, v)| v.plain().map(str::to_owned)).collect(),
        _ => None,
    };
    let mut rows = Rows::default();
    match found[..] {
        [at] => {
            let names = map.iter().find(|(key, _)| key == "columns").and_then(|(_, v)| column(v));
            let mut map = map;
            let (key, value) = map.swap_remove(at);
            let Value::List(list) = value else { return Err(DataError::file("the file is JSON without rows")) };
            for (k, mut value) in list.into_iter().enumerate() {
                if let (Some(names), Value::List(cells)) = (&names, &mut value)
                    && names.len() == cells.len()
                {
                    value = Value::Map(names.iter().cloned().zip(cells.drain(..)).collect());
                }
                rows.take(1, &format!("{key}[{k}]"), value)?;
            }
            rows.sheet(vec![format!("The rows were read from the list at {}.", quoted(&key)).into()])
        }
        [] => {
            let columns: Vec<(String, Vec<String>)> =
                map.iter().filter_map(|(key, value)| Some((key.clone(), column(value)?))).collect();
            let height = columns.first().map_or(0, |(_, cells)| cells.len());
            if columns.len() > 1 && height > 0 && columns.iter().all(|(_, cells)| cells.len() == height) {
                for k in 0..height {
                    let row = columns.iter().map(|(key, cells)| (key.clone(), Value::Plain(cells[k].clone())));
                    rows.take(1, &format!("[{k}]"), Value::Map(row.collect()))?;
                }
                return rows.sheet(vec!["The keys of the file were read as columns.".into()]);
            }
            let keys: Vec<_> =
                map.iter().take(NAMED).map(|(key, v)| format!("{} is {}", quoted(key), v.kind())).collect();
            Err(DataError::file(format!(
                "the file is JSON without a list of rows ({}); expected a list of objects or of lists, or one on each line",
                keys.join(", ")
            )))
        }
        _ => {
            let keys: Vec<_> = found.iter().map(|&i| quoted(&map[i].0)).collect();
            Err(DataError::file(format!(
                "the file is JSON with several lists of rows ({}): bring one of them alone",
                keys.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u64, String)> {
        let sheet = open(text).unwrap().unwrap();
        let mut rows = sheet.rows();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            seen.push((row.line, row.cells().collect::<Vec<_>>().join("|")));
        }
        seen
    }

    #[test]
    fn rows_of_all_shapes_with_their_lines() {
        let wanted = |list: &[(u64, &str)]| list.iter().map(|(l, s)| (*l, (*s).to_owned())).collect::<Vec<_>>();
        let list = "[{\"a\": \"x\", \"b\": 1.5},\n {\"b\": null, \"c\": true, \"a\": \"y\\u00e9\\\"\"}]";
        assert_eq!(cells(list), wanted(&[(1, "a|b|c"), (1, "x|1.5|"), (2, "yé\"||true")]));
        assert_eq!(cells("{\"a\": 1}\n\n{\"a\": 2}\n"), wanted(&[(1, "a"), (1, "1"), (3, "2")]));
        assert_eq!(cells("[[1, 2], [\"x\", \"y\"]]"), wanted(&[(1, "1|2"), (1, "x|y")]));
        assert_eq!(cells("[\"x\", 2]\n[\"y\", 1]\n"), wanted(&[(1, "x|2"), (2, "y|1")]));
        assert_eq!(cells("{\"n\": 3, \"data\": [[0, 1], [1, 0]]}"), wanted(&[(1, "0|1"), (1, "1|0")]));
        assert_eq!(
            cells("{\"a\": [1, 2], \"b\": {\"0\": 3, \"1\": 4}}"),
            wanted(&[(1, "a|b"), (1, "1|3"), (1, "2|4")])
        );
        let split = "{\"columns\": [\"a\", \"b\"], \"index\": [0], \"data\": [[1, 2]]}";
        assert_eq!(cells(split), wanted(&[(1, "a|b"), (1, "1|2")]));
        assert_eq!(cells("[{\"a\": 1, \"deep\": {\"x\": [1]}}]"), wanted(&[(1, "a"), (1, "1")]));
        assert!(open("a,b\n").unwrap().is_none() && open("{1,2},3\n").unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |text: &str| open(text).unwrap_err().to_string();
        assert!(
            wrong("[{\"a\": 1}\n {\"a\": 2}]")
                .starts_with("line 2, column 2: the file looks like JSON, but a comma or ]")
        );
        assert!(wrong("{\"a\": 1, \"b\": {\"c\": 2}}").contains("`b` is an object"));
        assert!(wrong("[[1, [2]]]").contains("`[0][1]` is a list"));
        assert!(wrong("[{\"a\": \"x\n\"}]").contains("never closed in this line"));
        assert!(wrong(&"[".repeat(100_000)).contains("nested too deeply"));
        assert!(wrong("[{\"a\": 1}, [2]]").contains("`[1]` is a list"));
        let nested = open("[{\"p\": {\"w\": 1}, \"r\": \"1-0\"}]").unwrap().unwrap();
        assert!(nested.hint.contains("`[0].p` is an object"));
    }
}
