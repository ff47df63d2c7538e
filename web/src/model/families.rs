//! The families: all of them in outline, each in full once it is needed.

use iterscope_core::{CatalogInfo, FamilyOutline};
use js_sys::Object;
use wasm_bindgen::JsCast;

use super::{App, Banner};
use crate::js;

impl App {
    /// Does `then` once a family is known; says so where it cannot be read.
    pub fn with_family(&self, id: &str, then: impl FnOnce() + 'static) {
        if self.catalog().families.iter().any(|f| f.id == id) {
            return then();
        }
        let app = *self;
        js::fetch_text(&format!("catalog/{id}.json"), move |file| {
            match file.map(|f| serde_json::from_str::<CatalogInfo>(&f)) {
                Some(Ok(more)) => {
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
    pub fn family_of_problem(&self, id: &str) -> Option<&'static FamilyOutline> {
        self.outlines.iter().find(|f| f.problems.iter().any(|p| p.id == id))
    }

    /// The family that has a preset.
    pub fn family_of_preset(&self, id: &str) -> Option<&'static FamilyOutline> {
        self.outlines.iter().find(|f| f.presets.iter().any(|p| p.id == id))
    }

    /// Opens the first preset of a family.
    pub fn open_family(&self, family: &'static FamilyOutline) {
        if let Some(first) = family.presets.first() {
            self.open_preset(&first.id);
        }
    }
}
