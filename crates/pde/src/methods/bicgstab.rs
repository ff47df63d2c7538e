//! BiCGStab.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::bicgstab};

use super::adaptor::{self, FIXED, LINEAR, Needs, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[FIXED];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.bicgstab"),
        label: Str::Borrowed("BiCGStab"),
        summary: words(
            "A Krylov method with short recurrences for matrices that are not symmetric: two products with A in each step, no parameter, a jagged residual.",
        ),
        math: words(
            r"\begin{aligned} & p_k = r_{k-1} + \beta_k (p_{k-1} - \omega_{k-1} A p_{k-1}), \quad s = r_{k-1} - \alpha_k A p_k, \quad \omega_k = \frac{s^T A s}{(A s)^T A s}, \\ & u_k = u_{k-1} + \alpha_k p_k + \omega_k s, \quad r_k = s - \omega_k A s \end{aligned}",
        ),
        citation: words(
            "H. A. van der Vorst, Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG for the solution of nonsymmetric linear systems, SIAM Journal on Scientific and Statistical Computing 13, 1992",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("two products with A, two applications of the preconditioner"),
        limits: words(
            "No bound on the number of steps is known. Breaks down where an inner product vanishes; stagnates where the eigenvalues lie near the imaginary axis (a strong flow).",
        ),
        plateaus: true,
    },
    build,
    predict: Some(|input| theory::rehearse(&BiCgStab, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&BiCgStab, input)
}

/// Makes the solver.
pub struct BiCgStab;

impl SolverKind for BiCgStab {
    const NEEDS: Needs = Needs::Fixed;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(bicgstab::BiCgStab::new(setup.matrix.len())))
    }
}
