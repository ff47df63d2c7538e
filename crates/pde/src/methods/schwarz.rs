//! Schwarz alternating method as a method of its own.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{
    LinearSolver, Operator, Precision, Preconditioner, Setup, preconditioners::schwarz, solvers::richardson,
};

use super::adaptor::{self, LINEAR, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = match &schwarz::KIND.info.params {
    List::Borrowed(params) => params,
    List::Owned(_) => &[],
};

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.schwarz"),
        label: Str::Borrowed("Schwarz"),
        summary: words(
            "Solves exactly on overlapping parts, together or one after the other, with a coarse level that carries information across.",
        ),
        math: words(r"u \leftarrow u + \Bigl( R_0^T A_0^{-1} R_0 + \sum_i R_i^T A_i^{-1} R_i \Bigr) (b - A u)"),
        citation: words(
            "H. A. Schwarz, Ueber einen Grenzübergang durch alternirendes Verfahren, 1870; B. Smith, P. Bjørstad and W. Gropp, Domain Decomposition, 1996",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one exact solve on every part"),
        limits: words("Additive corrections overlap and must be damped to converge by themselves, or used in GMRES."),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&Schwarz, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Schwarz, input)
}

/// Makes the solver.
pub struct Schwarz;

impl SolverKind for Schwarz {
    const STATIONARY: bool = true;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(richardson::Richardson::new(setup.matrix.len(), 1.0)))
    }

    fn preconditioner<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
        T::build(&schwarz::KIND, setup, values)
    }
}
