//! Leading singular triplets of a matrix that is sparse plus low rank, found without forming it and without allocation.

use iterscope_core::{StateReader, StateWriter, Work};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::{at_b, jacobi_svd, thin_qr};
use iterscope_kernels::reduce::axpy;
use iterscope_kernels::rng::Rng;

use crate::linalg::product_svd::rotate;
use crate::model::Entries;
use crate::model::factors::{Factors, inner};

/// Columns of the block beyond those wanted.
const EXTRA: usize = 5;
/// Rounds end when the squares of the wanted values above the floor, summed, grow by less than this share.
const TOLERANCE: f64 = 1e-12;
/// The most rounds in one call. The next call goes on from there.
const ROUNDS: u64 = 30;

/// values_e = M_e - (U V')_e on the seen entries, by rows. Returns the sum of squares.
pub(crate) fn residual(entries: &Entries, x: &Factors, values: &mut [f64]) -> f64 {
    let a = &entries.by_row;
    let mut sum = 0.0;
    for i in 0..a.rows {
        let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
        let u = x.row(i);
        let mut part = 0.0;
        for (r, (j, m)) in values[start..end].iter_mut().zip(a.row_iter(i)) {
            *r = m - inner(u, x.col(j));
            part += *r * *r;
        }
        sum += part;
    }
    sum
}

/// y += S q for q with `b` columns, where S has `values` at the places of `a`.
pub(crate) fn sparse_times(a: &Csr, values: &[f64], q: &[f64], b: usize, y: &mut [f64]) {
    for (i, y) in y.chunks_exact_mut(b).enumerate() {
        let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
        for (&j, &v) in a.indices[start..end].iter().zip(&values[start..end]) {
            axpy(v, &q[j as usize * b..][..b], y);
        }
    }
}

/// q += S' y, with S as in [`sparse_times`].
pub(crate) fn sparse_transposed_times(a: &Csr, values: &[f64], y: &[f64], b: usize, q: &mut [f64]) {
    for (i, y) in y.chunks_exact(b).enumerate() {
        let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
        for (&j, &v) in a.indices[start..end].iter().zip(&values[start..end]) {
            axpy(v, y, &mut q[j as usize * b..][..b]);
        }
    }
}

/// `values` at the seen places, plus a weighted sum of products of factors.
pub(crate) struct SparsePlusLowRank<'a> {
    pub places: &'a Csr,
    pub values: &'a [f64],
    pub low: &'a [(f64, &'a Factors)],
}

impl SparsePlusLowRank<'_> {
    /// y = A q, or y = A' q where `transposed`; `core` has room for rank x b numbers.
    fn times(&self, transposed: bool, q: &[f64], b: usize, y: &mut [f64], core: &mut [f64]) {
        y.fill(0.0);
        for &(weight, x) in self.low {
            let (outer, other) = if transposed { (&x.v, &x.u) } else { (&x.u, &x.v) };
            let k = x.rank;
            let core = &mut core[..k * b];
            at_b(other, q, core, q.len() / b, k, b);
            for (y, row) in y.chunks_exact_mut(b).zip(outer.chunks_exact(k)) {
                for (&o, core) in row.iter().zip(core.chunks_exact(b)) {
                    axpy(weight * o, core, y);
                }
            }
        }
        if transposed {
            sparse_transposed_times(self.places, self.values, q, b, y);
        } else {
            sparse_times(self.places, self.values, q, b, y);
        }
    }
}

/// Block power iteration with Rayleigh-Ritz extraction (Halko, Martinsson, Tropp, SIAM Review 2011), started from the
/// right singular vectors that the last call found.
pub(crate) struct Leading {
    wanted: usize,
    b: usize,
    /// Left singular vectors in the columns, m x b.
    pub left: Vec<f64>,
    /// Right singular vectors in the columns, n x b.
    pub right: Vec<f64>,
    /// Singular values, descending.
    pub s: Vec<f64>,
    core: Vec<f64>,
    triangle: Vec<f64>,
    rotations: Vec<f64>,
    work: Vec<f64>,
}

impl Leading {
    /// For the `wanted` leading triplets of m x n matrices whose low-rank parts have ranks up to `rank`. Starts at random.
    pub fn new(m: usize, n: usize, wanted: usize, rank: usize, rng: &mut Rng) -> Leading {
        let b = (wanted + EXTRA).min(m).min(n);
        let mut right = vec![0.0; n * b];
        rng.normal_fill(&mut right);
        Leading {
            wanted: wanted.min(b),
            b,
            left: vec![0.0; m * b],
            right,
            s: vec![0.0; b],
            core: vec![0.0; rank * b],
            triangle: vec![0.0; b * b],
            rotations: vec![0.0; b * b],
            work: vec![0.0; 2 * b],
        }
    }

    /// Finds the triplets of `a` and adds the cost to `work`. Only what values exceed `floor` by must settle.
    pub fn find(&mut self, a: &SparsePlusLowRank<'_>, floor: f64, work: &mut Work) {
        let (m, n, b) = (a.places.rows, a.places.cols, self.b);
        let mut last = 0.0;
        let mut rounds = 0;
        loop {
            a.times(false, &self.right, b, &mut self.left, &mut self.core);
            thin_qr(&mut self.left, m, b, &mut self.triangle, &mut self.work);
            a.times(true, &self.left, b, &mut self.right, &mut self.core);
            thin_qr(&mut self.right, n, b, &mut self.triangle, &mut self.work);
            // A'Y = Q R, and the rows of R are the columns of R' = X S Z': A is about (Y X) S (Q Z)'.
            jacobi_svd(&mut self.triangle, b, b, &mut self.s, &mut self.rotations);
            rotate(&mut self.left, &self.triangle, b, &mut self.work);
            rotate(&mut self.right, &self.rotations, b, &mut self.work);
            rounds += 1;
            // The first value always counts: at the start all may still seem to lie below the floor.
            let mut found = self.s[0] * self.s[0];
            for s in &self.s[..self.wanted] {
                let above = (s - floor).max(0.0);
                found += above * above;
            }
            // Written so that a NaN ends the loop.
            let grows = found - last > TOLERANCE * found;
            last = found;
            if !grows || rounds == ROUNDS {
                break;
            }
        }
        let low: u64 = a.low.iter().map(|(_, x)| x.rank as u64).sum();
        let (c, s, b) = (a.values.len() as u64, (m + n) as u64, b as u64);
        work.inner += rounds;
        work.operator += 2 * rounds;
        work.flops += rounds * (4 * c * b + 4 * s * low * b + 6 * s * b * b);
        work.bytes += rounds * (2 * c * (12 + 8 * b) + 8 * s * (3 * b + 2 * low));
    }

    /// x = U diag(left) diag(right) V' of the leading columns: column c of U is multiplied by `weight(s_c)`, V is kept.
    pub fn write(&self, x: &mut Factors, weight: impl Fn(f64) -> f64) {
        let (b, k) = (self.b, x.rank);
        for (to, from) in x.u.chunks_exact_mut(k).zip(self.left.chunks_exact(b)) {
            for (c, to) in to.iter_mut().enumerate() {
                *to = from[c] * weight(self.s[c]);
            }
        }
        for (to, from) in x.v.chunks_exact_mut(k).zip(self.right.chunks_exact(b)) {
            to.copy_from_slice(&from[..k]);
        }
    }

    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.right);
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::dense::svd;

    #[test]
    fn triplets_agree_with_the_dense_decomposition() {
        for (m, n) in [(30, 20), (20, 30), (4, 30)] {
            let mut rng = Rng::new(3);
            let mut triplets = Vec::new();
            for e in 0..m * n {
                if rng.uniform() < 0.3 {
                    triplets.push(((e / n) as u32, (e % n) as u32, 0.2 * rng.normal()));
                }
            }
            let a = Csr::from_triplets(m, n, &triplets).expect("valid");
            let mut x = Factors::zero(m, n, 2);
            rng.normal_fill(&mut x.u);
            rng.normal_fill(&mut x.v);
            let matrix = SparsePlusLowRank { places: &a, values: &a.values, low: &[(1.5, &x), (-0.5, &x)] };
            let mut leading = Leading::new(m, n, 3, 2, &mut rng);
            // A second call goes on where the first one ended.
            for _ in 0..2 {
                leading.find(&matrix, 0.0, &mut Work::default());
            }
            let mut dense: Vec<f64> = (0..m * n).map(|e| x.at(e / n, e % n)).collect();
            for (i, j, v) in triplets {
                dense[i as usize * n + j as usize] += v;
            }
            let (u, s, vt) = svd(&dense, m, n);
            let p = m.min(n);
            let mut found = Factors::zero(m, n, 3);
            leading.write(&mut found, |s| s);
            for (e, _) in dense.iter().enumerate() {
                let exact: f64 = (0..3).map(|c| u[e / n * p + c] * s[c] * vt[c * n + e % n]).sum();
                assert!((found.at(e / n, e % n) - exact).abs() < 1e-6 * s[0]);
            }
            assert!((0..3).all(|c| (s[c] - leading.s[c]).abs() < 1e-10 * s[0]));
        }
    }
}
