//! Gauss-Seidel, lexicographic and red-black.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup};

use super::adaptor::{self, LINEAR, SolverKind};
use super::nodal;
use super::sweep::{self, Sweep};
use crate::theory;

static PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "order",
    "order",
    "Order in which the unknowns are visited",
    &[("lexicographic", "lexicographic, with growing x, then y"), ("red-black", "red-black, like a chessboard")],
    "lexicographic",
)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.gauss-seidel"),
        label: Str::Borrowed("Gauss-Seidel"),
        summary: words(
            "Jacobi that uses every new value at once: twice the rate on the same matrix, whatever the order. With a strong flow \
             and upwind differences, visiting the unknowns downstream is far better than that.",
        ),
        math: words(
            r"u_i \leftarrow \frac{1}{a_{ii}} \Bigl( b_i - \sum_{j<i} a_{ij}\, u_j^{k+1} - \sum_{j>i} a_{ij}\, u_j^{k} \Bigr)",
        ),
        citation: words(
            "L. Seidel, Abhandlungen der Bayerischen Akademie 11, 1874; D. M. Young, Iterative Solution of Large Linear Systems, \
             1971, chapters 4 and 5",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one sweep over all unknowns, 10 N flops"),
        limits: words(
            "The lexicographic order cannot run in parallel. May diverge for central differences at large cell Peclet numbers.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&GaussSeidel, input)
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let Some((problem, d)) = nodal(input) else {
        return theory::rehearse(&GaussSeidel, input);
    };
    let spectrum = theory::jacobi_spectrum(&problem.matrix, d);
    let formula = if spectrum.exact && theory::is_poisson(d) { "rho = cos(pi h)^2" } else { "" };
    Some(theory::prediction(Some(d), &spectrum, spectrum.sor(1.0), formula, theory::loss_of_dominance(d)))
}

/// Makes the solver: a sweep with no relaxation.
pub struct GaussSeidel;

impl SolverKind for GaussSeidel {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let visits = match (values.text("order"), setup.shape) {
            ("red-black", Some(shape)) => sweep::red_black(shape),
            ("red-black", None) => {
                let why = "needs the unknowns of a whole box: choose the lexicographic order for other domains and periodic sides";
                return Err(BuildError::new("order", why));
            }
            _ => sweep::lexicographic(setup.matrix.len()),
        };
        Ok(Box::new(Sweep::new(setup, 1.0, visits, PARAMS)?))
    }
}
