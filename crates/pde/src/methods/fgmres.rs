//! Flexible GMRES.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::fgmres};

use super::adaptor::{self, ANY, LINEAR, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[
    ANY,
    ParamInfo::int(
        "restart",
        "Restart length",
        "Vectors that are kept before it starts anew; more is faster and takes more memory",
        [1, 1000],
        30,
    )
    .log(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.fgmres"),
        label: Str::Borrowed("Flexible GMRES"),
        summary: words(
            "GMRES that lets the preconditioner change from step to step, say an inner iteration. It keeps the preconditioned vectors too.",
        ),
        math: words(r"\| b - A u_k \| = \min_{u \in u_0 + M^{-1} \mathcal{K}_k(A M^{-1}, r_0)} \| b - A u \|"),
        citation: words(
            "Y. Saad, A flexible inner-outer preconditioned GMRES algorithm, SIAM Journal on Scientific Computing 14, 1993",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words(
            "one product with A, one application of the preconditioner, j + 1 inner products at the j-th step of a cycle",
        ),
        limits: words(
            "Preconditioned from the right, so that the residual that falls is the true one. A cycle that does not lower the residual is repeated for ever: the run ends as stagnated, and a longer restart is the remedy.",
        ),
        plateaus: true,
    },
    build,
    predict: Some(|input| theory::rehearse(&FgmresKind, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&FgmresKind, input)
}

/// Makes the solver.
pub struct FgmresKind;

impl SolverKind for FgmresKind {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(fgmres::flexible(setup.matrix.len(), values.size("restart"))))
    }
}
