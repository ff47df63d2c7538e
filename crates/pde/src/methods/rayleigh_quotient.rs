//! Rayleigh-quotient iteration.

use iterscope_core::{Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, words};
use iterscope_kernels::order::narrow;
use iterscope_linear::eigen::rayleigh::Rayleigh;

use super::eigen::{EIGEN, EigenIteration, SHIFT};
use crate::linear;
use crate::problems::eigen as problem;

static PARAMS: &[ParamInfo] = &[
    SHIFT,
    ParamInfo::int(
        "before",
        "Steps before",
        "Steps of inverse iteration with the shift before the first Rayleigh quotient: none, and it may go anywhere",
        [0, 100],
        2,
    ),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.rayleigh-quotient"),
        label: Str::Borrowed("Rayleigh-quotient iteration"),
        summary: words(
            "Inverse iteration whose shift is its own best estimate: the number of right digits triples with every step. One mode alone, and a \
             factorisation in every step.",
        ),
        math: words(
            r"\rho_k = \frac{x_k^T A x_k}{x_k^T x_k}, \qquad x_{k+1} = \frac{(A - \rho_k I)^{-1} x_k}{\lVert (A - \rho_k I)^{-1} x_k \rVert}",
        ),
        citation: words(
            "A. M. Ostrowski, On the convergence of the Rayleigh quotient iteration for the computation of the characteristic roots and vectors, \
             Archive for Rational Mechanics and Analysis 1, 1957; B. N. Parlett, The Rayleigh quotient iteration and some generalizations for nonnormal \
             matrices, Mathematics of Computation 28, 1974",
        ),
        params: List::Borrowed(PARAMS),
        problems: EIGEN,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one banded factorisation, one solve, one product"),
        limits: words(
            "One mode alone; which one depends on the start where no steps of inverse iteration come first. The residual never grows.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem::of(input)?;
    let width = narrow(p.matrix.rows()).1;
    if !linear::affordable(p.len(), width) {
        let why =
            "factorises the matrix in every step, and this one is too large for that; inverse iteration does it once";
        return Err(BuildError::new("method", why));
    }
    let (shift, before) = (input.values.real("shift"), input.values.size("before"));
    let solver = Box::new(Rayleigh::new(&p.matrix, shift, before, input.seed));
    Ok(EigenIteration::new(p, solver, 1, false).boxed(p))
}
