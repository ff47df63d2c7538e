//! Weighted Jacobi.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, Stepper, Str, Values, words,
};
use iterscope_linear::preconditioners::jacobi::Jacobi;
use iterscope_linear::solvers::richardson::Richardson;
use iterscope_linear::{LinearSolver, Operator, Precision, Preconditioner, Setup};

use super::adaptor::{self, LINEAR, SolverKind};
use super::nodal;
use crate::{linear, theory};

static PARAMS: &[ParamInfo] = &[ParamInfo::real(
    "omega",
    "ω",
    "Weight of the correction; 1 is plain Jacobi, 4/5 damps the rough part of the error best, above 1 diverges",
    [0.01, 2.0],
    1.0,
)
.live()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.jacobi"),
        label: Str::Borrowed("Jacobi"),
        summary: words(
            "Corrects every unknown at once by its own residual. Rough parts of the error vanish in a few steps, smooth ones \
             hardly at all: the number of steps grows with the square of the intervals per side.",
        ),
        math: words(r"u^{k+1} = u^k + \omega D^{-1}\left(b - A u^k\right), \qquad D = \operatorname{diag}(A)"),
        citation: words(
            "C. G. J. Jacobi, Ueber eine neue Auflösungsart der bei der Methode der kleinsten Quadrate vorkommenden lineären \
             Gleichungen, Astronomische Nachrichten 22, 1845; R. S. Varga, Matrix Iterative Analysis, 1962, chapter 3",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32, Backend::WebgpuF32]),
        step: words("one sweep over all unknowns, 13 N flops"),
        limits: words(
            "Diverges for ω above 2 / (1 + ρ), for central differences at large cell Peclet numbers and for a reaction that is \
             negative enough. In single precision the residual stalls near 1e-7 times the condition number.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&WeightedJacobi, input)
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let omega = input.values.real("omega");
    let remedy = |spectrum: &theory::Spectrum| {
        let best = spectrum.optimal_weight();
        theory::relaxation(&PARAMS[0], omega, best, |omega| spectrum.weighted_jacobi(omega))
    };
    let Some((problem, d)) = nodal(input) else {
        let spectrum = theory::symmetric_spectrum(linear::of(input).ok()?);
        let known =
            spectrum.map(|s| theory::prediction(None, &s, s.weighted_jacobi(omega), "", None).with_remedy(remedy(&s)));
        return known.or_else(|| theory::rehearse(&WeightedJacobi, input));
    };
    let spectrum = theory::jacobi_spectrum(&problem.matrix, d);
    let rho = spectrum.weighted_jacobi(omega);
    let mut why = theory::loss_of_dominance(d);
    if why.is_none() && omega > 1.0 {
        why = Some(format!("ω = {omega} is above 2 / (1 + ρ) of plain Jacobi"));
    }
    let formula = if spectrum.exact && omega == 1.0 && theory::is_poisson(d) { "rho = cos(pi h)" } else { "" };
    Some(theory::prediction(Some(d), &spectrum, rho, formula, why).with_remedy(remedy(&spectrum)))
}

/// Makes the solver: Richardson's iteration with the weighted inverse of the diagonal.
pub struct WeightedJacobi;

impl SolverKind for WeightedJacobi {
    const STATIONARY: bool = true;

    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(Richardson::new(setup.matrix.len(), 1.0)))
    }

    fn preconditioner<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn Preconditioner<T>>, BuildError> {
        Ok(Box::new(Jacobi::new(setup, values.real("omega"))?))
    }
}
