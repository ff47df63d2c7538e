//! The families: all of them in outline, each in full once it is needed.

use std::collections::BTreeMap;

use iterscope_core::{CatalogInfo, FamilyOutline};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::AppState;
use crate::browser::fetch_json;

impl AppState {
    /// Does `then` once a family is known; says so where it cannot be read.
    pub fn with_family(&self, id: &str, then: impl FnOnce() + 'static) {
        if self.known.get_untracked().families.iter().any(|f| f.id == id) {
            return then();
        }
        let (app, name) = (*self, format!("catalog/{id}.json"));
        spawn_local(async move {
            match fetch_json::<CatalogInfo>(&name).await {
                Some(more) => {
                    more.families.iter().for_each(|f| app.fetch_math(&f.id));
                    app.add_to_catalog(more);
                    then();
                }
                None => app.complain("This family could not be loaded: the connection may be gone. Try again."),
            }
        });
    }

    /// Reads the formulas of a family. Without them the page works; it only shows none.
    pub fn fetch_math(&self, family: &str) {
        let (math, name) = (self.math, format!("math/{family}.json"));
        spawn_local(async move {
            if let Some(more) = fetch_json::<BTreeMap<String, String>>(&name).await {
                math.update(|all| all.extend(more));
            }
        });
    }

    fn add_to_catalog(&self, more: CatalogInfo) {
        let mut all = self.known.get_untracked().clone();
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
