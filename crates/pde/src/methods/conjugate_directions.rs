//! Conjugate directions from any guess.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::conjugate_directions};

use super::adaptor::{self, ANY, LINEAR, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("kept", "Directions kept", "A new direction is made A-orthogonal to so many before it", [0, 50], 2),
    ANY,
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.conjugate-directions"),
        label: Str::Borrowed("Conjugate directions"),
        summary: words(
            "Goes along whatever direction the preconditioner guesses from the residual, made A-orthogonal to the last few. The guess need be neither linear nor the same each time, \
             such as a network's; with the residual itself it is conjugate gradients.",
        ),
        math: words(
            r"d \leftarrow f(r_k), \quad d \leftarrow d - \frac{d^T A p_j}{p_j^T A p_j}\, p_j \ \ (j = k-m, \ldots, k-1), \quad u_{k+1} = u_k + \frac{d^T r_k}{d^T A d}\, d",
        ),
        citation: words(
            "A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, A deep conjugate direction method for iteratively solving linear systems, Proceedings of the 40th \
             International Conference on Machine Learning, 2023",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one guess, one product with A, one projection for each direction that is kept"),
        limits: words(
            "Needs a symmetric positive definite matrix; the energy norm of the error then never rises. The source's guess is a convolutional network for grids of 64^3 and more, trained \
             for days: it is not here, and nothing of its figures is claimed. Any preconditioner stands in for it, also the one that learns on the spot.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&ConjugateDirections, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&ConjugateDirections, input)
}

/// Makes the solver.
pub struct ConjugateDirections;

impl SolverKind for ConjugateDirections {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let kept = values.size("kept");
        Ok(Box::new(conjugate_directions::ConjugateDirections::new(setup.matrix.len(), kept)))
    }
}
