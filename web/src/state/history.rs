//! Undo, and the history of the browser.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{AppState, Draft, Mode, Urgency};

/// The most former experiments that are kept.
const UNDO: usize = 30;

impl AppState {
    /// Goes back to the experiment before the last change.
    pub fn undo(&self) {
        let Some(former) = self.undo.try_update(Vec::pop).flatten() else { return };
        if former.problem.id != self.draft.with_untracked(|d| d.problem.id.clone()) {
            self.clear_race();
        }
        self.live.set(Default::default());
        self.draft.set(former);
        self.errors.set(Vec::new());
        self.wants_to_play.set(true);
        self.requests.update_value(|r| r.restoring = true);
        self.schedule(Urgency::Now);
    }

    /// Remembers an experiment to go back to.
    pub fn remember_former(&self, former: Draft) {
        self.undo.update(|all| {
            if all.last() != Some(&former) {
                all.push(former);
            }
            let excess = all.len().saturating_sub(UNDO);
            all.drain(..excess);
        });
    }

    /// Puts the experiment into the address: as a new entry of the browser's history where it is another problem or another
    /// set of methods, in place of the last where only a value was changed.
    pub fn write_address(&self, new_entry: bool) {
        // What is not all here yet writes it once it is.
        if self.mode != Mode::Page || !self.complete.get_untracked() {
            return;
        }
        let hash = format!("#{}", untrack(|| self.address()));
        if window().location().hash().is_ok_and(|now| now == hash) {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = if new_entry {
                history.push_state_with_url(&JsValue::NULL, "", Some(&hash))
            } else {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&hash))
            };
        }
    }
}

/// Whether a step back in the browser's history should lead from `new` to `old`.
pub fn worth_an_entry(old: &Draft, new: &Draft) -> bool {
    let methods = |d: &Draft| d.runs.iter().map(|r| r.spec.method.clone()).collect::<Vec<_>>();
    old.problem.id != new.problem.id || old.problem.data != new.problem.data || methods(old) != methods(new)
}
