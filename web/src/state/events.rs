//! What the worker sends, and what follows from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use iterscope_core::{Change, Extent, SeriesInfo, View};
use iterscope_protocol::{Event, LiveFacts, LiveProblem, PictureShape, ProblemFacts, Request, RunFacts, RunFrame};
use js_sys::{Array, Float32Array, Float64Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::history::worth_an_entry;
use super::trace::{Abscissa, Trace};
use super::{Answer, AppState, Live, Notice, PictureData, RunStatus, ShownRace};
use crate::browser;
use crate::worker::Incoming;

impl AppState {
    /// Takes in what the worker in use says.
    pub fn handle_incoming(&self, incoming: Incoming) {
        match incoming {
            Incoming::Event(event, bulk) => self.handle_event(*event, &bulk),
            Incoming::Failed(message) => self.worker_failed(&message),
        }
    }

    fn handle_event(&self, event: Event, bulk: &Array) {
        match event {
            Event::Ready { gpu, gpu_usable, .. } => {
                // Only some families compute on the graphics device; the others say nothing of it.
                if !gpu.is_empty() {
                    self.gpu.set((gpu, gpu_usable));
                }
            }
            Event::Loaded { ticket, problem, runs } => self.loaded(ticket, problem, runs),
            Event::Rejected { ticket, errors } => {
                self.requests.update_value(|r| r.pending.retain(|p| p.0 != ticket));
                if self.is_last(ticket) {
                    self.errors.set(errors);
                }
            }
            Event::Checked { ticket, errors, .. } => {
                if self.is_last(ticket) {
                    let good = errors.is_empty();
                    self.errors.set(errors);
                    if good {
                        self.submit_after_check();
                    }
                }
            }
            Event::Frame { runs, playing } => self.frame(runs, playing, bulk),
            Event::Given { key, shape } => {
                let picture = take_picture(shape, &mut bulk.iter());
                self.data.update_value(|data| {
                    data.given.retain(|g| g.0 != key);
                    data.given.push((key, picture));
                });
                self.repaint_soon();
            }
            Event::Said { run, words, backend } => {
                self.run_notices.update(|all| all.push((run, words)));
                self.update_facts(run, |facts| facts.backend = backend);
            }
            Event::Surveyed { survey } => self.survey.set(survey),
            Event::Live { ticket, problem, runs, changes } => self.take_live(ticket, problem, runs, &changes),
            Event::Answer { ticket, share, html, opens, error } => {
                self.show_answer(Answer { ticket, share, html, opens, error, step: 0 });
            }
            Event::Exported { name, mime } => {
                if let Ok(bytes) = bulk.get(0).dyn_into::<Uint8Array>() {
                    browser::download(&name, &mime, &bytes.to_vec());
                }
            }
            Event::Refused { error } => {
                // What belongs to a field is shown there; the rest goes across the page.
                if error.field.split('.').any(|part| part == "params") {
                    self.errors.update(|all| all.push(error));
                } else {
                    self.complain(error.message);
                }
            }
        }
    }

    fn update_facts(&self, run: u32, change: impl FnOnce(&mut RunFacts)) {
        self.race.update(|race| {
            if let Some(facts) = race.as_mut().and_then(|r| Arc::make_mut(r).runs.get_mut(run as usize)) {
                change(facts);
            }
        });
    }

    fn is_last(&self, ticket: u32) -> bool {
        self.requests.with_value(|r| r.ticket == ticket)
    }

    /// The simulated time is an axis where there is one, and the first choice where all runs go by it: what corrects the whole course
    /// at once would stand at its end.
    fn fit_axis(&self, race: &ShownRace) {
        let was_timed = self.race.with_untracked(|r| r.as_ref().is_some_and(|r| r.is_timed_throughout()));
        let timed = race.is_timed_throughout();
        match self.axis.get_untracked() {
            Abscissa::Steps if timed && !was_timed => self.axis.set(Abscissa::Simulated),
            Abscissa::Simulated if was_timed && !timed || !race.is_timed() => self.axis.set(Abscissa::Steps),
            _ => {}
        }
    }

    fn loaded(&self, ticket: u32, problem: ProblemFacts, runs: Vec<RunFacts>) {
        let draft = self.requests.try_update_value(|r| {
            let at = r.pending.iter().position(|p| p.0 == ticket)?;
            Some(r.pending.remove(at).1)
        });
        let Some(draft) = draft.flatten() else { return };
        if self.is_last(ticket) {
            self.errors.set(Vec::new());
        } else if self.draft.with_untracked(|d| d.problem.id != draft.problem.id) {
            // Another problem has been chosen since: this race would stand beside a form of that.
            return;
        }
        self.worker_lost.set(false);
        let race = Arc::new(ShownRace { draft, problem, runs });
        self.data.update_value(|data| {
            data.traces = (0..race.runs.len())
                .map(|i| Trace::new(race.width(i), race.series_index(i, SeriesInfo::TIME)))
                .collect();
            data.pictures = vec![None; race.runs.len()];
            // Those of this race may have come before this answer.
            data.given.retain(|(key, _)| race.problem.given.iter().any(|p| p.key == *key));
        });
        if self.requests.with_value(|r| r.opened) {
            // What was looked at before is of another experiment.
            let View { series, picture, sweep } = race.draft.view.clone();
            self.picture.set(picture);
            self.series.set(series);
            self.scale.set(None);
            self.open_sweep(sweep);
        }
        keep_or_first(self.picture, race.problem.pictures.iter().map(|p| p.key.as_ref()));
        self.fit_axis(&race);
        self.pinned_span.set(None);
        if keep_or_first(self.series, race.series().into_iter().map(|s| s.key.as_ref())) {
            self.scale.set(None);
        }
        self.statuses.set(Vec::new());
        self.run_notices.set(Vec::new());
        let (former, restoring, opened, resume_at) = self
            .requests
            .try_update_value(|r| {
                r.set_ticket = 0;
                let former = r.loaded.replace(race.draft.clone());
                let (restoring, opened) = (std::mem::take(&mut r.restoring), std::mem::take(&mut r.opened));
                (former, restoring, opened, r.resume_at.take())
            })
            .unwrap_or_default();
        let other = former.as_ref().is_some_and(|former| opened || worth_an_entry(former, &race.draft));
        let new_entry = other && !restoring;
        if let Some(former) = former.filter(|f| *f != race.draft && !restoring) {
            self.remember_former(former);
        }
        self.race.set(Some(race));
        self.write_address(new_entry);
        self.send_view();
        self.ask();
        if let Some(step) = resume_at.filter(|step| *step > 0) {
            self.workers.send(&Request::Step { steps: u32::try_from(step).unwrap_or(u32::MAX) });
        }
        if self.wants_to_play.get_untracked() {
            self.workers.send(&Request::Play);
        }
    }

    /// Takes in what the live parameters are at the steps shown.
    fn take_live(&self, ticket: u32, problem: LiveProblem, runs: Vec<LiveFacts>, changes: &[Change]) {
        // Where a later change is on its way to the worker, what it says of the one before would jump back.
        if ticket < self.requests.with_value(|r| r.set_ticket) {
            return;
        }
        let Some(mut race) = self.race.get_untracked().filter(|race| race.runs.len() == runs.len()) else { return };
        let former = race.draft.clone();
        let now = Arc::make_mut(&mut race);
        now.draft.problem.params.clone_from(&problem.params);
        let mut live = Live { runs: BTreeMap::new(), problem };
        for (i, ((facts, known), run)) in runs.into_iter().zip(&mut now.runs).zip(&mut now.draft.runs).enumerate() {
            (known.label, known.prediction, known.predicted_steps) =
                (facts.label, facts.prediction, facts.predicted_steps);
            run.spec.params = facts.params;
            run.changes = changes.iter().filter(|c| c.run == i).cloned().collect();
            live.runs.insert(run.uid, facts.values);
        }
        let kept = |c: &Change| changes.iter().any(|d| (d.run, d.step, &d.key) == (c.run, c.step, &c.key));
        if !former.experiment().changes.iter().all(kept) {
            // Going on from before a change has forgotten it.
            self.remember_former(former.clone());
        }
        // What stands in the forms may be another experiment already.
        if self.draft.with_untracked(|d| *d == former) {
            self.live.set(live);
            if race.draft != former {
                self.draft.set(race.draft.clone());
                self.requests.update_value(|r| r.loaded = Some(race.draft.clone()));
            }
        }
        self.race.set(Some(race));
        self.write_address(false);
    }

    /// Says what is to be drawn, and how large.
    pub fn send_view(&self) {
        let key = self.picture.get_untracked();
        let enlarged = self.enlarged.get_untracked();
        let hidden = self.hidden_runs.get_untracked();
        let Some(race) = self.race.get_untracked() else { return };
        let given = race.problem.given.iter().map(|p| p.key.to_string()).collect();
        let drawn = |uid: u32| enlarged.map_or(!hidden.contains(&uid), |large| large == uid);
        let wanted = |uid: u32| if drawn(uid) { key.clone() } else { String::new() };
        let runs = race.draft.runs.iter().map(|r| wanted(r.uid)).collect();
        let side = if enlarged.is_some() { 640 } else { 288 };
        self.workers.send(&Request::View { runs, given, extent: Extent { width: side, height: side } });
    }

    fn frame(&self, runs: Vec<RunFrame>, playing: bool, bulk: &Array) {
        if runs.len() != self.data.with_value(|data| data.traces.len()) {
            return;
        }
        let mut bulk = bulk.iter();
        let mut drew = false;
        let mut statuses = Vec::with_capacity(runs.len());
        self.data.update_value(|data| {
            for (i, run) in runs.into_iter().enumerate() {
                let rows = bulk.next().and_then(|b| b.dyn_into::<Float64Array>().ok());
                let rows = rows.map(|r| r.to_vec()).unwrap_or_default();
                data.traces[i].splice(run.keep_rows as usize, &rows);
                if let Some(shape) = run.picture {
                    data.pictures[i] = Some(take_picture(shape, &mut bulk));
                    drew = true;
                }
                statuses.push(RunStatus { step: run.step, status: run.status, message: run.words });
            }
        });
        if self.statuses.with_untracked(|old| *old != statuses) {
            self.statuses.set(statuses);
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
        let first = self.data.try_update_value(|data| !std::mem::replace(&mut data.painting, true));
        if first == Some(true) {
            request_animation_frame(move || {
                app.data.update_value(|data| data.painting = false);
                app.repaint.update(|t| *t = t.wrapping_add(1));
            });
        }
    }

    /// The worker is gone: says so, and offers to start another at the same place.
    fn worker_failed(&self, message: &str) {
        let app = *self;
        self.playing.set(false);
        self.worker_lost.set(true);
        self.requests.update_value(|r| {
            r.pending.clear();
            r.surveyed = None;
        });
        self.notice.set(Some(Notice {
            text: format!("The computing part has stopped ({message}). The experiment is still here."),
            bad: true,
            action: Some(("Reload".to_owned(), Callback::new(move |()| app.restart_worker()))),
        }));
    }

    /// Starts the worker anew with the experiment in the forms, and goes on to the step that was shown.
    fn restart_worker(&self) {
        let (app, step) = (*self, untrack(|| self.shown_step()));
        self.clear_notice();
        leptos::task::spawn_local(async move {
            let file = app.file.with_value(Clone::clone);
            let bytes = match &file {
                Some(file) => JsFuture::from(file.array_buffer()).await.ok(),
                None => None,
            };
            if let Some(solvers) = app.known.get_untracked().module_of(&untrack(|| app.experiment())) {
                app.workers.use_solvers(&solvers);
            }
            if let (Some(file), Some(bytes)) = (file, bytes) {
                app.workers.send_file(&file.name(), &Uint8Array::new(&bytes));
            }
            app.set_pace(app.pace.get_untracked());
            app.send_visibility();
            app.requests.update_value(|r| {
                r.resume_at = Some(step);
                r.restoring = true;
            });
            app.submit();
        });
    }
}

/// Keeps a key that is still among `keys`, else takes the first; true if it changed.
fn keep_or_first<'a>(key: RwSignal<String>, keys: impl Iterator<Item = &'a str>) -> bool {
    let keys: Vec<&str> = keys.collect();
    let stays = key.with_untracked(|k| keys.contains(&k.as_str()));
    if !stays {
        key.set(keys.first().map(ToString::to_string).unwrap_or_default());
    }
    !stays
}

fn take_picture(shape: PictureShape, bulk: &mut dyn Iterator<Item = JsValue>) -> PictureData {
    let mut next = || {
        let array = bulk.next().and_then(|b| b.dyn_into::<Float32Array>().ok());
        array.map(|a| a.to_vec()).unwrap_or_default()
    };
    let (values, aux) = (next(), next());
    PictureData { shape, values, aux }
}
