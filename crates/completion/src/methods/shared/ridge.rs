//! The regularised least-squares objective of factors, and how far an iterate is from a stationary point of it.

use iterscope_core::{Criterion, SeriesInfo};
use iterscope_kernels::reduce::norm2;

use super::half_sweep::Ridge;
use crate::model::Entries;
use crate::model::factors::{Factors, inner};

/// What [`measure`] returns.
pub(crate) const DIAGNOSTICS: &[SeriesInfo] = &[OBJECTIVE, OPTIMALITY];

/// The objective.
pub(crate) const OBJECTIVE: SeriesInfo = SeriesInfo::new(
    "objective.ridge.rel",
    "objective with λ",
    "1/2 sum over seen entries of (U V' - M)^2 + lambda/2 (|U|^2 + |V|^2), with the weights of lambda that the method \
     uses, divided by its value at zero.",
);

/// The optimality condition.
pub(crate) const OPTIMALITY: SeriesInfo = SeriesInfo::new(
    "optimality.ridge.rel",
    "optimality",
    "Gradient of the objective with lambda: sqrt((|E V + lambda U|/|V|)^2 + (|E' U + lambda V|/|U|)^2) / |M on seen entries| for \
     the residual E, Frobenius norms. Zero exactly at stationary points; a run with lambda above 0 ends when it is at most the \
     tolerance.",
);

/// The criterion of a method whose first diagnostics from `place` on are [`DIAGNOSTICS`]: without regularisation the residual
/// and the gradient of the fit, which the referee measures, say all.
pub(crate) fn criterion(ridge: f64, place: usize) -> Option<Criterion> {
    (ridge > 0.0).then_some(Criterion { diagnostic: place + 1, label: "optimality", tolerance: None })
}

/// Objective and optimality of an iterate. With a mean, the last two columns of the factors hold it with the bias of the row,
/// and 1, in U; 1, and the bias of the column, in V: only the biases are free.
pub(crate) fn measure(entries: &Entries, x: &Factors, ridge: Ridge, mean: Option<f64>) -> [f64; 2] {
    let k = x.rank;
    let (mut gu, mut gv) = (vec![0.0; x.u.len()], vec![0.0; x.v.len()]);
    let mut fit = 0.0;
    for i in 0..entries.by_row.rows {
        let (u, gu) = (x.row(i), &mut gu[i * k..][..k]);
        let mut part = 0.0;
        for (j, m) in entries.by_row.row_iter(i) {
            let v = x.col(j);
            let e = inner(u, v) - m;
            part += e * e;
            let gv = &mut gv[j * k..][..k];
            for c in 0..k {
                gu[c] += e * v[c];
                gv[c] += e * u[c];
            }
        }
        fit += part;
    }
    let mut penalty = 0.0;
    for (a, g, by, left) in [(&x.u, &mut gu, &entries.by_row, true), (&x.v, &mut gv, &entries.by_col, false)] {
        for (i, (a, g)) in a.chunks_exact(k).zip(g.chunks_exact_mut(k)).enumerate() {
            let weight = ridge.of(by.row(i).0.len());
            for (c, (a, g)) in a.iter().zip(g).enumerate() {
                let free = match mean {
                    Some(mean) if c + 2 == k => left.then_some(a - mean),
                    Some(_) if c + 1 == k => (!left).then_some(*a),
                    _ => Some(*a),
                };
                match free {
                    Some(size) => {
                        *g += weight * size;
                        penalty += weight * size * size;
                    }
                    None => *g = 0.0,
                }
            }
        }
    }
    let scale = 0.5 * entries.norm * entries.norm;
    let part = |g: &[f64], other: &[f64]| {
        let size = norm2(other);
        if size == 0.0 { 0.0 } else { norm2(g) / size }
    };
    let (a, b) = (part(&gu, &x.v), part(&gv, &x.u));
    [0.5 * (fit + penalty) / scale, (a * a + b * b).sqrt() / entries.norm]
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    fn setting() -> (Entries, Factors) {
        let mut rng = Rng::new(2);
        let mut triplets = Vec::new();
        for e in 0..30u32 {
            if e % 3 > 0 {
                triplets.push((e / 5, e % 5, rng.normal()));
            }
        }
        let mut x = Factors::zero(6, 5, 3);
        rng.normal_fill(&mut x.u);
        rng.normal_fill(&mut x.v);
        (Entries::new(6, 5, &triplets, "x").expect("entries"), x)
    }

    #[test]
    fn the_optimality_is_the_gradient_of_the_objective() {
        let (entries, mut x) = setting();
        // The mean with biases: the last columns are (mean + b, 1) and (1, c).
        for mean in [None, Some(0.3)] {
            if mean.is_some() {
                x.u.chunks_exact_mut(3).for_each(|row| row[2] = 1.0);
                x.v.chunks_exact_mut(3).for_each(|row| row[1] = 1.0);
            }
            for weighted in [false, true] {
                let ridge = Ridge { lambda: 0.7, weighted };
                let objective = |x: &Factors| measure(&entries, x, ridge, mean)[0] * 0.5 * entries.norm * entries.norm;
                let (mut gu, mut gv) = (vec![0.0; 18], vec![0.0; 15]);
                let step = 1e-5;
                for c in 0..33 {
                    let left = c < 18;
                    let place = if left { c } else { c - 18 };
                    // Columns that are fixed at 1.
                    if mean.is_some() && place % 3 == if left { 2 } else { 1 } {
                        continue;
                    }
                    let at = |by: f64| {
                        let mut y = x.clone();
                        if left {
                            y.u[place] += by
                        } else {
                            y.v[place] += by
                        }
                        objective(&y)
                    };
                    let slope = (at(step) - at(-step)) / (2.0 * step);
                    if left { gu[place] = slope } else { gv[place] = slope }
                }
                let (a, b) = (norm2(&gu) / norm2(&x.v), norm2(&gv) / norm2(&x.u));
                let expected = (a * a + b * b).sqrt() / entries.norm;
                let found = measure(&entries, &x, ridge, mean)[1];
                assert!((found - expected).abs() < 1e-8 * expected, "{found} {expected}");
            }
        }
    }
}
