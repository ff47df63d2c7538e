//! The state of the page, provided as context.

mod draft;
mod edit;
mod events;
mod families;
mod history;
mod names;
mod questions;
mod race;
pub mod schema;
mod studies;
pub mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use iterscope_core::colour::Palette;
use iterscope_core::{
    BuildError, CatalogInfo, Experiment, FamilyInfo, FamilyOutline, PictureInfo, ProblemSpec, Scale, Status, Survey,
};
use iterscope_protocol::PictureShape;
use leptos::prelude::*;

pub use draft::{Draft, DraftRun, Live};
pub use edit::{PACES, Urgency};
pub use names::{RunName, backend_name};
pub use questions::{Answer, Question};
pub use race::ShownRace;
pub use schema::kept;
pub use studies::{StudyForm, StudyKind, SweepForm};
use trace::{Abscissa, Trace};

use crate::browser::remembered;
use crate::picture::{FlowStyle, Turn};
use crate::worker::Workers;

/// What can be open over the instrument; one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The link to share.
    Share,
    /// The snippet for other pages.
    Embed,
    /// Files to take away.
    Export,
    /// The keys.
    Help,
    /// The mathematics of a problem or a method, by id.
    Details(String),
}

/// The values of a picture as the worker sent them.
#[derive(Clone, Debug)]
pub struct PictureData {
    /// Its shape.
    pub shape: PictureShape,
    /// Its values.
    pub values: Vec<f32>,
    /// What goes with them.
    pub aux: Vec<f32>,
}

/// What a run is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct RunStatus {
    /// Step that is shown.
    pub step: u64,
    /// Whether it has stopped.
    pub status: Status,
    /// Why it stopped.
    pub message: String,
}

impl RunStatus {
    /// Whether it has stopped.
    pub fn stopped(&self) -> bool {
        matches!(self.status, Status::Stopped(_))
    }
}

/// A strip across the page with something to know.
#[derive(Clone)]
pub struct Notice {
    /// What.
    pub text: String,
    /// Something went wrong.
    pub bad: bool,
    /// What can be done about it: the words of a button and what it does.
    pub action: Option<(String, Callback<()>)>,
}

impl Notice {
    /// Something went wrong.
    pub fn bad(text: impl Into<String>) -> Notice {
        Notice { text: text.into(), bad: true, action: None }
    }
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

/// Large and quickly changing data of the race, outside of the reactive graph.
#[derive(Default)]
pub struct RaceData {
    /// Rows of each run.
    pub traces: Vec<Trace>,
    /// Picture of each run.
    pub pictures: Vec<Option<PictureData>>,
    /// The problem's own pictures.
    pub given: Vec<(String, PictureData)>,
    /// A paint is on its way.
    pub painting: bool,
}

/// What was asked of the worker and what has still to be asked.
#[derive(Default)]
pub struct Requests {
    /// The last ticket.
    pub ticket: u32,
    /// The last ticket of a live parameter that was set.
    pub set_ticket: u32,
    /// What was asked for and has not been answered.
    pub pending: Vec<(u32, Draft)>,
    /// The problem whose data were looked over last, without its parameters.
    pub surveyed: Option<ProblemSpec>,
    /// The timer of the next request.
    pub timer: Option<TimeoutHandle>,
    /// The number of the youngest run.
    pub last_uid: u32,
    /// What was loaded last.
    pub loaded: Option<Draft>,
    /// The experiment being loaded is a former one: it does not become one to go back to.
    pub restoring: bool,
    /// The experiment being loaded was opened as a whole.
    pub opened: bool,
    /// The step to go to once the experiment is loaded again.
    pub resume_at: Option<u64>,
    /// The page is hidden.
    pub page_hidden: bool,
    /// It is scrolled out of view.
    pub out_of_view: bool,
}

/// Handles to all state; copied freely.
#[derive(Clone, Copy)]
pub struct AppState {
    /// Which families there are.
    pub outlines: &'static [FamilyOutline],
    /// What is known of them; the rest is read when it is needed.
    pub known: RwSignal<&'static CatalogInfo>,
    /// How the page is shown.
    pub mode: Mode,
    /// The workers.
    pub workers: Workers,
    /// What was found of WebGPU, and whether `webgpu-f32` can be asked for.
    pub gpu: RwSignal<(String, bool)>,
    /// What the forms hold.
    pub draft: RwSignal<Draft>,
    /// What live parameters are at the step shown.
    pub live: RwSignal<Live>,
    /// What is wrong with it.
    pub errors: RwSignal<Vec<BuildError>>,
    /// The race that is shown.
    pub race: RwSignal<Option<Arc<ShownRace>>>,
    /// What its runs do.
    pub statuses: RwSignal<Vec<RunStatus>>,
    /// Names of the runs in the forms, which say what differs.
    pub names: Memo<Vec<RunName>>,
    /// It is playing.
    pub playing: RwSignal<bool>,
    /// A person wants it to play.
    pub wants_to_play: RwSignal<bool>,
    /// Index into the paces.
    pub pace: RwSignal<usize>,
    /// Grows with every frame.
    pub tick: RwSignal<u32>,
    /// Grows when pictures or their colours changed.
    pub repaint: RwSignal<u32>,
    /// Key of the series in the chart.
    pub series: RwSignal<String>,
    /// Horizontal axis of the chart.
    pub axis: RwSignal<Abscissa>,
    /// Vertical axis, if not the one that the series proposes.
    pub scale: RwSignal<Option<Scale>>,
    /// Key of the pictures.
    pub picture: RwSignal<String>,
    /// Colours of fields.
    pub palette: RwSignal<Palette>,
    /// Fields have lines of equal value.
    pub contours: RwSignal<bool>,
    /// How the flow that a field brings along is shown.
    pub flow: RwSignal<FlowStyle>,
    /// Fields are surfaces.
    pub surface: RwSignal<bool>,
    /// From where they are seen.
    pub turn: RwSignal<Turn>,
    /// The choice of colours is open.
    pub colouring: RwSignal<bool>,
    /// The range of the colour scale, where it was pinned.
    pub pinned_span: RwSignal<Option<(f64, f64)>>,
    /// Where the pointer is over a picture, as fractions.
    pub probe: RwSignal<Option<(f64, f64)>>,
    /// Runs that are not shown, by number.
    pub hidden_runs: RwSignal<BTreeSet<u32>>,
    /// The run under the pointer, in a chip, a card or the chart.
    pub hovered_run: RwSignal<Option<u32>>,
    /// The run whose card fills the stage.
    pub enlarged: RwSignal<Option<u32>>,
    /// The run that is edited.
    pub editing: RwSignal<Option<u32>>,
    /// The list of methods to add is open.
    pub adding: RwSignal<bool>,
    /// What is open over the instrument.
    pub dialog: RwSignal<Option<Dialog>>,
    /// The rest of the page is here; until then it shows what moves, and the form's place is empty.
    pub complete: RwSignal<bool>,
    /// The drawer with the form is open.
    pub drawer: RwSignal<bool>,
    /// The strip across the page.
    pub notice: RwSignal<Option<Notice>>,
    /// The computing part is gone.
    pub worker_lost: RwSignal<bool>,
    /// What happened to runs, such as a lost device, by index.
    pub run_notices: RwSignal<Vec<(u32, String)>>,
    /// Former experiments.
    pub undo: RwSignal<Vec<Draft>>,
    /// Brush radius as a fraction of the width.
    pub brush_radius: RwSignal<f64>,
    /// The pointer paints on fields.
    pub painting: RwSignal<bool>,
    /// How much it adds, and to which field that was chosen for.
    pub paint_amount: RwSignal<(String, f64)>,
    /// Name of a file that is read right now.
    pub reading: RwSignal<Option<String>>,
    /// Data were just brought: the form is to show how they are read.
    pub brought: RwSignal<bool>,
    /// Data were just brought, and it is not known yet what comes of them.
    pub untried: StoredValue<bool>,
    /// How the table that a person brought is read.
    pub survey: RwSignal<Survey>,
    /// The answers stand in the chart's place.
    pub asking: RwSignal<bool>,
    /// Studies stand in the chart's place.
    pub studying: RwSignal<bool>,
    /// Of which kind.
    pub study: RwSignal<StudyKind>,
    /// What is asked of seeds and profiles.
    pub study_form: RwSignal<StudyForm>,
    /// What is swept.
    pub sweep: RwSignal<SweepForm>,
    /// What is asked.
    pub question: RwSignal<Question>,
    /// What is known of the answer.
    pub answer: RwSignal<Answer>,
    /// MathML by id of problem and method, once it is here.
    pub math: RwSignal<BTreeMap<String, String>>,
    /// Loads scripts of the page, by name.
    pub scripts: StoredValue<Option<js_sys::Function>, LocalStorage>,
    /// What draws the chart and the plots onto another canvas, by name.
    pub painters: StoredValue<BTreeMap<String, Callback<web_sys::HtmlCanvasElement>>, LocalStorage>,
    /// A film of the race is made.
    pub filming: RwSignal<bool>,
    /// The file that the worker holds, for a worker that has to start anew.
    pub file: StoredValue<Option<web_sys::File>, LocalStorage>,
    /// Measurements and pictures.
    pub data: StoredValue<RaceData>,
    /// What is asked of the worker.
    pub requests: StoredValue<Requests, LocalStorage>,
}

/// All state.
pub fn use_app() -> AppState {
    expect_context()
}

impl AppState {
    /// All state at its beginning.
    pub fn new(outlines: &'static [FamilyOutline], known: &'static CatalogInfo, mode: Mode) -> AppState {
        let (draft, race) = (RwSignal::new(Draft::default()), RwSignal::new(None::<Arc<ShownRace>>));
        let known = RwSignal::new(known);
        let live = RwSignal::new(Live::default());
        let names = Memo::new(move |_| {
            let shown = draft.with(|draft| live.with(|live| draft.with_live(live)));
            race.with(|race| names::run_names(&shown, race.as_deref(), known.get()))
        });
        AppState {
            outlines,
            known,
            mode,
            workers: Workers::new(),
            gpu: RwSignal::default(),
            draft,
            live,
            errors: RwSignal::default(),
            race,
            statuses: RwSignal::default(),
            names,
            playing: RwSignal::new(false),
            wants_to_play: RwSignal::new(true),
            pace: RwSignal::new(1),
            tick: RwSignal::new(0),
            repaint: RwSignal::new(0),
            series: RwSignal::default(),
            axis: RwSignal::new(Abscissa::Steps),
            scale: RwSignal::new(None),
            picture: RwSignal::default(),
            palette: RwSignal::new(remembered("colours").and_then(|p| Palette::named(&p)).unwrap_or_default()),
            contours: RwSignal::new(remembered("contours").as_deref() == Some("on")),
            flow: RwSignal::new(remembered("flow").and_then(|f| FlowStyle::named(&f)).unwrap_or_default()),
            surface: RwSignal::new(remembered("surface").as_deref() == Some("on")),
            turn: RwSignal::default(),
            colouring: RwSignal::new(false),
            pinned_span: RwSignal::new(None),
            probe: RwSignal::new(None),
            hidden_runs: RwSignal::default(),
            hovered_run: RwSignal::new(None),
            enlarged: RwSignal::new(None),
            editing: RwSignal::new(None),
            adding: RwSignal::new(false),
            dialog: RwSignal::new(None),
            complete: RwSignal::new(false),
            drawer: RwSignal::new(false),
            notice: RwSignal::new(None),
            worker_lost: RwSignal::new(false),
            run_notices: RwSignal::default(),
            undo: RwSignal::default(),
            brush_radius: RwSignal::new(0.04),
            painting: RwSignal::new(false),
            paint_amount: RwSignal::new((String::new(), 1.0)),
            reading: RwSignal::new(None),
            brought: RwSignal::new(false),
            untried: StoredValue::new(false),
            survey: RwSignal::default(),
            asking: RwSignal::new(false),
            studying: RwSignal::new(false),
            study: RwSignal::default(),
            study_form: RwSignal::default(),
            sweep: RwSignal::default(),
            question: RwSignal::default(),
            answer: RwSignal::new(Answer { share: 1.0, ..Answer::default() }),
            math: RwSignal::default(),
            scripts: StoredValue::new_local(None),
            painters: StoredValue::new_local(BTreeMap::new()),
            filming: RwSignal::new(false),
            file: StoredValue::new_local(None),
            data: StoredValue::new(RaceData::default()),
            requests: StoredValue::new_local(Requests::default()),
        }
    }

    /// What is known of the families.
    pub fn catalog(&self) -> &'static CatalogInfo {
        self.known.get()
    }

    /// The id of the problem in the forms.
    pub fn problem_id(&self) -> String {
        self.draft.with(|d| d.problem.id.clone())
    }

    /// The family of the problem in the forms.
    pub fn family(&self) -> Option<&'static FamilyInfo> {
        self.draft.with(|d| self.catalog().family_of(&d.problem.id))
    }

    /// The furthest step that any run has been to.
    pub fn furthest(&self) -> u64 {
        self.data.with_value(|data| data.traces.iter().map(Trace::last_step).fold(0.0, f64::max) as u64)
    }

    /// The step that is shown.
    pub fn shown_step(&self) -> u64 {
        self.statuses.with(|all| all.iter().map(|s| s.step).max().unwrap_or(0))
    }

    /// The runs of the race that is shown.
    pub fn race_runs(&self) -> Vec<DraftRun> {
        self.race.with(|race| race.as_ref().map(|r| r.draft.runs.clone()).unwrap_or_default())
    }

    /// Index of the run with that number in the race that is shown.
    pub fn index(&self, uid: u32) -> Option<usize> {
        self.race.with(|race| race.as_ref()?.draft.runs.iter().position(|r| r.uid == uid))
    }

    /// What a run is doing.
    pub fn status(&self, uid: u32) -> Option<RunStatus> {
        let index = self.index(uid)?;
        self.statuses.with(|all| all.get(index).cloned())
    }

    /// The name of a run.
    pub fn name(&self, uid: u32) -> RunName {
        self.names.with(|names| names.iter().find(|n| n.uid == uid).cloned().unwrap_or_default())
    }

    /// Whether a run is shown.
    pub fn visible(&self, uid: u32) -> bool {
        self.hidden_runs.with(|hidden| !hidden.contains(&uid))
    }

    /// The row of a run that belongs to the step shown.
    fn row(&self, index: usize) -> Option<usize> {
        let step = self.statuses.with(|all| all.get(index).map(|s| s.step))?;
        self.data.with_value(|data| data.traces.get(index)?.row_at(step as f64, Abscissa::Steps))
    }

    /// The value of a series of a run at the step shown, with its factor per step.
    pub fn value_of(&self, index: usize, key: &str) -> Option<(f64, Option<f64>)> {
        let row = self.row(index)?;
        let series = self.race.with(|race| race.as_ref()?.series_index(index, key))?;
        self.data.with_value(|data| {
            let trace = data.traces.get(index)?;
            Some((trace.y(row, series), trace.rate(row, series)))
        })
    }

    /// What is known of the picture that is shown.
    pub fn picture_info(&self) -> Option<PictureInfo> {
        self.race.with(|race| self.picture.with(|key| race.as_ref()?.picture_info(key).cloned()))
    }

    /// The experiment in the forms.
    pub fn experiment(&self) -> Experiment {
        self.draft.with(Draft::experiment)
    }

    /// The experiment in the forms with what is looked at, where that is not what it shows by itself.
    pub fn experiment_as_seen(&self) -> Experiment {
        let mut experiment = self.experiment();
        let view = &mut experiment.view;
        self.race.with(|race| {
            let race = race.as_ref().filter(|race| race.draft.problem.id == experiment.problem.id);
            let own = |key: &str, first: Option<&str>| if key.is_empty() { first.map(str::to_owned) } else { None };
            let series = race.and_then(|r| own(&view.series, r.problem.series.first().map(|s| s.key.as_ref())));
            let picture = race.and_then(|r| own(&view.picture, r.problem.pictures.first().map(|p| p.key.as_ref())));
            for (now, kept, first) in
                [(self.series, &mut view.series, series), (self.picture, &mut view.picture, picture)]
            {
                let now = now.get();
                if race.is_some() && first.as_ref() != Some(&now) {
                    *kept = now;
                }
            }
        });
        experiment
    }

    /// The part of the address that holds the experiment.
    pub fn address(&self) -> String {
        crate::permalink::write(&self.experiment_as_seen(), self.catalog())
    }

    /// Opens a dialog, or closes it where it is open.
    pub fn toggle_dialog(&self, dialog: Dialog) {
        self.dialog.update(|open| *open = if open.as_ref() == Some(&dialog) { None } else { Some(dialog) });
    }

    /// Takes the notice away: what it said no longer holds.
    pub fn clear_notice(&self) {
        if self.notice.with_untracked(Option::is_some) {
            self.notice.set(None);
        }
    }

    /// Says that something went wrong.
    pub fn complain(&self, text: impl Into<String>) {
        self.notice.set(Some(Notice::bad(text)));
    }
}
