//! Products of row-major matrices, with loops ordered so that the innermost one runs along rows.

use crate::real::Real;
use crate::reduce::{axpy, dot};

/// c = a b, with a of shape m x p, b of shape p x n and c of shape m x n.
pub fn a_b<T: Real>(a: &[T], b: &[T], c: &mut [T], m: usize, p: usize, n: usize) {
    check(a, m, p);
    check(b, p, n);
    check(c, m, n);
    c.fill(T::ZERO);
    for i in 0..m {
        let out = &mut c[i * n..][..n];
        for (l, &x) in a[i * p..][..p].iter().enumerate() {
            axpy(x, &b[l * n..][..n], out);
        }
    }
}

/// c = a b', with a of shape m x k, b of shape n x k and c of shape m x n.
pub fn a_bt<T: Real>(a: &[T], b: &[T], c: &mut [T], m: usize, n: usize, k: usize) {
    check(a, m, k);
    check(b, n, k);
    check(c, m, n);
    for i in 0..m {
        for j in 0..n {
            c[i * n + j] = dot(&a[i * k..][..k], &b[j * k..][..k]);
        }
    }
}

/// c = a' b, with a of shape m x k, b of shape m x l and c of shape k x l. With b = a this is the Gram matrix.
pub fn at_b<T: Real>(a: &[T], b: &[T], c: &mut [T], m: usize, k: usize, l: usize) {
    c.fill(T::ZERO);
    at_b_add(a, b, c, m, k, l);
}

/// c += a' b, with the shapes of [`at_b`]; row after row, so that a Gram matrix can be gathered in pieces.
pub fn at_b_add<T: Real>(a: &[T], b: &[T], c: &mut [T], m: usize, k: usize, l: usize) {
    check(a, m, k);
    check(b, m, l);
    check(c, k, l);
    for i in 0..m {
        let row = &b[i * l..][..l];
        for (j, &x) in a[i * k..][..k].iter().enumerate() {
            axpy(x, row, &mut c[j * l..][..l]);
        }
    }
}

/// y = a x, with a of shape m x n.
pub fn a_x<T: Real>(a: &[T], x: &[T], y: &mut [T]) {
    check(a, y.len(), x.len());
    let n = x.len();
    for (i, out) in y.iter_mut().enumerate() {
        *out = dot(&a[i * n..][..n], x);
    }
}

/// y = a' x, with a of shape m x n, x of length m and y of length n.
pub fn at_x<T: Real>(a: &[T], x: &[T], y: &mut [T]) {
    check(a, x.len(), y.len());
    let n = y.len();
    y.fill(T::ZERO);
    for (i, &x) in x.iter().enumerate() {
        axpy(x, &a[i * n..][..n], y);
    }
}

/// t = a', with a of shape m x n.
pub fn transpose<T: Real>(a: &[T], t: &mut [T], m: usize, n: usize) {
    check(a, m, n);
    check(t, n, m);
    for i in 0..m {
        for j in 0..n {
            t[j * m + i] = a[i * n + j];
        }
    }
}

fn check<T>(a: &[T], rows: usize, cols: usize) {
    assert_eq!(a.len(), rows * cols, "a {rows} x {cols} matrix has another number of entries");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut out = vec![0.0; n];
        Rng::new(seed).normal_fill(&mut out);
        out
    }

    #[test]
    fn products_agree_with_their_definition() {
        let (m, k, n) = (7, 11, 5);
        let (a, b) = (random(m * k, 1), random(k * n, 2));
        let plain: Vec<f64> = (0..m * n).map(|e| (0..k).map(|l| a[e / n * k + l] * b[l * n + e % n]).sum()).collect();
        let close = |c: &[f64], factor: f64| c.iter().zip(&plain).all(|(x, y)| (x - factor * y).abs() < 1e-13);

        let mut c = vec![f64::NAN; m * n];
        a_b(&a, &b, &mut c, m, k, n);
        assert!(close(&c, 1.0));

        let mut bt = vec![0.0; n * k];
        transpose(&b, &mut bt, k, n);
        c.fill(f64::NAN);
        a_bt(&a, &bt, &mut c, m, n, k);
        assert!(close(&c, 1.0));

        let mut at = vec![0.0; k * m];
        transpose(&a, &mut at, m, k);
        c.fill(f64::NAN);
        at_b(&at, &b, &mut c, k, m, n);
        assert!(close(&c, 1.0));
        at_b_add(&at, &b, &mut c, k, m, n);
        assert!(close(&c, 2.0));

        let x: Vec<f64> = (0..k).map(|l| b[l * n]).collect();
        let first: Vec<f64> = (0..m).map(|i| plain[i * n]).collect();
        for transposed in [false, true] {
            let mut y = vec![f64::NAN; m];
            if transposed {
                at_x(&at, &x, &mut y)
            } else {
                a_x(&a, &x, &mut y)
            }
            assert!(y.iter().zip(&first).all(|(p, q)| (p - q).abs() < 1e-13));
        }
    }
}
