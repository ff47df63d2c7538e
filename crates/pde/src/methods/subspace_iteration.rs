//! Subspace iteration with the inverse.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, words,
};
use iterscope_linear::eigen::subspace::Subspace;

use super::eigen::{self, EIGEN, EigenIteration, SHIFT};
use crate::problems::eigen as problem;

static PARAMS: &[ParamInfo] = &[SHIFT, eigen::guard(3)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.subspace-iteration"),
        label: Str::Borrowed("Subspace iteration"),
        summary: words(
            "Inverse iteration with several vectors at once, which are kept apart and turned to the best they hold. Finds multiple eigenvalues \
             without ado; guard vectors make it faster.",
        ),
        math: words(
            r"\begin{aligned} & Y = (A - \sigma I)^{-1} X_k, \qquad Q R = Y, \\ & Q^T A Q = S \Theta S^T, \qquad X_{k+1} = Q S \end{aligned}",
        ),
        citation: words(
            "K.-J. Bathe and E. L. Wilson, Solution methods for eigenvalue problems in structural mechanics, International Journal for Numerical Methods in \
             Engineering 6, 1973; B. N. Parlett, The Symmetric Eigenvalue Problem, 1980, chapter 14",
        ),
        params: List::Borrowed(PARAMS),
        problems: EIGEN,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("a solve and a product for each vector, about 4 p² vector updates"),
        limits: words("The last wanted mode decides: its gap to the first that no vector stands for."),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let p = problem::of(input)?;
    let shift = input.values.real("shift");
    let factors = eigen::factors(p, shift)?;
    let (lowest, remark) = eigen::below(&factors, shift);
    let solver = Box::new(Subspace::new(p.len(), p.modes, input.values.size("guard"), factors, input.seed));
    Ok(EigenIteration::new(p, solver, p.modes, lowest).remarked(remark).boxed(p))
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let p = problem::of(input).ok()?;
    let (lowest, shift) = (&p.spectrum()?.lowest, input.values.real("shift"));
    let beyond = *lowest.get(p.modes + input.values.size("guard"))?;
    if shift >= lowest[0] {
        return None;
    }
    let factor = (lowest[p.modes - 1] - shift) / (beyond - shift);
    eigen::rate(
        1.0,
        factor,
        false,
        "ratio of eigenvalues",
        "(λ of the last wanted mode - σ) / (λ of the first without a vector - σ)",
    )
}
