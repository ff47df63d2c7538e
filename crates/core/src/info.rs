//! Descriptions from which forms, help, plots and documents are made.
//!
//! All of them can be written as constants, sent to the page, and read there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AnalysisInfo, ComponentInfo, Experiment, List, Names, ParamInfo, Params, Str};

/// Where the arithmetic happens, and in which precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "String")]
pub enum Backend {
    /// WebGPU where the method has it and an adapter in hardware exists, else `cpu-f64`.
    #[default]
    Auto,
    /// Double precision on the CPU: the truth.
    CpuF64,
    /// Single precision on the CPU: the twin that the GPU is compared with.
    CpuF32,
    /// Single precision through WebGPU.
    WebgpuF32,
}

impl Backend {
    /// All backends, in the order in which they are offered.
    pub const ALL: [Backend; 4] = [Backend::Auto, Backend::CpuF64, Backend::CpuF32, Backend::WebgpuF32];

    /// The name used in files and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Auto => "auto",
            Backend::CpuF64 => "cpu-f64",
            Backend::CpuF32 => "cpu-f32",
            Backend::WebgpuF32 => "webgpu-f32",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Backend {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Backend::ALL.into_iter().find(|b| b.name() == s).ok_or_else(|| {
            let known = Backend::ALL.map(Backend::name).join(", ");
            format!("unknown backend `{s}`, expected one of {known}")
        })
    }
}

// What is derived for an enum answers null with "expected value".
impl TryFrom<String> for Backend {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

/// How a series is best drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Logarithmic axis.
    Log,
    /// Linear axis.
    Linear,
}

/// One measured quantity. The key names the norm and its origin, such as `residual.l2.rel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesInfo {
    /// Key; only equal keys share an axis.
    pub key: Str,
    /// Short label.
    pub label: Str,
    /// What exactly is measured.
    pub doc: Str,
    /// Axis.
    pub scale: Scale,
    /// The run has converged when this series is at most `stop.rtol`.
    pub stop: bool,
    /// An error on what the method does not see. While the fit improves it may grow again: its least value is marked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
}

/// Growth over the least value, as a part of it and of the first, that is more than chance or rounding.
const GROWN: (f64, f64) = (0.005, 1e-4);

/// Where the least of `values` stands, if the last is larger by more than chance and the first is not the least: the point
/// of overfitting, for an error on what is not seen.
pub fn turning_point(values: impl Iterator<Item = f64>) -> Option<usize> {
    let (mut least, mut place, mut first, mut last) = (f64::INFINITY, 0, f64::NAN, f64::NAN);
    for (i, value) in values.enumerate() {
        if i == 0 {
            first = value;
        }
        if value < least {
            (least, place) = (value, i);
        }
        last = value;
    }
    (place > 0 && last - least > (GROWN.0 * least).max(GROWN.1 * first)).then_some(place)
}

impl SeriesInfo {
    /// Key of the series that holds the simulated time, where a problem has one.
    pub const TIME: &'static str = "time";

    /// Key of the series that says how large the iterate is, where a problem has time.
    pub const LARGEST: &'static str = "max";

    /// A series on a logarithmic axis that does not stop the run.
    pub const fn new(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        SeriesInfo {
            key: Str::Borrowed(key),
            label: Str::Borrowed(label),
            doc: Str::Borrowed(doc),
            scale: Scale::Log,
            stop: false,
            unseen: false,
        }
    }
    /// The run has converged when this series is at most `stop.rtol`.
    #[must_use]
    pub const fn stops(mut self) -> Self {
        self.stop = true;
        self
    }
    /// An error on what the method does not see.
    #[must_use]
    pub const fn unseen(mut self) -> Self {
        self.unseen = true;
        self
    }
    /// On a linear axis.
    #[must_use]
    pub const fn linear(mut self) -> Self {
        self.scale = Scale::Linear;
        self
    }
}

/// How the buffers of a picture are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureKind {
    /// A scalar field or a matrix.
    #[default]
    Field,
    /// Named bars, best first.
    Bars,
    /// Points of two coordinates with the diagonal as reference.
    Scatter,
    /// Values by index, on a logarithmic axis.
    Spectrum,
    /// A picture in red, green and blue.
    Colour,
    /// Places in the plane, both axes in one unit, and where they should be.
    Points,
    /// Curves over one shared axis, such as functions of one coordinate.
    Line,
}

/// One thing that can be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureInfo {
    /// Key.
    pub key: Str,
    /// Short label.
    pub label: Str,
    /// Kind.
    pub kind: PictureKind,
    /// Values of both signs, zero in the middle: a diverging colour map.
    pub signed: bool,
    /// A photograph in grey.
    #[serde(default)]
    pub grey: bool,
    /// A field that brings a flow along, as [`crate::Flow`] reads it.
    #[serde(default)]
    pub flow: bool,
}

impl PictureInfo {
    /// A picture of one-signed values.
    pub const fn new(key: &'static str, label: &'static str, kind: PictureKind) -> Self {
        PictureInfo {
            key: Str::Borrowed(key),
            label: Str::Borrowed(label),
            kind,
            signed: false,
            grey: false,
            flow: false,
        }
    }
    /// A photograph in grey.
    #[must_use]
    pub const fn grey(mut self) -> Self {
        self.grey = true;
        self
    }
    /// With a flow, or without one.
    #[must_use]
    pub const fn flowing(mut self, flow: bool) -> Self {
        self.flow = flow;
        self
    }
    /// The same of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: PictureKind) -> Self {
        self.kind = kind;
        self
    }
    /// Values of both signs.
    #[must_use]
    pub const fn signed(mut self) -> Self {
        self.signed = true;
        self
    }
}

/// What kind of file a problem takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// CSV of games: `winner,loser[,count]` or `a,b,outcome`.
    Comparisons,
    /// CSV of orders of several items, a race or a ballot in each line.
    Orders,
    /// CSV of `user,item,rating`.
    Ratings,
    /// CSV of numbers with holes.
    Table,
    /// Matrix Market: a square matrix.
    Matrix,
    /// PNG or JPEG.
    Image,
}

/// A problem that can be configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemInfo {
    /// Such as `pde.advection-diffusion`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// One or two sentences.
    pub summary: Str,
    /// The problem in LaTeX (display mathematics, no delimiters).
    pub math: Str,
    /// Its parameters.
    pub params: List<ParamInfo>,
    /// The kind of data it reads, if any.
    pub data: Option<DataKind>,
    /// It cannot be built without data.
    pub data_required: bool,
}

/// A method that can be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodInfo {
    /// Such as `pde.jacobi`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// What it does and when to use it, in one to three sentences.
    pub summary: Str,
    /// The iteration in LaTeX (display mathematics, no delimiters).
    pub math: Str,
    /// Where the method comes from: authors, title, venue, year.
    pub citation: Str,
    /// Its parameters.
    pub params: List<ParamInfo>,
    /// Problems it runs on.
    pub problems: Names,
    /// Series it adds to the referee's.
    pub diagnostics: List<SeriesInfo>,
    /// Backends it runs on; `Auto` is implied.
    pub backends: List<Backend>,
    /// What one step is and costs, in words, such as `one sweep, 9 N flops`.
    pub step: Str,
    /// What is known not to work or not to reproduce, printed next to the method; may be empty.
    pub limits: Str,
    /// It may stay on a plateau for long before it converges: a flat series is no sign of stagnation.
    pub plateaus: bool,
}

/// A ready experiment with the reason to look at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresetInfo {
    /// Such as `pde.rotating-flow`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// What to see in it.
    pub summary: Str,
    /// The experiment.
    pub experiment: Experiment,
}

/// One family with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FamilyInfo {
    /// Such as `pde`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// Its problems, the default first.
    pub problems: Vec<ProblemInfo>,
    /// Its methods.
    pub methods: Vec<MethodInfo>,
    /// Its presets, the default first.
    pub presets: Vec<PresetInfo>,
    /// What can be asked beside the race.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub analyses: Vec<AnalysisInfo>,
    /// What methods can be composed of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentInfo>,
}

impl FamilyInfo {
    /// The parameters that a run of `method` has, given what was chosen.
    pub fn schema(&self, method: &MethodInfo, given: &Params) -> Vec<ParamInfo> {
        let components: Vec<&ComponentInfo> = self.components.iter().collect();
        crate::component::schema(&method.params, &components, given)
    }
}

/// A data set that comes with the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleInfo {
    /// Used as `sample:ID` in an experiment's `data`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// What kind of data it is.
    pub kind: DataKind,
    /// Where the facts come from.
    pub source: Str,
}

/// A family before it is read in full: what its tab needs, and what finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FamilyOutline {
    /// Such as `pde`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// Its problems, the default first.
    pub problems: Vec<ProblemOutline>,
    /// Its presets, the default first.
    pub presets: Vec<PresetOutline>,
}

/// A problem in outline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemOutline {
    /// Such as `pde.advection-diffusion`.
    pub id: Str,
    /// Short label.
    pub label: Str,
    /// The kind of data it reads, if any.
    pub data: Option<DataKind>,
}

/// A preset in outline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresetOutline {
    /// Such as `pde.rotating-flow`.
    pub id: Str,
    /// The worker's module that its experiment needs, so that it can be started before the page is.
    pub module: String,
}

/// Everything there is, as the page receives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogInfo {
    /// The families, in the order of the tabs.
    pub families: Vec<FamilyInfo>,
    /// Data sets that come with the program.
    pub samples: Vec<SampleInfo>,
}

impl CatalogInfo {
    /// The problem of that id.
    pub fn problem(&self, id: &str) -> Option<&ProblemInfo> {
        self.families.iter().flat_map(|f| &f.problems).find(|p| p.id == id)
    }
    /// The method of that id.
    pub fn method(&self, id: &str) -> Option<&MethodInfo> {
        self.families.iter().flat_map(|f| &f.methods).find(|m| m.id == id)
    }
    /// The preset of that id.
    pub fn preset(&self, id: &str) -> Option<&PresetInfo> {
        self.families.iter().flat_map(|f| &f.presets).find(|p| p.id == id)
    }
    /// Every family in outline.
    pub fn outline(&self) -> Vec<FamilyOutline> {
        let problem = |p: &ProblemInfo| ProblemOutline { id: p.id.clone(), label: p.label.clone(), data: p.data };
        let preset = |p: &PresetInfo| PresetOutline {
            id: p.id.clone(),
            module: self.module_of(&p.experiment).unwrap_or_default(),
        };
        let family = |f: &FamilyInfo| FamilyOutline {
            id: f.id.clone(),
            label: f.label.clone(),
            problems: f.problems.iter().map(problem).collect(),
            presets: f.presets.iter().map(preset).collect(),
        };
        self.families.iter().map(family).collect()
    }
    /// Whether a run of `experiment` may go to a graphics device.
    pub fn wants_gpu(&self, experiment: &Experiment) -> bool {
        experiment.runs.iter().any(|run| {
            let wanted = matches!(run.backend, Backend::Auto | Backend::WebgpuF32);
            wanted && self.method(&run.method).is_some_and(|m| m.backends.contains(&Backend::WebgpuF32))
        })
    }
    /// Name of the worker's module that `experiment` needs: the family's, with `-gpu` where a run may go to a device.
    pub fn module_of(&self, experiment: &Experiment) -> Option<String> {
        let family = self.family_of(&experiment.problem.id)?;
        let end = if self.wants_gpu(experiment) { "-gpu" } else { "" };
        Some(format!("{}{end}", family.id))
    }
    /// The family that has a problem of that id.
    pub fn family_of(&self, problem: &str) -> Option<&FamilyInfo> {
        self.families.iter().find(|f| f.problems.iter().any(|p| p.id == problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_turns_where_it_is_least_and_then_grows() {
        let turn = |values: &[f64]| turning_point(values.iter().copied());
        assert_eq!(turn(&[1.0, 0.5, 0.3, 0.3, 0.4]), Some(2));
        assert_eq!(turn(&[1.0, 0.5, 0.3, 0.4, 0.3]), None, "it came back");
        assert_eq!(turn(&[1.0, 0.5, 0.3, 0.3014]), None, "by less than half a percent");
        assert_eq!(turn(&[1.0, 1e-3, 1e-15, 3e-15]), None, "rounding");
        assert_eq!(turn(&[0.3, 0.4, 0.5]), None, "it never fell");
        assert_eq!((turn(&[]), turn(&[f64::NAN, 0.5, f64::NAN])), (None, None));
        assert_eq!(turn(&[1.0, 0.5, f64::INFINITY]), Some(1));
    }
}
