//! Questions beside the race, and their answers.

use std::collections::BTreeMap;

use iterscope_core::{AnalysisInfo, BuildError, Experiment, Params, Subject, Value};
use iterscope_protocol::Request;
use leptos::prelude::*;

use super::AppState;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Id of the analysis; empty until somebody asks.
    pub id: String,
    /// Number of the run.
    pub run: u32,
    /// Parameters of every analysis that was asked.
    pub params: BTreeMap<String, Params>,
}

/// What is known of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Of the request.
    pub ticket: u32,
    /// Step of the race when it was asked.
    pub step: u64,
    /// How much of the work is done.
    pub share: f64,
    /// Elements.
    pub html: String,
    /// What they open.
    pub opens: Vec<Experiment>,
    /// Why there is none.
    pub error: Option<BuildError>,
}

impl AppState {
    /// What can be asked of the problem that is shown.
    pub fn questions(&self) -> Vec<&'static AnalysisInfo> {
        let Some(problem) = self.race.with(|race| race.as_ref().map(|r| r.draft.problem.id.clone())) else {
            return Vec::new();
        };
        let family = self.known.get().family_of(&problem);
        let all = family.map(|f| f.analyses.iter()).into_iter().flatten();
        all.filter(|a| a.problems.has(&problem)).collect()
    }

    /// The question that is asked: the chosen one, or the first.
    pub fn current_question(&self) -> Option<&'static AnalysisInfo> {
        let all = self.questions();
        let chosen = self.question.with(|q| all.iter().find(|a| a.id == q.id.as_str()).copied());
        chosen.or(all.first().copied())
    }

    /// Asks something else.
    pub fn choose_question(&self, id: &str) {
        self.question.update(|q| q.id = id.to_owned());
        self.ask();
    }

    /// Asks about another run.
    pub fn ask_about(&self, uid: u32) {
        self.question.update(|q| q.run = uid);
        self.ask();
    }

    /// Sets a parameter of the question.
    pub fn set_question_param(&self, key: &str, value: Value) {
        let Some(id) = untrack(|| self.current_question()).map(|a| a.id.to_string()) else { return };
        self.question.update(|q| {
            q.params.entry(id).or_default().insert(key.to_owned(), value);
        });
        self.ask();
    }

    /// Asks, if the answers are shown and there is something to ask about.
    pub fn ask(&self) {
        if !self.asking.get_untracked() {
            return;
        }
        let Some(analysis) = untrack(|| self.current_question()) else { return self.stop_asking() };
        let index = untrack(|| self.question.with(|q| self.index(q.run))).unwrap_or(0);
        let uid = self.race.with_untracked(|r| r.as_ref().and_then(|r| r.draft.runs.get(index)).map(|r| r.uid));
        let params = self.question.with_untracked(|q| q.params.get(analysis.id.as_ref()).cloned().unwrap_or_default());
        self.question.update(|q| (q.id, q.run) = (analysis.id.to_string(), uid.unwrap_or(0)));
        let ticket = self.answer.with_untracked(|a| a.ticket) + 1;
        let step = untrack(|| self.shown_step());
        // What was answered before stays until there is more to show.
        self.answer.update(|a| {
            (a.ticket, a.step, a.share, a.error) = (ticket, step, 0.0, None);
        });
        let analysis = analysis.id.to_string();
        self.workers.send(&Request::Ask { ticket, analysis, run: index as u32, params });
    }

    /// Drops the question.
    pub fn stop_asking(&self) {
        self.answer.update(|a| *a = Answer { ticket: a.ticket + 1, share: 1.0, ..Answer::default() });
        let ticket = self.answer.with_untracked(|a| a.ticket);
        self.workers.send(&Request::Ask { ticket, analysis: String::new(), run: 0, params: Params::new() });
    }

    /// Asks again about a run that has come to its end.
    pub fn ask_at_the_end(&self) {
        let about_run = untrack(|| self.current_question()).is_some_and(|a| a.subject == Subject::Run);
        if about_run && self.answer.with_untracked(|a| a.step) != untrack(|| self.shown_step()) {
            self.ask();
        }
    }

    /// Takes in what the worker says of the answer.
    pub fn show_answer(&self, answer: Answer) {
        if self.answer.with_untracked(|a| a.ticket == answer.ticket) {
            let step = self.answer.with_untracked(|a| a.step);
            self.answer.set(Answer { step, ..answer });
        }
    }
}
