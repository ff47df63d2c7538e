//! The part of a flow on a graph that runs around its triangles, by conjugate gradients over the triangles.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::reduce::{axpy, dot, norm2, xpby};

use crate::model::Games;

/// Triangles beyond this are not divided out.
const MOST: usize = 200_000;

/// The weighed least-squares fit of circulations around triangles to a flow: of all flows `W^-1 C^T phi` the nearest to Y, C
/// being the sums around the triangles. Potentials have no such sums, so nothing of them is fitted.
pub struct Curl {
    /// The pairs of each triangle i < j < k: (i, j), (j, k), (i, k).
    triangles: Vec<[u32; 3]>,
    inverse: Vec<f64>,
    phi: Vec<f64>,
    residual: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
    /// By pair: the fitted flow times its weight, and the same of a direction.
    flow: Vec<f64>,
    along: Vec<f64>,
    start: f64,
    square: f64,
    rest: f64,
}

impl Curl {
    /// For the flows of the pairs of `games`, each `(weight, flow)`; none where there are too many triangles, or where a pair
    /// stands twice, by who had the advantage of the place.
    pub fn new(games: &Games, flows: &[(f64, f64)]) -> Option<Curl> {
        if games.pairs_that_met() != games.pairs.len() {
            return None;
        }
        let triangles = triangles(games)?;
        let residual: Vec<f64> = triangles.iter().map(|t| around(t, |k| flows[k as usize].1)).collect();
        let start = norm2(&residual);
        Some(Curl {
            inverse: flows.iter().map(|(w, _)| 1.0 / w).collect(),
            phi: vec![0.0; triangles.len()],
            search: vec![0.0; triangles.len()],
            image: vec![0.0; triangles.len()],
            flow: vec![0.0; flows.len()],
            along: vec![0.0; flows.len()],
            square: 0.0,
            rest: if start > 0.0 { 1.0 } else { 0.0 },
            start,
            residual,
            triangles,
        })
    }

    /// Norm of the residual over that at the start.
    pub fn rest(&self) -> f64 {
        self.rest
    }

    /// One step of conjugate gradients.
    pub fn step(&mut self, work: &mut Work) {
        let old = self.square;
        self.square = dot(&self.residual, &self.residual);
        if self.square == 0.0 {
            self.rest = 0.0;
            return;
        }
        if old == 0.0 {
            self.search.copy_from_slice(&self.residual);
        } else {
            xpby(&self.residual, self.square / old, &mut self.search);
        }
        spread(&self.triangles, &self.search, &mut self.along);
        for (image, t) in self.image.iter_mut().zip(&self.triangles) {
            *image = around(t, |k| self.inverse[k as usize] * self.along[k as usize]);
        }
        let curvature = dot(&self.search, &self.image);
        if curvature <= 0.0 || curvature.is_nan() {
            // Only directions without a flow are left.
            self.rest = 0.0;
            return;
        }
        let length = self.square / curvature;
        axpy(length, &self.search, &mut self.phi);
        axpy(-length, &self.image, &mut self.residual);
        axpy(length, &self.along, &mut self.flow);
        self.rest = norm2(&self.residual) / self.start;
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

    /// Weighed square of the fitted flow.
    pub fn fitted(&self) -> f64 {
        self.flow.iter().zip(&self.inverse).fold(0.0, |sum, (f, w)| sum + f * f * w)
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        for list in [&self.phi, &self.residual, &self.search, &self.flow] {
            out.slice(list);
        }
        out.real(self.square);
        out.real(self.rest);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        for list in [&mut self.phi, &mut self.residual, &mut self.search, &mut self.flow] {
            from.slice(list);
        }
        self.square = from.real();
        self.rest = from.real();
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
