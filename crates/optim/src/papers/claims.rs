//! The claims, measured.

use iterscope_core::{BuildError, Finding, Outcome, ParamInfo, Params, Value, Values, Work};
use iterscope_kernels::rng::Rng;

use super::{Beale, Diagonal, Formula, Function, Logistic, MatrixSquares, Rosenbrock, SumOfSquares};
use crate::algorithm::Algorithm;
use crate::forward::{self, Forward};
use crate::fosi::{self, Fosi};
use crate::objective::Objective;
use crate::optex::{self, OptEx};
use crate::params;
use crate::proxprox::{self, ProxProx};
use crate::stochastic::Stochastic;

/// Parameters by key.
type Given<'a> = &'a [(&'a str, Value)];

/// A set-up that cannot be built is a claim that fails.
fn listed(findings: Result<Vec<Finding>, BuildError>) -> Vec<Finding> {
    findings.unwrap_or_else(|e| vec![Finding::new(format!("the set-up can be built ({e})"), 1.0, f64::NAN, 0.0)])
}

fn values(schema: &[ParamInfo], given: Given<'_>) -> Result<Values, BuildError> {
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(schema, &given).map_err(|mut errors| errors.swap_remove(0))
}

fn stochastic(f: &mut dyn Objective, given: Given<'_>, length: f64, seed: u64) -> Result<Stochastic, BuildError> {
    let start = vec![0.0; f.size()];
    let mut made = Stochastic::new(f, &start, &values(params::PARAMS, given)?, seed)?;
    if length > 0.0 {
        made.set_length(length);
    }
    Ok(made)
}

fn advance(algorithm: &mut dyn Algorithm, f: &mut dyn Objective, steps: u64) {
    for _ in 0..steps {
        if algorithm.step(f, &mut Work::default()) != Outcome::Continue {
            return;
        }
    }
}

/// The first step after which `gap` of the result is below each limit; infinite where that takes more than `most`.
fn steps_below(
    algorithm: &mut dyn Algorithm,
    f: &mut dyn Objective,
    limits: &[f64],
    most: u64,
    mut gap: impl FnMut(&[f64]) -> f64,
) -> Vec<f64> {
    let mut found = vec![f64::INFINITY; limits.len()];
    for k in 1..=most {
        algorithm.step(f, &mut Work::default());
        let now = gap(algorithm.result());
        for (found, limit) in found.iter_mut().zip(limits) {
            if now < *limit && found.is_infinite() {
                *found = k as f64;
            }
        }
        if found.iter().all(|k| k.is_finite()) {
            break;
        }
    }
    found
}

fn text(value: &str) -> Value {
    Value::from(value)
}

/// Schedules, averages and no schedule at all: card of Defazio and others, 2023 and 2024, and DoG.
pub fn schedules() -> Vec<Finding> {
    listed(measure_schedules())
}

fn measure_schedules() -> Result<Vec<Finding>, BuildError> {
    let mut f = Logistic::new([1000, 1000], &[1.0; 20], 0.0, 3);
    let best = f.minimiser();
    let least = f.value(&best);
    let gap = |f: &mut Logistic, given: Given<'_>, length: f64, epochs: u64| -> Result<f64, BuildError> {
        let mut sum = 0.0;
        for rep in 0..5 {
            let mut all = given.to_vec();
            all.push(("order", text("with-replacement")));
            all.push(("horizon", Value::Int(epochs as i64)));
            let mut run = stochastic(f, &all, length, 1000 + rep)?;
            advance(&mut run, f, epochs);
            sum += f.value(run.result()) - least;
        }
        Ok(sum / 5.0)
    };
    let beta = |b: f64| ("momentum", Value::Real(b));
    let (plain, linear, free) = (text("plain"), text("linear-decay"), text("schedule-free"));
    let mut out = Vec::new();
    let mut measured = Vec::new();
    for (words, given, per_horizon) in [
        ("constant step, last iterate", vec![("rule", plain)], [(0.0625, 2.446e-2), (0.03125, 1.158e-2)]),
        ("linear decay, last iterate", vec![("rule", linear)], [(0.125, 1.277e-2), (0.0625, 4.416e-3)]),
        ("schedule-free, β = 0.9", vec![("rule", free.clone()), beta(0.9)], [(0.125, 1.842e-2), (0.03125, 6.232e-3)]),
        (
            "schedule-free, β = 0: the plain average",
            vec![("rule", free), beta(0.0)],
            [(0.125, 1.185e-2), (0.0625, 3.614e-3)],
        ),
        ("DoG, average", vec![("rule", text("dog"))], [(0.0, 4.202e-1), (0.0, 2.943e-2)]),
    ] {
        for (epochs, (length, figure)) in [1, 4].into_iter().zip(per_horizon) {
            let found = gap(&mut f, &given, length, epochs)?;
            measured.push(found);
            let claim = format!(
                "Logistic regression, 1000 rows, one at a time, {} updates: {words}, mean gap over 5 orders (best step of a grid)",
                1000 * epochs
            );
            out.push(Finding::new(claim, figure, found, 1e-3));
        }
    }
    let claim =
        "The same, 4000 updates: schedule-free (β = 0.9) ends as low as linear decay, as promised (ratio of gaps)";
    out.push(Finding::not_reproduced(claim, 1.0, measured[5] / measured[3], 0.1));
    let claim = "The same, 4000 updates: DoG ends as low as the best constant step, averaged (ratio of gaps); it does so at \
                 16,000";
    out.push(Finding::not_reproduced(claim, 1.0, measured[9] / measured[7], 0.1));
    let (long, tuned) = (gap(&mut f, &[("rule", text("dog"))], 0.0, 16)?, 9.0e-4);
    out.push(Finding::new(
        "The same, 16,000 updates: DoG without a step, against the tuned average",
        tuned,
        long,
        0.07,
    ));
    Ok(out)
}

/// Orders: Cha, Lee, Yun 2023, and GraB.
pub fn orders() -> Vec<Finding> {
    listed(measure_orders())
}

fn measure_orders() -> Result<Vec<Finding>, BuildError> {
    let (n, d) = (64usize, 8);
    let mut f = SumOfSquares::new(n, d, 17);
    let least = f.value(&f.minimiser());
    let curvature = f.smallest_curvature();
    let mut out = Vec::new();
    let mut gap = |order: &str, epochs: u64| -> Result<f64, BuildError> {
        let total = n as f64 * epochs as f64;
        let length = (libm::log(total) / (curvature * total)).min(0.2);
        let mut sum = 0.0;
        for rep in 0..10 {
            let mut rng = Rng::new(500 + rep);
            if order == "reshuffling" || order == "with-replacement" {
                // The program that the figures come from draws a permutation beforehand.
                rng.permutation(n);
            }
            let given: Given<'_> = &[("rule", text("plain")), ("order", text(order))];
            let mut run = stochastic(&mut f, given, length, rng.state())?;
            advance(&mut run, &mut f, epochs);
            sum += f.value(run.result()) - least;
        }
        Ok(sum / 10.0)
    };
    let mut slopes = Vec::new();
    for (order, words, figures) in [
        ("with-replacement", "with replacement", [3.685e-2, 8.293e-3, 3.114e-3]),
        ("reshuffling", "shuffled each epoch", [1.821e-3, 5.292e-5, 1.239e-6]),
        ("shuffle-once", "shuffled once", [4.269e-3, 3.897e-4, 3.371e-5]),
        ("grab", "GraB", [1.249e-4, 8.414e-6, 7.204e-7]),
        ("grab-pair", "GraB by pairs", [1.456e-4, 3.897e-6, 1.990e-7]),
    ] {
        let mut found = [0.0; 3];
        for ((epochs, figure), found) in [8, 32, 128].into_iter().zip(figures).zip(&mut found) {
            *found = gap(order, epochs)?;
            let claim = format!("64 quadratics in 8 dimensions, {epochs} epochs, {words}: mean gap of 10 runs");
            out.push(Finding::new(claim, figure, *found, 1e-3));
        }
        slopes.push(libm::log(found[2] / found[1]) / libm::log(4.0));
    }
    let claim = "The same: slope in K of shuffling each epoch on quadratics, theory 1/K³";
    out.push(Finding::new(claim, -3.0, slopes[1], 0.12));
    let claim = "The same: slope in K of GraB, theory 1/K²";
    out.push(Finding::not_reproduced(claim, -2.0, slopes[3], 0.1));
    Ok(out)
}

/// DoG and U-DoG on whole gradients.
pub fn distance() -> Vec<Finding> {
    listed(measure_distance())
}

fn measure_distance() -> Result<Vec<Finding>, BuildError> {
    let mut f = Logistic::new([500, 1], &[1.0; 30], 0.0, 81);
    let best = f.minimiser();
    let least = f.value(&best);
    let mut out = Vec::new();
    let mut run = stochastic(&mut f, &[("rule", text("dog")), ("parts", Value::Int(1))], 0.0, 1)?;
    for (steps, last, mean) in [(100, 1.205e-1, 2.013e-1), (900, 2.960e-9, 3.315e-4)] {
        advance(&mut run, &mut f, steps);
        let words = format!("Logistic regression, 500 rows, {} whole gradients", if steps == 100 { 100 } else { 1000 });
        out.push(Finding::new(format!("{words}: DoG, last iterate"), last, f.value(run.at()) - least, 1e-2));
        out.push(Finding::new(format!("{words}: DoG, average"), mean, f.value(run.result()) - least, 1e-3));
    }
    let mut run = stochastic(&mut f, &[("rule", text("u-dog")), ("parts", Value::Int(1))], 0.0, 1)?;
    advance(&mut run, &mut f, 100);
    let found = f.value(run.result()) - least;
    out.push(Finding::new("The same, 100 updates: U-DoG without damping", 5.246e-8, found, 1e-2));
    let mut f = Logistic::new([500, 500], &[1.0; 30], 0.0, 81);
    let mut rng = Rng::new(3);
    rng.uniform();
    let given: Given<'_> = &[("rule", text("dog")), ("order", text("with-replacement"))];
    let mut run = stochastic(&mut f, given, 0.0, rng.state())?;
    advance(&mut run, &mut f, 20);
    out.push(Finding::new("The same, 10,000 rows drawn: DoG, average", 8.329e-3, f.value(run.result()) - least, 1e-3));
    Ok(out)
}

/// FOSI on the quadratics of its paper.
pub fn hybrid() -> Vec<Finding> {
    listed(measure_hybrid())
}

fn measure_hybrid() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    for (c, alone) in [(5.0, 2.507688), (10.0, 5.015376), (50.0, 25.07688), (200.0, 100.3056)] {
        let mut curvatures = vec![c];
        let mut next = 1.0;
        for _ in 1..100 {
            curvatures.push(next);
            next /= 1.5;
        }
        let length = 2.0 / (c + next * 1.5);
        let mut f = Diagonal::new(curvatures);
        let start = [1.0; 100];
        let given: Given<'_> = &[
            ("base", text("plain")),
            ("newton", Value::Real(1.0)),
            ("stretch", Value::Real(1e9)),
            ("every", Value::Int(1000)),
        ];
        let mut run = Fosi::new(&mut f, &start, &values(fosi::PARAMS, given)?, 1);
        run.set_length(length);
        advance(&mut run, &mut f, 200);
        let claim =
            format!("Quadratic, d = 100, largest curvature {c}, 200 steps: FOSI with 10 vectors on gradient descent");
        out.push(Finding::new(claim, 5.999459e-5, f.value(run.result()), 1e-5));
        let plain: Given<'_> = &[("rule", text("plain")), ("parts", Value::Int(1))];
        let mut run = Stochastic::new(&mut f, &start, &values(params::PARAMS, plain)?, 1)?;
        run.set_length(length);
        advance(&mut run, &mut f, 200);
        out.push(Finding::new("The same: gradient descent alone", alone, f.value(run.result()), 1e-6));
    }
    Ok(out)
}

/// OptEx: rounds against N.
pub fn ahead() -> Vec<Finding> {
    listed(measure_ahead())
}

fn measure_ahead() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    let mut rounds = |words: &str,
                      n: i64,
                      f: &mut dyn Objective,
                      x: &[f64],
                      limit,
                      figure: f64,
                      gap: &mut dyn FnMut(&[f64]) -> f64| {
        let mut run = OptEx::new(f, x, &values(optex::PARAMS, &[("ahead", Value::Int(n))])?);
        run.set_length(0.01);
        // The kernel matrix of eight close points is nearly singular: rounding decides some rounds.
        let tolerance = if n == 8 { 0.03 } else { 0.0 };
        let found = steps_below(&mut run, f, &[limit], 5000, gap)[0];
        out.push(Finding::new(format!("{words}: rounds with N = {n}, Adam as base"), figure, found, tolerance));
        Ok::<(), BuildError>(())
    };
    for (n, figure) in [(1, 3815.0), (2, 1905.0), (4, 946.0), (8, 517.0)] {
        let (mut f, mut same) = (Function::new(Rosenbrock(20)), Function::new(Rosenbrock(20)));
        rounds("Rosenbrock, d = 20, to 1", n, &mut f, &[-0.5; 20], 1.0, figure, &mut |x| same.value(x))?;
    }
    for (n, figure) in [(1, 269.0), (2, 135.0), (4, 68.0), (8, 34.0)] {
        let curvatures: Vec<f64> = (1..=20).map(f64::from).collect();
        let (mut f, same) = (Diagonal::new(curvatures.clone()), Diagonal::new(curvatures));
        rounds("Quadratic, curvatures 1 to 20, to 1e-4", n, &mut f, &[1.0; 20], 1e-4, figure, &mut |x| same.value(x))?;
    }
    Ok(out)
}

/// Shampoo on a badly conditioned matrix problem.
pub fn matrices() -> Vec<Finding> {
    listed(measure_matrices())
}

fn measure_matrices() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    let mut ends = Vec::new();
    for (rule, length, figures) in [
        ("plain", 1.0, [1.867e-1, 2.889e-2]),
        ("adam", 0.125, [2.736e-2, 7.317e-4]),
        ("shampoo", 4.0, [3.070e-2, 3.943e-3]),
        ("shampoo-4bit", 4.0, [3.758653e-2, 4.393363e-3]),
    ] {
        let mut f = MatrixSquares::new(40, 30, 100.0, 91);
        let mut run = stochastic(&mut f, &[("rule", text(rule)), ("parts", Value::Int(1))], length, 1)?;
        for (steps, figure) in [100, 900].into_iter().zip(figures) {
            advance(&mut run, &mut f, steps);
            let mut gradient = vec![0.0; f.size()];
            let found = f.gradient(crate::Sample::Whole, run.result(), &mut gradient, &mut Work::default());
            let after = if steps == 100 { 100 } else { 1000 };
            let claim =
                format!("40 x 30, Hessian of condition 1e8: {rule}, best step of a grid, value after {after} steps");
            // Long grafted steps enlarge what rounding does to the roots, and to the codes of four bits.
            out.push(Finding::new(claim, figure, found, if length > 1.0 { 0.04 } else { 1e-3 }));
            if steps == 900 {
                ends.push(found);
            }
        }
    }
    let claim = "The same: Shampoo ends below Adam (ratio of values; at most 1 claimed)";
    out.push(Finding::not_reproduced(claim, 1.0, ends[2] / ends[1], 0.0));
    let claim = "The same: 4-bit Shampoo ends about as low as Shampoo (ratio of values)";
    out.push(Finding::new(claim, 1.0, ends[3] / ends[2], 0.25));
    Ok(out)
}

/// Doubly adaptive scaling on badly scaled data.
pub fn scaling() -> Vec<Finding> {
    listed(measure_scaling())
}

fn measure_scaling() -> Result<Vec<Finding>, BuildError> {
    let scales: Vec<f64> = (0..40).map(|k| libm::pow(10.0, -2.0 + 3.0 * f64::from(k) / 39.0)).collect();
    let mut f = Logistic::new([500, 1], &scales, 1e-3, 51);
    let best = f.minimiser();
    let least = f.value(&best);
    let mut same = Logistic::new([500, 1], &scales, 1e-3, 51);
    let curvature = crate::curvature::largest(&mut f, crate::Sample::Whole, &[0.0; 40]);
    let mut out = Vec::new();
    for (a, figures) in [(1e-2, [22.0, 112.0, 212.0, 300.0]), (1e-3, [47.0, 206.0, 320.0, 425.0])] {
        let given: Given<'_> = &[
            ("rule", text("scaling")),
            ("parts", Value::Int(1)),
            ("truncation", Value::Real(a / curvature)),
            ("probes", Value::Int(100)),
        ];
        let mut run = stochastic(&mut f, given, 0.0, 5)?;
        let limits = [1e-2, 1e-4, 1e-6, 1e-8];
        let found = steps_below(&mut run, &mut f, &limits, 600, |x| same.value(x) - least);
        for ((limit, figure), found) in limits.into_iter().zip(figures).zip(found) {
            let claim = format!("Logistic regression, columns of sizes 0.01 to 10, a = {a}: updates to gap {limit:e}");
            out.push(Finding::new(claim, figure, found, 0.02));
        }
    }
    Ok(out)
}

/// Forward gradients in two dimensions.
pub fn forward_gradient() -> Vec<Finding> {
    listed(measure_forward())
}

fn measure_forward() -> Result<Vec<Finding>, BuildError> {
    let mut out = Vec::new();
    median_of_forward("Beale's function", || Beale, [0.5, 0.5], 0.01, [5.264e-5, 1.433e-15], &mut out)?;
    median_of_forward("Rosenbrock's function", || Rosenbrock(2), [-1.0, 0.0], 5e-4, [5.053e-1, 2.713e-2], &mut out)?;
    Ok(out)
}

fn median_of_forward<F: Formula>(
    name: &str,
    formula: impl Fn() -> F,
    start: [f64; 2],
    length: f64,
    figures: [f64; 2],
    out: &mut Vec<Finding>,
) -> Result<(), BuildError> {
    let mut ends: [Vec<f64>; 2] = Default::default();
    for seed in 700..720 {
        let mut f = Function::new(formula());
        let mut run = Forward::new(&mut f, &start, &values(forward::PARAMS, &[("moves", Value::Int(1000))])?, seed);
        run.set_length(length);
        for (ends, steps) in ends.iter_mut().zip([1, 4]) {
            advance(&mut run, &mut f, steps);
            ends.push(f.value(run.result()));
        }
    }
    for ((ends, figure), steps) in ends.iter_mut().zip(figures).zip([1000, 5000]) {
        ends.sort_by(f64::total_cmp);
        let median = 0.5 * (ends[9] + ends[10]);
        // Near rounding the value keeps few digits.
        let tolerance = if figure < 1e-12 { 0.1 } else { 1e-3 };
        out.push(Finding::new(format!("{name}, {steps} moves, median of 20 seeds"), figure, median, tolerance));
    }
    Ok(())
}

/// ProxProx with a tenth of the rows as proxy.
pub fn proxy() -> Vec<Finding> {
    listed(measure_proxy())
}

fn measure_proxy() -> Result<Vec<Finding>, BuildError> {
    let scales: Vec<f64> = (0..30).map(|k| libm::pow(0.05, f64::from(k) / 29.0)).collect();
    let mut f = Logistic::new([4000, 10], &scales, 1e-3, 111);
    let mut same = Logistic::new([4000, 10], &scales, 1e-3, 111);
    let best = f.minimiser();
    let least = f.value(&best);
    let limits = [1e-4, 1e-6, 1e-8];
    let mut out = Vec::new();
    for (step, figures) in [(1.0, [29.0, 69.0, 116.0]), (4.0, [9.0, 20.0, 32.0])] {
        let given: Given<'_> = &[("step", Value::Real(step)), ("inner", Value::Int(100))];
        let mut run = ProxProx::new(&mut f, &vec![0.0; 30], &values(proxprox::PARAMS, given)?);
        if step == 1.0 {
            let claim = "Logistic regression, 4000 rows, the first 400 as proxy: largest difference of curvatures";
            out.push(Finding::new(claim, 0.03154205824621028, run.difference(), 1e-2));
        }
        let found = steps_below(&mut run, &mut f, &limits, 200, |x| same.value(x) - least);
        for ((limit, figure), found) in limits.into_iter().zip(figures).zip(found) {
            let claim = format!(
                "The same: gradients of the objective to gap {limit:e} with η = {step}/δ (descent: 223, 539, 908)"
            );
            out.push(Finding::new(claim, figure, found, 1.01 / figure));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_is_measured() {
        for (name, run) in [
            ("schedules", schedules as fn() -> Vec<Finding>),
            ("orders", orders),
            ("distance", distance),
            ("hybrid", hybrid),
            ("ahead", ahead),
            ("matrices", matrices),
            ("scaling", scaling),
            ("forward", forward_gradient),
            ("proxy", proxy),
        ] {
            for f in run() {
                assert!(
                    f.ok != f.known_not_reproduced,
                    "{name}: {} measured {:e}, claimed {:e}",
                    f.claim,
                    f.measured,
                    f.expected
                );
            }
        }
    }
}
