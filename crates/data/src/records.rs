//! Rows from JSON: a list of objects or of lists, one object or list on each line, columns of values, or one list inside an
//! object. A small reader of our own: it knows the line of each value, and the modules of the page carry no other.

mod parser;

use iterscope_core::Remark;

use crate::DataError;
use crate::error::quoted;
use crate::made::Made;
use crate::sheet::Sheet;

use parser::{Parser, Value};

/// The most keys that are named.
const NAMED: usize = 5;

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
    let mut parser = Parser::new(text);
    parser.blank();
    let mut rows = Rows::default();
    if parser.peek() == Some(b'[') {
        // The elements one after the other: they may be large, and little of them is kept.
        let start = parser;
        parser.step();
        let mut k = 0;
        let mut first_plain = false;
        if !parser.empty(b']') {
            loop {
                parser.blank();
                let line = parser.line();
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
            parser = start;
            rows = Rows::default();
            lines(&mut parser, &mut rows, None)?;
            return rows.sheet(Vec::new()).map(Some);
        }
        parser.blank();
        if !parser.is_done() {
            return Err(parser.error("something follows the list"));
        }
        return rows.sheet(Vec::new()).map(Some);
    }
    let line = parser.line();
    let first = parser.value(0)?;
    parser.blank();
    if !parser.is_done() {
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
        if parser.is_done() {
            return Ok(());
        }
        let line = parser.line();
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
            let list_of = |name: &str| map.iter().find(|(key, _)| key == name).and_then(|(_, v)| column(v));
            let (names, index) = (list_of("columns"), list_of("index").filter(|index| !is_count(index)));
            let mut map = map;
            let (key, value) = map.swap_remove(at);
            let Value::List(list) = value else { return Err(DataError::file("the file is JSON without rows")) };
            let index = index.filter(|index| index.len() == list.len());
            for (k, mut value) in list.into_iter().enumerate() {
                if let (Some(names), Value::List(cells)) = (&names, &mut value)
                    && names.len() == cells.len()
                {
                    let row = index.as_ref().map(|index| (String::new(), Value::Plain(index[k].clone())));
                    value = Value::Map(row.into_iter().chain(names.iter().cloned().zip(cells.drain(..))).collect());
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
                let index = index_of(&map)?.filter(|index| !is_count(index));
                for k in 0..height {
                    let name = index.iter().map(|index| (String::new(), Value::Plain(index[k].clone())));
                    let row = columns.iter().map(|(key, cells)| (key.clone(), Value::Plain(cells[k].clone())));
                    rows.take(1, &format!("[{k}]"), Value::Map(name.chain(row).collect()))?;
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

/// The names of the rows, where columns are objects with a value for each of them.
///
/// # Errors
/// Two columns name other rows, or in another order.
fn index_of(map: &[(String, Value)]) -> Result<Option<Vec<String>>, DataError> {
    let mut first: Option<(&str, Vec<&str>)> = None;
    for (key, value) in map {
        let Value::Map(cells) = value else { continue };
        let names: Vec<&str> = cells.iter().map(|(name, _)| name.as_str()).collect();
        match &first {
            None => first = Some((key, names)),
            Some((_, before)) if *before == names => {}
            Some((other, _)) => {
                return Err(DataError::file(format!(
                    "the file is JSON, and its columns {} and {} do not name the same rows in the same order",
                    quoted(other),
                    quoted(key)
                )));
            }
        }
    }
    Ok(first.map(|(_, names)| names.into_iter().map(str::to_owned).collect()))
}

/// Whether names of rows only count them from 0.
fn is_count(names: &[String]) -> bool {
    (0..).zip(names).all(|(k, name)| name.parse() == Ok::<usize, _>(k))
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
        let named = "{\"columns\": [\"a\", \"b\"], \"index\": [\"x\"], \"data\": [[1, 2]]}";
        assert_eq!(cells(named), wanted(&[(1, "|a|b"), (1, "x|1|2")]));
        assert_eq!(
            cells("{\"a\": {\"x\": 1, \"y\": 2}, \"b\": {\"x\": 3, \"y\": null}}"),
            wanted(&[(1, "|a|b"), (1, "x|1|3"), (1, "y|2|")])
        );
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
        assert!(
            wrong("{\"a\": {\"x\": 1, \"y\": 2}, \"b\": {\"y\": 3, \"x\": 4}}")
                .contains("the same rows in the same order")
        );
        let nested = open("[{\"p\": {\"w\": 1}, \"r\": \"1-0\"}]").unwrap().unwrap();
        assert!(nested.hint.contains("`[0].p` is an object"));
    }
}
