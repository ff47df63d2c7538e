//! The families: all of them in outline, each in full once it is needed.

use iterscope_core::{CatalogInfo, DataKind};
use iterscope_protocol::wire::{self, Plain};
use js_sys::Object;
use wasm_bindgen::JsCast;

use super::{App, Banner};
use crate::js;

/// What is known of a family before it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Id.
    pub id: String,
    /// Label.
    pub label: String,
    /// Id, label and data of its problems.
    pub problems: Vec<(String, String, Option<DataKind>)>,
    /// Ids of its presets, the default first.
    pub presets: Vec<String>,
}

/// Reads which families there are.
pub fn read_outlines(v: &Plain) -> Option<Vec<Outline>> {
    fn words(v: &Plain, key: &str) -> Option<String> {
        v.get(key).text().map(str::to_owned)
    }
    v.all(|f| {
        Some(Outline {
            id: words(f, "id")?,
            label: words(f, "label")?,
            problems: f
                .get("problems")
                .all(|p| Some((words(p, "id")?, words(p, "label")?, p.get("data").maybe(wire::read_data_kind)?)))?,
            presets: f.get("presets").all(|id| id.text().map(str::to_owned))?,
        })
    })
}

impl App {
    /// Does `then` once a family is known; says so where it cannot be read.
    pub fn with_family(&self, id: &str, then: impl FnOnce() + 'static) {
        if self.catalog().families.iter().any(|f| f.id == id) {
            return then();
        }
        let app = *self;
        js::fetch(&format!("catalog/{id}.json"), move |file| {
            match file.map(|f| wire::read_catalog(&Plain::from_js(&f))) {
                Some(Some(more)) => {
                    more.families.iter().for_each(|f| app.fetch_math(&f.id));
                    app.learn(more);
                    then();
                }
                _ => {
                    let words = "This family could not be loaded: the connection may be gone. Try again.".to_owned();
                    app.banner.set(Some(Banner { words, bad: true }));
                }
            }
        });
    }

    /// Reads the formulas of a family. Without them the page works; it only shows none.
    pub fn fetch_math(&self, family: &str) {
        let math = self.math;
        js::fetch(&format!("math/{family}.json"), move |more| {
            if let Some(more) = more {
                math.update(|all| drop(Object::assign(all, more.unchecked_ref())));
            }
        });
    }

    /// Adds what was read.
    fn learn(&self, more: CatalogInfo) {
        let mut all = self.catalog().clone();
        for family in more.families {
            if all.families.iter().all(|f| f.id != family.id) {
                all.families.push(family);
            }
        }
        for sample in more.samples {
            if all.samples.iter().all(|s| s.id != sample.id) {
                all.samples.push(sample);
            }
        }
        // Views hold on to parts of it for as long as the page lives.
        self.known.set(Box::leak(Box::new(all)));
    }

    /// The family that has a problem.
    pub fn family_of_problem(&self, id: &str) -> Option<&'static Outline> {
        self.outlines.iter().find(|f| f.problems.iter().any(|p| p.0 == id))
    }

    /// The family that has a preset.
    pub fn family_of_preset(&self, id: &str) -> Option<&'static Outline> {
        self.outlines.iter().find(|f| f.presets.iter().any(|p| p == id))
    }

    /// Opens the first preset of a family.
    pub fn open_family(&self, family: &'static Outline) {
        if let Some(first) = family.presets.first() {
            self.open_preset(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_read() {
        let text = |words: &str| Plain::Text(words.to_owned());
        let map = |entries: Vec<(&str, Plain)>| {
            Plain::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        let problem = |id, data| map(vec![("id", text(id)), ("label", text("q")), ("data", data)]);
        let file = |presets| {
            let problems = Plain::List(vec![problem("p.q", text("image")), problem("p.r", Plain::Null)]);
            let family = [("id", text("p")), ("label", text("P")), ("presets", presets), ("problems", problems)];
            Plain::List(vec![map(family.into())])
        };
        let read = read_outlines(&file(Plain::List(vec![text("p.a"), text("p.b")]))).unwrap();
        assert_eq!((read[0].id.as_str(), read[0].presets.len()), ("p", 2));
        assert_eq!(read[0].problems[0].2, Some(DataKind::Image));
        assert_eq!(read[0].problems[1].2, None);
        assert_eq!(read_outlines(&file(Plain::Null)), None);
    }
}
