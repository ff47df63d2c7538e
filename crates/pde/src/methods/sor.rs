//! Successive over-relaxation.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, SeriesInfo, Stepper, Str,
    Values, words,
};
use iterscope_linear::{LinearSolver, Operator, Precision, Setup};

use super::adaptor::{self, LINEAR, SolverKind};
use super::nodal;
use super::sweep::{self, Sweep};
use crate::linear;
use crate::theory;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::switch(
        "auto",
        "optimal ω",
        "Take the ω that Young's theory finds best: 2 / (1 + sqrt(1 - ρ²)) with ρ the spectral radius of Jacobi, less where a \
         flow gives Jacobi complex eigenvalues",
        false,
    ),
    ParamInfo::real("omega", "ω", "Relaxation: 1 is Gauss-Seidel, 2 and above diverges", [0.05, 2.2], 1.5)
        .live()
        .when("auto", &["false"]),
];

static DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("omega", "ω", "The relaxation parameter in use, chosen or given").linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.sor"),
        label: Str::Borrowed("SOR"),
        summary: words(
            "Gauss-Seidel that goes further than it should: with the right ω the number of steps grows with the intervals per \
             side, not with their square. Just below that ω it is much slower, above it the rate is ω - 1.",
        ),
        math: words(
            r"u_i \leftarrow (1-\omega)\, u_i + \frac{\omega}{a_{ii}} \Bigl( b_i - \sum_{j \ne i} a_{ij}\, u_j \Bigr), \qquad \omega^\ast = \frac{2}{1 + \sqrt{1 - \rho_J^2}}",
        ),
        citation: words(
            "D. M. Young, Iterative methods for solving partial difference equations of elliptic type, Transactions of the AMS \
             76, 1954",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("one lexicographic sweep, 12 N flops"),
        limits: words(
            "Diverges for ω outside (0, 2), and for smaller ω already where the flow turns: there the eigenvalues of Jacobi are \
             complex, and the automatic ω, which rests on a bound for them, is cautious. Close to the optimal ω the error first grows: the iteration matrix is far from \
             normal there, and the rate shows late.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let omega = omega(input)?;
    adaptor::build(&Sor { omega }, input)
}

/// The relaxation: the one given, or the best by theory.
fn omega(input: &MethodInput<'_>) -> Result<f64, BuildError> {
    if !input.values.bool("auto") {
        return Ok(input.values.real("omega"));
    }
    let problem = linear::of(input)?;
    let (best, radius) = match problem.nodal() {
        Some((_, d)) => {
            let spectrum = theory::jacobi_spectrum(&problem.matrix, d);
            let best = spectrum.optimal_omega();
            ((spectrum.sor(best) < 1.0).then_some(best), spectrum.radius())
        }
        // Young's formula holds for consistently ordered matrices with real eigenvalues, as those in flux form are.
        None => {
            let radius = theory::jacobi_radius(&problem.matrix)?;
            let real = problem.facts.positive_definite && radius < 1.0;
            (real.then(|| 2.0 / (1.0 + (1.0 - radius * radius).sqrt())), radius)
        }
    };
    best.ok_or_else(|| {
        let why = format!(
            "there is no best value for this matrix: Jacobi's spectral radius is {radius:.4}. Switch this off and give one, or take MINRES or GMRES"
        );
        BuildError::new("auto", why)
    })
}

fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let omega = omega(input).ok()?;
    let auto = input.values.bool("auto");
    let remedy = |spectrum: &theory::Spectrum| {
        let best = spectrum.optimal_omega();
        theory::relaxation(&PARAMS[1], omega, best, |omega| spectrum.sor(omega)).filter(|_| !auto)
    };
    let Some((problem, d)) = nodal(input) else {
        // The weight that is best on this grid is not the one on coarser ones.
        let spectrum = theory::symmetric_spectrum(linear::of(input).ok()?);
        let remedy = spectrum.as_ref().and_then(remedy);
        let best = spectrum.filter(|_| auto).map(|s| theory::prediction(None, &s, s.sor(omega), "", None));
        return Some(best.or_else(|| theory::rehearse(&Sor { omega }, input))?.with_remedy(remedy));
    };
    let spectrum = theory::jacobi_spectrum(&problem.matrix, d);
    let why = match theory::loss_of_dominance(d) {
        _ if omega >= 2.0 => Some("SOR cannot converge for ω outside (0, 2) (Kahan)".to_owned()),
        None if omega > 1.0 => Some("ω is too large for a flow of this strength".to_owned()),
        why => why,
    };
    let mut p = theory::prediction(Some(d), &spectrum, spectrum.sor(omega), "", why);
    p.label = format!("omega = {omega:.4}, {}", p.label);
    p.words = format!("ω = {omega:.4} (best: {:.4}). {}", spectrum.optimal_omega(), p.words);
    Some(p.with_remedy(remedy(&spectrum)))
}

/// Makes the solver: a sweep with relaxation.
pub struct Sor {
    /// The relaxation.
    pub omega: f64,
}

impl SolverKind for Sor {
    fn solver<T: Precision>(&self, setup: &Setup<'_, T>, _: &Values) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        Ok(Box::new(Sweep::new(setup, self.omega, sweep::lexicographic(setup.matrix.len()), PARAMS)?))
    }
}
