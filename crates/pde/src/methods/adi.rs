//! Alternating directions.

use iterscope_core::naming::grouped;
use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, ParamInfo, Prediction, SeriesInfo, Stepper, Str,
    Values, words,
};
use iterscope_linear::solvers::{adi, douglas};
use iterscope_linear::{LinearSolver, Precision, Setup};

use super::adaptor::{self, NEIGHBOURS, SolverKind};
use crate::linear;
use crate::referee::RESIDUAL;

static PARAMS: &[ParamInfo] = &[ParamInfo::int(
    "shifts",
    "Shifts",
    "Number of shifts in a cycle; with more, each cycle does more than its share",
    [1, 32],
    8,
)];

static DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new("shift", "ρ", "The shift of the last step")];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.adi"),
        label: Str::Borrowed("Alternating directions"),
        summary: words(
            "All lines along x exactly, then all lines along y, with a shift that changes from step to step: each removes another part of the spectrum. On a \
             rectangle with separable coefficients the number of steps grows with the logarithm of the intervals alone.",
        ),
        math: words(
            r"(H + \rho_k I)\, u^{*} = b - (V - \rho_k I)\, u_k, \qquad (V + \rho_k I)\, u_{k+1} = b - (H - \rho_k I)\, u^{*}, \qquad A = H + V",
        ),
        citation: words(
            "D. W. Peaceman and H. H. Rachford, The numerical solution of parabolic and elliptic differential equations, Journal of the Society for \
             Industrial and Applied Mathematics 3, 1955; E. L. Wachspress, Optimum alternating-direction-implicit iteration parameters for a model \
             problem, Journal of the Society for Industrial and Applied Mathematics 10, 1962; J. Douglas, Alternating direction methods for three space variables, \
             Numerische Mathematik 4, 1962",
        ),
        params: List::Borrowed(PARAMS),
        problems: NEIGHBOURS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words("a tridiagonal solve along every line of both directions, 32 N flops"),
        limits: words(
            "Boxes with given values on all sides alone. In three dimensions it is Douglas' method with the shifts of two, which are not the best there. Where the coefficients are not separable, the directions do not commute and a cycle of \
             several shifts may diverge; one shift converges.",
        ),
        plateaus: false,
    },
    build,
    predict: Some(predict),
};

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    adaptor::build(&Adi, input)
}

/// The mean factor per step of a cycle, for commuting directions.
fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let problem = linear::of(input).ok()?;
    let (shape, coarsening) = (problem.shape.as_deref(), problem.coarsening.as_ref());
    let setup = Setup { shape, coarsening, ..Setup::new(&problem.matrix) };
    let count = input.values.size("shifts");
    let ([a, b], cycle) = if shape.is_some_and(|shape| shape.len() == 3) {
        let solver = douglas::Douglas::new(&setup, count).ok()?;
        let [a, b] = solver.interval();
        ([a, b], douglas::cycle_factor(&solver.shifts(), a, b))
    } else {
        let solver = adi::Adi::new(&setup, count).ok()?;
        let [a, b] = solver.interval();
        ([a, b], adi::cycle_factor(&solver.shifts(), a, b))
    };
    let mut p = Prediction {
        series: Str::Borrowed(RESIDUAL),
        start: 1.0,
        factor: libm::pow(cycle, 1.0 / count as f64),
        points: Vec::new(),
        bound: false,
        label: "Wachspress' shifts".to_owned(),
        remedy: None,
        words: String::new(),
    };
    let steps = p.steps_to(1e-8).map_or(String::new(), |n| format!(": about {} steps to 1e-8", grouped(n as usize)));
    p.words = format!(
        "The directions have their eigenvalues in [{a:.2}, {b:.0}]. A cycle of {count} leaves {cycle:.2e} of the error where they commute, {:.4} for each step{steps}.",
        p.factor
    );
    Some(p)
}

/// Makes the solver.
pub struct Adi;

impl SolverKind for Adi {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let shifts = values.size("shifts");
        if setup.shape.is_some_and(|shape| shape.len() == 3) {
            return Ok(Box::new(douglas::Douglas::new(setup, shifts)?));
        }
        Ok(Box::new(adi::Adi::new(setup, shifts)?))
    }
}
