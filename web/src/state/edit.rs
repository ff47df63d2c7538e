//! Changing the experiment, and what is sent when.

use std::time::Duration;

use iterscope_core::{Backend, DataKind, DataRef, Experiment, Params, ProblemSpec, RunSpec, Survey, Value, View, path};
use iterscope_protocol::{Pace, Request};
use leptos::prelude::*;

use super::schema::schema_of;
use super::{AppState, Draft, DraftRun};
use crate::browser::media;

/// How soon a change is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once.
    Now,
    /// When nothing more has been changed for a moment.
    Soon,
    /// As mathematics that is being typed: checked soon, tried when it is right and the typing rests.
    Typed,
}

/// The paces: label and what it means.
pub const PACES: [(&str, Pace); 4] = [
    ("¼×", Pace::Lockstep { factor: 0.25 }),
    ("1×", Pace::Lockstep { factor: 1.0 }),
    ("4×", Pace::Lockstep { factor: 4.0 }),
    ("max", Pace::Free),
];

impl AppState {
    /// Changes the experiment and has it tried.
    pub fn edit(&self, urgency: Urgency, change: impl FnOnce(&mut Draft)) {
        self.clear_notice();
        let live = self.live.try_update(std::mem::take).unwrap_or_default();
        self.draft.update(|d| {
            let fields = d.fields();
            d.settle(&live);
            change(d);
            // What was painted is of fields that may be gone.
            if d.fields() != fields {
                d.runs.iter_mut().for_each(|run| run.changes.clear());
            }
        });
        self.schedule(urgency);
    }

    pub(super) fn schedule(&self, urgency: Urgency) {
        let app = *self;
        self.after(
            match urgency {
                Urgency::Now => 0,
                Urgency::Soon => 180,
                Urgency::Typed => 150,
            },
            move || if urgency == Urgency::Typed { app.check() } else { app.submit() },
        );
    }

    /// Calls `f` after some milliseconds, in place of what waited before.
    fn after(&self, ms: u64, f: impl FnOnce() + 'static) {
        self.requests.update_value(|r| {
            if let Some(timer) = r.timer.take() {
                timer.clear();
            }
            if ms > 0 {
                let f = std::cell::Cell::new(Some(f));
                let call = move || f.take().map_or((), |f| f());
                r.timer = set_timeout_with_handle(call, Duration::from_millis(ms)).ok();
                return;
            }
            // A zero wait lets changes that belong together arrive together.
            queue_microtask(f);
        });
    }

    fn ticket(&self) -> u32 {
        self.requests
            .try_update_value(|r| {
                r.ticket += 1;
                r.ticket
            })
            .unwrap_or_default()
    }

    /// Has the worker build what is in the forms.
    pub fn submit(&self) {
        let ticket = self.ticket();
        let draft = self.draft.get_untracked();
        let experiment = draft.experiment();
        self.use_solvers_for(&experiment);
        self.ask_for_survey(&experiment);
        self.requests.update_value(|r| r.pending.push((ticket, draft)));
        self.workers.send(&Request::Load { ticket, experiment });
    }

    /// Asks how a table that a person brought is read, unless that is known.
    fn ask_for_survey(&self, experiment: &Experiment) {
        let problem = ProblemSpec { params: Params::new(), ..experiment.problem.clone() };
        let own = !matches!(&problem.data, Some(DataRef::Name(name)) if name.starts_with("sample:"));
        let kind = self.known.get_untracked().problem(&problem.id).and_then(|p| p.data);
        let wanted = (own && problem.data.is_some() && !matches!(kind, Some(DataKind::Image | DataKind::Matrix)))
            .then_some(problem);
        let known = self.requests.try_update_value(|r| std::mem::replace(&mut r.surveyed, wanted.clone())).flatten();
        match wanted {
            None => self.survey.set(Survey::default()),
            Some(_) if wanted == known => {}
            Some(_) => self.workers.send(&Request::Survey { experiment: experiment.clone() }),
        }
    }

    /// Turns to the solvers that an experiment needs, starting them if this is the first use.
    fn use_solvers_for(&self, experiment: &Experiment) {
        let Some(solvers) = self.known.get_untracked().module_of(experiment) else { return };
        if self.workers.use_solvers(&solvers) {
            self.workers.send(&Request::Pace { pace: PACES[self.pace.get_untracked()].1 });
            self.send_visibility();
        }
    }

    /// Nothing runs while hidden.
    pub fn send_visibility(&self) {
        let visible = self.requests.with_value(|r| !r.page_hidden && !r.out_of_view);
        self.workers.send(&Request::Visible { visible });
    }

    fn check(&self) {
        let ticket = self.ticket();
        self.workers.send(&Request::Check { ticket, experiment: self.draft.with_untracked(Draft::experiment) });
    }

    /// After a good check: tried once the typing rests.
    pub(super) fn submit_after_check(&self) {
        let app = *self;
        self.after(350, move || app.submit());
    }

    /// Takes the race out of the page: it no longer belongs to what the forms hold.
    pub(super) fn clear_race(&self) {
        self.workers.send(&Request::Pause);
        self.data.update_value(|data| {
            data.traces.clear();
            data.pictures.clear();
            data.given.clear();
        });
        self.enlarged.set(None);
        self.hidden_runs.set(Default::default());
        self.race.set(None);
        self.statuses.set(Vec::new());
        self.run_notices.set(Vec::new());
    }

    /// Replaces the whole experiment.
    pub fn open_experiment(&self, experiment: Experiment) {
        if experiment.problem.id != self.draft.with_untracked(|d| d.problem.id.clone()) {
            self.clear_race();
        }
        self.clear_notice();
        let draft = self.requests.try_update_value(|r| {
            r.opened = true;
            Draft::new(experiment, &mut r.last_uid)
        });
        self.enlarged.set(None);
        self.editing.set(None);
        self.errors.set(Vec::new());
        self.hidden_runs.set(Default::default());
        self.live.set(Default::default());
        self.draft.set(draft.unwrap_or_default());
        // Who asked for less motion starts what moves.
        self.wants_to_play.set(!media("(prefers-reduced-motion: reduce)"));
        self.schedule(Urgency::Now);
    }

    /// Opens a preset; false if there is none of that id.
    pub fn open_preset(&self, id: &str) -> bool {
        let Some(family) = self.family_of_preset(id) else { return false };
        if let Some(preset) = self.known.get_untracked().preset(id) {
            self.open_experiment(preset.experiment.clone());
            return true;
        }
        let (app, id) = (*self, id.to_owned());
        self.with_family(&family.id, move || {
            if let Some(preset) = app.known.get_untracked().preset(&id) {
                app.open_experiment(preset.experiment.clone());
            }
        });
        true
    }

    /// Changes a parameter of the problem.
    pub fn set_problem_param(&self, key: &str, value: Value, urgency: Urgency) {
        self.edit(urgency, |d| {
            d.problem.params.insert(key.to_owned(), value);
        });
    }

    /// Changes several parameters of the problem.
    pub fn set_problem_params(&self, params: &Params) {
        self.edit(Urgency::Now, |d| d.problem.params.extend(params.clone()));
    }

    /// Changes a parameter of a run: in the race that runs where it is live, else by building anew.
    pub fn set_run_param(&self, uid: u32, key: &str, value: Value, urgency: Urgency) {
        let catalog = self.known.get_untracked();
        let schema = self.draft.with_untracked(|d| d.run(uid).map(|r| schema_of(catalog, &r.spec))).unwrap_or_default();
        let live = schema.iter().any(|p| p.key == key && p.live);
        let set = |d: &mut Draft| {
            if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
                run.spec.params.insert(key.to_owned(), value.clone());
            }
        };
        // Only the race that is in the forms can take it; one that is still being built would miss it.
        let settled = self.requests.with_value(|r| r.pending.is_empty()) && self.errors.with_untracked(Vec::is_empty);
        match untrack(|| self.index(uid)).filter(|_| live && settled) {
            Some(index) => {
                // Shown at once; the worker, whose it is, says what it is then.
                self.live.update(|live| {
                    live.runs.entry(uid).or_default().insert(key.to_owned(), value.clone());
                });
                let ticket = self.requests.try_update_value(|r| {
                    r.set_ticket += 1;
                    r.set_ticket
                });
                let (ticket, run) = (ticket.unwrap_or_default(), index as u32);
                self.workers.send(&Request::Set { ticket, run, key: key.to_owned(), value: value.clone() });
                if self.wants_to_play.get_untracked() {
                    self.workers.send(&Request::Play);
                }
            }
            None => self.edit(urgency, set),
        }
    }

    /// Changes a live parameter of the problem in the race that runs.
    pub fn set_live_param(&self, key: &str, value: Value) {
        // What was refused of it before is over.
        let own = |field: &str| field.strip_prefix(path::PROBLEM_PARAMS) == Some(key);
        self.errors.update(|all| all.retain(|e| !own(&e.field)));
        let settled = self.requests.with_value(|r| r.pending.is_empty()) && self.errors.with_untracked(Vec::is_empty);
        if !settled {
            return;
        }
        // Shown at once; the worker, whose it is, says what it is then.
        self.live.update(|live| {
            live.problem.values.insert(key.to_owned(), value.clone());
        });
        let ticket = self.requests.try_update_value(|r| {
            r.set_ticket += 1;
            r.set_ticket
        });
        self.workers.send(&Request::SetProblem { ticket: ticket.unwrap_or_default(), key: key.to_owned(), value });
        if self.wants_to_play.get_untracked() {
            self.workers.send(&Request::Play);
        }
    }

    /// Adds a stroke to a field in the race that runs; `begins` where it is the first part of it.
    pub fn paint(&self, field: &str, stroke: String, begins: bool) {
        let settled = self.requests.with_value(|r| r.pending.is_empty()) && self.errors.with_untracked(Vec::is_empty);
        if !settled {
            return;
        }
        if begins {
            self.clear_notice();
            self.remember_former(self.draft.get_untracked());
        }
        let ticket = self.requests.try_update_value(|r| {
            r.set_ticket += 1;
            r.set_ticket
        });
        self.workers.send(&Request::Paint { ticket: ticket.unwrap_or_default(), field: field.to_owned(), stroke });
        if self.wants_to_play.get_untracked() {
            self.workers.send(&Request::Play);
        }
    }

    /// Adds a run of a method and opens its parameters.
    pub fn add_run(&self, method: &str) {
        let spec = RunSpec { method: method.to_owned(), backend: Backend::Auto, params: Params::new() };
        self.add(spec, None);
    }

    /// Adds a run like another, after it.
    pub fn duplicate_run(&self, uid: u32) {
        if let Some(run) = self.draft.with_untracked(|d| d.run(uid).cloned()) {
            self.add(run.spec, Some(uid));
        }
    }

    fn add(&self, spec: RunSpec, after: Option<u32>) {
        let uid = self.requests.try_update_value(|r| {
            r.last_uid += 1;
            r.last_uid
        });
        let uid = uid.unwrap_or_default();
        self.edit(Urgency::Now, |d| {
            // What was painted before the first step is part of the start, in every run.
            let changes = d.runs.first().map(|r| r.changes.clone()).unwrap_or_default();
            let run = DraftRun { uid, colour: d.free_colour(), spec, changes };
            let at = after.and_then(|a| d.runs.iter().position(|r| r.uid == a)).map_or(d.runs.len(), |i| i + 1);
            d.runs.insert(at, run);
        });
        self.editing.set(Some(uid));
    }

    /// Removes a run.
    pub fn remove_run(&self, uid: u32) {
        if self.enlarged.get_untracked() == Some(uid) {
            self.enlarged.set(None);
        }
        if self.editing.get_untracked() == Some(uid) {
            self.editing.set(None);
        }
        self.hidden_runs.update(|hidden| {
            hidden.remove(&uid);
        });
        self.edit(Urgency::Now, |d| d.runs.retain(|r| r.uid != uid));
    }

    /// Hides a run's picture and curve, or shows them again. It goes on.
    pub fn toggle_run(&self, uid: u32) {
        self.hidden_runs.update(|hidden| {
            if !hidden.remove(&uid) {
                hidden.insert(uid);
            }
        });
        if self.enlarged.get_untracked() == Some(uid) {
            self.enlarged.set(None);
        }
        self.send_view();
    }

    /// Shows one run large, or all again.
    pub fn enlarge(&self, uid: Option<u32>) {
        self.enlarged.set(uid);
        self.send_view();
    }

    /// Changes what a run is.
    pub fn change_run(&self, uid: u32, change: impl FnOnce(&mut RunSpec)) {
        self.edit(Urgency::Now, |d| {
            if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
                change(&mut run.spec);
            }
        });
    }

    /// Changes to another problem of the catalog; runs stay where their methods solve it too.
    pub fn choose_problem(&self, id: &str) {
        let catalog = self.known.get_untracked();
        let Some(family) = catalog.family_of(id) else { return };
        let solves = |method: &str| catalog.method(method).is_some_and(|m| m.problems.has(id));
        let first = family.methods.iter().find(|m| m.problems.has(id));
        if self.draft.with_untracked(|d| d.problem.id != id) {
            self.clear_race();
        }
        let live = self.live.try_update(std::mem::take).unwrap_or_default();
        self.draft.update(|d| {
            d.settle(&live);
            d.problem = ProblemSpec { id: id.to_owned(), data: None, columns: None, params: Params::new() };
            d.view = View::default();
            d.runs.retain(|r| solves(&r.spec.method));
            // The end of one problem's time says nothing about another's.
            d.stop.until = None;
        });
        self.errors.set(Vec::new());
        self.wants_to_play.set(true);
        match first {
            Some(method) if self.draft.with_untracked(|d| d.runs.is_empty()) => {
                self.add_run(&method.id);
                self.editing.set(None);
            }
            _ => self.schedule(Urgency::Now),
        }
    }

    /// Lets every run go on for some more steps.
    pub fn run_more(&self, steps: u64) {
        self.wants_to_play.set(true);
        let at = untrack(|| self.shown_step());
        self.requests.update_value(|r| r.resume_at = Some(at));
        self.edit(Urgency::Now, |d| d.stop.max_steps += steps);
    }

    /// Plays or pauses.
    pub fn toggle_playing(&self) {
        if self.playing.get_untracked() { self.pause() } else { self.play() }
    }

    /// Starts or goes on; from the beginning where everything has ended.
    pub fn play(&self) {
        self.wants_to_play.set(true);
        if self.statuses.with_untracked(|all| !all.is_empty() && all.iter().all(super::RunStatus::stopped)) {
            self.workers.send(&Request::Reset);
        }
        self.workers.send(&Request::Play);
    }

    /// Pauses.
    pub fn pause(&self) {
        self.wants_to_play.set(false);
        self.workers.send(&Request::Pause);
    }

    /// Does some steps and pauses.
    pub fn step(&self, steps: u32) {
        self.wants_to_play.set(false);
        self.workers.send(&Request::Step { steps });
    }

    /// Back to step 0, at rest.
    pub fn reset(&self) {
        self.wants_to_play.set(false);
        self.run_notices.set(Vec::new());
        self.workers.send(&Request::Reset);
    }

    /// Shows the runs as they were at a step.
    pub fn seek(&self, step: u64) {
        self.wants_to_play.set(false);
        let step = step.min(self.furthest());
        self.workers.send(&Request::Seek { step });
    }

    /// Chooses a pace.
    pub fn set_pace(&self, index: usize) {
        self.pace.set(index);
        self.workers.send(&Request::Pace { pace: PACES[index].1 });
    }
}
