//! Principal angles between the leading singular vectors of an iterate and the true column and row spaces.

use iterscope_kernels::dense::{at_b, jacobi_svd, thin_qr};

use crate::linalg::product_svd::ProductSvd;
use crate::model::factors::{Factors, inner};

/// Work space for one pair of ranks.
pub(crate) struct PrincipalAngles {
    svd: ProductSvd,
    k: usize,
    left: Side,
    right: Side,
}

/// One of the two spaces.
struct Side {
    /// An orthonormal basis of the true space, size x k0.
    basis: Vec<f64>,
    k0: usize,
    /// Of the leading vectors: what is outside the true space, one after the other.
    outside: Vec<f64>,
    inside: Vec<f64>,
    lead: Vec<f64>,
    s: Vec<f64>,
    rotations: Vec<f64>,
}

impl Side {
    fn new(truth: &[f64], k0: usize, count: usize) -> Side {
        let size = truth.len() / k0;
        let mut basis = truth.to_vec();
        thin_qr(&mut basis, size, k0, &mut vec![0.0; k0 * k0], &mut vec![0.0; 2 * k0]);
        Side {
            basis,
            k0,
            outside: vec![0.0; size * count],
            inside: vec![0.0; k0 * count],
            lead: vec![0.0; size * count],
            s: vec![0.0; count],
            rotations: vec![0.0; count * count],
        }
    }

    /// Sine of the largest angle between the first columns of `vectors` (size x k) and the true space.
    fn sine(&mut self, vectors: &[f64], k: usize) -> f64 {
        let (size, count) = (vectors.len() / k, self.s.len());
        for (to, from) in self.lead.chunks_exact_mut(count).zip(vectors.chunks_exact(k)) {
            to.copy_from_slice(&from[..count]);
        }
        at_b(&self.basis, &self.lead, &mut self.inside, size, self.k0, count);
        for c in 0..count {
            for (i, row) in self.basis.chunks_exact(self.k0).enumerate() {
                let mut sum = self.lead[i * count + c];
                for (t, q) in row.iter().enumerate() {
                    sum -= q * self.inside[t * count + c];
                }
                self.outside[c * size + i] = sum;
            }
        }
        jacobi_svd(&mut self.outside, size, count, &mut self.s, &mut self.rotations);
        self.s[0].min(1.0)
    }
}

impl PrincipalAngles {
    /// For iterates of rank `k` against a truth of rank at most the smaller side; both spaces are compared in as many
    /// directions as the smaller of the two ranks.
    pub fn new(truth: &Factors, k: usize) -> PrincipalAngles {
        let (rows, cols) = (truth.u.len() / truth.rank, truth.v.len() / truth.rank);
        let count = k.min(truth.rank);
        let side = |f: &[f64]| Side::new(f, truth.rank, count);
        PrincipalAngles { svd: ProductSvd::new(rows, cols, k), k, left: side(&truth.u), right: side(&truth.v) }
    }

    /// Sines of the largest angles: column space, row space. NaN where the iterate is not finite.
    pub fn measure(&mut self, x: &Factors) -> [f64; 2] {
        if !x.is_finite() || inner(&x.u, &x.u) * inner(&x.v, &x.v) == 0.0 {
            return [f64::NAN; 2];
        }
        self.svd.find(x);
        [self.left.sine(&self.svd.left, self.k), self.right.sine(&self.svd.right, self.k)]
    }

    /// Singular values of the iterate measured last.
    pub fn singular(&self) -> &[f64] {
        &self.svd.s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    fn random(m: usize, n: usize, k: usize, seed: u64) -> Factors {
        let mut f = Factors::zero(m, n, k);
        let mut rng = Rng::new(seed);
        rng.normal_fill(&mut f.u);
        rng.normal_fill(&mut f.v);
        f
    }

    #[test]
    fn a_known_angle_is_found() {
        // Column space spanned by e1 and e2, against e1 and cos t e2 + sin t e3.
        for t in [1.0, 0.3, 1e-6, 1e-12] {
            let truth =
                Factors { rank: 2, u: vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], v: vec![2.0, 0.0, 0.0, 1.0] };
            let (s, c) = (libm::sin(t), libm::cos(t));
            let x = Factors { rank: 2, u: vec![1.0, 0.0, 0.0, c, 0.0, s, 0.0, 0.0], v: truth.v.clone() };
            let [left, right] = PrincipalAngles::new(&truth, 2).measure(&x);
            assert!((left - s).abs() < 1e-15 && right < 1e-15, "{t}: {left} {right}");
        }
    }

    #[test]
    fn the_truth_itself_is_at_no_angle_whatever_the_rank() {
        let truth = random(9, 7, 3, 1);
        let mut wider = Factors::zero(9, 7, 5);
        for (to, from) in wider.u.chunks_exact_mut(5).zip(truth.u.chunks_exact(3)) {
            to[..3].copy_from_slice(from);
        }
        for (to, from) in wider.v.chunks_exact_mut(5).zip(truth.v.chunks_exact(3)) {
            to[..3].copy_from_slice(from);
        }
        assert!(PrincipalAngles::new(&truth, 5).measure(&wider).iter().all(|s| *s < 1e-13));
        assert!(PrincipalAngles::new(&truth, 3).measure(&random(9, 7, 3, 2)).iter().all(|s| *s > 0.3 && *s <= 1.0));
        assert!(PrincipalAngles::new(&truth, 3).measure(&Factors::zero(9, 7, 3))[0].is_nan());
        // A part of the true directions is in the true space.
        let mut svd = ProductSvd::new(9, 7, 3);
        svd.find(&truth);
        let first = |a: &[f64]| a.iter().step_by(3).copied().collect();
        let part = Factors { rank: 1, u: first(&svd.left), v: first(&svd.right) };
        assert!(PrincipalAngles::new(&truth, 1).measure(&part).iter().all(|s| *s < 1e-13));
    }
}
