//! Steepest descent.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::steepest_descent};

use super::adaptor::{self, LINEAR, Needs, SYMMETRIC, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[SYMMETRIC];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.steepest-descent"),
        label: Str::Borrowed("Steepest descent"),
        summary: words(
            "Each step goes down the gradient to the lowest point of that line, and zigzags: the same work as conjugate gradients, the square of its steps.",
        ),
        math: words(r"u_{k+1} = u_k + \frac{r_k^T z_k}{z_k^T A z_k}\, z_k, \qquad z_k = M^{-1} r_k"),
        citation: words(
            "A.-L. Cauchy, Méthode générale pour la résolution des systèmes d’équations simultanées, Comptes rendus 25, 1847",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one product with A, one application of the preconditioner"),
        limits: words(
            "Needs a symmetric positive definite matrix. The error in the energy norm falls by (kappa - 1)/(kappa + 1) per step.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&SteepestDescent, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&SteepestDescent, input)
}

/// Makes the solver.
pub struct SteepestDescent;

impl SolverKind for SteepestDescent {
    const NEEDS: Needs = Needs::Symmetric;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(steepest_descent::SteepestDescent::new(setup.matrix.len())))
    }
}
