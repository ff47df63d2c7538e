//! Conjugate gradients.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::solvers::cg::ConjugateGradients;
use iterscope_linear::{LinearSolver, Operator, Precision, Setup};

use super::adaptor::{self, LINEAR, Needs, SYMMETRIC, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[SYMMETRIC];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.cg"),
        label: Str::Borrowed("Conjugate gradients"),
        summary: words(
            "The best approximation, in the energy norm, in a space that grows by one dimension each step. Needs a symmetric \
             positive definite matrix; the number of steps grows with the intervals per side.",
        ),
        math: words(
            r"\alpha_k = \frac{r_k^T r_k}{p_k^T A p_k}, \quad u_{k+1} = u_k + \alpha_k p_k, \quad r_{k+1} = r_k - \alpha_k A p_k, \quad p_{k+1} = r_{k+1} + \frac{r_{k+1}^T r_{k+1}}{r_k^T r_k}\, p_k",
        ),
        citation: words(
            "M. R. Hestenes and E. Stiefel, Methods of conjugate gradients for solving linear systems, Journal of Research of \
             the National Bureau of Standards 49, 1952",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32, Backend::WebgpuF32]),
        step: words("one product with A, one application of the preconditioner, two inner products"),
        limits: words(
            "On a matrix that is not symmetric the recurrence loses its meaning and the error may grow; it stops where p'Ap is \
             not positive. The energy norm of the error falls in every step, the residual need not. In single precision the \
             residual stalls near 1e-7 times the condition number.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::cg(&Cg, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Cg, input)
}

/// Makes the solver.
pub struct Cg;

impl SolverKind for Cg {
    const NEEDS: Needs = Needs::Symmetric;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(ConjugateGradients::new(setup.matrix.len())))
    }
}
