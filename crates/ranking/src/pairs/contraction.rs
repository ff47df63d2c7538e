//! The spectral radius of a pass over pairs, linearised at the optimum; see [`crate::solvers::power_iteration`].

use crate::model::PairModel;
use crate::model::hessian::Hessian;
use crate::pairs::optimum::Optimum;
use crate::solvers::power_iteration::{affordable, growth, level};

/// The spectral radius of one linearised pass of the family's member `alpha`; none where the games are too many.
pub fn factor(model: &PairModel, optimum: &Optimum, alpha: f64, simultaneous: bool, rescale: bool) -> Option<f64> {
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
        level(model.has_prior().then_some(&hessian.prior[..]), rescale, &mut v[..items]);
    })
}

/// Entry `i` of H v.
fn row(model: &PairModel, hessian: &Hessian, i: usize, v: &[f64]) -> f64 {
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
fn weights(model: &PairModel, optimum: &Optimum, alpha: f64) -> Vec<f64> {
    let n = model.games.items;
    let mut weights = vec![0.0; n + 1];
    for (p, [first, second, tie]) in model.games.pairs.iter().zip(&optimum.outcomes) {
        weights[p.i as usize] += p.points() * (second + 0.5 * tie);
        weights[p.j as usize] += p.points_against() * (first + 0.5 * tie);
        weights[n] += p.tied * (first + second + alpha * tie);
    }
    for (i, w) in weights.iter_mut().take(n).enumerate() {
        let mut points = model.games.points[i];
        if model.has_prior() {
            *w += 1.0 - optimum.p[i];
            points += 1.0;
        }
        *w += alpha * (points - *w);
    }
    weights
}
