//! Reading.

mod catalog;
mod event;
mod experiment;
mod request;

use std::borrow::Cow;

use iterscope_core::{Backend, Names, Scale, SeriesInfo, Str};

use super::Plain;

pub use catalog::{catalog, data_kind};
pub use event::event;
pub use experiment::{experiment, value};
pub use request::request;

const BACKENDS: [(&str, Backend); 4] = [
    ("auto", Backend::Auto),
    ("cpu-f64", Backend::CpuF64),
    ("cpu-f32", Backend::CpuF32),
    ("webgpu-f32", Backend::WebgpuF32),
];

fn string(v: &Plain) -> Option<String> {
    v.text().map(str::to_owned)
}

fn text(v: &Plain, key: &str) -> Option<Str> {
    string(v.get(key)).map(Cow::Owned)
}

fn words(v: &Plain, key: &str) -> Option<String> {
    string(v.get(key))
}

fn flag(v: &Plain, key: &str) -> Option<bool> {
    v.get(key).bool()
}

fn real(v: &Plain, key: &str) -> Option<f64> {
    // What is not finite has no place in JSON, but crosses between page and worker.
    v.get(key).number()
}

fn whole(v: &Plain, key: &str) -> Option<u64> {
    real(v, key).map(|n| n as u64)
}

fn names(v: &Plain) -> Option<Names> {
    v.all(string).map(Names::Owned)
}

fn list<T: Clone>(v: &Plain, key: &str, f: fn(&Plain) -> Option<T>) -> Option<Cow<'static, [T]>> {
    v.get(key).all(f).map(Cow::Owned)
}

fn series(v: &Plain) -> Option<SeriesInfo> {
    Some(SeriesInfo {
        key: text(v, "key")?,
        label: text(v, "label")?,
        doc: text(v, "doc")?,
        scale: v.get("scale").one_of(&[("log", Scale::Log), ("linear", Scale::Linear)])?,
        stop: flag(v, "stop")?,
        unseen: flag(v, "unseen").unwrap_or_default(),
    })
}
