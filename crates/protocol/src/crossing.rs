//! From Rust to JavaScript and back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

/// Whole numbers of 64 bits cross as `BigInt`s: a JavaScript number would round a seed above 2^53, or refuse it. The other way
/// would be to send experiments as JSON text; then every other message with a step or a value would still have to be looked
/// after, and the worker would carry a parser of JSON for nothing else.
const SERIALIZER: Serializer =
    Serializer::new().serialize_maps_as_objects(true).serialize_large_number_types_as_bigints(true);

/// The JavaScript value of a message.
///
/// # Errors
/// It has something in it that JavaScript has no value for; no message has.
pub fn to_js(message: &impl Serialize) -> Result<JsValue, Error> {
    message.serialize(&SERIALIZER)
}

/// Reads a JavaScript value.
///
/// # Errors
/// It is another thing, such as a message of another version of the page.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value)
}
