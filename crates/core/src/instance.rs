//! A problem, built: what methods run on and what the page can say before they do.

use std::any::Any;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{Extent, Params, Picture, PictureInfo, SeriesInfo, Str};

/// A problem built from an experiment. Families downcast it to their own type.
pub trait Instance: 'static {
    /// For downcasting.
    fn as_any(&self) -> &dyn Any;
    /// What the referee measures, the headline first.
    fn series(&self) -> &[SeriesInfo];
    /// What can be drawn of an iterate, the default first.
    fn pictures(&self) -> &[PictureInfo];
    /// Size and kind in a few words, such as `9,801 unknowns`.
    fn summary(&self) -> String;
    /// What a person should know before running.
    fn notes(&self) -> &[Note] {
        &[]
    }
    /// Values worth a horizontal line in the chart.
    fn levels(&self) -> &[Level] {
        &[]
    }
    /// Names of the items that `Bars` pictures refer to.
    fn labels(&self) -> &[String] {
        &[]
    }
    /// Pictures of the problem itself, which no iterate changes (the truth, the mask, the coefficients).
    fn given_pictures(&self) -> &[PictureInfo] {
        &[]
    }
    /// The same problem with nothing held out, on which a run that came to `iterate` is repeated before its result is taken
    /// away; none where nothing is held out to measure prediction.
    fn whole(&self, iterate: &dyn Any) -> Option<Rc<dyn Instance>> {
        let _ = iterate;
        None
    }
    /// Draws one of [`Instance::given_pictures`]; false if there is none of that key.
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let _ = (key, extent, out);
        false
    }
}

/// Something to know before running.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// How much it matters.
    pub severity: Severity,
    /// The parameter it belongs to, if one.
    pub field: Option<Str>,
    /// One or two sentences, the first saying what is the case, the next what to do.
    pub text: String,
    /// Ready remedies.
    pub fixes: Vec<Fix>,
}

impl Note {
    /// A note without remedies.
    pub fn new(severity: Severity, field: Option<&'static str>, text: impl Into<String>) -> Self {
        Note { severity, field: field.map(Str::Borrowed), text: text.into(), fixes: Vec::new() }
    }
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// All is well, and here is why.
    Good,
    /// Worth knowing.
    Info,
    /// The result will not be what was meant unless something is changed.
    Warning,
}

/// A change of problem parameters that remedies what a note says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Button text.
    pub label: String,
    /// The parameters to change.
    pub params: Params,
}

/// A horizontal line in the chart of one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The series it belongs to.
    pub series: Str,
    /// What it is.
    pub label: String,
    /// Where it is.
    pub value: f64,
}

/// What theory expects of a method on an instance, before it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The series the rate is about.
    pub series: Str,
    /// Expected value at step 0.
    pub start: f64,
    /// Expected factor per step; a bound where `bound` is set.
    pub factor: f64,
    /// The factor is an upper bound, not an estimate.
    pub bound: bool,
    /// Short name of the theory, such as `rho = cos(pi h)`.
    pub label: String,
    /// What is expected and why, in one or two sentences.
    pub words: String,
}

impl Prediction {
    /// Steps until the series is expected to be at `rtol`; none where it never gets there.
    #[allow(clippy::disallowed_methods, reason = "shown to people, part of no trace")]
    pub fn steps_to(&self, rtol: f64) -> Option<u64> {
        if self.start <= rtol {
            return Some(0);
        }
        if !(self.factor < 1.0 && self.factor > 0.0 && rtol > 0.0) {
            return None;
        }
        Some(((rtol / self.start).ln() / self.factor.ln()).ceil() as u64)
    }
}
