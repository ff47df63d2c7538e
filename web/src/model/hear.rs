//! What the worker says.

use std::sync::Arc;

use iterscope_core::{Extent, PictureKind};
use iterscope_protocol::{Event, PictureShape, ProblemFacts, Request, RunFacts, RunFrame};
use js_sys::{Array, Float32Array, Float64Array, Uint8Array};
use wasm_bindgen::JsCast;

use super::trace::Trace;
use super::{Answer, App, Banner, Draft, Drawn, Now, Race};
use crate::dom::State;
use crate::{js, link, permalink};

impl App {
    /// Takes in an event.
    pub fn hear(&self, event: Event, bulk: &Array) {
        match event {
            Event::Ready { gpu, gpu_usable, .. } => {
                // Only some families compute on the graphics device; the others say nothing of it.
                if !gpu.is_empty() {
                    self.gpu.set((gpu, gpu_usable));
                }
            }
            Event::Loaded { ticket, problem, runs } => self.loaded(ticket, problem, runs),
            Event::Rejected { ticket, errors } => {
                self.store.update_untracked(|s| s.pending.retain(|p| p.0 != ticket));
                if self.is_last(ticket) {
                    self.errors.set(errors);
                }
            }
            Event::Checked { ticket, errors, .. } => {
                if self.is_last(ticket) {
                    let good = errors.is_empty();
                    self.errors.set(errors);
                    if good {
                        self.checked();
                    }
                }
            }
            Event::Frame { runs, playing } => self.frame(runs, playing, bulk),
            Event::Given { key, shape } => {
                let mut bulk = bulk.iter();
                let drawn = take_picture(shape, &mut bulk);
                self.store.update_untracked(|s| {
                    s.given.retain(|g| g.0 != key);
                    s.given.push((key, drawn));
                });
                self.repaint_soon();
            }
            Event::Said { run, words, backend } => {
                self.said.update(|all| {
                    all.push((run, words));
                });
                self.race.update(|race| {
                    if let Some(facts) = race.as_mut().and_then(|r| Arc::make_mut(r).runs.get_mut(run as usize)) {
                        facts.backend = backend;
                    }
                });
            }
            Event::Surveyed { survey } => self.survey.set(survey),
            Event::Changed { run, label, prediction, predicted_steps } => {
                self.race.update(|race| {
                    if let Some(facts) = race.as_mut().and_then(|r| Arc::make_mut(r).runs.get_mut(run as usize)) {
                        (facts.label, facts.prediction, facts.predicted_steps) = (label, prediction, predicted_steps);
                    }
                });
            }
            Event::Answer { ticket, share, html, opens, error } => {
                self.answered(Answer { ticket, share, html, opens, error, step: 0 });
            }
            Event::Exported { name, mime } => {
                if let Ok(bytes) = bulk.get(0).dyn_into::<Uint8Array>() {
                    js::download(&name, &mime, &bytes.to_vec());
                }
            }
            Event::Refused { error } => {
                // What belongs to a field is shown there; the rest goes across the page.
                if error.field.split('.').any(|part| part == "params") {
                    self.errors.update(|all| all.push(error));
                } else {
                    self.banner.set(Some(Banner { words: error.message, bad: true }));
                }
            }
        }
    }

    fn is_last(&self, ticket: u32) -> bool {
        self.store.with_untracked(|s| s.ticket == ticket)
    }

    fn loaded(&self, ticket: u32, problem: ProblemFacts, runs: Vec<RunFacts>) {
        let draft = self.store.update_untracked(|s| {
            let at = s.pending.iter().position(|p| p.0 == ticket)?;
            Some(s.pending.remove(at).1)
        });
        let Some(draft) = draft else { return };
        if self.is_last(ticket) {
            self.errors.set(Vec::new());
        }
        let race = Arc::new(Race { draft, problem, runs });
        self.store.update_untracked(|s| {
            s.traces = (0..race.runs.len()).map(|i| Trace::new(race.width(i))).collect();
            s.pictures = vec![None; race.runs.len()];
            // Those of this race may have come before this answer.
            s.given.retain(|(key, _)| race.problem.given.iter().any(|p| p.key == *key));
        });
        let stay = |key: State<String>, keys: &mut dyn Iterator<Item = &str>| {
            let keys: Vec<&str> = keys.collect();
            if !key.with_untracked(|k| keys.contains(&k.as_str())) {
                key.set(keys.first().map(ToString::to_string).unwrap_or_default());
                return true;
            }
            false
        };
        stay(self.picture, &mut race.problem.pictures.iter().map(|p| p.key.as_ref()));
        if stay(self.series, &mut race.series().into_iter().map(|s| s.key.as_ref())) {
            self.scale.set(None);
        }
        self.now.set(Vec::new());
        self.said.set(Vec::new());
        let former = self.race.with_untracked(|r| r.as_ref().map(|r| r.draft.clone()));
        let going_back = self.store.update_untracked(|s| std::mem::take(&mut s.going_back));
        if let Some(former) = former.filter(|f| *f != race.draft && !going_back) {
            self.remember_former(former);
        }
        self.race.set(Some(race));
        self.write_address();
        self.send_view();
        self.ask();
        if self.wants.get_untracked() {
            link::send(&Request::Play);
        }
    }

    /// Says what is to be drawn, and how large.
    pub fn send_view(&self) {
        let key = self.picture.get_untracked();
        let large = self.large.get_untracked();
        let given = self.race.with_untracked(|r| {
            let given = r.as_ref().map(|r| r.problem.given.iter().map(|p| p.key.to_string()).collect::<Vec<_>>());
            given.unwrap_or_default()
        });
        let uids: Vec<u32> = self
            .race
            .with_untracked(|r| r.as_ref().map(|r| r.draft.runs.iter().map(|r| r.uid).collect()))
            .unwrap_or_default();
        let wanted = |uid: &u32| if large.is_none_or(|l| l == *uid) { key.clone() } else { String::new() };
        let runs = uids.iter().map(wanted).collect();
        let side = if large.is_some() { 640 } else { 288 };
        link::send(&Request::View { runs, given, extent: Extent { width: side, height: side } });
    }

    fn frame(&self, runs: Vec<RunFrame>, playing: bool, bulk: &Array) {
        let count = self.store.with_untracked(|s| s.traces.len());
        if runs.len() != count {
            return;
        }
        let mut bulk = bulk.iter();
        let mut drew = false;
        let mut now = Vec::with_capacity(runs.len());
        self.store.update_untracked(|s| {
            for (i, run) in runs.into_iter().enumerate() {
                let rows = bulk.next().and_then(|b| b.dyn_into::<Float64Array>().ok());
                let rows = rows.map(|r| r.to_vec()).unwrap_or_default();
                s.traces[i].splice(run.keep_rows as usize, &rows);
                if let Some(shape) = run.picture {
                    s.pictures[i] = Some(take_picture(shape, &mut bulk));
                    drew = true;
                }
                now.push(Now { step: run.step, status: run.status, words: run.words });
            }
        });
        if self.now.with_untracked(|old| *old != now) {
            self.now.set(now);
        }
        if self.playing.get_untracked() != playing {
            self.playing.set(playing);
            if !playing {
                self.ask_at_the_end();
            }
        }
        self.tick.update(|t| *t = t.wrapping_add(1));
        if drew {
            self.repaint_soon();
        }
    }

    /// Has the pictures painted before the next paint of the page, once.
    pub fn repaint_soon(&self) {
        let app = *self;
        let first = self.store.update_untracked(|s| !std::mem::replace(&mut s.painting, true));
        if first {
            js::on_paint(move || {
                app.store.update_untracked(|s| s.painting = false);
                app.repaint.update(|t| *t = t.wrapping_add(1));
            });
        }
    }

    /// Puts the experiment into the address.
    pub fn write_address(&self) {
        if self.mode != super::Mode::Page {
            return;
        }
        let hash = permalink::write(&self.draft.with_untracked(Draft::experiment), self.catalog());
        if let Ok(history) = js::window().history() {
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&format!("#{hash}")));
        }
    }

    /// What kind of picture is shown, and whether it is signed.
    pub fn picture_kind(&self) -> Option<(PictureKind, bool)> {
        self.race.with(|race| self.picture.with(|key| race.as_ref()?.picture_info(key).map(|p| (p.kind, p.signed))))
    }
}

fn take_picture(shape: PictureShape, bulk: &mut dyn Iterator<Item = wasm_bindgen::JsValue>) -> Drawn {
    let mut next = || {
        let array = bulk.next().and_then(|b| b.dyn_into::<Float32Array>().ok());
        array.map(|a| a.to_vec()).unwrap_or_default()
    };
    let (values, aux) = (next(), next());
    Drawn { shape, values, aux }
}
