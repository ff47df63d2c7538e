//! Another rank while a run goes on.

use iterscope_core::{BuildError, ParamInfo, StateReader, Value};

use crate::linalg::product_svd::ProductSvd;
use crate::linalg::spectral::spectral;
use crate::methods::shared::params::RANK;
use crate::methods::shared::start::generator;
use crate::model::factors::{Factors, inner};
use crate::model::{Entries, Model};

/// The rank, for methods that can change it while they run.
pub(crate) const LIVE_RANK: ParamInfo = RANK.live();

/// The rank that is asked for.
///
/// # Errors
/// It is not a whole number, or more than the matrix can have.
pub(crate) fn asked(model: &Model, value: &Value) -> Result<usize, BuildError> {
    let rank = value.as_int().and_then(|k| usize::try_from(k).ok());
    model.method_rank(rank.ok_or_else(|| BuildError::new("rank", "must be a whole number"))?)
}

/// The number of columns that a saved state begins with; that of now where the state cannot be of this method.
pub(crate) fn saved(from: &mut StateReader<'_>, model: &Model, now: usize, kept: usize) -> usize {
    let width = from.bits() as usize;
    if width > kept && width - kept <= model.rows.min(model.cols) { width } else { now }
}

/// Factors with `k` columns, and the last `kept` ones of `x` as they are. Fewer columns hold the best approximation of the
/// matrix, with equal shares; more are, in U, the directions in which the residual on `entries` is largest, of the mean size
/// of the others, and zero in V: the matrix stays as it is until the next step.
pub(crate) fn resized(x: &Factors, k: usize, kept: usize, entries: Option<&Entries>) -> Factors {
    let (m, n, own) = (x.u.len() / x.rank, x.v.len() / x.rank, x.rank - kept);
    let take = |a: &[f64]| a.chunks_exact(x.rank).flat_map(|row| row[..own].iter().copied()).collect();
    let mut from = Factors { rank: own, u: take(&x.u), v: take(&x.v) };
    let mut out = Factors::zero(m, n, k + kept);
    if k < own {
        ProductSvd::new(m, n, own).balance(&mut from);
    } else {
        let mean = inner(&from.u, &from.u) / (m * own) as f64;
        let size = if mean > 0.0 && mean.is_finite() { mean.sqrt() } else { 1.0 };
        let fresh = entries.filter(|_| k > own).and_then(|e| directions(x, e, k - own));
        for (to, from) in out.u.chunks_exact_mut(k + kept).zip(fresh.iter().flat_map(|f| f.u.chunks_exact(k - own))) {
            to[own..k].iter_mut().zip(from).for_each(|(to, from)| *to = size * (m as f64).sqrt() * from);
        }
    }
    for (to, from, old) in [(&mut out.u, &from.u, &x.u), (&mut out.v, &from.v, &x.v)] {
        let rows = to.chunks_exact_mut(k + kept).zip(from.chunks_exact(own)).zip(old.chunks_exact(x.rank));
        for ((to, from), old) in rows {
            to[..k.min(own)].copy_from_slice(&from[..k.min(own)]);
            to[k..].copy_from_slice(&old[own..]);
        }
    }
    out
}

/// The `count` leading left singular vectors of the residual.
fn directions(x: &Factors, entries: &Entries, count: usize) -> Option<Factors> {
    let a = &entries.by_row;
    let rest: Vec<_> = (0..a.rows)
        .flat_map(|i| a.row_iter(i).map(move |(j, value)| (i as u32, j as u32, value - x.at(i, j))))
        .collect();
    Some(spectral(&Entries::consume(a.rows, a.cols, rest, "rank").ok()?, count, &mut generator(count as u64)))
}

#[cfg(test)]
mod tests {
    use iterscope_kernels::rng::Rng;

    use super::*;

    #[test]
    fn more_columns_leave_the_matrix_and_fewer_approximate_it_best() {
        let (m, n, k, kept) = (9, 7, 4, 1);
        let mut x = Factors::zero(m, n, k + kept);
        let mut rng = Rng::new(4);
        rng.normal_fill(&mut x.u);
        rng.normal_fill(&mut x.v);
        let zeros: Vec<_> = (0..m * n).map(|e| ((e / n) as u32, (e % n) as u32, 0.0)).collect();
        let entries = Entries::new(m, n, &zeros, "x").expect("entries");
        let more = resized(&x, 6, kept, Some(&entries));
        assert_eq!((more.rank, more.u.len(), more.v.len()), (7, 63, 49));
        let all = || (0..m).flat_map(|i| (0..n).map(move |j| (i, j)));
        assert!(all().all(|(i, j)| (more.at(i, j) - x.at(i, j)).abs() < 1e-13));
        assert!(more.row(0)[4] != 0.0 && more.row(0)[6] == x.row(0)[4] && more.col(3)[6] == x.col(3)[4]);
        assert_eq!(resized(&x, k, kept, Some(&entries)), x);
        // Without the kept column, the difference is the rest of the spectrum.
        let few = resized(&x, 2, kept, None);
        let mut svd = ProductSvd::new(m, n, k);
        let part = |a: &[f64], w: usize| a.chunks_exact(w).flat_map(|r| r[..w - kept].to_vec()).collect::<Vec<_>>();
        svd.find(&Factors { rank: k, u: part(&x.u, k + kept), v: part(&x.v, k + kept) });
        let off: f64 = all().map(|(i, j)| (few.at(i, j) - x.at(i, j)) * (few.at(i, j) - x.at(i, j))).sum();
        let rest = svd.s[2] * svd.s[2] + svd.s[3] * svd.s[3];
        assert!((off - rest).abs() < 1e-10 * rest, "{off} {rest}");
    }
}
