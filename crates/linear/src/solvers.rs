//! The solvers, one file each.

pub mod adi;
pub mod bicgstab;
pub mod block_descent;
pub mod cg;
pub mod chebyshev;
pub mod conjugate_directions;
pub mod direct;
pub mod douglas;
pub mod fgmres;
pub mod fixed_point;
pub mod gcrodr;
pub mod gmres;
pub mod idr;
pub mod kaczmarz;
pub mod lsqr;
pub mod minres;
pub mod richardson;
pub mod sketch;
pub mod steepest_descent;

use iterscope_core::Work;
use iterscope_kernels::compiled;

use crate::{Operator, Scalar};

/// `r = b - A x`, without a product where `x` is zero.
pub(crate) fn first_residual<T: Scalar>(a: &dyn Operator<T>, b: &[T], x: &[T], r: &mut [T], work: &mut Work) {
    if x.iter().all(|x| *x == T::ZERO) {
        r.copy_from_slice(b);
    } else {
        a.residual(b, x, r);
        a.cost().count(work);
    }
}

/// The Euclidean norm.
pub(crate) fn norm<T: Scalar>(v: &[T]) -> T {
    compiled::dot(v, v).sqrt()
}

/// Adds `flops` and `vectors` passes over vectors of length `n` to `work`.
pub(crate) fn count<T: Scalar>(work: &mut Work, n: usize, flops: u64, vectors: u64) {
    work.flops += flops * n as u64;
    work.bytes += vectors * (n * size_of::<T>()) as u64;
}
