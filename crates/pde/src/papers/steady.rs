//! Claims about eigensolvers, alternating directions and elimination.

use std::f64::consts::PI;

use iterscope_core::{BuildError, Finding, Outcome, Value, Values, Work};
use iterscope_kernels::compiled;
use iterscope_linear::Matrix;
use iterscope_linear::eigen::lanczos::Lanczos;
use iterscope_linear::eigen::rayleigh::Rayleigh;
use iterscope_linear::eigen::subspace::Subspace;
use iterscope_linear::eigen::{EigenSolver, residual};
use iterscope_linear::factors::Factors;
use iterscope_linear::preconditioners::identity::Identity;

use super::{late_rate, set_up, solver};
use crate::methods::adi::Adi;
use crate::methods::eigen::factors;
use crate::problems::eigen::{self, EigenProblem, Spectrum};

/// An eigenproblem by its parameters.
fn modes(given: &[(&str, Value)]) -> Result<EigenProblem, BuildError> {
    let given = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let values = Values::resolve(&eigen::PROBLEM.info.params, &given).map_err(|mut e| e.remove(0))?;
    eigen::build(&values)
}

fn known(problem: &EigenProblem) -> Result<&Spectrum, BuildError> {
    problem.spectrum().ok_or_else(|| BuildError::new("n", "the eigenvalues are not known"))
}

fn step(solver: &mut dyn EigenSolver, a: &Matrix<f64>) -> Outcome {
    solver.step(a, &mut Identity, &mut Work::default())
}

/// The membrane eigenvalue of the L-shape, by extrapolation from three grids.
pub fn l_shape() -> Result<Vec<Finding>, BuildError> {
    let lowest = |n: i64| -> Result<Vec<f64>, BuildError> {
        let shape = "not (x >= 0 and y <= 0)";
        let corner = Value::Real(-1.0);
        let p = modes(&[
            ("n", n.into()),
            ("x_min", corner.clone()),
            ("y_min", corner),
            ("domain", shape.into()),
            ("modes", 3.into()),
        ])?;
        Ok(known(&p)?.lowest.clone())
    };
    let [coarse, middle, fine] = [lowest(24)?, lowest(48)?, lowest(96)?];
    // The error has the orders 4/3, which the corner takes, and 2.
    let without = |a: f64, b: f64, order: f64| {
        let factor = libm::exp2(order);
        (factor * b - a) / (factor - 1.0)
    };
    let twice = |i: usize| {
        let [one, two] = [[coarse[i], middle[i]], [middle[i], fine[i]]].map(|[a, b]| without(a, b, 4.0 / 3.0));
        without(one, two, 2.0)
    };
    let smooth = |i: usize| without(middle[i], fine[i], 2.0);
    Ok(vec![
        Finding::new("the lowest eigenvalue of the L-shape, 9.6397238440", 9.639_723_844, twice(0), 2e-5),
        Finding::new("the second, 15.1972519265", 15.197_251_926_5, smooth(1), 1e-4),
        Finding::new("the third, 2 pi^2 by formula", 2.0 * PI * PI, smooth(2), 1e-5),
    ])
}

/// The late factor per step of the residual of the last wanted mode, on a triangle, whose eigenvalues are simple.
pub fn subspace() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for (wanted, guard) in [(1, 0), (1, 2), (2, 1)] {
        let p = modes(&[("n", 24.into()), ("modes", (wanted as i64).into()), ("domain", "x + y < 1".into())])?;
        let s = known(&p)?;
        let mut solver = Subspace::new(p.len(), wanted, guard, factors(&p, 0.0)?, 7);
        let mut scratch = vec![0.0; p.len()];
        let mut off = |solver: &mut Subspace| {
            let value = solver.values()[wanted - 1];
            residual(&*p.matrix, value, &solver.vectors()[wanted - 1], &mut scratch)
        };
        (0..10).for_each(|_| _ = step(&mut solver, &p.matrix));
        let before = off(&mut solver);
        (0..10).for_each(|_| _ = step(&mut solver, &p.matrix));
        let measured = libm::pow(off(&mut solver) / before, 0.1);
        let claim = format!(
            "modes of a triangle, {wanted} wanted, {guard} more: the residual falls by lambda_{wanted} / lambda_{} per step",
            wanted + guard + 1
        );
        findings.push(Finding::new(claim, s.lowest[wanted - 1] / s.lowest[wanted + guard], measured, 0.03));
    }
    Ok(findings)
}

/// How fast residuals of Rayleigh-quotient iteration fall, and whether one ever grows.
pub fn cubic() -> Result<Vec<Finding>, BuildError> {
    let p = modes(&[("n", 20.into()), ("domain", "x + y < 1".into())])?;
    let s = known(&p)?;
    let mut scratch = vec![0.0; p.len()];
    let (mut looked, mut larger, mut grown) = (0.0, 0.0, 0.0);
    for seed in 0..6 {
        let mut solver = Rayleigh::new(&p.matrix, 0.0, 1, seed);
        let mut residuals = Vec::new();
        while step(&mut solver, &p.matrix) == Outcome::Continue && residuals.len() < 12 {
            let value = solver.values()[0];
            residuals.push(residual(&*p.matrix, value, &solver.vectors()[0], &mut scratch));
        }
        let value = solver.values()[0];
        // The gap is known among the lowest alone.
        if value > s.lowest[s.lowest.len() - 2] {
            continue;
        }
        grown += residuals.windows(2).filter(|w| w[1] > w[0] && w[0] > 1e-10).count() as f64;
        let mut distances: Vec<f64> = s.lowest.iter().map(|l| (l - value).abs()).collect();
        distances.sort_by(f64::total_cmp);
        let gap = distances[1];
        for w in residuals[1..].windows(2).filter(|w| w[0] < 0.1 * gap && w[1] > 1e-9) {
            looked += 1.0;
            larger += f64::from(w[1] > 1.05 * w[0] * w[0] * w[0] / (gap * gap));
        }
    }
    // Nothing looked at shows nothing.
    let larger = if looked > 0.0 { larger } else { f64::NAN };
    Ok(vec![
        Finding::new(
            "steps near the end in which the residual exceeds its third power by the square of the gap",
            0.0,
            larger,
            0.0,
        ),
        Finding::new("steps in which the residual grows", 0.0, grown, 0.0),
    ])
}

/// Chebyshev's polynomial of the first kind beyond its interval.
fn chebyshev(k: u32, x: f64) -> f64 {
    let (mut before, mut now) = (1.0, x);
    for _ in 1..k {
        (before, now) = (now, 2.0 * x * now - before);
    }
    if k == 0 { before } else { now }
}

/// The bound of Kaniel, Paige and Saad on the lowest Ritz value, at every step.
pub fn kaniel_paige() -> Result<Vec<Finding>, BuildError> {
    let p = modes(&[("n", 24.into()), ("modes", 1.into())])?;
    let s = known(&p)?;
    let (low, next) = (s.lowest[0], s.lowest[1]);
    let mut solver = Lanczos::new(p.len(), 1, 80, None, 3);
    let start = solver.vectors()[0].clone();
    // The lowest mode of the square is a product of sines.
    let n = 24;
    let mut mode: Vec<f64> = (0..p.len())
        .map(|k| libm::sin(PI * (k % 23 + 1) as f64 / n as f64) * libm::sin(PI * (k / 23 + 1) as f64 / n as f64))
        .collect();
    let size = compiled::norm2(&mode);
    mode.iter_mut().for_each(|x| *x /= size);
    let cosine = compiled::dot(&start, &mode).abs();
    let tangent = (1.0 - cosine * cosine).sqrt() / cosine;
    let gamma = (next - low) / (s.highest - next);
    let (mut above, mut below, mut risen, mut before) = (0.0, 0.0, 0.0, f64::INFINITY);
    for k in 1..=80 {
        step(&mut solver, &p.matrix);
        let value = solver.values()[0];
        let growth = tangent / chebyshev(k - 1, 1.0 + 2.0 * gamma);
        above += f64::from(value - low > (s.highest - low) * growth * growth + 1e-10);
        below += f64::from(value < low - 1e-10);
        risen += f64::from(value > before + 1e-10);
        before = value;
    }
    Ok(vec![
        Finding::new(
            "steps of 80 in which the lowest Ritz value exceeds the bound of Kaniel, Paige and Saad",
            0.0,
            above,
            0.0,
        ),
        Finding::new("steps in which it lies below the lowest eigenvalue", 0.0, below, 0.0),
        Finding::new("steps in which it rises", 0.0, risen, 0.0),
    ])
}

/// Rates of alternating directions on the square.
pub fn directions() -> Result<Vec<Finding>, BuildError> {
    let mut findings = Vec::new();
    for n in [16, 32] {
        let problem = set_up(n, &[("source", "if(sin(9*x*y + 3*x) > 0, 1, -1)")])?;
        let sine = libm::sin(PI / n as f64);
        let rate = late_rate(&problem, solver(&problem, &Adi, &[("shifts", 1.into())])?, 30, 30);
        let claim = format!("one shift, n = {n}: the rate is that of the best SOR, (1 - sin pi h) / (1 + sin pi h)");
        findings.push(Finding::new(claim, (1.0 - sine) / (1.0 + sine), rate, 1e-3));
    }
    // With two shifts for [a, b] the largest factor of a cycle is ((sqrt(m) - sqrt(g)) / (sqrt(m) + sqrt(g)))^2 of the means m and g of a and b.
    let n = 16;
    let problem = set_up(n, &[("source", "if(sin(9*x*y + 3*x) > 0, 1, -1)")])?;
    let wave = |j: f64| 4.0 * (n * n) as f64 * libm::pow(libm::sin(j * PI / (2 * n) as f64), 2.0);
    let (a, b) = (wave(1.0), wave((n - 1) as f64));
    let (mean, geometric) = ((0.5 * (a + b)).sqrt(), libm::pow(a * b, 0.25));
    let cycle = libm::pow((mean - geometric) / (mean + geometric), 2.0);
    let rate = late_rate(&problem, solver(&problem, &Adi, &[("shifts", 2.into())])?, 10, 14);
    findings.push(Finding::new(
        "two shifts, n = 16: the rate per step by the means of the ends",
        cycle.sqrt(),
        rate,
        0.01,
    ));
    Ok(findings)
}

/// The growth of the factors of plane grids.
pub fn dissection() -> Result<Vec<Finding>, BuildError> {
    let entries = |n: i64| -> Result<f64, BuildError> {
        let problem = set_up(n, &[])?;
        let factors =
            Factors::affordable(problem.matrix.rows()).map_err(|_| BuildError::new("n", "there are no factors"))?;
        Ok(factors.entries() as f64 / problem.rhs.len() as f64)
    };
    let [coarse, middle, fine] = [entries(32)?, entries(64)?, entries(128)?];
    let claim = |n: u32| format!("entries for each unknown, n = {} against n = {n}: as log n", 2 * n);
    Ok(vec![
        Finding::new(claim(32), 6.0 / 5.0, middle / coarse, 0.1),
        Finding::new(claim(64), 7.0 / 6.0, fine / middle, 0.1),
    ])
}
