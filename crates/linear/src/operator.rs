//! What a linear solver needs of a matrix.

use iterscope_core::Work;

use crate::Scalar;

/// What one application costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations.
    pub flops: u64,
    /// Bytes moved to and from memory.
    pub bytes: u64,
}

impl Cost {
    /// Adds one application of the operator to `work`.
    pub fn count(self, work: &mut Work) {
        work.operator += 1;
        work.flops += self.flops;
        work.bytes += self.bytes;
    }
}

/// A square linear operator.
pub trait Operator<T: Scalar> {
    /// Number of unknowns.
    fn len(&self) -> usize;

    /// Whether there are no unknowns.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `y = A x`.
    ///
    /// # Panics
    /// Here and below, where the lengths of the vectors differ.
    fn apply(&self, x: &[T], y: &mut [T]);

    /// `r = b - A x`.
    fn residual(&self, b: &[T], x: &[T], r: &mut [T]) {
        self.apply(x, r);
        for (r, &b) in r.iter_mut().zip(b) {
            *r = b - *r;
        }
    }

    /// `y = A' x`; false where the transpose is not to be had, and `y` is left as it was.
    fn apply_transposed(&self, x: &[T], y: &mut [T]) -> bool {
        let _ = (x, y);
        false
    }

    /// The cost of one application.
    fn cost(&self) -> Cost;
}
