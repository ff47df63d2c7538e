//! The part of a flow on a graph that runs around its triangles, by conjugate gradients over the triangles.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{axpy, norm2};

use super::conjugate_gradients::{ConjugateGradients, System};
use crate::model::Games;

/// Triangles beyond this are not divided out.
const MOST: usize = 200_000;

/// The weighted least-squares fit of circulations around triangles to a flow: of all flows `W^-1 C^T phi` the nearest to Y, C
/// being the sums around the triangles. Potentials have no such sums, so nothing of them is fitted.
pub struct Curl {
    /// The pairs of each triangle i < j < k: (i, j), (j, k), (i, k).
    triangles: Vec<[u32; 3]>,
    inverse: Vec<f64>,
    /// The circulation around each triangle.
    phi: ConjugateGradients,
    /// By pair: the fitted flow times its weight, and the same of a direction.
    flow: Vec<f64>,
    along: Vec<f64>,
    start: f64,
    rest: f64,
}

impl Curl {
    /// For the flows of the pairs of `games`, each `(weight, flow)`; none where there are too many triangles, or where a pair
    /// stands twice, by who had the home advantage.
    pub fn new(games: &Games, flows: &[(f64, f64)]) -> Option<Curl> {
        if games.pairs_that_met() != games.pairs.len() {
            return None;
        }
        let triangles = triangles(games)?;
        let residual: Vec<f64> = triangles.iter().map(|t| around(t, |k| flows[k as usize].1)).collect();
        let start = norm2(&residual);
        Some(Curl {
            inverse: flows.iter().map(|(w, _)| 1.0 / w).collect(),
            phi: ConjugateGradients::new(residual),
            flow: vec![0.0; flows.len()],
            along: vec![0.0; flows.len()],
            rest: if start > 0.0 { 1.0 } else { 0.0 },
            start,
            triangles,
        })
    }

    /// Norm of the residual over that at the start.
    pub fn rest(&self) -> f64 {
        self.rest
    }

    /// One step of conjugate gradients.
    pub fn step(&mut self, work: &mut Work) {
        let mut sums = Sums { triangles: &self.triangles, inverse: &self.inverse, along: &mut self.along };
        let Some(length) = self.phi.step(&mut sums) else {
            // Only directions without a flow are left.
            self.rest = 0.0;
            return;
        };
        axpy(length, &self.along, &mut self.flow);
        self.rest = norm2(&self.phi.residual) / self.start;
        let triangles = self.triangles.len() as u64;
        work.operator += 1;
        work.flops += 20 * triangles + 4 * self.inverse.len() as u64;
        work.bytes += 120 * triangles;
    }

    /// The pairs of each triangle i < j < k: (i, j), (j, k), (i, k).
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// The fitted flow of each pair.
    pub fn flow(&self) -> impl Iterator<Item = f64> + '_ {
        self.flow.iter().zip(&self.inverse).map(|(f, w)| f * w)
    }

    /// Weighted square of the fitted flow.
    pub fn fitted(&self) -> f64 {
        self.flow.iter().zip(&self.inverse).fold(0.0, |sum, (f, w)| sum + f * f * w)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        self.phi.save(out);
        out.slice(&self.flow);
        out.real(self.rest);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.phi.load(from);
        from.slice(&mut self.flow);
        self.rest = from.real();
    }
}

/// The matrix `C W^-1 C^T`, which remembers the flow that it last made of circulations.
struct Sums<'a> {
    triangles: &'a [[u32; 3]],
    inverse: &'a [f64],
    along: &'a mut [f64],
}

impl System for Sums<'_> {
    fn precondition(&self, residual: &[f64], out: &mut [f64]) {
        out.copy_from_slice(residual);
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        spread(self.triangles, x, self.along);
        for (y, t) in y.iter_mut().zip(self.triangles) {
            *y = around(t, |k| self.inverse[k as usize] * self.along[k as usize]);
        }
    }
}

/// Sum around a triangle of what `of` says of its pairs.
pub fn around(t: &[u32; 3], of: impl Fn(u32) -> f64) -> f64 {
    of(t[0]) + of(t[1]) - of(t[2])
}

/// The transposed sums: what circulations `phi` bring to each pair.
fn spread(triangles: &[[u32; 3]], phi: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (t, phi) in triangles.iter().zip(phi) {
        out[t[0] as usize] += phi;
        out[t[1] as usize] += phi;
        out[t[2] as usize] -= phi;
    }
}

/// All triangles; none where they are too many. Each is found from its smallest item, in the order of the pairs.
fn triangles(games: &Games) -> Option<Vec<[u32; 3]>> {
    let mut pair_with: Vec<u32> = vec![u32::MAX; games.items];
    let mut found = Vec::new();
    for i in 0..games.items {
        let later = || games.of(i).filter(|m| m.opponent as usize > i);
        for m in later() {
            pair_with[m.opponent as usize] = m.pair;
        }
        for m in later() {
            for third in games.of(m.opponent as usize).filter(|t| t.opponent > m.opponent) {
                let long = pair_with[third.opponent as usize];
                if long != u32::MAX {
                    if found.len() == MOST {
                        return None;
                    }
                    found.push([m.pair, third.pair, long]);
                }
            }
        }
        for m in later() {
            pair_with[m.opponent as usize] = u32::MAX;
        }
    }
    Some(found)
}
