//! The vocabulary of Iterscope: experiments, parameters, methods, steppers, stop reasons, errors.
//!
//! No numerics live here. Every other crate speaks in these types; `ARCHITECTURE.md` shows how they fit.

pub mod analysis;
pub mod artifact;
pub mod brush;
pub mod check;
pub mod clock;
pub mod colour;
pub mod component;
pub mod cpu;
pub mod dataset;
pub mod error;
pub mod experiment;
pub mod family;
pub mod info;
pub mod instance;
pub mod listing;
pub mod naming;
pub mod param;
pub mod path;
pub mod phase;
pub mod picture;
pub mod report;
pub mod snapshots;
pub mod stepper;
pub mod survey;
pub mod sweep;
pub mod value;

pub use analysis::{Analysis, AnalysisInfo, AnalysisInput, Fresh, Job, RunInput, Subject};
pub use artifact::{Artifact, Cell};
pub use brush::{Brush, Dab};
pub use check::{Finding, PaperCheck};
pub use component::ComponentInfo;
pub use cpu::{CpuStepper, Iteration, Outcome, Referee, StateReader, StateWriter};
pub use dataset::{
    Comparisons, Dataset, Details, Encounter, Image, Mirror, Order, Orders, Rating, Ratings, SparseMatrix, Table,
};
pub use error::{BuildError, StepError};
pub use experiment::{Change, DataRef, Experiment, ProblemSpec, RunSpec, SCHEMA, StopRule, View};
pub use family::{Family, Method, MethodInput, Preset, Problem, ProblemInput};
pub use info::{
    Backend, CatalogInfo, DataKind, FamilyInfo, FamilyOutline, MethodInfo, PictureInfo, PictureKind, PresetInfo,
    PresetOutline, ProblemInfo, ProblemOutline, SampleInfo, Scale, SeriesInfo, turning_point,
};
pub use instance::{Fix, Instance, Level, Note, Prediction, Severity, few_digits};
pub use listing::{Choices, Names};
pub use param::{Kind, ParamInfo, Values};
pub use picture::{Extent, Flow, Picture};
pub use report::{Axis, Block, Heading, Mark, Plot, Report, ReportTable};
pub use snapshots::Snapshots;
pub use stepper::{Breakdown, Checkpoint, Criterion, Progress, State, Status, Stepper, Stop, Work};
pub use survey::{CHOICES, Choice, Columns, LeftOut, Reading, Remark, Role, Survey, SurveyColumn};
pub use sweep::{Measure, Place, SweepAxis, SweepSpec};
pub use value::{Params, Value};

/// Text that is either part of the program or was received.
pub type Str = std::borrow::Cow<'static, str>;
/// A list that is either part of the program or was received.
pub type List<T> = std::borrow::Cow<'static, [T]>;

/// A description for people, as a constant. The native program writes all of them into the catalog's files, from which the
/// page reads them; so they are left out of the modules for the browser, where nothing would show them.
pub const fn words(text: &'static str) -> Str {
    Str::Borrowed(if cfg!(target_arch = "wasm32") { "" } else { text })
}
