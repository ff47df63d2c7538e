//! The rate at which the fixed-point methods close in on the optimum, before they run.
//!
//! Near the optimum a pass with update quotient (A + alpha C)/(B + alpha C) acts on the error as one relaxed Gauss-Seidel
//! (or Jacobi) sweep with the Hessian: `v_i <- v_i - (H v)_i / (A_i + alpha C_i)`. Its spectral radius is the factor.

use iterscope_core::{MethodInput, Prediction, Str};
use iterscope_kernels::reduce::{norm2, scale};
use iterscope_kernels::rng::Rng;

use crate::hessian::Hessian;
use crate::model::Model;
use crate::optimum::Optimum;
use crate::orders;
use crate::subject::Subject;

/// Visits of a meeting, or of two members of a race, that an estimate may cost.
pub const MOST_VISITS: usize = 16_000_000;
const MOST_SWEEPS: usize = 400;
const FEWEST_SWEEPS: usize = 20;

/// The expected factor of the family's member `alpha`; none where the optimum is unknown or the games are too many.
pub fn predict(input: &MethodInput<'_>, alpha: f64) -> Option<Prediction> {
    let subject = Subject::of(input).ok()?;
    let simultaneous = input.values.text("update") == "simultaneous";
    let rescale = input.values.bool("rescale");
    let factor = match subject {
        Subject::Pairs(ranking) if !ranking.model().is_plain() => None,
        Subject::Pairs(ranking) => factor(&ranking.model(), ranking.optimum()?, alpha, simultaneous, rescale),
        Subject::Orders(ranking) => orders::rate::factor(ranking, alpha, simultaneous, rescale),
    }?;
    let mut objective = subject.objective();
    let mut slope = vec![0.0; objective.shape().width];
    objective.gradient(&objective.start(), &mut slope);
    let words = if factor < 0.995 || !simultaneous {
        format!(
            "Estimated: near the optimum each pass leaves {factor:.4} of the error, the spectral radius of the pass \
             linearised there, by a power iteration. The first passes may do better or worse."
        )
    } else {
        format!(
            "Estimated: updated all at once, each pass multiplies the error near the optimum by {factor:.4}: it does not \
             settle. Update in place instead."
        )
    };
    Some(Prediction {
        series: Str::Borrowed("gradient.rel"),
        start: norm2(&slope) / objective.gradient_scale(),
        factor,
        bound: false,
        label: "spectral radius of a pass, estimated".into(),
        words,
    })
}

/// Sweeps that can be afforded at `visits` each; none if those are too few.
pub fn affordable(visits: usize) -> Option<usize> {
    let sweeps = (MOST_VISITS / visits.max(1)).min(MOST_SWEEPS);
    (sweeps >= FEWEST_SWEEPS).then_some(sweeps)
}

/// By how much a linear sweep over `order` numbers makes them longer, in the end.
pub fn growth(sweeps: usize, order: usize, mut sweep: impl FnMut(&mut [f64])) -> Option<f64> {
    let mut v = vec![0.0; order];
    Rng::new(1).normal_fill(&mut v);
    // The growth over the last quarter of the sweeps; single factors may jump where the error turns.
    let last = sweeps / 4;
    let mut grown = 0.0;
    for k in 0..sweeps {
        sweep(&mut v);
        let size = norm2(&v);
        if size < 1e-150 {
            return Some(f64::MIN_POSITIVE);
        }
        scale(1.0 / size, &mut v);
        if k >= sweeps - last {
            grown += libm::log(size);
        }
    }
    Some(libm::exp(grown / last as f64))
}

/// The spectral radius of one linearised pass.
fn factor(model: &Model, optimum: &Optimum, alpha: f64, simultaneous: bool, rescale: bool) -> Option<f64> {
    let sweeps = affordable(2 * model.games.pairs.len())?;
    let mut hessian = Hessian::new(model);
    hessian.assemble(model, &optimum.at);
    let weights = weights(model, optimum, alpha);
    let (order, items) = (hessian.order(), model.games.items);
    let mut old = vec![0.0; order];
    let mut image = vec![0.0; order];
    growth(sweeps, order, |v| {
        if simultaneous {
            old.copy_from_slice(v);
            hessian.apply(model, &old, &mut image);
            for ((v, i), w) in v.iter_mut().zip(&image).zip(&weights).take(items) {
                *v -= i / w;
            }
        } else {
            for i in 0..items {
                v[i] -= row(model, &hessian, i, v) / weights[i];
            }
        }
        if order > items {
            hessian.apply(model, v, &mut image);
            v[order - 1] -= image[order - 1] / weights[order - 1];
        }
        level(model.prior().then_some(&hessian.prior[..]), rescale, &mut v[..items]);
    })
}

/// Entry `i` of H v.
fn row(model: &Model, hessian: &Hessian, i: usize, v: &[f64]) -> f64 {
    let mut sum = hessian.prior[i] * v[i];
    for m in model.games.of(i) {
        let k = m.pair as usize;
        sum += hessian.link[k] * (v[i] - v[m.opponent as usize]);
        if let Some(border) = hessian.border.get(k) {
            let first = model.games.pairs[k].i as usize == i;
            sum += if first { *border } else { -border } * v[model.games.items];
        }
    }
    sum
}

/// A + alpha C of each item, then of nu.
fn weights(model: &Model, optimum: &Optimum, alpha: f64) -> Vec<f64> {
    let n = model.games.items;
    let mut weights = vec![0.0; n + 1];
    for (p, [first, second, tie]) in model.games.pairs.iter().zip(&optimum.outcomes) {
        weights[p.i as usize] += p.points() * (second + 0.5 * tie);
        weights[p.j as usize] += p.points_against() * (first + 0.5 * tie);
        weights[n] += p.tied * (first + second + alpha * tie);
    }
    for (i, w) in weights.iter_mut().take(n).enumerate() {
        let mut points = model.games.points[i];
        if model.prior() {
            *w += 1.0 - optimum.p[i];
            points += 1.0;
        }
        *w += alpha * (points - *w);
    }
    weights
}

/// What a pass does about the common scale; `prior` is the prior's part of the Hessian's diagonal, where there is one.
pub fn level(prior: Option<&[f64]>, rescale: bool, items: &mut [f64]) {
    let weighed = |w: &dyn Fn(usize) -> f64| {
        let (mut sum, mut all) = (0.0, 0.0);
        for (i, v) in items.iter().enumerate() {
            sum += w(i) * v;
            all += w(i);
        }
        sum / all
    };
    let mean = match (prior, rescale) {
        (None, _) => weighed(&|_| 1.0),
        (Some(prior), true) => weighed(&|i| prior[i]),
        (Some(_), false) => 0.0,
    };
    items.iter_mut().for_each(|v| *v -= mean);
}
