//! Results as JSON.

use iterscope_core::artifact::Cell;
use serde_json::{Map, Value, json};

/// `{"rows", "cols", "values"}` with one list per row.
pub fn grid<'a>(rows: usize, cols: usize, lines: impl Iterator<Item = &'a [f64]>) -> Vec<u8> {
    text(&json!({ "rows": rows, "cols": cols, "values": lines.collect::<Vec<_>>() }))
}

/// `{"columns", "rows"}`.
pub fn table(columns: &[String], rows: &[Vec<Cell>]) -> Vec<u8> {
    let rows = rows.iter().map(|row| row.iter().map(value).collect::<Value>()).collect::<Value>();
    text(&Value::Object(Map::from_iter([("columns".into(), json!(columns)), ("rows".into(), rows)])))
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Int(value) => json!(value),
        Cell::Real(value) => json!(value),
    }
}

fn text(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}
