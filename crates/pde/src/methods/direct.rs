//! Elimination.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, SeriesInfo, Stepper, Str, Values, words,
};
use iterscope_linear::solvers::direct::{self, Elimination};
use iterscope_linear::{LinearSolver, Precision, Setup};

use super::adaptor::{self, LINEAR, SolverKind};

static PARAMS: &[ParamInfo] = &[ParamInfo::choice(
    "solver",
    "Solver",
    "Sparse factors after nested dissection (banded ones where the matrix is not symmetric), banded factors, or sine transforms where the \
     coefficients are constant on a box with given values on all sides",
    &[("cholesky", "sparse factors"), ("banded", "banded factors"), ("sine-transform", "sine transforms")],
    "cholesky",
)];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("fill", "Fill", "Entries of the factors for each entry of the matrix; zero for sine transforms")
        .linear(),
    SeriesInfo::new(
        "negative",
        "Negative pivots",
        "As many as there are negative eigenvalues (Sylvester's law of inertia); not known where rows were exchanged",
    )
    .linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.direct"),
        label: Str::Borrowed("Direct"),
        summary: words(
            "Elimination: what every iteration is up against. One step solves; a further one refines what rounding left. On plane grids hard to \
             beat up to some hundred thousand unknowns, in space much sooner.",
        ),
        math: words(r"P A P^T = L D L^T, \qquad u \leftarrow u + A^{-1} (b - A u)"),
        citation: words(
            "A. George, Nested dissection of a regular finite element mesh, SIAM Journal on Numerical Analysis 10, 1973; T. A. Davis, Algorithm 849: a concise \
             sparse Cholesky factorization package, ACM Transactions on Mathematical Software 31, 2005; R. W. Hockney, A fast direct solution of Poisson's \
             equation using Fourier analysis, Journal of the ACM 12, 1965",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one solve with the factors, whose making is counted with the first step"),
        limits: words(
            "Memory: factors of plane grids take n log n entries, of grids in space n^(4/3), and banded ones far more. Singular matrices are refused.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Direct, input)
}

/// Makes the solver.
pub struct Direct;

impl SolverKind for Direct {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let elimination = match values.text("solver") {
            "banded" => Elimination::Banded,
            "sine-transform" => Elimination::Sines,
            _ => Elimination::Sparse,
        };
        Ok(Box::new(direct::Direct::new(setup, elimination)?))
    }
}
