//! Newton's method on the log-strengths, damped by a line search; the linear systems are solved by conjugate gradients.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, Stepper, Str, words,
};

use super::PAIRS_AND_ORDERS;
use crate::instance::RankingInstance;
use crate::solvers::CHANGE;
use crate::solvers::newton::Newton;

const DAMPING: ParamInfo = ParamInfo::choice(
    "damping",
    "Damping",
    "Halve a step until the likelihood rises enough, or always take the whole step.",
    &[("backtracking", "backtracking line search"), ("none", "none: whole steps")],
    "backtracking",
);
const CG_RTOL: ParamInfo = ParamInfo::real(
    "cg_rtol",
    "Inner tolerance",
    "Relative residual at which the conjugate gradients inside a step stop.",
    [1e-14, 0.9],
    1e-10,
)
.log();

const PARAMS: &[ParamInfo] = &[DAMPING, CG_RTOL];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new(
        "newton.decrement",
        "Newton decrement",
        "Square root of the inner product of the gradient with the Newton direction, in games: the distance to the \
                 optimum in the norm of the Hessian, to first order.",
    ),
    SeriesInfo::new("newton.damping", "step length t", "Part of the Newton direction that was taken.").linear(),
];

/// See [`MethodInfo::summary`].
pub static NEWTON: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.newton"),
        label: Str::Borrowed("Newton"),
        summary: words(
            "Newton's method on the log-strengths s = log(pi), where the log-likelihood is concave. The Hessian is the \
             Laplacian of the graph of games; its systems are solved by conjugate gradients, without a matrix. Few steps, \
             each of them worth many passes: compare by work, too.",
        ),
        math: words(
            r"s \leftarrow s + t\,H^{-1}\nabla\log L, \qquad H_{ij} = -n_{ij}\,p_{ij}\,p_{ji}, \quad H_{ii} = \textstyle\sum_j n_{ij}\,p_{ij}\,p_{ji}, \quad t = 1, \tfrac12, \tfrac14, \dots",
        ),
        citation: words(
            "J. Nocedal, S. J. Wright, Numerical Optimization, 2nd edition, Springer 2006, chapters 3 and 7; for this \
             likelihood D. R. Hunter, Annals of Statistics 32(1), 2004, section 3.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one gradient for each trial, one Hessian, and one pass over the pairs for each inner iteration"),
        limits: words(
            "Without damping a whole step can overshoot where strengths are far from right; from equal strengths it converged \
             on every set that we tried. Where maximum likelihood does not exist, each step moves the strengths that are \
             infinite by about 1 in log.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let damped = input.values.text("damping") == "backtracking";
    Ok(ranking.stepper(Newton::new(ranking.objective(), damped, input.values.real("cg_rtol"))))
}
