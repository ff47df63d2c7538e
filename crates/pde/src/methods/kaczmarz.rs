//! Kaczmarz.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Precision, Setup, solvers::kaczmarz};

use super::adaptor::{self, LINEAR, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "order",
    "Order",
    "Which equation is next",
    &[("cyclic", "one after the other"), ("uniform", "random"), ("weighted", "random, by the length of the row")],
    "cyclic",
)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.kaczmarz"),
        label: Str::Borrowed("Kaczmarz"),
        summary: words(
            "Projects onto one equation after the other: the error falls with every projection, whatever the matrix, but slowly.",
        ),
        math: words(r"u \leftarrow u + \frac{b_i - a_i^T u}{\|a_i\|^2}\, a_i"),
        citation: words(
            "S. Kaczmarz, Angenäherte Auflösung von Systemen linearer Gleichungen, Bulletin international de l’Académie polonaise des sciences et des lettres, 1937; T. Strohmer and R. Vershynin, A randomized Kaczmarz algorithm with exponential convergence, Journal of Fourier Analysis and Applications 15, 2009",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("as many projections as there are equations: the cost of two products with A"),
        limits: words("Its rate is that of the squared condition number."),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&KaczmarzKind, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&KaczmarzKind, input)
}

/// Makes the solver.
pub struct KaczmarzKind;

impl SolverKind for KaczmarzKind {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let order = match values.text("order") {
            "uniform" => kaczmarz::RowOrder::Uniform,
            "weighted" => kaczmarz::RowOrder::Weighted,
            _ => kaczmarz::RowOrder::Cyclic,
        };
        Ok(Box::new(kaczmarz::Kaczmarz::new(setup.matrix, order, setup.seed)))
    }
}
