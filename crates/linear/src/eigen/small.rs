//! Eigenvalues of a small dense symmetric matrix in place, without allocating: Jacobi's method by rows (C. G. J. Jacobi 1846; G. H. Golub
//! and C. F. Van Loan, Matrix Computations, section 8.5).

/// The most sweeps; 6 to 10 are usual.
const SWEEPS: usize = 30;

/// The n x n matrix `a` becomes diagonal, its diagonal rising, and the columns of `v` the eigenvectors.
pub fn jacobi(a: &mut [f64], v: &mut [f64], n: usize) {
    v[..n * n].fill(0.0);
    (0..n).for_each(|i| v[i * n + i] = 1.0);
    for _ in 0..SWEEPS {
        let (mut off, mut all) = (0.0, 0.0);
        for i in 0..n {
            for j in 0..n {
                let square = a[i * n + j] * a[i * n + j];
                all += square;
                off += if i == j { 0.0 } else { square };
            }
        }
        if off <= 1e-32 * all || !all.is_finite() {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                if apq == 0.0 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let root = theta.abs() + (theta * theta + 1.0).sqrt();
                let t = if theta < 0.0 { -1.0 / root } else { 1.0 / root };
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    a[k * n + p] = c * x - s * y;
                    a[k * n + q] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    a[p * n + k] = c * x - s * y;
                    a[q * n + k] = s * x + c * y;
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    v[k * n + p] = c * x - s * y;
                    v[k * n + q] = s * x + c * y;
                }
            }
        }
    }
    // Sorted by insertion, with the columns.
    for i in 1..n {
        let mut j = i;
        while j > 0 && a[j * n + j] < a[(j - 1) * n + j - 1] {
            a.swap(j * n + j, (j - 1) * n + j - 1);
            (0..n).for_each(|k| v.swap(k * n + j, k * n + j - 1));
            j -= 1;
        }
    }
}
