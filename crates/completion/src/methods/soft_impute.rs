//! Soft-impute: fill in, shrink the singular values, repeat.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};

use super::shared::params::{ENTRY_PROBLEMS, LAMBDA, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP};
use super::shared::proximal_gradient::{self, Momentum};

const PARAMS: &[ParamInfo] = &[RANK_CAP, LAMBDA, PATH];

/// `completion.soft-impute`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.soft-impute"),
        label: Str::Borrowed("Soft-impute"),
        summary: words(
            "Fill the unseen entries from the iterate, shrink all singular values by λ, repeat: a minorise-maximise method \
             for least squares with the nuclear norm, a convex problem whose solution finds its own rank.",
        ),
        math: words(
            r"X_{t+1} = D_\lambda\big( P_\Omega(M) + P_\Omega^{\perp}(X_t) \big), \quad D_\lambda(U \Sigma V^{\top}) = U (\Sigma - \lambda I)_+ V^{\top};
\qquad \min_X \tfrac12 \lVert P_\Omega(X - M) \rVert_F^2 + \lambda \lVert X \rVert_*",
        ),
        citation: words(
            "R. Mazumder, T. Hastie, R. Tibshirani: Spectral regularization algorithms for learning large incomplete matrices. \
             Journal of Machine Learning Research 11 (2010).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "2 to 10 rounds of block power iteration, each 4 |Ω| b + 4 (m + n) k b + 6 (m + n) b² flops, b = k + 5",
        ),
        limits: words(
            "Shrinks what is true along with what is noise: large singular values come out too small by about λ/p, so exact \
             recovery needs λ near 0, where the method is slow. Where more singular values exceed λ than the largest rank \
             allows, the rest is cut off and the problem is no longer convex. The singular vectors of a step are found by \
             iteration, to about six digits, and better as steps get shorter.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    proximal_gradient::build(input, Momentum::None)
}
