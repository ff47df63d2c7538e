//! What the families need to list an algorithm among their methods.

use iterscope_core::{BuildError, ParamInfo, SeriesInfo, Values};

use crate::algorithm::Algorithm;
use crate::objective::Objective;

/// An algorithm with what it says of itself.
pub trait FirstOrder {
    /// Its parameters.
    const PARAMS: &'static [ParamInfo];
    /// What it tells about its steps.
    const DIAGNOSTICS: &'static [SeriesInfo];
    /// LaTeX.
    const MATH: &'static str;
    /// Authors, title, venue, year.
    const CITATION: &'static str;
    /// What to expect of it, wherever it runs.
    const LIMITS: &'static str;

    /// Into how many parts the data are dealt out.
    fn parts(_values: &Values) -> usize {
        1
    }

    /// Builds it at `start`.
    ///
    /// # Errors
    /// It does not work on such an objective.
    fn make(f: &mut dyn Objective, start: &[f64], values: &Values, seed: u64)
    -> Result<Box<dyn Algorithm>, BuildError>;
}
