//! Leading singular triplets of the seen entries, and spectral norms, by power iteration.

use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::{svd, thin_qr};
use iterscope_kernels::reduce::{axpy, norm2, scale};
use iterscope_kernels::rng::Rng;

use crate::model::factors::{Factors, inner};
use crate::model::{Entries, Model};

/// Columns of the block power iteration beyond the rank.
const EXTRA: usize = 5;
/// Rounds of the block power iteration.
const ROUNDS: usize = 15;
/// Columns that are multiplied at once.
const WIDTH: usize = 8;

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

pub(crate) fn orthonormalise(a: &mut [f64], k: usize) {
    thin_qr(a, a.len() / k, k, &mut vec![0.0; k * k], &mut vec![0.0; 2 * k]);
}

/// The leading triplets of a dense matrix as factors: U orthonormal, V times the singular values.
pub(crate) fn leading_of_dense(model: &Model, values: &[f64], count: usize) -> Option<Factors> {
    let n = model.cols;
    let triplets: Vec<_> = values.iter().enumerate().map(|(e, v)| ((e / n) as u32, (e % n) as u32, *v)).collect();
    let all = Entries::new(model.rows, n, &triplets, "truth").ok()?;
    Some(spectral(&all, count, &mut Rng::new(!1)))
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

/// The largest singular value of the seen entries, zeros elsewhere; 1 where all are zero.
pub(crate) fn largest_singular_value(entries: &Entries) -> f64 {
    let mut y = vec![0.0; entries.by_row.rows];
    let square = spectral_norm(entries.by_row.cols, &mut Rng::new(1), |x, out| {
        entries.by_row.matvec(x, &mut y);
        entries.by_col.matvec(&y, out);
    });
    if square > 0.0 { square.sqrt() } else { 1.0 }
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
    fn power_iteration_finds_the_norm() {
        let found = spectral_norm(3, &mut Rng::new(1), |x, y| {
            y.iter_mut().zip(x).zip([1.0, -3.0, 2.0]).for_each(|((y, x), d)| *y = d * x);
        });
        assert!((found - 3.0).abs() < 1e-6);
    }
}
