//! Geometric multigrid as a method of its own.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{
    LinearSolver, Operator, Precision, Preconditioner, Setup, preconditioners::multigrid, solvers::richardson,
};

use super::adaptor::{self, GRIDS, SolverKind};
use crate::theory;

const PARAMS: &[ParamInfo] = &multigrid::params(false);

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.multigrid"),
        label: Str::Borrowed("Multigrid"),
        summary: words(
            "Smooths on every grid of a hierarchy: what is left on each is smooth there and rough on the next. The number of steps does not depend on the grid.",
        ),
        math: words(r"u \leftarrow S^{\nu_2}\bigl( S^{\nu_1} u + P A_H^{-1} R\,(b - A S^{\nu_1} u) \bigr)"),
        citation: words(
            "U. Trottenberg, C. Oosterlee and A. Schüller, Multigrid, 2001; A. Brandt, Multi-level adaptive solutions to boundary-value problems, Mathematics of Computation 31, 1977",
        ),
        params: List::Borrowed(PARAMS),
        problems: GRIDS,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one cycle: 4/3 times the work on the finest grid for a V-cycle in two dimensions"),
        limits: words(
            "Needs the unknowns of a whole box with an even number of intervals, and best a power of two. Point smoothers lose their effect where one direction is much stronger: take lines or coarsen one axis.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::two_grids(input).or_else(|| theory::rehearse(&Multigrid, input))),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Multigrid, input)
}

/// Makes the solver.
pub struct Multigrid;

impl SolverKind for Multigrid {
    const STATIONARY: bool = true;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(richardson::Richardson::new(setup.matrix.len(), 1.0)))
    }

    fn preconditioner<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
        T::build(&multigrid::KIND, setup, values)
    }
}
