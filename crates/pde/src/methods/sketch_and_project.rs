//! Sketch and project.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::sketch};

use super::adaptor::{self, LINEAR, SolverKind};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "sketch",
        "Sketch",
        "Which combinations of equations are drawn",
        &[("rows", "some of the equations"), ("normal", "combinations with normal weights")],
        "rows",
    ),
    ParamInfo::int("size", "Sketch size", "Combinations at a time", [1, 400], 40).log(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.sketch-and-project"),
        label: Str::Borrowed("Sketch and project"),
        summary: words(
            "Projects onto a few random combinations of the equations at a time: Kaczmarz with blocks. A larger sketch gains more per step and costs more.",
        ),
        math: words(r"u_{k+1} = u_k + A^T S\, (S^T A A^T S)^{-1} S^T (b - A u_k)"),
        citation: words(
            "R. M. Gower and P. Richtárik, Randomized iterative methods for linear systems, SIAM Journal on Matrix Analysis and Applications 36, 2015",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one projection onto q combinations"),
        limits: words("The rate is an expectation over the sketches, and follows the squared condition number."),
        plateaus: false,
    },
    build,
    predict: None,
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&SketchAndProject, input)
}

/// Makes the solver.
pub struct SketchAndProject;

impl SolverKind for SketchAndProject {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let (q, n) = (values.size("size"), setup.matrix.len());
        if q > n {
            return Err(BuildError::new("size", format!("must be at most {n}, the number of unknowns")));
        }
        let draw = if values.text("sketch") == "normal" { sketch::Draw::Normal } else { sketch::Draw::Rows };
        Ok(Box::new(sketch::Sketch::new(setup.matrix, draw, q, setup.seed)))
    }
}
