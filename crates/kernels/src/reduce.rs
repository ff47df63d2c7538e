//! Vector operations. The reductions run in [`LANES`] interleaved partial sums, combined in a fixed order, then the
//! tail one by one: this vectorises, and the result does not depend on the platform's vector width.
//!
//! Every function panics where the lengths of its vectors differ.

use crate::real::Real;

/// The number of interleaved partial sums.
pub const LANES: usize = 8;

/// Combines the partial sums as a balanced tree: lane i with i + 4, then with i + 2, then with i + 1.
fn combine<T: Real>(s: [T; LANES]) -> T {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// The sum of `term(x)` over the vector in the fixed order.
fn sum_of<T: Real>(a: &[T], term: impl Fn(T) -> T) -> T {
    let (chunks, tail) = a.as_chunks::<LANES>();
    let mut lanes = [T::ZERO; LANES];
    for x in chunks {
        for l in 0..LANES {
            lanes[l] += term(x[l]);
        }
    }
    let mut total = combine(lanes);
    for &x in tail {
        total += term(x);
    }
    total
}

/// The sum of `term(x, y)` over two vectors in the fixed order.
fn sum_of_pairs<T: Real>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> T {
    assert_eq!(a.len(), b.len(), "vectors of unequal length");
    let (a_chunks, a_tail) = a.as_chunks::<LANES>();
    let (b_chunks, b_tail) = b.as_chunks::<LANES>();
    let mut lanes = [T::ZERO; LANES];
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for l in 0..LANES {
            lanes[l] += term(x[l], y[l]);
        }
    }
    let mut total = combine(lanes);
    for (&x, &y) in a_tail.iter().zip(b_tail) {
        total += term(x, y);
    }
    total
}

/// The inner product of two vectors.
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of_pairs(a, b, |x, y| x * y)
}

/// The Euclidean norm, sqrt(a . a), without scaling: entries beyond about 1e154 in `f64` overflow to infinity.
pub fn norm2<T: Real>(a: &[T]) -> T {
    sum_of(a, |x| x * x).sqrt()
}

/// The Euclidean norm of a - b.
pub fn norm2_diff<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of_pairs(a, b, |x, y| {
        let d = x - y;
        d * d
    })
    .sqrt()
}

/// The sum of the entries.
pub fn sum<T: Real>(a: &[T]) -> T {
    sum_of(a, |x| x)
}

/// The largest absolute value; zero for an empty vector, NaN where any entry is NaN.
pub fn max_abs<T: Real>(a: &[T]) -> T {
    let (chunks, tail) = a.as_chunks::<LANES>();
    let mut lanes = [T::ZERO; LANES];
    for x in chunks {
        for l in 0..LANES {
            lanes[l] = larger(lanes[l], x[l].abs());
        }
    }
    let across = lanes.into_iter().fold(T::ZERO, larger);
    tail.iter().fold(across, |m, x| larger(m, x.abs()))
}

/// The larger of a running maximum and a value, where a NaN on either side stays.
pub fn larger<T: Real>(running: T, x: T) -> T {
    let x_is_nan = x.partial_cmp(&x).is_none();
    if x > running || x_is_nan { x } else { running }
}

/// y += alpha x.
pub fn axpy<T: Real>(alpha: T, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "vectors of unequal length");
    for (y, &x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// y = x + beta y.
pub fn xpby<T: Real>(x: &[T], beta: T, y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "vectors of unequal length");
    for (y, &x) in y.iter_mut().zip(x) {
        *y = x + beta * *y;
    }
}

/// x *= alpha.
pub fn scale<T: Real>(alpha: T, x: &mut [T]) {
    for x in x {
        *x *= alpha;
    }
}

/// y = x.
pub fn copy<T: Real>(x: &[T], y: &mut [T]) {
    y.copy_from_slice(x);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn vectors(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = Rng::new(7);
        let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
        rng.normal_fill(&mut a);
        rng.normal_fill(&mut b);
        (a, b)
    }

    #[test]
    fn reductions_agree_with_plain_sums() {
        for n in [0, 1, 7, 8, 9, 31, 1000] {
            let (a, b) = vectors(n);
            let size: f64 = a.iter().zip(&b).map(|(x, y)| (x * y).abs()).sum();
            let plain: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
            let bound = 2.0 * n as f64 * f64::EPSILON * size;
            assert!((dot(&a, &b) - plain).abs() <= bound, "dot, n = {n}");
            let plain: f64 = a.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert!((norm2(&a) - plain).abs() <= 1e-13 * plain);
            let plain: f64 = a.iter().zip(&b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
            assert!((norm2_diff(&a, &b) - plain).abs() <= 1e-13 * plain);
            let plain: f64 = a.iter().sum();
            assert!((sum(&a) - plain).abs() <= 1e-12);
            assert_eq!(max_abs(&a), a.iter().fold(0.0, |m: f64, x| m.max(x.abs())));
        }
    }

    #[test]
    fn lanes_are_combined_in_the_fixed_order() {
        let mut s = [0.0f32; LANES];
        let a: Vec<f32> = (0..19).map(|i| 1.0 / (i as f32 + 1.0)).collect();
        for i in 0..16 {
            s[i % LANES] += a[i];
        }
        let mut expected = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
        for x in &a[16..] {
            expected += x;
        }
        assert_eq!(sum(&a).to_bits(), expected.to_bits());
        assert_ne!(sum(&a).to_bits(), a.iter().fold(0.0f32, |t, x| t + x).to_bits(), "the order must matter here");
    }

    #[test]
    fn a_nan_is_not_lost() {
        for place in [0, 3, 9] {
            let mut a = vec![1.0f64; 11];
            a[place] = f64::NAN;
            assert!(max_abs(&a).is_nan() && sum(&a).is_nan() && norm2(&a).is_nan());
        }
    }

    #[test]
    fn updates() {
        let x = [1.0, 2.0, 3.0];
        let mut y = [1.0f64, 1.0, 1.0];
        axpy(2.0, &x, &mut y);
        assert_eq!(y, [3.0, 5.0, 7.0]);
        xpby(&x, -1.0, &mut y);
        assert_eq!(y, [-2.0, -3.0, -4.0]);
        scale(0.5, &mut y);
        assert_eq!(y, [-1.0, -1.5, -2.0]);
        copy(&x, &mut y);
        assert_eq!(y, x);
    }
}
