//! What theory expects of methods on nonlinear problems.

use iterscope_core::{Prediction, Str, Values, Work};
use iterscope_kernels::compiled;
use iterscope_linear::factors::Factors;
use iterscope_linear::inner_solver::{self, InnerSolver};
use iterscope_linear::preconditioners::KINDS;

use super::NonlinearProblem;
use crate::methods::newton::{self, Newton};
use crate::referee::RESIDUAL;
use iterscope_core::{ComponentInfo, Iteration, Outcome, Params, component};

/// Up to so many unknowns the solution is found, and the map linearised there, before a run.
const MOST_UNKNOWNS: usize = 20_000;
/// Steps of the power iteration.
const POWER_STEPS: usize = 60;

/// The solution that Newton's method finds from the start of a problem.
pub fn solution(problem: &NonlinearProblem) -> Option<Vec<f64>> {
    let components: Vec<&ComponentInfo> = inner_solver::SOLVERS.iter().chain(KINDS.iter().map(|k| &k.info)).collect();
    let values: Values = component::resolve(&newton::METHOD.info.params, &components, &Params::new()).ok()?;
    let solver = InnerSolver::build(&values).ok()?;
    let mut newton = Newton::new(
        Box::new(problem.system()),
        Some(problem.energy()),
        &problem.initial,
        problem.scale,
        solver,
        &values,
    )
    .ok()?;
    let mut work = Work::default();
    for _ in 0..100 {
        if newton.estimate() <= 1e-11 {
            return Some(newton.iterate().to_vec());
        }
        if !matches!(newton.step(&mut work), Outcome::Continue) {
            break;
        }
    }
    (newton.estimate() <= 1e-9).then(|| newton.iterate().to_vec())
}

/// The factor per step of Picard's iteration with relaxation `omega`: the largest eigenvalue in modulus of `I - omega A(u)^-1 F'(u)` at the solution,
/// among those that the error of the start takes part in, by a power iteration from that error.
pub fn picard(problem: &NonlinearProblem, omega: f64) -> Option<Prediction> {
    let model = &*problem.model;
    let n = model.len();
    if n > MOST_UNKNOWNS {
        return None;
    }
    let u = solution(problem)?;
    let mut values = model.values();
    let (mut lagged, mut jacobian) = (model.pattern(true).ok()?, model.pattern(false).ok()?);
    let (mut rhs, mut f) = (vec![0.0; n], vec![0.0; n]);
    model.lagged(&u, &mut values, &mut lagged, &mut rhs);
    model.jacobian(&u, &mut values, &mut jacobian);
    let mut factors = Factors::new(&lagged).ok()?;
    let mut error: Vec<f64> = problem.initial.iter().zip(&u).map(|(a, b)| a - b).collect();
    let mut image = vec![0.0; n];
    let mut factor = 0.0;
    let mut before = compiled::norm2(&error);
    if before == 0.0 {
        return None;
    }
    for step in 0..POWER_STEPS {
        jacobian.matvec(&error, &mut image);
        factors.solve(&mut image);
        compiled::axpy(-omega, &image, &mut error);
        let size = compiled::norm2(&error);
        if size.is_nan() || size <= 1e-290 * before {
            factor = 0.0;
            break;
        }
        // The mean over the second half, in case the sign alternates.
        if step >= POWER_STEPS / 2 {
            factor += libm::log(size / before) / (POWER_STEPS - POWER_STEPS / 2) as f64;
        }
        error.iter_mut().for_each(|e| *e *= 1.0 / size);
        before = 1.0;
    }
    let factor = if factor == 0.0 { 0.0 } else { libm::exp(factor) };
    model.residual(&problem.initial, &mut values, &mut f);
    let more = if factor < 1.0 { "It converges, linearly" } else { "It diverges in the end" };
    Some(Prediction {
        series: Str::Borrowed(RESIDUAL),
        start: compiled::norm2(&f) / problem.scale,
        factor: factor.max(f64::EPSILON),
        points: Vec::new(),
        bound: false,
        label: "ρ(I − ω A⁻¹ F′)".into(),
        remedy: None,
        words: format!(
            "{more}: at the solution the derivative of its map multiplies the error of the start by {factor:.4} per step."
        ),
    })
}
