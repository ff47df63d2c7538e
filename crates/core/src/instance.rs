//! A problem, built: what methods run on and what the page can say before they do.

use std::any::Any;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::{Brush, Extent, ParamInfo, Params, Picture, PictureInfo, SeriesInfo, Str, Value};

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
    /// Parameters of the problem that may change while runs are under way, in all of them; no method has one of these keys.
    fn live(&self) -> &[ParamInfo] {
        &[]
    }
    /// What is other among the problem's parameters where these values of live parameters hold from the start.
    fn settled(&self, live: &Params) -> Params {
        let _ = live;
        Params::new()
    }
    /// The same problem with these values of live parameters from the start, for what theory says of a run in which they were
    /// changed; none where it would take long to build.
    fn with_live(&self, live: &Params) -> Option<Rc<dyn Instance>> {
        let _ = live;
        None
    }
    /// Fields to which a person may add something while runs are under way.
    fn brushes(&self) -> &[Brush] {
        &[]
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

/// A change of parameters that remedies what a note says of a problem, or what theory expects of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Button text.
    pub label: String,
    /// The parameters to change.
    pub params: Params,
}

impl Fix {
    /// Sets one parameter.
    pub fn set(param: &ParamInfo, value: Value) -> Fix {
        let label = format!("Set {} to {value}", param.label);
        Fix { label, params: Params::from([(param.key.to_string(), value)]) }
    }
}

/// The number with the fewest decimal digits, up to twelve significant ones, that is `good` and lies nearest to `best`.
pub fn few_digits(best: f64, good: impl Fn(f64) -> bool) -> f64 {
    (0..12).filter_map(|digits| format!("{best:.digits$e}").parse().ok()).find(|v| good(*v)).unwrap_or(best)
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
    /// Expected value at step 0; NaN where theory says something in words and nothing of values.
    pub start: f64,
    /// Expected factor per step; a bound where `bound` is set. With `points`, the factor after the last of them.
    pub factor: f64,
    /// Expected values at some steps after 0, in the order of the steps, where one factor is too poor; between them the logarithm is
    /// linear in the step.
    #[serde(default)]
    pub points: Vec<[f64; 2]>,
    /// The factor is an upper bound, not an estimate.
    pub bound: bool,
    /// Short name of the theory, such as `rho = cos(pi h)`.
    pub label: String,
    /// What is expected and why, in one or two sentences.
    pub words: String,
    /// What would do much better, where theory knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Fix>,
}

impl Prediction {
    /// The same with a remedy.
    #[must_use]
    pub fn with_remedy(mut self, remedy: Option<Fix>) -> Self {
        self.remedy = remedy;
        self
    }

    /// Steps until the series is expected to be at `rtol`; none where it never gets there.
    #[allow(clippy::disallowed_methods, reason = "shown to people, part of no trace")]
    pub fn steps_to(&self, rtol: f64) -> Option<u64> {
        let mut from = [0.0, self.start];
        if from[1] <= rtol {
            return Some(0);
        }
        for &to in &self.points {
            if to[1] <= rtol {
                let part = (rtol / from[1]).ln() / (to[1] / from[1]).ln();
                return Some((from[0] + part * (to[0] - from[0])).ceil() as u64);
            }
            from = to;
        }
        if !(self.factor < 1.0 && self.factor > 0.0 && rtol > 0.0) {
            return None;
        }
        Some((from[0] + (rtol / from[1]).ln() / self.factor.ln()).ceil() as u64)
    }

    /// The value that is expected at a step, which may lie between two.
    #[allow(clippy::disallowed_methods, reason = "shown to people, part of no trace")]
    pub fn at(&self, step: f64) -> f64 {
        let mut from = [0.0, self.start];
        for &to in &self.points {
            if step < to[0] {
                let part = (step - from[0]) / (to[0] - from[0]);
                return from[1] * ((to[1] / from[1]).ln() * part).exp();
            }
            from = to;
        }
        from[1] * (self.factor.ln() * (step - from[0])).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_have_few_digits() {
        assert_eq!(few_digits(1.93874, |_| true), 2.0);
        assert_eq!(few_digits(1.93874, |v| v < 2.0), 1.9);
        assert_eq!(few_digits(1.93874, |v| (v - 1.93874).abs() < 1e-3), 1.939);
        assert_eq!(few_digits(0.000123456, |v| v <= 0.000123456), 0.0001);
        assert_eq!(few_digits(1.93874, |_| false), 1.93874);
        static OMEGA: ParamInfo = ParamInfo::real("omega", "ω", "", [0.0, 2.0], 1.0);
        let fix = Fix::set(&OMEGA, 1.9.into());
        assert_eq!((fix.label.as_str(), &fix.params["omega"]), ("Set ω to 1.9", &Value::Real(1.9)));
    }

    #[test]
    fn points_bend_what_is_expected() {
        let mut p = Prediction {
            series: "r".into(),
            start: 1.0,
            factor: 0.1,
            points: Vec::new(),
            bound: false,
            label: String::new(),
            words: String::new(),
            remedy: None,
        };
        assert_eq!((p.steps_to(1e-3), p.steps_to(2.0)), (Some(3), Some(0)));
        assert!((p.at(2.0) - 1e-2).abs() < 1e-15);
        p.points = vec![[10.0, 1e-1], [12.0, 1e-3]];
        assert_eq!([1e-1, 1e-2, 1e-3, 1e-5].map(|r| p.steps_to(r)), [10, 11, 12, 14].map(Some));
        for (step, value) in [(0.0, 1.0), (11.0, 1e-2), (13.0, 1e-4)] {
            assert!((p.at(step) / value - 1.0).abs() < 1e-12, "{step}");
        }
        p.factor = 1.0;
        assert_eq!((p.steps_to(1e-2), p.steps_to(1e-5)), (Some(11), None));
    }
}
