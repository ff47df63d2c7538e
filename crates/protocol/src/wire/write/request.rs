//! Writing experiments and requests.

use iterscope_core::{Backend, DataRef, Experiment, StopRule};

use super::super::Plain;
use super::{map, number, params, text, value};
use crate::{Export, Pace, Request};

/// An experiment, what has its default left out.
pub fn experiment(e: &Experiment) -> Plain {
    let mut problem = vec![("id", text(&e.problem.id))];
    match &e.problem.data {
        Some(DataRef::Name(name)) => problem.push(("data", text(name))),
        Some(DataRef::Inline { name, text: words }) => {
            problem.push(("data", map(vec![("name", text(name)), ("text", text(words))])));
        }
        None => {}
    }
    if let Some(columns) = &e.problem.columns {
        problem.push(("columns", text(columns)));
    }
    if !e.problem.params.is_empty() {
        problem.push(("params", params(&e.problem.params)));
    }
    let mut runs = Vec::new();
    for run in &e.runs {
        let mut entries = vec![("method", text(&run.method))];
        if run.backend != Backend::Auto {
            entries.push(("backend", text(run.backend.name())));
        }
        if !run.params.is_empty() {
            entries.push(("params", params(&run.params)));
        }
        runs.push(map(entries));
    }
    let mut all = vec![("schema", number(e.schema)), ("problem", map(problem)), ("runs", Plain::List(runs))];
    if e.seed != 0 {
        all.push(("seed", Plain::Number(e.seed as f64)));
    }
    if e.stop != StopRule::default() {
        let steps = Plain::Number(e.stop.max_steps as f64);
        all.push(("stop", map(vec![("rtol", number(e.stop.rtol)), ("max_steps", steps)])));
    }
    map(all)
}

/// A request.
pub fn request(request: &Request) -> Plain {
    let list = |words: &[String]| Plain::List(words.iter().map(|w| text(w)).collect());
    let (name, fields) = match request {
        Request::Load { ticket, experiment: e } => {
            ("load", vec![("ticket", number(*ticket)), ("experiment", experiment(e))])
        }
        Request::Check { ticket, experiment: e } => {
            ("check", vec![("ticket", number(*ticket)), ("experiment", experiment(e))])
        }
        Request::Survey { experiment: e } => ("survey", vec![("experiment", experiment(e))]),
        Request::File { name } => ("file", vec![("name", text(name))]),
        Request::Play => return text("play"),
        Request::Pause => return text("pause"),
        Request::Step { steps } => ("step", vec![("steps", number(*steps))]),
        Request::Reset => return text("reset"),
        Request::Seek { step } => ("seek", vec![("step", Plain::Number(*step as f64))]),
        Request::Pace { pace } => {
            let pace = match pace {
                Pace::Lockstep { factor } => map(vec![("lockstep", map(vec![("factor", number(*factor))]))]),
                Pace::Free => text("free"),
            };
            ("pace", vec![("pace", pace)])
        }
        Request::Set { run, key, value: v } => {
            ("set", vec![("run", number(*run)), ("key", text(key)), ("value", value(v))])
        }
        Request::View { runs, given, extent } => {
            let extent = map(vec![("width", number(extent.width)), ("height", number(extent.height))]);
            ("view", vec![("runs", list(runs)), ("given", list(given)), ("extent", extent)])
        }
        Request::Visible { visible } => ("visible", vec![("visible", Plain::Bool(*visible))]),
        Request::Export { what } => {
            let what = match what {
                Export::Result { run, format } => {
                    map(vec![("result", map(vec![("run", number(*run)), ("format", text(format))]))])
                }
                Export::Trace => text("trace"),
                Export::Answer { format } => map(vec![("answer", map(vec![("format", text(format))]))]),
                Export::Hashes => text("hashes"),
            };
            ("export", vec![("what", what)])
        }
        Request::Ask { ticket, analysis, run, params: given } => {
            let fields = [("ticket", number(*ticket)), ("analysis", text(analysis)), ("run", number(*run))];
            ("ask", fields.into_iter().chain([("params", params(given))]).collect())
        }
        Request::LoseDevice => return text("lose-device"),
    };
    map(vec![(name, map(fields))])
}
