//! The manifold of matrices of rank k: points, tangent vectors, the projection to a tangent space and the way back
//! (Vandereycken, SIAM J. Optim. 23, 2013).
//!
//! A point is U diag(s) V' with orthonormal U and V. A tangent vector A V' + U B' with V'B = 0 is held as the factors
//! (A, B); the inner product of two of them is that of A and B.

use iterscope_core::Work;
use iterscope_kernels::dense::{at_b, jacobi_svd, thin_qr};
use iterscope_kernels::reduce::axpy;

use crate::linalg::leading::{Leading, SparsePlusLowRank, sparse_times, sparse_transposed_times};
use crate::linalg::product_svd::ProductSvd;
use crate::methods::shared::start::generator;
use crate::model::Entries;
use crate::model::factors::{Factors, inner};

/// The point U diag(s) V'.
#[derive(Clone)]
pub(crate) struct Point {
    /// U and V.
    pub basis: Factors,
    /// Singular values.
    pub s: Vec<f64>,
}

impl Point {
    /// The leading singular triplets of P(M)/p.
    pub fn spectral(entries: &Entries, k: usize, seed: u64) -> Point {
        let (m, n) = (entries.by_row.rows, entries.by_row.cols);
        let mut leading = Leading::new(m, n, k, k, &mut generator(seed));
        let data = SparsePlusLowRank { places: &entries.by_row, values: &entries.by_row.values, low: &[] };
        leading.find(&data, 0.0, &mut Work::default());
        let s = leading.s[..k].iter().map(|s| s / entries.rate()).collect();
        let mut at = Point { basis: Factors::zero(m, n, k), s };
        leading.write(&mut at.basis, |_| 1.0);
        at
    }

    /// x = (U diag(s), V).
    pub fn multiply(&self, x: &mut Factors) {
        let k = x.rank;
        for (to, from) in x.u.chunks_exact_mut(k).zip(self.basis.u.chunks_exact(k)) {
            for ((to, from), s) in to.iter_mut().zip(from).zip(&self.s) {
                *to = from * s;
            }
        }
        x.v.copy_from_slice(&self.basis.v);
    }
}

/// The inner product of two tangent vectors at one point.
pub(crate) fn product(a: &Factors, b: &Factors) -> f64 {
    inner(&a.u, &b.u) + inner(&a.v, &b.v)
}

/// a -= q c for a k x k matrix `c`, row by row.
pub(crate) fn subtract(a: &mut [f64], q: &[f64], c: &[f64], k: usize) {
    for (a, q) in a.chunks_exact_mut(k).zip(q.chunks_exact(k)) {
        for (&q, c) in q.iter().zip(c.chunks_exact(k)) {
            axpy(-q, c, a);
        }
    }
}

/// out = a c + b d, row by row, for k x k matrices `c` and `d`.
pub(crate) fn combine(a: &[f64], c: &[f64], b: &[f64], d: &[f64], k: usize, out: &mut [f64]) {
    out.fill(0.0);
    for ((out, a), b) in out.chunks_exact_mut(k).zip(a.chunks_exact(k)).zip(b.chunks_exact(k)) {
        for ((&a, c), (&b, d)) in a.iter().zip(c.chunks_exact(k)).zip(b.iter().zip(d.chunks_exact(k))) {
            axpy(a, c, out);
            axpy(b, d, out);
        }
    }
}

/// The projection of the sparse matrix with `values` at the seen places to the tangent space; `small` holds k x k numbers.
pub(crate) fn project(entries: &Entries, values: &[f64], basis: &Factors, out: &mut Factors, small: &mut [f64]) {
    let (a, k) = (&entries.by_row, basis.rank);
    out.u.fill(0.0);
    out.v.fill(0.0);
    sparse_times(a, values, &basis.v, k, &mut out.u);
    sparse_transposed_times(a, values, &basis.u, k, &mut out.v);
    off_basis(&basis.v, &mut out.v, k, small);
}

/// b <- (I - Q Q') b for orthonormal columns Q; `small` holds k x k numbers.
pub(crate) fn off_basis(q: &[f64], b: &mut [f64], k: usize, small: &mut [f64]) {
    at_b(q, b, small, q.len() / k, k, k);
    subtract(b, q, small, k);
}

/// The entries of the tangent vector `d` at the seen places, by rows; returns the sum of their squares.
pub(crate) fn at_seen(entries: &Entries, basis: &Factors, d: &Factors, out: &mut [f64]) -> f64 {
    let a = &entries.by_row;
    let mut sum = 0.0;
    for i in 0..a.rows {
        let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
        let (du, u) = (d.row(i), basis.row(i));
        let mut part = 0.0;
        for (x, &j) in out[start..end].iter_mut().zip(&a.indices[start..end]) {
            *x = inner(du, basis.col(j as usize)) + inner(u, d.col(j as usize));
            part += *x * *x;
        }
        sum += part;
    }
    sum
}

/// Work space of the way back to the manifold.
pub(crate) struct Retraction {
    beside: Factors,
    triangles: [Vec<f64>; 2],
    m: Vec<f64>,
    core: Vec<f64>,
    rotations: Vec<f64>,
    s: Vec<f64>,
    work: Vec<f64>,
    svd: ProductSvd,
}

impl Retraction {
    /// For m x n matrices of rank k.
    pub fn new(m: usize, n: usize, k: usize) -> Retraction {
        Retraction {
            beside: Factors::zero(m, n, k),
            triangles: [vec![0.0; k * k], vec![0.0; k * k]],
            m: vec![0.0; k * k],
            core: vec![0.0; 4 * k * k],
            rotations: vec![0.0; 4 * k * k],
            s: vec![0.0; 2 * k],
            work: vec![0.0; 2 * k],
            svd: ProductSvd::new(m, n, k),
        }
    }

    /// The best matrix of rank k to `at` + t ξ. With the QR factorisations of the parts of ξ beside U and V it is that of
    /// the 2 k x 2 k matrix [diag(s) + t U'A, t R_B'; t R_A, 0].
    pub fn go(&mut self, at: &Point, d: &Factors, t: f64, to: &mut Point) {
        let k = d.rank;
        let (m, n) = (d.u.len() / k, d.v.len() / k);
        self.beside.u.copy_from_slice(&d.u);
        self.beside.v.copy_from_slice(&d.v);
        at_b(&at.basis.u, &d.u, &mut self.m, m, k, k);
        subtract(&mut self.beside.u, &at.basis.u, &self.m, k);
        let [ra, rb] = &mut self.triangles;
        thin_qr(&mut self.beside.u, m, k, ra, &mut self.work);
        thin_qr(&mut self.beside.v, n, k, rb, &mut self.work);
        self.core.fill(0.0);
        for i in 0..k {
            for j in 0..k {
                self.core[i * 2 * k + j] = t * self.m[i * k + j] + if i == j { at.s[i] } else { 0.0 };
                self.core[i * 2 * k + k + j] = t * rb[j * k + i];
                self.core[(k + i) * 2 * k + j] = t * ra[i * k + j];
            }
        }
        // The rows of the core are the columns of its transpose, so `core` becomes its right vectors.
        jacobi_svd(&mut self.core, 2 * k, 2 * k, &mut self.s, &mut self.rotations);
        to.s.copy_from_slice(&self.s[..k]);
        let sides = [
            (&mut to.basis.u, &at.basis.u, &self.beside.u, &self.rotations),
            (&mut to.basis.v, &at.basis.v, &self.beside.v, &self.core),
        ];
        for (to, basis, beside, vectors) in sides {
            for ((to, a), b) in to.chunks_exact_mut(k).zip(basis.chunks_exact(k)).zip(beside.chunks_exact(k)) {
                for (to, vector) in to.iter_mut().zip(vectors.chunks_exact(2 * k)) {
                    *to = inner(a, &vector[..k]) + inner(b, &vector[k..]);
                }
            }
        }
    }

    /// Makes both bases orthonormal to rounding again, the product unchanged.
    pub fn tidy(&mut self, x: &Factors, at: &mut Point) {
        self.svd.find(x);
        at.basis.u.copy_from_slice(&self.svd.left);
        at.basis.v.copy_from_slice(&self.svd.right);
        at.s.copy_from_slice(&self.svd.s);
    }
}
