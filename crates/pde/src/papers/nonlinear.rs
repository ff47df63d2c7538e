//! What the literature says of nonlinear steady problems, measured.

use iterscope_core::{BuildError, ComponentInfo, Finding, Iteration, Params, Value, Values, Work, component};
use iterscope_kernels::compiled;
use iterscope_linear::factors::Factors;
use iterscope_linear::inner_solver::InnerSolver;

use crate::methods::newton::{METHOD, Newton};
use crate::nonlinear::model::add;
use crate::nonlinear::{NonlinearProblem, theory};
use crate::problems::{bratu, minimal_surface, p_laplace};

fn values(info: &[iterscope_core::ParamInfo], given: &[(&str, Value)]) -> Result<Values, BuildError> {
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(info, &given).map_err(|mut e| e.remove(0))
}

/// The largest `lambda` at which the difference equation has a solution on the lower branch: solutions are found by their value in the
/// middle, along which nothing folds, and a parabola through three of them has its top there.
fn fold(dimension: usize, n: i64) -> Result<f64, BuildError> {
    let given = [("dimension", dimension.to_string().as_str().into()), ("n", n.into()), ("lambda", 0.0.into())];
    let problem = bratu::build(&values(&bratu::PROBLEM.info.params, &given)?)?;
    let model = &*problem.model;
    let size = model.len();
    let middle = size / 2;
    let (mut u, mut lambda) = (vec![0.0; size], 0.0);
    let mut matrix = model.pattern(false)?;
    let (mut scratch, mut f, mut push) = (model.values(), vec![0.0; size], vec![0.0; size]);
    let mut at = |height: f64| -> f64 {
        for _ in 0..30 {
            model.residual(&u, &mut scratch, &mut f);
            model.jacobian(&u, &mut scratch, &mut matrix);
            for k in 0..size {
                push[k] = libm::exp(u[k]);
                f[k] += lambda * push[k];
                add(&mut matrix, k, k, -lambda * push[k]);
            }
            let Ok(mut factors) = Factors::new(&matrix) else { return f64::NAN };
            factors.solve(&mut f);
            factors.solve(&mut push);
            let change = (height - u[middle] - f[middle]) / push[middle];
            lambda += change;
            compiled::axpy(1.0, &f, &mut u);
            compiled::axpy(change, &push, &mut u);
            if change.abs() <= 1e-13 * lambda.abs() {
                break;
            }
        }
        lambda
    };
    let mut top = [1.187, 1.391, 1.61][dimension - 1];
    // Up the branch, then closer and closer to the top.
    (1..8).for_each(|k| {
        at(top * f64::from(k) / 8.0);
    });
    let mut best = 0.0;
    for width in [0.1, 0.01, 0.001] {
        let [low, high, mid] = [at(top - width), at(top + width), at(top)];
        let (slope, bend) = (0.5 * (high - low), high - 2.0 * mid + low);
        best = mid - 0.5 * slope * slope / bend;
        top -= width * slope / bend;
    }
    Ok(best)
}

/// The fold of the differential equation, from grids of `n` and `2 n` intervals, whose errors are in the ratio 4.
fn extrapolated(dimension: usize, n: i64) -> Result<f64, BuildError> {
    let (coarse, fine) = (fold(dimension, n)?, fold(dimension, 2 * n)?);
    Ok(fine + (fine - coarse) / 3.0)
}

/// Folds of Bratu's equation.
pub(super) fn folds() -> Result<Vec<Finding>, BuildError> {
    Ok(vec![
        Finding::new("fold of the difference equation, 1-D, n = 32", 3.512_044_932_444_155_6, fold(1, 32)?, 1e-9),
        Finding::new("fold on the interval, extrapolated", bratu::FOLDS[0], extrapolated(1, 128)?, 1e-7),
        Finding::new("fold on the square, extrapolated", bratu::FOLDS[1], extrapolated(2, 24)?, 1e-5),
        Finding::new("fold on the cube, extrapolated", bratu::FOLDS[2], extrapolated(3, 8)?, 1e-3),
    ])
}

fn newton(problem: &NonlinearProblem, given: &[(&str, Value)]) -> Result<Newton, BuildError> {
    let components: Vec<&ComponentInfo> = crate::methods::COMPONENTS.to_vec();
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    let values = component::resolve(&METHOD.info.params, &components, &given).map_err(|mut e| e.remove(0))?;
    let solver = InnerSolver::build(&values)?;
    Newton::new(Box::new(problem.system()), Some(problem.energy()), &problem.initial, problem.scale, solver, &values)
}

/// The largest error of Scherk's surface, its area, and the steps of Newton's method.
fn scherk(n: i64) -> Result<[f64; 3], BuildError> {
    let given = [("n", n.into()), ("exact", "log(cos(y - 1/2)/cos(x - 1/2))".into())];
    let problem = minimal_surface::build(&values(&minimal_surface::PROBLEM.info.params, &given)?)?;
    let mut newton = newton(&problem, &[])?;
    let mut steps = 0.0;
    while newton.estimate() > 1e-12 && steps < 20.0 {
        newton.step(&mut Work::default());
        steps += 1.0;
    }
    let (u, grid) = (newton.iterate(), &problem.model.discrete.grid);
    let error = problem.model.discrete.nodes.iter().zip(u).map(|(&node, u)| {
        let [x, y, _] = grid.coordinates(node);
        (u - libm::log(libm::cos(y - 0.5) / libm::cos(x - 0.5))).abs()
    });
    let worst = error.fold(0.0, f64::max);
    let mut scratch = problem.model.values();
    Ok([worst, problem.model.energy(u, &mut scratch) * problem.model.volume(), steps])
}

/// Scherk's surface.
pub(super) fn surface() -> Result<Vec<Finding>, BuildError> {
    let (coarse, fine) = (scherk(16)?, scherk(32)?);
    Ok(vec![
        Finding::new("largest error, n = 32", 5.327_918_062_569_825e-7, fine[0], 1e-3),
        Finding::new("order of the largest error", 2.0, libm::log2(coarse[0] / fine[0]), 0.02),
        Finding::new("area of the surface, n = 32", 1.087_245_963_837_638_8, fine[1], 1e-4),
        Finding::new("Newton steps from the harmonic start to a residual of 1e-12", 3.0, fine[2], 0.0),
    ])
}

/// The rates of Newton's and Picard's iterations.
pub(super) fn rates() -> Result<Vec<Finding>, BuildError> {
    let given = [("dimension", "1".into()), ("n", 64.into()), ("lambda", 3.0.into())];
    let problem = bratu::build(&values(&bratu::PROBLEM.info.params, &given)?)?;
    let order = |params: &[(&str, Value)], steps: usize| -> Result<f64, BuildError> {
        let mut newton = newton(&problem, params)?;
        let mut residuals = Vec::new();
        for _ in 0..steps {
            residuals.push(libm::log(newton.estimate()));
            newton.step(&mut Work::default());
        }
        let [.., a, b, c] = residuals[..] else { return Ok(f64::NAN) };
        Ok((c - b) / (b - a))
    };
    let mut findings = vec![Finding::new("order of Newton's method on Bratu's equation", 2.0, order(&[], 5)?, 0.06)];
    for p in [1.5, 2.5] {
        let given = [("dimension", "1".into()), ("p", p.into()), ("epsilon", 1e-8.into())];
        let problem = p_laplace::build(&values(&p_laplace::PROBLEM.info.params, &given)?)?;
        let factor = theory::picard(&problem, 1.0).map_or(f64::NAN, |p| p.factor);
        let claim = format!("factor of Picard's iteration on the p-Laplace equation in 1-D, |p - 2|, p = {p}");
        findings.push(Finding::new(claim, (p - 2.0_f64).abs(), factor, 1e-3));
    }
    Ok(findings)
}
