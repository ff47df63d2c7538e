//! Richardson's iteration with any preconditioner.

use iterscope_core::{
    Backend, BuildError, Fix, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, Values,
    few_digits, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup, solvers::richardson};

use super::adaptor::{self, ANY, LINEAR, PRECONDITIONER, SolverKind};
use crate::{linear, theory};

static PARAMS: &[ParamInfo] = &[
    ANY,
    ParamInfo::real("omega", "Step size", "What the preconditioned residual is multiplied by", [1e-8, 10.0], 1.0)
        .log()
        .live(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.richardson"),
        label: Str::Borrowed("Richardson"),
        summary: words(
            "The residual, preconditioned, is added to the iterate: what Jacobi, SSOR or multigrid are when they run by themselves. Its rate is the spectral radius of I - M^-1 A.",
        ),
        math: words(r"u_{k+1} = u_k + \omega\, M^{-1} (b - A u_k)"),
        citation: words(
            "L. F. Richardson, The approximate arithmetical solution by finite differences of physical problems, Philosophical Transactions of the Royal Society A 210, 1911",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one residual, one application of the preconditioner"),
        limits: words(
            "Diverges unless every eigenvalue of omega M^-1 A lies in the circle of radius 1 around 1: without a preconditioner omega must be below 2 over the largest eigenvalue, which is about 8 / h^2 in two dimensions.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Richardson, input)
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    Some(theory::rehearse(&Richardson, input)?.with_remedy(remedy(input)))
}

/// The step size that is best without a preconditioner, 2 over the sum of the outer eigenvalues.
fn remedy(input: &MethodInput<'_>) -> Option<Fix> {
    let problem = linear::of(input).ok().filter(|_| input.values.text(PRECONDITIONER) == "none")?;
    let found = theory::interval(problem, input.seed)?;
    let rho = |omega: f64| (1.0 - omega * found.low).abs().max((1.0 - omega * found.high).abs());
    let best = 2.0 / (found.low + found.high);
    let [now, least] = [input.values.real("omega"), best].map(rho);
    let good = |omega: f64| omega <= best && rho(omega) < 1.0 && libm::log(rho(omega)) <= 0.9 * libm::log(least);
    theory::worth_a_change(now, least).then(|| Fix::set(&PARAMS[1], few_digits(best, good).into()))
}

/// Makes the solver.
pub struct Richardson;

impl SolverKind for Richardson {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(richardson::Richardson::new(setup.matrix.len(), values.real("omega"))))
    }
}
