//! The rate at which passes over orders close in on the optimum: as for pairs, a pass acts on the error as one sweep of
//! `v_i <- v_i - (H v)_i / (A_i + alpha C_i)`.

use super::instance::OrderInstance;
use super::links::{cost, links};
use super::model::OrderModel;
use super::suffix::Suffixes;
use crate::solvers::power_iteration::{MOST_VISITS, affordable, growth, level};

/// The spectral radius of one linearised pass of the family's member `alpha`; none where the optimum is unknown or the contests
/// are too many.
pub fn factor(ranking: &OrderInstance, alpha: f64, simultaneous: bool, rescale: bool) -> Option<f64> {
    let (model, optimum) = (ranking.model(), ranking.optimum()?);
    if cost(&model) > MOST_VISITS {
        return None;
    }
    let laplacian = links(&model, &optimum.at.log);
    let sweeps = affordable(2 * laplacian.edges.len())?;
    let weights = weights(&model, &optimum.at.log, alpha);
    let n = model.contests.items;
    let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    for &(i, j, w) in &laplacian.edges {
        rows[i as usize].push((j, w));
        rows[j as usize].push((i, w));
    }
    let row = |i: usize, v: &[f64]| {
        let flow = rows[i].iter().fold(0.0, |sum, (j, w)| sum + w * (v[i] - v[*j as usize]));
        (laplacian.prior[i] * v[i] + flow) / weights[i]
    };
    let prior = model.has_prior().then_some(&laplacian.prior[..]);
    let mut old = vec![0.0; n];
    growth(sweeps, n, |v| {
        if simultaneous {
            old.copy_from_slice(v);
            (0..n).for_each(|i| v[i] -= row(i, &old));
        } else {
            for i in 0..n {
                v[i] -= row(i, v);
            }
        }
        level(prior, rescale, v);
    })
}

/// A + alpha C of each item.
fn weights(model: &OrderModel, log: &[f64], alpha: f64) -> Vec<f64> {
    let contests = &model.contests;
    let pi: Vec<f64> = log.iter().map(|s| libm::exp(*s)).collect();
    let mut suffixes = Suffixes::new(contests);
    suffixes.fill(contests, &pi);
    let mut weights = vec![0.0; contests.items];
    for (k, contest) in contests.all().enumerate() {
        let sums = suffixes.of(k);
        for (q, &i) in contest.members[..contest.stages].iter().enumerate() {
            weights[i as usize] += contest.count * sums[q + 1] / sums[q];
        }
    }
    for ((w, pi), won) in weights.iter_mut().zip(&pi).zip(&contests.won) {
        let (more, all) = if model.has_prior() { (1.0 / (1.0 + pi), won + 1.0) } else { (0.0, *won) };
        *w += more;
        *w += alpha * (all - *w);
    }
    weights
}
