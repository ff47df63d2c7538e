//! Eigenvalues and singular values of small dense matrices.
//!
//! Sign convention for every pair of vectors: the component of largest magnitude (the first of them, where several are
//! equal) is positive in the eigenvector or left singular vector.

use nalgebra::{DMatrix, SymmetricEigen};

use super::{a_bt, thin_qr, transpose};
use crate::reduce::{axpy, dot, scale};

/// Sweeps after which Jacobi's method gives up; it needs 5 to 10.
const MAX_SWEEPS: usize = 60;

/// Singular values below this count as zero: their squares have lost accuracy to underflow.
const NEGLIGIBLE: f64 = 1e-146;

/// Eigenvalues of a symmetric n x n matrix, descending, and the matrix whose columns are the eigenvectors. Reads the
/// lower triangle alone. All NaN where an entry read is not finite (or, which is not known to happen, where the iteration
/// does not converge).
pub fn symmetric_eigen(a: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    assert_eq!(a.len(), n * n, "the matrix is n x n");
    if n == 0 {
        return (Vec::new(), Vec::new());
    }
    let finite = (0..n).all(|i| a[i * n..=i * n + i].iter().all(|x| x.is_finite()));
    let matrix = DMatrix::from_fn(n, n, |i, j| a[i.max(j) * n + i.min(j)]);
    let eigen = if finite { SymmetricEigen::try_new(matrix, f64::EPSILON, 100 * n) } else { None };
    let Some(eigen) = eigen else {
        return (vec![f64::NAN; n], vec![f64::NAN; n * n]);
    };
    let order = descending(eigen.eigenvalues.as_slice());
    let values = order.iter().map(|&j| eigen.eigenvalues[j]).collect();
    let mut vectors = vec![0.0; n * n];
    for (to, &from) in order.iter().enumerate() {
        let column = eigen.eigenvectors.column(from);
        let sign = sign_of_largest(column.iter().copied());
        for i in 0..n {
            vectors[i * n + to] = sign * column[i];
        }
    }
    (values, vectors)
}

/// The singular value decomposition of the m x n matrix `a`: U (m x p), the p = min(m, n) singular values, descending,
/// and the transpose of V (p x n). The columns of U and the rows of V' are orthonormal also where the rank is not full.
/// All NaN where an entry is not finite.
pub fn svd(a: &[f64], m: usize, n: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    assert_eq!(a.len(), m * n, "the matrix is m x n");
    let p = m.min(n);
    if a.iter().any(|x| !x.is_finite()) {
        return (vec![f64::NAN; m * p], vec![f64::NAN; p], vec![f64::NAN; p * n]);
    }
    // QR first: Jacobi's rotations then act on the short vectors of the p x p factor alone.
    let tall_rows = m.max(n);
    let mut tall = a.to_vec();
    if m < n {
        transpose(a, &mut tall, m, n);
    }
    let mut r = vec![0.0; p * p];
    thin_qr(&mut tall, tall_rows, p, &mut r, &mut vec![0.0; 2 * p]);
    // The columns of R' are the rows of R: R' = X S Y' with X in `left`, by rows, and Y in `right`, by rows, so that
    // the tall matrix is Q R = (Q Y) S X'.
    let mut x = r;
    let (mut y, mut s) = (vec![0.0; p * p], vec![0.0; p]);
    jacobi_svd(&mut x, p, p, &mut s, &mut y);
    let mut q_y = vec![0.0; tall_rows * p];
    a_bt(&tall, &y, &mut q_y, tall_rows, p, p);
    let (mut u, mut vt) = if m < n {
        let mut u = vec![0.0; m * p];
        transpose(&x, &mut u, p, m);
        let mut vt = vec![0.0; p * n];
        transpose(&q_y, &mut vt, n, p);
        (u, vt)
    } else {
        (q_y, x)
    };
    for j in 0..p {
        if sign_of_largest((0..m).map(|i| u[i * p + j])) < 0.0 {
            for i in 0..m {
                u[i * p + j] = -u[i * p + j];
            }
            scale(-1.0, &mut vt[j * n..][..n]);
        }
    }
    (u, s, vt)
}

/// The singular values of U V', with U of shape m x k and V of shape n x k, descending: min(m, n, k) of them, without
/// forming the product. All NaN where an entry is not finite.
pub fn singular_values_of_product(u: &[f64], v: &[f64], m: usize, n: usize, k: usize) -> Vec<f64> {
    let (ru, p) = triangle_of(u, m, k);
    let (rv, q) = triangle_of(v, n, k);
    let mut core = vec![0.0; p * q];
    a_bt(&ru, &rv, &mut core, p, q, k);
    svd(&core, p, q).1
}

/// R of the QR factorisation where the matrix is tall, else the matrix itself; and its number of rows.
fn triangle_of(a: &[f64], m: usize, k: usize) -> (Vec<f64>, usize) {
    assert_eq!(a.len(), m * k, "the factor is m x k");
    if m <= k {
        return (a.to_vec(), m);
    }
    let mut q = a.to_vec();
    let mut r = vec![0.0; k * k];
    thin_qr(&mut q, m, k, &mut r, &mut vec![0.0; 2 * k]);
    (r, k)
}

/// One-sided Jacobi singular value decomposition (Hestenes 1958) without allocation. The k rows of `rows` (length m,
/// m >= k) are the columns of a matrix A = U S V'. On return they are the columns of U, `s` holds the singular values,
/// descending, and the rows of the k x k matrix `v` are the columns of V. Both are orthonormal also where A has not
/// full rank. Signs are left as they come. Small singular values keep their relative accuracy.
pub fn jacobi_svd(rows: &mut [f64], m: usize, k: usize, s: &mut [f64], v: &mut [f64]) {
    assert!(m >= k, "Jacobi's method needs at least as many rows as columns");
    assert_eq!((rows.len(), s.len(), v.len()), (m * k, k, k * k), "the shapes are k x m, k and k x k");
    v.fill(0.0);
    for j in 0..k {
        v[j * k + j] = 1.0;
    }
    let tolerance = f64::EPSILON * (m as f64).sqrt();
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for p in 0..k {
            for q in p + 1..k {
                let (row_p, row_q) = two_rows(rows, m, p, q);
                let (pp, qq, pq) = (dot(row_p, row_p), dot(row_q, row_q), dot(row_p, row_q));
                // Rows are also brought into descending order on the way.
                let swap = pp < qq;
                // A NaN asks for no rotation, so that the sweeps end.
                let oblique = pq.abs() > tolerance * (pp.sqrt() * qq.sqrt());
                if !oblique {
                    if swap {
                        row_p.swap_with_slice(row_q);
                        let (v_p, v_q) = two_rows(v, k, p, q);
                        v_p.swap_with_slice(v_q);
                    }
                    continue;
                }
                rotated = true;
                let zeta = (qq - pp) / (2.0 * pq);
                let t = if zeta >= 0.0 { 1.0 } else { -1.0 } / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let c = 1.0 / (1.0 + t * t).sqrt();
                rotate(row_p, row_q, c, c * t, swap);
                let (v_p, v_q) = two_rows(v, k, p, q);
                rotate(v_p, v_q, c, c * t, swap);
            }
        }
        if !rotated {
            break;
        }
    }
    for (row, s) in rows.chunks_exact_mut(m.max(1)).zip(s.iter_mut()) {
        *s = dot(row, row).sqrt();
        if *s < NEGLIGIBLE {
            *s = 0.0;
        } else {
            row.iter_mut().for_each(|x| *x /= *s);
        }
    }
    sort_descending(rows, m, s, v, k);
    complete(rows, m, s);
}

/// (p, q) = (c p - s q, s p + c q), or the two the other way round.
fn rotate(p: &mut [f64], q: &mut [f64], c: f64, s: f64, swap: bool) {
    for (p, q) in p.iter_mut().zip(q) {
        let (x, y) = (c * *p - s * *q, s * *p + c * *q);
        (*p, *q) = if swap { (y, x) } else { (x, y) };
    }
}

fn two_rows(a: &mut [f64], width: usize, p: usize, q: usize) -> (&mut [f64], &mut [f64]) {
    let (head, tail) = a.split_at_mut(q * width);
    (&mut head[p * width..][..width], &mut tail[..width])
}

/// Insertion sort: the sweeps leave the values nearly sorted.
fn sort_descending(rows: &mut [f64], m: usize, s: &mut [f64], v: &mut [f64], k: usize) {
    for end in 1..k {
        for q in (1..=end).rev() {
            if s[q - 1] >= s[q] {
                break;
            }
            s.swap(q - 1, q);
            for (a, width) in [(&mut *rows, m), (&mut *v, k)] {
                let (upper, lower) = two_rows(a, width, q - 1, q);
                upper.swap_with_slice(lower);
            }
        }
    }
}

/// Replaces the rows that belong to zero singular values (the last ones) by an orthonormal completion.
fn complete(rows: &mut [f64], m: usize, s: &[f64]) {
    for (j, _) in s.iter().enumerate().filter(|&(_, &s)| s == 0.0) {
        let (known, rest) = rows.split_at_mut(j * m);
        let row = &mut rest[..m];
        // The unit vector that the known rows cover least.
        let covered = |i: usize| known.chunks_exact(m).map(|r| r[i] * r[i]).sum::<f64>();
        let least = (0..m).map(|i| (covered(i), i)).fold((f64::INFINITY, 0), |a, b| if b.0 < a.0 { b } else { a });
        row.fill(0.0);
        row[least.1] = 1.0;
        for _ in 0..2 {
            for other in known.chunks_exact(m) {
                let overlap = dot(other, row);
                axpy(-overlap, other, row);
            }
            let norm = dot(row, row).sqrt();
            row.iter_mut().for_each(|x| *x /= norm);
        }
    }
}

/// The order that sorts the values descending; equal ones keep their order.
fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
    order
}

fn sign_of_largest(components: impl Iterator<Item = f64>) -> f64 {
    let largest = components.fold(0.0f64, |best, x| if x.abs() > best.abs() { x } else { best });
    if largest < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::{a_b, at_b};
    use crate::rng::Rng;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut out = vec![0.0; n];
        Rng::new(seed).normal_fill(&mut out);
        out
    }

    fn is_identity(gram: &[f64], n: usize) -> bool {
        gram.iter().enumerate().all(|(e, x)| (x - f64::from(e / n == e % n)).abs() < 1e-13)
    }

    fn check_svd(a: &[f64], m: usize, n: usize) -> Vec<f64> {
        let p = m.min(n);
        let (u, s, vt) = svd(a, m, n);
        let mut gram = vec![0.0; p * p];
        at_b(&u, &u, &mut gram, m, p, p);
        assert!(is_identity(&gram, p), "U'U = I, {m} x {n}");
        a_bt(&vt, &vt, &mut gram, p, p, n);
        assert!(is_identity(&gram, p), "V'V = I, {m} x {n}");
        let us: Vec<f64> = u.iter().enumerate().map(|(e, x)| x * s[e % p]).collect();
        let mut product = vec![0.0; m * n];
        a_b(&us, &vt, &mut product, m, p, n);
        let size = s.first().copied().unwrap_or(0.0);
        assert!(product.iter().zip(a).all(|(x, y)| (x - y).abs() <= 1e-13 * size), "A = USV', {m} x {n}");
        assert!(s.windows(2).all(|w| w[0] >= w[1]) && s.iter().all(|&s| s >= 0.0));
        for j in 0..p {
            assert!(sign_of_largest((0..m).map(|i| u[i * p + j])) > 0.0);
        }
        s
    }

    #[test]
    fn svd_of_random_matrices() {
        for (m, n) in [(1, 1), (1, 4), (9, 9), (30, 7), (7, 30), (40, 40)] {
            let a = random(m * n, 8);
            let s = check_svd(&a, m, n);
            let other = DMatrix::from_row_slice(m, n, &a).singular_values();
            assert!(s.iter().zip(&other).all(|(x, y)| (x - y).abs() < 1e-12 * s[0]));
        }
    }

    #[test]
    fn svd_without_full_rank() {
        assert_eq!(check_svd(&[0.0; 12], 4, 3), [0.0; 3]);
        assert_eq!(svd(&[], 3, 0), (vec![], vec![], vec![]));
        let (u, v) = (random(20 * 3, 1), random(12 * 3, 2));
        let mut a = vec![0.0; 20 * 12];
        a_bt(&u, &v, &mut a, 20, 12, 3);
        let s = check_svd(&a, 20, 12);
        assert!(s[2] > 1.0 && s[3] < 1e-13 * s[0]);
        let ones = check_svd(&[1.0; 30], 5, 6);
        assert!((ones[0] - 30f64.sqrt()).abs() < 1e-14 && ones[1] < 1e-15);
        let identity: Vec<f64> = (0..36).map(|e| f64::from(e / 6 == e % 6)).collect();
        assert_eq!(check_svd(&identity, 6, 6), [1.0; 6]);
    }

    #[test]
    fn svd_of_a_hilbert_matrix() {
        // The Hilbert matrix of order 4; expected values from numpy.linalg.svd.
        let a: Vec<f64> = (0..16).map(|e| 1.0 / ((e / 4 + e % 4 + 1) as f64)).collect();
        let s = check_svd(&a, 4, 4);
        let expected = [1.5002142800592428, 0.16914122022145003, 0.006738273605760711, 9.670230402260517e-05];
        for (x, y) in s.iter().zip(expected) {
            assert!((x - y).abs() < 1e-15 * expected[0], "{x:e} {y:e}");
        }
    }

    #[test]
    fn singular_values_of_a_product_of_factors() {
        for (m, n, k) in [(30, 20, 4), (3, 20, 5), (6, 4, 9)] {
            let (u, v) = (random(m * k, 5), random(n * k, 6));
            let mut a = vec![0.0; m * n];
            a_bt(&u, &v, &mut a, m, n, k);
            let s = singular_values_of_product(&u, &v, m, n, k);
            let direct = svd(&a, m, n).1;
            assert_eq!(s.len(), m.min(n).min(k));
            assert!(s.iter().zip(&direct).all(|(x, y)| (x - y).abs() < 1e-13 * s[0]));
        }
    }

    #[test]
    fn eigenvectors_of_symmetric_matrices() {
        for n in [0, 1, 2, 15] {
            let f = random(n * n, 9);
            let a: Vec<f64> = (0..n * n).map(|e| f[e] + f[e % n * n + e / n]).collect();
            let (values, q) = symmetric_eigen(&a, n);
            let mut gram = vec![0.0; n * n];
            at_b(&q, &q, &mut gram, n, n, n);
            assert!(is_identity(&gram, n));
            let mut a_q = vec![0.0; n * n];
            a_b(&a, &q, &mut a_q, n, n, n);
            assert!((0..n * n).all(|e| (a_q[e] - q[e] * values[e % n]).abs() < 1e-13 * values[0].abs()));
            assert!(values.windows(2).all(|w| w[0] >= w[1]));
            for j in 0..n {
                assert!(sign_of_largest((0..n).map(|i| q[i * n + j])) > 0.0);
            }
        }
    }

    #[test]
    fn input_that_is_not_finite_ends_in_nan() {
        assert!(svd(&[1.0, f64::NAN], 2, 1).1[0].is_nan());
        assert!(symmetric_eigen(&[f64::INFINITY], 1).0[0].is_nan());
    }
}
