//! The state of the page.

mod ask;
mod draft;
mod edit;
mod families;
mod hear;
mod race;
pub mod trace;

use std::sync::Arc;

use iterscope_core::{BuildError, CatalogInfo, Experiment, FamilyInfo, FamilyOutline, ProblemSpec, Scale, Survey};
use iterscope_protocol::{PictureShape, Status};

pub use ask::{Answer, Question};
pub use draft::{Draft, DraftRun};
pub use edit::{PACES, Urgency};
use js_sys::Object;
pub use race::Race;
use trace::{Axis, Trace};

use crate::dom::State;
use crate::theme::Theme;

/// Everything that can be open over the instrument; one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// Nothing.
    Nothing,
    /// The menu of the share button, and so on.
    Share,
    /// The snippet for other pages.
    Embed,
    /// Files to take away.
    Export,
    /// The keys.
    Help,
    /// The mathematics of a problem or a method, by id.
    Details(String),
    /// The methods that can be added.
    Add,
}

impl Open {
    /// Tells one from another.
    pub fn name(&self) -> String {
        match self {
            Open::Nothing | Open::Add => String::new(),
            Open::Share => "share".into(),
            Open::Embed => "embed".into(),
            Open::Export => "export".into(),
            Open::Help => "help".into(),
            Open::Details(id) => id.clone(),
        }
    }
}

/// What shows a picture: which pictures, how fresh.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Its shape.
    pub shape: PictureShape,
    /// Its values.
    pub values: Vec<f32>,
    /// What goes with them.
    pub aux: Vec<f32>,
}

/// What a run is doing now.
#[derive(Clone, Debug, PartialEq)]
pub struct Now {
    /// Step that is shown.
    pub step: u64,
    /// What it is doing.
    pub status: Status,
    /// Why it stopped.
    pub words: String,
}

/// A strip across the page with something to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// What.
    pub words: String,
    /// Something went wrong.
    pub bad: bool,
}

/// How the page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The whole instrument.
    Page,
    /// Within another page.
    Embed {
        /// The pictures are shown.
        runs: bool,
        /// The chart is shown.
        chart: bool,
    },
}

/// Large and quickly changing data, outside of the reactive graph.
#[derive(Default)]
pub struct Store {
    /// Rows of each run.
    pub traces: Vec<Trace>,
    /// Picture of each run.
    pub pictures: Vec<Option<Drawn>>,
    /// The problem's own pictures.
    pub given: Vec<(String, Drawn)>,
    /// The last ticket.
    pub ticket: u32,
    /// What was asked for and has not been answered.
    pub pending: Vec<(u32, Draft)>,
    /// The problem whose data were looked over last, without its parameters.
    pub surveyed: Option<ProblemSpec>,
    /// The timer of the next request.
    pub timer: Option<i32>,
    /// The run whose number follows from nothing but that it is new.
    pub next_uid: u32,
    /// A paint is on its way.
    pub painting: bool,
    /// The experiment being loaded is a former one.
    pub going_back: bool,
    /// The page is hidden.
    pub hidden: bool,
    /// It is scrolled out of view.
    pub away: bool,
    /// When the scrubber last sent something.
    pub last_seek: f64,
}

/// Handles to all state; copied freely.
#[derive(Clone, Copy)]
pub struct App {
    /// Which families there are.
    pub outlines: &'static [FamilyOutline],
    /// What is known of them; the rest is read when it is needed.
    pub known: State<&'static CatalogInfo>,
    /// How the page is shown.
    pub mode: Mode,
    /// What was found of WebGPU, and whether `webgpu-f32` can be asked for.
    pub gpu: State<(String, bool)>,
    /// The solvers in use.
    pub solvers: State<String>,
    /// What the forms hold.
    pub draft: State<Draft>,
    /// What is wrong with it.
    pub errors: State<Vec<BuildError>>,
    /// The race that is shown.
    pub race: State<Option<Arc<Race>>>,
    /// What its runs do.
    pub now: State<Vec<Now>>,
    /// It is playing.
    pub playing: State<bool>,
    /// A person wants it to play.
    pub wants: State<bool>,
    /// Index into the paces.
    pub pace: State<usize>,
    /// Grows with every frame.
    pub tick: State<u32>,
    /// Grows when pictures or their colours changed.
    pub repaint: State<u32>,
    /// Key of the series in the chart.
    pub series: State<String>,
    /// Horizontal axis of the chart.
    pub axis: State<Axis>,
    /// Vertical axis, if not the one that the series proposes.
    pub scale: State<Option<Scale>>,
    /// Key of the pictures.
    pub picture: State<String>,
    /// Where the pointer is over a picture, as fractions.
    pub probe: State<Option<(f64, f64)>>,
    /// The run whose card fills the stage.
    pub large: State<Option<u32>>,
    /// The run that is edited.
    pub expanded: State<Option<u32>>,
    /// What is open.
    pub open: State<Open>,
    /// The form's sheet on small screens.
    pub sheet: State<bool>,
    /// The strip across the page.
    pub banner: State<Option<Banner>>,
    /// What happened to runs, such as a lost device, by index.
    pub said: State<Vec<(u32, String)>>,
    /// Former experiments.
    pub undo: State<Vec<Draft>>,
    /// Brush radius as a fraction of the width.
    pub brush: State<f64>,
    /// Name of a file that is read right now.
    pub reading: State<Option<String>>,
    /// How the table that a person brought is read.
    pub survey: State<Survey>,
    /// The choice of theme.
    pub theme: State<Theme>,
    /// The page is dark.
    pub dark: State<bool>,
    /// The answers stand in the chart's place.
    pub asking: State<bool>,
    /// What is asked.
    pub question: State<Question>,
    /// What is known of the answer.
    pub answer: State<Answer>,
    /// An object that holds MathML by id, once it is here.
    pub math: State<Object>,
    /// The rest.
    pub store: State<Store>,
}

impl App {
    /// All state at its beginning.
    pub fn new(
        outlines: &'static [FamilyOutline],
        known: &'static CatalogInfo,
        mode: Mode,
        theme: (Theme, bool),
    ) -> App {
        App {
            outlines,
            known: State::new(known),
            mode,
            gpu: State::new((String::new(), false)),
            solvers: State::new(String::new()),
            draft: State::new(Draft::default()),
            errors: State::new(Vec::new()),
            race: State::new(None),
            now: State::new(Vec::new()),
            playing: State::new(false),
            wants: State::new(true),
            pace: State::new(1),
            tick: State::new(0),
            repaint: State::new(0),
            series: State::new(String::new()),
            axis: State::new(Axis::Steps),
            scale: State::new(None),
            picture: State::new(String::new()),
            probe: State::new(None),
            large: State::new(None),
            expanded: State::new(None),
            open: State::new(Open::Nothing),
            sheet: State::new(false),
            banner: State::new(None),
            said: State::new(Vec::new()),
            undo: State::new(Vec::new()),
            brush: State::new(0.04),
            reading: State::new(None),
            survey: State::new(Survey::default()),
            theme: State::new(theme.0),
            dark: State::new(theme.1),
            asking: State::new(false),
            question: State::new(Question::default()),
            answer: State::new(Answer { share: 1.0, ..Answer::default() }),
            math: State::new(Object::new()),
            store: State::new(Store::default()),
        }
    }

    /// What is known of the families.
    pub fn catalog(&self) -> &'static CatalogInfo {
        self.known.get_untracked()
    }

    /// The family of the problem in the forms.
    pub fn family(&self) -> Option<&'static FamilyInfo> {
        self.draft.with(|d| self.catalog().family_of(&d.problem.id))
    }

    /// The furthest step that any run has been to.
    pub fn furthest(&self) -> u64 {
        self.store.with_untracked(|s| s.traces.iter().map(Trace::last_step).fold(0.0, f64::max) as u64)
    }

    /// The step that is shown.
    pub fn shown(&self) -> u64 {
        self.now.with(|now| now.iter().map(|n| n.step).max().unwrap_or(0))
    }

    /// Index of the run with that number in the race that is shown.
    pub fn index(&self, uid: u32) -> Option<usize> {
        self.race.with(|race| race.as_ref()?.draft.runs.iter().position(|r| r.uid == uid))
    }

    /// The row of a run that belongs to the step shown.
    pub fn row(&self, index: usize) -> Option<usize> {
        let step = self.now.with(|now| now.get(index).map(|n| n.step))?;
        self.store.with_untracked(|s| s.traces.get(index)?.row_at(step as f64, Axis::Steps))
    }

    /// The value of a series of a run at the step shown, with its factor per step.
    pub fn reading_of(&self, index: usize, key: &str) -> Option<(f64, Option<f64>)> {
        let row = self.row(index)?;
        let series = self.race.with(|race| race.as_ref()?.series_index(index, key))?;
        self.store.with_untracked(|s| {
            let trace = s.traces.get(index)?;
            Some((trace.y(row, series), trace.rate(row, series)))
        })
    }

    /// The experiment in the forms, as it is now.
    pub fn experiment(&self) -> Experiment {
        self.draft.with_untracked(Draft::experiment)
    }
}
