//! Where methods start.

use iterscope_core::ParamInfo;
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::{svd, thin_qr};
use iterscope_kernels::reduce::{axpy, norm2, scale};
use iterscope_kernels::rng::Rng;

use crate::factors::{Factors, inner};
use crate::model::Entries;

/// Columns of the block power iteration beyond the rank.
const EXTRA: usize = 5;
/// Rounds of the block power iteration.
const ROUNDS: usize = 15;
/// Columns that are multiplied at once.
const WIDTH: usize = 8;

/// The parameter that chooses a start.
pub(crate) const START: ParamInfo = ParamInfo::choice(
    "init",
    "start",
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

/// The leading `rank` singular triplets of `P(M) / p`, by block power iteration with a few extra columns: U, and V times
/// the singular values.
pub(crate) fn spectral(entries: &Entries, rank: usize, rng: &mut Rng) -> Factors {
    let (m, n) = (entries.by_row.rows, entries.by_row.cols);
    let b = (rank + EXTRA).min(m).min(n);
    let (mut y, mut q) = (vec![0.0; m * b], vec![0.0; n * b]);
    rng.normal_fill(&mut q);
    orthonormalise(&mut q, b);
    for _ in 0..ROUNDS {
        multiply(&entries.by_row, &q, b, &mut y);
        orthonormalise(&mut y, b);
        multiply(&entries.by_col, &y, b, &mut q);
        orthonormalise(&mut q, b);
    }
    multiply(&entries.by_row, &q, b, &mut y);
    scale(1.0 / entries.rate(), &mut y);
    let (u, s, vt) = svd(&y, m, b);
    let mut x = Factors::zero(m, n, rank);
    for (to, from) in x.u.chunks_exact_mut(rank).zip(u.chunks_exact(b)) {
        to.copy_from_slice(&from[..rank]);
    }
    for (to, from) in x.v.chunks_exact_mut(rank).zip(q.chunks_exact(b)) {
        for (c, to) in to.iter_mut().enumerate() {
            *to = s[c] * inner(from, &vt[c * b..][..b]);
        }
    }
    x
}

/// y = a q, with q of `b` columns. Every sum runs over the entries of its row in their order.
fn multiply(a: &Csr, q: &[f64], b: usize, y: &mut [f64]) {
    for (i, y) in y.chunks_exact_mut(b).enumerate() {
        let Some(last) = b.checked_sub(WIDTH) else {
            y.fill(0.0);
            a.row_iter(i).for_each(|(j, value)| axpy(value, &q[j * b..][..b], y));
            continue;
        };
        // As many columns at once as sums fit registers; the last ones overlap those before.
        for first in (0..b).step_by(WIDTH).map(|c| c.min(last)) {
            let mut sums = [0.0; WIDTH];
            for (j, value) in a.row_iter(i) {
                let q = &q[j * b + first..][..WIDTH];
                for c in 0..WIDTH {
                    sums[c] += value * q[c];
                }
            }
            y[first..][..WIDTH].copy_from_slice(&sums);
        }
    }
}

fn orthonormalise(a: &mut [f64], k: usize) {
    thin_qr(a, a.len() / k, k, &mut vec![0.0; k * k], &mut vec![0.0; 2 * k]);
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

/// Spectral norm of the linear map that `apply` computes (x, out), a symmetric one of size n, from 40 power iterations:
/// a slight underestimate.
pub(crate) fn spectral_norm(n: usize, rng: &mut Rng, mut apply: impl FnMut(&[f64], &mut [f64])) -> f64 {
    let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
    rng.normal_fill(&mut x);
    let mut size = norm2(&x);
    for _ in 0..40 {
        if size == 0.0 {
            return 0.0;
        }
        scale(1.0 / size, &mut x);
        apply(&x, &mut y);
        std::mem::swap(&mut x, &mut y);
        size = norm2(&x);
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(m: usize, n: usize) -> Entries {
        let mut rng = Rng::new(8);
        let all: Vec<_> = (0..m * n).map(|e| ((e / n) as u32, (e % n) as u32, rng.normal())).collect();
        Entries::new(m, n, &all, "x").expect("there are entries")
    }

    #[test]
    fn the_spectral_start_is_the_truncated_svd() {
        let e = entries(12, 9);
        let x = spectral(&e, 3, &mut Rng::new(1));
        let (u, s, vt) = svd(&e.by_row.values, 12, 9);
        for i in 0..12 {
            for j in 0..9 {
                let exact: f64 = (0..3).map(|c| u[i * 9 + c] * s[c] * vt[c * 9 + j]).sum();
                assert!((x.at(i, j) - exact).abs() < 1e-3 * s[0], "the gap to the 9th value is small");
            }
        }
    }

    #[test]
    fn products_are_those_of_the_plain_loop_bit_for_bit() {
        let a = entries(7, 6).by_row;
        for b in [1, 7, 8, 9, 16, 19] {
            let (mut q, mut y, mut plain) = (vec![0.0; 6 * b], vec![f64::NAN; 7 * b], vec![0.0; 7 * b]);
            Rng::new(2).normal_fill(&mut q);
            multiply(&a, &q, b, &mut y);
            for e in 0..7 * b {
                a.row_iter(e / b).for_each(|(j, value)| plain[e] += value * q[j * b + e % b]);
            }
            assert_eq!(y, plain, "{b} columns");
        }
    }

    #[test]
    fn clipping_shortens_long_rows() {
        let mut u = vec![0.0; 100];
        u[0] = 1.0;
        u[1..].fill(1e-3);
        clip_rows(&mut u, 1, 1.0);
        assert!((norm2(&u) - 1.0).abs() < 1e-14);
        assert!((u[0] / u[1] - 200.0).abs() < 1e-9);
    }

    #[test]
    fn power_iteration_finds_the_norm() {
        let found = spectral_norm(3, &mut Rng::new(1), |x, y| {
            y.iter_mut().zip(x).zip([1.0, -3.0, 2.0]).for_each(|((y, x), d)| *y = d * x);
        });
        assert!((found - 3.0).abs() < 1e-6);
    }
}
