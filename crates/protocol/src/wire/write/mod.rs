//! Writing.

mod event;
mod request;

use iterscope_core::{Params, Value};

use super::Plain;

pub use event::event;
pub use request::{experiment, request};

fn text(words: &str) -> Plain {
    Plain::Text(words.to_owned())
}

fn number(n: impl Into<f64>) -> Plain {
    Plain::Number(n.into())
}

fn map(entries: Vec<(&str, Plain)>) -> Plain {
    Plain::Map(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

fn value(value: &Value) -> Plain {
    match value {
        Value::Bool(b) => Plain::Bool(*b),
        Value::Int(i) => Plain::Number(*i as f64),
        Value::Real(r) => Plain::Number(*r),
        Value::Text(t) => text(t),
    }
}

fn params(params: &Params) -> Plain {
    Plain::Map(params.iter().map(|(k, v)| (k.clone(), value(v))).collect())
}
