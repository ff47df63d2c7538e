//! Thin QR factorisation and triangular solves.

use crate::real::Real;
use crate::reduce::{axpy, dot};

/// The thin QR factorisation of the m x k matrix `a`, m >= k, by Householder reflections: on return `a` holds Q with
/// orthonormal columns (also where `a` had not full rank) and the k x k matrix `r` the upper triangular R, its diagonal
/// not negative and its lower triangle zero. `work` has room for 2 k numbers.
pub fn thin_qr<T: Real>(a: &mut [T], m: usize, k: usize, r: &mut [T], work: &mut [T]) {
    assert!(m >= k, "a thin QR factorisation needs at least as many rows as columns");
    assert_eq!(a.len(), m * k, "the matrix is m x k");
    assert_eq!(r.len(), k * k, "R is k x k");
    let (taus, w) = work[..2 * k].split_at_mut(k);
    r.fill(T::ZERO);
    for j in 0..k {
        let mut below = T::ZERO;
        for i in j + 1..m {
            below += a[i * k + j] * a[i * k + j];
        }
        let head = a[j * k + j];
        // The reflection I - tau v v', v[j] = 1, takes the column to a multiple of a unit vector. A column that is
        // zero below the diagonal stays as it is.
        let (tau, diagonal) = if below == T::ZERO {
            (T::ZERO, head)
        } else {
            let norm = (head * head + below).sqrt();
            let diagonal = if head > T::ZERO { -norm } else { norm };
            let v_head = head - diagonal;
            for i in j + 1..m {
                a[i * k + j] /= v_head;
            }
            (-v_head / diagonal, diagonal)
        };
        taus[j] = tau;
        reflect(a, m, k, j, tau, w);
        r[j * k + j] = diagonal;
        r[j * k + j + 1..(j + 1) * k].copy_from_slice(&a[j * k + j + 1..(j + 1) * k]);
    }
    // Q is the product of the reflections applied to the first k columns of the identity, from the last one on.
    for j in (0..k).rev() {
        let tau = taus[j];
        a[j * k + j + 1..(j + 1) * k].fill(T::ZERO);
        reflect(a, m, k, j, tau, w);
        a[j * k + j] = T::ONE - tau;
        for i in j + 1..m {
            a[i * k + j] *= -tau;
        }
    }
    for j in 0..k {
        if r[j * k + j] < T::ZERO {
            for x in &mut r[j * k + j..(j + 1) * k] {
                *x = -*x;
            }
            for i in 0..m {
                a[i * k + j] = -a[i * k + j];
            }
        }
    }
}

/// Applies I - tau v v' to the columns of `a` after column j, where v is 1 in row j and stands below it in column j.
fn reflect<T: Real>(a: &mut [T], m: usize, k: usize, j: usize, tau: T, w: &mut [T]) {
    let w = &mut w[j + 1..k];
    w.copy_from_slice(&a[j * k + j + 1..(j + 1) * k]);
    for row in a[(j + 1) * k..m * k].chunks_exact(k) {
        axpy(row[j], &row[j + 1..], w);
    }
    axpy(-tau, w, &mut a[j * k + j + 1..(j + 1) * k]);
    for row in a[(j + 1) * k..m * k].chunks_exact_mut(k) {
        axpy(-(tau * row[j]), w, &mut row[j + 1..]);
    }
}

/// Solves L x = b in place; reads the lower triangle of the n x n matrix `l` alone.
pub fn solve_lower<T: Real>(l: &[T], n: usize, b: &mut [T]) {
    check(l, n, b);
    for i in 0..n {
        let row = &l[i * n..][..n];
        b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
    }
}

/// Solves L' x = b in place; reads the lower triangle of the n x n matrix `l` alone.
pub fn solve_lower_transposed<T: Real>(l: &[T], n: usize, b: &mut [T]) {
    check(l, n, b);
    for i in (0..n).rev() {
        let row = &l[i * n..][..n];
        b[i] /= row[i];
        let x = b[i];
        axpy(-x, &row[..i], &mut b[..i]);
    }
}

/// Solves R x = b in place; reads the upper triangle of the n x n matrix `r` alone.
pub fn solve_upper<T: Real>(r: &[T], n: usize, b: &mut [T]) {
    check(r, n, b);
    for i in (0..n).rev() {
        let row = &r[i * n..][..n];
        b[i] = (b[i] - dot(&row[i + 1..], &b[i + 1..])) / row[i];
    }
}

/// Solves R' x = b in place; reads the upper triangle of the n x n matrix `r` alone.
pub fn solve_upper_transposed<T: Real>(r: &[T], n: usize, b: &mut [T]) {
    check(r, n, b);
    for i in 0..n {
        let row = &r[i * n..][..n];
        b[i] /= row[i];
        let x = b[i];
        axpy(-x, &row[i + 1..], &mut b[i + 1..]);
    }
}

fn check<T>(a: &[T], n: usize, b: &[T]) {
    assert_eq!(a.len(), n * n, "the matrix is n x n");
    assert_eq!(b.len(), n, "the right-hand side has n entries");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::{a_b, a_x, at_b, at_x};
    use crate::rng::Rng;

    fn check_qr(a: &[f64], m: usize, k: usize) {
        let (mut q, mut r, mut work) = (a.to_vec(), vec![f64::NAN; k * k], vec![f64::NAN; 2 * k]);
        thin_qr(&mut q, m, k, &mut r, &mut work);
        let mut gram = vec![0.0; k * k];
        at_b(&q, &q, &mut gram, m, k, k);
        let mut product = vec![0.0; m * k];
        a_b(&q, &r, &mut product, m, k, k);
        assert!(product.iter().zip(a).all(|(x, y)| (x - y).abs() < 1e-13), "{m} x {k}: A = QR");
        for i in 0..k {
            for j in 0..k {
                assert!((gram[i * k + j] - f64::from(i == j)).abs() < 1e-14, "{m} x {k}: Q'Q = I");
                assert!(i <= j || r[i * k + j] == 0.0);
            }
            assert!(r[i * k + i] >= 0.0);
        }
    }

    #[test]
    fn factorises() {
        for (m, k) in [(1, 1), (5, 1), (4, 4), (20, 6), (3, 0)] {
            let mut a = vec![0.0; m * k];
            Rng::new(2).normal_fill(&mut a);
            check_qr(&a, m, k);
        }
    }

    #[test]
    fn keeps_orthonormal_columns_without_full_rank() {
        check_qr(&[0.0; 15], 5, 3);
        let ones_and_twos: Vec<f64> = (0..18).map(|e| [1.0, 2.0, 1.0][e % 3]).collect();
        check_qr(&ones_and_twos, 6, 3);
    }

    #[test]
    fn triangular_solves() {
        let n = 11;
        let mut rng = Rng::new(4);
        let mut full = vec![0.0; n * n];
        rng.normal_fill(&mut full);
        let mut x = vec![0.0; n];
        rng.normal_fill(&mut x);
        for i in 0..n {
            full[i * n + i] = 5.0 + i as f64;
        }
        type Solve = fn(&[f64], usize, &mut [f64]);
        let solves: [(bool, bool, Solve); 4] = [
            (true, false, solve_lower),
            (true, true, solve_lower_transposed),
            (false, false, solve_upper),
            (false, true, solve_upper_transposed),
        ];
        for (lower, transposed, solve) in solves {
            let mut triangle = full.clone();
            let mut poisoned = full.clone();
            for e in 0..n * n {
                if (lower && e % n > e / n) || (!lower && e % n < e / n) {
                    triangle[e] = 0.0;
                    poisoned[e] = f64::NAN;
                }
            }
            let mut b = vec![0.0; n];
            if transposed {
                at_x(&triangle, &x, &mut b)
            } else {
                a_x(&triangle, &x, &mut b)
            }
            solve(&poisoned, n, &mut b);
            assert!(b.iter().zip(&x).all(|(p, q)| (p - q).abs() < 1e-12));
        }
    }
}
