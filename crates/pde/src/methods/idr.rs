//! IDR(s).

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Stepper, Str, Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::idr};

use super::adaptor::{self, FIXED, LINEAR, Needs, SolverKind};
use crate::theory;

static PARAMS: &[ParamInfo] =
    &[FIXED, ParamInfo::int("s", "Shadow vectors s", "1 is close to BiCGStab, 8 to full GMRES", [1, 64], 4)];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.idr"),
        label: Str::Borrowed("IDR(s)"),
        summary: words(
            "Short recurrences for any matrix: residuals are forced into shrinking spaces. A larger s comes closer to full GMRES, at a few more vectors.",
        ),
        math: words(
            r"r_k \in \mathcal{G}_j, \qquad \mathcal{G}_{j+1} = (I - \omega_{j+1} A)\,(\mathcal{G}_j \cap \mathcal{S}), \qquad \operatorname{codim} \mathcal{S} = s",
        ),
        citation: words(
            "M. B. van Gijzen and P. Sonneveld, Algorithm 913: an elegant IDR(s) variant that efficiently exploits biorthogonality properties, ACM Transactions on Mathematical Software 38, 2011",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one product with A, one application of the preconditioner"),
        limits: words(
            "The residual is jagged. The fixed vectors are random: another seed gives a few steps more or less.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(|input| theory::rehearse(&IdrKind, input)),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&IdrKind, input)
}

/// Makes the solver.
pub struct IdrKind;

impl SolverKind for IdrKind {
    const NEEDS: Needs = Needs::Fixed;

    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(idr::Idr::new(setup.matrix.len(), values.size("s"), setup.seed)))
    }
}
