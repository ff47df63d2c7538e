//! Accelerated proximal gradient for the nuclear norm, with restarts.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Stepper, Str, words,
};

use super::shared::params::{ENTRY_PROBLEMS, LAMBDA, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP};
use super::shared::proximal_gradient::{self, Momentum};

const PARAMS: &[ParamInfo] = &[
    RANK_CAP,
    LAMBDA,
    PATH,
    ParamInfo::switch("restart", "Restart", "Drops the momentum whenever the objective would rise.", true),
];

/// `completion.nuclear-apg`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.nuclear-apg"),
        label: Str::Borrowed("Accelerated proximal gradient"),
        summary: words(
            "Least squares with the nuclear norm by Nesterov's acceleration: the step of soft-impute, taken from a point \
             extrapolated along the last move. It reaches soft-impute's solution in far fewer steps; restarts keep the \
             objective from rising.",
        ),
        math: words(
            r"Y_t = X_t + \beta_t (X_t - X_{t-1}), \quad X_{t+1} = D_\lambda\big( Y_t + P_\Omega(M - Y_t) \big), \quad
\beta_t = \frac{\theta_t - 1}{\theta_{t+1}}, \quad \theta_{t+1} = \tfrac12 \Big( 1 + \sqrt{1 + 4 \theta_t^2} \Big)",
        ),
        citation: words(
            "K.-C. Toh, S. Yun: An accelerated proximal gradient algorithm for nuclear norm regularized linear least squares \
             problems. Pacific Journal of Optimization 6 (2010). B. O'Donoghue, E. Candès: Adaptive restart for accelerated \
             gradient schemes. Foundations of Computational Mathematics 15 (2015).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "2 to 10 rounds of block power iteration, each 4 |Ω| b + 8 (m + n) k b + 6 (m + n) b² flops, b = k + 5; twice \
             that in a step that restarts",
        ),
        limits: words(
            "The solution is biased as soft-impute's is: singular values come out too small by about λ/p. Where more of \
             them exceed λ than the largest rank allows, the rest is cut off and the theory no longer holds. Without \
             restarts the objective swings.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let momentum = if input.values.bool("restart") { Momentum::Restarted } else { Momentum::Nesterov };
    proximal_gradient::build(input, momentum)
}
