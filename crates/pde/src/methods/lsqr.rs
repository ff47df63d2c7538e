//! LSQR.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, Stepper, Str, Values, words};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::lsqr};

use super::adaptor::{self, LINEAR, SolverKind};
use crate::theory;

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.lsqr"),
        label: Str::Borrowed("LSQR"),
        summary: words(
            "Conjugate gradients on the normal equations, without forming them: works for any matrix, even a singular one, at the price of the squared condition number.",
        ),
        math: words(r"\min_u \| A u - b \|, \qquad A V_k = U_{k+1} B_k"),
        citation: words(
            "C. C. Paige and M. A. Saunders, LSQR: an algorithm for sparse linear equations and sparse least squares, ACM Transactions on Mathematical Software 8, 1982",
        ),
        params: List::Borrowed(&[]),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one product with A and one with its transpose"),
        limits: words("Its steps follow the condition number, not its square root."),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&LsqrKind, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&LsqrKind, input)
}

/// Makes the solver.
pub struct LsqrKind;

impl SolverKind for LsqrKind {
    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(lsqr::Lsqr::new(setup.matrix.len())))
    }
}
