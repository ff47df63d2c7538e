//! The Hessian of orders written out. The covariance of a choice is the Laplacian of all who could be chosen, with the product
//! of their chances as the weight of each two; so the sum over all choices is the Laplacian of who ran against whom.

use super::likelihood::ChoiceProbabilities;
use super::model::OrderModel;
use crate::model::likelihood::shares;

/// The off-diagonal entries, negated, and the prior's part of the diagonal.
#[derive(Clone, Debug)]
pub struct Links {
    /// Two items, the smaller number first, and their weight; sorted.
    pub edges: Vec<(u32, u32, f64)>,
    /// By item; 0 without a prior.
    pub prior: Vec<f64>,
}

/// Visits of two members of a contest that writing it out would take.
pub fn cost(model: &OrderModel) -> usize {
    model.contests.all().map(|r| r.members.len() * r.members.len()).sum()
}

/// Writes it out at log-strengths `log`.
pub fn links(model: &OrderModel, log: &[f64]) -> Links {
    let contests = &model.contests;
    let mut chances = ChoiceProbabilities::new(contests);
    chances.fill(contests, log);
    // Sums of the squared inverse sums of strengths, by stage; where the places and stages of each contest start.
    let mut squares = chances.inverse.clone();
    let mut starts = Vec::with_capacity(contests.len());
    let (mut place, mut stage) = (0, 0);
    for contest in contests.all() {
        starts.push((place, stage));
        let mut sum = 0.0;
        for s in &mut squares[stage..stage + contest.stages] {
            sum += *s * *s;
            *s = sum;
        }
        place += contest.members.len();
        stage += contest.stages;
    }
    let mut edges = Vec::new();
    let mut weight = vec![0.0; contests.items];
    let mut touched = Vec::new();
    for i in 0..contests.items {
        for entry in contests.of_item(i) {
            let contest = contests.contest(entry.contest as usize);
            let (place, stage) = starts[entry.contest as usize];
            let own = contest.count * chances.weight[place + entry.position as usize];
            for (q, &j) in contest.members.iter().enumerate().filter(|(_, j)| **j as usize > i) {
                let last = q.min(entry.position as usize).min(contest.stages - 1);
                if weight[j as usize] == 0.0 {
                    touched.push(j);
                }
                weight[j as usize] += own * chances.weight[place + q] * squares[stage + last];
            }
        }
        // A weight that vanished is touched more than once.
        touched.sort_unstable();
        touched.dedup();
        for j in touched.drain(..) {
            edges.push((i as u32, j, weight[j as usize]));
            weight[j as usize] = 0.0;
        }
    }
    let curvature = |s: &f64| {
        let q = shares(*s, f64::NEG_INFINITY);
        2.0 * q.first * q.second
    };
    let prior = if model.has_prior() { log.iter().map(curvature).collect() } else { vec![0.0; contests.items] };
    Links { edges, prior }
}
