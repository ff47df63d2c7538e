//! The largest curvature of an objective at a point, by power iteration: what step lengths are measured in.

use iterscope_core::Work;
use iterscope_kernels::reduce::{axpy, norm2, scale};
use iterscope_kernels::rng::Rng;

use crate::objective::{Objective, Sample};

/// Rounds of the power iteration.
const ROUNDS: usize = 40;

/// The largest magnitude of an eigenvalue of the Hessian of `of` at `x`, a slight underestimate; 1 where it is zero.
pub fn largest(f: &mut dyn Objective, of: Sample, x: &[f64]) -> f64 {
    norm(x.len(), |v, out| f.hessian_times(of, x, v, out, &mut Work::default()))
}

/// The same of the difference of two Hessians.
pub fn largest_difference(f: &mut dyn Objective, [a, b]: [Sample; 2], x: &[f64]) -> f64 {
    let mut other = vec![0.0; x.len()];
    norm(x.len(), |v, out| {
        f.hessian_times(a, x, v, out, &mut Work::default());
        f.hessian_times(b, x, v, &mut other, &mut Work::default());
        axpy(-1.0, &other, out);
    })
}

fn norm(n: usize, mut apply: impl FnMut(&[f64], &mut [f64])) -> f64 {
    let (mut x, mut y) = (vec![0.0; n], vec![0.0; n]);
    Rng::new(1).normal_fill(&mut x);
    let mut size = norm2(&x);
    for _ in 0..ROUNDS {
        if !(size > 0.0 && size.is_finite()) {
            return 1.0;
        }
        scale(1.0 / size, &mut x);
        apply(&x, &mut y);
        std::mem::swap(&mut x, &mut y);
        size = norm2(&x);
    }
    if size > 0.0 && size.is_finite() { size } else { 1.0 }
}

/// Root mean square of the entries; 1 where all are zero.
pub fn typical_size(x: &[f64]) -> f64 {
    let size = norm2(x) / (x.len().max(1) as f64).sqrt();
    if size > 0.0 { size } else { 1.0 }
}
