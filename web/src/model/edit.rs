//! Changing the experiment, and what is sent when.

use iterscope_core::{Backend, DataKind, DataRef, Experiment, Params, ProblemSpec, RunSpec, Survey, Value};
use iterscope_protocol::{Pace, Request};

use super::{App, Draft, DraftRun};
use crate::{js, link};

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

/// The most former experiments that are kept.
const UNDO: usize = 30;

impl App {
    /// Changes the experiment and has it tried.
    pub fn edit(&self, urgency: Urgency, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
        self.schedule(urgency);
    }

    fn schedule(&self, urgency: Urgency) {
        let app = *self;
        if let Some(timer) = self.store.update_untracked(|s| s.timer.take()) {
            js::cancel(timer);
        }
        let timer = match urgency {
            Urgency::Now => return self.submit(),
            Urgency::Soon => js::after(180, move || app.submit()),
            Urgency::Typed => js::after(150, move || app.check()),
        };
        self.store.update_untracked(|s| s.timer = Some(timer));
    }

    fn ticket(&self) -> u32 {
        self.store.update_untracked(|s| {
            s.ticket += 1;
            s.ticket
        })
    }

    /// Has the worker build what is in the forms.
    pub fn submit(&self) {
        let ticket = self.ticket();
        let draft = self.draft.get_untracked();
        let experiment = draft.experiment();
        self.use_solvers_for(&experiment);
        self.survey(&experiment);
        self.store.update_untracked(|s| s.pending.push((ticket, draft)));
        link::send(&Request::Load { ticket, experiment });
    }

    /// Asks how a table that a person brought is read, unless that is known.
    fn survey(&self, experiment: &Experiment) {
        let problem = ProblemSpec { params: Params::new(), ..experiment.problem.clone() };
        let own = !matches!(&problem.data, Some(DataRef::Name(name)) if name.starts_with("sample:"));
        let kind = self.catalog().problem(&problem.id).and_then(|p| p.data);
        let wanted = (own && problem.data.is_some() && kind != Some(DataKind::Image)).then_some(problem);
        let known = self.store.update_untracked(|s| std::mem::replace(&mut s.surveyed, wanted.clone()));
        match wanted {
            None => self.survey.set(Survey::default()),
            Some(_) if wanted == known => {}
            Some(_) => link::send(&Request::Survey { experiment: experiment.clone() }),
        }
    }

    /// Turns to the solvers that an experiment needs, starting them if this is the first use.
    fn use_solvers_for(&self, experiment: &Experiment) {
        let Some(solvers) = self.catalog().module_of(experiment) else { return };
        if link::turn_to(&solvers) {
            self.solvers.set(solvers);
            link::send(&Request::Pace { pace: PACES[self.pace.get_untracked()].1 });
            self.tell_visibility();
        }
    }

    /// Nothing runs while hidden.
    pub fn tell_visibility(&self) {
        let visible = self.store.with_untracked(|s| !s.hidden && !s.away);
        link::send(&Request::Visible { visible });
    }

    fn check(&self) {
        let ticket = self.ticket();
        link::send(&Request::Check { ticket, experiment: self.draft.with_untracked(Draft::experiment) });
    }

    /// After a good check: tried once the typing rests.
    pub fn checked(&self) {
        let app = *self;
        let timer = js::after(350, move || app.submit());
        if let Some(old) = self.store.update_untracked(|s| s.timer.replace(timer)) {
            js::cancel(old);
        }
    }

    /// Replaces the whole experiment.
    pub fn open_experiment(&self, experiment: Experiment) {
        let draft = self.store.update_untracked(|s| Draft::new(experiment, &mut s.next_uid));
        self.large.set(None);
        self.expanded.set(None);
        self.errors.set(Vec::new());
        self.draft.set(draft);
        self.wants.set(true);
        self.schedule(Urgency::Now);
    }

    /// Opens a preset; false if there is none of that id.
    pub fn open_preset(&self, id: &str) -> bool {
        let Some(family) = self.family_of_preset(id) else { return false };
        let (app, id) = (*self, id.to_owned());
        self.with_family(&family.id, move || {
            if let Some(preset) = app.catalog().preset(&id) {
                app.open_experiment(preset.experiment.clone());
            }
        });
        true
    }

    /// Goes back to the experiment before the last change.
    pub fn go_back(&self) {
        let Some(former) = self.undo.update(Vec::pop) else { return };
        self.draft.set(former);
        self.errors.set(Vec::new());
        self.wants.set(true);
        // The race that is shown must not become a former one.
        self.store.update_untracked(|s| s.going_back = true);
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
        let method = self.draft.with_untracked(|d| d.run(uid).map(|r| r.spec.method.clone())).unwrap_or_default();
        let live = self.catalog().method(&method).is_some_and(|m| m.params.iter().any(|p| p.key == key && p.live));
        let set = |d: &mut Draft| {
            if let Some(run) = d.runs.iter_mut().find(|r| r.uid == uid) {
                run.spec.params.insert(key.to_owned(), value.clone());
            }
        };
        // Only the race that is in the forms can take it; one that is still being built would miss it.
        let settled = self.store.with_untracked(|s| s.pending.is_empty()) && self.errors.with_untracked(Vec::is_empty);
        match self.index(uid).filter(|_| live && settled) {
            Some(index) => {
                self.draft.update(set);
                self.race.update(|race| {
                    if let Some(race) = race {
                        set(&mut std::sync::Arc::make_mut(race).draft);
                    }
                });
                link::send(&Request::Set { run: index as u32, key: key.to_owned(), value: value.clone() });
                if self.wants.get_untracked() {
                    link::send(&Request::Play);
                }
                self.write_address();
            }
            None => self.edit(urgency, set),
        }
    }

    /// Adds a run of a method.
    pub fn add_run(&self, method: &str) {
        let spec = RunSpec { method: method.to_owned(), backend: Backend::Auto, params: Params::new() };
        self.add(spec, None);
    }

    /// Adds a run like another, after it.
    pub fn duplicate_run(&self, uid: u32) {
        let run = self.draft.with_untracked(|d| d.run(uid).cloned());
        if let Some(run) = run {
            self.add(run.spec, Some(uid));
        }
    }

    fn add(&self, spec: RunSpec, after: Option<u32>) {
        let uid = self.store.update_untracked(|s| {
            s.next_uid += 1;
            s.next_uid
        });
        self.edit(Urgency::Now, |d| {
            let run = DraftRun { uid, colour: d.free_colour(), spec };
            let at = after.and_then(|a| d.runs.iter().position(|r| r.uid == a)).map_or(d.runs.len(), |i| i + 1);
            d.runs.insert(at, run);
        });
        self.expanded.set(Some(uid));
    }

    /// Removes a run.
    pub fn remove_run(&self, uid: u32) {
        if self.large.get_untracked() == Some(uid) {
            self.large.set(None);
        }
        self.edit(Urgency::Now, |d| d.runs.retain(|r| r.uid != uid));
    }

    /// Changes to another problem of the catalog; runs stay where their methods solve it too.
    pub fn choose_problem(&self, id: &str) {
        let Some(family) = self.catalog().family_of(id) else { return };
        let solves = |method: &str| self.catalog().method(method).is_some_and(|m| m.problems.has(id));
        let first = family.methods.iter().find(|m| m.problems.has(id));
        self.draft.update(|d| {
            d.problem = ProblemSpec { id: id.to_owned(), data: None, columns: None, params: Params::new() };
            d.runs.retain(|r| solves(&r.spec.method));
        });
        match first {
            Some(method) if self.draft.with_untracked(|d| d.runs.is_empty()) => self.add_run(&method.id),
            _ => self.schedule(Urgency::Now),
        }
    }

    /// Plays or pauses.
    pub fn toggle(&self) {
        if self.playing.get_untracked() { self.pause() } else { self.play() }
    }

    /// Starts or goes on; from the beginning where everything has ended.
    pub fn play(&self) {
        use iterscope_protocol::Status;
        self.wants.set(true);
        let over = self
            .now
            .with_untracked(|now| !now.is_empty() && now.iter().all(|n| matches!(n.status, Status::Stopped { .. })));
        if over {
            link::send(&Request::Reset);
        }
        link::send(&Request::Play);
    }

    /// Pauses.
    pub fn pause(&self) {
        self.wants.set(false);
        link::send(&Request::Pause);
    }

    /// Does some steps and pauses.
    pub fn step(&self, steps: u32) {
        self.wants.set(false);
        link::send(&Request::Step { steps });
    }

    /// Back to step 0, at rest.
    pub fn reset(&self) {
        self.wants.set(false);
        self.said.set(Vec::new());
        link::send(&Request::Reset);
    }

    /// Shows the runs as they were at a step.
    pub fn seek(&self, step: u64) {
        self.wants.set(false);
        let step = step.min(self.furthest());
        link::send(&Request::Seek { step });
    }

    /// Chooses a pace.
    pub fn set_pace(&self, index: usize) {
        self.pace.set(index);
        link::send(&Request::Pace { pace: PACES[index].1 });
    }
}
