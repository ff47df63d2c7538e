//! MINRES.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::minres};

use super::adaptor::{self, LINEAR, Needs, SYMMETRIC, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[SYMMETRIC];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.minres"),
        label: Str::Borrowed("MINRES"),
        summary: words(
            "The least residual of the Krylov space for a symmetric matrix, definite or not, with short recurrences: where conjugate gradients break down it goes on.",
        ),
        math: words(r"\| b - A u_k \| = \min_{u \in \mathcal{K}_k(A, b)} \| b - A u \|"),
        citation: words(
            "C. C. Paige and M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM Journal on Numerical Analysis 12, 1975",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one product with A, one application of the preconditioner"),
        limits: words(
            "Needs a symmetric matrix and a symmetric positive definite preconditioner. The residual never rises; with a preconditioner it is its norm in the inverse of that which never does.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&Minres, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Minres, input)
}

/// Makes the solver.
pub struct Minres;

impl SolverKind for Minres {
    const NEEDS: Needs = Needs::Symmetric;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        if !setup.matrix.is_symmetric(1e-12) {
            let why = "MINRES needs a symmetric matrix, and this one is not: take GMRES or BiCGStab";
            return Err(BuildError::new("method", why));
        }
        Ok(Box::new(minres::MinRes::new(setup.matrix.len())))
    }
}
