//! The singular value decomposition of a product of factors, without forming it and without allocation.

use iterscope_kernels::dense::{a_bt, jacobi_svd, thin_qr};

use crate::model::factors::{Factors, inner};

/// Work space and result.
pub(crate) struct ProductSvd {
    k: usize,
    /// Left singular vectors in the columns, rows x k.
    pub left: Vec<f64>,
    /// Right singular vectors in the columns, cols x k.
    pub right: Vec<f64>,
    /// Singular values, descending.
    pub s: Vec<f64>,
    r_left: Vec<f64>,
    r_right: Vec<f64>,
    core: Vec<f64>,
    rotations: Vec<f64>,
    work: Vec<f64>,
}

impl ProductSvd {
    /// For products of a rows x k and a k x cols matrix, k at most the smaller of both.
    pub fn new(rows: usize, cols: usize, k: usize) -> ProductSvd {
        ProductSvd {
            k,
            left: vec![0.0; rows * k],
            right: vec![0.0; cols * k],
            s: vec![0.0; k],
            r_left: vec![0.0; k * k],
            r_right: vec![0.0; k * k],
            core: vec![0.0; k * k],
            rotations: vec![0.0; k * k],
            work: vec![0.0; 2 * k],
        }
    }

    /// Decomposes U V'.
    pub fn find(&mut self, x: &Factors) {
        let k = self.k;
        self.left.copy_from_slice(&x.u);
        self.right.copy_from_slice(&x.v);
        thin_qr(&mut self.left, x.u.len() / k, k, &mut self.r_left, &mut self.work);
        thin_qr(&mut self.right, x.v.len() / k, k, &mut self.r_right, &mut self.work);
        a_bt(&self.r_left, &self.r_right, &mut self.core, k, k, k);
        // The rows of the core are the columns of its transpose X S Z': the core itself is Z S X'.
        jacobi_svd(&mut self.core, k, k, &mut self.s, &mut self.rotations);
        rotate(&mut self.left, &self.rotations, k, &mut self.work);
        rotate(&mut self.right, &self.core, k, &mut self.work);
    }

    /// Gives both factors the square roots of the singular values; the product stays.
    pub fn balance(&mut self, x: &mut Factors) {
        self.find(x);
        for (to, from) in [(&mut x.u, &self.left), (&mut x.v, &self.right)] {
            for (to, from) in to.chunks_exact_mut(self.k).zip(from.chunks_exact(self.k)) {
                for ((to, from), s) in to.iter_mut().zip(from).zip(&self.s) {
                    *to = from * s.sqrt();
                }
            }
        }
    }
}

/// Every row a of `a` becomes (a . r_1, ..., a . r_b) for the rows r of the b x b matrix `r`.
pub(crate) fn rotate(a: &mut [f64], r: &[f64], b: usize, work: &mut [f64]) {
    for row in a.chunks_exact_mut(b) {
        let old = &mut work[..b];
        old.copy_from_slice(row);
        for (x, r) in row.iter_mut().zip(r.chunks_exact(b)) {
            *x = inner(old, r);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    #[test]
    fn balancing_keeps_the_product() {
        let (m, n, k) = (9, 5, 3);
        let mut x = Factors::zero(m, n, k);
        let mut rng = Rng::new(2);
        rng.normal_fill(&mut x.u);
        rng.normal_fill(&mut x.v);
        let before = x.clone();
        let mut svd = ProductSvd::new(m, n, k);
        svd.balance(&mut x);
        for i in 0..m {
            for j in 0..n {
                let mut direct = 0.0;
                for c in 0..k {
                    direct += svd.left[i * k + c] * svd.s[c] * svd.right[j * k + c];
                }
                assert!((x.at(i, j) - before.at(i, j)).abs() < 1e-13);
                assert!((direct - before.at(i, j)).abs() < 1e-13);
            }
        }
        let size = |a: &[f64]| inner(a, a);
        let total: f64 = svd.s.iter().sum();
        assert!((size(&x.u) - total).abs() < 1e-12 && (size(&x.v) - total).abs() < 1e-12);
    }
}
