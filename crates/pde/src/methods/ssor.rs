//! Symmetric successive over-relaxation as a method of its own.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{
    LinearSolver, Operator, Precision, Preconditioner, Setup, preconditioners::ssor, solvers::richardson,
};

use super::adaptor::{self, LINEAR, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] =
    &[ParamInfo::real("omega", "Relaxation", "1 is the symmetric Gauss-Seidel sweep", [0.05, 1.99], 1.5).live()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.ssor"),
        label: Str::Borrowed("SSOR"),
        summary: words(
            "A sweep of SOR forwards and one backwards. By itself it gains little over SOR; as a preconditioner it is symmetric, which SOR is not.",
        ),
        math: words(r"u_{k+1} = u_k + \omega (2-\omega)\, (D + \omega U)^{-1} D\, (D + \omega L)^{-1} (b - A u_k)"),
        citation: words("D. M. Young, Iterative Solution of Large Linear Systems, 1971, chapter 15"),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("two sweeps"),
        limits: words("Converges for 0 < omega < 2 on symmetric positive definite matrices."),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&Ssor, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Ssor, input)
}

/// Makes the solver.
pub struct Ssor;

impl SolverKind for Ssor {
    const STATIONARY: bool = true;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(richardson::Richardson::new(setup.matrix.len(), 1.0)))
    }

    fn preconditioner<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
        Ok(Box::new(ssor::Ssor::new(setup, values.real("omega"))?))
    }
}
