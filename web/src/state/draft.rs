//! The experiment as it stands in the forms.

use std::collections::BTreeMap;

use iterscope_core::{Change, Experiment, Params, ProblemSpec, RunSpec, SCHEMA, StopRule, Value, View};
use iterscope_protocol::LiveProblem;

/// An experiment whose runs keep their number and colour while others come and go.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The problem.
    pub problem: ProblemSpec,
    /// The runs.
    pub runs: Vec<DraftRun>,
    /// The seed.
    pub seed: u64,
    /// When runs end.
    pub stop: StopRule,
    /// What is looked at when it is opened.
    pub view: View,
}

/// One run in the forms.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRun {
    /// Tells it from all others for as long as the page lives.
    pub uid: u32,
    /// Which of the six colours it has.
    pub colour: usize,
    /// The run.
    pub spec: RunSpec,
    /// Live parameters that are changed on the way; the index in them does not count.
    pub changes: Vec<Change>,
}

/// What live parameters are at the step shown. It is the worker's; the forms show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// Values of each run, by its number.
    pub runs: BTreeMap<u32, Params>,
    /// The problem's.
    pub problem: LiveProblem,
}

impl Default for Draft {
    fn default() -> Self {
        let problem = ProblemSpec { id: String::new(), data: None, columns: None, params: Params::new() };
        Draft { problem, runs: Vec::new(), seed: 0, stop: StopRule::default(), view: View::default() }
    }
}

impl Draft {
    /// A draft of `experiment`; runs are numbered from `next`, which moves on.
    pub fn new(experiment: Experiment, next: &mut u32) -> Draft {
        let all = experiment.changes;
        let number = |(colour, spec)| {
            *next += 1;
            let changes = all.iter().filter(|c| c.run == colour).cloned().collect();
            DraftRun { uid: *next, colour, spec, changes }
        };
        Draft {
            problem: experiment.problem,
            runs: experiment.runs.into_iter().enumerate().map(number).collect(),
            seed: experiment.seed,
            stop: experiment.stop,
            view: experiment.view,
        }
    }

    /// The experiment.
    pub fn experiment(&self) -> Experiment {
        Experiment {
            schema: SCHEMA,
            problem: self.problem.clone(),
            runs: self.runs.iter().map(|r| r.spec.clone()).collect(),
            seed: self.seed,
            stop: self.stop,
            changes: self.changes(),
            view: self.view.clone(),
        }
    }

    /// The draft with the values of live parameters that are shown, by the run's number, in place of those that runs start with.
    pub fn with_live(&self, live: &Live) -> Draft {
        let mut draft = self.clone();
        for run in &mut draft.runs {
            run.spec.params.extend(live.runs.get(&run.uid).cloned().unwrap_or_default());
        }
        draft
    }

    /// What says which fields the problem has.
    pub fn fields(&self) -> (String, [Option<Value>; 2]) {
        (self.problem.id.clone(), ["equations", "dimension"].map(|key| self.problem.params.get(key).cloned()))
    }

    /// Makes the values of live parameters that are shown those that the runs start with: what is edited is another experiment,
    /// in which nothing was changed on the way. What was painted before the first step belongs to the start and stays.
    pub fn settle(&mut self, live: &Live) {
        self.problem.params.extend(live.problem.settled.clone());
        for run in &mut self.runs {
            let (strokes, changes) =
                std::mem::take(&mut run.changes).into_iter().partition(|c| c.adds() && c.step == 0);
            run.changes = strokes;
            let changes: Vec<Change> = changes;
            for change in changes {
                if let Some(value) = live.runs.get(&run.uid).and_then(|values| values.get(&change.key)) {
                    run.spec.params.insert(change.key, value.clone());
                }
            }
        }
    }

    fn changes(&self) -> Vec<Change> {
        let indexed = self.runs.iter().enumerate();
        indexed.flat_map(|(run, r)| r.changes.iter().map(move |c| Change { run, ..c.clone() })).collect()
    }

    /// The first colour that no run has.
    pub fn free_colour(&self) -> usize {
        (0..).find(|c| self.runs.iter().all(|r| r.colour != *c)).unwrap_or(0)
    }

    /// The run of that number.
    pub fn run(&self, uid: u32) -> Option<&DraftRun> {
        self.runs.iter().find(|r| r.uid == uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_keeps_what_sliders_were_moved_to() {
        let json = r#"{"schema":1,"problem":{"id":"p","params":{"n":4,"text":"a = 1"}},"runs":[{"method":"m"}],
            "changes":[{"run":0,"step":0,"key":"brush.u","value":"1,1,1"},{"run":0,"step":2,"key":"brush.u","value":"2,1,1"},{"run":0,"step":3,"key":"text.a","value":2},{"run":0,"step":4,"key":"dt","value":5}]}"#;
        let mut draft = Draft::new(Experiment::from_json(json).unwrap(), &mut 0);
        let params = |key: &str, value: Value| Params::from([(key.to_owned(), value)]);
        let problem = LiveProblem {
            params: Params::new(),
            values: params("text.a", Value::Int(2)),
            settled: params("text", "a = 2".into()),
        };
        draft.settle(&Live { runs: BTreeMap::from([(1, params("dt", Value::Int(5)))]), problem });
        let settled = draft.experiment();
        let strokes: Vec<String> = settled.changes.iter().map(|c| c.value.to_string()).collect();
        assert_eq!(strokes, ["1,1,1"], "only what was painted before the first step is part of the start");
        assert!(settled.problem.params["n"] == Value::Int(4));
        assert_eq!(settled.problem.params["text"], "a = 2".into());
        assert_eq!(settled.runs[0].params, params("dt", Value::Int(5)));
    }

    #[test]
    fn colours_stay_with_their_runs() {
        let json = r#"{"schema":1,"problem":{"id":"p"},"runs":[{"method":"a"},{"method":"b"},{"method":"c"}]}"#;
        let experiment = Experiment::from_json(json).unwrap();
        let mut next = 0;
        let mut draft = Draft::new(experiment.clone(), &mut next);
        assert_eq!(draft.experiment(), experiment);
        draft.runs.remove(1);
        assert_eq!(draft.free_colour(), 1);
        assert_eq!(draft.runs.iter().map(|r| (r.uid, r.colour)).collect::<Vec<_>>(), [(1, 0), (3, 2)]);
        assert_eq!(next, 3);
    }
}
