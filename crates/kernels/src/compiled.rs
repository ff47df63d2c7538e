//! Loops over whole vectors, compiled here for each scalar type. A generic function is compiled where it is called, at the
//! level of optimisation of that crate; these are fast even for a caller that is optimised for size.
//!
//! Every function panics where the lengths of its vectors differ.

use crate::csr::Csr;
use crate::real::Real;
use crate::reduce;
use crate::relaxation::Relaxation;
use crate::stencil::{Product, Relaxed, Remainder, Stencil, Uniform};

/// The scalar types that the loops are compiled for. The functions of [`Stencil`] and of this module lead here.
#[expect(missing_docs, reason = "each is described where it is called from")]
pub trait Compiled: Real {
    fn apply(a: &Stencil<Self>, uniform: Option<&Uniform<Self>>, u: &[Self], out: &mut [Self]);
    fn residual(
        a: &Stencil<Self>,
        uniform: Option<&Uniform<Self>>,
        b: &[Self],
        u: &[Self],
        range: (usize, usize),
        out: &mut [Self],
    );
    fn relax(
        a: &Stencil<Self>,
        uniform: Option<&Uniform<Self>>,
        b: &[Self],
        inverse: &[Self],
        omega: Self,
        u: &[Self],
        out: &mut [Self],
    );
    fn relax_some(a: Relaxation<'_, Self>, visit: (usize, usize, usize), u: &mut [Self]);
    fn relax_all(a: Relaxation<'_, Self>, backwards: bool, u: &mut [Self]);
    fn relax_chessboard(a: Relaxation<'_, Self>, reversed: bool, u: &mut [Self]);
    fn multiply(a: &Csr<Self>, x: &[Self], y: &mut [Self]);
    fn remainder(a: &Csr<Self>, b: &[Self], x: &[Self], range: (usize, usize), r: &mut [Self]);
    fn dot(a: &[Self], b: &[Self]) -> Self;
    fn axpy(alpha: Self, x: &[Self], y: &mut [Self]);
    fn xpby(x: &[Self], beta: Self, y: &mut [Self]);
    fn xpby_less(x: &[Self], beta: Self, omega: Self, z: &[Self], y: &mut [Self]);
    fn axpbypz(alpha: Self, x: &[Self], beta: Self, y: &[Self], z: &mut [Self]);
}

// Never inlined: within a caller that is optimised for size the loop would be so, too.
macro_rules! compile {
    ($T:ty) => {
        impl Compiled for $T {
            #[inline(never)]
            fn apply(a: &Stencil<$T>, uniform: Option<&Uniform<$T>>, u: &[$T], out: &mut [$T]) {
                a.sweep(uniform, u, (0, u.len()), out, Product);
            }
            #[inline(never)]
            fn residual(
                a: &Stencil<$T>,
                uniform: Option<&Uniform<$T>>,
                b: &[$T],
                u: &[$T],
                range: (usize, usize),
                out: &mut [$T],
            ) {
                a.sweep(uniform, u, range, out, Remainder(&b[range.0..range.1]));
            }
            #[inline(never)]
            fn relax(
                a: &Stencil<$T>,
                uniform: Option<&Uniform<$T>>,
                b: &[$T],
                inverse: &[$T],
                omega: $T,
                u: &[$T],
                out: &mut [$T],
            ) {
                assert!(b.len() == u.len() && inverse.len() == u.len(), "vectors of unequal length");
                a.sweep(uniform, u, (0, u.len()), out, Relaxed { b, inverse, omega, u });
            }
            #[inline(never)]
            fn relax_some(a: Relaxation<'_, $T>, visit: (usize, usize, usize), u: &mut [$T]) {
                a.some(visit, u);
            }
            #[inline(never)]
            fn relax_all(a: Relaxation<'_, $T>, backwards: bool, u: &mut [$T]) {
                a.all(backwards, u);
            }
            #[inline(never)]
            fn relax_chessboard(a: Relaxation<'_, $T>, reversed: bool, u: &mut [$T]) {
                a.chessboard(reversed, u);
            }
            #[inline(never)]
            fn multiply(a: &Csr<$T>, x: &[$T], y: &mut [$T]) {
                a.rows_dot(x, (0, a.rows), |i, sum| y[i] = sum);
            }
            #[inline(never)]
            fn remainder(a: &Csr<$T>, b: &[$T], x: &[$T], range: (usize, usize), r: &mut [$T]) {
                assert!(b.len() == a.rows && range.1 - range.0 == r.len(), "vectors of unequal length");
                a.rows_dot(x, range, |i, sum| r[i - range.0] = b[i] - sum);
            }
            #[inline(never)]
            fn dot(a: &[$T], b: &[$T]) -> $T {
                reduce::dot(a, b)
            }
            #[inline(never)]
            fn axpy(alpha: $T, x: &[$T], y: &mut [$T]) {
                reduce::axpy(alpha, x, y);
            }
            #[inline(never)]
            fn xpby(x: &[$T], beta: $T, y: &mut [$T]) {
                reduce::xpby(x, beta, y);
            }
            #[inline(never)]
            fn xpby_less(x: &[$T], beta: $T, omega: $T, z: &[$T], y: &mut [$T]) {
                assert!(x.len() == y.len() && z.len() == y.len(), "vectors of unequal length");
                for ((y, x), z) in y.iter_mut().zip(x).zip(z) {
                    *y = x + beta * (*y - omega * z);
                }
            }
            #[inline(never)]
            fn axpbypz(alpha: $T, x: &[$T], beta: $T, y: &[$T], z: &mut [$T]) {
                assert!(x.len() == z.len() && y.len() == z.len(), "vectors of unequal length");
                for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
                    *z += alpha * x + beta * y;
                }
            }
        }
    };
}
compile!(f32);
compile!(f64);

/// The inner product of two vectors, in the order of [`reduce::dot`].
pub fn dot<T: Compiled>(a: &[T], b: &[T]) -> T {
    T::dot(a, b)
}

/// `y += alpha x`.
pub fn axpy<T: Compiled>(alpha: T, x: &[T], y: &mut [T]) {
    T::axpy(alpha, x, y);
}

/// `y = x + beta y`.
pub fn xpby<T: Compiled>(x: &[T], beta: T, y: &mut [T]) {
    T::xpby(x, beta, y);
}

/// Unknowns of a part of a sum of vectors: those of all of them fit into a fast cache.
const PART: usize = 1024;

/// `x += factor (c_0 v_0 + c_1 v_1 + ...)`, term by term, part by part; terms whose coefficient is 0 are left out. The bits are those of
/// one [`axpy`] after the other.
///
/// # Panics
/// Where vectors are of unequal length.
#[inline(never)]
pub fn accumulate(x: &mut [f64], factor: f64, coefficients: &[f64], vectors: &[Vec<f64>]) {
    for (part, x) in x.chunks_mut(PART).enumerate() {
        for (c, v) in coefficients.iter().zip(vectors).filter(|(c, _)| **c != 0.0) {
            reduce::axpy(factor * c, &v[part * PART..][..x.len()], x);
        }
    }
}

/// The largest absolute value, as [`reduce::max_abs`] has it.
#[inline(never)]
pub fn max_abs(a: &[f64]) -> f64 {
    reduce::max_abs(a)
}

/// The Euclidean norm, as [`reduce::norm2`] has it.
#[inline(never)]
pub fn norm2(a: &[f64]) -> f64 {
    reduce::norm2(a)
}

/// The Euclidean norm of `a - b`, as [`reduce::norm2_diff`] has it.
#[inline(never)]
pub fn norm2_diff(a: &[f64], b: &[f64]) -> f64 {
    reduce::norm2_diff(a, b)
}

/// `y = x + beta (y - omega z)`.
pub fn xpby_less<T: Compiled>(x: &[T], beta: T, omega: T, z: &[T], y: &mut [T]) {
    T::xpby_less(x, beta, omega, z, y);
}

/// `z += alpha x + beta y`.
pub fn axpbypz<T: Compiled>(alpha: T, x: &[T], beta: T, y: &[T], z: &mut [T]) {
    T::axpbypz(alpha, x, beta, y, z);
}
