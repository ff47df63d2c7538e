//! Fixed-point iterations that remember where they began.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, Stepper, Str, Values, words,
};
use iterscope_linear::solvers::fixed_point::{FixedPoint, Weights};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup};

use super::adaptor::{self, LINEAR, PRECONDITIONER, SolverKind};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "weights",
        "Next iterate",
        "What the image of the iterate is combined with",
        &[
            ("anchored", "the start, with weight 1/(k + 2)"),
            ("averaged", "the iterate, image with weight 2/(k + 3)"),
            ("image", "nothing"),
        ],
        "anchored",
    ),
    ParamInfo::component(
        PRECONDITIONER,
        "Preconditioner",
        "An approximate inverse of the matrix that each step applies",
        "preconditioner",
        &["fixed"],
        "jacobi",
    ),
    ParamInfo::real("omega", "Step size", "What the preconditioned residual is multiplied by", [1e-8, 10.0], 1.0)
        .log()
        .live(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("displacement", "Displacement", "Distance between the iterate and its image in the last step"),
    SeriesInfo::new(
        "displacement-change",
        "Change of the displacement",
        "Since half as many steps were done, relative: where it vanishes and the displacement does not, there is no solution",
    ),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.halpern"),
        label: Str::Borrowed("Anchored iteration"),
        summary: words(
            "A fixed-point iteration that is drawn back to its start, ever more weakly. It is no faster than the plain one where that contracts; where the equations have no \
             solution its displacement says so, and by how much they miss one.",
        ),
        math: words(
            r"u_{k+1} = \tfrac{1}{k+2}\, u_0 + \tfrac{k+1}{k+2}\, T u_k, \qquad T u = u + \omega M^{-1} (b - A u), \qquad u_k - T u_k \to v",
        ),
        citation: words(
            "B. Halpern, Fixed points of nonexpanding maps, Bulletin of the AMS 73, 1967; J. Park and E. K. Ryu, Accelerated infeasibility detection of constrained \
             optimization and fixed-point iterations, Proceedings of the 40th International Conference on Machine Learning, 2023; for the averages Iterate to accelerate, arXiv \
             2502.03787, 2025",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one residual, one application of the preconditioner"),
        limits: words(
            "The map must not expand: every eigenvalue of omega M^-1 A lies in the circle of radius 1 around 1. The promised rate of 1/k is for the worst map; a contraction by c per step \
             does better without, and averages fall like 1/k^2 only where c is at most 1/2.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Halpern, input)
}

/// Makes the solver.
pub struct Halpern;

impl SolverKind for Halpern {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let weights = match values.text("weights") {
            "averaged" => Weights::Averaged,
            "image" => Weights::Image,
            _ => Weights::Anchored,
        };
        Ok(Box::new(FixedPoint::new(setup.matrix.len(), weights, values.real("omega"))))
    }
}
