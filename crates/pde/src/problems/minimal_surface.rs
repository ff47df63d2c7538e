//! The surface of least area through a given rim, as a graph over the square (J.-L. Lagrange, Essai d'une nouvelle méthode, 1762; for the exact
//! surface H. F. Scherk, Bemerkungen über die kleinste Fläche innerhalb gegebener Grenzen, Journal für die reine und angewandte Mathematik 13,
//! 1835).

use std::rc::Rc;

use iterscope_core::{BuildError, Instance, List, ParamInfo, Problem, ProblemInfo, ProblemInput, Str, Values, words};

use crate::nonlinear::model::Law;
use crate::nonlinear::{NonlinearProblem, Setup, parameters};

/// Id of the problem.
pub const ID: &str = "pde.minimal-surface";

const SADDLE: [&str; 4] = ["u = sin(pi*y)/2", "u = sin(pi*y)/2", "u = -sin(pi*x)/2", "u = -sin(pi*x)/2"];

static PARAMS: &[ParamInfo] = parameters!([], &[("2", "2"), ("3", "3")], SADDLE, "0");

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("Minimal surface"),
        summary: words(
            "A soap film over a square, held along its rim. The steeper it is, the less it resists: its area is convex, but Newton's full step may overshoot. A \
             source is the pressure under the film.",
        ),
        math: words(r"-\nabla \cdot \frac{\nabla u}{\sqrt{1 + |\nabla u|^2}} = f"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

struct Area;

impl Law for Area {
    fn density(&self, s: f64) -> f64 {
        (1.0 + s).sqrt()
    }
    fn coefficient(&self, s: f64) -> f64 {
        1.0 / (1.0 + s).sqrt()
    }
    fn slope(&self, s: f64) -> f64 {
        -0.5 / ((1.0 + s) * (1.0 + s).sqrt())
    }
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<NonlinearProblem, BuildError> {
    let setup = Setup::read(values, Rc::new(Area), "0")?;
    NonlinearProblem::build(setup, values.text("initial"), Vec::new(), None)
}
