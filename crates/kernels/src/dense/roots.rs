//! Square roots and inverse p-th roots of symmetric positive (semi)definite matrices.
//!
//! Four routes to A^(1/2): Newton and Schulz' coupled iteration (Higham 2008, Functions of Matrices, ch. 6), which uses
//! products alone and converges quadratically; the Taylor polynomial and the Padé approximant of sqrt(1 - z) (Song, Sebe,
//! Wang: Fast differentiable matrix square root, ICLR 2022), which are not iterated; and the spectral decomposition.
//! A^(-1/p) comes from the coupled Newton iteration (Guo, Higham: A Schur-Newton method for the matrix pth root and its
//! inverse, SIAM J. Matrix Anal. Appl. 28, 2006) or from the spectral decomposition.
//!
//! Every function allocates nothing; `work` has room for the stated number of entries. Inputs are taken to be symmetric.

use core::f64::consts::PI;

use super::{NotPositiveDefinite, a_b, cholesky, cholesky_solve_rows, jacobi_svd};
use crate::real::Real;
use crate::reduce::{axpy, max_abs, norm2, scale, sum};

/// Where an iteration for a root ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RootEnd<T> {
    /// Steps taken.
    pub steps: usize,
    /// Largest entry of what should be the identity minus the identity; below the tolerance where it converged. NaN where
    /// the matrix held one.
    pub residual: T,
}

/// Which inverse root is wanted, and when its iteration ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseRoot<T> {
    /// The p of A^(-1/p), at least 1.
    pub order: u32,
    /// Multiple of a bound on the largest eigenvalue (the smaller of the Frobenius norm and the largest row sum) that is
    /// added to the diagonal first.
    pub ridge: T,
    /// Ends where no entry of what should be the identity is off by more.
    pub tolerance: T,
    /// The most steps.
    pub steps: usize,
}

/// A^(1/2) into `root` and A^(-1/2) into `inverse` by `steps` steps of Newton and Schulz: with P = A/|A|_F, Y = P, W = I,
/// each step takes T = (3 I - W Y)/2, Y <- Y T, W <- T W. `work`: 2 n^2. A matrix of zeros gives zeros.
pub fn sqrt_newton_schulz<T: Real>(a: &[T], n: usize, steps: usize, root: &mut [T], inverse: &mut [T], work: &mut [T]) {
    let norm = normalised(a, root);
    identity(inverse, n);
    if norm == T::ZERO {
        return inverse.fill(T::ZERO);
    }
    let (t, other) = work[..2 * n * n].split_at_mut(n * n);
    for _ in 0..steps {
        a_b(inverse, root, t, n, n, n);
        affine(t, n, T::from_f64(-0.5), T::from_f64(1.5));
        a_b(root, t, other, n, n, n);
        root.copy_from_slice(other);
        a_b(t, inverse, other, n, n, n);
        inverse.copy_from_slice(other);
    }
    scale(norm.sqrt(), root);
    scale(T::ONE / norm.sqrt(), inverse);
}

/// A^(1/2) by the Taylor polynomial of degree `degree` of sqrt(1 - z) at Z = I - A/|A|_F, by Horner's rule: `degree` - 1
/// products. Poor beyond a condition number of about 100. `work`: 2 n^2.
pub fn sqrt_taylor<T: Real>(a: &[T], n: usize, degree: usize, root: &mut [T], work: &mut [T]) {
    let (z, other) = work[..2 * n * n].split_at_mut(n * n);
    let norm = normalised(a, z);
    affine(z, n, -T::ONE, T::ONE);
    // c_0 = 1 and c_k = c_(k-1) (k - 3/2)/k; from the last one down by the inverse of that factor.
    let ratio = |k: usize| (k as f64 - 1.5) / k as f64;
    let mut c: f64 = (1..=degree).map(ratio).product();
    root.fill(T::ZERO);
    affine(root, n, T::ONE, T::from_f64(c));
    for k in (1..=degree).rev() {
        c /= ratio(k);
        a_b(root, z, other, n, n, n);
        root.copy_from_slice(other);
        affine(root, n, T::ONE, T::from_f64(c));
    }
    scale(norm.sqrt(), root);
}

/// A^(1/2) by the diagonal Padé approximant of order [m, m] of sqrt(1 - z) at Z = I - A/|A|_F, in partial fractions: with
/// B = P - I, the sum over j = 1..m of 2/(2m+1) sin^2(j pi/(2m+1)) B (I + cos^2(j pi/(2m+1)) B)^-1, plus I; m Cholesky
/// factorisations. `work`: 3 n^2.
///
/// # Errors
/// `a` is not positive semidefinite.
pub fn sqrt_pade<T: Real>(
    a: &[T],
    n: usize,
    m: usize,
    root: &mut [T],
    work: &mut [T],
) -> Result<(), NotPositiveDefinite> {
    let (b, rest) = work[..3 * n * n].split_at_mut(n * n);
    let (term, factor) = rest.split_at_mut(n * n);
    let norm = normalised(a, b);
    affine(b, n, T::ONE, -T::ONE);
    identity(root, n);
    for j in 1..=m {
        let angle = j as f64 * PI / (2 * m + 1) as f64;
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        factor.copy_from_slice(b);
        affine(factor, n, T::from_f64(cos * cos), T::ONE);
        cholesky(factor, n)?;
        term.copy_from_slice(b);
        cholesky_solve_rows(factor, n, term);
        axpy(T::from_f64(2.0 / (2 * m + 1) as f64 * sin * sin), term, root);
    }
    scale(norm.sqrt(), root);
    Ok(())
}

/// The derivative of a function through A^(1/2): given the root S and the gradient with respect to S, the solution G of
/// the Lyapunov equation S G + G S = gradient, in place, by `steps` coupled steps for the sign of a block matrix:
/// C <- (C (3 I - B^2) - B^2 C + B C B)/2, B <- B (3 I - B^2)/2 from B = S/|S^2|_F^(1/2). `work`: 4 n^2.
pub fn sqrt_gradient<T: Real>(root: &[T], n: usize, steps: usize, gradient: &mut [T], work: &mut [T]) {
    let (b, rest) = work[..4 * n * n].split_at_mut(n * n);
    let (square, rest) = rest.split_at_mut(n * n);
    let (sum, product) = rest.split_at_mut(n * n);
    a_b(root, root, square, n, n, n);
    let norm = norm2(square).sqrt();
    b.copy_from_slice(root);
    if norm == T::ZERO {
        return;
    }
    scale(T::ONE / norm, b);
    scale(T::ONE / norm, gradient);
    let half = T::from_f64(0.5);
    for _ in 0..steps {
        a_b(b, b, square, n, n, n);
        a_b(b, gradient, product, n, n, n);
        a_b(product, b, sum, n, n, n);
        a_b(square, gradient, product, n, n, n);
        axpy(-T::ONE, product, sum);
        affine(square, n, -T::ONE, T::from_f64(3.0));
        a_b(gradient, square, product, n, n, n);
        axpy(T::ONE, product, sum);
        gradient.copy_from_slice(sum);
        scale(half, gradient);
        a_b(b, square, product, n, n, n);
        b.copy_from_slice(product);
        scale(half, b);
    }
    scale(half, gradient);
}

/// A^(-1/p), a ridge added, into `root` by the coupled Newton iteration M <- T^p M, X <- X T, T = ((p + 1) I - M)/p, which
/// takes M to the identity. Ends also when the distance to it grows again near rounding; `root` is the best that was seen.
/// A smallest eigenvalue of share s of the largest needs about ln(1/s) + 5 steps. A matrix of zeros gives zeros. `work`:
/// 5 n^2.
pub fn inverse_root_newton<T: Real>(
    a: &[T],
    n: usize,
    wanted: InverseRoot<T>,
    root: &mut [T],
    work: &mut [T],
) -> RootEnd<T> {
    let InverseRoot { order: p, ridge, tolerance, steps: most } = wanted;
    assert!(p >= 1, "the root has an order of 1 at least");
    assert_eq!((a.len(), root.len()), (n * n, n * n), "the matrices are n x n");
    let (x, rest) = work[..5 * n * n].split_at_mut(n * n);
    let (m, rest) = rest.split_at_mut(n * n);
    let (t, rest) = rest.split_at_mut(n * n);
    let (power, other) = rest.split_at_mut(n * n);
    let largest = eigenvalue_bound(a, n);
    if largest == T::ZERO {
        root.fill(T::ZERO);
        return RootEnd { steps: 0, residual: T::ZERO };
    }
    let order = T::from_f64(f64::from(p));
    let z = (T::ONE + order) / (T::from_f64(2.0) * largest * (T::ONE + ridge));
    m.copy_from_slice(a);
    affine(m, n, z, z * ridge * largest);
    x.fill(T::ZERO);
    affine(x, n, T::ONE, T::from_f64(libm::pow(z.to_f64(), 1.0 / f64::from(p))));
    let mut end = RootEnd { steps: 0, residual: distance_to_identity(m, n) };
    root.copy_from_slice(x);
    while end.steps < most && (end.residual > tolerance || !end.residual.is_finite()) {
        t.copy_from_slice(m);
        affine(t, n, -T::ONE / order, (T::ONE + order) / order);
        a_b(x, t, other, n, n, n);
        x.copy_from_slice(other);
        power.copy_from_slice(t);
        let mut left = p;
        while left > 0 {
            if left % 2 == 1 {
                a_b(power, m, other, n, n, n);
                m.copy_from_slice(other);
            }
            left /= 2;
            if left > 0 {
                a_b(power, power, other, n, n, n);
                power.copy_from_slice(other);
            }
        }
        // Products of commuting symmetric matrices are symmetric; rounding, left alone, would grow.
        symmetrise(m, n);
        symmetrise(x, n);
        let now = distance_to_identity(m, n);
        // Far from the end the largest eigenvalues may overshoot, so only a growth near it says that rounding has won.
        let near = end.residual < T::from_f64(0.1);
        if !now.is_finite() || (near && now >= end.residual) {
            break;
        }
        end = RootEnd { steps: end.steps + 1, residual: now };
        root.copy_from_slice(x);
    }
    end
}

/// (A + ridge s_1 I)^(-1/p) into `root` by Jacobi's decomposition, s_1 the largest eigenvalue; eigenvalues that are zero
/// after that are left out (the pseudo-inverse). A has no negative eigenvalues beyond rounding. `work`: 2 n^2 + n.
pub fn inverse_root_spectral(a: &[f64], n: usize, p: u32, ridge: f64, root: &mut [f64], work: &mut [f64]) {
    assert!(p >= 1, "the root has an order of 1 at least");
    spectral(a, n, root, work, |s, largest| {
        let shifted = s + ridge * largest;
        if shifted > f64::EPSILON * largest { libm::pow(shifted, -1.0 / f64::from(p)) } else { 0.0 }
    });
}

/// A^(1/2) by Jacobi's decomposition. A has no negative eigenvalues beyond rounding. `work`: 2 n^2 + n.
pub fn sqrt_spectral(a: &[f64], n: usize, root: &mut [f64], work: &mut [f64]) {
    spectral(a, n, root, work, |s, _| s.sqrt());
}

/// root = V f(S) V' for A = V S V'; `f` is also given the largest value.
fn spectral(a: &[f64], n: usize, root: &mut [f64], work: &mut [f64], f: impl Fn(f64, f64) -> f64) {
    assert_eq!((a.len(), root.len()), (n * n, n * n), "the matrices are n x n");
    let (rows, rest) = work[..2 * n * n + n].split_at_mut(n * n);
    let (v, s) = rest.split_at_mut(n * n);
    rows.copy_from_slice(a);
    jacobi_svd(rows, n, n, s, v);
    root.fill(0.0);
    let largest = s.first().copied().unwrap_or(0.0);
    for (v, &s) in v.chunks_exact(n.max(1)).zip(&*s) {
        let weight = f(s, largest);
        for (row, &x) in root.chunks_exact_mut(n.max(1)).zip(v) {
            axpy(weight * x, v, row);
        }
    }
}

/// Writes A/|A|_F, or A itself where that is zero; returns the norm.
fn normalised<T: Real>(a: &[T], out: &mut [T]) -> T {
    let norm = norm2(a);
    out.copy_from_slice(a);
    if norm != T::ZERO {
        scale(T::ONE / norm, out);
    }
    norm
}

/// a <- factor a + shift I.
fn affine<T: Real>(a: &mut [T], n: usize, factor: T, shift: T) {
    scale(factor, a);
    for i in 0..n {
        a[i * n + i] += shift;
    }
}

fn identity<T: Real>(a: &mut [T], n: usize) {
    a.fill(T::ZERO);
    affine(a, n, T::ONE, T::ONE);
}

fn symmetrise<T: Real>(a: &mut [T], n: usize) {
    let half = T::from_f64(0.5);
    for i in 0..n {
        for j in 0..i {
            let mean = half * (a[i * n + j] + a[j * n + i]);
            a[i * n + j] = mean;
            a[j * n + i] = mean;
        }
    }
}

/// The smaller of the Frobenius norm and the largest sum of magnitudes in a row; both bound the eigenvalues.
fn eigenvalue_bound<T: Real>(a: &[T], n: usize) -> T {
    let frobenius = norm2(a);
    let mut largest = T::ZERO;
    for row in a.chunks_exact(n.max(1)) {
        let mut total = T::ZERO;
        for x in row {
            total += x.abs();
        }
        if total > largest {
            largest = total;
        }
    }
    if largest < frobenius { largest } else { frobenius }
}

/// The largest entry of M - I in magnitude; NaN stays.
fn distance_to_identity<T: Real>(m: &[T], n: usize) -> T {
    let mut largest = T::ZERO;
    for i in 0..n {
        let (row, d) = (&m[i * n..][..n], m[i * n + i]);
        let off = max_abs(&row[..i]);
        let parts = [off, max_abs(&row[i + 1..]), (d - T::ONE).abs()];
        if !sum(&parts).is_finite() {
            return sum(&parts);
        }
        for x in parts {
            if x > largest {
                largest = x;
            }
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::{at_b, symmetric_eigen};
    use crate::rng::Rng;

    const N: usize = 32;

    fn toeplitz(rho: f64) -> Vec<f64> {
        let mut powers = [1.0; N];
        for i in 1..N {
            powers[i] = powers[i - 1] * rho;
        }
        (0..N * N).map(|e| powers[(e / N).abs_diff(e % N)]).collect()
    }

    fn exact(a: &[f64], n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let (values, q) = symmetric_eigen(a, n);
        (0..n * n).map(|e| (0..n).map(|c| q[e / n * n + c] * f(values[c]) * q[e % n * n + c]).sum()).collect()
    }

    fn wanted<T>(order: u32, ridge: T, tolerance: T) -> InverseRoot<T> {
        InverseRoot { order, ridge, tolerance, steps: 100 }
    }

    fn error(a: &[f64], b: &[f64]) -> f64 {
        crate::reduce::norm2_diff(a, b) / norm2(b)
    }

    /// Relative errors for A_ij = rho^|i-j|, n = 32, from tests/oracles/roots.py, to three digits.
    #[test]
    fn square_roots_have_the_errors_of_their_orders() {
        type Case = (f64, [f64; 3], [f64; 2], [f64; 3]);
        let cases: [Case; 3] = [
            (0.3, [1.02e-1, 1.66e-3, 0.0], [6.32e-2, 2.00e-2], [4.58e-2, 9.06e-4, 1.71e-6]),
            (0.9, [2.30e-1, 1.19e-1, 8.27e-3], [5.54e-1, 3.60e-1], [4.68e-1, 1.26e-1, 2.74e-2]),
            (0.99, [1.64e-1, 1.05e-1, 4.66e-2], [1.04, 7.46e-1], [9.10e-1, 3.58e-1, 1.51e-1]),
        ];
        let (mut root, mut inverse, mut work) = (vec![0.0; N * N], vec![0.0; N * N], vec![0.0; 3 * N * N]);
        for (rho, newton, taylor, pade) in cases {
            let a = toeplitz(rho);
            let truth = exact(&a, N, f64::sqrt);
            let check = |root: &[f64], expected: f64| {
                let e = error(root, &truth);
                assert!((e - expected).abs() <= 0.006 * expected + 1e-14, "rho = {rho}: {e:e}, not {expected:e}");
            };
            for (steps, expected) in [3, 5, 8].into_iter().zip(newton) {
                sqrt_newton_schulz(&a, N, steps, &mut root, &mut inverse, &mut work);
                check(&root, expected);
            }
            for (degree, expected) in [6, 11].into_iter().zip(taylor) {
                sqrt_taylor(&a, N, degree, &mut root, &mut work);
                check(&root, expected);
            }
            for (order, expected) in [2, 5, 10].into_iter().zip(pade) {
                sqrt_pade(&a, N, order, &mut root, &mut work).expect("positive definite");
                check(&root, expected);
            }
            sqrt_spectral(&a, N, &mut root, &mut work);
            check(&root, 0.0);
            sqrt_newton_schulz(&a, N, 22, &mut root, &mut inverse, &mut work);
            assert!(error(&root, &truth) < 1e-12);
            assert!(error(&inverse, &exact(&a, N, |s| 1.0 / s.sqrt())) < 1e-10);
        }
    }

    #[test]
    fn inverse_roots_agree_with_the_spectrum() {
        for p in [1, 2, 3, 4, 6, 8] {
            for rho in [0.3, 0.9, 0.99] {
                let a = toeplitz(rho);
                let truth = exact(&a, N, |s| libm::pow(s, -1.0 / f64::from(p)));
                let (mut root, mut work) = (vec![0.0; N * N], vec![0.0; 5 * N * N]);
                let end = inverse_root_newton(&a, N, wanted(p, 0.0, 1e-11), &mut root, &mut work);
                assert!(end.residual <= 1e-11 && end.steps < 40, "p = {p}, rho = {rho}: {end:?}");
                assert!(error(&root, &truth) < 1e-9, "p = {p}, rho = {rho}: {:e}", error(&root, &truth));
                inverse_root_spectral(&a, N, p, 0.0, &mut root, &mut work);
                assert!(error(&root, &truth) < 1e-11);
            }
        }
    }

    #[test]
    fn a_ridge_makes_singular_matrices_invertible() {
        let n = 6;
        let mut f = vec![0.0; 2 * n];
        Rng::new(3).normal_fill(&mut f);
        let mut a = vec![0.0; n * n];
        at_b(&f, &f, &mut a, 2, n, n);
        let (mut root, mut other) = (vec![0.0; n * n], vec![0.0; n * n]);
        let mut work = vec![0.0; 5 * n * n];
        let bound = eigenvalue_bound(&a, n);
        let truth = exact(&a, n, |s| libm::pow(s.max(0.0) + 1e-4 * bound, -0.25));
        let end = inverse_root_newton(&a, n, wanted(4, 1e-4, 1e-10), &mut root, &mut work);
        assert!(end.residual <= 1e-10 && error(&root, &truth) < 1e-9, "{end:?}");
        let single: Vec<f32> = a.iter().map(|x| *x as f32).collect();
        let (mut root, mut room) = (vec![0f32; n * n], vec![0f32; 5 * n * n]);
        inverse_root_newton(&single, n, wanted(4, 1e-4, 1e-5), &mut root, &mut room);
        let wide: Vec<f64> = root.iter().map(|x| f64::from(*x)).collect();
        assert!(error(&wide, &truth) < 1e-3, "{}", error(&wide, &truth));
        // Without a ridge the spectral route gives the root of the pseudo-inverse: X A X projects to the range.
        inverse_root_spectral(&a, n, 2, 0.0, &mut other, &mut work);
        let (mut first, mut second) = (vec![0.0; n * n], vec![0.0; n * n]);
        a_b(&other, &a, &mut first, n, n, n);
        a_b(&first, &other, &mut second, n, n, n);
        a_b(&second, &a, &mut first, n, n, n);
        assert!(error(&first, &a) < 1e-12, "X A X is the projection to the range");
    }

    #[test]
    fn the_gradient_through_a_root_agrees_with_differences() {
        let n = 5;
        let mut rng = Rng::new(8);
        let (mut f, mut g) = (vec![0.0; 3 * n * n], vec![0.0; n * n]);
        rng.normal_fill(&mut f);
        rng.normal_fill(&mut g);
        symmetrise(&mut g, n);
        let mut a = vec![0.0; n * n];
        at_b(&f, &f, &mut a, 3 * n, n, n);
        let value = |a: &[f64]| crate::reduce::dot(&exact(a, n, f64::sqrt), &g);
        let root = exact(&a, n, f64::sqrt);
        let mut gradient = g.clone();
        sqrt_gradient(&root, n, 12, &mut gradient, &mut vec![0.0; 4 * n * n]);
        for (i, j) in [(0, 0), (1, 3), (4, 2)] {
            let (mut above, mut below) = (a.clone(), a.clone());
            for (at, h) in [(&mut above, 1e-5), (&mut below, -1e-5)] {
                at[i * n + j] += h;
                if i != j {
                    at[j * n + i] += h;
                }
            }
            let slope = (value(&above) - value(&below)) / 2e-5;
            let expected = if i == j { gradient[i * n + i] } else { 2.0 * gradient[i * n + j] };
            assert!((slope - expected).abs() < 1e-7, "({i}, {j}): {slope} {expected}");
        }
    }

    #[test]
    fn zeros_and_what_is_not_finite() {
        let (mut root, mut inverse, mut work) = ([1.0; 4], [1.0; 4], [0.0; 20]);
        sqrt_newton_schulz(&[0.0; 4], 2, 3, &mut root, &mut inverse, &mut work);
        assert_eq!((root, inverse), ([0.0; 4], [0.0; 4]));
        let end = inverse_root_newton(&[0.0; 4], 2, wanted(4, 0.0, 1e-9), &mut root, &mut work);
        assert_eq!((end.steps, root), (0, [0.0; 4]));
        let end = inverse_root_newton(&[f64::NAN; 4], 2, wanted(4, 0.0, 1e-9), &mut root, &mut work);
        assert!(end.steps == 0 && !end.residual.is_finite());
        assert!(sqrt_pade(&[-1.0, 0.0, 0.0, -1.0], 2, 5, &mut root, &mut work).is_err());
    }
}
