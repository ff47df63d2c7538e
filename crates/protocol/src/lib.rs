//! The messages between page and worker: plain data.
//!
//! A message crosses as a JavaScript object `{ head, bulk }`: `head` is a [`Request`] or an [`Event`] as [`to_js`] makes it and
//! [`from_js`] reads it, `bulk` a list of typed arrays that are transferred, not copied. Every variant that has bulk says in
//! which order. A new message is a variant here and its use on both sides: both match it without a wildcard.

mod crossing;

pub use crossing::{from_js, to_js};

use iterscope_core::{
    Backend, Brush, BuildError, Change, Experiment, Extent, Level, Note, ParamInfo, Params, PictureInfo, PictureKind,
    Prediction, Remark, SeriesInfo, Status, Survey, SweepSpec, Value,
};
use serde::{Deserialize, Serialize};

/// The rows of a trace as they cross: `HEAD` columns, then the values of the series.
pub mod row {
    use iterscope_core::Work;

    /// Column of the step.
    pub const STEP: usize = 0;
    /// Column of the seconds spent in steps.
    pub const SECONDS: usize = 1;
    /// First of the columns of the counters of [`Work`], in the order of [`Work::NAMES`].
    pub const WORK: usize = 2;
    /// Columns before the values of the series.
    pub const HEAD: usize = WORK + Work::NAMES.len();

    /// Adds a row to others.
    pub fn push(rows: &mut Vec<f64>, (step, seconds, work): (u64, f64, Work), values: &[f64]) {
        rows.extend([step as f64, seconds]);
        rows.extend(work.counters().map(|w| w as f64));
        rows.extend_from_slice(values);
    }
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Builds the experiment and makes it the current race, paused at step 0. Answered by [`Event::Loaded`] or
    /// [`Event::Rejected`] with the same ticket; a rejected experiment leaves the current race as it was.
    Load {
        /// Chosen by the page, growing.
        ticket: u32,
        /// What to build.
        experiment: Experiment,
    },
    /// Says what [`Request::Load`] would say, and leaves the current race as it is. Answered by [`Event::Checked`].
    Check {
        /// Chosen by the page, growing.
        ticket: u32,
        /// What to check.
        experiment: Experiment,
    },
    /// Looks over the table that an experiment brings with it. Answered by [`Event::Surveyed`].
    Survey {
        /// Whose data, with what it says of their columns.
        experiment: Experiment,
    },
    /// Keeps a file for experiments that name it in `data`. Bulk: one `Uint8Array`.
    File {
        /// The name.
        name: String,
    },
    /// Starts or goes on.
    Play,
    /// Stops where it is.
    Pause,
    /// Does `steps` steps in every run and pauses.
    Step {
        /// How many.
        steps: u32,
    },
    /// Back to step 0; changes that were made on the way will be made again.
    Reset,
    /// Shows all runs as they were at `step`, with the live parameters of that step; `Play` goes on from there and forgets what
    /// came after, changes included.
    Seek {
        /// Where to.
        step: u64,
    },
    /// How fast a race is shown.
    Pace {
        /// The pace.
        pace: Pace,
    },
    /// Changes a live parameter of a run from the step shown on. Answered by [`Event::Live`], after an [`Event::Refused`]
    /// where it cannot be.
    Set {
        /// Chosen by the page, growing from 1 for each experiment that is loaded.
        ticket: u32,
        /// Index of the run.
        run: u32,
        /// Parameter key.
        key: String,
        /// New value.
        value: Value,
    },
    /// Changes a live parameter of the problem, from the step shown on in every run that can go on; where none has begun, it is
    /// another start. Answered as [`Request::Set`].
    SetProblem {
        /// Of the same count as those of [`Request::Set`].
        ticket: u32,
        /// Parameter key.
        key: String,
        /// New value.
        value: Value,
    },
    /// Adds a stroke to a field, from the step shown on in every run that can go on. Answered as [`Request::Set`].
    Paint {
        /// Of the same count as those of [`Request::Set`].
        ticket: u32,
        /// The field: one of [`ProblemFacts::brushes`].
        field: String,
        /// The stroke, as [`Brush::read`] reads it.
        stroke: String,
    },
    /// What to draw from now on, one entry for each run, and one for the problem's own pictures.
    View {
        /// Picture key of each run; an empty key draws nothing.
        runs: Vec<String>,
        /// Keys of the problem's own pictures that are shown.
        given: Vec<String>,
        /// Largest size.
        extent: Extent,
    },
    /// The page is hidden or off-screen, or shown again; nothing runs while hidden.
    Visible {
        /// Whether it is seen.
        visible: bool,
    },
    /// A file to take away. Answered by [`Event::Exported`].
    Export {
        /// What.
        what: Export,
    },
    /// Starts answering a question, in place of the one before; an empty id ends the work on the one before, of which what was found can
    /// still be exported. Answered by
    /// [`Event::Answer`], several times while it is worked on.
    Ask {
        /// Chosen by the page, growing.
        ticket: u32,
        /// Id of the analysis.
        analysis: String,
        /// Index of the run it is about, where it is about a run.
        run: u32,
        /// Its parameters; the rest have their defaults.
        params: Params,
    },
    /// Starts a sweep of the experiment of the current race, in place of what is answered. Answered by [`Event::Answer`], as a
    /// question is.
    Sweep {
        /// Chosen by the page, growing; the tickets of questions and sweeps are the same.
        ticket: u32,
        /// What varies.
        spec: SweepSpec,
    },
    /// Starts to run the experiment of the current race with one seed after the other, as [`Request::Sweep`] is started and answered.
    Seeds {
        /// Of the count of questions and sweeps.
        ticket: u32,
        /// How many seeds.
        count: u32,
        /// Key of the series that is drawn; empty for the headline.
        series: String,
    },
    /// Starts to compare the runs of the current race over a set of problems, as [`Request::Sweep`] is started and answered.
    Profile {
        /// Of the count of questions and sweeps.
        ticket: u32,
        /// The problems.
        problems: Vec<NamedExperiment>,
        /// How many seeds of each.
        seeds: u32,
    },
    /// Destroys the graphics device, as a driver reset would.
    LoseDevice,
}

/// An experiment with what people call it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedExperiment {
    /// The name.
    pub name: String,
    /// The experiment.
    pub experiment: Experiment,
}

/// How fast a race is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// In lockstep, `60 * factor` steps a second at first, then so that the step number grows by the same ratio each
    /// second: the beginning can be followed, and the end is reached.
    Lockstep {
        /// 1 is the normal speed.
        factor: f64,
    },
    /// Every run as fast as it can, each with the same share of time.
    Free,
}

impl Default for Pace {
    fn default() -> Self {
        Pace::Lockstep { factor: 1.0 }
    }
}

/// What can be taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Export {
    /// The result of a run: the field, the completed matrix, the ranking.
    Result {
        /// Index of the run.
        run: u32,
        /// `csv`, `npy` or `json`.
        format: String,
    },
    /// All traces as CSV.
    Trace,
    /// The answer to the last question, or the last study: a sweep, seeds, a profile.
    Answer {
        /// `md`, `csv`, `json`, `svg`, `html` or `tex`.
        format: String,
    },
    /// The fingerprint of every trace, as a JSON list: equal to the command line's `trace_hash` for the same run.
    Hashes,
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The first message.
    Ready {
        /// What was found of WebGPU, in words, such as `WebGPU: only a software adapter (SwiftShader)`.
        gpu: String,
        /// `webgpu-f32` can be asked for.
        gpu_usable: bool,
        /// Program version.
        version: String,
    },
    /// The answer to a good [`Request::Load`].
    Loaded {
        /// Of the request.
        ticket: u32,
        /// About the problem.
        problem: ProblemFacts,
        /// About each run.
        runs: Vec<RunFacts>,
    },
    /// The answer to a bad [`Request::Load`].
    Rejected {
        /// Of the request.
        ticket: u32,
        /// All that is wrong.
        errors: Vec<BuildError>,
    },
    /// The answer to [`Request::Check`].
    Checked {
        /// Of the request.
        ticket: u32,
        /// All that is wrong.
        errors: Vec<BuildError>,
        /// What a person should know, if nothing is.
        notes: Vec<Note>,
    },
    /// The answer to [`Request::Survey`].
    Surveyed {
        /// How the data are read; with an error where they do not read.
        survey: Survey,
    },
    /// The live parameters at the steps shown. Sent after every load, seek, reset and set, and when a recorded change is made or
    /// forgotten.
    Live {
        /// Of the last [`Request::Set`], [`Request::SetProblem`] or [`Request::Paint`] since the experiment was loaded; 0 where there was none.
        ticket: u32,
        /// The problem.
        problem: LiveProblem,
        /// Each run.
        runs: Vec<LiveFacts>,
        /// What the experiment records now.
        changes: Vec<Change>,
    },
    /// What has changed. Bulk, for each run in order: the new trace rows (`Float64Array`, [`row::HEAD`] + series values
    /// each), then, where `picture` is set, its values and aux (two `Float32Array`s).
    Frame {
        /// Each run.
        runs: Vec<RunFrame>,
        /// Whether the race is playing.
        playing: bool,
    },
    /// A picture of the problem itself. Bulk: values, aux (two `Float32Array`s).
    Given {
        /// Its key.
        key: String,
        /// Its shape.
        shape: PictureShape,
    },
    /// Something happened to a run that a person should know, such as a lost device.
    Said {
        /// Index of the run.
        run: u32,
        /// In a sentence.
        words: String,
        /// Where it runs now.
        backend: Backend,
    },
    /// What is known of the answer to a [`Request::Ask`], a [`Request::Sweep`], a [`Request::Seeds`] or a [`Request::Profile`].
    Answer {
        /// Of the request.
        ticket: u32,
        /// Share of the work that is done; 1 at the end.
        share: f64,
        /// The answer so far, as elements of a page; its text is escaped.
        html: String,
        /// What an element with the attribute `data-open="k"` opens.
        opens: Vec<Experiment>,
        /// Why there will be no answer.
        error: Option<BuildError>,
    },
    /// A file. Bulk: one `Uint8Array`.
    Exported {
        /// Proposed file name.
        name: String,
        /// MIME type.
        mime: String,
    },
    /// A request could not be done; nothing has changed.
    Refused {
        /// Why.
        error: BuildError,
    },
}

/// What is known of a problem once built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemFacts {
    /// Size and kind.
    pub summary: String,
    /// The referee's series, the headline first.
    pub series: Vec<SeriesInfo>,
    /// What can be drawn of an iterate, the default first.
    pub pictures: Vec<PictureInfo>,
    /// What can be drawn of the problem.
    pub given: Vec<PictureInfo>,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// Horizontal lines.
    pub levels: Vec<Level>,
    /// Names that bars refer to.
    pub labels: Vec<String>,
    /// What reading the data left out and why.
    pub remarks: Vec<Remark>,
    /// Its parameters that may change while runs are under way, in all of them.
    pub live: Vec<ParamInfo>,
    /// Its fields that can be painted on while runs are under way.
    pub brushes: Vec<Brush>,
}

/// What is known of a run before it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Label that tells it from the other runs, such as `SOR ω = 1.97`.
    pub label: String,
    /// Where it runs; resolved.
    pub backend: Backend,
    /// Why there, in words.
    pub backend_reason: String,
    /// What theory expects.
    pub prediction: Option<Prediction>,
    /// Steps theory expects to the tolerance.
    pub predicted_steps: Option<u64>,
    /// Series that the method adds to the referee's; their values follow the referee's in each trace row.
    pub diagnostics: Vec<SeriesInfo>,
    /// Whether simulated time goes by in it.
    pub clock: bool,
}

/// What is known of the problem at the step shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LiveProblem {
    /// The parameters it started with, as the experiment has them.
    pub params: Params,
    /// The values of its live parameters now, in the first run that can go on.
    pub values: Params,
    /// What would be other among its parameters, had these values held from the start.
    pub settled: Params,
}

/// What is known of a run at the step shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveFacts {
    /// Its label now.
    pub label: String,
    /// What theory expects now.
    pub prediction: Option<Prediction>,
    /// Steps theory expects to the tolerance.
    pub predicted_steps: Option<u64>,
    /// The parameters it started with, as the experiment has them.
    pub params: Params,
    /// The values of all live parameters now.
    pub values: Params,
}

/// What has changed of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFrame {
    /// Step that is shown.
    pub step: u64,
    /// What it is doing.
    pub status: Status,
    /// Why it stopped, in a sentence that a student understands; empty while it has not.
    pub words: String,
    /// Number of rows the page keeps of those it has; the new rows follow them.
    pub keep_rows: u32,
    /// The picture, if it was drawn anew.
    pub picture: Option<PictureShape>,
}

/// The shape of a picture; its buffers are bulk.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureShape {
    /// How to read the buffers.
    pub kind: PictureKind,
    /// Columns, or the number of items.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Smallest value.
    pub lo: f32,
    /// Largest value.
    pub hi: f32,
}
