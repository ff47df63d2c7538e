//! JSON's values as a tree.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Plain {
    /// Nothing.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
    /// An object, its keys in order.
    Map(Vec<(String, Plain)>),
}

static NULL: Plain = Plain::Null;

impl Plain {
    /// Reads a JavaScript value.
    pub fn from_js(value: &JsValue) -> Plain {
        if let Some(b) = value.as_bool() {
            return Plain::Bool(b);
        }
        if let Some(n) = value.as_f64() {
            return Plain::Number(n);
        }
        if let Some(text) = value.as_string() {
            return Plain::Text(text);
        }
        if let Some(list) = value.dyn_ref::<Array>() {
            return Plain::List(list.iter().map(|v| Plain::from_js(&v)).collect());
        }
        match value.dyn_ref::<Object>() {
            Some(object) => {
                let keys = Object::keys(object);
                let keys = keys.iter().filter_map(|k| k.as_string());
                Plain::Map(
                    keys.map(|k| {
                        (k.clone(), Plain::from_js(&Reflect::get(value, &JsValue::from_str(&k)).unwrap_or_default()))
                    })
                    .collect(),
                )
            }
            None => Plain::Null,
        }
    }

    /// The JavaScript value.
    pub fn to_js(&self) -> JsValue {
        match self {
            Plain::Null => JsValue::NULL,
            Plain::Bool(b) => JsValue::from_bool(*b),
            Plain::Number(n) => JsValue::from_f64(*n),
            Plain::Text(text) => JsValue::from_str(text),
            Plain::List(list) => list.iter().map(Plain::to_js).collect::<Array>().into(),
            Plain::Map(entries) => {
                let object = Object::new();
                for (key, value) in entries {
                    // A plain object takes every key.
                    let _ = Reflect::set(&object, &JsValue::from_str(key), &value.to_js());
                }
                object.into()
            }
        }
    }

    /// An entry of an object; nothing where there is none.
    pub fn get(&self, key: &str) -> &Plain {
        match self {
            Plain::Map(entries) => entries.iter().find(|(k, _)| k == key).map_or(&NULL, |(_, v)| v),
            _ => &NULL,
        }
    }

    /// As a number.
    pub fn number(&self) -> Option<f64> {
        if let Plain::Number(n) = self { Some(*n) } else { None }
    }

    /// As yes or no.
    pub fn bool(&self) -> Option<bool> {
        if let Plain::Bool(b) = self { Some(*b) } else { None }
    }

    /// As text.
    pub fn text(&self) -> Option<&str> {
        if let Plain::Text(t) = self { Some(t) } else { None }
    }

    /// As a list.
    pub fn list(&self) -> Option<&[Plain]> {
        if let Plain::List(list) = self { Some(list) } else { None }
    }

    /// As an object.
    pub fn entries(&self) -> Option<&[(String, Plain)]> {
        if let Plain::Map(entries) = self { Some(entries) } else { None }
    }

    /// A list, every item of which is read by `f`.
    pub fn all<T>(&self, f: fn(&Plain) -> Option<T>) -> Option<Vec<T>> {
        self.list()?.iter().map(f).collect()
    }

    /// What may not be there, read by `f` where it is.
    pub fn maybe<T>(&self, f: fn(&Plain) -> Option<T>) -> Option<Option<T>> {
        if *self == Plain::Null { Some(None) } else { f(self).map(Some) }
    }

    /// A variant: its name alone, or its name with what it holds.
    pub fn variant(&self) -> Option<(&str, &Plain)> {
        match self {
            Plain::Text(name) => Some((name, &NULL)),
            Plain::Map(entries) => entries.first().map(|(name, fields)| (name.as_str(), fields)),
            _ => None,
        }
    }

    /// One of a few names.
    pub fn one_of<T: Copy>(&self, all: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        all.iter().find(|(name, _)| *name == text).map(|(_, v)| *v)
    }
}
