//! What the worker does with requests, without JavaScript.

use std::rc::Rc;

use iterscope_catalog::{
    BuiltProblem, BuiltRun, Devices, Shown, build_problem, build_runs, check_changes, check_live,
    check_live_of_problem, check_stroke, describe_again, live_values, live_values_of_problem, parted, prediction_steps,
    refit,
};
use iterscope_core::{
    Backend, BuildError, Change, DataKind, Dataset, Experiment, Extent, Params, Picture, Prediction, ProblemSpec,
    RunSpec, Status, StepError, Value, brush, path,
};
use iterscope_data::Format;
use iterscope_driver::{Clock, Pace, Plan, Race, Run, Traced, trace_csv, trace_hash};
use iterscope_protocol::{
    self as protocol, Event, Export, LiveFacts, LiveProblem, NamedExperiment, ProblemFacts, Request, RunFacts, RunFrame,
};
use iterscope_sweep::Study;

use crate::answer::Asked;
use crate::data::Files;
use crate::{pictures, studies};

/// Seconds between frames while playing.
const FRAME: f64 = 1.0 / 30.0;
/// Seconds that one tick may take before it yields to the message loop.
const BUDGET: f64 = 0.012;

/// Part of its budget that a tick takes at least where there is always more to compute.
const FULL: f64 = 0.75;

/// When the session wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Not before the next request.
    Never,
    /// In some milliseconds: it waits for a device, or for the time of the next step.
    Soon,
    /// At once: there is more to compute.
    Now,
}

/// A typed array that leaves the worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Bulk {
    /// `Float64Array`.
    F64(Vec<f64>),
    /// `Float32Array`.
    F32(Vec<f32>),
    /// `Uint8Array`.
    Bytes(Vec<u8>),
}

/// A message on its way to the page.
pub struct Outgoing {
    /// The event.
    pub event: Event,
    /// Its bulk, in the order in which the event's documentation names it.
    pub bulk: Vec<Bulk>,
}

/// What problem a built one was built from.
#[derive(Clone, PartialEq)]
struct Origin {
    problem: ProblemSpec,
    seed: u64,
}

struct Built {
    origin: Origin,
    problem: Rc<BuiltProblem>,
    data: Option<Rc<Dataset>>,
}

/// The current race with what the page has of it.
struct Current {
    experiment: Experiment,
    problem: Rc<BuiltProblem>,
    data: Option<Rc<Dataset>>,
    race: Race,
    runs: Vec<Known>,
    playing: bool,
}

struct Known {
    label: String,
    prediction: Option<Prediction>,
    /// The parameters that label and prediction are for.
    params: Params,
    backend: Backend,
    keys: Vec<String>,
    sent: usize,
    drawn: Option<(String, u64, Extent)>,
    picture: Picture,
}

/// All state of the worker.
pub struct Session {
    clock: Box<dyn Clock>,
    devices: Devices,
    files: Files,
    built: Option<Built>,
    current: Option<Current>,
    asked: Asked,
    set_ticket: u32,
    pace: Pace,
    visible: bool,
    view: (Vec<String>, Vec<String>, Extent),
    last_frame: f64,
    out: Vec<Outgoing>,
}

impl Session {
    /// A session that has said it is ready.
    pub fn new(clock: impl Clock + 'static, devices: Devices) -> Self {
        let ready = Event::Ready {
            gpu: devices.words().to_owned(),
            gpu_usable: devices.usable(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Session {
            clock: Box::new(clock),
            devices,
            files: Files::default(),
            built: None,
            current: None,
            asked: Asked::default(),
            set_ticket: 0,
            pace: Pace::Lockstep { factor: 1.0 },
            visible: true,
            view: (Vec::new(), Vec::new(), Extent { width: 128, height: 128 }),
            last_frame: f64::NEG_INFINITY,
            out: vec![Outgoing { event: ready, bulk: Vec::new() }],
        }
    }

    /// The messages that wait to be sent.
    pub fn drain(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.out)
    }

    fn say(&mut self, event: Event) {
        self.out.push(Outgoing { event, bulk: Vec::new() });
    }

    /// Does what the page asks for.
    pub fn handle(&mut self, request: Request, bulk: Option<Vec<u8>>) {
        match request {
            Request::Load { ticket, experiment } => match self.load(experiment) {
                Ok((problem, runs)) => {
                    self.say(Event::Loaded { ticket, problem, runs });
                    self.tell_live(true);
                    self.frame();
                }
                Err(errors) => self.say(Event::Rejected { ticket, errors }),
            },
            Request::Check { ticket, mut experiment } => {
                let (errors, notes) = match self.build(&mut experiment) {
                    Ok((problem, _)) => (Vec::new(), problem.instance.notes().to_vec()),
                    Err(errors) => (errors, Vec::new()),
                };
                self.say(Event::Checked { ticket, errors, notes });
            }
            Request::Survey { experiment } => self.survey(&experiment.problem),
            Request::File { name } => {
                self.built = None;
                self.files.keep(name, bulk.unwrap_or_default());
            }
            Request::Play => self.play(true),
            Request::Pause => self.play(false),
            Request::Step { steps } => self.step(steps),
            Request::Reset => self.reset(),
            Request::Seek { step } => self.seek(step),
            Request::Pace { pace } => {
                self.pace = match pace {
                    protocol::Pace::Lockstep { factor } if factor > 0.0 => Pace::Lockstep { factor },
                    protocol::Pace::Lockstep { .. } => Pace::Lockstep { factor: 1.0 },
                    protocol::Pace::Free => Pace::Free,
                };
                self.rest();
            }
            Request::Set { ticket, run, key, value } => {
                self.set_ticket = ticket;
                self.set(run as usize, &key, &value);
            }
            Request::SetProblem { ticket, key, value } => {
                self.set_ticket = ticket;
                if let Err(error) = self.try_set_problem(&key, &value) {
                    self.say(Event::Refused { error });
                }
                self.tell_live(true);
                self.frame();
            }
            Request::Paint { ticket, field, stroke } => {
                self.set_ticket = ticket;
                if let Err(error) = self.try_paint(&field, &stroke) {
                    self.say(Event::Refused { error });
                }
                self.tell_live(true);
                self.frame();
            }
            Request::View { runs, given, extent } => {
                let new_given = given != self.view.1 || extent != self.view.2;
                self.view = (runs, given, extent);
                if new_given {
                    self.given();
                }
                self.frame();
            }
            Request::Visible { visible } => {
                self.visible = visible;
                self.rest();
            }
            Request::Export { what } => match self.export(&what) {
                Ok((name, mime, bytes)) => {
                    let event = Event::Exported { name, mime: mime.to_owned() };
                    self.out.push(Outgoing { event, bulk: vec![Bulk::Bytes(bytes)] });
                }
                Err(error) => self.say(Event::Refused { error }),
            },
            Request::Ask { ticket, analysis, run, params } => self.ask(ticket, &analysis, run as usize, &params),
            Request::Sweep { ticket, spec } => {
                self.study(ticket, |current| studies::sweep(&current.experiment, current.data.clone(), &spec));
            }
            Request::Seeds { ticket, count, series } => {
                self.study(ticket, |current| studies::seeds(&current.experiment, current.data.clone(), count, &series));
            }
            Request::Profile { ticket, problems, seeds } => self.profile(ticket, problems, seeds),
            Request::LoseDevice => self.devices.lose(),
        }
    }

    /// Goes on if there is something to go on with; says when it wants to be called again.
    pub fn tick(&mut self) -> Next {
        let begun = self.clock.now();
        let races = self.race_on();
        match self.answer_on() || races {
            true if self.clock.now() - begun >= FULL * BUDGET => Next::Now,
            true => Next::Soon,
            false => Next::Never,
        }
    }

    /// Starts to answer a question.
    fn ask(&mut self, ticket: u32, analysis: &str, run: usize, params: &Params) {
        self.asked.stop();
        let Some(current) = self.current.as_mut().filter(|_| !analysis.is_empty()) else { return };
        let series = current.problem.instance.series();
        let shown = current.race.runs.get_mut(run).map(|r| Shown {
            index: run,
            label: current.runs[run].label.clone(),
            step: r.shown(),
            words: r.explain(series).unwrap_or_default(),
            iterate: r.snapshot(),
        });
        let about = (&current.problem, current.data.clone());
        // Of the run as it is shown: with the parameters of that step.
        let mut experiment = Experiment { changes: Vec::new(), ..current.experiment.clone() };
        for (spec, known) in experiment.runs.iter_mut().zip(&current.runs) {
            (spec.params, _) = parted(known.params.clone(), &*current.problem.instance);
        }
        if let Some(event) = self.asked.start(ticket, &experiment, about, shown, (analysis, params)) {
            self.say(event);
        }
    }

    /// Starts a study of the current race.
    fn study(&mut self, ticket: u32, make: impl FnOnce(&Current) -> Result<Box<dyn Study>, BuildError>) {
        self.asked.stop();
        let Some(current) = &self.current else { return };
        if let Some(event) = self.asked.start_study(ticket, make(current)) {
            self.say(event);
        }
    }

    /// Starts to compare the runs of the current race.
    fn profile(&mut self, ticket: u32, problems: Vec<NamedExperiment>, seeds: u32) {
        let read = |(i, named): (usize, NamedExperiment)| {
            let data = self.read(&named.experiment.problem).map_err(|e| e.under(&format!("problems[{i}].")))?;
            Ok((named, data))
        };
        let read: Result<Vec<_>, BuildError> = problems.into_iter().enumerate().map(read).collect();
        self.study(ticket, |current| studies::profile(&current.experiment, read?, seeds));
    }

    /// Works on the answer, unless nobody sees it.
    fn answer_on(&mut self) -> bool {
        if self.visible
            && let Some(event) = self.asked.work(&*self.clock)
        {
            self.say(event);
        }
        self.visible && self.asked.busy()
    }

    fn race_on(&mut self) -> bool {
        let Some(current) = self.current.as_mut().filter(|c| c.playing && self.visible) else { return false };
        let ticked = current.race.tick(self.pace, &*self.clock, BUDGET);
        self.after(ticked);
        let now = self.clock.now();
        let over = self.current.as_ref().is_some_and(|c| c.race.finished());
        if over {
            self.play(false);
        } else if now - self.last_frame >= FRAME {
            self.frame();
        }
        !over
    }

    /// Passes on what a race said about its runs.
    fn after(&mut self, ticked: Result<Vec<(usize, String)>, (usize, StepError)>) {
        match ticked {
            Ok(said) => {
                for (run, words) in said {
                    let backend = Backend::CpuF64;
                    self.say(Event::Said { run: run as u32, words, backend });
                }
            }
            Err((run, error)) => {
                let error = BuildError::new(path::run(run), error.to_string());
                self.say(Event::Refused { error });
                self.play(false);
            }
        }
    }

    fn build(&mut self, experiment: &mut Experiment) -> Result<(Rc<BuiltProblem>, Vec<BuiltRun>), Vec<BuildError>> {
        experiment.check_shape().map_err(|e| vec![e])?;
        let origin = Origin { problem: experiment.problem.clone(), seed: experiment.seed };
        let problem = match &self.built {
            Some(built) if built.origin == origin => built.problem.clone(),
            _ => {
                let data = self.read(&experiment.problem).map_err(|e| vec![e])?;
                let problem = Rc::new(build_problem(experiment, data.as_deref())?);
                self.built = Some(Built { origin, problem: problem.clone(), data });
                problem
            }
        };
        let runs = build_runs(experiment, &problem, &self.devices)?;
        check_changes(experiment, Some(&*problem.instance))?;
        Ok((problem, runs))
    }

    /// Says how the data of a problem are read.
    fn survey(&mut self, problem: &ProblemSpec) {
        if let (Some(kind), Some(data)) = (kind_of(problem), &problem.data) {
            let survey = self.files.survey(kind, data, problem.columns.as_deref());
            self.say(Event::Surveyed { survey });
        }
    }

    fn read(&mut self, problem: &ProblemSpec) -> Result<Option<Rc<Dataset>>, BuildError> {
        match (kind_of(problem), &problem.data) {
            (Some(kind), Some(data)) => self.files.read(kind, data, problem.columns.as_deref()).map(Some),
            (None, Some(_)) => Err(BuildError::new(path::DATA, "this problem takes no data")),
            (_, None) => Ok(None),
        }
    }

    fn load(&mut self, mut experiment: Experiment) -> Result<(ProblemFacts, Vec<RunFacts>), Vec<BuildError>> {
        let (problem, built) = self.build(&mut experiment)?;
        let instance = &problem.instance;
        let data = self.built.as_ref().and_then(|b| b.data.clone());
        let remarks = data.as_ref().map(|d| d.remarks().to_vec());
        let facts = ProblemFacts {
            summary: instance.summary(),
            series: instance.series().to_vec(),
            pictures: instance.pictures().to_vec(),
            given: instance.given_pictures().to_vec(),
            notes: instance.notes().to_vec(),
            levels: instance.levels().to_vec(),
            labels: instance.labels().to_vec(),
            remarks: remarks.unwrap_or_default(),
            live: instance.live().to_vec(),
            brushes: instance.brushes().to_vec(),
        };
        let run_facts = built.iter().map(|b| run_facts(&experiment, b)).collect();
        let (race, runs) = race(&experiment, &problem, built);
        self.asked.leave_race();
        self.set_ticket = 0;
        self.current = Some(Current { experiment, problem, data, race, runs, playing: false });
        self.given();
        Ok((facts, run_facts))
    }

    fn play(&mut self, playing: bool) {
        if let Some(current) = &mut self.current {
            current.playing = playing && !current.race.finished();
            current.race.rest();
        }
        self.frame();
    }

    fn rest(&mut self) {
        if let Some(current) = &mut self.current {
            current.race.rest();
        }
    }

    fn step(&mut self, steps: u32) {
        let Some(current) = &mut self.current else { return };
        current.playing = false;
        let goal = current.race.goal_after(steps);
        // A person waits for a step, so it may take longer than a tick, but not for ever.
        let deadline = self.clock.now() + 2.0;
        let pumped = current.race.pump(goal, &*self.clock, deadline);
        current.race.rest();
        self.after(pumped);
        self.frame();
    }

    fn reset(&mut self) {
        let Some(current) = &mut self.current else { return };
        match build_runs(&current.experiment, &current.problem, &self.devices) {
            Ok(built) => {
                (current.race, current.runs) = race(&current.experiment, &current.problem, built);
                current.playing = false;
                self.tell_live(true);
                self.frame();
            }
            Err(errors) => {
                for error in errors {
                    self.say(Event::Refused { error });
                }
            }
        }
    }

    fn seek(&mut self, step: u64) {
        let Some(current) = &mut self.current else { return };
        current.playing = false;
        let sought = current.race.seek(step);
        if let Err((i, error)) = sought {
            let error = BuildError::new(path::run(i), error.to_string());
            self.say(Event::Refused { error });
        }
        self.tell_live(true);
        self.frame();
    }

    fn set(&mut self, index: usize, key: &str, value: &Value) {
        if let Err(error) = self.try_set(index, key, value) {
            self.say(Event::Refused { error });
        }
        self.tell_live(true);
        self.frame();
    }

    fn try_set(&mut self, index: usize, key: &str, value: &Value) -> Result<(), BuildError> {
        let field = || format!("{}{key}", path::run_params(index));
        let none = |what: &str| BuildError::new(field(), what);
        let current = self.current.as_mut().ok_or_else(|| none("there is no race"))?;
        let spec = current.experiment.runs.get_mut(index).ok_or_else(|| none("there is no such run"))?;
        let under = |e: BuildError| e.under(&path::run_params(index));
        let value = check_live(spec, key, value).map_err(under)?;
        if current.race.runs[index].shown() > 0 {
            current.race.runs[index].set(key, &value).map_err(under)?;
        } else {
            // Nothing has been done yet: it is another start, not a change on the way.
            let params = spec.params.iter().map(|(k, v)| (k.clone(), v.clone())).chain([(key.to_owned(), value)]);
            let one = RunSpec { params: params.collect(), ..spec.clone() };
            let mut experiment = only_strokes(&current.experiment);
            experiment.runs[index] = one.clone();
            let built =
                build_runs(&Experiment { runs: vec![one], ..experiment.clone() }, &current.problem, &self.devices);
            let first = |errors: Vec<BuildError>| errors.into_iter().next().unwrap_or_else(|| none("cannot be built"));
            let built = built.map_err(|errors| {
                let error = first(errors);
                BuildError { field: error.field.replacen(&path::run(0), &path::run(index), 1), ..error }
            })?;
            if let Some(built) = built.into_iter().next() {
                let (run, known) = lane(&experiment, index, &current.problem, built);
                (current.race.runs[index], current.runs[index]) = (run, known);
                current.experiment.runs = experiment.runs;
            }
        }
        current.race.rest();
        Ok(())
    }

    fn try_set_problem(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let none = |what: &str| BuildError::new(format!("{}{key}", path::PROBLEM_PARAMS), what);
        let current = self.current.as_mut().ok_or_else(|| none("there is no race"))?;
        let checked = check_live_of_problem(&*current.problem.instance, key, value);
        let value = checked.map_err(|e| e.under(path::PROBLEM_PARAMS))?;
        if current.race.front() > 0 {
            let mut ready = current.race.runs.iter_mut().filter(|run| run.status() == Status::Ready).peekable();
            if ready.peek().is_none() {
                return Err(none("every run has ended: go back to an earlier step, or to the start"));
            }
            for run in ready {
                run.set(key, &value).map_err(|e| e.under(path::PROBLEM_PARAMS))?;
            }
            current.race.rest();
            return Ok(());
        }
        // Nothing has been done yet: it is another problem, not a change on the way.
        let mut experiment = only_strokes(&current.experiment);
        let live = Params::from([(key.to_owned(), value)]);
        experiment.problem.params.extend(current.problem.instance.settled(&live));
        let first = |errors: Vec<BuildError>| errors.into_iter().next().unwrap_or_else(|| none("cannot be built"));
        let (problem, built) = self.build(&mut experiment).map_err(first)?;
        let (race, runs) = race(&experiment, &problem, built);
        if let Some(current) = &mut self.current {
            *current =
                Current { experiment, problem, race, runs, data: current.data.clone(), playing: current.playing };
            current.race.rest();
        }
        self.given();
        Ok(())
    }

    fn try_paint(&mut self, field: &str, stroke: &str) -> Result<(), BuildError> {
        let (key, stroke) = (brush::key(field), Value::from(stroke));
        let none = |what: String| BuildError::new(key.clone(), what);
        let current = self.current.as_mut().ok_or_else(|| none("there is no race".into()))?;
        check_stroke(&*current.problem.instance, field, &stroke)?;
        let lanes = current.race.runs.iter_mut().zip(&mut current.runs);
        let mut ready: Vec<_> = lanes.filter(|(run, _)| run.status() == Status::Ready).collect();
        if ready.is_empty() {
            return Err(none("Every run has ended: go back to an earlier step, or to the start, to paint.".into()));
        }
        // All or none: runs with a stroke beside one without would be compared in vain.
        if let Some((_, known)) = ready.iter().find(|(run, _)| run.clock().is_none()) {
            let why = "corrects all of a course at once: there is no moment at which something could be added to it";
            return Err(none(format!("{} {why}.", known.label)));
        }
        for (run, known) in &mut ready {
            run.set(&key, &stroke)?;
            known.drawn = None;
        }
        current.race.rest();
        Ok(())
    }

    /// Says what the live parameters are at the steps shown and what is known of the runs with them: in any case, or if that is
    /// news.
    fn tell_live(&mut self, always: bool) {
        let Some(current) = &mut self.current else { return };
        let changes: Vec<Change> = current.race.runs.iter().flat_map(Run::changes).cloned().collect();
        let mut news = always || changes != current.experiment.changes;
        current.experiment.changes = changes;
        let (experiment, instance) = (&current.experiment, &*current.problem.instance);
        let told = current.race.runs.iter().position(|run| run.status() == Status::Ready).unwrap_or(0);
        let mut of_problem = Params::new();
        let mut runs = Vec::new();
        for (i, (run, known)) in current.race.runs.iter().zip(&mut current.runs).enumerate() {
            let params = experiment.params_at(i, run.shown());
            let (own, live) = parted(params.clone(), instance);
            let spec = RunSpec { params: own, ..experiment.runs[i].clone() };
            if params != known.params {
                news = true;
                let described = describe_again(&spec, &current.problem, experiment.seed, known.backend, &live);
                if let Some((label, prediction)) = described {
                    (known.label, known.prediction) = (label, prediction);
                }
                known.params = params;
            }
            if i == told {
                of_problem = live;
            }
            runs.push(LiveFacts {
                label: known.label.clone(),
                prediction: known.prediction.clone(),
                predicted_steps: prediction_steps(experiment, known.prediction.as_ref()),
                params: experiment.runs[i].params.clone(),
                values: live_values(&spec),
            });
        }
        if news {
            let changes = experiment.changes.clone();
            let settled = if of_problem.is_empty() { Params::new() } else { instance.settled(&of_problem) };
            let values = live_values_of_problem(instance, &of_problem);
            let problem = LiveProblem { params: experiment.problem.params.clone(), values, settled };
            self.say(Event::Live { ticket: self.set_ticket, problem, runs, changes });
        }
    }

    fn export(&mut self, what: &Export) -> Result<(String, &'static str, Vec<u8>), BuildError> {
        let none = || BuildError::new("export", "there is nothing to export yet");
        let current = self.current.as_mut().ok_or_else(none)?;
        match what {
            Export::Hashes => {
                let hash = |run: &Run| format!("\"{:016x}\"", trace_hash(run.history()));
                let hashes: Vec<String> = current.race.runs.iter().map(hash).collect();
                Ok(("hashes.json".into(), "application/json", format!("[{}]", hashes.join(",")).into_bytes()))
            }
            Export::Answer { format } => self.asked.export(format),
            Export::Trace => {
                let runs = current.race.runs.iter().zip(&current.runs).zip(&current.experiment.runs);
                let traced = runs.map(|((run, known), spec)| Traced {
                    method: &spec.method,
                    keys: known.keys.iter().map(String::as_str).collect(),
                    history: run.history(),
                });
                Ok(("trace.csv".into(), "text/csv", trace_csv(&traced.collect::<Vec<_>>()).into_bytes()))
            }
            Export::Result { run, format } => {
                let index = *run as usize;
                let run = current.race.runs.get_mut(index).ok_or_else(none)?;
                let words = current.runs[index].label.split([' ', ',', '=']).filter(|word| !word.is_empty());
                let name = format!("{}.{format}", words.collect::<Vec<_>>().join("-"));
                let format = Format::from_name(&name).map_err(|e| BuildError::new("export", e))?;
                let (spec, seed) = (&current.experiment.runs[index], current.experiment.seed);
                let whole =
                    run.snapshot().and_then(|x| refit(&current.problem, spec, seed, run.shown(), run.changes(), &*x));
                let artifact = match whole {
                    Some(artifact) => artifact?,
                    None => run.result().map_err(|e| BuildError::new("export", e.to_string()))?,
                };
                let bytes = iterscope_data::encode(&artifact, format).map_err(|e| BuildError::new("export", e))?;
                Ok((name, format.media_type(), bytes))
            }
        }
    }

    /// Sends the problem's own pictures that are shown.
    fn given(&mut self) {
        let Some(current) = &self.current else { return };
        let (_, keys, extent) = &self.view;
        for key in keys {
            let mut picture = Picture::default();
            if current.problem.instance.draw_given(key, *extent, &mut picture)
                && let Some(shape) = pictures::shape(&picture)
            {
                let event = Event::Given { key: key.clone(), shape };
                self.out.push(Outgoing { event, bulk: pictures::bulk(&picture).into() });
            }
        }
    }

    /// Sends what has changed since the last frame.
    fn frame(&mut self) {
        self.tell_live(false);
        let Some(current) = &mut self.current else { return };
        let mut bulk = Vec::new();
        let mut frames = Vec::new();
        let series = current.problem.instance.series();
        for (i, (run, known)) in current.race.runs.iter_mut().zip(&mut current.runs).enumerate() {
            let keep = known.sent.min(run.take_fewest_rows());
            let mut rows = Vec::new();
            for index in keep..run.history().len() {
                let row = run.history().row(index);
                protocol::row::push(&mut rows, (row.step, row.seconds, row.work), row.values);
            }
            known.sent = run.history().len();
            bulk.push(Bulk::F64(rows));
            let want = self.view.0.get(i).filter(|key| !key.is_empty());
            let mut shape = None;
            if let Some(key) = want {
                let now = (key.clone(), run.shown(), self.view.2);
                if known.drawn.as_ref() != Some(&now) && run.picture(key, self.view.2, &mut known.picture).is_ok() {
                    known.drawn = Some(now);
                    shape = pictures::shape(&known.picture);
                    if shape.is_some() {
                        bulk.extend(pictures::bulk(&known.picture));
                    }
                }
            }
            let words = run.explain(series).unwrap_or_default();
            frames.push(RunFrame {
                step: run.shown(),
                status: run.status(),
                words,
                keep_rows: keep as u32,
                picture: shape,
            });
        }
        let event = Event::Frame { runs: frames, playing: current.playing };
        self.out.push(Outgoing { event, bulk });
        self.last_frame = self.clock.now();
    }
}

/// What data a problem takes.
fn kind_of(problem: &ProblemSpec) -> Option<DataKind> {
    iterscope_catalog::problems().find(|p| p.info.id == problem.id)?.info.data
}

/// The experiment without the changes of parameters on the way: what is set before the first step holds from the start.
fn only_strokes(experiment: &Experiment) -> Experiment {
    let mut experiment = experiment.clone();
    experiment.changes.retain(Change::adds);
    experiment
}

fn run_facts(experiment: &Experiment, built: &BuiltRun) -> RunFacts {
    RunFacts {
        label: built.label.clone(),
        backend: built.backend,
        backend_reason: built.reason.clone(),
        predicted_steps: prediction_steps(experiment, built.prediction.as_ref()),
        prediction: built.prediction.clone(),
        diagnostics: built.method.info.diagnostics.to_vec(),
        clock: built.stepper.clock().is_some(),
    }
}

fn race(experiment: &Experiment, problem: &BuiltProblem, built: Vec<BuiltRun>) -> (Race, Vec<Known>) {
    let lanes = built.into_iter().enumerate().map(|(i, b)| lane(experiment, i, problem, b));
    let (runs, known) = lanes.unzip();
    (Race::new(runs), known)
}

/// Run `index` of an experiment.
fn lane(experiment: &Experiment, index: usize, problem: &BuiltProblem, built: BuiltRun) -> (Run, Known) {
    let series = problem.instance.series();
    let diagnostics = &built.method.info.diagnostics;
    let plan =
        Plan::new(built.stepper, series, diagnostics.len(), experiment.stop).expecting(built.prediction.as_ref());
    let known = Known {
        label: built.label,
        prediction: built.prediction,
        params: experiment.runs[index].params.clone(),
        backend: built.backend,
        keys: series.iter().chain(diagnostics.iter()).map(|s| s.key.to_string()).collect(),
        sent: 0,
        drawn: None,
        picture: Picture::default(),
    };
    let changes = experiment.changes_of(index);
    let run = Run::new(Plan { plateaus: built.method.info.plateaus, fallback: built.fallback, index, changes, ..plan });
    (run, known)
}
