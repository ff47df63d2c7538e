//! LOBPCG.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, Value, words,
};
use iterscope_linear::eigen::lobpcg::Lobpcg;

use super::adaptor::{PRECONDITIONER, SYMMETRIC};
use super::eigen::{self, EIGEN, EigenIteration};
use crate::problems::eigen as problem;

static PARAMS: &[ParamInfo] = &[SYMMETRIC, eigen::guard(2)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.lobpcg"),
        label: Str::Borrowed("LOBPCG"),
        summary: words(
            "What conjugate gradients are for systems: the best modes in the space of the present ones, their preconditioned residuals and the last \
             directions. Nothing is factorised; with multigrid the number of steps does not depend on the grid.",
        ),
        math: words(
            r"X_{k+1} = \text{lowest Ritz vectors of } \operatorname{span}\{ X_k,\; M^{-1}(A X_k - X_k \Theta_k),\; P_k \}, \qquad P_{k+1} = X_{k+1} \text{ without its part in } X_k",
        ),
        citation: words(
            "A. V. Knyazev, Toward the optimal preconditioned eigensolver: locally optimal block preconditioned conjugate gradient method, SIAM Journal on \
             Scientific Computing 23, 2001; U. Hetmaniuk and R. Lehoucq, Basis selection in LOBPCG, Journal of Computational Physics 218, 2006",
        ),
        params: List::Borrowed(PARAMS),
        problems: EIGEN,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("a product and an application of the preconditioner for each vector, about 40 p² vector updates"),
        limits: words(
            "The residuals of the guard vectors may stay large. The preconditioner must be positive definite.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem::of(input)?;
    let solver = Box::new(Lobpcg::new(p.len(), p.modes, input.values.size("guard"), input.seed));
    let preconditioner = eigen::chosen(p, input)?;
    Ok(EigenIteration::new(p, solver, p.modes, true).preconditioned(preconditioner).boxed(p))
}

/// As conjugate gradients on `A - lambda I` outside of the block (Knyazev 2001, section 5); without a preconditioner alone.
fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let p = problem::of(input).ok()?;
    if input.values.get(PRECONDITIONER).and_then(Value::as_text) != Some("none") {
        return None;
    }
    let s = p.spectrum()?;
    let (last, next) = (s.lowest[p.modes - 1], *s.lowest.get(p.modes + input.values.size("guard"))?);
    let root = ((next - last) / (s.highest - last)).sqrt();
    let why = "as conjugate gradients with the gap behind the block, (1 - √ξ) / (1 + √ξ)";
    eigen::rate(
        eigen::random_start(s, last),
        (1.0 - root) / (1.0 + root),
        false,
        "conjugate gradients behind the block",
        why,
    )
}
