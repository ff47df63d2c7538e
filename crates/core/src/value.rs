//! Parameter values as they stand in an experiment file.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Str;

/// Parameters by key.
pub type Params = BTreeMap<String, Value>;

/// One parameter value: JSON's scalars without null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    Real(f64),
    /// A choice, an expression or other text.
    Text(Str),
}

impl Value {
    /// The value as a real number; whole numbers count.
    pub fn as_real(&self) -> Option<f64> {
        match *self {
            Value::Int(i) => Some(i as f64),
            Value::Real(r) => Some(r),
            _ => None,
        }
    }

    /// The value as a whole number; reals without a fraction count.
    pub fn as_int(&self) -> Option<i64> {
        match *self {
            Value::Int(i) => Some(i),
            Value::Real(r) if r == r.trunc() && r.abs() <= 9e15 => Some(r as i64),
            _ => None,
        }
    }

    /// The value as true or false.
    pub fn as_bool(&self) -> Option<bool> {
        match *self {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }

    /// The value as text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(t) => Some(t),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => b.fmt(f),
            Value::Int(i) => i.fmt(f),
            Value::Real(r) if *r != 0.0 && (r.abs() < 1e-3 || r.abs() >= 1e6) => write!(f, "{r:e}"),
            Value::Real(r) => r.fmt(f),
            Value::Text(t) => t.fmt(f),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Value::Int(i)
    }
}
impl From<f64> for Value {
    fn from(r: f64) -> Self {
        Value::Real(r)
    }
}
impl From<&str> for Value {
    fn from(t: &str) -> Self {
        Value::Text(t.to_owned().into())
    }
}

// Derived `untagged` would answer a wrong type with "did not match any variant"; this says what is accepted.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl Visitor<'_> for V {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, text, true or false")
            }
            fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
                Ok(Value::Bool(b))
            }
            fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
                Ok(Value::Int(i))
            }
            fn visit_u64<E: de::Error>(self, u: u64) -> Result<Value, E> {
                i64::try_from(u).map(Value::Int).map_err(|_| E::custom("number out of range"))
            }
            fn visit_f64<E>(self, r: f64) -> Result<Value, E> {
                Ok(Value::Real(r))
            }
            fn visit_str<E>(self, t: &str) -> Result<Value, E> {
                Ok(Value::Text(t.to_owned().into()))
            }
            fn visit_string<E>(self, t: String) -> Result<Value, E> {
                Ok(Value::Text(t.into()))
            }
        }
        deserializer.deserialize_any(V)
    }
}
