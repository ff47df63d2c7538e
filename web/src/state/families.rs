//! The families: all of them in outline, each in full once it is needed.

use std::collections::BTreeMap;

use iterscope_core::{CatalogInfo, FamilyOutline};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{AppState, Mode};
use crate::browser::fetch_json;

impl AppState {
    /// Does `then` once a family is known in full; says so where it cannot be read.
    pub fn with_family(&self, id: &str, then: impl FnOnce() + 'static) {
        if self.knows_all_of(id) {
            return then();
        }
        let (app, id) = (*self, id.to_owned());
        spawn_local(async move {
            if app.fetch_family(&id).await {
                return then();
            }
            app.complain("This family could not be loaded: the connection may be gone. Try again.");
        });
    }

    /// Does `then` once enough is known of a family for a race of it.
    pub fn with_races(&self, id: &str, then: impl FnOnce() + 'static) {
        match self.known.with_untracked(|known| known.families.iter().any(|f| f.id == id)) {
            true => then(),
            false => self.with_family(id, then),
        }
    }

    /// Reads in full what the page has begun with, for its forms. Where that fails it goes on with what races need.
    pub async fn fetch_rest(&self) {
        let begun: Vec<_> = self.known.with_untracked(|known| known.families.iter().map(|f| f.id.clone()).collect());
        for id in begun {
            if !self.knows_all_of(&id) {
                self.fetch_family(&id).await;
            }
        }
    }

    async fn fetch_family(&self, id: &str) -> bool {
        let Some(more) = fetch_json::<CatalogInfo>(&format!("catalog/{id}.json")).await else { return false };
        if self.mode == Mode::Page {
            self.fetch_math(id);
        }
        self.add_to_catalog(more);
        true
    }

    /// At first a family is without its words and with no more presets than the one that is shown.
    fn knows_all_of(&self, id: &str) -> bool {
        let outline = self.outlines.iter().find(|f| f.id == id);
        let known = self.known.get_untracked().families.iter().find(|f| f.id == id);
        known.zip(outline).is_some_and(|(known, outline)| known.presets.len() == outline.presets.len())
    }

    /// Reads the formulas of a family. Without them the page works; it only shows none.
    fn fetch_math(&self, family: &str) {
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
            match all.families.iter_mut().find(|f| f.id == family.id) {
                Some(known) => *known = family,
                None => all.families.push(family),
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
