//! The families: all of them in outline, each in full once it is needed.

use iterscope_core::{CatalogInfo, DataKind};

use super::{App, Banner};
use crate::js;
use crate::wire::{self, Plain};

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

impl App {
    /// Does `then` once a family is known; says so where it cannot be read.
    pub fn with_family(&self, id: &str, then: impl FnOnce() + 'static) {
        if self.catalog().families.iter().any(|f| f.id == id) {
            return then();
        }
        let app = *self;
        js::fetch(&format!("catalog/{id}.json"), move |file| match file.map(|f| wire::catalog(&Plain::from_js(&f))) {
            Some(Some(more)) => {
                app.learn(more);
                then();
            }
            _ => {
                let words = "This family could not be loaded: the connection may be gone. Try again.".to_owned();
                app.banner.set(Some(Banner { words, bad: true }));
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
