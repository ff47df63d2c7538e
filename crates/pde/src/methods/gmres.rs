//! GMRES(m).

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::gmres};

use super::adaptor::{self, FIXED, LINEAR, Needs, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[
    FIXED,
    ParamInfo::int(
        "restart",
        "Restart length",
        "Vectors that are kept before it starts anew; more is faster and takes more memory",
        [1, 1000],
        30,
    )
    .log(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("cycle-step", "Step of the cycle", "Vectors in the basis").linear(),
    SeriesInfo::new("cycles", "Cycles", "Restarts so far").linear(),
    SeriesInfo::new("cycle-factor", "Factor of the last cycle", "What the last whole cycle left of the residual")
        .linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.gmres"),
        label: Str::Borrowed("GMRES"),
        summary: words(
            "The least residual of the Krylov space, for any matrix. It keeps every vector, and so must start anew: with a restart that is too short it stagnates.",
        ),
        math: words(r"\| b - A u_k \| = \min_{u \in u_0 + M^{-1} \mathcal{K}_k(A M^{-1}, r_0)} \| b - A u \|"),
        citation: words(
            "Y. Saad and M. H. Schultz, GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems, SIAM Journal on Scientific and Statistical Computing 7, 1986",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
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
    predict: Some(|input| theory::rehearse(&GmresKind, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&GmresKind, input)
}

/// Makes the solver.
pub struct GmresKind;

impl SolverKind for GmresKind {
    const NEEDS: Needs = Needs::Fixed;

    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(gmres::Gmres::new(setup.matrix.len(), values.size("restart"))))
    }
}
