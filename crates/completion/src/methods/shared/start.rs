//! Where methods start.

use iterscope_core::ParamInfo;
use iterscope_kernels::reduce::{norm2, scale};
use iterscope_kernels::rng::Rng;

use crate::linalg::spectral::{orthonormalise, spectral};
use crate::model::Entries;
use crate::model::factors::Factors;

/// The parameter that chooses a start.
pub(crate) const START: ParamInfo = ParamInfo::choice(
    "init",
    "Start",
    "Where U starts: the leading singular vectors of the seen entries, or at random.",
    &[("spectral", "spectral"), ("random", "random")],
    "spectral",
);

/// A generator for a method's own use. Problems draw from the seed itself; a start drawn from the same stream would be
/// the truth of `completion.low-rank`.
pub(crate) fn generator(seed: u64) -> Rng {
    Rng::new(!seed)
}

/// The start that [`START`] names: U orthonormal, V holds the scale (random: V = 0, which the first half sweep replaces).
pub(crate) fn start(kind: &str, entries: &Entries, rank: usize, rng: &mut Rng) -> Factors {
    if kind == "spectral" {
        return spectral(entries, rank, rng);
    }
    let (m, n) = (entries.by_row.rows, entries.by_row.cols);
    let mut x = Factors::zero(m, n, rank);
    rng.normal_fill(&mut x.u);
    orthonormalise(&mut x.u, rank);
    x
}

/// The spectral start with equal shares: U and V both carry the square roots of the singular values.
pub(crate) fn balanced(entries: &Entries, rank: usize, rng: &mut Rng) -> Factors {
    let mut x = spectral(entries, rank, rng);
    for c in 0..rank {
        let column = || x.v.iter().skip(c).step_by(rank);
        let size = column().map(|v| v * v).sum::<f64>().sqrt();
        if size > 0.0 {
            let root = size.sqrt();
            x.u.iter_mut().skip(c).step_by(rank).for_each(|u| *u *= root);
            x.v.iter_mut().skip(c).step_by(rank).for_each(|v| *v /= root);
        }
    }
    x
}

/// Shortens the rows of U that are longer than `2 mu sqrt(k / m)` to that length, then makes the columns orthonormal.
pub(crate) fn clip_rows(u: &mut [f64], k: usize, mu: f64) {
    let rows = u.len() / k;
    let most = 2.0 * mu * (k as f64 / rows as f64).sqrt();
    for row in u.chunks_exact_mut(k) {
        let length = norm2(row);
        if length > most {
            scale(most / length, row);
        }
    }
    orthonormalise(u, k);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_shortens_long_rows() {
        let mut u = vec![0.0; 100];
        u[0] = 1.0;
        u[1..].fill(1e-3);
        clip_rows(&mut u, 1, 1.0);
        assert!((norm2(&u) - 1.0).abs() < 1e-14);
        assert!((u[0] / u[1] - 200.0).abs() < 1e-9);
    }
}
