//! The p-Laplace equation (J. W. Barrett and W. B. Liu, Finite element approximation of the p-Laplacian, Mathematics of Computation 61, 1993).
//!
//! The diffusion is a power of the slope: it vanishes where the solution is flat for p > 2 and grows without bound there for p < 2. The
//! regularisation `epsilon` stands in for the slope where it is smaller.

use std::rc::Rc;

use iterscope_core::{
    BuildError, Instance, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput, Severity, Str, Values, words,
};

use crate::nonlinear::model::Law;
use crate::nonlinear::{NonlinearProblem, Setup, parameters};

/// Id of the problem.
pub const ID: &str = "pde.p-laplace";

const ZERO: [&str; 4] = ["u = 0"; 4];

static PARAMS: &[ParamInfo] = parameters!(
    [
        ParamInfo::real(
            "p",
            "Exponent p",
            "2 is Poisson's equation; towards 1 flat parts appear, for large p cones",
            [1.2, 20.0],
            4.0
        ),
        ParamInfo::real(
            "epsilon",
            "Regularisation ε",
            "The diffusion is (|grad u|² + ε²)^(p/2 - 1): without ε it is zero or infinite where u is flat",
            [1e-12, 1.0],
            1e-4
        )
        .log()
    ],
    &[("1", "1"), ("2", "2"), ("3", "3")],
    ZERO,
    "1"
);

/// The problem.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed(ID),
        label: Str::Borrowed("p-Laplace"),
        summary: words(
            "Diffusion whose strength is a power of the slope, as in glaciers and power-law fluids. Convex, but so badly scaled for large p that a full step of \
             Newton's method goes astray.",
        ),
        math: words(r"-\nabla \cdot \left( (|\nabla u|^2 + \varepsilon^2)^{\frac{p}{2} - 1}\, \nabla u \right) = f"),
        params: List::Borrowed(PARAMS),
        data: None,
        data_required: false,
    },
    build: |input: &ProblemInput<'_>| Ok(Rc::new(build(input.values)?) as Rc<dyn Instance>),
};

struct Power {
    p: f64,
    /// The square of epsilon.
    floor: f64,
}

impl Law for Power {
    fn density(&self, s: f64) -> f64 {
        libm::pow(s + self.floor, 0.5 * self.p) / self.p
    }
    fn coefficient(&self, s: f64) -> f64 {
        libm::pow(s + self.floor, 0.5 * self.p - 1.0)
    }
    fn slope(&self, s: f64) -> f64 {
        (0.5 * self.p - 1.0) * libm::pow(s + self.floor, 0.5 * self.p - 2.0)
    }
}

/// The problem from its complete parameters.
///
/// # Errors
/// Names the field that is wrong, and the character or the point where it is.
pub fn build(values: &Values) -> Result<NonlinearProblem, BuildError> {
    let (p, epsilon) = (values.real("p"), values.real("epsilon"));
    let setup = Setup::read(values, Rc::new(Power { p, floor: epsilon * epsilon }), "1")?;
    let text = format!(
        "Where the slope is small the regularisation ε = {epsilon} takes over: the solution differs from that of the p-Laplace equation itself by a little, \
         the more the larger ε is."
    );
    let mut notes = vec![Note::new(Severity::Info, Some("epsilon"), text)];
    let text = if p >= 3.0 {
        "Iterating with lagged coefficients diverges for p of 3 and more, where its factor |p - 2| is no contraction; Newton's method needs its line search."
    } else {
        "Iterating with lagged coefficients converges, with a factor of at most |p - 2| in the end."
    };
    notes.push(Note::new(if p >= 3.0 { Severity::Info } else { Severity::Good }, Some("p"), text));
    NonlinearProblem::build(setup, values.text("initial"), notes, None)
}
