//! The largest eigenvalues of a symmetric operator, with their vectors, by Lanczos' method.

use iterscope_kernels::dense::jacobi_svd;
use iterscope_kernels::reduce::{axpy, dot, norm2, scale};
use iterscope_kernels::rng::Rng;

/// Work space for an operator of size n and a Krylov space of some order.
pub(crate) struct Lanczos {
    n: usize,
    order: usize,
    /// The basis, by rows.
    basis: Vec<f64>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    next: Vec<f64>,
    triangle: Vec<f64>,
    values: Vec<f64>,
    vectors: Vec<f64>,
}

impl Lanczos {
    pub fn new(n: usize, order: usize) -> Lanczos {
        let order = order.min(n);
        Lanczos {
            n,
            order,
            basis: vec![0.0; n * order],
            alpha: vec![0.0; order],
            beta: vec![0.0; order],
            next: vec![0.0; n],
            triangle: vec![0.0; order * order],
            values: vec![0.0; order],
            vectors: vec![0.0; order * order],
        }
    }

    /// Writes up to `values.len()` of the largest eigenvalues, descending, and their unit vectors, by rows; returns how
    /// many were found. The start is drawn from `rng`; the basis is orthogonalised twice.
    pub fn largest(
        &mut self,
        rng: &mut Rng,
        values: &mut [f64],
        vectors: &mut [f64],
        mut apply: impl FnMut(&[f64], &mut [f64]),
    ) -> usize {
        let n = self.n;
        rng.normal_fill(&mut self.next);
        let mut size = norm2(&self.next);
        let mut m = 0;
        let mut scale_of_all = 0.0f64;
        while m < self.order && size > 1e-12 * scale_of_all && size.is_finite() && size > 0.0 {
            if m > 0 {
                self.beta[m - 1] = size;
            }
            let (done, rest) = self.basis.split_at_mut(m * n);
            let q = &mut rest[..n];
            q.copy_from_slice(&self.next);
            scale(1.0 / size, q);
            apply(q, &mut self.next);
            self.alpha[m] = dot(q, &self.next);
            scale_of_all = scale_of_all.max(norm2(&self.next));
            for _ in 0..2 {
                for b in done.chunks_exact(n).chain([&*q]) {
                    let part = dot(b, &self.next);
                    axpy(-part, b, &mut self.next);
                }
            }
            size = norm2(&self.next);
            m += 1;
        }
        if m == 0 || !scale_of_all.is_finite() {
            return 0;
        }
        // Shifted by a bound on all eigenvalues the matrix is positive semidefinite, and its singular vectors are
        // eigenvectors.
        let off = |k: usize| self.beta[k].abs();
        let mut shift = 0.0f64;
        for k in 0..m {
            let below = if k > 0 { off(k - 1) } else { 0.0 };
            let above = if k + 1 < m { off(k) } else { 0.0 };
            shift = shift.max(self.alpha[k].abs() + below + above);
        }
        let t = &mut self.triangle[..m * m];
        t.fill(0.0);
        for k in 0..m {
            t[k * m + k] = self.alpha[k] + shift;
            if k + 1 < m {
                t[k * m + k + 1] = self.beta[k];
                t[(k + 1) * m + k] = self.beta[k];
            }
        }
        jacobi_svd(t, m, m, &mut self.values[..m], &mut self.vectors[..m * m]);
        let found = values.len().min(m);
        for (i, (value, vector)) in values.iter_mut().zip(vectors.chunks_exact_mut(n)).enumerate().take(found) {
            *value = self.values[i] - shift;
            vector.fill(0.0);
            for (weight, b) in t[i * m..][..m].iter().zip(self.basis.chunks_exact(n)) {
                axpy(*weight, b, vector);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_largest_eigenvalues_and_leaves_out_what_is_not_there() {
        let n = 40;
        let diagonal: Vec<f64> = (0..n).map(|k| if k == 7 { 50.0 } else { k as f64 - 20.0 }).collect();
        let (mut values, mut vectors) = ([0.0; 3], vec![0.0; 3 * n]);
        let apply = |x: &[f64], y: &mut [f64]| (0..n).for_each(|k| y[k] = diagonal[k] * x[k]);
        let found = Lanczos::new(n, 40).largest(&mut Rng::new(2), &mut values, &mut vectors, apply);
        assert_eq!(found, 3);
        for (value, (expected, at)) in values.iter().zip([(50.0, 7), (19.0, 39), (18.0, 38)]) {
            assert!((value - expected).abs() < 1e-9, "{values:?}");
            let row = [50.0, 19.0, 18.0].iter().position(|v| *v == expected).unwrap();
            assert!((vectors[row * n + at].abs() - 1.0).abs() < 1e-9);
        }
        // Two different eigenvalues leave a Krylov space of two dimensions.
        let apply = |x: &[f64], y: &mut [f64]| (0..n).for_each(|k| y[k] = if k < 5 { 2.0 * x[k] } else { -x[k] });
        let found = Lanczos::new(n, 12).largest(&mut Rng::new(2), &mut values, &mut vectors, apply);
        assert_eq!(found, 2);
        assert!((values[0] - 2.0).abs() < 1e-12 && (values[1] + 1.0).abs() < 1e-12);
        let zero = Lanczos::new(n, 12).largest(&mut Rng::new(2), &mut values, &mut vectors, |_, y| y.fill(0.0));
        assert_eq!((zero, values[0]), (1, 0.0));
    }
}
